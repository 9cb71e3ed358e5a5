"""A day at a city's capture points: conversations go in, one capture per point comes out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pcapng
from city import City, Hop, Tap
from scapy.layers.inet import IP
from scapy.layers.l2 import ARP, Dot1Q, Ether
from scapy.packet import Packet
from talk import MICRO, MILLI, Sent, Tcp

#: What a packet takes through one device.
FORWARDING = 30 * MICRO
SHORTEST = 60


class Day:
    """Collects what each capture point of a city sees."""

    def __init__(self, city: City) -> None:
        self.city = city
        self._seen: dict[str, list[tuple[int, int, bytes, str]]] = {tap.name: [] for tap in city.taps}
        self._known: set[tuple[str, str, str]] = set()
        self._count = 0

    def put(
        self, what: Tcp | Iterable[Sent], src: str, dst: str, *, origin: str = "", until: str = "", mark: str = ""
    ) -> None:
        """Let packets pass between two addresses.

        Args:
            what: the packets.
            src: address or host that opens.
            dst: address or host that is spoken to.
            origin: address of the station that really sends, where `src` is not its own.
            until: device at which packets of the opener end; answers then come from that device.
            mark: name under which `write` tells the frames.
        """
        sent = what.sent if isinstance(what, Tcp) else list(what)
        source, destination = self.city.address(origin or src), self.city.address(dst)
        there, back = self.city.way(source, destination), self.city.way(destination, source)
        if until:
            there = there[: 1 + next(n for n, hop in enumerate(there) if _is(hop.receiver, until))]
            back = back[len(back) - len(there) :]
        for one in sent:
            for count, hop in enumerate(there if one.out else back):
                self._pass(one, count, hop, mark)

    def _pass(self, one: Sent, count: int, hop: Hop, mark: str) -> None:
        at = one.at + count * FORWARDING
        self._resolve(hop, at)
        head = Ether(src=hop.sender_mac, dst=hop.receiver_mac, type=0x86DD if one.data[0] >> 4 == 6 else 0x0800)
        frame = bytes(head) + _aged(one.data, count)
        for tap in self.city.taps:
            if tap.carries(hop.segment) and (_at(hop.sender, tap) or _at(hop.receiver, tap)):
                self._note(tap, at, frame, hop.segment, mark)

    def _resolve(self, hop: Hop, at: int) -> None:
        """Let the sender ask once a day for the hardware address that it sends to (RFC 826)."""
        key = (hop.segment, hop.sender_address, hop.receiver_address)
        if key in self._known or ":" in hop.sender_address + hop.receiver_address:
            return
        self._known |= {key, (hop.segment, hop.receiver_address, hop.sender_address)}
        ask = ARP(
            op=1, hwsrc=hop.sender_mac, psrc=hop.sender_address, hwdst="00:00:00:00:00:00", pdst=hop.receiver_address
        )
        tell = ARP(
            op=2, hwsrc=hop.receiver_mac, psrc=hop.receiver_address, hwdst=hop.sender_mac, pdst=hop.sender_address
        )
        self.spread(hop.segment, at - 2 * MILLI, Ether(src=hop.sender_mac, dst="ff:ff:ff:ff:ff:ff") / ask)
        answer = bytes(Ether(src=hop.receiver_mac, dst=hop.sender_mac) / tell)
        for tap in self.city.taps:
            if tap.carries(hop.segment) and (_at(hop.sender, tap) or _at(hop.receiver, tap)):
                self._note(tap, at - MILLI, answer, hop.segment, "")

    def spread(self, segment: str, at: int, frame: Packet, mark: str = "") -> None:
        """Let a broadcast or multicast frame reach every capture point at the segment."""
        for tap in self.city.taps:
            if tap.carries(segment):
                self._note(tap, at, bytes(frame), segment, mark)

    def _note(self, tap: Tap, at: int, frame: bytes, segment: str, mark: str) -> None:
        if segment in tap.trunk:
            kind = int.from_bytes(frame[12:14], "big")
            frame = frame[:12] + b"\x81\x00" + bytes(Dot1Q(vlan=tap.trunk[segment], type=kind)) + frame[14:]
        self._count += 1
        self._seen[tap.name].append((at, self._count, frame.ljust(SHORTEST, b"\0"), mark))

    def write(self, folder: Path) -> dict[str, dict[str, list[int]]]:
        """Write a file per capture point that saw anything; return the frame numbers by mark and file."""
        folder.mkdir(parents=True, exist_ok=True)
        marked: dict[str, dict[str, list[int]]] = {}
        for tap in self.city.taps:
            frames = sorted(self._seen[tap.name])
            if frames:
                name = f"{tap.name}.pcapng"
                pcapng.write(
                    folder / name, f"{tap.device} {tap.interface}", tap.id, ((at, data) for at, _, data, _ in frames)
                )
                for place, (_, _, _, mark) in enumerate(frames, 1):
                    if mark:
                        marked.setdefault(mark, {}).setdefault(name, []).append(place)
        return marked


def _is(port: tuple[str, str] | None, device: str) -> bool:
    return port is not None and port[0].split("/")[0] == device


def _at(port: tuple[str, str] | None, tap: Tap) -> bool:
    return _is(port, tap.device) and (port[1] == tap.interface or bool(tap.trunk))


def _aged(packet: bytes, hops: int) -> bytes:
    """Return the packet after so many devices: time to live lowered, header checksum made anew."""
    if not hops:
        return packet
    if packet[0] >> 4 == 6:
        return packet[:7] + bytes([packet[7] - hops]) + packet[8:]
    size = (packet[0] & 15) * 4
    head = IP(packet[:size])
    head.ttl -= hops
    del head.chksum
    return bytes(head)[:size] + packet[size:]
