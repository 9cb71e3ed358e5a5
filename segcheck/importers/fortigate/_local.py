"""Traffic to the device itself: local-in policies, and the services that listen or carry traffic on.

Source: CLI Reference, "config firewall local-in-policy"; Administration Guide, "Local-in policy", "Incoming ports",
"DNS server", "Explicit web proxy", "SSL VPN", "IPsec VPN". Local-in policies come first, then what the interfaces'
`allowaccess` and the services let in; the rest is dropped. A local-in policy that accepts opens nothing by itself on a port
where nothing listens; whether it also opens what `allowaccess` does not name is not settled.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from segcheck.importers._unsure import because, unknown
from segcheck.importers.fortigate._notes import Vdom, nothing_sure
from segcheck.importers.fortigate._policies import Objects
from segcheck.importers.fortigate._services import port_range, proto
from segcheck.importers.fortigate._tree import Node
from segcheck.importers.fortigate._values import FAMILY
from segcheck.model.device import LocalService, Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import ANYTHING, Expr, Field, Interface, Not, conjunction, disjunction
from segcheck.model.rules import (
    PERMIT_OR_DENY_OR_NOTHING,
    Call,
    Continue,
    Deny,
    Permit,
    Return,
    Rule,
    RuleList,
    Unsure,
)

_IRRELEVANT = {
    "uuid": "identity",
    "comments": "text",
    "virtual-patch": "inspects what was let in",
    "policyid": "identity",
}
_TUNNELS = (
    "system gre-tunnel",
    "system ipip-tunnel",
    "system sit-tunnel",
    "system ipv6-tunnel",
    "system vxlan",
    "system geneve",
    "system vne-interface",
    "system mobile-tunnel",
    "system ipsec-aggregate",
    "vpn ipsec phase1",
    "vpn ipsec phase1-interface",
    "vpn ipsec manualkey",
    "vpn ipsec manualkey-interface",
    "vpn ipsec concentrator",
)
#: Those of which each entry is an interface as well.
_INTERFACES_OF_THEIR_OWN = frozenset(
    (
        "system gre-tunnel",
        "system ipip-tunnel",
        "system sit-tunnel",
        "system ipv6-tunnel",
        "system vxlan",
        "system geneve",
        "vpn ipsec phase1-interface",
        "vpn ipsec manualkey-interface",
    )
)
_IKE = disjunction(port_range(17, "500"), port_range(17, "4500"), proto(50), proto(51))
#: Listening services by section: kind, what reaches them, whether they send on in their own name.
_DNS = disjunction(port_range(17, "53"), port_range(6, "53"))
_DHCP = port_range(17, "67")
_DHCP6 = port_range(17, "547")
_NTP = port_range(17, "123")


class Local:
    """What one VDOM lets in to itself."""

    def __init__(self, vdom: Vdom, objects: Objects) -> None:
        self._vdom = vdom
        self._objects = objects
        self.services: list[LocalService] = []

    def lists(self, access: tuple[Rule, ...], prefix: str) -> list[RuleList]:
        """Return the lists for packets to the device: `PREFIX/local-in`, `local-in6`, and `local-access` that they call."""
        listening = tuple(self._listening())
        own = RuleList(name=f"{prefix}/local-access", rules=access + listening, default=Return(), builtin=True)
        found = [own]
        for path, family, name in (
            ("firewall local-in-policy", 4, "local-in"),
            ("firewall local-in-policy6", 6, "local-in6"),
        ):
            rules = [one for e in self._vdom.table(path).entries.values() for one in self._policy(e, family, own.name)]
            table = self._vdom.table(path)
            self._vdom.doubt(table, (), Scope.LIST, f"{prefix}/{name}")
            rules.append(Rule(id="access", key="access", match=ANYTHING, action=Call(own.name), text="allowaccess"))
            found.append(RuleList(name=f"{prefix}/{name}", rules=tuple(rules), default=Deny()))
        return found

    def _policy(self, entry: Node, family: int, access: str) -> tuple[Rule, ...]:
        where, notes = f"local-in policy {entry.name}", self._vdom.notes
        terms: list[Expr] = []
        entered = entry.names("intf")
        terms.append(self._objects.interfaces.match("in", entered, entry.first) if entered else unknown("no interface"))
        for side, key in (("src", "srcaddr"), ("dst", "dstaddr")):
            terms.append(self._address(entry, family, side, key))
        names = entry.names("service")
        service = self._objects.services.any_of(names, entry.first) if names else unknown("no service")
        terms.append(_turned(entry, "service-negate", service))
        if entry.one("schedule"):
            terms.append(self._objects.schedules.in_force(entry.one("schedule"), entry.first))
        if entry.on("ha-mgmt-intf-only") is not False:
            terms.append(unknown("management interface of a cluster"))
        accepts = entry.one("action", "deny") == "accept"
        status = entry.on("status", True)
        for key in ("logtraffic", "name"):
            entry.words(key)
        unread = notes.finish(entry, _IRRELEVANT, where)
        match = conjunction(*terms)
        made = Rule(
            id=entry.name,
            key=entry.one("uuid") or entry.name,
            match=match,
            action=Deny(),
            span=notes.span(entry.first, entry.last),
            enabled=status is not False,
            comment=entry.one("comments"),
            text=f"local-in {'accept' if accepts else 'deny'} {','.join(names)}"[:400],
            log=entry.one("logtraffic", "disable") not in ("disable", ""),
            because=because(match),
        )
        if unread or status is None or entry.one("action", "deny") not in ("accept", "deny"):
            return (nothing_sure(made, terms[0] if entered else ANYTHING, PERMIT_OR_DENY_OR_NOTHING),)
        if not accepts:
            return (made,)
        # What something listens for is let in; what nothing listens for may be let in and then find nothing.
        open_end = Unsure((Permit(), Deny()))
        return (replace(made, action=Call(access)), replace(made, action=open_end))

    def _address(self, entry: Node, family: int, side: str, key: str) -> Expr:
        whole = Field(side, FAMILY[family])
        isdb = [one for one in entry.values if one.startswith("internet-service") and side == "src"]
        for one in isdb:
            self._vdom.notes.approximate(entry, one)
        if any(entry.values[one].words == ("enable",) for one in isdb):
            return conjunction(whole, unknown("Internet Service", Code.DEPENDS_ON_OUTSIDE))
        names = entry.names(key)
        if not names:
            return conjunction(whole, unknown(f"no {key}", Code.VALUE_NOT_UNDERSTOOD))
        found = self._objects.addresses.any_of(family, names, side, entry.first)
        return conjunction(whole, _turned(entry, f"{key}-negate", found))

    def _listening(self) -> Iterable[Rule]:
        """Yield a builtin rule for each service that listens, and record the service."""
        for kind, interfaces, match, carries, entry, sure in (*self._servers(), *self._proxies(), *self._tunnels()):
            span = self._vdom.notes.span(entry.first, entry.last)
            self.services.append(
                LocalService(kind=kind, match=match, interfaces=interfaces, reoriginates=carries, span=span)
            )
            name = f"{kind} {' '.join(interfaces)}".strip()
            yield Rule(
                id=name,
                key=name,
                match=conjunction(Interface("in", interfaces), match) if interfaces else match,
                action=Permit() if sure else Unsure((Permit(), Continue())),
                text=name,
            )

    def _servers(self) -> Iterable[tuple[str, tuple[str, ...], Expr, bool, Node, bool]]:
        for entry in self._vdom.table("system dns-server").entries.values():
            yield "dns-forwarder", (entry.name,), _DNS, entry.one("mode", "recursive") != "non-recursive", entry, True
            self._rest(entry)
        for path, match in (("system dhcp server", _DHCP), ("system dhcp6 server", _DHCP6)):
            for entry in self._vdom.table(path).entries.values():
                if entry.on("status", True) is not False and entry.one("interface"):
                    yield "dhcp-server", (entry.one("interface"),), match, False, entry, True
                self._rest(entry)
        ntp = self._vdom.table("system ntp")
        ours = tuple(name for name in ntp.names("interface") if name in self._objects.interfaces.by_name)
        if ntp.on("server-mode") is not False and ours:
            yield "ntp", ours, _NTP, False, ntp, True
        self._rest(ntp)
        for name in self._objects.interfaces.names:
            entry = self._vdom.table("system interface").entries[name]
            if entry.on("dhcp-relay-service") is not False:
                yield "dhcp-relay", (name,), _DHCP, True, entry, True
            if entry.table("ipv6").on("dhcp6-relay-service") is not False:
                yield "dhcp-relay", (name,), _DHCP6, True, entry, True
            if entry.table("vrrp").entries:
                yield "routing", (name,), proto(112), False, entry, True

    def _proxies(self) -> Iterable[tuple[str, tuple[str, ...], Expr, bool, Node, bool]]:
        names = self._objects.interfaces.names
        interfaces = self._vdom.table("system interface").entries
        web = self._vdom.table("web-proxy explicit")
        offering = tuple(name for name in names if interfaces[name].on("explicit-web-proxy") is not False)
        if web.on("status") is not False:
            match = self._ports(web.names("http-incoming-port") or ("8080",))
            yield "explicit-proxy", offering, match, True, web, bool(offering)
        self._rest(web)
        ftp = self._vdom.table("ftp-proxy explicit")
        if ftp.on("status") is not False:
            yield "explicit-proxy", (), self._ports(ftp.names("incoming-port") or ("21",)), True, ftp, False
        self._rest(ftp)
        portal = self._vdom.table("vpn ssl settings")
        entered = portal.names("source-interface")
        if entered and portal.on("status", True) is not False:
            known = tuple(one for name in entered for one in self._objects.interfaces.zones.get(name, (name,)))
            known = () if "any" in known else known
            port = self._ports((portal.one("port", "10443"),))
            yield "vpn-portal", known, port, True, portal, "port" in portal.values
        self._rest(portal)
        traffic = self._vdom.table("firewall access-proxy")
        for entry in traffic.entries.values():
            yield "access-proxy", (), proto(6), True, entry, False
        self._vdom.notes.mark(traffic.spans, LineUse.APPROXIMATED)

    def _tunnels(self) -> Iterable[tuple[str, tuple[str, ...], Expr, bool, Node, bool]]:
        for path in _TUNNELS:
            table = self._vdom.table(path)
            ipsec = path.startswith("vpn")
            for entry in table.entries.values():
                match = _IKE if ipsec else ANYTHING
                where = (entry.one("interface"),) if entry.one("interface") else ()
                yield "ipsec" if ipsec else "tunnel", where, match, True, entry, ipsec
                self._has_interface(path, entry)
            self._vdom.notes.mark(table.spans, LineUse.APPROXIMATED)
            if any(node.unread for node in table.walk()):
                identity = self._vdom.notes.say(
                    Code.UNRECOGNISED_LINE, Severity.ERROR, table.first, "local", text=f"config {path}"
                )
                self._vdom.taint(Scope.LOCAL, identity, path, table.first)

    def _has_interface(self, path: str, entry: Node) -> None:
        """Taint the device where an interface that a tunnel makes is not among those of the export: it may lead anywhere."""
        if path in _INTERFACES_OF_THEIR_OWN and all(one.name != entry.name for one in self._objects.interfaces.all):
            identity = self._vdom.notes.say(
                Code.UNDEFINED_NAME, Severity.ERROR, entry.first, "device", kind="interface", name=entry.name
            )
            self._vdom.taint(Scope.DEVICE, identity, entry.name, entry.first)

    def _ports(self, words: tuple[str, ...]) -> Expr:
        try:
            return disjunction(*(port_range(6, word) for word in words))
        except ValueError:
            return conjunction(proto(6), unknown("port of a proxy", Code.VALUE_NOT_UNDERSTOOD))

    def _rest(self, node: Node) -> None:
        """Account for the lines of a listening service; what else stands there tunes what it answers."""
        if not node.spans and not node.frame:
            return
        keys = dict.fromkeys(node.values, "what the service answers")
        tables = {f"config {name}": "what the service answers" for name in node.tables}
        self._vdom.doubt(node, {**keys, **tables}, Scope.LOCAL)


def _turned(entry: Node, key: str, expr: Expr) -> Expr:
    flag = entry.on(key)
    if flag is None:
        return unknown(key, Code.VALUE_NOT_UNDERSTOOD)
    return Not(expr) if flag else expr
