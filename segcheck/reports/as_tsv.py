"""Answers about packets as tab-separated rows: what was asked, then what was found."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.lang.columns import printable
from segcheck.model.result import Matched, PacketTable

FOUND = ("verdict", "list", "rule", "line", "translated", "reply_verdict")


def matching(matched: Matched, table: PacketTable) -> str:
    """Return a header row and one row per packet: its cells, then the columns of `FOUND`.

    A table that has a `list` column keeps it; a cell of it that was left empty holds the list that decided.
    """
    return "".join("\t".join(row) + "\n" for row in _rows(matched, table))


def _rows(matched: Matched, table: PacketTable) -> Iterator[list[str]]:
    found = [name for name in FOUND if name not in table.columns]
    yield [*table.columns, *found]
    for answer in matched.answers:
        told = {
            "verdict": answer.verdict.value,
            "list": answer.list,
            "rule": answer.rule,
            "line": str(answer.span.first) if answer.span else "",
            "translated": answer.translated,
            "reply_verdict": answer.reply.value if answer.reply else "",
        }
        asked = [
            cell or (told["list"] if name == "list" else "")
            for name, cell in zip(table.columns, answer.row.cells, strict=True)
        ]
        yield [_cell(text) for text in (*asked, *(told[name] for name in found))]


def _cell(text: str) -> str:
    """Return `text` without what would break a row or steer a terminal: names in exports may hold anything."""
    return printable(" ".join(text.split()) if any(character in text for character in "\t\r\n") else text)
