"""The body's own items of an audit answered: the working paper (監査調書) and the self-check (自己点検票).

Which requirements answer an item is written in the site's `audit.yaml`; no number of an item comes with segcheck.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from segcheck.lang.words import Words
from segcheck.reports._print_sheets import Book, Styled
from segcheck.reports.renderings._sheets import OUTCOME_FILL, Row, heads
from segcheck.reports.renderings._told import Document, plain, said

#: From the worst: what an item ends as that several requirements answer.
_WORST = ("fail", "insufficient_evidence", "exception_approved", "pass", "not_applicable")
_MARKS = {"pass": "○", "fail": "×", "insufficient_evidence": "△", "exception_approved": "△", "not_applicable": "－"}


def paper(book: Book, words: Words, result: Document) -> None:
    """Add the working paper (監査調書) by the body's own items; findings of the auditor stay blank."""
    sheet = book.sheet(words("audit.paper"), [14, 8, 7, 34, 22, 18, 12, 15, 40, 28, 24], paper="A3")
    sheet.title(words("audit.paper"))
    if not _items(result):
        sheet.prose(words("audit.no_items"))
        return
    names = ("area", "no", "must", "item", "documents", "method", "example", "result", "proof", "remarks", "opinion")
    met = {one["id"]: one for one in result["requirements"]}
    numbers = {one["fingerprint"]: number for number, one in enumerate(result["findings"], 1)}
    rows = []
    for one in _items(result):
        outcome = _outcome(one, met)
        rows.append(
            [
                plain(one["area"]),
                plain(one["no"]),
                "○" if one["mandatory"] else "",
                plain(one["item"]),
                plain(one["documents"]),
                plain(one["method"]),
                plain(one["example"]),
                Styled(_result(words, one, outcome), OUTCOME_FILL.get(outcome or "", ""), bold=True),
                "\n".join(_proof(words, one, met, numbers)),
                plain(one["note"]),
                Styled(None, "fill_in"),
            ]
        )
    sheet.table(heads(words, *names), rows, main=True)


def self_check(book: Book, words: Words, result: Document, *, brief: bool = False) -> None:
    """Add the self-check (自己点検票): what segcheck found as a mark, and blanks for the department.

    brief   no reasons, which name devices
    """
    sheet = book.sheet(words("audit.self_check"), [9, 54, 12, 12, 40, 30])
    sheet.title(words("audit.self_check"))
    sheet.prose(words("audit.marks", **_MARKS))
    met = {one["id"]: one for one in result["requirements"]}
    blank = Styled(None, "fill_in")
    rows: list[Row] = []
    for one in _items(result):
        outcome = _outcome(one, met)
        told = [
            said(reason, words.language)
            for name in one["requirements"]
            if name in met
            for reason in met[name]["because"]
        ]
        rows.append(
            [
                plain(one["no"]),
                plain(one["item"]),
                Styled(_MARKS[outcome] if outcome else "", OUTCOME_FILL.get(outcome or "", "")),
                blank,
                "" if brief else "\n".join(told),
                blank,
            ]
        )
    if not rows:
        for one in result["requirements"]:
            mark = Styled(_MARKS[one["outcome"]], OUTCOME_FILL[one["outcome"]])
            told = [] if brief else [said(reason, words.language) for reason in one["because"]]
            rows.append([plain(one["id"]), said(one["text"], words.language), mark, blank, "\n".join(told), blank])
    names = ("no", "item", "mark", "answer", "because", "plan")
    sheet.table(heads(words, *names), rows, main=True, offered={3: ("○", "△", "×", "－")})


def _items(result: Document) -> list[Any]:
    return list((result.get("audit") or {}).get("items", ()))


def _outcome(item: Document, met: Mapping[str, Document]) -> str | None:
    """Return the worst outcome of the requirements that answer an item, None where none does."""
    found = [met[name]["outcome"] for name in item["requirements"] if name in met]
    if not found:
        return None
    missing_ones = any(name not in met for name in item["requirements"])
    worst = min(found, key=_WORST.index)
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
