import pytest

from segcheck.checks import covered
from segcheck.checks import register_path as module
from segcheck.model.finding import Weight
from segcheck.model.requirement import Coverage
from tests.checks.registers import MN_PORTS, MN_RULE, MyNumber, asking, mynumber
from tests.checks.sites import SEGMENTS, Firewall, Town, entry, item, lines, policy, rule, told, way, witness

CHECK = "register-path"
#: Hosts send to the first firewall unless they choose otherwise.
TO_THE_FIRST = {
    name: (zone, prefix, ", gateway: [fw]" if name in ("lg-lan", "in-lan") else "")
    for name, (zone, prefix, _) in SEGMENTS.items()
}
#: The second firewall stands beside the first, on the same segments.
BESIDE = {"lg": ("lg-lan", "10.1.0.9/24"), "in": ("in-lan", "10.2.0.9/24")}
RULE = rule(1, "lg:lg-mail", "in:in-mail", "SMTP")


def town(second, path="[fw]"):
    return Town(
        segments=TO_THE_FIRST,
        firewalls={"fw": Firewall(rules=[RULE]), "fw2": Firewall(ports=BESIDE, rules=second)},
        register=[entry("R1", "lg-mail", "in-mail", "tcp/25", path=path)],
    )


FIRES = town([RULE])
SOUND = town([])


def test_a_second_firewall_lets_it_past_the_first(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.subject, found.pairs) == (CHECK, "R1", (("lg", "in"),))
    assert lines(found) == [policy(tmp_path, 1, "fw2")]
    assert way(found) == ["fw2"]
    assert witness(found).confirm[0][0] == "fw2"
    assert told(found, assessment) == (
        "台帳 R1 の経路は fw だが、fw2 を通る。",
        "Register entry R1 is to take fw, but goes by fw2.",
    )
    assert found.remedy == (
        "台帳 R1 の通信が fw だけを通るように、経路と規則を直す。",
        "Mend routes and rules so that register entry R1 takes fw only.",
    )
    assert item(tmp_path, "R1") not in lines(found)


def test_an_entry_without_a_path_may_take_any(tmp_path):
    either = Town(
        firewalls=FIRES.firewalls, register=[entry("R1", "lg-mail", "in-mail", "tcp/25")], segments=FIRES.segments
    )

    assert either.judged(tmp_path).findings == ()


def test_the_other_firewall_may_be_the_declared_one(tmp_path):
    (found,) = town([RULE], "[fw2]").judged(tmp_path).findings

    assert way(found) == ["fw"]


def test_of_the_my_number_tier_it_is_critical(tmp_path):
    beside = {"mn": ("mn-lan", "10.0.0.9/24"), "lg": ("lg-lan", "10.1.0.9/24")}
    two = {"fw": Firewall(ports=MN_PORTS, rules=[MN_RULE]), "fw2": Firewall(ports=beside, rules=[MN_RULE])}
    line = entry("R1", "mn-srv", "lg-mail", "tcp/443", path="[fw]")

    found = list(module.find(asking(MyNumber(firewalls=two, register=[line]), tmp_path)))
    assert {(one.weight, one.requirements) for one in found} == {(Weight.CRITICAL, ("SP-5", "MN-03"))}


@pytest.mark.parametrize(
    ("path", "rules", "coverage"),
    [("[fw]", [MN_RULE], Coverage.ASKED), ("[]", [MN_RULE], Coverage.NO_INPUT), ("[fw]", [], Coverage.NO_INPUT)],
)
def test_a_path_that_nobody_declared_or_can_follow_is_said(path, rules, coverage, tmp_path):
    town = mynumber(entry("R1", "mn-srv", "lg-mail", "tcp/443", path=path), rules=rules)

    found = covered(module, asking(town, tmp_path))
    assert found.coverage is coverage
    assert ("R1" in found.reason[0]) is (coverage is Coverage.NO_INPUT)
