"""A file put together: its lists and the order in which a packet meets them.

Order (Cisco document 113396, "ASA: Packet Flow through a Cisco ASA Firewall"; Firewall CLI Configuration Guide, "Access Rules",
"NAT"): known session; translation of the destination back; way out; the interface's rules, then the global ones, or without any
the security levels; source translation; rules of the interface by which it leaves. Rules see real addresses (since 8.3).
Packets of a known TCP, UDP or SCTP session are not judged again. Rules are for packets through the device only.
"""

from __future__ import annotations

from segcheck.importers._cisco.notes import builtin
from segcheck.importers._cisco.values import proto
from segcheck.importers.asa._commands import Commands
from segcheck.importers.asa._interfaces import Port
from segcheck.model.device import DeviceConfig, Scope
from segcheck.model.diagnostic import Code, Severity
from segcheck.model.match import ANYTHING, Bits, Expr, Field, Interface, Not, State, conjunction, disjunction
from segcheck.model.pipeline import Binding, Pipeline, Stage, StageKind
from segcheck.model.rules import Action, Assign, Call, Continue, Deny, Permit, Return, Rule, RuleList, Unsure
from segcheck.sets.addresses import parse
from segcheck.sets.header import ACK, ERROR_TYPES, ICMP, ICMPV6, SYN, TCP
from segcheck.sets.intervals import IntervalSet

_PERHAPS_DROPPED = Unsure((Deny(), Continue()))
_PERHAPS_PASSED = Unsure((Permit(), Continue()))
_MULTICAST = parse("224.0.0.0/4") | parse("ff00::/8") | parse("255.255.255.255")
_LINK_LOCAL = parse("fe80::/10") | parse("169.254.0.0/16")
#: Sources that no host may have.
_MARTIANS = parse("127.0.0.0/8") | parse("224.0.0.0/3") | parse("0.0.0.0") | parse("::1") | parse("ff00::/8")
_KNOWN = frozenset((State.ESTABLISHED, State.RELATED))
_SESSIONS = (6, 17, 132)


def device(commands: Commands, *, whole: bool) -> DeviceConfig:
    """Return what the device does; `whole`: nothing is missing from the file."""
    return _Assembly(commands, whole=whole).made()


class _Assembly:
    def __init__(self, commands: Commands, *, whole: bool) -> None:
        self.commands = commands
        self.notes = commands.notes
        self.ports = list(commands.interfaces.all.values())
        self.whole = whole
        self.lists: dict[str, RuleList] = {}
        self.tunnels: tuple[RuleList, RuleList] | None = None

    def made(self) -> DeviceConfig:
        """Return the device."""
        commands = self.commands
        families = self._families()
        translated = commands.nat.lists()
        commands.tunnels.routes()
        self.tunnels = commands.tunnels.lists(commands.lists, whole=self.whole)
        controlled = {
            port.name: commands.lists.use(bound)
            for port in self.ports
            if (bound := commands.lists.bound("control-plane", port.name)) is not None
        }
        ingress = self._ingress()
        forward = [self._stage("forwarding", self._forwarding())]
        if self.tunnels is not None:
            ingress.append(Stage("tunnels in", StageKind.CLASSIFY, self._add(self.tunnels[0])))
        if translated is not None:
            back, away, there = translated
            ingress.append(Stage("nat destination", StageKind.TRANSLATE, self._add(back), side="dst"))
            forward.insert(0, Stage("nat way out", StageKind.FILTER, self._add(away), session=True))
        forward += self._rules()
        if translated is not None:
            forward.append(Stage("nat source", StageKind.TRANSLATE, self._add(there), side="src"))
        if self.tunnels is not None:
            forward.append(Stage("tunnels out", StageKind.FILTER, self._add(self.tunnels[1])))
        local = Stage(
            "local",
            StageKind.FILTER,
            self._add(commands.local.list(self._decrypted(), controlled, whole=self.whole)),
            session=True,
        )
        falling = {bound.name for bound in commands.lists.bindings if bound.side == "control-plane"}
        overall = commands.lists.bound("global")
        if overall is not None:
            falling |= {one.name for one in commands.lists.bindings if one.side == "in"} - {overall.name}
        self.lists = {**commands.lists.made(frozenset(falling)), **self.lists}
        commands.objects.finish()
        commands.lists.finish()
        return DeviceConfig(
            format="asa",
            hostname=commands.hostname,
            version=commands.version_text,
            families=families,
            interfaces=commands.interfaces.made(),
            lists=self.lists,
            pipeline=Pipeline(ingress=tuple(ingress), forward=tuple(forward), local=(local,)),
            routes=tuple(commands.routing.routes),
            routing_known=self._routed(),
            addressing_known=self._addressed(),
            schedules=commands.times.used,
            services=(*commands.interfaces.services(), *commands.local.services.values()),
            helpers=commands.inspection.helpers(whole=self.whole),
            taints=tuple(self.notes.taints.values()),
            objects=tuple(self.notes.objects),
        )

    def _families(self) -> frozenset[int]:
        """Return the IP versions of which the lists speak: both since 9.0, which the file has to say."""
        version = self.commands.version
        if version is None:
            self.notes.say(Code.VERSION_UNKNOWN, Severity.WARNING, 0, "device", format="asa")
            return frozenset((4,))
        both = self.commands.threat_defense or version >= (9, 0)
        return frozenset((4, 6)) if both else frozenset((4,))

    def _add(self, made: RuleList) -> tuple[Binding, ...]:
        self.lists[made.name] = made
        return (Binding(made.name),)

    def _stage(self, name: str, rules: list[Rule], *, session: bool = True) -> Stage:
        made = RuleList(name=f"asa/{name}", rules=tuple(rules), default=Permit(), builtin=True)
        return Stage(name, StageKind.FILTER, self._add(made), session=session)

    # ---- what the device does by itself

    def _ingress(self) -> list[Stage]:
        lost, new = (Field("state", IntervalSet.of(int(state))) for state in (State.NONE, State.NEW))
        stray = conjunction(new, proto(TCP), Not(Bits("tcp_flags", SYN | ACK, SYN)))
        told = disjunction(*(conjunction(proto(one), Field("icmp_type", ERROR_TYPES[one])) for one in (ICMP, ICMPV6)))
        sure = self.whole and not self.commands.inspection.bypassed and not self.commands.inspection.unread
        classify = RuleList(
            name="asa/session",
            rules=(builtin("new", lost, Assign("state", int(State.NEW), 7)),),
            default=Return(),
            builtin=True,
        )
        dropped = [
            builtin("TCP without session", stray, Deny() if sure else _PERHAPS_DROPPED),
            builtin("ICMP error without session", conjunction(new, told), _PERHAPS_DROPPED),
            builtin("source address", Field("src", _MARTIANS), _PERHAPS_DROPPED),
        ]
        checked = tuple(sorted(self.commands.reverse_path))
        if checked:
            dropped.append(builtin("reverse path", Interface("in", checked), _PERHAPS_DROPPED))
        later = builtin("later fragment", Field("fragment", IntervalSet.of(1)), _PERHAPS_DROPPED)
        return [
            self._stage("fragments", [later], session=False),
            Stage("defragment", StageKind.DEFRAGMENT),
            Stage("session", StageKind.CLASSIFY, self._add(classify)),
            self._stage("arrival", dropped),
        ]

    def _forwarding(self) -> list[Rule]:
        """Return what is dropped whatever the rules say: levels that are equal, multicast, interfaces for management."""
        commands = self.commands
        multicast: Action = _PERHAPS_DROPPED if commands.multicast or not self.whole else Deny()
        rules = [
            builtin("multicast and broadcast", Field("dst", _MULTICAST), multicast),
            builtin("link-local", Field("dst", _LINK_LOCAL), _PERHAPS_DROPPED),
        ]
        managing = tuple(port.name for port in self.ports if port.management)
        if managing:
            both = disjunction(Interface("in", managing), Interface("out", managing))
            rules.append(builtin("management-only", both, Deny()))
        refused: Action = Deny() if self.whole else _PERHAPS_DROPPED
        for port in self.ports:
            came = Interface("in", (port.name,))
            if not commands.intra_interface:
                rules.append(
                    builtin(f"intra-interface {port.name}", conjunction(came, Interface("out", (port.name,))), refused)
                )
            equal = tuple(one.name for one in self.ports if one is not port and one.level == port.level)
            if equal and port.level is not None and not commands.inter_interface:
                # whether access rules can permit it all the same, sources do not agree
                listed = commands.lists.bound("in", port.name) or commands.lists.bound("global")
                action = _PERHAPS_DROPPED if listed else refused
                rules.append(builtin(f"same level {port.name}", conjunction(came, Interface("out", equal)), action))
            unknown_ = tuple(one.name for one in self.ports if one is not port and None in (one.level, port.level))
            if unknown_:
                match = conjunction(came, Interface("out", unknown_))
                rules.append(builtin(f"level unknown {port.name}", match, _PERHAPS_DROPPED))
        return rules

    # ---- access rules

    def _rules(self) -> list[Stage]:
        """Return the stages of rules: of packets that may open a session, and of those that are no session."""
        found = []
        for side in ("in", "out"):
            bindings, without = [], []
            for port in self.ports:
                target = self._incoming(port) if side == "in" else self._outgoing(port)
                if target is None:
                    continue
                bindings.append(Binding(target, side, (port.name,)))
                answers = RuleList(
                    name=f"asa/no session {side} {port.name}",
                    rules=tuple(self._answers(target)),
                    default=Deny(),
                    builtin=True,
                )
                self._add(answers)
                without.append(Binding(answers.name, side, (port.name,)))
            if bindings:
                found.append(Stage(f"access {side}", StageKind.FILTER, tuple(bindings), session=True))
                found.append(Stage(f"no session {side}", StageKind.FILTER, tuple(without), states=_KNOWN))
        return found

    def _incoming(self, port: Port) -> str:
        """Return the list that is asked for packets that come by an interface."""
        lists = self.commands.lists
        own, overall = lists.bound("in", port.name), lists.bound("global")
        name = f"asa/in {port.name}"
        rules: list[Rule] = []
        if own is not None and own.per_user:
            rules.append(builtin("rules of users", ANYTHING, Unsure((Permit(), Deny(), Continue()))))
        asked = dict.fromkeys(lists.use(one) for one in (own, overall) if one is not None)
        rules.extend(builtin(target, ANYTHING, Call(target)) for target in asked)
        if not asked:
            rules = self._levels(port)
        self._add(RuleList(name=name, rules=(*self._decrypted(), *rules), default=Deny(), builtin=True))
        return name

    def _levels(self, port: Port) -> list[Rule]:
        """Return what passes without access rules: from a higher level to a lower one, between equal ones if that is said.

        Of equal levels only what `same-security-traffic` permits comes as far as this.
        """
        rules = []
        lower = tuple(
            one.name
            for one in self.ports
            if None not in (one.level, port.level) and (one.level or 0) <= (port.level or 0)
        )
        span = self.notes.span(port.line)
        if lower:
            permitted: Action = Permit() if self.whole else Unsure((Permit(), Deny()))
            rules.append(builtin(f"level of {port.name}", Interface("out", lower), permitted, span))
        doubtful = tuple(one.name for one in self.ports if None in (one.level, port.level))
        if doubtful:
            rules.append(builtin("level unknown", Interface("out", doubtful), Unsure((Permit(), Deny())), span))
        if not self.whole:
            rules.append(builtin("access-group not in the file", ANYTHING, Unsure((Permit(), Deny())), span))
        return rules

    def _outgoing(self, port: Port) -> str | None:
        bound = self.commands.lists.bound("out", port.name)
        if bound is None:
            return None
        target = self.commands.lists.use(bound)
        name = f"asa/out {port.name}"
        self._add(
            RuleList(
                name=name,
                rules=(*self._decrypted(), builtin(target, ANYTHING, Call(target))),
                default=Deny(),
                builtin=True,
            )
        )
        return name

    def _decrypted(self) -> list[Rule]:
        return [self.commands.tunnels.rule()] if self.tunnels is not None else []

    def _answers(self, target: str) -> list[Rule]:
        """Return what becomes of packets that answer: those of sessions pass, ICMP and others as inspection says."""
        icmp = self.commands.inspection.icmp(whole=self.whole)
        related = Field("state", IntervalSet.of(int(State.RELATED)))
        own: Expr = proto(ICMP, ICMPV6)
        rules = [
            *self._decrypted(),
            builtin("session", proto(*_SESSIONS), Permit()),
            builtin("ICMP error", conjunction(own, related), _PERHAPS_PASSED),
        ]
        if icmp:
            rules.append(builtin("inspect icmp", own, Permit()))
        elif icmp is None:
            rules.append(builtin("inspect icmp not known", own, _PERHAPS_PASSED))
        rules.append(builtin("other protocols", Not(own), _PERHAPS_PASSED))
        rules.append(builtin(target, ANYTHING, Call(target, goto=True)))
        return rules

    # ---- addressing

    def _tainted(self, *scopes: Scope) -> bool:
        return any(taint.scope in scopes for taint in self.notes.taints.values())

    def _addressed(self) -> bool:
        hidden = any(port.dynamic for port in self.ports)
        return bool(self.ports) and not hidden and not self.commands.interfaces.unread

    def _routed(self) -> bool:
        commands = self.commands
        if any(port.dynamic and commands.interfaces.enabled(port) for port in self.ports):
            return False
        written = bool(commands.routing.routes) or self.whole
        unread = commands.interfaces.unread or self._tainted(Scope.ROUTING, Scope.DEVICE)
        return bool(self.ports) and written and commands.routing.known and not unread
