"""Virtual routers, logical routers, static routes; dynamic routing noticed.

Source: Web Interface Help, "Network > Virtual Routers", "Static Routes": metric 10 and administrative distance 10 unless
written; next hop an address, discard, another virtual router, a name (FQDN) or none (the interface alone); path monitoring
withdraws a route. "Network > Routing > Logical Routers" (advanced routing engine) has the same routes below a VRF.
"""

from __future__ import annotations

from collections.abc import Iterable

from segcheck.importers._hierarchy.notes import Vsys
from segcheck.importers._hierarchy.tree import Node
from segcheck.importers.panos._addresses import Addresses
from segcheck.importers.panos._interfaces import Interfaces
from segcheck.model.device import Route, RouteKind, Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.sets.addresses import V4, V6, describe, parse, parse_one, prefix
from segcheck.sets.intervals import IntervalSet

_PROTOCOLS = ("bgp", "ospf", "ospfv3", "rip", "multicast")
_ROUTE_IRRELEVANT = ("bfd", "option", "comment", "description")
_ROUTER_IRRELEVANT = ("ecmp", "admin-dists", "rib-filter", "multicast", "administrative-distances")


class Routing:
    """The routes of one virtual system.

    known   no dynamic protocol and no unread routing line was met
    """

    def __init__(self, vsys: Vsys, interfaces: Interfaces, addresses: Addresses) -> None:
        self._vsys = vsys
        self._interfaces = interfaces
        self._addresses = addresses
        self.known = interfaces.network.has("virtual-router") or interfaces.network.has("logical-router")
        self.routes: tuple[Route, ...] = tuple(self._read())

    def _read(self) -> Iterable[Route]:
        network = self._interfaces.network
        ours = {one.domain for one in self._interfaces.all}
        for router in network.at("virtual-router").entries():
            yield from self._router(router, router.word, router.word in ours)
        for router in network.at("logical-router").entries():
            for vrf in router.at("vrf").entries():
                domain = router.word if vrf.word == "default" else f"{router.word}/{vrf.word}"
                yield from self._router(vrf, domain, domain in ours)
            self._doubt(router, f"logical router {router.word}")
        self._doubt(network.at("virtual-router"), "virtual routers")
        if self._interfaces.external:
            identity = self._vsys.notes.say(
                Code.UNSUPPORTED_LINE, Severity.ERROR, self._vsys.node.at("zone"), "routing", text="external zone"
            )
            self._taint(identity)

    def _router(self, router: Node, domain: str, ours: bool) -> Iterable[Route]:
        distance = {4: 10, 6: 10}
        for family, key in ((4, "static"), (6, "static-ipv6")):
            for holder in ("admin-dists", "administrative-distances"):
                text = next(iter(router.children.get(holder, Node("")).children.get(key, Node("")).children), "10")
                distance[family] = int(text) if text.isdecimal() and len(text) < 4 else distance[family]
        for family, key in ((4, "ip"), (6, "ipv6")):
            for entry in router.at("routing-table", key, "static-route").entries():
                try:
                    if not ours:
                        entry.mark_all(LineUse.UNDERSTOOD)
                        continue
                    yield from self._static(entry, domain, family, distance[family], ours)
                except ValueError:
                    self._taint(self._vsys.bad_value(entry, f"static route {entry.word}"), ours)
                    entry.mark_all(LineUse.UNRECOGNISED)
                self._doubt(entry, f"static route {entry.word}", ours)
        for node in (router.at("protocol"), router):
            for name in _PROTOCOLS:
                if node.has(name) and not (node is router and name == "multicast"):
                    self._protocol(node.at(name), name, ours)
        router.at("protocol").ignore(
            ("redist-profile", "redist-rules", "route-map", "access-list", "prefix-list", "bfd")
        )
        router.words("interface")
        for word in _ROUTER_IRRELEVANT:
            if router.has(word):
                router.at(word).mark_all(LineUse.UNDERSTOOD)
        self._doubt(router, f"virtual router {router.word}", ours)

    def _protocol(self, node: Node, name: str, ours: bool) -> None:
        running = node.flag("enable") is not False
        node.mark_all(LineUse.UNSUPPORTED if running else LineUse.IRRELEVANT)
        if running and ours and name != "multicast":
            identity = self._vsys.notes.say(
                Code.ROUTING_UNKNOWN, Severity.WARNING, node, "routing", why=f"{name.upper()}"
            )
            self.known = False
            self._vsys.taint(Scope.ROUTING, identity, name, node.first, by_table=True)

    def _static(self, entry: Node, domain: str, family: int, distance: int, ours: bool) -> Iterable[Route]:
        entry.ignore(_ROUTE_IRRELEVANT)
        to = self._target(entry.one("destination"), family)
        interface = entry.one("interface") or None
        metric = _number(entry.one("metric", default="10"))
        own = _number(entry.one("admin-dist", default=str(distance)))
        monitored = entry.flag("path-monitor", "enable", default=entry.has("path-monitor")) is not False
        entry.at("path-monitor").mark_all(LineUse.APPROXIMATED)
        tables = list(entry.at("route-table").children)
        entry.at("route-table").mark_all(LineUse.UNDERSTOOD)
        hop = entry.at("nexthop")
        kinds = list(hop.children)
        gateway: int | None = None
        kind = RouteKind.UNICAST
        if len(kinds) > 1:
            raise ValueError("next hops")
        if kinds and kinds[0] in ("ip-address", "ipv6-address"):
            gateway = self._one(hop.one(kinds[0]))
        elif kinds and kinds[0] == "discard":
            hop.at("discard").mark_all(LineUse.UNDERSTOOD)
            kind, interface = RouteKind.DISCARD, None
        elif kinds and kinds[0] not in ("none", "receive"):  # a name, or another router
            hop.mark_all(LineUse.UNSUPPORTED)
            where = f"static route {entry.word}"
            self._taint(self._vsys.notes.say(Code.UNSUPPORTED_LINE, Severity.ERROR, hop, where, text=kinds[0]), ours)
            return
        elif kinds:
            hop.at(kinds[0]).mark_all(LineUse.UNDERSTOOD)
        if gateway is None and interface is None and kind is RouteKind.UNICAST:
            raise ValueError("no way out")
        if tables and tables[0] in ("multicast", "no-install"):
            return
        known = self._interfaces.by_name.get(interface or "")
        if interface is not None and known is None:
            raise ValueError("interface of another virtual system, or of none")
        if known is not None and known.enabled is False:
            return
        yield Route(
            to=to,
            interface=interface,
            gateway=gateway,
            kind=kind,
            distance=own,
            metric=metric,
            domain=domain,
            sure=not monitored,
            span=self._vsys.notes.extent(entry),
        )

    def _target(self, text: str, family: int) -> IntervalSet:
        if self._vsys.find("address", text) is not None:
            plain = self._addresses.plain((text,))
            if plain is None:
                raise ValueError(text[:40])
            found = plain
        else:
            found = parse(text)
        if not found <= (V4 if family == 4 else V6) or "-" in "".join(describe(found)) or len(found.ranges) != 1:
            raise ValueError(text[:40])
        return found

    def _one(self, text: str) -> int:
        if self._vsys.find("address", text) is not None:
            plain = self._addresses.plain((text,))
            if plain is None or plain.count != 1:
                raise ValueError(text[:40])
            return plain.ranges[0][0]
        return parse_one(text.partition("/")[0])

    def _doubt(self, node: Node, where: str, ours: bool = True) -> None:
        for identity in self._vsys.notes.sweep(node, where):
            self._taint(identity, ours)

    def _taint(self, identity: str, ours: bool = True) -> None:
        if ours:
            self.known = False
            self._vsys.taint(Scope.ROUTING, identity)

    def towards(self, names: Iterable[str], domain: str) -> tuple[IntervalSet, IntervalSet]:
        """Return the destinations for which a route lookup surely, and possibly, ends at one of these interfaces.

        Longest prefix, then lowest distance, then lowest metric, as for `Route`; a route that may go hides nothing.
        """
        wanted = set(names)
        ranked: dict[IntervalSet, list[tuple[int, int, bool, frozenset[str]]]] = {}
        everywhere = frozenset(one.name for one in self._interfaces.all if one.domain == domain)
        for route in self.routes:
            if route.domain == domain:
                ways = self._ways(route, everywhere)
                ranked.setdefault(route.to, []).append((route.distance, route.metric, route.sure, ways))
        for port in self._interfaces.all:
            for own in port.addresses if port.domain == domain and port.enabled is not False else ():
                here = prefix(own.address, own.length)
                ranked.setdefault(here, []).append((0, 0, True, frozenset((port.name,))))
        must = may = IntervalSet.empty()
        sure_above = perhaps_above = IntervalSet.empty()
        for to in sorted(ranked, key=lambda one: one.count):
            rows = ranked[to]
            best = min(((d, m) for d, m, sure, _ in rows if sure), default=(1 << 40, 0))
            ways = frozenset[str]().union(*(w for d, m, _, w in rows if (d, m) <= best))
            blind = any(not w for d, m, _, w in rows if (d, m) <= best)
            if ways & wanted:
                may = may | (to - sure_above)
            if ways and ways <= wanted and not blind and best[0] < 1 << 40:
                must = must | (to - perhaps_above)
            perhaps_above = perhaps_above | to
            sure_above = sure_above | to if best[0] < 1 << 40 else sure_above
        return must, may

    def _ways(self, route: Route, everywhere: frozenset[str]) -> frozenset[str]:
        if route.kind is RouteKind.DISCARD:
            return frozenset()
        if route.interface is not None:
            return frozenset((route.interface,))
        found = {
            port.name
            for port in self._interfaces.all
            for own in port.addresses
            if port.domain == route.domain and (route.gateway or 0) in prefix(own.address, own.length)
        }
        return frozenset(found) or everywhere


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 6):
        raise ValueError(text[:20])
    return int(text)
