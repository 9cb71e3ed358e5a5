"""How the columns of a table are read, as a mapping file: to look at, to correct and to keep."""

from __future__ import annotations

from collections.abc import Iterable

from segcheck.importers.rule_table.tables import LIST, Table
from segcheck.lang.words import Words
from segcheck.model.sheet import column_name
from segcheck.model.table_columns import KEYS
from segcheck.reports.draft_yaml import quoted, scalar


def mapping(tables: Iterable[Table], words: Words) -> str:
    """Return the file; each column with its heading and what that is taken for."""
    lines = [f"# {words('table.mapping_head')}", "segcheck: 1", "sheets:"]
    for table in tables:
        lines += [
            f"  {scalar(table.sheet.name or LIST)}:",
            f"    headings: [{', '.join(map(str, table.heads))}]",
            "    columns:",
        ]
        for column, key in sorted(table.columns.items()):
            heading = _line(table.texts.get(column, ""))
            told = words("table.unknown") if not key else KEYS[key][1 if words.language == "ja" else 0]
            lines.append(
                f"      {scalar(column_name(column))}: {scalar(key) if key else quoted('')} # {heading} = {told}"
            )
        lines += [f"    blank: {table.blank}", f"    dash: {table.dash}"]
    return "\n".join(lines) + "\n"


def _line(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in " ".join(text.split()))[:60]
