"""Conversations as IP packets: TCP with handshake, sequence numbers and teardown; datagrams; echo; fragments.

Every number in them follows from the arguments, so the same call gives the same bytes. scapy is the pen.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import shake_256
from typing import NamedTuple

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.packet import Packet, Raw

MSS = 1400
MICRO = 1_000
MILLI = 1_000_000
SECOND = 1_000_000_000


class Sent(NamedTuple):
    """An IP packet as its sender lets it go: when (ns since 1970), whether the opener sent it, its bytes."""

    at: int
    out: bool
    data: bytes


def noise(label: str, size: int) -> bytes:
    """Return bytes that look random and follow from the label."""
    return shake_256(label.encode()).digest(size)


def number(label: str, below: int) -> int:
    """Return a number in 0..below-1 that follows from the label."""
    return int.from_bytes(noise(label, 8), "big") % below


class Ends:
    """The two ends of a conversation; makes their IP packets with identifications of their own."""

    def __init__(self, src: str, dst: str, label: str) -> None:
        self.src, self.dst, self.label = src, dst, label
        self._ids = {True: number(label + "/id", 60000), False: number(label + "/di", 60000)}

    def packet(self, out: bool, upper: Packet) -> bytes:
        """Return the bytes of a packet from the opener (`out`) or to it."""
        src, dst = (self.src, self.dst) if out else (self.dst, self.src)
        if ":" in src:
            return bytes(IPv6(src=src, dst=dst, hlim=64) / upper)
        self._ids[out] += 1
        return bytes(IP(src=src, dst=dst, ttl=64, id=self._ids[out] & 0xFFFF, flags="DF") / upper)


class Tcp:
    """A TCP conversation, told step by step; `sent` is what went over the wire.

    `turn` is the time between a message and its answer. Nothing is acknowledged twice: an answer carries the
    acknowledgement, and a message without an answer is acknowledged by itself.
    """

    def __init__(
        self, src: str, dst: str, dport: int, at: int, *, sport: int | None = None, turn: int = 2 * MILLI
    ) -> None:
        label = f"{src}>{dst}:{dport}@{at}"
        self.sport = sport or 49152 + number(label + "/port", 16000)
        self.dport, self.at, self.turn, self.label = dport, at, turn, label
        self.ends = Ends(src, dst, label)
        self.sent: list[Sent] = []
        self._next = {True: number(label + "/isn", 1 << 32), False: number(label + "/nsi", 1 << 32)}
        self._owed: bool | None = None  # whose words are not acknowledged yet

    def _send(self, out: bool, flags: str, data: bytes = b"", options: tuple[tuple[str, object], ...] = ()) -> None:
        sport, dport = (self.sport, self.dport) if out else (self.dport, self.sport)
        ack = self._next[not out] if "A" in flags else 0
        head = TCP(
            sport=sport, dport=dport, seq=self._next[out], ack=ack, flags=flags, window=64240, options=list(options)
        )
        self.sent.append(Sent(self.at, out, self.ends.packet(out, head / Raw(data) if data else head)))
        self._next[out] = (self._next[out] + len(data) + ("S" in flags) + ("F" in flags)) % (1 << 32)
        self.at += 20 * MICRO

    def syn(self, tries: int = 1) -> Tcp:
        """Ask to open; further tries come after 1, 2, 4… seconds with the same sequence number."""
        for again in range(tries):
            self._send(True, "S", options=(("MSS", MSS), ("SAckOK", b""), ("NOP", None), ("WScale", 8)))
            if again < tries - 1:
                self._next[True] = (self._next[True] - 1) % (1 << 32)
                self.at += SECOND << again
        return self

    def open(self) -> Tcp:
        """Open with a whole handshake."""
        self.syn()
        self.wait()
        self._send(False, "SA", options=(("MSS", MSS), ("SAckOK", b""), ("NOP", None), ("WScale", 7)))
        self.wait()
        self._send(True, "A")
        return self

    def refuse(self) -> Tcp:
        """Answer the opening packet by a reset."""
        self.wait()
        self._send(False, "RA")
        return self

    def wait(self, time: int | None = None) -> Tcp:
        """Let time pass: one turn, or as told."""
        self.at += self.turn if time is None else time
        return self

    def say(self, data: bytes) -> Tcp:
        """Send from the opener."""
        return self._words(True, data)

    def answer(self, data: bytes) -> Tcp:
        """Send to the opener."""
        return self._words(False, data)

    def _words(self, out: bool, data: bytes) -> Tcp:
        if self._owed is out:
            self._acknowledge()
        self.wait()
        pieces = [data[start : start + MSS] for start in range(0, len(data), MSS)]
        for piece in pieces:
            self._send(out, "PA" if piece is pieces[-1] else "A", piece)
        self._owed = out
        return self

    def _acknowledge(self) -> None:
        if self._owed is not None:
            self.wait(self.turn // 2)
            self._send(not self._owed, "A")
            self._owed = None

    def close(self) -> Tcp:
        """Close from the opener, both directions."""
        self._acknowledge()
        for out, flags in ((True, "FA"), (False, "FA"), (True, "A")):
            self.wait()
            self._send(out, flags)
        return self

    def reset(self) -> Tcp:
        """End by a reset of the opener."""
        self._acknowledge()
        self.wait()
        self._send(True, "RA")
        return self


def ask(
    src: str, dst: str, dport: int, at: int, question: bytes, reply: bytes | None, *, sport: int | None = None
) -> list[Sent]:
    """Return a UDP question, and its reply 3 ms later if there is one."""
    label = f"{src}>{dst}:{dport}/udp@{at}"
    ends, port = Ends(src, dst, label), sport or 49152 + number(label + "/port", 16000)
    sent = [Sent(at, True, ends.packet(True, UDP(sport=port, dport=dport) / Raw(question)))]
    if reply is not None:
        back = UDP(sport=dport, dport=port) / Raw(reply)
        sent.append(Sent(at + 3 * MILLI, False, ends.packet(False, back)))
    return sent


def echo(src: str, dst: str, at: int, payloads: Iterable[bytes], *, answered: bool = True) -> list[Sent]:
    """Return ICMP echo requests one second apart, one per payload, with their replies."""
    label = f"{src}>{dst}/echo@{at}"
    ends, ident, sent = Ends(src, dst, label), number(label, 1 << 16), []
    for count, payload in enumerate(payloads):
        when = at + count * SECOND
        sent.append(Sent(when, True, ends.packet(True, ICMP(type=8, id=ident, seq=count + 1) / Raw(payload))))
        if answered:
            reply = ICMP(type=0, id=ident, seq=count + 1) / Raw(payload)
            sent.append(Sent(when + 2 * MILLI, False, ends.packet(False, reply)))
    return sent


def unreachable(tried: Sent, at: int) -> Sent:
    """Return the ICMP error "port unreachable" by which the receiver of an IPv4 packet answers it (RFC 792)."""
    head = IP(tried.data)
    error = IP(src=head.dst, dst=head.src, ttl=64, id=1) / ICMP(type=3, code=3) / Raw(tried.data[:28])
    return Sent(at, not tried.out, bytes(error))


def later_fragments(src: str, dst: str, at: int, count: int, *, proto: int = 17) -> list[Sent]:
    """Return the second and later fragments of a datagram whose first fragment is not there."""
    label = f"{src}>{dst}/fragments@{at}"
    ident = number(label, 1 << 16)
    sent = []
    for place in range(1, count + 1):
        head = IP(src=src, dst=dst, ttl=64, id=ident, proto=proto, frag=place * 160, flags="MF" if place < count else 0)
        sent.append(Sent(at + place * 40 * MICRO, True, bytes(head / Raw(noise(f"{label}/{place}", 1280)))))
    return sent
