"""No check is silent for lack of input without saying so: each is asked of a site from which everything is missing.

Who adds a check takes a stand here: it defines `covered`, or it is in one of the tables below, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from segcheck import checks
from segcheck.analysis.network import build
from segcheck.app import requiring
from segcheck.checks import Seen, SeenContext
from segcheck.loaders import joining
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis
from segcheck.model.replay import Content, Observed, Ruling, Sighting, Spot, SpotKind
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site_words import Tier
from tests.checks.coverage import context
from tests.checks.sites import DAY, Firewall, Town, entry, rule

_REGISTER = (
    "reads the register, gateways and models only: what is in force is there, and what is not there permits nothing"
)
_TELLS = "what it cannot tell is an undecided finding of its own"
#: Checks of rules that say ASKED of the bare site all the same, and why that is no silence.
ALWAYS: Mapping[str, str] = {
    "direct-service": _REGISTER,
    "entry-not-enumerated": _REGISTER,
    "entry-out-of-model": _REGISTER,
    "entry-ports-wide": _REGISTER,
    "forbidden-crossing": _TELLS,
    "narrower-than-registered": _TELLS,
    "sanitiser-forwards": _TELLS,
    "sanitiser-hosts": _REGISTER,
    "sanitiser-initiates": _REGISTER,
    "sanitiser-legs": _REGISTER,
    "sanitiser-method": _REGISTER,
    "sanitiser-push": _REGISTER,
    "screen-servers": _REGISTER,
    "stepping-stone": _TELLS,
}
#: Of these another check tells what cannot be told, and bears on the same requirements.
TOLD_BY: Mapping[str, str] = {
    "one-way-channel": "forbidden-crossing",
    "register-without-rule": "narrower-than-registered",
    "spoofed-source": "forbidden-crossing",
    "unregistered-crossing": "forbidden-crossing",
}
MODULES = {module.CHECK.id: module for module in checks.installed()}
RULES = [module.CHECK.id for module in checks.asked_of(Basis.RULES)]
CAPTURES = [module.CHECK.id for module in checks.asked_of(Basis.CAPTURES)]

PORTS = {
    "mn": ("mn-lan", "10.0.0.1/24"),
    "lg": ("lg-lan", "10.1.0.1/24"),
    "in": ("in-lan", "10.2.0.1/24"),
    "san": ("san-lan", "10.3.0.1/24"),
    "wan": ("wan-net", "10.9.0.1/24"),
}
GATEWAYS = """\
gateways:
  - id: san
    hosts: [san-mail]
    method: mail_text
    legs: [{id: in, from: in-mail, service: tcp/25, opener: other}, {id: out, to: lg-mail, service: tcp/25, opener: self}]
  - id: screen
    hosts: [in-pc]
    method: screen
    legs: [{id: in, from: lg-pc, service: tcp/3389, opener: other}, {id: out, to: in-mail, service: tcp/3389, opener: self}]
"""
#: All that a register can ask about, on a firewall that nobody exported, among hosts of which nothing is declared.
BARE = Town(
    firewalls={"fw": Firewall(ports=PORTS, exported=False)},
    segments={
        "mn-lan": ("mn", "10.0.0.0/24", ""),
        "lg-lan": ("lg", "10.1.0.0/24", ""),
        "in-lan": ("in", "10.2.0.0/24", ""),
        "san-lan": ("san", "10.3.0.0/24", ""),
        "wan-net": ("wan", "10.9.0.0/24", ""),
    },
    hosts={"asp": ("wan-net", "10.9.0.10")},
    register=[
        entry("R1", "mn-srv", "lg-mail", "tcp/443", schedule="火曜 22:00-23:00"),
        entry("R2", "lg-pc", "in-pc", "tcp/3389", kind="screen", gateway="screen"),
        entry("R3", "in-mail", "lg-mail", "tcp/25", kind="sanitise", gateway="san", legs="[in, out]"),
        entry("R4", "lg-mail", "in-pc", "tcp/443"),
        entry("R5", "lg-mail", "in-pc", "tcp/444", expires="2026-06-30"),
        entry("R6", "lg-mail", "in-pc", "tcp/445", status="申請中"),
        entry("R7", "mn-srv", "asp", "tcp/443"),
    ],
    topology=GATEWAYS,
)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> checks.Context:
    return context(BARE, tmp_path_factory.mktemp("bare"))


@pytest.fixture(scope="module")
def undecided(bare: checks.Context) -> frozenset[str]:
    """Return the checks that tell of the bare site what they cannot tell."""
    found = checks.find(bare, frozenset((*ALWAYS, *TOLD_BY.values())))
    return frozenset(one.check for one in found if one.standing is Standing.UNDECIDED)


@pytest.mark.parametrize("check", RULES)
def test_no_check_of_rules_passes_over_a_bare_site_in_silence(
    check: str, bare: checks.Context, undecided: frozenset[str]
) -> None:
    answers = checks.covered_by(MODULES[check], bare)
    assert set(answers) == set(MODULES[check].CHECK.requirements)
    asked = any(one.coverage is Coverage.ASKED for one in answers.values())

    assert asked is (check in ALWAYS or check in TOLD_BY), "define `covered`, or say in a table why it need not"
    if ALWAYS.get(check) == _TELLS:
        assert check in undecided
    if teller := TOLD_BY.get(check):
        assert teller in undecided
        assert set(MODULES[check].CHECK.requirements) <= set(MODULES[teller].CHECK.requirements)


#: The same with its export, whole, and rules for what is in force: what was missing for lack of it is there.
READ = replace(
    BARE,
    firewalls={
        "fw": Firewall(
            ports=PORTS,
            rules=[
                rule(1, "mn:mn-srv", "lg:lg-mail", "HTTPS", schedule='"hoshu"'),
                rule(2, "in:in-mail", "san:san-mail", "SMTP"),
                rule(3, "san:san-mail", "lg:lg-mail", "SMTP"),
                rule(4, "lg:lg-mail", "in:in-pc", "HTTPS"),
                rule(5, "mn:mn-srv", "wan", "HTTPS"),
                rule(6, "lg:lg-pc", "in:in-pc", "RDP"),
                rule(7, "in:in-pc", "in:in-mail", "RDP"),
            ],
        )
    },
    required=["  - {id: Q1, from: lg-mail, to: in-pc, service: tcp/443}\n"],
)
#: Checks whose input is an export: with it they are asked.
OF_EXPORTS = [
    *("carrier", "device-access", "expired-entry", "hidden-source", "ipv6-crossing", "reoriginating-service"),
    *("required-flow", "reverse-permitted", "sanitiser-bypass", "schedule-missing", "screen-channels", "shadowed-rule"),
    *("unapproved-entry", "undeclared-interface", "undeclared-next-hop", "unregistered-rule", "wider-than-registered"),
]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> checks.Context:
    return context(READ, tmp_path_factory.mktemp("read"))


@pytest.mark.parametrize("check", OF_EXPORTS)
def test_with_its_export_the_same_site_is_asked(check: str, read: checks.Context) -> None:
    answers = checks.covered_by(MODULES[check], read)

    assert {one.coverage for one in answers.values()} <= {Coverage.ASKED, Coverage.NOTHING_TO_ASK}
    assert any(one.coverage is Coverage.ASKED for one in answers.values())


SPOT = Spot(SpotKind.SEGMENT, "lg-lan", "lg-lan", "lg", Tier.LGWAN, "default")
#: One conversation of a registered service, at no tap, of which nobody recorded the first words.
SAID = Sighting(
    src=SPOT, dst=SPOT, proto=6, port=25, fragment=False, tap="", days=(DAY, DAY), observed=Observed.BOTH, inferred=0,
    conversations=1, packets=2, bytes=200, first=0, last=1, ruling=Ruling.REGISTERED, entry="R1",
    content=Content(expected="smtp", declared=False, conforms=0, differs=0, unknown=1),
)  # fmt: skip
#: Checks of captures that can be asked of that conversation: what it was, and that the register holds it, is all they need.
OF_ANY_CONVERSATION = {
    "expired-in-use",
    "observed-attempts",
    "observed-crossing",
    "observed-out-of-hours",
    "observed-out-of-model",
    "observed-reversed",
    "unapproved-in-use",
}


@pytest.mark.parametrize("check", CAPTURES)
def test_no_check_of_captures_passes_over_an_empty_capture_in_silence(check: str, bare: checks.Context) -> None:
    """Nor over one without taps, first words, and hosts that speak to their neighbours."""
    network = build(bare.site, bare.bindings, DAY)
    empty = SeenContext(network=network, day=DAY, join=joining.load(), seen=(), paths=(), neighbours={})
    answers = checks.covered_by(MODULES[check], empty)
    assert all(
        one.coverage in (Coverage.NO_INPUT, Coverage.NOTHING_TO_ASK) and all(one.reason) for one in answers.values()
    )

    short = checks.covered_by(MODULES[check], replace(empty, seen=(Seen(SAID),)))
    assert any(one.coverage is Coverage.ASKED for one in short.values()) is (check in OF_ANY_CONVERSATION)


def test_a_check_of_several_tiers_answers_for_each(bare: checks.Context) -> None:
    """The LGWAN tier lacks something; there is no My Number screen transfer, which is another thing than missing it."""
    answers = checks.covered_by(MODULES["screen-channels"], bare)

    assert answers["LG-04"].coverage is Coverage.NO_INPUT
    assert answers["MN-10"].coverage is Coverage.NOTHING_TO_ASK
    assert checks.covered(MODULES["screen-channels"], bare) == answers["LG-04"]


def test_what_cannot_be_told_between_two_tiers_is_missing_for_these_only(tmp_path: Path) -> None:
    """Nobody read the device between internet tier and DMZ; My Number and LGWAN are apart by one that was read."""
    town = Town(
        firewalls={
            "fw": Firewall(ports={name: PORTS[name] for name in ("mn", "lg")}),
            "gw": Firewall(ports={"in": PORTS["in"], "dmz": ("dmz-lan", "10.5.0.1/24")}, exported=False),
        },
        segments={**BARE.segments, "dmz-lan": ("dmz", "10.5.0.0/24", "")},
    )
    answers = checks.covered_by(MODULES["ipv6-crossing"], context(town, tmp_path))

    assert {name for name, one in answers.items() if one.coverage is Coverage.NO_INPUT} == {"SP-4", "X-11"}
    assert {answers[name].coverage for name in ("MN-01", "MN-15", "LG-01")} == {Coverage.ASKED}
    assert "in-lan → dmz-lan" in answers["X-11"].reason[1]


def test_each_requirement_is_met_by_the_answer_for_it_alone(
    bare: checks.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one tier lacks leaves the other's requirement as it is: the outcome is that of the answer for it."""
    module = MODULES["update-source"]
    lacks = Covered(Coverage.NO_INPUT, ("なし", "none"))
    monkeypatch.setattr(module, "covered", lambda _: {"LG-09": lacks, "MN-11": Covered(Coverage.ASKED)})
    found = {one.requirement.id: one for one in requiring.stands(bare.site, DAY, bare, wanted=None, findings=())}

    assert ("入力不足 (update-source): なし", "input is missing (update-source): none") in found["LG-09"].because
    assert not any("update-source" in english for _, english in found["MN-11"].because if "missing" in english)


def test_an_answer_for_requirements_that_are_not_its_own_is_a_mistake(
    bare: checks.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MODULES["update-source"], "covered", lambda _: {"LG-09": Covered(Coverage.ASKED)})

    with pytest.raises(ValueError, match="update-source"):
        checks.covered_by(MODULES["update-source"], bare)
