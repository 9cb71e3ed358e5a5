"""What is declared of hosts, lines and zones, held against conversations host by host."""

from dataclasses import replace

import pytest

from segcheck.model.crossing import Standing
from segcheck.model.finding import AttributeEvidence, Basis, FramesEvidence, Weight
from segcheck.model.requirement import Outcome
from tests.checks.declaring import attributes, one_line
from tests.checks.sites import SEGMENTS, Firewall, Town
from tests.replays import FAR, PC, Shown, flow, named, only, params, seen, town

CHECK = "declaration-contradicted"
#: Two relays, a clock and a collector in the LGWAN segment, beside the usual hosts.
RELAY, SECOND, CLOCK, LOGS = "10.1.0.31", "10.1.0.32", "10.1.0.33", "10.1.0.34"
HOSTS = {
    "relay": ("lg-lan", RELAY),
    "second": ("lg-lan", SECOND),
    "clock": ("lg-lan", CLOCK),
    "logs": ("lg-lan", LOGS),
}
ROLES = {"relay": "update_relay", "second": "update_relay", "clock": "time_server", "logs": "log_server"}
DECLARED = {"patch_source": ["relay"], "av_source": ["relay"], "time_source": ["clock"], "log_targets": ["logs"]}


def with_hosts(values=DECLARED, **more):
    return town(hosts=HOSTS, roles=ROLES, keys={"lg-pc": attributes(values), **more})


def syslog(to, **more):
    return flow(PC, to, 514, proto=17, answered=False, heard=False, **more)


AS_DECLARED = [
    flow(PC, RELAY, 8530),
    flow(PC, CLOCK, 123, proto=17),
    syslog(LOGS),
]
FIRES = Shown(town=with_hosts(), taps={"tl": [flow(PC, SECOND, 8530), *AS_DECLARED]})
SOUND = Shown(town=with_hosts(), taps={"tl": AS_DECLARED})


def test_another_relay_than_declared_with_its_frames_and_the_declaration(tmp_path):
    found = only(FIRES.judged(tmp_path), CHECK)

    assert (found.subject, found.weight, found.standing) == ("lg-pc", Weight.HIGH, Standing.VIOLATED)
    assert found.requirements == ("LG-09",)
    assert found.basis == (Basis.CAPTURES, Basis.ATTRIBUTES)
    told = params(found)
    assert (told["attribute"], told["value"], told["against"], told["kept"]) == ("patch_source", "relay", "1", "1")
    frames = next(one for one in found.evidence if isinstance(one, FramesEvidence))
    assert f"[{SECOND}]" in frames.text or f"{SECOND}:8530" in frames.text
    assert any(isinstance(one, AttributeEvidence) and one.id == "lg-pc.patch_source" for one in found.evidence)


@pytest.mark.parametrize(
    ("seen_too", "attribute", "named_too"),
    [
        (flow(PC, "10.1.0.25", 123, proto=17), "time_source", ("X-13",)),
        (syslog("10.1.0.25"), "log_targets", ("IN-06",)),
    ],
)
def test_another_clock_and_another_collector(seen_too, attribute, named_too, tmp_path):
    found = only(Shown(town=with_hosts(), taps={"tl": [*AS_DECLARED, seen_too]}).judged(tmp_path), CHECK)

    assert (params(found)["attribute"], found.requirements) == (attribute, named_too)


@pytest.mark.parametrize(
    ("made", "flows"),
    [
        (with_hosts(), [flow(PC, SECOND, 8530, answered=False, said=False, heard=False)]),  # nobody answered
        (with_hosts(), [flow(PC, CLOCK, 123, proto=17, answered=False, heard=False), flow("10.1.0.60", SECOND, 8530)]),
        (with_hosts({"patch_source": ["relay"]}), [flow(PC, SECOND, 8530)]),  # patterns may come from there
        (with_hosts({"mfa_server": ["logs"]}), [flow(PC, CLOCK, 389)]),  # another directory is no contradiction
        (with_hosts({}), [flow(PC, SECOND, 8530)]),
        (with_hosts(), [flow(SECOND, PC, 8530)]),  # opened by the other end
    ],
)
def test_what_contradicts_nothing(made, flows, tmp_path):
    assert CHECK not in named(Shown(town=made, taps={"tl": flows}).judged(tmp_path))


def outcome(found, name):
    (one,) = [met for met in found.assessment.requirements if met.requirement.id == name]
    return one.outcome, one.sources, " ".join(english for _, english in one.because)


def test_what_was_seen_as_declared_counts_as_shown_by_captures(tmp_path):
    folder = with_hosts().written(tmp_path)
    shown = seen(folder, {"tl": AS_DECLARED})

    assert Basis.CAPTURES in outcome(shown, "X-13")[1]
    assert Basis.CAPTURES in outcome(shown, "LG-09")[1]
    unseen = outcome(seen(folder, {"tl": [flow(PC, RELAY, 8530)]}), "X-13")
    assert unseen[0] is Outcome.INSUFFICIENT
    assert unseen[1] == ()
    contradicted = outcome(seen(folder, {"tl": [flow(PC, "10.1.0.25", 123, proto=17)]}), "X-13")
    assert contradicted[0] is Outcome.FAIL


def test_without_a_declaration_captures_show_nothing_of_it(tmp_path):
    found = outcome(seen(with_hosts({}).written(tmp_path), {"tl": AS_DECLARED}), "X-13")

    assert found[:2] == (Outcome.INSUFFICIENT, ())


#: A My Number segment with a terminal, and a line for maintenance.
MN = {
    "mn-lan": SEGMENTS["mn-lan"],
    "lg-lan": SEGMENTS["lg-lan"],
    "mnt-net": ("mnt", "192.0.2.0/24", ", kind: external"),
}
MN_PORTS = {"mn": ("mn-lan", "10.0.0.1/24"), "lg": ("lg-lan", "10.1.0.1/24"), "wan": ("mnt-net", "192.0.2.1/24")}
TAPS = "taps:\n  - {id: tm, device: fw, interface: mn}\n  - {id: tw, device: fw, interface: wan}\n"
ENDS = 'id: up, ends: ["fw:wan", "segment:mnt-net"], kind: maintenance'
LINE = f"links:\n  - {{{ENDS}, attributes: {one_line({'target_hosts': ['mn-srv']})}}}\n"
INNER = Town(
    firewalls={"fw": Firewall(ports=MN_PORTS)},
    segments=MN,
    hosts={"ap": ("mn-lan", "10.0.0.40"), "logon": ("mn-lan", "10.0.0.41")},
    keys={"mn": attributes({"wireless_use": "none"}), "mn-srv": attributes({"mfa_server": ["logon"]})},
    topology=TAPS + LINE,
)


def test_wireless_after_all_is_undecided_for_a_port_alone_says_so(tmp_path):
    found = only(
        Shown(town=INNER, taps={"tm": [flow("10.0.0.40", "10.0.0.41", 5246, proto=17)]}).judged(tmp_path), CHECK
    )

    assert (found.subject, found.standing, found.requirements) == ("mn", Standing.UNDECIDED, ("MN-08",))
    assert params(found)["value"] == "none"


def test_maintenance_beyond_its_targets(tmp_path):
    folder = INNER.written(tmp_path)
    beyond = flow("192.0.2.9", "10.0.0.40", 22)

    found = [one for one in seen(folder, {"tw": [beyond]}).assessment.findings if one.check == CHECK]
    assert [(one.subject, one.requirements) for one in found] == [("up", ("X-03",))]
    assert CHECK not in named(seen(folder, {"tw": [flow("192.0.2.9", "10.0.0.10", 22)]}))


def test_maintenance_outside_its_window(tmp_path):
    values = {"enabled_window": "火曜 22:00-23:00"}
    line = f"links:\n  - {{{ENDS}, attributes: {one_line(values)}}}\n"
    folder = replace(INNER, topology=TAPS + line).written(tmp_path)
    inside, outside = (flow("192.0.2.9", "10.0.0.10", 22, at=f"2026-11-24 {time}") for time in ("22:30", "21:59"))

    assert CHECK not in named(seen(folder, {"tw": [inside]}))  # a Tuesday
    found = only(seen(folder, {"tw": [inside, outside]}), CHECK)
    assert (found.subject, found.requirements) == ("up", ("X-03",))
    assert (params(found)["attribute"], params(found)["against"], params(found)["kept"]) == ("enabled_window", "1", "1")


def test_telemetry_to_the_declared_console_corroborates_that_there_is_endpoint_detection(tmp_path):
    made = town(keys={"in-pc": attributes({"edr_console": ["in-mail"]})}, model="beta")
    folder = made.written(tmp_path)

    assert Basis.CAPTURES in outcome(seen(folder, {"ti": [flow(FAR, "10.2.0.25", 443)]}), "IN-09")[1]
    assert outcome(seen(folder, {"ti": [flow(PC, "10.2.0.25", 443)]}), "IN-09")[1] == ()


def test_the_server_of_factors_is_corroborated_and_never_contradicted(tmp_path):
    folder = INNER.written(tmp_path)

    assert Basis.CAPTURES in outcome(seen(folder, {"tm": [flow("10.0.0.10", "10.0.0.41", 636)]}), "MN-05")[1]
    assert outcome(seen(folder, {"tm": [flow("10.0.0.10", "10.0.0.40", 636)]}), "MN-05")[1] == ()


def test_addresses_that_two_routing_domains_share_are_left_out(tmp_path):
    twice = {**SEGMENTS, "other": ("in", "10.1.0.0/24", ", domain: far, kind: external")}
    shared = replace(with_hosts(), segments=twice)

    assert CHECK not in named(
        Shown(town=shared, taps={"tl": [flow(PC, SECOND, 8530), flow(PC, FAR, 443)]}).judged(tmp_path)
    )
