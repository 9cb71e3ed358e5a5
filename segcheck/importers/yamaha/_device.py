"""A file put together: its lists and the order in which a packet meets them.

Order: translation of what comes from outside, `in` filters, routing, `out` filters, translation of what leaves.
Source: the packet path that noblehero.jp (11 Sep 2024, "the order in which Yamaha routers process NAT, filters and
routing") draws from the vendor's documents, and the vendor's configuration examples, whose `in` filters name inner
addresses behind a masquerade. An interface without `secure filter` for a side passes everything on it. Filters also
see what the device itself sends; which of it they then stop is left open. Directed broadcasts and multicasts are left
open.
"""

from __future__ import annotations

from segcheck.importers._unsure import unknown
from segcheck.importers.yamaha._commands import Commands
from segcheck.importers.yamaha._filters import Bound
from segcheck.importers.yamaha._interfaces import Port
from segcheck.importers.yamaha._notes import builtin
from segcheck.importers.yamaha._values import FAMILY
from segcheck.model.device import DeviceConfig, Scope
from segcheck.model.diagnostic import Code, Severity
from segcheck.model.match import ANYTHING, AddressClass, AddressKind, Field, Interface, State, conjunction
from segcheck.model.pipeline import Binding, Helper, Pipeline, Stage, StageKind
from segcheck.model.rules import Assign, Continue, Deny, Permit, Return, Rule, RuleList, Unsure
from segcheck.sets.addresses import parse
from segcheck.sets.intervals import IntervalSet

_PERHAPS_DROPPED = Unsure((Deny(), Continue()))
_MULTICAST = parse("224.0.0.0/4") | parse("ff00::/8") | parse("255.255.255.255")
_LINK_LOCAL = parse("fe80::/10")
#: Sources that no host may have; what the device does with them no source settles.
_MARTIANS = parse("127.0.0.0/8") | parse("224.0.0.0/3") | parse("0.0.0.0") | parse("::1") | parse("ff00::/8")
#: Rules that all lists of interfaces may have together.
_MOST = 1_000_000
_OTHER = {"in": "out", "out": "in"}


def device(commands: Commands, version: str) -> DeviceConfig:
    """Return what the device does."""
    return _Assembly(commands, version).made()


class _Assembly:
    def __init__(self, commands: Commands, version: str) -> None:
        self.commands = commands
        self.version = version
        self.lists: dict[str, RuleList] = {}
        self.left = _MOST
        self.over = False

    def made(self) -> DeviceConfig:
        """Return the device."""
        commands, interfaces = self.commands, self.commands.interfaces
        nat_in, nat_out = commands.nat.lists()
        before, after = self._filters("in"), self._filters("out")
        new = builtin("new", Field("state", IntervalSet.of(int(State.NONE))), Assign("state", int(State.NEW), 7))
        martian = builtin("source address", Field("src", _MARTIANS), _PERHAPS_DROPPED)
        ingress = [
            Stage("sessions", StageKind.CLASSIFY, self._add(_list("sessions", [new], Return()))),
            Stage("arrival", StageKind.FILTER, self._add(_list("arrival", [martian, *self._intrusions("in")]))),
        ]
        forward = [Stage("forwarding", StageKind.FILTER, self._add(_list("forwarding", self._forwarding())))]
        if nat_in is not None:
            self._add(nat_in)
            where = (Binding(nat_in.name, "in", commands.nat.interfaces),)
            ingress.append(Stage("nat-in", StageKind.TRANSLATE, where, frozenset((4,)), side="dst"))
        ingress.extend(before)
        forward.extend(after)
        if nat_out is not None:
            self._add(nat_out)
            where = (Binding(nat_out.name, "out", commands.nat.interfaces),)
            forward.append(Stage("nat-out", StageKind.TRANSLATE, where, frozenset((4,)), side="src"))
        own = builtin("own packets", ANYTHING, _PERHAPS_DROPPED)
        output = (Stage("output", StageKind.FILTER, self._add(_list("output", [own]))),)
        self._add(commands.local.list())
        commands.filters.finish()
        commands.dynamics.finish()
        helpers = (Helper("ftp", sure=False),) if commands.dynamics.used or commands.nat.translating else ()
        return DeviceConfig(
            format="yamaha",
            version=self.version,
            interfaces=interfaces.made(),
            lists=self.lists,
            pipeline=Pipeline(
                ingress=tuple(ingress),
                forward=tuple(forward),
                local=(Stage("local", StageKind.FILTER, (Binding("yamaha/local"),)),),
                output=output,
            ),
            routes=(*commands.routing.routes, *interfaces.routes()),
            routing_known=self._routed(),
            addressing_known=self._addressed(),
            services=(*interfaces.services(), *commands.local.services),
            helpers=helpers,
            taints=commands.notes.taints(),
            objects=tuple(commands.notes.objects),
        )

    def _add(self, made: RuleList) -> tuple[Binding, ...]:
        self.lists[made.name] = made
        return (Binding(made.name),)

    # ---- lists of interfaces

    def _filters(self, side: str) -> list[Stage]:
        """Return a stage per IP version that asks the filters of interfaces."""
        found = []
        for family in (4, 6):
            bindings = []
            for port in self.commands.interfaces.all.values():
                made = self._side(port, side, family)
                if made is not None:
                    bindings.append(Binding(self._add(made)[0].list, side, (port.name,)))
            if bindings:
                label = f"secure filter {side} IPv{family}"
                found.append(Stage(label, StageKind.FILTER, tuple(bindings), frozenset((family,))))
        return found

    def _side(self, port: Port, side: str, family: int) -> RuleList | None:
        own = self._bound(port, side, family)
        name = f"{port.name} {side}" if family == 4 else f"{port.name} {side} ipv6"
        if own is None:
            return None
        filters, dynamics = self.commands.filters, self.commands.dynamics
        self.left -= 1 + len(own.statics) + len(own.dynamics)
        if self.left < 0:
            self._over()
            return RuleList(name=name, rules=(), default=Unsure((Permit(), Deny())))
        rules = [
            *dynamics.before(own, self._bound(port, _OTHER[side], family), family, f"list {name}"),
            *filters.rules(own, family, f"list {name}"),
            *dynamics.after(own, family),
        ]
        default = Deny() if own.statics else Unsure((Permit(), Deny()))
        return RuleList(name=name, rules=tuple(rules), default=default, default_span=self.commands.notes.span(own.line))

    def _over(self) -> None:
        """Taint the device, once: lists have become too large."""
        if not self.over:
            self.over = True
            limit = self.commands.notes.add(
                Code.LIMIT_REACHED, Severity.ERROR, None, "device", what="filters of interfaces", limit=str(_MOST)
            )
            self.commands.notes.taint(Scope.DEVICE, limit)

    def _bound(self, port: Port, side: str, family: int) -> Bound | None:
        """Return what is bound to a side: by numbers, else by the name of a set."""
        bound = port.bound.get((family, side))
        if bound is not None or family not in port.sets:
            return bound
        name, line = port.sets[family]
        sides = self.commands.filters.sets.get((family, name))
        if sides is None:
            self.commands.notes.undefined(line, "filter set", name, f"interface {port.name}")
            self.commands.notes.unread(line, Scope.INTERFACE, port.name)
            return None
        return sides.get(side)

    def _intrusions(self, side: str) -> list[Rule]:
        """Return what intrusion detection may reject; which packets are taken for an attack is not modelled."""
        return [
            builtin(
                f"intrusion detection {port.name}",
                conjunction(Interface(way, (port.name,)), unknown("an attack")),
                Deny(),
                self.commands.notes.span(line),
            )
            for port in self.commands.interfaces.all.values()
            for way, line in port.intrusions
            if way == side
        ]

    # ---- what the device does by itself

    def _forwarding(self) -> list[Rule]:
        broadcast = AddressKind("dst", frozenset((AddressClass.BROADCAST,)))
        rules = [
            builtin("multicast and broadcast", Field("dst", _MULTICAST), _PERHAPS_DROPPED),
            builtin("directed broadcast", conjunction(Field("dst", FAMILY[4]), broadcast), _PERHAPS_DROPPED),
            builtin("link-local", Field("dst", _LINK_LOCAL), _PERHAPS_DROPPED),
            *self._intrusions("out"),
        ]
        rules.extend(
            builtin(f"{word} routing off", Field("src", FAMILY[family]), Deny())
            for family, word in ((4, "ip"), (6, "ipv6"))
            if not self.commands.routing_on[family]
        )
        return rules

    def _addressed(self) -> bool:
        interfaces = self.commands.interfaces
        hidden = any(port.dynamic and port.enabled is not False for port in interfaces.all.values())
        return bool(interfaces.all) and not hidden and not interfaces.unread

    def _routed(self) -> bool:
        commands = self.commands
        ports = commands.interfaces.all.values()
        # an address by IPCP is one host (RFC 1332 section 3.3): no network comes with it
        hidden = (port for port in ports if port.peers or (port.dynamic and port.kind != "ppp"))
        if any(port.enabled is not False for port in hidden):
            return False
        unread = commands.interfaces.unread or commands.notes.scopes & {Scope.ROUTING, Scope.DEVICE}
        return bool(ports) and commands.routing.written and commands.routing.known and not unread


def _list(name: str, rules: list[Rule], default: Permit | Deny | Return | None = None) -> RuleList:
    return RuleList(name=f"yamaha/{name}", rules=tuple(rules), default=default or Permit(), builtin=True)
