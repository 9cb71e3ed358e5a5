"""Attributes, documents and the body's own registers of a topology: checked against the vocabulary, then to nouns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from segcheck.errors import CannotRun
from segcheck.loaders import attributes, files, marked
from segcheck.loaders.problems import did_you_mean
from segcheck.loaders.site.names import Names
from segcheck.loaders.site.pages import Page
from segcheck.model import delimited
from segcheck.model.declared import (
    Attribute,
    AttributeValue,
    Document,
    Equipment,
    ExternalService,
    Heard,
    Ledger,
    LedgerRow,
    Obtained,
    WirelessNetwork,
)
from segcheck.model.site_words import ExportRole, HostRole
from segcheck.model.source import Span
from segcheck.model.vocabulary import Term
from segcheck.sets import addresses

#: Sections whose entries have attributes, with the subject of the vocabulary; hosts and groups go by their role.
_SUBJECTS = {
    "zones": ("zone",),
    "segments": ("segment",),
    "devices": ("device",),
    "links": ("link",),
    "gateways": ("gateway",),
    "external_services": ("service",),
    "wireless": ("wireless",),
    "equipment": ("equipment",),
}
SECTIONS = ("hosts", "groups", *_SUBJECTS)
#: 192.0.2.1; 00:00:5e:00:53:01, 00-00-5e-00-53-01, 0000.5e00.5301.
_ADDRESS = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
_MAC = re.compile(r"\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b|\b[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}\b", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\n,、]+")


# --- what is wrong ---------------------------------------------------------------------------------------------------


def check(page: Page, names: Names, folder: Path) -> None:
    """Note attributes that the vocabulary lacks, values that it does not know, names that stand for nothing."""
    for section in SECTIONS:
        for path, entry in page.items(section):
            subjects = _SUBJECTS.get(section) or _by_role(entry.role)
            for name, one in entry.attributes.items():
                _attribute(page, names, (*path, "attributes", name), name, one.value, subjects)
    for path, service in page.items("external_services"):
        if service.zone is not None:
            names.ask(page, (*path, "zone"), service.zone, "zones")
        for index, end in enumerate(service.ends):
            _host(page, names, (*path, "ends", index), end)
    for path, net in page.items("wireless"):
        names.ask(page, (*path, "segment"), net.segment, "segments")
    for path, shared in page.items("equipment"):
        names.ask_all(page, (*path, "zones"), shared.zones, "zones")
        for index, name in enumerate(shared.devices):
            _host(page, names, (*path, "devices", index), name)
    for section in ("external_services", "wireless", "equipment", "documents", "ledgers"):
        names.unique(page, section)
    for path, ledger in page.items("ledgers"):
        _ledger_problems(page, path, ledger, folder)


def _by_role(role: HostRole | None) -> tuple[str, ...]:
    if role is HostRole.TERMINAL:
        return ("terminal",)
    return ("terminal", "server") if role in (None, HostRole.SCREEN_SERVER) else ("server",)


def _attribute(
    page: Page, names: Names, path: marked.Path, name: str, value: object, subjects: tuple[str, ...]
) -> None:
    words = attributes.load()
    term = words.terms.get(name)
    known = [one.name for one in words.terms.values() if set(one.subjects) & set(subjects)]
    japanese, english = words.subjects[subjects[0]]
    if term is None:
        helps = did_you_mean(name, known)
        page.note(path, f"no attribute '{name}'", f"属性 '{name}' はありません", helps, key=True)
        return
    if not set(term.subjects) & set(subjects):
        message = f"'{name}' is no attribute of a {english}", f"'{name}' は{japanese}の属性ではありません"
        page.note(path, *message, did_you_mean(name, known), key=True)
        return
    here = (*path, "value")
    _value(page, names, here, term, value)


def _value(page: Page, names: Names, path: marked.Path, term: Term, value: object) -> None:
    if term.type in ("list", "hosts", "segments"):
        items = _items(value)
        if not items:
            page.note(path, "a list of names is needed here", "ここには名前の並びが必要です")
        for index, item in enumerate(items):
            here = (*path, index) if isinstance(value, list) else path
            if term.type == "segments":
                names.ask(page, here, item, "segments")
            elif term.type == "hosts":
                _host(page, names, here, item)
            elif item not in term.words:
                _unknown(page, here, item, term)
    elif term.type == "words":
        if not isinstance(value, str | int) or isinstance(value, bool) or str(value) not in term.words:
            _unknown(page, path, value, term)
    elif not _FITS[term.type][0](value):
        page.note(path, f"{_FITS[term.type][1]} is needed here", f"ここには{_FITS[term.type][2]}が必要です")


def _unknown(page: Page, path: marked.Path, value: object, term: Term) -> None:
    shown = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
    page.note(
        path,
        f"'{shown}' is not one of the words that may stand here",
        f"'{shown}' はここでは使えません",
        did_you_mean(shown, term.words),
    )


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


_FITS: Mapping[str, tuple[Callable[[object], bool], str, str]] = {
    "flag": (lambda value: isinstance(value, bool), "true or false", " true または false "),
    "number": (
        lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0,
        "a whole number",
        "0 以上の整数",
    ),
    "date": (lambda value: _day(value) is not None, "a date like 2026-11-01", " 2026-11-01 のような日付"),
    "text": (lambda value: isinstance(value, str) and value.strip() != "", "text", "文字列"),
}


def _items(value: object) -> list[str]:
    """Return the names of a list, which a cell of a workbook holds in lines."""
    if isinstance(value, list):
        return [str(one) for one in value]
    return [one.strip() for one in _SEPARATORS.split(value) if one.strip()] if isinstance(value, str) else []


def _host(page: Page, names: Names, path: marked.Path, name: str) -> None:
    """Note a name that is neither a host's, a group's nor a device's."""
    for section in ("hosts", "groups", "devices"):
        if name in names.known[section]:
            names.used[section].add(name)
            return
    known = sorted(names.known["hosts"] | names.known["groups"] | names.known["devices"])
    page.note(
        path,
        f"no host, group or device '{name}'",
        f"ホスト・グループ・機器に '{name}' はありません",
        did_you_mean(name, known),
    )


def _ledger_problems(page: Page, path: marked.Path, ledger: Any, folder: Path) -> None:
    try:
        real, root = (folder / ledger.path).resolve(), folder.resolve()
        if not real.is_relative_to(root):
            page.note((*path, "path"), f"'{ledger.path}' leads out of the site", f"'{ledger.path}' はサイトの外です")
            return
        heads = _heads(folder, ledger.path)
    except (CannotRun, OSError, RuntimeError):
        page.note((*path, "path"), f"{ledger.path} cannot be read", f"{ledger.path} を読み取れません")
        return
    if ledger.column not in heads:
        page.note(
            (*path, "column"),
            f"{ledger.path} has no column '{ledger.column}'",
            f"{ledger.path} に列 '{ledger.column}' はありません",
            did_you_mean(ledger.column, sorted(heads)),
        )


# --- to nouns --------------------------------------------------------------------------------------------------------


def attributes_of(page: Page, path: marked.Path, entries: Mapping[str, Any]) -> tuple[Attribute, ...]:
    """Return the attributes of an entry; `check` has found nothing wrong with them."""
    terms = attributes.load().terms if entries else {}
    return tuple(
        Attribute(
            name,
            _noun(terms[name], one.value),
            one.evidence,
            one.evidence_date,
            one.declared_by,
            page.span((*path, "attributes", name)),
            terms[name].days,
        )
        for name, one in entries.items()
    )


def _noun(term: Term, value: object) -> AttributeValue:
    if term.type in ("list", "hosts", "segments"):
        return tuple(_items(value))
    if term.type == "date":
        day = _day(value)
        assert day is not None  # `check` has refused it
        return day
    if term.type == "words":
        return str(value)
    assert isinstance(value, str | int)
    return value.strip() if isinstance(value, str) else value


def obtained(entry: Any) -> Obtained | None:
    """Return how a file came to us, None where nobody says."""
    if entry is None:
        return None
    return Obtained(
        by_role=entry.by_role,
        source=entry.from_,
        method=entry.method,
        at=entry.at,
        witnessed_by=entry.witnessed_by,
        running=entry.running_config,
    )


def external_services(page: Page) -> dict[str, ExternalService]:
    """Return the register of external services."""
    return {
        one.id: ExternalService(
            id=one.id,
            name=one.name,
            kind=one.kind,
            zone=one.zone or "",
            ends=tuple(one.ends),
            purpose=one.purpose,
            data_class=one.data_class or "",
            owner=one.owner,
            approved_by=one.approved_by,
            attributes=attributes_of(page, path, one.attributes),
            span=page.span(path),
        )
        for path, one in page.items("external_services")
    }


def wireless(page: Page) -> dict[str, WirelessNetwork]:
    """Return the wireless networks."""
    return {
        one.id: WirelessNetwork(
            id=one.id,
            ssid=one.ssid,
            segment=one.segment,
            attributes=attributes_of(page, path, one.attributes),
            span=page.span(path),
        )
        for path, one in page.items("wireless")
    }


def equipment(page: Page) -> dict[str, Equipment]:
    """Return the equipment that zones share."""
    return {
        one.id: Equipment(
            id=one.id,
            kind=one.kind,
            zones=tuple(one.zones),
            name=one.name or one.id,
            devices=tuple(one.devices),
            document=one.document,
            attributes=attributes_of(page, path, one.attributes),
            span=page.span(path),
        )
        for path, one in page.items("equipment")
    }


def documents(page: Page) -> dict[str, Document]:
    """Return the documents."""
    return {
        one.id: Document(
            id=one.id,
            kind=one.kind,
            title=one.title,
            date=one.date,
            owner=one.owner,
            period_days=one.period_days,
            location=one.location,
            published=one.published,
            span=page.span(path),
        )
        for path, one in page.items("documents")
    }


def ledgers(page: Page, folder: Path) -> dict[str, Ledger]:
    """Return the ledgers with their rows; those without a name in their column are left out."""
    return {
        one.id: Ledger(
            id=one.id,
            kind=one.kind,
            path=one.path,
            rows=tuple(_rows(folder, one.path, one.column)),
            as_of=one.as_of,
            span=page.span(path),
        )
        for path, one in page.items("ledgers")
    }


def heard(page: Page, folder: Path) -> Iterator[Heard]:
    """Yield the neighbours in the ARP tables of devices: every line with an IPv4 and a hardware address.

    Vendors write them in any order (`show ip arp`, `get system arp`, `arp -an`, `ip neigh`); headings, and addresses that
    nobody answered for, have no hardware address. A file that cannot be read yields nothing: `check` tells it otherwise.
    """
    for _, device in page.items("devices"):
        for export in device.exports:
            if export.role is not ExportRole.ARP:
                continue
            try:
                lines = files.read_text(str(folder / export.path)).lines()
            except CannotRun:
                continue
            for number, line in enumerate(lines, 1):
                address, mac = _ADDRESS.search(line), _MAC.search(line)
                if address is not None and mac is not None:
                    with suppress(ValueError):
                        yield Heard(
                            device=device.id,
                            address=addresses.parse_one(address[0]),
                            mac=_plain_mac(mac[0]),
                            span=Span(export.path, number, number),
                        )


def _plain_mac(text: str) -> str:
    digits = re.sub("[^0-9a-f]", "", text.lower())
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def _book(folder: Path, path: str) -> Any:
    source = replace(files.read_table(str(folder / path)), path=path)
    return source.book if source.book is not None else delimited.book(source)


def _heads(folder: Path, path: str) -> set[str]:
    sheets = _book(folder, path).sheets
    return {cell.text.strip() for cell in sheets[0].rows[0].cells.values()} if sheets and sheets[0].rows else set()


def _rows(folder: Path, path: str, column: str) -> Iterator[LedgerRow]:
    book = _book(folder, path)
    head, *rows = book.sheets[0].rows
    at = next(number for number, cell in head.cells.items() if cell.text.strip() == column)
    for row in rows:
        name = row.cell(at).text.strip()
        if name:
            yield LedgerRow(name=name, span=Span(path, row.first, row.last))
