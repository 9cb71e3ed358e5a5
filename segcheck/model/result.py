"""What commands return and reports tell: a run, and answers about packets."""

from __future__ import annotations

from dataclasses import dataclass

from segcheck.model.device import DeviceConfig
from segcheck.model.diagnostic import Diagnostic
from segcheck.model.reading import InputReading, Reading
from segcheck.model.site import TopologyDevice
from segcheck.model.source import Span
from segcheck.model.trace import Probe, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How a result came about; the only part of a result that differs between equal runs.

    started   ISO 8601, UTC
    options   of the command line, by name, that the result depends on
    """

    version: str
    started: str
    command: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PacketRow:
    """A packet that somebody asked about: its cells as written, in the order of the table's columns, and what they ask.

    line   1-based line of the table
    list   the list that it is asked of, "" for the whole device
    """

    line: int
    cells: tuple[str, ...]
    probe: Probe
    list: str = ""


@dataclass(frozen=True, slots=True)
class PacketTable:
    """A table of packets; `passed_over` counts blank and comment lines."""

    path: str
    sha256: str
    columns: tuple[str, ...]
    rows: tuple[PacketRow, ...]
    passed_over: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way that a packet may go: its outcome, what decided, and what had to fall that way.

    builtin     decided by what the vendor builds in, not by a line of the export
    translated  as in `Answer`
    conditions  names of what had to fall this way; empty = it surely does
    """

    verdict: Verdict
    list: str
    rule: str
    span: Span | None
    builtin: bool
    egress: str
    translated: str
    conditions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What becomes of one row's packet.

    list, rule   of the statement that decided; where several may have, all of them joined by "|"
    span         the lines of that statement; None where there are several or none
    translated   "src:sport>dst:dport" as the packet leaves, "" if that is as it came or it does not leave
    reply        verdict of the answer to the packet, None where there is none to judge
    egress       the interface it leaves by, "" if none or not certain
    interpreted, interpreted_reply   what the one-packet interpreter says by itself
    engines_disagree   sets and interpreter gave opposite definite answers: a defect of segcheck
    """

    row: PacketRow
    verdict: Verdict
    list: str
    rule: str
    span: Span | None
    builtin: bool
    translated: str
    reply: Verdict | None
    egress: str
    ways: tuple[Way, ...]
    interpreted: Verdict
    interpreted_reply: Verdict | None
    engines_disagree: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The answers in the order of the rows; `left_out` names the lists that were judged without their interface conditions."""

    answers: tuple[Answer, ...]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """Something about the installation: `good` is False for what keeps segcheck from working as it should."""

    name: str
    value: str
    good: bool = True


@dataclass(frozen=True, slots=True)
class Member:
    """A unit of an HA pair, by the name that its export gives it, as that was read."""

    name: str
    reading: Reading
    config: DeviceConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A device of a site with its export.

    reading, config   None without an export, or where it cannot be read; `config` is that of all units together
    members           the units of an HA pair where several have an export, the first one's reading is `reading`
    diagnostics       what topology and export disagree on: after an ERROR nothing is known of the device, a WARNING leaves
                      something undecided
    """

    device: TopologyDevice
    reading: Reading | None = None
    config: DeviceConfig | None = None
    members: tuple[Member, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Return what was read of the device, of every unit."""
        if self.members:
            return tuple(member.reading for member in self.members)
        return (self.reading,) if self.reading is not None else ()

    @property
    def inputs(self) -> tuple[InputReading, ...]:
        """Return every file of the device that an importer has read."""
        return tuple(one for reading in self.readings for one in reading.inputs)
