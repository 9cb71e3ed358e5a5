"""One virtual system put together: its lists and the order in which a packet meets them.

Order (knowledge base, "Packet Flow Sequence in PAN-OS"): fragments are reassembled; session lookup and TCP state check; the route
for the packet as it came gives the zone for which the NAT rules are asked; destinations are translated and the way out is
looked up again; authentication and security rules; source translation. Packets of a known session are not judged again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from segcheck.importers._hierarchy.notes import Vsys
from segcheck.importers._hierarchy.sessions import PERHAPS_DROPPED, entrance, fragments, rule, sessions, way_out
from segcheck.importers._hierarchy.tree import Node
from segcheck.importers.panos._addresses import Addresses
from segcheck.importers.panos._applications import Applications
from segcheck.importers.panos._client_vpn import client_vpns
from segcheck.importers.panos._interfaces import Interfaces
from segcheck.importers.panos._local import Local
from segcheck.importers.panos._nat import Nat
from segcheck.importers.panos._relevance import PROTECTION, RULEBASES
from segcheck.importers.panos._routing import Routing
from segcheck.importers.panos._schedules import Schedules
from segcheck.importers.panos._security import Matcher, Objects, Security
from segcheck.importers.panos._services import Services
from segcheck.model.device import DeviceConfig, NamedObject, Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import Expr, State, conjunction
from segcheck.model.pipeline import Binding, Helper, Pipeline, Stage, StageKind
from segcheck.model.rules import Deny, Permit, Rule, RuleList

_OPENING = frozenset((State.NEW, State.RELATED))
#: Protocol helpers (ALG) that are on unless the file says otherwise; whether it does is not read.
_HELPERS = ("ftp", "sip", "h323", "rtsp", "tftp", "mgcp", "sccp", "oracle", "rsh", "unistim", "msrpc", "sunrpc")


def device(
    vsys: Vsys,
    owned: frozenset[str] | None,
    *,
    first: bool,
    several: bool,
    whole: bool,
    version: str,
    pushed: Iterable[Node],
) -> DeviceConfig:
    """Return what one virtual system does.

    owned     its interfaces, None: all
    first     of the file; it also has the management port
    several   there are other virtual systems
    whole     nothing is missing from the file
    pushed    what Panorama has pushed: scopes with `pre-rulebase` and `post-rulebase`
    """
    return _Assembly(vsys, owned, first, several, tuple(pushed)).made(version, whole)


class _Assembly:
    def __init__(
        self, vsys: Vsys, owned: frozenset[str] | None, first: bool, several: bool, pushed: tuple[Node, ...]
    ) -> None:
        self.vsys = vsys
        self.pushed = pushed
        self.several = several
        self.name = vsys.name
        addresses = Addresses(vsys)
        self.interfaces = Interfaces(vsys, addresses, owned, shared_routers=several)
        self.routing = Routing(vsys, self.interfaces, addresses)
        self.objects = Objects(vsys, addresses, Services(vsys), Applications(vsys), Schedules(vsys), self.interfaces)
        self.first = first
        self.lists: dict[str, RuleList] = {}

    def _books(self, kind: str) -> list[Node]:
        """Return the rulebases of a kind in the order in which they are tried: pushed before, own, pushed after."""
        holders = [*((one, "pre-rulebase") for one in self.pushed), (self.vsys.node, "rulebase")]
        holders.extend((one, "post-rulebase") for one in reversed(self.pushed))
        return [holder.at(name, kind) for holder, name in holders]

    def made(self, version: str, whole: bool) -> DeviceConfig:
        vsys, objects, interfaces = self.vsys, self.objects, self.interfaces
        for kind in ("pbf", "sdwan"):  # the zone that NAT rules ask for is that of the way out which these choose
            chosen = [entry for book in self._books(kind) for entry in book.at("rules").entries()]
            if any(entry.flag("disabled") is not True for entry in chosen):
                self.routing.known = False
        nat = Nat(objects, self.routing)
        translated = nat.lists(self._books("nat"), self.name)
        reader = Security(objects, nat.rewritings)
        rules = reader.rules(self._books("security"))
        defaults = reader.defaults(reversed(self._books("default-security-rules")))
        self._absent(whole)
        security = RuleList(name=f"{self.name}/security", rules=(*rules, *defaults), default=Deny(), default_span=None)
        local = Local(vsys, interfaces, first=self.first)
        local_lists = local.lists(security.rules, self.name)
        ingress = self._ingress(translated)
        forward = self._forward(security, translated)
        self._others()
        used = frozenset(vsys.objects) if not self.pushed and not self.several else None
        for part in (objects.addresses, objects.services, objects.applications, objects.schedules, local):
            part.finish()
        ports = (*interfaces.all, *((local.management,) if local.management else ()))
        scopes = {taint.scope for taint in vsys.taints.values()}
        addressed = interfaces.complete and not any(one.dynamic for one in interfaces.all)
        return DeviceConfig(
            format="panos",
            hostname=self._hostname(),
            context=self.name,
            version=version,
            interfaces=ports,
            lists=self.lists,
            pipeline=Pipeline(
                ingress=ingress,
                forward=forward,
                local=tuple(
                    Stage(one.name.split("/")[-1], StageKind.FILTER, self._add(one), session=True)
                    for one in local_lists
                ),
            ),
            routes=self.routing.routes,
            routing_known=self.routing.known and addressed and Scope.ROUTING not in scopes,
            addressing_known=addressed,
            schedules=objects.schedules.used,
            services=tuple(local.services),
            helpers=tuple(Helper(one, sure=False) for one in _HELPERS),
            client_vpns=client_vpns(vsys),
            taints=tuple(vsys.taints.values()),
            objects=tuple(self._states(used)),
        )

    def _states(self, used: frozenset[tuple[str, str]] | None) -> Iterator[NamedObject]:
        """Yield the objects of the file, those unused that no rule, route or translation names.

        used   None where other virtual systems or devices may use them; who uses applications is not kept
        """
        for key, one in self.vsys.objects.items():
            alone = used is not None and key not in used and not one.kind.startswith("application")
            yield replace(one, state="unused") if alone else one

    def _hostname(self) -> str:
        try:
            return self.vsys.device.one("deviceconfig", "system", "hostname")
        except ValueError:
            return ""

    def _add(self, *lists: RuleList | None) -> tuple[Binding, ...]:
        found = [one for one in lists if one]
        self.lists.update({one.name: one for one in found})
        return tuple(Binding(one.name) for one in found)

    def _absent(self, whole: bool) -> None:
        """Taint what a part of a configuration leaves open that has no rules, or no zones."""
        if not whole and not any(self._books("security")):
            identity = self.vsys.notes.say(Code.TABLE_ABSENT, Severity.WARNING, 0, "security", table="security")
            for name in ("security", "local-security"):
                self.vsys.taint(Scope.LIST, identity, f"{self.name}/{name}")
        if not self.vsys.node.has("zone"):
            identity = self.vsys.notes.say(Code.TABLE_ABSENT, Severity.WARNING, 0, "interfaces", table="zone")
            self.vsys.taint(Scope.INTERFACE, identity, "*")

    def _ingress(self, translated: tuple[RuleList, ...]) -> tuple[Stage, ...]:
        session, lost = sessions(self.name, self._rejects())
        stages = [
            Stage("fragments", StageKind.FILTER, self._add(fragments(self.name))),
            Stage("defragment", StageKind.DEFRAGMENT),
            Stage("session", StageKind.CLASSIFY, self._add(session)),
            Stage("no-session", StageKind.FILTER, self._add(lost), session=True),
        ]
        spoofed, doubted = self._protection()
        ports = self.interfaces.all
        watched = [port for port in ports if port.zone in spoofed]
        unsure = [port for port in ports if port.zone in doubted]
        head = entrance(self.name, ports, watched, unsure, ipv6=self._session("ipv6-firewalling") == "yes")
        stages.append(Stage("entrance", StageKind.FILTER, self._add(head), session=True))
        dos = self._asked("dos", "dos")
        if dos:
            stages.append(Stage("dos", StageKind.FILTER, self._add(dos), session=True))
        if translated:
            stages.append(Stage("nat", StageKind.CLASSIFY, self._add(translated[0]), states=_OPENING))
            stages.append(Stage("nat-destination", StageKind.TRANSLATE, self._add(translated[1]), side="dst"))
        return tuple(stages)

    def _forward(self, security: RuleList, translated: tuple[RuleList, ...]) -> tuple[Stage, ...]:
        stages = []
        for name, one in (
            ("exit", way_out(self.name, self.interfaces.all)),
            ("authentication", self._asked("authentication", "authentication")),
            ("captive-portal", self._asked("captive-portal", "captive-portal")),
            ("security", security),
        ):
            if one:
                stages.append(Stage(name, StageKind.FILTER, self._add(one), session=True))
        if translated:
            stages.append(Stage("nat-source", StageKind.TRANSLATE, self._add(translated[2]), side="src"))
        return tuple(stages)

    def _asked(self, kind: str, label: str) -> RuleList | None:
        """Return the list of what rules of another rulebase may drop, None if there are none."""
        matcher = Matcher(self.objects)
        made: list[Rule] = []
        for book in self._books(kind):
            for entry in book.at("rules").entries():
                where = f"{label} rule {entry.word}"
                enabled, doubt = matcher.enabled(entry, where)
                match: Expr = doubt
                if kind == "dos" and (entry.has("action", "allow") or entry.has("action", "protect")):
                    enabled = False  # lets pass, or limits rates, which are not part of a verdict
                if kind != "dos":
                    terms = [matcher.zones(entry, key, side, where) for key, side in (("from", "in"), ("to", "out"))]
                    terms.append(matcher.address(entry, "source", "src", where))
                    match = conjunction(doubt, *terms)
                span = self.vsys.notes.extent(entry)
                entry.mark_all(LineUse.APPROXIMATED if enabled else LineUse.IRRELEVANT)
                if enabled:
                    one = rule(entry.word, match, PERHAPS_DROPPED)
                    made.append(Rule(id=one.id, key=one.key, match=match, action=one.action, span=span, text=where))
            self.vsys.doubt(book, Scope.DEVICE)
        return RuleList(name=f"{self.name}/{label}", rules=tuple(made), default=Permit()) if made else None

    # ---- settings

    def _session(self, key: str) -> str:
        session = self.vsys.device.at("deviceconfig", "setting", "session")
        try:
            return session.one(key)
        except ValueError:
            return "?"

    def _rejects(self) -> bool | None:
        """Return whether TCP without a session has to begin with SYN everywhere."""
        found = self._session("tcp-reject-non-syn")
        profiles = self.interfaces.network.at("profiles", "zone-protection-profile")
        own = {word for one in profiles.children.values() for word in one.words("tcp-reject-non-syn", text=True)} - {
            "global"
        }
        if own or found not in ("", "yes", "no"):
            return None
        return found != "no"

    def _protection(self) -> tuple[set[str], set[str]]:
        """Return the zones whose protection drops spoofed sources, and those of whose protection something is unread."""
        spoofed: set[str] = set()
        doubted: set[str] = set()
        table = self.interfaces.network.at("profiles", "zone-protection-profile")
        bad: set[str] = set()
        strict: set[str] = set()
        for entry in table.entries():
            entry.ignore(PROTECTION)
            entry.words("tcp-reject-non-syn", text=True)
            if entry.flag("discard-ip-spoof") is not False:
                strict.add(entry.word)
            if self.vsys.notes.sweep(entry, f"zone protection {entry.word}"):
                bad.add(entry.word)
        for zone, profile in self.interfaces.protection.items():
            if profile in strict:
                spoofed.add(zone)
            if profile in bad or profile not in table.children:
                doubted.add(zone)
        return spoofed, doubted

    # ---- the rest of the rulebases

    def _others(self) -> None:
        for holder, name in [
            (self.vsys.node, "rulebase"),
            *((one, key) for one in self.pushed for key in ("pre-rulebase", "post-rulebase")),
        ]:
            book = holder.at(name)
            book.ignore(RULEBASES)
            for kind, scope in (("pbf", Scope.ROUTING), ("sdwan", Scope.ROUTING)):
                if not book.has(kind):
                    continue
                table = book.at(kind)
                for entry in table.at("rules").entries():
                    if entry.flag("disabled") is True:
                        entry.mark_all(LineUse.IRRELEVANT)
                    else:
                        self.vsys.unsupported(entry, scope, f"{kind} rule {entry.word}"[:60])
                self.vsys.doubt(table, scope)
            for kind in ("security", "default-security-rules"):
                if book.has(kind):
                    self._stray(book.at(kind), Scope.LIST, f"{self.name}/security")
            if book.has("nat"):
                self._stray(book.at("nat"), Scope.TRANSLATION, "")
            handled = (
                "security",
                "default-security-rules",
                "nat",
                "pbf",
                "sdwan",
                "dos",
                "authentication",
                "captive-portal",
            )
            self.vsys.doubt(book, Scope.DEVICE, tables=handled)

    def _stray(self, book: Node, scope: Scope, subject: str) -> None:
        """Taint a rulebase for what stands in it beside rules; the rules themselves say what they lack."""
        for identity in self.vsys.notes.sweep(book, f"{scope.value} {subject}".strip(), tables=("rules",)):
            self.vsys.taint(scope, identity, subject, book.first)
        if book.has("rules"):
            for identity in self.vsys.notes.shallow(book.at("rules"), scope.value):
                self.vsys.taint(scope, identity, subject, book.first)
