"""Two versions of a list, against every possible world of packets looked at one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from segcheck.analysis import comparing
from segcheck.analysis.comparing import Change, Verdict, compare
from segcheck.model.device import DeviceConfig
from segcheck.model.match import ANYTHING, Condition, Kind, State, conjunction
from segcheck.model.pipeline import Pipeline
from segcheck.model.rules import Deny, Permit, Return, Rule
from segcheck.sets.header import SIZES, Packet
from segcheck.sets.listing import Box
from tests.analysis.builders import field, filtering, listed, router, rule, unknown
from tests.oracle import TooManyWorlds, worlds
from tests.strategies import small_lists, small_packets

_PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
_SIDES = ("permit", "deny")


@st.composite
def _versions(draw: st.DrawFn) -> tuple[DeviceConfig, DeviceConfig]:
    """Draw a device that only has lists, and the same with rules of one list changed, taken out, moved or added."""
    old, other = draw(small_lists(interfaces=False)), draw(small_lists(interfaces=False))
    new = dict(old.lists)
    for _ in range(draw(st.integers(0, 2))):
        name = draw(st.sampled_from(sorted(new)))
        rules, spare = list(new[name].rules), other.lists[name].rules
        place = draw(st.integers(0, len(rules)))
        change = draw(st.sampled_from(("add", "drop", "move", "flip", "default")))
        if change == "add" and spare:
            rules.insert(place, draw(st.sampled_from(spare)))
        elif change == "default":
            new[name] = replace(new[name], default=other.lists[name].default)
        elif place < len(rules):
            taken = rules.pop(place)
            if change == "move":
                rules.insert(draw(st.integers(0, len(rules))), taken)
            elif change == "flip":
                rules.insert(place, replace(taken, action=Deny() if isinstance(taken.action, Permit) else Permit()))
        new[name] = replace(new[name], rules=tuple(rules))
    return old, replace(old, lists=new)


def _inside(box: Box, packet: Mapping[str, int]) -> bool | None:
    """Return whether a packet lies in a box; None: in some circumstances only."""
    known = {name: packet.get(name) for name in SIZES if name in packet}
    whole = Packet(**known)  # type: ignore[arg-type]
    if whole.packet_class is not box.packet_class or (4 if packet["src"] < 1 << 32 else 6) != box.family:
        return False
    for name in SIZES:
        values = getattr(box, name, None)
        if values is not None and (name not in packet or packet[name] not in values):
            return False
    sometimes = False
    for name, values in box.extras:
        if name in ("state", *(n for n in packet if n not in SIZES)):
            if packet[name] not in values:
                return False
        elif name.split(".")[0] in ("mark", "connmark"):
            if 0 not in values:  # bit by bit, and no packet here has a mark
                return False
        else:
            sometimes = True
    return None if sometimes else True


def _found(changes: tuple[Change, ...], packet: Mapping[str, int], *, sure: bool | None = None) -> list[Change]:
    return [
        one
        for one in changes
        if sure in (None, one.sure) and any(_inside(box, packet) is not False for box in one.boxes.boxes)
    ]


def _verdicts(device: DeviceConfig, packet: Mapping[str, int], minute: int) -> frozenset[str]:
    try:
        return frozenset(
            "permit" if one == "permit" else "deny"
            for one in worlds(device, packet, "L0", minute=minute, limit=800).verdicts
        )
    except TooManyWorlds:
        assume(False)
        raise


@settings(max_examples=120, deadline=None, phases=_PHASES)
@given(_versions(), st.lists(small_packets((State.NEW, State.ESTABLISHED)), min_size=8, max_size=8))
def test_what_is_not_listed_is_decided_alike_and_what_is_sure_is_so(
    versions: tuple[DeviceConfig, DeviceConfig], packets: list[dict[str, int]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparing, "BOXES", 100_000)
        found = compare(*versions, only="L0")

    for packet in packets:
        for minute in (0, 5000):
            old, new = (_verdicts(device, packet, minute) for device in versions)
            if old != new:
                assert _found(found.changes, packet)
        for one in _found(found.changes, packet, sure=True):
            exactly = any(_inside(box, packet) for box in one.boxes.boxes)
            if exactly:  # in every circumstance
                before, after = ("deny", "permit") if one.permitted else ("permit", "deny")
                assert _verdicts(versions[0], packet, 0) == {before}
                assert _verdicts(versions[1], packet, 0) == {after}


@settings(max_examples=60, deadline=None, phases=_PHASES)
@given(small_lists())
def test_a_version_equals_itself(device: DeviceConfig) -> None:
    assert compare(device, device, only="L0").changes == ()


@settings(max_examples=60, deadline=None, phases=_PHASES)
@given(_versions())
def test_cutting_down_changes_nothing_that_is_told(versions: tuple[DeviceConfig, DeviceConfig]) -> None:
    """The comparison of whole lists, every rule taken for changed, comes to the same packets."""
    cut = compare(*versions, only="L0")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("segcheck.analysis.changed_rules.SequenceMatcher", _NothingAlike)
        whole = compare(*versions, only="L0")

    assert cut.verdict is whole.verdict
    for permitted in (True, False):
        for sure in (True, False):
            first, second = (
                sorted(repr(one.boxes) for one in side.changes if (one.permitted, one.sure) == (permitted, sure))
                for side in (cut, whole)
            )
            assert first == second


class _NothingAlike:
    """Finds nothing in common between two sequences."""

    def __init__(self, _: None, old: list[int], new: list[int], autojunk: bool) -> None:
        self._lengths = len(old), len(new)

    def get_opcodes(self) -> list[tuple[str, int, int, int, int]]:
        return [("replace", 0, self._lengths[0], 0, self._lengths[1])]


def _device(*rules: Rule) -> DeviceConfig:
    return router(listed("L", *rules, default=Deny()), pipeline=Pipeline(forward=(filtering("forward", "L"),)))


_WEB = conjunction(field("proto", 6), field("dport", 443))


def test_the_same_rules_in_another_order_are_equal_if_they_mean_the_same() -> None:
    web = rule(Permit(), _WEB, identity="web")
    mail = rule(Permit(), conjunction(field("proto", 6), field("dport", 25)), identity="mail")

    found = compare(_device(web, mail), _device(mail, web))
    assert (found.verdict, found.changes, found.open) == (Verdict.EQUAL, (), ())


def test_a_limit_of_a_rule_that_moved_down_is_the_same_limit() -> None:
    limited = conjunction(_WEB, Condition("limit 5/min [L#1]", Kind.VARIES))
    moved = conjunction(_WEB, Condition("limit 5/min [L#1]", Kind.VARIES))

    found = compare(_device(rule(Permit(), limited)), _device(rule(Permit(), moved)))
    assert (found.verdict, found.changes) == (Verdict.EQUAL, ())


def test_where_unread_lines_changed_equality_is_not_claimed() -> None:
    old = _device(rule(Permit(), conjunction(_WEB, unknown("one")), identity="r"))
    new = _device(replace(rule(Permit(), conjunction(_WEB, unknown("two")), identity="r"), text="other"))

    found = compare(old, new)
    assert (found.verdict, found.changes, found.open) == (Verdict.UNDECIDED, (), ("unread lines",))


def test_a_flipped_rule_is_told_with_its_lines_on_both_sides() -> None:
    old = _device(rule(Deny(), _WEB, identity="1", line=3), rule(Permit(), ANYTHING, identity="2", line=4))
    new = _device(rule(Permit(), _WEB, identity="1", line=3), rule(Permit(), ANYTHING, identity="2", line=4))

    (one,) = compare(old, new).changes
    assert (one.permitted, one.sure, one.old.rule, one.new.rule) == (True, True, "1", "1")
    assert {box.dport.ranges if box.dport else None for box in one.boxes.boxes} == {((443, 443),)}


def test_a_list_that_only_returns_otherwise_differs_where_it_is_called() -> None:
    old = _device(rule(Return(), _WEB, identity="1"), rule(Permit(), ANYTHING, identity="2"))
    new = _device(rule(Permit(), ANYTHING, identity="2"))

    (one,) = compare(old, new).changes
    assert (one.permitted, one.old.rule, one.new.rule) == (True, "", "2")  # the end of the list decides


def test_what_does_not_fit_into_the_store_is_undecided_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segcheck.sets.store._SLACK", 0)
    monkeypatch.setattr(comparing, "FIRST_CAPACITY", 64)
    monkeypatch.setattr(comparing, "LAST_CAPACITY", 64)

    found = compare(_device(rule(Permit(), _WEB)), _device(rule(Deny(), _WEB)))
    assert (found.verdict, found.changes, found.open) == (Verdict.UNDECIDED, (), ("engine capacity",))
