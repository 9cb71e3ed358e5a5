"""A notification by mail (RFC 5321, RFC 3207): text only, in the language of the site."""

from __future__ import annotations

import platform
import smtplib
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from segcheck.model.channel import Channel
from segcheck.model.notice import Message

_PORTS = {"none": 25, "starttls": 587, "tls": 465}


def send(channel: Channel, message: Message, password: str, folder: str) -> str:
    """Give a message to a mail server; return how many receivers it refused, "" for none.

    Certificates are always checked, against `ca_file` where one is named.

    Raises:
        OSError, smtplib.SMTPException: the server cannot be reached, or takes it for nobody.
    """
    mail = EmailMessage()
    mail["From"] = channel.sender
    mail["To"] = ", ".join(channel.to)
    mail["Subject"] = message.title
    mail["Date"] = format_datetime(datetime.now(UTC))
    # The same for the same message: one that is sent twice after a kill can be told.
    mail["Message-ID"] = f"<{message.hash[:32]}.{message.number}.{len(message.lines)}@segcheck.invalid>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answers of holidays
    mail.set_content("\n".join((message.title, "", *message.lines)) + "\n", charset="utf-8")
    port = channel.port or _PORTS[channel.security]
    here = platform.node().encode("ascii", "ignore").decode() or "localhost"  # else smtplib asks the name service
    if channel.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            channel.server, port, here, timeout=channel.timeout, context=_context(channel, folder)
        )
    else:
        server = smtplib.SMTP(channel.server, port, here, timeout=channel.timeout)
    with server:
        if channel.security == "starttls":
            server.starttls(context=_context(channel, folder))
        if channel.user:
            server.login(channel.user, password)
        refused = server.send_message(mail, from_addr=channel.sender, to_addrs=list(channel.to))
    return f"refused for {len(refused)} of {len(channel.to)}" if refused else ""


def _context(channel: Channel, folder: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(Path(folder) / channel.ca_file) if channel.ca_file else None)
