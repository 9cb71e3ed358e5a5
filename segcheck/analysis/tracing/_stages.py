"""A packet's way through the stages of a device: ingress, routing, then forward, local or output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from segcheck.analysis.tracing._addressing import Way
from segcheck.analysis.tracing._flows import Flow
from segcheck.analysis.tracing._lists import Ends, ListReader, remembered
from segcheck.analysis.tracing._matching import on_interface
from segcheck.analysis.tracing._paths import Frontier, Node, Outcomes
from segcheck.analysis.tracing._translating import (
    forgotten,
    mapped_back,
    mappings_back,
    translations,
    undone,
)
from segcheck.model.device import DeviceConfig, Scope
from segcheck.model.match import AddressClass, State
from segcheck.model.pipeline import Binding, Stage, StageKind
from segcheck.model.trace import Step, Verdict

_KNOWN = frozenset((State.ESTABLISHED, State.RELATED))
_OPENING = frozenset((State.NONE, State.NEW, State.RELATED))
_TO_DEVICE = frozenset((AddressClass.LOCAL, AddressClass.BROADCAST, AddressClass.ANYCAST))


@dataclass(frozen=True, slots=True)
class _Lists:
    """The lists still to come, for `Later`; `rest` says that everything may still be asked (an answer follows)."""

    reader: ListReader
    names: tuple[str, ...]
    rest: bool

    def asks(self, key: str) -> bool:
        return self.rest or any(key in self.reader.asked_in(name) for name in self.names)


class Passage:
    """Follows packets through one device and records where they end.

    egress   the way out that the question fixes, None = as routed
    answered   an answer will be traced, so settled conditions are kept to the end
    home     interface in whose routing domain the device sends what it sends itself, None = in any
    """

    def __init__(
        self,
        device: DeviceConfig,
        reader: ListReader,
        *,
        egress: str | None,
        answered: bool,
        home: str | None = None,
    ) -> None:
        self._device = device
        self._reader = reader
        self._egress = egress
        self._answered = answered
        self._home = home
        self.outcomes = Outcomes()
        taints = device.taints
        self._tainting = {scope: tuple(t.diagnostic for t in taints if t.scope is scope) for scope in Scope}
        self._bad_interfaces = tuple((t.subject, t.diagnostic) for t in taints if t.scope is Scope.INTERFACE)
        self._back = {side: mappings_back(device, side) for side in ("src", "dst")}

    def arrive(self, flow: Flow, node: Node) -> None:
        """Follow a packet that arrives from a segment."""
        pipeline = self._device.pipeline
        frontier = Frontier({flow: node})
        translates = _translates(pipeline.ingress, "dst")
        if not translates:
            frontier = self._rewritten_unseen(frontier, "dst")
        frontier = self._stages(pipeline.ingress, frontier, (*pipeline.forward, *pipeline.local), local=False)
        if not translates:
            frontier = _answers_undone(frontier, "dst")
        forward, local = self._route(frontier)
        self._leave(pipeline.forward, forward)
        self._end(self._stages(pipeline.local, local, (), local=True), local=True)

    def send(self, flow: Flow, node: Node) -> None:
        """Follow a packet that the device itself sends."""
        forward, local = self._route(_answers_undone(Frontier({flow: node}), "dst"), own=True)
        self._leave(self._device.pipeline.output, forward)
        self._end(local, local=True)

    def _leave(self, stages: Sequence[Stage], frontier: Frontier) -> None:
        frontier = self._stages(stages, frontier, (), local=False)
        if not _translates(stages, "src"):
            frontier = self._rewritten_unseen(_answers_undone(frontier, "src"), "src")
        self._end(frontier, local=False)

    def _rewritten_unseen(self, frontier: Frontier, side: str) -> Frontier:
        """Add what unread translations may make of packets on a device that has no stage for them."""
        result = Frontier()
        for flow, node in frontier.items():
            if flow.answer:
                result.put(flow, node)
            else:
                self._put_tainted(result, flow, node, side)
        return result

    def _put_tainted(self, frontier: Frontier, flow: Flow, node: Node, side: str) -> None:
        for diagnostic in self._tainting[Scope.TRANSLATION]:
            anything = forgotten(flow, side).of_family(None)  # the unread line may translate between IPv4 and IPv6
            frontier.put(anything, node.given(diagnostic))
            node = node.given(f"not {diagnostic}")
        frontier.put(flow, node)

    def _end(self, frontier: Frontier, *, local: bool) -> None:
        for flow, node in frontier.items():
            self._record(Verdict.PERMIT, flow, node, local=local)

    def _record(self, verdict: Verdict, flow: Flow, node: Node, *, local: bool, reply: str = "") -> None:
        """Record an end; what is unread and could have changed it makes it undecided."""
        doubts = [*self._tainting[Scope.DEVICE]]
        if local:
            doubts.extend(self._tainting[Scope.LOCAL])
        for subject, diagnostic in self._bad_interfaces:
            if any(on_interface(name, (subject,)) is not False for name in (flow.ingress, flow.egress)):
                doubts.append(diagnostic)
        if flow.family is None or flow.family not in self._device.families:
            missing = {4, 6} - self._device.families
            if missing:
                doubts.append("no-export-for-family")
        if doubts:
            verdict = Verdict.UNDECIDED
        end = flow if self._answered else flow.choosing(frozenset())
        self.outcomes.add(verdict, end, node.given(*doubts), local=local, reply=reply)

    # ---- stages

    def _stages(self, stages: Sequence[Stage], frontier: Frontier, after: Sequence[Stage], *, local: bool) -> Frontier:
        for index, stage in enumerate(stages):
            if not frontier:
                break
            names = [binding.list for later in (*stages[index + 1 :], *after) for binding in later.bindings]
            names.append(self._device.pipeline.policy_routes)
            frontier = self._stage(stage, frontier, tuple(names), local=local)
        return frontier

    def _stage(self, stage: Stage, frontier: Frontier, names: tuple[str, ...], *, local: bool) -> Frontier:
        passing, entering = Frontier(), Frontier()
        for flow, node in frontier.items():
            if flow.answer and stage.kind is StageKind.TRANSLATE:
                passing.put(undone(flow, stage.side), node)
                continue
            applies = _applies(stage, flow)
            if applies is not True:
                passing.put(flow, node.given(*(f"not for stage {stage.name}",) * (applies is None)))
            if applies is not False:
                entering.put(flow, node.given(*(f"for stage {stage.name}",) * (applies is None)))
        if stage.kind is StageKind.DEFRAGMENT:
            for flow, node in entering.items():
                passing.put(flow.reassembled(), node)
            return passing
        if stage.kind is StageKind.TRANSLATE:
            entering = self._opening(stage, entering, passing)
        for index, binding in enumerate(stage.bindings):
            left = tuple(later.list for later in stage.bindings[index + 1 :])
            entering = self._bound(stage, binding, entering, (*left, *names), local=local)
        passing.take(entering)
        return passing

    def _opening(self, stage: Stage, entering: Frontier, passing: Frontier) -> Frontier:
        """Return the packets that consult a TRANSLATE stage; move those of known connections past it, rewritten."""
        opening = Frontier()
        for flow, node in entering.items():
            state = flow.state
            consults = state in _OPENING and not (stage.session and state == State.RELATED)
            if state is None or consults:
                way = node.given(*("opens a connection",) * (state is None))
                for mapped, rule in mapped_back(flow, self._back[stage.side], stage.side):
                    passing.put(mapped, way.given(f"mapped back by {rule}"))
                    way = way.given(f"not mapped back by {rule}")
                self._put_tainted(opening, flow, way, stage.side)
            if not consults:
                self._known_connection(stage, flow, node, passing)
        return opening

    def _known_connection(self, stage: Stage, flow: Flow, node: Node, passing: Frontier) -> None:
        """Rewrite a packet as its connection was: not at all, or in a way that only the device knows."""
        was = flow.values.get("snat" if stage.side == "src" else "dnat")
        if flow.state in (State.INVALID, State.UNTRACKED) or was == 0:
            passing.put(flow, node)
        elif self._rewrites(stage.side):
            passing.put(flow, node.given("connection not translated"))
            passing.put(forgotten(flow, stage.side), node.given("connection translated"))
        else:
            self._put_tainted(passing, flow, node, stage.side)

    def _rewrites(self, side: str) -> bool:
        """Return whether any rule of the device may rewrite that side of a connection."""
        if self._tainting[Scope.LIST] or self._back[side]:
            return True
        return any(t is None or t.side == side for t, _ in translations(self._device))

    def _bound(
        self, stage: Stage, binding: Binding, entering: Frontier, names: tuple[str, ...], *, local: bool
    ) -> Frontier:
        onward, consulting = Frontier(), Frontier()
        for flow, node in entering.items():
            on = flow.ingress if binding.side == "in" else flow.egress
            fits = True if binding.side == "" else on_interface(on, binding.interfaces)
            if fits is not True:
                onward.put(flow, node.given(*(f"not bound to {binding.list}",) * (fits is None)))
            if fits is not False:
                consulting.put(flow, node.given(*(f"bound to {binding.list}",) * (fits is None)))
        if consulting:
            side = stage.side if stage.kind is StageKind.TRANSLATE else ""
            later = _Lists(self._reader, names, self._answered)
            ends = self._reader.consult(binding.list, consulting, stage.name, side, later)
            for frontier in (ends.permit, ends.back, *ends.via.values()):
                for flow, node in frontier.items():
                    onward.put(remembered(flow, later), node)
            self._drop(ends, onward if stage.kind is StageKind.CLASSIFY else None, local=local)
        return onward

    def _drop(self, ends: Ends, never: Frontier | None, *, local: bool) -> None:
        """Record what a list ended; a stage that never denies lets such packets go on in `never`."""
        for reply, frontier in ends.deny.items():
            for flow, node in frontier.items():
                if never is not None:
                    never.put(flow, node)
                else:
                    self._record(Verdict.DENY, flow, node, local=local, reply=reply)
        for flow, node in ends.undecided.items():
            self._record(Verdict.UNDECIDED, flow, node, local=local)

    # ---- routing

    def _route(self, frontier: Frontier, *, own: bool = False) -> tuple[Frontier, Frontier]:
        """Return the packets that go on, each with its way out, and those for the device itself.

        own   the device sends them itself: policy routes are not asked (vendors keep them apart for local traffic)
        """
        addressing = self._reader.around.addressing
        forward, local, table = Frontier(), Frontier(), Frontier()
        for flow, node in frontier.items():
            if self._egress is not None:
                forward.put(flow.leaving_by(self._egress), node)
                continue
            address = flow.values.get("dst")
            kinds = frozenset(AddressClass)
            if address is not None:
                kinds = addressing.classes(address, self._domain(flow))
            if kinds & _TO_DEVICE or AddressClass.MULTICAST in kinds:
                sure = kinds <= _TO_DEVICE
                local.put(flow, node if sure else node.given("an address of the device"))
                if sure:
                    continue
                node = node.given("no address of the device")
            table.put(flow, node)
        name = self._device.pipeline.policy_routes
        if name and not own:
            table = self._policy_routes(name, table, forward)
        for flow, node in table.items():
            self._along(self._ways(flow), flow, node, forward)
        return forward, local

    def _policy_routes(self, name: str, frontier: Frontier, forward: Frontier) -> Frontier:
        """Ask the list that stands before the routing table; return the packets that the table decides."""
        if not frontier:
            return frontier
        pipeline = self._device.pipeline
        names = tuple(b.list for stage in (*pipeline.forward, *pipeline.local) for b in stage.bindings)
        later = _Lists(self._reader, names, self._answered)
        ends = self._reader.consult(name, frontier, "routing", "", later)
        self._drop(ends, None, local=False)
        rest = Frontier()
        for flow, node in (*ends.permit.items(), *ends.back.items()):
            rest.put(remembered(flow, later), node)
        addressing = self._reader.around.addressing
        for via, chosen in ends.via.items():
            for start, node in chosen.items():
                flow = remembered(start, later)
                if via.interface is not None:
                    forward.put(flow.leaving_by(via.interface, via.gateway), node)
                elif via.gateway is not None:
                    ways = addressing.ways(via.gateway, addressing.domain(flow.ingress))
                    self._along([way.towards(via.gateway) for way in ways], flow, node, forward)
                else:
                    rest.put(flow, node)
        for diagnostic in self._tainting[Scope.LIST] if self._is_tainted(name) else ():
            for flow, node in frontier.items():
                ways = addressing.any_way(addressing.domain(flow.ingress), diagnostic)
                self._along(ways, flow, node, forward)
        return rest

    def _is_tainted(self, name: str) -> bool:
        return any(t.scope is Scope.LIST and t.subject == name for t in self._device.taints)

    def _ways(self, flow: Flow) -> tuple[Way, ...]:
        addressing = self._reader.around.addressing
        domain = self._domain(flow)
        address = flow.values.get("dst")
        if address is None:
            return addressing.any_way(domain, "destination not known")
        if AddressClass.MULTICAST in addressing.classes(address, domain):
            return addressing.any_way(domain, "multicast routing not known")
        return addressing.ways(address, domain)

    def _domain(self, flow: Flow) -> str | None:
        return self._reader.around.addressing.domain(flow.ingress or self._home)

    def _along(self, ways: Sequence[Way], flow: Flow, node: Node, forward: Frontier) -> None:
        for way in ways:
            action = "deny" if way.egress == "" else f"via {way.egress or '?'}"
            step = Step(
                stage="routing",
                list="routes",
                rule=way.route,
                action=action,
                span=way.span,
                before=flow.header,
                after=flow.header,
                sure=not way.conditions,
            )
            there = node.given(*way.conditions).then(step)
            if way.egress == "":
                self._record(Verdict.DENY, flow, there, local=False)
            else:
                forward.put(flow.leaving_by(way.egress, way.gateway, guessed=way.guessed), there)


def _applies(stage: Stage, flow: Flow) -> bool | None:
    """Return whether a stage is for the packet; None if its family or state is not known."""
    state = flow.state
    family: bool | None = flow.family in stage.families
    if flow.family is None:
        family = bool(stage.families) if stage.families in (frozenset(), frozenset((4, 6))) else None
    fits: bool | None = True
    if stage.states is not None:
        fits = None if state is None else state in stage.states
    asks: bool | None = True
    if stage.session and stage.kind is not StageKind.TRANSLATE:
        asks = None if state is None else state not in _KNOWN
    answers = (family, fits, asks)
    return False if False in answers else None if None in answers else True


def _translates(stages: Sequence[Stage], side: str) -> bool:
    return any(stage.kind is StageKind.TRANSLATE and stage.side == side for stage in stages)


def _answers_undone(frontier: Frontier, side: str) -> Frontier:
    result = Frontier()
    for flow, node in frontier.items():
        result.put(undone(flow, side) if flow.answer else flow, node)
    return result
