"""One frame: how it ends, and what is read of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segcheck.captures.frames import OUTCOMES, Packet, decode
from segcheck.model.flow import NO_VLAN, Bits, FrameOutcome
from tests.captures.make_frames import (
    A6,
    ACK,
    B6,
    FIN,
    RST,
    SYN,
    A,
    B,
    ether,
    extension,
    fragment,
    icmp,
    ipv4,
    ipv6,
    sctp,
    tcp,
    udp,
)

SEGMENT = tcp(40000, 443, SYN)
PACKET = ipv4(A, B, 6, SEGMENT)
FRAME = ether(PACKET)
PACKET6 = ipv6(A6, B6, 6, SEGMENT)


def read(frame: bytes, link: int = 1, original: int | None = None) -> Packet | int:
    """Decode a frame that stands alone in its buffer."""
    return decode(frame, 0, len(frame), len(frame) if original is None else original, link)


def whole(frame: bytes, link: int = 1, original: int | None = None) -> Packet:
    found = read(frame, link, original)
    assert not isinstance(found, int), OUTCOMES[found]
    return found


def outcome(frame: bytes, link: int = 1, original: int | None = None) -> FrameOutcome:
    found = read(frame, link, original)
    return OUTCOMES[found if isinstance(found, int) else found[0]]


def ports(packet: Packet) -> tuple[int, int, int]:
    """Return source port, destination port, protocol."""
    return packet[2:5]


def bits(packet: Packet) -> Bits:
    return Bits(packet[7])


def payload(packet: Packet, frame: bytes) -> bytes:
    return frame[packet[9] : min(packet[10], len(frame))]


@pytest.mark.parametrize(
    ("link", "frame"),
    [
        (1, FRAME),
        (1, ether(PACKET, kind=0x0800) + b"\0" * 40),
        (113, b"\0\0\0\1\0\6" + b"\0" * 8 + b"\x08\0" + PACKET),
        (276, b"\x08\0" + b"\0" * 6 + b"\0\1" + b"\0" * 10 + PACKET),
        (101, PACKET),
        (12, PACKET),
        (14, PACKET),
        (228, PACKET),
        (0, b"\2\0\0\0" + PACKET),
        (0, b"\0\0\0\2" + PACKET),
        (108, b"\0\0\0\2" + PACKET),
        (1, ether(b"\xaa\xaa\3\0\0\0\x08\0" + PACKET, kind=48)),
        (1, ether(b"\xaa\xaa\3\0\0\xf8\x08\0" + PACKET, kind=48)),
        (1, ether(b"\6\6\3" + PACKET, kind=43)),
        (113, b"\0\0\0\1\0\6" + b"\0" * 8 + b"\0\4" + b"\6\6\3" + PACKET),
    ],
)
def test_ipv4_in_every_link_type(link: int, frame: bytes) -> None:
    found = whole(frame, link)

    assert ports(found) == (40000, 443, 6)
    assert found[1] == bytes([192, 0, 2, 1, 198, 51, 100, 2])
    assert (found[5:8], found[8], payload(found, frame)) == ((NO_VLAN, NO_VLAN, 0), SYN, b"")


@pytest.mark.parametrize(
    ("link", "frame"),
    [
        (1, ether(PACKET6)),
        (113, b"\0\0\0\1\0\6" + b"\0" * 8 + b"\x86\xdd" + PACKET6),
        (101, PACKET6),
        (229, PACKET6),
        *((0, bytes([family, 0, 0, 0]) + PACKET6) for family in (10, 23, 24, 28, 30)),
        (0, b"\0\0\0\x1e" + PACKET6),
    ],
)
def test_ipv6_in_every_link_type(link: int, frame: bytes) -> None:
    found = whole(frame, link)

    assert ports(found) == (40000, 443, 6)
    assert len(found[1]) == 32


@pytest.mark.parametrize(
    ("link", "frame", "ends"),
    [
        (1, ether(b"\0" * 46, kind=0x0806), FrameOutcome.NOT_IP),
        (1, ether(b"\x42\x42\3" + b"\0" * 40, kind=38), FrameOutcome.NOT_IP),
        (1, ether(b"\xaa\xaa\3\0\0\x0c\x20\0" + b"\0" * 40, kind=48), FrameOutcome.NOT_IP),
        (1, ether(PACKET, kind=1501), FrameOutcome.NOT_IP),
        (1, ether(PACKET, kind=0x8864), FrameOutcome.NOT_IP),
        (113, b"\0\0\3\x38\0\0" + b"\0" * 8 + b"\x08\0" + PACKET, FrameOutcome.NOT_IP),
        (113, b"\0\0\0\1\0\6" + b"\0" * 8 + b"\0\1" + PACKET, FrameOutcome.NOT_IP),
        (0, b"\7\0\0\0" + PACKET, FrameOutcome.NOT_IP),
        (101, b"\0" + PACKET, FrameOutcome.NOT_IP),
        (105, PACKET, FrameOutcome.UNKNOWN_LINK),
        (105, b"", FrameOutcome.UNKNOWN_LINK),
        (-1, FRAME, FrameOutcome.UNKNOWN_LINK),
        (101, b"", FrameOutcome.MALFORMED),
        (228, PACKET6, FrameOutcome.MALFORMED),
        (1, ether(PACKET6, kind=0x0800), FrameOutcome.MALFORMED),
        (1, ether(PACKET, kind=0x86DD), FrameOutcome.MALFORMED),
        (1, ether(b"\x44" + PACKET[1:]), FrameOutcome.MALFORMED),
        (1, ether(ipv4(A, B, 6, SEGMENT, total=19)), FrameOutcome.MALFORMED),
        (1, ether(ipv4(A, B, 6, SEGMENT[:12] + b"\x40" + SEGMENT[13:])), FrameOutcome.MALFORMED),
        (1, ether(ipv4(A, B, 6, SEGMENT[:12] + b"\x60" + SEGMENT[13:])), FrameOutcome.MALFORMED),
        (1, ether(ipv4(A, B, 17, udp(1, 2, b"", length=7))), FrameOutcome.MALFORMED),
        (1, ether(ipv4(A, B, 17, udp(1, 2)[:7])) + b"\0" * 20, FrameOutcome.MALFORMED),
    ],
)
def test_frames_that_are_no_conversation(link: int, frame: bytes, ends: FrameOutcome) -> None:
    assert outcome(frame, link) is ends
    assert isinstance(read(frame, link), int)


@pytest.mark.parametrize(
    ("tags", "vlan", "inner", "deeper"),
    [
        ((), NO_VLAN, NO_VLAN, False),
        ((100,), 100, NO_VLAN, False),
        ((0,), 0, NO_VLAN, False),
        ((0xE000 | 7, 100), 7, 100, False),
        ((1, 2, 3), 1, 2, True),
        (tuple(range(1000)), 0, 1, True),
    ],
)
@pytest.mark.parametrize("kind", [0x8100, 0x88A8, 0x9100])
def test_vlan_tags(tags: tuple[int, ...], vlan: int, inner: int, deeper: bool, kind: int) -> None:
    found = whole(ether(PACKET, *tags, tag_kind=kind))

    assert found[5:7] == (vlan, inner)
    assert (Bits.DEEPER_TAGS in bits(found)) == deeper


@given(st.integers(0, len(FRAME)))
def test_a_frame_that_was_cut_short_is_truncated_and_one_that_never_was_longer_is_malformed(size: int) -> None:
    ends = FrameOutcome.DECODED if size == len(FRAME) else FrameOutcome.TRUNCATED
    assert outcome(FRAME[:size], original=len(FRAME)) is ends
    if size < len(FRAME):
        assert outcome(FRAME[:size]) is FrameOutcome.MALFORMED


def test_a_cut_header_whose_ports_are_there_still_counts() -> None:
    def cut(size: int) -> Packet | int:
        return read(FRAME[:size], original=len(FRAME))

    assert isinstance(cut(34 + 3), int)
    for size, flags in ((34 + 4, 0), (34 + 13, 0), (34 + 14, SYN)):
        found = cut(size)
        assert not isinstance(found, int)
        assert (ports(found), found[8], bits(found)) == ((40000, 443, 6), flags, Bits.TRUNCATED)


def test_cut_tcp_options_leave_the_payload_counted() -> None:
    frame = ether(ipv4(A, B, 6, tcp(1, 2, ACK, b"payload", options=b"\1" * 12)))
    found = whole(frame[:60], original=len(frame))

    assert OUTCOMES[found[0]] is FrameOutcome.TRUNCATED
    assert (found[9], found[10]) == (14 + 20 + 32, len(frame))


@given(st.binary(min_size=1, max_size=80), st.integers(0, 80))
def test_a_cut_payload_is_decoded(body: bytes, kept: int) -> None:
    frame = ether(ipv4(A, B, 17, udp(53, 40000, body)))
    cut = frame[: 42 + min(kept, len(body))]
    found = whole(cut, original=len(frame))

    assert OUTCOMES[found[0]] is FrameOutcome.DECODED
    assert payload(found, cut) == body[:kept]
    assert (Bits.TRUNCATED in bits(found)) == (kept < len(body))


@pytest.mark.parametrize(
    ("total", "body", "bad"),
    [
        (None, b"data", False),
        (0, b"data" + b"\0" * 6, False),
        (42, b"data" + b"\0" * 6, True),
        (200, b"data" + b"\0" * 6, True),
    ],
)
def test_payload_ends_where_ip_says(total: int | None, body: bytes, bad: bool) -> None:
    frame = ether(ipv4(A, B, 17, udp(1, 2, b"data"), total=total)) + b"\0" * 6
    found = whole(frame)

    assert payload(found, frame) == body
    assert (Bits.BAD_LENGTH in bits(found)) == bad


def test_ipv6_without_length_has_what_the_frame_has() -> None:
    frame = ether(ipv6(A6, B6, 17, udp(1, 2, b"jumbo"), length=0))

    assert payload(whole(frame), frame) == b"jumbo"
    assert Bits.BAD_LENGTH in bits(whole(ether(ipv6(A6, B6, 17, udp(1, 2), length=900))))


def test_ipv4_options_and_ipv6_extensions_are_noted() -> None:
    chain = (
        extension(60)
        + extension(43)
        + extension(135, b"\0" * 14)
        + extension(51, b"\0" * 6)
        + bytes([6, 4])
        + b"\0" * 22
    )
    found = whole(ether(ipv6(A6, B6, 0, chain + SEGMENT)))

    assert (ports(found), bits(found)) == ((40000, 443, 6), Bits.EXTENSIONS)
    assert bits(whole(ether(ipv4(A, B, 6, SEGMENT, options=b"\1" * 4)))) == Bits.EXTENSIONS
    assert bits(whole(ether(ipv6(A6, B6, 44, fragment(6, 0, more=False) + SEGMENT)))) == Bits(0)


@pytest.mark.parametrize(
    ("count", "ends"), [(16, FrameOutcome.DECODED), (17, FrameOutcome.MALFORMED), (8000, FrameOutcome.MALFORMED)]
)
def test_extension_headers_have_an_end(count: int, ends: FrameOutcome) -> None:
    chain = extension(60) * (count - 1) + extension(6)
    assert outcome(ether(ipv6(A6, B6, 60, chain + SEGMENT, length=0))) is ends


@pytest.mark.parametrize("size", [8, 9, 40])
def test_an_extension_header_that_goes_on_behind_the_packet(size: int) -> None:
    frame = ether(ipv6(A6, B6, 60, extension(6, b"\0" * 14)[:8]))
    assert outcome(frame + b"\0" * size) is FrameOutcome.MALFORMED


def test_first_and_later_fragments() -> None:
    first = whole(ether(ipv4(A, B, 17, udp(1, 2, b"x" * 16, length=100), more=True, ident=9)))
    later = whole(ether(ipv4(A, B, 17, b"more of it", offset=24, ident=9)))

    assert (ports(first), first[11], bits(first)) == ((1, 2, 17), 1, Bits.FRAGMENTED)
    assert (ports(later), later[11], bits(later)) == ((0, 0, 17), 2, Bits.FRAGMENTED)
    assert first[12] == later[12]


def test_ipv6_fragments_are_known_by_the_protocol_behind_the_fragment_header() -> None:
    first = whole(ether(ipv6(A6, B6, 44, fragment(60, 0, more=True) + extension(17) + udp(1, 2, b"x", length=99))))
    later = whole(ether(ipv6(A6, B6, 0, extension(44) + fragment(60, 24, more=False) + b"rest")))

    assert (ports(first), ports(later)) == ((1, 2, 17), (0, 0, 60))
    assert (first[11], later[11]) == (1, 2)
    assert first[12] == later[12]


def test_a_tiny_first_fragment_shows_its_ports_but_no_flags() -> None:
    found = whole(ether(ipv4(A, B, 6, SEGMENT[:8], more=True)) + b"\0" * 30)

    assert (OUTCOMES[found[0]], ports(found), found[8]) == (FrameOutcome.DECODED, (40000, 443, 6), 0)
    assert whole(ether(ipv4(A, B, 6, SEGMENT[:16], more=True)))[8] == SYN
    assert outcome(ether(ipv4(A, B, 6, SEGMENT[:3], more=True)) + b"\0" * 30) is FrameOutcome.MALFORMED


@pytest.mark.parametrize(
    ("flags", "kept"), [(SYN, SYN), (SYN | ACK, SYN | ACK), (SYN | FIN, FIN), (SYN | RST | ACK, RST | ACK), (0, 0)]
)
def test_a_syn_beside_fin_or_rst_opens_nothing(flags: int, kept: int) -> None:
    assert whole(ether(ipv4(A, B, 6, tcp(1, 2, flags))))[8] == kept


@pytest.mark.parametrize(
    ("chunks", "flags", "body"),
    [
        ([(1, b"\0" * 16)], SYN, b""),
        ([(2, b"\0" * 16)], SYN | ACK, b""),
        ([(10, b"cookie"), (0, b"\0" * 12 + b"hello")], ACK, b"hello"),
        ([(3, b"\0" * 12), (64, b"\0" * 16 + b"idata")], ACK, b"idata"),
        ([(0, b"\0" * 12)], ACK, b""),
        ([(6, b"")], RST, b""),
        ([(7, b"\0\0\0\0")], FIN, b""),
        ([(4, b"")] * 16 + [(0, b"\0" * 12 + b"beyond")], 0, b""),
    ],
)
def test_sctp_chunks(chunks: list[tuple[int, bytes]], flags: int, body: bytes) -> None:
    frame = ether(ipv4(A, B, 132, sctp(5000, 6000, *chunks)))
    found = whole(frame)

    assert (ports(found), found[8], payload(found, frame)) == ((5000, 6000, 132), flags, body)


@pytest.mark.parametrize(
    ("kind", "code", "port", "flags"),
    [
        (8, 0, 8 << 8, SYN),
        (0, 0, 8 << 8, SYN | ACK),
        (13, 0, 13 << 8, SYN),
        (14, 0, 13 << 8, SYN | ACK),
        (16, 0, 15 << 8, SYN | ACK),
        (18, 0, 17 << 8, SYN | ACK),
        (3, 1, 3 << 8 | 1, 0),
    ],
)
def test_icmp_answers_are_put_with_their_questions(kind: int, code: int, port: int, flags: int) -> None:
    frame = ether(ipv4(A, B, 1, icmp(kind, code, b"ping")))
    found = whole(frame)

    assert (ports(found), found[8], payload(found, frame)) == ((port, port, 1), flags, b"ping")


def test_icmpv6_is_icmp_of_ipv6_only() -> None:
    assert ports(whole(ether(ipv6(A6, B6, 58, icmp(129))))) == (128 << 8, 128 << 8, 58)
    assert ports(whole(ether(ipv6(A6, B6, 58, icmp(135))))) == (135 << 8, 135 << 8, 58)
    assert ports(whole(ether(ipv4(A, B, 58, icmp(128))))) == (0, 0, 58)
    assert ports(whole(ether(ipv6(A6, B6, 1, icmp(8))))) == (0, 0, 1)


@pytest.mark.parametrize("proto", [4, 41, 47, 50, 51, 89, 0, 255])
def test_other_protocols_have_no_ports(proto: int) -> None:
    frame = ether(ipv4(A, B, proto, b"anything"))

    assert (ports(whole(frame)), payload(whole(frame), frame)) == ((0, 0, proto), b"anything")


def test_nothing_follows_no_next_header() -> None:
    frame = ether(ipv6(A6, B6, 59, b"hidden"))

    assert (ports(whole(frame)), payload(whole(frame), frame)) == ((0, 0, 59), b"")


def test_dccp_and_udp_lite_have_ports() -> None:
    dccp = bytes([0, 1, 0, 2, 3, 0, 0, 0, 0, 0, 0, 0])

    assert ports(whole(ether(ipv4(A, B, 33, dccp)))) == (1, 2, 33)
    assert outcome(ether(ipv4(A, B, 33, dccp[:4] + b"\2" + dccp[5:]))) is FrameOutcome.MALFORMED
    assert ports(whole(ether(ipv4(A, B, 136, udp(3, 4, length=2))))) == (3, 4, 136)


LINKS = st.sampled_from([0, 1, 12, 101, 108, 113, 228, 229, 276, 105])
ODD = st.one_of(
    st.binary(max_size=120),
    st.sampled_from(
        [FRAME, ether(PACKET6), PACKET, ether(ipv6(A6, B6, 0, extension(44) + fragment(6, 0, True) + SEGMENT))]
    ),
)


@given(ODD, LINKS, st.integers(0, 200), st.data())
def test_nothing_is_read_behind_what_was_captured(frame: bytes, link: int, longer: int, data: st.DataObject) -> None:
    changed = bytearray(frame)
    for _ in range(data.draw(st.integers(0, 3)) if frame else 0):
        changed[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    size = data.draw(st.integers(0, len(frame)))
    kept = bytes(changed[:size])
    results = [
        decode(before + kept + behind, len(before), len(before) + size, size + longer, link)
        for before, behind in ((b"", b""), (b"", b"\xff" * 90), (b"", b"\0" * 90))
    ]

    assert results[0] == results[1] == results[2]
    found = results[0]
    if not isinstance(found, int):
        assert 0 <= found[0] < len(OUTCOMES)
        assert all(0 <= port <= 0xFFFF for port in found[2:4])
        assert found[9] >= found[10] or found[10] <= size + longer
