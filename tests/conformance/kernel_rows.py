"""The rows of `kernel_verdicts.tsv`: what a Linux kernel did with probes under real iptables dumps."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from segcheck.model.device import DeviceConfig, Interface, InterfaceAddress, Route
from segcheck.model.trace import Probe
from segcheck.sets import addresses

PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17}
SYN = 2


@dataclass(frozen=True)
class Row:
    """One probe and what the kernel did.

    passed       FORWARD or LOCAL
    out          interface it left by, "" if it did not leave
    translated   (src, sport, dst, dport) as it left, ports 0 where there are none; None if it did not leave
    reply        whether the answer was forwarded; None if none was sent
    """

    file: str
    line: int
    topology: str
    probe: Probe
    passed: bool
    out: str
    translated: tuple[int, int, int, int] | None
    reply: bool | None


def rows(exports: Path) -> dict[tuple[str, str], list[Row]]:
    """Return the repeatable rows by (dump, topology)."""
    left_out = set((exports / "kernel_nondeterministic.txt").read_text().split())
    found: dict[tuple[str, str], list[Row]] = {}
    for row in _read(exports / "kernel_verdicts.tsv"):
        if row.file not in left_out:
            found.setdefault((row.file, row.topology), []).append(row)
    return found


def nondeterministic(exports: Path) -> dict[tuple[str, str], list[Row]]:
    """Return the rows of dumps with rules that depend on rates, recent lists or chance."""
    named = set((exports / "kernel_nondeterministic.txt").read_text().split())
    found: dict[tuple[str, str], list[Row]] = {}
    for row in _read(exports / "kernel_verdicts.tsv"):
        if row.file in named:
            found.setdefault((row.file, row.topology), []).append(row)
    return found


def _read(path: Path) -> Iterator[Row]:
    topology = ""
    with path.open(newline="") as file:
        reader = csv.reader(file, delimiter="\t")
        next(reader)
        for number, (name, shape, packet, verdict, out, translated, reply) in enumerate(reader, start=2):
            topology = topology if shape == "^" else shape
            yield Row(
                file=name,
                line=number,
                topology=topology,
                probe=_probe(dict(word.split("=") for word in packet.split())),
                passed=verdict in ("FORWARD", "LOCAL"),
                out=out,
                translated=_translated(translated) if verdict == "FORWARD" else None,
                reply=None if reply == "" else reply in ("FORWARD", "LOCAL"),
            )


def _probe(words: dict[str, str]) -> Probe:
    known = {
        "src": addresses.parse_one(words["src"]),
        "dst": addresses.parse_one(words["dst"]),
        "proto": PROTOCOLS[words["proto"]],
        "fragment": 0,
        "ttl": 64,
        "cast": 0,
    }
    if words["proto"] == "icmp":
        known |= {"icmp_type": 8, "icmp_code": 0}
    else:
        known |= {"sport": int(words["sport"]), "dport": int(words["dport"])}
    if words["proto"] == "tcp":
        known["tcp_flags"] = SYN
    return Probe(known=known, ingress=words["in"])


def _translated(text: str) -> tuple[int, int, int, int]:
    source, destination = text.split(">")
    (src, sport), (dst, dport) = (side.rsplit(":", 1) for side in (source, destination))
    return addresses.parse_one(src), int(sport or 0), addresses.parse_one(dst), int(dport or 0)


def placed(device: DeviceConfig, topology: str) -> DeviceConfig:
    """Return the device with the addressing that the probes were sent under.

    The addresses stood as host addresses, their networks as routes: no address was a broadcast address.
    """
    interfaces, routes = [], []
    for name, facts in json.loads(topology)["interfaces"].items():
        own = []
        for text in facts["addr"]:
            host = text.split("/")[0]
            own.append(InterfaceAddress(addresses.parse_one(host), 32))
            routes.append(Route(to=addresses.parse(text), interface=name, distance=0))
        interfaces.append(Interface(name=name, addresses=tuple(own)))
        routes.extend(Route(to=addresses.parse(prefix), interface=name) for prefix in facts["routes"])
    return device.with_addressing(tuple(interfaces), tuple(routes), complete=True)
