"""NAT rules.

Source: Web Interface Help, "Policies > NAT", "NAT Translated Packet Tab"; PAN-OS Networking Administrator's Guide, "NAT Policy
Rules": the first NAT rule that matches the packet as it arrived decides both translations; its destination zone is the one to
which the route for the original address leads. The destination is translated before the way out is looked up again, the source
as the packet leaves. Security rules see the original addresses and the final zone. A static translation that is
bi-directional also translates, in the opposite direction, what is sent to the translated address.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from segcheck.importers._hierarchy.tree import Node
from segcheck.importers._unsure import because, unknown
from segcheck.importers.panos._original import Rewriting
from segcheck.importers.panos._routing import Routing
from segcheck.importers.panos._security import Matcher, Objects
from segcheck.importers.panos._services import ports
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import (
    ANYTHING,
    NOTHING,
    Condition,
    Expr,
    Field,
    Interface,
    Kind,
    conjunction,
    disjunction,
    leaves,
)
from segcheck.model.rules import Assign, Continue, Permit, Return, Rule, RuleList, Translate, Translation, Unsure
from segcheck.sets.addresses import V4
from segcheck.sets.intervals import IntervalSet

_ANY_PORT = IntervalSet.of((1, 65535))
_IRRELEVANT = ("description", "tag", "group-tag", "audit-comment")
_MARK = 0xFFFF


@dataclass(frozen=True, slots=True)
class _Made:
    """A rule of the NAT rulebase, read: who it takes, and what it does with either end (None: nothing)."""

    rule: Rule
    source: Translate | Unsure | None
    destination: Translate | Unsure | None
    addresses: IntervalSet | None = None
    ports: IntervalSet | None = None


class Nat(Matcher):
    """Reads the NAT rules of one virtual system."""

    def __init__(self, objects: Objects, routing: Routing) -> None:
        super().__init__(objects)
        self._routing = routing
        self._known = routing.known
        self.rewritings: list[Rewriting] = []

    def lists(self, holders: Iterable[Node], name: str) -> tuple[RuleList, ...]:
        """Return the lists `NAME/nat` (which rule takes a packet), `nat-destination`, `nat-source`; none without rules."""
        made: list[_Made] = []
        for holder in holders:
            for entry in holder.at("rules").entries():
                made.extend(self._rules(entry))
        if len(made) > _MARK:  # more than packets can carry the number of; no firewall has room for half of them
            limit = self.vsys.notes.say(
                Code.LIMIT_REACHED, Severity.ERROR, 0, "translation", what="NAT rules", limit=str(_MARK)
            )
            self.vsys.taint(Scope.TRANSLATION, limit)
        made = made[:_MARK]
        if not made:
            return ()
        chosen: list[Rule] = []
        ends: dict[str, list[Rule]] = {"destination": [], "source": []}
        first = Field("snat", IntervalSet.of(0))
        for number, one in enumerate(made, 1):
            assign = Assign("snat", number, _MARK)
            sure = not isinstance(one.rule.action, Unsure)
            action = assign if sure else Unsure((assign, Continue()))
            chosen.append(replace(one.rule, match=conjunction(first, one.rule.match), action=action))
            if one.destination is not None:
                self.rewritings.append(_rewriting(number, one))
            for end, what in (("destination", one.destination), ("source", one.source)):
                if what is not None:
                    taken = Field("snat", IntervalSet.of(number))
                    ends[end].append(replace(one.rule, match=taken, action=what, enabled=True, because=()))
        return (
            RuleList(name=f"{name}/nat", rules=tuple(chosen), default=Return()),
            RuleList(name=f"{name}/nat-destination", rules=tuple(ends["destination"]), default=Permit(), builtin=True),
            RuleList(name=f"{name}/nat-source", rules=tuple(ends["source"]), default=Permit(), builtin=True),
        )

    def _rules(self, entry: Node) -> Iterable[_Made]:
        where = f"NAT rule {entry.word}"
        ways = self.zones(entry, "from", "in", where)
        terms: list[Expr] = [ways, self._to(entry, where)]
        kind = "?"
        try:
            kind = entry.one("nat-type", default="ipv4")
            terms.append(self._to_interface(entry))
        except ValueError:
            terms.append(unknown(f"to-interface of {where}", Code.VALUE_NOT_UNDERSTOOD))
        terms.append(self.address(entry, "source", "src", where))
        terms.append(self.address(entry, "destination", "dst", where))
        service = entry.words("service", text=True) or ("any",)
        asked = self.objects.services.any_of(service, entry.at("service"), where)
        terms.append(asked)
        if kind == "ipv4":
            terms.extend((Field("src", V4), Field("dst", V4)))
        if entry.has("active-active-device-binding"):
            entry.at("active-active-device-binding").mark_all(LineUse.APPROXIMATED)
            terms.append(Condition("active-active device binding", Kind.UNKNOWN))
        enabled, doubt = self.enabled(entry, where)
        any_translation = Unsure((Translate(None), Permit()))
        source: Translate | Unsure | None = any_translation
        destination: Translate | Unsure | None = any_translation
        reverse: IntervalSet | None = None
        if kind == "ipv4":
            source, reverse = self._source(entry, where)
            destination = self._destination(entry, where)
        else:  # NAT64, NPTv6
            self.vsys.notes.say(Code.ACTION_NOT_MODELLED, Severity.ERROR, entry, where, action=f"nat-type {kind[:20]}")
            for key in ("source-translation", "destination-translation"):
                if entry.has(key):
                    entry.at(key).mark_all(LineUse.UNSUPPORTED)
        entry.ignore(_IRRELEVANT)
        unread = self.vsys.notes.sweep(entry, where)
        match = conjunction(*terms, doubt)
        rule = Rule(
            id=entry.word,
            key=entry.extras.get("uuid") or entry.word,
            match=match,
            action=Continue(),
            span=self.vsys.notes.extent(entry),
            enabled=enabled,
            name=entry.word,
            text=f"NAT rule {entry.word}"[:200],
            because=because(match),
        )
        if unread:
            doubtful = unknown(f"unread lines of {where}", Code.UNRECOGNISED_LINE)
            rule = replace(
                rule,
                match=conjunction(ways, doubtful),
                action=Unsure((Permit(), Continue())),
                enabled=True,
                because=(Code.UNRECOGNISED_LINE.value,),
            )
            source = destination = any_translation
        old = self.objects.addresses.plain(entry.words("destination"))
        yield _Made(rule, source, destination, old, _ports(asked))
        if reverse is not None:
            yield from self._backwards(entry, rule, reverse, where)

    def _backwards(self, entry: Node, rule: Rule, translated: IntervalSet, where: str) -> Iterable[_Made]:
        """Yield the opposite direction of a bi-directional translation.

        From which zones it takes packets is not said; from the zone that the rule leads to it does, in any reading.
        """
        original = self.objects.addresses.plain(entry.words("source"))
        action: Translate | Unsure = Translate(None)
        if original is not None and original.count == translated.count and len(original.ranges) == 1:
            shift = original.ranges[0][0] - translated.ranges[0][0]
            action = Translate(Translation("dst", addresses=original, shift=shift))
        sent = conjunction(Field("dst", translated), Field("src", V4))
        named = entry.words("to")
        members = tuple(m for zone in named for m in self.objects.interfaces.zones.get(zone, ()))
        sure = conjunction(sent, self._to(entry, where), Interface("in", members)) if members else NOTHING
        for match, certain in ((sure, True), (sent, False)):
            made = replace(
                rule,
                match=match,
                id=f"{entry.word} (reverse)",
                key=f"{rule.key} reverse {certain}",
                text=f"NAT rule {entry.word}, in the opposite direction"[:200],
                action=Continue() if certain else Unsure((Permit(), Continue())),
                because=() if certain else (Code.ACTION_NOT_MODELLED.value,),
            )
            yield _Made(made, None, action, translated)

    # ---- who

    def _to(self, entry: Node, where: str) -> Expr:
        names = entry.words("to")
        if not names:
            return self.missing(entry, "to", where)
        if "any" in names:
            return ANYTHING
        members: list[str] = []
        for name in names:
            if name not in self.objects.interfaces.zones:
                return self.vsys.undefined(entry.at("to"), "zone", name, where)
            members.extend(self.objects.interfaces.zones[name])
        return self._led_to(members)

    def _to_interface(self, entry: Node) -> Expr:
        name = entry.one("to-interface")
        return ANYTHING if name in ("", "any") else self._led_to([name])

    def _led_to(self, members: list[str]) -> Expr:
        """Return "the route for the destination as it was sent leads to one of these interfaces"."""
        doubt = unknown("route to the original destination", Code.ROUTING_UNKNOWN)
        if not self._known:
            return doubt
        domains: dict[str, list[str]] = {}
        for port in self.objects.interfaces.all:
            domains.setdefault(port.domain, []).append(port.name)
        found: list[Expr] = []
        for domain, inside in domains.items():
            must, may = self._routing.towards(members, domain)
            parts: list[Expr] = [Field("dst", must)] if must else []
            if may - must:
                parts.append(conjunction(Field("dst", may - must), doubt))
            if parts:
                here = ANYTHING if len(domains) == 1 else Interface("in", tuple(inside))
                found.append(conjunction(here, disjunction(*parts)))
        return disjunction(*found) if found else NOTHING

    # ---- what

    def _source(self, entry: Node, where: str) -> tuple[Translate | None, IntervalSet | None]:
        """Return the source translation of a rule, and the addresses that also translate back."""
        node = entry.at("source-translation")
        if not node or node.has("none"):
            return None, None
        try:
            if node.has("dynamic-ip-and-port"):
                found = self._pool(node.at("dynamic-ip-and-port"))
                return Translate(_to(found, _ANY_PORT)), None
            if node.has("dynamic-ip"):
                inner = node.at("dynamic-ip")
                found = self.objects.addresses.plain(inner.words("translated-address"))
                chosen = None
                if found is not None and inner.has("fallback"):
                    more = self._pool(inner.at("fallback"))
                    found, chosen = (found | more, _ANY_PORT) if more is not None else (None, None)
                    inner.at("fallback").mark_all(LineUse.APPROXIMATED)
                return Translate(_to(found, chosen)), None
            inner = node.at("static-ip")
            translated = self.objects.addresses.plain((inner.one("translated-address"),))
            both = inner.flag("bi-directional") is not False
            if translated is None:
                self.vsys.bad_value(inner, where)
                return Translate(None), (V4 if both else None)
            original = self.objects.addresses.plain(entry.words("source"))
            shift = None
            if original is not None and len(original.ranges) == 1 and original.count == translated.count:
                shift = translated.ranges[0][0] - original.ranges[0][0]
            return Translate(Translation("src", addresses=translated, shift=shift)), (translated if both else None)
        except ValueError:
            self.vsys.bad_value(node, where)
            return Translate(None), None

    def _pool(self, node: Node) -> IntervalSet | None:
        if not node.has("interface-address"):
            return self.objects.addresses.plain(node.words("translated-address"))
        inner = node.at("interface-address")
        name = inner.one("interface")
        chosen = next((inner.one(key) for key in ("ip", "floating-ip") if inner.has(key)), "")
        if chosen:
            return self.objects.addresses.plain((chosen.partition("/")[0] if "/" in chosen else chosen,))
        port = self.objects.interfaces.by_name.get(name)
        if port is None or port.dynamic:
            return None
        own = [one.address for one in port.addresses if one.address in V4]
        return IntervalSet.of(*own) if own else None

    def _destination(self, entry: Node, where: str) -> Translate | None:
        node = entry.at("destination-translation")
        if entry.has("dynamic-destination-translation"):
            node = entry.at("dynamic-destination-translation")
            node.at("distribution").mark_all(LineUse.APPROXIMATED)
        if not node:
            return None
        try:
            node.at("dns-rewrite").mark_all(LineUse.APPROXIMATED)
            text = node.one("translated-address")
            new = self.objects.addresses.plain((text,)) if text else None
            port = node.one("translated-port")
            chosen = ports(port) if port else None
            if text and new is None:
                return Translate(None)
            old = self.objects.addresses.plain(entry.words("destination"))
            shift = None
            one_to_one = old is not None and new is not None and old.count == new.count and new.count > 1
            if one_to_one and old is not None and new is not None and len(old.ranges) == len(new.ranges) == 1:
                shift = new.ranges[0][0] - old.ranges[0][0]
            return Translate(Translation("dst", addresses=new, shift=shift, ports=chosen))
        except ValueError:
            self.vsys.bad_value(node, where)
            return Translate(None)


def _to(addresses: IntervalSet | None, chosen: IntervalSet | None) -> Translation | None:
    return Translation("src", addresses=addresses, ports=chosen) if addresses else None


def _ports(asked: Expr) -> IntervalSet:
    """Return the destination ports that packets of a service may have."""
    every = IntervalSet.of((0, 65535))
    found = list(leaves(asked))
    if any(isinstance(leaf, Condition) for leaf in found):
        return every
    pairs = [pair for leaf in found if isinstance(leaf, Field) and leaf.name == "dport" for pair in leaf.values.ranges]
    return IntervalSet.of(*pairs) if pairs else every


def _rewriting(number: int, made: _Made) -> Rewriting:
    translation = made.destination.translation if isinstance(made.destination, Translate) else None
    if translation is None:
        return Rewriting(number, None, None, None, known=False)
    moved = translation.shift if translation.addresses is not None else 0
    return Rewriting(number, made.addresses, moved, made.ports if translation.ports is not None else None)
