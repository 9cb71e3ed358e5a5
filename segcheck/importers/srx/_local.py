"""Traffic to the device itself: `host-inbound-traffic`, policies to `junos-host`, the services that listen.

Source: Security Zones user guide, "Understanding How to Control Inbound Traffic Based on Traffic Types" and "... on Protocols"
(everything is dropped that a zone, or in its place an interface, does not name; neighbour discovery always passes),
CLI Reference `system-services (Security Zones Host Inbound Traffic)`, `junos-host`: policies to it are asked in addition; what
none of them takes where some exist is not settled, nor what becomes of a packet for an address of another interface's zone.
A service that is let in answers if it is switched on under `system services`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from segcheck.importers._hierarchy.notes import Vsys
from segcheck.importers._hierarchy.sessions import proto
from segcheck.importers._hierarchy.sessions import rule as made_rule
from segcheck.importers._hierarchy.tree import Node
from segcheck.importers.srx._interfaces import MANAGEMENT, Interfaces
from segcheck.importers.srx._policies import Policies
from segcheck.importers.srx._relevance import SERVICES
from segcheck.model.device import LocalService, Scope
from segcheck.model.diagnostic import LineUse
from segcheck.model.match import ANYTHING, Expr, Field, Interface, Not, conjunction, disjunction
from segcheck.model.rules import Continue, Deny, Permit, Rule, RuleList, Unsure
from segcheck.sets.intervals import IntervalSet

_OPEN = Unsure((Permit(), Continue()))
_EITHER = Unsure((Permit(), Deny()))


def _port(number: int, *numbers: int | tuple[int, int]) -> Expr:
    return conjunction(proto(number), Field("dport", IntervalSet.of(*numbers)))


_PING = disjunction(
    conjunction(proto(1), Field("icmp_type", IntervalSet.of(8))),
    conjunction(proto(58), Field("icmp_type", IntervalSet.of(128))),
)
_DISCOVERY = conjunction(proto(58), Field("icmp_type", IntervalSet.of((133, 137))))
_NETCONF = disjunction(_port(6, 22), _port(6, 830))
_IKE = disjunction(_port(17, 500, 4500), proto(50), proto(51))
_DNS = disjunction(_port(17, 53), _port(6, 53))
#: Of `system-services`: what it lets in, and the path below `system services` that switches it on ("" = not one of these).
SYSTEM: dict[str, tuple[Expr, tuple[str, ...]]] = {
    "ping": (_PING, ()),
    "traceroute": (_port(17, (33434, 33534)), ()),
    "ssh": (_port(6, 22), ("ssh",)),
    "telnet": (_port(6, 23), ("telnet",)),
    "ftp": (_port(6, 21), ("ftp",)),
    "finger": (_port(6, 79), ("finger",)),
    "netconf": (_NETCONF, ("netconf",)),
    "http": (_port(6, 80), ("web-management", "http")),
    "https": (_port(6, 443), ("web-management", "https")),
    "snmp": (_port(17, 161), ("?",)),
    "snmp-trap": (_port(17, 162), ("?",)),
    "ntp": (_port(17, 123), ("?",)),
    "dns": (_DNS, ("dns",)),
    "dhcp": (_port(17, 67, 68), ("?",)),
    "dhcpv6": (_port(17, 546, 547), ("?",)),
    "bootp": (_port(17, 67, 68), ("?",)),
    "tftp": (_port(17, 69), ("?",)),
    "ike": (_IKE, ("?",)),
    "rlogin": (_port(6, 513), ("?",)),
    "rsh": (_port(6, 514), ("?",)),
    "rpm": (disjunction(_port(6, 7), _port(17, 7), _port(6, 862)), ("?",)),
    "lsping": (_port(17, 3503), ("?",)),
    "sip": (disjunction(_port(6, 5060), _port(17, 5060)), ("?",)),
    "xnm-ssl": (_port(6, 3220), ("xnm-ssl",)),
    "xnm-clear-text": (_port(6, 3221), ("xnm-clear-text",)),
    "reverse-ssh": (_port(6, 2901), ("?",)),
    "reverse-telnet": (_port(6, 2900), ("?",)),
    "r2cp": (_port(17, 28672), ("?",)),
    "appqoe": (_port(17, 36000), ("?",)),
    "tcp-encap": (_port(6, 443), ("?",)),
    "webapi-clear-text": (_port(6, 8080), ("?",)),
    "webapi-ssl": (_port(6, 8443), ("?",)),
    "ident-reset": (_port(6, 113), ("?",)),
}
_PROTOCOLS: dict[str, Expr] = {
    "bgp": _port(6, 179),
    "ospf": proto(89),
    "ospf3": proto(89),
    "rip": _port(17, 520),
    "ripng": _port(17, 521),
    "bfd": _port(17, 3784, 3785, 4784),
    "vrrp": proto(112),
    "pim": proto(103),
    "igmp": proto(2),
    "ldp": disjunction(_port(6, 646), _port(17, 646)),
    "msdp": _port(6, 639),
    "nhrp": proto(54),
    "rsvp": proto(46),
    "dvmrp": proto(2),
    "pgm": proto(113),
    "sap": _port(17, 9875),
    "ndp": _DISCOVERY,
    "router-discovery": conjunction(proto(1), Field("icmp_type", IntervalSet.of(9, 10))),
}
_FUNCTIONS = ("all", "any-service")


class Local:
    """What the device takes in for itself."""

    def __init__(self, vsys: Vsys, interfaces: Interfaces, policies: Policies) -> None:
        self._vsys = vsys
        self._interfaces = interfaces
        self._policies = policies
        self.services: list[LocalService] = []

    def lists(self) -> tuple[RuleList, ...]:
        """Return the lists `host-policies` and `host-inbound`, in their order."""
        services = self._vsys.node.at("system", "services")
        asked = list(self._asked())
        inbound = [*self._engine(services), *self._inbound(services)]
        services.ignore(SERVICES)
        for word in ("ssh", "telnet", "ftp", "finger", "netconf", "web-management", "xnm-ssl", "xnm-clear-text", "dns"):
            services.at(word).mark_all(LineUse.UNDERSTOOD)
        self._listening(services)
        self._vsys.doubt(services, Scope.LOCAL)
        return (
            RuleList(name="host-policies", rules=tuple(asked), default=Permit(), builtin=True),
            RuleList(name="host-inbound", rules=tuple(inbound), default=Deny(), builtin=True),
        )

    def _asked(self) -> Iterator[Rule]:
        for zone, rules in self._policies.hosts.items():
            names = self._interfaces.zones.get(zone, ())
            here: Expr = Interface("in", names) if names else ANYTHING
            for one in rules:
                yield Rule(
                    id=one.id, key=one.key, match=conjunction(here, one.match), action=one.action, span=one.span,
                    name=one.name, text=one.text, log=one.log, because=one.because,
                )  # fmt: skip
            yield made_rule("no policy to junos-host matched", here, _EITHER)
        if self._policies.has_global:  # that global policies are asked too is not said
            yield made_rule("global policies", ANYTHING, _EITHER)

    def _on(self, services: Node, path: tuple[str, ...]) -> bool:
        return not path or services.has(*path)

    def _engine(self, services: Node) -> Iterator[Rule]:
        """Yield what reaches the routing engine by its own port, where no zone stands before it."""
        names = tuple(
            n.name for n in self._interfaces.all if n.kind == MANAGEMENT and n.name not in self._interfaces.inbound
        )
        if not names:
            return
        here = Interface("in", names)
        for word, (match, path) in SYSTEM.items():
            if self._on(services, path) and path != ("?",):
                yield made_rule(f"{word} on {names[0]}", conjunction(here, match), Permit())
                self._note(word, conjunction(here, match), names, services)
        yield made_rule(f"other services on {names[0]}", here, _EITHER)

    def _inbound(self, services: Node) -> Iterator[Rule]:
        holders: dict[int, tuple[Node, list[str]]] = {}
        for name, node in self._interfaces.inbound.items():
            holders.setdefault(id(node), (node, []))[1].append(name)
        for node, names in holders.values():
            yield from self._of_holder(node, tuple(names), services)
        zoned = tuple(self._interfaces.inbound)
        if zoned:
            yield made_rule("neighbour discovery", conjunction(Interface("in", zoned), _DISCOVERY), Permit())

    def _of_holder(self, node: Node, names: tuple[str, ...], services: Node) -> Iterator[Rule]:
        here = Interface("in", names)
        ports = [port for port in self._interfaces.all if port.name in names]
        own = IntervalSet.of(*(a.address for port in ports for a in port.addresses))
        dynamic = any(port.dynamic for port in ports) or not ports
        sure_to: Expr = ANYTHING if dynamic else Field("dst", own)
        for key, table in (("system-services", SYSTEM), ("protocols", {k: (v, ("?",)) for k, v in _PROTOCOLS.items()})):
            holder = node.at(key)
            given = [entry for entry in holder.entries() if not entry.has("except")]
            for entry in holder.children.values():
                entry.at("except")
            excepted = {entry.word for entry in holder.children.values() if entry.has("except")}
            shut = disjunction(*(table[word][0] for word in excepted if word in table))
            for entry in given:
                if entry.word in _FUNCTIONS:
                    for word, (match, path) in table.items():
                        if word not in excepted:
                            yield from self._let_in(
                                word, here, match, shut, sure_to, self._on(services, path), names, entry
                            )
                    if entry.word == "any-service" or key == "protocols":
                        yield made_rule(f"{entry.word} on {names[0]}", conjunction(here, Not(shut)), _OPEN)
                elif entry.word in table:
                    match, path = table[entry.word]
                    yield from self._let_in(
                        entry.word, here, match, shut, sure_to, self._on(services, path), names, entry
                    )
                else:
                    entry.take(LineUse.APPROXIMATED)
                    yield made_rule(f"{entry.word} on {names[0]}", here, _OPEN)
        for identity in self._vsys.notes.sweep(node, "host-inbound-traffic"):
            self._vsys.taint(Scope.LOCAL, identity, "", node.first)

    def _let_in(
        self, word: str, here: Expr, match: Expr, shut: Expr, to: Expr, on: bool, names: tuple[str, ...], node: Node
    ) -> Iterator[Rule]:
        found = conjunction(here, match, Not(shut))
        label = f"{word} on {names[0]}"
        self._note(word, found, names, node)
        if on:
            yield made_rule(label, conjunction(found, to), Permit())
        # for an address of another interface, or of a service that may not be switched on
        yield made_rule(f"{label}, perhaps", found, _OPEN)

    def _note(self, word: str, match: Expr, names: tuple[str, ...], node: Node) -> None:
        kind = {"ping": "ping", "traceroute": "ping", "ike": "ipsec", "dns": "dns-forwarder", "dhcp": "dhcp-server",
                "ntp": "ntp"}.get(word, "routing" if word in _PROTOCOLS else "management")  # fmt: skip
        span = self._vsys.notes.extent(node)
        carries = kind in ("ipsec", "dns-forwarder")
        self.services.append(LocalService(kind=kind, match=match, interfaces=names, reoriginates=carries, span=span))

    def _listening(self, services: Node) -> None:
        """Note what the device sends on in its own name."""
        security = self._vsys.node.at("security")
        if security.has("ike", "gateway"):
            self._note("ike", _IKE, (), security.children["ike"].children["gateway"])
        proxy = services.at("dns", "dns-proxy")
        if proxy:
            self._note("dns", _DNS, (), proxy)
        relay = self._vsys.node.at("forwarding-options", "dhcp-relay")
        helper = self._vsys.node.at("forwarding-options", "helpers")
        for node in (relay, helper):
            if node:
                node.mark_all(LineUse.APPROXIMATED)
                span = self._vsys.notes.extent(node)
                self.services.append(
                    LocalService(
                        kind="dhcp-relay", match=_port(17, 67, 547), interfaces=(), reoriginates=True, span=span
                    )
                )
        for word in ("dhcp", "dhcp-local-server"):
            if services.has(word):
                services.at(word).mark_all(LineUse.APPROXIMATED)


def tunnels(interfaces: Interfaces) -> Iterable[LocalService]:
    """Yield the tunnels: what arrives through them is sent on by the device."""
    for port in interfaces.all:
        if port.kind == "tunnel":
            yield LocalService(
                kind="tunnel", match=disjunction(_IKE, proto(47)), interfaces=(), reoriginates=True, span=port.span
            )
