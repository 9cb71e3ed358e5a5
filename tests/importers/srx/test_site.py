"""A city's firewall before the LGWAN router, as a terminal session saved it."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from segcheck import importers
from segcheck.analysis.compiling import judge_device
from segcheck.analysis.tracing import trace
from segcheck.loaders.files import read_text
from segcheck.model.diagnostic import LineUse
from segcheck.model.reading import Complete
from segcheck.model.schedule import wall_minute
from segcheck.model.trace import Probe
from segcheck.sets.addresses import parse_one

SOURCE = read_text(str(Path(__file__).with_name("city-edge.txt")))
OPEN, NIGHT = (wall_minute(datetime(2026, 11, 20, hour, 0)) for hour in (10, 22))


@pytest.fixture(scope="module")
def reading():
    return importers.read([SOURCE])


def test_every_line_is_understood(reading):
    (account,) = reading.inputs
    counts = account.lines.counts()
    assert account.complete is Complete.YES
    assert {use for use, count in counts.items() if count} == {LineUse.UNDERSTOOD, LineUse.IRRELEVANT}
    assert sum(counts.values()) == account.lines.total > 200
    assert [one.code.value for one in reading.diagnostics] == []


def test_the_device(reading):
    (device,) = reading.devices
    assert (device.format, device.hostname, device.version) == ("srx", "fw-lgwan-0", "21.4R3-S5.4")
    assert (device.taints, device.routing_known, device.addressing_known) == ((), True, True)
    assert [one.name for one in device.interfaces if one.zone] == ["reth0.0", "reth1.10", "reth1.20", "reth1.99"]
    assert [one.vlan for one in device.interfaces if one.zone] == [None, 10, 20, 99]
    assert device.interface("fxp0.0").kind == "management"
    assert {one.protocol for one in device.helpers} & {"sip", "h323", "ftp"} == {"ftp"}
    assert {name for name, rules in device.lists.items() if "->" in name} == {
        "lg->lgwan", "lgwan->lg", "lg->mynumber", "mynumber->lg",
    }  # fmt: skip
    assert [(rule.id, rule.enabled) for rule in device.lists["lg->lgwan"].rules] == [
        ("asp", True), ("trial", False), ("mail-out", True), ("deny-rest", True),
    ]  # fmt: skip
    assert [(one.name, one.state) for one in device.objects if one.state == "unused"] == [("mail", "unused")]


def test_secrets_and_messages_are_not_kept(reading):
    assert "notarealhash" not in repr(reading)
    assert "禁じます" not in repr(reading)


@pytest.mark.parametrize(
    ("ingress", "src", "dst", "proto", "dport", "minute", "verdict"),
    [
        ("reth1.10", "10.10.3.4", "198.51.100.70", 6, 443, OPEN, "permit"),
        ("reth1.10", "10.10.3.4", "198.51.100.70", 6, 9005, OPEN, "permit"),
        ("reth1.10", "10.10.3.4", "198.51.100.80", 6, 443, OPEN, "deny"),
        ("reth1.10", "10.10.3.4", "198.51.100.70", 6, 25, OPEN, "deny"),
        ("reth1.10", "10.10.0.25", "192.0.2.7", 6, 25, OPEN, "permit"),
        ("reth0.0", "198.51.100.17", "198.18.1.25", 6, 25, OPEN, "permit"),
        ("reth0.0", "192.0.2.7", "198.18.1.25", 6, 25, OPEN, "deny"),
        ("reth0.0", "198.51.100.17", "198.18.1.33", 6, 25, OPEN, "deny"),
        ("reth1.10", "10.30.0.10", "10.20.0.10", 6, 445, OPEN, "permit"),
        ("reth1.10", "10.30.0.10", "10.20.0.10", 6, 445, NIGHT, "deny"),
        ("reth1.10", "10.30.0.10", "10.20.0.25", 6, 445, OPEN, "deny"),
        ("reth1.20", "10.20.0.10", "10.10.0.53", 17, 53, OPEN, "permit"),
        ("reth1.20", "10.21.0.10", "10.10.0.53", 17, 53, OPEN, "deny"),
        ("reth1.20", "10.20.0.10", "198.51.100.17", 6, 443, OPEN, "deny"),
        ("reth1.99", "10.99.0.5", "10.99.0.1", 6, 22, OPEN, "permit"),
        ("reth1.99", "10.99.0.5", "10.99.0.1", 6, 443, OPEN, "deny"),
        ("reth1.10", "10.10.3.4", "10.10.255.1", 6, 22, OPEN, "deny"),
        ("reth1.99", "10.99.0.5", "10.20.0.10", 6, 22, OPEN, "deny"),
    ],
)
def test_packets(reading, ingress, src, dst, proto, dport, minute, verdict):
    (device,) = reading.devices
    known = {
        "src": parse_one(src),
        "dst": parse_one(dst),
        "proto": proto,
        "sport": 40000,
        "dport": dport,
        "fragment": 0,
    }
    probe = Probe(known=known | ({"tcp_flags": 2} if proto == 6 else {}), ingress=ingress, minute=minute)
    answers = (judge_device(device, [probe])[0].verdict.value, trace(device, probe).verdict.value)
    assert answers == (verdict, verdict)


def braces(lines):
    """Return `set` commands as braces, a word a level; what is deactivated is marked."""
    tree: dict[str, dict] = {}
    off = set()
    for line in lines:
        verb, *words = shlex.split(line)
        node = tree
        for word in words:
            node = node.setdefault(word, {})
        if verb == "deactivate":
            off.add(tuple(words))

    def told(node, path):
        for word, below in node.items():
            mark = "inactive: " if (*path, word) in off else ""
            name = word if re.fullmatch(r"[\w./:-]+", word) else f'"{word}"'
            if below:
                yield f"{'    ' * len(path)}{mark}{name} {{"
                yield from told(below, (*path, word))
                yield f"{'    ' * len(path)}}}"
            else:
                yield f"{'    ' * len(path)}{mark}{name};"

    return "\n".join([*told(tree, ()), ""])


def test_commands_and_braces_mean_the_same():
    commands = read_text(str(Path(__file__).parents[2] / "soundness/exports/srx/show.txt"))
    (one,) = importers.read([commands]).devices
    (other,) = importers.read([replace(commands, text=braces(commands.lines()))]).devices
    for name, rules in one.lists.items():
        mine = [(rule.id, rule.match, rule.action, rule.enabled, rule.log) for rule in rules.rules]
        assert mine == [(r.id, r.match, r.action, r.enabled, r.log) for r in other.lists[name].rules], name
    assert one.lists.keys() == other.lists.keys()
    assert one.pipeline == other.pipeline
    assert [replace(route, span=None) for route in one.routes] == [replace(route, span=None) for route in other.routes]
    assert [replace(port, span=None) for port in one.interfaces] == [
        replace(port, span=None) for port in other.interfaces
    ]
    assert one.taints == other.taints == ()
