"""`segcheck flows`: its three forms say the same, and nothing of names or payload shows."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import pytest

from tests.captures.make_frames import (
    SYN,
    A,
    B,
    C,
    conversation,
    ether,
    icmp,
    ipv4,
    ipv6,
    pcap,
    pcapng,
    recorded,
    tcp,
    udp,
)
from tests.reports.results import faults

SECRET = b"canary-payload.example.jp"
FRAMES = recorded(
    *conversation(A, B, 40000, 443),
    ether(ipv4(C, A, 17, udp(5000, 53, SECRET)), 7, 8),
    ether(ipv4(A, C, 17, udp(53, 5000, SECRET)), 7, 8),
    ether(ipv4(A, B, 1, icmp(8))),
    ether(ipv4(C, B, 6, tcp(1, 2, SYN))),
    ether(ipv4(A, B, 17, b"later", offset=80)),
    ether(ipv6("2001:db8::2", "ff02::fb", 17, udp(5353, 5353, SECRET))),
    ether(b"\0" * 46, kind=0x0806),
    ether(b"\x45\0"),
)


@pytest.fixture
def capture(tmp_path: Path) -> str:
    path = tmp_path / "day.pcap"
    path.write_bytes(pcap(FRAMES))
    return str(path)


def test_json_is_as_the_schema_says(call, capture: str) -> None:
    outcome = call("flows", capture, "--format", "json")
    found = json.loads(outcome.out)

    assert (outcome.code, outcome.err) == (0, "")
    assert faults(found, "flows") == []
    assert found["frames"] == {
        "read": 14,
        "decoded": 11,
        "not_ip": 1,
        "fragment": 1,
        "truncated": 0,
        "malformed": 1,
        "unknown_link": 0,
        "skipped_bytes": 0,
    }
    by_service = {(one["proto"], one["dport"], one["fragment"]): one for one in found["flows"]}
    tls = by_service["tcp", 443, False]
    assert (tls["src"], tls["sport"], tls["dst"]) == (A, 40000, B)
    assert (tls["packets_out"], tls["bytes_out"], tls["packets_in"], tls["bytes_in"]) == (4, 224, 2, 115)
    assert (tls["initiator"], tls["state"], tls["also_opened"]) == ("syn", "data", False)
    assert (tls["first"], tls["last"]) == ("2026-04-01T00:00:00.000000000Z", "2026-04-01T00:00:00.005000000Z")
    assert (by_service["udp", 53, False]["vlan"], by_service["udp", 53, False]["src"]) == ([7, 8], C)
    assert by_service["icmp", 0, False]["sport"] == 8
    assert by_service["udp", 0, True]["packets_out"] == 1
    assert by_service["udp", 5353, False]["dst"] == "ff02::fb"


def test_csv_says_the_same(call, capture: str) -> None:
    found = json.loads(call("flows", capture, "--format", "json").out)["flows"]
    rows = list(csv.DictReader(io.StringIO(call("flows", capture, "--format", "csv").out)))

    def cell(value: object) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        return "" if value is None else " ".join(map(str, value)) if isinstance(value, list) else str(value)

    assert [{name: cell(value) for name, value in one.items()} for one in found] == [dict(row) for row in rows]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            (
                "Conversations: 6, files: 1",
                "14 frames read: 11 decoded, 1 not IP, 1 unjoined",
                "udp fragment",
                "no answer",
            ),
        ),
        ("ja", ("通信 6 件 (ファイル 1 個)", "読んだフレーム 14: 解読 11、IP 以外 1", "応答なし")),
    ],
)
def test_text_shows_the_conversations_and_the_coverage(
    call, capture: str, language: str, words: tuple[str, ...]
) -> None:
    outcome = call("--lang", language, "flows", capture)

    assert (outcome.code, outcome.err) == (0, "")
    text = " ".join(outcome.out.split())
    for word in words:
        assert word in text


def test_the_heaviest_come_first_and_the_others_are_counted(call, tmp_path: Path) -> None:
    path = tmp_path / "many.pcap"
    path.write_bytes(pcap(recorded(*(ether(ipv4(A, B, 17, udp(port, 9, b"x" * port))) for port in range(100, 130)))))
    lines = call("flows", str(path)).out.splitlines()

    assert lines[0] == "Conversations: 30, files: 1"
    assert [int(line.split()[0]) for line in lines[2:22]] == sorted(
        (42 + port for port in range(110, 130)), reverse=True
    )
    assert lines[22].strip().startswith("10 more")


def test_packing_standard_input_and_format_make_no_difference(call, capture: str, tmp_path: Path) -> None:
    plain = call("flows", capture, "--format", "csv").out
    (tmp_path / "packed").write_bytes(gzip.compress(pcapng(FRAMES)))

    assert call("flows", str(tmp_path / "packed"), "--format", "csv").out == plain
    assert call("flows", "-", "--format", "csv", stdin=pcap(FRAMES)).out == plain


def test_several_outputs_at_once(call, capture: str, tmp_path: Path) -> None:
    outcome = call("flows", capture, "--format", "text", "--format", "json=a.json", "--format", "csv=a.csv")

    assert outcome.code == 0
    assert outcome.out == call("flows", capture).out
    assert json.loads((tmp_path / "a.json").read_text())["schema"] == "segcheck/flows/1"
    assert (tmp_path / "a.csv").read_text() == call("flows", capture, "--format", "csv").out


@pytest.mark.parametrize("form", ["text", "json", "csv"])
def test_no_payload_shows(call, capture: str, form: str) -> None:
    assert "canary" not in call("flows", capture, "--format", form).out


def test_damage_and_what_was_passed_over_is_told(call, tmp_path: Path) -> None:
    folder = tmp_path / "captures"
    folder.mkdir()
    (folder / "=cut.pcap").write_bytes(pcap(FRAMES[:3])[:-4])
    (folder / "notes.txt").write_text("about the captures")

    english = " ".join(call("flows", str(folder)).out.split())
    assert "=cut.pcap, byte 164: the file ends within a record" in english
    assert "1 files in the folder are no captures" in english
    japanese = "".join(call("--lang", "ja", "flows", str(folder)).out.split())
    assert "164バイト目:ファイルが記録の途中で終わっています" in japanese
    found = json.loads(call("flows", str(folder), "--format", "json").out)
    assert faults(found, "flows") == []
    assert (found["files"][0]["complete"], found["files"][0]["damage"][0]["offset"]) == (False, 164)


def test_progress_is_told_on_a_terminal_and_changes_no_answer(
    call, capture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = call("flows", capture)
    monkeypatch.setattr("segcheck.cli._progress.is_terminal", lambda stream: True)
    monkeypatch.setenv("FORCE_COLOR", "1")

    watched = call("flows", capture)

    assert (watched.code, watched.out) == (0, plain.out)
    assert "captures" in watched.err
    assert "packets/s" in watched.err
    assert call("-q", "flows", capture).err == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("none.pcap",), "none.pcap: cannot be read"),
        (("whole",), "whole: neither pcap nor pcapng"),
        (("-",), "-: the file is empty"),
        (("-", "-"), "standard input can be read once"),
        ((), "Missing argument"),
        (("whole", "--format", "yaml"), "no such format"),
    ],
)
def test_what_cannot_be_read_ends_with_2(call, arguments: tuple[str, ...], told: str) -> None:
    outcome = call("flows", *arguments)

    assert (outcome.code, outcome.out) == (2, "")
    assert told in outcome.err
    japanese = call("--lang", "ja", "flows", *arguments)
    assert japanese.code == 2
    assert told not in japanese.err or told.startswith("-")


def test_times_are_told_as_in_japan(call, tmp_path: Path) -> None:
    path = tmp_path / "one.pcap"
    data = bytearray(pcap(recorded(ether(ipv4(A, B, 17, udp(1, 9, b"x"))))))
    data[24:32] = (1794268800).to_bytes(4, "little") + bytes(4)  # 2026-11-10T00:00:00Z
    path.write_bytes(bytes(data))

    assert "from 2026-11-10 09:00:00 to 2026-11-10 09:00:00 (JST)" in call("--lang", "en", "flows", str(path)).out
