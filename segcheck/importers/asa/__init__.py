"""Cisco ASA, and the text form of Threat Defense: the running configuration (`show running-config`).

`_syntax` takes a file apart into commands; `_commands` gives each to whom it concerns; `_objects`, `_entries` and `_lists` make
rules of access lists, `_nat`, `_inspection` and `_local` what acts around them; `_device` puts it in order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from segcheck.importers._base import ImporterInfo, input_reading
from segcheck.importers._cisco.notes import Notes
from segcheck.importers._cisco.torn import torn
from segcheck.importers.asa._commands import Commands
from segcheck.importers.asa._device import device
from segcheck.importers.asa._info import IMPORTER
from segcheck.importers.asa._syntax import Tree, parse
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.reading import Complete, InputReading, Reading
from segcheck.model.source import SourceText

__all__ = ["IMPORTER", "ImporterInfo", "read", "sniff"]

_HEAD = re.compile(r"^(?:ASA|PIX|FWSM|NGFW) Version \d", re.MULTILINE)
_OWN = re.compile(
    r"^(?: nameif \S+| security-level \d+|access-list \S+ (?:line \d+ )?(?:extended|advanced) (?:permit|deny|trust) .*|"
    r"access-group \S+ (?:in|out|global).*|same-security-traffic permit .*|nat \([\w-]+,[\w-]+\) .*|"
    r"object network \S+|security-level \d+|: Saved|names|Cryptochecksum:[0-9a-f]+)$",
    re.MULTILINE,
)


def sniff(text: str) -> int:
    """Return 0..100: how surely the text is a running configuration of ASA."""
    own = len(set(_OWN.findall(text)))
    if _HEAD.search(text):
        return 95
    return 70 if own > 2 else 50 if own else 0


def read(sources: Sequence[SourceText]) -> Reading:
    """Return the reading of one device: of the first file; further files are not used and say so."""
    source = sources[0]
    notes = Notes(source)
    tree = parse(source.text, source.lines())
    for number in tree.idle:
        notes.account.mark(number, number, LineUse.IRRELEVANT)
    for line in [one for one in tree.top if one.words[0].startswith("Cryptochecksum:")]:
        tree.top.remove(line)
        notes.irrelevant(line)
    complete, evidence = _completeness(tree)
    made = device(Commands(notes, tree), whole=complete is Complete.YES)
    doubts = _doubts(source, sources[1:], notes, complete, evidence)
    for identity in doubts:
        notes.taint(Scope.DEVICE, identity)
    made = replace(made, taints=tuple(notes.taints.values()))
    if doubts:
        made = torn(made)
    inputs = [_input(source, notes, complete, evidence)]
    inputs.extend(
        _input(one, Notes(one), Complete.UNKNOWN, "not read: one file holds a running configuration")
        for one in sources[1:]
    )
    return Reading(
        format=IMPORTER.format,
        maturity=IMPORTER.maturity,
        inputs=tuple(inputs),
        devices=(made,),
        diagnostics=notes.diagnostics(),
    )


def _completeness(tree: Tree) -> tuple[Complete, str]:
    """Return whether nothing is missing, and the evidence: the device ends a configuration with `: end`."""
    if not tree.whole_line:
        return Complete.NO, "the last line has no line end"
    named = any(line.words[0] == "hostname" for line in tree.top)
    if tree.ended and tree.headed and named:
        return Complete.YES, "begins with the version and a name, and ends with `: end`"
    if tree.headed:
        return Complete.NO, "begins as the device prints it, but does not end with `: end` or has no name"
    return Complete.UNKNOWN, "part of a configuration, or typed commands"


def _doubts(
    source: SourceText, unused: Sequence[SourceText], notes: Notes, complete: Complete, evidence: str
) -> list[str]:
    """Record what casts doubt on the file as a whole, and return the ids of what taints the device."""
    ids = []
    if complete is Complete.NO:
        ids.append(notes.say(Code.EXPORT_INCOMPLETE, Severity.ERROR, 0, "device", evidence=evidence))
    elif complete is Complete.UNKNOWN:
        notes.say(Code.COMPLETENESS_UNKNOWN, Severity.WARNING, 0, "device", evidence=evidence)
    if source.lossy:
        ids.append(notes.say(Code.ENCODING_LOSSY, Severity.ERROR, 0, "device", encoding=source.encoding))
    if notes.limit and notes.limit.severity is Severity.ERROR:
        ids.append(notes.limit.id)
    ids.extend(
        notes.say(Code.UNSUPPORTED_LINE, Severity.ERROR, 0, "device", text=f"file {other.path}") for other in unused
    )
    return ids


def _input(source: SourceText, notes: Notes, complete: Complete, evidence: str) -> InputReading:
    return input_reading(source, IMPORTER.format, notes.account, complete, evidence)
