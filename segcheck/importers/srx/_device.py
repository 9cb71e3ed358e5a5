"""The device put together: its lists and the order in which a packet meets them.

Order (Flow-Based and Packet-Based Processing User Guide, "Traffic Processing on SRX Series Firewalls Overview" and "Understanding
Flow-Based Processing"): stateless filters of the interface; session lookup; for a first packet screens, static and destination
translation, route, zones, policy, the reverse of static translation and source translation, then a session; stateless filters
of the way out. Packets of a known session meet stateless filters, and no policy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from segcheck.importers._hierarchy.notes import Vsys
from segcheck.importers._hierarchy.sessions import entrance, fragments, rule, sessions, way_out
from segcheck.importers._hierarchy.tree import Node
from segcheck.importers.srx._addresses import Addresses
from segcheck.importers.srx._applications import Applications
from segcheck.importers.srx._filters import Filters
from segcheck.importers.srx._interfaces import Interfaces
from segcheck.importers.srx._local import Local, tunnels
from segcheck.importers.srx._nat import Nat
from segcheck.importers.srx._policies import Objects, Policies
from segcheck.importers.srx._relevance import FLOW, FORWARDING, SCREENS, SECURITY, SYSTEM, TCP, TOP, TOP_SERVICES
from segcheck.importers.srx._routing import Routing
from segcheck.importers.srx._schedules import Schedules
from segcheck.model.device import DeviceConfig, NamedObject, Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import ANYTHING, Field
from segcheck.model.pipeline import Binding, Helper, Pipeline, Stage, StageKind
from segcheck.model.rules import Deny, Permit, RuleList, Unsure
from segcheck.sets.addresses import V6

#: Protocol helpers (ALG). Which are on by default depends on platform and release; `disable` switches one off.
_HELPERS = (
    "dns",
    "ftp",
    "h323",
    "mgcp",
    "msrpc",
    "pptp",
    "rsh",
    "rtsp",
    "sccp",
    "sip",
    "sql",
    "sunrpc",
    "talk",
    "tftp",
)
_OTHER_ALG = ("traceoptions", "alg-manager", "alg-support-lib", "ike-esp-nat", "twamp")
_EITHER = Unsure((Permit(), Deny()))


class Assembly:
    """Reads one configuration."""

    def __init__(self, vsys: Vsys) -> None:
        self.vsys = vsys
        self.root = vsys.node
        self.security = self.root.at("security")
        self.lists: dict[str, RuleList] = {}

    def made(self, *, whole: bool) -> DeviceConfig:
        """Return the device; `whole`: nothing is missing from the file."""
        vsys = self.vsys
        hostname, version = self._one("system", "host-name"), self._one("version")
        addresses = Addresses(vsys)
        interfaces = Interfaces(vsys)
        routing = Routing(vsys, interfaces)
        objects = Objects(vsys, addresses, Applications(vsys), Schedules(vsys), interfaces)
        policies = Policies(objects)
        asked = policies.lists()
        before, after = Nat(objects).lists()
        filters = Filters(vsys)
        local = Local(vsys, interfaces, policies)
        own = local.lists()
        self._absent(whole)
        pipeline = self._pipeline(interfaces, filters, policies, asked, own, (before, after))
        helpers = tuple(self._helpers())
        self._rest()
        used = frozenset(vsys.objects)
        for part in (objects.addresses, objects.applications, objects.schedules):
            part.finish()
        interfaces.settle()
        self._accounted()
        scopes = {taint.scope for taint in vsys.taints.values()}
        addressed = interfaces.complete and not any(one.dynamic for one in interfaces.all)
        return DeviceConfig(
            format="srx",
            hostname=hostname,
            version=version,
            interfaces=interfaces.all,
            lists=self.lists,
            pipeline=pipeline,
            routes=routing.routes,
            routing_known=routing.known and addressed and Scope.ROUTING not in scopes,
            addressing_known=addressed,
            schedules=objects.schedules.used,
            services=(*local.services, *tunnels(interfaces)),
            helpers=helpers,
            taints=tuple(vsys.taints.values()),
            objects=tuple(self._states(used)),
        )

    def _one(self, *path: str) -> str:
        try:
            return self.root.one(*path)
        except ValueError:
            return ""

    def _states(self, used: frozenset[tuple[str, str]]) -> Iterator[NamedObject]:
        for key, one in self.vsys.objects.items():
            yield replace(one, state="unused") if key not in used else one

    def _add(self, *lists: RuleList | None) -> tuple[Binding, ...]:
        found = [one for one in lists if one]
        self.lists.update({one.name: one for one in found})
        return tuple(Binding(one.name) for one in found)

    def _absent(self, whole: bool) -> None:
        """Taint what a part of a configuration leaves open that has no policies, or no zones."""
        if not whole and not self.security.has("policies"):
            identity = self.vsys.notes.say(
                Code.TABLE_ABSENT, Severity.WARNING, 0, "policies", table="security policies"
            )
            for name in ("policies", "host-policies"):
                self.vsys.taint(Scope.LIST, identity, name)
        if not self.security.has("zones"):
            identity = self.vsys.notes.say(Code.TABLE_ABSENT, Severity.WARNING, 0, "interfaces", table="security zones")
            self.vsys.taint(Scope.INTERFACE, identity, "*")

    # ---- order

    def _pipeline(
        self,
        interfaces: Interfaces,
        filters: Filters,
        policies: Policies,
        asked: tuple[RuleList, ...],
        own: tuple[RuleList, ...],
        translated: tuple[RuleList | None, RuleList | None],
    ) -> Pipeline:
        entering, leaving, engine = self._bindings(interfaces, filters)
        self.lists.update(filters.lists)
        session, lost = sessions("flow", self._rejects())
        ingress = [
            *entering,
            Stage("fragments", StageKind.FILTER, self._add(fragments("flow"))),
            Stage("defragment", StageKind.DEFRAGMENT),
            Stage("session", StageKind.CLASSIFY, self._add(session)),
            Stage("no-session", StageKind.FILTER, self._add(lost), session=True),
        ]
        sixth = self._sixth()
        if sixth is not None:
            ingress.append(Stage("ipv6", StageKind.FILTER, self._add(sixth)))
        spoofed, doubted = self._screens(interfaces)
        ports = interfaces.all
        watched = [port for port in ports if port.zone in spoofed or port.name in interfaces.checked]
        unsure = [port for port in ports if port.zone in doubted]
        head = entrance("flow", ports, watched, unsure, ipv6=True)
        ingress.append(Stage("entrance", StageKind.FILTER, self._add(head), session=True))
        if translated[0]:
            ingress.append(Stage("nat-destination", StageKind.TRANSLATE, self._add(translated[0]), side="dst"))
        forward: list[Stage] = []
        functional = rule("management does not forward", ANYTHING, Deny())
        if interfaces.functional:
            names = interfaces.functional
            self.lists["flow/management"] = RuleList(
                name="flow/management", rules=(functional,), default=Permit(), builtin=True
            )
            ways = tuple(Binding("flow/management", side, names) for side in ("in", "out"))
            forward.append(Stage("management", StageKind.FILTER, ways, session=True))
        shut = way_out("flow", ports)
        if shut:
            forward.append(Stage("exit", StageKind.FILTER, self._add(shut), session=True))
        self._add(*asked)
        forward.append(Stage("policies", StageKind.FILTER, (Binding(asked[0].name),), session=True))
        if translated[1]:
            forward.append(Stage("nat-source", StageKind.TRANSLATE, self._add(translated[1]), side="src"))
        inwards = [
            *engine,
            *(Stage(one.name, StageKind.FILTER, self._add(one), session=True) for one in own),
        ]
        outwards: list[Stage] = []
        if policies.from_host:
            doubt = rule("policies from junos-host", ANYTHING, _EITHER)
            made = RuleList(name="from-host", rules=(doubt,), default=Permit(), builtin=True)
            outwards.append(Stage("from-host", StageKind.FILTER, self._add(made), session=True))
        return Pipeline(
            ingress=tuple(ingress),
            forward=(*forward, *leaving),
            local=tuple(inwards),
            output=(*outwards, *leaving),
        )

    def _bindings(self, interfaces: Interfaces, filters: Filters) -> tuple[list[Stage], list[Stage], list[Stage]]:
        """Return the stages of stateless filters: as packets enter, as they leave, and before the routing engine."""
        placed: dict[tuple[str, int], list[Binding]] = {}
        engines = {b.interface: interfaces.domains.get(b.interface, "default") for b in interfaces.filters
                   if b.interface.startswith("lo0.") and b.side == "in"}  # fmt: skip
        for bound, made in list(filters.bound(interfaces.filters)):
            names: tuple[str, ...]
            if not bound.interface.startswith("lo0."):
                where, names = bound.side, (bound.interface,)
            elif bound.side == "out":
                where, names = "sent", ()
            else:
                domain = engines[bound.interface]
                others = {one for own, one in engines.items() if own != bound.interface}
                where = "engine"
                # an instance without a loopback of its own is watched by that of the default one
                names = tuple(
                    port.name for port in interfaces.all
                    if port.domain == domain or (domain == "default" and port.domain not in others)
                )  # fmt: skip
            side = {"in": "in", "out": "out", "engine": "in", "sent": ""}[where]
            placed.setdefault((where, bound.family), []).append(Binding(made.name, side, names))
        return (self._stages(placed, "in"), [*self._stages(placed, "out")], self._stages(placed, "engine"))

    def _stages(self, placed: dict[tuple[str, int], list[Binding]], where: str) -> list[Stage]:
        return [
            Stage(f"filter-{where}-v{family}", StageKind.FILTER, tuple(bindings), families=frozenset((family,)))
            for (place, family), bindings in placed.items()
            if place == where
        ]

    # ---- settings

    def _rejects(self) -> bool | None:
        """Return whether TCP without a session has to begin with SYN everywhere."""
        flow = self.security.at("flow")
        flow.ignore(FLOW)
        tcp = flow.at("tcp-session")
        tcp.ignore(TCP)
        open_ = tcp.has("no-syn-check")
        tunnels_open = tcp.has("no-syn-check-in-tunnel")
        for word in ("no-syn-check", "no-syn-check-in-tunnel"):
            tcp.at(word)
        required = any(node.word == "syn-check-required" for node in self.security.at("policies").walk())
        if open_:
            return None if required else False
        return None if tunnels_open else True

    def _sixth(self) -> RuleList | None:
        """Return what happens to IPv6 before anything else, None if nothing does; take note of packet mode."""
        options = self.security.at("forwarding-options")
        families = options.at("family")
        modes: dict[str, str] = {}
        for word in ("inet", "inet6", "mpls", "iso"):
            try:
                modes[word] = families.one(word, "mode") if families.has(word) else ""
            except ValueError:
                modes[word] = "?"
        for word in ("inet", "mpls", "inet6"):
            if modes[word] not in ("", "flow-based", "drop"):
                self.vsys.unsupported(families.at(word), Scope.DEVICE, f"packet mode of {word}: no policies are asked")
        if options.has("mode"):
            self.vsys.unsupported(options.at("mode"), Scope.DEVICE, "forwarding mode")
        options.ignore(("mirror-filter", "receive-side-scaling", "resource-manager", "no-allow-dataplane-sleep",
                        "allow-dataplane-sleep", "user-mode"))  # fmt: skip
        self.vsys.doubt(options, Scope.DEVICE)
        if modes["inet6"] == "flow-based":
            return None
        action = Deny() if modes["inet6"] == "drop" else Unsure((Deny(), Permit()))
        return RuleList(
            name="flow/ipv6", rules=(rule("IPv6 mode", Field("src", V6), action),), default=Permit(), builtin=True
        )

    def _screens(self, interfaces: Interfaces) -> tuple[set[str], set[str]]:
        """Return the zones whose screen drops spoofed sources, and those whose screen may drop anything else."""
        screen = self.security.at("screen")
        screen.ignore(("trap", "white-list", "traceoptions"))
        strict: set[str] = set()
        other: set[str] = set()
        table = screen.at("ids-option")
        for entry in table.entries():
            entry.ignore(("description", "limit-session", "aggregation", "match-direction"))
            silent = entry.has("alarm-without-drop")
            entry.at("alarm-without-drop")
            for part, words in SCREENS.items():
                entry.at(part).ignore(words)
            if entry.has("ip", "spoofing"):
                entry.at("ip", "spoofing").mark_all(LineUse.APPROXIMATED)
                if not silent:
                    strict.add(entry.word)
            if entry.has("ip", "unknown-protocol"):
                entry.at("ip", "unknown-protocol").take(LineUse.APPROXIMATED)
                other.add(entry.word)
            if self.vsys.notes.sweep(entry, f"screen {entry.word}"):
                other.add(entry.word)
        self.vsys.doubt(screen, Scope.DEVICE, tables=("ids-option",))
        spoofed = {zone for zone, name in interfaces.screens.items() if name in strict}
        doubted = {zone for zone, name in interfaces.screens.items() if name in other or name not in table.children}
        return spoofed, doubted

    def _helpers(self) -> Iterator[Helper]:
        algs = self.security.at("alg")
        algs.ignore(_OTHER_ALG)
        for name in _HELPERS:
            if not algs.has(name, "disable"):
                yield Helper(name, sure=False)
            algs.at(name).mark_all(LineUse.UNDERSTOOD)
        self.vsys.doubt(algs, Scope.DEVICE)

    def _rest(self) -> None:
        """Account for everything that has no reader of its own."""
        root, vsys = self.root, self.vsys
        for word in ("logical-systems", "tenants", "bridge-domains"):
            if root.has(word):
                vsys.unsupported(root.at(word), Scope.DEVICE, word)
        events = root.children.get("event-options", Node(""))
        scripts = root.children.get("system", Node("")).children.get("scripts", Node(""))
        for node, key in ((events, "change-configuration"), (scripts, "allow-transients")):
            if any(one.word == key for one in node.walk()):
                vsys.unsupported(node, Scope.DEVICE, f"{node.word} that change the configuration")
        system = root.at("system")
        system.ignore((*SYSTEM, "scripts"))
        vsys.doubt(system, Scope.DEVICE, tables=("services",))
        services = root.at("services")
        services.ignore(TOP_SERVICES)
        if services.has("ip-monitoring"):
            vsys.unsupported(services.at("ip-monitoring"), Scope.ROUTING, "ip-monitoring")
        vsys.doubt(services, Scope.DEVICE)
        forwarding = root.at("forwarding-options")
        forwarding.ignore(FORWARDING)
        vsys.doubt(forwarding, Scope.DEVICE)
        security = self.security
        for vpn in security.children.get("ipsec", Node("")).children.get("vpn", Node("")).children.values():
            if "traffic-selector" in vpn.children:  # what it names is routed into the tunnel
                identity = vsys.notes.say(
                    Code.ROUTING_UNKNOWN,
                    Severity.WARNING,
                    vpn.children["traffic-selector"],
                    "routing",
                    why="traffic-selector",
                )
                vsys.taint(Scope.ROUTING, identity, vpn.word, vpn.first, by_table=True)
        security.ignore(SECURITY)
        for word in ("dynamic-address",):
            security.at(word).mark_all(LineUse.APPROXIMATED)
        # which zones and policies that are is said where they stand
        own = ("policies", "zones", "address-book", "nat", "screen", "alg", "forwarding-options")
        vsys.doubt(security, Scope.DEVICE, tables=own)
        root.at("policy-options", "prefix-list")
        for entry in root.at("policy-options", "prefix-list").entries():
            entry.mark_all(LineUse.UNDERSTOOD)
        policy = root.at("policy-options")
        for child in policy.children.values():
            child.mark_all(LineUse.IRRELEVANT)

    def _accounted(self) -> None:
        """Taint the device for outermost words that nobody knows."""
        self.root.ignore(TOP)
        self.vsys.doubt(self.root, Scope.DEVICE, tables=("security",))
        self.vsys.doubt(self.security.at("address-book"), Scope.DEVICE)
