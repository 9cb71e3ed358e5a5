from dataclasses import replace

import pytest

from segcheck.model.crossing import Standing
from segcheck.model.requirement import Coverage
from tests.checks.coverage import coverage
from tests.checks.sanitising import LEGS, gateway, town
from tests.checks.sites import WHOLE, Firewall, Town, entry, params, rule

CHECK = "sanitiser-forwards"
#: Whoever sends from the sanitising segment gets out, whatever address he bears.
LOOSE = rule(3, "san:all", "lg:lg-mail", "SMTP")
LEFT = "    forwards: false\n"
CLAIM = """\
assumptions:
  - {id: A9, subject: gw, claim: 転送しない, assume: no_forwarding, owner: 総務課長, reason: 試験, document: 試験,
     review_due: 2027-03-31}
"""
FIRES = town(topology=gateway(more="    forwards: true\n"))
SOUND = town()


def linux(*rules: str, addresses: tuple[str, ...] = ("10.3.0.5",)) -> Town:
    """Return the town with the export of the sanitiser itself, whose FORWARD chain has some rules."""
    made = town(LOOSE, topology=gateway() + WHOLE.replace("subject: fw", "subject: san-mail"))
    host = Firewall(
        ports={"eth0": ("san-lan", f"{addresses[0]}/24")}, iptables=rules or ("-j DROP",), ip6tables=("-j DROP",)
    )
    return replace(made, firewalls={**(made.firewalls or {}), "san-mail": host}, kinds={"san-mail": "host"})


def found(made, folder):
    return [one for one in made.judged(folder).findings if one.check == CHECK]


def test_a_declared_router_forwards(tmp_path):
    (one,) = found(FIRES, tmp_path)

    assert (one.standing, one.subject, one.requirements) == (Standing.VIOLATED, "gw", ("LG-02", "X-02"))


def test_with_one_leg_a_firewall_that_denies_foreign_sources_proves_it(tmp_path):
    assert found(SOUND, tmp_path / "a") == []  # nobody said anything of forwarding
    assert coverage(SOUND, CHECK, tmp_path / "b").coverage is Coverage.ASKED


def test_behind_a_firewall_that_lets_them_pass_nobody_knows(tmp_path):
    (one,) = found(town(LOOSE), tmp_path)

    assert one.standing is Standing.UNDECIDED
    assert one.because == ("forwarding:gw",)


@pytest.mark.parametrize(
    ("topology", "who"), [(gateway(more=LEFT), "forwards: false"), (gateway() + CLAIM, "A9, 総務課長")]
)
def test_a_claim_alone_is_no_finding_and_no_proof(tmp_path, topology, who):
    made = town(LOOSE, topology=topology)

    assert found(made, tmp_path / "a") == []
    claimed = coverage(made, CHECK, tmp_path / "b")
    assert claimed.coverage is Coverage.CLAIMED
    assert who in claimed.reason[1]


def test_the_export_of_the_host_shows_that_it_drops(tmp_path):
    made = linux()

    assert found(made, tmp_path / "a") == []
    assert coverage(made, CHECK, tmp_path / "b").coverage is Coverage.ASKED


def test_the_export_of_the_host_shows_that_it_forwards(tmp_path):
    (one,) = found(linux("-p tcp --dport 25 -j ACCEPT"), tmp_path)

    assert one.standing is Standing.VIOLATED
    assert "export of san-mail" in params(one)["what_en"]


def test_a_second_leg_needs_more_than_a_firewall(tmp_path):
    two = town(
        topology=gateway(hosts="san-mail, san-in"),
        hosts={"san-in": ("in-lan", "10.2.0.5")},
    )

    (one,) = found(two, tmp_path)
    assert one.standing is Standing.UNDECIDED
    claimed = coverage(replace(two, topology=gateway(hosts="san-mail, san-in", more=LEFT)), CHECK, tmp_path / "b")
    assert claimed.coverage is Coverage.CLAIMED


def test_a_gateway_that_no_sanitised_communication_uses_is_not_asked(tmp_path):
    unused = town(
        topology=gateway(more="    forwards: true\n"),
        register=(entry("R1", "in-mail", "san-mail", "tcp/25"),),
        legs=LEGS[:1],
    )

    assert found(unused, tmp_path / "a") == []
    assert coverage(unused, CHECK, tmp_path / "b").coverage is Coverage.NOTHING_TO_ASK
