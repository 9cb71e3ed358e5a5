"""Cisco ASA, and the text form of Threat Defense: the running configuration (`show running-config`).

`_syntax` takes a file apart into commands; `_commands` gives each to whom it concerns; `_objects`, `_entries` and `_lists` make
rules of access lists, `_nat`, `_inspection` and `_local` what acts around them; `_device` puts it in order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from segcheck.importers._base import ImporterInfo
from segcheck.importers._cisco.notes import Notes
from segcheck.importers._cisco.reading import one_device
from segcheck.importers.asa._applying import apply
from segcheck.importers.asa._commands import Commands
from segcheck.importers.asa._device import device
from segcheck.importers.asa._info import IMPORTER
from segcheck.importers.asa._syntax import Tree, parse
from segcheck.model.diagnostic import LineUse
from segcheck.model.reading import Complete, Reading
from segcheck.model.source import SourceText

__all__ = ["IMPORTER", "ImporterInfo", "apply", "read", "sniff"]

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
    return one_device(IMPORTER, sources, notes, made, complete, evidence)


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
