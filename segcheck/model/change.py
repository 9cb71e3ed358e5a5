"""Approved changes, and what of a drift they cover."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from segcheck.model.site import Endpoint, Service
from segcheck.model.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What a change may alter: a device, some rules of it, or a communication.

    device      "" where a communication is meant
    rules       ids of rules; () = anything of the device
    """

    device: str = ""
    rules: tuple[str, ...] = ()
    source: Endpoint | None = None
    destination: Endpoint | None = None
    services: tuple[Service, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An approved change; its window is from `begins` to `ends`, both with an offset. The approver is a post."""

    ticket: str
    begins: datetime
    ends: datetime
    expected: tuple[Expectation, ...]
    approver: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """Part of a drift that an approved change covers; `what` names the device, or the two places."""

    kind: str
    what: str
    ticket: str
    approver: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unapproved:
    """Part of a drift that none covers.

    kind     input (what a device's export means) or crossing
    reason   outside (no change of that time is about it), larger (one is, and expects less), unknown (cannot be told)
    """

    kind: str
    what: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """A change whose window is over while exports of its devices are still those of before."""

    ticket: str
    until: datetime
    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangesDrift:
    """A drift held against the approved changes of a site."""

    approved: tuple[Approved, ...]
    unapproved: tuple[Unapproved, ...]
    awaited: tuple[Awaited, ...]
