"""Security rules, and the default rules behind them.

Source: Web Interface Help, "Policies > Security"; knowledge base, "What are Universal, Intrazone and Interzone Rules?";
"Overriding or Reverting a Security Policy Rule". Rules are tried in order, the first that matches decides; then intrazone-default
(allow) and interzone-default (deny), whose action may be overridden. Zones are those of the interfaces by which the packet came
and, after destination translation, leaves; addresses and ports are those before translation ("NAT Policy Overview").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from segcheck.importers._hierarchy.notes import Vsys
from segcheck.importers._hierarchy.tree import Node
from segcheck.importers._unsure import because, unknown
from segcheck.importers.panos._addresses import Addresses
from segcheck.importers.panos._applications import Applications, category, people
from segcheck.importers.panos._interfaces import Interfaces
from segcheck.importers.panos._original import Rewriting, original
from segcheck.importers.panos._schedules import Schedules
from segcheck.importers.panos._services import Services
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import (
    ANYTHING,
    NOTHING,
    All,
    AnyOf,
    Expr,
    Field,
    Interface,
    Not,
    conjunction,
    disjunction,
)
from segcheck.model.rules import PERMIT_OR_DENY_OR_NOTHING, Action, Deny, Permit, Rule, Unsure
from segcheck.sets.intervals import IntervalSet

#: Settings of a rule that say nothing about whether an opening packet passes.
IRRELEVANT = (
    "description", "tag", "group-tag", "log-start", "log-end", "log-setting", "profile-setting", "qos", "icmp-unreachable",
    "disable-server-response-inspection", "disable-inspect", "audit-comment", "option",
)  # fmt: skip
_DENIALS = frozenset({"deny", "drop", "reset-client", "reset-server", "reset-both"})


@dataclass(frozen=True, slots=True)
class Objects:
    """Everything that the rules of one virtual system refer to."""

    vsys: Vsys
    addresses: Addresses
    services: Services
    applications: Applications
    schedules: Schedules
    interfaces: Interfaces


class Matcher:
    """What rules of the rulebases ask of a packet."""

    def __init__(self, objects: Objects) -> None:
        self.objects = objects
        self.vsys = objects.vsys

    def zones(self, entry: Node, key: str, side: str, where: str) -> Expr:
        """Return "it comes from, or goes to, one of the zones named"."""
        names = entry.words(key)
        if not names:
            return self.missing(entry, key, where)
        if "any" in names:
            return ANYTHING
        if not self.vsys.node.has("zone"):  # a part of a configuration: its zones stand for interfaces that it lacks
            return Interface(side, names)
        members: dict[str, None] = {}
        doubts: list[Expr] = []
        for name in names:
            found = self.objects.interfaces.zones.get(name)
            if found is not None:
                members |= dict.fromkeys(found)
            elif name == "multicast" and side == "out":
                doubts.append(unknown("zone multicast"))
            else:
                doubts.append(self.vsys.undefined(entry.at(key), "zone", name, where))
        parts: list[Expr] = [Interface(side, tuple(members))] if members else []
        return disjunction(*parts, *doubts) if parts or doubts else NOTHING

    def missing(self, entry: Node, key: str, where: str) -> Expr:
        """Return the doubt that stands for a setting which every rule has to have."""
        self.vsys.notes.say(Code.VALUE_NOT_UNDERSTOOD, Severity.ERROR, entry, where, value="", where=key)
        return unknown(f"{where} without {key}", Code.VALUE_NOT_UNDERSTOOD)

    def address(self, entry: Node, key: str, side: str, where: str) -> Expr:
        """Return what a rule asks of one end, with its negation."""
        if not entry.has(key) or not entry.children[key].children:
            return self.missing(entry, key, where)
        found = self.objects.addresses.any_of(entry.at(key), side, where)
        negated = entry.flag(f"negate-{key}")
        if negated is None:
            return unknown(f"negate-{key} of {where}", Code.VALUE_NOT_UNDERSTOOD)
        return Not(found) if negated else found

    def service(self, entry: Node, where: str, applications: tuple[str, ...]) -> Expr:
        """Return what a rule asks of ports."""
        names = entry.words("service")
        if not names:
            return self.missing(entry, "service", where)
        plain = [name for name in names if name != "application-default"]
        found = [self.objects.services.any_of(plain, entry.at("service"), where)] if plain else []
        if len(plain) < len(names):
            ports = self.objects.applications.default_ports(applications)
            any_application = not applications or "any" in applications
            found.append(conjunction(ports, unknown("application-default")) if any_application else ports)
        return disjunction(*found)

    def others(self, entry: Node, where: str) -> Iterable[Expr]:
        """Yield what else narrows a rule: hours, people, categories, the devices it is meant for."""
        try:
            name = entry.one("schedule")
            if name and name != "none":
                yield self.objects.schedules.in_force(name, entry.at("schedule"), where)
        except ValueError:
            yield unknown(f"schedule of {where}", Code.VALUE_NOT_UNDERSTOOD)
        for key, kind in (("source-user", "user"), ("hip-profiles", "HIP"), ("source-hip", "HIP of the source"),
                          ("destination-hip", "HIP of the destination"), ("source-imsi", "IMSI"),
                          ("source-imei", "IMEI"), ("source-nw-slice", "network slice")):  # fmt: skip
            if entry.has(key):
                yield people(entry.words(key), kind)
        for key in ("category", "saas-user-list", "saas-tenant-list"):
            if entry.has(key):
                yield category(entry.words(key), where)
        if entry.has("target"):
            target = entry.at("target")
            plain = target.flag("negate") is False and not target.has("devices") and not target.has("tags")
            target.mark_all(LineUse.UNDERSTOOD if plain else LineUse.APPROXIMATED)
            if not plain:  # which firewall this is, by its serial number, the export does not say
                yield unknown(f"target of {where}")

    def enabled(self, entry: Node, where: str) -> tuple[bool, Expr]:
        """Return whether a rule may act, and the doubt where that cannot be read."""
        disabled = entry.flag("disabled")
        doubt = unknown(f"disabled of {where}", Code.VALUE_NOT_UNDERSTOOD) if disabled is None else ANYTHING
        return disabled is not True, doubt


class Security(Matcher):
    """Reads the rules of one virtual system; `rewritings` is what NAT makes of destinations before they are asked."""

    def __init__(self, objects: Objects, rewritings: Sequence[Rewriting]) -> None:
        super().__init__(objects)
        self._rewritings = rewritings

    def rules(self, holders: Iterable[Node]) -> tuple[Rule, ...]:
        """Return the rules of the rulebases given, in their order."""
        return tuple(self._rule(entry) for holder in holders for entry in holder.at("rules").entries())

    def _rule(self, entry: Node) -> Rule:
        where = f"rule {entry.word}"
        ways = self._ways(entry, where)
        applications = entry.words("application")
        terms = [
            ways,
            self.address(entry, "source", "src", where),
            self.address(entry, "destination", "dst", where),
            self.service(entry, where, applications),
            self.objects.applications.named(applications, where)
            if applications
            else self.missing(entry, "application", where),
            *self.others(entry, where),
        ]
        enabled, doubt = self.enabled(entry, where)
        action, sure = self._action(entry, where)
        logged = entry.children.get("log-end", Node("")).children
        entry.ignore(IRRELEVANT)
        unread = self.vsys.notes.sweep(entry, where)
        match = original(conjunction(*terms, doubt), self._rewritings)
        made = Rule(
            id=entry.word,
            key=entry.extras.get("uuid") or entry.word,
            match=match,
            action=action,
            span=self.vsys.notes.extent(entry),
            enabled=enabled,
            name=entry.word,
            comment=" ".join(entry.children.get("description", Node("")).children)[:400],
            text=_summary(entry),
            log="no" not in logged,
            because=because(match) if sure else (*because(match), Code.ACTION_NOT_MODELLED.value),
        )
        return self.doubtful(made, ways) if unread else made

    def doubtful(self, rule: Rule, ways: Expr) -> Rule:
        """Return a rule of which something was not read: what that was may turn round or replace all that it says."""
        doubt = unknown(f"unread lines of rule {rule.id}", Code.UNRECOGNISED_LINE)
        return replace(
            rule,
            match=conjunction(ways, doubt),
            action=PERMIT_OR_DENY_OR_NOTHING,
            enabled=True,
            because=(Code.UNRECOGNISED_LINE.value,),
        )

    def _ways(self, entry: Node, where: str) -> Expr:
        try:
            kind = entry.one("rule-type", default="universal")
        except ValueError:
            kind = "?"
        entered, left = self.zones(entry, "from", "in", where), self.zones(entry, "to", "out", where)
        if kind == "universal":
            return conjunction(entered, left)
        inside = self.same_zone()
        if kind == "intrazone":  # its destination zones are those of its sources
            return conjunction(entered, inside)
        if kind == "interzone":
            return conjunction(entered, left, Not(inside))
        self.vsys.bad_value(entry.at("rule-type"), where, "rule-type")
        return unknown(f"rule-type of {where}", Code.VALUE_NOT_UNDERSTOOD)

    def same_zone(self) -> Expr:
        """Return "it comes from and goes to one and the same zone"."""
        zones = [members for members in self.objects.interfaces.zones.values() if members]
        return disjunction(*(conjunction(Interface("in", m), Interface("out", m)) for m in zones)) if zones else NOTHING

    def _action(self, entry: Node, where: str) -> tuple[Action, bool]:
        try:
            word = entry.one("action")
        except ValueError:
            word = "?"
        if word == "allow":
            return Permit(), True
        if word in _DENIALS:
            return Deny(), True
        node = entry.at("action").take(LineUse.UNSUPPORTED)
        self.vsys.notes.say(Code.ACTION_NOT_MODELLED, Severity.ERROR, node or entry, where, action=word[:20] or "none")
        return PERMIT_OR_DENY_OR_NOTHING, False

    def defaults(self, holders: Iterable[Node]) -> tuple[Rule, ...]:
        """Return what decides where no rule has: inside a zone, and between zones.

        holders   the places that may override them, nearest first
        """
        rules = []
        kept = [holder.at("rules") for holder in holders]
        for name, match, action in (
            ("intrazone-default", self.same_zone(), Permit()),
            ("interzone-default", ANYTHING, Deny()),
        ):
            entry = next((holder.at(name) for holder in kept if holder.has(name)), Node(name))
            decided: Action = action
            unread: list[str] = []
            if entry:
                if entry.has("action"):
                    decided, _ = self._action(entry, name)
                entry.ignore(IRRELEVANT)
                unread = self.vsys.notes.sweep(entry, name)
                if unread or isinstance(decided, Unsure):
                    decided = Unsure((Permit(), Deny()))
            rules.append(
                Rule(
                    id=name,
                    key=name,
                    match=match,
                    action=decided,
                    span=self.vsys.notes.extent(entry),
                    name=name,
                    text=f"{name} ({'overridden' if entry else 'predefined'})",
                    because=(Code.ACTION_NOT_MODELLED.value,) if isinstance(decided, Unsure) else (),
                )
            )
        return tuple(rules)


def to_itself(expr: Expr, owned: dict[str, IntervalSet], doubtful: frozenset[str]) -> Expr:
    """Return the expression for packets to the device itself, which "leave" by the interface that has their address.

    owned      interface -> its addresses
    doubtful   interfaces that may have others too
    """
    if isinstance(expr, Interface) and expr.side == "out":
        pairs = [pair for name in expr.names for pair in owned.get(name, IntervalSet.empty()).ranges]
        known: list[Expr] = [Field("dst", IntervalSet.of(*pairs))] if pairs else []
        if doubtful & set(expr.names):
            known.append(unknown("address of an interface", Code.DEPENDS_ON_OUTSIDE))
        return disjunction(*known) if known else NOTHING
    if isinstance(expr, All):
        return conjunction(*(to_itself(term, owned, doubtful) for term in expr.terms))
    if isinstance(expr, AnyOf):
        return disjunction(*(to_itself(term, owned, doubtful) for term in expr.terms))
    if isinstance(expr, Not):
        return Not(to_itself(expr.term, owned, doubtful))
    return expr


def _summary(entry: Node) -> str:
    """Return one line that says what a rule is."""
    parts = [entry.word]
    for key in ("from", "to", "source", "destination", "application", "service", "action"):
        words = entry.children.get(key, Node("")).children
        parts.append(f"{key} {','.join(words)[:60]}")
    return " ".join(parts)[:400]
