"""Whom a scheduled run tells what it found, and how."""

from __future__ import annotations

from dataclasses import dataclass

from segcheck.model.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One way of telling.

    kind      mail, syslog, command or apprise
    host      id of the declared host that receives, "" = nobody said
    server    address or name; of a unix socket, its path
    secret    where a password (mail) or URL (apprise) is: "env:NAME" or "file:/path"; "" = there is none
    on        events that are told: finding, reach, undecided, error, recovered, expiring, stale, changes
    min       the least weight of findings that are told
    detail    "full" tells names of hosts, devices and addresses too
    timeout   seconds that a channel may take
    """

    id: str
    kind: str
    active: bool = True
    host: str = ""
    server: str = ""
    port: int | None = None
    transport: str = "udp"
    facility: str = "daemon"
    security: str = "starttls"
    ca_file: str = ""
    user: str = ""
    secret: str = ""
    sender: str = ""
    to: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    timeout: int = 20
    on: frozenset[str] = frozenset()
    min: str = "low"
    detail: str = "summary"
    span: Span
