"""What checks of neighbours share: who is heard on which wire, who that is as far as anybody declared it, how it is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from segcheck.analysis.network.addressing import shares
from segcheck.analysis.sight_lines import wire_of
from segcheck.captures.wireshark import neighbour_filter
from segcheck.checks._seen import MANY, SHOWN, SeenContext, japan
from segcheck.model.check import Check, Said
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Finding, FramesEvidence, Weight
from segcheck.model.flow import FRAME_BITS
from segcheck.model.neighbour import Neighbour, NeighbourKind
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site import DEFAULT_DOMAIN, Host, Segment
from segcheck.model.site_words import DeviceKind, SegmentKind, Tier
from segcheck.sets.addresses import parse, parse_one
from segcheck.sets.intervals import IntervalSet

#: What claims an address for itself.
CLAIMS = (NeighbourKind.ARP, NeighbourKind.ND)
#: VRRP and CARP for IPv4 and IPv6 (RFC 9568 §7.3), HSRP version 1 and 2: who holds the address uses them beside its own.
VIRTUAL = ("00:00:5e:00:01:", "00:00:5e:00:02:", "00:00:0c:07:ac:", "00:00:0c:9f:f")
#: Tiers in which whoever routes or assigns addresses leads everybody away from the only way out that was meant.
_INNER = (Tier.MYNUMBER, Tier.JUKI, Tier.GOV_CLOUD, Tier.LGWAN, Tier.LGWAN_WAN)
_ROUTING = (DeviceKind.FIREWALL, DeviceKind.ROUTER, DeviceKind.L3_SWITCH, DeviceKind.LOAD_BALANCER, DeviceKind.VPN)


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said, and at which tap it was heard ("" = none was named)."""

    one: Neighbour
    tap: str

    @property
    def sender(self) -> str:
        """Return who said it: the address with the MAC, where there is one."""
        return (
            f"{self.one.address} ({self.one.mac})"
            if self.one.mac and self.one.address
            else self.one.address or self.one.mac
        )


@dataclass(frozen=True, slots=True)
class Told:
    """Something to be told: about whom or what, how it stands, and why (Japanese, English)."""

    names: tuple[str, ...]
    standing: Standing
    reason: Said
    members: tuple[Heard, ...]

    @property
    def key(self) -> str:
        """Return what stays the same from run to run."""
        return self.names[0] if len(self.names) == 1 else "many"


@dataclass(frozen=True, eq=False)
class Wire:
    """What was said on one wire: a segment, or where that is not known whatever carries the same VLAN tags at a tap.

    Without a tap a segment is found by the addresses, in the default routing domain.
    """

    context: SeenContext
    name: str
    segment: Segment | None
    said: tuple[Heard, ...]

    def of(self, *kinds: NeighbourKind) -> Iterator[Heard]:
        """Yield what was said of some kinds."""
        return (heard for heard in self.said if heard.one.kind in kinds)

    @property
    def zone(self) -> str:
        """Return its zone, "" if that is not known."""
        return self.segment.zone if self.segment is not None else ""

    @property
    def weight(self) -> Weight:
        """Return how grave it is that somebody else routes or assigns addresses here."""
        tier = self.context.site.zones[self.zone].tier if self.zone else Tier.UNKNOWN
        return Weight.CRITICAL if tier in _INNER else Weight.HIGH

    @property
    def ours(self) -> bool:
        """Whether it is ours to say who routes here: beyond a line others do."""
        return self.segment is None or self.segment.kind is not SegmentKind.EXTERNAL

    @cached_property
    def claims(self) -> Mapping[int, tuple[Heard, ...]]:
        """Return who claims which address."""
        found: dict[int, list[Heard]] = {}
        for heard in self.of(*CLAIMS):
            found.setdefault(parse_one(heard.one.address), []).append(heard)
        return {address: tuple(claims) for address, claims in found.items()}

    @cached_property
    def _macs(self) -> Mapping[int, frozenset[str]]:
        return {address: frozenset(claim.one.mac for claim in claims) for address, claims in self.claims.items()}

    @cached_property
    def routers(self) -> frozenset[int]:
        """Return the addresses of the declared routers on the segment, of all that there are if it is not known."""
        return frozenset(
            address.address
            for station in self.context.network.stations.values()
            if station.device.kind in _ROUTING
            for port in station.ports
            if self.segment is None or self.segment.id in port.places
            for address in port.addresses
        )

    def routes(self, one: Neighbour) -> bool:
        """Return whether a declared router on the segment said it: by its address, or by a MAC that alone claims one.

        An address that only other MACs claim says nothing.
        """
        address = parse_one(one.address)
        if address in self.routers:
            return not one.mac or one.mac in self._macs.get(address, {one.mac})
        alone = frozenset((one.mac,))
        return bool(one.mac) and any(self._macs.get(address) == alone for address in self.routers)

    @cached_property
    def _claimed(self) -> Mapping[str, Host]:
        """Return whose address each MAC claims; the first declared host."""
        found: dict[str, Host] = {}
        for address, macs in self._macs.items():
            host = self._hosts.get(address)
            if host is not None:
                found.update(dict.fromkeys(macs - found.keys(), host))
        return found

    @cached_property
    def _hosts(self) -> Mapping[int | str, Host]:
        """Return the declared hosts by MAC, and those of the wire's routing domain by address."""
        found: dict[int | str, Host] = {}
        own = self.segment.domain if self.segment is not None else DEFAULT_DOMAIN
        for host in self.context.site.hosts.values():
            segment = self.context.site.segments.get(host.segment)
            near = host.addresses if segment is None or segment.domain == own else ()
            for mac in host.macs:
                found.setdefault(mac, host)
            for address in near:
                found.setdefault(address, host)
        return found

    def host(self, one: Neighbour) -> Host | None:
        """Return the declared host that said it: by its declared MAC, its address, or an address that the same MAC claims."""
        hosts = self._hosts
        return hosts.get(one.mac) or hosts.get(parse_one(one.address)) or self._claimed.get(one.mac)

    def holder(self, address: int) -> Host | None:
        """Return the declared host of an address."""
        return self._hosts.get(address)


def wires(context: SeenContext) -> Iterator[Wire]:
    """Yield every wire on which something was said, in a fixed order."""
    site = context.site
    owned = {name: values for name, values in shares(site).items() if name in site.segments}
    found: dict[str, list[Heard]] = {}
    for tap in sorted(context.neighbours):
        declared = site.taps.get(tap)
        tagged = dict.fromkeys(one.vlans for one in context.neighbours[tap].said)
        known = {tags: wire_of(site, declared, tags).segments for tags in tagged} if declared is not None else {}
        for one in context.neighbours[tap].said:
            if declared is not None:
                name = known[one.vlans][0] if len(known[one.vlans]) == 1 else ""
            else:
                name = _segment(site.segments, owned, one)
            name = name or f"{tap or '-'}{''.join(f' VLAN {tag}' for tag in one.vlans)}"
            found.setdefault(name, []).append(Heard(one, tap))
    for name, said in sorted(found.items()):
        yield Wire(context, name, site.segments.get(name), tuple(said))


def overheard(context: SeenContext, *kinds: NeighbourKind) -> Covered:
    """Return NO_INPUT where no host said anything of these kinds to its neighbours on a segment of ours.

    A quiet wire has no router advertisements and no answers of DHCP servers: pass beside these what every wire has.
    """
    if any(wire.ours and any(wire.of(*kinds)) for wire in wires(context)):
        return Covered(Coverage.ASKED)
    names = ", ".join(kind.value for kind in kinds)
    return Covered(
        Coverage.NO_INPUT,
        (
            f"庁内の区間の近隣への通信 ({names}) がキャプチャにない",
            f"no capture holds what hosts of an inner segment say to their neighbours ({names})",
        ),
    )


def _segment(segments: Mapping[str, Segment], owned: Mapping[str, IntervalSet], one: Neighbour) -> str:
    """Return the segment that the addresses of what was said lie in, "" if none does."""
    texts = one.prefixes if one.kind is NeighbourKind.RA else (one.address,) if one.address else ()
    for values in map(parse, texts):
        for name, own in owned.items():
            if segments[name].domain == DEFAULT_DOMAIN and values <= own:
                return name
    return ""


def finding(
    check: Check,
    wire: Wire,
    told: Told,
    *,
    weight: Weight,
    params: Mapping[str, str],
    remedy: Said,
) -> Finding:
    """Return the finding of something to be told of a wire."""
    said = [heard.one for heard in told.members]
    taps = dict.fromkeys(heard.tap for heard in told.members if heard.tap)
    return Finding(
        check=check.id,
        weight=weight,
        standing=told.standing,
        basis=(Basis.CAPTURES,),
        subject=f"{wire.name} {listed(told.names)}",
        key=f"{wire.name}:{told.key}",
        src_zone=wire.zone,
        dst_zone=wire.zone,
        params=(
            ("place", wire.name),
            ("zone", wire.zone or "-"),
            ("taps", ", ".join(taps) or "-"),
            ("packets", str(sum(one.count for one in said))),
            ("first", japan(min(one.first for one in said))),
            ("last", japan(max(one.last for one in said))),
            ("reason_ja", told.reason[0]),
            ("reason_en", told.reason[1]),
            *sorted(params.items()),
        ),
        because=(f"neighbour:{wire.name}",) if told.standing is Standing.UNDECIDED else (),
        evidence=tuple(_frames(wire.context, heard) for heard in sorted(told.members, key=_first)[:SHOWN]),
        remedy=remedy,
        requirements=check.requirements,
    )


def listed(texts: Iterable[str]) -> str:
    """Return texts, each once, and of many the first few with their number; "-" for none."""
    each = list(dict.fromkeys(texts))
    return (", ".join(each[:MANY]) + (f", … ({len(each)})" if len(each) > MANY else "")) or "-"


def few(found: Iterable[Told]) -> Iterator[Told]:
    """Yield what stands alike on a wire as it is, or put together where it is much: a flood is one finding."""
    alike: dict[Standing, list[Told]] = {}
    for one in found:
        alike.setdefault(one.standing, []).append(one)
    for standing, same in alike.items():
        if len(same) <= MANY:
            yield from same
        else:
            names = tuple(name for one in same for name in one.names)
            reason = listed(one.reason[0] for one in same), listed(one.reason[1] for one in same)
            yield Told(names, standing, reason, tuple(heard for one in same for heard in one.members))


def _first(heard: Heard) -> tuple[int, str, str]:
    return heard.one.first, heard.one.mac, heard.tap


def _frames(context: SeenContext, heard: Heard) -> FramesEvidence:
    one = heard.one
    place = one.frames[0] >> FRAME_BITS
    return FramesEvidence(
        path=context.paths[place],
        frames=tuple(number & ((1 << FRAME_BITS) - 1) for number in one.frames if number >> FRAME_BITS == place),
        first=one.first,
        last=one.last,
        tap=heard.tap,
        text=_text(heard) + "".join(f" vlan {tag}" for tag in one.vlans),
        filter=neighbour_filter(one),
        conversations=0,
        packets=one.count,
        bytes=one.bytes,
    )


def _text(heard: Heard) -> str:
    one = heard.one
    match one.kind:
        case NeighbourKind.ARP:
            return f"{one.address} is at {one.mac} (arp)"
        case NeighbourKind.ND:
            return f"{one.address} is at {one.mac} (icmpv6 136)"
        case NeighbourKind.RA:
            resolvers = (f"dns {resolver}" for resolver in one.resolvers)
            return " ".join((f"{heard.sender} icmpv6 134", *one.prefixes, *resolvers))
        case NeighbourKind.DHCP:
            return f"{heard.sender} udp 67 → 68{f' server {one.server}' if one.server else ''}"
        case NeighbourKind.DHCPV6:
            return f"{heard.sender} udp 547 → 546"
        case NeighbourKind.PPPOE:
            return f"{heard.sender or '-'} pppoe discovery (asks)"
        case NeighbourKind.PPPOE_LINE:
            return f"{heard.sender or '-'} pppoe (line)"
