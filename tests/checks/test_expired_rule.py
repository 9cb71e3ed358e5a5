from datetime import date

import pytest

from tests.checks.sites import DAY, Firewall, Town, entry, lines, policy, rule, told

CHECK = "expired-rule"
R1 = entry("R1", "lg-pcs", "in-mail", "tcp/443")
ALWAYS = rule(1, "lg:lg-pcs", "in:in-mail", "HTTPS")
ONCE = """\
end
config firewall schedule onetime
    edit "koji"
        set start 08:00 2026/04/01
        set end 20:00 2026/10/31
    next
"""


class WithSchedule(Firewall):
    """A firewall with a schedule that ended on 2026-10-31."""

    def export(self, name: str) -> str:
        """Return its export."""
        return super().export(name).replace("end\nconfig firewall policy\n", f"{ONCE}end\nconfig firewall policy\n", 1)


def town(*rules: str) -> Town:
    return Town(firewalls={"fw": WithSchedule(rules=[ALWAYS, *rules])}, register=[R1])


ENDED = rule(2, "lg:lg-pcs", "in:in-mail", "SMTP", schedule='"koji"')
FIRES, SOUND = town(ENDED), town()


def test_a_rule_whose_last_day_is_over(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = [one for one in assessment.findings if one.check == CHECK]
    assert lines(found) == [policy(tmp_path, 2)]
    assert told(found, assessment)[1] == (
        "1 rules of fw have ended, or end within 30 days: fw policy 2 (2026-10-31T19:59)"
    )


@pytest.mark.parametrize(("day", "count"), [(date(2026, 9, 30), 0), (date(2026, 10, 3), 1), (DAY, 1)])
def test_from_thirty_days_before_its_end(tmp_path, day, count):
    assert len(FIRES.found(tmp_path, CHECK, day)) == count


def test_hours_of_every_week_do_not_end_and_a_disabled_rule_is_none(tmp_path):
    weekly = rule(2, "lg:lg-pcs", "in:in-mail", "SMTP", schedule='"hiruma"')
    off = rule(3, "lg:lg-pcs", "in:in-mail", "SMTP", schedule='"koji"', status="disable")

    assert town(weekly, off).found(tmp_path, CHECK) == ()
