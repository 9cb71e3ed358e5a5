"""A way out that is not the security cloud: a route to the internet over a line of one's own."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis.examples import example
from segcheck.analysis.journeys import travel
from segcheck.analysis.lookups import confirm
from segcheck.analysis.network import PUBLIC, UNKNOWN, Port
from segcheck.checks._base import Context
from segcheck.model.check import Check
from segcheck.model.crossing import PlaceKind, Standing
from segcheck.model.device import DeviceConfig, Route
from segcheck.model.finding import Basis, ConfigEvidence, Evidence, Finding, Weight, WitnessEvidence
from segcheck.model.site_words import Responsibility, Tier
from segcheck.model.source import Span
from segcheck.model.trace import Verdict
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

CHECK = Check(
    id="extra-exit",
    weight=Weight.CRITICAL,
    requirements=("IN-01", "IN-02"),
    title=("セキュリティクラウドを通らない出口", "An exit past the security cloud"),
    message=(
        "{device} の {interface} は、セキュリティクラウドを通らない外部への出口である。そこへ向かう経路がある。",
        "{interface} of {device} is an exit past the security cloud: routes lead out by it.",
    ),
    why=(
        "インターネットとの通信は自治体情報セキュリティクラウドに集約し、そこで監視する。別の出口には監視がない。",
        "Internet traffic is to be gathered in the security cloud and watched there. Nobody watches another exit.",
    ),
    fix=(
        "回線と経路を外すか、三層から切り離した独立の回線として宣言する。",
        "Remove line and route, or declare it as detached.",
    ),
    wrong=(
        "切り離した来庁者用などの回線のとき。トポロジーで links に宣言する。",
        "If it is a detached line: declare it in `links`.",
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """Yield each interface of a city's device by which a route leads to the internet, or where nobody said what is there."""
    for station in context.network.stations.values():
        config = station.config
        if config is None or station.device.responsibility is not Responsibility.CITY:
            continue
        inside = {place for port in station.ports for place in port.places} - {PUBLIC.id, UNKNOWN.id}
        tiers = {context.network.places[place].tier for place in inside}
        if not tiers & {Tier.MYNUMBER, Tier.LGWAN, Tier.INTERNET, Tier.SANITISE, Tier.DMZ}:
            continue  # a detached line of its own
        for port in station.ports:
            routes = [one for one in config.routes if one.interface == port.interface and _outward(context, port, one)]
            if routes and {PUBLIC.id, UNKNOWN.id} & set(port.places):
                yield _finding(context, config, port, routes)


def _outward(context: Context, port: Port, route: Route) -> bool:
    """Return whether a route leads further than to the line itself."""
    line = IntervalSet.empty()
    for own in port.addresses:
        line = line | addresses.prefix(own.address, own.length)
    return bool((route.to - line) & context.network.addresses[PUBLIC.id])


def _finding(context: Context, config: DeviceConfig, port: Port, routes: list[Route]) -> Finding:
    name = port.device
    leaving = _leaving(context, port)
    interface = config.interface(port.interface)
    lines: dict[Span, Evidence] = {}
    if interface is not None and interface.span is not None:
        text = f"interface {port.interface}"
        lines[interface.span] = ConfigEvidence(interface.span, text, f"{name}:interface:{port.interface}")
    for route in routes:
        if route.span is not None:
            text = f"route {', '.join(addresses.describe(route.to)[:4])}"
            lines.setdefault(route.span, ConfigEvidence(route.span, text, f"{name}:route:{port.interface}"))
    return Finding(
        check=CHECK.id,
        weight=CHECK.weight if leaving is not None else Weight.HIGH,
        standing=Standing.VIOLATED,
        basis=(Basis.RULES,),
        subject=f"{name} {port.interface}",
        key=f"{name}:{port.interface}",
        params=(("device", name), ("interface", port.interface)),
        evidence=(*((leaving,) if leaving is not None else ()), *lines.values()),
        remedy=(
            f"{name} の {port.interface} の回線と、そこへ向かう経路を外し、セキュリティクラウドだけを出口にする。",
            f"Remove the line at {port.interface} of {name} and the routes that use it; "
            "leave the security cloud as the only exit.",
        ),
        requirements=CHECK.requirements,
    )


def _leaving(context: Context, port: Port) -> WitnessEvidence | None:
    """Return a packet that surely leaves by the interface, None where no rule lets any out."""
    for pair in context.judgement.pairs:
        if pair.dst.id in (PUBLIC.id, UNKNOWN.id) and pair.must and pair.src.kind is PlaceKind.SEGMENT:
            packet = example(context.network, pair.must, pair.src.id, pair.dst.id)
            for way in travel(context.network, pair.src.id, packet).journeys:
                last = way.hops[-1] if way.hops else None
                if (
                    way.verdict is Verdict.PERMIT
                    and last
                    and (last.device, last.egress) == (port.device, port.interface)
                ):
                    return WitnessEvidence(packet, pair.src.id, None, (way,), confirm(context.network, (way,)))
    return None
