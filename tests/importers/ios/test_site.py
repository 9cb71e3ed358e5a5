"""A town whose router is one of IOS: what its lists deny is proven, what they permit violates."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soundness.town import DEVICE, TWO_TIERS, assessed, standing, town

CLOSED = "deny ip any any"


def export(mynumber: str, lgwan: str) -> str:
    return f"""version 17.6
hostname fw
interface port1
 ip address 172.16.10.1 255.255.255.0
 ip access-group FROM-MYNUMBER in
interface port2
 ip address 172.16.20.1 255.255.255.0
 ip access-group FROM-LGWAN in
ip access-list extended FROM-MYNUMBER
 {mynumber}
ip access-list extended FROM-LGWAN
 {lgwan}
line vty 0 4
 transport input none
end
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
    topology = TWO_TIERS + DEVICE.replace("format: fortigate", "format: ios")
    found = assessed(town(tmp_path, topology, {"fw.conf": export(mynumber, CLOSED)}))

    assert standing(found) == expected
    assert standing(found, "lg-lan", "mn-lan") == "proven"
