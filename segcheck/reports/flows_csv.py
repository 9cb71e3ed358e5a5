"""Conversations as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from segcheck.captures.reading import Read
from segcheck.lang.columns import printable
from segcheck.reports._flows import COLUMNS, Zones, rows

_PIECE = 4096
#: A cell that begins so is taken for a formula by spreadsheets (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@")


def flows(found: Read, zones: Zones | None = None) -> Iterator[str]:
    """Yield the table in pieces: a header, then one line per conversation.

    VLAN tags are joined by a space, unknown cells are empty.
    """
    file = StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for index, row in enumerate(rows(found, zones)):
        writer.writerow([_cell(value) for value in row])
        if index % _PIECE == _PIECE - 1:
            yield file.getvalue()
            file.seek(0)
            file.truncate()
    yield file.getvalue()


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    if not isinstance(value, str):
        return value
    text = printable(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
