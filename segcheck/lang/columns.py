"""Display widths: a full-width character takes two columns of a terminal.

Source: Unicode Standard Annex 11 (East Asian Width). Ambiguous characters count as one column, as terminals outside legacy
Japanese code pages show them; segcheck's own words avoid them.
"""

from __future__ import annotations

import unicodedata


def width(text: str) -> int:
    """Return how many columns `text` takes on a terminal; combining and control characters take none."""
    return len(text) if text.isascii() and text.isprintable() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if " " <= character <= "~":
        return 1
    if unicodedata.category(character) in ("Mn", "Me", "Cf", "Cc"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def printable(text: str) -> str:
    """Return `text` with control characters made "?", so that a name in an export cannot steer the terminal."""
    if text.isprintable():  # no control character, no override
        return text
    return "".join("?" if unicodedata.category(c) in ("Cc", "Cs") or c in _OVERRIDES else c for c in text)


#: Characters that reverse or hide what is shown beside them (Unicode Standard Annex 9, explicit directional formatting).
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def pad(text: str, columns: int) -> str:
    """Return `text` with spaces up to `columns`; a longer text is returned as it is."""
    return text + " " * max(0, columns - width(text))


def clip(text: str, columns: int) -> str:
    """Return the beginning of `text` that fits into `columns`, ending in "..." if something was cut off."""
    if width(text) <= columns:
        return text
    kept, used = [], 0
    for character in text:
        used += _columns(character)
        if used > columns - 3:
            break
        kept.append(character)
    return "".join(kept) + "..."


def wrap(text: str, columns: int) -> list[str]:
    """Return the lines of `text`, each at most `columns` wide; words stay whole, Japanese breaks between characters.

    Closing punctuation never begins a line (JIS X 4051, kinsoku), so a line may be two columns wider for its sake.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines.extend(_wrapped(paragraph, columns))
    return lines


_CLOSING = frozenset("、。，．・：；？！）」』】〉》ー々,.;:!?)]}")


def _wrapped(paragraph: str, columns: int) -> list[str]:
    lines, line, used = [], "", 0
    for piece in _pieces(paragraph):
        size = width(piece)
        if used + width(piece.rstrip()) > columns and line.strip() and piece[0] not in _CLOSING:
            lines.append(line.rstrip())
            line, used = "", 0
            piece = piece.lstrip()
            size = width(piece)
        line += piece
        used += size
    lines.append(line.rstrip())
    return lines


def _pieces(paragraph: str) -> list[str]:
    """Split into what may not be broken: a word with the spaces after it, or one wide character."""
    pieces: list[str] = []
    word = ""
    for character in paragraph:
        if _columns(character) == 2:
            if word:
                pieces.append(word)
                word = ""
            pieces.append(character)
        elif word.endswith(" ") and character != " ":
            pieces.append(word)
            word = character
        else:
            word += character
    return [*pieces, word] if word else pieces
