"""An estate as the command line prints it: two VPCs behind a transit gateway, a folder of thirteen answers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from segcheck import importers
from segcheck.analysis.compiling import judge_device
from segcheck.analysis.tracing import trace
from segcheck.app import reading as app_reading
from segcheck.cli.main import run
from segcheck.importers import aws
from segcheck.loaders import files
from segcheck.model.device import DeviceConfig, Scope
from segcheck.model.diagnostic import Code, LineUse
from segcheck.model.reading import Complete, Reading
from segcheck.model.source import SourceText
from segcheck.model.trace import Probe, Verdict
from segcheck.sets.addresses import parse_one

KOKYO = Path(__file__).parent / "kokyo"
MN, LG, TGW = "vpc-0a10000000000001", "vpc-0b20000000000002", "tgw-0c3"


@pytest.fixture(scope="module")
def kokyo() -> Reading:
    return app_reading.read_export(str(KOKYO)).reading


def test_every_line_is_read_or_cannot_matter(kokyo: Reading) -> None:
    assert kokyo.format == "aws"
    assert [device.context for device in kokyo.devices] == [MN, LG, TGW]
    for one in kokyo.inputs:
        counts = one.lines.counts()
        assert counts[LineUse.UNDERSTOOD] + counts[LineUse.IRRELEVANT] == one.lines.total
        assert one.complete is Complete.YES
    assert app_reading.is_sure(kokyo)
    assert kokyo.diagnostics == ()
    assert all(device.routing_known and device.addressing_known for device in kokyo.devices)
    assert [one.name for one in kokyo.devices[0].interfaces] == ["subnet-0a1", "subnet-0a2", "subnet-0a9", "tgw-0c3"]


@pytest.mark.parametrize(
    ("context", "ingress", "src", "dst", "dport", "verdict", "egress"),
    [
        (MN, "tgw-0c3", "10.10.1.5", "10.64.1.10", 443, "permit", "subnet-0a1"),
        (MN, "tgw-0c3", "10.10.1.5", "10.64.2.30", 5432, "deny", ""),
        (MN, "tgw-0c3", "10.20.1.5", "10.64.1.10", 443, "deny", ""),
        (MN, "subnet-0a1", "10.64.1.10", "10.64.2.30", 5432, "permit", "subnet-0a2"),
        (MN, "subnet-0a1", "10.64.1.10", "10.64.1.20", 443, "permit", "subnet-0a1"),
        (MN, "subnet-0a1", "10.64.1.10", "10.65.1.10", 443, "permit", "tgw-0c3"),
        (MN, "subnet-0a1", "10.64.1.10", "198.51.100.1", 443, "deny", ""),
        (MN, "subnet-0a2", "10.64.2.30", "10.64.1.10", 443, "deny", ""),
        (LG, "tgw-0c3", "10.20.1.5", "10.65.1.11", 3389, "deny", ""),
        (LG, "tgw-0c3", "10.20.1.5", "10.65.1.11", 443, "permit", "subnet-0b1"),
        (LG, "subnet-0b1", "10.65.1.11", "10.64.1.10", 22, "permit", "tgw-0c3"),
        (LG, "subnet-0b1", "10.65.1.10", "10.64.1.10", 22, "deny", ""),
        (TGW, "tgw-attach-0a1", "10.64.1.10", "10.10.1.5", 443, "permit", "tgw-attach-0d4"),
        (TGW, "tgw-attach-0a1", "10.64.1.10", "10.65.1.10", 443, "deny", ""),
        (TGW, "tgw-attach-0b2", "10.65.1.11", "10.64.1.10", 22, "deny", ""),
        (TGW, "tgw-attach-0d4", "10.10.1.5", "10.65.1.10", 443, "permit", "tgw-attach-0b2"),
    ],
)
def test_both_engines_say_what_becomes_of_a_packet(
    kokyo: Reading, context: str, ingress: str, src: str, dst: str, dport: int, verdict: str, egress: str
) -> None:
    device = next(one for one in kokyo.devices if one.context == context)
    known = {"src": parse_one(src), "dst": parse_one(dst), "proto": 6, "sport": 40000, "dport": dport}
    probe = Probe(known={**known, "fragment": 0, "tcp_flags": 2}, ingress=ingress)
    (said,) = judge_device(device, [probe])

    assert (said.verdict.value, said.egress) == (verdict, egress)
    assert trace(device, probe).verdict.value == verdict


def test_later_fragments_are_never_sure_to_pass(kokyo: Reading) -> None:
    known = {"src": parse_one("10.10.1.5"), "dst": parse_one("10.64.1.10"), "proto": 6, "fragment": 1}
    probe = Probe(known=known, ingress="tgw-0c3")

    assert judge_device(kokyo.devices[0], [probe])[0].verdict is Verdict.UNDECIDED
    assert trace(kokyo.devices[0], probe).verdict is Verdict.UNDECIDED


def test_no_secret_leaves_the_importer(kokyo: Reading) -> None:
    assert "himitsu" in (KOKYO / "vpn-connections.json").read_text(encoding="utf-8")
    assert "himitsu" not in repr(kokyo)


def test_the_command_line_takes_the_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "packets.tsv").write_text(
        "in\tsrc\tdst\tproto\tdport\ntgw-0c3\t10.10.1.5\t10.64.1.10\ttcp\t443\n", encoding="utf-8"
    )
    assert run(["inspect", str(KOKYO)]) == 0
    assert f"Device {MN}" in capsys.readouterr().out
    code = run(["match", str(KOKYO), "--context", MN, "--packets", str(tmp_path / "packets.tsv")])
    assert code == 0
    assert "sg-0ca1 ingress#1" in capsys.readouterr().out


def test_the_format_is_told_by_its_first_answer() -> None:
    for path in KOKYO.glob("*.json"):
        expected = 0 if path.name == "vpn-connections.json" else 90
        assert (path.name, aws.sniff(path.read_text(encoding="utf-8"))) == (path.name, expected)
    assert aws.sniff('{"vpcs": [{"VpcId": "vpc-01"}]}') == 0
    assert aws.sniff('{"nftables": []}') == 0
    assert aws.sniff("") == 0


def _source(name: str, text: str) -> SourceText:
    return files.decode(name, text.encode())


def _edited(name: str, old: str, new: str) -> Reading:
    sources = files.read_export(str(KOKYO))
    assert any(old in one.text for one in sources if one.path.endswith(name))
    return importers.read(
        [replace(one, text=one.text.replace(old, new)) if one.path.endswith(name) else one for one in sources], "aws"
    )


def test_an_unknown_key_concerns_the_vpc_of_its_object() -> None:
    found = _edited("subnets.json", '"SubnetId": "subnet-0b1"', '"Frobnicate": {"a": 1}, "SubnetId": "subnet-0b1"')

    scopes = {device.context: [taint.scope for taint in device.taints] for device in found.devices}
    assert scopes == {MN: [], LG: [Scope.DEVICE], TGW: []}
    (told,) = found.diagnostics
    assert told.code is Code.UNRECOGNISED_LINE
    assert dict(told.params) == {"text": '"Frobnicate"'}


def test_a_file_of_something_else_leaves_everything_open() -> None:
    sources = (*files.read_export(str(KOKYO)), _source("note.txt", "himitsu\nping\n"))
    found = importers.read(sources, "aws")

    assert all(Scope.DEVICE in {taint.scope for taint in device.taints} for device in found.devices)
    note = found.inputs[-1]
    assert (note.complete, note.lines.counts()[LineUse.UNRECOGNISED]) == (Complete.NO, 2)
    assert "himitsu" not in repr(found)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("vpcs.json", '"CidrBlock": "10.64.0.0/16"', '"CidrBlock": "10.64.0.0/99"'),
        ("subnets.json", '"CidrBlock": "10.64.1.0/24"', '"CidrBlock": "10.64.1.7/24"'),
        ("subnets.json", '"AvailableIpAddressCount": 249', '"AvailableIpAddressCount": "249"'),
        ("network-interfaces.json", '"SubnetId": "subnet-0a1"', '"SubnetId": null'),
        ("security-groups.json", '"FromPort": 5432', '"FromPort": "https"'),
        ("subnets.json", '"subnet-0a2"', '"subnet-*"'),
        (
            "security-groups.json",
            '"GroupId": "sg-0ca1",\n            "IpPermissionsEgress"',
            '"GroupId": "groups",\n            "IpPermissionsEgress"',
        ),
        ("network-acls.json", '"RuleAction": "allow"', '"RuleAction": "maybe"'),
        ("network-acls.json", '"RuleNumber": 100', '"RuleNumber": 1.5'),
        ("route-tables.json", '"DestinationCidrBlock": "0.0.0.0/0"', '"DestinationCidrBlock": ""'),
    ],
)
def test_a_value_that_is_not_understood_leaves_its_vpc_open(name: str, old: str, new: str) -> None:
    device = _edited(name, old, new).devices[0]

    assert (device.context, Scope.DEVICE in {taint.scope for taint in device.taints}) == (MN, True)


def test_a_subnet_that_only_others_name_is_missing() -> None:
    found = _edited("subnets.json", '"SubnetId": "subnet-0a2"', '"SubnetId": "subnet-0ff"')

    assert Code.TABLE_ABSENT in {one.code for one in found.diagnostics}
    assert Scope.DEVICE in {taint.scope for taint in found.devices[0].taints}


def _many(**answers: list[dict[str, Any]]) -> Reading:
    return importers.read([_source("many.json", json.dumps(answers) + "\n")], "aws")


def _only(found: Reading) -> DeviceConfig:
    (device,) = found.devices
    return device


def test_sizes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    vpcs = [{"VpcId": f"vpc-0{n}", "CidrBlock": "10.0.0.0/16"} for n in range(aws.MOST_DEVICES + 1)]
    found = _many(Vpcs=vpcs)
    assert Code.LIMIT_REACHED in {one.code for one in found.diagnostics}
    assert Scope.DEVICE in {taint.scope for taint in _only(found).taints}

    monkeypatch.setattr(aws, "MOST_RULES", 10)
    entries = [
        {"RuleNumber": n, "Egress": True, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"}
        for n in range(20)
    ]
    acl = {"NetworkAclId": "acl-01", "VpcId": "vpc-01", "Associations": [], "Entries": entries}
    found = _many(Vpcs=[{"VpcId": "vpc-01", "CidrBlock": "10.0.0.0/16"}], NetworkAcls=[acl])
    assert _only(found).lists == {}
    assert Scope.DEVICE in {taint.scope for taint in _only(found).taints}


def test_nothing_at_all_is_an_open_device() -> None:
    device = _only(_many(Vpcs=[]))

    assert Scope.DEVICE in {taint.scope for taint in device.taints}
