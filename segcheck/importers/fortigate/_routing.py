"""Routes: connected, static, by policy; and whether they are all there are.

Source: CLI Reference, "config router static", "static6", "policy", "policy6", "config system link-monitor", "sdwan";
Administration Guide, "Routing concepts", "Policy routes". A static route has distance 10 unless it says otherwise; a policy
route with `action deny` sends the packet to the routing table (Technical Tip 190646). A policy route without a gateway uses
one that the routing table has for that interface, and is passed over if there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from segcheck.importers._unsure import because, unknown
from segcheck.importers.fortigate._addresses import Addresses
from segcheck.importers.fortigate._interfaces import Interfaces
from segcheck.importers.fortigate._notes import Vdom, nothing_sure
from segcheck.importers.fortigate._policy_keys import WHO
from segcheck.importers.fortigate._relevance import table as irrelevant
from segcheck.importers.fortigate._services import proto
from segcheck.importers.fortigate._tree import Node
from segcheck.importers.fortigate._values import EVERY_NETWORK, FAMILY, NO_ADDRESS, number, prefix, prefixes, ranges
from segcheck.model.device import Route, RouteKind, Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import ANYTHING, Bits, Condition, Expr, Field, Kind, Not, conjunction, disjunction
from segcheck.model.rules import Action, Return, Rule, RuleList, Unsure, Via
from segcheck.sets.addresses import parse_one
from segcheck.sets.addresses import prefix as block
from segcheck.sets.intervals import IntervalSet

_STATIC = (("router static", 4), ("router static6", 6))
_BY_POLICY = (("router policy", 4), ("router policy6", 6))
_STATIC_IRRELEVANT = irrelevant(
    "text, or which of several equal routes carries how much",
    "comment weight bfd tag preferred-source link-monitor-exempt devindex",
)
_MONITOR_IRRELEVANT = irrelevant(
    "how a link is watched; that it is watched makes its routes unsure",
    "addr-mode server-config server-type server protocol port gateway-ip6 route source-ip source-ip6 http-get http-agent",
    "http-match interval probe-timeout failtime recoverytime probe-count security-mode password packet-size ha-priority",
    "fail-weight update-cascade-interface update-policy-route diffservcode class-id service-detection timeout",
) | {"config server-list": "how a link is watched"}
#: What starts a routing protocol: nested tables that have entries then.
_DYNAMIC = {
    "router ospf": ("area", "network", "ospf-interface", "neighbor"),
    "router ospf6": ("area", "ospf6-interface"),
    "router rip": ("network", "neighbor", "interface"),
    "router ripng": ("network", "neighbor", "interface"),
    "router bgp": ("neighbor", "neighbor-group", "neighbor-range", "network", "network6"),
    "router isis": ("isis-net", "isis-interface"),
}
_MULTICAST = ("router multicast", "router multicast6")


class Routing:
    """The routing of one VDOM.

    routes    all that are known
    known     they are all there are
    """

    def __init__(self, vdom: Vdom, interfaces: Interfaces, addresses: Addresses) -> None:
        self._vdom = vdom
        self._interfaces = interfaces
        self._addresses = addresses
        self.known = True
        self.routes: tuple[Route, ...] = ()
        routes = [*self._connected(), *self._static()]
        self._dynamic()
        watched = tuple(self._watched())
        self.routes = tuple(_watched_or_not(route, watched) for route in routes)

    def doubt(self, why: str, line: int = 0) -> str:
        """Record that the routing table is not known, and return the diagnostic's id."""
        self.known = False
        return self._vdom.notes.say(Code.ROUTING_UNKNOWN, Severity.WARNING, line, "routing", why=why)

    def _connected(self) -> Iterable[Route]:
        for interface in self._interfaces.all:
            if interface.enabled is False:
                continue
            line = interface.span.first if interface.span else 0
            sure = interface.enabled is True
            if interface.dynamic:
                self.doubt(f"{interface.name} gets its address and routes from elsewhere", line)
                for default in FAMILY.values():
                    yield Route(to=default, interface=interface.name, distance=5, domain=interface.domain, sure=False)
            for address in interface.addresses:
                yield Route(
                    to=block(address.address, address.length),
                    interface=interface.name,
                    distance=0,
                    domain=interface.domain,
                    sure=sure,
                    span=interface.span,
                )
            remote = self._vdom.table("system interface").entries[interface.name].words("remote-ip")
            if remote and remote[0].split("/")[0] not in NO_ADDRESS:
                try:
                    to = prefix(remote)
                except ValueError:
                    self.doubt(f"remote-ip of {interface.name}", line)
                    continue
                yield Route(to=to, interface=interface.name, distance=0, domain=interface.domain, sure=sure)

    def _static(self) -> Iterable[Route]:
        for path, one in _STATIC:
            table = self._vdom.table(path)
            for entry in table.entries.values():
                try:
                    yield from self._static_entry(entry, one)
                except ValueError:
                    identity = self.doubt(f"static route {entry.name}", entry.first)
                    self._vdom.notes.mark(entry.spans, LineUse.UNRECOGNISED)
                    for value in entry.values.values():
                        value.used = True
                    # no table closes it: routes by source or Internet Service are policy routes, which it does not show
                    self._vdom.taint(Scope.ROUTING, identity, entry.name, entry.first)
                if self._vdom.notes.finish(entry, _STATIC_IRRELEVANT, f"route {entry.name}"):
                    self._vdom.taint(Scope.ROUTING, self.doubt("unread lines", entry.first), entry.name, entry.first)

    def _static_entry(self, entry: Node, one: int) -> Iterable[Route]:
        status = entry.on("status", True)
        to = self._targets(entry, one)
        gateway_text, device = entry.one("gateway"), entry.one("device")
        gateway = parse_one(gateway_text) if gateway_text not in NO_ADDRESS else None
        distance = number(entry.one("distance", "10"), 1, 255)
        metric = number(entry.one("priority", "0"), 0, 4294967295)
        zones = [*entry.names("sdwan-zone"), *(["virtual-wan-link"] if entry.on("virtual-wan-link") else [])]
        zones.extend(["virtual-wan-link"] if entry.on("sdwan") else [])
        if entry.one("src", "0.0.0.0/0") not in EVERY_NETWORK:
            raise ValueError("source-dependent")
        internet = [entry.one(key) for key in list(entry.values) if key.startswith("internet-service")]
        if any(word not in ("0", "") for word in internet):
            raise ValueError("Internet Service")
        vrf = entry.one("vrf", "unspecified")
        blackhole = entry.on("blackhole")
        dynamic = entry.on("dynamic-gateway") is not False
        if status is False:
            return
        span = self._vdom.notes.span(entry.first, entry.last)
        ways = [(device or None, gateway, status is True and blackhole is not None and not dynamic)]
        if zones:
            ways = [
                (name, via, status is True and not dynamic) for zone in zones for name, via in self._members(zone, one)
            ]
        if not device and not zones and not blackhole:
            raise ValueError("no way out")
        for name, _, _ in ways:
            if name is not None and self._interfaces.all and name not in self._interfaces.by_name:
                self._undefined(name, entry)
                raise ValueError(name)
        for name, via, sure in ways:
            interface = self._interfaces.by_name.get(name or "")
            if interface and interface.enabled is False:
                continue  # its routes are not in the table
            domain = vrf if vrf not in ("unspecified", "0") else interface.domain if interface else "default"
            for target in to:
                yield Route(
                    to=target,
                    interface=name,
                    gateway=via,
                    kind=RouteKind.DISCARD if blackhole else RouteKind.UNICAST,
                    distance=distance,
                    metric=metric,
                    domain=domain,
                    sure=sure,
                    span=span,
                )

    def _targets(self, entry: Node, one: int) -> list[IntervalSet]:
        name = entry.one("dstaddr")
        if name:
            plain = self._addresses.resolve(one, name, entry.first).plain
            if plain is None:
                raise ValueError(name)
            return prefixes(plain)
        return [prefix(entry.words("dst") or ("0.0.0.0/0" if one == 4 else "::/0",))]

    def _members(self, zone: str, one: int) -> Iterable[tuple[str, int | None]]:
        key = "gateway" if one == 4 else "gateway6"
        for path in ("system sdwan", "system virtual-wan-link"):
            for member in self._vdom.table(path).table("members").entries.values():
                if member.one("zone", "virtual-wan-link") == zone and member.on("status", True) is not False:
                    text = member.one(key)
                    yield member.one("interface"), parse_one(text) if text not in NO_ADDRESS else None

    def _dynamic(self) -> None:
        notes = self._vdom.notes
        for path, starters in _DYNAMIC.items():
            table = self._vdom.table(path)
            identities = notes.finish_unread(table, "routing")
            started = any(table.table(name).entries for name in starters)
            notes.mark(table.spans, LineUse.UNSUPPORTED if started else LineUse.IRRELEVANT)
            if started or any(node.unread for node in table.walk()):
                identities.append(self.doubt(path.removeprefix("router ").upper(), table.first))
            for identity in identities:
                self.known = False
                self._vdom.taint(Scope.ROUTING, identity, path, table.first, by_table=True)
        for path in _MULTICAST:
            notes.mark(self._vdom.table(path).spans, LineUse.IRRELEVANT)  # multicast is uncertain throughout
        for path in ("system sdwan", "system virtual-wan-link"):
            table = self._vdom.table(path)
            rules = [rule for rule in table.table("service").entries.values() if rule.on("status", True) is not False]
            if rules and table.on("status") is not False:
                identity = self.doubt("SD-WAN rules", rules[0].first)
                self._vdom.taint(Scope.ROUTING, identity, path, rules[0].first)
            if any(node.unread for node in table.walk()):
                self._vdom.taint(Scope.ROUTING, self.doubt("unread SD-WAN lines", table.first), path, table.first)
            notes.mark(table.spans, LineUse.APPROXIMATED)

    def _watched(self) -> Iterable[tuple[str, int | None]]:
        """Yield (interface, gateway) of every link whose routes go when it does."""
        for path in ("system sdwan", "system virtual-wan-link"):
            table = self._vdom.table(path)
            members = table.table("members").entries
            for check in table.table("health-check").entries.values():
                if check.on("update-static-route", True) is not False:
                    chosen = members if "0" in check.names("members") else check.names("members")
                    yield from ((members[name].one("interface"), None) for name in chosen if name in members)
        table = self._vdom.table("system link-monitor")
        for entry in table.entries.values():
            name, text = entry.one("srcintf"), entry.one("gateway-ip")
            withdraws = entry.on("update-static-route", True) is not False and entry.on("status", True) is not False
            self._vdom.doubt(entry, _MONITOR_IRRELEVANT, Scope.ROUTING, "link-monitor")
            if withdraws:
                try:
                    yield name, None if text in NO_ADDRESS else parse_one(text)
                except ValueError:
                    yield name, None

    def by_policy(self, list_name: str) -> RuleList | None:
        """Return the list of policy routes, None if there are none."""
        rules = [
            self._policy_route(e, one) for path, one in _BY_POLICY for e in self._vdom.table(path).entries.values()
        ]
        return RuleList(name=list_name, rules=tuple(rules), default=Return()) if rules else None

    def _policy_route(self, entry: Node, one: int) -> Rule:
        where, notes = f"policy route {entry.name}", self._vdom.notes
        doubtful = False
        try:
            match = conjunction(*self._policy_match(entry, one))
            action = self._policy_action(entry)
        except ValueError:
            notes.say(Code.VALUE_NOT_UNDERSTOOD, Severity.ERROR, entry.first, where, value="", where=where)
            for value in entry.values.values():
                value.used = True
            match = unknown(where, Code.VALUE_NOT_UNDERSTOOD)
            action = self._any_way()
            doubtful = True
        status = entry.on("status", True)
        doubtful = bool(notes.finish(entry, {"comments": "text"}, where)) or doubtful or status is None
        made = Rule(
            id=entry.name,
            key=entry.name,
            match=match,
            action=action,
            span=notes.span(entry.first, entry.last),
            enabled=status is not False,
            comment=entry.one("comments"),
            text=f"policy route {entry.name} out {entry.one('output-device')}",
            because=because(match),
        )
        if not doubtful:
            return made
        self._vdom.taint(Scope.ROUTING, self.doubt(where, entry.first), where, entry.first)
        return nothing_sure(made, ANYTHING, self._any_way())

    def _any_way(self) -> Action:
        """Return what a policy route may do of which the way out is not known."""
        ways = tuple(Via(port.name) for port in self._interfaces.all) or (Via(None),)
        return Unsure((*ways, Return()))

    def _policy_match(self, entry: Node, one: int) -> Iterable[Expr]:
        entered = entry.names("input-device")
        if entered:
            came = self._interfaces.match("in", entered, entry.first)
            yield Not(came) if self._switch(entry, "input-device-negate") else came
        for side in ("src", "dst"):
            written, names = entry.names(side), entry.names(f"{side}addr")
            parts: list[Expr] = [
                Field(side, ranges(text.replace("/", " ") if "." in text else text)) for text in written
            ]
            if names:
                parts.append(self._addresses.any_of(one, names, side, entry.first))
            whole = Field(side, FAMILY[one])
            found = disjunction(*parts) if parts else whole
            yield conjunction(whole, Not(found)) if self._switch(entry, f"{side}-negate") else found
        protocol = number(entry.one("protocol", "0"), 0, 255)
        if protocol:
            yield proto(protocol)
        for name, start, end in (
            ("dport", "start-port", "end-port"),
            ("sport", "start-source-port", "end-source-port"),
        ):
            low, high = number(entry.one(start, "0"), 0, 65535), number(entry.one(end, "65535"), 0, 65535)
            if (low, high) not in ((0, 65535), (1, 65535)):
                asked = Field(name, IntervalSet.of((low, high)))
                yield asked if protocol else conjunction(asked, unknown("ports of a policy route for any protocol"))
        mask = int(entry.one("tos-mask", "0x00"), 16)
        if 0 < mask <= 255:
            yield Bits("tos", mask, int(entry.one("tos", "0x00"), 16) & mask)
        people = [
            Condition(f"{WHO[key]} {name}", Kind.VARIES) for key in ("users", "groups") for name in entry.names(key)
        ]
        if people:
            yield disjunction(*people)
        for key in [key for key in entry.values if key.startswith("internet-service")]:
            yield unknown(f"Internet Service {entry.one(key)}"[:120], Code.DEPENDS_ON_OUTSIDE)

    def _policy_action(self, entry: Node) -> Action:
        device, text = entry.one("output-device"), entry.one("gateway")
        action = entry.one("action", "permit")
        if action == "deny":
            return Return()
        if action != "permit":
            raise ValueError(action)
        if device and self._interfaces.all and device not in self._interfaces.by_name:
            self._undefined(device, entry)
            raise ValueError(device)
        gateway = parse_one(text) if text not in NO_ADDRESS else None
        if device and gateway is not None:
            return Via(device, gateway)
        if device:
            gateways = dict.fromkeys(route.gateway for route in self.routes if route.interface == device)
            return Unsure((*(Via(device, one) for one in {None: None, **gateways}), Return()))
        return Unsure((Via(None, gateway), Return())) if gateway is not None else Return()

    def _switch(self, entry: Node, key: str) -> bool:
        flag = entry.on(key)
        if flag is None:
            raise ValueError(key)
        return flag

    def _undefined(self, name: str, entry: Node) -> None:
        self._vdom.notes.say(
            Code.UNDEFINED_NAME, Severity.WARNING, entry.first, "routing", kind="interface", name=name[:40]
        )

    def reverse(self, strict: bool) -> dict[str, tuple[IntervalSet, IntervalSet]]:
        """Return by interface the sources that may surely, and that may possibly, arrive on it (Technical Tip 194382).

        Feasible path: there is a route back by that interface, the best or not. Strict: the best route back goes there.
        """
        by_prefix: dict[IntervalSet, list[Route]] = {}
        for route in self.routes:
            by_prefix.setdefault(route.to, []).append(route)
        must: dict[str, list[tuple[int, int]]] = {}
        may: dict[str, list[tuple[int, int]]] = {}
        sure_above, perhaps_above = IntervalSet.empty(), IntervalSet.empty()
        for to in sorted(by_prefix, key=lambda one: one.count):
            routes = by_prefix[to]
            best = min((route.distance for route in routes if route.sure), default=256)
            rivals = {route.interface for route in routes if route.distance <= best}
            for route in routes:
                if route.interface is None or route.kind is RouteKind.DISCARD or route.distance > best:
                    continue
                may.setdefault(route.interface, []).extend(((to - sure_above) if strict else to).ranges)
                if route.sure and not (strict and len(rivals) > 1):
                    must.setdefault(route.interface, []).extend(((to - perhaps_above) if strict else to).ranges)
            if strict:
                perhaps_above |= to
                sure_above = sure_above | to if best < 256 else sure_above
        names = (port.name for port in self._interfaces.all)
        return {name: (IntervalSet.of(*must.get(name, ())), IntervalSet.of(*may.get(name, ()))) for name in names}


def _watched_or_not(route: Route, watched: tuple[tuple[str, int | None], ...]) -> Route:
    if route.distance == 0 or not any(
        route.interface == name and gateway in (None, route.gateway) for name, gateway in watched
    ):
        return route
    return replace(route, sure=False)
