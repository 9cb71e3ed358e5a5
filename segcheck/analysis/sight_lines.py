"""Where a tap stands: on which wire it saw a frame, and which addresses lie on that side of its device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from segcheck.analysis.network import Network
from segcheck.analysis.tracing import Addressing
from segcheck.model.site import Site, Tap


@dataclass(frozen=True, slots=True)
class Wire:
    """Where conversations of a tap were seen: the segments of it, () where that is not known.

    vlan   the tag by which it is known, None without one
    """

    tap: str
    segments: tuple[str, ...]
    domain: str
    vlan: int | None = None


def wire_of(site: Site, tap: Tap, tags: tuple[int, ...]) -> Wire:
    """Return the wire on which a tap sees frames with these tags, outer first; VLAN 0 only carries a priority.

    Of several tags the outermost counts. Without a tag, or with the tag of its own segment, it is the interface's segment.
    With another tag it is the segment of that VLAN, one that the interface's trunk carries before any other; several or none:
    not known.
    """
    return wires_at(site, tap, [tags])[0]


def wires_at(site: Site, tap: Tap, several: Sequence[tuple[int, ...]]) -> list[Wire]:
    """Return the same for each of several stacks of tags."""
    own, carried = _carried(site, tap)
    domains = _domains(site)
    return [_wire(site, tap, next((one for one in tags if one), None), own, carried, domains) for tags in several]


def _wire(
    site: Site, tap: Tap, tag: int | None, own: tuple[str, ...], carried: frozenset[str], known: frozenset[str]
) -> Wire:
    if tag is None or (len(own) == 1 and site.segments[own[0]].vlan == tag):
        found = own
    else:
        named = [name for name, segment in site.segments.items() if segment.vlan == tag]
        found = tuple([name for name in named if name in carried] or named)
        found = found if len(found) == 1 else ()
    domains = {site.segments[name].domain for name in found or own}
    declared = site.devices[tap.device].interface(tap.interface)
    other = declared.domain if declared is not None and declared.domain in known else "default"
    return Wire(tap.id, found, domains.pop() if len(domains) == 1 else other, tag)


def _domains(site: Site) -> frozenset[str]:
    return frozenset(segment.domain for segment in site.segments.values())


def _carried(site: Site, tap: Tap) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the segment of a tap's interface, and all segments that its links carry."""
    interface = site.devices[tap.device].interface(tap.interface)
    own = (interface.segment,) if interface is not None and interface.segment else ()
    carried = set(own)
    for link in site.links.values():
        if any((end.device, end.interface) == (tap.device, tap.interface) for end in link.ends):
            carried |= set(link.segments)
            carried |= {end.segment for end in link.ends if end.segment}
    return own, frozenset(carried)


@dataclass(eq=False)
class Sides:
    """Asks the routes of a tap's device which of its sides an address is on; the topology's cables alone join everything."""

    network: Network
    _addressing: dict[str, Addressing | None] = field(default_factory=dict)
    _toward: dict[tuple[str, str, int], bool | None] = field(default_factory=dict)

    def toward(self, wire: Wire, address: int) -> bool | None:
        """Return whether the tap's device sends what is for an address to the wire, or False: elsewhere.

        None where nobody can tell, where it has no route for it, and for its own addresses, which are on every side.
        """
        tap = self.network.site.taps.get(wire.tap)
        if tap is None or not wire.segments:
            return None
        interface = self._interface(tap, wire)
        if interface is None:
            return None
        key = tap.device, interface, address
        if key not in self._toward:
            self._toward[key] = self._asked(*key)
        return self._toward[key]

    def zones(self, wire: Wire) -> frozenset[str]:
        """Return the zones of a wire's segments."""
        return frozenset(self.network.site.segments[name].zone for name in wire.segments)

    def _interface(self, tap: Tap, wire: Wire) -> str | None:
        """Return the interface of the tap's device that stands on the wire: a VLAN of a trunk has one of its own."""
        ports = self.network.stations[tap.device].ports
        here = [port.interface for port in ports if set(wire.segments) & set(port.places)]
        return tap.interface if tap.interface in here else here[0] if len(here) == 1 else None

    def _asked(self, device: str, interface: str, address: int) -> bool | None:
        station = self.network.stations[device]
        if device not in self._addressing:
            self._addressing[device] = Addressing(station.config) if station.config is not None else None
        known, port = self._addressing[device], station.port(interface)
        if port is None:
            return None
        if any(own.address == address for one in station.ports for own in one.addresses):
            return None
        if known is None:
            return self._connected(device, interface, address)
        egresses = {way.egress for way in known.ways(address, known.domain(interface))} - {""}
        return None if None in egresses or not egresses else interface in egresses

    def _connected(self, device: str, interface: str, address: int) -> bool | None:
        """Return the same of a device whose routes nobody knows: it reaches the hosts of its own segments directly."""
        here = {
            port.interface
            for port in self.network.stations[device].ports
            if any(
                address in self.network.addresses[name] for name in port.places if name in self.network.site.segments
            )
        }
        return interface in here if here else None


def wires_of(site: Site, tap: Tap) -> tuple[Wire, ...]:
    """Return every wire that a tap sees: its interface's own, and those that its trunk carries."""
    own, carried = _carried(site, tap)
    found = [wire_of(site, tap, ())] if own else []
    for name in sorted(carried - set(own)):
        segment = site.segments[name]
        found.append(Wire(tap.id, (name,), segment.domain, segment.vlan))
    return tuple(found)
