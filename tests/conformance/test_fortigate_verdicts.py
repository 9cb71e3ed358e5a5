"""FortiGate verdicts: measurements on a real device, and a peer's model of one."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from segcheck import importers
from segcheck.analysis.compiling import judge_device, judge_list
from segcheck.analysis.tracing import trace, trace_list
from segcheck.loaders.files import read_text
from segcheck.model.trace import Probe, Verdict
from segcheck.sets import addresses

pytestmark = pytest.mark.conformance

PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17}
#: Where the hosts of the measured device stand (hosts__*.json of the sample): interface, own address.
HOSTS = {"inside": ("port2", "192.168.123.1"), "outside": ("port3", "192.168.123.6")}


def _rows(exports: Path) -> list[dict[str, str]]:
    with (exports / "verdicts.tsv").open(newline="") as file:
        return [row for row in csv.DictReader(file, delimiter="\t") if row["file"].startswith("fortigate/")]


def _known(words: dict[str, str], source: str) -> dict[str, int]:
    known = {
        "src": addresses.parse_one(words.get("src", source)),
        "dst": addresses.parse_one(words["dst"]),
        "proto": PROTOCOLS[words["proto"]],
        "fragment": 0,
    }
    if words["proto"] == "icmp":
        return known | {"icmp_type": int(words["icmp_type"]), "icmp_code": 0}
    known |= {"sport": int(words.get("sport", "40000")), "dport": int(words["dport"])}
    return known | ({"tcp_flags": 2} if words["proto"] == "tcp" else {})


def test_policy_verdicts_agree_with_the_peer(shared: Path) -> None:
    """The peer's model of `OutgoingFilter` is the policy list for one pair of interfaces."""
    exports = shared / "data" / "exports"
    seen = 0
    for row in _rows(exports):
        if row["oracle"] != "batfish unit test":
            continue
        seen += 1
        words = dict(word.split("=") for word in row["packet"].split())
        egress = row["rule list/ACL"].split()[1]
        (device,) = importers.read([read_text(str(exports / row["file"]))]).devices
        probe = Probe(known=_known(words, ""), ingress=words["ingress"], egress=egress)
        expected = Verdict(row["expected action"])

        assert judge_list(device, "root/policy", [probe])[0].verdict is expected, row
        assert trace_list(device, "root/policy", probe).verdict is expected, row
    assert seen == 8


def test_whole_path_verdicts_agree_with_the_device(shared: Path) -> None:
    """Echo seen means that the packet and its answer pass, no reply that one of them does not.

    Pings to the own address of the sending host never reach the device; they say nothing about it.
    """
    exports = shared / "data" / "exports"
    text = read_text(str(exports / "fortigate/fortios_fw_policy_basic/configs__fw__show.txt"))
    (device,) = importers.read([text]).devices
    seen = passed_by = 0
    for row in _rows(exports):
        if row["oracle"] != "REAL DEVICE measurement":
            continue
        seen += 1
        words = dict(word.split("=") for word in row["packet"].split())
        interface, own = HOSTS[words["from_host"]]
        if words["dst"] == own:
            passed_by += 1
            continue
        probe = Probe(known=_known(words, own), ingress=interface)
        expected = Verdict.DENY if row["expected action"] == "no reply" else Verdict.PERMIT
        (answer,) = judge_device(device, [probe], reply=True)
        traced = trace(device, probe, reply=True)

        assert answer.verdict is expected, row
        assert traced.verdict is expected, row
        if expected is Verdict.PERMIT:
            assert answer.reply is Verdict.PERMIT
            assert traced.reply is not None
            assert traced.reply.verdict is Verdict.PERMIT
    assert (seen, passed_by) == (8, 2)
