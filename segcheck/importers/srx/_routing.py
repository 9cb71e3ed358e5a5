"""Static routes of the routing tables; dynamic routing noticed.

Source: Protocol-Independent Routing Properties User Guide, "Configuring Static Routes": preference 5 unless written, next hops
that share the load, `qualified-next-hop` with a preference of its own, `discard` and `reject`, `next-table`; "Routing Instances
Overview" (`virtual-router`).
"""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.importers._hierarchy.notes import Vsys
from segcheck.importers._hierarchy.tree import Node
from segcheck.importers.srx._interfaces import Interfaces, unit
from segcheck.importers.srx._relevance import PROTOCOLS, ROUTE, ROUTING
from segcheck.model.device import Route, RouteKind, Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.source import Span
from segcheck.sets.addresses import describe, parse, parse_one
from segcheck.sets.intervals import IntervalSet

_DYNAMIC = ("bgp", "ospf", "ospf3", "rip", "ripng", "isis", "evpn")
_PREFERENCE = 5
_LEAKING = ("instance-import", "instance-export", "auto-export", "rib-groups", "interface-routes", "generate", "aggregate",
            "multicast-scope", "flow", "dynamic-tunnels", "source-routing")  # fmt: skip


class Routing:
    """The routes of all routing domains.

    known   no dynamic protocol and no unread routing line was met
    """

    def __init__(self, vsys: Vsys, interfaces: Interfaces) -> None:
        self._vsys = vsys
        self._interfaces = interfaces
        self.known = True
        self.dynamic = False
        self.routes: tuple[Route, ...] = tuple(self._read())

    def _read(self) -> Iterator[Route]:
        root = self._vsys.node
        yield from self._options(root.at("routing-options"), "default")
        self._protocols(root.at("protocols"))
        for instance in root.at("routing-instances").entries():
            instance.ignore(("description", "vrf-table-label"))
            try:
                kind = instance.one("instance-type", default="no-forwarding")
            except ValueError:
                kind = "?"
            if kind != "virtual-router":
                identity = self._vsys.notes.say(
                    Code.UNSUPPORTED_LINE,
                    Severity.ERROR,
                    instance,
                    "routing",
                    text=f"routing instance of type {kind[:20]}",
                )
                self._taint(identity)
            instance.words("interface")
            yield from self._options(instance.at("routing-options"), instance.word)
            self._protocols(instance.at("protocols"))
            self._doubt(instance, f"routing instance {instance.word}")
        self._doubt(root.at("routing-instances"), "routing instances")
        for port in self._interfaces.all:
            if port.domain not in ("default", "management") and not root.has("routing-instances", port.domain):
                self.known = False

    def _options(self, options: Node, domain: str) -> Iterator[Route]:
        options.ignore(ROUTING)
        for key in _LEAKING:
            if options.has(key):
                self._vsys.unsupported(options.at(key), Scope.ROUTING, f"{key} of routing options")
                self.known = False
        for holder in (options, *options.at("rib").entries()):
            table = holder.at("static")
            for entry in table.at("route").entries():
                yield from self._routes(entry, domain)
            if table.has("rib-group") or table.has("defaults"):
                self._vsys.unsupported(table, Scope.ROUTING, "defaults or groups of static routes")
                self.known = False
        self._doubt(options, f"routing options of {domain}")

    def _routes(self, entry: Node, domain: str) -> Iterator[Route]:
        entry.ignore(ROUTE)
        where = f"static route {entry.word}"
        try:
            to = _target(entry.word)
            yield from self._ways(entry, to, domain)
        except ValueError:
            self._taint(self._vsys.bad_value(entry, where))
            entry.mark_all(LineUse.UNRECOGNISED)
        self._doubt(entry, where)

    def _ways(self, entry: Node, to: IntervalSet, domain: str) -> Iterator[Route]:
        span = self._vsys.notes.extent(entry)
        preference = _number(entry.one("preference", default=str(_PREFERENCE)))
        metric = _number(entry.one("metric", default="0"))
        watched = entry.has("bfd-liveness-detection")
        if watched:
            entry.at("bfd-liveness-detection").mark_all(LineUse.APPROXIMATED)
        for word in ("discard", "reject", "receive"):
            if entry.has(word):
                entry.at(word)
                yield Route(to=to, kind=RouteKind.DISCARD, distance=preference, metric=metric, domain=domain, span=span)
        if entry.has("next-table"):
            self._vsys.unsupported(entry.at("next-table"), Scope.ROUTING, "next-table")
            self.known = False
        for hop in entry.words("next-hop") if entry.has("next-hop") else ():
            yield self._route(hop, to, preference, metric, domain, span, watched=watched)
        for one in entry.at("qualified-next-hop").entries() if entry.has("qualified-next-hop") else ():
            own = _number(one.one("preference", default=str(preference)))
            rank = _number(one.one("metric", default=str(metric)))
            way = one.one("interface")
            tracked = watched or one.has("bfd-liveness-detection")
            one.ignore(("tag",))
            if one.has("bfd-liveness-detection"):
                one.at("bfd-liveness-detection").mark_all(LineUse.APPROXIMATED)
            yield self._route(one.word, to, own, rank, domain, span, watched=tracked, way=way)

    def _route(
        self,
        hop: str,
        to: IntervalSet,
        preference: int,
        metric: int,
        domain: str,
        span: Span | None,
        *,
        watched: bool,
        way: str = "",
    ) -> Route:
        interface: str | None = unit(way) if way else None
        gateway: int | None = None
        try:
            gateway = parse_one(hop)
        except ValueError:
            interface = unit(hop)
        if interface is not None and interface not in self._interfaces.by_name:
            raise ValueError("an interface that is not here")
        return Route(
            to=to, interface=interface, gateway=gateway, distance=preference, metric=metric, domain=domain,
            sure=not watched, span=span,
        )  # fmt: skip

    def _protocols(self, node: Node) -> None:
        node.ignore(PROTOCOLS)
        for name in _DYNAMIC:
            if node.has(name):
                one = node.at(name)
                off = one.has("disable")
                one.mark_all(LineUse.IRRELEVANT if off else LineUse.UNSUPPORTED)
                if not off:
                    self.dynamic = True
                    identity = self._vsys.notes.say(
                        Code.ROUTING_UNKNOWN, Severity.WARNING, one, "routing", why=name.upper()
                    )
                    self.known = False
                    self._vsys.taint(Scope.ROUTING, identity, name, one.first, by_table=True)
        switching = node.at("l2-learning")
        if switching.has("global-mode", "transparent-bridge"):
            self._vsys.unsupported(switching, Scope.DEVICE, "transparent mode")
        switching.mark_all(LineUse.UNDERSTOOD)
        for identity in self._vsys.notes.sweep(node, "device"):
            self._vsys.taint(Scope.DEVICE, identity, "", node.first)
            self.known = False

    def _doubt(self, node: Node, where: str) -> None:
        for identity in self._vsys.notes.sweep(node, where):
            self._taint(identity)

    def _taint(self, identity: str) -> None:
        self.known = False
        self._vsys.taint(Scope.ROUTING, identity)


def _target(text: str) -> IntervalSet:
    found = parse(text)
    if "-" in text or "-" in "".join(describe(found)):
        raise ValueError(text[:40])
    return found


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 10):
        raise ValueError(text[:20])
    return int(text)
