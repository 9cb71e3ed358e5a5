"""Stateless firewall filters: terms in their order, at interfaces and before the routing engine.

Source: Routing Policies, Firewall Filters, and Traffic Policers User Guide, "Guidelines for Configuring Firewall Filters"
(terms in order; a term without `from` takes every packet; without an action that ends the filter it accepts; behind the last
term everything is discarded; `next term` goes on), "Firewall Filter Match Conditions Based on Address Fields" (the longest prefix
of a list decides, with or without `except`; what lies in none does not match), "Firewall Filter Match Conditions for IPv4
Traffic" (`port` is either port; the protocol is not checked by a port), "Guidelines for Applying Standard Firewall Filters"
(lists of filters are one after another; the filter of `lo0` takes what goes to the routing engine).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from segcheck.importers._hierarchy.notes import Vsys
from segcheck.importers._hierarchy.sessions import rule as made_rule
from segcheck.importers._hierarchy.tree import Node
from segcheck.importers._unsure import because, unknown
from segcheck.importers.srx._interfaces import Bound, unit
from segcheck.importers.srx._relevance import FIREWALL
from segcheck.importers.srx._words import ICMP6_TYPES, ICMP_TYPES, ports, protocols, values
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import ANYTHING, NOTHING, Bits, Expr, Field, Interface, Not, conjunction, disjunction
from segcheck.model.rules import (
    PERMIT_OR_DENY_OR_NOTHING,
    Action,
    Call,
    Continue,
    Deny,
    Permit,
    Return,
    Rule,
    RuleList,
    Unsure,
)
from segcheck.sets.addresses import V4, V6, parse
from segcheck.sets.header import ACK, CARRIERS, RST, SYN
from segcheck.sets.intervals import IntervalSet

#: What a term does besides that changes no packet's way: counting, marking, sampling, rates.
_NOTED = ("count", "log", "syslog", "sample", "policer", "three-color-policer", "forwarding-class", "loss-priority",
          "port-mirror", "port-mirror-instance", "dscp", "traffic-class", "prefix-action", "service-accounting",
          "dont-fragment", "hierarchical-policer", "traffic-manager")  # fmt: skip
_ELSEWHERE = ("routing-instance", "next-ip", "next-ip6", "next-interface", "next-hop-group", "topology", "logical-system",
              "ipsec-sa", "encapsulate", "decapsulate")  # fmt: skip
_LISTS = {"source": ("source-address", "source-prefix-list"), "destination": ("destination-address", "destination-prefix-list"),
          "any": ("address", "prefix-list")}  # fmt: skip
_SIDES = {"source": ("src",), "destination": ("dst",), "any": ("src", "dst")}
_PORTS = {"source-port": ("sport",), "destination-port": ("dport",), "port": ("sport", "dport")}
_FLAGS = {"fin": 1, "syn": 2, "rst": 4, "push": 8, "ack": 16, "urgent": 32, "0x1": 1, "0x2": 2, "0x4": 4, "0x10": 16}
_FLAG_TERM = re.compile(r"!?(?:fin|syn|rst|push|ack|urgent|0x10|0x1|0x2|0x4)")
_REPLIES = {"tcp-reset": "tcp-rst"}
_FIRST = Field("fragment", IntervalSet.of(0))
_LATER = Field("fragment", IntervalSet.of(1))


class Filters:
    """Reads the stateless filters; lists are called `inet/NAME` and `inet6/NAME`."""

    def __init__(self, vsys: Vsys) -> None:
        self._vsys = vsys
        self._firewall = vsys.node.at("firewall")
        self._firewall.ignore(FIREWALL)
        self.lists: dict[str, RuleList] = {}
        self._read()

    def _read(self) -> None:
        families = self._firewall.at("family")
        families.ignore(("any", "ethernet-switching", "bridge", "mpls", "vpls", "ccc"))
        for word, version in (("inet", 4), ("inet6", 6)):
            family = families.at(word)
            family.ignore(FIREWALL)
            for one in family.at("filter").entries():
                self._filter(one, word, version)
            self._vsys.doubt(family, Scope.DEVICE, tables=("filter",))
        for one in self._firewall.at("filter").entries():  # the older place of filters for IPv4
            self._filter(one, "inet", 4)
        self._vsys.doubt(self._firewall, Scope.DEVICE, tables=("family", "filter"))
        self._vsys.doubt(families, Scope.DEVICE, tables=("inet", "inet6"))

    def _filter(self, node: Node, word: str, version: int) -> None:
        name = f"{word}/{node.word}"
        node.ignore(("interface-specific", "accounting-profile", "enhanced-mode", "physical-interface-filter",
                     "interface-shared", "promote", "fast-filter-lookup"))  # fmt: skip
        rules = [self._term(term, name, version) for term in node.at("term").entries()]
        unread = self._vsys.notes.sweep(node, f"filter {name}", tables=("term",))
        if node.has("term"):
            unread += self._vsys.notes.shallow(node.at("term"), f"filter {name}")
        for identity in unread:
            self._vsys.taint(Scope.LIST, identity, name, node.first)
        if unread:
            doubt = unknown(f"unread lines of filter {name}", Code.UNRECOGNISED_LINE)
            rules.insert(0, replace(made_rule("unread lines", doubt, PERMIT_OR_DENY_OR_NOTHING),
                                    because=(Code.UNRECOGNISED_LINE.value,)))  # fmt: skip
        # a filter without any term cannot be committed
        default: Deny | Unsure = Deny() if rules else Unsure((Permit(), Deny()))
        self.lists[name] = RuleList(name=name, rules=tuple(rules), default=default)

    def _term(self, term: Node, name: str, version: int) -> Rule:
        where = f"term {term.word} of {name}"
        source = term.at("from")
        try:
            found = self._from(source, version, where)
        except ValueError:
            self._vsys.bad_value(source, where)
            source.mark_all(LineUse.APPROXIMATED)
            found = unknown(f"values of {where}", Code.VALUE_NOT_UNDERSTOOD)
        action = self._then(term, where)
        if term.has("filter"):  # a filter inside a filter
            self._vsys.unsupported(term.at("filter"), Scope.LIST, f"filter in {where}"[:60], name)
            action = PERMIT_OR_DENY_OR_NOTHING
        unread = self._vsys.notes.sweep(term, where)
        made = Rule(
            id=term.word,
            key=f"{name}/{term.word}",
            match=found,
            action=action,
            span=self._vsys.notes.extent(term),
            name=term.word,
            text=f"{where} then {' '.join(term.children.get('then', Node('')).children)}"[:200],
            log=term.has("then", "log") or term.has("then", "syslog"),
            because=(*because(found), *((Code.ACTION_NOT_MODELLED.value,) if isinstance(action, Unsure) else ())),
        )
        if not unread:
            return made
        doubt = unknown(f"unread lines of {where}", Code.UNRECOGNISED_LINE)
        return replace(made, match=doubt, action=PERMIT_OR_DENY_OR_NOTHING, because=(Code.UNRECOGNISED_LINE.value,))

    # ---- what a term asks

    def _from(self, node: Node, version: int, where: str) -> Expr:
        handled: set[str] = set()
        terms: list[Expr] = []
        for kind, keys in _LISTS.items():
            if any(node.has(key) for key in keys):
                found = self._addresses(node, keys, version, where)
                terms.append(disjunction(*(_apply(found, side) for side in _SIDES[kind])))
            handled.update(keys)
        protocol: Expr | None = None
        for key in ("protocol", "next-header", "payload-protocol"):
            for word, negate in ((key, False), (f"{key}-except", True)):
                handled.add(word)
                if node.has(word):
                    field = Field("proto", protocols(node.words(word)))
                    protocol = Not(field) if negate else field
                    terms.append(protocol)
        sure = protocol is not None
        for key, fields in _PORTS.items():
            for word, negate in ((key, False), (f"{key}-except", True)):
                handled.add(word)
                if node.has(word):
                    numbers = ports(node.words(word))
                    plain = disjunction(*(Field(field, numbers) for field in fields))
                    terms.append(_deep(Not(plain) if negate else plain, "dport", where, sure=sure))
        for key, kind_of in (("icmp-type", "icmp_type"), ("icmp-code", "icmp_code")):
            for word, negate in ((key, False), (f"{key}-except", True)):
                handled.add(word)
                if node.has(word):
                    names = (ICMP_TYPES if version == 4 else ICMP6_TYPES) if key == "icmp-type" else {}
                    one = Field(kind_of, values(node.words(word), names, 255))
                    terms.append(_deep(Not(one) if negate else one, "icmp_type", where, sure=sure))
        for key, bits in (("tcp-established", ACK | RST), ("tcp-initial", 0)):
            handled.add(key)
            if node.has(key):
                node.at(key)
                plain = (
                    Bits("tcp_flags", SYN | ACK, SYN)
                    if not bits
                    else disjunction(Bits("tcp_flags", ACK, ACK), Bits("tcp_flags", RST, RST))
                )
                terms.append(_deep(plain, "tcp_flags", where, sure=sure))
        handled.update(("tcp-flags", "is-fragment", "first-fragment", "interface"))
        if node.has("tcp-flags"):
            terms.append(_deep(_flags(node.one("tcp-flags")), "tcp_flags", where, sure=sure))
        if node.has("is-fragment"):
            node.at("is-fragment")
            terms.append(_LATER)
        if node.has("first-fragment"):  # a packet that is whole is none
            node.at("first-fragment")
            terms.append(conjunction(_FIRST, unknown("first fragment")))
        if node.has("interface"):
            terms.append(Interface("in", tuple(unit(name) for name in node.words("interface"))))
        for child in node.children.values():
            if child.word not in handled:
                child.mark_all(LineUse.APPROXIMATED)
                self._vsys.notes.say(
                    Code.CONDITION_NOT_MODELLED, Severity.WARNING, child, where, condition=child.word[:40]
                )
                terms.append(unknown(f"{child.word[:40]} of {where}"))
        return conjunction(*terms)

    def _addresses(self, node: Node, keys: Iterable[str], version: int, where: str) -> tuple[IntervalSet, Expr]:
        """Return the addresses of a list, and the doubt for what of it cannot be told."""
        rows: list[tuple[IntervalSet, bool]] = []
        doubt: Expr = NOTHING
        for key in keys:
            for entry in node.at(key).entries() if node.has(key) else ():
                entry.at("except")
                excluded = entry.has("except")
                if not key.endswith("prefix-list"):
                    rows.append((_prefix(entry.word), excluded))
                    continue
                found = self._prefix_list(entry.word)
                if found is None:
                    doubt = self._vsys.undefined(node.at(key), "prefix list", entry.word, where)
                else:
                    rows.extend((one, excluded) for one in found)
        if rows and all(excluded for _, excluded in rows):
            return IntervalSet.empty(), unknown(f"only exceptions in {where}")
        inside = IntervalSet.empty()
        for one, excluded in sorted(rows, key=lambda row: -row[0].count):
            inside = inside - one if excluded else inside | one
        return inside & (V4 if version == 4 else V6), doubt

    def _prefix_list(self, name: str) -> list[IntervalSet] | None:
        entry = self._vsys.node.at("policy-options", "prefix-list").children.get(name)
        if entry is None or entry.has("apply-path") or not entry.children:
            return None
        return [_prefix(word) for word in entry.words()]

    # ---- what a term does

    def _then(self, term: Node, where: str) -> Action:
        then = term.at("then")
        then.ignore(_NOTED)
        if then.has("packet-mode"):
            self._vsys.unsupported(then.at("packet-mode"), Scope.DEVICE, "packets that pass without policies")
        for key in _ELSEWHERE:
            if then.has(key):
                self._vsys.unsupported(then.at(key), Scope.ROUTING, f"{key} in {where}"[:60])
        found: list[Action] = []
        if then.has("accept"):
            then.at("accept")
            found.append(Permit())
        if then.has("discard"):
            then.at("discard").mark_all(LineUse.UNDERSTOOD)
            found.append(Deny())
        if then.has("reject"):
            then.at("reject").mark_all(LineUse.UNDERSTOOD)
            kind = next(iter(then.children["reject"].children), "")
            found.append(Deny(_REPLIES.get(kind, "icmp 3/13")))
        if then.has("next"):
            if then.words("next") == ("term",):
                found.append(Continue())
            else:
                self._vsys.bad_value(then.at("next"), where)
                return PERMIT_OR_DENY_OR_NOTHING
        if len(found) > 1:
            self._vsys.notes.say(Code.ACTION_NOT_MODELLED, Severity.ERROR, then, where, action="several")
            return PERMIT_OR_DENY_OR_NOTHING
        return found[0] if found else Permit()

    # ---- where they stand

    def bound(self, bounds: Iterable[Bound]) -> Iterator[tuple[Bound, RuleList]]:
        """Yield what is asked at each binding."""
        for one in bounds:
            names = [f"{'inet' if one.family == 4 else 'inet6'}/{name}" for name in one.names]
            missing = [name for name in names if name not in self.lists]
            if len(names) == 1 and not missing:
                yield one, self.lists[names[0]]
                continue
            rules: list[Rule] = []
            for name in names:
                if name in missing:  # a device does not commit that
                    doubt = self._vsys.undefined(one.node, "filter", name, f"interface {one.interface}")
                    rules.append(replace(made_rule(f"filter {name}", doubt, PERMIT_OR_DENY_OR_NOTHING),
                                         because=(Code.UNDEFINED_NAME.value,)))  # fmt: skip
                else:
                    rules.append(made_rule(name, ANYTHING, Call(f"{name} in a list")))
                    self.lists[f"{name} in a list"] = replace(
                        self.lists[name], name=f"{name} in a list", default=Return(), builtin=True
                    )
            label = f"{one.interface} {one.side} filters of IPv{one.family}"
            default: Deny | Unsure = Unsure((Permit(), Deny())) if missing else Deny()
            made = RuleList(name=label, rules=tuple(rules), default=default, builtin=True)
            self.lists[label] = made
            yield one, made


def _apply(found: tuple[IntervalSet, Expr], side: str) -> Expr:
    plain, doubt = found
    parts: list[Expr] = [Field(side, plain)] if plain else []
    return disjunction(*parts, *([doubt] if doubt is not NOTHING else []))


def _deep(plain: Expr, field: str, where: str, *, sure: bool) -> Expr:
    """Return a condition on what stands behind the IP header.

    In a later fragment, and in a packet of another protocol where the term names none, other bytes stand there.
    """
    doubt = unknown(f"bytes in the place of {field} in {where}"[:100])
    if sure:
        return disjunction(conjunction(_FIRST, plain), conjunction(_LATER, doubt))
    carried = conjunction(_FIRST, Field("proto", CARRIERS[field]))
    return disjunction(conjunction(carried, plain), conjunction(Not(carried), doubt))


def _flags(text: str) -> Expr:
    """Return `(syn & !ack)`, `ack | rst` and the like.

    Raises:
        ValueError: it is written in another way.
    """
    inner = text.replace("(", " ").replace(")", " ")
    if text.count("(") > 1 or ("&" in inner and "|" in inner):
        raise ValueError(text[:40])
    words = [word.strip() for word in re.split(r"[&|]", inner)]
    if not all(_FLAG_TERM.fullmatch(word) for word in words):
        raise ValueError(text[:40])
    parts: list[Expr] = []
    for word in words:
        bit = _FLAGS[word.removeprefix("!")]
        parts.append(Bits("tcp_flags", bit, 0 if word.startswith("!") else bit))
    return disjunction(*parts) if "|" in inner else conjunction(*parts)


def _prefix(text: str) -> IntervalSet:
    if "-" in text:
        raise ValueError(text[:40])
    return parse(text)
