"""Printed reports (`_printed`) as pages of HTML: one file that loads and runs nothing, for A4, each sheet a section.

What stands at the top and foot of each printed page is said by style sheet (margin boxes of CSS paged media), in the section
itself for browsers that print none; heads of tables are repeated on every page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from segcheck.lang.words import Words
from segcheck.loaders.cell_text import MAX_CELL
from segcheck.reports._drawing import safe
from segcheck.reports._printed import FILLS, Styled, Value
from segcheck.reports.renderings._html._floor import environment, policy, raw, text

#: Up to how many characters of half width a line of a landscape sheet has at which size; wider ones are `tiny`.
_SIZES = ((175, "usual"), (225, "small"))


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a page.

    kind     what it is: title, heading, prose, pairs, table, stamps, gap
    rows     of cells; one of a single cell takes the whole width
    shares   percent of the page's width that its columns take
    """

    kind: str
    text: str = ""
    fill: str = ""
    bold: bool = False
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[Styled, ...], ...] = ()
    shares: tuple[float, ...] = ()

    @property
    def whole(self) -> float:
        """Percent of the page's width that it takes."""
        return sum(self.shares)


@dataclass(slots=True)
class Page:
    """A sheet that is filled from the top down; on paper it takes as many pages as it needs."""

    name: str
    widths: tuple[float, ...]
    portrait: bool
    none: str
    blocks: list[Block] = field(default_factory=list)

    @property
    def size(self) -> str:
        """How large its letters are."""
        return next((name for most, name in _SIZES if sum(self.widths) <= most), "tiny")

    def title(self, text: str) -> None:
        """Add the title of the sheet."""
        self.blocks.append(Block("title", text))

    def heading(self, text: str) -> None:
        """Add a heading."""
        self.blocks.append(Block("heading", text))

    def prose(self, text: str, fill: str = "", bold: bool = False) -> None:
        """Add a paragraph over the whole width."""
        self.blocks.append(Block("prose", text, fill, bold))

    def pairs(self, rows: Iterable[tuple[str, Value | Styled]]) -> None:
        """Add rows of a name and what it is."""
        told = tuple((Styled(name), _styled(value)) for name, value in rows)
        first = self._share(self.widths[:1])
        self.blocks.append(Block("pairs", rows=told, shares=(first, round(100 - first, 2))))

    def table(
        self,
        heads: Sequence[str],
        rows: Iterable[Sequence[Value | Styled]],
        *,
        main: bool = False,
        offered: Mapping[int, Sequence[str]] | None = None,
    ) -> None:
        """Add a table; its head is repeated on every page, whether it is the `main` one or not. Paper offers no choice."""
        told = tuple(tuple(_styled(one) for one in row) for row in rows)
        told = told or ((Styled(self.none),),)
        shares = tuple(self._share((wide,)) for wide in self.widths[: len(heads)])
        self.blocks.append(Block("table", heads=tuple(heads), rows=told, shares=shares))

    def stamps(self, names: Sequence[str], column: int) -> None:
        """Add boxes for stamps at the right; in which column of a workbook is of no matter here."""
        self.blocks.append(Block("stamps", heads=tuple(names)))

    def skip(self, rows: int = 1) -> None:
        """Leave rows empty."""
        self.blocks.extend(Block("gap") for _ in range(rows))

    def _share(self, widths: Iterable[float]) -> float:
        return round(100 * sum(widths) / sum(self.widths), 2)


def _styled(value: Value | Styled) -> Styled:
    return value if isinstance(value, Styled) else Styled(value)


class Pages:
    """A report under construction.

    header   what stands at the top of every page, such as 取扱注意
    footer   what stands at its foot, beside the page number
    none     what a table says that has no rows
    """

    def __init__(self, header: str, footer: str, none: str = "-") -> None:
        self.header, self.footer, self.none = header, footer, none
        self._pages: list[Page] = []

    def sheet(self, title: str, widths: Sequence[float], *, paper: str = "A4", portrait: bool = False) -> Page:
        """Add a section; all are printed on A4, those of a larger `paper` in smaller letters."""
        self._pages.append(Page(title, tuple(widths), portrait, self.none))
        return self._pages[-1]

    def text(self, words: Words, site: str) -> str:
        """Return the file."""
        fills = "".join(f".f-{name}{{background:#{colour}}}" for name, colour in FILLS.items())
        margins = (
            text("paper_margins.css").replace("HEADER", quoted(self.header)).replace("FOOTER", quoted(self.footer))
        )
        style = text("paper.css") + fills + margins
        return (
            environment(words.language, MAX_CELL)
            .get_template("paper.html.jinja")
            .render(
                language=words.language,
                style=raw(style),
                policy=policy(style),
                site=site,
                header=self.header,
                footer=self.footer,
                pages=self._pages,
            )
        )


def quoted(text: str) -> str:
    """Return a text as a string of CSS that can end neither itself nor its element: all but letters and digits by number."""
    return '"' + re.sub(r"[^0-9A-Za-z]", lambda found: f"\\{ord(found[0]):x} ", safe(text)[:200]) + '"'
