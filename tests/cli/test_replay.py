"""`segcheck replay`: how it ends, its options, what it writes, and what never leaves a capture."""

import json
import struct

import pytest

from segcheck import importers
from segcheck.captures import reading
from tests.checks.sites import entry, rule
from tests.replays import MAIL, OTHER, town
from tests.reports.results import faults
from tests.soundness.test_point_18_captures import capture

AT = ("--time", "2026-11-24")
CANARY = b"CANARY-kanzume-7f3a"
R1 = entry("R1", "lg-mail", "in-mail", "tcp/25")
SMTP = rule(1, "lg:lg-mail", "in:in-mail", "SMTP")


INSTALLED = importers.installed


@pytest.fixture
def call(call, monkeypatch):
    """Every importer is there, and arguments may be paths."""
    monkeypatch.setattr(importers, "installed", INSTALLED)
    return lambda *arguments: call(*map(str, arguments))


@pytest.fixture
def site(tmp_path):
    return town(R1, rules=[SMTP]).written(tmp_path / "town")


@pytest.fixture
def sound(site):
    return capture(site / "sound.pcap", MAIL, OTHER, 25)


@pytest.fixture
def wrong(site):
    """A datagram with something in it, from the LGWAN tier to the internet tier."""
    path = site / "wrong.pcap"
    udp = struct.pack("!HHHH", 50_000, 9999, 8 + len(CANARY), 0) + CANARY
    ip = struct.pack(
        "!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, bytes((10, 1, 0, 50)), bytes((10, 2, 0, 50))
    )
    frame = bytes.fromhex("00005e00530100005e0053020800") + ip + udp
    whole = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    path.write_bytes(whole + struct.pack("<IIII", 1795489200, 0, len(frame), len(frame)) + frame)
    return path


# ---- how it ends


def test_nothing_forbidden_in_what_was_read_ends_with_0(call, site, sound):
    outcome = call("replay", site, f"{sound}@tl", *AT)

    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.splitlines()[-1].startswith("nothing forbidden was seen in what was read")
    assert "proven" not in outcome.out
    assert "Frames read 1: decoded 1" in outcome.out.replace("\n  ", " ")


def test_the_same_in_japanese(call, site, sound):
    out = call("replay", site, f"{sound}@tl", *AT, "--lang", "ja").out

    assert out.splitlines()[-1].startswith("見た範囲では違反なし")
    assert "適合" not in out
    assert "証明）" not in out


def test_what_was_seen_ends_with_1_and_says_so(call, site, wrong):
    outcome = call("replay", site, f"{wrong}@ti", *AT, "--lang", "ja")

    assert outcome.code == 1
    assert outcome.out.splitlines()[-1].startswith("違反を観測（C）")
    assert "越境可能（R）" not in outcome.out
    assert "wrong.pcap@ti #1" in outcome.out


@pytest.mark.parametrize(("level", "code"), [("critical", 0), ("low", 1), ("never", 0)])
def test_what_is_below_fail_on_keeps_the_verdict(call, site, wrong, level, code):
    outcome = call("replay", site, f"{wrong}@tl", *AT, "--fail-on", level)

    assert outcome.code == code
    assert outcome.out.splitlines()[-1].startswith("violation seen (C)")
    assert ("still `violated`" in outcome.err) is (code == 0)


def test_a_capture_that_ends_early_ends_with_3(call, site, sound):
    sound.write_bytes(sound.read_bytes()[:-4])
    outcome = call("replay", site, f"{sound}@tl", *AT)

    assert outcome.code == 3
    assert "not all that passed was read" in outcome.out
    assert outcome.out.splitlines()[-1].startswith("undecided")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("{site}", "{sound}@nowhere"), "no tap 'nowhere'"),
        (("{site}", "{site}/missing.pcap"), "missing.pcap"),
        (("{site}", "{site}/policy.yaml"), "policy.yaml"),
        (("{site}/nowhere", "{sound}"), "nowhere"),
        (("{site}", "{sound}", "--select", "forbidden-crossing"), "forbidden-crossing"),
        (("{site}", "{sound}", "--format", "pdf"), "pdf"),
        (("{site}", "{sound}", "--with-payload"), "--evidence"),
        (("{site}", "{sound}", "--evidence", "{sound}"), "sound.pcap"),
        (("{site}", "{sound}", "--evidence", "{site}/e.pcapng", "--with-payload"), "reason"),
    ],
)
def test_what_cannot_be_used_ends_with_2(call, site, sound, arguments, said):
    before = sound.read_bytes()
    outcome = call("replay", *(one.format(site=site, sound=sound) for one in arguments), *AT)

    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err
    assert sound.read_bytes() == before
    assert not (site / "e.pcapng").exists()


# ---- what it writes


def test_json_fits_its_schema_and_is_the_same_twice(call, site, sound, wrong):
    def judged():
        return json.loads(call("replay", site, f"{sound}@tl", f"{wrong}@ti", *AT, "--format", "json").out)

    one, other = judged(), judged()
    assert faults(one, "result") == []
    assert {**one, "run": None} == {**other, "run": None}
    assert one["verdict"] == "violated"
    assert one["frames"]["read"] == sum(piece["frames"]["read"] for piece in one["captures"]) == 2
    assert [piece["path"] for piece in one["captures"]] == ["sound.pcap", "wrong.pcap"]
    assert one["flows"]["rulings"].keys() == {"registered", "not-registered"}
    assert one["run"]["options"]["captures"] == "sound.pcap@tl wrong.pcap@ti"


def test_several_formats_at_once(call, site, wrong, tmp_path):
    outcome = call(
        "replay", site, f"{wrong}@ti", *AT, "--format", f"json={tmp_path / 'r.json'}", "--format", f"text={tmp_path / 'r.txt'}",
        "--format", "summary",
    )  # fmt: skip

    assert outcome.code == 1
    assert "observed-crossing" in outcome.out
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["schema"] == "segcheck/result/1"
    assert "ip.addr==10.1.0.50" in (tmp_path / "r.txt").read_text(encoding="utf-8")


def test_one_check_alone_is_said_to_be_less(call, site, wrong):
    out = call("replay", site, f"{wrong}@ti", *AT, "--select", "observed-crossing").out

    assert "weakened by --select observed-crossing" in out
    assert "observed-bypass" not in out


def test_evidence_holds_the_frames_and_nothing_said(call, site, sound, wrong, tmp_path):
    target = tmp_path / "evidence.pcapng"
    outcome = call("replay", site, f"{sound}@tl", f"{wrong}@ti", *AT, "--evidence", target)

    assert outcome.code == 1
    assert "1 frames of 1 conversations" in outcome.err
    assert CANARY not in target.read_bytes()
    assert target.stat().st_mode & 0o777 == 0o600
    (table,) = reading.read([(str(target), "")]).flows.values()
    assert table["packets_ab"].sum() + table["packets_ba"].sum() == 1


def test_payload_is_kept_only_with_a_reason_and_never_of_my_number_hosts(call, site, wrong, tmp_path):
    target = tmp_path / "evidence.pcapng"
    options = ("--evidence", target, "--with-payload", "--reason", "調査 12 号")
    call("replay", site, f"{wrong}@ti", *AT, *options)
    assert CANARY in target.read_bytes()

    topology = (site / "topology.yaml").read_text(encoding="utf-8").replace("tier: lgwan", "tier: mynumber")
    (site / "topology.yaml").write_text(topology, encoding="utf-8")
    assert call("replay", site, f"{wrong}@ti", *AT, *options).code == 1
    assert CANARY not in target.read_bytes()


@pytest.mark.parametrize("form", ["text", "summary", "json"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_output_holds_what_was_said_or_where_it_lay(call, site, wrong, tmp_path, form, language):
    outcome = call("replay", "town", f"{wrong}@ti", *AT, "--format", form, "--lang", language)

    assert CANARY.decode() not in outcome.out + outcome.err
    assert str(tmp_path) not in outcome.out


def test_zones_are_named_beside_conversations(call, site, wrong):
    plain = json.loads(call("flows", wrong, "--format", "json").out)["flows"]
    zoned = json.loads(call("flows", "--site", site, f"{wrong}@ti", "--format", "json").out)["flows"]

    assert [(one["src_zone"], one["dst_zone"]) for one in plain] == [(None, None)]
    assert [(one["src_zone"], one["dst_zone"]) for one in zoned] == [("lg", "in")]
    assert call("flows", "--site", site, f"{wrong}@nowhere").code == 2
