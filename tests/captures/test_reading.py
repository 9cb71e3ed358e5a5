"""Where captures come from: files, folders, standard input; packed or not, whole or damaged, one or in pieces."""

from __future__ import annotations

import gzip
import hashlib
import io
import sys
import tracemalloc
import zlib
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from segcheck.captures import unpacking
from segcheck.captures.damage import Damage, Damages
from segcheck.captures.reading import Read, read
from segcheck.captures.source import Source, listed
from segcheck.captures.tables import merge
from segcheck.captures.unpacking import Gunzip, Unzstd
from segcheck.errors import BadArguments, BadInput, UnreadableFile
from segcheck.model.flow import FRAME_BITS
from tests.captures.make_frames import START, A, Recorded, conversation, ether, pcap, pcapng, recorded
from tests.captures.test_conversations import TRAFFIC

FRAMES = recorded(*conversation(), ether(b"\0" * 46, kind=0x0806))
WHOLE = pcap(FRAMES)


#: Generated files cost the most here.
few = settings(max_examples=40)


def zst(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


def unpacked(kind: type[Gunzip] | type[Unzstd], data: bytes, size: int = 1 << 20) -> tuple[bytes, set[Damage]]:
    file, damages = io.BytesIO(data), Damages()
    stream = kind(file.read, damages)
    return b"".join(iter(lambda: stream.read(size), b"")), set(damages.found)


def of(tmp_path: Path, data: bytes, name: str = "one") -> Read:
    path = tmp_path / name
    path.write_bytes(data)
    return read([(str(path), "")])


def test_a_file_is_told_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "one"
    path.write_bytes(gzip.compress(WHOLE))
    found = read([(str(path), "t1")], hashes=True)
    (file,) = found.files

    assert (file.path, file.format, file.packing, file.tap) == (str(path), "pcap", "gzip", "t1")
    assert (file.size, file.sha256) == (path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())
    assert (file.first, file.last) == (START, START + 6 * 10**6)
    assert (file.links, file.snap, file.dropped, file.damage, file.complete) == ((1,), 262144, None, (), True)
    assert (file.frames.read, file.frames.decoded, file.frames.not_ip) == (7, 6, 1)
    assert list(found.flows) == ["t1"]
    assert (len(found.flows["t1"]), found.frames, found.passed_over) == (1, file.frames, ())


@few
@given(frames=TRAFFIC, cut=st.integers(0, 40))
def test_however_frames_come_the_conversations_are_the_same(
    tmp_path_factory: pytest.TempPathFactory, frames: list[Recorded], cut: int
) -> None:
    folder = tmp_path_factory.mktemp("captures")
    kinds = {
        "pcap": pcap(frames),
        "big": pcap(frames, order=">"),
        "pcapng": pcapng(frames),
        "gz": gzip.compress(pcap(frames)),
        "members": gzip.compress(pcap(frames)[:50]) + gzip.compress(pcap(frames)[50:]),
        "zst": zst(pcapng(frames, order=">")),
    }
    tables = []
    for name, data in kinds.items():
        found = of(folder, data, name)
        assert (found.files[0].damage, found.files[0].complete) == ((), True)
        tables.append(found.flows[""].tobytes())
    assert len(set(tables)) == 1

    whole = of(folder, kinds["pcap"])
    parts = read([(_kept(folder, "a", pcap(frames[:cut])), ""), (_kept(folder, "b", pcap(frames[cut:])), "")])
    assert parts.frames.read == whole.frames.read
    table = parts.flows[""]
    assert len(table) >= len(whole.flows[""])  # a fragment may have lost its first one
    if whole.frames.fragment == parts.frames.fragment:
        for name in ("packets_ab", "bytes_ba", "first", "last", "start_ab", "open_ba", "flags_ab"):
            assert table[name].tolist() == whole.flows[""][name].tolist()


def _kept(folder: Path, name: str, data: bytes) -> str:
    (folder / name).write_bytes(data)
    return str(folder / name)


def test_taps_have_tables_of_their_own_and_files_keep_their_places(tmp_path: Path) -> None:
    one, two = (_kept(tmp_path, name, WHOLE) for name in "ab")
    found = read([(one, "t1"), (two, "t2"), (one, "t1")])

    assert [file.tap for file in found.files] == ["t1", "t2", "t1"]
    assert found.flows["t1"]["packets_ab"].tolist() == [8]
    assert found.flows["t2"]["first_frame"].tolist() == [1 << FRAME_BITS | 1]
    assert merge(found.flows.values())["packets_ab"].tolist() == [12]


def test_standard_input(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for data in (WHOLE, gzip.compress(WHOLE)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        found = read([("-", "")], engine="interpreted", hashes=True)
        assert (found.files[0].path, found.files[0].size, found.frames.read) == ("-", 0, 7)
        assert found.files[0].sha256 == hashlib.sha256(data).hexdigest()

    with pytest.raises(BadArguments, match="once"):
        read([("-", ""), ("-", "t")])


def test_a_folder_means_the_captures_in_it_and_below(tmp_path: Path) -> None:
    (tmp_path / "x" / "deep").mkdir(parents=True)
    (tmp_path / ".hidden").mkdir()
    names = ["b.pcap", "x/c", "x/deep/a.pcapng"]
    for name, data in zip(names, (WHOLE, gzip.compress(WHOLE), pcapng(FRAMES)), strict=True):
        _kept(tmp_path, name, data)
    for name in ("notes.txt", "x/z.gz", ".hidden/d.pcap", ".e.pcap"):
        _kept(tmp_path, name, WHOLE if name.startswith(".") else gzip.compress(b"text"))
    (tmp_path / "x" / "loop").symlink_to(tmp_path)

    captures, others = listed([str(tmp_path)])

    assert captures == [str(tmp_path / name) for name in names]
    assert others == [str(tmp_path / name) for name in ("notes.txt", "x/z.gz")]
    assert read([(str(tmp_path), "")]).passed_over == tuple(others)


def test_a_folder_without_captures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no capture in this folder"):
        read([(str(tmp_path), "")])


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "is empty"),
        (b"only text", "neither pcap nor pcapng"),
        (WHOLE[:20], "within its file header"),
        (gzip.compress(b"", mtime=0), "is empty"),
        (gzip.compress(gzip.compress(WHOLE, mtime=0), mtime=0), r"\(gzip\): neither"),
        (zst(b"only text"), r"\(zstd\): neither"),
    ],
)
def test_what_is_no_capture_is_refused_in_both_languages(tmp_path: Path, data: bytes, told: str) -> None:
    with pytest.raises(BadInput, match=told) as caught:
        of(tmp_path, data)

    assert str(tmp_path) in caught.value.ja
    assert "判定は行っていません" in caught.value.ja


def test_what_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")
    for name, told in (("pipe", "no ordinary file"), ("none", "cannot be read"), ("nul\0", "cannot be read")):
        with pytest.raises(UnreadableFile, match=told):
            read([(str(tmp_path / name), "")])


@pytest.mark.parametrize(("kind", "pack"), [(Gunzip, gzip.compress), (Unzstd, zst)])
@few
@given(data=st.binary(max_size=5000), size=st.integers(1, 3000))
def test_what_was_packed_comes_out(kind: type[Gunzip] | type[Unzstd], pack, data: bytes, size: int) -> None:
    assert unpacked(kind, pack(data), size) == (data, set())
    assert unpacked(kind, pack(data) + pack(b"more"), size) == (data + b"more", set())
    assert unpacked(kind, pack(data) + b"garbage behind", size) == (data, {Damage.BEHIND})


@pytest.mark.parametrize(("kind", "pack"), [(Gunzip, gzip.compress), (Unzstd, zst)])
@few
@given(cut=st.integers(1, 10_000), place=st.integers(0, 10_000), mask=st.integers(1, 255))
def test_damaged_packing_ends_and_is_told(
    kind: type[Gunzip] | type[Unzstd], pack, cut: int, place: int, mask: int
) -> None:
    packed = pack(WHOLE * 3)
    data, told = unpacked(kind, packed[: -(cut % (len(packed) - 1)) - 1])
    assert told == {Damage.PACKING_CUT}
    assert (WHOLE * 3).startswith(data)

    flipped = bytearray(packed)
    flipped[place % len(packed)] ^= mask
    data, told = unpacked(kind, bytes(flipped))
    assert data == WHOLE * 3 or told


@pytest.mark.parametrize("size", [1, 50, 1 << 20])
def test_without_isal_python_inflates(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    pytest.importorskip("isal")
    packed = gzip.compress(WHOLE) + gzip.compress(WHOLE)[:-9]
    fast = unpacked(Gunzip, packed, size)
    monkeypatch.setitem(sys.modules, "isal", None)

    assert unpacking._inflater() is zlib
    assert unpacked(Gunzip, packed, size) == fast
    assert fast[1] == {Damage.PACKING_CUT}


def test_a_wrong_checksum_keeps_what_was_read() -> None:
    packed = bytearray(gzip.compress(WHOLE))
    packed[-6] ^= 1

    assert unpacked(Gunzip, bytes(packed)) == (WHOLE, {Damage.CHECKSUM})


def test_gzip_headers_may_hold_names() -> None:
    file = io.BytesIO()
    with gzip.GzipFile("name", "wb", fileobj=file) as packed:
        packed.write(WHOLE)
    plain = gzip.compress(WHOLE)
    rest = b"\x05\0extra" + b"name\0" + b"comment\0" + b"\0\0"

    assert unpacked(Gunzip, file.getvalue()) == (WHOLE, set())
    assert unpacked(Gunzip, plain[:3] + b"\x1e" + plain[4:10] + rest + plain[10:]) == (WHOLE, set())
    assert unpacked(Gunzip, plain[:3] + b"\x08" + plain[4:10] + b"n" * (2 << 20))[1] == {Damage.PACKING}


@pytest.mark.parametrize("pack", [gzip.compress, zst])
def test_a_bomb_takes_time_but_no_memory(tmp_path: Path, pack) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(pack(WHOLE + b"\0" * (96 << 20)))
    assert path.stat().st_size < 200_000
    tracemalloc.start()
    try:
        found = read([(str(path), "")], engine="interpreted")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (found.frames.read, found.frames.skipped_bytes) == (7, 96 << 20)
    assert peak < 48 << 20


def test_reading_stops_at_the_bound(tmp_path: Path) -> None:
    path = _kept(tmp_path, "one", gzip.compress(WHOLE))
    with Source(path, most=100) as source:
        data = b"".join(iter(lambda: source.read(64), b""))

    assert data == WHOLE[:100]
    assert source.damages.told[0][:2] == (100, Damage.LIMIT.value[0])
    assert not source.damages.complete
    with Source(path, most=len(WHOLE)) as source:
        assert b"".join(iter(lambda: source.read(64), b"")) == WHOLE
    assert source.damages.complete


@given(place=st.integers(24, len(WHOLE) - 1), value=st.integers(0, 255))
@pytest.mark.parametrize("write", [pcap, pcapng])
def test_any_changed_byte_ends_in_an_account(
    tmp_path_factory: pytest.TempPathFactory, write, place: int, value: int
) -> None:
    data = bytearray(write(FRAMES))
    data[place] = value
    found = of(tmp_path_factory.mktemp("flip"), bytes(data))

    account = found.frames
    assert account.read <= len(FRAMES)
    if write is pcap:  # in pcapng, a block whose type was changed is one that is passed over
        assert account.read == len(FRAMES) or found.files[0].damage
    assert (account.skipped_bytes > 0) <= bool(found.files[0].damage)


def test_progress_is_told_up_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[int, int | None, int]] = []
    one = _kept(tmp_path, "one", WHOLE)
    two = _kept(tmp_path, "two", gzip.compress(WHOLE))
    sizes = [Path(path).stat().st_size for path in (one, two)]

    read([(one, ""), (two, "")], progress=lambda *now: told.append(now))

    assert told == [(sizes[0], sum(sizes), 7), (sum(sizes), sum(sizes), 14)]


def test_an_unknown_engine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadArguments, match="no such engine"):
        read([(_kept(tmp_path, "one", WHOLE), "")], engine="warp")


def test_nothing_of_names_and_secrets_is_kept(tmp_path: Path) -> None:
    from segcheck.captures.telling import told
    from tests.captures.make_frames import block, interface, option, packet, section

    canary = b"canary.example.jp"
    data = (
        section()
        + block(4, b"\1\0" + bytes([4 + len(canary) + 1, 0]) + b"\xc0\0\2\1" + canary + b"\0")
        + block(10, b"KSLT" + bytes([len(canary), 0, 0, 0]) + canary)
        + interface(1, 0, option(2, canary), option(9, b"\x09"))
        + packet(FRAMES[0], options=option(1, canary) + option(0, b""))
    )
    found = of(tmp_path, data)

    assert [flow.src for flow in told(found.flows[""])] == [A]
    assert canary not in found.flows[""].tobytes()
    assert canary.decode() not in repr(found.files)
