"""Answers about single packets, by membership in sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from segcheck.analysis.compiling.devices import Compiled
from segcheck.analysis.compiling.lists import Lists
from segcheck.analysis.compiling.needs import BITWISE, HEADER
from segcheck.analysis.compiling.parts import PLAIN, Session
from segcheck.analysis.compiling.space import Space
from segcheck.model.device import DeviceConfig, Scope
from segcheck.model.match import State
from segcheck.model.rules import Deny, Permit
from segcheck.model.trace import Probe, Verdict
from segcheck.sets.packets import CapacityExceeded, PacketSet, growing

#: Nodes of the store to begin with, and the most that is tried before the answer is "undecided".
FIRST_CAPACITY, LAST_CAPACITY = 1 << 18, 1 << 25
ICMP, ICMPV6, TCP = 1, 58, 6
#: ICMP requests and what answers them (RFC 792, RFC 950, RFC 4443, RFC 4620).
ICMP_REPLIES = {(ICMP, 8): 0, (ICMP, 13): 14, (ICMP, 15): 16, (ICMP, 17): 18, (ICMPV6, 128): 129, (ICMPV6, 139): 140}
SYN, ACK = 0x02, 0x10


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAnswer:
    """What sets say of a probe.

    egress    the interface it leaves by; "" when it does not leave, or by which is not certain
    local     it is taken in by the device
    header    as it leaves, field by field; what is not certain is absent
    connection  what the device remembers of its connection: state, connmark, translations; likewise
    reply     what becomes of the answer, None when it was not asked for or there is none to judge
    exhausted   the store was too small at its largest; the verdict is then UNDECIDED
    """

    verdict: Verdict
    egress: str = ""
    local: bool = False
    header: Mapping[str, int] = field(default_factory=dict)
    connection: Mapping[str, int] = field(default_factory=dict)
    reply: Verdict | None = None
    exhausted: bool = False


def judge_device(device: DeviceConfig, probes: Sequence[Probe], *, reply: bool = False) -> tuple[SetAnswer, ...]:
    """Return what becomes of each probe on its way through the device.

    The verdict is definite only if it holds for everything that a probe leaves open. Cost: one compilation of the
    device, then set operations per probe.
    """
    return _growing(lambda capacity: _judge_device(device, probes, reply=reply, capacity=capacity), len(probes))


def judge_list(
    device: DeviceConfig, name: str, probes: Sequence[Probe], *, ignore_interfaces: bool = False
) -> tuple[SetAnswer, ...]:
    """Return what the named list makes of each probe by itself.

    ignore_interfaces   conditions on interfaces are left out, whichever way they stand
    """

    def judge(capacity: int) -> tuple[SetAnswer, ...]:
        return _judge_list(device, name, probes, ignore_interfaces=ignore_interfaces, capacity=capacity)

    return _growing(judge, len(probes))


def _growing(judge: Callable[[int], tuple[SetAnswer, ...]], count: int) -> tuple[SetAnswer, ...]:
    try:
        return growing(judge, FIRST_CAPACITY, LAST_CAPACITY)
    except CapacityExceeded:
        return (SetAnswer(verdict=Verdict.UNDECIDED, exhausted=True),) * count


def _judge_list(
    device: DeviceConfig, name: str, probes: Sequence[Probe], *, ignore_interfaces: bool, capacity: int
) -> tuple[SetAnswer, ...]:
    space = Space(device, probes, capacity=capacity)
    lists = Lists(space, ignore_interfaces=ignore_interfaces)
    permitted = lists.before(name, {Permit: space.everything}, every=True, translate=lambda _: space.everything)
    denied = lists.before(name, {Deny: space.everything}, every=True, translate=lambda _: space.nothing)
    doubtful = space.everything if any(t.scope is Scope.DEVICE for t in device.taints) else space.nothing
    doubtful = doubtful | space.family({4, 6} - device.families)
    answers = []
    for probe in probes:
        region = space.region(probe, alone=True)
        answers.append(SetAnswer(verdict=_verdict(region, permitted - doubtful, doubtful | ~denied)))
    return tuple(answers)


def _judge_device(
    device: DeviceConfig, probes: Sequence[Probe], *, reply: bool, capacity: int
) -> tuple[SetAnswer, ...]:
    compiled = Compiled(device, (*probes, *(_mirrored(p) for p in probes)), capacity=capacity)
    sure: dict[tuple[str | None, Session], PacketSet] = {}
    possible: dict[tuple[str | None, Session], PacketSet] = {}

    def verdict(region: PacketSet, egress: str | None, session: Session = PLAIN) -> Verdict:
        key = (egress, session)
        if key not in sure:
            sure[key] = compiled.passing(every=True, egress=egress, session=session)
            possible[key] = compiled.passing(every=False, egress=egress, session=session)
        return _verdict(region, sure[key], possible[key])

    answers = []
    for probe in probes:
        region = compiled.space.region(probe)
        answer = SetAnswer(verdict=verdict(region, probe.egress))
        if answer.verdict is Verdict.PERMIT:
            answer = _placed(compiled, probe, region)
            if reply and answer.egress:
                back = _reply(probe, answer)
                if back is not None:
                    returning, session = back
                    outcome = verdict(compiled.space.region(returning), None, session)
                    answer = replace(answer, reply=outcome)
        answers.append(answer)
    return tuple(answers)


def _verdict(region: PacketSet, sure: PacketSet, possible: PacketSet) -> Verdict:
    if region and region <= sure:
        return Verdict.PERMIT
    if not region & possible:
        return Verdict.DENY
    return Verdict.UNDECIDED


def _placed(compiled: Compiled, probe: Probe, region: PacketSet) -> SetAnswer:
    walk = compiled.walk(region, egress=probe.egress)
    local = bool(walk.local)
    if len(walk.leaving) + local != 1:
        return SetAnswer(verdict=Verdict.PERMIT)
    egress, image = next(iter(walk.leaving.items())) if walk.leaving else ("", walk.local)
    return SetAnswer(
        verdict=Verdict.PERMIT,
        egress=egress,
        local=local,
        header=_header(compiled.space, probe, image),
        connection={n: v for n in _REMEMBERED if (v := _remembered(compiled.space, n, image)) is not None},
    )


def _remembered(space: Space, name: str, image: PacketSet) -> int | None:
    """Return the value of an extra that every packet of the image has, or None."""
    if name in BITWISE:
        value = 0
        for bit in space.bits.get(name, ()):
            one = image & space.masked(name, 1 << bit, 1 << bit)
            if one and one != image:
                return None
            value |= bool(one) << bit
        return value
    if name not in space.universe.dimensions:
        return None
    value = image.witness().extra[name]
    certain = space.universe.sets_apart(name, value) and image <= space.universe.packet(**{name: value})
    return value if certain else None


def _header(space: Space, probe: Probe, image: PacketSet) -> dict[str, int]:
    """Return the header fields that every packet of the image has alike."""
    example = image.witness()
    header = {}
    for name in HEADER:
        value = example.get(name)
        if value is None:
            continue
        certain = probe.known.get(name) == value or space.universe.sets_apart(name, value)
        if certain and image <= space.universe.packet(**{name: value}):
            header[name] = value
    return header


def _reply(probe: Probe, answer: SetAnswer) -> tuple[Probe, Session] | None:
    """Return the answer to a packet that left, as it comes back, and how the device rewrites it; None if none is known."""
    sent, left = probe.known, answer.header
    if not all(name in left for name in ("src", "dst", "proto")):
        return None
    # What the device did not track has left no connection behind: its answer is a packet like any other.
    tracked = answer.connection.get("state") not in (State.INVALID, State.UNTRACKED)
    back = {"src": left["dst"], "dst": left["src"], "proto": left["proto"], "fragment": 0}
    back |= {"reply": int(tracked), "opening": 0}
    if tracked:
        back |= {name: value for name, value in answer.connection.items() if name != "state"}
        back |= {f"orig_{name}": value for name, value in sent.items() if f"orig_{name}" in _ORIGINS}
    to_client = {"dst": sent["src"]} if left["src"] != sent.get("src") else {}
    from_server = {"src": sent["dst"]} if left["dst"] != sent.get("dst") else {}
    if "sport" in left and "dport" in left:
        back |= {"sport": left["dport"], "dport": left["sport"]}
        if left["sport"] != sent.get("sport"):
            to_client["dport"] = sent["sport"]
        if left["dport"] != sent.get("dport"):
            from_server["sport"] = sent["dport"]
    if left["proto"] in (ICMP, ICMPV6):
        answered = ICMP_REPLIES.get((left["proto"], left.get("icmp_type", -1)))
        if answered is None:
            return None
        back |= {"icmp_type": answered, "icmp_code": 0}
    if left["proto"] == TCP:
        back["tcp_flags"] = SYN | ACK if left.get("tcp_flags", SYN) & (SYN | ACK) == SYN else ACK
    state = State.ESTABLISHED if tracked else State.NONE
    returning = Probe(known=back, ingress=answer.egress, minute=probe.minute, state=state)
    return returning, Session(dst=tuple(to_client.items()), src=tuple(from_server.items()))


#: What a device remembers of a connection beside its addresses.
_REMEMBERED = ("state", "connmark", "dnat", "snat")
_ORIGINS = ("orig_src", "orig_dst", "orig_sport", "orig_dport")


def _mirrored(probe: Probe) -> Probe:
    """Return the probe's answer as far as its values are known beforehand, so that they become distinguishable."""
    swap = {"src": "dst", "dst": "src", "sport": "dport", "dport": "sport"}
    known = {swap.get(name, name): value for name, value in probe.known.items()}
    kind = ICMP_REPLIES.get((known.get("proto", -1), known.get("icmp_type", -1)))
    if kind is not None:
        known["icmp_type"] = kind
    return replace(probe, known=known)
