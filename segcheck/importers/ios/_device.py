"""A file put together: its lists and the order in which a packet meets them.

Order (Cisco document 6209, "NAT Order of Operation"): input list; translation of what comes from outside; policy routing;
routing; [zone policy]; translation of what goes outside; output list. An output list does not see what the device itself sends.
IPv6 is forwarded only with `ipv6 unicast-routing` (IPv6 Command Reference); switches forward IPv4 only with `ip routing`, which
routers have on without saying so.
"""

from __future__ import annotations

from segcheck.importers._cisco.notes import builtin
from segcheck.importers._cisco.values import FAMILY
from segcheck.importers.ios._commands import Commands
from segcheck.importers.ios._interfaces import Port
from segcheck.model.device import DeviceConfig, Scope
from segcheck.model.diagnostic import Code, Severity
from segcheck.model.match import ANYTHING, Field, Interface, State
from segcheck.model.pipeline import Binding, Helper, Pipeline, Stage, StageKind
from segcheck.model.rules import (
    Action,
    Assign,
    Call,
    Continue,
    Deny,
    Permit,
    Return,
    Rule,
    RuleList,
    Unsure,
)
from segcheck.sets.addresses import parse
from segcheck.sets.intervals import IntervalSet

_PERHAPS_DROPPED = Unsure((Deny(), Continue()))
_MULTICAST = parse("224.0.0.0/4") | parse("ff00::/8") | parse("255.255.255.255")
#: Destinations that stay on the link (RFC 4291 section 2.5.6).
_LINK_LOCAL = parse("fe80::/10")
#: Sources that no host may have; what IOS does with them no source settles.
_MARTIANS = parse("127.0.0.0/8") | parse("224.0.0.0/3") | parse("0.0.0.0") | parse("::1") | parse("ff00::/8")


def device(commands: Commands, *, whole: bool) -> DeviceConfig:
    """Return what the device does; `whole`: nothing is missing from the file."""
    return _Assembly(commands, whole=whole).made()


class _Assembly:
    def __init__(self, commands: Commands, *, whole: bool) -> None:
        self.commands = commands
        self.notes = commands.notes
        self.whole = whole
        self.lists: dict[str, RuleList] = {}

    def made(self) -> DeviceConfig:
        """Return the device."""
        commands, interfaces = self.commands, self.commands.interfaces
        zones = commands.zones.lists() if commands.zones.used else {}
        nat_in, nat_out = commands.nat.lists()
        before, after = self._filters("in"), self._filters("out")
        bound: dict[str, dict[str, list[str]]] = {}
        for port in interfaces.all.values():
            for name, _, side, _ in port.filters:
                bound.setdefault(name, {}).setdefault(side, []).append(port.name)
        vrfs = tuple(p.name for p in interfaces.all.values() if p.vrf != "default")
        self._add(commands.local.list(vrfs))
        self.lists |= zones
        self.lists = {
            **commands.lists.made(bound, translating=commands.nat.translating, whole=self.whole),
            **self.lists,
        }
        new = builtin("new", Field("state", IntervalSet.of(int(State.NONE))), Assign("state", int(State.NEW), 7))
        martian = builtin("source address", Field("src", _MARTIANS), _PERHAPS_DROPPED)
        ingress = [
            Stage("sessions", StageKind.CLASSIFY, self._add(_list("sessions", [new], Return()))),
            Stage("arrival", StageKind.FILTER, self._add(_list("arrival", [martian]))),
            *before,
        ]
        checked = tuple(p.name for p in interfaces.all.values() if p.reverse_path)
        if checked:
            rule = builtin("reverse path", Interface("in", checked), _PERHAPS_DROPPED)
            ingress.append(Stage("reverse-path", StageKind.FILTER, self._add(_list("reverse-path", [rule]))))
        forward = [Stage("forwarding", StageKind.FILTER, self._add(_list("forwarding", self._forwarding())))]
        if nat_in is not None and nat_out is not None:
            four = frozenset((4,))
            ingress.append(Stage("nat-in", StageKind.TRANSLATE, self._add(nat_in), four, side="dst"))
        local = [Stage("local", StageKind.FILTER, (Binding("ios/local"),))]
        output = []
        if zones:
            forward.append(Stage("zones", StageKind.FILTER, (Binding("ios/zones"),)))
            local.insert(0, Stage("zones-local", StageKind.FILTER, (Binding("ios/zones-local"),)))
            output.append(Stage("zones-output", StageKind.FILTER, (Binding("ios/zones-output"),)))
        if nat_out is not None:
            forward.append(Stage("nat-out", StageKind.TRANSLATE, self._add(nat_out), frozenset((4,)), side="src"))
        forward.extend(after)
        self._policy_routes()
        commands.objects.finish()
        commands.lists.finish()
        stateful = bool(zones) or commands.nat.translating or commands.inspection.used
        return DeviceConfig(
            format="ios",
            hostname=commands.hostname,
            version=commands.version,
            interfaces=interfaces.made(),
            lists=self.lists,
            pipeline=Pipeline(ingress=tuple(ingress), forward=tuple(forward), local=tuple(local), output=tuple(output)),
            routes=tuple(commands.routing.routes),
            routing_known=self._routed(),
            addressing_known=self._addressed(),
            schedules=commands.times.used,
            services=(*interfaces.services(), *commands.local.services.values()),
            helpers=(Helper("ftp", sure=False),) if stateful else (),
            taints=tuple(self.notes.taints.values()),
            objects=tuple(self.notes.objects),
        )

    def _add(self, made: RuleList) -> tuple[Binding, ...]:
        self.lists[made.name] = made
        return (Binding(made.name),)

    # ---- lists bound to interfaces

    def _filters(self, side: str) -> list[Stage]:
        """Return a stage per IP version that asks the lists bound to interfaces."""
        found = []
        for family in (4, 6):
            bindings = [
                binding
                for port in self.commands.interfaces.all.values()
                if port.routed
                for binding in self._bindings(port, side, family)
            ]
            if bindings:
                label = f"access lists {side} IPv{family}"
                found.append(Stage(label, StageKind.FILTER, tuple(bindings), frozenset((family,))))
        return found

    def _bindings(self, port: Port, side: str, family: int) -> list[Binding]:
        # of several commands for one side the last one stands
        asked = [(name, line) for name, version, way, line in port.filters if (version, way) == (family, side)][-1:]
        found = []
        for name, line in asked:
            listed = self.commands.lists.use(name, family, line, f"interface {port.name}")
            target = name
            if listed is None:
                if self.whole and not any(t.subject == name for t in self.notes.taints.values()):
                    continue  # "If the specified access list does not exist, all packets are passed" (ip access-group)
                target = f"ios/undefined {name}"
                self._add(RuleList(name=target, rules=(), default=Unsure((Permit(), Deny())), builtin=True))
            if self.commands.inspection.used:
                wrapped = f"ios/{port.name} {side} IPv{family}"
                rules = [
                    *self.commands.inspection.openings(port, side),
                    builtin(name, ANYTHING, Call(target, goto=True)),
                ]
                self._add(_list(wrapped.removeprefix("ios/"), rules, Deny()))
                target = wrapped
            found.append(Binding(target, side, (port.name,)))
        return found

    # ---- what the device does by itself

    def _forwarding(self) -> list[Rule]:
        commands = self.commands
        multicast: Action = _PERHAPS_DROPPED if commands.multicast or not self.whole else Deny()
        rules = [
            builtin("multicast and broadcast", Field("dst", _MULTICAST), multicast),
            builtin("link-local", Field("dst", _LINK_LOCAL), _PERHAPS_DROPPED),
        ]
        four, six = commands.routing_on[4], commands.routing_on[6]
        if four is False:
            rules.append(builtin("no ip routing", Field("src", FAMILY[4]), Deny()))
        elif four is None and commands.routing_of_a_switch:
            self.notes.say(
                Code.DEFAULT_ASSUMED,
                Severity.WARNING,
                0,
                "device",
                what="ip routing of a switch",
                value="on or off",
                version=commands.version or "any",
            )
            rules.append(builtin("ip routing not written", Field("src", FAMILY[4]), _PERHAPS_DROPPED))
        if six is not True:
            off: Action = Deny() if self.whole or six is False else _PERHAPS_DROPPED
            rules.append(builtin("no ipv6 unicast-routing", Field("src", FAMILY[6]), off))
        return rules

    def _policy_routes(self) -> None:
        for port in self.commands.interfaces.all.values():
            if port.route_map is not None:
                self.notes.unsupported(port.route_map, Scope.ROUTING, port.name)

    def _tainted(self, *scopes: Scope) -> bool:
        return any(taint.scope in scopes for taint in self.notes.taints.values())

    def _addressed(self) -> bool:
        ports = self.commands.interfaces.all.values()
        hidden = any(port.dynamic and port.routed for port in ports)
        return bool(ports) and not hidden and not self.commands.interfaces.unread

    def _routed(self) -> bool:
        commands = self.commands
        ports = commands.interfaces.all.values()
        if any(port.dynamic and port.routed and port.enabled for port in ports):
            return False
        written = commands.routing.written or self.whole
        unread = commands.interfaces.unread or self._tainted(Scope.ROUTING, Scope.DEVICE)
        return bool(ports) and written and commands.routing.known and not unread


def _list(name: str, rules: list[Rule], default: Permit | Deny | Return | None = None) -> RuleList:
    return RuleList(name=f"ios/{name}", rules=tuple(rules), default=default or Permit(), builtin=True)
