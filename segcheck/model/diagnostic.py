"""What we could not read or model, and how every line of an input was used.

A `Diagnostic` is about our reading; a `Finding` is about the network. Codes are a closed list shared by all importers:
an importer picks one and gives parameters, so a new vendor needs no new words. The words stand in `segcheck.lang`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum

from segcheck.model.source import Span


class Severity(Enum):
    """How much a diagnostic weighs: an ERROR taints a verdict, a WARNING may, a NOTE does not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Code(Enum):
    """The closed list; the value is the id that users see."""

    UNRECOGNISED_LINE = "unrecognised-line"  # {text}
    UNSUPPORTED_LINE = "unsupported-line"  # {text}: known, and not modelled
    CONDITION_NOT_MODELLED = "condition-not-modelled"  # {condition}
    ACTION_NOT_MODELLED = "action-not-modelled"  # {action}
    VALUE_NOT_UNDERSTOOD = "value-not-understood"  # {value} {where}
    UNDEFINED_NAME = "undefined-name"  # {kind} {name}
    DUPLICATE_NAME = "duplicate-name"  # {kind} {name}
    EMPTY_GROUP = "empty-group"  # {kind} {name}
    DEPENDS_ON_OUTSIDE = "depends-on-outside"  # {what}: FQDN, ISDB, dynamic list: content is not in the file
    DEFAULT_ASSUMED = "default-assumed"  # {what} {value} {version}
    VERSION_UNKNOWN = "version-unknown"  # {format}
    EXPORT_INCOMPLETE = "export-incomplete"  # {evidence}
    COMPLETENESS_UNKNOWN = "completeness-unknown"  # {evidence}
    NO_EXPORT_FOR_FAMILY = "no-export-for-family"  # {family}
    TABLE_ABSENT = "table-absent"  # {table}
    ROUTING_UNKNOWN = "routing-unknown"  # {why}
    ENCODING_LOSSY = "encoding-lossy"  # {encoding}
    LIMIT_REACHED = "limit-reached"  # {what} {limit}
    VENDOR_REFUSES = "vendor-refuses"  # {text}: the device itself would not load this line
    EXPORT_UNREADABLE = "export-unreadable"  # {path}: the device counts as one without an export
    SITE_DISAGREES = "site-disagrees"  # {what} {site} {export}: what topology and export say of one device differs
    INTERFACE_UNDECLARED = "interface-undeclared"  # {device} {interface} {line}: the topology lacks it
    MEMBERS_DIFFER = "members-differ"  # {device} {what}: units of an HA pair that cannot stand for each other
    SIDE_FILE_UNUSED = "side-file-unused"  # {path} {role}: nothing is taken from it
    HIDDEN_PART = "hidden-part"  # {what}: rows, columns or sheets that a workbook hides; they are read
    STRUCK_OUT = "struck-out"  # {number}: struck through, so not in force
    PART_NOT_READ = "part-not-read"  # {what}: of a workbook
    TABLE_PERMITS = "table-permits"  # {list}: no column says permit or deny
    TABLE_ORDER = "table-order"  # {list}: rows permit and deny, and nothing says in which order they count
    TABLE_DEFAULT = "table-default"  # {list}: nothing says what holds for packets that no row names
    WAIVER_EXPIRED = "waiver-expired"  # {id} {expires}: what it excepted counts again
    WAIVER_OUTGROWN = "waiver-outgrown"  # {id} {check} {fingerprint}: the finding's packets exceed what was excepted
    WAIVER_UNUSED = "waiver-unused"  # {id} {check}: nothing that was found is excepted by it
    ENGINE_CAPACITY = "engine-capacity"  # {what}
    ENGINES_DISAGREE = "engines-disagree"  # {row}: sets and interpreter gave opposite answers, a defect of segcheck


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One remark on our reading of an input.

    id       unique in a result: code, path and line, e.g. `undefined-name:fw.conf:48`
    scope    what it can affect, for people: "device", "list root/policy", "rule 7" ...
    params   fills the words of the code
    """

    code: Code
    severity: Severity
    span: Span | None
    scope: str = ""
    column: int = 0
    params: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        """Return the id that findings and taints refer to."""
        where = f":{self.span.path}:{self.span.cell or self.span.first}" if self.span else ""
        column = f":{self.column}" if self.column else ""
        return f"{self.code.value}{where}{column}"


class LineUse(Enum):
    """How a physical line of an export was used; every line has exactly one."""

    UNDERSTOOD = "understood"
    IRRELEVANT = "irrelevant"  # blank, comment, or named in a table with the reason why it cannot matter
    APPROXIMATED = "approximated"
    UNSUPPORTED = "unsupported"
    UNRECOGNISED = "unrecognised"

    def worst(self, other: LineUse) -> LineUse:
        """Return the one of both that says more doubt."""
        return other if _DOUBT[other] > _DOUBT[self] else self


@dataclass(slots=True)
class LineAccount:
    """The use of every line of one file; the only mutable noun, filled while a file is read.

    A line that nobody claims stays unrecognised. A later claim only overrides an earlier one towards doubt, so that a
    line read twice keeps its worst reading.
    """

    total: int
    _uses: dict[int, LineUse] = field(default_factory=dict)

    def mark(self, first: int, last: int, use: LineUse) -> None:
        """Record the use of lines `first` to `last` (1-based, inclusive)."""
        if not 1 <= first <= last <= self.total:
            raise ValueError(f"lines {first}-{last} of a file of {self.total}")
        for line in range(first, last + 1):
            self._uses[line] = self._uses.get(line, use).worst(use)

    def use(self, line: int) -> LineUse:
        """Return how line `line` was used."""
        return self._uses.get(line, LineUse.UNRECOGNISED)

    def counts(self) -> dict[LineUse, int]:
        """Return how many lines have each use; the sum is `total`."""
        found = Counter(self._uses.values())
        found[LineUse.UNRECOGNISED] += self.total - len(self._uses)
        return {use: found[use] for use in LineUse}


_DOUBT = {
    LineUse.IRRELEVANT: 0,
    LineUse.UNDERSTOOD: 1,
    LineUse.APPROXIMATED: 2,
    LineUse.UNSUPPORTED: 3,
    LineUse.UNRECOGNISED: 4,
}
