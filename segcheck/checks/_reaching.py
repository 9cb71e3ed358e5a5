"""Whether the exports let a declared communication pass at all: one packet, carried by the interpreter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from segcheck.analysis.journeys import travel
from segcheck.checks._base import Context
from segcheck.model.finding import WitnessEvidence
from segcheck.model.trace import Verdict
from segcheck.sets import addresses
from segcheck.sets.header import Packet

SYN = 2
TCP = 6


def refused(
    context: Context, sources: Iterable[tuple[str, int]], target: int, services: Iterable[tuple[int, int]]
) -> WitnessEvidence | None:
    """Return a packet that shows that nothing of it passes; None if any may, or there is nothing to ask.

    sources    (segment, address) from which it may be sent
    services   (protocol, port), each of which would do
    """
    shown: WitnessEvidence | None = None
    wanted = tuple(services)
    for segment, address in sources:
        if addresses.family(address) != addresses.family(target):
            continue
        for protocol, port in wanted:
            packet = _packet(address, target, protocol, port)
            trace = travel(context.network, segment, packet)
            if trace.verdict is not Verdict.DENY:
                return None
            shown = shown or WitnessEvidence(packet, segment, None, trace.journeys[:1])
    return shown


def passed(
    context: Context, sources: Iterable[tuple[str, int]], target: int, services: Iterable[tuple[int, int]]
) -> Iterator[WitnessEvidence]:
    """Yield a packet for each service that surely arrives from one of the sources; arguments as those of `refused`."""
    ends = [one for one in sources if addresses.family(one[1]) == addresses.family(target)]
    for protocol, port in services:
        for segment, address in ends:
            packet = _packet(address, target, protocol, port)
            trace = travel(context.network, segment, packet)
            if trace.verdict is Verdict.PERMIT:
                yield WitnessEvidence(packet, segment, None, trace.journeys[:1])
                break


def _packet(source: int, target: int, protocol: int, port: int) -> Packet:
    flags = SYN if protocol == TCP else None
    return Packet(src=source, dst=target, proto=protocol, sport=50000, dport=port, tcp_flags=flags)


def addresses_of(context: Context, name: str) -> tuple[tuple[str, int], ...]:
    """Return where a host or a device stands, and the addresses of members of a group, one for each segment."""
    site = context.site
    if name in site.hosts:
        return tuple((site.hosts[name].segment or "public", one) for one in site.hosts[name].addresses)
    if name in site.devices:
        ports = site.devices[name].interfaces
        return tuple((one.segment, each.address) for one in ports if one.segment for each in one.addresses)
    group = site.groups.get(name)
    if group is None:
        return ()
    found = [one for host in group.hosts for one in addresses_of(context, host)]
    for segment in site.segments:
        held = context.network.addresses[segment] & group.ranges
        if held:
            found.append((segment, held.min))
    return tuple(found)
