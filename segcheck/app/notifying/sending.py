"""A message to one channel, and why one did not take it."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

from segcheck.errors import BadInput
from segcheck.model.channel import Channel
from segcheck.model.notice import Message


def send(channel: Channel, message: Message, folder: str) -> str:
    """Give a message to a channel; return what it said beside, "" for nothing.

    folder   of the site, in which certificates are named

    Raises:
        BadInput: the secret of the channel cannot be used.
        Exception: whatever keeps the channel from taking it.
    """
    if channel.kind == "mail":
        from segcheck.app.notifying import mail

        return mail.send(channel, message, secret(channel.secret), folder)
    if channel.kind == "syslog":
        from segcheck.app.notifying import syslog

        return syslog.send(channel, message)
    if channel.kind == "command":
        from segcheck.app.notifying import command

        return command.send(channel, message)
    from segcheck.app.notifying import by_apprise

    return by_apprise.send(channel, message, secret(channel.secret))


def secret(where: str) -> str:
    """Return the secret that is kept in an environment variable or in a file that only its owner can read; "" for none.

    Raises:
        BadInput: there is none, or others can read it too.
    """
    if not where:
        return ""
    kind, _, name = where.partition(":")
    if kind == "env":
        found = os.environ.get(name, "")
        if not found:
            raise BadInput(
                f"environment variable {name} is not set",
                f"環境変数 {name} がありません",
            )
        return found
    path = Path(name)
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise BadInput("the file of the secret cannot be read", "秘密の値のファイルを読めません") from None
    # Windows keeps who may read a file elsewhere; what `stat` shows there says nothing.
    if sys.platform != "win32" and stat.S_IMODE(mode) & 0o077:
        raise BadInput(
            "others can read the file of the secret; chmod 600",
            "秘密の値のファイルを他の利用者が読めます。chmod 600 としてください",
        )
    return text.strip()


def reason(error: BaseException) -> str:
    """Return why something failed, in words of ours and of the system: what a server says may quote anything."""
    # Of name service and TLS the numbers mean something else.
    if isinstance(error, OSError) and error.errno and type(error).__module__ == "builtins":
        return f"{type(error).__name__}, {os.strerror(error.errno)}"
    code = getattr(error, "smtp_code", None) or getattr(error, "returncode", None)
    return f"{type(error).__name__} {code}" if isinstance(code, int) else type(error).__name__
