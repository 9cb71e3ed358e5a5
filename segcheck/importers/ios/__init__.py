"""Cisco IOS and IOS-XE: the running configuration (`show running-config`).

`_syntax` takes a file apart into commands by indentation; `_commands` gives each to whom it concerns; `_entries` and `_lists`
make rules of access lists, `_zones`, `_nat`, `_inspection` and `_local` what acts around them; `_device` puts it in order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from segcheck.importers._base import ImporterInfo
from segcheck.importers._cisco.notes import Notes
from segcheck.importers._cisco.reading import one_device
from segcheck.importers.ios._applying import apply
from segcheck.importers.ios._commands import Commands
from segcheck.importers.ios._device import device
from segcheck.importers.ios._info import IMPORTER
from segcheck.importers.ios._syntax import Tree, parse
from segcheck.model.diagnostic import LineUse
from segcheck.model.reading import Complete, Reading
from segcheck.model.source import SourceText

__all__ = ["IMPORTER", "ImporterInfo", "apply", "read", "sniff"]

_SURE = re.compile(
    r"^(?:ip access-list (?:standard|extended) \S+|access-list \d+ (?:permit|deny|remark) .*|line (?:vty|con) \d.*|"
    r"service timestamps .*|boot-start-marker|zone security \S+|object-group (?:network|service) \S+|"
    r"zone-pair security .*|ip vrf \S+|vrf definition \S+|class-map type inspect .*|ipv6 access-list \S+|"
    r"ip nat (?:inside|outside) .*|no access-list \d+)$",
    re.MULTILINE,
)
_LIKELY = re.compile(
    r"^(?:interface [A-Z][A-Za-z-]+ ?\d[\d/.:]*|hostname \S+| ip address \d\S+ 255\.\S+(?: secondary)?|"
    r" switchport .*| no ip address|version \d+\.\d+|ip route \d.*| access-session .*|Building configuration\.\.\.)$",
    re.MULTILINE,
)
#: Marks of relatives whose words look alike and mean other things: ASA, NX-OS, IOS-XR, Arista EOS.
_OTHERS = re.compile(
    r"^(?:ASA Version|: Saved|PIX Version| nameif | security-level |access-group \S+ (?:in|out|global)|"
    r"access-list \S+ extended |feature \S+$|vdc \S+ id |!Command: show running-config|!! IOS XR|ipv4 access-list |"
    r"! Command: show running-config|! device: .*EOS|transceiver qsfp|!RANCID-CONTENT-TYPE: (?!cisco$))",
    re.MULTILINE,
)


def sniff(text: str) -> int:
    """Return 0..100: how surely the text is a running configuration of IOS."""
    sure, likely = len(_SURE.findall(text)), len(_LIKELY.findall(text))
    if _OTHERS.search(text):
        return 20 if sure and likely else 0
    if sure and likely:
        return 80
    if sure:
        return 60
    return 50 if likely > 1 else 0


def read(sources: Sequence[SourceText]) -> Reading:
    """Return the reading of one device: of the first file; further files are not used and say so."""
    source = sources[0]
    notes = Notes(source)
    tree = parse(source.text, source.lines())
    for number in tree.idle:
        notes.account.mark(number, number, LineUse.IRRELEVANT)
    complete, evidence = _completeness(tree)
    commands = Commands(notes, tree)
    made = device(commands, whole=complete is Complete.YES)
    return one_device(IMPORTER, sources, notes, made, complete, evidence)


def _completeness(tree: Tree) -> tuple[Complete, str]:
    """Return whether nothing is missing, and the evidence: the device ends a configuration with `end`."""
    if tree.open_at:
        return Complete.NO, f"the banner that begins on line {tree.open_at} never ends"
    if not tree.whole_line:
        return Complete.NO, "the last line has no line end"
    if tree.ended:
        if tree.versioned:
            return Complete.YES, "`version` and `hostname` stand before, and it ends with `end`"
        return Complete.UNKNOWN, "ends with `end`, but has no `version` and `hostname`, as a part of a configuration"
    if tree.headed or tree.versioned:
        return Complete.NO, "begins as the device prints it, but does not end with `end`"
    return Complete.UNKNOWN, "part of a configuration, or typed commands"
