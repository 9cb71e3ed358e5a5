"""PAN-OS: every sample is read; verdicts of a real device, and of a peer's model of one."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from segcheck import importers
from segcheck.analysis.compiling import judge_device, judge_list
from segcheck.analysis.tracing import trace, trace_list
from segcheck.loaders.files import read_text
from segcheck.model.diagnostic import LineUse
from segcheck.model.match import State
from segcheck.model.trace import Probe, Verdict
from segcheck.sets import addresses
from tests.conftest import SHARED

pytestmark = pytest.mark.conformance

PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17}
#: Files in the sample folders that are no PAN-OS configurations, by the end of their names.
NO_EXPORTS = ("configs__h1", "configs__h3", "configs__h5", ".json")
#: Configurations too short to be told by themselves; read when their format is named.
TOO_SHORT = ("paloalto_xml/nested-config",)
#: Where the hosts of the measured device stand (hosts__*.json of the sample): interface, own address.
HOSTS = {"inside": ("ethernet1/1", "192.168.123.1"), "outside": ("ethernet1/2", "192.168.123.6")}
#: Rows of the peer whose answer rests on what App-ID finds later, or on a packet that no firewall would take.
APPLICATIONS = "paloalto_set/panorama-rulebase-applications"


def _samples() -> list[str]:
    exports = SHARED / "data" / "exports"
    return sorted(
        str(path.relative_to(exports))
        for vendor in ("paloalto_set", "paloalto_xml")
        for path in (exports / vendor).rglob("*")
        if path.is_file() and "show__" not in path.name
    )


def _rows(exports: Path) -> list[dict[str, str]]:
    with (exports / "verdicts.tsv").open(newline="") as file:
        return [row for row in csv.DictReader(file, delimiter="\t") if row["file"].startswith("paloalto")]


def _known(words: dict[str, str]) -> dict[str, int]:
    known = {"proto": PROTOCOLS[words["proto"]], "fragment": 0}
    known |= {side: addresses.parse_one(words[side]) for side in ("src", "dst") if side in words}
    if words["proto"] == "icmp":
        return known | {"icmp_type": int(words["icmp_type"]), "icmp_code": 0}
    known |= {"sport": int(words.get("sport", "40000")), "dport": int(words["dport"])}
    return known | ({"tcp_flags": 2} if words["proto"] == "tcp" else {})


@pytest.mark.parametrize("name", _samples() or [pytest.param("", marks=pytest.mark.skip("reference data absent"))])
def test_sample_is_read_or_refused(name: str, shared: Path) -> None:
    source = read_text(str(shared / "data" / "exports" / name))

    if name.endswith(NO_EXPORTS):
        assert "panos" not in dict(importers.sniff(source.text))  # another vendor's device of the same laboratory
        return

    reading = importers.read([source], "panos" if name in TOO_SHORT else None)
    assert reading.format == "panos"
    (account,) = reading.inputs
    counts = account.lines.counts()
    assert sum(counts.values()) == len(source.lines()) == account.lines.total
    unread = counts[LineUse.UNRECOGNISED] + counts[LineUse.UNSUPPORTED]
    tainted = any(device.taints for device in reading.devices) or any(
        rule.because for device in reading.devices for rules in device.lists.values() for rule in rules.rules
    )
    assert not unread or tainted, f"{unread} unread lines taint nothing"


def test_rule_verdicts_agree_with_the_peer(shared: Path) -> None:
    """What rests on an application is undecided here: App-ID settles it after the opening packet."""
    exports = shared / "data" / "exports"
    agreed = undecided = 0
    for row in _rows(exports):
        if not row["rule list/ACL"].startswith("interface "):
            continue
        words = dict(word.split("=") for word in row["packet"].split())
        egress = row["rule list/ACL"].split()[1]
        (device,) = importers.read([read_text(str(exports / row["file"]))], "panos").devices
        probe = Probe(known=_known(words), ingress=words.get("in"), egress=egress, state=State.NEW)
        expected = Verdict(row["expected action"])
        if device.interface(words.get("in", "ethernet1/1")).zone == "":  # type: ignore[union-attr]
            continue  # dropped before any rule is asked

        by_sets, traced = judge_list(device, "vsys1/security", [probe])[0], trace_list(device, "vsys1/security", probe)
        assert by_sets.verdict is traced.verdict, row
        if row["file"] == APPLICATIONS and expected is Verdict.PERMIT:
            assert traced.verdict is Verdict.UNDECIDED, row
            undecided += 1
        else:
            assert traced.verdict is expected, row
            agreed += 1
    assert (agreed, undecided) == (25, 3)


def test_service_groups_agree_with_the_peer(shared: Path) -> None:
    """A rule of our own asks for the group whose packets the peer lists."""
    exports = shared / "data" / "exports"
    seen = 0
    for row in _rows(exports):
        if not row["rule list/ACL"].startswith("computeServiceGroupMemberAclName"):
            continue
        seen += 1
        group = row["rule list/ACL"].split(",")[1].rstrip(")")
        source = read_text(str(exports / row["file"]))
        own = f"set zone a network layer3 e1\nset rulebase security rules r service {group}\n" + "".join(
            f"set rulebase security rules r {key} any\n"
            for key in ("from", "to", "source", "destination", "application")
        )
        text = f"{source.text}\n{own}set rulebase security rules r action allow\n"
        (device,) = importers.read([replace(source, text=text)], "panos").devices
        words = dict(word.split("=") for word in row["packet"].split())
        known = _known(words) | {"src": addresses.parse_one("10.0.0.1"), "dst": addresses.parse_one("10.0.0.2")}
        probe = Probe(known=known, ingress="other", state=State.NEW)

        assert trace_list(device, "vsys1/security", probe).verdict is Verdict(row["expected action"]), row
    assert seen == 22


def test_whole_path_verdicts_agree_with_the_device(shared: Path) -> None:
    exports = shared / "data" / "exports"
    seen = 0
    for row in _rows(exports):
        if not row["rule list/ACL"].startswith("(whole path"):
            continue
        seen += 1
        words = dict(word.split("=") for word in row["packet"].split())
        interface, own = HOSTS[words["from_host"]]
        if words["dst"] == own:
            continue  # a ping to the own address never reaches the device
        (device,) = importers.read([read_text(str(exports / row["file"] / "configs__fw__show.txt"))]).devices
        probe = Probe(known={"src": addresses.parse_one(own), **_known(words)}, ingress=interface)

        answers = {judge_device(device, [probe])[0].verdict, trace(device, probe).verdict}
        assert Verdict.DENY not in answers, row
    assert seen == 8
