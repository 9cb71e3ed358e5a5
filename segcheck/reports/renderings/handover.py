"""引継資料: what the successor needs: what runs out when, what is open, who answers for what, where the inputs come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from segcheck.lang.words import Words, load
from segcheck.reports import _print_sheets
from segcheck.reports._printed import Book, Styled
from segcheck.reports.renderings import Format, _audit, _organs, _records, _sheets, _told
from segcheck.reports.renderings._sheets import Row, heads
from segcheck.reports.renderings._told import Document, plain, said

FORMAT = Format(
    name="handover",
    suffix=".xlsx",
    summary=("for the successor: terms, what is open, who answers for what", "引継資料"),
    binary=True,
)
_SOON = 90


def render(result: Mapping[str, Any], language: str) -> bytes:
    """Return the workbook; options that weakened the run are told on its first page."""
    words = load(language)
    title = words("audit.handover")
    book = _print_sheets.Book(*_audit.margins(words, result, title), words("sheets.none"))
    _audit.cover(book, words, result, title, title)
    _first(book, words, result)
    _terms(book, words, result)
    _sheets.findings(book, words, result)
    _audit.missing(book, words, result)
    _records.register(book, words, result)
    _records.exceptions(book, words, result)
    _records.assumptions(book, words, result)
    _records.inputs(book, words, result)
    _audit.again(book, words, result)
    return book.bytes(plain(result["site"], 120), datetime.fromisoformat(result["run"]["started"]))


def _first(book: Book, words: Words, result: Document) -> None:
    sheet = book.sheet(words("audit.handover"), [26, 18, 18, 18, 18, 18])
    sheet.title(words("audit.handover"))
    sheet.pairs(
        (
            (words("sheets.site"), Styled(plain(result["site"]), bold=True)),
            (
                words("sheets.verdict"),
                Styled(_told.verdict(words, result), _sheets.FILL_OF[result["verdict"]], bold=True),
            ),
            (words("sheets.conclusion"), _told.conclusion(words, result)),
            (words("requirements.title"), "\n".join(_organs.counts(words, result))),
            *((words("sheets.weakened"), Styled(line, "warn")) for line in _told.weakened(words, result)),
            (words("sheets.outside"), ", ".join(map(plain, result["outside"])) or "-"),
            (words("audit.step_judge"), _audit.command_of(result)),
            (words("audit.contacts"), Styled("\n\n", "fill_in")),
            (words("audit.habits"), Styled("\n\n\n", "fill_in")),
            (words("audit.pending"), Styled("\n\n\n", "fill_in")),
        )
    )


def _terms(book: Book, words: Words, result: Document) -> None:
    """Add everything that runs out or must be looked at again, the soonest first."""
    sheet = book.sheet(words("audit.terms"), [13, 12, 18, 16, 30, 60])
    sheet.title(words("audit.terms"))
    day = date.fromisoformat(result["day"])
    rows: list[Row] = []
    for until, what, name, section, text in sorted(_until(words, result)):
        left = (date.fromisoformat(until) - day).days
        fill = "bad" if left < 0 else "warn" if left <= _SOON else ""
        told = words("audit.over") if left < 0 else words("audit.left", days=left)
        rows.append([Styled(until, fill), Styled(told, fill), what, name, section, text])
    sheet.table(heads(words, "until", "left", "what", "id", "section", "purpose"), rows, main=True)


def _until(words: Words, result: Document) -> Iterator[tuple[str, str, str, str, str]]:
    for one in result.get("register", ()):
        if one["status"] != "retired":
            for key in ("expires", "review_due"):
                if one[key]:
                    section = plain(one["section"] or one["approver"] or "-")
                    yield one[key], words(f"audit.term_{key}"), plain(one["id"]), section, plain(one["purpose"])
    for one in result.get("waivers", ()):
        yield one["expires"], words("sheets.exceptions"), plain(one["id"]), plain(one["approver"]), plain(one["reason"])
    for one in result["assumptions"]:
        if one["review_due"]:
            text = said(one["text"], words.language)
            yield one["review_due"], words("sheets.assumptions"), plain(one["id"]), plain(one["owner"] or "-"), text
