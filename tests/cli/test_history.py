"""`segcheck history`: what was kept can be read, compared and checked; whatever somebody changes in it is found."""

import json
import shutil
import sqlite3
import zlib
from hashlib import sha256
from pathlib import Path

import pytest

from segcheck.app.history import chain, store, tables
from segcheck.errors import BadInput
from tests.cli.towns import OPEN, town
from tests.reports.results import faults

DB = "town/.segcheck/history.db"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def history(call, tmp_path, kept):
    """Four runs: nothing, something open, the same, mended; returns the hashes of their entries."""
    if (kept / "town").exists():
        shutil.copytree(kept / "town", tmp_path / "town")
        return json.loads((kept / "hashes").read_text())
    for day, rules in enumerate(((), (OPEN,), (OPEN,), ()), 24):
        town(tmp_path / "town", *rules)
        call("run", "town", "--time", f"2026-11-{day}")
    found = [one["hash"] for one in json.loads(call("history", "list", "town", "--format", "json").out)["runs"]]
    shutil.copytree(tmp_path / "town", kept / "town")
    (kept / "hashes").write_text(json.dumps(found))
    return found


def change(*statements):
    with sqlite3.connect(DB) as connection:
        for statement in statements:
            connection.execute(*statement) if isinstance(statement, tuple) else connection.execute(statement)
    connection.close()


def test_runs_are_listed_shown_compared_and_exported(history, call):
    listed = call("history", "list", "town", "--last", "2")
    japanese = call("--lang", "ja", "history", "list", "town")
    diff = json.loads(call("history", "diff", "town", "2", "4", "--format", "json").out)
    exported = call("history", "export", "town", "all.json", "--results")

    assert [line.split()[0] for line in listed.out.splitlines()[3:]] == ["3", "4"]
    assert "no crossing (proven)" in listed.out
    assert "越境可能（R）" in japanese.out
    assert faults(diff, "history-diff") == []
    (one,) = diff["drift"]["crossings"]
    assert (one["was"], one["is"], one["opened"]["total"], one["closed"]["total"]) == ("violated", "proven", 0, 2)
    assert "forbidden-crossing" in {each["check"] for each in diff["drift"]["findings"]["mended"]}
    assert exported.code == 0
    whole = json.loads(Path("all.json").read_text(encoding="utf-8"))
    assert faults(whole, "history-export") == []
    previous = "0" * 64
    for entry in whole["entries"]:  # as anybody can, from what the schema says
        record = json.dumps(entry["record"], sort_keys=True, separators=(",", ":"))
        told = f"segcheck-chain-v1\n{entry['number']}\n{previous}\n{record}"
        previous = sha256(told.encode()).hexdigest()
        assert entry["hash"] == previous
    assert [faults(each, "result") for each in whole["results"]] == [[]] * 4
    for arguments in (("show", "town", "9"), ("diff", "town", "1", "9"), ("show", "nowhere"), ("list", "empty")):
        assert call("history", *arguments).code == 2


def test_what_nobody_touched_verifies(history, call):
    outcome = call("history", "verify", "town", "--anchor", history[1][:16])
    told = json.loads(call("history", "verify", "town", "--format", "json").out)

    assert outcome.code == 0
    assert outcome.out.splitlines()[0] == f"4 entries, no fault; head {history[-1]}"
    assert outcome.out.splitlines()[1] == "the anchor is entry 2"
    assert faults(told, "history-verify") == []
    assert (told["sound"], told["head"], told["anchored"]) == (True, history[-1], None)
    assert call("history", "verify", "town", "--anchor", "nonsense").code == 2


def _blob(value):
    return zlib.compress(chain.canonical(value))


CHANGES = {
    "an entry": ("UPDATE chain SET record = replace(CAST(record AS TEXT), 'violated', 'proven') WHERE number = 2",),
    "an entry and its hash": (
        "UPDATE chain SET record = replace(CAST(record AS TEXT), 'violated', 'proven') WHERE number = 2",
        "UPDATE chain SET hash = '" + "a" * 64 + "' WHERE number = 2",
    ),
    "what an entry is": ("UPDATE chain SET kind = 'note' WHERE number = 2",),
    "one taken out": ("DELETE FROM chain WHERE number = 2",),
    "two exchanged": (
        "UPDATE chain SET number = 9 WHERE number = 2",
        "UPDATE chain SET number = 2 WHERE number = 3",
        "UPDATE chain SET number = 3 WHERE number = 9",
    ),
    "the list of runs": ("UPDATE runs SET verdict = 'proven' WHERE run = 2",),
    "the counts": ("UPDATE runs SET counts = '{}' WHERE run = 2",),
    "a run of the list": ("DELETE FROM runs WHERE run = 2",),
    "a finding": ("DELETE FROM findings WHERE check_id = 'forbidden-crossing'",),
    "a finding's severity": ("UPDATE findings SET severity = 'low'",),
    "an input": ("UPDATE inputs SET sha256 = '' WHERE path = 'wall.txt'",),
    "every document": ("DELETE FROM documents",),
    "a document": (("UPDATE documents SET content = ?", (_blob({}),)),),
    "pruned by hand": ("UPDATE runs SET pruned = 'x' WHERE run = 1",),
    "a note": ("INSERT INTO notes VALUES (1, 'x', 'x')",),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_is_changed_is_found(history, call, what):
    change(*CHANGES[what])

    outcome = call("history", "verify", "town")
    assert outcome.code == 1
    assert "fault" in outcome.out.splitlines()[-1]


def test_a_tail_that_was_cut_off_shows_by_the_anchor(history, call):
    change("DELETE FROM chain WHERE number = 4", "DELETE FROM runs WHERE run = 4")

    assert call("history", "verify", "town").code == 0  # nothing in it can tell
    assert call("history", "verify", "town", "--anchor", history[2]).code == 0
    outcome = call("history", "verify", "town", "--anchor", history[3])
    assert outcome.code == 1
    assert "the end was cut off" in outcome.out


def test_what_is_pruned_leaves_its_hash_and_an_entry_that_says_so(history, call, tmp_path):
    outcome = call("history", "prune", "town", "--keep-runs", "2", "--keep-days", "36500")
    rows = json.loads(call("history", "list", "town", "--format", "json").out)["runs"]

    assert outcome.code == 0
    assert outcome.out.startswith("2 runs pruned: 1, 2; entry ")
    assert [bool(one["pruned"]) for one in rows] == [True, True, False, False]
    assert [one["hash"] for one in rows] == history
    assert call("history", "verify", "town", "--anchor", history[0]).code == 0
    assert call("history", "show", "town", "1").code == 2
    assert call("history", "show", "town", "3").code == 0
    assert call("history", "diff", "town", "1", "4").code == 2
    assert call("history", "prune", "town", "--keep-runs", "2", "--keep-days", "36500").out == "nothing to prune\n"
    town(tmp_path / "town", OPEN)
    call("run", "town", "--time", "2026-11-28")
    states = {one["history"] for one in json.loads(call("history", "show", "town").out)["findings"]}
    assert states == {"recurring"}  # what was found is known for longer than the documents are kept
    assert call("history", "verify", "town").code == 0


def test_a_history_of_the_first_version_becomes_one_of_this(tmp_path, history, call):
    path = tmp_path / DB
    change("DROP TABLE captures", "DROP TABLE told", "PRAGMA user_version=1")
    with sqlite3.connect(path) as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    with sqlite3.connect(":memory:") as first:
        first.executescript(tables.MIGRATIONS[0])
        assert names == {row[0] for row in first.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}

    with store.opened(path) as found:
        assert not found.replayed("0" * 64)
        assert [one.hash for one in found.runs()] == history
    assert call("history", "verify", "town").code == 0
    assert call("run", "town", "--time", "2026-11-29").code == 0


def test_another_database_is_no_history(tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()

    for create in (True, False):
        with pytest.raises(BadInput, match="no history of segcheck"):
            store.opened(path, create=create)
