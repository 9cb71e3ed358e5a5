"""The result as the comment of a change, in GitHub and GitLab Markdown: verdict, counts, findings, the gravest in full."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from segcheck.lang.words import Words, load
from segcheck.reports.renderings import Format, _organs, _told
from segcheck.reports.renderings._told import Document

FORMAT = Format(
    name="md",
    suffix=".md",
    summary=("Markdown for the comment of a merge request", "マージリクエストのコメント用 Markdown"),
)
#: Findings that the table lists, and those that are told in full: a comment has at most 65536 characters.
LISTED, FULL = 60, 10
_MARKUP = re.compile(r"[\\`*_{}\[\]|<>]|[@#!~%$&](?=\w)|[&~$]|:(?=//|[^\W\d])|(?<=www)\.", re.IGNORECASE)
_SIGILS = "@#!~%$&"


def render(result: Mapping[str, Any], language: str) -> str:
    """Return the comment; whatever a name holds, it is text there and neither markup nor a mention."""
    return "\n".join(_lines(load(language), result)) + "\n"


def escaped(text: object) -> str:
    """Return a text as Markdown that shows it: characters that mean something as entities, references broken apart.

    A mark such as @ or # before a word is followed by a blank of no width (U+200B), since what turns names into mentions
    reads the text after entities are resolved.
    """
    return _MARKUP.sub(_entity, _told.plain(text))


def _entity(found: re.Match[str]) -> str:
    broken = "\u200b" if found[0] in _SIGILS else ""
    return f"&#{ord(found[0])};{broken}"


def _lines(words: Words, result: Document) -> Iterator[str]:
    yield f"## segcheck: {escaped(result['site'])}"
    yield ""
    yield f"**{escaped(_told.verdict(words, result))}** {escaped(_told.conclusion(words, result))}"
    yield ""
    for line in (_told.asked(words, result), _told.observed(words, result), *_organs.counts(words, result)):
        if line:
            yield f"- {escaped(line)}"
    for line in _told.weakened(words, result):
        yield f"- **{escaped(line)}**"
    yield from _drift(words, result)
    findings = result["findings"]
    if findings:
        yield ""
        yield from _table(
            [words(f"summary.{name}") for name in ("weight", "standing", "subject", "zones", "line")],
            (_row(words, result, one) for one in findings[:LISTED]),
        )
    if len(findings) > LISTED:
        yield ""
        yield escaped(words("check.more", count=len(findings) - LISTED))
    for one in _told.open_findings(result)[:FULL]:
        yield ""
        yield from _finding(words, result, one)
    chained = _told.chained(words, result)
    if chained:
        yield ""
        yield escaped(chained)


def _drift(words: Words, result: Document) -> Iterator[str]:
    drift = result.get("drift")
    if drift:
        found = drift["findings"]
        yield "- " + escaped(
            words(
                "told.drift",
                run=drift["since"]["run"],
                new=len(found["new"]),
                mended=len(found["mended"]),
                recurring=len(found["recurring"]),
                untold=len(found.get("untold", ())),
                crossings=len(drift["crossings"]),
            )
        )


def _row(words: Words, result: Document, one: Document) -> list[str]:
    title = _told.title(result, one, words.language)
    return [
        words(f"weight.{one['severity']}"),
        _told.standing(words, result, one),
        f"{title}: {one['subject']}",
        _told.zones(one) or "-",
        _told.at(*_told.place(one)) or "-",
    ]


def _table(head: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(map(escaped, head))} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(map(escaped, row))} |"


def _finding(words: Words, result: Document, one: Document) -> Iterator[str]:
    language = words.language
    title = _told.title(result, one, language)
    weight = words(f"weight.{one['severity']}")
    called = f"{weight} {title}: {one['subject']}"
    yield f"<details><summary>{escaped(called)}</summary>"
    yield ""
    yield escaped(_told.said(one["message"], language))
    yield ""
    boxes = one["packets"]["boxes"] if one["packets"] else []
    for packets in boxes[: _told.SHOWN]:
        yield f"- {escaped(words('check.packets'))}: {escaped(_told.box(packets))}"
    for piece in _told.pieces(one, "witness"):
        yield f"- {escaped(words('check.witness'))}: {escaped(_told.packet(piece['packet']))}"
        for way in piece["paths"][:1]:
            yield f"- {escaped(words('check.way'))}: {escaped(_told.way(way))}"
    for piece in _told.pieces(one, "config"):
        where = _told.at(piece["path"], piece["first_line"])
        yield f"- {escaped(words('check.line'))}: {escaped(where)} {escaped(piece['text'])}"
    for piece in _told.pieces(one, "frames"):
        yield f"- {escaped(words('replay.frames'))}: {escaped(piece['path'])} {escaped(piece['text'])}"
    if one["requirements"]:
        yield f"- {escaped(words('check.requirements'))}: {escaped(', '.join(one['requirements']))}"
    yield f"- {escaped(words('check.remedy'))}: {escaped(_told.said(one['remedy'], language))}"
    yield ""
    yield "</details>"
