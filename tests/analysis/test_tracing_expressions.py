"""Expressions: when a match holds, does not, or is not known."""

from __future__ import annotations

import pytest

from segcheck.model.device import DeviceConfig
from segcheck.model.match import (
    ANYTHING,
    NOTHING,
    AddressClass,
    AddressKind,
    All,
    AnyOf,
    Bits,
    InForce,
    Interface,
    Not,
)
from segcheck.model.schedule import WEEK_MINUTES, Schedule
from segcheck.sets.intervals import IntervalSet
from tests.analysis.builders import (
    TCP,
    UDP,
    field,
    interface,
    ip,
    probe,
    router,
    tcp,
    unknown,
)
from tests.analysis.devices import WEB, holds

PING = probe({"src": ip("10.0.0.9"), "dst": ip("192.0.2.7"), "proto": 1, "icmp_type": 8, "icmp_code": 0, "fragment": 0})
LATER_FRAGMENT = probe({"src": ip("10.0.0.9"), "dst": ip("192.0.2.7"), "proto": TCP, "fragment": 1})


def test_absent_field_is_not_carried_by_that_protocol() -> None:
    assert holds(field("dport", (0, 65535)), PING) is False
    assert holds(Not(field("dport", 443)), PING) is True
    assert holds(Bits("tcp_flags", 0, 0), PING) is False


def test_fragment_carries_no_ports() -> None:
    assert holds(field("dport", (0, 65535)), LATER_FRAGMENT) is False
    assert holds(Not(field("dport", 443)), LATER_FRAGMENT) is True


def test_port_given_without_fragment_means_no_fragment() -> None:
    packet = probe({"src": ip("10.0.0.9"), "proto": TCP, "dport": 443})

    assert holds(field("fragment", 0), packet) is True
    assert holds(field("sport", (0, 65535)), packet) is True


def test_unknown_field_is_sure_only_if_every_or_no_value_fits() -> None:
    packet = probe({"src": ip("10.0.0.9"), "proto": UDP, "fragment": 0})

    assert holds(field("dport", 53), packet) is None
    assert holds(field("dport", (0, 65535)), packet) is True
    assert holds(field("dport"), packet) is False
    assert holds(field("dst", "0.0.0.0/0"), packet) is True
    assert holds(field("dst", "2001:db8::/32"), packet) is False


def test_unknown_protocol_may_carry_ports_or_not() -> None:
    packet = probe({"src": ip("10.0.0.9"), "dst": ip("192.0.2.7")})

    assert holds(field("dport", (0, 65535)), packet) is None


@pytest.mark.parametrize(("mask", "value", "expected"), [(0x12, 0x02, True), (0x12, 0x12, False), (0x02, 0x03, False)])
def test_bits_compare_under_the_mask(mask: int, value: int, expected: bool) -> None:
    assert holds(Bits("tcp_flags", mask, value)) is expected


def test_empty_conjunction_holds_and_empty_disjunction_does_not() -> None:
    assert holds(ANYTHING) is True
    assert holds(NOTHING) is False
    assert holds(Not(AnyOf(()))) is True


def test_unknown_decides_only_where_nothing_else_does() -> None:
    assert holds(All((unknown(), field("dport", 80)))) is False
    assert holds(AnyOf((unknown(), field("dport", 443)))) is True
    assert holds(All((unknown(), field("dport", 443)))) is None
    assert holds(Not(unknown())) is None


def test_interface_names_and_trailing_star() -> None:
    assert holds(Interface("in", ("lan",))) is True
    assert holds(Interface("in", ("la*",))) is True
    assert holds(Interface("in", ("lan*",))) is True
    assert holds(Interface("in", ("wan", "la"))) is False


def test_unknown_interface_is_unknown() -> None:
    packet = tcp("10.0.0.9", "192.0.2.7", ingress=None)

    assert holds(Interface("in", ("lan",)), packet) is None
    assert holds(Interface("in", ("*",)), packet) is True
    assert holds(Interface("out", ("lan",)), packet) is None
    assert holds(Interface("out", ("*",)), packet) is None  # it may not have been routed yet
    assert holds(Interface("out", ("wan",)), tcp("10.0.0.9", "192.0.2.7", egress="wan")) is True


def test_ignored_interfaces_do_not_stand_in_the_way_negated_or_not() -> None:
    packet = tcp("10.0.0.9", "192.0.2.7", ingress=None)

    assert holds(Interface("in", ("wan",)), packet, ignore_interfaces=True) is True
    assert holds(Not(Interface("in", ("wan",))), packet, ignore_interfaces=True) is True
    assert holds(Not(All((Interface("in", ("wan",)), field("dport", 443)))), packet, ignore_interfaces=True) is True


def test_address_kind_uses_the_addressing() -> None:
    device = router()

    def kind(dst: str) -> set[AddressClass]:
        return {
            one for one in AddressClass if holds(AddressKind("dst", frozenset((one,))), tcp("10.0.0.9", dst), device)
        }

    assert kind("10.0.0.1") == {AddressClass.LOCAL}
    assert kind("127.0.0.1") == {AddressClass.LOCAL}
    assert kind("10.0.0.255") == {AddressClass.BROADCAST}
    assert kind("255.255.255.255") == {AddressClass.BROADCAST}
    assert kind("224.0.0.5") == {AddressClass.MULTICAST}
    assert kind("192.0.2.7") == {AddressClass.UNICAST}


def test_address_without_a_route_is_unrouted() -> None:
    device = router(routes=())

    assert holds(AddressKind("dst", frozenset((AddressClass.UNROUTED,))), WEB, device) is True


def test_address_kind_without_addressing_knows_only_what_any_host_knows() -> None:
    local = AddressKind("dst", frozenset((AddressClass.LOCAL,)))

    assert holds(local) is None
    assert holds(local, tcp("10.0.0.9", "127.0.0.1")) is True
    assert holds(local, tcp("2001:db8::9", "::1")) is True
    assert holds(local, tcp("10.0.0.9", "224.0.0.1")) is False
    assert holds(local, tcp("2001:db8::9", "ff02::1")) is False


def test_link_has_no_broadcast_when_it_has_two_addresses_only() -> None:
    device = router(interfaces=(interface("lan", "10.0.0.0/31"),))  # RFC 3021

    assert holds(AddressKind("dst", frozenset((AddressClass.BROADCAST,))), tcp("10.0.0.9", "10.0.0.1"), device) is False


SCHEDULES = {
    "morning": Schedule("morning", IntervalSet.of((100, 200)), IntervalSet.of((0, 59))),
    "unread": Schedule("unread", IntervalSet.empty(), IntervalSet.empty(), known=False),
    "always": Schedule("always", IntervalSet.empty(), IntervalSet.of((0, WEEK_MINUTES - 1))),
    "never": Schedule("never", IntervalSet.empty(), IntervalSet.empty()),
}


@pytest.mark.parametrize(
    ("name", "minute", "expected"),
    [
        ("morning", 150, True),
        ("morning", 4 * 1440, True),  # Monday 1970-01-05 00:00
        ("morning", 4 * 1440 + 60, False),
        ("morning", None, None),
        ("unread", 150, None),
        ("missing", 150, None),
        ("always", None, True),
        ("never", None, False),
    ],
)
def test_schedule_is_asked_at_the_minute_of_the_question(name: str, minute: int | None, expected: bool | None) -> None:
    device = DeviceConfig(format="test", schedules=SCHEDULES)

    assert holds(InForce(name), tcp("10.0.0.9", "192.0.2.7", minute=minute), device) is expected
