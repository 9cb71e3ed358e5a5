"""Text in cells: what a cell, or a spreadsheet that opens a CSV file, would change or run."""

from __future__ import annotations

import re

MAX_CELL = 32_767
#: Characters that XML 1.0 cannot hold, or that readers of XML and CSV change; and `_xHHHH_` itself.
_ESCAPED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_UNESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
#: What Excel takes for the begin of a formula in CSV.
_FORMULA = ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠", "'")


def escaped(text: str) -> str:
    """Return a text with `_xHHHH_` for characters that a cell cannot hold (ST_Xstring, ECMA-376 part 1 §22.9.2.19)."""
    return _ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def unescaped(text: str) -> str:
    """Return the text behind `escaped`."""
    return _UNESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def guarded(text: str) -> str:
    """Return the text of a CSV cell that no spreadsheet runs as a formula: an apostrophe before what would begin one."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def unguarded(text: str) -> str:
    """Return the text behind `guarded`."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA) else text
