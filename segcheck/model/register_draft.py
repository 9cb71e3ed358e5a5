"""What a table says of a site's register, entry by entry, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

#: (English, Japanese).
Said = tuple[str, str]


@dataclass(frozen=True, slots=True)
class DraftEntry:
    """An entry of the register as a row says it.

    place      of the row, for people
    values     as `policy.yaml` would have them; what is not known is absent
    missing    what keeps it from being an entry; () = complete
    told       what was read in a way that people should know
    comments   what has no place in the register: headings and texts
    assumed    keys whose value the table does not say
    """

    place: str
    values: Mapping[str, Any]
    missing: tuple[Said, ...] = ()
    told: tuple[Said, ...] = ()
    comments: tuple[str, ...] = ()
    assumed: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        """Its id, "" if the row has none."""
        return str(self.values.get("id", ""))


class Standing(Enum):
    """How an entry of a table stands to the register."""

    NEW = "new"
    SAME = "same"
    DIFFERS = "differs"
    INCOMPLETE = "incomplete"
    TWICE = "twice"  # its id stands further up in the table


@dataclass(frozen=True, slots=True)
class Compared:
    """An entry of a table beside the register; `differences`: (key, in the register, in the table)."""

    entry: DraftEntry
    standing: Standing
    differences: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RegisterDraft:
    """What became of a table.

    passed_over   (place, en, ja) of rows that are no entries
    """

    folder: str
    entries: tuple[Compared, ...]
    passed_over: tuple[tuple[str, str, str], ...] = ()

    def of(self, standing: Standing) -> tuple[Compared, ...]:
        """Return the entries that stand like that."""
        return tuple(one for one in self.entries if one.standing is standing)
