"""A notification to syslog (RFC 3164 over UDP, lines over TCP as RFC 6587 3.4.2 has them, a unix socket)."""

from __future__ import annotations

import logging
import socket
from logging.handlers import SysLogHandler

from segcheck.model.channel import Channel
from segcheck.model.notice import Message

_PORT = 514
#: Bytes of a line that every receiver takes (RFC 3164 4.1 has 1024, with the header).
_LONGEST = 960


class _Handler(SysLogHandler):
    append_nul = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 -- the name is logging's
        """Let the error out: whether it was told matters here."""
        del record
        raise  # `emit` calls this while it handles one


def send(channel: Channel, message: Message) -> str:
    """Send the title and each line as a record of its own; return "".

    By UDP nobody can tell whether anything arrived.

    Raises:
        OSError: the receiver cannot be reached.
    """
    kind = socket.SOCK_STREAM if channel.transport == "tcp" else socket.SOCK_DGRAM
    address: str | tuple[str, int] = channel.server
    if channel.transport != "unix":
        address = (channel.server, channel.port or _PORT)
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(channel.timeout)
    try:
        handler = _Handler(address, SysLogHandler.facility_names[channel.facility], kind)
    finally:
        socket.setdefaulttimeout(before)
    handler.ident = "segcheck: "
    level = logging.WARNING if message.grave else logging.INFO
    mark = f"run={message.number} chain={message.hash[:16]}"
    try:
        for text in (message.title, *(line for line in message.lines if line)):
            whole = _cut(f"{mark} {text}") + ("\n" if channel.transport == "tcp" else "")
            handler.emit(logging.LogRecord("segcheck", level, "", 0, whole, (), None))
    finally:
        handler.close()
    return ""


def _cut(text: str) -> str:
    return text.encode()[:_LONGEST].decode(errors="ignore")
