"""`segcheck run`: captures are replayed once, and no secret of an export or a capture is kept or told."""

import io
import json
import os
import zipfile
import zlib

import pytest

from segcheck import importers
from segcheck.app import replaying
from segcheck.app.history import places, store
from segcheck.reports import renderings
from tests.checks.sites import entry, rule
from tests.cli.test_replay import wrong as _wrong
from tests.replays import MAIL, OTHER, town
from tests.reports.results import faults
from tests.soundness.test_point_18_captures import capture

DAY = ("--time", "2026-11-24")
CANARY = "CANARY-kanzume-7f3a"
LEVELS = (("--quiet",), ("--verbose",))
INSTALLED = importers.installed
wrong = _wrong
SECRETS = f"""\
config system admin
    edit "admin"
        set password ENC {CANARY}1
    next
end
config vpn ipsec phase1-interface
    edit "p1"
        set psksecret ENC {CANARY}2
    next
end
config system snmp community
    edit 1
        set name "{CANARY}3"
    next
end
config system frobnication
    set secret {CANARY}4
    set {CANARY}5 on
end
"""


@pytest.fixture
def call(call, monkeypatch):
    monkeypatch.setattr(importers, "installed", INSTALLED)
    return lambda *arguments: call(*map(str, arguments))


@pytest.fixture
def site(tmp_path):
    folder = town(
        entry("R1", "lg-mail", "in-mail", "tcp/25"), rules=[rule(1, "lg:lg-mail", "in:in-mail", "SMTP")]
    ).written(tmp_path / "town")
    topology = folder / "topology.yaml"
    topology.write_text(
        topology.read_text(encoding="utf-8") + 'captures: [{glob: "*.pcap", tap: tl}]\n', encoding="utf-8"
    )
    return folder


def shown(call, site, *number):
    found = json.loads(call("history", "show", site, *number).out)
    assert faults(found, "result") == []
    return found


def test_every_capture_is_replayed_once_by_its_content(call, site, wrong, monkeypatch):
    capture(site / "sound.pcap", MAIL, OTHER, 25)
    asked = []
    replay = replaying.replay
    monkeypatch.setattr(replaying, "replay", lambda *a, **n: asked.append(sorted(a[1])) or replay(*a, **n))
    first = call("run", site, *DAY)
    one = shown(call, site)
    second = call("run", site, *DAY)
    two = shown(call, site)
    (site / "copy.pcap").write_bytes(wrong.read_bytes())
    (site / "broken.pcap").write_bytes(b"no capture")
    third = call("run", site, *DAY)
    seen = [each["fingerprint"] for each in one["findings"] if each["source"] == ["C"]]

    assert [len(each) for each in asked] == [2, 1]
    assert [each.code for each in (first, second)] == [1, 3]  # what was seen is not answered by not looking again
    assert sorted(each["path"] for each in one["captures"]) == ["sound.pcap", "wrong.pcap"]
    assert one["verdict"] == "violated"
    assert seen
    assert "captures" not in two
    assert two["verdict"] != "violated"
    assert two["drift"]["findings"]["mended"] == []  # silence is no proof
    assert third.code == 3
    assert "broken.pcap: " in third.err
    (site / "broken.pcap").rename(site / "steer\x1b[31m.pcap")
    hostile = [call("run", site, *DAY), call("history", "show", site)]
    assert [one for one in hostile if "\x1b" in one.out + one.err] == []
    assert "steer?[31m.pcap" in hostile[0].err
    (site / "steer\x1b[31m.pcap").unlink()
    (site / "again.pcap").write_bytes(wrong.read_bytes() + wrong.read_bytes()[24:])
    call("run", site, *DAY)
    states = {each["fingerprint"]: each["history"] for each in shown(call, site)["findings"]}
    assert states[seen[0]] == "ongoing"


def outcome(result, name):
    return next(one for one in result["requirements"] if one["id"] == name)


def test_rules_and_captures_have_one_outcome_until_a_later_capture_answers(call, site, wrong):
    call("run", site, *DAY)
    failed = shown(call, site)
    call("run", site, *DAY)
    waiting = shown(call, site)
    capture(site / "later.pcap", MAIL, OTHER, 25)
    call("run", site, *DAY)
    answered = shown(call, site)
    names = {one["id"] for one in failed["requirements"] if one["outcome"] == "fail"}

    assert {"LG-01"} <= names
    for name in names:
        one, two, three = (outcome(each, name) for each in (failed, waiting, answered))
        assert "C" in one["sources"]
        assert one["findings"]
        assert two["outcome"] == "insufficient_evidence"
        told = [each["en"] for each in two["because"] if each["en"].startswith("observed: ")]
        assert any("tl (run 1)" in each and f["fingerprint"] in each for each in told for f in failed["findings"])
        assert not any(each["en"].startswith("observed: ") for each in three["because"])
    again = call("run", site, "--time", "2027-02-01")
    assert "observed: " not in json.dumps(shown(call, site))
    assert again.code != 1


def test_a_capture_that_changes_while_it_is_read_is_told_and_read_again(call, site, monkeypatch):
    path = capture(site / "sound.pcap", MAIL, OTHER, 25)
    replay = replaying.replay

    def growing(*arguments, **named):
        found = replay(*arguments, **named)
        os.utime(path, ns=(1, 1))
        return found

    with monkeypatch.context() as patch:
        patch.setattr(replaying, "replay", growing)
        first = call("run", site, *DAY)
    second = call("run", site, *DAY)

    assert first.code == 3
    assert "sound.pcap: changed while it was read" in first.err
    assert "captures" in shown(call, site)
    assert "changed while" not in second.err


@pytest.mark.parametrize("failing", [False, True])
def test_no_secret_is_kept_or_told(call, site, wrong, tmp_path, monkeypatch, failing):
    (export,) = (
        (path for path in (site / "exports").iterdir() if path.suffix == ".conf")
        if (site / "exports").is_dir()
        else (path for path in site.rglob("*.conf"))
    )
    text = export.read_text(encoding="utf-8")
    at = text.index("config firewall policy")
    export.write_text(text[:at] + SECRETS + text[at:], encoding="utf-8")
    if failing:
        monkeypatch.setattr("segcheck.app.running.reaching.reached", lambda _: int(CANARY))
    out = tmp_path / "out"
    out.mkdir()
    # this town's standard is wider than the models, of which no audit is made; tests/app/test_canaries makes one
    names = ["json", "text", "summary", *(name for name in renderings.names() if not name.startswith("audit"))]
    formats = [f"--format={name}={out / name}" for name in names]
    told = [call("run", site, *DAY, *formats, "--log-file", out / "log")]
    told += [call("run", site, *DAY, *level, "--log-file", out / f"log{level[0]}") for level in LEVELS]
    told += [call("history", "list", site), call("history", "show", site), call("history", "show", site, "1")]
    told += [call("history", "export", site, out / "all", "--results"), call("report", site, "--lang", "en")]
    told += [call("report", site, f"--format={name}={out / f'report-{name}'}") for name in ("html", "csv", "handover")]
    told += [call("check", site, *DAY, *level) for level in LEVELS]
    (site / "topology.yaml").write_text(f"segcheck: 1\nname: [{CANARY}\n", encoding="utf-8")
    broken = call("run", site, *DAY, "--log-file", out / "broken.log")

    told.append(broken)
    assert told[0].code == (4 if failing else 1)
    assert broken.code == 2
    with store.opened(places.history_of(str(site))) as history:
        parts = [zlib.decompress(content) for _, content in history.parts()]
    kept = [(site / ".segcheck" / "history.db").read_bytes(), *parts]
    kept += [(one.out + one.err).encode() for one in told]
    written = [path for path in out.rglob("*") if path.is_file()]
    kept += [part for path in written for part in contents(path.read_bytes())]
    assert failing or {*names} <= {path.name for path in written}
    assert len(parts) > 3 or failing
    assert [part[:80] for part in kept if CANARY.encode() in part] == []
    assert not any(path.name.startswith(".copy") for path in (site / ".segcheck").iterdir())
    everything = {path.relative_to(site).parts[0] for path in site.rglob("*") if path.is_file()}
    assert {one for one in everything if one.startswith((".", "notif", "mail"))} == {
        ".segcheck"
    }  # nothing is sent or queued


def contents(data):
    """Return a file, or the files in it if it is a workbook."""
    if not data.startswith(b"PK"):
        return [data]
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return [book.read(name) for name in book.namelist()]
