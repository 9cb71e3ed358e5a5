"""Rules that later ones make spare, and pairs of rules, against every packet of a small universe looked at one by one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from segcheck.analysis import rule_pairs
from segcheck.analysis.anomalies import AnomalyKind, anomalies
from segcheck.model.device import DeviceConfig
from segcheck.model.match import ANYTHING, Condition, Kind, conjunction
from segcheck.model.rules import Action, Assign, Call, Continue, Deny, Permit, Return
from tests.analysis.builders import field, listed, only_lists, rule
from tests.analysis.test_anomalies import _PHASES, PACKETS, _asked, _lists, _may, _must

HIDDEN = (AnomalyKind.SHADOWED, AnomalyKind.REDUNDANT)


class _Oracle:
    """The rules of a list that are switched on, with the packets that each surely and possibly matches."""

    def __init__(self, device: DeviceConfig) -> None:
        self.rules = [one for one in device.lists["L"].rules if one.enabled]
        self.must = [_must(one) for one in self.rules]
        self.may = [_may(one) for one in self.rules]

    def spare(self, left: list[int], position: int) -> bool:
        """Return whether later rules that decide alike take all that reaches a rule, by the definition."""
        one = self.rules[position]
        reaching = _asked(one)
        for n in left:
            if n < position and isinstance(self.rules[n].action, Permit | Deny | Return):
                reaching -= self.must[n]
        for n in left if reaching else ():
            if n <= position or isinstance(self.rules[n].action, Continue):
                continue
            if type(self.rules[n].action) is type(one.action):
                reaching = reaching - self.must[n]
                if not reaching:
                    return True
            elif self.may[n] & reaching:
                return False
        return False

    def ends(self, left: list[int], packet: int, *, unknown: bool) -> object:
        """Return how the list ends for a packet, with every unknown condition taken to hold or not to."""
        matched = self.may if unknown else self.must
        deciding = (n for n in left if packet in matched[n])
        actions = (type(self.rules[n].action) for n in deciding)
        return next((one for one in actions if one is not Continue), None)

    def pairs(self, hidden: set[str]) -> set[tuple[AnomalyKind, str, str]]:
        """Return the pairs that one of the definitions fits."""
        found = set()
        deciding = [n for n, one in enumerate(self.rules) if isinstance(one.action, Permit | Deny)]
        for later in deciding:
            for earlier in deciding[: deciding.index(later)]:
                first, second = self.rules[earlier], self.rules[later]
                alike = type(first.action) is type(second.action)
                if alike or second.id in hidden or not self.must[earlier] & self.must[later]:
                    continue
                if self.may[earlier] <= self.must[later]:
                    found.add((AnomalyKind.GENERALISED, first.id, second.id))
                elif not self.may[earlier] <= self.may[later] and not self.may[later] <= self.may[earlier]:
                    found.add((AnomalyKind.CORRELATED, first.id, second.id))
        return found


def _as_promised(device: DeviceConfig) -> None:
    oracle = _Oracle(device)
    found = list(anomalies(device, "L", correlated=True, generalised=True, spare=True))
    hidden = {one.rule.id for one in found if one.kind in HIDDEN}
    spare = {one.rule.id: one for one in found if one.kind is AnomalyKind.SPARE}
    pairs = {
        (one.kind, one.because[0].id, one.rule.id)
        for one in found
        if one.kind in (AnomalyKind.CORRELATED, AnomalyKind.GENERALISED)
    }
    assert len(hidden) + len(spare) + len(pairs) == len(found)
    assert pairs == oracle.pairs(hidden)

    every = list(range(len(oracle.rules)))
    left = [n for n in every if oracle.rules[n].id not in hidden]
    for n in list(left):
        one = oracle.rules[n]
        if isinstance(one.action, Permit | Deny):
            assert (one.id in spare) == oracle.spare(left, n)
            if one.id in spare:
                assert all(type(r.action) is type(one.action) for r in spare[one.id].because)
                left.remove(n)
    if left != every:  # all that is odd goes together, and nothing changes
        for packet, fields in enumerate(PACKETS):
            if not fields["fragment"]:  # what rules about ports make of later fragments is nobody's order
                for unknown in (False, True):
                    assert oracle.ends(every, packet, unknown=unknown) == oracle.ends(left, packet, unknown=unknown)


@settings(max_examples=60, deadline=None, phases=_PHASES)
@given(_lists())
def test_spare_rules_and_pairs_are_exactly_those_that_the_definitions_fit(device: DeviceConfig) -> None:
    _as_promised(device)


@settings(max_examples=20, deadline=None, phases=_PHASES)
@given(_lists())
def test_they_are_the_same_where_boxes_cannot_tell(device: DeviceConfig) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rule_pairs, "_MOST", 0)
        _as_promised(device)


HOST, NET = field("src", "10.0.0.5"), field("src", "10.0.0.0/24")


@pytest.mark.parametrize("between", [Deny(), Call("other"), Assign("mark", 1, 1), Return()])
def test_a_rule_is_not_spare_if_something_between_may_do_otherwise(between: Action) -> None:
    rules = [rule(Permit(), HOST, identity="host"), rule(between, NET, identity="x"), rule(Permit(), identity="all")]
    rules += [rule(Permit(), HOST, identity="again")]  # hidden, and gone before the others are looked at
    device = only_lists(listed("L", *rules), listed("other"))

    assert AnomalyKind.SPARE not in {one.kind for one in anomalies(device, "L", spare=True)}
    alone = only_lists(listed("L", rules[0], *rules[2:]))
    found = {one.rule.id: one.kind for one in anomalies(alone, "L", spare=True)}
    assert found == {"host": AnomalyKind.SPARE, "again": AnomalyKind.REDUNDANT}


def test_what_a_rule_may_match_is_not_taken_for_what_it_takes() -> None:
    unknown = conjunction(NET, Condition("u", Kind.UNKNOWN))
    device = only_lists(
        listed("L", rule(Permit(), HOST, identity="host"), rule(Permit(), unknown, identity="perhaps"), default=Deny())
    )

    assert list(anomalies(device, "L", spare=True, correlated=True, generalised=True)) == []


def test_more_pairs_than_are_looked_at_are_said_not_to_have_been() -> None:
    device = only_lists(
        listed(
            "L",
            *(rule(Permit(), field("src", f"10.0.{n}.0/24"), identity=f"p{n}") for n in range(4)),
            rule(Deny(), field("dst", "192.0.2.1"), identity="few"),
            rule(Deny(), field("dst", "192.0.2.2"), identity="many"),
            rule(Deny(), ANYTHING, identity="last"),
        )
    )

    found = [(one.kind, one.rule.id) for one in anomalies(device, "L", correlated=True, pairs=4)]
    assert found == [(AnomalyKind.CORRELATED, "few")] * 4 + [(AnomalyKind.LIMITED, "many")]
