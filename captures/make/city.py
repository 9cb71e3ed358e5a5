"""Where packets of a site pass: its segments, devices and capture points, read from its topology.yaml.

The way between two addresses is the one with the fewest devices through transit segments, as the devices of the sample cities
route. Stations without a hardware address get one of the documentation block 00-00-5E-00-53-xx (RFC 9542 §2.1.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, NamedTuple

import yaml

#: A port: a device with its VRF, and the interface.
Port = tuple[str, str]


class Hop(NamedTuple):
    """One crossing of one segment: who sends to whom there. A port is None where the end is no device of the site."""

    segment: str
    sender: Port | None
    receiver: Port | None
    sender_mac: str
    receiver_mac: str
    sender_address: str
    receiver_address: str


@dataclass(frozen=True, slots=True)
class Tap:
    """A capture point; `trunk` are the VLANs by segment that its port carries tagged, empty for an untagged port."""

    id: str
    device: str
    interface: str
    segment: str | None
    trunk: dict[str, int]

    @property
    def name(self) -> str:
        """Return the name of its capture files."""
        return f"{self.device}-{self.interface}"

    def carries(self, segment: str) -> bool:
        """Tell whether frames of the segment pass the port."""
        return segment in self.trunk or segment == self.segment


class City:
    """A site as far as packets need it."""

    def __init__(self, folder: Path) -> None:
        site: dict[str, Any] = yaml.safe_load((folder / "topology.yaml").read_text("utf-8"))
        self.segments: dict[str, dict[str, Any]] = site["segments"]
        self.hosts = {host["id"]: host["addresses"] for host in site["hosts"]}
        self._spare = iter(range(0x90, 0x100))
        self._mac: dict[str, str] = {}
        for host in site["hosts"]:
            for address in host["addresses"] if "mac" in host else ():
                self._mac[address] = host["mac"] if isinstance(host["mac"], str) else host["mac"][0]
        #: per segment: (device with VRF, interface) and the addresses there
        self.ports: dict[str, list[tuple[Port, list[str]]]] = {name: [] for name in self.segments}
        for device in site["devices"]:
            if device["kind"] in ("firewall", "router", "l3_switch"):
                self._connect(device)
        self.taps = [self._tap(tap, site) for tap in site["taps"]]

    def _connect(self, device: dict[str, Any]) -> None:
        switch = None
        for name, port in device["interfaces"].items():
            if "segment" not in port:
                continue
            addresses = [one.split("/")[0] for one in port.get("addresses", [port.get("address")])]
            station = device["id"] + "/" + port.get("vrf", port.get("domain", ""))
            self.ports[port["segment"]].append(((station, name), addresses))
            for address in addresses:  # a layer 3 switch has one hardware address for all its VLANs
                self._mac[address] = switch = (device["kind"] == "l3_switch" and switch) or self._new_mac()

    def _tap(self, tap: dict[str, Any], site: dict[str, Any]) -> Tap:
        device = next(one for one in site["devices"] if one["id"] == tap["device"])
        end, trunk = f"{tap['device']}:{tap['interface']}", {}
        for link in site["links"]:
            if end in link["ends"] and link["kind"] == "trunk":
                trunk = {one: self.segments[one]["vlan"] for one in link["segments"] if "vlan" in self.segments[one]}
        return Tap(
            tap["id"], tap["device"], tap["interface"], device["interfaces"][tap["interface"]].get("segment"), trunk
        )

    def _new_mac(self) -> str:
        return f"00:00:5e:00:53:{next(self._spare):02x}"

    def address(self, who: str) -> str:
        """Return the first address of a host, or the address itself."""
        return self.hosts[who][0] if who in self.hosts else who

    def mac(self, address: str) -> str:
        """Return the hardware address behind an address, the same one for as long as this object lives."""
        if address not in self._mac:
            self._mac[address] = self._new_mac()
        return self._mac[address]

    def segment(self, address: str) -> str:
        """Return the segment at whose wire an address answers; what is beyond a line is put at the line's near end."""
        beyond = {"lgwan-net": "lgwan-edge", "sc-net": "sc-link", "juki-net": "mn-juki"}
        best = ("sc-link", -1)  # the internet is behind the security cloud
        for name, segment in self.segments.items():
            for one in (*segment["v4"], *(segment["v6"] if isinstance(segment["v6"], list) else ())):
                network = ip_network(one)
                if ip_address(address) in network and network.prefixlen > best[1]:
                    best = (beyond.get(name, name), network.prefixlen)
        return best[0]

    def way(self, source: str, destination: str) -> list[Hop]:
        """Return the hops from one address to another, in order."""
        start, goal = self.segment(source), self.segment(destination)
        sender: tuple[Port | None, str] = (self._port_of(source), self._wire(start, source))
        hops = []
        for segment, enter, leave in self._devices(start, goal):
            hops.append(self._hop(segment, sender, (enter[0], self._like(enter[1], source))))
            sender = (leave[0], self._like(leave[1], source))
        hops.append(self._hop(goal, sender, (self._port_of(destination), self._wire(goal, destination))))
        return hops

    def _hop(self, segment: str, sender: tuple[Port | None, str], receiver: tuple[Port | None, str]) -> Hop:
        return Hop(segment, sender[0], receiver[0], self.mac(sender[1]), self.mac(receiver[1]), sender[1], receiver[1])

    def _wire(self, segment: str, address: str) -> str:
        """Return the address that answers on the wire: the next router's where the segment is beyond a line."""
        routers = {"lgwan-edge": "198.18.1.1", "sc-link": "198.51.100.1", "gc-vpc": "10.200.0.1"}
        if self._port_of(address) is not None or segment not in routers:
            return address
        return "2001:db8:40::1" if ":" in address else routers[segment]

    @staticmethod
    def _like(addresses: list[str], other: str) -> str:
        """Return the port's address of the other's family, or any: hardware addresses are what is asked for."""
        return next((one for one in addresses if (":" in one) == (":" in other)), addresses[0])

    def _port_of(self, address: str) -> Port | None:
        return next((port for ports in self.ports.values() for port, has in ports if address in has), None)

    def _devices(self, start: str, goal: str) -> Iterator[tuple[str, tuple[Port, list[str]], tuple[Port, list[str]]]]:
        """Yield (segment left, port in, port out) of each device between two segments."""
        own = {self.segments[start]["zone"], self.segments[goal]["zone"]}
        queue: list[tuple[float, int, str, tuple[Any, ...]]] = [(0, 0, start, ())]
        seen: set[str] = set()
        pushed = 0
        while queue:
            cost, _, segment, trail = heappop(queue)
            if segment == goal:
                yield from trail
                return
            if segment in seen or (segment != start and self.segments[segment].get("kind") != "transit"):
                continue
            seen.add(segment)
            for enter in self.ports[segment]:
                for other, ports in self.ports.items():
                    for leave in ports:
                        if leave[0][0] == enter[0][0] and other != segment:
                            pushed += 1  # the wires of the two ends' own zones come first
                            price = cost + (1 if self.segments[other]["zone"] in own else 1.1)
                            heappush(queue, (price, pushed, other, (*trail, (segment, enter, leave))))
        raise LookupError(f"no way from {start} to {goal}")
