"""What the register says of communications that were seen: the same allowances that `crossings` judges packets by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from segcheck.analysis import permitting
from segcheck.analysis.attribution import Atom
from segcheck.analysis.permitting import Allowance
from segcheck.model.register import RegisterEntry
from segcheck.model.replay import Ruling, SpotKind, stays
from segcheck.model.site import DEFAULT_DOMAIN, Site
from segcheck.model.site_words import DeviceKind
from segcheck.sets.header import ERROR_TYPES, ICMP, ICMPV6
from segcheck.sets.intervals import IntervalSet

#: Devices that a register entry's path has to name, as in the check `register-path`.
_NAMED = (DeviceKind.FIREWALL, DeviceKind.ROUTER, DeviceKind.VPN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is asked of the register: who opened what to whom.

    port      destination port; ICMP: type << 8 | code
    own       some source port of it: a session that the other end opened has the service there
    passed    the device that a tap stands at, "" without a tap or where nothing surely passes the device
    inferred  nobody saw the opening: the other direction is as likely
    """

    src: Atom
    dst: Atom
    proto: int
    port: int
    own: int
    fragment: bool
    days: tuple[date, date]
    passed: str = ""
    inferred: bool = False


@dataclass(eq=False)
class Rulings:
    """Asks the register; what an entry permits on a day is what `permitting` says.

    allowances   of every entry, permitting or not
    """

    site: Site
    allowances: tuple[tuple[RegisterEntry, Allowance], ...] = field(init=False)
    _held: permitting.Register = field(init=False)
    _ends: dict[frozenset[int], tuple[tuple[int, ...], frozenset[int]]] = field(default_factory=dict)
    _shared: dict[tuple[frozenset[int], frozenset[int]], list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._held = permitting.Register(self.site)
        self.allowances = tuple(
            (entry, allowance)
            for entry in self.site.policy.register
            for allowance in permitting.of_entry(self.site, entry)
        )

    def sets(self, domain: str) -> tuple[IntervalSet, ...]:
        """Return the addresses by which `Attribution` must tell a domain's atoms apart: who opens and who answers each."""
        entries = self.site.policy.register
        found = (allowance for entry in entries for allowance in permitting.of_entry(self.site, entry, domain))
        return tuple(one for allowance in found for one in (allowance.initiators, allowance.responders))

    def cuts(self, protocol: int) -> list[int]:
        """Return where a port's meaning to the register changes, ascending; for ICMP all 16 bits count."""
        if protocol in (ICMP, ICMPV6):
            return []
        found: set[int] = set()
        for _, allowance in self.allowances:
            for service in allowance.services:
                if service.protocol == protocol and service.ports is not None:
                    for lowest, highest in service.ports.ranges:
                        found |= {lowest, highest + 1}
        return sorted(found)

    def values(self) -> Iterator[tuple[str, IntervalSet]]:
        """Yield the values by header field that the register tells apart."""
        for entry in self.site.policy.register:
            for domain in sorted({segment.domain for segment in self.site.segments.values()} | {DEFAULT_DOMAIN}):
                for allowance in permitting.of_entry(self.site, entry, domain):
                    yield from permitting.cuts(allowance)

    def rule(self, seen: Seen) -> tuple[Ruling, str]:
        """Return what the register says, and the id of the entry that it is about ("" if none)."""
        src, dst = seen.src.spot, seen.dst.spot
        if stays(src, dst):
            return Ruling.LOCAL, ""
        if src.kind is dst.kind is SpotKind.UNKNOWN:
            return Ruling.UNDECLARED, ""
        if src.zone == dst.zone:
            return Ruling.SAME_ZONE, ""
        alike = self.site.policy.intra_tier(src.zone, src.tier, dst.zone, dst.tier)
        if alike and src.kind is not SpotKind.UNKNOWN:
            return Ruling.SAME_ZONE, ""
        return self.register(seen)

    def register(self, seen: Seen) -> tuple[Ruling, str]:
        """Return the same without asking whether the zones are the same ones."""
        matching = list(self._matching(seen))
        in_force = [one for one in matching if all(one[0].permits_on(day) for day in seen.days)]
        fitting = [one for one in in_force if self._fits(seen, *one)]
        for entry, allowance in fitting:
            if self._on_path(seen, allowance):
                return Ruling.REGISTERED, entry.id
        if in_force:
            return (Ruling.OFF_PATH if fitting else Ruling.OUT_OF_MODEL), (fitting or in_force)[0][0].id
        for entry, _ in matching:
            if entry.status.permits and entry.expires is not None and entry.expires < seen.days[1]:
                return Ruling.EXPIRED, entry.id
        if self._answers(seen):
            return Ruling.REGISTERED, ""
        if matching:
            return Ruling.NOT_REGISTERED, matching[0][0].id  # applied for, retired, or not yet approved then
        for entry, _ in self._reversed(seen):
            if all(entry.permits_on(day) for day in seen.days):
                return Ruling.REVERSED, entry.id
        for number in self._common(seen.src, seen.dst):  # the very ends of an entry, with another service
            if all(self.allowances[number][0].permits_on(day) for day in seen.days):
                return Ruling.NOT_REGISTERED, self.allowances[number][0].id
        return Ruling.NOT_REGISTERED, ""

    def _matching(self, seen: Seen) -> Iterator[tuple[RegisterEntry, Allowance]]:
        yield from self._between(seen.src, seen.dst, seen.proto, None if seen.fragment else seen.port)
        if seen.fragment or seen.inferred:  # later fragments and unopened sessions may go either way
            yield from self._between(seen.dst, seen.src, seen.proto, None if seen.fragment else seen.own)

    def _reversed(self, seen: Seen) -> Iterator[tuple[RegisterEntry, Allowance]]:
        yield from self._between(seen.dst, seen.src, seen.proto, seen.port)
        yield from self._between(seen.dst, seen.src, seen.proto, seen.own)

    def _between(self, src: Atom, dst: Atom, proto: int, port: int | None) -> Iterator[tuple[RegisterEntry, Allowance]]:
        """Yield what permits a session of a protocol between two ends; `port` None: whatever its ports."""
        for number in self._common(src, dst):
            entry, allowance = self.allowances[number]
            for service in allowance.services:
                if port is None:
                    meant = service.protocol == proto
                elif proto in (ICMP, ICMPV6):
                    meant = permitting.serves(service, proto, port >> 8, port & 255)
                else:
                    meant = permitting.serves(service, proto, port)
                if meant:
                    yield entry, allowance
                    break

    def _answers(self, seen: Seen) -> bool:
        """Return whether it is an ICMP error or answer within a registered exchange, or a device's own word about one."""
        if seen.proto not in (ICMP, ICMPV6) or seen.fragment or seen.port >> 8 not in ERROR_TYPES[seen.proto]:
            return False
        if seen.src.spot.kind is SpotKind.DEVICE:
            return True
        return any(
            all(entry.permits_on(day) for day in seen.days) and self._knows(entry, allowance, one, other, seen.days)
            for one, other in ((seen.src, seen.dst), (seen.dst, seen.src))
            for entry, allowance in (self.allowances[number] for number in self._common(one, other))
        )

    def _common(self, src: Atom, dst: Atom) -> Sequence[int]:
        """Return the allowances that one end opens and the other answers, in the order of the register."""
        ends = src.sets, dst.sets
        if ends not in self._shared:
            answered = self._roles(dst)[1]
            self._shared[ends] = [number for number in self._roles(src)[0] if number in answered]
        return self._shared[ends]

    def _roles(self, atom: Atom) -> tuple[tuple[int, ...], frozenset[int]]:
        """Return the allowances that an end opens, and those that it answers."""
        if atom.sets not in self._ends:
            opened = tuple(sorted(number // 2 for number in atom.sets if number % 2 == 0))
            self._ends[atom.sets] = opened, frozenset(number // 2 for number in atom.sets if number % 2)
        return self._ends[atom.sets]

    def _fits(self, seen: Seen, entry: RegisterEntry, allowance: Allowance) -> bool:
        """Return whether the models in force where the ends lie, on each day, know such an entry between them."""
        ways = [(seen.src, seen.dst)]
        if seen.fragment or seen.inferred:
            ways.append((seen.dst, seen.src))
        return any(
            self._knows(entry, allowance, one, other, seen.days)
            for one, other in ways
            if any(self.allowances[number][1] is allowance for number in self._common(one, other))
        )

    def _knows(self, entry: RegisterEntry, allowance: Allowance, src: Atom, dst: Atom, days: tuple[date, date]) -> bool:
        return all(self._held.fits(entry, allowance.leg, _lies(src), _lies(dst), day) for day in set(days))

    def _on_path(self, seen: Seen, allowance: Allowance) -> bool:
        """Return whether an entry may be seen where it was: its path names the device, or names none, or need not name it."""
        if not allowance.path or not seen.passed or seen.passed in allowance.path:
            return True
        return self.site.devices[seen.passed].kind not in _NAMED


def _lies(atom: Atom) -> str:
    """Return the place that an end lies in, by the name that the register's ends go by."""
    return atom.spot.wire or atom.spot.place
