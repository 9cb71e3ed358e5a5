import pytest

from segcheck.checks import covered
from segcheck.checks import unapproved_entry as module
from segcheck.model.requirement import Coverage
from tests.checks.registers import asking
from tests.checks.sites import Town, entry, item, lines, params, policy, rule, told

CHECK = "unapproved-entry"
RULE = rule(1, "lg:lg-mail", "in:in-mail", "SMTP")


def town(**keys):
    return Town(rules=[RULE], register=[entry("R1", "lg-mail", "in-mail", "tcp/25", **keys)])


FIRES = town(status="申請中")
SOUND = town()


def test_what_is_applied_for_passes_already(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.subject, found.pairs) == (CHECK, "R1", (("lg", "in"),))
    assert {"SP-9", "LG-01"} <= set(found.requirements)
    assert lines(found) == [policy(tmp_path, 1), item(tmp_path, "R1")]
    assert told(found, assessment)[0].startswith("台帳 R1 は承認されていない (状態 applied) が、通信は通る。")


@pytest.mark.parametrize(
    ("keys", "checks"),
    [
        ({"status": "廃止"}, [CHECK]),
        ({"approved": "2026-11-25"}, [CHECK]),  # tomorrow
        ({"approved": "2026-11-24"}, []),
        ({"expires": "2026-11-23"}, ["expired-entry"]),
        ({"status": "廃止", "expires": "2026-11-23"}, [CHECK]),
    ],
)
def test_which_entries_nobody_approved(keys, checks, tmp_path):
    assert [one.check for one in town(**keys).judged(tmp_path).findings] == checks


def test_a_wider_rule_is_a_finding_of_its_own(tmp_path):
    wide = Town(rules=[rule(1, "lg:lg-mail", "in:in-mail", "ALL")], register=FIRES.register)

    found = wide.judged(tmp_path).findings
    assert {one.check for one in found} == {CHECK, "forbidden-crossing"}
    (mine,) = [one for one in found if one.check == CHECK]
    assert {(box.dport.min, box.dport.max) for box in mine.packets.boxes if box.dport} == {(25, 25)}
    assert params(mine)["status"] == "applied"


def test_where_all_are_approved_there_is_nothing_to_ask(tmp_path):
    assert covered(module, asking(SOUND, tmp_path)).coverage is Coverage.NOTHING_TO_ASK
