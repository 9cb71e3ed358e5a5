"""Policies: what `firewall policy` and its relatives match and do.

Source: CLI Reference, "config firewall policy", "policy6", "security-policy"; Administration Guide, "Policies" and "NGFW
policy". Policies are tried in the order of the file; the first that matches decides, implicit deny (policy 0) at the end.
Without `action` a policy denies. Since 6.4 one policy holds IPv4 (`srcaddr`, `dstaddr`) and IPv6 (`srcaddr6`, `dstaddr6`).
A policy whose destination is a VIP sees only what that VIP has translated; other policies do not see translated packets
unless `match-vip` says so (Technical Tip 192456). With central NAT policies name the translated address.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from segcheck.importers._unsure import because, unknown
from segcheck.importers.fortigate._addresses import Addresses
from segcheck.importers.fortigate._defaults import match_vip
from segcheck.importers.fortigate._interfaces import Interfaces
from segcheck.importers.fortigate._notes import Vdom, nothing_sure
from segcheck.importers.fortigate._policy_keys import IRRELEVANT, UNCERTAIN_UNLESS, WHO, line_of, summary, tos
from segcheck.importers.fortigate._schedules import Schedules
from segcheck.importers.fortigate._services import Services
from segcheck.importers.fortigate._tree import Node
from segcheck.importers.fortigate._values import FAMILY, union
from segcheck.importers.fortigate._vips import Vips
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import (
    ANYTHING,
    NOTHING,
    Condition,
    Expr,
    Field,
    Kind,
    Not,
    conjunction,
    disjunction,
)
from segcheck.model.rules import PERMIT_OR_DENY_OR_NOTHING, Action, Continue, Deny, Permit, Rule, Unsure
from segcheck.sets.intervals import IntervalSet

#: Settings that ask for what only the content of a session shows.
_CONTENTS = ("application", "app-category", "app-group", "url-category")
#: Settings that hand an open session on to the proxy policies.
_REDIRECTS = ("http-policy-redirect", "ssh-policy-redirect", "ztna-policy-redirect")
_UNTRANSLATED = Field("dnat", IntervalSet.of(0))
_TRANSLATED = Field("dnat", IntervalSet.of((1, 65535)))


@dataclass(frozen=True, slots=True)
class Objects:
    """Everything of a VDOM that policies refer to."""

    addresses: Addresses
    services: Services
    schedules: Schedules
    interfaces: Interfaces
    vips: Vips


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy, read: the rule it is, and its entry for those who read its NAT.

    accepts    it lets something pass, or may
    doubtful   something in it was not read, so nothing that it says is sure
    """

    rule: Rule
    entry: Node
    accepts: bool
    doubtful: bool = False


class Policies:
    """Reads tables of policies of one VDOM."""

    def __init__(self, vdom: Vdom, objects: Objects, *, central_nat: bool, policy_mode: bool) -> None:
        self._vdom = vdom
        self._objects = objects
        self._central_nat = central_nat
        self._policy_mode = policy_mode

    def read(self, path: str, family: int) -> tuple[Policy, ...]:
        """Return the policies of a table in their order; `family` is 4, 6, or 0 for unified policies."""
        table = self._vdom.table(path)
        found: list[Policy] = []
        for entry in table.entries.values():
            found.append(self._policy(path, entry, family))
            if entry.one("action") == "ipsec":
                found.append(self._out_of_tunnel(entry, family or 4))
            elif found[-1].doubtful and "action" not in entry.values and self._by_tunnel():
                found.append(replace(found[-1], rule=replace(found[-1].rule, match=unknown("action"))))
        return tuple(found)

    def _by_tunnel(self) -> bool:
        """Return whether a policy can have the action `ipsec`."""
        return any(self._vdom.table(path).entries for path in ("vpn ipsec phase1", "vpn ipsec manualkey"))

    def _out_of_tunnel(self, entry: Node, family: int) -> Policy:
        """Return what a policy of a policy-based tunnel lets in the other way: what comes out of the tunnel."""
        interfaces, addresses = self._objects.interfaces, self._objects.addresses
        match = conjunction(
            interfaces.match("in", entry.names("dstintf"), entry.first),
            interfaces.match("out", entry.names("srcintf"), entry.first),
            addresses.any_of(family, entry.names("dstaddr"), "src", entry.first),
            addresses.any_of(family, entry.names("srcaddr"), "dst", entry.first),
        )
        rule = Rule(
            id=entry.name,
            key=f"{entry.name} inbound",
            match=match,
            action=Unsure((Permit(), Continue())),
            span=self._vdom.notes.span(entry.first, entry.last),
            enabled=entry.on("status", True) is not False,
            name=entry.one("name"),
            text=f"{summary(entry)} (out of the tunnel)",
            because=(Code.ACTION_NOT_MODELLED.value,),
        )
        return Policy(rule, entry, accepts=False)

    def _policy(self, path: str, entry: Node, family: int) -> Policy:
        notes = self._vdom.notes
        where = f"policy {entry.name}"
        terms = [
            self._interfaces("in", "srcintf", entry),
            self._interfaces("out", "dstintf", entry),
            self._ends(entry, family),
            self._service(entry),
            self._schedule(entry),
            *self._others(entry),
        ]
        action, accepts = self._action(entry)
        if path == "firewall policy" and self._policy_mode and "action" not in entry.values:
            action, accepts = Permit(), True  # in policy mode this table has no action: the security policies decide
        status = entry.on("status", True)
        if status is None:
            terms.append(unknown(f"status of {where}", Code.VALUE_NOT_UNDERSTOOD))
        for key in ("name", "uuid", "comments", "logtraffic", "action", "match-vip", "match-vip-only", "tos-negate"):
            entry.words(key)
        self._nat_keys(entry)
        text = summary(entry)
        doubtful = bool(notes.finish(entry, IRRELEVANT, where))
        if not entry.name.isdecimal() or int(entry.name) > 4294967294:
            notes.say(Code.VENDOR_REFUSES, Severity.ERROR, entry.first, where, text=f"edit {entry.name}"[:60])
            terms.append(unknown(f"{where}, which the device would refuse", Code.VENDOR_REFUSES))
        match = conjunction(*terms)
        uuid = entry.one("uuid").strip("0-") and entry.one("uuid")
        rule = Rule(
            id=entry.name,
            key=uuid or entry.one("name") or entry.name,
            match=match,
            action=action,
            span=notes.span(entry.first, entry.last),
            enabled=status is not False,
            name=entry.one("name"),
            comment=entry.one("comments"),
            text=text,
            log=entry.one("logtraffic", "utm") == "all",
            because=because(match) + (() if accepts or isinstance(action, Deny) else (Code.ACTION_NOT_MODELLED.value,)),
        )
        if doubtful:
            rule = nothing_sure(rule, self._ways(entry), PERMIT_OR_DENY_OR_NOTHING)
        return Policy(rule, entry, (accepts or doubtful) and status is not False, doubtful)

    def _ways(self, entry: Node) -> Expr:
        """Return the packets between the interfaces of a policy, as far as it names them."""
        match = self._objects.interfaces.match
        sides = (("in", "srcintf"), ("out", "dstintf"))
        return conjunction(*(match(side, entry.names(key)) for side, key in sides if entry.names(key)))

    def _interfaces(self, side: str, key: str, entry: Node) -> Expr:
        names = entry.names(key)
        line = line_of(entry, key)
        if not names:
            return self._missing(entry, key)
        return self._objects.interfaces.match(side, names, line)

    def _missing(self, entry: Node, key: str) -> Expr:
        self._vdom.notes.say(
            Code.VALUE_NOT_UNDERSTOOD, Severity.ERROR, entry.first, f"policy {entry.name}", value="", where=key
        )
        return unknown(f"policy {entry.name} without {key}", Code.VALUE_NOT_UNDERSTOOD)

    def _ends(self, entry: Node, family: int) -> Expr:
        """Return the part of the match that asks for addresses, both families."""
        if family:
            return conjunction(self._source(entry, family, "srcaddr"), self._destination(entry, family, "dstaddr"))
        found: list[Expr] = []
        for one, suffix in ((4, ""), (6, "6")):
            keys = (
                f"srcaddr{suffix}",
                f"dstaddr{suffix}",
                f"internet-service{suffix}",
                f"internet-service{suffix}-src",
            )
            wanted = [key in entry.values for key in keys[:2]]
            isdb = [entry.values[key].words == ("enable",) if key in entry.values else False for key in keys[2:]]
            if any(wanted) or any(isdb):
                found.append(conjunction(self._source(entry, one, keys[0]), self._destination(entry, one, keys[1])))
        return disjunction(*found) if found else self._missing(entry, "srcaddr and dstaddr")

    def _source(self, entry: Node, family: int, key: str) -> Expr:
        isdb = self._internet_service(entry, "internet-service6-src" if key.endswith("6") else "internet-service-src")
        if isdb is not None:
            return conjunction(Field("src", FAMILY[family]), isdb)
        names = entry.names(key)
        if not names:
            return conjunction(Field("src", FAMILY[family]), self._missing(entry, key))
        found = self._objects.addresses.any_of(family, names, "src", line_of(entry, key))
        return self._negated(entry, key, "srcaddr-negate", "src", family, found)

    def _destination(self, entry: Node, family: int, key: str) -> Expr:
        isdb = self._internet_service(entry, "internet-service6" if key.endswith("6") else "internet-service")
        vips = self._objects.vips
        if isdb is not None:
            entry.names(key)
            return conjunction(Field("dst", FAMILY[family]), isdb, *([] if not vips.any else [self._seen(entry)]))
        names, line = entry.names(key), line_of(entry, key)
        if not names:
            return conjunction(Field("dst", FAMILY[family]), self._missing(entry, key))
        plain = [name for name in names if not vips.named(name, family)]
        exprs: list[Expr] = []
        if plain:
            found = self._objects.addresses.any_of(family, plain, "dst", line)
            negated = self._negated(entry, key, "dstaddr-negate", "dst", family, found)
            exprs.append(self._visible(entry, negated, FAMILY[family]))
        indexes = [index for name in names for index in vips.indexes(name, family)]
        if indexes:
            named: Expr = Field("dnat", IntervalSet.of(*indexes))
            if self._central_nat or entry.on("dstaddr-negate") is not False:
                named = conjunction(Field("dst", FAMILY[family]), unknown(f"VIP as destination of policy {entry.name}"))
            exprs.append(conjunction(Field("dst", FAMILY[family]), named))
            mapped = vips.mapped(indexes)
            if mapped:  # sent to the mapped address itself: no source says
                doubt = unknown(f"mapped address as destination of policy {entry.name}")
                exprs.append(conjunction(Field("dst", mapped & FAMILY[family]), _UNTRANSLATED, doubt))
        if any(vips.doubtful(name, family) for name in names):
            vips.perhaps = True
            exprs.append(conjunction(Field("dst", FAMILY[family]), _TRANSLATED, unknown("unread lines of a VIP group")))
        if not plain and not indexes:
            exprs.append(NOTHING)
        return union(exprs, "dst")

    def _visible(self, entry: Node, expr: Expr, family: IntervalSet) -> Expr:
        """Return a destination as it is seen in spite of VIPs: alone for packets that no VIP has translated."""
        if not self._objects.vips.any or self._central_nat:
            self._match_vip(entry)
            return expr
        seen, only = self._match_vip(entry), entry.on("match-vip-only")
        untranslated: list[Expr] = [] if only else [conjunction(expr, _UNTRANSLATED)]
        if only is None:
            untranslated = [conjunction(expr, _UNTRANSLATED, unknown(f"match-vip-only of policy {entry.name}"))]
        everything = isinstance(expr, Field) and family <= expr.values
        doubt = unknown(f"match-vip of policy {entry.name}")
        if seen is False:  # of an object of the mapped address, unlike `all`, no source says whether it is seen
            mapped = () if everything else (conjunction(expr, _TRANSLATED, doubt),)
            return disjunction(*untranslated, *mapped)
        if seen and everything:
            return disjunction(*untranslated, conjunction(expr, _TRANSLATED))
        # Which address a narrower destination is compared with, no source says.
        return disjunction(*untranslated, conjunction(Field("dst", family), _TRANSLATED, doubt))

    def _seen(self, entry: Node) -> Expr:
        if self._central_nat:
            return ANYTHING
        seen = self._match_vip(entry)
        return _UNTRANSLATED if seen is False else disjunction(_UNTRANSLATED, unknown(f"match-vip of {entry.name}"))

    def _match_vip(self, entry: Node) -> bool | None:
        deny = entry.one("action", "deny") == "deny"
        if "match-vip" not in entry.values:
            return match_vip(self._vdom.version, deny)
        written = entry.on("match-vip")
        return written if deny or written is False else None  # accepting policies do not offer it since 6.4.3

    def _negated(self, entry: Node, key: str, negate: str, side: str, family: int, expr: Expr) -> Expr:
        flags = [entry.on(negate)] if family == 4 or f"{key}-negate" not in entry.values else []
        if key.endswith("6"):
            flags = [entry.on(f"{key}-negate")]
            if entry.on(negate) is not False and f"{key}-negate" not in entry.values:
                flags = [None]  # one switch for both families before there were two
        if flags == [False]:
            return expr
        whole = Field(side, FAMILY[family])
        if flags == [True]:
            return conjunction(whole, Not(expr))
        return conjunction(whole, unknown(f"{negate} of policy {entry.name}", Code.VALUE_NOT_UNDERSTOOD))

    def _internet_service(self, entry: Node, key: str) -> Expr | None:
        """Return the doubt that replaces addresses (and service) where the Internet Service database is asked."""
        if entry.on(key) is False:
            return None
        names: list[str] = []
        for suffix in ("name", "id", "group", "custom", "custom-group", "fortiguard", "negate"):
            if suffix != "negate":
                names.extend(entry.names(f"{key}-{suffix}"))
            self._vdom.notes.approximate(entry, f"{key}-{suffix}")
        self._vdom.notes.approximate(entry, key)
        what = f"Internet Service {' '.join(names)}"[:120]
        line = line_of(entry, key)
        self._vdom.notes.say(Code.DEPENDS_ON_OUTSIDE, Severity.WARNING, line, f"policy {entry.name}", what=what)
        return unknown(what, Code.DEPENDS_ON_OUTSIDE)

    def _service(self, entry: Node) -> Expr:
        names = entry.names("service")
        if any(entry.on(key) for key in ("internet-service", "internet-service6")):
            return ANYTHING  # the database entry holds the ports
        if not names:
            if any(key in entry.values for key in _CONTENTS):
                return ANYTHING
            return self._missing(entry, "service")
        found = self._objects.services.any_of(names, line_of(entry, "service"))
        negate = entry.on("service-negate")
        if negate is None:
            return unknown(f"service-negate of policy {entry.name}", Code.VALUE_NOT_UNDERSTOOD)
        return Not(found) if negate else found

    def _schedule(self, entry: Node) -> Expr:
        terms = []
        name = entry.one("schedule")
        if name:
            terms.append(self._objects.schedules.in_force(name, line_of(entry, "schedule")))
        expires = entry.on("policy-expiry")
        if expires is not False:
            date = entry.one("policy-expiry-date")
            entry.words("policy-expiry-date-utc")
            own = f"expiry of policy {entry.name}"
            terms.append(self._objects.schedules.until(own, date, line_of(entry, "policy-expiry")))
        return conjunction(*terms) if terms else ANYTHING

    def _others(self, entry: Node) -> list[Expr]:
        """Return what else narrows a policy: people, TOS, and options whose effect is not modelled."""
        terms: list[Expr] = []
        people: list[Expr] = []
        for key, kind in WHO.items():
            people.extend(Condition(f"{kind} {name}", Kind.VARIES) for name in entry.names(key))
        if people:
            terms.append(disjunction(*people))
        if "tos" in entry.values or "tos-mask" in entry.values:
            terms.append(tos(entry))
        if entry.on("disclaimer"):
            terms.append(Condition(f"disclaimer of policy {entry.name} accepted", Kind.VARIES))
        contents = [key for key in _CONTENTS if entry.names(key)]
        contents.extend(key for key in _REDIRECTS if entry.one(key, "disable") != "disable")
        terms.extend(Condition(f"{key} of policy {entry.name}", Kind.LATER) for key in contents)
        for key, harmless in UNCERTAIN_UNLESS.items():
            value = entry.values.get(key)
            if value is None:
                continue
            value.used = True
            if " ".join(value.words) not in harmless:
                self._vdom.notes.mark(value.spans, LineUse.UNSUPPORTED)
                self._vdom.notes.say(
                    Code.CONDITION_NOT_MODELLED, Severity.WARNING, value.line, f"policy {entry.name}", condition=key
                )
                terms.append(unknown(f"{key} of policy {entry.name}"))
        return terms

    def _action(self, entry: Node) -> tuple[Action, bool]:
        word = entry.one("action", "deny")
        if word == "accept":
            return Permit(), True
        if word == "deny":
            return Deny(), False
        value = entry.values["action"]
        self._vdom.notes.mark(value.spans, LineUse.UNSUPPORTED)
        self._vdom.notes.say(
            Code.ACTION_NOT_MODELLED, Severity.ERROR, value.line, f"policy {entry.name}", action=word[:40]
        )
        return PERMIT_OR_DENY_OR_NOTHING, False

    def _nat_keys(self, entry: Node) -> None:
        """Take the settings that `_nat` reads, so that each has its use."""
        for key in (
            "nat",
            "ippool",
            "poolname",
            "poolname6",
            "fixedport",
            "permit-any-host",
            "tcp-session-without-syn",
        ):
            entry.words(key)
