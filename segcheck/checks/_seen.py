"""What checks of captures are given, and how they say what was seen: one finding for each source, destination and service."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache

from segcheck.analysis.network import Network
from segcheck.captures.wireshark import wireshark_filter
from segcheck.checks._base import crossing_weight
from segcheck.checks._services import broken_by_seen
from segcheck.model.check import Check, Said
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, ConfigEvidence, Evidence, Finding, FramesEvidence, Weight
from segcheck.model.flow import Flow
from segcheck.model.neighbour import Neighbours
from segcheck.model.register import RegisterEntry
from segcheck.model.replay import (
    Answer,
    ClaimUse,
    Content,
    EntryUse,
    Join,
    LegUse,
    Observed,
    Ruling,
    ScreenSecurity,
    Sighting,
    Spot,
    SpotKind,
)
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site import Site
from segcheck.sets.intervals import IntervalSet

#: Pieces of evidence of one finding, and services from which on a finding names their number alone.
SHOWN, MANY = 4, 8
_NAMES = {1: "icmp", 6: "tcp", 17: "udp", 41: "6in4", 47: "gre", 50: "esp", 51: "ah", 58: "icmpv6", 132: "sctp"}
_PORTED = (6, 17, 33, 132, 136)


#: Source, destination, service, the ports of it where they are many, and what the register says.
Key = tuple[str, str, str, IntervalSet | None, Ruling]


@dataclass(frozen=True, slots=True)
class Seen:
    """A sighting with what the rules say of it; `answer` None where no tap was named.

    show    returns the conversations that show it best, in its direction
    speak   returns the protocol that both ends of these surely speak, "" if that is not known
    screen  returns what its RDP conversations agreed on, of all of them
    """

    sighting: Sighting
    answer: Answer | None = None
    show: Callable[[], tuple[Flow, ...]] = tuple
    speak: Callable[[], str] = str
    screen: Callable[[], ScreenSecurity] = ScreenSecurity


@dataclass(frozen=True, kw_only=True, eq=False)
class SeenContext:
    """What captures show of a site.

    seen    every sighting, in a fixed order
    paths   how each capture file is called in outputs, by its place
    neighbours   what hosts said to their neighbours, by tap ("" = none was named)
    uses    what was seen of each entry in force
    watched seconds that the captures of every tap cover at least, each moment once
    legs    what was seen of each leg of the sanitised communications in force
    claims  what was seen of each declaration that captures can contradict, at each tap
    """

    network: Network
    day: date
    join: Join
    seen: tuple[Seen, ...]
    paths: tuple[str, ...]
    neighbours: Mapping[str, Neighbours]
    uses: tuple[EntryUse, ...] = ()
    watched: int = 0
    legs: tuple[LegUse, ...] = ()
    claims: tuple[ClaimUse, ...] = ()

    @property
    def site(self) -> Site:
        """Return the site as declared."""
        return self.network.site

    @cached_property
    def entries(self) -> Mapping[str, RegisterEntry]:
        """Return the register by id."""
        return {entry.id: entry for entry in self.site.policy.register}

    @cached_property
    def crossed(self) -> frozenset[Key]:
        """Return what got across somewhere though the register forbids it: at other taps the same is no finding of its own."""
        return frozenset(key_of(one.sighting) for one in self.seen if _got_across(one.sighting))


@dataclass(frozen=True, slots=True)
class Cause:
    """Sightings that are one finding: from one place to one other, with one service or with many."""

    members: tuple[Seen, ...]
    service: str
    about: str = ""

    @property
    def first(self) -> Sighting:
        """Return the sighting that the finding is told by."""
        return self.members[0].sighting

    @property
    def contents(self) -> tuple[Content, ...]:
        """What is known of the content of its sightings."""
        return tuple(one.sighting.content for one in self.members if one.sighting.content is not None)


def causes(found: Iterable[Seen], *, by_entry: bool = False) -> Iterator[Cause]:
    """Yield sightings put together by source place, destination place and service; many services of a pair are one.

    by_entry   what concerns different register entries stays apart
    """
    pairs: dict[tuple[str, str, str], dict[str, list[Seen]]] = {}
    for one in found:
        sighting = one.sighting
        key = name_of(sighting.src), name_of(sighting.dst), sighting.entry if by_entry else ""
        pairs.setdefault(key, {}).setdefault(service_of(sighting), []).append(one)
    for (_, _, entry), services in pairs.items():
        members = [one for some in services.values() for one in some]
        count = _count(members)
        if count > MANY:
            yield Cause(tuple(sorted(members, key=_order)), f"{count} services", entry)
            continue
        for service, some in services.items():
            yield Cause(tuple(sorted(some, key=_order)), service, entry)


def _count(members: Iterable[Seen]) -> int:
    """Return how many services there are: those of a scan are not told one by one."""
    sightings = [member.sighting for member in members]
    spread: dict[int, IntervalSet] = {}
    for one in sightings:
        if one.ports is not None:
            spread[one.proto] = spread.get(one.proto, IntervalSet.empty()) | one.ports
    names = {
        service_of(one)
        for one in sightings
        if one.ports is None and (one.fragment or one.proto not in spread or one.port not in spread[one.proto])
    }
    return len(names) + sum(ports.count for ports in spread.values())


def _order(one: Seen) -> tuple[int, int, int, str]:
    sighting = one.sighting
    return sighting.observed.rank, sighting.first, sighting.port, sighting.tap


def finding(
    check: Check,
    context: SeenContext,
    cause: Cause,
    remedy: Said,
    *,
    weight: Weight | None = None,
    standing: Standing = Standing.VIOLATED,
    rules: bool = False,
    because: tuple[str, ...] = (),
    params: Mapping[str, str] | None = None,
    evidence: tuple[Evidence, ...] = (),
    key: str = "",
    breaks: tuple[str, ...] = (),
) -> Finding:
    """Return the finding of a cause; its weight is that of the tiers unless it is given.

    rules   it stands on exported rules too
    breaks  requirements that it breaks beside those of the tiers
    """
    one = cause.first
    src, dst = one.src, one.dst
    zones = tuple(dict.fromkeys((s.sighting.src.zone, s.sighting.dst.zone) for s in cause.members))
    sightings = [member.sighting for member in cause.members]
    entries = dict.fromkeys(member.entry for member in sightings if member.entry)
    lines = tuple(
        ConfigEvidence(entry.span, f"{entry.id}: {entry.purpose}")
        for name in entries
        if (entry := context.entries.get(name)) is not None
    )
    return Finding(
        check=check.id,
        weight=weight or crossing_weight(src.tier, dst.tier),
        standing=standing,
        basis=(Basis.CAPTURES, Basis.RULES) if rules else (Basis.CAPTURES,),
        subject=cause.about or f"{name_of(src)} → {name_of(dst)} {cause.service}",
        key=key or f"{name_of(src)}>{name_of(dst)}:{cause.service if cause.service[0].isalpha() else 'many'}",
        src_zone=zones[0][0],
        dst_zone=zones[0][1],
        zones=zones,
        params=(
            *told(context, cause),
            *sorted((params or {}).items()),
        ),
        because=because,
        evidence=(*frames(context, cause.members), *evidence, *lines),
        remedy=remedy,
        requirements=tuple(dict.fromkeys((*broken_by_seen(src.tier, dst.tier, _services(sightings)), *breaks))),
    )


def _services(sightings: Iterable[Sighting]) -> Iterator[tuple[int, IntervalSet]]:
    """Yield protocol and destination ports of what was seen, where they are known."""
    for one in sightings:
        if not one.fragment:
            yield one.proto, one.ports if one.ports is not None else IntervalSet.of(one.port)


def told(context: SeenContext, cause: Cause) -> tuple[tuple[str, str], ...]:
    """Return the words that every message of what was seen may use."""
    sightings = [member.sighting for member in cause.members]
    inferred = sum(one.inferred for one in sightings)
    entries = dict.fromkeys(one.entry for one in sightings if one.entry)
    taps = dict.fromkeys(one.tap for one in sightings if one.tap)
    return (
        ("src", name_of(cause.first.src)),
        ("dst", name_of(cause.first.dst)),
        ("src_zone", cause.first.src.zone or "-"),
        ("dst_zone", cause.first.dst.zone or "-"),
        ("service", cause.service),
        ("conversations", str(sum(one.conversations for one in sightings))),
        ("packets", str(sum(one.packets for one in sightings))),
        ("bytes", str(sum(one.bytes for one in sightings))),
        ("first", japan(min(one.first for one in sightings))),
        ("last", japan(max(one.last for one in sightings))),
        ("taps", ", ".join(taps) or "-"),
        ("entry", ", ".join(entries)),
        ("observed", min((one.observed for one in sightings), key=lambda o: o.rank).value),
        ("inferred", str(inferred)),
        ("inferred_ja", f"うち {inferred} 件は開始のパケットがなく、向きは推定。" if inferred else ""),
        ("inferred_en", f" Of {inferred} there is no opening packet: the direction is inferred." if inferred else ""),
    )


def frames(context: SeenContext, members: Sequence[Seen]) -> tuple[FramesEvidence, ...]:
    """Return the frames that show some sightings: for each tap those seen first, as many taps as there is room for."""
    found: list[FramesEvidence] = []
    for tap in list(dict.fromkeys(one.sighting.tap for one in members))[:SHOWN]:
        mine = [one for one in members if one.sighting.tap == tap]
        shown = mine[0].show()
        if shown:
            found.append(
                FramesEvidence(
                    path=context.paths[shown[0].file],
                    frames=shown[0].frames,
                    first=min(one.sighting.first for one in mine),
                    last=max(one.sighting.last for one in mine),
                    tap=tap,
                    text=text_of(shown[0]),
                    filter=wireshark_filter(shown[0]),
                    conversations=sum(one.sighting.conversations for one in mine),
                    packets=sum(one.sighting.packets for one in mine),
                    bytes=sum(one.sighting.bytes for one in mine),
                )
            )
    return tuple(found)


def crosses(one: Sighting) -> bool:
    """Return whether a sighting got across: somebody answered, or it was seen outside the sender's zone."""
    return one.observed is not Observed.ATTEMPTED or one.arrived


def heard(context: SeenContext) -> Covered:
    """Return NO_INPUT where no conversation was seen at all: then nothing is shown of what does not go on either."""
    if context.seen:
        return Covered(Coverage.ASKED)
    return Covered(Coverage.NO_INPUT, ("キャプチャに会話がない。", "The captures hold no conversation."))


def tapped(context: SeenContext) -> Covered:
    """Return NO_INPUT where nobody named the tap of any conversation: rules and ways can only be asked from a place."""
    if any(one.sighting.tap for one in context.seen):
        return Covered(Coverage.ASKED)
    return Covered(
        Coverage.NO_INPUT,
        (
            "キャプチャ地点 (tap) を指定したキャプチャに会話がない。",
            "No conversation was captured at a tap that was named.",
        ),
    )


def unapproved(context: SeenContext, one: Sighting) -> bool:
    """Return whether it is what an entry would permit that nobody approved, or not yet, or that is retired."""
    entry = context.entries.get(one.entry) if one.ruling is Ruling.NOT_REGISTERED else None
    return entry is not None and not all(entry.permits_on(day) for day in one.days)


def key_of(one: Sighting) -> Key:
    """Return what is one communication at all taps."""
    return name_of(one.src), name_of(one.dst), service_of(one), one.ports, one.ruling


def _got_across(one: Sighting) -> bool:
    return one.ruling.forbidden and crosses(one) and not one.stray


def name_of(spot: Spot) -> str:
    """Return how a spot is called: a device's address as `device:ID`."""
    return f"device:{spot.place}" if spot.kind is SpotKind.DEVICE else spot.place


def service_of(one: Sighting) -> str:
    """Return the service of a sighting as site files write it."""
    lowest, highest = (one.port, one.port) if one.ports is None else (one.ports.min, one.ports.max)
    return _service(one.proto, one.port, lowest, highest, fragment=one.fragment)


@lru_cache(maxsize=1 << 12)  # the same few services again and again, for each check
def _service(proto: int, port: int, lowest: int, highest: int, *, fragment: bool) -> str:
    name = _NAMES.get(proto, f"ip/{proto}")
    if fragment:
        return f"{name} fragments"
    if proto in _PORTED:
        ports = "-".join(str(end) for end in dict.fromkeys((lowest, highest)))
        return f"{name}/{ports}" if proto in _NAMES else f"{name}:{ports}"
    if proto in (1, 58):
        code = f"/{port & 255}" if port & 255 else ""
        return f"{name}/{port >> 8}{code}"
    return name


def japan(moment: int) -> str:
    """Return a time in ns since 1970 as people in Japan read it."""
    return (datetime(1970, 1, 1) + timedelta(microseconds=moment // 1000, hours=9)).strftime("%Y-%m-%d %H:%M:%S")


def text_of(one: Flow) -> str:
    """Return one conversation in a line."""
    name = _NAMES.get(one.proto, f"ip/{one.proto}")
    ported = one.proto in _PORTED and not one.fragment
    ends = [
        address if not ported else f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        for address, port in ((one.src, one.sport), (one.dst, one.dport))
    ]
    tags = "".join(f" vlan {tag}" for tag in one.vlans)
    kind = f" {one.sport}/{one.dport}" if one.proto in (1, 58) and not one.fragment else ""
    return f"{ends[0]} → {ends[1]} {name}{kind}{' fragments' if one.fragment else ''}{tags}"


def ways(context: SeenContext, cause: Cause) -> Said:
    """Return what to do about a communication that nobody permitted."""
    src, dst = name_of(cause.first.src), name_of(cause.first.dst)
    return (
        f"{src} の送信元を確かめて止め、通した機器の規則を閉じる。必要な通信であれば、先に台帳へ登録して承認を得る。",
        f"Find and stop the sender in {src}, and close the rule that let it through to {dst}. "
        "If it is needed, register and approve it first.",
    )
