"""SRX: every sample is read, in both forms; verdicts of a peer's model."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from segcheck import importers
from segcheck.analysis.compiling import judge_list
from segcheck.analysis.tracing import trace_list
from segcheck.loaders.files import read_text
from segcheck.model.diagnostic import LineUse
from segcheck.model.match import State
from segcheck.model.trace import Probe, Verdict
from segcheck.sets import addresses
from tests.conftest import SHARED

pytestmark = pytest.mark.conformance

#: The peer takes an undefined address for one that nobody has; a device does not commit a policy that names one.
UNDEFINED = "juniper/firewall-zone-address-undefined"
#: What a term asks of the header byte that carries DSCP is not modelled.
NOT_MODELLED = "juniper/firewall-filter-dscp"


def _samples() -> list[str]:
    exports = SHARED / "data" / "exports"
    return sorted(f"juniper/{path.name}" for path in (exports / "juniper").glob("*") if path.is_file())


@pytest.mark.parametrize("name", _samples() or [pytest.param("", marks=pytest.mark.skip("reference data absent"))])
def test_sample_is_read(name: str, shared: Path) -> None:
    source = read_text(str(shared / "data" / "exports" / name))

    reading = importers.read([source])
    assert reading.format == "srx"
    (account,) = reading.inputs
    counts = account.lines.counts()
    assert sum(counts.values()) == len(source.lines()) == account.lines.total
    assert counts[LineUse.UNRECOGNISED] == 0
    (device,) = reading.devices
    assert not counts[LineUse.UNSUPPORTED] or device.taints


def test_verdicts_agree_with_the_peer(shared: Path) -> None:
    exports = shared / "data" / "exports"
    with (exports / "verdicts.tsv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["file"].startswith("juniper/")]
    agreed = undecided = 0
    for row in rows:
        (device,) = importers.read([read_text(str(exports / row["file"]))], "srx").devices
        words = dict(word.split("=") for word in row["packet"].split())
        known = {side: addresses.parse_one(words[side]) for side in ("src", "dst") if side in words}
        known |= {"proto": 6, "sport": 40000, "dport": 80, "tcp_flags": 2, "fragment": 0}
        place = row["rule list/ACL"]
        policy = place.startswith("interface ")
        name = "policies" if policy else f"inet/{place}"
        egress = place.split()[1] if policy else None
        probe = Probe(known=known, ingress=words.get("in"), egress=egress, state=State.NEW)
        expected = Verdict(row["expected action"])

        by_sets, traced = judge_list(device, name, [probe])[0].verdict, trace_list(device, name, probe).verdict
        assert by_sets is traced, row
        # without a line about policies, and nothing that says that the file is whole, there may be some
        partial = row["file"].endswith("firewall-no-policies")
        if (row["file"] == UNDEFINED and expected is Verdict.DENY) or row["file"] == NOT_MODELLED or partial:
            assert traced is Verdict.UNDECIDED, row
            undecided += 1
        else:
            assert traced is expected, row
            agreed += 1
    assert (agreed, undecided) == (13, 8)
