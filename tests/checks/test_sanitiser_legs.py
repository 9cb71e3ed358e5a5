import pytest

from segcheck.model.requirement import Coverage
from tests.checks.coverage import coverage
from tests.checks.sanitising import ENTRY, IN, LEGS, OUT, gateway, town
from tests.checks.sites import lines, params, policy

CHECK = "sanitiser-legs"


def registered(legs, **more):
    text = ENTRY.replace("legs: [in, out]", f"legs: {legs}")
    for key, (old, new) in more.items():
        assert f"{key}: {old}" in text
        text = text.replace(f"{key}: {old}", f"{key}: {new}")
    return (text,)


FIRES = town(register=registered("[in]"), legs=LEGS[:1])
SOUND = town()
CASES = {
    "no way out": (registered("[in]"), (), "none:out"),
    "no way in": (registered("[out]"), (), "none:in"),
    "other peer": (registered("[in, out]", to=("lg-mail", "lg-pc")), (), "other:out"),
    "wider peer": (
        registered("[in, out]"),
        (IN.replace("from: in-mail", "from: in-lan"), OUT),
        "wider:in",
    ),
    "service": (registered("[in, out]"), (IN.replace("tcp/25", "[tcp/25, tcp/587]"), OUT), "service:in"),
    "range of services": (registered("[in, out]"), (IN.replace("tcp/25", "tcp/25-26"), OUT), "service:in"),
}


@pytest.mark.parametrize("case", CASES)
def test_each_thing_that_is_wrong_is_told(tmp_path, case):
    register, legs, key = CASES[case]
    found = town(register=register, legs=(), topology=gateway(*legs)).found(tmp_path, CHECK)

    assert [one.key for one in found] == [f"S1:{key}"]
    assert params(found[0])["what_ja"] != params(found[0])["what_en"]


def test_no_leg_at_all_lacks_both_and_permits_nothing_between_the_ends(tmp_path):
    bare = town(register=registered("[]"), legs=())

    assert {one.key for one in bare.found(tmp_path, CHECK)} == {"S1:none:in", "S1:none:out"}
    direct = town(
        LEGS[0].replace("edit 1\n", "edit 3\n").replace('"san"', '"lg"').replace('"san-mail"', '"lg-mail"'),
        register=registered("[]"),
        legs=(),
    )
    found = direct.found(tmp_path / "direct", "sanitiser-bypass")
    assert [one.subject for one in found] == ["fw policy 3"]


def test_the_rules_of_a_leg_that_is_too_wide_are_shown(tmp_path):
    legs = (IN.replace("tcp/25", "[tcp/25, tcp/587]"), OUT)
    (found,) = town(topology=gateway(*legs)).found(tmp_path, CHECK)

    assert policy(tmp_path, 1) in lines(found)


def test_what_is_not_in_force_is_not_asked(tmp_path):
    ended = town(register=registered("[in]", status=("承認", "廃止")), legs=())

    assert ended.found(tmp_path / "a", CHECK) == ()
    assert coverage(ended, CHECK, tmp_path / "b").coverage is Coverage.NOTHING_TO_ASK
    assert coverage(SOUND, CHECK, tmp_path / "c").coverage is Coverage.ASKED
