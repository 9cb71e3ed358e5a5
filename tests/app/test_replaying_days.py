"""Two working days of 例示市: nothing is found on the sound one, every planted crossing and nothing else on the other."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
import yaml
from scapy.utils import RawPcapNgReader

from segcheck.cli.main import run
from tests.reports.results import faults

ROOT = Path(__file__).resolve().parents[2]
CITY = ROOT / "topologies" / "reiji"
DAYS = ROOT / "captures" / "reiji"
PLANTED = yaml.safe_load((DAYS / "unsound-day" / "planted.yaml").read_text(encoding="utf-8"))["planted"]


def taps():
    topology = yaml.safe_load((CITY / "topology.yaml").read_text(encoding="utf-8"))
    return {f"{one['device']}-{one['interface']}.pcapng": one["id"] for one in topology["taps"]}


@cache
def replayed(day):
    captures = [f"{DAYS / day / name}@{tap}" for name, tap in taps().items()]
    out = StringIO()
    with redirect_stdout(out):
        code = run(["replay", str(CITY), *captures, "--time", "2026-11-24", "--format", "json"])
    return code, json.loads(out.getvalue())


def shown(finding):
    """Return what its frames show, as (file, number) of each."""
    return {
        (one["path"].rsplit("/")[-1], number)
        for one in finding["evidence"]
        if one["kind"] == "frames"
        for number in one["frames"]
    }


def frames(planted):
    return {(name, number) for name, numbers in planted["seen"].items() for number in numbers}


def test_nothing_forbidden_is_seen_on_the_sound_day():
    code, result = replayed("sound-day")

    assert code == 0
    assert result["findings"] == []
    assert result["flows"]["conversations"] > 200
    assert result["flows"]["contents"]["differs"] == 0


def test_every_frame_of_both_days_is_accounted_for():
    for day in ("sound-day", "unsound-day"):
        account = replayed(day)[1]["frames"]
        assert account["read"] == sum(one["frames"]["read"] for one in replayed(day)[1]["captures"])
        assert account["decoded"] + account["not_ip"] + account["fragment"] == account["read"]
    assert replayed("sound-day")[1]["frames"]["fragment"] == 0


def test_every_entry_in_force_is_in_use_on_the_sound_day():
    used = {one["entry"] for one in replayed("sound-day")[1]["flows"]["register"] if one["conversations"]}
    policy = yaml.safe_load((CITY / "policy.yaml").read_text(encoding="utf-8"))
    in_force = {one["id"] for one in policy["register"] if one["expires"].isoformat() >= "2026-11-10"}

    # MG-001 and MG-101 are of one zone: what stays in a zone needs no entry, so none is held against it
    assert in_force - used == {"MG-001", "MG-101"}


@pytest.mark.parametrize("planted", PLANTED, ids=lambda one: one["id"])
def test_a_planted_crossing_is_told_by_its_check_with_its_frames(planted):
    code, result = replayed("unsound-day")
    checks = {planted["check"], "observed-foreign-source"}  # which says it all of what was seen on foreign wires only
    told = [one for one in result["findings"] if one["check"] in checks and shown(one) & frames(planted)]

    assert code == 1
    assert told
    for finding in told:
        assert finding["verdict"] == "violated"
        assert "C" in finding["source"]
        assert {name for name, _ in shown(finding)} <= set(planted["seen"])
        assert finding["subject"] == planted.get("entry", finding["subject"])


def test_nothing_is_told_but_what_is_planted():
    there = {one["id"]: frames(one) for one in PLANTED}
    everything = set().union(*there.values())

    for finding in replayed("unsound-day")[1]["findings"]:
        assert shown(finding), finding["check"]
        assert shown(finding) <= everything, finding["check"]


def test_the_register_rules_on_as_many_conversations_as_are_planted():
    rulings = replayed("unsound-day")[1]["flows"]["rulings"]
    planted = Counter()
    for one in PLANTED:
        ruling = {"protocol": "registered", "out_of_hours": "registered"}.get(one["meaning"], one["meaning"])
        planted[ruling if ruling in rulings else "not-registered"] += len(one["seen"])
    sound = replayed("sound-day")[1]["flows"]["rulings"]

    assert set(sound) == {"local", "same-zone", "registered"}
    for ruling, count in rulings.items():
        assert count["conversations"] == sound.get(ruling, {"conversations": 0})["conversations"] + planted[ruling]


def test_what_rules_stop_and_captures_show_is_a_bypass():
    found = [one for one in replayed("unsound-day")[1]["findings"] if one["check"] == "observed-bypass"]

    assert {one["subject"] for one in found if one["verdict"] == "violated"} == {
        "fw-core",
        "fw-lgwan",
        "fw-mn",
        "rt-mnt",
    }


def test_results_fit_the_schema():
    for day in ("sound-day", "unsound-day"):
        assert faults(replayed(day)[1], "result") == []


def test_no_name_and_no_payload_leaves_the_captures():
    text = json.dumps(replayed("unsound-day")[1], ensure_ascii=False)

    assert [
        one for one in ("@reiji.example", "@shimin.example", "www.example", "kikaku", "sheet", "keihi") if one in text
    ] == []


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_both_days_are_told_in_both_languages(lang):
    for day, ends in (("sound-day", 0), ("unsound-day", 1)):
        capture = f"{DAYS / day / 'fw-core-port1.pcapng'}@t1"
        out = StringIO()
        with redirect_stdout(out):
            assert run(["replay", str(CITY), capture, "--time", "2026-11-24", "--lang", lang]) == ends
        assert {"ja": "違反を観測", "en": "violation seen"}[lang] in out.getvalue() or day == "sound-day"


@pytest.mark.parametrize(
    ("name", "checks"),
    [
        ("rdp", {"observed-out-of-hours"}),  # they were recorded on a Saturday
        ("http-on-3389", {"observed-out-of-hours", "protocol-differs"}),
        ("vnc-on-3389", {"observed-out-of-hours", "protocol-differs"}),
        ("rdp-on-443", {"observed-crossing"}),
        ("smb3", {"observed-crossing"}),
        ("dns", {"observed-crossing"}),
        ("ssh-on-443", {"observed-crossing"}),
    ],
)
def test_a_real_session_from_a_terminal_to_a_screen_server_has_to_be_screen_transfer(name, checks):
    out = StringIO()
    with redirect_stdout(out):
        code = run(
            [
                "replay",
                str(CITY),
                str(ROOT / "captures/protocols" / f"{name}.pcapng"),
                "--time",
                "2026-11-28",
                "--format",
                "json",
            ]
        )

    assert {one["check"] for one in json.loads(out.getvalue())["findings"]} == checks
    assert code == 1


def test_the_evidence_holds_frames_of_every_planted_crossing_and_of_nothing_else_and_no_payload(tmp_path):
    captures = [f"{DAYS / 'unsound-day' / name}@{tap}" for name, tap in taps().items()]
    target = tmp_path / "evidence.pcapng"
    with redirect_stdout(StringIO()):
        run(["replay", str(CITY), *captures, "--time", "2026-11-24", "--evidence", str(target)])
    there = {name: [data for data, _ in RawPcapNgReader(str(DAYS / "unsound-day" / name))] for name in taps()}
    kept = [data for data, _ in RawPcapNgReader(str(target))]
    whole = {one["id"]: [there[name][number - 1] for name, number in sorted(frames(one))] for one in PLANTED}

    assert kept
    for name, planted in whole.items():
        assert any(frame.startswith(cut) for cut in kept for frame in planted), name
    assert [
        cut for cut in kept if not any(frame.startswith(cut) for planted in whole.values() for frame in planted)
    ] == []
    assert max(map(len, kept)) <= 18 + 40 + 60  # Ethernet with a tag, IPv6, TCP with all its options
    assert not [word for word in (b"SSH-", b"HTTP/", b"MAIL FROM", b"kikaku") if word in target.read_bytes()]


@pytest.mark.parametrize("name", taps())
@pytest.mark.parametrize("tapped", [True, False])
def test_each_capture_alone_tells_what_is_planted_in_it(name, tapped):
    there = {one["id"] for one in PLANTED if name in one["seen"]}
    out = StringIO()
    with redirect_stdout(out):
        capture = str(DAYS / "unsound-day" / name) + (f"@{taps()[name]}" if tapped else "")
        code = run(["replay", str(CITY), capture, "--time", "2026-11-24", "--format", "json"])
    told = set().union(*(shown(one) for one in json.loads(out.getvalue())["findings"]))

    assert {one["id"] for one in PLANTED if frames(one) & told} == there
    assert code == (1 if there else 0)
