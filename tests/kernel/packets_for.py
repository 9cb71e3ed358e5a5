"""Packets for a rule set: most meant to satisfy one of its lines, at the edges of what the line says."""

from __future__ import annotations

import ipaddress
import random
from dataclasses import replace
from typing import Any

from .case import tracks_connections
from .hints import PORT_LAST, Hint, Line, flags_for, icmp_for, lines_of, protocol_for
from .oracle import Rules
from .probes import ESP, GRE, ICMP, ICMPV6, SCTP, TCP, UDP, WITH_PORTS, Fragment, Probe

COMMON_PORTS = (22, 25, 53, 80, 123, 443, 445, 3389, 8080)
ODD_FLAGS = ("S", "A", "SA", "FA", "R", "RA", "PA", "", "F", "FPU", "SF", "SEC", "SP", "AU", "FSRPAU")
ODD_PROTOCOLS = (2, 4, GRE, ESP, 89, 112, SCTP)
IPV6_HEADERS = frozenset({0, 43, 44, 51, 59, 60, 135, 139, 140})  # protocol numbers that are extension headers there
ICMP_TYPES = {4: (8, 8, 8, 0, 3, 11, 13, 17, 5), 6: (128, 128, 128, 129, 1, 3, 135, 136, 139)}
HIT = 0.85


class PacketMaker:
    """Makes probes for one rule set on one router; the same generator state gives the same probes."""

    def __init__(
        self, rng: random.Random, topology: dict[str, Any], rules: Rules, family: int, *, backend: str
    ) -> None:
        self._rng, self._family = rng, family
        text = rules.iptables if family == 4 else rules.ip6tables
        self._lines = lines_of(text, rules.ipset)
        self._callers: dict[tuple[str, str], list[Line]] = {}
        for line in self._lines:
            self._callers.setdefault((line.table, line.target), []).append(line)
        self._fragments = tracks_connections(text) or backend == "legacy"
        self._networks = _networks(topology, family)
        self._own = [a for a, _ in _own_addresses(topology, family)]
        self._interfaces = [name for name in topology["interfaces"] if name != "lo"]
        spans = [s for line in self._lines for h in line.hints if h.field in ("src", "dst") for s in h.spans]
        self._pool = [value for span in spans for value in (span.first, span.last)]
        self._limit = 2**32 - 1 if family == 4 else 2**128 - 1

    def probes(self, count: int) -> tuple[Probe, ...]:
        """Return `count` probes."""
        return tuple(self._probe() for _ in range(count))

    def _probe(self) -> Probe:
        rng = self._rng
        wanted: dict[str, Hint] = {}
        if self._lines and rng.random() < 0.9:
            weights = [3 if line.target == "ACCEPT" or line.table == "nat" else 1 for line in self._lines]
            line = rng.choices(self._lines, weights)[0]
            for hint in self._story(line):
                wanted.setdefault(hint.field, hint)
        hit = {field: (rng.random() < HIT) != hint.negated for field, hint in wanted.items()}
        proto = self._protocol(wanted, hit)
        dst = self._destination(wanted, hit)
        src, interface = self._source(wanted, hit, self._way_to(dst))
        probe = Probe(
            interface=interface,
            src=str(src),
            dst=str(dst),
            proto=proto,
            want_error=rng.random() < 0.1,
            tos=self._number(wanted, hit, "tos", 0, 255),
            ttl=max(3, self._number(wanted, hit, "ttl", 64, 254) + 1) if "ttl" in wanted else 64,
            length=self._number(wanted, hit, "length", 0, 1400),
        )
        if "mac" in wanted and hit["mac"]:
            probe = replace(probe, mac=wanted["mac"].words[0].lower())
        return self._with_fragment(self._with_transport(probe, wanted, hit), wanted, hit)

    def _story(self, line: Line) -> list[Hint]:
        """The conditions on the way to a line: its own, and those of the rules that lead into its chain."""
        hints, seen = list(line.hints), {line.chain}
        while callers := self._callers.get((line.table, line.chain)):
            line = self._rng.choice(callers)
            if line.chain in seen:
                break
            seen.add(line.chain)
            hints += line.hints
        return hints

    def _protocol(self, wanted: dict[str, Hint], hit: dict[str, bool]) -> int:
        rng = self._rng
        message = ICMP if self._family == 4 else ICMPV6
        named = protocol_for(wanted["proto"]) if "proto" in wanted else None
        if named is not None and hit["proto"]:
            return named
        if {"sport", "dport"} & set(wanted) and named is None:
            return rng.choice((TCP, UDP))
        proto = rng.choice((TCP, TCP, TCP, UDP, UDP, message, rng.choice(ODD_PROTOCOLS)))
        return UDP if proto == named else proto

    def _address(self, hint: Hint, *, hit: bool) -> int:
        return self._rng.choice(hint.spans).pick(self._rng, self._limit, hit=hit)

    def _destination(
        self, wanted: dict[str, Hint], hit: dict[str, bool]
    ) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
        rng = self._rng
        if "dst" in wanted and wanted["dst"].spans and (hit["dst"] or rng.random() < 0.5):
            return self._usable(self._address(wanted["dst"], hit=hit["dst"]))
        if "out" in wanted and hit["out"]:
            networks = [n for n, name in self._networks if _named(name, wanted["out"].words[0])]
            if networks:
                return self._host(rng.choice(networks))
        choice = rng.random()
        if choice < 0.08:
            return self._usable(int(rng.choice(self._own)))
        if choice < 0.4 and self._pool:
            return self._usable(rng.choice(self._pool) + rng.choice((0, 0, 0, -1, 1)))
        return self._host(rng.choice(self._networks)[0])

    def _source(
        self, wanted: dict[str, Hint], hit: dict[str, bool], towards: str
    ) -> tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, str]:
        rng = self._rng
        names = [
            name for name in self._interfaces if "interface" in wanted and _named(name, wanted["interface"].words[0])
        ]
        if "interface" in wanted and not hit["interface"]:
            names = [name for name in self._interfaces if name not in names]
        names = names or [name for name in self._interfaces if name != towards]
        if "src" in wanted and wanted["src"].spans:
            src = self._usable(self._address(wanted["src"], hit=hit["src"]))
            way = self._way_to(src)
            return src, way if way in names or rng.random() < 0.5 else rng.choice(names)
        interface = rng.choice(names)
        networks = [n for n, name in self._networks if name == interface]
        if rng.random() < 0.2 and self._pool:
            return self._usable(rng.choice(self._pool)), interface
        return self._host(rng.choice(networks)), interface

    def _usable(self, value: int) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
        """The address, unless it is one the IP layer refuses by itself whatever the rules say: then a host."""
        address = ipaddress.IPv4Address(value % 2**32) if self._family == 4 else ipaddress.IPv6Address(value % 2**128)
        special = address.is_multicast or address.is_loopback or address.is_unspecified or address.is_link_local
        return self._host(self._rng.choice(self._networks)[0]) if special or int(address) == 2**32 - 1 else address

    def _host(
        self, network: ipaddress.IPv4Network | ipaddress.IPv6Network
    ) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
        if network.prefixlen == 0:
            network = ipaddress.ip_network("198.51.100.0/24" if self._family == 4 else "2001:db8:ffff::/64")
        return network[self._rng.choice((5, 7, 80, self._rng.randint(2, 250)))]

    def _way_to(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
        return next(name for network, name in self._networks if address in network)

    def _number(self, wanted: dict[str, Hint], hit: dict[str, bool], field: str, otherwise: int, limit: int) -> int:
        if field not in wanted:
            return otherwise
        return min(limit, self._rng.choice(wanted[field].spans).pick(self._rng, limit, hit=hit[field]))

    def _with_transport(self, probe: Probe, wanted: dict[str, Hint], hit: dict[str, bool]) -> Probe:
        rng = self._rng
        if probe.proto in WITH_PORTS:
            ports = {"sport": rng.randint(1024, PORT_LAST), "dport": rng.choice(COMMON_PORTS)}
            for field in ports:
                if field in wanted:
                    ports[field] = rng.choice(wanted[field].spans).pick(rng, PORT_LAST, hit=hit[field])
            probe = replace(probe, sport=ports["sport"], dport=ports["dport"])
        if probe.proto == TCP:
            if "flags" in wanted:
                probe = replace(probe, flags=flags_for(rng, wanted["flags"], hit=hit["flags"]))
            elif rng.random() < 0.15:
                probe = replace(probe, flags=rng.choice(ODD_FLAGS))
        if probe.proto in (ICMP, ICMPV6):
            kind, code = rng.choice(ICMP_TYPES[self._family]), 0
            if "icmp" in wanted:
                kind, code = icmp_for(rng, wanted["icmp"], hit=hit["icmp"])
            probe = replace(probe, icmp_type=kind, icmp_code=code)
        return probe

    def _with_fragment(self, probe: Probe, wanted: dict[str, Hint], hit: dict[str, bool]) -> Probe:
        asked = "fragment" in wanted and hit["fragment"]
        if (
            not self._fragments
            or not (asked or self._rng.random() < 0.06)
            or probe.proto not in (TCP, UDP, ICMP, ICMPV6)
        ):
            return probe
        kind = self._rng.choice((Fragment.PAIR, Fragment.PAIR, Fragment.FIRST, Fragment.REST))
        return replace(probe, fragment=Fragment.REST if asked else kind, length=0)


def _named(name: str, pattern: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("+") else name == pattern


def _own_addresses(topology: dict[str, Any], family: int) -> list[tuple[Any, str]]:
    own = []
    for name, interface in topology["interfaces"].items():
        texts = [interface["address"]] if "address" in interface else interface.get("addresses", [])
        parsed = [ipaddress.ip_interface(text) for text in texts]
        own += [(address.ip, name) for address in parsed if address.version == family]
    return own


def _networks(topology: dict[str, Any], family: int) -> list[tuple[Any, str]]:
    """The networks of a family with the interface each is reached by, the most specific first."""
    networks: list[tuple[Any, str]] = []
    for name, interface in topology["interfaces"].items():
        texts = [interface["address"]] if "address" in interface else interface.get("addresses", [])
        found = [ipaddress.ip_interface(text).network for text in texts]
        networks += [(network, name) for network in found if network.version == family and network.num_addresses > 1]
    connected = list(networks)
    for route in topology.get("routes", []):
        network, via = ipaddress.ip_network(route["to"]), ipaddress.ip_address(route["via"])
        if network.version == family:
            name = route.get("interface") or next(name for known, name in connected if via in known)
            networks.append((network, name))
    return sorted(networks, key=lambda pair: -pair[0].prefixlen)
