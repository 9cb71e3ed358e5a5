"""IOS verdicts of a peer's unit tests, row by row; where we leave open what the peer decides, the reason stands here."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from segcheck import importers
from segcheck.analysis.compiling import judge_list
from segcheck.analysis.tracing import trace_list
from segcheck.loaders.files import read_text
from segcheck.model.device import DeviceConfig
from segcheck.model.pipeline import StageKind
from segcheck.model.trace import Probe, Verdict
from segcheck.sets import addresses

pytestmark = pytest.mark.conformance

PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17}
#: `object-group ip port` and `portgroup` are no words of IOS: its command reference has neither, so such entries stay unread.
NOT_IOS = "ios-acl-portgroup"


def _rows(exports: Path, sample: str) -> list[dict[str, str]]:
    with (exports / "verdicts.tsv").open(newline="") as file:
        return [row for row in csv.DictReader(file, delimiter="\t") if row["file"] == f"cisco_ios/{sample}"]


def _device(exports: Path, sample: str, more: str = "") -> DeviceConfig:
    source = read_text(str(exports / "cisco_ios" / sample))
    (device,) = importers.read([replace(source, text=source.text + more)], "ios").devices
    return device


def _known(packet: str) -> dict[str, int]:
    words = dict(word.split("=") for word in packet.split())
    known = {
        "src": addresses.parse_one(words.get("src", "10.0.0.1")),
        "dst": addresses.parse_one(words.get("dst", "172.17.111.16")),
        "proto": PROTOCOLS[words["proto"]],
        "fragment": 0,
    }
    return known | {name: int(words[name]) for name in ("sport", "dport", "icmp_type", "icmp_code") if name in words}


def _both(device: DeviceConfig, name: str, probe: Probe) -> set[Verdict]:
    return {judge_list(device, name, [probe])[0].verdict, trace_list(device, name, probe).verdict}


def test_service_groups(shared: Path) -> None:
    exports = shared / "data" / "exports"
    entry = "\nip access-list extended probe\n permit object-group og-icmp-specific any any\n"
    device = _device(exports, "ios-object-group-service", entry)
    rows = _rows(exports, "ios-object-group-service")
    assert len(rows) == 8
    for row in rows:
        probe = Probe(known=_known(row["packet"]))
        if "icmp_code=1" in row["packet"] and row["expected action"] == "deny":
            # The peer takes an echo with a code other than 0 for another message. The Security Command Reference, permit (IP),
            # filters "by ICMP message type name or ICMP message type and code name": echo is the name of a type.
            assert _both(device, "probe", probe) == {Verdict.PERMIT}
            continue
        assert _both(device, "probe", probe) == {Verdict(row["expected action"])}, row


def test_port_groups_are_left_open(shared: Path) -> None:
    exports = shared / "data" / "exports"
    device = _device(exports, NOT_IOS)
    rows = _rows(exports, NOT_IOS)
    assert len(rows) == 6
    for row in rows:
        probe = Probe(known=_known(row["packet"]) | {"tcp_flags": 2})
        assert _both(device, row["rule list/ACL"], probe) == {Verdict.UNDECIDED}, row


def test_zones(shared: Path) -> None:
    exports = shared / "data" / "exports"
    device = _device(exports, "ios-xe-zone-default-behavior")
    rows = _rows(exports, "ios-xe-zone-default-behavior")
    assert len(rows) == 12
    known = {"src": 1, "dst": 2, "proto": 6, "sport": 40000, "dport": 80, "tcp_flags": 2, "fragment": 0}
    for row in rows:
        egress = row["rule list/ACL"].split()[1]
        if row["packet"] == "(any)":  # what the device sends itself
            assert [stage.name for stage in device.pipeline.output if stage.kind is StageKind.FILTER] == [
                "zones-output"
            ]
            probe = Probe(known=known, egress=egress)
            assert _both(device, "ios/zones-output", probe) == {Verdict(row["expected action"])}
            continue
        probe = Probe(known=known, ingress=row["packet"].removeprefix("in="), egress=egress)
        assert _both(device, "ios/zones", probe) == {Verdict(row["expected action"])}, row
