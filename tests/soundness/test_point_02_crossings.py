"""DESIGN 2.2: a crossing is a pair of places; headers are free where a packet is injected; what counts as delivered."""

from __future__ import annotations

from pathlib import Path

import pytest

from segcheck.analysis.journeys import travel
from segcheck.model.assessment import Assessment
from segcheck.model.crossing import Standing
from segcheck.model.pipeline import Pipeline
from segcheck.model.rules import Deny, Permit
from segcheck.sets.addresses import parse
from tests.analysis.builders import TCP, field, filtering, ip, listed, route, rule, translating
from tests.analysis.devices import to
from tests.analysis.sites import anything, devices, ends, network, segment, station
from tests.soundness.asking import allowance, forbidden, judged, ordinary, pair, required, sent_by
from tests.soundness.town import (
    CLOSED,
    DEVICE,
    OPEN,
    POLICY,
    PORTS,
    STANDARD,
    TWO_TIERS,
    Rule,
    assessed,
    findings,
    fortigate,
    lines,
    standing,
    town,
)

A, T, B = segment("a", "10.1.0.0/24"), segment("t", "10.9.0.0/24"), segment("b", "10.2.0.0/24")
LEFT, RIGHT = {"in": "10.1.0.1/24 a", "up": "10.9.0.1/24 t"}, {"up": "10.9.0.2/24 t", "in": "10.2.0.1/24 b"}
OVER, BACK = (route("10.2.0.0/24", gateway="10.9.0.2"),), (route("10.1.0.0/24", gateway="10.9.0.1"),)
FILTER = Pipeline(forward=(filtering("f", "f"),))
PACKET = {"proto": TCP, "sport": 40000, "dport": 443, "tcp_flags": 2}


def filtered(name: str, ports: dict[str, str], *rules: object, **parts: object):  # type: ignore[no-untyped-def]
    default = parts.pop("default", Deny())
    return station(name, ports, listed("f", *rules, default=default), pipeline=FILTER, **parts)  # type: ignore[arg-type]


# ---- pairs and labels


def test_crossings_are_ordered_pairs_of_places_of_different_zones(tmp_path: Path) -> None:
    more = "  lg-two: {zone: lg, v4: [172.16.21.0/24], v6: none, gateway: [fw]}\nhosts:\n"
    device = DEVICE + "      port3: {segment: lg-two, address: 172.16.21.1}\n"
    export = fortigate("fw", {**PORTS, "port3": "172.16.21.1/24"}, [OPEN, CLOSED])
    found = assessed(town(tmp_path, TWO_TIERS.replace("hosts:\n", more) + device, {"fw.conf": export}))
    named = {(one.src.id, one.dst.id) for one in found.crossings}

    assert {("mn-lan", "lg-lan"), ("lg-lan", "mn-lan"), ("mn-lan", "lg-two"), ("lg-two", "mn-lan")} <= named
    assert ("lg-lan", "lg-two") not in named
    assert len(named) == len(found.crossings)
    assert standing(found, "mn-lan", "lg-lan") == "violated"
    assert standing(found, "lg-lan", "mn-lan") == "proven"
    assert standing(found, "mn-lan", "lg-two") == "proven"


def test_the_way_of_a_crossing_names_every_device() -> None:
    left, right = (
        filtered("d0", LEFT, default=Permit(), routes=OVER),
        filtered("d1", RIGHT, default=Permit(), routes=BACK),
    )
    told = travel(network((A, T, B), left, right), "a", {**PACKET, "src": ip("10.1.0.5"), "dst": ip("10.2.0.5")})

    assert devices(told.journeys[0]) == ["d0", "d1"]
    assert [(hop.ingress, hop.egress) for hop in told.journeys[0].hops] == [("in", "up"), ("up", "in")]


# ---- free headers


def test_a_foreign_source_is_judged_too(tmp_path: Path) -> None:
    spoofable = Rule(1, "any", "port2", "172.16.99.0/24", "172.16.20.25/32", "tcp/443")
    tied = Rule(1, "port2", "port2", "172.16.99.0/24", "172.16.20.25/32", "tcp/443")
    files = [
        {"fw.conf": fortigate("fw", PORTS, [one, CLOSED], [("172.16.99.0/24", "", "port1")])}
        for one in (spoofable, tied)
    ]
    open_, shut = (assessed(town(tmp_path / str(n), TWO_TIERS + DEVICE, one)) for n, one in enumerate(files))

    assert standing(open_) == "violated"
    (finding,) = findings(open_, "spoofed-source")
    assert lines(finding)[0][0] == "exports/fw.conf"
    assert standing(shut) == "proven"


def test_a_registered_source_used_by_another_zone_is_still_forbidden() -> None:
    left, right = (
        filtered("d0", LEFT, default=Permit(), routes=OVER),
        filtered("d1", RIGHT, default=Permit(), routes=BACK),
    )
    found = judged(network((A, T, B), left, right), allowance("10.1.0.0/24", "10.2.0.0/24"))
    honest, forged = sent_by(found, "a"), found.reach.universe.field("src", parse("10.9.0.0/24"))

    assert not pair(found, "a", "b").forbidden_must & honest & ordinary(found)
    assert pair(found, "a", "b").forbidden_must & forged & ordinary(found)
    assert pair(found, "t", "b").forbidden_must & honest & ordinary(found)  # T may not use the entry of A


# ---- delivered


def test_a_device_is_no_host_of_its_segment() -> None:
    left, right = (
        filtered("d0", LEFT, default=Permit(), routes=OVER),
        filtered("d1", RIGHT, default=Permit(), routes=BACK),
    )
    site = network((A, T, B), left, right)
    found = judged(site)
    own = found.reach.universe.field("dst", parse("10.2.0.1"))

    assert not pair(found).may & own
    assert found.reach.sent("a")["device:d1"] & own
    assert ends(travel(site, "a", {**PACKET, "src": ip("10.1.0.5"), "dst": ip("10.2.0.1")})) == {"d1"}


def test_what_havoc_puts_on_the_wire_is_delivered_whatever_its_destination() -> None:
    loose = station("d1", RIGHT, known=False, havoc=[anything("d1")])
    found = judged(network((A, T, B), filtered("d0", LEFT, default=Permit(), routes=OVER), loose))
    crossing_ = pair(found)

    assert crossing_.standing is Standing.UNDECIDED
    assert crossing_.may & found.reach.universe.field("dst", parse("10.9.0.2"))


def test_a_next_hop_that_nobody_owns_is_unknown() -> None:
    stray = (route("10.2.0.0/24", gateway="10.9.0.77"),)
    left, right = (
        filtered("d0", LEFT, default=Permit(), routes=stray),
        filtered("d1", RIGHT, default=Permit(), routes=BACK),
    )
    found = judged(network((A, T, B), left, right))

    assert pair(found, "a", "unknown").standing is Standing.VIOLATED
    assert pair(found, "a", "b").standing is Standing.PROVEN


def test_a_packet_for_the_address_of_a_device_goes_to_that_device() -> None:
    dnat = listed("n", rule(to("dst", "10.2.0.80"), field("dst", "10.9.0.2"), identity="vip"), default=Permit())
    right = station("d1", RIGHT, dnat, pipeline=Pipeline(ingress=(translating("dst", "n"),)))
    site = network((A, T, B), filtered("d0", LEFT, default=Permit(), routes=OVER), right)

    assert forbidden(site, towards="10.9.0.2") == "violated"
    assert pair(judged(site), "a", "t").standing is Standing.VIOLATED  # other hosts of T


# ---- gateways


def test_forbidden_traffic_takes_any_device_on_its_segment_and_required_traffic_the_declared_one() -> None:
    shut = filtered("d0", LEFT, routes=OVER)
    side = {"in": "10.1.0.3/24 a", "up": "10.9.0.3/24 t"}
    open_ = filtered("d2", side, default=Permit(), routes=OVER)
    right = filtered("d1", RIGHT, default=Permit(), routes=BACK)

    def site(*gateway: str):  # type: ignore[no-untyped-def]
        return network((segment("a", "10.1.0.0/24", gateway=gateway), T, B), shut, open_, right)

    assert forbidden(site("d0")) == "violated"
    assert required(site("d0")) == "violated"
    assert required(site("d2")) == "proven"
    assert required(site()) == "violated"  # all of them must work


# ---- within a zone


ROUND = """\
zones:
  mn: {tier: mynumber}
  lg: {tier: lgwan}
segments:
  lg-one: {zone: lg, v4: [172.16.20.0/24], v6: none, gateway: [fw-a]}
  lg-two: {zone: lg, v4: [172.16.21.0/24], v6: none, gateway: [fw-b]}
  between: {zone: ZONE, v4: [172.16.30.0/24], v6: none, kind: transit}
hosts:
  - {id: one, segment: lg-one, addresses: [172.16.20.25]}
  - {id: two, segment: lg-two, addresses: [172.16.21.25]}
devices:
  - id: fw-a
    kind: firewall
    exports: [{path: exports/a.conf}]
    interfaces: {port1: {segment: lg-one, address: 172.16.20.1}, port2: {segment: between, address: 172.16.30.1}}
  - id: fw-b
    kind: firewall
    exports: [{path: exports/b.conf}]
    interfaces: {port1: {segment: lg-two, address: 172.16.21.1}, port2: {segment: between, address: 172.16.30.2}}
"""


def around(folder: Path, zone: str, rules: list[Rule], policy: str = POLICY) -> Assessment:
    """Return the judgement of two segments of one zone with a segment of a zone between them."""
    near, far = [("172.16.21.0/24", "172.16.30.2", "port2")], [("172.16.20.0/24", "172.16.30.1", "port2")]
    a = fortigate("fw-a", {"port1": "172.16.20.1/24", "port2": "172.16.30.1/24"}, rules, near)
    b = fortigate("fw-b", {"port1": "172.16.21.1/24", "port2": "172.16.30.2/24"}, rules, far)
    return assessed(town(folder, ROUND.replace("ZONE", zone), {"a.conf": a, "b.conf": b}, policy))


BOTH = [Rule(1, src="172.16.20.25/32", dst="172.16.21.25/32", service="tcp/443"), CLOSED]


def test_traffic_within_a_zone_that_transits_another_is_a_crossing(tmp_path: Path) -> None:
    found = around(tmp_path / "mn", "mn", BOTH)

    assert standing(found, "lg-one", "lg-two") == "violated"
    shut = around(tmp_path / "shut", "mn", [CLOSED])
    assert ("lg-one", "lg-two") not in {(one.src.id, one.dst.id) for one in shut.crossings}
    inside = around(tmp_path / "lg", "lg", BOTH)
    assert ("lg-one", "lg-two") not in {(one.src.id, one.dst.id) for one in inside.crossings}


# ---- the register's path

REGISTER = (
    POLICY
    + STANDARD
    + """\
register:
  - {id: SP-1, kind: specific, from: one, to: two, service: tcp/443, path: [PATH], purpose: 連携, status: 承認, approver: 課長,
     approved: 2026-04-01, expires: 2027-03-31}
"""
)


@pytest.mark.parametrize(("path", "found"), [("fw-a, fw-b", 0), ("fw-a", 1), ("fw-b, fw-a", 1)])
def test_an_entry_permits_only_on_its_declared_path(tmp_path: Path, path: str, found: int) -> None:
    topology = (
        ROUND.replace("ZONE", "mn")
        .replace("lg-two: {zone: lg", "lg-two: {zone: san")
        .replace("  lg: {tier: lgwan}\n", "  lg: {tier: lgwan}\n  san: {tier: sanitise}\n")
    )
    near, far = [("172.16.21.0/24", "172.16.30.2", "port2")], [("172.16.20.0/24", "172.16.30.1", "port2")]
    a = fortigate("fw-a", {"port1": "172.16.20.1/24", "port2": "172.16.30.1/24"}, BOTH, near)
    b = fortigate("fw-b", {"port1": "172.16.21.1/24", "port2": "172.16.30.2/24"}, BOTH, far)
    judgement = assessed(town(tmp_path, topology, {"a.conf": a, "b.conf": b}, REGISTER.replace("PATH", path)))

    assert len(findings(judgement, "register-path")) == found


def test_an_entry_whose_traffic_may_do_without_a_device_of_its_path_is_undecided(tmp_path: Path) -> None:
    """A router of which nothing is known stands beside the registered path."""
    topology = TWO_TIERS + DEVICE
    beside = (
        "  - id: rt\n    kind: router\n"
        "    interfaces: {a: {segment: mn-lan, address: 172.16.10.9}, b: {segment: lg-lan, address: 172.16.20.9}}\n"
    )
    register = REGISTER.replace("PATH", "fw").replace("from: one, to: two", "from: mn-host, to: lg-host")
    files = {"fw.conf": fortigate("fw", PORTS, [OPEN, CLOSED])}
    alone = assessed(town(tmp_path / "alone", topology, files, register))
    perhaps = assessed(town(tmp_path / "perhaps", topology + beside, files, register))

    assert findings(alone, "register-path") == []
    (finding,) = findings(perhaps, "register-path")
    assert (finding.standing.value, finding.because) == ("undecided", ("no-export:rt",))


def test_an_entry_whose_traffic_surely_does_without_a_device_of_its_path_is_violated(tmp_path: Path) -> None:
    """Two firewalls side by side, both open for it: the host may take the one that is not registered."""
    second = (
        "  - id: fw2\n    kind: firewall\n    exports: [{path: exports/fw2.conf}]\n"
        "    interfaces: {port1: {segment: mn-lan, address: 172.16.10.2}, port2: {segment: lg-lan, address: 172.16.20.2}}\n"
    )
    register = REGISTER.replace("PATH", "fw").replace("from: one, to: two", "from: mn-host, to: lg-host")
    other = {"port1": "172.16.10.2/24", "port2": "172.16.20.2/24"}
    files = {"fw.conf": fortigate("fw", PORTS, [OPEN, CLOSED]), "fw2.conf": fortigate("fw2", other, [OPEN, CLOSED])}
    found = assessed(town(tmp_path, TWO_TIERS + DEVICE + second, files, register))

    assert {one.standing.value for one in findings(found, "register-path")} == {"violated"}
