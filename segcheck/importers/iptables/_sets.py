"""An `ipset save` text: `create NAME TYPE option...` and `add NAME ELEMENT option...` (ipset(8)).

Elements are kept as written, by set; `_set_match` gives them meaning. A line that cannot be read makes its set uncertain,
or every set when it does not say which.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from segcheck.importers._linux.remarks import Remarks
from segcheck.importers.iptables import _lexer
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code, LineAccount, LineUse, Severity
from segcheck.model.source import SourceText, Span

_CREATE_FLAGS = frozenset(("counters", "comment", "skbinfo", "forceadd"))
_CREATE_VALUES = frozenset(
    [
        "family",
        "hashsize",
        "maxelem",
        "timeout",
        "netmask",
        "bitmask",
        "markmask",
        "range",
        "bucketsize",
        "initval",
        "size",
        "probes",
        "resize",
        "gc",
    ]
)
_ADD_VALUES = frozenset(("timeout", "packets", "bytes", "comment", "skbmark", "skbprio", "skbqueue", "before", "after"))
_ADD_FLAGS = frozenset(("nomatch", "wildcard"))


@dataclass(slots=True)
class Element:
    """One `add`: the element as written, and whether it is an exception or may have timed out."""

    text: str
    nomatch: bool = False
    wildcard: bool = False
    passing: bool = False


@dataclass(slots=True)
class IpSet:
    """One set; `unsure` says why its elements are not all known, "" if they are."""

    name: str
    type: str
    family: int
    options: dict[str, str]
    line: int
    path: str
    elements: list[Element] = field(default_factory=list)
    unsure: str = ""

    @property
    def span(self) -> Span:
        """Where the set is created."""
        return Span(self.path, self.line, self.line)


@dataclass(slots=True)
class Sets:
    """Every set of the side files; `all_unsure` says why none can be trusted, "" if they can."""

    by_name: dict[str, IpSet] = field(default_factory=dict)
    all_unsure: str = ""


def read(source: SourceText, sets: Sets, remarks: Remarks) -> tuple[LineAccount, str]:
    """Read one file into `sets`; returns its account and why it cannot be whole, "" if nothing says so."""
    lines = source.lines()
    account = LineAccount(len(lines))
    last = ""
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            account.mark(number, number, LineUse.IRRELEVANT)
            continue
        try:
            words = _lexer.split(line).words
        except _lexer.UnclosedQuoteError:
            words = line.split()[:2]
        if len(words) > 2 and _read_line(words, number, source.path, sets):
            account.mark(number, number, LineUse.UNDERSTOOD)
            last = words[1]
            continue
        _doubt(words, line, Span(source.path, number, number), sets, remarks)
        account.mark(number, number, LineUse.UNRECOGNISED)
    if lines and not source.text.endswith("\n") and not lines[-1].startswith("#"):
        torn = "the last line has no line end"
        if last in sets.by_name:
            sets.by_name[last].unsure = torn
        return account, torn
    return account, ""


def _read_line(words: list[str], number: int, path: str, sets: Sets) -> bool:
    command, name, what, *options = words
    if command in ("create", "-N", "--create"):
        read_options = _options(options, _CREATE_FLAGS, _CREATE_VALUES)
        if read_options is None or name in sets.by_name:
            return False
        family = {"inet": 4, "inet6": 6}.get(read_options.get("family", "inet"), 0)
        sets.by_name[name] = IpSet(name, what, family, read_options, number, path)
        return True
    if command in ("add", "-A", "--add") and name in sets.by_name:
        read_options = _options(options, _ADD_FLAGS, _ADD_VALUES)
        if read_options is None:
            return False
        found = sets.by_name[name]
        timeout = read_options.get("timeout", found.options.get("timeout", "0"))
        found.elements.append(
            Element(what, "nomatch" in read_options, "wildcard" in read_options, passing=timeout != "0")
        )
        return True
    return False


def _options(words: list[str], flags: frozenset[str], valued: frozenset[str]) -> dict[str, str] | None:
    found: dict[str, str] = {}
    place = 0
    while place < len(words):
        word = words[place]
        if word in valued and place + 1 < len(words) and not (word == "comment" and "comment" in flags):
            found[word] = words[place + 1]
            place += 2
        elif word in flags:
            found[word] = ""
            place += 1
        else:
            return None
    return found


def _doubt(words: list[str], line: str, span: Span, sets: Sets, remarks: Remarks) -> None:
    remarks.add(Code.UNRECOGNISED_LINE, Severity.ERROR, span, "ipset", text=line.strip()[:80])
    why = f"line {span.first} of {span.path} is not understood"
    if len(words) > 1 and words[0] in ("add", "-A", "--add") and words[1] in sets.by_name:
        sets.by_name[words[1]].unsure = why
    else:
        sets.all_unsure = why


def taint_if_torn(span: Span, evidence: str, remarks: Remarks) -> None:
    """Record that lines of an export are missing, so that the device may do anything."""
    found = remarks.add(Code.EXPORT_INCOMPLETE, Severity.ERROR, span, "device", evidence=evidence)
    remarks.taint(Scope.DEVICE, found)
