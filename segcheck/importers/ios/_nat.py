"""Translation between inside and outside interfaces.

Source: Cisco document 6209, "NAT Order of Operation": from inside to outside routing comes first, then translation, then the
output list; from outside to inside the input list, then translation, then routing. IP Addressing Command Reference, "ip nat
inside source", "ip nat pool", "ip nat inside source static". Only packets that come by an inside interface and leave by an
outside one have their source translated, only those that come by an outside one their destination. Static entries stand before
dynamic ones; in which order several dynamic ones are asked is not settled. A dynamic entry without `overload` can be reached from
outside while it lives. `ip nat outside source`, `ip nat inside destination`, `ip nat source` and VRFs are not modelled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from segcheck.importers._cisco.lines import Line
from segcheck.importers._cisco.notes import Notes, builtin
from segcheck.importers._cisco.values import Words, port, proto
from segcheck.importers._unsure import because, unknown
from segcheck.importers._words import NotUnderstood, number, v4
from segcheck.importers.ios._interfaces import Interfaces, Port
from segcheck.importers.ios._lists import Lists
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code
from segcheck.model.match import ANYTHING, NOTHING, Expr, Field, Interface, Not, conjunction, disjunction
from segcheck.model.rules import Action, Continue, Permit, Rule, RuleList, Translate, Translation, Unsure
from segcheck.sets import addresses
from segcheck.sets.addresses import V4
from segcheck.sets.intervals import IntervalSet

#: Dynamic entries of which it is worked out where only one fits.
_MOST_DYNAMIC = 30
_ANY_PORT = IntervalSet.of((1, 65535))
_IRRELEVANT = ("translation", "log", "service", "settings", "create", "portmap", "switchover", "sip-sbc")
_WITHOUT_MEANING = ("extendable", "no-alias", "no-payload", "forced", "add-route", "reversible", "oer")
_PORTED = {"tcp": 6, "udp": 17}


@dataclass(frozen=True, slots=True)
class _Static:
    """A static entry: local and global addresses, with ports of a protocol or of every one."""

    line: Line
    local: IntervalSet
    outer: IntervalSet | None
    proto: int = 0
    ports: tuple[int, int] = (0, 0)
    condition: Expr = ANYTHING


@dataclass(frozen=True, slots=True)
class _Dynamic:
    line: Line
    match: Expr
    translation: Translation | None


class Nat:
    """Translation of one file. `read` is for each command; `lists` when interfaces, lists and route maps are known."""

    def __init__(self, notes: Notes, interfaces: Interfaces, lists: Lists) -> None:
        self._notes = notes
        self._interfaces = interfaces
        self._lists = lists
        self._lines: list[Line] = []
        self._pools: dict[str, tuple[IntervalSet, Line]] = {}
        self._maps: dict[str, list[Line]] = {}

    def read(self, line: Line) -> None:
        """Remember one `ip nat ...`."""
        word = line.words[2] if len(line.words) > 2 else ""
        if word in _IRRELEVANT:
            self._notes.irrelevant(line)
        elif word == "pool":
            self._pool(line)
        else:
            self._lines.append(line)

    def route_map(self, line: Line) -> None:
        """Remember one `route-map NAME permit|deny NUMBER`; what it matches is read where a command names it."""
        self._notes.irrelevant(line)
        if len(line.words) > 1:
            self._maps.setdefault(line.words[1], []).append(line)

    @property
    def translating(self) -> bool:
        """Whether anything is translated."""
        return bool(self._lines)

    def _pool(self, line: Line) -> None:
        words = Words(line, 3)
        try:
            name, low, high = words.take(), v4(words.take()), v4(words.take())
            kind = words.take()
            if kind == "netmask":
                v4(words.take())
            elif kind == "prefix-length":
                number(words.take(), 1, 32)
            else:
                raise NotUnderstood(words.at - 1)
            words.end()
            if low > high or line.children or name in self._pools:
                raise NotUnderstood(3)
        except ValueError:  # a pool that is used and not defined translates to nobody knows what
            self._notes.unread(line, Scope.TRANSLATION, column=words.column)
            return
        self._notes.understood(line)
        self._pools[name] = IntervalSet.of((low, high)), line

    # ---- lists

    def lists(self) -> tuple[RuleList | None, RuleList | None]:
        """Return the list for packets from outside, asked before routing, and that for packets to outside."""
        statics: list[_Static] = []
        dynamics: list[_Dynamic] = []
        for line in self._lines:
            words = Words(line, 2)
            try:
                if words.take() != "inside" or words.take() != "source" or line.children:
                    raise NotUnderstood(2)
                if words.accept("static"):
                    statics.append(self._static(words))
                else:
                    dynamics.append(self._dynamic(words))
            except ValueError:
                known = line.words[2:4] in (("outside", "source"), ("inside", "destination"))
                code = Code.UNSUPPORTED_LINE if known else Code.UNRECOGNISED_LINE
                self._notes.unread(line, Scope.TRANSLATION, code=code, column=words.column)
        inside, outside = self._sides("inside"), self._sides("outside")
        if not (statics or dynamics) or not outside:
            return None, None
        came = [rule for one in statics for rule in self._arriving(one, outside)]
        across = conjunction(Interface("in", inside), Interface("out", outside)) if inside else NOTHING
        left = [rule for one in statics for rule in self._leaving(one, across)]
        left.extend(self._by_dynamics(dynamics, across))
        later = Field("fragment", IntervalSet.of(1))
        doubt = Unsure((Translate(None), Permit(), Continue()))
        return (
            RuleList(
                name="ios/nat-in",
                rules=(builtin("later fragments", conjunction(Interface("in", outside), later), doubt), *came),
                default=Permit(),
            ),
            RuleList(
                name="ios/nat-out",
                rules=(builtin("later fragments", conjunction(across, later), doubt), *left),
                default=Permit(),
            ),
        )

    def _sides(self, side: str) -> tuple[str, ...]:
        return tuple(p.name for p in self._interfaces.all.values() if p.nat == side)

    def _static(self, words: Words) -> _Static:
        line, protocol = words.line, 0
        ports = (0, 0)
        if words.accept("network"):
            local, base = v4(words.take()), v4(words.take())
            mask = words.take()
            length = number(mask[1:], 0, 32) if mask.startswith("/") else _length(mask)
            inner_set: IntervalSet = addresses.prefix(local, length)
            outer_set: IntervalSet | None = addresses.prefix(base, length)
        else:
            named = words.accept(*_PORTED)
            protocol = _PORTED.get(named, 0)
            local = v4(words.take())
            inner = port(words.take(), protocol) if protocol else 0
            named = words.accept("interface")
            outer = words.take()
            outer_set = self._address_of(outer, line) if named else IntervalSet.of(v4(outer))
            ports = (inner, port(words.take(), protocol)) if protocol else (0, 0)
            inner_set = IntervalSet.of(local)
        condition: Expr = ANYTHING
        while words.left:
            word = words.take()
            if word == "route-map":
                condition = self._by_map(words.take(), line)
            elif word not in _WITHOUT_MEANING:
                raise NotUnderstood(words.at - 1)
        self._notes.understood(line)
        return _Static(line, inner_set, outer_set, protocol, ports, condition)

    def _dynamic(self, words: Words) -> _Dynamic:
        line = words.line
        kind, name = words.take(), words.take()
        if kind == "list":
            match = self._lists.classifying(name, 4, line, "translation")
        elif kind == "route-map":
            match = self._by_map(name, line)
        else:
            raise NotUnderstood(words.at - 2)
        target, pool = words.take(), words.take()
        overload = bool(words.accept("overload"))
        words.end()
        if target == "interface":
            owned = self._address_of(pool, line)
            translation = Translation(
                "src",
                addresses=owned or V4,
                port_may_change=_ANY_PORT,
                full_cone=not overload,
            )
        elif target == "pool":
            if pool not in self._pools:
                self._notes.undefined(line, "NAT pool", pool, "translation")
                raise NotUnderstood(words.at - 1)
            translation = Translation(
                "src",
                addresses=self._pools[pool][0],
                port_may_change=_ANY_PORT if overload else None,
                full_cone=not overload,
            )
        else:
            raise NotUnderstood(words.at - 2)
        self._notes.understood(line)
        return _Dynamic(line, match, translation)

    def _address_of(self, name: str, line: Line) -> IntervalSet | None:
        """Return the address of an interface, None if it is not in the file.

        Raises:
            ValueError: there is no such interface.
        """
        found: Port | None = self._interfaces.named(name)
        if found is None:
            self._notes.undefined(line, "interface", name, "translation")
            raise NotUnderstood(0)
        own = [one.address for one in found.addresses if one.address in V4]
        return IntervalSet.of(own[0]) if own and not found.dynamic else None

    def _by_map(self, name: str, line: Line) -> Expr:
        """Return "the route map permits the packet"."""
        result: Expr = NOTHING
        clauses = self._maps.get(name)
        if not clauses:
            self._notes.undefined(line, "route-map", name, "translation")
            return unknown(f"route-map {name}", Code.UNDEFINED_NAME)
        places = [one.words[3] if len(one.words) == 4 and one.words[3].isdecimal() else "" for one in clauses]
        if "" in places or len(places) > 60 or [int(one) for one in places] != sorted(int(one) for one in places):
            return unknown(f"route-map {name}")
        for clause in reversed(clauses):
            terms: list[Expr] = []
            for child in clause.children:
                words = child.words
                if words[:3] == ("match", "ip", "address") and len(words) > 3 and not words[3].startswith("prefix"):
                    terms.append(disjunction(*(self._lists.classifying(n, 4, child, "translation") for n in words[3:])))
                elif words[:2] == ("match", "interface") and len(words) == 3:
                    out = self._interfaces.named(words[2])
                    terms.append(Interface("out", (out.name,)) if out else unknown("match interface"))
                elif words[0] not in ("set", "description"):
                    terms.append(unknown(f"route-map {name}"))
            match = conjunction(*terms)
            if clause.words[2] == "permit":
                result = disjunction(match, result)
            elif clause.words[2] == "deny":
                result = conjunction(Not(match), result)
            else:
                return unknown(f"route-map {name}")
        return result

    # ---- rules

    def _arriving(self, one: _Static, outside: tuple[str, ...]) -> Iterator[Rule]:
        terms: list[Expr] = [Interface("in", outside)]
        terms.append(Field("dst", one.outer) if one.outer else unknown("address of an interface"))
        if one.proto:
            terms += [proto(one.proto), Field("dport", IntervalSet.of(one.ports[1]))]
        shift = one.local.min - one.outer.min if one.outer and one.local.count > 1 else None
        ports = IntervalSet.of(one.ports[0]) if one.proto else None
        translation = Translation("dst", addresses=one.local, shift=shift, ports=ports)
        if one.condition != ANYTHING:  # which packets from outside a route map lets in by it, no source settles
            terms.append(unknown("route-map of a static entry"))
        yield self._rule(one.line, conjunction(*terms), Translate(translation))

    def _leaving(self, one: _Static, across: Expr) -> Iterator[Rule]:
        terms: list[Expr] = [across, Field("src", one.local), one.condition]
        if one.proto:
            terms += [proto(one.proto), Field("sport", IntervalSet.of(one.ports[0]))]
        shift = one.outer.min - one.local.min if one.outer and one.local.count > 1 else None
        ports = IntervalSet.of(one.ports[1]) if one.proto else None
        translation = Translation("src", addresses=one.outer or V4, shift=shift, ports=ports)
        yield self._rule(one.line, conjunction(*terms), Translate(translation))

    def _by_dynamics(self, dynamics: list[_Dynamic], across: Expr) -> Iterator[Rule]:
        for number_, one in enumerate(dynamics if len(dynamics) <= _MOST_DYNAMIC else ()):
            others = [Not(other.match) for n, other in enumerate(dynamics) if n != number_]
            yield self._rule(one.line, conjunction(across, one.match, *others), Translate(one.translation))
        if len(dynamics) > 1:
            for one in dynamics:
                doubt = Unsure((Translate(one.translation), Continue()))
                yield self._rule(one.line, conjunction(across, one.match), doubt)

    def _rule(self, line: Line, match: Expr, action: Action) -> Rule:
        text = line.text[:400]
        return Rule(
            id=f"nat line {line.number}",
            key=text,
            match=match,
            action=action,
            span=self._notes.span(line),
            text=text,
            because=because(match),
        )


def _length(mask: str) -> int:
    return 32 - (addresses.netmask("0.0.0.0", mask).count.bit_length() - 1)
