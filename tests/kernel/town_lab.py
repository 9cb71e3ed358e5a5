"""A town in the kernel: a namespace for every router, host and for the switches; what becomes of packets in it.

Every segment is a bridge in a namespace of switches, every interface a veth pair to it. As with a single router there is
no ARP: who has which address is written into each router's neighbour table, since rules that drop neighbour messages
would otherwise decide whether anybody is reached. Hosts own their addresses, and are silent: their stack is given no
packet, so that only what is sent by hand travels. Reverse-path filters are off everywhere.
"""

from __future__ import annotations

import ipaddress
import select
import socket
import struct
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from types import TracebackType

from . import frames
from .namespaces import Namespace
from .oracle import QUIET, QUIET_INTERFACE, Rules, export_rules, load_rules, reply_to
from .probes import ICMP
from .rounds import independent_rounds
from .town import Letter, Segment, Town
from .town_ledger import Fate, Ledger, Told
from .wires import (
    AGAIN,
    BUFFER,
    ETH_P_ALL,
    EXPERIMENTAL,
    LONGEST_FRAME,
    PACKET_IGNORE_OUTGOING,
    PATIENCE,
    SO_RCVBUFFORCE,
    SOL_PACKET,
    UNHEARABLE,
    Conntrack,
    TooBusy,
    one_processor,
)

#: Hop limit of every packet sent; one that goes in a circle crosses so many routers, each behind two wires.
TTL = 24
_GENERATIONS = 2 * TTL + 8
_HOST = "host"
_SILENT = "add table inet quiet\nadd chain inet quiet in { type filter hook prerouting priority -400; policy drop; }\n"
_SETTLE = 0.01
_BURST = 128


@dataclass(frozen=True, slots=True)
class _Ear:
    """A socket that hears: packets on the wires of a member, or what a router takes in (`family`, `proto` then set)."""

    socket: socket.socket
    member: str
    family: int = 0
    proto: int = 0


class Lab:
    """A town built of namespaces; a context manager that leaves nothing behind."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self._serial = 0
        self._stack = ExitStack()
        self._spaces: dict[str, Namespace] = {}
        self._ears: dict[int, _Ear] = {}
        self._wire: dict[str, socket.socket] = {}
        self._heard: set[tuple[str, int, int]] = set()
        self._conntracks: list[Conntrack] = []
        self._last = 0
        self._ledger = Ledger({})
        self._macs = _macs(town)
        try:
            self._build()
        except BaseException:
            self.close()
            raise

    # ---- building

    def _build(self) -> None:
        members = ["switches", *(box.name for box in self.town.boxes)]
        members += [f"{_HOST} {one.name}" for one in self.town.segments if one.hosts]
        for name in members:
            space = Namespace()
            self._stack.callback(space.close)
            self._spaces[name] = space
        self._cable()
        for box in self.town.boxes:
            self._configure(box.name)
        for segment in self.town.segments:
            if segment.hosts:
                self._settle_host(segment)
        self._poll = select.epoll()
        self._stack.callback(self._poll.close)
        for name, space in self._spaces.items():
            if name != "switches":
                with space:
                    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
                wire.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
                self._wire[name] = wire
                self._listen(_Ear(wire, name))
        for box in self.town.boxes:
            conntrack = Conntrack(self._spaces[box.name])
            self._stack.callback(conntrack.close)
            self._conntracks.append(conntrack)
        self._until_connected()

    def _cable(self) -> None:
        switches = self._spaces["switches"]
        switches.set("ipv6/conf/default/disable_ipv6", 1)
        for name in ("iptables", "ip6tables", "arptables"):
            switches.set(f"bridge/bridge-nf-call-{name}", 0, optional=True)
        commands: list[str] = []
        joined: list[str] = []
        for number, segment in enumerate(self.town.segments):
            commands.append(f"link add name br{number} type bridge")
            commands.append(f"link set dev br{number} up")
            ends = [(box.name, port.name) for box, port in self.town.on(segment.name)]
            if segment.hosts:
                ends.append((f"{_HOST} {segment.name}", _HOST))
            for count, (member, interface) in enumerate(ends):
                mac = self._macs[member, interface]
                space = self._spaces[member]
                commands.append(
                    f"link add name w{number}.{count} type veth peer name {interface} address {mac} netns {space.path}"
                )
                commands.append(f"link set dev w{number}.{count} up")
                joined.append(f"link set dev w{number}.{count} master br{number}")
        switches.run("ip", "-batch", "-", stdin="\n".join([*commands, *joined]))

    def _configure(self, name: str) -> None:
        box, space = self.town.box(name), self._spaces[name]
        for setting, value in QUIET.items():
            space.set(setting, value)
        for pattern, value in QUIET_INTERFACE.items():
            for interface in ("all", "default", *(port.name for port in box.ports)):
                space.set(pattern.format(interface), value)
        commands = ["link set dev lo up"]
        for port in box.ports:
            commands.append(f"link set dev {port.name} arp off up")
            for text in port.addresses:
                address = ipaddress.ip_interface(text)
                broadcast = "brd +" if address.version == 4 and address.network.prefixlen < 31 else ""
                commands.append(f"addr add {address} dev {port.name} {broadcast or 'nodad'}")
            for address, mac in self._neighbours(port.segment, besides=name):
                commands.append(f"neigh replace {address} lladdr {mac} dev {port.name} nud permanent")
        commands += [f"route add {way.to} via {way.via}" for way in box.routes if way.via]
        commands += [f"route add blackhole {way.to}" for way in box.routes if not way.via]
        space.run("ip", "-batch", "-", stdin="\n".join(commands))
        load_rules(space, box.rules, self.town.backend)

    def _neighbours(self, segment: str, besides: str) -> Iterator[tuple[str, str]]:
        for box, port in self.town.on(segment):
            if box.name != besides:
                yield from ((text.partition("/")[0], self._macs[box.name, port.name]) for text in port.addresses)
        for address in self.town.segment(segment).hosts:
            yield address, self._macs[f"{_HOST} {segment}", _HOST]

    def _settle_host(self, segment: Segment) -> None:
        space = self._spaces[f"{_HOST} {segment.name}"]
        lengths = {4: segment.v4.partition("/")[2], 6: segment.v6.partition("/")[2]}
        commands = ["link set dev lo up", f"link set dev {_HOST} arp off up"]
        for address in segment.hosts:
            version = ipaddress.ip_address(address).version
            commands.append(f"addr add {address}/{lengths[version]} dev {_HOST}{' nodad' if version == 6 else ''}")
        space.run("ip", "-batch", "-", stdin="\n".join(commands))
        space.run("nft", "-f", "-", stdin=_SILENT)

    def _listen(self, ear: _Ear) -> None:
        ear.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
        ear.socket.setblocking(False)
        self._ears[ear.socket.fileno()] = ear
        self._stack.callback(ear.socket.close)
        self._poll.register(ear.socket, select.EPOLLIN)

    def _hear_within(self, family: int, proto: int) -> None:
        """Make what routers take in of a protocol audible: a raw socket gets its copy after the INPUT hook."""
        if proto in UNHEARABLE or (family == 6 and proto == ICMP):
            return
        for box in self.town.boxes:
            if (box.name, family, proto) not in self._heard:
                self._heard.add((box.name, family, proto))
                with self._spaces[box.name]:
                    raw = socket.socket(socket.AF_INET if family == 4 else socket.AF_INET6, socket.SOCK_RAW, proto)
                self._listen(_Ear(raw, box.name, family, proto))

    def export(self, name: str) -> Rules:
        """Return what the save tools print of a router, counters included."""
        return export_rules(self._spaces[name], self.town.backend, counters=True)

    # ---- waiting

    def _until_connected(self) -> None:
        """Return when a frame of no protocol gets from each interface to every other on its segment."""
        for segment in self.town.segments:
            ends = [(box.name, port.name) for box, port in self.town.on(segment.name)]
            if segment.hosts:
                ends.append((f"{_HOST} {segment.name}", _HOST))
            for sender in ends:
                self._sentinels(1, sender, [end for end in ends if end != sender])

    def _sentinels(self, count: int, sender: tuple[str, str], receivers: Sequence[tuple[str, str]]) -> None:
        """Send frames of no protocol one after the other, each when the one before has come to all receivers."""
        deadline = time.monotonic() + PATIENCE
        for _ in range(count):
            self._last += 1
            waiting = set(receivers)
            while waiting:
                if time.monotonic() > deadline:
                    raise TooBusy(f"nothing comes from {sender} to {sorted(waiting)}")
                for receiver in waiting:
                    frame = _mac(self._macs[receiver]) + _mac(self._macs[sender])
                    frame += struct.pack("!HI", EXPERIMENTAL, self._last)
                    with suppress(OSError):  # not ready to send yet
                        self._wire[sender[0]].sendto(frame, (sender[1], 0))
                again = time.monotonic() + AGAIN
                while waiting and time.monotonic() < again:
                    for descriptor, _ in self._poll.poll(AGAIN):
                        waiting -= self._read(self._ears[descriptor])

    def _quieten(self) -> None:
        """Return when everything sent before has come to its end.

        All of it waits in one queue of this processor, and joins its end again with every wire it crosses; so does a
        frame that is sent last, and sent again as often as a packet can cross wires.
        """
        segment = next(one for one in self.town.segments if one.hosts and self.town.on(one.name))
        box, port = self.town.on(segment.name)[0]
        self._sentinels(_GENERATIONS // 2, (f"{_HOST} {segment.name}", _HOST), [(box.name, port.name)])

    def _read(self, ear: _Ear) -> set[tuple[str, str]]:
        """Note everything that an ear holds; return the interfaces at which the latest sentinel has arrived."""
        reached = set()
        while True:
            try:
                frame, address = ear.socket.recvfrom(LONGEST_FRAME)
            except BlockingIOError:
                return reached
            if ear.proto:
                self._ledger.taken_in(ear.member, frame, frames.error_in(frame, ear.family, ear.proto))
                continue
            interface = address[0]
            if frame[:6] != _mac(self._macs.get((ear.member, interface), "")):
                continue
            if frame[12:14] == struct.pack("!H", EXPERIMENTAL):
                if struct.unpack_from("!I", frame, 14)[0] == self._last:
                    reached.add((ear.member, interface))
            elif frame[12:14] in frames.ETHERTYPES.values() and interface == _HOST:
                self._ledger.at_host(ear.member.removeprefix(f"{_HOST} "), frame[14:])
            elif frame[12:14] in frames.ETHERTYPES.values():
                self._ledger.at_router(ear.member, interface, frame[14:])

    # ---- asking

    def told(self, letters: Sequence[Letter]) -> list[Told]:
        """Return what becomes of each letter and of the answer to it, each without a trace of the others."""
        found: dict[int, Told] = {}
        for indices in independent_rounds([letter.probe for letter in letters]):
            sent = [letters[index] for index in indices]
            fates, seen, answered = self._exchange(sent)
            replies = [self._reply(fate, packet) for fate, packet in zip(fates, seen, strict=True)]
            posted = [reply for reply in replies if reply is not None]
            back = iter(self._exchange([letter for letter, _ in posted], [number for _, number in posted])[0])
            for index, fate, reply, own in zip(indices, fates, replies, answered, strict=True):
                if reply is not None:
                    found[index] = Told(fate, reply[0], next(back))
                elif own is not None:
                    found[index] = Told(fate, None, own)
                else:
                    found[index] = Told(fate)
            for conntrack in self._conntracks:
                conntrack.flush()
        return [found[index] for index in range(len(letters))]

    def _exchange(
        self, letters: Sequence[Letter], numbers: Sequence[int] = ()
    ) -> tuple[list[Fate], list[frames.Seen | None], list[Fate | None]]:
        if not letters:
            return [], [], []
        serials = range(self._serial + 1, self._serial + len(letters) + 1)
        self._serial += len(letters)
        self._ledger = Ledger({serial: letter.probe for serial, letter in zip(serials, letters, strict=True)})
        for letter in letters:
            self._hear_within(letter.probe.family, letter.probe.proto)
        with one_processor():
            for count, (serial, letter) in enumerate(zip(serials, letters, strict=True), 1):
                ack = numbers[count - 1] if numbers else None
                self._post(letter, frames.build(letter.probe, serial, ack=ack, tag=frames.SCTP_TAG if numbers else 0))
                if count % _BURST == 0:
                    self._quieten()
            self._quieten()
        while events := self._poll.poll(_SETTLE):
            for descriptor, _ in events:
                self._read(self._ears[descriptor])
        ledger = self._ledger
        return (
            [ledger.fate(serial) for serial in serials],
            [ledger.received(serial) for serial in serials],
            [ledger.answered(serial) for serial in serials],
        )

    def _post(self, letter: Letter, packets: list[bytes]) -> None:
        port = self.town.box(letter.via).port_on(letter.place)
        assert port is not None
        host = f"{_HOST} {letter.place}"
        for packet in packets:
            frame = _mac(self._macs[letter.via, port.name]) + _mac(self._macs[host, _HOST])
            self._wire[host].sendto(frame + frames.ETHERTYPES[packet[0] >> 4] + packet, (_HOST, 0))

    def _reply(self, fate: Fate, seen: frames.Seen | None) -> tuple[Letter, int] | None:
        """Return the answer of the host that received a packet, handed to its usual gateway, and the number it confirms.

        None: nobody answers such a packet, or the answer is for a host on the same segment and passes no router.
        """
        if seen is None or len(fate.pieces) > 1 or fate.place.startswith("device:"):
            return None
        probe = reply_to(seen, fate.place)
        if probe is None:
            return None
        segment = self.town.segment(fate.place)
        via = self.town.owner(segment.name, probe.dst) or ("" if segment.holds(probe.dst) else segment.gateway)
        return (Letter(replace(probe, ttl=TTL), via), seen.next_number) if via else None

    # ---- end

    def __enter__(self) -> Lab:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every socket and every namespace; the kernel removes interfaces and rules with them."""
        self._stack.close()


def _macs(town: Town) -> dict[tuple[str, str], str]:
    """Return the hardware address of each (member, interface): locally administered."""
    ends = [(box.name, port.name) for box in town.boxes for port in box.ports]
    ends += [(f"{_HOST} {one.name}", _HOST) for one in town.segments if one.hosts]
    return {end: f"02:00:00:00:{number >> 8:02x}:{number & 255:02x}" for number, end in enumerate(ends, 1)}


def _mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))
