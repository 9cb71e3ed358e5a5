"""What was seen of packets on their way through a town, sorted back to them by their serial numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from . import frames
from .exchange import answers
from .probes import ICMP_ERRORS, Fragment, Header, Probe
from .town import Letter


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a packet.

    place    the segment whose host received it, or "device:ROUTER" that took it in; "" where nobody did
    header   as it arrived; None where it did not, or was taken in by a router
    path     (router, interface) that it arrived at, in order
    pieces   of a datagram sent in pieces, the pieces that arrived
    """

    place: str = ""
    header: Header | None = None
    path: tuple[tuple[str, str], ...] = ()
    pieces: frozenset[int] = frozenset()


LOST = Fate()


@dataclass(frozen=True, slots=True)
class Told:
    """A letter's fate and that of the answer to it; None where nobody answers.

    answer   the answer as it was sent; None where the router itself sent it
    """

    fate: Fate
    answer: Letter | None = None
    reply: Fate | None = None


@dataclass(slots=True)
class Ledger:
    """What was seen of each serial number of one exchange."""

    letters: Mapping[int, Probe]
    _arrived: dict[int, dict[int, tuple[str, frames.Seen]]] = field(default_factory=dict)
    _within: dict[int, str] = field(default_factory=dict)
    _passed: dict[int, list[tuple[int, str, str]]] = field(default_factory=dict)
    _answered: dict[int, tuple[str, Header]] = field(default_factory=dict)

    def taken_in(self, router: str, packet: bytes, error: str) -> None:
        """Note what a router's raw socket was given; `error` is the ICMP error that it is, if it is one."""
        for serial, _, probe in self._about(packet):
            if not error or (probe.proto, probe.message_type) in ICMP_ERRORS:
                self._within.setdefault(serial, router)

    def at_router(self, router: str, interface: str, packet: bytes) -> None:
        """Note what came to a router's interface."""
        for serial, piece, seen in self._of_themselves(packet):
            probe = self.letters[serial]
            if not answers(seen, probe) and (piece == 0 or probe.fragment is Fragment.REST):
                self._passed.setdefault(serial, []).append((-seen.header.ttl, router, interface))

    def at_host(self, segment: str, packet: bytes) -> None:
        """Note what came to the host of a segment: a letter, or what a router answers to a query for itself."""
        for serial, piece, seen in self._of_themselves(packet):
            if answers(seen, self.letters[serial]):
                self._answered.setdefault(serial, (segment, seen.header))
            else:
                self._arrived.setdefault(serial, {}).setdefault(piece, (segment, seen))

    def _about(self, packet: bytes) -> Iterator[tuple[int, int, Probe]]:
        for serial, piece in frames.marks_in(packet):
            if serial in self.letters:
                yield serial, piece, self.letters[serial]

    def _of_themselves(self, packet: bytes) -> Iterator[tuple[int, int, frames.Seen]]:
        """Yield the letters that a packet is, leaving out those that it is an ICMP error about."""
        seen = frames.parse(packet)
        for serial, piece, probe in self._about(packet) if seen is not None else ():
            if seen is not None and (not seen.is_error or (probe.proto, probe.message_type) in ICMP_ERRORS):
                yield serial, piece, seen

    def fate(self, serial: int) -> Fate:
        """Return what became of a letter."""
        passed = tuple((router, interface) for _, router, interface in sorted(self._passed.get(serial, ())))
        pieces = self._arrived.get(serial, {})
        if pieces:
            place, seen = pieces[min(pieces)]
            return Fate(place, seen.header, passed, frozenset(pieces))
        if serial in self._within:
            return Fate(f"device:{self._within[serial]}", None, passed)
        return replace(LOST, path=passed)

    def received(self, serial: int) -> frames.Seen | None:
        """Return the letter as a host received it, or None."""
        found = self._arrived.get(serial, {}).get(0)
        return None if found is None else found[1]

    def answered(self, serial: int) -> Fate | None:
        """Return where the answer of a router to a query for itself arrived, or None."""
        return Fate(*self._answered[serial]) if serial in self._answered else None
