"""Traffic to the firewall itself: security rules, management profiles, services, the management port.

Source: Networking Administrator's Guide, "Use Interface Management Profiles to Restrict Access" (without a profile an interface
denies all management access; permitted addresses; a profile names the services), Web Interface Help, "Interface Mgmt" and
"Device > Setup > Interfaces" (the management port: HTTPS, SSH and ping unless disabled, HTTP and Telnet not). That security
rules are asked too where an address of another zone is meant is not settled: what they deny may pass here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from segcheck.importers._hierarchy.notes import Vsys
from segcheck.importers._hierarchy.sessions import proto, rule
from segcheck.importers._hierarchy.tree import Node
from segcheck.importers._unsure import unknown
from segcheck.importers.panos._interfaces import Interfaces
from segcheck.importers.panos._security import to_itself
from segcheck.model.device import Interface as Port
from segcheck.model.device import InterfaceAddress, LocalService, Scope
from segcheck.model.diagnostic import Code, LineUse
from segcheck.model.match import ANYTHING, Expr, Field, Interface, conjunction, disjunction
from segcheck.model.rules import Continue, Deny, Permit, Rule, RuleList, Unsure
from segcheck.sets.addresses import parse, parse_one
from segcheck.sets.intervals import IntervalSet

MANAGEMENT = "management"
_OPEN = Unsure((Permit(), Continue()))


def _port(number: int, *ports: int) -> Expr:
    return conjunction(proto(number), Field("dport", IntervalSet.of(*ports)))


_PING = disjunction(
    conjunction(proto(1), Field("icmp_type", IntervalSet.of(8))),
    conjunction(proto(58), Field("icmp_type", IntervalSet.of(128))),
)
#: Services of a management profile.
_SERVICES: dict[str, Expr] = {
    "ping": _PING,
    "telnet": _port(6, 23),
    "ssh": _port(6, 22),
    "http": _port(6, 80),
    "https": _port(6, 443),
    "http-ocsp": _port(6, 80),
    "snmp": _port(17, 161),
    "response-pages": _port(6, 6080, 6081, 6082, 6083),
    "userid-service": _port(6, 5007),
    "userid-syslog-listener-ssl": _port(6, 6514),
    "userid-syslog-listener-udp": _port(17, 514),
}
_IKE = disjunction(_port(17, 500, 4500), proto(50), proto(51))
_PORTAL = disjunction(_port(6, 443, 4443), _port(17, 4501), _port(17, 443))
_DNS = disjunction(_port(17, 53), _port(6, 53))
_ROUTING = disjunction(_port(6, 179), proto(89), _port(17, 520, 521), proto(103), proto(2))


class Local:
    """What one virtual system lets in to the firewall itself."""

    def __init__(self, vsys: Vsys, interfaces: Interfaces, *, first: bool) -> None:
        self._vsys = vsys
        self._interfaces = interfaces
        self.services: list[LocalService] = []
        self.management = self._management_port() if first else None
        self._management_rules = tuple(self._of_management()) if self.management else ()

    def lists(self, security: Iterable[Rule], name: str) -> tuple[RuleList, ...]:
        """Return the lists `NAME/local-security` and `NAME/local`, in their order."""
        ports = self._interfaces.all
        owned = {one.name: IntervalSet.of(*(a.address for a in one.addresses)) for one in ports if one.addresses}
        dynamic = frozenset(one.name for one in ports if one.dynamic)
        asked = []
        if self.management:
            asked.append(rule("management port", Interface("in", (MANAGEMENT,)), Permit()))
        for one in security:
            action = Unsure((Deny(), Permit())) if isinstance(one.action, Deny) else one.action
            asked.append(replace(one, match=to_itself(one.match, owned, dynamic), action=action))
        return (
            RuleList(name=f"{name}/local-security", rules=tuple(asked), default=Deny(), builtin=True),
            RuleList(
                name=f"{name}/local",
                rules=(*self._management_rules, *self._profiles(owned, dynamic), *self._listening(owned)),
                default=Deny(),
                builtin=True,
            ),
        )

    def _profiles(self, owned: dict[str, IntervalSet], dynamic: frozenset[str]) -> Iterable[Rule]:
        table = self._interfaces.network.at("profiles", "interface-management-profile")
        for port in self._interfaces.all:
            name = self._interfaces.profiles.get(port.name)
            if name is None:
                continue
            entry = table.at(name)
            where = f"management profile {name}"
            if not entry:
                doubt = self._vsys.undefined(entry, "management profile", name, where)
                yield rule(f"{where} on {port.name}", conjunction(Interface("in", (port.name,)), doubt), Permit())
                continue
            to: Expr = Field("dst", owned[port.name]) if port.name in owned else ANYTHING
            if port.name in dynamic:
                to = conjunction(Interface("in", (port.name,)), unknown("address of an interface"))
            sender = self._permitted(entry, where)
            for key, match in _SERVICES.items():
                wanted = entry.flag(key)
                if wanted is False:
                    continue
                kind = "management" if key not in ("ping", "response-pages") else key
                self._note(kind, conjunction(match, to, sender), (port.name,), entry)
                label = f"{key} on {port.name}"
                here = conjunction(Interface("in", (port.name,)), to, match, sender)
                yield rule(label, here, Permit() if wanted else _OPEN)
                # by way of another interface: which profile is asked then is not said
                yield rule(f"{label} from elsewhere", conjunction(to, match, sender), _OPEN)

    def _permitted(self, entry: Node, where: str) -> Expr:
        allowed = entry.at("permitted-ip")
        if not allowed.children:
            return ANYTHING
        pairs: list[tuple[int, int]] = []
        doubts: list[Expr] = []
        for one in allowed.entries():
            one.ignore(("description",))
            try:
                pairs.extend(parse(one.word).ranges)
            except ValueError:
                self._vsys.bad_value(one, where, "permitted-ip")
                doubts.append(unknown(f"permitted-ip of {where}", Code.VALUE_NOT_UNDERSTOOD))
        return disjunction(*([Field("src", IntervalSet.of(*pairs))] if pairs else []), *doubts)

    def _note(self, kind: str, match: Expr, interfaces: tuple[str, ...], node: Node, *, carries: bool = False) -> None:
        span = self._vsys.notes.extent(node)
        self.services.append(
            LocalService(kind=kind, match=match, interfaces=interfaces, reoriginates=carries, span=span)
        )

    # ---- services that listen by themselves

    def _listening(self, owned: dict[str, IntervalSet]) -> Iterable[Rule]:
        network = self._interfaces.network
        every = IntervalSet.of(*(pair for own in owned.values() for pair in own.ranges))
        for kind, node, match, carries in self._found(network):
            if not node.children:
                continue
            names = tuple(one.word for holder in node.walk() for one in holder.children.values() if one.word in owned)
            names = tuple(dict.fromkeys(names))
            self._note(kind, match, names, node, carries=carries)
            to = disjunction(*(Field("dst", owned[name]) for name in names)) if names else Field("dst", every)
            if kind in ("dhcp-server", "dhcp-relay"):
                to = Interface("in", names) if names else ANYTHING
            yield rule(f"{kind} {' '.join(names)}".strip(), conjunction(to, match), _OPEN)
            node.mark_all(LineUse.APPROXIMATED)
        if any(taint.by_table for taint in self._vsys.taints.values()):
            self._note("routing", _ROUTING, (), Node(""))
            yield rule("routing protocols", _ROUTING, _OPEN)

    def _found(self, network: Node) -> Iterable[tuple[str, Node, Expr, bool]]:
        ike = network.at("ike")
        ike.ignore(("crypto-profiles",))
        yield "ipsec", ike.at("gateway"), _IKE, True
        yield "tunnel", network.at("tunnel", "gre") if network.has("tunnel", "gre") else Node(""), proto(47), True
        yield "vpn-portal", self._vsys.node.at("global-protect"), _PORTAL, True
        for entry in network.at("dhcp", "interface").entries():
            yield "dhcp-server", entry.at("server") if entry.has("server") else Node(""), _port(17, 67), False
            yield "dhcp-relay", entry.at("relay") if entry.has("relay") else Node(""), _port(17, 67, 547), True
        yield "dns-forwarder", network.at("dns-proxy"), _DNS, True
        yield "explicit-proxy", network.at("secure-web-gateway"), proto(6), True

    # ---- the management port

    def _management_port(self) -> Port | None:
        system = self._vsys.device.at("deviceconfig", "system")
        try:
            address, mask = system.one("ip-address"), system.one("netmask")
            system.words("default-gateway", text=True)
            system.at("type").mark_all(LineUse.UNDERSTOOD)
            own: tuple[InterfaceAddress, ...] = ()
            if address:
                length = parse_one(mask).bit_count() if mask else 32
                own = (InterfaceAddress(parse_one(address), length),)
        except ValueError:
            identity = self._vsys.bad_value(system, "management port")
            self._vsys.taint(Scope.LOCAL, identity, "", system.first)
            return None
        system.at("ipv6-address").mark_all(LineUse.APPROXIMATED)
        for key in ("service", "permitted-ip"):
            for one in system.at(key).walk() if not own else ():
                one.take()
        if not own:
            return None
        return Port(
            name=MANAGEMENT, addresses=own, domain=MANAGEMENT, kind=MANAGEMENT, span=self._vsys.notes.extent(system)
        )

    def _of_management(self) -> Iterable[Rule]:
        assert self.management is not None
        system = self._vsys.device.at("deviceconfig", "system")
        sender = self._permitted(system, "management port")
        disabled = system.at("service")
        for key, offered in (("https", True), ("ssh", True), ("icmp", True), ("http", False), ("telnet", False),
                             ("snmp", False), ("http-ocsp", False), ("userid-service", False)):  # fmt: skip
            flag = disabled.flag(f"disable-{key}", default=not offered)
            match = _SERVICES["ping" if key == "icmp" else key]
            here = conjunction(Interface("in", (MANAGEMENT,)), match, sender)
            if flag is not True:
                self._note("management", here, (MANAGEMENT,), system)
                yield rule(f"{key} on the management port", here, Permit() if flag is False else _OPEN)
        for key in ("userid-syslog-listener-ssl", "userid-syslog-listener-udp"):
            if disabled.flag(f"disable-{key}", default=True) is not True:
                here = conjunction(Interface("in", (MANAGEMENT,)), _SERVICES[key], sender)
                yield rule(f"{key} on the management port", here, _OPEN)

    def finish(self) -> None:
        """Account for profiles that no interface names."""
        for entry in self._interfaces.network.at("profiles", "interface-management-profile").entries():
            for key in _SERVICES:
                entry.flag(key)
            self._permitted(entry, f"management profile {entry.word}")
            found = self._vsys.notes.sweep(entry, f"management profile {entry.word}")
            for identity in found:
                self._vsys.taint(Scope.LOCAL, identity, entry.word, entry.first)
