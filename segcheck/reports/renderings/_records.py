"""The sheets of workbooks that record what people decided and what was read: register, exceptions, assumptions, drift, inputs.

Like `_sheets`, each function adds one sheet and reads the document only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from segcheck.lang.words import Words
from segcheck.reports._printed import Book, Styled
from segcheck.reports.renderings import _told
from segcheck.reports.renderings._sheets import Row, heads, limits, of
from segcheck.reports.renderings._told import Document, plain, said


def register(book: Book, words: Words, result: Document, number: str = "") -> None:
    """Add the register of permitted communication: decision, term, rules that let it through, findings, what was observed."""
    names = (
        "id",
        "kind",
        "from",
        "to",
        "services",
        "purpose",
        "status",
        "approver",
        "decision_no",
        "section",
        "approved",
    )
    more = ("expires", "permits", "rules", "observed", "findings")
    sheet = book.sheet(
        number + words("sheets.register"), [10, 11, 17, 17, 14, 26, 9, 18, 15, 13, 11, 11, 11, 32, 16, 12], paper="A3"
    )
    sheet.title(number + words("sheets.register"))
    numbers = {one["fingerprint"]: number for number, one in enumerate(result["findings"], 1)}
    seen = {one["entry"]: one for one in result.get("flows", {}).get("register", ())}
    sheet.table(
        heads(words, *names, *more),
        (
            _entry(words, one, numbers, seen.get(one["id"]), observed="flows" in result)
            for one in result.get("register", ())
        ),
        main=True,
    )


def _entry(words: Words, one: Document, numbers: Mapping[str, int], seen: Document | None, *, observed: bool) -> Row:
    permits = one["permits"]
    if seen is not None:
        told = f"{of(words, 'observed', seen['observed'])} ({seen['conversations']})"
    else:
        told = "-" if observed else words("sheets.not_replayed")
    return [
        plain(one["id"]),
        of(words, "kind", one["kind"]),
        plain(one["from"]),
        plain(one["to"]),
        ", ".join(map(plain, one["services"])),
        plain(one["purpose"]),
        of(words, "status", one["status"]),
        plain(one["approver"] or ""),
        plain(one["decision_no"] or ""),
        plain(one["section"] or ""),
        one["approved"] or "",
        one["expires"] or "",
        Styled(words("sheets.permitting" if permits else "sheets.not_permitting"), "good" if permits else "unsure"),
        "\n".join(rules(one)) or "-",
        told,
        ", ".join(f"No.{numbers[name]}" for name in one["findings"] if name in numbers),
    ]


def rules(one: Document) -> list[str]:
    """Return the rule lines that let the communication of an entry through, at most a few."""
    found = [_told.at(plain(line["path"]), line["first_line"]) for line in one["rules"] or ()]
    more = [f"... (+{len(found) - _told.SHOWN})"] if len(found) > _told.SHOWN else []
    return [*found[: _told.SHOWN], *more]


def exceptions(book: Book, words: Words, result: Document, number: str = "") -> None:
    """Add the approved exceptions with approver and term."""
    sheet = book.sheet(number + words("sheets.exceptions"), [9, 20, 18, 18, 13, 32, 20, 16, 11, 11, 11, 12])
    sheet.title(number + words("sheets.exceptions"))
    numbers = {one["fingerprint"]: number for number, one in enumerate(result["findings"], 1)}
    names = (
        "id",
        "check",
        "from",
        "to",
        "services",
        "reason",
        "approver",
        "decision_no",
        "approved",
        "expires",
        "term",
    )
    sheet.table(
        heads(words, *names, "findings"),
        (
            [
                plain(one["id"]),
                plain(one["check"]),
                plain(one["from"]),
                plain(one["to"]),
                ", ".join(map(plain, one["services"])),
                plain(one["reason"]),
                plain(one["approver"]),
                plain(one["decision_no"] or ""),
                one["approved"],
                one["expires"],
                Styled(words(f"sheets.term.{one['state']}"), "excepted" if one["state"] == "in_force" else "warn"),
                ", ".join(f"No.{numbers[name]}" for name in one["findings"] if name in numbers)
                or words("sheets.covers_nothing"),
            ]
            for one in result.get("waivers", ())
        ),
        main=True,
    )


def assumptions(book: Book, words: Words, result: Document, number: str = "") -> None:
    """Add what the judgement leans on, and what others answer for."""
    sheet = book.sheet(number + words("sheets.assumptions"), [22, 52, 20, 28, 22, 13, 12])
    sheet.title(number + words("sheets.assumptions"))
    sheet.table(
        heads(words, "id", "claim", "owner", "reason", "document", "review_due", "leaning"),
        (
            [
                plain(one["id"]),
                said(one["text"], words.language),
                plain(one["owner"] or "-"),
                plain(one["reason"] or "-"),
                plain(one["document"] or "-"),
                Styled(one["review_due"] or "-", "bad" if one["expired"] else ""),
                one["leaning"],
            ]
            for one in result["assumptions"]
        ),
        main=True,
    )
    sheet.heading(words("sheets.outside"))
    sheet.prose(", ".join(map(plain, result["outside"])) or "-")


def drift(book: Book, words: Words, result: Document) -> None:
    """Add what changed since the run before: findings, what crosses, files."""
    changed = result["drift"]
    sheet = book.sheet(words("sheets.drift"), [16, 20, 16, 16, 46, 46])
    sheet.title(words("sheets.drift"))
    since = changed["since"]
    sheet.prose(words("sheets.since", run=since["run"], finished=_told.instant(since["finished"])))
    sheet.heading(words("sheets.findings"))
    sheet.table(heads(words, "change", "fingerprint", "weight", "check", "message", "remedy"), _changes(words, result))
    sheet.heading(words("sheets.crossings"))
    rows = (
        [
            f"{plain(one['src'])} → {plain(one['dst'])}",
            f"{plain(one['src_zone'])} → {plain(one['dst_zone'])}",
            words(f"standing.{one['was']}") if one["was"] else "-",
            words(f"standing.{one['is']}") if one["is"] else "-",
            "\n".join(_moved(words, one)),
            "\n".join(
                f"{_told.at(plain(o['path']), o['first_line'])} {plain(o['text'], 200)}" for o in one["lines"][:8]
            ),
        ]
        for one in changed["crossings"]
    )
    sheet.table(heads(words, "places", "zones", "was", "is", "packets", "line"), rows)
    sheet.heading(words("sheets.inputs"))
    files = (
        [
            plain(one["device"] or "-"),
            plain(one["path"]),
            of(words, "file_state", one["state"]),
            of(words, "meaning", one["meaning"]),
            "",
            "",
        ]
        for one in changed["inputs"]
    )
    sheet.table([*heads(words, "device", "file", "file_state", "meaning"), "", ""], files)


def _changes(words: Words, result: Document) -> Iterator[Row]:
    found = result["drift"]["findings"]
    told = {one["fingerprint"]: one for one in result["findings"]}
    for change in ("new", "recurring"):
        for name in found[change]:
            one = told.get(name)
            if one is not None:
                weight, message = words(f"weight.{one['severity']}"), said(one["message"], words.language)
                remedy = said(one["remedy"], words.language)
                yield [words(f"told.history.{change}"), name, weight, plain(one["check"]), message, remedy]
    for change in ("mended", "untold"):
        for one in found.get(change, ()):
            weight, message = words(f"weight.{one['severity']}"), said(one["message"], words.language)
            yield [words(f"told.history.{change}"), one["fingerprint"], weight, plain(one["check"]), message, ""]


def _moved(words: Words, one: Document) -> Iterator[str]:
    for key in ("opened", "possibly_opened", "closed", "possibly_closed"):
        boxes: Document = one.get(key) or {"boxes": (), "total": 0}
        shown = boxes["boxes"][: _told.SHOWN]
        for box in shown:
            yield f"{words(f'sheets.moved.{key}')}: {_told.box(box)}"
        if boxes["total"] > len(shown):
            yield words("check.more", count=boxes["total"] - len(shown))
    if one.get("undecided"):
        yield words("sheets.moved.undecided")


def inputs(book: Book, words: Words, result: Document, number: str = "") -> None:
    """Add the files that were read: hashes, days, where they come from, how much of them was understood."""
    sheet = book.sheet(number + words("sheets.inputs"), [34, 10, 12, 14, 68, 12, 30, 9, 11, 11], paper="A3")
    sheet.title(number + words("sheets.inputs"))
    sheet.table(
        heads(words, "file", "kind", "format", "device", "sha256", "as_of", "origin", "lines", "unread", "complete"),
        (
            *(_input(words, one) for one in result["inputs"]),
            *(_capture(words, one) for one in result.get("captures", ())),
        ),
        main=True,
    )


def _input(words: Words, one: Document) -> Row:
    unread = sum(one["lines"][kind] for kind in ("approximated", "unsupported", "unrecognised"))
    told = one.get("obtained")
    origin = "-" if one["kind"] == "site" else words("sheets.no_origin")
    if told:
        parts = (told["by_role"], told["from"], told["method"], told["at"], told["witnessed_by"])
        origin = " / ".join(plain(part) for part in parts if part)
    return [
        plain(one["path"]),
        of(words, "input", one["kind"]),
        plain(one["format"]),
        plain(one["device"] or "-"),
        one["sha256"] or "-",
        one["as_of"] or "-",
        origin,
        sum(one["lines"].values()),
        Styled(unread, "warn" if unread else ""),
        of(words, "complete", one["complete"]),
    ]


def _capture(words: Words, one: Document) -> Row:
    span = " - ".join(_told.instant(one[end]) for end in ("first", "last") if one[end])
    return [
        plain(one["path"]),
        of(words, "input", "capture"),
        plain(one["format"]),
        plain(one["tap"] or "-"),
        one["sha256"] or "-",
        span or "-",
        "-",
        one["frames"]["read"],
        one["frames"]["read"] - one["frames"]["decoded"],
        of(words, "complete", "yes" if one["complete"] else "no"),
    ]


def bounds(book: Book, words: Words, result: Document, number: str = "") -> None:
    """Add what the judgement does not say, what left something undecided, and every remark on the reading."""
    sheet = book.sheet(number + words("sheets.limits"), [40, 14, 30, 70])
    sheet.title(number + words("sheets.limits"))
    for line in limits(words, result):
        sheet.prose(f"・{line}")
    causes: dict[str, int] = {}
    for one in result["crossings"]:
        if one["verdict"] == "undecided":
            for name in one["because"]:
                causes[name] = causes.get(name, 0) + 1
    if causes:
        sheet.heading(words("check.undecided"))
        sheet.table(heads(words, "cause", "leaning"), [[plain(name), count] for name, count in causes.items()])
    sheet.heading(words("sheets.diagnostics"))
    sheet.table(heads(words, "file", "grade", "cause", "message"), _diagnostics(words, result["diagnostics"]))


def _diagnostics(words: Words, found: Sequence[Mapping[str, Any]]) -> Iterable[Row]:
    for one in found:
        place = _told.at(plain(one["path"]), one["line"]) if one["path"] else plain(one["scope"])
        yield [place, of(words, "grade", one["severity"]), plain(one["code"]), said(one["message"], words.language)]
