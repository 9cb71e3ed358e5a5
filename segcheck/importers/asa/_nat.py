"""Translation: twice NAT and network object NAT in the order of the NAT table, as rules for destinations and for sources.

Source: Cisco ASA Series Firewall CLI Configuration Guide, "Network Address Translation": "NAT Rule Order" (section 1 twice NAT in
the order of the file; section 2 object NAT, static before dynamic, few addresses before many, then by address, then by name;
section 3 twice NAT `after-auto`), "Static NAT", "Dynamic NAT", "Dynamic PAT", "Identity NAT"; Command Reference, "nat (global)",
"nat (object)". Destinations are translated back before rules are asked, so that these see real addresses. A packet that one
rule takes by its destination and another by its source, one of them twice NAT, may be dropped, translated or not.
"""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.importers._cisco.lines import Line
from segcheck.importers._cisco.notes import Notes
from segcheck.importers._cisco.values import proto
from segcheck.importers._unsure import because, unknown
from segcheck.importers._words import NotUnderstood
from segcheck.importers.asa._interfaces import Interfaces
from segcheck.importers.asa._nat_words import Ports, Said, parse_object, parse_twice
from segcheck.importers.asa._objects import Objects
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code
from segcheck.model.match import Expr, Field, Interface, Not, conjunction
from segcheck.model.rules import Action, Assign, Continue, Deny, Permit, Rule, RuleList, Translate, Translation, Unsure
from segcheck.sets.intervals import IntervalSet

_ANY_PORT = IntervalSet.of((1, 65535))
_REGISTER = 0xFFFF
_EITHER = (Permit(), Deny())


class Nat:
    """Translation of one file; `lists` when objects and interfaces are known."""

    def __init__(self, notes: Notes, interfaces: Interfaces, objects: Objects) -> None:
        self._notes = notes
        self._interfaces = interfaces
        self._objects = objects
        self._lines: list[Line] = []
        self._table: list[Said] = []
        self._automatic = IntervalSet.of(0)

    def read(self, line: Line) -> None:
        """Remember one `nat ...` of the global mode."""
        self._lines.append(line)

    def lists(self) -> tuple[RuleList, RuleList, RuleList] | None:
        """Return the lists for destinations, for ways out that do not fit, and for sources; None if nothing is translated."""
        found: list[Said] = []
        for line in self._lines:
            try:
                if line.children:
                    raise NotUnderstood(0)
                said, in_force = parse_twice(line, self._objects, self._interfaces)
            except ValueError:
                self._notes.unread(line, Scope.TRANSLATION, code=self._code(line))
                continue
            self._notes.understood(line)
            found += [said] if in_force else []
        for name, thing in self._objects.things.items():
            for line in thing.nat:
                try:
                    if line.children:
                        raise NotUnderstood(0)
                    found.append(parse_object(line, name, self._objects, self._interfaces))
                except ValueError:
                    self._notes.unread(line, Scope.TRANSLATION, code=self._code(line))
                    continue
                self._notes.understood(line)
        # stable: twice NAT stays in the order of the file
        self._table = sorted(found, key=lambda one: (one.section, *(one.key if one.section == 1 else ())))[:60_000]
        self._automatic = IntervalSet.of(0, *(n for n, one in enumerate(self._table, 1) if not one.twice))
        if not found and not self._lines:
            return None
        back = [rule for number, one in enumerate(self._table, 1) for rule in self._destination(number, one)]
        away = [rule for number, one in enumerate(self._table, 1) for rule in self._way_out(number, one)]
        there = [rule for number, one in enumerate(self._table, 1) for rule in self._source(number, one)]
        return (
            RuleList(name="asa/nat destination", rules=tuple(back), default=Permit(), builtin=True),
            RuleList(name="asa/nat way out", rules=tuple(away), default=Permit(), builtin=True),
            RuleList(name="asa/nat source", rules=tuple(there), default=Permit(), builtin=True),
        )

    @staticmethod
    def _code(line: Line) -> Code:
        known = any(word in ("source", "static", "dynamic") for word in line.words[:6])
        return Code.UNSUPPORTED_LINE if known else Code.UNRECOGNISED_LINE

    # ---- destinations, before rules are asked

    def _destination(self, number: int, one: Said) -> Iterator[Rule]:
        mark = (Assign("dnat", number, _REGISTER),)
        if one.far is not None:
            called, true = one.far
            terms = [
                *_came(one.sides[0]),
                *_is("src", one.real),
                Field("dst", called),
                *_ports(one.ports, "sport", "real"),
            ]
            if called == true:
                yield self._rule(one, conjunction(*terms), Permit())
            else:
                made = Translation("dst", addresses=true, shift=_shift(called, true))
                yield self._rule(one, conjunction(*terms), Translate(made, mark))
        if one.dynamic or one.one_way:
            return
        if one.target is None and one.real is None:
            return
        terms = [*_came(one.sides[1]), *_is("src", one.far[1] if one.far else None)]
        terms += _ports(one.ports, "dport", "mapped")
        if one.target is None:
            yield self._rule(one, conjunction(*terms, *_is("dst", one.real)), self._unported(one, "dst", mark))
            return
        mapped = one.target.addresses
        if mapped is None:
            port = self._interfaces.named(one.sides[1])
            known = port is not None and not port.dynamic and bool(port.addresses)
            own = IntervalSet.of(*(a.address for a in port.addresses)) if port is not None and known else None
            terms.append(Field("dst", own) if own else unknown("address of an interface"))
            shift = None
        else:
            terms.append(Field("dst", mapped))
            shift = _shift(mapped, one.real)
        ports, moved = _moved(one.ports, "mapped", "real")
        made = Translation("dst", addresses=one.real, shift=shift, ports=ports, port_shift=moved)
        yield self._rule(one, conjunction(*terms), Translate(made, mark))

    @staticmethod
    def _unported(one: Said, side: str, mark: tuple[Assign, ...]) -> Action:
        """Return what an identity rule does: nothing, unless it changes ports."""
        if one.ports is None or one.ports.real == one.ports.mapped:
            return Permit()
        ports, moved = _moved(one.ports, *(("mapped", "real") if side == "dst" else ("real", "mapped")))
        return Translate(Translation(side, ports=ports, port_shift=moved), mark if side == "dst" else ())

    def _way_out(self, number: int, one: Said) -> Iterator[Rule]:
        """Yield what becomes of packets that the routing table sends elsewhere than the rule that translated them says."""
        taken = Field("dnat", IntervalSet.of(number))
        for came, leaves in (one.sides, one.sides[::-1]):
            if leaves:
                match = conjunction(taken, *_came(came), Not(Interface("out", (leaves,))))
                if came or one.far is not None:
                    yield self._rule(one, match, Unsure((Deny(), Continue())))
        if one.target is not None and one.real is not None:
            # asked for by its real address from the mapped side: the answer would be translated, which the device refuses
            # (System Log Messages, 305013), unless a rule before exempts it
            terms = [*_came(one.sides[1]), *_left(one.sides[0]), Field("dst", one.real)]
            terms += [*_is("src", one.far[1] if one.far else None), *_ports(one.ports, "dport", "real")]
            untouched = Field("dnat", IntervalSet.of(0))
            yield self._rule(one, conjunction(*terms, untouched), Unsure((Deny(), Continue())))

    # ---- sources, after rules were asked

    def _source(self, number: int, one: Said) -> Iterator[Rule]:
        terms = [*_came(one.sides[0]), *_left(one.sides[1]), *_is("src", one.real)]
        terms += _ports(one.ports, "sport", "real")
        apart = one.far is not None and one.far[0] != one.far[1]
        if one.far is not None:
            terms.append(Field("dst", one.far[1]))
        for action in self._actions(one):
            yield from self._by_register(number, one, conjunction(*terms), action, apart=apart)
        if one.far is None or one.dynamic or one.one_way:
            return
        called, true = one.far
        terms = [*_came(one.sides[1]), *_left(one.sides[0]), Field("src", true), *_is("dst", one.real)]
        terms += _ports(one.ports, "dport", "real")
        if not apart:
            yield self._rule(one, conjunction(*terms, Field("dnat", IntervalSet.of(0, number))), Permit())
            return
        made = Translation("src", addresses=called, shift=_shift(true, called))
        only = one.target is not None  # it took the packet by its destination as well
        yield from self._by_register(number, one, conjunction(*terms), Translate(made), apart=only)

    def _actions(self, one: Said) -> list[Action]:
        if one.target is None:
            return [self._unported(one, "src", ())]
        target = one.target
        if not one.dynamic:
            ports, moved = _moved(one.ports, "real", "mapped")
            if target.addresses is None:
                return [Translate(Translation("src", interface="out", ports=ports, port_shift=moved))]
            shift = _shift(one.real, target.addresses)
            made = Translation("src", addresses=target.addresses, shift=shift, ports=ports, port_shift=moved)
            return [Translate(made)]
        by_interface = Translate(Translation("src", interface="out", port_may_change=_ANY_PORT))
        if target.addresses is None:
            return [by_interface]
        by_pool = Translate(
            Translation(
                "src",
                addresses=target.addresses,
                port_may_change=_ANY_PORT if target.port_translation else None,
                full_cone=target.addresses.count > 1,
            )
        )
        return [Unsure((by_pool, by_interface))] if target.interface else [by_pool]

    def _by_register(self, number: int, one: Said, match: Expr, action: Action, *, apart: bool) -> Iterator[Rule]:
        """Yield the rule for packets that it may take for certain, and for those that another rule took before."""
        if apart:
            fit = IntervalSet.of(number)
        elif one.twice:
            fit = IntervalSet.of(0, number)
        else:
            fit = self._automatic
        every = IntervalSet.of(0, (1, len(self._table))) if self._table else fit
        taken = every - fit - IntervalSet.of(0)
        sure = fit != every
        yield self._rule(one, conjunction(match, Field("dnat", fit)) if sure else match, action)
        if taken:
            actions = action.actions if isinstance(action, Unsure) else (action,)
            doubt = Unsure(tuple(dict.fromkeys((*actions, *_EITHER))))
            yield self._rule(one, conjunction(match, Field("dnat", taken)), doubt)

    def _rule(self, one: Said, match: Expr, action: Action) -> Rule:
        text = one.line.text[:400]
        doubt = (Code.ACTION_NOT_MODELLED.value,) if isinstance(action, Unsure) else ()
        return Rule(
            id=f"nat line {one.line.number}",
            key=text,
            match=match,
            action=action,
            span=self._notes.span(one.line),
            text=text,
            because=(*because(match), *doubt),
        )


def _came(name: str) -> list[Expr]:
    return [Interface("in", (name,))] if name else []


def _left(name: str) -> list[Expr]:
    return [Interface("out", (name,))] if name else []


def _is(side: str, known: IntervalSet | None) -> list[Expr]:
    return [Field(side, known)] if known is not None else []


def _ports(ports: Ports | None, name: str, which: str) -> list[Expr]:
    if ports is None:
        return []
    return [proto(ports.proto), Field(name, ports.real if which == "real" else ports.mapped)]


def _moved(ports: Ports | None, before: str, after: str) -> tuple[IntervalSet | None, int | None]:
    """Return the new ports, and by how much they differ if there are several."""
    if ports is None or ports.real == ports.mapped:
        return None, None
    old, new = (ports.real if which == "real" else ports.mapped for which in (before, after))
    return new, new.min - old.min if new.count > 1 else None


def _shift(old: IntervalSet | None, new: IntervalSet | None) -> int | None:
    return new.min - old.min if old is not None and new is not None and new.count > 1 else None
