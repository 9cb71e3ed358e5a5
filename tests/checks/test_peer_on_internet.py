import pytest

from segcheck.checks import covered
from segcheck.checks import peer_on_internet as module
from segcheck.model.finding import Weight
from segcheck.model.requirement import Coverage
from tests.checks.registers import asking, mynumber
from tests.checks.sites import Town, entry, params, rule

CHECK = "peer-on-internet"
ENTRY = entry("R1", "mn-srv", "lg-mail", "tcp/443")
VOUCHED = """\
attestations:
  - {id: AT, subject: lg-mail, claim: LGWAN の閉域, owner: 情報政策課長, reason: 接続, document: 接続承認書,
     review_due: 2027-03-31}
"""
FIRES = mynumber(ENTRY, peer="peer_class: internet")
SOUND = mynumber(ENTRY)


def test_a_peer_that_is_declared_to_be_on_the_internet(tmp_path):
    (found,) = FIRES.judged(tmp_path).findings

    assert (found.check, found.subject, found.weight) == (CHECK, "R1", Weight.CRITICAL)
    assert found.requirements == ("SP-6", "MN-04", "MN-03")
    assert params(found)["peers"] == "lg-mail"


@pytest.mark.parametrize(
    ("zone", "peer", "predicate"),
    [
        ("in", "", "SP-6"),  # its tier says so
        ("sc", "peer_class: internal", "SP-6"),  # ... whatever the host says
        ("mnt", "peer_class: lgwan_trusted_public", "SP-7"),
        ("wan", "peer_class: lgwan_trusted_public", None),
        ("wan", "peer_class: lgwan_asp_closed", None),
        ("mgt", "", None),
    ],
)
def test_a_public_body_is_reached_through_lgwan(zone, peer, predicate, tmp_path):
    found = list(module.find(asking(mynumber(ENTRY, zone=zone, peer=peer), tmp_path)))

    assert [one.requirements[0] for one in found] == ([predicate] if predicate else [])


@pytest.mark.parametrize(
    ("zone", "peer", "topology", "coverage"),
    [
        ("lg", "", "", Coverage.ASKED),
        ("wan", "", "", Coverage.NO_INPUT),
        ("wan", "peer_class: lgwan_asp_closed", "", Coverage.CLAIMED),
        ("wan", "peer_class: lgwan_asp_closed", VOUCHED, Coverage.ASKED),
        ("wan", "peer_class: lgwan_asp_closed", VOUCHED.replace("2027-03-31", "2026-11-23"), Coverage.CLAIMED),
    ],
)
def test_what_stands_behind_the_class_of_a_peer(zone, peer, topology, coverage, tmp_path):
    context = asking(mynumber(ENTRY, zone=zone, peer=peer, topology=topology), tmp_path)

    found = covered(module, context)
    assert found.coverage is coverage
    assert all(("lg-mail" in text) is (coverage is not Coverage.ASKED) for text in found.reason)


def test_other_tiers_are_not_asked(tmp_path):
    town = Town(rules=[rule(1, "lg:lg-mail", "in:in-mail")], register=[entry("R1", "lg-mail", "in-mail", "tcp/25")])

    assert covered(module, asking(town, tmp_path)).coverage is Coverage.NOTHING_TO_ASK
