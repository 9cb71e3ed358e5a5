"""segcheck opens no socket: no command does, and no module could."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pytest

from segcheck.app import assessing
from segcheck.cli.main import Group

ROOT = Path(__file__).resolve().parent.parent

#: What of the network's modules may be imported, and by whom: names of families and the spelling of addresses open nothing.
#: Of the notifications that a site configures, each channel is a module of its own.
MAY_IMPORT = {
    "segcheck.app.notifying.by_apprise": {"apprise"},
    "segcheck.app.notifying.command": {"subprocess"},
    "segcheck.app.notifying.mail": {"smtplib", "ssl"},
    "segcheck.app.notifying.syslog": {"logging.handlers.SysLogHandler", "socket"},
    "segcheck.captures.machine_code": {"ctypes"},  # the address of a kernel's machine code
    "segcheck.captures.neighbours": {"socket.AF_INET", "socket.AF_INET6", "socket.inet_ntop"},
    "segcheck.captures.telling": {"socket.AF_INET", "socket.AF_INET6", "socket.inet_ntop"},
}
_NETWORK = {
    *("socket", "_socket", "ssl", "_ssl", "socketserver", "selectors", "select", "asyncio", "http", "urllib", "xmlrpc"),
    *("ftplib", "smtplib", "smtpd", "poplib", "imaplib", "nntplib", "telnetlib", "wsgiref", "webbrowser", "requests"),
    *("urllib3", "httpx", "aiohttp", "paramiko", "apprise", "subprocess", "multiprocessing", "pty", "ctypes"),
    "logging.handlers",
}

#: One line at least for each command, over bundled sites and captures. {copy}: a site that may be written to; {new}:
#: what is made. Lines of commands that are not there yet wait for them.
LINES = {
    "check": [["check", "{site}"], ["check", "{site}", "--format", "json={new}.json", "--format", "summary"]],
    "diff": [["diff", "topologies/mistakes/38-log-off/mended", "topologies/mistakes/38-log-off/mistaken"]],
    "doctor": [["doctor"], ["doctor", "--format", "json"]],
    "explain": [["explain", "--list"], ["explain", "alpha"]],
    "flows": [["flows", "{capture}"]],
    "graph": [["graph", "{site}"]],
    "history": [[*words, "{copy}"] for words in (["history", "list"], ["history", "verify"], ["history", "show"])],
    "import": [["import", "--from-site", "{site}", "--to", "{new}.csv"]],
    "init": [
        ["init", "{new}"],
        ["init", "{new}-sample", "--sample"],
        ["init", "{new}-draft", "--from", "{site}/exports"],
    ],
    "inspect": [["inspect", "topologies/reiji/exports/fw-mn.conf"]],
    "match": [["match", "topologies/reiji/exports/fw-core.conf", "--packets", "topologies/reiji/packets/fw-core.tsv"]],
    "matrix": [["matrix", "{site}"]],
    "replay": [["replay", "topologies/reiji", "{capture}@t-mn-gc", "--time", "2026-11-10"]],
    "report": [["report", "{new}.json", "--format", "junit={new}.xml"]],  # `check` wrote it
    "run": [["run", "{copy}", "--format", "prom={new}.prom"], ["run", "{copy}"]],
    "schema": [["schema", "--list"], ["schema", "result"]],
    "trace": [["trace", "{site}", "--from", "in-lan", "--to", "lg-lan", "--proto", "tcp", "--dport", "445"]],
    "waive": [
        ["waive", "{copy}", "{finding}", "--until", "{soon}", "--reason", "代替策あり", "--approved-by", "情報政策課長"]
    ],
    "validate": [["validate", "{site}"]],
}


def _run(lines: Sequence[Sequence[str]], folder: Path, program: Sequence[str] = ("-m", "tests.offline")) -> list[Any]:
    asked = folder / "lines.json"
    asked.write_text(json.dumps(lines), encoding="utf-8")
    done = subprocess.run([sys.executable, *program, str(asked)], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    found: list[Any] = json.loads(done.stdout)
    return found


def test_every_command_runs_without_opening_a_socket_or_starting_a_program(tmp_path: Path) -> None:
    words = {
        "site": "topologies/minase",
        "capture": "captures/reiji/sound-day/fw-mn-port2.pcapng",
        "copy": str(shutil.copytree(ROOT / "topologies/mistakes/38-log-off/mistaken", tmp_path / "copy")),
        "new": str(tmp_path / "new"),
    }
    there = _commands()
    if "waive" in there:
        today = assessing.today()
        found = assessing.assess(words["copy"], day=today).assessment.findings
        words |= {"finding": found[0].fingerprint, "soon": (today + timedelta(days=30)).isoformat()}
    order = sorted(LINES, key=lambda name: (name != "run", name))  # the history is of what was run
    lines = [[word.format(**words) for word in line] for name in order if name in there for line in LINES[name]]

    found = _run([*lines, ["--help"], ["--version"], ["no-such-command"]], tmp_path)

    assert [(one["line"], one["refused"]) for one in found if one["refused"]] == []
    assert [one for one in found[:-1] if one["code"] not in (0, 1, 3)] == []  # each really did its work
    assert found[-1]["code"] == 2


def _commands() -> set[str]:
    group = Group(lambda english, japanese: english)
    return set(group.list_commands(click.Context(group)))


def test_every_command_there_is_has_a_line() -> None:
    assert _commands() - set(LINES) == set()


def test_the_guard_refuses_and_remembers(tmp_path: Path) -> None:
    deeds = {
        "import socket; socket.socket()": "socket.__new__",
        "import socket; socket.getaddrinfo('name.example', 443)": "socket.getaddrinfo",
        "import urllib.request; urllib.request.urlopen('http://192.0.2.1/')": "urllib.Request",
        "import os; os.system('true')": "os.system",
        "import subprocess; subprocess.run(['true'])": "subprocess.Popen",
        "import os, segcheck": None,
    }
    program = (
        "import segcheck.cli.main as main; from tests import offline\n"
        "def run(line):\n    try: exec(line[0])\n    except BaseException: pass\n    return 0\n"
        "main.run = run; offline.main()"
    )

    found = _run([[deed] for deed in deeds], tmp_path, ("-c", program))

    assert [one["code"] for one in found] == [0] * len(deeds)  # each swallowed its refusal
    assert [one["refused"] for one in found] == [[event] if event else [] for event in deeds.values()]


def _network_names(tree: ast.AST) -> set[str]:
    """Return what of the network's modules a module imports, as dotted names; imports by name count."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            found |= {str(part.value) for part in node.args if isinstance(part, ast.Constant)}
    found = {name for name in found if name.split(".")[:2] != ["urllib", "parse"]}  # which only takes text apart
    return {name for name in found if name.split(".")[0] in _NETWORK or name.startswith("logging.handlers")}


def test_no_module_could_open_one() -> None:
    found = {}
    for path in sorted((ROOT / "segcheck").rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        names = _network_names(ast.parse(path.read_text(encoding="utf-8")))
        if names:
            found[module] = names

    assert found == MAY_IMPORT  # also: nothing may stay on the list that nobody imports


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import socket", {"socket"}),
        ("import os, http.client as h", {"http.client"}),
        ("from urllib import request", {"urllib.request"}),
        ("def f():\n from logging.handlers import SysLogHandler", {"logging.handlers.SysLogHandler"}),
        ("import importlib\nimportlib.import_module('smtplib')", {"smtplib"}),
        ("__import__('socket')", {"socket"}),
        ("from urllib.parse import quote\nimport urllib.parse", set()),
        ("import json, logging\nfrom . import socket", set()),
    ],
)
def test_imports_are_seen_wherever_they_stand(text: str, names: set[str]) -> None:
    assert _network_names(ast.parse(text)) == names
