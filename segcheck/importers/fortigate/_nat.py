"""Source translation: by policy (`nat`, `ippool`), or by the central table.

Source: Administration Guide, "Static SNAT", "Dynamic SNAT", "Central SNAT"; CLI Reference, "config firewall ippool",
"central-snat-map"; Technical Tip 193423: without central NAT the source becomes, in this order, that of a VIP with
`nat-source-vip`, of the policy's pool, of a one-to-one VIP whose mapped address it is, of the way out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from segcheck.importers._unsure import because, unknown
from segcheck.importers.fortigate._notes import Vdom, nothing_sure
from segcheck.importers.fortigate._policies import Objects, Policy
from segcheck.importers.fortigate._relevance import table
from segcheck.importers.fortigate._services import proto
from segcheck.importers.fortigate._tree import Node
from segcheck.importers.fortigate._values import FAMILY, number, ports
from segcheck.importers.fortigate._vips import Vip
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code, Severity
from segcheck.model.match import ANYTHING, Expr, Field, Interface, conjunction
from segcheck.model.rules import (
    Call,
    Continue,
    Permit,
    Return,
    Rule,
    RuleList,
    Translate,
    Translation,
    Unsure,
)
from segcheck.sets.addresses import parse
from segcheck.sets.intervals import IntervalSet

#: What a line of a list of source translations may do that could not be read.
_ANY_TRANSLATION = Unsure((Translate(None), Permit(), Continue()))
_ANY_PORT = IntervalSet.of((1, 65535))
_POOL_IRRELEVANT = table(
    "who gets which address and port of the pool: every one is taken as possible",
    "arp-reply arp-intf associated-interface comments block-size num-blocks-per-user pba-timeout",
    "pba-interim-log port-per-user tcp-session-quota udp-session-quota icmp-session-quota",
    "privileged-port-use-pba startport endport source-startip source-endip subnet-broadcast-in-ippool",
    "cgn-block-size cgn-client-startip cgn-client-endip cgn-client-ipv6shift cgn-fixedalloc cgn-overload",
    "cgn-port-start cgn-port-end cgn-spa utilization-alarm-clear utilization-alarm-raise icmp-session-quota",
    "add-nat64-route nat46 add-nat46-route",
)
_POOL_READ = ("type", "startip", "endip", "permit-any-host", "nat64")
_CENTRAL_IRRELEVANT = {
    "uuid": "identity",
    "comments": "text",
    "port-preserve": "which port",
    "port-random": "which port",
}


class Nat:
    """Source translation of one VDOM."""

    def __init__(self, vdom: Vdom, objects: Objects) -> None:
        self._vdom = vdom
        self._objects = objects

    def by_policy(self, policies: Iterable[Policy], list_name: str) -> list[RuleList]:
        """Return the list `list_name` and those that it calls; none if nothing is translated."""
        policies = [policy for policy in policies if policy.accepts]
        if not any(policy.entry.on("nat") is not False or policy.doubtful for policy in policies):
            return []
        forced = [vip for vip in self._objects.vips.all if vip.mapped and vip.forced]
        mirrored = [vip for vip in self._objects.vips.all if vip.mapped and not vip.forced]
        rules: list[Rule] = []
        for policy in policies:
            rules.extend(self._policy_rules(policy, bool(forced), bool(mirrored), list_name))
        lists = [RuleList(name=list_name, rules=tuple(rules), default=Permit(), builtin=False)]
        for vips, suffix in ((forced, "forced"), (mirrored, "mirrored")):
            if vips:
                lists.append(self._mirror(vips, f"{list_name}-{suffix}"))
        return lists

    def _policy_rules(self, policy: Policy, forced: bool, mirrored: bool, list_name: str) -> Iterable[Rule]:
        entry, base = policy.entry, replace(policy.rule, log=False)
        translates = entry.on("nat")
        if policy.doubtful:
            yield replace(base, action=_ANY_TRANSLATION)
            return
        if translates is False:
            if (
                forced
            ):  # `nat-source-vip` is said to force the address "for all traffic"; without NAT that is not settled
                yield replace(base, action=Unsure((Call(f"{list_name}-forced"), Continue())))
            yield replace(base, action=Permit())
            return
        if forced:
            yield replace(base, action=Call(f"{list_name}-forced"))
        if entry.on("ippool") is not False and translates:
            for family, key in ((4, "poolname"), (6, "poolname6")):
                names = entry.names(key)
                if names:
                    match = conjunction(base.match, Field("src", FAMILY[family]))
                    yield replace(base, match=match, action=self._pool(names, family, bool(entry.on("fixedport"))))
        if mirrored:
            yield replace(base, action=Call(f"{list_name}-mirrored"))
        keep = bool(entry.on("fixedport"))
        if translates is None or entry.on("nat64") or entry.on("nat46"):
            yield replace(base, action=Unsure((Translate(None), Permit())), because=(Code.VALUE_NOT_UNDERSTOOD.value,))
        else:
            for out in self._outgoing(keep):
                yield replace(base, match=conjunction(base.match, out[0]), action=out[1])

    def _outgoing(self, keep: bool) -> Iterable[tuple[Expr, Translate]]:
        """Yield (packets, translation) for the address of the way out: an interface's first address, not its others."""
        chosen = None if keep else _ANY_PORT
        for port in self._objects.interfaces.all:
            for family, whole in FAMILY.items():
                own = [address.address for address in port.addresses if address.address in whole]
                if len(own) > 1 and family == 4:
                    way = conjunction(Interface("out", (port.name,)), Field("src", whole))
                    yield way, Translate(Translation("src", addresses=IntervalSet.of(own[0]), ports=chosen))
        yield ANYTHING, Translate(Translation("src", interface="out", ports=chosen))

    def _mirror(self, vips: list[Vip], name: str) -> RuleList:
        """Return the list that gives mapped hosts of one-to-one VIPs the external address."""
        rules = []
        for vip in vips:
            assert vip.mapped is not None
            mapped, shift = vip.mapped
            way = ANYTHING if "any" in vip.interfaces else Interface("out", vip.interfaces)
            translation = Translation("src", addresses=mapped.shifted(shift), shift=shift, ports=_ANY_PORT)
            # A VIP that no policy names does not act on arrivals; whether it does here is not settled.
            sure = vip.index in self._objects.vips.used and vip.rule.enabled
            rules.append(
                Rule(
                    id=vip.name,
                    key=vip.rule.key,
                    match=conjunction(Field("src", mapped), way),
                    action=Translate(translation) if sure else Unsure((Translate(translation), Continue())),
                    span=vip.rule.span,
                    enabled=vip.rule.enabled,
                    text=vip.rule.text,
                )
            )
        return RuleList(name=name, rules=tuple(rules), default=Return(), builtin=True)

    def _pool(self, names: tuple[str, ...], family: int, fixed: bool) -> Translate:
        found: list[tuple[int, int]] = []
        cone, keeps = False, fixed
        for name in names:
            entry = self._vdom.table("firewall ippool" if family == 4 else "firewall ippool6").entries.get(name)
            if entry is None:
                self._vdom.notes.say(
                    Code.UNDEFINED_NAME, Severity.WARNING, 0, f"IP pool {name}", kind="IP pool", name=name
                )
                return Translate(None)
            kind = entry.one("type", "overload")
            try:
                addresses = parse(f"{entry.one('startip')}-{entry.one('endip')}")
            except ValueError:
                self._vdom.notes.say(
                    Code.VALUE_NOT_UNDERSTOOD,
                    Severity.ERROR,
                    entry.first,
                    f"IP pool {name}",
                    value="startip-endip",
                    where=name,
                )
                return Translate(None)
            if entry.on("nat64") is not False or pool_unread(entry):
                return Translate(None)
            found.extend(addresses.ranges)
            cone = cone or entry.on("permit-any-host") is not False
            keeps = keeps or kind == "one-to-one"
        chosen = None if keeps else _ANY_PORT
        return Translate(Translation("src", addresses=IntervalSet.of(*found), ports=chosen, full_cone=cone))

    def central(self, list_name: str) -> list[RuleList]:
        """Return the list of the central table, and those that it calls."""
        table = self._vdom.table("firewall central-snat-map")
        vips = [vip for vip in self._objects.vips.all if vip.mapped]
        rules = [self._central_rule(entry) for entry in table.entries.values()]
        if vips:  # what one-to-one VIPs do to sources under central NAT is not settled
            mirror = self._mirror(vips, f"{list_name}-mirrored")
            maybe = tuple(
                replace(rule, action=Unsure((rule.action, Continue())))
                for rule in mirror.rules
                if isinstance(rule.action, Translate)
            )
            call = Rule(id="vip", key="vip", match=ANYTHING, action=Call(mirror.name), text="VIPs, in reverse")
            return [
                RuleList(name=list_name, rules=(call, *rules), default=Permit()),
                replace(mirror, rules=maybe or mirror.rules),
            ]
        return [RuleList(name=list_name, rules=tuple(rules), default=Permit())] if rules else []

    def _central_rule(self, entry: Node) -> Rule:
        where, notes = f"central SNAT {entry.name}", self._vdom.notes
        terms: list[Expr] = []
        family = 6 if entry.one("type", "ipv4") == "ipv6" else 4
        suffix = "6" if family == 6 else ""
        for side, key in (("in", "srcintf"), ("out", "dstintf")):
            if entry.names(key):
                terms.append(self._objects.interfaces.match(side, entry.names(key), entry.first))
        for side, key in (("src", f"orig-addr{suffix}"), ("dst", f"dst-addr{suffix}")):
            names = entry.names(key)
            terms.append(
                self._objects.addresses.any_of(family, names, side, entry.first)
                if names
                else Field(side, FAMILY[family])
            )
        translation: Translation | None
        try:
            terms.extend(_central_ports(entry))
            pool = entry.names(f"nat-ippool{suffix}")
            made = self._pool(pool, family, fixed=False) if pool else None
            translation = made.translation if made else Translation("src", interface="out", ports=_ANY_PORT)
            written = entry.one("nat-port")
            if written and written != "0" and translation:
                translation = replace(translation, ports=ports(written))
        except ValueError:
            notes.say(Code.VALUE_NOT_UNDERSTOOD, Severity.ERROR, entry.first, where, value="port", where=where)
            terms.append(unknown(where, Code.VALUE_NOT_UNDERSTOOD))
            translation = None
        status, translates = entry.on("status", True), entry.on("nat", True)
        if entry.on("nat46") is not False or entry.on("nat64") is not False:
            translation = None
        doubtful = bool(notes.finish(entry, _CENTRAL_IRRELEVANT, where)) or None in (status, translates)
        doubtful = doubtful or entry.one("type", "ipv4") not in ("ipv4", "ipv6")
        match = conjunction(*terms)
        made_rule = Rule(
            id=entry.name,
            key=entry.one("uuid") or entry.name,
            match=match,
            action=Permit() if translates is False else Translate(translation),
            span=notes.span(entry.first, entry.last),
            enabled=status is not False,
            comment=entry.one("comments"),
            text=f"central-snat-map {entry.name}",
            because=because(match),
        )
        ways = conjunction(*(term for term in terms if isinstance(term, Interface)))
        return nothing_sure(made_rule, ways, _ANY_TRANSLATION) if doubtful else made_rule

    def finish(self) -> None:
        """Account for the lines of pools; taint what is not modelled."""
        for path in ("firewall ippool", "firewall ippool6"):
            table = self._vdom.table(path)
            for entry in table.entries.values():
                for key in _POOL_READ:
                    entry.words(key)
                self._vdom.doubt(entry, _POOL_IRRELEVANT, Scope.TRANSLATION, entry.name)


def pool_unread(entry: Node) -> bool:
    """Return whether something in a pool was not read, so that its addresses are not known."""
    return bool(entry.unread) or any(key not in _POOL_READ and key not in _POOL_IRRELEVANT for key in entry.values)


def _central_ports(entry: Node) -> Iterable[Expr]:
    protocol = number(entry.one("protocol", "0"), 0, 255)
    if protocol:
        yield proto(protocol)
    for key, name in (("orig-port", "sport"), ("dst-port", "dport")):
        written = entry.one(key)
        if written and written != "0":
            yield Field(name, ports(written))
