"""Tracing against possible worlds on random small lists and devices: never wrong, and exact where nothing is correlated."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from segcheck.analysis.tracing import MAX_PATHS, trace, trace_list
from segcheck.model.device import DeviceConfig
from segcheck.model.match import State
from segcheck.model.trace import Probe, Trace, Verdict
from tests.oracle import HEADER_FIELDS, L4_FIELDS, Outcome, TooManyWorlds, Worlds, completions, worlds
from tests.strategies import NAMES, UNIVERSE, small_devices, small_lists, small_packets

_VERDICT = {"permit": Verdict.PERMIT, "deny": Verdict.DENY, "end": Verdict.UNDECIDED}


def _probe(packet: Mapping[str, int], ingress: str, egress: str = "", minute: int | None = None) -> Probe:
    known = {name: value for name, value in packet.items() if name != "state"}
    state = State(packet["state"])
    return Probe(known=known, ingress=ingress, egress=egress or None, minute=minute, state=state)


def _judged(device: DeviceConfig, packet: Mapping[str, int], list_name: str, **how: object) -> Worlds:
    try:
        return worlds(device, packet, list_name, anything=UNIVERSE, limit=1500, **how)  # type: ignore[arg-type]
    except TooManyWorlds:
        assume(False)
        raise


def _expected(verdicts: frozenset[str]) -> Verdict:
    return _VERDICT[next(iter(verdicts))] if len(verdicts) == 1 else Verdict.UNDECIDED


def _outcomes(found: Trace) -> set[Outcome]:
    words = {verdict: word for word, verdict in _VERDICT.items()}
    return {
        Outcome(words[path.verdict], path.egress, path.local, frozenset(path.header.items())) for path in found.paths
    }


_EXAMPLES = settings.default.max_examples  # of the profile, so that long runs scale it
_STATES = (State.NONE, State.NEW, State.ESTABLISHED, State.RELATED)
_MINUTES = st.sampled_from((None, 0, 5000))


@settings(max_examples=4 * _EXAMPLES)
@given(small_lists(), small_packets(_STATES), st.sampled_from(NAMES), st.sampled_from(NAMES), _MINUTES)
def test_a_list_of_a_known_packet_has_exactly_the_outcomes_of_all_worlds(
    device: DeviceConfig, packet: dict[str, int], ingress: str, egress: str, minute: int | None
) -> None:
    judged = _judged(device, packet, "L0", ingress=ingress, egress=egress, minute=minute)
    found = trace_list(device, "L0", _probe(packet, ingress, egress, minute))

    assert found.verdict is _expected(judged.verdicts)


@settings(max_examples=2 * _EXAMPLES)
@given(small_devices(), small_packets(), st.sampled_from(NAMES), _MINUTES, st.sampled_from(("", "", *NAMES)))
def test_a_device_never_contradicts_a_world_and_agrees_exactly_when_choices_are_independent(
    device: DeviceConfig, packet: dict[str, int], ingress: str, minute: int | None, egress: str
) -> None:
    judged = _judged(device, packet, "", ingress=ingress, egress=egress, minute=minute)
    found = trace(device, _probe(packet, ingress, egress, minute))

    assert found.verdict in (Verdict.UNDECIDED, _expected(judged.verdicts))
    if judged.independent:
        assert found.verdict is _expected(judged.verdicts)
        denied = {o for o in judged.outcomes if o.verdict == "deny"}
        passed = judged.outcomes - denied
        if len(found.paths) < MAX_PATHS:
            assert {o for o in _outcomes(found) if o.verdict == "permit"} == passed


@given(small_devices(unknowns=False, pools=False, routing=False), small_packets(), st.sampled_from(NAMES))
def test_a_sure_device_and_a_known_packet_leave_nothing_undecided(
    device: DeviceConfig, packet: dict[str, int], ingress: str
) -> None:
    ecmp = worlds(device, packet, ingress=ingress, anything=UNIVERSE)
    assume(len(ecmp.outcomes) == 1)

    found = trace(device, _probe(packet, ingress))

    assert found.verdict is _expected(ecmp.verdicts)


@given(small_devices(), small_packets(), st.sampled_from(NAMES), st.data())
def test_a_verdict_on_part_of_a_header_holds_for_every_packet_that_completes_it(
    device: DeviceConfig, packet: dict[str, int], ingress: str, data: st.DataObject
) -> None:
    dropped = data.draw(st.sets(st.sampled_from([n for n in HEADER_FIELDS if n in packet]), min_size=1, max_size=3))
    known = {name: value for name, value in packet.items() if name not in dropped}
    if "fragment" in dropped and any(name in known for name in L4_FIELDS):
        known["fragment"] = 0
    found = trace(device, _probe({k: v for k, v in known.items() if k not in dropped}, ingress))
    assume(found.verdict is not Verdict.UNDECIDED)
    for whole in completions(known, UNIVERSE):
        judged = _judged(device, whole, "", ingress=ingress)

        assert judged.verdicts == {found.verdict.value}


@given(small_lists(), small_packets(_STATES))
def test_interfaces_that_are_not_known_only_widen_the_answer(device: DeviceConfig, packet: dict[str, int]) -> None:
    known = {name: value for name, value in packet.items() if name != "state"}
    found = trace_list(device, "L0", Probe(known=known, state=State(packet["state"])))
    assume(found.verdict is not Verdict.UNDECIDED)
    for ingress in NAMES:
        for egress in ("", *NAMES):
            judged = _judged(device, packet, "L0", ingress=ingress, egress=egress)

            assert judged.verdicts == {found.verdict.value}
