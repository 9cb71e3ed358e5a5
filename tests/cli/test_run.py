"""`segcheck run`: quiet when nothing changed, exact when something did, and nothing lost when something fails."""

import json
import os
import sqlite3

import pytest

from segcheck.app import copying, placing
from segcheck.app.history import places, store
from tests.cli.towns import OPEN, UNREAD, town
from tests.reports.results import faults

DAY, NEXT = ("--time", "2026-11-24"), ("--time", "2026-11-25")
NARROW = OPEN.replace("10.30.10.0/24", "10.30.10.64/26")


@pytest.fixture
def run(call, tmp_path):
    def running(*arguments, rules=(), at=DAY, **changed):
        town(tmp_path / "town", *rules, **changed)
        return call("run", "town", *at, *arguments)

    return running


@pytest.fixture
def result(call):
    def showing(*number):
        outcome = call("history", "show", "town", *number)
        assert outcome.code == 0
        found = json.loads(outcome.out)
        assert faults(found, "result") == []
        return found

    return showing


def drift_of(found):
    return {(one["src"], one["dst"]): one for one in found["drift"]["crossings"]}


def test_a_morning_after_which_nothing_changed_is_one_line_and_costs_little(run, result, tmp_path):
    first, second = run(), run(at=NEXT)
    size = (tmp_path / "town" / ".segcheck" / "history.db").stat().st_size
    for _ in range(3):
        run(at=NEXT)

    assert (first.code, first.err) == (0, "")
    assert first.out.startswith(
        "segcheck run: 見本市 2026-11-24: first run: no crossing (proven); findings: 0; run 1, chain "
    )
    assert (second.code, second.err) == (0, "")
    assert second.out.startswith(
        "segcheck run: 見本市 2026-11-25: nothing changed since run 1: no crossing (proven); run 2"
    )
    assert second.out.count("\n") == 1
    assert run("-q", at=NEXT).out == ""
    assert (tmp_path / "town" / ".segcheck" / "history.db").stat().st_size <= size + 3 * 8192
    assert result("1")["drift"] is None
    last = result()
    assert last["chain"]["run"] == 6
    assert last["drift"]["since"]["run"] == 5
    assert last["drift"]["crossings"] == []
    assert {one["state"] for one in last["drift"]["inputs"]} == {"same"}


def test_the_same_inputs_give_the_same_result_but_for_the_run(run, result):
    for _ in range(3):
        run(rules=(OPEN,))
    second, third = result("2"), result("3")

    assert second["findings"][0]["history"] == "ongoing"
    for one in (second, third):
        del one["run"], one["chain"], one["drift"]["since"]
    assert second == third


def test_a_widened_rule_is_told_with_its_packets_and_its_line(run, result, call):
    run(rules=(NARROW,))
    outcome = run(rules=(OPEN,), at=NEXT)
    found = result()

    assert outcome.code == 1
    assert "now crosses: 10.30.10.0/26,10.30.10.128/25 -> 10.20.10.26  tcp/445" in outcome.out
    assert "wall.txt:5  permit in=port2 src=10.30.10.0/24 dst=10.20.10.26/32 proto=6 dport=445" in outcome.out
    one = drift_of(found)["in-srv", "lg-srv"]
    assert [box["class"] for box in one["opened"]["boxes"]] == ["opening", "reply"]
    assert one["opened"]["boxes"][0]["src"] == ["10.30.10.0/26", "10.30.10.128/25"]
    assert (one["closed"]["total"], one["possibly_opened"]["total"], one["undecided"]) == (0, 0, None)
    assert [(line["path"], line["first_line"]) for line in one["lines"]] == [("wall.txt", 5)]

    narrowed = run(rules=(NARROW,), at=NEXT)
    one = drift_of(result())["in-srv", "lg-srv"]
    assert "no longer crosses: 10.30.10.0/26,10.30.10.128/25 -> 10.20.10.26  tcp/445" in narrowed.out
    assert (one["opened"]["total"], one["closed"]["total"]) == (0, 2)

    japanese = call("--lang", "ja", "history", "diff", "town", "1", "2")
    assert japanese.code == 1
    assert "新たに通る: 10.30.10.0/26,10.30.10.128/25 -> 10.20.10.26  tcp/445" in japanese.out
    assert call("history", "diff", "town", "1", "3").out.endswith("nothing changed\n")


def test_each_rule_that_opens_something_is_named(run, result):
    run()
    run(rules=(NARROW, NARROW.replace("10.30.10.64/26", "10.30.10.128/25")))

    lines = drift_of(result())["in-srv", "lg-srv"]["lines"]
    assert [one["first_line"] for one in lines] == [5, 6]


def test_other_bytes_with_the_same_meaning_are_no_news(run, result, tmp_path):
    run(rules=(OPEN,))
    outcome = run(rules=(f"# exported 2026-11-25\n{OPEN}   # a comment",), at=NEXT)
    rows = {one["path"]: (one["state"], one["meaning"]) for one in result()["drift"]["inputs"]}

    assert outcome.out.count("\n") == 1
    assert rows["wall.txt"] == ("changed", "same")
    assert rows["policy.yaml"] == ("same", "same")


def test_lines_that_were_not_understood_leave_it_open_whether_anything_changed(run, result):
    run(rules=(UNREAD,))
    outcome = run(rules=("frobnicate more",), at=NEXT)
    found = result()

    assert outcome.code == 3
    assert {one["path"]: one["meaning"] for one in found["drift"]["inputs"]}["wall.txt"] == "unknown"
    assert {one["undecided"] for one in found["drift"]["crossings"]} == {"unread"}
    assert "it cannot be told whether it changed" in outcome.out


def test_findings_are_new_ongoing_mended_and_recurring(run, result):
    states, mended = [], []
    for rules in ((OPEN,), (OPEN,), (), (OPEN,)):
        outcome = run(rules=rules)
        found = result()
        states += [one["history"] for one in found["findings"] if one["check"] == "forbidden-crossing"]
        mended += [one["check"] for one in (found["drift"] or {"findings": {"mended": []}})["findings"]["mended"]]

    assert states == ["new", "ongoing", "recurring"]
    assert mended.count("forbidden-crossing") == 1
    assert "again: " in outcome.out


def test_what_cannot_be_looked_at_is_not_mended(run, result, tmp_path):
    run(rules=(OPEN,))
    (mark,) = {one["fingerprint"] for one in result()["findings"] if one["check"] == "forbidden-crossing"}
    lost = run(rules=(OPEN, UNREAD.replace("frob", "nicate\0frob")))
    found = result()["drift"]["findings"]
    run(rules=(OPEN,))
    back = {one["fingerprint"]: one["history"] for one in result()["findings"]}

    assert lost.code == 3
    assert mark in {one["fingerprint"] for one in found["untold"]}
    assert found["mended"] == []
    assert back[mark] == "ongoing"


def test_outputs_are_those_asked_for_or_those_of_the_site(run, tmp_path):
    (tmp_path / "town").mkdir()
    (tmp_path / "town" / "site.yaml").write_text(
        'segcheck: 1\nhistory: kept/runs.db\nrun: {formats: ["json=out.json", "text=out.txt"], fail_on: never, '
        "accept_assumptions: true}\n",
        encoding="utf-8",
    )
    outcome = run(rules=(OPEN,), routes_declared=True)
    shown = run("--format", "json", "--fail-on", "low", rules=(OPEN,))

    assert outcome.code == 0
    assert "the verdict is still `violated`" in outcome.err
    kept = json.loads((tmp_path / "town" / "out.json").read_text())
    assert faults(kept, "result") == []
    assert kept["run"]["weakened"] == ["--fail-on never", "--accept-assumptions"]
    assert (tmp_path / "town" / "out.txt").read_text(encoding="utf-8").startswith("segcheck check: 見本市")
    assert (tmp_path / "town" / "kept" / "runs.db").is_file()
    assert shown.code == 1
    assert json.loads(shown.out)["chain"]["run"] == 2


def test_a_run_that_fails_is_kept_as_one(run, call, tmp_path):
    run()
    failed = run(topology="segcheck: 1\nzones: 5\n")
    again = run()
    rows = json.loads(call("history", "list", "town", "--format", "json").out)

    assert failed.code == 2
    assert faults(rows, "history") == []
    assert [(one["status"], one["code"]) for one in rows["runs"]] == [("judged", 0), ("error", 2), ("judged", 0)]
    assert again.out.count("\n") > 1  # that it works again is news
    assert "the site's files have errors" in call("history", "show", "town", "2").err
    assert call("history", "verify", "town").code == 0


def test_a_defect_of_ours_is_kept_without_its_words(run, call, monkeypatch):
    run()
    monkeypatch.setattr("segcheck.app.running.reaching.reached", lambda _: 1 / 0)
    outcome = run()

    assert outcome.code == 4
    shown = call("history", "show", "town", "2")
    assert (shown.code, "internal error (ZeroDivisionError)" in shown.err) == (2, True)


def test_one_run_at_a_time(run, tmp_path):
    run()
    with places.held(places.history_of("town"), 0):
        outcome = run("--lock-timeout", "0.05")

    assert outcome.code == 5
    assert "another run holds the lock" in outcome.err
    assert run().code == 0


def test_an_output_that_cannot_be_written_loses_nothing(run, call, tmp_path):
    run("--format", "json=out.json", rules=(OPEN,))
    before = (tmp_path / "out.json").read_bytes()
    (tmp_path / ".text.part").mkdir()
    outcome = run("--format", "json=out.json", "--format", "text=text", at=NEXT)

    assert outcome.code == 2
    assert (tmp_path / "out.json").read_bytes() == before
    assert not (tmp_path / ".out.json.part").exists()
    statuses = [one["status"] for one in json.loads(call("history", "list", "town", "--format", "json").out)["runs"]]
    assert statuses == ["judged", "error"]


@pytest.mark.parametrize("where", ["copy", "output", "store"])
def test_a_full_disk_ends_with_2_and_loses_nothing(run, call, tmp_path, monkeypatch, where):
    run("--format", "json=out.json", rules=(OPEN,))
    kept = call("history", "export", "town", "before.json", "--results")
    before = (tmp_path / "out.json").read_bytes()

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        if where == "copy":
            patch.setattr(copying.shutil, "copyfileobj", full)
        elif where == "output":
            patch.setattr(placing.os, "fsync", full)
        else:
            opened = store.opened

            def small(*arguments, **named):
                found = opened(*arguments, **named)
                pages = found._connection.execute("PRAGMA page_count").fetchone()[0]
                found._connection.execute(f"PRAGMA max_page_count={pages}")
                return found

            patch.setattr(store, "opened", small)
        outcome = run("--format", "json=out.json", rules=(OPEN.replace("445", "443"), NARROW), at=NEXT)

    assert outcome.code == 2
    assert kept.code == 0
    assert (tmp_path / "out.json").read_bytes() == before
    assert sorted(path.name for path in (tmp_path / "town" / ".segcheck").iterdir()) == ["history.db", "lock"]
    assert call("history", "verify", "town").code == 0
    call("history", "export", "town", "after.json", "--results")
    old, new = (json.loads((tmp_path / name).read_text()) for name in ("before.json", "after.json"))
    assert new["entries"][:1] == old["entries"]
    assert new["results"] == old["results"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_ends_with_2(run, tmp_path):
    run()
    (tmp_path / "town" / ".segcheck").chmod(0o500)
    try:
        assert run().code == 2
    finally:
        (tmp_path / "town" / ".segcheck").chmod(0o700)


def test_a_folder_that_cannot_be_made_ends_with_2(run, tmp_path):
    (tmp_path / "town").mkdir()
    (tmp_path / "town" / ".segcheck").write_text("a file where the folder would be")

    outcome = run()
    assert (outcome.code, "nothing that was stored is lost" in outcome.err) == (2, True)


def test_a_history_that_is_newer_or_damaged_is_left_as_it_is(run, tmp_path):
    run()
    path = tmp_path / "town" / ".segcheck" / "history.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()
    before = path.read_bytes()
    newer = run()
    unchanged = path.read_bytes() == before
    path.write_bytes(b"no database at all, but long enough to be taken for one" * 20)
    damaged = run()

    assert (newer.code, unchanged) == (2, True)
    assert "written by a newer segcheck (form 99" in newer.err
    assert damaged.code == 2
    assert "cannot be used" in damaged.err


def test_an_export_that_leads_out_of_the_site_is_refused_as_ever(run, tmp_path):
    run()
    (tmp_path / "elsewhere").write_text("toy 1\nend\n")
    wall = tmp_path / "town" / "wall.txt"
    wall.unlink()
    wall.symlink_to(tmp_path / "elsewhere")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.cli.test_run.town", lambda *_, **__: None)
        assert run().code == 2


def test_an_export_that_cannot_be_read_leaves_the_others_to_be_judged(run, call, monkeypatch, tmp_path):
    run()
    opened = type(tmp_path).open

    def refusing(path, *arguments, **named):
        if path.name == "wall.txt" and path.parent.name == "town" and arguments == ("rb",):
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **named)

    monkeypatch.setattr(type(tmp_path), "open", refusing)
    outcome = run()

    assert outcome.code == 3
    assert "town/wall.txt: cannot be copied (Permission denied)" in outcome.err
    assert "undecided" in outcome.out
    assert call("history", "verify", "town").code == 0


def test_an_export_that_is_being_written_is_not_judged_half(run, monkeypatch):
    run()
    identity = copying.identity
    numbers = iter(range(100))
    monkeypatch.setattr(
        copying, "identity", lambda path: (*identity(path), next(numbers) if path.name == "wall.txt" else 0)
    )
    outcome = run()

    assert (outcome.code, "is being written while it is read" in outcome.err) == (3, True)
