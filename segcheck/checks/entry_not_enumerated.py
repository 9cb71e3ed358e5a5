"""A register entry names a place or an address in several routing domains instead of single hosts."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis import permitting
from segcheck.checks import _entries
from segcheck.checks._base import Context
from segcheck.model.check import Check, Said
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.register import RegisterEntry
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site import Endpoint, Service
from segcheck.model.site_words import EndpointKind
from segcheck.sets.addresses import V4, V6
from segcheck.sets.header import PacketClass
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.listing import Box, Boxes

CHECK = Check(
    id="entry-not-enumerated",
    weight=Weight.HIGH,
    requirements=("SP-1", "MN-03", "X-12"),
    title=("ホストを特定していない登録", "An entry that does not name its hosts"),
    message=(
        "台帳 {entry} は通信の端をホストで特定していない: {ends}。個々のホストとして宣言されていないアドレス {count} 個も許可している。",
        "Register entry {entry} does not name hosts at its ends: {ends}. It also permits {count} addresses that are no declared host.",
    ),
    why=(
        "セグメントやゾーンごと許可すると、あとからそこに置かれた機器まで承認なしに通信できる。",
        "What permits a segment or a zone permits whatever is put there later, without anybody's approval.",
    ),
    fix=(
        "台帳の送信側と受信側を、ホストかホストを列挙したグループにする。",
        "Name hosts, or a group that lists hosts, at both ends of the entry.",
    ),
    wrong=(
        "セグメントのすべてのアドレスが承認の対象であるとき。その場合も列挙する。",
        "If every address of the segment was approved: list them all the same.",
    ),
    reads=(Basis.ATTRIBUTES,),
)
#: Boxes that a finding spells out.
SHOWN = 8
_FAMILIES = ((4, V4), (6, V6))


def find(context: Context) -> Iterator[Finding]:
    """Yield each entry in force of which an end is a segment, a zone, a group with segments, or no one's in particular."""
    for entry in _entries.in_force(context):
        ends = [end for end in _ends(context, entry) if _wide(context, end) or _twice(context, end)]
        if not ends:
            continue
        surplus, packets = _surplus(context, entry)
        told = ", ".join(dict.fromkeys(end.id for end in ends))
        yield _entries.finding(
            CHECK,
            context.network,
            entry,
            "SP-1",
            worst=True,
            params=(("ends", told), ("count", str(surplus))),
            packets=packets,
            remedy=_remedy(entry, told),
        )


def covered(context: Context) -> Covered:
    """Return ASKED wherever the register has entries in force."""
    return Covered(Coverage.ASKED) if _entries.in_force(context) else _entries.NO_ENTRY


def _remedy(entry: RegisterEntry, ends: str) -> Said:
    return (
        f"台帳 {entry.id} の {ends} を、通信するホストを列挙したグループに置き換えて承認を得る。",
        f"Replace {ends} of register entry {entry.id} by a group that lists the hosts, and have it approved.",
    )


def _ends(context: Context, entry: RegisterEntry) -> Iterator[Endpoint]:
    """Yield the ends of an entry; over a gateway, those of its legs too."""
    yield entry.source
    yield entry.destination
    if entry.gateway:
        for leg in context.site.gateways[entry.gateway].legs:
            if leg.id in entry.legs and leg.peer not in (entry.source, entry.destination):
                yield leg.peer


def _wide(context: Context, end: Endpoint) -> bool:
    if end.kind in (EndpointKind.SEGMENT, EndpointKind.ZONE):
        return True
    return end.kind is EndpointKind.GROUP and not context.site.groups[end.id].enumerated


def _twice(context: Context, end: Endpoint) -> bool:
    """Return whether an address range means hosts of several routing domains: nobody can say which were approved."""
    if end.kind is not EndpointKind.GROUP:
        return False
    ranges = context.site.groups[end.id].ranges
    domains = {
        place.domain
        for name, place in context.network.places.items()
        if name in context.site.segments and context.network.addresses[name].meets(ranges)
    }
    for domain in domains:
        for other in domains - {domain}:
            if (context.network.declared[domain] & context.network.declared[other]).meets(ranges):
                return True
    return False


def _surplus(context: Context, entry: RegisterEntry) -> tuple[int, Boxes | None]:
    """Return how many addresses of the ends are no declared host, and the opening packets that they may send or get.

    Spelt out here: no other question tells these addresses apart.
    """
    named = IntervalSet.of(*(address for host in context.site.hosts.values() for address in host.addresses))
    found: list[Box] = []
    count = 0
    for allowance in permitting.of_entry(context.site, entry):
        openers, answerers = allowance.initiators - named, allowance.responders - named
        count += openers.count + answerers.count
        for src, dst in ((openers, allowance.responders), (allowance.initiators & named, answerers)):
            for family, line in _FAMILIES:
                if src & line and dst & line:
                    found += [_box(family, src & line, dst & line, service) for service in allowance.services]
    return count, Boxes(tuple(found[:SHOWN]), len(found), len(found) > SHOWN) if found else None


def _box(family: int, src: IntervalSet, dst: IntervalSet, service: Service) -> Box:
    icmp = service.protocol in (1, 58)
    return Box(
        packet_class=PacketClass.OPENING,
        family=family,
        src=src,
        dst=dst,
        proto=IntervalSet.of(service.protocol),
        dport=None if icmp else service.ports,
        icmp_type=service.ports if icmp else None,
        icmp_code=IntervalSet.of(service.code) if service.code is not None else None,
    )
