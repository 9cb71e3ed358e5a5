"""Packets and their classes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from segcheck.sets.addresses import parse_one
from segcheck.sets.header import SIZES, Packet, PacketClass, carries

A, B, C = parse_one("10.0.0.1"), parse_one("10.0.0.2"), parse_one("fd00::1")
FULL = {"src": A, "dst": B, "sport": 1024, "dport": 53, "icmp_type": 8, "icmp_code": 0, "tcp_flags": 2}


@pytest.mark.parametrize(
    ("proto", "fragment", "carried"),
    [
        (6, 0, {"sport", "dport", "tcp_flags"}),
        (17, 0, {"sport", "dport"}),
        (33, 0, {"sport", "dport"}),
        (132, 0, {"sport", "dport"}),
        (136, 0, {"sport", "dport"}),
        (1, 0, {"icmp_type", "icmp_code"}),
        (58, 0, {"icmp_type", "icmp_code"}),
        (47, 0, set()),
        (6, 1, set()),
        (1, 1, set()),
    ],
)
def test_who_carries_what(proto: int, fragment: int, carried: set[str]) -> None:
    packet = Packet(**FULL, proto=proto, fragment=fragment)
    always = {"src", "dst", "proto", "fragment"}

    assert {name for name in SIZES if packet.carries(name)} == carried | always
    assert {name for name in SIZES if packet.get(name) is not None} == carried | always
    assert all(carries(name, proto, fragment) == packet.carries(name) for name in SIZES)


def test_what_is_not_carried_makes_no_difference() -> None:
    assert Packet(**FULL, proto=47) == Packet(src=A, dst=B, proto=47)
    assert hash(Packet(**FULL, proto=47)) == hash(Packet(src=A, dst=B, proto=47))


def test_extras_make_a_difference_and_cannot_be_changed() -> None:
    given = {"time": 1}
    packet = Packet(**FULL, proto=6, extra=given)
    given["time"] = 2

    assert packet.get("time") == 1
    assert packet.get("mark") is None
    assert packet != replace(packet, extra={"time": 2})
    with pytest.raises(TypeError):
        packet.extra["time"] = 3  # type: ignore[index]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"dport": None}, "needs a value for dport"),
        ({"dport": 65536}, "dport is 0 to 65535"),
        ({"proto": 256}, "proto is 0 to 255"),
        ({"dst": C}, "different families"),
        ({"fragment": 2}, "fragment is 0 to 1"),
        ({"src": -1}, "src is 0"),
    ],
)
def test_impossible_packets_are_refused(changes: dict[str, int], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Packet(**{**FULL, "proto": 6, **changes})


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"proto": 6, "tcp_flags": 0x02}, PacketClass.OPENING),
        ({"proto": 6, "tcp_flags": 0x00}, PacketClass.OPENING),
        ({"proto": 6, "tcp_flags": 0xEB}, PacketClass.OPENING),
        ({"proto": 6, "tcp_flags": 0x12}, PacketClass.REPLY),
        ({"proto": 6, "tcp_flags": 0x04}, PacketClass.REPLY),
        ({"proto": 17, "sport": 53}, PacketClass.OPENING),
        ({"proto": 1, "icmp_type": 8}, PacketClass.OPENING),
        ({"proto": 1, "icmp_type": 0}, PacketClass.ICMP_ERROR),
        ({"proto": 1, "icmp_type": 3}, PacketClass.ICMP_ERROR),
        ({"proto": 1, "icmp_type": 13}, PacketClass.OPENING),
        ({"proto": 58, "icmp_type": 1}, PacketClass.ICMP_ERROR),
        ({"proto": 58, "icmp_type": 128}, PacketClass.OPENING),
        ({"proto": 58, "icmp_type": 129}, PacketClass.ICMP_ERROR),
        ({"proto": 58, "icmp_type": 135}, PacketClass.OPENING),
        ({"proto": 47}, PacketClass.OPENING),
        ({"proto": 1, "icmp_type": 0, "fragment": 1}, PacketClass.FRAGMENT),
        ({"proto": 6, "tcp_flags": 0x10, "fragment": 1}, PacketClass.FRAGMENT),
    ],
)
def test_packet_classes(fields: dict[str, int], expected: PacketClass) -> None:
    assert Packet(**{**FULL, **fields}).packet_class is expected


def test_family_is_that_of_the_addresses() -> None:
    assert Packet(src=A, dst=B, proto=47).family == 4
    assert Packet(src=C, dst=C, proto=47).family == 6
