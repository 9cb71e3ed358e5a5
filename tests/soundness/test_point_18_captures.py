"""DESIGN 2.18: what is registered, what is permitted and what was seen are joined; a bypass was seen though rules forbid it."""

from __future__ import annotations

import json
import struct
from ipaddress import ip_address
from pathlib import Path

import pytest

from segcheck.cli.main import run
from tests.soundness.town import CLOSED, DAY, DEVICE, OPEN, PORTS, TWO_TIERS, Rule, fortigate, town

TAP = "taps:\n  - {id: t1, device: fw, interface: port2, direction: both, nat_side: after}\n"


def _checksum(data: bytes) -> int:
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def capture(path: Path, src: str, dst: str, dport: int) -> Path:
    """Write a capture of one TCP opening packet, seen on 2026-11-24 at noon in Japan."""
    tcp = struct.pack("!HHIIBBHHH", 49152, dport, 1, 0, 0x50, 0x02, 65535, 0, 0)
    pseudo = ip_address(src).packed + ip_address(dst).packed + struct.pack("!BBH", 0, 6, len(tcp))
    tcp = tcp[:16] + struct.pack("!H", _checksum(pseudo + tcp)) + tcp[18:]
    head = struct.pack(
        "!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0, ip_address(src).packed, ip_address(dst).packed
    )
    head = head[:10] + struct.pack("!H", _checksum(head)) + head[12:]
    frame = bytes.fromhex("00005e00530100005e0053020800") + head + tcp
    whole = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    path.write_bytes(whole + struct.pack("<IIII", 1795489200, 0, len(frame), len(frame)) + frame)
    return path


def replayed(folder: Path, rule: Rule | None, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    rules = [*([rule] if rule else []), CLOSED]
    town(folder, TWO_TIERS + DEVICE + TAP, {"fw.conf": fortigate("fw", PORTS, rules)})
    taken = capture(folder / "one.pcap", "172.16.10.12", "172.16.20.25", 443)
    capsys.readouterr()
    run(["replay", str(folder), f"{taken}@t1", "--format", "json", "--time", DAY.isoformat()])
    shown: dict[str, object] = json.loads(capsys.readouterr().out)
    return shown


def test_what_was_seen_though_no_rule_permits_it_is_a_bypass(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shut, open_ = replayed(tmp_path / "shut", None, capsys), replayed(tmp_path / "open", OPEN, capsys)

    assert any("bypass" in one["check"] for one in shut["findings"])  # type: ignore[attr-defined]
    assert not any("bypass" in one["check"] for one in open_["findings"])  # type: ignore[attr-defined]
    assert {"C"} <= {basis for one in shut["findings"] for basis in one["source"]}  # type: ignore[attr-defined]


def test_not_seen_never_proves_a_prohibition(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = replayed(tmp_path, OPEN, capsys)
    pairs = {(one["src"], one["dst"]): one["verdict"] for one in shown["crossings"]}  # type: ignore[attr-defined]

    assert pairs["mn-lan", "lg-lan"] == "violated"  # what rules permit stays possible, whatever was seen


def test_a_capture_that_shows_nothing_of_a_pair_says_nothing_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tap = TAP.replace("port2", "port1")
    folder = town(tmp_path, TWO_TIERS + DEVICE + tap, {"fw.conf": fortigate("fw", PORTS, [OPEN, CLOSED])})
    taken = capture(folder / "one.pcap", "172.16.10.12", "172.16.10.13", 443)
    capsys.readouterr()

    assert run(["replay", str(folder), f"{taken}@t1", "--format", "json", "--time", DAY.isoformat()]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["verdict"] == "nothing_seen"
    assert shown["crossings"] == []
    assert "proven" not in {one["verdict"] for one in shown["findings"]}


@pytest.mark.parametrize(
    ("as_of", "verdict", "severity"), [("2026-11-01", "violated", "critical"), ("2026-01-01", "undecided", "high")]
)
def test_a_bypass_is_sure_only_where_the_export_was_valid_then(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], as_of: str, verdict: str, severity: str
) -> None:
    dated = DEVICE.replace("format: fortigate}", f"format: fortigate, as_of: {as_of}}}")
    folder = town(tmp_path, TWO_TIERS + dated + TAP, {"fw.conf": fortigate("fw", PORTS, [CLOSED])})
    taken = capture(folder / "one.pcap", "172.16.10.12", "172.16.20.25", 443)
    run(["replay", str(folder), f"{taken}@t1", "--format", "json", "--time", DAY.isoformat()])
    (found,) = [one for one in json.loads(capsys.readouterr().out)["findings"] if one["check"] == "observed-bypass"]

    assert (found["verdict"], found["severity"], found["source"]) == (verdict, severity, ["C", "R"])


def test_before_the_device_that_stops_it_a_packet_is_an_attempt(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tap = TAP.replace("port2", "port1")
    folder = town(tmp_path, TWO_TIERS + DEVICE + tap, {"fw.conf": fortigate("fw", PORTS, [CLOSED])})
    taken = capture(folder / "one.pcap", "172.16.10.12", "172.16.20.25", 443)
    run(["replay", str(folder), f"{taken}@t1", "--format", "json", "--time", DAY.isoformat()])
    shown = json.loads(capsys.readouterr().out)

    assert [one["check"] for one in shown["findings"]] == ["observed-attempts"]
    assert list(shown["flows"]["outcomes"]) == ["blocked"]


def test_without_a_tap_only_the_register_is_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = town(tmp_path, TWO_TIERS + DEVICE + TAP, {"fw.conf": fortigate("fw", PORTS, [CLOSED])})
    taken = capture(folder / "one.pcap", "172.16.10.12", "172.16.20.25", 443)
    run(["replay", str(folder), str(taken), "--format", "json", "--time", DAY.isoformat()])
    shown = json.loads(capsys.readouterr().out)

    assert not any("bypass" in one["check"] for one in shown["findings"])
    assert {basis for one in shown["findings"] for basis in one["source"]} == {"C"}
    assert shown["flows"]["outcomes"] == {}
