"""A firewall's or router's own management can be reached from a zone of users."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis.compiling.modes import Mode
from segcheck.analysis.journeys import travel
from segcheck.analysis.reachability import device_key
from segcheck.checks._base import Context
from segcheck.model.check import Check
from segcheck.model.crossing import PlaceKind, Standing
from segcheck.model.finding import Basis, ConfigEvidence, Evidence, Finding, Weight, WitnessEvidence
from segcheck.model.site_words import DeviceKind, Responsibility, Tier
from segcheck.model.trace import Verdict
from segcheck.sets.header import PacketClass
from segcheck.sets.intervals import IntervalSet

CHECK = Check(
    id="device-access",
    weight=Weight.HIGH,
    requirements=("X-04",),
    title=("機器の管理画面に業務区画から届く", "A device's management is open to users"),
    message=(
        "{device} の管理 ({service}) に {places} から届く。",
        "The management of {device} ({service}) can be reached from {places}.",
    ),
    why=(
        "機器を乗っ取れば、その機器がつなぐすべてのゾーンに入れる。",
        "Whoever takes over the device is in every zone that it joins.",
    ),
    fix=("管理は運用管理の区画からだけ許す。", "Allow management from the management segment only."),
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
            and found[place.id] & universe.field("src", context.network.addresses[place.id])
        ]
        if not places:
            continue
        packets = universe.nothing
        for place in places:
            packets = packets | (found[place.id] & universe.field("src", context.network.addresses[place.id]))
        first = places[0]
        witness = (found[first.id] & universe.field("src", context.network.addresses[first.id])).witness()
        journeys = travel(context.network, first.id, witness, via=(name,)).journeys
        arriving = tuple(one for one in journeys if one.verdict is Verdict.PERMIT and one.delivered is not None)[:1]
        spans = dict.fromkeys(
            (step.span, step.list, step.rule)
            for one in arriving
            for hop in one.hops
            for step in (hop.path.steps if hop.path else ())
            if step.span is not None and step.action == "permit"
        )
        lines: list[Evidence] = [
            ConfigEvidence(span, "", f"{name}:{listed}:{rule}") for span, listed, rule in spans if span is not None
        ]
        lines += [
            ConfigEvidence(port.span, f"interface {port.name}", f"{name}:interface:{port.name}")
            for port in station.config.interfaces
            if port.span is not None and any(one.address == witness.get("dst") for one in port.addresses)
        ]
        ports = sorted({box.dport.ranges[0][0] for box in packets.boxes(8).boxes if box.dport is not None})
        yield Finding(
            check=CHECK.id,
            weight=CHECK.weight,
            standing=Standing.VIOLATED,
            basis=(Basis.RULES,),
            subject=name,
            key=name,
            src_zone=first.zone,
            params=(
                ("device", name),
                ("service", ", ".join(f"tcp/{port}" for port in ports)),
                ("places", ", ".join(place.id for place in places)),
            ),
            packets=packets.boxes(8),
            evidence=(WitnessEvidence(witness, first.id, None, arriving), *lines),
            remedy=(
                f"{name} の管理アクセスを運用管理の区画に限る (インターフェースの管理許可と local-in を見直す)。",
                f"Restrict management of {name} to the management segment (interface access and local-in rules).",
            ),
            requirements=CHECK.requirements,
        )
