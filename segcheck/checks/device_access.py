"""A firewall's or router's own management can be reached from a zone of users."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from segcheck.analysis.compiling.modes import Mode
from segcheck.analysis.examples import example
from segcheck.analysis.journeys import travel
from segcheck.analysis.lookups import confirm
from segcheck.analysis.reachability import device_key
from segcheck.checks import _coverage
from segcheck.checks._base import Context
from segcheck.checks._registered import permits
from segcheck.model.check import Check
from segcheck.model.crossing import Place, PlaceKind, Standing
from segcheck.model.finding import Basis, ConfigEvidence, Evidence, Finding, Weight, WitnessEvidence
from segcheck.model.journey import Journey
from segcheck.model.requirement import Covered
from segcheck.model.site_words import DeviceKind, Responsibility, Tier
from segcheck.sets.header import PacketClass
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet

CHECK = Check(
    id="device-access",
    weight=Weight.HIGH,
    requirements=("X-04",),
    title=("機器の管理画面に業務のセグメントから届く", "A device's management is open to users"),
    message=(
        "{device} の管理 ({service}) に {places} から届く。",
        "The management of {device} ({service}) can be reached from {places}.",
    ),
    why=(
        "機器を乗っ取れば、その機器がつなぐすべてのゾーンに入れる。",
        "Whoever takes over the device is in every zone that it joins.",
    ),
    fix=("管理は運用管理のセグメントからだけ許す。", "Allow management from the management segment only."),
    wrong=(
        "別の仕組み (信頼ホストなど) で絞り、それを読めていないとき。",
        "If trusted hosts or the like restrict it unread.",
    ),
)
#: SSH, Telnet, HTTP, HTTPS and their usual second ports.
MANAGEMENT = IntervalSet.of(22, 23, 80, 443, 8080, 8443)
TCP = 6


def cuts() -> Iterator[tuple[str, IntervalSet]]:
    """Yield the values by header field that a universe must tell apart."""
    yield "proto", IntervalSet.of(TCP)
    yield "dport", MANAGEMENT


def covered(context: Context) -> Covered:
    """Return whether the export of every device was read: what nobody read may be managed from anywhere."""
    return _coverage.devices_read(context)


def find(context: Context) -> Iterator[Finding]:
    """Yield each device of the city whose management surely answers to another tier than management and maintenance."""
    reach = context.judgement.reach
    universe = reach.universe
    wanted = universe.field("proto", IntervalSet.of(TCP)) & universe.field("dport", MANAGEMENT)
    wanted = wanted & universe.of_class(PacketClass.OPENING) & universe.field("tcp_flags", IntervalSet.of(2))
    for name, station in context.network.stations.items():
        own = station.device
        if station.config is None or own.kind is DeviceKind.HOST or own.responsibility is not Responsibility.CITY:
            continue
        if station.assumed:
            continue
        found = reach.backward({device_key(name): wanted}, Mode.MUST)
        places = [
            place
            for place in context.network.sources()
            if place.id in found
            and place.kind is PlaceKind.SEGMENT
            and place.tier not in (Tier.MANAGEMENT, Tier.MAINTENANCE)
            and found[place.id] & _from(context, place)
        ]
        if not places:
            continue
        yield _finding(context, name, sorted(places, key=lambda place: context.transit(place.id)), found)


def _finding(context: Context, name: str, places: list[Place], found: Mapping[str, PacketSet]) -> Finding:
    network = context.network
    own = {place.id: found[place.id] & _from(context, place) for place in places}
    packets = next(iter(own.values()))
    for part in own.values():
        packets = packets | part
    first, witness = places[0], None
    arriving: tuple[Journey, ...] = ()
    for place in places:  # the first of which the one-packet interpreter tells the way
        witness = example(network, own[place.id], place.id)
        ways = travel(network, place.id, witness).journeys
        arriving = tuple(way for way in ways if way.delivered is not None and way.delivered.id == name)[:1]
        first = place
        if arriving:
            break
    assert witness is not None
    ports = [value for box in packets.boxes(8).boxes if box.dport is not None for value in _values(box.dport)]
    zones = tuple(dict.fromkeys((place.zone, "") for place in places))
    return Finding(
        check=CHECK.id,
        weight=CHECK.weight,
        standing=Standing.VIOLATED,
        basis=(Basis.RULES,),
        subject=name,
        key=name,
        src_zone=zones[0][0],
        zones=zones,
        params=(
            ("device", name),
            ("service", ", ".join(f"tcp/{port}" for port in sorted(set(ports)))),
            ("places", ", ".join(place.id for place in places)),
        ),
        packets=packets.boxes(8),
        evidence=(
            WitnessEvidence(witness, first.id, None, arriving, confirm(network, arriving)),
            *_lines(context, name, witness.dst, arriving),
        ),
        remedy=(
            f"{name} の管理アクセスを運用管理のセグメントに限る (インターフェースの管理許可と local-in を見直す)。",
            f"Restrict management of {name} to the management segment (interface access and local-in rules).",
        ),
        requirements=CHECK.requirements,
    )


def _from(context: Context, place: Place) -> PacketSet:
    """Return the packets that hosts of a place send in their own name."""
    return context.judgement.reach.universe.field("src", context.network.addresses[place.id])


def _values(ports: IntervalSet) -> Iterator[int]:
    asked = ports & MANAGEMENT
    yield from (port for lo, hi in asked.ranges for port in range(lo, hi + 1))


def _lines(context: Context, name: str, address: int, ways: tuple[Journey, ...]) -> Iterator[Evidence]:
    """Yield the rules that let the packet pass, and the interface whose address it is for."""
    for way in ways:
        yield from dict.fromkeys(met.evidence for met in permits(context, way) if met.evidence is not None)
    config = context.network.stations[name].config
    for port in config.interfaces if config is not None else ():
        if port.span is not None and any(one.address == address for one in port.addresses):
            yield ConfigEvidence(port.span, f"interface {port.name}", f"{name}:interface:{port.name}")
