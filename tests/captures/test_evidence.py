"""Evidence files: the frames that were asked for, and nothing that was said in them."""

from __future__ import annotations

import gzip
import os
import shutil
import stat
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import ICMP, IP, TCP, UDP, Ether, IPOption_RR
from scapy.layers.inet6 import ICMPv6DestUnreach, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment
from scapy.layers.l2 import GRE, Dot1Q
from scapy.packet import Packet as Layers
from scapy.packet import Raw

from segcheck.captures import evidence, reading
from segcheck.captures.cutting import behind_headers
from segcheck.captures.frames import decode
from segcheck.errors import BadArguments, BadInput
from segcheck.model.flow import FRAME_BITS

CANARY = b"HIMITSU-KANARIA"
SECRET = CANARY * 8
A, B, C = "192.0.2.1", "198.51.100.2", "203.0.113.3"
A6, B6 = "2001:db8::1", "2001:db8::2"
START = 1_762_700_000_000_000_123


def tcp(payload: bytes = b"", sport: int = 50000, dport: int = 443, flags: str = "A", turned: bool = False) -> Layers:
    ends = (B, A, dport, sport) if turned else (A, B, sport, dport)
    head = Ether() / IP(src=ends[0], dst=ends[1]) / TCP(sport=ends[2], dport=ends[3], flags=flags)
    return head / Raw(payload) if payload else head


def pcap(path: Path, frames: list[bytes], captured: int = 1 << 17, link: int = 1, start: int = START) -> str:
    """Write a capture with nanoseconds, each frame a second and a nanosecond behind the one before."""
    parts = [struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 1 << 17, link)]
    for index, frame in enumerate(frames):
        seconds, rest = divmod(start + index * 1_000_000_001, 1_000_000_000)
        kept = frame[:captured]
        parts.append(struct.pack("<IIII", seconds, rest, len(kept), len(frame)) + kept)
    path.write_bytes(b"".join(parts))
    return str(path)


def read(*paths: str) -> reading.Read:
    return reading.read([(path, "") for path in paths], engine="interpreted")


SCTP_HEADER = struct.pack(">HHII", 5000, 5001, 7, 8)
CHUNK = struct.pack(">BBHIHHI", 0, 3, 16 + len(SECRET), 1, 0, 0, 0) + SECRET
HEARTBEAT = struct.pack(">BBH", 4, 0, 4 + len(SECRET)) + SECRET
QUOTED = IP(src=B, dst=A) / UDP(sport=9, dport=10) / Raw(SECRET)
FRAMES: dict[str, bytes] = {
    "tcp": bytes(tcp(SECRET)),
    "tcp-options": bytes(
        Ether() / IP(src=A, dst=B) / TCP(sport=1, dport=2, options=[("Timestamp", (1, 2))]) / Raw(SECRET)
    ),
    "udp": bytes(Ether() / IP(src=A, dst=B) / UDP(sport=1, dport=2) / Raw(SECRET)),
    "tagged": bytes(Ether() / Dot1Q(vlan=10) / Dot1Q(vlan=20) / IP(src=A, dst=B) / UDP(sport=1, dport=2) / Raw(SECRET)),
    "ip-options": bytes(Ether() / IP(src=A, dst=B, options=[IPOption_RR()]) / UDP(sport=3, dport=4) / Raw(SECRET)),
    "ipv6": bytes(Ether() / IPv6(src=A6, dst=B6) / IPv6ExtHdrDestOpt() / TCP(sport=1, dport=2) / Raw(SECRET)),
    "echo": bytes(Ether() / IP(src=A, dst=B) / ICMP(type=8, id=1) / Raw(SECRET)),
    "error": bytes(Ether() / IP(src=A, dst=B) / ICMP(type=3, code=3) / QUOTED),
    "error-short-quote": bytes(
        Ether() / IP(src=A, dst=B) / ICMP(type=3, code=3) / Raw(bytes(IP(src=B, dst=A) / TCP())[:28])
    ),
    "error-no-quote": bytes(Ether() / IP(src=A, dst=B) / ICMP(type=11) / Raw(SECRET)),
    "error-strange-quote": bytes(
        Ether() / IP(src=A, dst=B) / ICMP(type=11) / Raw(b"\x4f" + bytes(IP(src=C, dst=A))[1:20] + SECRET)
    ),
    "error-6": bytes(
        Ether()
        / IPv6(src=A6, dst=B6)
        / ICMPv6DestUnreach(code=4)
        / Raw(bytes(IPv6(src=B6, dst=A6) / UDP(sport=9, dport=10) / Raw(SECRET)))
    ),
    "sctp": bytes(Ether() / IP(src=A, dst=B, proto=132) / Raw(SCTP_HEADER + CHUNK)),
    "sctp-other-chunk": bytes(Ether() / IP(src=A, dst=B, proto=132) / Raw(SCTP_HEADER + HEARTBEAT)),
    "sctp-chunk-before-data": bytes(Ether() / IP(src=A, dst=B, proto=132) / Raw(SCTP_HEADER + HEARTBEAT + CHUNK)),
    "gre": bytes(Ether() / IP(src=A, dst=B) / GRE() / IP(src=B, dst=C) / Raw(SECRET)),
    "esp": bytes(Ether() / IP(src=A, dst=B, proto=50) / Raw(SECRET)),
    "trailer": bytes(Ether() / IP(src=A, dst=B, len=40) / TCP(sport=7, dport=8) / Raw(SECRET)),
    "icmp-trailer": bytes(Ether() / IP(src=A, dst=B, len=24) / ICMP(type=8) / Raw(SECRET)),
    "first-fragment": bytes(Ether() / IP(src=A, dst=B, id=5, flags="MF") / UDP(sport=1, dport=2) / Raw(SECRET)),
    "later-fragment": bytes(Ether() / IP(src=A, dst=B, id=5, frag=16, proto=17) / Raw(SECRET)),
    "lone-fragment": bytes(Ether() / IP(src=A, dst=C, id=6, frag=16, proto=6) / Raw(SECRET)),
    "fragment-6": bytes(Ether() / IPv6(src=A6, dst=B6) / IPv6ExtHdrFragment(id=3, offset=9, nh=17) / Raw(SECRET)),
    "tiny-first-fragment": bytes(Ether() / IP(src=A, dst=B, id=8, flags="MF", len=28, proto=6) / Raw(SECRET)),
}


#: What they quote stays as far as it is headers, and counts as payload of theirs.
QUOTES = {"error", "error-short-quote", "error-6"}


def windows(data: bytes, secret: bytes = CANARY, size: int = 6) -> list[bytes]:
    doubled = secret * 2
    return [part for n in range(len(secret)) if (part := doubled[n : n + size]) in data]


def test_nothing_that_was_said_is_in_it(tmp_path: Path) -> None:
    capture = pcap(tmp_path / "a.pcap", [*FRAMES.values()])
    found = read(capture)
    target = tmp_path / "out.pcapng"

    written = evidence.write(str(target), found.files, found.flows)

    assert found.frames.read == written.frames == len(FRAMES)
    assert written.conversations == len(found.flows[""])
    assert windows(target.read_bytes()) == []


@pytest.mark.parametrize("name", FRAMES)
def test_what_shows_the_conversation_is_in_it(name: str, tmp_path: Path) -> None:
    found = read(pcap(tmp_path / "a.pcap", [FRAMES[name]]))
    target = tmp_path / "out.pcapng"
    evidence.write(str(target), found.files, found.flows)

    again = read(str(target))

    assert len(found.flows[""]) == 1
    for column in (
        "a_hi",
        "a_lo",
        "b_hi",
        "b_lo",
        "pa",
        "pb",
        "proto",
        "family",
        "vlan",
        "vlan_inner",
        "first",
        "last",
    ):
        assert again.flows[""][column].tolist() == found.flows[""][column].tolist()
    for column in ("packets_ab", "packets_ba", "bytes_ab", "bytes_ba"):
        assert again.flows[""][column].tolist() == found.flows[""][column].tolist()
    if name not in QUOTES:
        assert not again.flows[""]["head_ab"].any()
        assert not again.flows[""]["head_ba"].any()
    assert again.files[0].damage == ()


def test_an_error_keeps_the_headers_of_what_it_is_about(tmp_path: Path) -> None:
    found = read(pcap(tmp_path / "a.pcap", [FRAMES["error"], FRAMES["error-6"]]))
    target = tmp_path / "out.pcapng"
    evidence.write(str(target), found.files, found.flows)
    data = target.read_bytes()

    assert bytes(QUOTED)[:28] in data
    assert struct.pack(">HH", 9, 10) + struct.pack(">H", 8 + len(SECRET)) in data


def test_payload_is_kept_for_a_reason_that_stands_in_the_file(tmp_path: Path) -> None:
    found = read(pcap(tmp_path / "a.pcap", [FRAMES["tcp"]]))
    target = tmp_path / "out.pcapng"

    evidence.write(str(target), found.files, found.flows, with_payload=True, reason="調査\x1b[31m 第12号")

    data = target.read_bytes()
    assert SECRET in data
    assert "調査?[31m 第12号".encode() in data
    assert b"\x1b" not in data
    assert read(str(target)).flows[""].tobytes() == found.flows[""].tobytes()


@pytest.mark.parametrize(
    ("frame", "kept"),
    [
        (FRAMES["tcp"], 14 + 20 + 20),
        (FRAMES["ipv6"], 14 + 40 + 8 + 20),
        (FRAMES["echo"], 14 + 20 + 8),
        (FRAMES["error"], 14 + 20 + 8 + 20 + 8),
        (FRAMES["error-short-quote"], 14 + 20 + 8 + 20 + 4),  # eight bytes of TCP are no header: its ports
        (FRAMES["error-no-quote"], 14 + 20 + 8),
        (FRAMES["sctp"], 14 + 20 + 12),
        (FRAMES["esp"], 14 + 20),
        (FRAMES["later-fragment"], 14 + 20),
        (FRAMES["tiny-first-fragment"], 14 + 20 + 4),
        (bytes(Ether() / IP(src=A, dst=B, id=8, flags="MF", len=28, proto=132) / Raw(SECRET)), 14 + 20 + 4),
        (bytes(Ether() / IP(src=A, dst=B, len=24, proto=1) / Raw(b"\x08\x00\x00\x00" + SECRET)), 14 + 20 + 4),
    ],
)
def test_frames_are_cut_behind_layer_4(frame: bytes, kept: int) -> None:
    packet = decode(frame, 0, len(frame), len(frame), 1)

    assert not isinstance(packet, int)
    assert behind_headers(frame, 0, len(frame), len(frame), 1, packet) == kept


def test_a_reason_alone_keeps_no_payload(tmp_path: Path) -> None:
    found = read(pcap(tmp_path / "a.pcap", [FRAMES["tcp"]]))
    target = tmp_path / "out.pcapng"

    evidence.write(str(target), found.files, found.flows, reason="x")

    assert CANARY not in target.read_bytes()


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
def test_payload_without_a_reason_is_refused(reason: str, tmp_path: Path) -> None:
    found = read(pcap(tmp_path / "a.pcap", [FRAMES["tcp"]]))

    with pytest.raises(BadArguments, match="reason"):
        evidence.write(str(tmp_path / "out.pcapng"), found.files, found.flows, with_payload=True, reason=reason)
    assert not (tmp_path / "out.pcapng").exists()


def comments(data: bytes) -> list[str]:
    """Return the comments of a little-endian pcapng, block by block."""
    found, at = [], 0
    while at < len(data):
        kind, size = struct.unpack_from("<II", data, at)
        fixed = {0x0A0D0D0A: 24, 1: 16, 6: 28}[kind]
        if kind == 6:
            fixed += (struct.unpack_from("<I", data, at + 20)[0] + 3) & ~3
        option = at + fixed
        while True:
            code, length = struct.unpack_from("<HH", data, option)
            if code == 0:
                break
            if code == 1:
                found.append(data[option + 4 : option + 4 + length].decode())
            option += 4 + (length + 3 & ~3)
        at += size
    return found


def test_only_what_is_wanted_the_first_frames_and_those_that_a_row_names(tmp_path: Path) -> None:
    other = [bytes(tcp(b"x", sport=60000))] * 3
    asked = [bytes(tcp(flags="S")), bytes(tcp(flags="SA", turned=True)), bytes(tcp()), bytes(tcp(b"hello"))]
    one = pcap(tmp_path / "one.pcap", [*other, *asked])
    two = pcap(tmp_path / "two.pcap", [*other, bytes(tcp(b"welcome", turned=True)), bytes(tcp(b"more"))])
    found = read(one, two)
    rows = found.flows[""]
    rows = rows[(rows["pa"] == 50000) | (rows["pb"] == 50000)]
    target = tmp_path / "out.pcapng"

    written = evidence.write(str(target), found.files, {"": rows}, first=2)

    _, *origins = comments(target.read_bytes())
    assert origins == ["one.pcap #4", "one.pcap #5", "one.pcap #7", "two.pcap #4"]
    assert (written.frames, written.conversations, written.missing) == (4, 1, ())


def test_reading_stops_when_nothing_more_can_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "_STEP", 1)
    capture = pcap(tmp_path / "a.pcap", [bytes(tcp(b"x"))] * 50)
    found = read(capture)
    told: list[tuple[int, int | None, int]] = []

    evidence.write(
        str(tmp_path / "o"), found.files, found.flows, first=3, progress=lambda *numbers: told.append(numbers)
    )

    assert len(told) == 4
    assert told[0] == (Path(capture).stat().st_size, Path(capture).stat().st_size, 1)


def test_a_short_conversation_does_not_keep_reading_going(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "_STEP", 1)
    found = read(pcap(tmp_path / "a.pcap", [bytes(tcp(b"x")), *[bytes(tcp(b"x", sport=9))] * 50]))
    rows = found.flows[""]
    told: list[int] = []

    evidence.write(
        str(tmp_path / "o"),
        found.files,
        {"": rows[(rows["pa"] == 50000) | (rows["pb"] == 50000)]},
        progress=lambda _done, _all, frames: told.append(frames),
    )

    assert told == [1, 2]


def test_taps_are_asked_for_by_themselves(tmp_path: Path) -> None:
    capture, same = (pcap(tmp_path / name, [bytes(tcp(b"x"))]) for name in ("a.pcap", "b.pcap"))
    found = reading.read([(capture, "t1"), (same, "t2")], engine="interpreted")

    evidence.write(str(tmp_path / "o"), found.files, {"t2": found.flows["t2"]})

    assert comments((tmp_path / "o").read_bytes())[1:] == ["b.pcap #1"]


def test_pieces_of_another_conversation_are_not_taken_for_lone_ones(tmp_path: Path) -> None:
    later = bytes(Ether() / IP(src=A, dst=B, id=9, frag=16, proto=17) / Raw(b"x" * 8))
    found = read(pcap(tmp_path / "a.pcap", [FRAMES["first-fragment"], FRAMES["later-fragment"], later]))
    rows = found.flows[""]
    lone, whole = rows[rows["pa"] == 0], rows[rows["pa"] != 0]

    evidence.write(str(tmp_path / "o"), found.files, {"": lone})
    assert comments((tmp_path / "o").read_bytes())[1:] == ["a.pcap #3"]
    evidence.write(str(tmp_path / "o"), found.files, {"": whole})
    assert comments((tmp_path / "o").read_bytes())[1:] == ["a.pcap #1", "a.pcap #2"]


def test_same_wish_same_bytes_for_its_owner_alone(tmp_path: Path) -> None:
    capture = pcap(tmp_path / "a.pcap", [*FRAMES.values()])
    packed = tmp_path / "a.pcap.gz"
    packed.write_bytes(gzip.compress(Path(capture).read_bytes()))
    target = tmp_path / "out.pcapng"
    target.write_bytes(b"before")
    found = read(capture)
    evidence.write(str(target), found.files, found.flows)
    first = target.read_bytes()
    evidence.write(str(target), found.files, found.flows)

    assert target.read_bytes() == first
    if os.name == "posix":
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.pcap", "a.pcap.gz", "out.pcapng"]
    unpacked = read(str(packed))
    evidence.write(str(target), unpacked.files, unpacked.flows)
    assert target.read_bytes().replace(b"a.pcap.gz", b"a.pcap") != b""
    assert [text.replace(".gz", "") for text in comments(target.read_bytes())] == comments(first)


def test_a_capture_is_never_overwritten(tmp_path: Path) -> None:
    capture = pcap(tmp_path / "a.pcap", [FRAMES["tcp"]])
    before = Path(capture).read_bytes()
    (tmp_path / "link").symlink_to(capture)
    (tmp_path / "hard").hardlink_to(capture)
    found = read(capture)

    for name in ("a.pcap", "link", "hard"):
        with pytest.raises(BadArguments, match="is a capture that was read"):
            evidence.write(str(tmp_path / name), found.files, found.flows)
    assert Path(capture).read_bytes() == before


@pytest.mark.parametrize("name", ["", "none/out.pcapng", "a\0b"])
def test_a_place_where_nothing_can_be_written_is_told(name: str, tmp_path: Path) -> None:
    found = read(pcap(tmp_path / "a.pcap", [FRAMES["tcp"]]))

    with pytest.raises(BadArguments, match="evidence"):
        evidence.write(f"{tmp_path}/{name}", found.files, found.flows)
    assert [p.name for p in tmp_path.iterdir()] == ["a.pcap"]


def test_a_capture_that_changed_leaves_nothing_half_done(tmp_path: Path) -> None:
    capture = pcap(tmp_path / "a.pcap", [FRAMES["tcp"]])
    found = read(capture)
    Path(capture).write_bytes(b"something else altogether, and long enough")

    with pytest.raises(BadInput, match="neither pcap nor pcapng"):
        evidence.write(str(tmp_path / "out.pcapng"), found.files, found.flows)
    assert [p.name for p in tmp_path.iterdir()] == ["a.pcap"]


def test_standard_input_cannot_be_read_again(tmp_path: Path) -> None:
    found = read(pcap(tmp_path / "a.pcap", [FRAMES["tcp"]]))
    piped = reading.CaptureFile(path="-", format="pcap", packing="", size=0)

    written = evidence.write(str(tmp_path / "o"), [piped], found.flows)

    assert (written.frames, written.missing) == (0, ("-",))
    assert len(comments((tmp_path / "o").read_bytes())) == 1


def test_times_before_1970_and_link_types_are_kept(tmp_path: Path) -> None:
    ng = struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)
    raw = FRAMES["udp"][14:]
    for index, (link, offset) in enumerate(((101, -5), (1, 10))):
        options = struct.pack("<HHq", 14, 8, offset) + struct.pack("<HHBxxx", 9, 1, 9) + bytes(4)
        ng += struct.pack("<IIHHI", 1, 20 + len(options), link, 0, 0) + options + struct.pack("<I", 20 + len(options))
        frame = raw if link == 101 else FRAMES["udp"]
        padded = frame + bytes(-len(frame) % 4)
        size = 32 + len(padded)
        ng += struct.pack("<IIIIIII", 6, size, index, 0, 7, len(frame), len(frame)) + padded + struct.pack("<I", size)
    (tmp_path / "a.pcapng").write_bytes(ng)
    found = read(str(tmp_path / "a.pcapng"))
    evidence.write(str(tmp_path / "o"), found.files, found.flows)

    again = read(str(tmp_path / "o"))

    assert found.files[0].first == again.files[0].first == -5_000_000_000 + 7
    assert found.files[0].last == again.files[0].last == 10_000_000_000 + 7
    assert again.files[0].links == (1, 101)


_BASES = st.sampled_from([*FRAMES.values()])


@given(_BASES, st.data())
def test_a_cut_frame_is_shorter_and_still_of_its_conversation(base: bytes, data: st.DataObject) -> None:
    frame = bytearray(base)
    for _ in range(data.draw(st.integers(0, 4))):
        frame[data.draw(st.integers(12, min(len(frame) - 1, 90)))] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(frame)))
    original = data.draw(st.sampled_from((len(frame), end, end // 2)))
    packet = decode(bytes(frame), 0, end, original, 1)
    if isinstance(packet, int):
        return

    cut = behind_headers(bytes(frame), 0, end, original, 1, packet)

    assert cut <= end
    if packet[9] and packet[4] not in (1, 58):
        assert cut <= max(packet[9], 0)
    again = decode(bytes(frame[:cut]), 0, cut, max(original, end), 1)
    assert not isinstance(again, int)
    assert again[1:7] == packet[1:7]


@pytest.mark.parametrize("program", ["tcpdump", "tshark"])
def test_other_programs_read_it(program: str, tmp_path: Path) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    found = read(pcap(tmp_path / "a.pcap", [*FRAMES.values()]))
    target = tmp_path / "out.pcapng"
    written = evidence.write(str(target), found.files, found.flows)
    command = [program, "-nr", str(target)] + (["-t"] if program == "tcpdump" else [])

    done = subprocess.run(command, capture_output=True, check=True, timeout=60)

    assert len(done.stdout.splitlines()) == written.frames


def test_rows_name_frames_by_place(tmp_path: Path) -> None:
    """A row of the second file's conversation names frames of place 1."""
    one, two = pcap(tmp_path / "a.pcap", [FRAMES["udp"]]), pcap(tmp_path / "b.pcap", [FRAMES["tcp"]])
    rows = read(one, two).flows[""]

    assert sorted((rows["first_frame"] >> FRAME_BITS).tolist()) == [0, 1]
    assert rows.dtype["first_frame"] == np.int64
