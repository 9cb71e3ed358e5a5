"""The cells of one row by what they hold, with everything that makes them doubtful."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from segcheck.importers.rule_table.tables import Table
from segcheck.importers.rule_table.values import is_ditto
from segcheck.model.sheet import CellKind, Row, Struck

#: What says which packets a rule is about.
TRAFFIC = ("source", "source_name", "destination", "destination_name", "service", "protocol", "port", "source_port")


@dataclass(frozen=True, slots=True)
class Given:
    """What the columns of one key hold in one row.

    text     of all of them, one below the other
    column   the first that holds something, else the first there is; 0 = the table has none
    doubt    why it cannot be taken as it stands, "" if it can
    """

    text: str
    column: int
    doubt: str = ""


_NOTHING = Given("", 0)


class Cells:
    """One row; cells that say "the same as above" hold what stands above."""

    def __init__(self, table: Table, row: Row, above: Mapping[int, str]) -> None:
        self.row = row
        self.table = table
        self.texts: dict[int, str] = {}
        for column in table.columns:
            text = row.cell(column).text.strip()
            key = table.columns[column]
            repeats = is_ditto(text) or (not text and table.blank == "above" and key in TRAFFIC)
            self.texts[column] = above.get(column, "") if repeats else text

    def given(self, *keys: str) -> Given:
        """Return what stands under these keys."""
        columns = self.table.having(*keys)
        if not columns:
            return _NOTHING
        held = [column for column in columns if self.texts[column] or self._doubt(column)]
        doubts = dict.fromkeys(doubt for column in held if (doubt := self._doubt(column)))
        text = "\n".join(dict.fromkeys(self.texts[column] for column in held if self.texts[column]))
        return Given(text, (held or [*columns, 0])[0], ", ".join(doubts))

    def text(self, *keys: str) -> str:
        """Return the text under these keys."""
        return self.given(*keys).text

    @property
    def struck(self) -> bool:
        """Whether the row is struck through: every cell that says which packets it is about."""
        held = [c for c in self.table.having(*TRAFFIC) if self.row.cell(c).text.strip()]
        return bool(held) and all(self.row.cell(column).struck is Struck.WHOLE for column in held)

    @property
    def coloured(self) -> bool:
        """Whether a cell of traffic or action has a background of its own."""
        return any(
            self.row.cell(column).coloured for column in self.table.having(*TRAFFIC, "action", "status", "number")
        )

    def _doubt(self, column: int) -> str:
        cell = self.row.cell(column)
        if cell.kind is CellKind.ERROR:
            return f"error {cell.text}"
        if cell.kind is CellKind.UNCOMPUTED:
            return "formula without a value"
        if cell.struck is Struck.PART:
            return "struck through in part"
        if cell.struck is Struck.WHOLE and not self.struck:
            return "struck through"
        return ""
