"""What counts as gone, and what a channel hears of it."""

import pytest

from segcheck.app import notifying
from segcheck.app.history import store
from segcheck.app.notifying import memory, sending
from tests.app.notifying.test_channels import channel

FINDINGS = {"aa": ["R"], "bb": ["C"], "cc": ["R"], "dd": ["R", "C"], "ee": ["A"]}


def result(**waived):
    rows = [
        {
            "fingerprint": mark,
            "source": source,
            "check": "x",
            "severity": "low",
            "verdict": "violated",
            "message": {"ja": "m", "en": "m"},
            "src_zone": "a",
            "dst_zone": "b",
            "packets": None,
            "evidence": [],
            "waiver": waived.get(mark),
        }
        for mark, source in FINDINGS.items()
        if mark in waived
    ]
    return {"findings": rows, "crossings": [], "inputs": [], "day": "2026-11-24", "drift": None}


@pytest.fixture
def tell(tmp_path, monkeypatch):
    sent = []
    monkeypatch.setattr(sending, "send", lambda channel, message, folder: sent.append(message) or "")
    with store.opened(tmp_path / "h.db", create=True) as history:

        def telling(document, run, **given):
            sent.clear()
            ended = notifying.Ended(
                run=run, hash="ab" * 32, day=document["day"], site="s", verdict="violated", code=1, result=document
            )
            whom = channel(**{"kind": "mail", "on": frozenset(("finding", "recovered")), **given})
            assert notifying.tell(history, [whom], ended, folder=".", language="en") == ()
            return [one["text"] for message in sent for one in message.matters], memory.told(history, "C")

        yield telling


def test_what_was_seen_or_is_excepted_or_could_not_be_looked_at_is_not_gone(tell):
    first, _ = tell(result(**dict.fromkeys(FINDINGS)), 1)
    assert len(first) == 5
    later = result(cc={"id": "W"})
    later["drift"] = {"findings": {"untold": [{"fingerprint": "ee"}]}, "crossings": []}
    told, known = tell(later, 2)

    assert sorted(text[text.index("[x ") :] for text in told) == ["[x aa]", "[x dd]"]
    assert all(text.startswith("gone: ") for text in told)
    assert sorted(known) == ["finding:bb", "finding:cc", "finding:ee"]
    assert tell(later, 3)[0] == []


def test_hostile_names_steer_neither_terminal_nor_header(tell, monkeypatch):
    document = result(aa=None)
    document["findings"][0]["message"] = {"ja": "m", "en": "\x1b[2Jm\r\nBcc: x@y.example"}
    lines = []
    monkeypatch.setattr(sending, "send", lambda channel, message, folder: lines.extend(message.lines) or "")
    tell(document, 1, detail="full")
    assert any("Bcc" in line for line in lines)
    assert not any(character in line for line in lines for character in "\x1b\r\n")


def test_a_channel_hears_what_it_wants(tell):
    assert tell(result(aa=None), 1, min="medium")[0] == []
    assert tell(result(aa=None), 2, on=frozenset(("error",)))[0] == []
    assert len(tell(result(aa=None), 3)[0]) == 1
    assert tell(result(), 4, on=frozenset(("finding",))) == ([], {})  # gone, but nobody asked
    assert len(tell(result(aa=None), 5)[0]) == 1
