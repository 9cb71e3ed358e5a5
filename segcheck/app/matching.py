"""Rows of packets to answers: sets decide, the one-packet interpreter explains and is compared with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from segcheck.analysis.compiling import SetAnswer, judge_device, judge_list
from segcheck.analysis.ordinary import completed, ordinary
from segcheck.analysis.tracing import trace, trace_list
from segcheck.errors import BadArguments
from segcheck.loaders.problems import did_you_mean
from segcheck.model.device import DeviceConfig
from segcheck.model.match import Interface, State, leaves
from segcheck.model.pipeline import StageKind
from segcheck.model.result import Answer, Matched, PacketRow, Way
from segcheck.model.rules import Action, Call, Deny, RuleList, Unsure
from segcheck.model.trace import Path, Probe, Step, Trace, Verdict
from segcheck.sets import addresses


def match(devices: Sequence[DeviceConfig], rows: Sequence[PacketRow], list_name: str | None = None) -> Matched:
    """Return the answer to every row.

    devices     of one export; a row is judged by the one that its list, else its ingress interface belongs to
    list_name   for rows that name no list; without any list the packet goes through the device, but where that is nothing
                but one list (a rule table: no interfaces, no routes), the list is asked

    Raises:
        BadArguments: an unknown list, an interface that the device does not have, or no telling which device is meant.
    """
    asked = [_question(devices, row, list_name) for row in rows]
    positions: dict[_Question, list[int]] = defaultdict(list)
    for position, question in enumerate(asked):
        positions[question].append(position)
    answers: dict[int, Answer] = {}
    for question, where in positions.items():
        found = _answers(devices[question.device], question, [rows[position] for position in where])
        answers.update(zip(where, found, strict=True))
    left_out = {q.list for q in positions if q.list and q.ignore and _asks_interfaces(devices[q.device], q.list)}
    return Matched(answers=tuple(answers[i] for i in range(len(rows))), left_out=tuple(sorted(left_out)))


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked of a row: the device by position, a list of it or "", and whether interfaces are left out."""

    device: int
    list: str
    ignore: bool


def _question(devices: Sequence[DeviceConfig], row: PacketRow, list_name: str | None) -> _Question:
    probe = row.probe
    name = row.list or list_name or ""
    family = _family(probe)
    if name:
        for index, device in enumerate(devices):
            found = find_list(device, name, family)
            if found is not None:
                _of_family(device, found, family, row.line)
                return _Question(index, found, probe.ingress is None and probe.egress is None)
        raise _unknown_list(devices, name)
    index = _device_of(devices, row)
    for interface in (probe.ingress, probe.egress):
        _known_interface(devices[index], interface, row.line)
    return _Question(index, _only_list(devices[index], family), False)


def _only_list(device: DeviceConfig, family: int) -> str:
    """Return the list of a device that is nothing else, "" for every other device."""
    if device.interfaces or device.routes or len(device.lists) != 1 or family not in (0, *device.families):
        return ""
    return next(iter(device.lists))


def _family(probe: Probe) -> int:
    """Return the IP version of a probe, 0 if no address says."""
    return next((addresses.family(probe.known[name]) for name in ("src", "dst") if name in probe.known), 0)


def find_list(device: DeviceConfig, name: str, family: int = 0) -> str | None:
    """Return the device's own name of the list that `name` means, or None.

    Exact, else with the mark of IPv6 left out for a packet of IPv6, else the only list that ends in "/" + name.
    """
    if family == 6 and f"ip6/{name}" in device.lists:
        return f"ip6/{name}"
    if name in device.lists:
        return name
    if family != 4 and f"ip6/{name}" in device.lists:
        return f"ip6/{name}"
    ending = [full for full in device.lists if full.endswith(f"/{name}")]
    if len(ending) > 1:
        versions = {full.startswith("ip6/") for full in ending}
        if len(versions) == 2:
            ending = [full for full in ending if full.startswith("ip6/") == (family == 6)]
    return ending[0] if len(ending) == 1 else None


def _of_family(device: DeviceConfig, name: str, family: int, line: int) -> None:
    """Refuse a packet of one IP version for a list that only packets of the other are shown to."""
    versions = {
        version
        for stage in device.pipeline.stages()
        if any(rules.name == name for binding in stage.bindings for rules in reached(device, binding.list))
        for version in stage.families
    }
    if family in device.families and versions and family not in versions:
        raise BadArguments(
            f"row at line {line}: list '{name}' sees no IPv{family} packets; nothing was judged. Name the list of IPv{family}",
            f"{line} 行目: リスト '{name}' に IPv{family} のパケットは届きません。判定は行っていません。"
            f"IPv{family} のリストを指定してください",
        )


def _unknown_list(devices: Sequence[DeviceConfig], name: str) -> BadArguments:
    known = sorted(full for device in devices for full in device.lists)
    hint_en, hint_ja = did_you_mean(name, known)
    shown = ", ".join(known[:60]) + (f" ... ({len(known)})" if len(known) > 60 else "")
    return BadArguments(
        f"list '{name}' is not in the export, or not unique; nothing was judged.\n  = {hint_en}\n  Lists: {shown}",
        f"リスト '{name}' はエクスポートにないか、1 つに定まりません。判定は行っていません。\n  = {hint_ja}\n  リスト: {shown}",
    )


def _device_of(devices: Sequence[DeviceConfig], row: PacketRow) -> int:
    if len(devices) == 1:
        return 0
    having = [i for i, device in enumerate(devices) if row.probe.ingress and device.interface(row.probe.ingress)]
    if len(having) == 1:
        return having[0]
    names = ", ".join(device.context for device in devices)
    raise BadArguments(
        f"row at line {row.line}: the export holds several contexts ({names}); nothing was judged. "
        "Say which with --context, or give the row an `in` interface",
        f"{row.line} 行目: エクスポートに複数のコンテキスト ({names}) があります。判定は行っていません。"
        "--context で指定するか、行に in 列のインターフェースを書いてください",
    )


def _known_interface(device: DeviceConfig, name: str | None, line: int) -> None:
    """Refuse an interface that a device whose addressing is known does not have: its answers would be about nothing."""
    if name is None or not device.addressing_known or device.interface(name) is not None:
        return
    known = [interface.name for interface in device.interfaces]
    hint_en, hint_ja = did_you_mean(name, known)
    raise BadArguments(
        f"row at line {line}: the device has no interface '{name}'; nothing was judged.\n  = {hint_en}",
        f"{line} 行目: 機器にインターフェース '{name}' はありません。判定は行っていません。\n  = {hint_ja}",
    )


def _asks_interfaces(device: DeviceConfig, name: str) -> bool:
    return any(
        isinstance(leaf, Interface)
        for rules in reached(device, name)
        for rule in rules.rules
        for leaf in leaves(rule.match)
    )


def _answers(device: DeviceConfig, question: _Question, rows: Sequence[PacketRow]) -> list[Answer]:
    usual = ordinary(device)
    probes = [completed(row.probe, usual) for row in rows]
    decided: Sequence[SetAnswer]
    if question.list:
        # no tracking stage runs before a list that is asked alone: a packet of no connection is NEW there
        probes = [replace(p, state=State.NEW) if p.state is State.NONE else p for p in probes]
        decided = judge_list(device, question.list, probes, ignore_interfaces=question.ignore)
        explained = [trace_list(device, question.list, p, ignore_interfaces=question.ignore) for p in probes]
    else:
        decided = judge_device(device, probes, reply=True)
        explained = [trace(device, p, reply=True) for p in probes]
    teller = _Teller(device)
    return [teller.answer(*triple) for triple in zip(rows, decided, explained, strict=True)]


class _Teller:
    """Joins what both engines say of a packet, for one device."""

    def __init__(self, device: DeviceConfig) -> None:
        self.device = device
        self.refusing = _refusing(device)

    def answer(self, row: PacketRow, decided: SetAnswer, explained: Trace) -> Answer:
        """Return the answer of one row."""
        disagree = {decided.verdict, explained.verdict} == {Verdict.PERMIT, Verdict.DENY}
        verdict = Verdict.UNDECIDED if disagree else decided.verdict
        ways = tuple(dict.fromkeys(self._way(row.probe, path) for path in explained.paths))
        # a way that the sets rule out cannot have decided
        told = [way for way in ways if verdict is Verdict.UNDECIDED or way.verdict is verdict] or list(ways)
        # a missing route or what is built in (a spent hop limit) may stop it too; people look for the line that does
        written = [way for way in told if way.list in self.device.lists and not way.builtin]
        told = written or [way for way in told if way.list in self.device.lists] or told
        spans = {way.span for way in told}
        passing = [way for way in told if way.verdict is not Verdict.DENY]
        reply, replies_disagree = _reply(verdict, decided, explained)
        return Answer(
            row=row,
            verdict=verdict,
            list=_alternatives(way.list for way in told),
            rule=_alternatives(way.rule for way in told),
            span=spans.pop() if len(spans) == 1 else None,
            builtin=bool(told) and all(way.builtin for way in told),
            translated=_alternatives((way.translated for way in passing), empty="="),
            reply=reply,
            egress=_alternatives(way.egress for way in passing),
            ways=ways,
            interpreted=explained.verdict,
            interpreted_reply=explained.reply.verdict if explained.reply is not None else None,
            engines_disagree=disagree or replies_disagree,
        )

    def _way(self, probe: Probe, path: Path) -> Way:
        step = self._deciding(path)
        rules = self.device.lists.get(step.list) if step is not None else None
        return Way(
            verdict=path.verdict,
            list=step.list if step else "",
            rule=step.rule if step else "",
            span=step.span if step else None,
            builtin=rules is not None and rules.builtin,
            egress=path.egress,
            translated=translated(probe.known, path.header) if path.verdict is not Verdict.DENY else "",
            conditions=path.conditions,
        )

    def _deciding(self, path: Path) -> Step | None:
        """Return what let the packet pass or stopped it.

        A packet that passes is permitted by every list on its way, mostly by the default of one that refuses nothing. What
        people look for is the last permit of a list that could have refused it, one of the file before one that is built
        in, else the last rule that is written down.
        """
        permits = [step for step in path.steps if step.action == "permit"]
        if path.verdict is Verdict.DENY or not permits:
            return path.deciding
        last_first = permits[::-1]
        refusing = [step for step in last_first if step.stage in self.refusing]
        return next(
            (step for step in refusing if step.list in self.device.lists and not self.device.lists[step.list].builtin),
            next(iter(refusing), next((step for step in last_first if step.span is not None), last_first[0])),
        )


def _refusing(device: DeviceConfig) -> frozenset[str]:
    """Return the names of the stages some list of which can end in a denial."""
    return frozenset(
        stage.name
        for stage in device.pipeline.stages()
        if stage.kind in (StageKind.FILTER, StageKind.TRANSLATE)
        and any(_can_refuse(rules) for binding in stage.bindings for rules in reached(device, binding.list))
    )


def _can_refuse(rules: RuleList) -> bool:
    outcomes = [rules.default, *(rule.action for rule in rules.rules if rule.enabled)]
    return any(isinstance(action, Deny) for outcome in outcomes for action in _each(outcome))


def _each(action: Action) -> tuple[Action, ...]:
    return action.actions if isinstance(action, Unsure) else (action,)


def reached(device: DeviceConfig, name: str) -> Iterator[RuleList]:
    """Yield the named list and every list that it calls, directly or not, each once."""
    seen, waiting = {name}, [name]
    while waiting:
        rules = device.lists.get(waiting.pop())
        if rules is None:
            continue
        yield rules
        for rule in rules.rules:
            called = {action.list for action in _each(rule.action) if isinstance(action, Call)} - seen
            seen |= called
            waiting.extend(sorted(called))


def _reply(verdict: Verdict, decided: SetAnswer, explained: Trace) -> tuple[Verdict | None, bool]:
    if verdict is not Verdict.PERMIT:
        return None, False
    other = explained.reply.verdict if explained.reply is not None else None
    if {decided.reply, other} == {Verdict.PERMIT, Verdict.DENY}:
        return Verdict.UNDECIDED, True
    return decided.reply, False


#: More alternatives than this are not told one by one.
ALTERNATIVES = 8


def _alternatives(values: Iterable[str], empty: str = "") -> str:
    """Return the distinct values joined by "|"; `empty` stands for "" where there are others beside it."""
    found = list(dict.fromkeys(values))
    if len(found) <= 1:
        return found[0] if found else ""
    shown = "|".join(value or empty for value in found[:ALTERNATIVES] if value or empty)
    return shown + ("|..." if len(found) > ALTERNATIVES else "")


_REWRITTEN = ("src", "sport", "dst", "dport")


def translated(came: Mapping[str, int], leaves_as: Mapping[str, int]) -> str:
    """Return "src:sport>dst:dport" of the packet as it leaves, or "" where that is as it came; "*" is not known."""
    if not leaves_as or all(came.get(name) == leaves_as.get(name) for name in _REWRITTEN):
        return ""
    ports = any(name in header for name in ("sport", "dport") for header in (came, leaves_as))
    return f"{_end(leaves_as, 'src', 'sport', ports)}>{_end(leaves_as, 'dst', 'dport', ports)}"


def _end(header: Mapping[str, int], address: str, port: str, ports: bool) -> str:
    shown = addresses.text(header[address]) if address in header else "*"
    if not ports:
        return shown
    number = str(header[port]) if port in header else "*"
    return f"[{shown}]:{number}" if ":" in shown else f"{shown}:{number}"
