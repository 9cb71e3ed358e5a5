"""DESIGN 2.9: the members of an HA pair are one device; whoever is active counts; members that differ are a finding."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from segcheck.analysis.compiling import Compiled
from segcheck.analysis.compiling.ground import Ground
from segcheck.analysis.compiling.space import Space
from segcheck.analysis.members import united
from segcheck.cli.main import run
from segcheck.model.device import DeviceConfig, Scope
from segcheck.model.match import Interface as On
from segcheck.model.pipeline import Pipeline, Stage, StageKind
from segcheck.model.rules import Deny, Permit
from segcheck.sets.addresses import parse
from segcheck.sets.intervals import IntervalSet
from tests.analysis.builders import field, filtering, interface, listed, route, rule, translating
from tests.analysis.devices import to
from tests.analysis.sites import network, segment, station
from tests.soundness.asking import forbidden, required
from tests.soundness.town import (
    CLOSED,
    DAY,
    DEVICE,
    OPEN,
    POLICY,
    PORTS,
    TWO_TIERS,
    Rule,
    assessed,
    findings,
    fortigate,
    lines,
    standing,
    town,
)
from tests.strategies import small_devices

PAIR = DEVICE.replace(
    "exports: [{path: exports/fw.conf, format: fortigate}]",
    "members: [fw-a, fw-b]\n"
    "    exports: [{path: exports/a.conf, format: fortigate}, {path: exports/b.conf, format: fortigate, role: ha_peer}]",
)
REGISTER = (
    POLICY
    + """\
register:
  - {id: SP-1, kind: specific, from: mn-host, to: lg-host, service: tcp/443, purpose: 連携, status: 承認, approver: 課長,
     approved: 2026-04-01, expires: 2027-03-31}
required: [{id: RQ-1, from: mn-host, to: lg-host, service: tcp/443}]
"""
)


def pair(folder: Path, first: str, second: str, policy: str = POLICY) -> Path:
    return town(folder, TWO_TIERS + PAIR, {"a.conf": first, "b.conf": second}, policy)


def units(first: list[Rule], second: list[Rule]) -> tuple[str, str]:
    return fortigate("fw-a", PORTS, first), fortigate("fw-b", PORTS, second)


def test_members_of_one_meaning_are_one_device_and_nothing_is_lost(tmp_path: Path) -> None:
    other = Rule(7, "port1", "port2", "172.16.10.99/32", "172.16.20.99/32", "tcp/80")
    first, second = units([OPEN, other, CLOSED], [other, OPEN, CLOSED])
    found = assessed(pair(tmp_path, first, second, REGISTER))

    assert findings(found, "ha-members-differ") == []
    assert findings(found, "required-flow") == []
    assert findings(found, "narrower-than-registered") == []
    assert standing(found) == "violated"  # by the other rule, which both have
    assert standing(found, "lg-lan", "mn-lan") == "proven"


def test_closed_members_are_proven(tmp_path: Path) -> None:
    found = assessed(pair(tmp_path, *units([CLOSED], [CLOSED])))

    assert found.standing.value == "proven"
    assert run(["check", str(tmp_path), "--time", DAY.isoformat()]) == 0


@pytest.mark.parametrize("opened", [0, 1])
def test_what_one_member_permits_can_cross(tmp_path: Path, opened: int) -> None:
    rules = [[CLOSED], [CLOSED]]
    rules[opened] = [OPEN, CLOSED]
    found = assessed(pair(tmp_path, *units(rules[0], rules[1])))
    name = "ab"[opened]

    assert standing(found) == "violated"
    assert [one[0] for one in lines(findings(found, "forbidden-crossing")[0])] == [f"exports/{name}.conf"]


@pytest.mark.parametrize("opened", [0, 1])
def test_what_one_member_denies_does_not_surely_work(tmp_path: Path, opened: int) -> None:
    rules = [[CLOSED], [CLOSED]]
    rules[opened] = [OPEN, CLOSED]
    found = assessed(pair(tmp_path, *units(rules[0], rules[1]), REGISTER))

    assert [one.standing.value for one in findings(found, "required-flow")] == ["violated"]
    assert standing(found) == "proven"


def test_members_that_differ_are_a_finding_with_the_lines_of_both(tmp_path: Path) -> None:
    found = assessed(pair(tmp_path, *units([CLOSED], [OPEN, CLOSED])))
    (finding,) = findings(found, "ha-members-differ")

    assert finding.standing.value == "violated"
    assert {path for path, _, _ in lines(finding)} == {"exports/a.conf", "exports/b.conf"}
    text = (tmp_path / "exports/b.conf").read_text(encoding="utf-8").splitlines()
    (first, last) = next((one[1], one[2]) for one in lines(finding) if one[0] == "exports/b.conf")
    assert (text[first - 1].strip(), text[last - 1].strip()) == ("edit 1", "next")


def test_the_same_rules_under_another_number_are_no_finding(tmp_path: Path) -> None:
    renumbered = Rule(77, OPEN.srcintf, OPEN.dstintf, OPEN.src, OPEN.dst, OPEN.service)
    found = assessed(pair(tmp_path, *units([OPEN, CLOSED], [renumbered, CLOSED])))

    assert findings(found, "ha-members-differ") == []


def test_a_member_with_another_address_leaves_the_pair_unknown(tmp_path: Path) -> None:
    first = fortigate("fw-a", PORTS, [CLOSED])
    second = fortigate("fw-b", {**PORTS, "port3": "172.16.30.1/24"}, [CLOSED])
    found = assessed(pair(tmp_path, first, second))

    assert standing(found) == "undecided"
    assert {one.code.value for one in found.diagnostics} >= {"members-differ"}


@pytest.mark.parametrize("broken", ["", "this is no export of anything\n"])
def test_a_member_that_cannot_be_read_leaves_the_pair_unknown(tmp_path: Path, broken: str) -> None:
    found = assessed(pair(tmp_path, fortigate("fw-a", PORTS, [CLOSED]), broken))

    assert standing(found) == "undecided"


def test_a_member_of_another_name_makes_topology_and_export_disagree(tmp_path: Path) -> None:
    found = assessed(pair(tmp_path, fortigate("fw-a", PORTS, [CLOSED]), fortigate("fw-z", PORTS, [CLOSED])))

    assert standing(found) == "undecided"
    assert {one.code.value for one in found.diagnostics} >= {"site-disagrees"}


def test_both_exports_are_among_the_inputs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pair(tmp_path, *units([CLOSED], [CLOSED]))
    run(["check", str(tmp_path), "--time", DAY.isoformat(), "--format", "json"])
    shown = capsys.readouterr().out

    assert '"exports/a.conf"' in shown
    assert '"exports/b.conf"' in shown


def test_a_unit_without_an_export_of_its_own_is_an_assumption(tmp_path: Path) -> None:
    """Two units are declared and one was read: what is proven leans on their being alike."""
    one = DEVICE.replace("exports:", "members: [fw-a, fw-b]\n    exports:")
    found = assessed(town(tmp_path, TWO_TIERS + one, {"fw.conf": fortigate("fw-a", PORTS, [CLOSED])}))

    assert standing(found) == "proven_assuming"
    assert [(used.id, used.leaning > 0) for used in found.assumptions] == [("members:fw", True)]


# ---- the engine's side: one variable, asked once at the end

A, T, B = segment("a", "10.1.0.0/24"), segment("t", "10.9.0.0/24"), segment("b", "10.2.0.0/24")
FILTER = Pipeline(forward=(filtering("f", "f"),))


def unit(*rules: object, **parts: object) -> DeviceConfig:
    lists = {"f": listed("f", *rules)}  # type: ignore[arg-type]
    whole: dict[str, object] = {
        "interfaces": (interface("in", "10.1.0.1/24"), interface("up", "10.2.0.1/24")),
        "lists": lists,
        "pipeline": FILTER,
        "routing_known": True,
        "addressing_known": True,
    }
    return DeviceConfig(format="test", **(whole | parts))  # type: ignore[arg-type]


def joined(first: DeviceConfig, second: DeviceConfig):  # type: ignore[no-untyped-def]
    """Return the network of one pair between A and B."""
    config, odd = united("d0", [("x", first), ("y", second)], "differ")
    assert odd == ()
    one = station("d0", {"in": "10.1.0.1/24 a", "up": "10.2.0.1/24 b"})
    return network((A, B), type(one)(device=one.device, config=config, ports=one.ports))


def test_what_one_of_them_permits_is_enough_to_cross_and_too_little_to_work() -> None:
    once = rule(Permit(), field("src", "10.1.0.0/24"))
    open_and_shut = unit(once), unit(rule(Deny()))

    assert forbidden(joined(*open_and_shut)) == "violated"
    assert required(joined(*open_and_shut)) == "violated"
    assert required(joined(unit(once), unit(rule(Permit())))) == "proven"
    assert forbidden(joined(unit(rule(Deny())), unit(rule(Deny()), rule(Permit())))) == "proven"


@pytest.mark.parametrize(("first", "second", "verdict"), [("in", "in", "violated"), ("in", "up", "proven")])
def test_one_member_is_active_all_the_way(first: str, second: str, verdict: str) -> None:
    """A packet that passes the pair twice, by the permit of one member and then of the other, never passes."""
    enters, returns = rule(Permit(), On("in", ("in",))), rule(Permit(), On("in", ("up",)))
    ports = (interface("in", "10.1.0.1/24"), interface("up", "10.9.0.1/24"), interface("out", "10.8.0.1/24"))
    detour = {
        "interfaces": ports,
        "pipeline": FILTER,
        "lists": {},
        "routes": (route("10.2.0.0/25", gateway="10.9.0.2"), route("10.2.0.128/25", gateway="10.8.0.2")),
    }
    rules = {"in": (enters,), "up": (returns,)}
    both = {"f": listed("f", enters, returns)}
    left = unit(**{**detour, "lists": both if first == second else {"f": listed("f", *rules[first])}})
    right = unit(**{**detour, "lists": both if first == second else {"f": listed("f", *rules[second])}})
    config, _ = united("d0", [("x", left), ("y", right)], "differ")
    shell = station("d0", {"in": "10.1.0.1/24 a", "up": "10.9.0.1/24 t", "out": "10.8.0.1/24 u"})
    nat = listed("n", rule(to("dst", "10.2.0.200"), field("dst", "10.2.0.7"), identity="vip"), default=Permit())
    turn = station(
        "d1",
        {"up": "10.9.0.2/24 t"},
        nat,
        pipeline=Pipeline(ingress=(translating("dst", "n"),)),
        routes=(route("10.2.0.0/24", gateway="10.9.0.1"),),
    )
    last = station("d2", {"up": "10.8.0.2/24 u", "in": "10.2.0.1/24 b"})
    places = (A, T, segment("u", "10.8.0.0/24"), B)
    site = network(places, type(shell)(device=shell.device, config=config, ports=shell.ports), turn, last)

    assert forbidden(site, towards="10.2.0.7") == verdict


def test_a_translation_that_one_member_lacks_is_made_by_the_other_only() -> None:
    dnat = listed("n", rule(to("dst", "10.2.0.80"), field("dst", "10.2.0.7"), identity="vip"), default=Permit())
    only = listed("f", rule(Permit(), field("dst", "10.2.0.80")), default=Deny())
    stages = Pipeline(ingress=(translating("dst", "n"),), forward=(filtering("f", "f"),))
    translating_unit = unit(lists={"f": only, "n": dnat}, pipeline=stages)
    site = joined(translating_unit, unit(lists={"f": only}))

    assert forbidden(site, towards="10.2.0.7") == "violated"
    assert forbidden(joined(unit(lists={"f": only}), unit(lists={"f": only})), towards="10.2.0.7") == "proven"


def test_a_route_that_one_member_lacks_may_be_there() -> None:
    far = segment("b", "10.3.0.0/24")
    permit = rule(Permit())
    with_route = unit(permit, routes=(route("10.3.0.0/24", gateway="10.2.0.9"),))
    config, odd = united("d0", [("x", with_route), ("y", unit(permit))], "differ")
    next_hop = station("d1", {"in": "10.2.0.9/24 t", "up": "10.3.0.1/24 b"})
    one = station("d0", {"in": "10.1.0.1/24 a", "up": "10.2.0.1/24 t"})
    middle = segment("t", "10.2.0.0/24")
    site = network((A, middle, far), type(one)(device=one.device, config=config, ports=one.ports), next_hop)

    assert odd == ()
    assert [one.sure for one in config.routes if parse("10.3.0.0/24") == one.to] == [False]
    assert forbidden(site) == "undecided"


DEVICES = small_devices()


@st.composite
def twins(draw: st.DrawFn) -> tuple[DeviceConfig, DeviceConfig]:
    """Return two devices; mostly the second is the first one with some lists of another and without some stages."""
    first, other = draw(DEVICES), draw(DEVICES)
    if draw(st.integers(0, 4)) == 0:
        return first, other
    taken = [name for name in first.lists if name in other.lists and draw(st.booleans())]

    def some(stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
        left = (StageKind.DEFRAGMENT, StageKind.CLASSIFY)
        return tuple(one for one in stages if one.kind in left or draw(st.integers(0, 3)) > 0)

    own = first.pipeline
    pipeline = replace(own, ingress=some(own.ingress), forward=some(own.forward), local=some(own.local))
    lists = {**first.lists, **{name: other.lists[name] for name in taken}}
    return first, replace(first, lists=lists, pipeline=pipeline)


@given(pair_of=twins())
@settings(max_examples=80)
def test_the_pair_is_its_first_unit_while_that_is_active_and_else_the_second(
    pair_of: tuple[DeviceConfig, DeviceConfig],
) -> None:
    """In sets, exactly: whatever stages, lists, schedules and translations the two have; routes of one only may be there."""
    first, second = pair_of
    whole, odd = united("d", [("x", first), ("y", second)], "differ")
    event("differ in more than lists" if odd else "one device")
    if odd:
        assert any(taint.scope is Scope.DEVICE for taint in whole.taints)
        return
    asked = any(name.endswith(" by member") for name in whole.lists)
    ground = Ground({"x": first, "y": second, "d": whole}, dimensions=() if asked else ("varies:HA d: x active",))
    universe = ground.universe
    for every in (False, True):
        x, y, both = (
            Compiled(config, space=Space(config, ground=ground, label=label)).passing(every=every)
            for label, config in (("x", first), ("y", second), ("d", whole))
        )
        active = universe.field("varies:HA d: x active", IntervalSet.of(1))
        alone = (x & active) | (y - active)
        if every:
            assert both <= alone
        else:
            assert alone <= both
        if (
            first.routes == second.routes
            and first.taints == second.taints
            and first.routing_known == second.routing_known
        ):
            assert both == alone
