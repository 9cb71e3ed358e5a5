"""Real exports: every line is accounted for, and few of them are not understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from segcheck.importers import iptables
from segcheck.loaders.files import read_text
from segcheck.model.diagnostic import LineUse
from tests.conftest import SHARED

pytestmark = pytest.mark.conformance

#: Lines that are not fully understood, by file: (approximated, unrecognised). May only shrink; what they are:
#: rates and recent lists (most), owner, rpfilter; b784c1 is a parser's test file with options that nobody knows;
#: firewallp.txt matches strings and counts connections.
DOUBTFUL = {
    "2014_sep_iptables-saveakachan": (1, 0),
    "2015_aug_iptables-save-spoofing-protection": (1, 0),
    "711659_iptables-save": (3, 0),
    "83f287_iptables-save": (1, 0),
    "b784c1_iptables-save": (2, 1),
    "e0e18f_iptables-save.topos4.1": (1, 0),
    "eduroam_iptables-save": (1, 0),
    "firewallp.txt": (7, 0),
    "ip6tables-save_jul_2016": (4, 0),
    "iptables-save.topos4.1.established": (1, 0),
    "iptables-save.txt": (3, 0),
    "typical_home_user_iptables-save": (15, 0),
}


def _saves() -> list[Path]:
    folder = SHARED / "data" / "exports" / "iptables"
    return [path for path in sorted(folder.glob("*")) if "\n*" in path.read_text() or path.read_text().startswith("*")]


ABSENT = pytest.param(Path(), marks=pytest.mark.skip("reference data absent"))


@pytest.mark.parametrize("path", _saves() or [ABSENT], ids=lambda path: path.name)
def test_export_is_read_and_accounted_for(path: Path) -> None:
    source = read_text(str(path))
    reading = iptables.read([source])
    counts = reading.inputs[0].lines.counts()

    assert iptables.sniff(source.text) >= 80
    assert sum(counts.values()) == len(source.lines())
    assert (counts[LineUse.APPROXIMATED], counts[LineUse.UNRECOGNISED]) == DOUBTFUL.get(path.name, (0, 0))
    assert counts[LineUse.UNSUPPORTED] == 0
    assert reading.devices[0].taints == ()
