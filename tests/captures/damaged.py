"""Captures of every kind for property tests: valid ones, odd ones, and ones that were damaged afterwards.

Records are made by a seeded generator, because drawing each field costs a hundred times as much; Hypothesis draws the seed,
and place and kind of each damage.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from random import Random

from hypothesis import strategies as st

LINKS = (1, 113, 276, 0, 108, 101, 12, 14, 228, 229)
#: Few ends and ports, so that frames meet in conversations.
_PORTS = (53, 443, 50000)
_ENDS4 = (b"\x0a\0\0\x01", b"\x0a\0\0\x02")
_ENDS6 = (b"\xfd" + bytes(14) + b"\x01", b"\xfe\x80" + bytes(13) + b"\x02")
_MACS = (bytes(5) + b"\x01", bytes(5) + b"\x02", bytes(6))
_FLAGS = (2, 18, 16, 24, 17, 4, 20, 3, 6)
_ICMP = (0, 3, 8, 13, 14, 15, 16, 17, 18, 128, 129, 135)


class Maker:
    """Frames and files from one seed; about one field in `oddity` is not what it should be."""

    def __init__(self, random: Random, oddity: int = 12) -> None:
        self.random = random
        self.oddity = oddity
        self.protos = random.sample((6, 17, 1, 132, 33, 136, 47, 58, 59), random.choice((1, 3)))
        #: Whether hosts mostly tell their neighbours about themselves.
        self.telling = random.random() < 0.3
        if self.telling:
            self.protos = [17, 58]
        #: Whether packets come in pieces, often in the wrong order.
        self.pieces = random.random() < 0.3

    def _odd(self, value: int, other: Callable[[], int]) -> int:
        return other() if self.random.randrange(self.oddity) == 0 else value

    def _some(self, most: int) -> bytes:
        return self.random.randbytes(self.random.choice((0, 1, self.random.randint(0, most))))

    def _byte(self) -> int:
        return self.random.randrange(256)

    def _word(self) -> int:
        return self.random.choice((0, 1, 7, 8, 12, 20, 65535, self.random.randrange(200), self.random.randrange(65536)))

    def _transport(self, proto: int) -> bytes:
        pick, payload = self.random.choice, self._some(90)
        ports = struct.pack(">HH", pick(_PORTS), pick(_PORTS))
        if proto == 6:
            words = self._odd(pick((5, 5, 8)), lambda: self.random.randrange(16))
            flags = self._odd(pick(_FLAGS), self._byte)
            return (
                ports + struct.pack(">QBBHHH", 0, words << 4, flags, 0, 0, 0) + bytes(max(0, words * 4 - 20)) + payload
            )
        if proto == 132:
            chunks = b""
            for _ in range(self._odd(self.random.randrange(4), lambda: 20)):
                body = self._some(30)
                kind, size = pick((0, 1, 2, 3, 6, 7, 10, 64)), self._odd(len(body) + 4, self._word)
                chunks += struct.pack(">BBH", kind, 3, size) + body + bytes(-len(body) % 4)
            return ports + bytes(8) + chunks
        if proto == 33:
            return ports + bytes((self._odd(4, self._byte),)) + bytes(11) + payload
        if proto == 58 and (self.telling or pick((True, False))):
            return self._discovery()
        if proto in (1, 58):
            return bytes((pick(_ICMP), self._odd(0, self._byte), 0, 0)) + payload
        if proto == 17 and (self.telling or pick((True, False, False))):
            payload = self._dhcp()
            ports = struct.pack(">HH", *pick(((67, 68), (547, 546), (67, 67), (68, 67), (53, 68))))
        if proto in (17, 136):
            return ports + struct.pack(">HH", self._odd(8 + len(payload), self._word), 0) + payload
        return payload

    def _discovery(self) -> bytes:
        """Return a router or neighbour advertisement."""
        pick, options = self.random.choice, b""
        for _ in range(self.random.randrange(3)):
            kind, size = pick(((1, 1), (2, 1), (3, 4), (25, 3), (25, 5)))
            rest = bytes((self._odd(64, self._byte),)) + bytes(size * 8 - 4) + bytes((pick((1, 2)),))
            options += bytes((kind, self._odd(size, self._byte))) + rest
        kind, flags, head = pick(((134, 0, 8), (136, 0x20, 16), (136, 0x60, 16), (136, 0x40, 16)))
        middle = bytes(3) + bytes(head - 1) + bytes((pick((1, 2)),))
        return bytes((kind, self._odd(0, self._byte), 0, 0, flags)) + middle + options

    def _dhcp(self) -> bytes:
        """Return an answer of a DHCP server, of either version, or something like it."""
        pick = self.random.choice
        if pick((True, False)):
            return bytes((pick((2, 7, 3)), 0, 0, 1)) + self._some(20)
        options = b""
        for _ in range(self.random.randrange(4)):
            value = pick((b"\x02", b"\x05", b"\x06", b"\x0a\0\0\x01", b""))
            options += pick((b"", b"\0", bytes((pick((53, 54, 3)), self._odd(len(value), self._byte))) + value))
        cookie = pick((b"\x63\x82\x53\x63", b"\x63\x82\x53\x63", b"\0\0\0\0"))
        return bytes((self._odd(2, self._byte),)) + bytes(self._odd(235, lambda: 234)) + cookie + options

    def _arp(self) -> bytes:
        pick = self.random.choice
        head = struct.pack(">HHBBH", 1, 0x0800, self._odd(6, self._byte), 4, self._odd(pick((1, 2)), self._word))
        return head + pick(_MACS) + pick((*_ENDS4, bytes(4))) + bytes(6) + pick(_ENDS4) + pick((b"", bytes(18)))

    def _ipv4(self) -> bytes:
        pick, proto = self.random.choice, self.random.choice(self.protos)
        words, body = self._odd(pick((5, 5, 5, 6)), lambda: self.random.randrange(16)), self._transport(proto)
        total = self._odd(words * 4 + len(body), self._word)
        place = pick((0x2000, 0x2001, 1, 185, 0x1000, 0x3000) if self.pieces else (0x4000, 0x4000, 0, 0, 0x2000, 185))
        version = self._odd(4, lambda: self.random.randrange(16))
        header = struct.pack(">BBHHHBBH", version << 4 | words, 0, total, pick((1, 2)), place, 64, proto, 0)
        return header + pick(_ENDS4) + pick(_ENDS4) + bytes(max(0, words - 5) * 4) + body

    def _ipv6(self) -> bytes:
        pick, following = self.random.choice, self.random.choice(self.protos)
        body = self._transport(following)
        many = self._odd(0, lambda: pick((15, 16, 17, 18)))
        for _ in range(many or pick((0, 0, 0, 1, 2))):
            kind = pick((0, 43, 60, 135) if many else (44,) if self.pieces else (0, 43, 60, 135, 51, 44, 44))
            if kind == 44:
                extension = struct.pack(">BBHI", following, 0, pick((0, 1, 1, 8, 9, 1384)), pick((1, 2)))
            else:
                size = pick((0, 0, 1))
                whole = (size + 2) * 4 if kind == 51 else (size + 1) * 8
                extension = bytes((following, self._odd(size, self._byte))) + bytes(max(6, whole - 2))
            body, following = extension + body, kind
        length, version = self._odd(len(body), self._word), self._odd(6, lambda: self.random.randrange(16))
        return (
            struct.pack(">IHBB", version << 28, length, following, pick((64, 255))) + pick(_ENDS6) + pick(_ENDS6) + body
        )

    def _linked(self, link: int) -> bytes:
        pick = self.random.choice
        six = link == 229 if link in (228, 229) else pick((True, False))
        packet, kind = (self._ipv6(), 0x86DD) if six else (self._ipv4(), 0x0800)
        if pick((True, *[False] * 5)):
            packet, kind = self._arp(), 0x0806
        elif pick((True, *[False] * 9)):
            code = self._odd(pick((0, 0x07, 0x09, 0x19, 0x65, 0xA7)), self._byte)
            packet, kind = bytes((self._odd(0x11, self._byte), code)) + self._some(20), pick((0x8863, 0x8864))
        if link in (0, 108):
            return (
                struct.pack(pick("<>") + "I", self._odd(pick((10, 23, 24, 28, 30)) if six else 2, self._byte)) + packet
            )
        if link not in (1, 113, 276):
            return packet
        inside = self._odd(0, lambda: self.random.randrange(1, 5))
        if inside == 1:
            kind, packet = pick((4, 3, 1500, 1501)), pick((b"\x06\x06\x03", b"\x42\x42\x03")) + packet
        elif inside == 2:
            packet = b"\xaa\xaa\x03" + pick((b"\0\0\0", b"\0\0\xf8", b"\0\0\x0c")) + struct.pack(">H", kind) + packet
            kind = 4
        elif inside == 3:
            kind = pick((0x0806, 0x8847, 0x8864, self._word()))
        for _ in range(pick((0, 0, 0, 1, 2, self._odd(0, lambda: 5)))):
            packet, kind = struct.pack(">HH", pick((1, 0, 0x1001, 4095)), kind) + packet, pick((0x8100, 0x88A8, 0x9100))
        if link == 1:
            return bytes(6) + pick(_MACS) + struct.pack(">H", kind) + packet
        hardware = self._odd(1, lambda: 824)
        if link == 113:
            return (
                struct.pack(">HHH", 0, hardware, pick((0, 6)))
                + pick(_MACS)
                + bytes(2)
                + struct.pack(">H", kind)
                + packet
            )
        return struct.pack(">HHIHBB", kind, 0, 1, hardware, 0, pick((0, 6))) + pick(_MACS) + bytes(2) + packet

    def frame(self, link: int) -> tuple[bytes, int]:
        """Return the captured bytes of a frame, and its original length."""
        frame = bytearray(self._linked(link)) if self._odd(1, lambda: 0) else bytearray(self._some(60))
        if frame and self._odd(0, lambda: 1):
            frame[self.random.randrange(len(frame))] = self._byte()
        original = max(0, len(frame) + self._odd(0, lambda: self.random.choice((-30, -1, 6, 1000))))
        return bytes(frame[: self._odd(len(frame), lambda: self.random.randint(0, len(frame)))]), original

    def _time(self) -> int:
        seconds = 1_790_000_000 + self.random.randrange(3)
        return self._odd(seconds * 10**6 + self.random.randrange(10**6), lambda: self.random.getrandbits(64))

    def pcap(self) -> bytes:
        """Return a pcap file of a few frames."""
        pick = self.random.choice
        order, magic, link = pick("<>"), pick((0xA1B2C3D4, 0xA1B23C4D, 0xA1B2CD34)), pick((*LINKS, 1, 1, 1, 147))
        network = self._odd(link, lambda: link | 0x14000000)
        out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, pick((0, 96, 65535)), network)
        for _ in range(self.random.randrange(14)):
            (data, original), (seconds, fraction) = self.frame(link), divmod(self._time(), 10**6)
            out += struct.pack(
                order + "IIII", seconds & 0xFFFFFFFF, self._odd(fraction, lambda: 2**32 - 1), len(data), original
            )
            out += (bytes(8) if magic == 0xA1B2CD34 else b"") + data
        return out

    def section(self) -> bytes:
        """Return one section of a pcapng file: a few interfaces, then packets and other blocks."""
        pick = self.random.choice
        order = pick("<>")
        out = _block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
        links = [pick(LINKS) for _ in range(pick((0, 1, 1, 2, 3)))]
        for link in links:
            options = b""
            if pick((True, False)):
                power = pick((6, 9, self._odd(6, lambda: pick((0, 3, 12, 18, 27, 28, 127, 128, 138, 190, 255)))))
                options += _option(order, 9, bytes((power,)))
            if self._odd(0, lambda: 1):
                options += _option(
                    order, 14, struct.pack(order + "q", pick((3600, -7, 1 << 33, -(1 << 33), -(1 << 62))))
                )
            out += _block(order, 1, struct.pack(order + "HHI", link, 0, self._odd(0, lambda: pick((20, 60)))) + options)
        for _ in range(self.random.randrange(14)):
            out += self._packet(order, links)
        return out

    def _packet(self, order: str, links: list[int]) -> bytes:
        pick = self.random.choice
        kind, which = (
            pick((6, 6, 6, 6, 3, 2, 5, 4, 11)),
            self._odd(self.random.randrange(max(1, len(links))), lambda: len(links)),
        )
        link = links[0 if kind == 3 else which] if links and which < len(links) else 1
        (data, original), time = self.frame(link), self._time()
        if kind in (6, 2):
            first = struct.pack(order + "I", which) if kind == 6 else struct.pack(order + "HH", which, 0)
            rest = (time >> 32, time & 0xFFFFFFFF, self._odd(len(data), self._word), original)
            return _block(order, kind, first + struct.pack(order + "IIII", *rest) + data)
        if kind == 3:
            return _block(order, 3, struct.pack(order + "I", original) + data)
        if kind == 5:
            lost = _option(order, 5, struct.pack(order + "Q", 3)) + _option(order, 7, struct.pack(order + "Q", 4))
            return _block(order, 5, struct.pack(order + "III", which, 0, 0) + lost)
        return _block(order, kind, data)


def _block(order: str, kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    size = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + size + body + size


def _option(order: str, code: int, value: bytes) -> bytes:
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


#: A seeded generator of frames and files.
makers = st.builds(Maker, st.randoms(use_true_random=True), st.sampled_from((6, 20, 1000)))


@st.composite
def captures(draw: st.DrawFn) -> bytes:
    """Return the bytes of a pcap or pcapng file, as written or damaged: flipped bytes, cuts, deletions, insertions."""
    maker = draw(makers)
    sections = draw(st.integers(0, 2))
    out = bytearray(b"".join(maker.section() for _ in range(sections)) or maker.pcap())
    for kind in draw(st.lists(st.sampled_from(("flip", "cut", "delete", "zeros", "insert")), max_size=2)):
        place = draw(st.integers(0, len(out)))
        if kind == "flip" and place < len(out):
            out[place] ^= 1 << draw(st.integers(0, 7))
        elif kind == "cut":
            del out[place:]
        elif kind == "delete":
            del out[place : place + draw(st.integers(1, 40))]
        elif kind == "zeros":
            out[place:place] = bytes(draw(st.integers(1, 120)))
        elif kind == "insert":
            out[place:place] = draw(st.binary(max_size=40))
    return bytes(out)
