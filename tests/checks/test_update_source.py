import pytest

from segcheck.model.finding import Basis, Weight, WitnessEvidence
from segcheck.model.requirement import Coverage
from tests.checks.declaring import ALL_PORTS, asked, asked_by, attributes
from tests.checks.sites import Firewall, Town, entry, params, rule

CHECK = "update-source"
WAY = rule(1, "mn:mn-srv", "lg:lg-mail", "HTTPS")
R1 = entry("R1", "mn-srv", "lg-mail", "tcp/443", kind="relay")


def town(source="lg-mail", age=10, rules=(WAY,)):
    return Town(
        firewalls={"fw": Firewall(ports=ALL_PORTS, rules=rules)},
        register=[R1],
        keys={"mn-srv": ", role: update_relay" + attributes({"patch_source": [source], "patch_age_days": age})},
    )


FIRES = town("in-mail")
SOUND = town()


@pytest.mark.parametrize(
    ("changed", "weight", "facts"),
    [
        (FIRES, Weight.CRITICAL, "patch_source: in-mail (internet)"),
        (town(age=90), Weight.MEDIUM, "patch_age_days: 90"),
    ],
)
def test_updates_from_the_internet_tier_or_late(changed, weight, facts, tmp_path):
    (found,), _ = asked(changed, tmp_path, CHECK)

    assert (found.subject, found.weight, params(found)["facts"]) == ("mn-srv", weight, facts)
    assert (found.requirements, found.basis) == (("MN-11",), (Basis.ATTRIBUTES,))


def test_a_declared_source_that_no_rule_lets_be_reached_is_contradicted(tmp_path):
    (found,), _ = asked(town(rules=()), tmp_path, CHECK)

    assert found.basis == (Basis.RULES, Basis.ATTRIBUTES)
    assert [one.packet.dport for one in found.evidence if isinstance(one, WitnessEvidence)] == [8530]


def test_a_relay_of_the_lgwan_tier_that_answers_is_sound(tmp_path):
    """Of the LGWAN tier, whose terminals and relays nobody declared, nothing is said by that."""
    findings, covered = asked(SOUND, tmp_path, CHECK)
    answers = asked_by(SOUND, tmp_path, CHECK)

    assert findings == ()
    assert {name: one.coverage for name, one in answers.items()} == {
        "MN-11": Coverage.ASKED,
        "LG-09": Coverage.NO_INPUT,
    }
    assert covered == answers["LG-09"]
