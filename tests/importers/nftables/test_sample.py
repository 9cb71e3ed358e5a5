"""A whole rule set as nft 1.0.6 lists it: a gateway between offices, servers and the internet."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from segcheck.analysis.compiling import judge_device
from segcheck.analysis.tracing import trace
from segcheck.importers import nftables
from segcheck.loaders import device_file
from segcheck.loaders.files import read_text
from segcheck.model.device import DeviceConfig
from segcheck.model.diagnostic import LineUse
from segcheck.model.trace import Probe
from segcheck.sets import addresses
from tests.importers.nftables.rulesets import source, told

OFFICE = Path(__file__).with_name("office.nft")
PLACES = """
interfaces:
  lan0: {address: 10.10.0.1/16}
  srv0: {addresses: [10.20.0.1/16]}
  mgmt0: {address: 10.99.0.1/24}
  wan0: {address: 203.0.113.2/29}
routes: [{to: 0.0.0.0/0, via: 203.0.113.1}]
routes_complete: true
"""
PROTOCOLS = {"tcp": 6, "udp": 17}


@cache
def office() -> DeviceConfig:
    (device,) = nftables.read([read_text(str(OFFICE))]).devices
    placed = device_file.load(source(PLACES, "device.yaml"))
    return device.with_addressing(placed.interfaces, placed.routes, complete=True)


def test_every_line_is_understood() -> None:
    text = read_text(str(OFFICE))
    reading = nftables.read([text])
    counts = reading.inputs[0].lines.counts()

    assert len(text.lines()) >= 200
    assert counts[LineUse.UNDERSTOOD] + counts[LineUse.IRRELEVANT] == len(text.lines())
    assert told(reading) == []
    assert reading.devices[0].taints == ()


@pytest.mark.parametrize(
    ("way", "verdict", "leaves"),
    [
        ("lan0 10.10.11.5 10.20.0.80 tcp 443", "permit", "srv0"),
        ("lan0 10.10.11.5 10.20.0.80 tcp 22", "deny", ""),
        ("lan0 10.10.11.5 10.20.0.53 udp 53", "permit", "srv0"),
        ("lan0 10.10.11.5 10.20.0.53 udp 54", "deny", ""),
        ("lan0 10.10.11.5 10.20.1.11 tcp 8011", "permit", "srv0"),
        ("lan0 10.10.11.5 10.20.1.12 tcp 8011", "deny", ""),
        ("lan0 10.10.12.5 198.51.100.12 tcp 443", "permit", "wan0"),
        ("lan0 10.10.12.5 198.51.100.13 tcp 80", "permit", "wan0"),  # marked by its own chain
        ("lan0 10.10.13.5 198.51.100.13 tcp 443", "deny", ""),
        ("lan0 10.10.30.5 10.20.0.80 tcp 443", "deny", ""),
        ("srv0 10.20.0.25 198.51.100.1 tcp 443", "permit", "wan0"),
        ("srv0 10.20.0.25 198.51.100.1 tcp 22", "deny", ""),
        ("wan0 198.51.100.1 203.0.113.2 tcp 443", "permit", "srv0"),
        ("wan0 198.51.100.1 203.0.113.2 tcp 22", "deny", ""),
        ("wan0 10.1.1.1 203.0.113.2 tcp 443", "deny", ""),
        ("mgmt0 10.99.0.10 10.99.0.1 tcp 22", "permit", ""),
        ("mgmt0 10.99.0.12 10.99.0.1 tcp 22", "deny", ""),
        ("mgmt0 10.99.0.10 10.20.0.80 tcp 3389", "permit", "srv0"),
    ],
)
def test_packets(way: str, verdict: str, leaves: str) -> None:
    ingress, src, dst, proto, dport = way.split()
    known = {"src": addresses.parse_one(src), "dst": addresses.parse_one(dst), "proto": PROTOCOLS[proto]}
    known |= {"sport": 40000, "dport": int(dport), "fragment": 0} | ({"tcp_flags": 2} if proto == "tcp" else {})
    probe = Probe(known=known, ingress=ingress)
    (by_sets,) = judge_device(office(), [probe])

    assert (by_sets.verdict.value, by_sets.egress) == (verdict, leaves)
    assert trace(office(), probe).verdict is by_sets.verdict
