"""Security policies: between zones, global, and the default behind them.

Source: Security Policies User Guide, "Security Policies Overview", "Understanding Security Policy Ordering", "Global Policy
Overview": the policies of the pair of zones are tried in order, the first that matches decides; then the global ones; then the
default policy (deny-all unless `permit-all` is written). Inside a zone they are needed as well. They see the destination after
and the source before its translation ("Traffic Processing on SRX Series Devices Overview"). CLI Reference, `match (Security
Policies)`, `then (Security Policies)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from segcheck.importers._hierarchy.notes import Vsys
from segcheck.importers._hierarchy.sessions import rule as made_rule
from segcheck.importers._hierarchy.tree import Node
from segcheck.importers._unsure import because, unknown
from segcheck.importers.srx._addresses import GLOBAL, Addresses
from segcheck.importers.srx._applications import Applications
from segcheck.importers.srx._interfaces import Interfaces
from segcheck.importers.srx._relevance import POLICIES
from segcheck.importers.srx._schedules import Schedules
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import ANYTHING, NOTHING, Condition, Expr, Interface, Kind, Not, conjunction, disjunction
from segcheck.model.rules import PERMIT_OR_DENY_OR_NOTHING, Action, Call, Deny, Permit, Rule, RuleList, Unsure
from segcheck.model.source import Span

HOST = "junos-host"
_WHO = ("source-identity", "source-end-user-profile", "source-identity-feed", "destination-identity-feed",
        "destination-identity-context", "destination-identity-context-profile")  # fmt: skip
_LATER = ("dynamic-application", "url-category")
_KINDS = ("permit", "deny", "reject")
#: Beside what a policy decides: what is recorded, and what inspects a session once it is open.
_NOTED = ("log", "count")
_INSPECTING = ("services-offload", "tcp-options", "advanced-connection-tracking")
_SERVICES = ("idp", "idp-policy", "utm-policy", "application-firewall", "application-traffic-control", "ssl-proxy",
             "icap-redirect", "advanced-anti-malware-policy", "packet-capture", "gprs-gtp-profile",
             "gprs-sctp-profile")  # fmt: skip
_ANY = ("any", "any-zone")


@dataclass(frozen=True, slots=True)
class Objects:
    """Everything that policies and translations refer to."""

    vsys: Vsys
    addresses: Addresses
    applications: Applications
    schedules: Schedules
    interfaces: Interfaces


def members(objects: Objects, names: Iterable[str], side: str, node: Node, where: str) -> Expr:
    """Return "it comes from, or goes to, one of the zones named"."""
    found: dict[str, None] = {}
    doubts: list[Expr] = []
    for name in names:
        zone = objects.interfaces.zones.get(name)
        if zone is None and not objects.vsys.node.has("security", "zones"):
            zone = (name,)  # a part of a configuration: its zones stand for interfaces that it lacks
        if zone is None:
            doubts.append(objects.vsys.undefined(node, "zone", name, where))
        else:
            found |= dict.fromkeys(zone)
    parts: list[Expr] = [Interface(side, tuple(found))] if found else []
    return disjunction(*parts, *doubts) if parts or doubts else NOTHING


class Policies:
    """Reads the policies of the device.

    hosts   zone -> rules of its policies towards the device itself
    """

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._vsys = objects.vsys
        self._book = objects.vsys.node.at("security", "policies")
        self.hosts: dict[str, tuple[Rule, ...]] = {}
        self.from_host = False
        self.has_global = False

    def lists(self) -> tuple[RuleList, ...]:
        """Return the lists, `policies` first: it leads to the list of the pair of zones."""
        self._book.ignore(POLICIES)
        default, span = self._default()
        pairs: dict[tuple[str, str], tuple[Rule, ...]] = {}
        for source in self._book.at("from-zone").entries():
            for target in source.at("to-zone").entries():
                where = f"{source.word}->{target.word}"
                self._of_zones(source, target)
                rules = tuple(
                    self._rule(entry, where, source.word, target.word) for entry in target.at("policy").entries()
                )
                rules += tuple(self._stray(target, where))
                if target.word == HOST:
                    self.hosts[source.word] = rules
                elif source.word == HOST:
                    self.from_host = True
                    pairs[source.word, target.word] = rules
                else:
                    pairs[source.word, target.word] = rules
            self._vsys.doubt(source, Scope.DEVICE, tables=("to-zone",))
        everywhere = self._global()
        self.has_global = any(rule.enabled for rule in everywhere)
        onwards = (made_rule("then global policies", ANYTHING, Call("global", goto=True)),) if everywhere else ()
        made = [
            RuleList(name=f"{a}->{b}", rules=(*rules, *onwards), default=default, default_span=span)
            for (a, b), rules in pairs.items()
        ]
        leading = []
        for a, b in pairs:
            if a == HOST:
                continue
            way = conjunction(
                members(self._objects, (a,), "in", self._book.at("from-zone", a), f"{a}->{b}"),
                members(self._objects, (b,), "out", self._book.at("from-zone", a, "to-zone", b), f"{a}->{b}"),
            )
            leading.append(made_rule(f"{a}->{b}", way, Call(f"{a}->{b}", goto=True)))
        if everywhere:
            made.append(RuleList(name="global", rules=everywhere, default=default, default_span=span))
        first = RuleList(name="policies", rules=(*leading, *onwards), default=default, default_span=span, builtin=True)
        self._vsys.doubt(self._book, Scope.DEVICE, tables=("from-zone",))
        return (first, *made)

    def _of_zones(self, source: Node, target: Node) -> None:
        """Taint the device where a zone is not there: no device loads that, so the line is not what it was."""
        if not self._vsys.node.has("security", "zones"):
            return
        for node in (source, target):
            if node.word != HOST and node.word not in self._objects.interfaces.zones:
                identity = self._vsys.notes.say(
                    Code.UNDEFINED_NAME, Severity.ERROR, node, "device", kind="zone", name=node.word[:60]
                )
                self._vsys.taint(Scope.DEVICE, identity, "", node.first)

    def _stray(self, target: Node, where: str) -> Iterator[Rule]:
        """Yield a rule for what stands beside the policies of a pair: it may be another policy."""
        unread = self._vsys.notes.sweep(target, f"list {where}", tables=("policy",))
        if target.has("policy"):
            unread += self._vsys.notes.shallow(target.at("policy"), f"list {where}")
        for identity in unread:
            self._vsys.taint(Scope.LIST, identity, where, target.first)
        if unread:
            doubt = unknown(f"unread lines of {where}", Code.UNRECOGNISED_LINE)
            yield replace(
                made_rule("unread lines", doubt, PERMIT_OR_DENY_OR_NOTHING), because=(Code.UNRECOGNISED_LINE.value,)
            )

    def _default(self) -> tuple[Permit | Deny | Unsure, Span | None]:
        node = self._book.at("default-policy")
        if not node:
            return Deny(), None
        names = node.words()
        span = self._vsys.notes.extent(node)
        if names == ("permit-all",):
            return Permit(), span
        if names == ("deny-all",):
            return Deny(), span
        self._vsys.bad_value(node, "default-policy")
        return Unsure((Permit(), Deny())), span

    def _global(self) -> tuple[Rule, ...]:
        holder = self._book.at("global")
        rules = tuple(self._rule(entry, "global", "", "") for entry in holder.at("policy").entries())
        if holder:
            rules += tuple(self._stray(holder, "global"))
        return rules

    # ---- one policy

    def _rule(self, entry: Node, where: str, source: str, target: str) -> Rule:
        place = f"policy {entry.word} of {where}"
        if entry.off:
            return self._switched_off(entry, where, source, target)
        entry.ignore(("description",))
        match = entry.at("match")
        ways = self._ways(match, place) if not source else ANYTHING
        terms = [
            ways,
            self._address(match, "source-address", source, "src", place),
            self._address(match, "destination-address", target, "dst", place),
            self._application(match, place),
            *self._others(entry, match, place),
        ]
        action, more = self._action(entry, place)
        found = conjunction(*terms, *more)
        unread = self._vsys.notes.sweep(entry, place)
        sure = not isinstance(action, Unsure)
        made = Rule(
            id=entry.word,
            key=f"{where}/{entry.word}",
            match=found,
            action=action,
            span=self._vsys.notes.extent(entry),
            name=entry.word,
            comment=" ".join(entry.children.get("description", Node("")).children)[:400],
            text=_summary(entry, where),
            log=entry.has("then", "log"),
            because=because(found) if sure else (*because(found), Code.ACTION_NOT_MODELLED.value),
        )
        if not unread:
            return made
        doubt = unknown(f"unread lines of {place}", Code.UNRECOGNISED_LINE)
        return replace(
            made,
            match=conjunction(ways, doubt),
            action=PERMIT_OR_DENY_OR_NOTHING,
            because=(Code.UNRECOGNISED_LINE.value,),
        )

    def _switched_off(self, entry: Node, where: str, source: str, target: str) -> Rule:
        """Return a policy that is deactivated, as far as it can be shown; nothing rests on it."""
        match = entry.at("match")
        terms = [
            self._objects.addresses.any_of(match.at("source-address"), source or GLOBAL, "src", where),
            self._objects.addresses.any_of(match.at("destination-address"), target or GLOBAL, "dst", where),
            self._objects.applications.any_of(match.at("application"), where),
        ]
        entry.mark_all(LineUse.IRRELEVANT)
        for node in entry.walk():
            node.bad, node.torn = 0, []
        return Rule(
            id=entry.word,
            key=f"{where}/{entry.word}",
            match=conjunction(*terms),
            action=Permit() if entry.has("then", "permit") else Deny(),
            span=self._vsys.notes.extent(entry),
            enabled=False,
            name=entry.word,
            text=_summary(entry, where),
            log=entry.has("then", "log"),
        )

    def _ways(self, match: Node, where: str) -> Expr:
        terms = []
        for key, side in (("from-zone", "in"), ("to-zone", "out")):
            if match.has(key):
                names = match.words(key)
                if not set(names) & set(_ANY):
                    terms.append(members(self._objects, names, side, match.at(key), where))
        return conjunction(*terms)

    def _missing(self, match: Node, key: str, where: str) -> Expr:
        self._vsys.notes.say(Code.VALUE_NOT_UNDERSTOOD, Severity.ERROR, match, where, value="", where=key)
        return unknown(f"{where} without {key}", Code.VALUE_NOT_UNDERSTOOD)

    def _address(self, match: Node, key: str, zone: str, side: str, where: str) -> Expr:
        excluded = match.has(f"{key}-excluded")
        match.at(f"{key}-excluded")
        if not match.has(key) or not match.children[key].children:
            return self._missing(match, key, where)
        found = self._objects.addresses.any_of(match.at(key), zone or GLOBAL, side, where)
        return Not(found) if excluded else found

    def _application(self, match: Node, where: str) -> Expr:
        if not match.has("application") or not match.children["application"].children:
            return self._missing(match, "application", where)
        return self._objects.applications.any_of(match.at("application"), where)

    def _others(self, entry: Node, match: Node, where: str) -> Iterable[Expr]:
        """Yield what else narrows a policy: hours, people, what is found of a session later."""
        try:
            name = entry.one("scheduler-name")
            if name:
                yield self._objects.schedules.in_force(name, entry.at("scheduler-name"), where)
        except ValueError:
            yield unknown(f"scheduler of {where}", Code.VALUE_NOT_UNDERSTOOD)
        for key in _WHO:
            if match.has(key):
                names = match.words(key)
                if set(names) != {"any"}:
                    yield Condition(f"{key} {' '.join(sorted(names))}"[:200], Kind.VARIES)
        for key in _LATER:
            if match.has(key):
                names = match.words(key)
                if not set(names) <= {"any", "none"}:
                    yield Condition(f"{key} {' '.join(names)}"[:200], Kind.LATER)

    def _action(self, entry: Node, where: str) -> tuple[Action, list[Expr]]:
        then = entry.at("then")
        then.ignore(_NOTED)
        kinds = [kind for kind in _KINDS if then.has(kind)]
        if len(kinds) != 1:
            self._vsys.notes.say(Code.ACTION_NOT_MODELLED, Severity.ERROR, then or entry, where, action="none")
            return PERMIT_OR_DENY_OR_NOTHING, []
        holder = then.at(kinds[0])
        if kinds[0] != "permit":
            holder.ignore(("ssl-proxy", "profile"))
            return Deny("tcp-rst" if kinds[0] == "reject" else ""), []
        more: list[Expr] = []
        action: Action = Permit()
        if holder.has("firewall-authentication"):
            holder.at("firewall-authentication").mark_all(LineUse.APPROXIMATED)
            more.append(Condition(f"firewall authentication of {where}", Kind.VARIES))
        services = holder.at("application-services")
        if services.has("uac-policy"):
            services.at("uac-policy").mark_all(LineUse.APPROXIMATED)
            more.append(Condition(f"access control of {where}", Kind.VARIES))
        holder.ignore(_INSPECTING)
        services.ignore(_SERVICES)
        if any(
            child.use is None for child in services.children.values()
        ):  # may drop an opening packet by its addresses
            services.mark_all(LineUse.APPROXIMATED)
            action = Unsure((Permit(), Deny()))
        for key in ("tunnel", "destination-address"):
            if holder.has(key):
                # a tunnel takes the packet elsewhere than its route says
                if key == "tunnel":
                    self._vsys.unsupported(holder.at(key), Scope.ROUTING, f"tunnel of {where}"[:60])
                else:
                    holder.at(key).mark_all(LineUse.APPROXIMATED)
                action = Unsure((Permit(), Deny()))
                self._vsys.notes.say(Code.ACTION_NOT_MODELLED, Severity.ERROR, holder.at(key), where, action=key)
        return action, more


def _summary(entry: Node, where: str) -> str:
    """Return one line that says what a policy is."""
    parts = [where, entry.word]
    match = entry.children.get("match", Node(""))
    parts.extend(
        f"{key} {','.join(match.children.get(key, Node('')).children)[:60]}"
        for key in ("source-address", "destination-address", "application")
    )
    parts.append(" ".join(entry.children.get("then", Node("")).children)[:40])
    return " ".join(parts)[:400]
