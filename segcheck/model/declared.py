"""What people declare of things beyond their place in the network: attributes, documents, registers of the body."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from segcheck.model.site_words import DocumentKind, EquipmentKind, LedgerKind, ServiceKind
from segcheck.model.source import Span

#: What an attribute may hold, by its type in the vocabulary: a word or text, a number, a truth value, a day, several names.
AttributeValue = str | int | bool | date | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attribute:
    """A declared property and what it rests on; a claim without evidence stays a claim.

    days   the vocabulary's limit: a date further back, or a greater number, no longer serves; None = it has none
    """

    name: str
    value: AttributeValue
    evidence: str = ""
    evidence_date: date | None = None
    declared_by: str = ""
    span: Span | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Obtained:
    """How an input came to us: by whom (post), from where, how, when; `running`: what the device really ran."""

    by_role: str
    source: str = ""
    method: str = ""
    at: datetime | None = None
    witnessed_by: str = ""
    running: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalService:
    """An entry of the register of external services (外部サービス台帳); `ends` are hosts and groups that stand for it.

    zone         the zone from which it is used
    data_class   highest class of data that it may be given (自治体機密性), "" = nobody said
    owner        post that answers for it
    """

    id: str
    name: str
    kind: ServiceKind
    zone: str = ""
    ends: tuple[str, ...] = ()
    purpose: str = ""
    data_class: str = ""
    owner: str = ""
    approved_by: str = ""
    attributes: tuple[Attribute, ...] = ()
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class WirelessNetwork:
    """An SSID and the segment that its terminals are in."""

    id: str
    ssid: str
    segment: str
    attributes: tuple[Attribute, ...] = ()
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """A switch, hypervisor, storage or printer that several zones share; `document` says how they are kept apart."""

    id: str
    kind: EquipmentKind
    zones: tuple[str, ...]
    name: str = ""
    devices: tuple[str, ...] = ()
    document: str = ""
    attributes: tuple[Attribute, ...] = ()
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Something that is shown outside segcheck: an audit, a contract, rules.

    date         the day of it
    period_days  how long it counts; None = nobody said
    """

    id: str
    kind: DocumentKind
    title: str
    date: date
    owner: str = ""
    period_days: int | None = None
    location: str = ""
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """A row of a ledger: the name of the thing, and where it stands."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A line of a device's ARP table: an address of the joint address line and the hardware address that answered for it."""

    device: str
    address: int
    mac: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A ledger of the body (機器台帳, 回線台帳), read from a table."""

    id: str
    kind: LedgerKind
    path: str
    rows: tuple[LedgerRow, ...]
    as_of: date | None = None
    span: Span
