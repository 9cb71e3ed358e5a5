"""A town whose firewall is an ASA: what its rules deny is proven, what they permit violates."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soundness.town import DEVICE, TWO_TIERS, assessed, standing, town

CLOSED = "deny ip any any"


def export(mynumber: str, lgwan: str) -> str:
    return f"""ASA Version 9.16(4)
hostname fw
interface GigabitEthernet0/0
 nameif port1
 security-level 50
 ip address 172.16.10.1 255.255.255.0
interface GigabitEthernet0/1
 nameif port2
 security-level 40
 ip address 172.16.20.1 255.255.255.0
access-list FROM-MYNUMBER extended {mynumber}
access-list FROM-LGWAN extended {lgwan}
access-group FROM-MYNUMBER in interface port1
access-group FROM-LGWAN in interface port2
: end
"""


@pytest.mark.parametrize(
    ("mynumber", "expected"),
    [
        (CLOSED, "proven"),
        ("permit tcp host 172.16.10.12 host 172.16.20.25 eq 443", "violated"),
        ("permit tcp host 172.16.10.12 host 172.16.20.25 eq 443 frobnicate", "undecided"),
    ],
)
def test_from_the_number_use_network(tmp_path: Path, mynumber: str, expected: str) -> None:
    topology = TWO_TIERS + DEVICE.replace("format: fortigate", "format: asa")
    found = assessed(town(tmp_path, topology, {"fw.conf": export(mynumber, CLOSED)}))

    assert standing(found) == expected
    assert standing(found, "lg-lan", "mn-lan") == "proven"
