import pytest

from segcheck.model.finding import AttributeEvidence, Basis, Weight
from segcheck.model.requirement import Coverage
from tests.checks.declaring import MN, asked, attributes
from tests.checks.sites import Town, params

CHECK = "takeout-blocked"
WHOLE = {"usb_storage": "blocked", "optical_media": "blocked", "mtp_ptp": "blocked", "takeout_log": True}


def town(values, shown=None, role=", role: terminal"):
    keys = attributes(values) if shown is None else attributes(values, shown)
    return Town(firewalls=MN, keys={"mn-srv": role + keys})


FIRES = town({**WHOLE, "usb_storage": "allowed"})
SOUND = town(WHOLE)


def test_a_terminal_that_writes_to_usb_is_a_finding_with_its_evidence(tmp_path):
    (found,), _ = asked(FIRES, tmp_path, CHECK)

    assert (found.subject, found.weight, found.src_zone, found.basis) == (
        "mn-srv",
        Weight.CRITICAL,
        "mn",
        (Basis.ATTRIBUTES,),
    )
    assert params(found)["facts"] == "usb_storage: allowed"
    assert AttributeEvidence("mn-srv.usb_storage", "allowed", "出力") in found.evidence


@pytest.mark.parametrize(
    ("changed", "coverage"),
    [
        (SOUND, Coverage.ASKED),
        (town(WHOLE, shown=""), Coverage.CLAIMED),
        (town(WHOLE, shown="evidence: 出力, evidence_date: 2025-11-01"), Coverage.CLAIMED),
        (town({"usb_storage": "blocked"}), Coverage.NO_INPUT),
        (town(WHOLE, role=""), Coverage.NO_INPUT),
        (town({**WHOLE, "usb_storage": "whitelist"}), Coverage.NO_INPUT),
        (town({**WHOLE, "usb_storage": "whitelist", "whitelist_approval": "第1号"}), Coverage.ASKED),
        (Town(), Coverage.NOTHING_TO_ASK),
    ],
)
def test_what_is_not_shown_neither_passes_nor_fails(changed, coverage, tmp_path):
    findings, covered = asked(changed, tmp_path, CHECK)

    assert findings == ()
    assert covered.coverage is coverage
    assert all(covered.reason) == (coverage is not Coverage.ASKED)


def test_a_group_declares_for_its_members(tmp_path):
    group = f"groups:\n  mn-pcs: {{hosts: [mn-srv], role: terminal{attributes(WHOLE)}}}\n"
    grouped = Town(firewalls=MN, keys={"mn-srv": ", role: terminal"})
    folder = grouped.written(tmp_path)
    text = (folder / "topology.yaml").read_text(encoding="utf-8")
    text = text.replace("groups:\n", group)

    class Written(Town):
        def _topology(self, devices):
            return text

    findings, covered = asked(Written(firewalls=MN), tmp_path, CHECK)
    assert (findings, covered.coverage) == ((), Coverage.ASKED)
