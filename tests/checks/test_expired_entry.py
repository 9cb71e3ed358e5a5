from datetime import UTC, date, datetime

from segcheck.app import assessing
from tests.checks.sites import DAY, Town, entry, item, lines, params, policy, rule, told, way

CHECK = "expired-entry"
MAIL = rule(1, "lg:lg-mail", "in:in-mail", "SMTP")
FIRES = Town(rules=[MAIL], register=[entry("R1", "lg-mail", "in-mail", "tcp/25", expires="2026-11-23")])
SOUND = Town(rules=[MAIL], register=[entry("R1", "lg-mail", "in-mail", "tcp/25", expires=DAY.isoformat())])


def test_what_still_passes_is_one_finding_and_not_two(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.subject, found.key, found.pairs) == (CHECK, "R1", "R1", (("lg", "in"),))
    assert lines(found) == [policy(tmp_path, 1), item(tmp_path, "R1")]
    assert way(found) == ["fw"]
    assert told(found, assessment)[0].startswith("台帳 R1 は期限が切れているが、通信は今も通る。")
    assert found.remedy == (
        "fw policy 1 を削除する。引き続き必要であれば、台帳 R1 を更新して承認を得る。",
        "Delete fw policy 1. If it is still needed, renew register entry R1 with an approval instead.",
    )


def test_the_last_day_counts_in_japan(tmp_path):
    ending = Town(rules=[MAIL], register=[entry("R1", "lg-mail", "in-mail", "tcp/25", expires="2026-12-31")])

    assert ending.judged(tmp_path, date(2026, 12, 31)).findings == ()
    assert [one.check for one in ending.judged(tmp_path, date(2027, 1, 1)).findings] == [CHECK]


def test_the_day_is_that_of_japan(monkeypatch):
    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2026, 11, 24, 15, 0, tzinfo=UTC)

    monkeypatch.setattr(assessing, "datetime", Clock)
    assert assessing.today() == date(2026, 11, 25)


def test_two_rules_for_one_entry_are_one_finding(tmp_path):
    town = Town(
        rules=[MAIL, rule(2, "lg:lg-mail", "in:in-mail", "HTTPS")],
        register=[entry("R1", "lg-mail", "in-mail", "[tcp/25, tcp/443]", expires="2026-11-23")],
    )

    (found,) = town.judged(tmp_path).findings
    assert lines(found) == [policy(tmp_path, 1), policy(tmp_path, 2), item(tmp_path, "R1")]


def test_what_else_the_rule_lets_through_is_a_finding_of_its_own(tmp_path):
    town = Town(rules=[rule(1, "lg:lg-mail", "in:in-mail", "ALL")], register=FIRES.register)

    assert {one.check for one in town.judged(tmp_path).findings} == {CHECK, "forbidden-crossing"}


def test_a_rule_that_another_entry_needs_is_narrowed_not_deleted(tmp_path):
    town = Town(
        rules=[rule(1, "lg:lg-pc", "in:in-pc", "WEB")],
        register=[
            entry("R1", "lg-pc", "in-pc", "tcp/443"),
            entry("R2", "lg-pc", "in-pc", "tcp/80", expires="2026-11-23"),
        ],
    )

    (found,) = town.judged(tmp_path).findings
    assert (found.check, params(found)["entry"]) == (CHECK, "R2")
    assert "削除せず、登録した範囲に狭める" in found.remedy[0]
    assert "Delete" not in found.remedy[1]


def test_an_entry_that_was_never_approved_has_not_expired(tmp_path):
    applied = entry("R1", "lg-mail", "in-mail", "tcp/25", expires="2026-11-23", status="申請中")

    (found,) = Town(rules=[MAIL], register=[applied]).judged(tmp_path).findings
    assert found.check == "unapproved-entry"
