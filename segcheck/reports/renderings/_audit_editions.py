"""The two editions of the report of an audit or a self-check (監査・自己点検の報告書): which sections they have, in which order.

Detailed: twelve sections, as municipal audits have them, then the working paper and the self-check by the body's own items
(`audit.yaml`) and how to do it again. Brief, for 課長, CISO and 議会: no address, device's name or path; it is made of counts,
closed words, the sentences of the catalogue of requirements and checks, and what the body wrote for its cover and of its organs;
nothing that comes from an export or a capture can get into it. A workbook and pages of HTML are made of both.
"""

from __future__ import annotations

from collections import Counter

from segcheck.lang.words import Words
from segcheck.reports._printed import Book, Styled
from segcheck.reports.renderings import _audit, _audit_items, _organs, _records, _sheets, _told
from segcheck.reports.renderings._sheets import OUTCOME_FILL, Row, heads
from segcheck.reports.renderings._told import Document, plain, said


def detailed(book: Book, words: Words, result: Document) -> None:
    """Add all sections with all evidence."""
    _audit.cover(book, words, result, words("audit.title"), words("audit.detailed"))
    _audit.overview(book, words, result)
    _audit.facts(book, words, result)
    _sheets.requirements(book, words, result, "8 ")
    _records.exceptions(book, words, result, "9 ")
    _audit.missing(book, words, result)
    _audit.earlier(book, words, result)
    if result["crossings"]:
        _sheets.matrix(book, words, result, "12-1 ")
    _records.register(book, words, result, "12-2 ")
    _records.assumptions(book, words, result, "12-3 ")
    _records.inputs(book, words, result, "12-4 ")
    _records.bounds(book, words, result, "12-5 ")
    _audit_items.paper(book, words, result)
    _audit_items.self_check(book, words, result)
    _audit.again(book, words, result)


def brief(book: Book, words: Words, result: Document) -> None:
    """Add the sections that may leave the section in charge."""
    _audit.cover(book, words, result, words("audit.title"), words("audit.brief"))
    _audit.overview(book, words, result, brief=True)
    _facts(book, words, result)
    _requirements(book, words, result)
    _exceptions(book, words, result)
    _audit_items.self_check(book, words, result, brief=True)


def _facts(book: Book, words: Words, result: Document) -> None:
    """Add how many findings of each kind there are between which zones."""
    language = words.language
    counted: Counter[tuple[str, str, str, str]] = Counter()
    for one in result["findings"]:
        title = _told.title(result, one, language)
        counted[one["severity"], title, _told.zones(one), _told.standing(words, result, one)] += 1
    sheet = book.sheet(f"7 {words('audit.facts')}", [9, 52, 26, 24, 8])
    sheet.title(f"7 {words('audit.facts')}")
    rows: list[Row] = [
        [
            Styled(words(f"weight.{weight}"), _sheets.WEIGHT_FILL[weight], bold=True),
            title,
            zones or "-",
            standing,
            count,
        ]
        for (weight, title, zones, standing), count in counted.items()
    ]
    sheet.table(heads(words, "weight", "title", "zones", "standing", "count"), rows, main=True)


def _requirements(book: Book, words: Words, result: Document) -> None:
    title = f"8 {words('sheets.requirements')}"
    many = _organs.several(result)
    sheet = book.sheet(title, [*([18] if many else []), 10, 70, 9, 20, 22, 8])
    sheet.title(title)
    sheet.prose(words("sheets.no_overall"))
    rows: list[Row] = [
        [
            *((organ.title,) if many else ()),
            plain(one["id"]),
            said(one["text"], words.language),
            words(f"weight.{one['severity']}"),
            Styled(words(f"requirements.outcome.{one['outcome']}"), OUTCOME_FILL[one["outcome"]], bold=True),
            _sheets.clause(words, one) or "-",
            len(one["findings"]),
        ]
        for organ in _organs.organs(result)
        for one in organ.rows
    ]
    sheet.table(
        heads(words, *(("organ",) if many else ()), "id", "demanded", "weight", "outcome", "clause", "count"),
        rows,
        main=True,
    )


def _exceptions(book: Book, words: Words, result: Document) -> None:
    title = f"9 {words('sheets.exceptions')}"
    sheet = book.sheet(title, [12, 34, 20, 14, 14, 14, 8])
    sheet.title(title)
    rows: list[Row] = [
        [
            plain(one["id"]),
            plain(one["approver"]),
            plain(one["decision_no"] or ""),
            one["approved"],
            one["expires"],
            words(f"sheets.term.{one['state']}"),
            len(one["findings"]),
        ]
        for one in result.get("waivers", ())
    ]
    sheet.table(heads(words, "id", "approver", "decision_no", "approved", "expires", "term", "count"), rows, main=True)
