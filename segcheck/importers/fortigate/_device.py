"""One VDOM put together: its lists and the order in which a packet meets them.

Order (Administration Guide, "Life of a packet": ingress, stateful inspection, egress): fragments are reassembled; access
control lists; session lookup; VIPs; route and reverse path; then local-in, or policies and source translation. Packets of a
known session are not judged again.
"""

from __future__ import annotations

from dataclasses import replace

from segcheck.importers._unsure import because, unknown
from segcheck.importers.fortigate._access import Access
from segcheck.importers.fortigate._addresses import Addresses
from segcheck.importers.fortigate._builtin import (
    after_policies,
    before_policies,
    fragments,
    reverse_path,
    rule,
    sessions,
    without_session,
)
from segcheck.importers.fortigate._client_vpn import client_vpns
from segcheck.importers.fortigate._crossing import crossing, leaving_by
from segcheck.importers.fortigate._defaults import unified_policy
from segcheck.importers.fortigate._interfaces import Interfaces, Wiring
from segcheck.importers.fortigate._local import Local
from segcheck.importers.fortigate._nat import Nat
from segcheck.importers.fortigate._notes import Vdom, nothing_sure
from segcheck.importers.fortigate._policies import Objects, Policies, Policy
from segcheck.importers.fortigate._routing import Routing
from segcheck.importers.fortigate._schedules import Schedules
from segcheck.importers.fortigate._sections import finish_sections
from segcheck.importers.fortigate._services import Services
from segcheck.importers.fortigate._vips import Vip, Vips
from segcheck.model.device import DeviceConfig, Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import ANYTHING, NOTHING, Expr, Field, Not, State, conjunction, disjunction
from segcheck.model.pipeline import Binding, Helper, Pipeline, Stage, StageKind
from segcheck.model.rules import Call, Continue, Deny, Permit, Rule, RuleList, Unsure
from segcheck.sets.addresses import V4, V6
from segcheck.sets.intervals import IntervalSet

_BOTH = frozenset((4, 6))
#: Helpers that open no sessions beyond the one they watch.
_HARMLESS_HELPERS = frozenset({"dns-udp", "dns-tcp"})
_DEFAULT_HELPERS = ("ftp", "tftp", "h323", "ras", "tns", "mms", "rtsp", "pptp", "pmap", "sip", "rsh", "dcerpc", "mgcp")


def device(vdom: Vdom, wiring: Wiring, *, only: bool, whole: bool, headed: bool, version: str) -> DeviceConfig:
    """Return what one VDOM does.

    only    it is the only VDOM, so every interface is its own
    whole   nothing is missing from the export
    headed  the export has the header of a backup
    """
    return _Assembly(vdom, wiring, only, whole, headed).made(version)


class _Assembly:
    def __init__(self, vdom: Vdom, wiring: Wiring, only: bool, whole: bool, headed: bool) -> None:
        self.vdom, self.whole, self.headed = vdom, whole, headed
        self.name = vdom.name
        self.settings = vdom.table("system settings")
        interfaces = Interfaces(vdom, wiring, only)
        addresses = Addresses(vdom, interfaces.subnet)
        services = Services(vdom)
        self.objects = Objects(
            addresses, services, Schedules(vdom), interfaces, Vips(vdom, addresses, services, interfaces)
        )
        self.policy_mode = self.settings.one("ngfw-mode", "profile-based") == "policy-based"
        self.central = self.settings.on("central-nat") is not False or self.policy_mode
        self.asymmetric = frozenset(
            family for family, key in ((4, "asymroute"), (6, "asymroute6")) if self.settings.on(key) is not False
        )
        self.without_syn = self.settings.on("tcp-session-without-syn") is not False
        self.strict = self.settings.on("strict-src-check") is not False
        self.lists: dict[str, RuleList] = {}
        self.routing = Routing(vdom, interfaces, addresses)
        self.access = Access(vdom, interfaces)
        self.local = Local(vdom, self.objects)
        self.policies: tuple[Policy, ...] = ()
        self.by_family: dict[int, RuleList] = {}

    def made(self, version: str) -> DeviceConfig:
        vdom, objects = self.vdom, self.objects
        forward = self._forward()
        ingress = self._ingress()
        local = self._local()
        by_policy = self.routing.by_policy(f"{self.name}/policy-route")
        if by_policy:
            self.lists[by_policy.name] = by_policy
        self._modes()
        access_services = tuple(self.access.services())
        for part in (objects.schedules, objects.vips, Nat(vdom, objects), self.access, objects.services):
            part.finish()
        objects.addresses.finish()
        objects.interfaces.finish()
        finish_sections(vdom)
        interfaces = objects.interfaces.all
        described = vdom.has("system interface")
        addressed = described and not self._bridges() and not any(one.dynamic for one in interfaces)
        addressed = addressed and not (vdom.taints and any(t.scope is Scope.INTERFACE for t in vdom.taints.values()))
        routed = self.routing.known and described and (self.headed or vdom.has("router static"))
        routed = routed and not any(t.scope is Scope.ROUTING for t in vdom.taints.values())
        ingress = (*ingress, *self._reverse_path(routed))
        return DeviceConfig(
            format="fortigate",
            hostname=vdom.table("system global").one("hostname"),
            context=self.name,
            version=version,
            families=_BOTH,
            interfaces=interfaces,
            lists=self.lists,
            pipeline=Pipeline(
                ingress=ingress,
                forward=forward,
                local=local,
                policy_routes=by_policy.name if by_policy else "",
            ),
            routes=self.routing.routes,
            routing_known=routed,
            addressing_known=addressed,
            schedules=objects.schedules.used,
            services=(*access_services, *self.local.services),
            helpers=tuple(self._helpers()),
            client_vpns=client_vpns(vdom),
            taints=tuple(vdom.taints.values()),
            objects=tuple(vdom.objects),
        )

    def _add(self, *lists: RuleList | None) -> tuple[Binding, ...]:
        found = [one for one in lists if one]
        self.lists.update({one.name: one for one in found})
        return tuple(Binding(one.name) for one in found)

    def _ingress(self) -> tuple[Stage, ...]:
        loose = self.asymmetric | frozenset(
            one for one, key in ((4, "asymroute-icmp"), (6, "asymroute6-icmp")) if self.settings.on(key) is not False
        )
        session, lost = sessions(self.name, self.asymmetric, loose, without_syn=self.without_syn)
        stages = [
            Stage("fragments", StageKind.FILTER, self._add(fragments(self.name))),
            Stage("defragment", StageKind.DEFRAGMENT),
        ]
        for path, family in (("acl", 4), ("acl6", 6)):
            acl = self._acl(f"firewall {path}", family)
            if acl.rules:
                stages.append(Stage(path, StageKind.FILTER, self._add(acl), families=frozenset((family,))))
        stages.append(Stage("session", StageKind.CLASSIFY, self._add(session)))
        stages.append(Stage("no-session", StageKind.FILTER, self._add(lost), session=True))
        rules = self.objects.vips.rules(self.central, self.objects.vips.used)
        if rules:
            dnat = RuleList(name=f"{self.name}/dnat", rules=rules, default=Permit())
            stages.append(Stage("dnat", StageKind.TRANSLATE, self._add(dnat), side="dst"))
        return tuple(stages)

    def _reverse_path(self, routing_known: bool) -> tuple[Stage, ...]:
        path_check = reverse_path(
            self.vdom, self.objects.interfaces, self.routing, strict=self.strict, routing_known=routing_known
        )
        checked = frozenset() if self._bridges() else _BOTH - self.asymmetric
        if not path_check or not checked:
            return ()
        bound = self._add(path_check)
        return (Stage("reverse-path", StageKind.FILTER, bound, families=checked, session=True),)

    def _forward(self) -> tuple[Stage, ...]:
        reader = Policies(self.vdom, self.objects, central_nat=self.central, policy_mode=self.policy_mode)
        unified = unified_policy(self.vdom.version)
        apart = unified is False or (unified is None and self.vdom.has("firewall policy6"))
        groups = [("policy", "firewall policy", 4 if apart else 0, frozenset((4,)) if apart else _BOTH)]
        if apart:
            groups.append(("policy6", "firewall policy6", 6, frozenset((6,))))
        if self.policy_mode:
            groups.append(("security-policy", "firewall security-policy", 0, _BOTH))
        read = [(name, path, families, reader.read(path, family)) for name, path, family, families in groups]
        self.policies = tuple(policy for _, _, _, policies in read for policy in policies)
        self._note_references()
        stages = []
        used = self.objects.vips.used
        vips = [replace(vip, used=self.central or vip.index in used) for vip in self.objects.vips.all]
        first = [*self._hairpins(vips), *before_policies(self.vdom, self.objects.interfaces, vips, self.asymmetric)]
        for name, path, families, policies in read:
            listed = self._policy_list(name, path, policies)
            self._add(listed)
            if name != "security-policy":
                self.by_family.update(dict.fromkeys(families, listed))
            goto = rule(name, ANYTHING, Call(listed.name, goto=True))
            head = RuleList(
                name=f"{self.name}/forward-{name}", rules=(*first, goto), default=listed.default, builtin=True
            )
            bound = self._add(head) if first else (Binding(listed.name),)
            stages.append(Stage(name, StageKind.FILTER, bound, families=families, session=True))
        stages.extend(self._snat([policy for _, _, _, policies in read for policy in policies]))
        return tuple(stages)

    def _hairpins(self, vips: list[Vip]) -> list[Rule]:
        """Return what may pass by way of the external interface of a VIP and back (Technical Tip 195448).

        It takes a policy from where the packet came by to the external interface, besides that of the VIP.
        """
        rules = []
        for vip in vips:
            if not vip.hairpin or not (vip.used or self.objects.vips.perhaps):
                continue
            match = self.objects.interfaces.match
            entered = [
                match("in", policy.entry.names("srcintf") or ("any",))
                for policy in self.policies
                if policy.accepts and any(leaving_by(policy.rule.match, name) != NOTHING for name in vip.interfaces)
            ]
            if entered:
                own = Field("dnat", IntervalSet.of(vip.index))
                came = conjunction(own, Not(match("in", vip.interfaces)), disjunction(*dict.fromkeys(entered)))
                rules.append(rule(f"hairpin to {vip.name}", came, Unsure((Permit(), Deny()))))
        return rules

    def _note_references(self) -> None:
        vips = self.objects.vips
        for policy in self.policies:
            vips.perhaps = vips.perhaps or (policy.rule.enabled and policy.doubtful)
            if policy.rule.enabled:
                for key, families in (("dstaddr", (4, 6)), ("dstaddr6", (6,))):
                    for name in policy.entry.names(key):
                        for family in families:
                            vips.used.update(vips.indexes(name, family))

    def _policy_list(self, name: str, path: str, policies: tuple[Policy, ...]) -> RuleList:
        rules = [one for policy in policies for one in self._by_syn(policy)]
        rules.extend(after_policies(self.vdom, self.objects.interfaces))
        default: Deny | Unsure = Deny()
        if name == "policy" and not self.vdom.has(path) and not self._past_policies():
            self.vdom.notes.say(Code.TABLE_ABSENT, Severity.WARNING, 0, f"list {self.name}/{name}", table=path)
            default = Unsure((Permit(), Deny()))
        if name == "policy" and self.policy_mode:  # how this table and the security policies share is not settled
            default = Unsure((Permit(), Deny()))
        table = self.vdom.table(path)
        for identity in self.vdom.notes.finish(table, (), f"list {self.name}/{name}"):
            self.vdom.taint(Scope.LIST, identity, f"{self.name}/{name}", table.first)
        return RuleList(name=f"{self.name}/{name}", rules=tuple(rules), default=default)

    def _bridges(self) -> bool:
        return self.settings.one("opmode", "nat") != "nat"

    def _past_policies(self) -> bool:
        """Return whether the export goes on after the place of the policies, so that their absence means none.

        A backup has its sections in a fixed order: those of logs and routing come after the policies.
        """
        return self.whole or (self.headed and any(path.split()[0] in ("router", "log") for path in self.vdom.own))

    def _by_syn(self, policy: Policy) -> tuple[Rule, ...]:
        """Return the rules of a policy where `tcp-session-without-syn` lets each say which TCP packets it takes."""
        word = policy.entry.one("tcp-session-without-syn", "disable")
        if not self.without_syn or word == "all" or policy.doubtful:
            return (policy.rule,)
        fresh = Field("state", IntervalSet.of(int(State.NEW)))
        match = conjunction(policy.rule.match, fresh, without_session())
        drop = Deny() if word == "disable" else Unsure((Deny(), Continue()))
        return (replace(policy.rule, match=match, action=drop), policy.rule)

    def _snat(self, policies: list[Policy]) -> list[Stage]:
        nat = Nat(self.vdom, self.objects)
        suffix = "central-snat" if self.central else "snat"
        name = f"{self.name}/{suffix}"
        lists = nat.central(name) if self.central else nat.by_policy(policies, name)
        self._add(*lists)
        return [Stage("snat", StageKind.TRANSLATE, (Binding(name),), side="src")] if lists else []

    def _acl(self, path: str, family: int) -> RuleList:
        table, objects, notes = self.vdom.table(path), self.objects, self.vdom.notes
        rules = []
        for entry in table.entries.values():
            terms: list[Expr] = [objects.interfaces.match("in", entry.names("interface"), entry.first)]
            for side, key in (("src", "srcaddr"), ("dst", "dstaddr")):
                names = entry.names(key)
                terms.append(
                    objects.addresses.any_of(family, names, side, entry.first)
                    if names
                    else conjunction(Field(side, V4 if family == 4 else V6), unknown(f"no {key}"))
                )
            terms.append(objects.services.any_of(entry.names("service"), entry.first))
            status = entry.on("status", True)
            unread = notes.finish(entry, {"comments": "text", "uuid": "identity", "fragment": "-"}, f"acl {entry.name}")
            match = conjunction(*terms)
            made = Rule(
                id=entry.name,
                key=entry.name,
                match=match,
                action=Deny(),
                span=notes.span(entry.first, entry.last),
                enabled=status is not False,
                comment=entry.one("comments"),
                text=f"acl {entry.name} deny",
                because=because(match),
            )
            doubtful = unread or status is None
            rules.append(nothing_sure(made, ANYTHING, Unsure((Deny(), Continue()))) if doubtful else made)
        return RuleList(name=f"{self.name}/{path.split()[-1]}", rules=tuple(rules), default=Permit())

    def _local(self) -> tuple[Stage, ...]:
        lists = self.local.lists(self.access.rules(), self.name)
        self._add(*lists)
        across = crossing(self.name, self.objects.interfaces, self.by_family)
        self._add(*across)
        stages = [Stage("local-policy", StageKind.FILTER, (Binding(across[0].name),), session=True)]
        stages.extend(
            Stage(one.name.split("/")[-1], StageKind.FILTER, (Binding(one.name),), frozenset((family,)), session=True)
            for one, family in zip(lists[1:], (4, 6), strict=True)
        )
        return tuple(stages)

    def _modes(self) -> None:
        """Taint what a mode of the whole VDOM makes uncertain."""
        for key, plain in (("opmode", "nat"), ("vdom-type", "traffic"), ("status", "enable")):
            value = self.settings.values.get(key)
            if value and self.settings.one(key) != plain:
                self.vdom.notes.mark(value.spans, LineUse.UNSUPPORTED)
                text = f"set {key} {' '.join(value.words)}"[:60]
                identity = self.vdom.notes.say(Code.UNSUPPORTED_LINE, Severity.ERROR, value.line, "device", text=text)
                # a transparent VDOM bridges: its policies apply, its way out is not that of a routing table
                where = Scope.ROUTING if key == "opmode" else Scope.DEVICE
                self.vdom.taint(where, identity, "", value.line)
        if self.policy_mode:
            self.vdom.notes.approximate(self.settings, "ngfw-mode")

    def _helpers(self) -> list[Helper]:
        table = self.vdom.table("system session-helper")
        if not table.spans:
            return [Helper(name, sure=False) for name in _DEFAULT_HELPERS]
        found: dict[str, bool] = {}
        for entry in table.entries.values():
            name = entry.one("name")
            entry.words("protocol"), entry.words("port")
            if name and name not in _HARMLESS_HELPERS:
                found[name] = name not in ("sip", "h323", "ras")  # those may be served by a proxy instead
            self.vdom.doubt(entry, (), Scope.DEVICE)
        self.vdom.doubt(table, (), Scope.DEVICE)
        return [Helper(name, sure) for name, sure in found.items()]
