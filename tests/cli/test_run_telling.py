"""What a scheduled run tells: once, what is new, what changed, what is gone; nothing on a morning without news."""

import json
import sqlite3

import pytest

from segcheck.app import notifying
from segcheck.app.notifying import memory
from tests.app.notifying.sinks import mail_server
from tests.cli.towns import OPEN, POLICY, UNREAD, town

NARROW = OPEN.replace("10.30.10.0/24", "10.30.10.64/26")


@pytest.fixture
def box():
    with mail_server() as found:
        yield found


@pytest.fixture
def run(call, tmp_path, box):
    """Run the town on a day; the mails that came of it are returned beside the outcome."""

    def running(*rules, day="2026-11-24", settings="", channel="", options=(), policy=None, waivers=None):
        town(tmp_path / "town", *rules, waivers=waivers, **({"policy": policy} if policy else {}))
        (tmp_path / "town" / "site.yaml").write_text(
            settings
            or "segcheck: 1\nlanguage: en\nnotify:\n  - {id: M, kind: mail, server: 127.0.0.1, security: none, "
            f"port: {box.port}, from: a@city.example.jp, to: [b@city.example.jp]{channel}}}\n",
            encoding="utf-8",
        )
        before = len(box.mails)
        outcome = call("run", "town", "--time", day, *options)
        return outcome, box.mails[before:]

    return running


def text_of(mail):
    return mail.get_content().replace("\r\n", "\n")


def test_a_finding_is_told_once_reminded_weekly_and_told_when_it_is_gone(run, call, tmp_path):
    assert run()[1] == []  # sound: nothing to tell
    outcome, (first,) = run(OPEN)
    told = text_of(first)

    assert outcome.err == ""
    assert first["Subject"].startswith("[segcheck] 見本市: findings 1, newly crosses 1 (run 2, ")
    assert "- CRITICAL: " in told
    assert "- newly crosses: in -> lg tcp/445 (run 2)" in told
    head = call("history", "verify", "town")
    chain = json.loads(call("history", "show", "town", "2").out)["chain"]["hash"]
    assert head.code == 0
    assert f"Run 2, chain {chain}" in told
    for hidden in ("10.30.10", "10.20.10", "wall", "in-srv", "lg-srv"):
        assert hidden not in told
    assert run(OPEN, day="2026-11-30")[1] == []
    (again,) = run(OPEN, day="2026-12-01")[1]
    assert "findings 1 (run" in again["Subject"]
    (gone,) = run(day="2026-12-02")[1]
    assert "- gone: " in text_of(gone)
    assert call("history", "verify", "town").code == 0


def test_a_widened_rule_is_told_with_its_packets_where_all_may_be_told(run):
    run(NARROW, channel=", detail: full")
    _, (wider,) = run(OPEN, channel=", detail: full")
    told = text_of(wider)

    assert "in-srv -> lg-srv" in told
    assert "10.30.10.0/26,10.30.10.128/25 -> 10.20.10.26  tcp/445" in told
    assert "wall.txt:5  permit" in told


def test_what_nobody_can_decide_is_told_when_it_changes_and_monthly(run):
    _, (first,) = run(UNREAD)
    assert "undecided" in first["Subject"]
    assert run(UNREAD, day="2026-12-20")[1] == []
    assert "undecided" in run(UNREAD, day="2026-12-24")[1][0]["Subject"]


def test_a_failing_run_is_told_and_so_is_that_it_works_again(run, call, tmp_path):
    run()
    outcome, (failed,) = run(policy="segcheck: 1\nprofiles: [{model: nosuch}]\n")

    assert outcome.code == 2
    assert "- run 2 ended with an error (code 2); nothing was judged" in text_of(failed)
    assert run(policy="segcheck: 1\nprofiles: [{model: nosuch}]\n")[1] == []  # the same error is told once
    assert "- gone: run 2 ended with an error" in text_of(run()[1][0])
    torn, mails = run(settings="segcheck: [")
    assert (torn.code, mails) == (2, [])
    assert "site.yaml cannot be used; nobody was told that the run failed" in torn.err


def test_terms_are_told_by_section_and_exceptions_before_they_end(run):
    waiver = (
        "segcheck: 1\nwaivers:\n  - {id: WV-1, check: forbidden-crossing, from: in-mail, to: lg-mail, service: tcp/445, "
        "reason: r, approver: CISO, approved: 2026-04-01, expires: 2026-12-20}\n"
    )
    entry = POLICY[POLICY.index("  - {id: R1") :].replace("purpose: p", "purpose: p, section: 税務課")
    policy = POLICY[: POLICY.index("  - {id: R1")] + entry + entry.replace("R1", "R2").replace("tcp/25", "tcp/26")
    _, (first,) = run(OPEN, day="2027-01-15", policy=policy)
    assert "- 税務課: register entries that end within 90 days: R1 2027-03-31, R2 2027-03-31\n" in text_of(first)
    _, (nearer,) = run(OPEN, day="2027-03-01", policy=policy)
    assert "within 30 days: R1 2027-03-31, R2" in text_of(nearer)
    _, (soon,) = run(OPEN, day="2026-12-08", waivers=waiver)
    assert "- exception WV-1 ends on 2026-12-20 (12 days left)" in text_of(soon)


def test_a_channel_that_fails_is_tried_again_and_decides_nothing(run, box, call, tmp_path):
    run()
    box.refusing = True
    outcome, mails = run(OPEN)
    assert (outcome.code, mails) == (1, [])
    assert "notification M: not told (SMTPSenderRefused 451); the next run tries again" in outcome.err
    assert "secret-of-the-server" not in outcome.err
    with sqlite3.connect(tmp_path / "town/.segcheck/history.db") as opened:
        (record,) = [json.loads(row[0]) for row in opened.execute("SELECT record FROM chain WHERE kind = 'note'")]
    assert (record["channel"], record["failed"], record["run"]) == ("M", "SMTPSenderRefused 451", 2)
    box.refusing = False
    _, (later,) = run(OPEN)  # nothing changed since, and yet: what crosses since run 2 was never told
    assert "- newly crosses: in -> lg tcp/445 (run 2)" in text_of(later)
    assert call("history", "verify", "town").code == 0


def test_a_run_that_is_killed_after_it_stored_loses_no_notification(run, monkeypatch):
    run()
    with monkeypatch.context() as patched:
        patched.setattr(notifying, "tell", lambda *a, **k: (_ for _ in ()).throw(KeyboardInterrupt))
        assert run(OPEN)[1] == []
    (later,) = run(OPEN)[1]
    assert "newly crosses: in -> lg tcp/445 (run 2)" in text_of(later)

    def sent_and_killed(*a, **k):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:  # taken by the server, not noted any more
        patched.setattr(memory, "delivered", sent_and_killed)
        assert len(run(day="2026-11-26")[1]) == 1
    assert len(run(day="2026-11-26")[1]) == 1  # at least once


def test_what_a_channel_does_not_want_is_not_sent_and_nothing_without_channels(run):
    assert run(OPEN, channel=", on: [error, recovered]")[1] == []
    assert run(OPEN, options=("--no-notify",))[1] == []
