"""The project's own captures: each is listed with its origin, holds no real address, is remade byte for byte where promised."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
import yaml
from scapy.layers import dhcp, dns, inet6, l2  # noqa: F401  what a reader is to dissect has to be loaded
from scapy.packet import Packet
from scapy.utils import PcapReader, checksum

ROOT = Path(__file__).resolve().parents[2]
CAPTURES = ROOT / "captures"
FILES = sorted(path.relative_to(CAPTURES) for path in CAPTURES.rglob("*.pcapng"))
#: What stands for nobody: private, shared, benchmark, documentation, link-local, unspecified; multicast and broadcast besides.
RANGES = [
    ip_network(one)
    for one in (
        *(
            "0.0.0.0/32",
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",
            "169.254.0.0/16",
            "198.18.0.0/15",
        ),
        *("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "255.255.255.255/32"),
        *("::/128", "2001:db8::/32", "fe80::/10", "fc00::/7", "ff00::/8"),
    )
]


@cache
def readme() -> str:
    return (CAPTURES / "README.md").read_text(encoding="utf-8")


@cache
def remade(folder: Path) -> Path:
    subprocess.run([sys.executable, str(CAPTURES / "make" / "days.py"), str(folder)], check=True)
    return folder


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return remade(tmp_path_factory.mktemp("days"))


@cache
def frames(file: Path) -> list[Packet]:
    return list(PcapReader(str(CAPTURES / file)))


def layers(frame: Packet) -> Iterator[Packet]:
    while frame:
        yield frame
        frame = frame.payload


def addresses(file: Path) -> set[str]:
    found = set()
    for frame in frames(file):
        for layer in layers(frame):
            for name in ("src", "dst", "psrc", "pdst", "yiaddr", "siaddr", "ciaddr", "giaddr"):
                value = str(layer.getfieldval(name)) if name in layer.fields else ""
                if value and not re.fullmatch(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}", value):
                    found.add(value)
    return found


def test_there_are_captures() -> None:
    assert len(FILES) >= 28 + 9


def test_every_capture_is_listed_with_its_origin_and_every_listed_one_is_there() -> None:
    listed = re.findall(r"`([\w/-]+\.(?:pcapng|yaml))`", readme())
    rows = [line for line in readme().splitlines() if line.startswith("| `")]
    there = sorted(
        str(path.relative_to(CAPTURES)) for path in CAPTURES.rglob("*") if path.suffix in (".pcapng", ".yaml")
    )

    assert sorted(one for one in listed if "/" in one) == there
    assert all(len(row.split("|")) == 5 and all(cell.strip() for cell in row.split("|")[3:-1]) for row in rows)


def test_the_days_are_small() -> None:
    sizes = {file: (CAPTURES / file).stat().st_size for file in FILES}

    assert max(sizes.values()) < 1_000_000
    assert sum(sizes.values()) < 3_000_000


def test_a_second_run_gives_the_committed_bytes(again: Path) -> None:
    made = sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    committed = sorted(
        path.relative_to(CAPTURES / "reiji") for path in (CAPTURES / "reiji").rglob("*") if path.is_file()
    )

    assert made == committed
    assert [one for one in made if (again / one).read_bytes() != (CAPTURES / "reiji" / one).read_bytes()] == []


@pytest.mark.parametrize("file", FILES, ids=str)
def test_no_address_of_anybody_is_in_it(file: Path) -> None:
    found = addresses(file)

    assert found
    assert [one for one in found if not any(ip_address(one) in network for network in RANGES)] == []


@pytest.mark.parametrize("file", FILES, ids=str)
def test_hardware_addresses_are_for_documentation_or_for_groups(file: Path) -> None:
    found = {mac for frame in frames(file) for mac in (frame.src, frame.dst)}

    assert found
    assert [one for one in found if not one.startswith("00:00:5e:00:53:") and not int(one[:2], 16) & 1] == []


@pytest.mark.parametrize("file", [file for file in FILES if file.parts[0] == "reiji"], ids=str)
def test_checksums_of_ip_and_tcp_are_right(file: Path) -> None:
    checked = 0
    for frame in frames(file):
        if "IP" in frame:
            ip = frame["IP"]
            whole = bytes(ip)[: ip.len]
            assert checksum(whole[: ip.ihl * 4]) == 0
            if ip.proto == 6:
                upper = whole[ip.ihl * 4 :]
                assert checksum(whole[12:20] + b"\0\6" + len(upper).to_bytes(2, "big") + upper) == 0
                checked += 1

    assert checked


@pytest.mark.parametrize("day", ["sound-day", "unsound-day"])
def test_frames_are_in_the_order_of_time_and_of_one_day(day: str) -> None:
    for file in FILES:
        if day in file.parts:
            times = [float(frame.time) for frame in frames(file)]
            assert times == sorted(times)
            assert times[-1] - times[0] < 86400


def test_the_unsound_day_is_the_sound_one_and_what_is_planted() -> None:
    planted = yaml.safe_load((CAPTURES / "reiji" / "unsound-day" / "planted.yaml").read_text(encoding="utf-8"))[
        "planted"
    ]
    for file in FILES:
        if "unsound-day" in file.parts:
            marked = {number for one in planted for number in one["seen"].get(file.name, ())}
            rest = [bytes(f) for n, f in enumerate(frames(file), 1) if n not in marked]
            sound = [bytes(f) for f in frames(Path("reiji", "sound-day", file.name))]
            more = [frame for frame in rest if frame not in set(sound)]

            assert [frame for frame in sound if frame not in set(rest)] == []
            assert [frame for frame in more if b"\x08\x06" not in frame[12:18]] == []  # ARP for new neighbours


def test_each_planted_crossing_stands_in_the_readme_and_is_what_it_says() -> None:
    planted = yaml.safe_load((CAPTURES / "reiji" / "unsound-day" / "planted.yaml").read_text(encoding="utf-8"))[
        "planted"
    ]
    rows = dict(re.findall(r"^\| (P\d\d) \| (.*)$", readme(), re.MULTILINE))

    assert len(planted) >= 12
    assert list(rows) == [one["id"] for one in planted]
    for one in planted:
        assert one["what"]["en"] in rows[one["id"]]
        assert one["what"]["ja"] in rows[one["id"]]
        assert one["seen"]
        for name, numbers in one["seen"].items():
            shown = frames(Path("reiji", "unsound-day", name))
            for number in numbers:
                ends = {
                    str(layer.getfieldval(key))
                    for layer in layers(shown[number - 1])
                    for key in ("src", "dst")
                    if key in layer.fields
                }
                assert {one["src"], one["dst"]} <= ends
