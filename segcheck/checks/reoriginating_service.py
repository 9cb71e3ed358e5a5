"""A device's own service carries on in its own name what it received in another zone: no rule between the zones sees it."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis import permitting
from segcheck.analysis.compiling.expressions import matched
from segcheck.analysis.compiling.modes import Mode
from segcheck.analysis.network import Station
from segcheck.analysis.reachability import device_key
from segcheck.checks import _coverage
from segcheck.checks._base import Context
from segcheck.model.check import Check
from segcheck.model.crossing import Place, PlaceKind, Standing
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.requirement import Covered
from segcheck.model.source import Span
from segcheck.sets.packets import PacketSet

CHECK = Check(
    id="reoriginating-service",
    weight=Weight.MEDIUM,
    requirements=("X-12",),
    title=("機器のサービスを踏み台にゾーンを越えられる可能性", "A device's own service may be a stepping stone"),
    message=(
        "{device} の {service} に {places} から届く。このサービスは受けた通信を自ら再発信し、機器は {legs} につながっている。",
        "{service} of {device} can be reached from {places}; it sends on in its own name, and the device stands in {legs}.",
    ),
    why=(
        "DNS 転送、プロキシ、VPN の窓口は受けた内容を別の通信として送り出すため、ゾーン間の規則では止められない。",
        "DNS forwarders, proxies and VPN portals open sessions of their own, which no rule between the zones stops.",
    ),
    fix=(
        "サービスを使う区画だけに限るか、ゾーンごとに別の機器で提供する。",
        "Offer the service only where it is used, or by a device of its own for each zone.",
    ),
    wrong=(
        "再発信先が同じゾーンの中に限られているとき。",
        "If what it sends on stays within the zone.",
    ),
)


def covered(context: Context) -> Covered:
    """Return whether the export of every device was read: what nobody read may offer any service."""
    return _coverage.devices_read(context)


def find(context: Context) -> Iterator[Finding]:
    """Yield each such service that can be reached from one zone on a device with legs in another."""
    for name, station in context.network.stations.items():
        for kind, span, packets in _services(context, station):
            yield from _finding(context, name, station, kind, span, packets)


def _services(context: Context, station: Station) -> Iterator[tuple[str, Span | None, PacketSet]]:
    """Yield kind, place and packets of what re-originates, by the export and by the topology."""
    reach, name = context.judgement.reach, station.device.id
    for own in station.config.services if station.config is not None else ():
        if own.reoriginates:
            space = reach.spaces[name]
            yield own.kind, own.span, space.left(matched(space, own.match).may)
    for declared in station.device.services:
        if declared.reoriginates:
            asked = permitting.of_service(context.site, station.device, declared)
            yield declared.kind, declared.span, permitting.covered(reach.universe, asked)


def _finding(
    context: Context, name: str, station: Station, kind: str, span: Span | None, packets: PacketSet
) -> Iterator[Finding]:
    reach, network = context.judgement.reach, context.network
    found: dict[Mode, list[Place]] = {}
    for mode in (Mode.MUST, Mode.MAY):
        arriving = reach.backward({device_key(name): packets}, mode)
        found[mode] = [
            place
            for place in network.sources()
            if place.kind is PlaceKind.SEGMENT
            and place.id in arriving
            and reach.doubts.without_assumptions(arriving[place.id])
            & reach.universe.field("src", network.addresses[place.id])
        ]
    legs = sorted({network.places[place].zone for port in station.ports for place in port.places})
    reaching = [place for place in found[Mode.MAY] if set(legs) - {place.zone}]
    if not reaching:
        return
    sure = [place for place in reaching if place in found[Mode.MUST]]
    shown = sure or reaching
    yield Finding(
        check=CHECK.id,
        weight=CHECK.weight,
        standing=Standing.VIOLATED if sure else Standing.UNDECIDED,
        basis=(Basis.RULES,),
        subject=f"{name} {kind}",
        key=f"{name}:{kind}",
        src_zone=shown[0].zone,
        params=(
            ("device", name),
            ("service", kind),
            ("places", ", ".join(place.id for place in shown)),
            ("legs", ", ".join(legs)),
        ),
        evidence=(ConfigEvidence(span or station.device.span, kind, f"{name}::{kind}"),),
        because=() if sure else tuple(doubt.id for doubt in station.havoc),
        remedy=(
            f"{name} の {kind} を、使う区画のインターフェースだけに限る。",
            f"Restrict {kind} of {name} to the interfaces of the segments that use it.",
        ),
        requirements=CHECK.requirements,
    )
