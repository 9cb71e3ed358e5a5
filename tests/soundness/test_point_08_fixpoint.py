"""DESIGN 2.8: nodes are (device, domain, ingress); sets over them reach a fixpoint, not paths; forward and backward agree."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from segcheck.analysis.compiling.modes import Mode
from segcheck.analysis.journeys import travel
from segcheck.analysis.network import Doubt, DoubtKind, Network
from segcheck.analysis.reachability import Reach, device_key
from segcheck.model.device import Scope, Taint
from segcheck.model.match import Interface as On
from segcheck.model.pipeline import Pipeline, Stage, StageKind
from segcheck.model.rules import Deny, Permit
from segcheck.sets.addresses import parse
from tests.analysis.builders import TCP, field, filtering, ip, listed, route, rule, translating
from tests.analysis.devices import to
from tests.analysis.random_networks import Maker
from tests.analysis.sites import devices, network, segment, station
from tests.soundness.asking import forbidden, required
from tests.soundness.town import CLOSED, DEVICE, PORTS, TWO_TIERS, Rule, assessed, crossing, fortigate, standing, town

A, T, B = segment("a", "10.1.0.0/24"), segment("t", "10.9.0.0/24"), segment("b", "10.2.0.0/24")
FILTER = Pipeline(forward=(filtering("f", "f"),))
LEFT, RIGHT = {"in": "10.1.0.1/24 a", "up": "10.9.0.1/24 t"}, {"up": "10.9.0.2/24 t", "in": "10.2.0.1/24 b"}
OVER, BACK = (route("10.2.0.0/24", gateway="10.9.0.2"),), (route("10.1.0.0/24", gateway="10.9.0.1"),)
PACKET = {"proto": TCP, "sport": 40000, "dport": 443, "tcp_flags": 2}


def four(where: Network) -> Network:
    """Return a network whose translations are for IPv4 only, as those of vendors are."""

    def stages(found: tuple[Stage, ...]) -> tuple[Stage, ...]:
        only = frozenset((4,))
        return tuple(replace(s, families=only) if s.kind is StageKind.TRANSLATE else s for s in found)

    stations = {}
    for name, one in where.stations.items():
        config = one.config
        if config is not None:
            own = config.pipeline
            own = replace(own, ingress=stages(own.ingress), forward=stages(own.forward), local=stages(own.local))
            config = replace(config, pipeline=own)
        stations[name] = replace(one, config=config)
    return replace(where, stations=stations)


@pytest.mark.parametrize("seed", range(60))
def test_forward_and_backward_agree(seed: int) -> None:
    """What a source may send for something to arrive is the same, carried forward from it or backward from the receiver.

    Forward may tell more where a device has policy routes, which it does not keep apart; it never tells less.
    """
    where = four(Maker(seed).network())
    exact = not any(s.config is not None and s.config.pipeline.policy_routes for s in where.stations.values())
    reach = Reach(where)
    receivers = [*where.places, *(device_key(name) for name in where.stations)]
    within, nothing = reach.universe.family(4), reach.universe.nothing
    compared = 0
    for receiver in receivers:
        backward = reach.backward({receiver: reach.universe.everything}, Mode.MAY)
        for place in where.sources():
            if receiver == place.id:
                continue
            compared += 1
            forward = reach.sent(place.id).get(receiver, nothing) & within
            back = backward.get(place.id, nothing) & within
            if reach.renamed(place.id, receiver):
                assert forward or not back, (place.id, receiver)
            else:
                forward, back = reach.doubts.anyway(forward), reach.doubts.anyway(back)
                assert back <= forward, (place.id, receiver)
                if exact and not reach.forged(place.id, receiver):
                    assert forward == back, (place.id, receiver)
    assert compared > 5


def test_an_unread_translation_is_followed_where_no_other_line_translates() -> None:
    """A line of a NAT section that was not read may send any packet anywhere, before routing and after it."""
    taint = (Taint(Scope.TRANSLATION, "unread:1"),)
    filtered = listed("f", rule(Permit(), field("src", "10.1.0.0/24")), default=Deny())
    ways = (*OVER, route("203.0.113.0/24", gateway="10.9.0.2"))
    whole = station("d0", LEFT, filtered, pipeline=FILTER, routes=ways)
    left = station("d0", LEFT, filtered, pipeline=FILTER, routes=ways, taints=taint)
    left = replace(left, unread=Doubt("unread:d0", DoubtKind.UNREAD, "d0"))
    only = listed("f", rule(Permit(), field("src", "10.7.0.9")), default=Deny())
    right = station("d1", RIGHT, only, pipeline=FILTER, routes=BACK)

    assert forbidden(network((A, T, B), left, right), towards="203.0.113.80", cuts="10.7.0.9") == "undecided"
    assert forbidden(network((A, T, B), whole, right), cuts="10.7.0.9") == "proven"


def test_the_interface_that_a_packet_comes_by_counts() -> None:
    """Two ways to one device: only by one of them the rule lets the packet pass."""
    by_left = listed("f", rule(Permit(), On("in", ("left",))), default=Deny())
    u = segment("u", "10.8.0.0/24")
    ports = {"left": "10.9.0.2/24 t", "right": "10.8.0.2/24 u", "in": "10.2.0.1/24 b"}
    last = station("d1", ports, by_left, pipeline=FILTER, routes=BACK)
    first = station("d0", {**LEFT, "other": "10.8.0.1/24 u"}, routes=(route("10.2.0.0/24", gateway="10.8.0.2"),))
    direct = station("d0", {**LEFT, "other": "10.8.0.1/24 u"}, routes=OVER)

    assert forbidden(network((A, T, u, B), first, last)) == "proven"
    assert forbidden(network((A, T, u, B), direct, last)) == "violated"


def test_domains_of_one_device_are_nodes_of_their_own() -> None:
    ports = {"in": "10.1.0.1/24 a", "up": "10.2.0.1/24 b"}
    apart = station("d0", ports, domains={"in": "r", "up": "s"})

    assert forbidden(network((A, B), apart)) == "proven"
    assert forbidden(network((A, B), station("d0", ports))) == "violated"


def test_a_packet_that_comes_back_with_another_header_is_followed() -> None:
    """d0 sends it to d1, which turns its destination into a host behind d0's third interface and sends it back."""
    ports = {"in": "10.1.0.1/24 a", "up": "10.9.0.1/24 t", "out": "10.2.0.1/24 b"}
    first = station("d0", ports, routes=(route("203.0.113.0/24", gateway="10.9.0.2"),))
    vip = listed("n", rule(to("dst", "10.2.0.80"), field("dst", "203.0.113.80"), identity="vip"), default=Permit())
    turning = station(
        "d1",
        {"up": "10.9.0.2/24 t"},
        vip,
        pipeline=Pipeline(ingress=(translating("dst", "n"),)),
        routes=(route("10.2.0.0/24", gateway="10.9.0.1"),),
    )
    site = network((A, T, B), first, turning)

    assert forbidden(site, towards="203.0.113.80") == "violated"
    told = travel(site, "a", {**PACKET, "src": ip("10.1.0.5"), "dst": ip("203.0.113.80")})
    assert devices(told.journeys[0]) == ["d0", "d1", "d0"]
    assert forbidden(network((A, T, B), first), towards="203.0.113.80") == "proven"


def test_a_loop_ends_and_delivers_nothing() -> None:
    halves = (route("10.2.0.0/25", gateway="10.9.0.1"), route("10.2.0.128/25", gateway="10.9.0.1"))
    site = network((A, T, B), station("d0", LEFT, routes=OVER), station("d1", RIGHT, routes=halves))

    assert forbidden(site) == "proven"
    assert required(site) == "violated"


@pytest.mark.parametrize(("sure", "expected"), [(True, "proven"), (False, "undecided")])
def test_only_sure_routes_shadow_shorter_ones(sure: bool, expected: str) -> None:
    """A longer route into nothing hides the way to B; one that may be withdrawn does not."""
    hole = route("10.2.0.0/25", discard=True, sure=sure), route("10.2.0.128/25", discard=True, sure=sure)
    site = network((A, T, B), station("d0", LEFT, routes=(*OVER, *hole)), station("d1", RIGHT, routes=BACK))

    assert forbidden(site) == expected


def test_paths_are_not_counted() -> None:
    """Twelve layers of two routers each have 4,096 simple paths between A and B."""
    layers = 12
    places = [A, *(segment(f"t{n}", f"10.{100 + n}.0.0/24") for n in range(layers - 1)), B]
    stations = []
    for n in range(layers):
        near, far = places[n], places[n + 1]
        for twin in (1, 2):
            own = {
                "in": f"{'10.1.0' if n == 0 else f'10.{99 + n}.0'}.{twin + 10}/24 {near.id}",
                "up": f"{'10.2.0' if n == layers - 1 else f'10.{100 + n}.0'}.{twin}/24 {far.id}",
            }
            ways = (
                ()
                if n == layers - 1
                else tuple(route("10.2.0.0/24", gateway=f"10.{100 + n}.0.{g + 10}") for g in (1, 2))
            )
            stations.append(station(f"d{n}{twin}", own, routes=ways))
    site = network(tuple(places), *stations)

    assert forbidden(site) == "violated"
    assert required(site) == "proven"


@pytest.mark.parametrize(("order", "expected"), [("filter first", "proven"), ("translation first", "violated")])
def test_the_order_of_the_stages_is_the_vendors(order: str, expected: str) -> None:
    """An ingress list that permits only the real address: before translation nobody has it yet."""
    real = listed("f", rule(Permit(), field("dst", "10.2.0.80")), default=Deny())
    vip = listed("n", rule(to("dst", "10.2.0.80"), field("dst", "10.9.0.2"), identity="vip"), default=Permit())
    stages = (filtering("f", "f"), translating("dst", "n"))
    ingress = stages if order == "filter first" else stages[::-1]
    right = station("d1", RIGHT, real, vip, pipeline=Pipeline(ingress=ingress))

    assert forbidden(network((A, T, B), station("d0", LEFT, routes=OVER), right), towards="10.9.0.2") == expected


def test_an_importer_says_the_order(tmp_path: Path) -> None:
    vip = """\
config firewall vip
    edit "vip"
        set extip 172.16.10.80
        set mappedip "172.16.20.25"
        set extintf "any"
    next
end
"""
    export = fortigate("fw", PORTS, [Rule(1, "port1", "port2", dst="172.16.20.25/32"), CLOSED], more=vip)
    export = export.replace('set dstaddr "172.16.20.25/32"', 'set dstaddr "vip"')
    found = assessed(town(tmp_path, TWO_TIERS + DEVICE, {"fw.conf": export}))
    config = found.bindings[0].config
    assert config is not None
    kinds = [(stage.name, stage.kind) for stage in (*config.pipeline.ingress, *config.pipeline.forward)]

    assert kinds.index(("dnat", StageKind.TRANSLATE)) < kinds.index(("policy", StageKind.FILTER))
    assert standing(found) == "violated"
    judgement = crossing(found, "mn-lan", "lg-lan").must.boxes
    assert any(parse("172.16.10.80") & box.dst for box in judgement)


def test_every_result_is_a_fixpoint() -> None:
    """Asking again, or in another order, changes nothing."""
    where = Maker(7).network()
    first, second = Reach(where), Reach(where)
    for place in reversed([*where.sources()]):
        second.sent(place.id)
    for place in where.sources():
        one = {r: p.digest() for r, p in first.sent(place.id).items()}
        assert one == {r: p.digest() for r, p in second.sent(place.id).items()}
