"""What the universe of a device tells apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from segcheck.analysis.compiling.instants import Instants
from segcheck.analysis.compiling.needs import UNNAMED, network
from segcheck.analysis.compiling.space import Space, fits
from segcheck.model.device import DeviceConfig, Interface, InterfaceAddress
from segcheck.model.match import Bits, Field, conjunction
from segcheck.model.match import Interface as OnInterface
from segcheck.model.rules import Assign, Deny, Permit, Rule, RuleList
from segcheck.model.schedule import WEEK_MINUTES, Schedule
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

BASE = 29_000_000  # a minute of 2025


@st.composite
def _schedules(draw: st.DrawFn) -> list[Schedule]:
    found = []
    for number in range(draw(st.integers(0, 3))):
        once, weekly = IntervalSet.empty(), IntervalSet.empty()
        for _ in range(draw(st.integers(0, 2))):
            start = BASE + draw(st.integers(0, 3 * WEEK_MINUTES))
            once = once | IntervalSet.of((start, start + draw(st.integers(0, 2 * WEEK_MINUTES))))
        for _ in range(draw(st.integers(0, 2))):
            first = draw(st.integers(0, WEEK_MINUTES - 1))
            weekly = weekly | IntervalSet.of((first, draw(st.integers(first, WEEK_MINUTES - 1))))
        found.append(Schedule(name=f"s{number}", once=once, weekly=weekly))
    return found


@given(_schedules(), st.integers(BASE - 30 * WEEK_MINUTES, BASE + 30 * WEEK_MINUTES))
def test_every_minute_has_a_class_that_says_what_is_in_force(schedules: list[Schedule], minute: int) -> None:
    instants = Instants.of(schedules)

    number = instants.class_of(minute)
    for schedule in schedules:
        assert (number in instants.during(schedule.name)) == schedule.in_force(minute)


def test_interfaces_that_no_rule_tells_apart_share_one_name() -> None:
    rules = (
        Rule(id="1", key="1", match=OnInterface("in", ("eth*",)), action=Permit()),
        Rule(id="2", key="2", match=OnInterface("in", ("eth0",)), action=Permit()),
    )
    device = DeviceConfig(format="x", lists={"L": RuleList(name="L", rules=rules, default=Deny())})

    space = Space(device)
    assert space.interfaces == (UNNAMED, f"eth{UNNAMED}", "eth0")
    assert space.on("in", ("eth0",)) <= space.on("in", ("eth*",))
    assert space.on("in", ("eth*",)) != space.everything


def test_known_interfaces_leave_no_room_for_others() -> None:
    device = DeviceConfig(
        format="x",
        interfaces=(Interface(name="lan", addresses=(InterfaceAddress(addresses.parse_one("10.0.0.1"), 24),)),),
        addressing_known=True,
    )

    assert Space(device).interfaces == ("lan",)


def test_a_mark_that_no_rule_sets_is_never_there() -> None:
    rules = (Rule(id="1", key="1", match=Bits("mark", 0xFF, 5), action=Permit()),)
    space = Space(DeviceConfig(format="x", lists={"L": RuleList(name="L", rules=rules, default=Deny())}))

    assert not space.masked("mark", 0xFF, 5)
    assert space.masked("mark", 0xFF, 0) == space.everything


def test_only_bits_that_some_rule_can_set_are_told_apart() -> None:
    rules = (
        Rule(id="1", key="1", match=conjunction(), action=Assign("mark", 0b101, 0xFF)),
        Rule(id="2", key="2", match=Field("mark", IntervalSet.of((4, 7))), action=Permit()),
    )
    space = Space(DeviceConfig(format="x", lists={"L": RuleList(name="L", rules=rules, default=Deny())}))

    assert space.bits["mark"] == (0, 2)
    assert space.field("mark", IntervalSet.of((4, 7))) == space.masked("mark", 0b100, 0b100)


def test_fits_takes_a_trailing_star_for_any_rest() -> None:
    assert fits("eth0", ("eth*",))
    assert fits("eth", ("eth*",))
    assert not fits("et", ("eth*",))
    assert not fits("eth0", ("eth",))


def test_network_of_both_families() -> None:
    assert network(addresses.parse_one("10.1.2.3"), 8) == addresses.parse("10.0.0.0/8")
    assert network(addresses.parse_one("2001:db8::5"), 64) == addresses.parse("2001:db8::/64")
    assert network(addresses.parse_one("10.1.2.3"), 0) == addresses.parse("0.0.0.0/0")
