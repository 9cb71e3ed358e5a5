"""What hosts say to their neighbours: which frames count, what is kept of them, and that their order does not matter."""

from __future__ import annotations

import shutil
import struct
import subprocess
from io import BytesIO
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segcheck.captures.conversations import Interpreted
from segcheck.captures.damage import Damages
from segcheck.captures.neighbours import Notes
from segcheck.captures.spill import Spill
from segcheck.captures.wireshark import neighbour_filter
from segcheck.model.flow import FRAME_BITS
from segcheck.model.neighbour import FEW, MOST_SAID, Neighbour, NeighbourKind, Neighbours
from tests.captures.make_frames import (
    START,
    A,
    B,
    Recorded,
    ether,
    extension,
    ipv4,
    ipv6,
    pcap,
    recorded,
    udp,
)

MAC, OTHER = "02:00:5e:00:00:0b", "02:00:5e:00:00:63"
SENDER = "02:00:00:00:00:01"  # of every frame of `ether`
LOCAL, GROUP = "fe80::1", "ff02::1"


def arp(mac: str, address: str, operation: int = 2, **more: int) -> bytes:
    head = struct.pack(
        ">HHBBH", more.get("hardware", 1), more.get("protocol", 0x0800), more.get("size", 6), 4, operation
    )
    return head + bytes.fromhex(mac.replace(":", "")) + ip_address(address).packed + bytes(6) + ip_address(B).packed


def claim(mac: str, address: str, operation: int = 2, *tags: int, **more: int) -> bytes:
    return ether(arp(mac, address, operation, **more), *tags, kind=0x0806)


def advertisement(*options: bytes, hops: int = 255, source: str = LOCAL, code: int = 0, before: bytes = b"") -> bytes:
    body = struct.pack(">BBHBBHII", 134, code, 0, 64, 0, 1800, 0, 0) + b"".join(options)
    packet = bytearray(ipv6(source, GROUP, 60 if before else 58, before + body))
    packet[7] = hops
    return ether(bytes(packet))


def prefix(text: str, length: int) -> bytes:
    return struct.pack(">BBBBIII", 3, 4, length, 0xC0, 1, 1, 0) + ip_address(text).packed


def resolver(*texts: str) -> bytes:
    return struct.pack(">BBHI", 25, 1 + 2 * len(texts), 0, 1) + b"".join(ip_address(one).packed for one in texts)


def neighbour(address: str, flags: int = 0x20, option: bytes = b"") -> bytes:
    packet = bytearray(
        ipv6(LOCAL, GROUP, 58, struct.pack(">BBHI", 136, 0, 0, flags << 24) + ip_address(address).packed + option)
    )
    packet[7] = 255
    return ether(bytes(packet))


def dhcp(*options: tuple[int, bytes], operation: int = 2, cookie: bytes = b"\x63\x82\x53\x63") -> bytes:
    told = b"".join(bytes((code, len(value))) + value for code, value in options)
    return bytes((operation,)) + bytes(235) + cookie + told + b"\xff"


def answer(body: bytes, source: str = A, ports: tuple[int, int] = (67, 68)) -> bytes:
    return ether(ipv4(source, "255.255.255.255", 17, udp(*ports, body)))


def answer6(kind: int, ports: tuple[int, int] = (547, 546)) -> bytes:
    return ether(ipv6(LOCAL, "fe80::2", 17, udp(*ports, bytes((kind, 0, 0, 1)))))


OFFER, SERVER = (53, b"\x02"), (54, b"\xc0\x00\x02\x01")


def heard(*files: list[Recorded], order: tuple[int, ...] = (), link: int = 1) -> Neighbours:
    engine = Interpreted(Spill(1 << 18))
    for place in order or range(len(files)):
        engine.take(BytesIO(pcap(files[place], link=link)).read, Damages(), place)
    return engine.neighbours()


def one(frame: bytes) -> Neighbour:
    (found,) = heard(recorded(frame)).said
    return found


def nothing(*frames: bytes) -> bool:
    return heard(recorded(*frames)) == Neighbours()


def test_the_senders_of_requests_and_replies_claim_their_address_however_often() -> None:
    frames = [claim(MAC, A), claim(MAC, A, 1), claim(OTHER, A), claim(MAC, A, 2, 7), *[claim(MAC, A)] * 4]
    found = heard(recorded(*frames))

    assert [(one.mac, one.vlans, one.count, one.frames) for one in found.said] == [
        (MAC, (7,), 1, (4,)),
        (MAC, (), 6, (1, 2, 5, 6)),
        (OTHER, (), 1, (3,)),
    ]
    assert {(one.kind, one.address) for one in found.said} == {(NeighbourKind.ARP, A)}
    assert (found.said[1].first, found.said[1].last, found.said[1].bytes) == (START, START + 7 * 10**6, 6 * 42)


def test_probes_and_what_is_not_arp_of_ethernet_and_ipv4_claim_nothing() -> None:
    assert nothing(claim(MAC, "0.0.0.0", 1))
    assert nothing(claim("00:00:00:00:00:00", A))
    assert nothing(claim(MAC, A, 3), claim(MAC, A, hardware=6), claim(MAC, A, protocol=0x86DD), claim(MAC, A, size=8))
    assert nothing(claim(MAC, A)[:41])
    assert nothing(ether(arp(MAC, A), kind=0x88CC))


def test_a_router_advertisement_is_told_with_what_it_offers() -> None:
    found = one(advertisement(prefix("2001:db8:bad::1", 64), resolver("2001:db8::53", "2001:db8::54")))

    assert (found.kind, found.address, found.mac) == (NeighbourKind.RA, LOCAL, SENDER)
    assert found.prefixes == ("2001:db8:bad::/64",)
    assert found.resolvers == ("2001:db8::53", "2001:db8::54")


def test_an_advertisement_behind_extension_headers_is_one_too() -> None:
    assert one(advertisement(before=extension(58))).kind is NeighbourKind.RA


def test_advertisements_that_hosts_throw_away_are_none() -> None:
    assert nothing(advertisement(hops=64), advertisement(source="2001:db8::1"), advertisement(code=1))
    assert nothing(advertisement()[:-4])  # the IP header agrees with neither: its length is that of a whole one
    assert nothing(ether(ipv4(A, B, 58, struct.pack(">BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0))))


def test_options_are_read_up_to_the_first_that_does_not_fit() -> None:
    assert one(advertisement(b"\x03\0" + bytes(30), prefix("2001:db8::", 64))).prefixes == ()
    assert one(advertisement(prefix("2001:db8::", 129), prefix("2001:db8::", 48))).prefixes == ("2001:db8::/48",)
    assert one(advertisement(prefix("2001:db8::", 64), b"\x03\x04\x40")).prefixes == ("2001:db8::/64",)


def test_no_more_than_so_many_prefixes_are_kept() -> None:
    many = [advertisement(prefix(f"2001:db8:{number:x}::", 64)) for number in range(1, 40)]
    (found,) = heard(recorded(*many)).said

    assert len(found.prefixes) == MOST_SAID
    assert heard(recorded(*reversed(many))).said[0].prefixes == found.prefixes


def test_a_neighbour_claims_its_ipv6_address_if_it_asks_to_override() -> None:
    target = b"\x02\x01" + bytes.fromhex(MAC.replace(":", ""))

    assert [(n.kind, n.address, n.mac) for n in (one(neighbour("2001:db8::5", option=target)),)] == [
        (NeighbourKind.ND, "2001:db8::5", MAC)
    ]
    assert one(neighbour("2001:db8::5", 0x60)).mac == SENDER
    assert nothing(neighbour("2001:db8::5", 0x40, target))


def test_offers_and_acknowledgements_of_a_server_are_told_with_its_identifier() -> None:
    found = one(answer(dhcp(OFFER, SERVER)))

    assert (found.kind, found.address, found.server, found.mac) == (NeighbourKind.DHCP, A, "192.0.2.1", SENDER)
    assert one(answer(dhcp((0, b""), (53, b"\x05")))).server == ""
    assert one(answer(dhcp(cookie=b"\0\0\0\0"))).server == ""
    assert one(answer6(2)).kind is one(answer6(7)).kind is NeighbourKind.DHCPV6


def test_what_clients_say_and_refusals_are_no_answers() -> None:
    assert nothing(answer(dhcp((53, b"\x06"))), answer(dhcp(OFFER, operation=1)), answer(dhcp(OFFER)[:200]))
    assert nothing(answer(dhcp(OFFER), ports=(68, 67)), answer(dhcp(OFFER), ports=(53, 68)), answer(b""))
    assert nothing(answer6(1), answer6(2, ports=(546, 547)), answer(dhcp(OFFER), ports=(547, 546)))


def dial(code: int, kind: int = 0x8863, *tags: int, version: int = 0x11, body: bytes = b"\x01\x01\0\0") -> bytes:
    return ether(struct.pack(">BBHH", version, code, 7, len(body)) + body, *tags, kind=kind)


def test_who_looks_for_a_line_is_told_apart_from_the_line() -> None:
    asks, lines = heard(recorded(dial(0x09), dial(0x19))), heard(recorded(dial(0x07), dial(0x65), dial(0xA7)))
    session = one(dial(0, 0x8864, 7, body=b"\0\x21secret"))

    assert [(n.kind, n.mac, n.address, n.count) for n in asks.said] == [(NeighbourKind.PPPOE, SENDER, "", 2)]
    assert [(n.kind, n.count) for n in lines.said] == [(NeighbourKind.PPPOE_LINE, 3)]
    assert (session.kind, session.vlans) == (NeighbourKind.PPPOE_LINE, (7,))
    assert "secret" not in repr(session)
    long = [dial(0, 0x8864, body=bytes([number]) * 900) for number in range(3)]
    assert [(n.kind, n.count, n.frames) for n in heard(recorded(*long)).said] == [
        (NeighbourKind.PPPOE_LINE, 3, (1, 2, 3))
    ]
    assert nothing(dial(0x08), dial(9, 0x8864), dial(0x09, version=0x21), dial(0x09)[:19], dial(0x09, kind=0x8862))


def test_what_the_capture_cut_off_contradicts_nothing() -> None:
    whole = Recorded(answer(dhcp((12, b"secret-name"), SERVER, (53, b"\x06"))))
    cuts = [heard([whole.cut(length)]).said for length in (42, 60, 290)]

    assert [[(one.kind, one.server) for one in said] for said in cuts] == [[(NeighbourKind.DHCP, "")]] * 3
    assert "secret" not in repr(cuts)


@pytest.mark.parametrize(
    ("link", "head"),
    [
        (113, struct.pack(">HHH", 0, 1, 6) + bytes.fromhex(OTHER.replace(":", "")) + b"\0\0"),
        (276, struct.pack(">HHIHBB", 0, 0, 1, 1, 0, 6) + bytes.fromhex(OTHER.replace(":", "")) + b"\0\0"),
    ],
)
def test_cooked_links_tell_the_sender_too(link: int, head: bytes) -> None:
    kind = struct.pack(">H", 0x86DD)
    packet = advertisement()[14:]
    frame = (head + kind if link == 113 else kind + head[2:]) + packet
    (found,) = heard(recorded(frame), link=link).said

    assert (found.kind, found.mac) == (NeighbourKind.RA, OTHER)
    assert heard(recorded(packet), link=101).said[0].mac == ""


SOME = [
    claim(MAC, A),
    claim(OTHER, A, 1),
    claim(MAC, A, 2, 9),
    advertisement(prefix("2001:db8::", 64)),
    advertisement(),
    dial(0x09),
    dial(0, 0x8864),
]


@given(st.lists(st.lists(st.sampled_from(SOME), max_size=8), min_size=2, max_size=3), st.randoms())
def test_the_order_of_files_does_not_matter(files, random) -> None:  # type: ignore[no-untyped-def]
    order = list(range(len(files)))
    random.shuffle(order)
    captures = [recorded(*frames) for frames in files]

    assert heard(*captures, order=tuple(order)) == heard(*captures)


def test_the_first_frames_are_those_of_the_first_file() -> None:
    (found,) = heard(recorded(claim(MAC, A)), recorded(*[claim(MAC, A)] * 9)).said

    assert found.frames == (1, *(1 << FRAME_BITS | number for number in range(1, FEW)))


@given(st.lists(st.integers(0, 30)), st.integers(1, 6), st.randoms())
def test_a_bound_keeps_the_same_whatever_the_order_and_counts_the_rest(numbers, most, random) -> None:  # type: ignore[no-untyped-def]
    def noted(order: list[int]) -> Neighbours:
        notes = Notes(most)
        for number in order:
            data = claim(f"02:00:00:00:01:{number:02x}", A)
            notes.take(data, 0, len(data), len(data), 1, 5, number + 1)
        return notes.all()

    found = noted(numbers)
    random.shuffle(numbers)

    assert noted(numbers) == found
    assert [int(one.mac[-2:], 16) for one in found.said] == sorted(set(numbers))[:most]
    assert sum(one.count for one in found.said) + found.left_out == len(numbers)


SHOWN = [
    (claim(MAC, A), f"arp.src.proto_ipv4=={A} && arp.src.hw_mac=={MAC}"),
    (claim(MAC, B, 2, 7), f"arp.src.proto_ipv4=={B} && arp.src.hw_mac=={MAC} && (vlan.id==7 || ieee8021ad.id==7)"),
    (neighbour("2001:db8::5"), "icmpv6.type==136 && icmpv6.nd.na.target_address==2001:db8::5"),
    (advertisement(prefix("2001:db8::", 64)), "icmpv6.type==134 && ipv6.src==fe80::1"),
    (answer(dhcp(OFFER, SERVER), B), f"dhcp.option.dhcp_server_id==192.0.2.1 && ip.src=={B}"),
    (answer(dhcp(OFFER)), f"udp.srcport==67 && ip.src=={A}"),
    (answer6(2), "udp.srcport==547 && ipv6.src==fe80::1"),
    (dial(0x07), f"(pppoed || pppoes) && eth.src=={SENDER}"),
]


@pytest.mark.parametrize(("frame", "expected"), SHOWN)
def test_a_display_filter_shows_the_frames_of_a_neighbour_and_no_others(
    frame: bytes, expected: str, tmp_path: Path
) -> None:
    assert neighbour_filter(one(frame)) == expected
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    capture = tmp_path / "all.pcap"
    capture.write_bytes(pcap(recorded(*(each for each, _ in SHOWN))))
    asked = ["tshark", "-n", "-r", str(capture), "-Y", expected, "-T", "fields", "-e", "frame.number"]
    done = subprocess.run(asked, check=True, capture_output=True, text=True, timeout=60)

    assert done.stdout.split() == [str(1 + [each for each, _ in SHOWN].index(frame))]
