"""The wires of a router under test: a namespace without addresses that holds the far end of every interface.

A busy machine must not look like a firewall. Frames wait in a queue of the processor that sent them, so a round is sent
from one processor, and is over when a frame of no protocol, sent last, has come through behind all others: twice, since
what the router sends on joins the end of the same queue.
"""

from __future__ import annotations

import os
import select
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from .frames import ETHERTYPES
from .namespaces import Namespace
from .probes import ICMP

SO_RCVBUFFORCE, SOL_PACKET, PACKET_IGNORE_OUTGOING, ETH_P_ALL = 33, 263, 23, 3
EXPERIMENTAL = 0x88B5  # IEEE Std 802, local experimental EtherType 1: no stack takes it in
PATIENCE, AGAIN = 20.0, 0.05
BUFFER = 64 << 20
LONGEST_FRAME = 65536
UNHEARABLE = frozenset({0, 43, 44, 60, 255})  # what the stack consumes as IPv6 extension headers, and the raw wildcard


@dataclass(frozen=True, slots=True)
class Caught:
    """An IP packet picked up: on the wire named, or delivered to the router itself (`interface` empty).

    `heard` is family and protocol of the raw socket that heard a delivery; in IPv6 such a socket gives no IP header.
    """

    interface: str
    packet: bytes
    heard: tuple[int, int] = (0, 0)


class TooBusy(Exception):
    """Frames did not come through within the time allowed: what was or was not seen tells nothing."""


@contextmanager
def one_processor() -> Iterator[None]:
    """Stay on one processor, so that everything sent waits in one queue and none can overtake another."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(allowed)[os.getpid() % len(allowed)]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def hardware_address(number: int, far: bool) -> str:
    """Return the MAC of interface `number` of the router, or of whatever is on the far side of it."""
    return f"00:00:5e:00:53:{2 * number + (1 if far else 0):02x}"


class Wires:
    """One socket for every wire, and raw sockets in the router that hear what its INPUT chain let through.

    One socket, since closing a packet socket makes the kernel wait for a grace period.
    """

    def __init__(self, router: Namespace, far_side: Namespace, names: list[str]) -> None:
        self._router = router
        self._wire = {name: f"wire{number}" for number, name in enumerate(names)}
        self._name = {wire: name for name, wire in self._wire.items()}
        self._receiver = {name: _mac(hardware_address(number, far=False)) for number, name in enumerate(names)}
        self._sender = {name: _mac(hardware_address(number, far=True)) for number, name in enumerate(names)}
        self._local: dict[tuple[int, int], socket.socket] = {}
        self._heard: dict[int, tuple[int, int]] = {}
        self._poll = select.epoll()
        self._last = 0
        with router:
            self._tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(EXPERIMENTAL))
        with far_side:
            self._ether = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self._ether.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        self._hearing = {self._ether.fileno(): self._ether}
        self._listen(self._ether)

    def _listen(self, hearing: socket.socket) -> None:
        hearing.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
        hearing.setblocking(False)
        self._hearing[hearing.fileno()] = hearing
        self._poll.register(hearing, select.EPOLLIN)

    def hear_local(self, family: int, proto: int) -> None:
        """Make local delivery of this protocol audible. A raw socket gets its copy after the INPUT hook."""
        if (family, proto) in self._local or proto in UNHEARABLE or (family == 6 and proto == ICMP):
            return
        with self._router:
            raw = socket.socket(socket.AF_INET if family == 4 else socket.AF_INET6, socket.SOCK_RAW, proto)
        self._local[family, proto] = raw
        self._heard[raw.fileno()] = (family, proto)
        self._listen(raw)

    def send(self, interface: str, packet: bytes, mac: str = "", to_mac: str = "") -> None:
        """Put one IP packet on the wire of an interface, addressed to the router's end unless told otherwise."""
        receiver = _mac(to_mac) if to_mac else self._receiver[interface]
        sender = _mac(mac) if mac else self._sender[interface]
        frame = receiver + sender + ETHERTYPES[packet[0] >> 4] + packet
        self._ether.sendto(frame, (self._wire[interface], 0))

    def pass_through(self) -> None:
        """Return when everything sent before has been dealt with, on every wire; raises TooBusy after 20 seconds.

        To be called on the processor that sent (`one_processor`). A wire that has just been plugged in may lose frames,
        so the frame that is waited for is sent again.
        """
        deadline = time.monotonic() + PATIENCE
        for _ in range(2):
            waiting = set(self._wire)
            self._last += 1
            while waiting:
                if time.monotonic() > deadline:
                    raise TooBusy(f"nothing comes through {', '.join(sorted(waiting))}")
                for name in waiting:
                    frame = self._receiver[name] + self._sender[name] + struct.pack("!HI", EXPERIMENTAL, self._last)
                    with suppress(OSError):  # not ready to send yet
                        self._ether.sendto(frame, (self._wire[name], 0))
                self._tap.settimeout(AGAIN)
                try:
                    while waiting:
                        frame, address = self._tap.recvfrom(LONGEST_FRAME)
                        if struct.unpack_from("!I", frame, 14)[0] == self._last:
                            waiting.discard(address[0])
                except TimeoutError:
                    continue

    def catch(self, settle: float) -> Iterator[Caught]:
        """Yield what has arrived, until nothing new comes for `settle` seconds."""
        deadline = time.monotonic() + settle
        while events := self._poll.poll(max(0.0, deadline - time.monotonic())):
            for descriptor, _ in events:
                yield from self._read(self._hearing[descriptor])
            deadline = time.monotonic() + settle

    def _read(self, hearing: socket.socket) -> Iterator[Caught]:
        while True:
            try:
                frame, address = hearing.recvfrom(LONGEST_FRAME)
            except BlockingIOError:
                return
            if hearing is not self._ether:
                yield Caught("", frame, self._heard[hearing.fileno()])
            elif address[0] in self._name and frame[12:14] in ETHERTYPES.values():
                yield Caught(self._name[address[0]], frame[14:])

    def close(self) -> None:
        """Close every socket."""
        self._poll.close()
        self._tap.close()
        for hearing in self._hearing.values():
            hearing.close()


class Conntrack:
    """The connection table of a namespace, reached by netlink as `conntrack -F` does."""

    NETLINK_NETFILTER, DELETE, REQUEST_AND_ACK = 12, (1 << 8) | 2, 0x1 | 0x4

    def __init__(self, namespace: Namespace) -> None:
        with namespace:
            self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, self.NETLINK_NETFILTER)

    def flush(self) -> None:
        """Forget every connection: a delete request that names no tuple means all of them."""
        self._socket.send(struct.pack("=IHHIIBBH", 20, self.DELETE, self.REQUEST_AND_ACK, 1, 0, 0, 0, 0))
        answer = self._socket.recv(4096)
        error = struct.unpack("=i", answer[16:20])[0]
        if error:
            raise OSError(-error, "conntrack flush refused")

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


def _mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))
