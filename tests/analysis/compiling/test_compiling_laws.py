"""Sets against possible worlds and against the one-packet interpreter, on random small lists and devices."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import assume, given
from hypothesis import strategies as st

from segcheck.analysis.compiling import Lists, Space, judge_device, judge_list
from segcheck.analysis.tracing import trace, trace_list
from segcheck.model.device import DeviceConfig
from segcheck.model.match import State
from segcheck.model.trace import Probe, Verdict
from tests.oracle import TooManyWorlds, Worlds, worlds
from tests.strategies import NAMES, UNIVERSE, small_devices, small_lists, small_packets

_VERDICT = {"permit": Verdict.PERMIT, "deny": Verdict.DENY, "end": Verdict.UNDECIDED}
_STATES = (State.NONE, State.NEW, State.ESTABLISHED, State.RELATED)
_MINUTES = st.sampled_from((None, 0, 5000))


def _probe(packet: Mapping[str, int], ingress: str, egress: str = "", minute: int | None = None) -> Probe:
    known = {name: value for name, value in packet.items() if name != "state"}
    return Probe(known=known, ingress=ingress, egress=egress or None, minute=minute, state=State(packet["state"]))


def _judged(device: DeviceConfig, packet: Mapping[str, int], list_name: str = "", **how: object) -> Worlds:
    try:
        return worlds(device, packet, list_name, anything=UNIVERSE, limit=1500, **how)  # type: ignore[arg-type]
    except TooManyWorlds:
        assume(False)
        raise


def _expected(judged: Worlds) -> Verdict:
    return _VERDICT[next(iter(judged.verdicts))] if len(judged.verdicts) == 1 else Verdict.UNDECIDED


@given(
    small_lists(),
    small_packets((State.NEW, State.ESTABLISHED)),
    st.sampled_from(NAMES),
    st.sampled_from(NAMES),
    _MINUTES,
)
def test_a_list_is_never_wrong(
    device: DeviceConfig, packet: dict[str, int], ingress: str, egress: str, minute: int | None
) -> None:
    expected = _expected(_judged(device, packet, "L0", ingress=ingress, egress=egress, minute=minute))

    (answer,) = judge_list(device, "L0", [_probe(packet, ingress, egress, minute)])
    assert answer.verdict in (Verdict.UNDECIDED, expected)


@given(
    small_lists(unknowns=False),
    small_packets((State.NEW, State.ESTABLISHED)),
    st.sampled_from(NAMES),
    st.sampled_from(NAMES),
)
def test_a_sure_list_is_decided_exactly(
    device: DeviceConfig, packet: dict[str, int], ingress: str, egress: str
) -> None:
    expected = _expected(_judged(device, packet, "L0", ingress=ingress, egress=egress))

    (answer,) = judge_list(device, "L0", [_probe(packet, ingress, egress)])
    assert answer.verdict is expected
    assert trace_list(device, "L0", _probe(packet, ingress, egress)).verdict is expected


@given(small_devices(), small_packets(_STATES[:1]), st.sampled_from(NAMES), _MINUTES, st.sampled_from(("", "", *NAMES)))
def test_a_device_is_never_wrong(
    device: DeviceConfig, packet: dict[str, int], ingress: str, minute: int | None, egress: str
) -> None:
    judged = _judged(device, packet, ingress=ingress, egress=egress, minute=minute)

    (answer,) = judge_device(device, [_probe(packet, ingress, egress, minute)])
    assert answer.verdict in (Verdict.UNDECIDED, _expected(judged))


@given(small_devices(unknowns=False, pools=False, routing=False), small_packets(), st.sampled_from(NAMES))
def test_a_sure_device_is_decided_exactly_and_both_engines_place_the_packet_alike(
    device: DeviceConfig, packet: dict[str, int], ingress: str
) -> None:
    judged = _judged(device, packet, ingress=ingress)
    assume(len(judged.outcomes) == 1)
    (outcome,) = judged.outcomes
    probe = _probe(packet, ingress)

    (answer,) = judge_device(device, [probe], reply=True)
    traced = trace(device, probe, reply=True)
    assert answer.verdict is traced.verdict is _expected(judged)
    if answer.verdict is Verdict.PERMIT:
        assert (answer.egress, answer.local) == (outcome.egress, outcome.local)
        assert dict(outcome.header) == dict(answer.header) == dict(traced.paths[0].header)
        if not answer.local and answer.reply is not None and traced.reply is not None:
            assert Verdict.UNDECIDED in (answer.reply, traced.reply.verdict) or answer.reply is traced.reply.verdict


@given(small_devices(), small_packets(), st.sampled_from(NAMES), st.data())
def test_what_is_said_of_part_of_a_header_holds_for_every_completion(
    device: DeviceConfig, packet: dict[str, int], ingress: str, data: st.DataObject
) -> None:
    names = [n for n in ("src", "dst", "sport", "dport", "tcp_flags") if n in packet]
    dropped = data.draw(st.sets(st.sampled_from(names), min_size=1, max_size=3))
    known = {name: value for name, value in packet.items() if name not in dropped}

    (partial,) = judge_device(device, [_probe(known, ingress)])
    (whole,) = judge_device(device, [_probe(packet, ingress)])
    assert partial.verdict in (Verdict.UNDECIDED, whole.verdict)


@given(small_lists())
def test_what_surely_happens_possibly_happens(device: DeviceConfig) -> None:
    lists = Lists(Space(device))

    for name in device.lists:
        if not lists.writes(name):
            for bounds in lists.outcome(name).values():
                assert bounds.must <= bounds.may
        surely = lists.before(name, {}, every=True, translate=lambda _: lists.space.nothing)
        assert not surely  # nothing reaches a goal that is not there


@given(small_lists())
def test_every_packet_ends_somehow(device: DeviceConfig) -> None:
    space = Space(device)
    lists = Lists(space)

    for name in device.lists:
        ends = lists.after(name, space.everything)
        before = space.nothing
        for part in ends.values():
            before = before | part
        assert bool(before)
        if not lists.writes(name):
            assert before == space.everything
