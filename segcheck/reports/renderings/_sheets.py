"""The sheets of workbooks that tell a result: summary, matrix, findings, requirements; `_records` has the others.

Each function adds one sheet and reads the document only; `number` stands before its title. `xlsx` and the audit report put
them together.
"""

from __future__ import annotations

from segcheck.lang.words import Words
from segcheck.reports._printed import Book, Sheet, Styled, Value
from segcheck.reports.renderings import _organs, _state, _told
from segcheck.reports.renderings._told import Document, plain, said

FILL_OF = {
    "violated": "bad",
    "undecided": "unsure",
    "nothing_seen": "",
    "proven_assuming": "warn",
    "proven": "good",
    "exception_approved": "excepted",
}
OUTCOME_FILL = {
    "pass": "good",
    "fail": "bad",
    "insufficient_evidence": "warn",
    "not_applicable": "unsure",
    "exception_approved": "excepted",
}
WEIGHT_FILL = {"critical": "bad", "high": "bad", "medium": "warn", "low": ""}
Row = list[Value | Styled]


def heads(words: Words, *names: str) -> list[str]:
    """Return the headings of columns."""
    return [words(f"sheets.head.{name}") for name in names]


def of(words: Words, group: str, name: str) -> str:
    """Return the word for a closed word of the document, as it is where the catalogue has none."""
    key = f"sheets.{group}.{name}"
    return words(key) if key in words else plain(name)


def summary(book: Book, words: Words, result: Document) -> None:
    """Add the first sheet: verdict, counts, what weakens them, boxes for stamps."""
    sheet = book.sheet(words("sheets.summary"), [24, 13, 13, 13, 13, 13, 13, 13], portrait=False)
    sheet.stamps(words("sheets.stamps").split(","), 6)
    sheet.title(words("sheets.title"))
    sheet.skip(2)
    told = _told.verdict(words, result)
    sheet.pairs(
        (
            (words("sheets.site"), Styled(plain(result["site"]), bold=True)),
            (words("sheets.verdict"), Styled(told, FILL_OF[result["verdict"]], bold=True)),
            (words("sheets.asked"), _told.asked(words, result)),
            *(((words("sheets.seen"), seen),) if (seen := _told.observed(words, result)) else ()),
            (words("sheets.conclusion"), _told.conclusion(words, result)),
            *(() if _organs.several(result) else ((words("requirements.title"), *_organs.counts(words, result)),)),
            (words("sheets.as_of"), result["as_of"] or words("check.no_date")),
            (
                words("sheets.judged"),
                f"{_told.instant(result['run']['started'])} (segcheck {plain(result['run']['version'])})",
            ),
            *((words("sheets.weakened"), Styled(line, "warn", bold=True)) for line in _told.weakened(words, result)),
            *(((words("sheets.chain"), _told.chained(words, result)),) if result.get("chain") else ()),
        )
    )
    if _organs.several(result):
        sheet.heading(words("told.by_organ"))
        by_organ(sheet, words, result)
    sheet.heading(words("sheets.findings"))
    states = ("violated", "undecided", "waived")
    counted: list[Row] = [
        [
            words(f"weight.{weight}"),
            *(sum(_is(one, weight, state) for one in result["findings"]) for state in states),
        ]
        for weight in _told.WEIGHTS
    ]
    sheet.table([words("summary.weight"), *(words(f"sheets.state.{state}") for state in states)], counted)
    sheet.heading(words("sheets.limits"))
    for line in limits(words, result):
        sheet.prose(f"・{line}")


def by_organ(sheet: Sheet, words: Words, result: Document) -> None:
    """Add how many requirements ended how for each organ."""
    rows: list[Row] = [
        [
            one.title,
            one.responsible or "-",
            *(Styled(count, OUTCOME_FILL[name] if count else "") for name, count in one.outcomes.items()),
        ]
        for one in _organs.organs(result)
    ]
    outcomes = [words(f"requirements.outcome.{name}") for name in _organs.OUTCOMES]
    sheet.table([*heads(words, "organ", "owner"), *outcomes], rows)


def _is(one: Document, weight: str, state: str) -> bool:
    stands = "waived" if one["waiver"] else "undecided" if one["verdict"] == "undecided" else "violated"
    return one["severity"] == weight and stands == state


def limits(words: Words, result: Document, *, brief: bool = False) -> list[str]:
    """Return what the result does not say: its bounds in general, then those of this one; `brief`: no file is named."""
    lines = [words(f"sheets.limit.{name}") for name in words.under("sheets.limit")]
    lines.append(words("check.layer2", read=result["layer2"]["read"], declared=result["layer2"]["declared"]))
    if unread := _state.unread(result):
        lines.append(words("sheets.unread", count=unread))
    gaps = result.get("flows", {}).get("gaps", ())
    if brief:
        return [*lines, words("sheets.gaps", count=len(gaps))] if gaps else lines
    return [*lines, *(words("replay.gap", what=said(one, words.language)) for one in gaps)]


def matrix(book: Book, words: Words, result: Document, number: str = "") -> None:
    """Add zone against zone: rows send, columns receive."""
    names = _told.zone_names(result)
    cells = _cells(result)
    judged = {zone for pair in cells for zone in pair}
    order = [*(one for one in names if one in judged), *sorted(judged - set(names))]
    wide = max(9.0, min(16.0, 150 / max(1, len(order))))
    sheet = book.sheet(
        number + words("sheets.matrix"), [18, *([wide] * len(order))], paper="A3" if len(order) > 9 else "A4"
    )
    sheet.title(number + words("sheets.matrix"))
    sheet.prose(words("check.matrix"))
    rows = [
        [
            Styled(names.get(src, plain(src, 60)), "head", bold=True),
            *(_cell(words, cells.get((src, dst))) for dst in order),
        ]
        for src in order
    ]
    sheet.table([words("matrix.corner"), *(names.get(dst, plain(dst, 60)) for dst in order)], rows, main=True)
    sheet.skip()
    sheet.prose(words("matrix.legend"))


def _cells(result: Document) -> dict[tuple[str, str], tuple[str, int, int, int]]:
    """Return of each pair of zones: its worst verdict, pairs of places, those that carry anything, findings."""
    found: dict[tuple[str, str], tuple[str, int, int, int]] = {}
    order = ("proven", "exception_approved", "proven_assuming", "nothing_seen", "undecided", "violated")
    for one in result["crossings"]:
        key = one["src_zone"] or one["src"], one["dst_zone"] or one["dst"]
        worst, pairs, carrying, _ = found.get(key, ("proven", 0, 0, 0))
        worst = max(worst, one["verdict"], key=order.index)
        found[key] = worst, pairs + 1, carrying + bool(one["must"]["total"]), 0
    for one in _told.open_findings(result):
        if one["verdict"] == "violated":
            for src, dst in one.get("pairs") or ((one["src_zone"], one["dst_zone"]),):
                if (src, dst) in found:
                    worst, pairs, carrying, findings = found[src, dst]
                    found[src, dst] = worst, pairs, carrying, findings + 1
    return found


def _cell(words: Words, cell: tuple[str, int, int, int] | None) -> Styled:
    if cell is None:
        return Styled("-", "unsure")
    verdict, pairs, carrying, findings = cell
    registered = carrying and verdict in ("proven", "proven_assuming")
    key = f"matrix.{'registered_' if registered else ''}{verdict}"
    count = (findings if verdict == "violated" else carrying) or pairs
    text = words(key, count=count) if key in words else words(f"standing.{verdict}")
    return Styled(text, FILL_OF[verdict], bold=verdict == "violated")


def findings(book: Book, words: Words, result: Document) -> None:
    """Add the findings, with columns that the office fills in."""
    names = ("number", "weight", "standing", "title", "zones", "subject", "message", "packets", "line", "remedy")
    more = ("requirements", "history", "waiver", "fingerprint")
    filled = ("handled", "due", "charge", "note")
    widths = [5, 7, 15, 20, 14, 17, 40, 28, 23, 34, 12, 7, 13, 18, 10, 11, 11, 16]
    sheet = book.sheet(words("sheets.findings"), widths, paper="A3")
    sheet.title(words("sheets.findings"))
    sheet.prose(words("sheets.before_mending"))
    sheet.table(
        [*heads(words, *names, *more), *heads(words, *filled)],
        (
            [*_finding(words, result, one, number), *(Styled(None, "fill_in") for _ in filled)]
            for number, one in enumerate(result["findings"], 1)
        ),
        main=True,
        offered={len(names) + len(more): words("sheets.handlings").split(",")},
    )


def _finding(words: Words, result: Document, one: Document, number: int) -> Row:
    language = words.language
    boxes = one["packets"]["boxes"] if one["packets"] else []
    shown = [_told.box(box) for box in boxes[: _told.SHOWN]]
    rest = (one["packets"]["total"] if one["packets"] else 0) - len(shown)
    shown += [words("check.more", count=rest)] if rest > 0 else []
    waiver = one["waiver"]
    until = f"{plain(waiver['id'])} ({waiver['expires'] or '-'})" if waiver else ""
    return [
        number,
        Styled(words(f"weight.{one['severity']}"), WEIGHT_FILL[one["severity"]], bold=True),
        Styled(_told.standing(words, result, one), "excepted" if waiver else FILL_OF[one["verdict"]]),
        _told.title(result, one, language),
        _told.zones(one) or "-",
        plain(one["subject"]),
        said(one["message"], language),
        "\n".join(shown),
        "\n".join(places(one)),
        said(one["remedy"], language),
        ", ".join(map(plain, one["requirements"])),
        words(f"told.history.{one['history']}") if one["history"] else "",
        until,
        one["fingerprint"],
    ]


def places(one: Document) -> list[str]:
    """Return the lines and captures that a finding quotes, as people write them, at most a few."""
    found = [_told.at(plain(piece["path"]), piece["first_line"]) for piece in _told.pieces(one, "config")]
    found += [
        f"{plain(piece['path'])} #{', '.join(map(str, piece['frames'][: _told.SHOWN]))}"
        for piece in _told.pieces(one, "frames")
    ]
    found += [f"{plain(piece['id'])}: {plain(piece['value'], 200)}" for piece in _told.pieces(one, "attribute")]
    more = [f"... (+{len(found) - _told.SHOWN})"] if len(found) > _told.SHOWN else []
    return [*dict.fromkeys(found[: _told.SHOWN]), *more]


def requirements(book: Book, words: Words, result: Document, number: str = "") -> None:
    """Add how the site stands to each requirement, with an empty column for what the auditor says."""
    numbers = {one["fingerprint"]: number for number, one in enumerate(result["findings"], 1)}
    many = _organs.several(result)
    names = ("id", "demanded", "weight", "outcome", "sources", "clause", "because", "findings", "opinion")
    sheet = book.sheet(
        number + words("sheets.requirements"), [*([18] if many else []), 9, 44, 8, 16, 8, 16, 44, 14, 24]
    )
    sheet.title(number + words("sheets.requirements"))
    sheet.prose(words("sheets.no_overall"))
    sheet.table(
        heads(words, *(("organ",) if many else ()), *names),
        (
            [
                *((organ.title,) if many else ()),
                plain(one["id"]),
                said(one["text"], words.language),
                words(f"weight.{one['severity']}"),
                Styled(words(f"requirements.outcome.{one['outcome']}"), OUTCOME_FILL[one["outcome"]], bold=True),
                "".join(one["sources"]) or "-",
                clause(words, one) or "-",
                "\n".join(said(reason, words.language) for reason in one["because"]),
                ", ".join(f"No.{numbers[name]}" for name in one["findings"] if name in numbers),
                Styled(None, "fill_in"),
            ]
            for organ in _organs.organs(result)
            for one in organ.rows
        ),
        main=True,
    )
    for line in _organs.policies(words, result):
        sheet.prose(line)


def clause(words: Words, one: Document) -> str:
    """Return the clauses that a requirement serves; those of the bundled example say that they are."""
    number = plain(one["clause"] or "")
    example = one["policy"] and one["policy"]["example"]
    return words("requirements.example", clause=number) if number and example else number
