"""What is known around one rule while it is read, and how doubt about it is recorded."""

from __future__ import annotations

from dataclasses import dataclass, field

from segcheck.importers._remarks import Remarks
from segcheck.importers.nftables._lexer import Token, shown
from segcheck.importers.nftables._ruleset import Chain, Ruleset, RuleText, Table, Words
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code, Diagnostic, LineUse, Severity
from segcheck.model.match import Condition, Expr, Field, Kind
from segcheck.model.pipeline import Helper
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

_EVERY = {4: addresses.V4, 6: addresses.V6}
VERSIONS = {"ip": frozenset((4,)), "ip6": frozenset((6,)), "inet": frozenset((4, 6))}


def of_family(*families: int) -> Expr:
    """Return which packets are of these IP versions."""
    found = IntervalSet.empty()
    for family in families:
        found |= _EVERY[family]
    return Field("src", found)


@dataclass(slots=True)
class DeviceContext:
    """What rules of one device share; filled by a first reading of all rules, which is then thrown away.

    changing   (table label, set) that rules add to or delete from
    blurred    names of extra dimensions that a rule rewrites in a way that cannot be expressed
    nat_asked  some rule asks whether a connection was translated
    tracks     IP versions for which connection tracking is on
    """

    remarks: Remarks
    changing: set[tuple[str, str]] = field(default_factory=set)
    blurred: set[str] = field(default_factory=set)
    nat_asked: bool = False
    tracks: set[int] = field(default_factory=set)
    helpers: list[Helper] = field(default_factory=list)


@dataclass(slots=True)
class RuleContext:
    """One rule being read.

    families  IP versions that the chain sees
    hooks     hooks from which the rule can be reached
    early     whether connection tracking has not looked at the packet yet; None: depends on the way here
    nat       the chain is reached from a translating base chain
    base      the chain is a base chain
    lists     the chains of the table, by name, to the names of their lists
    pieces    what later fragments do in matches on the transport header; None: none are met here
    torn      a value is not understood: if no verdict follows, the rest of the rule may be missing
    """

    device: DeviceContext
    ruleset: Ruleset
    table: Table
    chain: Chain
    list: str
    written: RuleText
    families: frozenset[int]
    hooks: frozenset[str]
    early: bool | None
    nat: bool
    base: bool
    lists: dict[str, str]
    pieces: Condition | None = None
    cut: bool = False
    torn: bool = False
    comment: str = ""
    log: bool = False
    hits: int | None = None
    because: set[str] = field(default_factory=set)
    use: LineUse = LineUse.UNDERSTOOD

    @property
    def id(self) -> str:
        """The rule's id: its chain and its place there, from 1."""
        return f"{self.chain.name}#{self.written.number}"

    @property
    def place(self) -> str:
        """The rule's list and number, unique in the device."""
        return f"{self.list}#{self.written.number}"

    def remark(self, code: Code, severity: Severity, at: Token, **params: str) -> Diagnostic:
        """Record a diagnostic about a word of this rule; the rule's lines are then not fully understood."""
        span = self.ruleset.span(at)
        diagnostic = self.device.remarks.add(code, severity, span, f"rule {self.place}", at.column, **params)
        if severity is not Severity.NOTE:
            self.because.add(code.value)
            self.doubt(LineUse.APPROXIMATED)
        return diagnostic

    def doubt(self, use: LineUse) -> None:
        """Record that the rule's lines are used no better than `use`."""
        self.use = self.use.worst(use)

    def unknown(self, words: Words, why: str = "") -> Condition:
        """Return the condition for a match that is known and not modelled."""
        text = shown(words)[:200] + (f" ({why})" if why else "")
        self.remark(Code.CONDITION_NOT_MODELLED, Severity.WARNING, words[0], condition=text)
        return Condition(text, Kind.UNKNOWN)

    def varies(self, words: Words, why: str = "") -> Condition:
        """Return a condition of the world outside, one of its own for this place."""
        code = Code.DEPENDS_ON_OUTSIDE
        text = shown(words)[:200] + (f" ({why})" if why else "")
        self.remark(code, Severity.WARNING, words[0], what=text)
        return Condition(f"{text} [{self.place}:{words[0].column}]", Kind.VARIES, code.value)

    def taint(self, scope: Scope, found: Diagnostic) -> None:
        """Record that what the diagnostic names makes `scope` uncertain."""
        self.device.remarks.taint(scope, found)
