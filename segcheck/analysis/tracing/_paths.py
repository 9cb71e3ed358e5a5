"""The ways that led to an outcome: shared while packets are followed, written out only for a few of them."""

from __future__ import annotations

from collections import deque
from itertools import zip_longest

from segcheck.analysis.tracing._flows import Flow
from segcheck.model.trace import Path, Step, Trace, Verdict

MAX_PATHS = 20
MAX_STEPS = 200  # of one path; the last ones are kept, since they decided
MAX_CONDITIONS = 100


class Node:
    """The end of one way, or of several that have joined; points back to where it came from."""

    __slots__ = ("conditions", "doubts", "parents", "step")

    def __init__(self, parents: tuple[Node, ...] = (), step: Step | None = None, conditions: tuple[str, ...] = ()):
        self.parents = parents
        self.step = step
        self.conditions = conditions
        self.doubts: int = (parents[0].doubts if parents else 0) + len(conditions)

    def then(self, step: Step) -> Node:
        """Return the way that goes on with `step`."""
        return Node((self,), step)

    def given(self, *conditions: str) -> Node:
        """Return the way that goes on if the conditions are as named."""
        return Node((self,), None, conditions) if conditions else self

    def joined(self, other: Node) -> Node:
        """Return both ways as one; the one with fewer conditions is told first."""
        if len(self.parents) >= MAX_PATHS and self.doubts <= other.doubts:
            return self
        ways = (*self._ways(), *other._ways())
        return Node(tuple(sorted(ways, key=lambda way: way.doubts)[:MAX_PATHS]))

    def _ways(self) -> tuple[Node, ...]:
        return self.parents if len(self.parents) > 1 else (self,)


class Frontier(dict[Flow, Node]):
    """The packets under way at one point, each with the ways that led to it."""

    def put(self, flow: Flow, node: Node) -> None:
        """Add a packet; equal ones join."""
        known = self.get(flow)
        self[flow] = node if known is None else known.joined(node)

    def take(self, other: Frontier) -> None:
        """Add all packets of another frontier."""
        for flow, node in other.items():
            self.put(flow, node)


_Linked = tuple[Node, "_Linked"] | None


class Outcomes:
    """Where packets ended. The verdict counts all of them; only `MAX_PATHS` ways are told."""

    def __init__(self) -> None:
        self._ends: dict[tuple[Verdict, Flow, bool, str], Node] = {}

    def add(self, verdict: Verdict, flow: Flow, node: Node, *, local: bool = False, reply: str = "") -> None:
        """Record one end."""
        key = (verdict, flow, local, reply)
        known = self._ends.get(key)
        self._ends[key] = node if known is None else known.joined(node)

    def permitted(self) -> list[tuple[Flow, bool]]:
        """Return the packets that passed, and whether the device took them in itself."""
        return [(flow, local) for (verdict, flow, local, _) in self._ends if verdict is Verdict.PERMIT]

    def __len__(self) -> int:
        return len(self._ends)

    def verdict(self) -> Verdict:
        """Return what all ends agree on, else UNDECIDED."""
        verdicts = {verdict for verdict, *_ in self._ends}
        return verdicts.pop() if len(verdicts) == 1 else Verdict.UNDECIDED

    def trace(self, reply: Trace | None = None) -> Trace:
        """Return the verdict with up to `MAX_PATHS` ways: one of every end first, those with fewest conditions first."""
        columns = [
            [_path(verdict, flow, local, reply_kind, way) for way in _ways_to(node)]
            for (verdict, flow, local, reply_kind), node in list(self._ends.items())[:MAX_PATHS]
        ]
        paths = [path for row in zip_longest(*columns) for path in row if path is not None][:MAX_PATHS]
        paths.sort(key=lambda path: len(path.conditions))
        return Trace(verdict=self.verdict(), paths=tuple(paths), reply=reply)


def _ways_to(node: Node) -> list[_Linked]:
    """Return up to `MAX_PATHS` ways to a node, each differing from an earlier one at one joint, the last joints first."""
    found: list[_Linked] = []
    pending: deque[tuple[Node, _Linked]] = deque([(node, None)])
    while pending and len(found) < MAX_PATHS:
        start, way = pending.popleft()
        at: Node | None = start
        while at is not None:
            way = (at, way)
            if len(pending) < MAX_PATHS:
                pending.extend((other, way) for other in at.parents[1:])
            at = at.parents[0] if at.parents else None
        found.append(way)
    return found


def _path(verdict: Verdict, flow: Flow, local: bool, reply: str, way: _Linked) -> Path:
    steps: deque[Step] = deque(maxlen=MAX_STEPS)
    conditions: dict[str, None] = {}
    while way is not None:
        node, way = way
        if node.step is not None:
            steps.append(node.step)
        if len(conditions) < MAX_CONDITIONS:
            conditions.update(dict.fromkeys(node.conditions))
    return Path(
        verdict=verdict,
        steps=tuple(steps),
        egress="" if verdict is Verdict.DENY or local else flow.egress or "",
        local=local,
        reply=reply,
        header=flow.header,
        conditions=tuple(conditions),
        gateway=None if verdict is Verdict.DENY or local else flow.gateway,
        guessed=flow.guessed and verdict is not Verdict.DENY and not local,
        loose=flow.loose & flow.header.keys(),
    )
