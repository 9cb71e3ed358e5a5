"""The named cases of the network fixpoint (docs/fixpoint.md §8), each put to the real engine.

The network is `A -d0- T -d1- B`; both devices have sure static routes and permit everything unless the case says otherwise.
`forbidden` asks whether a host of A can reach one of B, `required` whether https from every host of A to every one of B works.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from segcheck.analysis.compiling.modes import Mode
from segcheck.analysis.journeys import travel
from segcheck.analysis.network import Network, Station
from segcheck.analysis.permitting import Allowance
from segcheck.model.match import InForce, Not, conjunction
from segcheck.model.pipeline import Pipeline, Stage, StageKind
from segcheck.model.rules import Action, Deny, Permit, Rule, Translate, Translation, Unsure
from segcheck.model.schedule import Schedule
from segcheck.model.trace import Verdict
from segcheck.reports._packets import box_text, packet_text
from segcheck.sets.addresses import parse
from segcheck.sets.header import PacketClass
from segcheck.sets.intervals import IntervalSet
from tests.analysis.builders import TCP, UDP, field, filtering, ip, listed, route, rule, translating, unknown, varies
from tests.analysis.sites import anything, ends, network, segment, station
from tests.soundness.asking import allowance, forbidden, judged, ordinary, pair, required, sent_by

A, T, B = segment("a", "10.1.0.0/24"), segment("t", "10.9.0.0/24"), segment("b", "10.2.0.0/24")
PERMIT = Permit()
FILTER = Pipeline(forward=(filtering("f", "f"),))
SNAT = Pipeline(forward=(translating("src", "n"),))
DNAT = Pipeline(ingress=(translating("dst", "n"),))


def d0(*rules: Rule, default: Action = PERMIT, **parts: object) -> Station:
    """Return the device between A and T."""
    parts.setdefault("routes", (route("10.2.0.0/24", gateway="10.9.0.2"),))
    lists = () if "pipeline" in parts else (listed("f", *rules, default=default),)
    parts.setdefault("pipeline", FILTER)
    return station("d0", {"in": "10.1.0.1/24 a", "up": "10.9.0.1/24 t"}, *lists, *parts.pop("lists", ()), **parts)


def d1(*rules: Rule, default: Action = PERMIT, **parts: object) -> Station:
    """Return the device between T and B."""
    parts.setdefault("routes", (route("10.1.0.0/24", gateway="10.9.0.1"),))
    lists = () if "pipeline" in parts else (listed("f", *rules, default=default),)
    parts.setdefault("pipeline", FILTER)
    return station("d1", {"up": "10.9.0.2/24 t", "in": "10.2.0.1/24 b"}, *lists, *parts.pop("lists", ()), **parts)


def d2(*rules: Rule, default: Action = PERMIT, ports: dict[str, str] | None = None) -> Station:
    """Return a second device between T and B."""
    return station(
        "d2",
        ports or {"up": "10.9.0.3/24 t", "in": "10.2.0.3/24 b"},
        listed("f", *rules, default=default),
        pipeline=FILTER,
        routes=(route("10.1.0.0/24", gateway="10.9.0.1"),),
    )


def snat(*sources: str, action: Callable[[Translate], Action] = lambda one: one) -> dict[str, object]:
    """Return what makes a device give packets one of some sources."""
    pool = IntervalSet.empty()
    for text in sources:
        pool = pool | parse(text)
    one = Translate(Translation("src", addresses=pool))
    return {"lists": (listed("n", rule(action(one), identity="pool"), default=Permit()),), "pipeline": SNAT}


def dnat(old: str, new: str) -> dict[str, object]:
    """Return what makes a device send packets for one address to another."""
    one = rule(Translate(Translation("dst", addresses=parse(new))), field("dst", old), identity="vip")
    return {"lists": (listed("n", one, default=Permit()),), "pipeline": DNAT}


def ways(*gateways: str, floating: str = "") -> tuple[object, ...]:
    """Return equal routes to B over some gateways, and one that may be withdrawn before them."""
    first = (route("10.2.0.0/24", gateway=floating, sure=False),) if floating else ()
    return (*first, *(route("10.2.0.0/24", gateway=one, distance=10 if floating else 1) for one in gateways))


def plain(*stations: Station) -> Network:
    return network((A, T, B), *stations)


OFFICE = {"office": Schedule("office", IntervalSet.empty(), IntervalSet.of((480, 1019)))}
NIGHT = {"night": Schedule("night", IntervalSet.empty(), IntervalSet.of((1020, 1439)))}
FROM_C = field("src", "10.7.0.9")
HTTPS_PACKET = {"proto": TCP, "sport": 40000, "dport": 443, "tcp_flags": 2}
PQ = ("10.9.0.11", "10.9.0.12")


@dataclass(frozen=True)
class Case:
    """A named case; a verdict of "" is not asked."""

    name: str
    network: Network
    forbidden: str
    required: str = ""


CASES = (
    Case("plain", plain(d0(), d1()), "violated", "proven"),
    Case(
        "pool",
        plain(d0(**snat(*PQ)), d1(rule(Permit(), field("src", PQ[0])), default=Deny())),
        "violated",
        "violated",
    ),
    Case(
        "same_user_twice",
        plain(
            d0(rule(Permit(), varies("user u")), default=Deny()), d1(rule(Deny(), varies("user u")), default=Permit())
        ),
        "proven",
        "violated",
    ),
    Case(
        "disjoint_schedules",
        plain(
            d0(rule(Permit(), InForce("office")), default=Deny(), schedules=OFFICE),
            d1(rule(Permit(), InForce("night")), default=Deny(), schedules=NIGHT),
        ),
        "proven",
        "violated",
    ),
    Case(
        "schedule_one",
        plain(d0(rule(Permit(), InForce("office")), default=Deny(), schedules=OFFICE), d1()),
        "violated",
        "violated",
    ),
    Case("unknown_deny", plain(d0(rule(Deny(), unknown("fqdn"))), d1()), "undecided", "undecided"),
    Case("unknown_permit_then_all", plain(d0(rule(Permit(), unknown("fqdn"))), d1()), "violated", "proven"),
    Case(
        "complement_permits",
        plain(d0(rule(Permit(), unknown("x")), rule(Permit(), Not(unknown("x"))), default=Deny()), d1()),
        "undecided",
        "undecided",
    ),
    Case(
        "ecmp_one_closed",
        plain(d0(routes=ways("10.9.0.2", "10.9.0.3")), d1(default=Deny()), d2()),
        "violated",
        "violated",
    ),
    Case(
        "floating_open",
        plain(d0(routes=ways("10.9.0.2", floating="10.9.0.3")), d1(default=Deny()), d2()),
        "undecided",
        "undecided",
    ),
    Case(
        "floating_both_open",
        plain(d0(routes=ways("10.9.0.2", floating="10.9.0.3")), d1(), d2()),
        "violated",
        "proven",
    ),
    Case(
        "unknown_nat",
        plain(
            d0(**snat("10.1.0.99", action=lambda one: Unsure((one, Permit())))),
            d1(rule(Deny(), field("src", "10.1.0.99"))),
        ),
        "undecided",
        "violated",
    ),
    Case(
        "unk_nat_both_ok",
        plain(d0(**snat("10.9.0.11", action=lambda one: Unsure((one, Permit())))), d1()),
        "violated",
        "proven",
    ),
    Case("unread_route", plain(d0(routing_known=False), d1()), "undecided", "undecided"),
    Case(
        "havoc",
        plain(
            d0(),
            station("d1", {"up": "10.9.0.2/24 t", "in": "10.2.0.1/24 b"}, known=False, havoc=[anything("d1")]),
        ),
        "undecided",
        "undecided",
    ),
    Case(
        "loop",
        plain(d0(), d1(routes=(route("10.2.0.0/25", gateway="10.9.0.1"), route("10.2.0.128/25", gateway="10.9.0.1")))),
        "proven",
        "violated",
    ),
    Case(
        "two_gateways",
        plain(d0(), d1(), d2(default=Deny(), ports={"in": "10.1.0.3/24 a", "up": "10.9.0.3/24 t"})),
        "violated",
        "violated",
    ),
    Case(
        "two_gateways_declared",
        network(
            (segment("a", "10.1.0.0/24", gateway=["d0"]), T, B),
            d0(),
            d1(),
            d2(default=Deny(), ports={"in": "10.1.0.3/24 a", "up": "10.9.0.3/24 t"}),
        ),
        "violated",
        "proven",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_forbidden(case: Case) -> None:
    assert forbidden(case.network) == case.forbidden


@pytest.mark.parametrize("case", [case for case in CASES if case.required], ids=lambda case: case.name)
def test_required(case: Case) -> None:
    assert required(case.network) == case.required


@pytest.mark.parametrize("case", [case for case in CASES if case.forbidden == "proven"], ids=lambda case: case.name)
def test_what_is_proven_never_passes_the_interpreter(case: Case) -> None:
    minutes = judged(case.network).reach.instants.examples
    for minute in minutes:
        told = travel(case.network, "a", {**HTTPS_PACKET, "src": ip("10.1.0.5"), "dst": ip("10.2.0.5")}, minute=minute)
        assert told.verdict is not Verdict.PERMIT


def test_own_address_dnat() -> None:
    site = plain(d0(), d1(**dnat("10.9.0.2", "10.2.0.80")))

    assert forbidden(site, towards="10.9.0.2") == "violated"


def test_own_address_local() -> None:
    site = plain(d0(), d1())

    assert forbidden(site, dst="t", towards="10.9.0.2") == "proven"
    told = travel(site, "a", {**HTTPS_PACKET, "src": ip("10.1.0.5"), "dst": ip("10.9.0.2")})
    assert ends(told) == {"d1"}


def test_vrf_unknown_route() -> None:
    ports = {"in": "10.1.0.1/24 a", "up": "10.2.0.1/24 b"}
    apart = station("d0", ports, domains={"in": "r", "up": "s"}, routing_known=False)
    together = station("d0", ports, routing_known=False)

    assert forbidden(network((A, B), apart)) == "proven"
    assert forbidden(network((A, B), together)) == "undecided"


def test_forged_by_havoc() -> None:
    anyone = station("d0", {"in": "10.1.0.1/24 a", "up": "10.9.0.1/24 t"}, known=False, havoc=[anything("d0")])
    only_c = rule(Permit(), FROM_C)

    assert forbidden(plain(anyone, d1(only_c, default=Deny())), cuts="10.7.0.9") == "undecided"
    assert forbidden(plain(d0(), d1(only_c, default=Deny())), cuts="10.7.0.9") == "proven"


def test_receiver_is_not_header() -> None:
    site = plain(d0(), d1(**dnat("10.2.0.22", "10.2.0.11")))
    found = judged(site, cuts=(("dst", parse("10.2.0.22")), ("dst", parse("10.2.0.11"))))
    reach = found.reach
    b1, b2 = (reach.universe.field("dst", parse(text)) for text in ("10.2.0.11", "10.2.0.22"))

    assert reach.backward({"b": b1}, Mode.MUST)["a"] & b2
    assert not reach.backward({"b": b2}, Mode.MAY)
    assert pair(found).forbidden_must & b2


def test_receiver_is_not_header_so_the_register_is_asked_for_the_real_receiver() -> None:
    site = plain(d0(), d1(rule(Permit(), field("dst", "10.2.0.11", "10.2.0.22")), default=Deny()))
    through = plain(d0(rule(Permit(), field("dst", "10.2.0.22")), default=Deny()), d1(**dnat("10.2.0.22", "10.2.0.11")))
    to_b2, to_b1 = allowance("10.1.0.0/24", "10.2.0.22"), allowance("10.1.0.0/24", "10.2.0.11")

    def open_to(where: Network, header: str, *registered: Allowance) -> bool:
        found = judged(where, *registered)
        own = sent_by(found, "a") & ordinary(found)
        return bool(pair(found, "a", "b").forbidden_must & own & found.reach.universe.field("dst", parse(header)))

    assert open_to(site, "10.2.0.11", to_b2)
    assert not open_to(site, "10.2.0.22", to_b2)
    assert open_to(through, "10.2.0.22", to_b2)  # registered for b2, but b1 receives it
    assert not open_to(through, "10.2.0.22", to_b1)


def test_udp_53() -> None:
    answers = rule(Permit(), conjunction(field("proto", UDP), field("sport", 53)))
    found = judged(plain(d0(answers, default=Deny()), d1()))
    crossing = pair(found).forbidden_must

    assert crossing
    assert crossing <= found.reach.universe.of_class(PacketClass.OPENING)
    packet = crossing.witness()
    assert (packet.get("proto"), packet.get("sport"), packet.reply_shaped) == (UDP, 53, True)
    assert packet_text(packet).endswith("udp (reply-shaped)")
    assert {box_text(box).split("  ")[1].split()[0] for box in crossing.boxes().boxes} == {"reply-shaped"}


def test_fragment_ports() -> None:
    only = listed("f", rule(Permit(), conjunction(field("proto", TCP), field("dport", 443))), default=Deny())
    joined = Pipeline(ingress=(Stage("defragment", StageKind.DEFRAGMENT),), forward=(filtering("f", "f"),))
    found = judged(plain(d0(lists=(only,), pipeline=joined), d1()))
    later = found.reach.universe.of_class(PacketClass.FRAGMENT)
    own = found.reach.universe.field("proto", IntervalSet.of(TCP))

    assert pair(found).may & later & own
    assert not pair(found).must & later
    assert not pair(found).may & (later - own)
    assert pair(found).must - later
