"""Virtual IPs: destination translation before routing and policies.

Source: Administration Guide, "Static virtual IPs", "Virtual server load balance", "Virtual IP with services"; CLI Reference,
"config firewall vip", "vip6", "vipgrp"; Technical Tips 350101 (VIPs are tried in their order, and only those that some
policy names), 183426 (a VIP is chosen before the policy; the wrong one drops the packet), 189573 and 288894 (the external
address counts as one of the device's own).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from segcheck.importers._unsure import because, unknown
from segcheck.importers.fortigate._addresses import Addresses
from segcheck.importers.fortigate._defaults import vips_in_file_order
from segcheck.importers.fortigate._interfaces import Interfaces
from segcheck.importers.fortigate._notes import Vdom, nothing_sure
from segcheck.importers.fortigate._relevance import table
from segcheck.importers.fortigate._services import Services, proto
from segcheck.importers.fortigate._tree import Node
from segcheck.importers.fortigate._values import FAMILY, NO_ADDRESS, ports, ranges
from segcheck.importers.fortigate._vip_targets import TargetReader
from segcheck.model.device import NamedObject, Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import ANYTHING, AddressClass, AddressKind, Expr, Field, Not, conjunction
from segcheck.model.rules import Action, Assign, Continue, Rule, Translate, Unsure
from segcheck.sets.intervals import IntervalSet

_TABLES = (("firewall vip", 4), ("firewall vip6", 6))
_GROUPS = (("firewall vipgrp", 4), ("firewall vipgrp6", 6))
_PROTOCOLS = {"tcp": 6, "udp": 17, "sctp": 132, "icmp": 1}
#: VIPs around one address that are compared with each other; of more, each may act or not.
_MOST_COMPARED = 64
_NONE = IntervalSet.empty()
_EVERY_PORT = IntervalSet.of((0, (256 << 16) - 1))
#: Protocol of a virtual server by its `server-type`.
_SERVERS = {"http": 6, "https": 6, "imaps": 6, "pop3s": 6, "smtps": 6, "ssl": 6, "tcp": 6, "udp": 17}
_IRRELEVANT = table(
    "identity, display, or how a session is served once it is open",
    "uuid comment color id arp-reply nd-reply gratuitous-arp-interval fabric-object ldb-method persistence",
    "http-redirect monitor dns-mapping-ttl http-cookie-age http-cookie-domain http-cookie-domain-from-host",
    "http-cookie-generation http-cookie-path http-cookie-share http-ip-header http-ip-header-name",
    "http-multiplex http-multiplex-max-request http-multiplex-max-concurrent-request http-multiplex-ttl",
    "https-cookie-secure max-embryonic-connections outlook-web-access weblogic-server websphere-server",
    "h2-support h3-support user-agent-detect empty-cert-action client-cert one-click-gslb-server",
    "gslb-hostname gslb-domain-name add-nat46-route add-nat64-route nat44 nat66 http-supported-max-version",
) | {
    "config quic": "how a session is served",
    "config gslb-public-ips": "DNS answers",
    "config monitor": "health checks",
}
_SERVER_IRRELEVANT = table(
    "which of the servers is chosen",
    "weight holddown-interval healthcheck http-host translate-host max-connections monitor client-ip",
    "verify-cert",
)


@dataclass(frozen=True, slots=True)
class Vip:
    """One VIP, read.

    index      value of the extra `dnat` for packets that it has translated
    external   the addresses it answers for, as far as they are known
    mapped     for a one-to-one VIP without port forwarding: (mapped addresses, distance to the external ones)
    forced     `nat-source-vip`: sources are translated back whatever the policy's pool
    interfaces as `extintf` names them
    ports      protocol * 65536 + port of what it forwards
    targets    the addresses it translates to
    local      `arp-reply`: the device answers for the external addresses
    used       an enabled policy names it (or central NAT makes every VIP act)
    lost       it was not read, or not all of it
    hairpin    for packets that came by another interface than `extintf`: as if they had gone out by it and come back, if
               a policy lets them (Technical Tip 195448); whether and by which policies, is not settled
    """

    name: str
    family: int
    index: int
    rule: Rule
    external: IntervalSet
    interfaces: tuple[str, ...]
    mapped: tuple[IntervalSet, int] | None = None
    forced: bool = False
    ports: IntervalSet = _EVERY_PORT
    targets: IntervalSet = _NONE
    local: bool | None = True
    used: bool = False
    lost: bool = False
    hairpin: Rule | None = None


class Vips:
    """The VIPs and VIP groups of one VDOM.

    used      indexes of those that an enabled policy names
    perhaps   something that was not read may name any of them
    """

    def __init__(self, vdom: Vdom, addresses: Addresses, services: Services, interfaces: Interfaces) -> None:
        self._vdom = vdom
        self._addresses = addresses
        self._services = services
        self._interfaces = interfaces
        self.used: set[int] = set()
        self.perhaps = vdom.torn(*dict(_GROUPS))
        self.all: list[Vip] = []
        for path, family in _TABLES:
            for name, entry in vdom.table(path).entries.items():
                self.all.append(self._vip(name, family, entry, len(self.all) + 1))
        self._by_name = {(vip.name, vip.family): vip for vip in self.all}
        self._lost = tuple(self._lost_ones())
        self.all.extend(self._lost)

    @property
    def any(self) -> bool:
        """Return whether there is a VIP at all."""
        return bool(self.all)

    def named(self, name: str, family: int) -> bool:
        """Return whether a name is that of a VIP or VIP group."""
        return (name, family) in self._by_name or any(
            one == family and name in self._vdom.table(path).entries for path, one in _GROUPS
        )

    def indexes(self, name: str, family: int) -> tuple[int, ...]:
        """Return the indexes of a VIP or of the members of a VIP group; empty for other names."""
        vip = self._by_name.get((name, family))
        if vip:
            return (vip.index,)
        lost = () if self._addresses.defined(family, name) else tuple(v.index for v in self._lost if v.family == family)
        for path, one in _GROUPS:
            group = self._vdom.table(path).entries.get(name)
            if group is not None and one == family:
                found = (self._by_name.get((member, family)) for member in group.names("member"))
                return tuple(vip.index for vip in found if vip) + lost
        return lost

    def doubtful(self, name: str, family: int) -> bool:
        """Return whether a name is that of a VIP group of which something was not read."""
        groups = (self._vdom.table(path).entries.get(name) for path, one in _GROUPS if one == family)
        return any(_unread(group) for group in groups if group is not None)

    def mapped(self, indexes: Iterable[int]) -> IntervalSet:
        """Return the addresses that VIPs translate to, as far as they are known."""
        found = (self.all[index - 1].targets for index in indexes)
        return IntervalSet.of(*(pair for targets in found for pair in targets.ranges))

    def rules(self, central_nat: bool, referred: set[int]) -> tuple[Rule, ...]:
        """Return the rules of the destination translation list.

        Without central NAT only the VIPs in `referred` act. Where two overlap and the order is not settled for the
        version, either may act.
        """
        acting = [vip for vip in self.all if central_nat or self.perhaps or vip.index in referred]
        doubtful = set() if central_nat or vips_in_file_order(self._vdom.version) else _overlapped(acting)
        found = []
        for vip in acting:
            sure = vip.index not in doubtful and (central_nat or vip.index in referred)
            found.append(vip.rule if sure else _either(vip.rule))
            if vip.hairpin:
                found.append(vip.hairpin)
        return tuple(found)

    def finish(self) -> None:
        """Account for the lines of all VIPs and groups, and list them for `inspect`."""
        for path, family in (*_TABLES, *_GROUPS):
            table = self._vdom.table(path)
            for name, entry in table.entries.items():
                entry.names("member")
                irrelevant = {**_IRRELEVANT, "comments": "text", "interface": "limits where the group may be picked"}
                for identity in self._vdom.notes.finish(entry, irrelevant, f"VIP {name}", ("realservers",)):
                    self._vdom.taint(Scope.TRANSLATION, identity, name, entry.first)
                used = any(index in self.used for index in self.indexes(name, family))
                self._vdom.objects.append(
                    NamedObject(
                        "vip" if path in dict(_TABLES) else "vip-group",
                        name,
                        "",
                        "defined" if used else "unused",
                        self._vdom.notes.span(entry.first, entry.last),
                    )
                )

    def _vip(self, name: str, family: int, entry: Node, index: int) -> Vip:
        kind = entry.one("type", "static-nat")
        status = entry.on("status", True)
        names = tuple(word for word in (entry.names("extintf") or ("any",)))
        read = TargetReader(entry, family)
        problem = ""
        action: Action = Translate(None, (Assign("dnat", index, 0xFFFF),))
        terms: list[Expr] = [self._interfaces.match("in", names, entry.first)]
        external, mapped = FAMILY[family], None
        try:
            external = self._external(entry, family, names)
            terms.append(Field("dst", external) if external else AddressKind("dst", frozenset({AddressClass.LOCAL})))
            terms.extend(self._narrowed(entry, family, kind))
            translation = read.translation(kind, external)
            action = Translate(translation, (Assign("dnat", index, 0xFFFF),))
            if kind == "static-nat" and translation and translation.shift is not None and translation.ports is None:
                mapped = None if read.forwards else (translation.addresses or IntervalSet.empty(), -translation.shift)
        except ValueError:
            problem = Code.VALUE_NOT_UNDERSTOOD.value
            identity = self._vdom.notes.say(
                Code.VALUE_NOT_UNDERSTOOD, Severity.ERROR, entry.first, f"VIP {name}", value=kind, where=f"VIP {name}"
            )
            self._vdom.taint(Scope.TRANSLATION, identity, name, entry.first)
        if (
            kind in ("dns-translation", "access-proxy")
            or entry.on("nat46") is not False
            or entry.on("nat64") is not False
        ):
            problem = Code.UNSUPPORTED_LINE.value
            self._unsupported(entry, name, kind)
        entry.words("nat46"), entry.words("nat64"), entry.words("nat-source-vip")
        unread = self._strange(entry)
        if unread or not external:
            problem = problem or Code.UNRECOGNISED_LINE.value
        lost = unread or problem == Code.VALUE_NOT_UNDERSTOOD.value
        if lost:
            external, terms, names = FAMILY[family], [ANYTHING, Field("dst", FAMILY[family])], ("any",)
            action = Translate(None, (Assign("dnat", index, 0xFFFF),))
        match = conjunction(*terms)
        rule = Rule(
            id=name,
            key=entry.one("uuid") or name,
            match=match,
            action=action,
            span=self._vdom.notes.span(entry.first, entry.last),
            enabled=status is not False,
            name=name,
            comment=entry.one("comment"),
            text=f"vip {name} {entry.one('extip')} -> {entry.one('mappedip')}"[:400],
            because=tuple(sorted({problem} - {""} | set(because(match)))),
        )
        if problem or status is None:
            rule = _either(rule, problem)
        forced = entry.on("nat-source-vip") is not False
        inner = action.translation.addresses if isinstance(action, Translate) and action.translation else None
        inner = FAMILY[family] if lost else inner
        return Vip(
            name,
            family,
            index,
            rule,
            external,
            names,
            None if problem else mapped,
            forced,
            _port_keys(terms),
            inner or _NONE,
            entry.on("arp-reply", True),
            lost=lost,
            hairpin=self._hairpin(rule, terms, names),
        )

    def _lost_ones(self) -> Iterable[Vip]:
        """Yield what stands for the VIPs of a table of which the beginning of an entry was not read."""
        torn = [(path, family) for path, family in _TABLES if self._vdom.torn(path)]
        for index, (path, family) in enumerate(torn, len(self.all) + 1):
            name, whole = f"unread lines of {path}", FAMILY[family]
            action = Translate(None, (Assign("dnat", index, 0xFFFF),))
            made = Rule(id=name, key=name, match=Field("dst", whole), action=action, text=name)
            made = nothing_sure(made, made.match, Unsure((action, Continue())))
            yield Vip(name, family, index, made, whole, ("any",), targets=whole, local=None, lost=True)

    def _hairpin(self, rule: Rule, terms: list[Expr], names: tuple[str, ...]) -> Rule | None:
        if "any" in names or not terms:
            return None
        match = conjunction(Not(self._interfaces.match("in", names)), *terms[1:])
        return _either(replace(rule, key=f"{rule.key} hairpin", match=match, text=f"{rule.text} (hairpin)"))

    def _external(self, entry: Node, family: int, names: tuple[str, ...]) -> IntervalSet:
        """Return the external addresses; empty where they are an interface's and not in the export.

        `0.0.0.0` stands for the address of the external interface (Administration Guide, "Configuring VIPs").
        """
        text = entry.one("extip")
        objects = entry.names("extaddr")
        if objects:
            plain = [self._addresses.resolve(family, name, entry.first).plain for name in objects]
            found = IntervalSet.of(*(pair for values in plain if values for pair in values.ranges))
            if None in plain:
                raise ValueError("external address outside the export")
            return found
        return self._interfaces.primary(names, family) if text in NO_ADDRESS else ranges(text)

    def _narrowed(self, entry: Node, family: int, kind: str) -> list[Expr]:
        terms: list[Expr] = []
        forwards = entry.on("portforward")
        if forwards or (kind == "server-load-balance" and entry.one("server-type") != "ip"):
            word = entry.one("protocol", "tcp")
            protocol = _PROTOCOLS.get(word) if kind != "server-load-balance" else _SERVERS.get(entry.one("server-type"))
            if protocol is None:
                raise ValueError(word)
            terms.append(proto(58 if protocol == 1 and family == 6 else protocol))
            if protocol != 1:
                terms.append(Field("dport", ports(entry.one("extport"))))
        elif forwards is None:
            raise ValueError("portforward")
        filters = entry.names("src-filter")
        if filters:
            terms.append(Field("src", IntervalSet.of(*(pair for text in filters for pair in ranges(text).ranges))))
        entered = entry.names("srcintf-filter")
        if entered:
            terms.append(self._interfaces.match("in", entered, entry.first))
        services = entry.names("service")
        if services:
            terms.append(self._services.any_of(services, entry.first))
        if entry.on("src-vip-filter") is not False:
            terms.append(unknown("src-vip-filter"))
        return terms

    def _unsupported(self, entry: Node, name: str, kind: str) -> None:
        value = entry.values.get("type") or next(iter(entry.values.values()))
        self._vdom.notes.mark(value.spans, LineUse.UNSUPPORTED)
        self._vdom.notes.say(
            Code.UNSUPPORTED_LINE, Severity.ERROR, value.line, f"VIP {name}", text=f"set type {kind}"[:60]
        )

    def _strange(self, entry: Node) -> bool:
        for key in entry.values:
            if key.startswith("ssl-"):
                entry.values[key].used = True
        strange = bool(entry.unread)
        for server in entry.table("realservers").entries.values():
            strange = bool(self._vdom.notes.finish(server, _SERVER_IRRELEVANT, f"VIP {entry.name}")) or strange
        servers = entry.tables.get("realservers")
        if servers:
            strange = bool(self._vdom.notes.finish(servers, (), f"VIP {entry.name}")) or strange
        return strange or any(not value.used and key not in _IRRELEVANT for key, value in entry.values.items())


def _unread(entry: Node) -> bool:
    """Return whether something in a VIP group was not read."""
    irrelevant = {*_IRRELEVANT, "comments", "interface", "member"}
    return bool(entry.unread or entry.tables) or any(key not in irrelevant for key in entry.values)


def _port_keys(terms: list[Expr]) -> IntervalSet:
    """Return protocol * 65536 + port for the protocol and ports among the terms of a match."""
    fields = {term.name: term.values for term in terms if isinstance(term, Field)}
    if "proto" not in fields:
        return _EVERY_PORT
    base = fields["proto"].min << 16
    return fields.get("dport", IntervalSet.of((0, 65535))).shifted(base)


def _either(rule: Rule, problem: str = "") -> Rule:
    """Return the rule as one that may act or not."""
    if not isinstance(rule.action, Translate):
        return rule
    doubts = {*rule.because, problem or Code.ACTION_NOT_MODELLED.value}
    return replace(rule, action=Unsure((rule.action, Continue())), because=tuple(sorted(doubts)))


def _overlapped(vips: Iterable[Vip]) -> set[int]:
    """Return the indexes of VIPs that share packets with a later one."""
    pieces = sorted((low, high, vip.index) for vip in vips for low, high in vip.external.ranges)
    by_index = {vip.index: vip for vip in vips}
    found: set[int] = set()
    group: list[int] = []
    end = -1
    for low, high, index in [*pieces, (1 << 200, 1 << 200, 0)]:
        if low > end:
            found |= _clashing([by_index[one] for one in dict.fromkeys(group)])
            group, end = [], -1
        group.append(index)
        end = max(end, high)
    return found


def _clashing(vips: list[Vip]) -> set[int]:
    if len(vips) > _MOST_COMPARED:
        return {vip.index for vip in vips}
    return {
        min(one.index, other.index)
        for at, one in enumerate(vips)
        for other in vips[at + 1 :]
        if one.ports & other.ports and one.external & other.external and _meet(one.interfaces, other.interfaces)
    }


def _meet(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    return "any" in some or "any" in others or bool(set(some) & set(others))
