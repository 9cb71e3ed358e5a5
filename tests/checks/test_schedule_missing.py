import pytest

from segcheck.analysis.hours import hours
from segcheck.model.schedule import week_minute
from tests.checks.sites import Town, entry, item, lines, policy, rule, told, way, witness

CHECK = "schedule-missing"


def town(schedule, rules=("always",)):
    register = [entry("R1", "in-pc", "lg-pc", "tcp/3389", kind="maintenance", schedule=f'"{schedule}"')]
    return Town(
        rules=[rule(n, "in:in-pc", "lg:lg-pc", "RDP", schedule=f'"{name}"') for n, name in enumerate(rules, 1)],
        register=register,
    )


FIRES = town("火曜 22:00-23:00")
SOUND = town("火曜 22:00-23:00", ["hoshu"])


def test_a_rule_that_is_always_open(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.subject, found.pairs) == (CHECK, "R1", (("in", "lg"),))
    assert lines(found) == [policy(tmp_path, 1), item(tmp_path, "R1")]
    assert told(found, assessment) == (
        "台帳 R1 は「火曜 22:00-23:00」だけの通信だが、経路上の規則はそれ以外の時間にも通す: fw policy 1",
        "Register entry R1 is for “火曜 22:00-23:00” only, but the rules on its way let it pass at other times too: fw policy 1",
    )
    assert found.remedy == (
        "fw policy 1 に台帳 R1 の時間帯「火曜 22:00-23:00」のスケジュールを付ける。",
        "Give fw policy 1 a schedule of “火曜 22:00-23:00”, as register entry R1 says.",
    )


def test_the_witness_passes_outside_the_hours(tmp_path):
    (found,) = FIRES.judged(tmp_path).findings
    minute = witness(found).minute

    assert way(found) == ["fw"]
    assert minute is not None
    assert week_minute(minute) not in hours("火曜 22:00-23:00")


@pytest.mark.parametrize(
    ("registered", "rules", "fires"),
    [
        ("火曜 22:00-23:00", "hoshu", False),
        ("火曜 21:00-23:00", "hoshu", False),  # the rule is narrower
        ("火曜 22:30-23:00", "hoshu", True),  # it is wider by half an hour
        ("水曜 22:00-23:00", "hoshu", True),  # and on another day
        ("平日 08:00-20:00", "hiruma", False),
        ("平日 08:00-20:00", "hoshu", True),
        ("平日 08:00-19:59", "hiruma", True),
        ("毎日 00:00-24:00", "always", False),
        ("保守作業の時間", "hoshu", False),  # nobody can read this: any schedule will do
        ("保守作業の時間", "always", True),
    ],
)
def test_hours_are_compared_with_the_rules_on_the_way(tmp_path, registered, rules, fires):
    found = town(registered, [rules]).found(tmp_path, CHECK)

    assert bool(found) == fires


def test_an_entry_without_hours_may_pass_at_any(tmp_path):
    plain = Town(rules=FIRES.rules, register=[entry("R1", "in-pc", "lg-pc", "tcp/3389")])

    assert plain.judged(tmp_path).findings == ()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("火曜 22:00-23:00", 60),
        ("平日 08:00-20:00", 5 * 720),
        ("毎日 0:00-24:00", 7 * 1440),
        ("22:00〜6:00", 7 * 480),
        ("日曜日 23:00-1:00", 120),
        ("月-金 9:00-17:00、土 9:00-12:00", 5 * 480 + 180),
        ("月・水 １０：００－１１：００", 120),
        ("mon-fri 08:00-17:00", 5 * 540),
        ("金-月 10:00-11:00", 4 * 60),
    ],
)
def test_hours_as_people_write_them(text, count):
    assert hours(text).count == count


@pytest.mark.parametrize(
    "text", ["", "業務時間", "第3火曜 22:00-23:00", "火曜", "火曜 25:00-26:00", "火曜 22:00-23:00 のみ"]
)
def test_hours_that_cannot_be_read_for_certain(text):
    assert hours(text) is None
