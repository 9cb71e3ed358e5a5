"""Command lines run in this process while nothing may open a socket or start another program.

    python -m tests.offline FILE      FILE: JSON, a list of command lines; what became of each goes to standard output

Python tells an audit hook of everything that it is about to do to a socket, whoever asked for it (PEP 578). A hook cannot be
taken away again, so this runs in a process of its own. What native code does without Python is seen by the bundle's test,
in a network namespace without interfaces.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

#: Anything that touches the network, and anything that might do so where the hook does not see it.
FORBIDDEN = (
    *(
        "socket.",
        "urllib.",
        "http.",
        "ftplib.",
        "smtplib.",
        "poplib.",
        "imaplib.",
        "nntplib.",
        "telnetlib.",
        "webbrowser.",
    ),
    *("subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "os.startfile", "pty.spawn"),
)


class Refused(BaseException):
    """Something was about to happen that segcheck promises not to do; no `except Exception` hides it."""


class Guard:
    """Refuses what is forbidden, and remembers it even if somebody swallowed the refusal."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def hook(self, event: str, arguments: tuple[object, ...]) -> None:
        if event.startswith(FORBIDDEN):
            self.seen.append(event)
            raise Refused(event)


def outcome(guard: Guard, line: list[str]) -> dict[str, Any]:
    """Return how a command line ended and what it was refused."""
    from segcheck.cli.main import run

    guard.seen.clear()
    code: int | None = None
    out, told = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(told), contextlib.suppress(Refused):
        code = run(line)
    return {
        "line": line,
        "code": code,
        "refused": list(guard.seen),
        "out": out.getvalue()[-400:],
        "err": told.getvalue(),
    }


def main() -> None:
    lines = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    os.environ.pop("SEGCHECK_DEBUG", None)
    guard = Guard()
    sys.addaudithook(guard.hook)
    print(json.dumps([outcome(guard, line) for line in lines]))


if __name__ == "__main__":
    main()
