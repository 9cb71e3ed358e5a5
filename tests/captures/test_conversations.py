"""Frames to conversations: directions, heads, fragments; and tables that merge in any order."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segcheck.captures.conversations import Interpreted
from segcheck.captures.damage import Damages
from segcheck.captures.engine import Taken
from segcheck.captures.spill import Spill
from segcheck.captures.tables import Table, empty, merge, ordered
from segcheck.captures.telling import told
from segcheck.model.flow import FRAME_BITS, HEAD, KEY, NEVER, NO_VLAN, Bits, Flow, Initiator, State
from tests.captures.make_frames import (
    A6,
    ACK,
    B6,
    FIN,
    RST,
    START,
    SYN,
    A,
    B,
    C,
    Recorded,
    conversation,
    ether,
    fragment,
    icmp,
    ipv4,
    ipv6,
    pcap,
    recorded,
    tcp,
    udp,
)

MS = 10**6


def gathered(*files: list[Recorded], most: int = 1 << 18) -> tuple[Table, list[Taken]]:
    engine = Interpreted(Spill(most))
    taken = [engine.take(BytesIO(pcap(frames)).read, Damages(), place) for place, frames in enumerate(files)]
    return engine.conversations(), taken


def only(*frames: bytes) -> Any:
    """Return the one row that frames make."""
    table, _ = gathered(recorded(*frames))
    assert len(table) == 1
    return table[0]


def flow(*frames: bytes) -> Flow:
    table, _ = gathered(recorded(*frames))
    (found,) = told(table)
    return found


def head(row: Any, side: str) -> bytes:
    return bytes(row[f"head_{side}"][: row[f"head_len_{side}"]])


def test_a_conversation_is_one_row_whose_lower_end_is_a() -> None:
    row = only(*conversation(A, B, 40000, 443))

    assert (row["a_hi"], row["a_lo"]) == (0, 0xFFFF_C000_0201)
    assert (row["b_hi"], row["b_lo"]) == (0, 0xFFFF_C633_6402)
    assert (row["pa"], row["pb"], row["proto"], row["family"]) == (40000, 443, 6, 4)
    assert (row["vlan"], row["vlan_inner"], row["bits"]) == (NO_VLAN, NO_VLAN, 0)
    assert (row["packets_ab"], row["packets_ba"], row["payload_ab"], row["payload_ba"]) == (4, 2, 1, 1)
    assert (row["bytes_ab"], row["bytes_ba"]) == (54 * 4 + 8, 54 * 2 + 7)
    assert (row["flags_ab"], row["flags_ba"]) == (SYN | ACK | FIN, SYN | ACK)
    assert (row["first"], row["last"], row["first_frame"]) == (START, START + 5 * MS, 1)
    assert (row["open_ab"], row["open_frame_ab"], row["open_ba"], row["open_frame_ba"]) == (START, 1, NEVER, NEVER)
    assert (row["start_ab"], row["start_ba"]) == (START, START + MS)
    assert (row["head_frame_ab"], row["head_frame_ba"]) == (4, 5)
    assert (head(row, "ab"), head(row, "ba")) == (b"question", b"answer!")


def test_seen_from_the_other_end_a_is_still_the_lower_one() -> None:
    row = only(*conversation(B, A, 40000, 443))

    assert (row["pa"], row["pb"]) == (443, 40000)
    assert (row["packets_ab"], row["packets_ba"]) == (2, 4)
    assert (row["open_ab"], row["open_ba"]) == (NEVER, START)
    assert Bits(int(row["bits"])) == Bits.ANSWER_FIRST


def test_ports_order_the_ends_of_one_address() -> None:
    row = only(ether(ipv4(A, A, 17, udp(9, 5, b"up"))), ether(ipv4(A, A, 17, udp(5, 9, b"down"))))
    same = only(ether(ipv4(A, A, 17, udp(5, 5))), ether(ipv4(A, A, 17, udp(5, 5))))

    assert (row["pa"], row["pb"], head(row, "ab"), head(row, "ba")) == (5, 9, b"down", b"up")
    assert (same["packets_ab"], same["packets_ba"]) == (2, 0)


def test_tags_families_and_protocols_are_conversations_of_their_own() -> None:
    frames = [
        ether(ipv4(A, B, 17, udp(5, 9))),
        ether(ipv4(A, B, 17, udp(5, 9)), 7),
        ether(ipv4(A, B, 17, udp(5, 9)), 7, 8),
        ether(ipv4(A, B, 6, tcp(5, 9, SYN))),
        ether(ipv6("::ffff:192.0.2.1", "::ffff:198.51.100.2", 17, udp(5, 9))),
    ]
    assert len(gathered(recorded(*frames))[0]) == 5


def test_rows_come_in_the_order_of_their_keys() -> None:
    frames = [ether(ipv4(src, dst, 17, udp(port, 9))) for src in (C, A) for dst in (B, A) for port in (7, 3)]
    table, _ = gathered(recorded(*frames))

    assert [tuple(row[name] for name in KEY) for row in table] == sorted(
        tuple(row[name] for name in KEY) for row in table
    )


def test_the_head_is_of_the_first_payload_even_if_it_was_not_captured() -> None:
    long = bytes(range(100))
    frames = recorded(*(ether(ipv4(A, B, 17, udp(5, 9, body))) for body in (b"", long, b"later")))
    (whole,), _ = gathered(frames)
    (cut,), _ = gathered([frames[0], frames[1].cut(42), frames[2]])

    assert (head(whole, "ab"), whole["head_frame_ab"]) == (long[:HEAD], 2)
    assert (head(cut, "ab"), cut["head_frame_ab"], Bits(int(cut["bits"]))) == (b"", 2, Bits.TRUNCATED)


def test_times_need_not_be_in_order() -> None:
    frames = [Recorded(data, START - index * MS) for index, data in enumerate(conversation())]
    (row,), (taken,) = gathered(frames)

    assert (row["first"], row["last"], row["first_frame"]) == (START - 5 * MS, START, 1)
    assert (taken.first, taken.last) == (START - 5 * MS, START)


def test_frame_numbers_tell_the_place_of_their_file() -> None:
    table, _ = gathered(
        recorded(ether(b"\0" * 50, kind=0x0806)), recorded(ether(b"\0" * 50, kind=0x0806), *conversation())
    )

    assert table["first_frame"].tolist() == [1 << FRAME_BITS | 2]


def test_an_answer_to_a_ping_is_put_with_it() -> None:
    found = flow(ether(ipv4(B, A, 1, icmp(8, 0, b"ping"))), ether(ipv4(A, B, 1, icmp(0, 0, b"ping"))))

    assert (found.src, found.sport, found.dport, found.packets_out, found.packets_in) == (B, 8, 0, 1, 1)
    assert (found.initiator, found.state, found.also_opened) == (Initiator.SYN, State.DATA, False)


PIECES = [
    ether(ipv4(A, B, 17, udp(5000, 53, b"1" * 16, length=60), more=True, ident=3)),
    ether(ipv4(A, B, 17, b"2" * 24, offset=24, more=True, ident=3)),
    ether(ipv4(A, B, 17, b"3" * 12, offset=48, ident=3)),
]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (2, 0, 1)])
def test_later_fragments_join_their_first_one(order: tuple[int, ...]) -> None:
    table, (taken,) = gathered(recorded(*(PIECES[index] for index in order)))

    (row,) = table
    assert (row["pa"], row["pb"], row["packets_ab"], row["payload_ab"]) == (5000, 53, 3, 3)
    assert (head(row, "ab"), Bits(int(row["bits"]))) == (b"1" * 16, Bits.FRAGMENTED)
    assert (row["first"], row["start_ab"], row["first_frame"]) == (START, START, 1)
    assert (row["head_frame_ab"], taken.frames.decoded, taken.frames.fragment) == (order.index(0) + 1, 3, 0)


def test_fragments_without_a_first_one_are_a_row_of_their_own() -> None:
    table, (taken,) = gathered(recorded(PIECES[1], PIECES[2], ether(ipv4(A, B, 17, udp(5000, 53)))))

    (apart,) = (row for row in table if row["pa"] == 0)
    assert (apart["proto"], apart["packets_ab"], Bits(int(apart["bits"]))) == (17, 2, Bits.FRAGMENT | Bits.FRAGMENTED)
    assert (apart["head_frame_ab"], apart["payload_ab"]) == (NEVER, 2)
    assert (taken.frames.decoded, taken.frames.fragment) == (1, 2)


def test_a_used_again_identification_joins_the_nearest_before() -> None:
    other = ether(ipv4(A, B, 17, udp(6000, 53, b"1" * 16, length=60), more=True, ident=3))
    table, _ = gathered(recorded(PIECES[2], PIECES[0], PIECES[1], other, PIECES[2]))

    assert dict(zip(table["pa"].tolist(), table["packets_ab"].tolist(), strict=True)) == {5000: 3, 6000: 2}


@pytest.mark.parametrize(
    "stranger",
    [
        ether(ipv4(A, B, 17, b"x", offset=24, ident=4)),
        ether(ipv4(A, C, 17, b"x", offset=24, ident=3)),
        ether(ipv4(B, A, 17, b"x", offset=24, ident=3)),
        ether(ipv4(A, B, 6, b"x", offset=24, ident=3)),
        ether(ipv4(A, B, 17, b"x", offset=24, ident=3), 7),
    ],
)
def test_fragments_of_other_datagrams_do_not_join(stranger: bytes) -> None:
    _, (taken,) = gathered(recorded(PIECES[0], stranger))

    assert (taken.frames.decoded, taken.frames.fragment) == (1, 1)


def test_fragments_join_within_a_file_only() -> None:
    _, taken = gathered(recorded(PIECES[0]), recorded(PIECES[1]))

    assert [(one.frames.decoded, one.frames.fragment) for one in taken] == [(1, 0), (0, 1)]


def test_ipv6_fragments_join() -> None:
    first = ether(ipv6(A6, B6, 44, fragment(17, 0, more=True) + udp(5, 53, b"x" * 8)))
    later = ether(ipv6(A6, B6, 44, fragment(17, 16, more=False) + b"y"))
    row = only(later, first)

    assert (row["pa"], row["pb"], row["packets_ab"]) == (5, 53, 2)


def test_fragments_join_rows_that_were_spilled() -> None:
    frames = recorded(PIECES[0], *(ether(ipv4(A, C, 17, udp(port, 9))) for port in range(20)), PIECES[1])
    plain, _ = gathered(frames)
    spilled, _ = gathered(frames, most=3)

    assert (plain == spilled).all()


# random traffic among few ends, so that conversations meet again

_END = st.sampled_from([A, B, C])
_PORT = st.sampled_from([53, 443, 40000])
_FLAGS = st.sampled_from([SYN, SYN | ACK, ACK, RST, FIN | ACK, RST | ACK, SYN | FIN])


@st.composite
def frame(draw: st.DrawFn) -> Recorded:
    src, dst, sport, dport = draw(_END), draw(_END), draw(_PORT), draw(_PORT)
    body = draw(st.binary(max_size=70))
    tags = draw(st.sampled_from([(), (), (7,), (7, 8), (1, 2, 3)]))
    made = draw(
        st.sampled_from(
            [
                ipv4(src, dst, 6, tcp(sport, dport, draw(_FLAGS), body)),
                ipv4(src, dst, 17, udp(sport, dport, body)),
                ipv4(src, dst, 17, udp(sport, dport, body), more=True, ident=draw(st.integers(1, 2))),
                ipv4(src, dst, 17, body, offset=80, ident=draw(st.integers(1, 2))),
                ipv4(src, dst, 1, icmp(draw(st.sampled_from([0, 3, 8])), 0, body)),
                ipv6(A6, B6, 17, udp(sport, dport, body)),
                ipv4(src, dst, 47, body),
                b"\0" * 20,
            ]
        )
    )
    data = ether(made, *tags)
    found = Recorded(data, START + draw(st.integers(0, 50)) * MS)
    return found.cut(draw(st.integers(14, len(data)))) if draw(st.integers(0, 9)) == 0 else found


TRAFFIC = st.lists(frame(), max_size=40)


@given(TRAFFIC, st.integers(1, 8))
def test_spilling_changes_nothing(frames: list[Recorded], most: int) -> None:
    plain, one = gathered(frames)
    spilled, other = gathered(frames, most=most)

    assert one == other
    assert plain.dtype == spilled.dtype
    assert plain.tobytes() == spilled.tobytes()


@given(TRAFFIC)
def test_every_frame_is_counted_once(frames: list[Recorded]) -> None:
    table, (taken,) = gathered(frames)
    counted = int(table["packets_ab"].sum() + table["packets_ba"].sum())

    assert taken.frames.read == len(frames)
    assert taken.frames.decoded + taken.frames.fragment <= counted
    assert counted <= taken.frames.decoded + taken.frames.fragment + taken.frames.truncated
    for row in table:
        for side in ("ab", "ba"):
            assert row[f"payload_{side}"] <= row[f"packets_{side}"]
            assert (row[f"start_{side}"] == NEVER) == (row[f"packets_{side}"] == 0)
            assert (row[f"open_{side}"] == NEVER) == (row[f"open_frame_{side}"] == NEVER)
            assert (row[f"head_frame_{side}"] == NEVER) <= (row[f"head_len_{side}"] == 0)
        assert row["first"] == min(row["start_ab"], row["start_ba"]) <= row["last"]
        assert (row["a_hi"], row["a_lo"], row["pa"]) <= (row["b_hi"], row["b_lo"], row["pb"])


@given(st.lists(TRAFFIC, min_size=1, max_size=4), st.randoms())
def test_files_merge_in_any_order(files: list[list[Recorded]], random: Any) -> None:
    together, _ = gathered(*files)
    tables = [gathered(*([[]] * place), frames)[0] for place, frames in enumerate(files)]
    random.shuffle(tables)

    assert merge(tables).tobytes() == together.tobytes()
    assert merge([merge(tables[:2]), merge(tables[2:])]).tobytes() == together.tobytes()


def test_nothing_merges_to_nothing() -> None:
    assert len(merge([])) == len(merge([empty(), empty()])) == 0


def test_counters_stay_at_their_bound() -> None:
    table, _ = gathered(recorded(*conversation()))
    full = table.copy()
    full["packets_ab"] = 0xFFFF_FFFF
    full["bytes_ab"] = 1 << 60

    merged = merge([full, table, full])

    assert merged["packets_ab"].tolist() == [0xFFFF_FFFF]
    assert merged["bytes_ab"].tolist() == [2 * (1 << 60) + int(table["bytes_ab"][0])]


def test_ordering_keeps_the_rows() -> None:
    table, _ = gathered(recorded(*(ether(ipv4(A, B, 17, udp(port, 9))) for port in (5, 3, 4))))
    shuffled = table[np.array([2, 0, 1])]

    assert ordered(shuffled).tobytes() == table.tobytes()


# who opened it, how far it went


def there(flags: int, body: bytes = b"") -> bytes:
    return ether(ipv4(A, B, 6, tcp(40000, 443, flags, body)))


def back(flags: int, body: bytes = b"") -> bytes:
    return ether(ipv4(B, A, 6, tcp(443, 40000, flags, body)))


@pytest.mark.parametrize(
    ("frames", "initiator", "state"),
    [
        ([there(SYN)], Initiator.SYN, State.ATTEMPTED),
        ([there(SYN), there(SYN)], Initiator.SYN, State.ATTEMPTED),
        ([there(SYN), there(RST)], Initiator.SYN, State.ATTEMPTED),
        ([there(SYN), back(RST | ACK)], Initiator.SYN, State.REFUSED),
        ([there(SYN), back(SYN | ACK), back(RST)], Initiator.SYN, State.REFUSED),
        ([there(SYN), back(SYN | ACK)], Initiator.SYN, State.ANSWERED),
        ([there(SYN), back(ACK)], Initiator.SYN, State.ANSWERED),
        ([there(SYN), back(SYN | ACK), there(ACK)], Initiator.SYN, State.ESTABLISHED),
        ([there(SYN), back(SYN | ACK), there(ACK), back(RST)], Initiator.SYN, State.ESTABLISHED),
        ([there(SYN), back(SYN | ACK), there(ACK), there(ACK, b"x")], Initiator.SYN, State.DATA),
        ([there(SYN), there(ACK), there(ACK, b"x")], Initiator.SYN, State.DATA),
        ([there(SYN, b"early")], Initiator.SYN, State.ATTEMPTED),
        ([back(SYN | ACK)], Initiator.SYN_ACK, State.ANSWERED),
        ([back(SYN | ACK), back(ACK, b"banner")], Initiator.SYN_ACK, State.DATA),
        ([back(SYN | ACK), there(ACK)], Initiator.SYN_ACK, State.ESTABLISHED),
        ([there(ACK, b"x"), back(ACK, b"y")], Initiator.INFERRED, State.MIDSTREAM),
        ([back(ACK)], Initiator.INFERRED, State.MIDSTREAM),
        ([there(SYN | FIN)], Initiator.INFERRED, State.MIDSTREAM),
    ],
)
def test_who_opened_a_connection_and_how_far_it_went(frames: list[bytes], initiator: Initiator, state: State) -> None:
    found = flow(*frames)

    assert (found.src, found.dport, found.initiator, found.state) == (A, 443, initiator, state)
    assert not found.also_opened


def test_a_connection_that_both_ends_opened() -> None:
    found = flow(back(SYN), there(SYN), back(SYN | ACK), there(SYN | ACK))

    assert (found.src, found.sport, found.also_opened, found.initiator) == (B, 443, True, Initiator.SYN)


@pytest.mark.parametrize(
    ("frames", "src", "state"),
    [
        ([(A, B, 40000, 53, b"q")], A, State.ATTEMPTED),
        ([(A, B, 40000, 53, b"q"), (B, A, 53, 40000, b"")], A, State.ANSWERED),
        ([(A, B, 40000, 53, b"q"), (B, A, 53, 40000, b"a")], A, State.DATA),
        ([(B, A, 53, 40000, b"a")], A, State.ANSWERED),
        ([(B, A, 123, 123, b"q"), (A, B, 123, 123, b"a")], B, State.DATA),
        ([(A, "239.255.255.250", 514, 1900, b"q")], A, State.ATTEMPTED),
        ([(A, "255.255.255.255", 67, 68, b"q")], A, State.ATTEMPTED),
    ],
)
def test_who_opened_what_has_no_handshake(
    frames: list[tuple[str, str, int, int, bytes]], src: str, state: State
) -> None:
    found = flow(*(ether(ipv4(one, other, 17, udp(sport, dport, body))) for one, other, sport, dport, body in frames))

    assert (found.src, found.initiator, found.state) == (src, Initiator.INFERRED, state)


def test_a_multicast_group_of_ipv6_opens_nothing() -> None:
    found = flow(ether(ipv6(A6, "ff02::fb", 17, udp(53, 5353, b"q"))))

    assert (found.src, found.dst) == (A6, "ff02::fb")


def test_a_flow_tells_its_frames_and_tags() -> None:
    table, _ = gathered(recorded(*(frame[:12] + b"\x81\0\0\7" + frame[12:] for frame in conversation())))
    (found,) = told(table)

    assert (found.vlans, found.file, found.frames) == ((7,), 0, (1, 4, 5))
    assert (found.packets_out, found.packets_in, found.payload_out, found.payload_in) == (4, 2, 1, 1)
