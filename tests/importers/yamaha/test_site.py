"""A town whose router is a Yamaha: what its filters discard is proven, what they pass violates."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soundness.town import DEVICE, TWO_TIERS, assessed, standing, town


def export(mynumber: str, more: str = "") -> str:
    return f"""# RTX830 Rev.15.02.26 (Fri Jul  8 10:12:27 2022)
ip lan1 address 172.16.10.1/24
ip lan1 secure filter in 10
ip lan2 address 172.16.20.1/24
ip lan2 secure filter in 20
ip route default gateway 172.16.20.254
{mynumber}
ip filter 20 reject *
{more}RTX830#
"""


@pytest.mark.parametrize(
    ("mynumber", "expected"),
    [
        ("ip filter 10 reject *", "proven"),
        ("ip filter 10 pass 172.16.10.12 172.16.20.25 tcp * https", "violated"),
        ("ip filter 10 pass 172.16.10.12 172.16.20.25 tcp * https frobnicate", "undecided"),
    ],
)
def test_from_the_number_use_network(tmp_path: Path, mynumber: str, expected: str) -> None:
    topology = TWO_TIERS + DEVICE.replace("format: fortigate", "format: yamaha").replace("port1", "lan1").replace(
        "port2", "lan2"
    )
    found = assessed(town(tmp_path, topology, {"fw.conf": export(mynumber)}))

    assert standing(found) == expected
    assert standing(found, "lg-lan", "mn-lan") == "proven"


def test_a_command_that_nobody_knows_proves_nothing(tmp_path: Path) -> None:
    topology = TWO_TIERS + DEVICE.replace("format: fortigate", "format: yamaha").replace("port1", "lan1").replace(
        "port2", "lan2"
    )
    found = assessed(town(tmp_path, topology, {"fw.conf": export("ip filter 10 reject *", "frobnicate on\n")}))

    assert standing(found) == "undecided"
