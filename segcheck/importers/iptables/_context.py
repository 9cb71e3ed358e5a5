"""What is known around one rule while it is read, and how doubt about it is recorded."""

from __future__ import annotations

from dataclasses import dataclass, field

from segcheck.importers._remarks import Remarks
from segcheck.importers.iptables import _lexer
from segcheck.importers.iptables._options import Given, Written
from segcheck.importers.iptables._sets import Sets
from segcheck.model.diagnostic import Code, Diagnostic, LineUse, Severity
from segcheck.model.match import Condition, Expr, Kind
from segcheck.model.pipeline import Helper
from segcheck.model.rules import Deny, Permit, Unsure
from segcheck.model.schedule import Schedule
from segcheck.model.source import Span


@dataclass(slots=True)
class DeviceContext:
    """What rules of one device share.

    sets       the ipset definitions
    changing   names of sets that rules add to or delete from
    built      what a module asked for in an earlier rule without raising doubt, by all that it depends on
    blurred    names of extra dimensions that a rule rewrites in a way that cannot be expressed
    asks_ttl   some rule asks for the time to live
    nat_asked  some rule asks whether a connection was translated
    recalls    some rule asks what any other rule, in any table, may have written: a mark, a connection's mark, a set
    """

    remarks: Remarks
    sets: Sets
    changing: set[str] = field(default_factory=set)
    blurred: set[str] = field(default_factory=set)
    asks_ttl: bool = False
    nat_asked: bool = False
    recalls: bool = False
    built: dict[object, Expr] = field(default_factory=dict)
    schedules: dict[str, Schedule] = field(default_factory=dict)
    helpers: list[Helper] = field(default_factory=list)


@dataclass(slots=True)
class RuleContext:
    """One rule being read.

    list      name of the rule's list
    hooks     built-in chains of the table from which the rule can be reached
    policy    what a RETURN means in this chain: the policy of a built-in chain, None in a user chain
    chains    the chains of the table, by name, to the names of their lists
    pieces    what later fragments do in rules with ports: they never match, or (nf_tables, fragments not joined) their
              bytes are read as if they were ports, so that their sender decides
    cut       the rule's jump would close a circle or go too deep
    tracks    connection tracking is on
    idle      the target only logs or counts, so that it cannot matter whether a condition of the world outside holds
    unread    indices of words that belong to nothing we know
    doubted   indices of words that are not understood, the unread ones and others
    """

    device: DeviceContext
    family: int
    table: str
    chain: str
    list: str
    written: Written
    span: Span
    hooks: frozenset[str]
    policy: Permit | Deny | Unsure | None
    chains: dict[str, str]
    pieces: Condition | None = None
    cut: bool = False
    tracks: bool = True
    idle: bool = False
    unread: set[int] = field(default_factory=set)
    doubted: set[int] = field(default_factory=set)
    because: set[str] = field(default_factory=set)
    use: LineUse = LineUse.UNDERSTOOD

    @property
    def id(self) -> str:
        """The rule's id, as `iptables -L --line-numbers` counts it."""
        return f"{self.chain}#{self.written.line.number}"

    @property
    def place(self) -> str:
        """The rule's list and number, unique in the device."""
        return f"{self.list}#{self.written.line.number}"

    def remark(self, code: Code, severity: Severity, at: int, **params: str) -> Diagnostic:
        """Record a diagnostic about the word at index `at` of this rule; the rule's line is then not fully understood."""
        text = self.written.line.text
        column = _lexer.column(text, at + (1 if text.startswith("[") else 0))
        diagnostic = self.device.remarks.add(code, severity, self.span, f"rule {self.place}", column, **params)
        if severity is not Severity.NOTE:
            self.because.add(code.value)
            self.doubt(LineUse.APPROXIMATED)
        return diagnostic

    def doubt(self, use: LineUse) -> None:
        """Record that the line is used no better than `use`."""
        self.use = self.use.worst(use)

    def unknown(self, given: Given, why: str = "") -> Condition:
        """Return the condition for an option that is known and not modelled."""
        text = self.shown(given) + (f" ({why})" if why else "")
        self.remark(Code.CONDITION_NOT_MODELLED, Severity.WARNING, given.at, condition=text)
        return Condition(text, Kind.UNKNOWN)

    def bad_value(self, given: Given) -> Condition:
        """Return the condition for an option whose value is not understood."""
        text = self.shown(given)
        code = Code.VALUE_NOT_UNDERSTOOD
        self.doubted.add(given.at)
        if given.values and given.values[0].startswith(("-", "!")):
            self.unread.add(given.at)  # the value is missing: this is the next option
        self.remark(code, Severity.WARNING, given.at, value=" ".join(given.values)[:80], where=given.name)
        return Condition(text, Kind.UNKNOWN, code.value)

    def refused(self, at: int, text: str) -> Condition:
        """Return the condition for something that iptables itself would not load."""
        code = Code.VENDOR_REFUSES
        self.doubted.add(at)
        self.remark(code, Severity.WARNING, at, text=text)
        return Condition(text, Kind.UNKNOWN, code.value)

    def varies(self, at: int, what: str) -> Condition:
        """Return a condition of the world outside, one of its own for this rule.

        Two rules that ask the same list or bucket may still hear different answers for one packet: rules in between
        write it, and each has its own thresholds. Names therefore end with the rule's place.
        """
        code = Code.DEPENDS_ON_OUTSIDE
        if not self.idle:
            self.remark(code, Severity.WARNING, at, what=what)
        return Condition(f"{what} [{self.place}]", Kind.VARIES, code.value)

    def shown(self, given: Given) -> str:
        """Return an option as people would write it."""
        words = (*(("!",) if given.negated else ()), given.name, *map(_lexer.quote, given.values))
        return " ".join(words)[:200]
