"""One packet through a device's rules, step by step: evidence for people, and a second opinion on `analysis.compiling`.

The interpreter reads the model by its docstrings and shares nothing with the sets of packets. What is not known of the
packet or the device sends it both ways; a verdict is definite only if all ways agree, so it is never wrong, but may be
UNDECIDED where two unknowns depend on each other (a port that one rule wants low and the next one high).

    _flows        what is known of a packet
    _matching     whether an expression holds for it
    _lists        what a rule list does with it
    _translating  what a translation makes of it
    _addressing   what the device's addresses and routes make of an address
    _stages       the order of all that in a device
    _paths        the ways it took
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from segcheck.analysis.tracing._addressing import Addressing
from segcheck.analysis.tracing._answers import answer_to
from segcheck.analysis.tracing._flows import L4, ORIGINAL, Flow
from segcheck.analysis.tracing._lists import LIMIT, ListReader
from segcheck.analysis.tracing._matching import Surroundings, evaluate
from segcheck.analysis.tracing._paths import MAX_PATHS, Frontier, Node, Outcomes
from segcheck.analysis.tracing._stages import Passage
from segcheck.errors import BadArguments
from segcheck.model.device import DeviceConfig, Scope
from segcheck.model.match import State
from segcheck.model.pipeline import StageKind
from segcheck.model.trace import Path, Probe, Trace, Verdict
from segcheck.sets import addresses

__all__ = [
    "LIMIT",
    "MAX_PATHS",
    "Addressing",
    "Surroundings",
    "answer_header",
    "evaluate",
    "trace",
    "trace_answer",
    "trace_list",
]

NO_EXPORT = "no-export-for-family"
END_OF_LIST = "end of list"
#: What connection tracking knows a connection by (RFC 791, 9293, 768; ICMP by its addresses).
_CONNECTION = ("src", "dst", "proto", "sport", "dport")
_FRESH = ("mark", "connmark", "dnat", "snat", "reply")  # 0 while a packet belongs to no known connection


def trace(device: DeviceConfig, probe: Probe, *, reply: bool = False) -> Trace:
    """Return what becomes of a packet that arrives at the device, and with `reply` what becomes of the answer to it.

    An answer has the header that a responder would send, belongs to the connection (state ESTABLISHED), and arrives by
    the interface that the packet left by; for a packet that the device takes in itself, the device sends it. Messages
    that nobody answers (ICMP errors) have none. The answer's trace joins the answers on all ways that pass.

    A question that would take more than `_lists.MAX_WORK`, follow more than `_lists.MAX_FLOWS` distinct
    packets or call deeper than `_lists.MAX_CALL_DEPTH` ends UNDECIDED with the condition "limit reached".
    O(rules consulted * distinct packets).
    """
    reader = _reader(device, probe)
    passage = Passage(device, reader, egress=probe.egress, answered=reply)
    start = _arriving(probe)
    passage.arrive(start, Node())
    outcomes = passage.outcomes
    if not reply:
        return outcomes.trace()
    answers = Passage(device, reader, egress=None, answered=False)
    for flow, local in outcomes.permitted():
        answer = answer_to(start, flow, local=local)
        if answer is not None and local:
            answers.send(answer, Node())
        elif answer is not None:
            answers.arrive(answer, Node())
    return outcomes.trace(reply=answers.outcomes.trace() if len(answers.outcomes) else None)


def answer_header(known: Mapping[str, int]) -> Mapping[str, int] | None:
    """Return the header of the answer that the receiver of a packet sends; None for what nobody answers."""
    received = _arriving(Probe(known=known))
    if received.header.get("fragment") == 1:
        return None
    answer = answer_to(received, received, local=False)
    return None if answer is None else answer.header


def trace_answer(
    device: DeviceConfig, probe: Probe, path: Path, header: Mapping[str, int], *, ingress: str
) -> Trace | None:
    """Return what becomes of an answer that comes back to a device which has let `probe` pass on `path`.

    header    of the answer as it arrives
    ingress   interface that it arrives by, which need not be the one the packet left by; ignored where the device itself
              took the packet in: it then sends the answer

    None: the header does not belong to that connection; to the device it is a packet like any other.
    """
    reader = _reader(device, probe)
    passage = Passage(device, reader, egress=probe.egress, answered=True)
    start = _arriving(probe)
    passage.arrive(start, Node())
    answers = Passage(device, reader, egress=None, answered=False, home=probe.ingress)
    for flow, local in passage.outcomes.permitted():
        if (flow.header, flow.egress or "", local) != (path.header, path.egress, path.local):
            continue
        answer = answer_to(start, flow, local=local)
        if answer is None or any(
            answer.values.get(n, header.get(n)) != header.get(n) for n in _CONNECTION if n in header
        ):
            continue
        arrived = answer.having({name: value for name, value in header.items() if name not in answer.values})
        if local:
            answers.send(arrived, Node())
        else:
            answers.arrive(replace(arrived, ingress=ingress), Node())
    return answers.outcomes.trace() if len(answers.outcomes) else None


def trace_list(device: DeviceConfig, list_name: str, probe: Probe, *, ignore_interfaces: bool = False) -> Trace:
    """Return what one list does with the packet, its default included.

    A list that ends without an outcome gives a way with the condition "end of list" and no deciding step, UNDECIDED.
    `ignore_interfaces` leaves out conditions on interfaces, negated ones too.

    Raises:
        BadArguments: the device has no list of that name.
    """
    if list_name not in device.lists:
        raise BadArguments(
            f"list {list_name!r} is not in this export", f"ルールリスト {list_name!r} はこのエクスポートにありません"
        )
    reader = _reader(device, probe, ignore_interfaces=ignore_interfaces)
    flow = _arriving(probe).leaving_by(probe.egress)
    stage, side = _stage_of(device, list_name)
    ends = reader.consult(list_name, Frontier({flow: Node()}), stage, side, _Nothing())
    doubts = [t.diagnostic for t in device.taints if t.scope is Scope.DEVICE]
    if flow.family not in device.families and (flow.family is not None or device.families < {4, 6}):
        doubts.append(NO_EXPORT)
    outcomes = Outcomes()

    def record(verdict: Verdict, frontier: Frontier, reply: str = "", *conditions: str) -> None:
        for end, node in frontier.items():
            judged = Verdict.UNDECIDED if doubts else verdict
            outcomes.add(judged, end.choosing(frozenset()), node.given(*conditions, *doubts), reply=reply)

    record(Verdict.PERMIT, ends.permit)
    for via, frontier in ends.via.items():
        leaving = Frontier()
        for end, node in frontier.items():
            leaving.put(end.leaving_by(via.interface), node)
        record(Verdict.PERMIT, leaving)
    for kind, frontier in ends.deny.items():
        record(Verdict.DENY, frontier, kind)
    record(Verdict.UNDECIDED, ends.back, "", END_OF_LIST)
    record(Verdict.UNDECIDED, ends.undecided)
    return outcomes.trace()


#: What devices that were asked last make of addresses: (device, its addressing), the last one at the end.
_ASKED: list[tuple[DeviceConfig, Addressing]] = []
_MAX_ASKED = 64


def _addressing(device: DeviceConfig) -> Addressing:
    for known, addressing in _ASKED:
        if known is device:
            return addressing
    _ASKED.append((device, Addressing(device)))
    del _ASKED[:-_MAX_ASKED]
    return _ASKED[-1][1]


class _Nothing:
    """Nothing comes later."""

    def asks(self, key: str) -> bool:
        return False


def _reader(device: DeviceConfig, probe: Probe, *, ignore_interfaces: bool = False) -> ListReader:
    around = Surroundings(
        addressing=_addressing(device),
        schedules=device.schedules,
        minute=probe.minute,
        ignore_interfaces=ignore_interfaces,
    )
    tainted: dict[str, tuple[str, ...]] = {}
    for taint in device.taints:
        if taint.scope is Scope.LIST:
            tainted[taint.subject] = (*tainted.get(taint.subject, ()), taint.diagnostic)
    return ListReader(device.lists, around, tainted)


def _arriving(probe: Probe) -> Flow:
    """Return the packet as it arrives.

    A packet of which an L4 field is known is no fragment, unless the probe says so. One that belongs to no known
    connection is the first of its own: its marks are 0 and its first header is the one it has.
    """
    values = dict(probe.known)
    if "fragment" not in values and not L4.isdisjoint(values):
        values["fragment"] = 0
    values["state"] = int(probe.state)
    values.setdefault("mark", 0)
    family = addresses.family(values["src"]) if "src" in values else None
    flow = Flow(values=values, family=family, ingress=probe.ingress)
    if probe.state in (State.ESTABLISHED, State.RELATED):
        return flow
    first = {original: flow.header[name] for original, name in ORIGINAL.items() if name in flow.header}
    fresh = dict.fromkeys(_FRESH, 0)
    return flow.having({name: value for name, value in (fresh | first).items() if name not in values})


def _stage_of(device: DeviceConfig, list_name: str) -> tuple[str, str]:
    """Return the name of the first stage that consults the list, and the side that it may rewrite."""
    for stage in device.pipeline.stages():
        if any(binding.list == list_name for binding in stage.bindings):
            return stage.name, stage.side if stage.kind is StageKind.TRANSLATE else ""
    return "", ""
