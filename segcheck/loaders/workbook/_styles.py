"""Styles and shared strings of a workbook, and the text of a cell as people read it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from segcheck.loaders.cell_text import unescaped
from segcheck.loaders.workbook._package import Attributes, Handler, Package, flag, too_large
from segcheck.model.sheet import Struck

MAX_STRINGS = 1_000_000
#: Number formats without a code of their own that show dates or times: ECMA-376 part 1 §18.8.30, those of Japanese Excel too.
_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_NO_DATE_PART = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|General|G/標準|E[+-]', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Style:
    """What matters of a cell's look; `zeros` digits are shown at least."""

    date: bool = False
    struck: bool = False
    coloured: bool = False
    zeros: int = 0


@dataclass(frozen=True, slots=True)
class Text:
    """A text and how much of it is struck through by runs of its own; None: the cell's style decides."""

    text: str
    struck: Struck | None = None


def read(package: Package, part: str) -> tuple[Style, ...]:
    """Return the styles that cells refer to, by number."""
    if not part or not package.has(part):
        return ()
    found = _Styles()
    package.read(part, found)
    return tuple(found.styles())


def strings(package: Package, part: str) -> tuple[Text, ...]:
    """Return the shared strings, by number."""
    if not part or not package.has(part):
        return ()
    found = _Strings()
    package.read(part, found)
    return tuple(found.texts)


def number(text: str, style: Style) -> str:
    """Return a number without an idle fraction: 443, not 443.0 or 4.43E2; text that is none as it is."""
    try:
        value = float(text)
    except ValueError:
        return text
    if value.is_integer() and abs(value) < 1e15:
        return f"{int(value):0{style.zeros}d}" if style.zeros else str(int(value))
    return repr(value) if abs(value) < 1e300 else text


def moment(text: str, *, epoch_1904: bool) -> str:
    """Return a serial day as 2026-04-01, with a time behind T where it has one; a time of day alone as 08:30.

    Excel counts a 29 February 1900 that never was, so its days before March 1900 are one off (day 60 is refused).

    Raises:
        ValueError: no serial day of the years 1900 to 9999.
    """
    value = float(text)
    if not 0 <= value < 2_958_466:
        raise ValueError(text)
    minutes = round(value * 1440)
    days, rest = divmod(minutes, 1440)
    clock = f"{rest // 60:02d}:{rest % 60:02d}"
    if days == 0 and not epoch_1904:
        return clock
    if epoch_1904:
        day = date(1904, 1, 1) + timedelta(days)
    elif days == 60:
        raise ValueError(text)
    else:
        day = date(1899, 12, 30 if days > 60 else 31) + timedelta(days)
    return f"{day.isoformat()}T{clock}" if rest else day.isoformat()


def iso(text: str) -> str:
    """Return a date that is stored as text (cells of type d) as `moment` does.

    Raises:
        ValueError: it is no date.
    """
    found = datetime.fromisoformat(text.removesuffix("Z"))
    return found.date().isoformat() if not (found.hour or found.minute) else found.isoformat("T", "minutes")


class Runs:
    """The text of a string: plain, or in runs of which each may be struck through; readings (furigana) are left out."""

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self._pieces: list[tuple[str, bool]] = []
        self._text: list[str] = []
        self._inside = self._reading = self._rich = self._struck = False

    def start(self, name: str, attributes: Attributes) -> None:
        """Take the begin of an element."""
        match name:
            case "rPh":
                self._reading = True
            case "r":
                self._rich, self._struck = True, False
            case "strike":
                self._struck = flag(attributes, "val", True)
            case "t":
                self._inside = not self._reading
                self._text = []

    def end(self, name: str) -> None:
        """Take the end of an element."""
        match name:
            case "rPh":
                self._reading = False
            case "t" if self._inside:
                self._pieces.append((unescaped("".join(self._text)), self._struck))
                self._inside = False

    def data(self, text: str) -> None:
        """Take text."""
        if self._inside:
            self._text.append(text)

    def taken(self) -> Text:
        """Return what was taken, and begin anew."""
        text = "".join(piece for piece, _ in self._pieces)
        struck: Struck | None = None
        if self._rich:
            marks = {struck for piece, struck in self._pieces if piece.strip()}
            struck = Struck.PART if len(marks) == 2 else Struck.WHOLE if marks == {True} else None
        self._clear()
        return Text(text, struck)


class _Strings(Handler):
    def __init__(self) -> None:
        self.texts: list[Text] = []
        self.runs = Runs()

    def start(self, name: str, attributes: Attributes) -> None:
        self.runs.start(name, attributes)

    def end(self, name: str) -> None:
        self.runs.end(name)
        if name == "si":
            if len(self.texts) == MAX_STRINGS:
                raise too_large(f"{MAX_STRINGS} texts", f"文字列 {MAX_STRINGS} 個")
            self.texts.append(self.runs.taken())

    def text(self, data: str) -> None:
        self.runs.data(data)


class _Styles(Handler):
    def __init__(self) -> None:
        self.around: list[str] = []
        self.formats: dict[str, str] = {}
        self.fonts: list[bool] = []
        self.fills: list[bool] = []
        self.cells: list[Attributes] = []

    def start(self, name: str, attributes: Attributes) -> None:
        group = self.around[1] if len(self.around) > 1 else ""
        self.around.append(name)
        match group, name:
            case "numFmts", "numFmt":
                self.formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
            case "fonts", "font":
                self.fonts.append(False)
            case "fonts", "strike" if self.fonts:
                self.fonts[-1] = flag(attributes, "val", True)
            case "fills", "fill":
                self.fills.append(False)
            case "fills", "patternFill" if self.fills:
                self.fills[-1] = attributes.get("patternType", "none") not in ("none", "gray125")
            case "cellXfs", "xf":
                self.cells.append(attributes)

    def end(self, name: str) -> None:
        self.around.pop()

    def styles(self) -> list[Style]:
        return [self._style(one) for one in self.cells]

    def _style(self, one: Attributes) -> Style:
        kind = one.get("numFmtId", "0")
        code = self.formats.get(kind, "")
        shown = _NO_DATE_PART.sub("", code.split(";")[0])
        return Style(
            date=bool(re.search(r"[ymdhsge]", shown, re.IGNORECASE))
            if code
            else kind.isdecimal() and int(kind) in _DATES,
            struck=_at(self.fonts, one.get("fontId", "")),
            coloured=_at(self.fills, one.get("fillId", "")),
            zeros=len(code) if re.fullmatch("0{2,15}", code) else 0,
        )


def _at(values: list[bool], index: str) -> bool:
    return index.isdecimal() and len(index) < 8 and int(index) < len(values) and values[int(index)]
