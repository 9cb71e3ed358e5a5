"""One municipal three-zone policy, generated in several syntaxes: the same 1,387 verdicts must hold for each."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from segcheck import importers
from segcheck.analysis.compiling import judge_list
from segcheck.analysis.tracing import trace_list
from segcheck.loaders.files import read_text
from segcheck.model.match import State
from segcheck.model.trace import Probe, Verdict
from segcheck.sets import addresses

pytestmark = pytest.mark.conformance

PROTOCOLS = {"tcp": 6, "udp": 17}


def _probes(exports: Path) -> list[tuple[Probe, Verdict]]:
    found = []
    with (exports / "aerleon_threezone" / "verdicts_threezone.tsv").open(newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            words = dict(word.split("=") for word in row["packet"].split())
            known = {
                "src": addresses.parse_one(words["src"]),
                "dst": addresses.parse_one(words["dst"]),
                "proto": PROTOCOLS[words["proto"]],
                "sport": int(words["sport"]),
                "dport": int(words["dport"]),
                "fragment": 0,
            }
            if words["proto"] == "tcp":
                known["tcp_flags"] = 2
            found.append((Probe(known=known, state=State.NEW), Verdict(row["expected action"])))
    return found


@pytest.mark.parametrize(
    ("file", "name", "format"),
    [
        ("speedway_ok.ipt", "filter/FORWARD", "iptables"),
        ("fortigate_ok.fgacl", "root/policy", "fortigate"),
        ("cisco.acl", "EDGE-IN", "ios"),
        ("nftables.nft", "ip/filtering_policies/root0", "nftables"),
        ("paloalto.xml", "vsys1/security", "panos"),
        ("juniper.jcl", "inet/EDGE-IN", "srx"),
    ],
)
def test_every_verdict_holds(file: str, name: str, format: str, shared: Path) -> None:  # noqa: A002
    exports = shared / "data" / "exports"
    reading = importers.read([read_text(str(exports / "aerleon_threezone" / file))], format)
    (device,) = reading.devices
    asked = _probes(exports)

    answers = judge_list(device, name, [probe for probe, _ in asked], ignore_interfaces=True)
    by_sets = [(n, a.verdict) for n, (a, (_, v)) in enumerate(zip(answers, asked, strict=True)) if a.verdict is not v]
    traced = [trace_list(device, name, probe, ignore_interfaces=True).verdict for probe, _ in asked]
    by_tracing = [(n, t) for n, (t, (_, v)) in enumerate(zip(traced, asked, strict=True)) if t is not v]
    assert len(asked) == 1387
    assert by_sets == []
    assert by_tracing == []
