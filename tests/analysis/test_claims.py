"""Which declarations become claims that captures are held against."""

from __future__ import annotations

from pathlib import Path

import pytest

from segcheck.analysis.claims import claims
from segcheck.app import validating
from tests.checks.declaring import attributes, one_line
from tests.checks.sites import Firewall, Town

PORTS = {"mn": ("mn-lan", "10.0.0.1/24"), "wan": ("mnt-net", "192.0.2.1/24"), "lg": ("lg-lan", "10.1.0.1/24")}
SEGMENTS = {
    "mn-lan": ("mn", "10.0.0.0/24", ""),
    "lg-lan": ("lg", "10.1.0.0/24", ""),
    "mnt-net": ("mnt", "192.0.2.0/24", ", kind: external"),
}


def line(name: str, **values: object) -> str:
    text = f", attributes: {one_line(values)}" if values else ""
    return f'  - {{id: {name}, ends: ["fw:wan", "segment:mnt-net"], kind: maintenance{text}}}\n'


def declared(
    folder: Path, *lines: str, keys: dict[str, str] | None = None, device: str = "", more: str = ""
) -> list[tuple[str, str]]:
    town = Town(
        firewalls={"fw": Firewall(ports=PORTS, more=device)},
        segments=SEGMENTS,
        keys=keys or {},
        topology=("links:\n" + "".join(lines) if lines else "") + more,
    )
    site = validating.validate(str(town.written(folder))).site
    assert site is not None
    return [(one.subject, one.declared.name) for one in claims(site)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((line("a", target_hosts=["mn-srv"]),), [("a", "target_hosts")]),
        ((line("a", target_hosts=["mn-srv"]), line("b")), []),  # the other line may be the one
        (
            (line("a", target_hosts=["mn-srv"]), line("b", target_hosts=["lg-pc"])),
            [("a", "target_hosts")],
        ),  # nobody tells them apart at a tap
        ((line("a", enabled_window="火曜 22:00-23:00"),), [("a", "enabled_window")]),
        ((line("a", enabled_window="必要なとき"),), []),  # hours that nobody can read
    ],
)
def test_lines_for_maintenance_count_only_if_each_says_so(
    lines: tuple[str, ...], expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    assert declared(tmp_path, *lines) == expected


def test_zones_devices_and_hosts(tmp_path: Path) -> None:
    device = "    attributes: " + one_line({"time_source": ["mn-srv"], "log_targets": ["mn-srv"]})
    none, used = attributes({"wireless_use": "none"}), attributes({"wireless_use": "used"})
    host = attributes({"patch_source": ["lg-pc"], "mfa_server": ["mn-srv"]})
    found = declared(tmp_path, keys={"mn": none, "lg": used, "lg-mail": host}, device=device)

    assert set(found) == {
        ("lg-mail", "patch_source"),
        ("lg-mail", "mfa_server"),
        ("fw", "log_targets"),
        ("fw", "time_source"),
        ("mn", "wireless_use"),
    }
