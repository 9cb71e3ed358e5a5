"""The body's own items of an audit answered: the working paper (監査調書) and the self-check (自己点検票).

Which requirements answer an item is written in the site's `audit.yaml`; no number of an item comes with segcheck. Where the body
has organs, an item that names some is answered for each of them, any other once: by the worst over all, with whose it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from segcheck.lang.words import Words
from segcheck.reports._printed import Book, Styled
from segcheck.reports.renderings import _organs
from segcheck.reports.renderings._organs import WORST, Organ
from segcheck.reports.renderings._sheets import OUTCOME_FILL, Row, heads
from segcheck.reports.renderings._told import Document, plain, said

_MARKS = {"pass": "○", "fail": "×", "insufficient_evidence": "△", "exception_approved": "△", "not_applicable": "－"}


@dataclass(frozen=True, slots=True)
class _Answer:
    """An item as it is answered once: by these requirements, for `whose`; None: no requirement of it was asked."""

    item: Document
    whose: str
    met: Mapping[str, Document]
    outcome: str | None


def paper(book: Book, words: Words, result: Document) -> None:
    """Add the working paper (監査調書) by the body's own items; findings of the auditor stay blank."""
    many = _organs.several(result)
    wide = [14, 8, *([18] if many else []), 7, 34, 22, 18, 12, 15, 40, 28, 24]
    sheet = book.sheet(words("audit.paper"), wide, paper="A3")
    sheet.title(words("audit.paper"))
    if not _items(result):
        sheet.prose(words("audit.no_items"))
        return
    if many:
        sheet.prose(words("audit.of_organs"))
    names = ("must", "item", "documents", "method", "example", "result", "proof", "remarks", "opinion")
    numbers = {one["fingerprint"]: number for number, one in enumerate(result["findings"], 1)}
    rows = []
    for answer in _answers(words, result):
        one, outcome = answer.item, answer.outcome
        rows.append(
            [
                plain(one["area"]),
                plain(one["no"]),
                *((answer.whose,) if many else ()),
                "○" if one["mandatory"] else "",
                plain(one["item"]),
                plain(one["documents"]),
                plain(one["method"]),
                plain(one["example"]),
                Styled(_result(words, one, outcome), OUTCOME_FILL.get(outcome or "", ""), bold=True),
                "\n".join(_proof(words, one, answer.met, numbers)),
                plain(one["note"]),
                Styled(None, "fill_in"),
            ]
        )
    sheet.table(heads(words, "area", "no", *(("organ",) if many else ()), *names), rows, main=True)


def self_check(book: Book, words: Words, result: Document, *, brief: bool = False) -> None:
    """Add the self-check (自己点検票): what segcheck found as a mark, and blanks for the department.

    brief   no reasons, which name devices
    """
    many = _organs.several(result)
    sheet = book.sheet(words("audit.self_check"), [9, *([18] if many else []), 54, 12, 12, 40, 30])
    sheet.title(words("audit.self_check"))
    sheet.prose(words("audit.marks", **_MARKS))
    if many and _items(result):
        sheet.prose(words("audit.of_organs"))
    blank = Styled(None, "fill_in")
    rows: list[Row] = []
    for answer in _answers(words, result):
        one, met, outcome = answer.item, answer.met, answer.outcome
        told = [
            said(reason, words.language)
            for name in one["requirements"]
            if name in met
            for reason in met[name]["because"]
        ]
        rows.append(
            [
                plain(one["no"]),
                *((answer.whose,) if many else ()),
                plain(one["item"]),
                Styled(_MARKS[outcome] if outcome else "", OUTCOME_FILL.get(outcome or "", "")),
                blank,
                "" if brief else "\n".join(told),
                blank,
            ]
        )
    if not rows:
        for organ in _organs.organs(result):
            for one in organ.rows:
                mark = Styled(_MARKS[one["outcome"]], OUTCOME_FILL[one["outcome"]])
                told = [] if brief else [said(reason, words.language) for reason in one["because"]]
                whose = (organ.title,) if many else ()
                text = said(one["text"], words.language)
                rows.append([plain(one["id"]), *whose, text, mark, blank, "\n".join(told), blank])
    names = ("no", *(("organ",) if many else ()), "item", "mark", "answer", "because", "plan")
    sheet.table(heads(words, *names), rows, main=True, offered={names.index("answer"): ("○", "△", "×", "－")})


def _items(result: Document) -> list[Any]:
    return list((result.get("audit") or {}).get("items", ()))


def _answers(words: Words, result: Document) -> Iterator[_Answer]:
    items = _items(result)
    organs = {one.id: one for one in _organs.organs(result)}
    by_organ = {name: {row["id"]: row for row in one.rows} for name, one in organs.items()}
    worst = {row["id"]: row for row, _ in _organs.worst(result)}
    for item in items:
        named = [plain(name, 60) for name in item.get("organs", ())]
        for name in named:
            met = by_organ.get(name, {})
            yield _Answer(item, organs[name].title if name in organs else name, met, _outcome(item, met))
        if not named:
            each = [(one, _outcome(item, by_organ[one.id])) for one in organs.values()]
            ended = [outcome for _, outcome in each if outcome is not None]
            outcome = min(ended, key=WORST.index) if ended else None
            yield _Answer(item, _whose(words, each, outcome), worst, outcome)


def _whose(words: Words, each: list[tuple[Organ, str | None]], outcome: str | None) -> str:
    """Return which organs an item ended so for."""
    like = [organ.title for organ, ended in each if ended == outcome]
    if outcome is None:
        return "-"
    return words("audit.every_organ") if len(like) == len(each) else "\n".join(like)


def _outcome(item: Document, met: Mapping[str, Document]) -> str | None:
    """Return the worst outcome of the requirements that answer an item, None where none does."""
    found = [met[name]["outcome"] for name in item["requirements"] if name in met]
    if not found:
        return None
    missing_ones = any(name not in met for name in item["requirements"])
    worst = min(found, key=WORST.index)
    return (
        "insufficient_evidence" if missing_ones and worst in ("pass", "not_applicable", "exception_approved") else worst
    )


def _result(words: Words, item: Document, outcome: str | None) -> str:
    if outcome is not None:
        return words(f"requirements.outcome.{outcome}")
    return words("audit.not_asked" if item["requirements"] else "audit.by_documents")


def _proof(words: Words, item: Document, met: Mapping[str, Document], numbers: Mapping[str, int]) -> Iterator[str]:
    for name in item["requirements"]:
        one = met.get(name)
        if one is None:
            yield f"{plain(name)}: {words('audit.not_asked')}"
            continue
        sources = ", ".join(words(f"requirements.evidence.{basis}") for basis in one["sources"])
        found = ", ".join(f"No.{numbers[name]}" for name in one["findings"] if name in numbers)
        yield " ".join(
            part
            for part in (f"{plain(name)}:", words(f"requirements.outcome.{one['outcome']}"), sources, found)
            if part
        )
