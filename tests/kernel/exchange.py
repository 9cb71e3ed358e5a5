"""One exchange: a handful of packets sent, what came out of the router sorted back to them by serial number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from . import frames
from .probes import (
    DROPPED,
    FLAG_BITS,
    ICMP_ERRORS,
    ICMP_REPLIES,
    TCP,
    Fragment,
    Observation,
    Probe,
    Verdict,
)
from .wires import Caught, Wires, one_processor

SETTLE = 0.01
BURST = 256


@dataclass(frozen=True, slots=True)
class Letter:
    """A probe with its bytes. `answers` is the serial of the packet this one acknowledges, 0 when it opens."""

    probe: Probe
    packets: list[bytes]
    serial: int
    answers: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was observed of a letter, and the packet itself when it left the router."""

    observation: Observation
    seen: frames.Seen | None = None


def exchange(wires: Wires, letters: Sequence[Letter]) -> list[Outcome]:
    """Return the outcome of each letter, in order.

    A packet seen on a wire beats a local delivery (none is both), and a local delivery beats a refusal: a closed port
    of the router's own answers with RST or "port unreachable" although INPUT let the packet in. What counts is the
    letter itself: the answer of the router to a query shows that the query was delivered, and an error that quotes the
    letter, delivered to the router because the letter's source is an address of its own, is a refusal.
    """
    if not letters:
        return []
    for letter in letters:
        wires.hear_local(letter.probe.family, letter.probe.proto)
    ledger = _Ledger(letters)
    with one_processor():
        for number, letter in enumerate(letters, 1):
            for packet in letter.packets:
                wires.send(letter.probe.interface, packet, letter.probe.mac, letter.probe.to_mac)
            if number % BURST == 0:
                wires.pass_through()
                ledger.enter(wires.catch(0))
        wires.pass_through()
    ledger.enter(wires.catch(SETTLE))
    return [ledger.outcome(letter) for letter in letters]


class _Ledger:
    def __init__(self, letters: Sequence[Letter]) -> None:
        self._letters = {letter.serial: letter for letter in letters}
        # a RST acknowledges the letter's own number, or repeats the number that the letter acknowledged
        self._numbers = {n: letter.serial for letter in letters for n in (letter.serial, letter.answers) if n}
        self._left: dict[int, dict[int, tuple[str, frames.Seen]]] = {}
        self._delivered: set[int] = set()
        self._refused: dict[int, str] = {}

    def enter(self, caught: Iterable[Caught]) -> None:
        for item in caught:
            if item.interface:
                self._from_wire(item)
            else:
                self._from_within(item)

    def _from_within(self, caught: Caught) -> None:
        error = frames.error_in(caught.packet, *caught.heard)
        for serial, _ in frames.marks_in(caught.packet):
            if serial in self._letters:
                self._told_of(serial, error)

    def _told_of(self, serial: int, error: str) -> None:
        """Note a packet with the mark of a letter that was delivered to the router: the letter, or an error about it."""
        probe = self._letters[serial].probe
        if error and (probe.proto, probe.message_type) not in ICMP_ERRORS:
            self._refused.setdefault(serial, error)
        else:
            self._delivered.add(serial)

    def _from_wire(self, caught: Caught) -> None:
        seen = frames.parse(caught.packet)
        if seen is None:
            return
        marks = [(serial, piece) for serial, piece in frames.marks_in(caught.packet) if serial in self._letters]
        for serial, piece in marks:
            probe = self._letters[serial].probe
            if seen.is_error and (probe.proto, probe.message_type) not in ICMP_ERRORS:
                self._refused.setdefault(serial, f"icmp {seen.header.icmp_type}/{seen.header.icmp_code}")
            elif answers(seen, probe):
                self._delivered.add(serial)
            else:
                self._left.setdefault(serial, {})[piece] = (caught.interface, seen)
        if not marks and seen.header.proto == TCP and seen.flags & FLAG_BITS["R"]:
            for number in (seen.ack, seen.seq):
                answered = self._numbers.get(number >> frames.SERIAL_SHIFT)
                if number and answered is not None:
                    self._refused.setdefault(answered, "tcp-rst")
                    return

    def outcome(self, letter: Letter) -> Outcome:
        pieces = self._left.get(letter.serial, {})
        if pieces:
            out, seen = pieces[min(pieces)]
            whole = letter.probe.fragment is not Fragment.PAIR or {0, 1} <= set(pieces)
            verdict = Verdict.FORWARD if whole else Verdict.DROP
            return Outcome(Observation(verdict, out, seen.header, pieces=frozenset(pieces)), seen)
        if letter.serial in self._delivered:
            return Outcome(Observation(Verdict.LOCAL))
        if letter.serial in self._refused:
            return Outcome(Observation(Verdict.REJECT, via=self._refused[letter.serial]))
        return Outcome(DROPPED)


def answers(seen: frames.Seen, probe: Probe) -> bool:
    """Whether a packet is what the router answers to a query for itself, which carries the mark of the query."""
    return seen.header.icmp_type is not None and seen.header.icmp_type == ICMP_REPLIES.get(
        (probe.proto, probe.message_type)
    )
