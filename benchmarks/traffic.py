"""A capture as a city hall's core switch might give it, made with numpy alone, the same for the same seed.

    python -m benchmarks.traffic OUT.pcap [PACKETS [FLOWS [SEED]]]

A million packets of a hundred thousand conversations are some 346 MB: sizes of conversations heavy-tailed, of packets small
(58 %), middling (33 %) or full (9 %); TCP 74 %, UDP 21 %, ICMP 3.5 %, SCTP 1.5 %; IPv6 15 %; one VLAN tag 15 %, two 5 %; with
some IPv4 options, IPv6 extension headers, fragments, conversations whose opening is missing, scans and refusals. Payloads
begin as their port's protocol does. Addresses are private and documentation ones. Some 2 s for each million.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, Any

import numpy as np

Array = np.ndarray[Any, Any]
CHUNK = 100_000
#: Room for the longest headers: Ethernet, two tags, IPv6, two extension headers, TCP with options.
WIDEST = 14 + 8 + 40 + 16 + 32
TCP_PORTS = np.array([443, 80, 22, 3389, 445, 25, 8443, 1433, 88, 389, 5432, 3128])
UDP_PORTS = np.array([53, 123, 161, 514, 443, 500])
OPENINGS = {
    443: bytes.fromhex("16030100c8010000c40303") + bytes(range(32)) + b"\0\0\x04\x13\x01\xc0\x2f\x01\0",
    8443: bytes.fromhex("16030100c8010000c40303") + bytes(range(32)) + b"\0\0\x04\x13\x01\xc0\x2f\x01\0",
    80: b"GET / HTTP/1.1\r\nHost: www.example.jp\r\n\r\n",
    22: b"SSH-2.0-OpenSSH_9.6\r\n",
    3389: bytes.fromhex("0300002b26e00000000000") + b"Cookie: mstshash=user\r\n" + bytes.fromhex("0100080003000000"),
    445: bytes.fromhex("00000045ff534d4272000000001801c8") + bytes(16),
    25: b"EHLO mail.example.jp\r\n",
    3128: b"CONNECT www.example.jp:443 HTTP/1.1\r\n\r\n",
    53: bytes.fromhex("12340100000100000000000003777777076578616d706c65026a700000010001"),
}


def write(out: IO[bytes], packets: int = 1_000_000, flows: int = 100_000, seed: int = 1) -> int:
    """Write a little-endian pcap of microseconds; return the number of bytes written."""
    draw = np.random.default_rng(seed)
    town = _Town(draw, flows)
    rows = _packets(draw, town, packets)
    out.write(np.array([0xA1B2C3D4, 0x0004_0002, 0, 0, 262144, 1], "<u4").tobytes())
    written = 24
    pool = draw.integers(0, 256, 1 << 20, np.uint8)
    for begin in range(0, len(rows["flow"]), CHUNK):
        block = _records(town, {name: column[begin : begin + CHUNK] for name, column in rows.items()}, pool)
        out.write(block.data)
        written += len(block)
    return written


class _Town:
    """Who talks to whom: one row for each conversation, and its headers in both directions."""

    def __init__(self, draw: np.random.Generator, flows: int) -> None:
        kind = draw.random(flows)
        self.proto = np.select([kind < 0.74, kind < 0.95, kind < 0.985], [6, 17, 1], 132).astype(np.uint8)
        self.six = draw.random(flows) < 0.15
        self.tags = np.searchsorted([0.80, 0.95], draw.random(flows))
        self.middle = (self.proto == 6) & (draw.random(flows) < 0.08)
        self.fragmented = (self.proto == 17) & (draw.random(flows) < 0.03)
        self.options = ~self.six & (draw.random(flows) < 0.002)
        self.extended = self.six & (draw.random(flows) < 0.03)
        self.port = np.where(self.proto == 17, draw.choice(UDP_PORTS, flows), draw.choice(TCP_PORTS, flows))
        self.ip = 14 + 4 * self.tags
        self.l4 = (
            self.ip
            + np.where(self.six, 40, 20)
            + 4 * self.options
            + 8 * self.extended
            + 8 * (self.six & self.fragmented)
        )
        self.size = self.l4 + np.select([self.proto == 6, self.proto == 132], [32, 16], 8)
        self.heads = np.zeros((flows, 2, WIDEST), np.uint8)
        self._fill(draw, flows)

    def _fill(self, draw: np.random.Generator, flows: int) -> None:
        """Write both directions' headers, but for what differs from packet to packet."""
        ends = draw.integers(0, 24, (flows, 2)) << 16 | draw.integers(2, 8000, (flows, 2))
        ends[draw.random(flows) < 0.6, 1] &= 0xFFFF  # most servers are in one zone
        ports = np.stack([draw.integers(1024, 65535, flows), self.port], 1)
        numbers, vlan = np.arange(flows), draw.integers(2, 4000, flows)
        for side in (0, 1):
            heads = self.heads[:, side]
            heads[:, :14] = [2, 0, 0, 0, 0, 2 - side, 2, 0, 0, 0, 0, 1 + side, 0, 0]
            for tag in (0, 1):
                has = self.tags > tag
                _put(heads, numbers[has], 12 + 4 * tag, 2, np.where(self.tags > tag + 1, 0x88A8, 0x8100)[has])
                _put(heads, numbers[has], 14 + 4 * tag, 2, (vlan // (tag + 1) + tag)[has])
            _put(heads, numbers, self.ip - 2, 2, np.where(self.six, 0x86DD, 0x0800))
            four, six = numbers[~self.six], numbers[self.six]
            at = self.ip[four]
            _put(heads, four, at, 1, 0x40 | (self.l4[four] - at) // 4)
            _put(heads, four, at + 8, 2, 62 << 8 | self.proto[four].astype(np.int64))
            _put(heads, four, at + 12, 4, 10 << 24 | ends[four, side])
            _put(heads, four, at + 16, 4, 10 << 24 | ends[four, 1 - side])
            _put(heads, numbers[self.options], self.ip[self.options] + 20, 4, np.full(self.options.sum(), 0x01010100))
            self._six(heads, six, ends, side)
            _put(heads, numbers[self.proto != 1], self.l4[self.proto != 1], 2, ports[self.proto != 1, side])
            _put(heads, numbers[self.proto != 1], self.l4[self.proto != 1] + 2, 2, ports[self.proto != 1, 1 - side])
            tcp, ping = numbers[self.proto == 6], numbers[self.proto == 1]
            _put(heads, tcp, self.l4[tcp] + 12, 4, np.full(len(tcp), 0x8010_FAF0))
            _put(heads, tcp, self.l4[tcp] + 20, 4, np.full(len(tcp), 0x0101_080A))
            _put(heads, ping, self.l4[ping], 1, np.where(self.six[ping], 128 + side, 8 - 8 * side))
            _put(heads, ping, self.l4[ping] + 4, 2, ports[ping, 0])
            sctp = numbers[self.proto == 132]
            _put(heads, sctp, self.l4[sctp] + 12, 4, np.full(len(sctp), 0x0003_0010))

    def _six(self, heads: Array, six: Array, ends: Array, side: int) -> None:
        at, proto = self.ip[six], np.where(self.proto[six] == 1, 58, self.proto[six]).astype(np.int64)
        extended, fragmented = self.extended[six], self.fragmented[six]
        _put(heads, six, at, 1, np.full(len(six), 0x60))
        _put(heads, six, at + 7, 1, np.full(len(six), 62))
        for where, end in ((8, ends[six, side]), (24, ends[six, 1 - side])):
            _put(heads, six, at + where, 2, np.full(len(six), 0xFD00))
            _put(heads, six, at + where + 12, 4, end)
        _put(heads, six, at + 6, 1, np.select([extended, fragmented], [60, 44], proto))
        _put(heads, six[extended], at[extended] + 40, 1, np.where(fragmented, 44, proto)[extended])
        _put(heads, six[extended], at[extended] + 42, 2, np.full(extended.sum(), 0x0104))  # PadN
        _put(heads, six[fragmented], self.l4[six[fragmented]] - 8, 1, proto[fragmented])


def _packets(draw: np.random.Generator, town: _Town, packets: int) -> dict[str, Array]:
    """Return the columns of all packets, in order of time."""
    flows = len(town.proto)
    weight = draw.pareto(1.1, flows) + 0.15
    count = np.maximum(1, weight / weight.sum() * packets).astype(np.int64)
    count[np.argsort(-weight)[:500]] += max(0, packets - int(count.sum())) // 500
    flow = np.repeat(np.arange(flows, dtype=np.int32), count)
    nth = np.arange(len(flow)) - np.repeat(np.cumsum(count) - count, count)
    tcp, opened = town.proto[flow] == 6, ~town.middle[flow]
    greets = tcp & opened & (nth < 3)
    answers = draw.random(len(flow)) > np.repeat(0.25 + 0.5 * draw.random(flows), count)
    answers = np.where(greets, nth == 1, answers & (nth != 0) & ~(tcp & opened & (nth == 3))) & ~town.fragmented[flow]
    ends = tcp & opened & (nth == count[flow] - 1) & (nth > 3)
    kind = draw.random(len(flow))
    size = np.select(
        [kind < 0.58, kind < 0.91], [draw.integers(0, 30, len(flow)), draw.integers(440, 540, len(flow))], 1400
    )
    size[greets | ends] = 0
    size[town.fragmented[flow]] = 1392
    says = np.where(tcp, opened & (nth == 3) & ~ends, nth == 0)
    size[says] = np.maximum(size[says], 64)
    flags = np.where(tcp, np.where(size > 0, 0x18, 0x10), 0)
    flags[greets & (nth == 0)] = 2
    flags[greets & (nth == 1)] = 0x12
    flags[greets & (nth == 1) & (count[flow] == 2)] = 0x14  # refused
    flags[ends] = 0x11
    begins = 1.79e18 + draw.random(flows) * 480e9
    time = begins[flow] + np.sqrt(nth + draw.random(len(flow))) * 20e6
    order = np.argsort(time, kind="stable")
    columns = {"flow": flow, "nth": nth, "side": answers.astype(np.int8), "size": size, "says": says, "flags": flags}
    return {name: column[order] for name, column in {**columns, "time": time.astype(np.int64)}.items()}


def _records(town: _Town, rows: dict[str, Array], pool: Array) -> Array:
    """Return the records of some packets as the bytes of a pcap."""
    flow, size = rows["flow"], rows["size"]
    later = town.fragmented[flow] & (rows["nth"] % 2 == 1)
    first = town.fragmented[flow] & ~later
    head = np.where(later, town.l4[flow], town.size[flow])  # a later fragment has no L4 header
    length = np.maximum(head + size, 60)
    at = np.cumsum(16 + length) - length
    block = np.resize(pool, int((16 + length).sum()))
    record = np.stack([rows["time"] // 10**9, rows["time"] % 10**9 // 1000, length, length], 1).astype("<u4")
    block[(at - 16)[:, None] + np.arange(16)] = record.view(np.uint8).reshape(-1, 16)
    order = np.argsort(head, kind="stable")
    for group in np.split(order, np.flatnonzero(np.diff(head[order])) + 1):
        width = int(head[group[0]])
        block[at[group][:, None] + np.arange(width)] = town.heads[flow[group], rows["side"][group], :width]
    tcp, udp = town.proto[flow] == 6, (town.proto[flow] == 17) & ~later
    block[(at + town.l4[flow] + 13)[tcp]] = rows["flags"][tcp]
    _lengths(block, town, flow, at, head + size, np.where(first, 0x2000, np.where(later, 175, 0)), rows["nth"])
    _put(block, None, (at + town.l4[flow] + 4)[udp], 2, (head + size - town.l4[flow])[udp])
    for port, opening in OPENINGS.items():
        where = at[rows["says"] & (town.port[flow] == port)] + head[rows["says"] & (town.port[flow] == port)]
        block[where[:, None] + np.arange(len(opening))] = np.frombuffer(opening, np.uint8)
    return block


def _lengths(block: Array, town: _Town, flow: Array, at: Array, whole: Array, fragment: Array, nth: Array) -> None:
    """Fill IP lengths, fragment fields and the IPv4 checksum in."""
    six, ip, number = town.six[flow], at + town.ip[flow], (flow + nth // 2) & 0xFFFF
    length = whole - town.ip[flow]
    _put(block, None, (ip + 4)[six], 2, (length - 40)[six])
    split = six & town.fragmented[flow]
    _put(block, None, (at + town.l4[flow] - 6)[split], 2, np.where(fragment == 0x2000, 1, fragment << 3)[split])
    _put(block, None, (at + town.l4[flow] - 4)[split], 4, number[split])
    ip = ip[~six]
    for where, value in ((2, length), (4, number), (6, fragment)):
        _put(block, None, ip + where, 2, value[~six])
    header = block[ip[:, None] + np.arange(24)].astype(np.int64)
    header[:, 20:] *= (town.l4[flow] - town.ip[flow] > 20)[~six][:, None]
    total = (header[:, 0::2] << 8 | header[:, 1::2]).sum(1)
    total = (total & 0xFFFF) + (total >> 16)
    _put(block, None, ip + 10, 2, ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF)


def _put(where: Array, rows: Array | None, at: Any, size: int, value: Array) -> None:
    """Write numbers of `size` bytes, most significant first, at a column of each row (or at places of one array)."""
    for i in range(size):
        byte = (value >> (8 * (size - 1 - i)) & 0xFF).astype(np.uint8)
        if rows is None:
            where[at + i] = byte
        else:
            where[rows, at + i] = byte


if __name__ == "__main__":
    with Path(sys.argv[1]).open("wb") as out:
        print(write(out, *(int(argument) for argument in sys.argv[2:])), "bytes")
