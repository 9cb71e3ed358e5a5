"""Capture files to frames: formats, times, damage, and the way back behind it."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segcheck.captures.containers import walk
from segcheck.captures.damage import Damage, Damages
from segcheck.captures.pcapng import NO_LINK, nanoseconds
from segcheck.captures.walking import NotACapture, Walk
from segcheck.model.flow import NEVER
from tests.captures.make_frames import (
    START,
    Recorded,
    block,
    conversation,
    interface,
    option,
    packet,
    pcap,
    pcapng,
    recorded,
    section,
)

FRAMES = recorded(*conversation())

Seen = list[tuple[bytes, int, int, int]]


def walked(data: bytes, window: int = 1 << 20) -> tuple[Seen, Walk]:
    """Return (captured bytes, original length, time, link) of each frame; the file arrives in pieces of `window`."""
    file = BytesIO(data)
    found = walk(lambda size: file.read(min(size, window)), Damages())
    return [(held[start:end], original, time, link) for held, start, end, original, time, link in found.frames()], found


def seen(frames: list[Recorded], link: int = 1) -> Seen:
    return [(one.data, len(one.data) if one.original is None else one.original, one.time, link) for one in frames]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("nano", [True, False])
@pytest.mark.parametrize("modified", [True, False])
def test_every_kind_of_pcap_holds_the_same_frames(order: str, nano: bool, modified: bool) -> None:
    found, file = walked(pcap(FRAMES, order=order, nano=nano, modified=modified, link=113, snap=96))

    assert found == seen(FRAMES, 113)
    assert (file.format, file.links, file.snap, file.dropped) == ("pcap", {113}, 96, None)
    assert file.damages.told == ()


@pytest.mark.parametrize("order", ["<", ">"])
def test_pcapng_holds_the_same_frames(order: str) -> None:
    found, file = walked(pcapng(FRAMES, order=order))

    assert found == seen(FRAMES)
    assert (file.format, file.links, file.snap, file.damages.told) == ("pcapng", {1}, None, ())


@given(st.integers(1, 200))
def test_windows_of_any_size_give_the_same_frames(window: int) -> None:
    broken = pcap(FRAMES[:3])[:-5] + b"\xff" * 40 + pcap(FRAMES)[24:]
    for data in (pcap(FRAMES), pcapng(FRAMES), broken):
        (small, one), (large, other) = walked(data, window), walked(data)
        assert small == large
        assert (one.skipped, one.damages.told) == (other.skipped, other.damages.told)


def test_link_types_are_read_without_the_bits_above_them() -> None:
    assert {link for *_, link in walked(pcap(FRAMES, link=0x2400_0001))[0]} == {1}


def test_interfaces_sections_and_byte_orders_may_change() -> None:
    one, two = FRAMES[0], Recorded(FRAMES[1].data, START, interface=1)
    data = pcapng([one, two], links=(113, 276)) + pcapng([one], order=">", links=(101,))

    found, file = walked(data)

    assert [link for *_, link in found] == [113, 276, 101]
    assert file.links == {101, 113, 276}


def test_other_blocks_are_passed_over() -> None:
    names = block(4, struct.pack("<HH", 1, 13) + b"\xc0\x00\x02\x01secret.x\0" + b"\0" * 7)
    secrets = block(10, b"KSLT" + struct.pack("<I", 8) + b"password")
    unknown = block(0x80001234, b"anything at all")
    data = section() + names + interface(1, 0, option(9, b"\x09")) + secrets + unknown + packet(FRAMES[0])

    found, file = walked(data)

    assert found == seen(FRAMES[:1])
    assert file.damages.told == ()


def test_simple_and_obsolete_packets() -> None:
    frame = FRAMES[0].data
    old = block(2, struct.pack("<HHIIII", 0, 0xFFFF, 1, 2, len(frame), 99) + frame)
    simple = block(3, struct.pack("<I", 99) + frame[:40])
    data = section() + interface(1, 40) + simple + old + simple

    found, _ = walked(data)

    time = ((1 << 32) + 2) * 1000
    assert found == [(frame[:40], 99, 0, 1), (frame, 99, time, 1), (frame[:40], 99, time, 1)]


def test_frames_of_an_interface_that_nobody_described() -> None:
    found, file = walked(section() + packet(FRAMES[0], units=5))

    assert found == [(FRAMES[0].data, len(FRAMES[0].data), 5000, NO_LINK)]
    assert file.links == set()


def test_a_short_interface_keeps_the_numbers_of_later_ones() -> None:
    short = block(1, struct.pack("<HH", 1, 0))
    found, file = walked(section() + short + interface(101) + packet(FRAMES[0]) + packet(Recorded(b"E", START, 1, 1)))

    assert [link for *_, link in found] == [NO_LINK, 101]
    assert set(file.damages.found) == {Damage.INTERFACE}


@pytest.mark.parametrize(
    ("resolution", "units", "time"),
    [
        (6, 1_500_000, 1_500_000_000),
        (9, 1_500_000_000, 1_500_000_000),
        (0, 3, 3_000_000_000),
        (12, 1_999, 1),
        (127, 1 << 63, 0),
        (0x80 | 1, 3, 1_500_000_000),
        (0x80 | 32, 1 << 32, 1_000_000_000),
        (0xFF, (1 << 64) - 1, 0),
        (0x80, (1 << 64) - 1, NEVER - 1),
    ],
)
def test_times_of_every_resolution(resolution: int, units: int, time: int) -> None:
    data = section() + interface(1, 0, option(9, bytes([resolution]))) + packet(FRAMES[0], units=units)

    assert walked(data)[0][0][2] == time


def test_times_are_moved_by_the_offset_of_the_interface() -> None:
    options = option(9, b"\x09"), option(14, struct.pack("<q", -2))
    data = section() + interface(1, 0, *options) + packet(FRAMES[0])

    assert walked(data)[0][0][2] == START - 2 * 10**9
    assert nanoseconds(0, 6, -(1 << 63)) == -NEVER


def test_what_the_capture_lost_is_the_last_word_of_each_interface() -> None:
    def statistics(number: int, dropped: int, kernel: int) -> bytes:
        options = option(5, struct.pack("<Q", dropped)) + option(7, struct.pack("<Q", kernel)) + option(0, b"")
        return block(5, struct.pack("<III", number, 0, 0) + options)

    part = section() + interface() + interface() + statistics(0, 3, 1) + statistics(1, 0, 7) + statistics(0, 5, 1)

    assert walked(part)[1].dropped == 13
    assert walked(part + part)[1].dropped == 26


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "empty"),
        (b"no capture, only text", "other"),
        (b"\xa1", "other"),
        (pcap([])[:23], "cut"),
        (section()[:27], "cut"),
        (section().replace(b"\x4d\x3c\x2b\x1a", b"\x4d\x3c\x2b\x1b"), "other"),
    ],
)
def test_what_is_no_capture(data: bytes, kind: str) -> None:
    with pytest.raises(NotACapture) as caught:
        walked(data)

    assert caught.value.kind == kind


def test_a_capture_without_frames_is_one() -> None:
    assert walked(pcap([]))[0] == walked(section())[0] == []


DAMAGED = [b"\xff" * 100, bytes(range(256)), b"GET / HTTP/1.1\r\n" * 9]


@pytest.mark.parametrize("garbage", DAMAGED)
@pytest.mark.parametrize("write", [pcap, pcapng])
def test_garbage_between_records_costs_no_frame(write, garbage: bytes) -> None:
    start = len(write(FRAMES[:2]))
    whole = write(FRAMES)
    found, file = walked(whole[:start] + garbage + whole[start:])

    assert found == seen(FRAMES)
    assert (file.skipped, file.damages.found) == (len(garbage), {Damage.RECORD: start})
    assert file.damages.complete


@pytest.mark.parametrize("write", [pcap, pcapng])
def test_zeros_between_records_are_no_frames(write) -> None:
    start = len(write(FRAMES[:2]))
    whole = write(FRAMES)
    found, file = walked(whole[:start] + b"\0" * 70_001 + whole[start:])

    assert found == seen(FRAMES)
    assert (file.skipped, file.damages.found) == (70_001, {Damage.ZEROS: start})


@pytest.mark.parametrize("write", [pcap, pcapng])
def test_bytes_that_are_missing_cost_the_frames_around_them(write) -> None:
    frames = recorded(*conversation() * 4)
    whole = write(frames)
    middle = len(write(frames[:10])) + 9
    found, file = walked(whole[:middle] + whole[middle + 50 :])

    assert found[:10] == seen(frames)[:10]
    assert found[-11:] == seen(frames)[-11:]
    assert Damage.RECORD in file.damages.found


@pytest.mark.parametrize("write", [pcap, pcapng])
@given(st.data())
def test_a_cut_file_keeps_what_was_there(write, data: st.DataObject) -> None:
    whole = write(FRAMES)
    bounds = [len(write(FRAMES[:count])) for count in range(len(FRAMES) + 1)]
    size = data.draw(st.integers(bounds[0], len(whole)))
    found, file = walked(whole[:size])

    entire = sum(bound <= size for bound in bounds[1:])
    assert found[:entire] == seen(FRAMES)[:entire]
    assert len(found) - entire in (0, 1)
    for held, original, time, _ in found[entire:]:
        assert FRAMES[entire].data.startswith(held)
        assert (original, time) == (len(FRAMES[entire].data), FRAMES[entire].time)
    assert file.damages.complete == (size in bounds)


def test_a_block_whose_packet_is_longer_than_itself_is_passed_over_alone() -> None:
    head = struct.pack("<IIIII", 0, 0, 0, 500, 500)
    data = pcapng(FRAMES[:1]) + block(6, head + b"\0" * 20) + packet(FRAMES[1])
    found, file = walked(data)

    assert found == seen(FRAMES[:2])
    assert file.skipped == 52


@given(
    st.binary(max_size=300), st.sampled_from([pcap([]), pcap([], order=">", modified=True), section(), section(">")])
)
def test_any_bytes_behind_a_header_end(rest: bytes, head: bytes) -> None:
    found, file = walked(head + rest)

    assert sum(len(held) for held, *_ in found) + file.skipped <= len(rest)
    assert all(end[0] is not None for end in found)


def test_half_a_million_interfaces_are_not_kept() -> None:
    data = (
        section()
        + interface(113) * 70_000
        + packet(Recorded(b"", START, 0, 69_999))
        + packet(Recorded(b"", START, 0, 65_535))
    )

    assert [link for *_, link in walked(data)[0]] == [NO_LINK, 113]
