"""AWS: pings that were measured between instances of three collected estates, against each VPC on the packet's way."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from segcheck import importers
from segcheck.analysis.tracing import trace
from segcheck.errors import UnknownFormat
from segcheck.loaders.files import read_text
from segcheck.model.device import DeviceConfig, Scope
from segcheck.model.diagnostic import LineUse
from segcheck.model.reading import Reading
from segcheck.model.trace import Probe, Verdict
from segcheck.sets import addresses

pytestmark = pytest.mark.conformance

ESTATES = ("aws_demo", "aws_instance_multiple_interface", "aws_tgw_multi_az_intra_region_nacl_test", "aws_configs")
#: Rows of verdicts.tsv.
MEASURED = 613
#: Pairs of network interfaces of one instance (Attachment.InstanceId): a ping between them never leaves it.
ONE_HOST = ({"10.1.102.101", "10.1.102.102"}, {"10.1.2.101", "10.1.2.102"})


def _read(shared: Path, estate: str) -> Reading:
    folder = shared / "data" / "exports" / "aws" / estate
    return importers.read([read_text(str(path)) for path in sorted(folder.glob("*.json"))], "aws")


@pytest.mark.parametrize("estate", ESTATES)
def test_every_line_of_an_estate_is_accounted_for(estate: str, shared: Path) -> None:
    reading = _read(shared, estate)

    for one in reading.inputs:
        counts = one.lines.counts()
        assert sum(counts.values()) == one.lines.total
        assert not counts[LineUse.UNRECOGNISED], one.path
        foreign = "Propagations" in one.path or "StaticRoutes" in one.path
        assert foreign or not counts[LineUse.UNSUPPORTED], one.path
    vpcs = [device for device in reading.devices if device.context.startswith("vpc-")]
    assert vpcs
    assert not any(device.taints for device in vpcs)
    assert all(device.routing_known and device.addressing_known for device in vpcs)


def _place(devices: tuple[DeviceConfig, ...], address: int) -> tuple[DeviceConfig, str] | None:
    """Return the VPC and the subnet of a host."""
    for device in devices:
        for interface in device.interfaces:
            if any(address in addresses.prefix(one.address, one.length) for one in interface.addresses):
                return device, interface.name
    return None


def _asked(devices: tuple[DeviceConfig, ...], words: dict[str, str]) -> Verdict:
    """Return what the devices on the way say together; what lies between two of them is not asked."""
    source, target = (addresses.parse_one(words[key]) for key in ("from_host", "dst"))
    known = {"src": source, "dst": target, "proto": 1, "icmp_type": 8, "icmp_code": 0, "fragment": 0}
    at = _place(devices, source)
    said: list[Verdict] = []
    for _ in range(3):
        if at is None:
            return _together([*said, Verdict.UNDECIDED])
        device, ingress = at
        traced = trace(device, Probe(known=known, ingress=ingress), reply=True)
        said.append(traced.verdict)
        if traced.reply is not None:
            said.append(traced.reply.verdict)
        ways = [path for path in traced.paths if path.verdict is Verdict.PERMIT and path.egress]
        if not ways or len({(way.egress, tuple(sorted(way.header.items()))) for way in ways}) != 1:
            return _together([*said, Verdict.UNDECIDED])
        egress, header = ways[0].egress, dict(ways[0].header)
        assert egress is not None
        if egress.startswith("subnet-"):
            return _together(said)
        known = {**known, **{name: value for name, value in header.items() if name in known}}
        if egress.startswith("igw-"):
            gates = [
                (other, name.name)
                for other in devices
                for rule in (other.lists["vpc public addresses"].rules if "vpc public addresses" in other.lists else ())
                for name in other.interfaces
                if name.name.startswith("igw-") and addresses.text(known["dst"]) in repr(rule.match)
            ]
            at = gates[0] if gates else None
            if at is None:
                return _together([*said, Verdict.UNDECIDED])
        else:
            same = [d for d in devices if d is not device and d.interface(egress) and not d.context.startswith("tgw-")]
            at = (same[0], egress) if same else None
            if egress.startswith("tgw-"):
                said.append(Verdict.UNDECIDED)
    return _together([*said, Verdict.UNDECIDED])


def _together(said: list[Verdict]) -> Verdict:
    for verdict in (Verdict.DENY, Verdict.UNDECIDED):
        if verdict in said:
            return verdict
    return Verdict.PERMIT


def test_what_was_measured_contradicts_nothing_that_is_claimed(shared: Path) -> None:
    exports = shared / "data" / "exports"
    readings = {f"aws/{estate}": _read(shared, estate).devices for estate in ESTATES}
    counts: Counter[tuple[str, str]] = Counter()
    wrong = []
    with (exports / "verdicts.tsv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["file"].startswith("aws/")]
    for row in rows:
        words = dict(word.split("=") for word in row["packet"].split())
        if words["from_host"] == words["dst"] or {words["from_host"], words["dst"]} in ONE_HOST:
            counts["itself", row["expected action"]] += 1
            continue
        verdict = _asked(readings[row["file"]], words)
        counts[verdict.value, row["expected action"]] += 1
        if (verdict.value, row["expected action"]) in (("deny", "reply seen"), ("permit", "no reply")):
            wrong.append((row["file"], row["packet"], verdict.value, row["expected action"]))

    assert len(rows) == MEASURED
    assert not wrong
    assert counts["permit", "reply seen"] >= 150
    assert counts["deny", "no reply"] >= 150


def test_each_answer_by_itself_is_read_and_accounted_for(shared: Path) -> None:
    found = 0
    for estate in ESTATES:
        for path in sorted((shared / "data" / "exports" / "aws" / estate).glob("*.json")):
            source = read_text(str(path))
            reading = importers.read([source], "aws")
            counts = reading.inputs[0].lines.counts()
            assert sum(counts.values()) == len(source.lines())
            assert not counts[LineUse.UNRECOGNISED], path.name
            # one answer says nothing of a VPC for certain
            vpcs = [device for device in reading.devices if not device.context.startswith("tgw-")]
            assert all(Scope.DEVICE in {t.scope for t in device.taints} for device in vpcs), path.name
            found += 1
    assert found > 100


@pytest.mark.parametrize("name", ["input_aws_mixed.json", "input_aws_sg_1_allow_sg_private.json"])
def test_what_other_collectors_write_is_no_answer_of_the_command(name: str, shared: Path) -> None:
    with pytest.raises(UnknownFormat, match="not recognised"):
        importers.read([read_text(str(shared / "data" / "exports" / "aws" / name))])
