"""Each channel by a receiver inside the test, and where secrets may stand."""

import errno
import json
import smtplib
import socket
import ssl
import stat
import sys
import types

import pytest

from segcheck.app.history import store
from segcheck.app.notifying import memory, sending
from segcheck.errors import BadInput
from segcheck.model.channel import Channel
from segcheck.model.notice import Message
from segcheck.model.source import Span
from tests.app.notifying.sinks import mail_server, tcp_sink, udp_sink
from tests.reports.results import faults

SPAN = Span("site.yaml", 1, 1)
MESSAGE = Message(
    site="見本市",
    day="2026-11-24",
    number=3,
    hash="ab" * 32,
    verdict="violated",
    title="[segcheck] 見本市: 指摘 1 100%",
    lines=("- 新たな指摘", "", "実行 3"),
    grave=True,
    matters=({"event": "finding", "text": "新たな指摘"},),
)


@pytest.fixture
def box():
    with mail_server() as found:
        yield found


def channel(**given):
    return Channel(**{"id": "C", "span": SPAN, "timeout": 5, **given})


def test_syslog_by_udp_and_tcp_and_unix(tmp_path):
    with udp_sink() as sink:
        port = sink.getsockname()[1]
        sending.send(channel(kind="syslog", server="127.0.0.1", port=port, facility="local3"), MESSAGE, ".")
        lines = [sink.recv(2048).decode() for _ in range(3)]
    assert lines[0] == f"<156>segcheck: run=3 chain={'ab' * 8} [segcheck] 見本市: 指摘 1 100%"  # local3, warning
    assert lines[1].endswith("- 新たな指摘")
    with tcp_sink() as (port, got):
        sending.send(channel(kind="syslog", server="127.0.0.1", port=port, transport="tcp"), MESSAGE, ".")
    assert b"".join(got).decode().count("\n") == 3
    path = str(tmp_path / "log")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sink:
        sink.bind(path)
        sending.send(channel(kind="syslog", server=path, transport="unix"), MESSAGE, ".")
        assert b"100%" in sink.recv(2048)
    with pytest.raises(OSError, match="refused"):
        sending.send(channel(kind="syslog", server="127.0.0.1", port=port, transport="tcp"), MESSAGE, ".")


def test_a_command_gets_json_and_must_end_well(tmp_path):
    kept = tmp_path / "kept.json"
    code = f"import sys, pathlib; pathlib.Path({str(kept)!r}).write_bytes(sys.stdin.buffer.read())"
    sending.send(channel(kind="command", command=(sys.executable, "-c", code)), MESSAGE, ".")
    told = json.loads(kept.read_text(encoding="utf-8"))
    assert faults(told, "notification") == []
    assert (told["schema"], told["number"], told["hash"]) == ("segcheck/notification/1", 3, "ab" * 32)
    assert told["matters"] == [{"event": "finding", "text": "新たな指摘"}]
    for words, why in ((("-c", "raise SystemExit(7)"), "CalledProcessError 7"), (("-c", "while 1: 0"), "Timeout")):
        with pytest.raises(Exception, match=r".") as failed:
            sending.send(channel(kind="command", command=(sys.executable, *words), timeout=1), MESSAGE, ".")
        assert sending.reason(failed.value).startswith(why)


def test_mail_asks_for_encryption_before_it_says_anything(box):
    given = channel(kind="mail", server="127.0.0.1", port=box.port, sender="a@b.example", to=("c@d.example",))
    with pytest.raises(Exception, match="STARTTLS"):
        sending.send(given, MESSAGE, ".")
    assert [line for line in box.said if line.upper().startswith(("MAIL", "AUTH", "DATA"))] == []


def test_why_a_channel_failed_is_said_in_words_of_the_system():
    assert sending.reason(ConnectionRefusedError(errno.ECONNREFUSED, "canary")) == (
        "ConnectionRefusedError, Connection refused"
    )
    assert sending.reason(socket.gaierror(-2, "canary")) == "gaierror"
    assert sending.reason(ssl.SSLCertVerificationError(1, "canary")) == "SSLCertVerificationError"
    assert sending.reason(smtplib.SMTPResponseException(535, b"canary")) == "SMTPResponseException 535"


def test_apprise_only_where_it_is_installed(monkeypatch):
    told = []

    class Apprise:
        def add(self, url):
            return url.startswith("json://")

        def notify(self, title, body):
            return told.append((title, body)) or True

    monkeypatch.setenv("URL", "json://192.0.2.1")
    monkeypatch.setitem(sys.modules, "apprise", None)
    given = channel(kind="apprise", secret="env:URL")
    with pytest.raises(BadInput, match="not installed"):
        sending.send(given, MESSAGE, ".")
    monkeypatch.setitem(sys.modules, "apprise", types.SimpleNamespace(Apprise=Apprise))
    sending.send(given, MESSAGE, ".")
    assert told[0][0] == MESSAGE.title


def test_secrets_stand_in_the_environment_or_in_a_file_of_ones_own(tmp_path, monkeypatch):
    path = tmp_path / "secret"
    path.write_text("canary-secret\n", encoding="utf-8")
    path.chmod(0o600)
    assert sending.secret(f"file:{path}") == "canary-secret"
    path.chmod(stat.S_IRUSR | stat.S_IRGRP)
    for where in (f"file:{path}", "file:/nowhere", "env:NOT_SET"):
        with pytest.raises(BadInput) as refused:
            sending.secret(where)
        assert "canary" not in str(refused.value)


def test_the_store_of_an_earlier_version_learns_what_was_told(tmp_path):
    with store.opened(tmp_path / "h.db", create=True) as history:
        memory.passed(history, "M", 7)
        assert memory.cursor(history, "M") == 7
        assert memory.told(history, "M") == {}
