"""Every shared sample is read, adds up, and is never said to be whole when it is cut."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from segcheck.importers import fortigate
from segcheck.loaders.files import read_text
from segcheck.model.diagnostic import LineUse
from segcheck.model.reading import Complete
from tests.importers.fortigate.exports import read

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "exports" / "fortigate"
SHOW = FOLDER / "fortios_fw_policy_basic" / "configs__fw__show.txt"

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not FOLDER.exists(), reason="shared reference data is not beside the project"),
]


def samples():
    return sorted(path for path in FOLDER.glob("*") if path.is_file())


def test_every_sample_is_read_and_its_lines_add_up():
    assert samples()
    for path in [*samples(), SHOW]:
        reading = fortigate.read([read_text(str(path))])
        account = reading.inputs[0].lines
        ids = [one.id for one in reading.diagnostics]
        assert sum(account.counts().values()) == account.total, path
        assert len(ids) == len(set(ids)), path
        assert {taint.diagnostic for one in reading.devices for taint in one.taints} <= set(ids), path


def test_a_real_backup_is_whole_and_leaves_no_line_unread():
    reading = fortigate.read([read_text(str(SHOW))])
    counts = reading.inputs[0].lines.counts()
    assert reading.inputs[0].complete is Complete.YES
    assert counts[LineUse.UNRECOGNISED] == counts[LineUse.UNSUPPORTED] == 0


def test_unread_lines_of_a_sample_taint():
    for path in samples():
        reading = fortigate.read([read_text(str(path))])
        counts = reading.inputs[0].lines.counts()
        doubtful = any(d.taints for d in reading.devices) or any(r.because for d in reading.devices for r in _rules(d))
        if path.suffix == ".conf":
            assert counts[LineUse.UNRECOGNISED]
            assert doubtful


def _rules(device):
    return [rule for rules in device.lists.values() for rule in rules.rules]


def test_a_real_backup_cut_anywhere_is_not_whole():
    text = read_text(str(SHOW)).text
    random.seed(11)
    for cut in [*range(1, 40), *(random.randrange(1, len(text)) for _ in range(12))]:
        assert read(text[:-cut]).inputs[0].complete is Complete.NO
