"""Palo Alto Networks PAN-OS: the running configuration as XML, as `set` commands or in braces."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from segcheck.importers._base import ImporterInfo, input_reading
from segcheck.importers._hierarchy.notes import Notes, Vsys
from segcheck.importers._hierarchy.torn import tainted
from segcheck.importers._hierarchy.tree import Tree
from segcheck.importers.panos._device import device
from segcheck.importers.panos._info import IMPORTER
from segcheck.importers.panos._layout import Layout, finish, layout
from segcheck.importers.panos._text import parse_braces, parse_set
from segcheck.importers.panos._xml import parse as parse_xml
from segcheck.model.device import DeviceConfig, Taint
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.reading import Complete, InputReading, Reading
from segcheck.model.source import SourceText

__all__ = ["IMPORTER", "ImporterInfo", "read", "sniff"]

_XML = re.compile(
    r"<config\b[^>]{0,300}\b(?:urldb|version|detail-version)=|<config>\s{0,80}<(?:mgt-config|shared|devices|predefined)\b"
)
_XML_PART = re.compile(r"<(?:rulebase|vsys|devices)>\s{0,80}<")
_PLACES = (
    r"deviceconfig (?:system|setting)|network (?:interface|virtual-router|profiles|ike|logical-router)|mgt-config|"
    r"rulebase \S+ rules|shared \S+|vsys \S+ |zone \S+ network|device-group|template|policy panorama|address \S+ ip-|"
    r"service \S+ protocol|address-group \S+ (?:static|dynamic)|service-group \S+ members|panorama "
)
_SET = re.compile(rf"^set (?:{_PLACES})", re.MULTILINE)
_BRACES = re.compile(r"^[ \t]*(?:deviceconfig|mgt-config|network|rulebase|vsys) \{[ \t]*$", re.MULTILINE)


def sniff(text: str) -> int:
    """Return 0..100: how surely the text is a PAN-OS configuration."""
    if _XML.search(text):
        return 90
    if text.lstrip("\ufeff \n\t").startswith("<") and _XML_PART.search(text):
        return 40
    commands = len(_SET.findall(text))
    if commands:
        return 88 if commands >= 5 else 60
    braces = len(_BRACES.findall(text))
    return 70 if braces >= 2 else 45 if braces else 0


def read(sources: Sequence[SourceText]) -> Reading:
    """Return the reading of one firewall: of the first file; further files are not used and say so."""
    source = sources[0]
    notes = Notes(source)
    tree = _parse(source)
    notes.mark(((line, line) for line in tree.idle), LineUse.IRRELEVANT)
    lines = source.lines()
    notes.mark(((n, n) for n, line in enumerate(lines, 1) if not line.strip()), LineUse.IRRELEVANT)
    found = layout(tree)
    systems = [Vsys(name, node, found.scopes(node), found.device, notes) for name, node in found.systems.items()]
    complete, evidence = _completeness(tree, found)
    devices = []
    for number, vsys in enumerate(systems):
        owned = found.owned(vsys.node) if len(systems) > 1 else None
        devices.append(
            device(
                vsys,
                owned,
                first=number == 0,
                several=len(systems) > 1,
                whole=complete is Complete.YES,
                version=tree.version,
                pushed=found.pushed,
            )
        )
    extra = finish(found, systems)
    devices = [
        replace(one, taints=(*one.taints, *_more(one, vsys))) for one, vsys in zip(devices, systems, strict=True)
    ]
    doubts = [*extra, *_doubts(source, sources[1:], tree, notes, complete, evidence)]
    notes.settle(tree)
    if tree.broken:
        notes.mark([(tree.broken, len(lines))], LineUse.UNRECOGNISED)
    if doubts:
        devices = [tainted(one, doubts, notes) for one in devices]
    inputs = [_input(source, notes, complete, evidence)]
    inputs.extend(_unused(one) for one in sources[1:])
    return Reading(
        format=IMPORTER.format,
        maturity=IMPORTER.maturity,
        inputs=tuple(inputs),
        devices=tuple(devices),
        diagnostics=notes.diagnostics(),
    )


def _parse(source: SourceText) -> Tree:
    text = source.text
    if text.lstrip("\ufeff \n\t\r").startswith("<"):
        return parse_xml(text)
    if _SET.search(text) or not _BRACES.search(text):
        return parse_set(source.lines())
    return parse_braces(text)


def _more(one: DeviceConfig, vsys: Vsys) -> tuple[Taint, ...]:
    """Return the taints that came after a device was put together."""
    return tuple(taint for taint in vsys.taints.values() if taint not in one.taints)


def _completeness(tree: Tree, found: Layout) -> tuple[Complete, str]:
    """Return whether nothing is missing, and the evidence."""
    if tree.broken:
        return Complete.NO, f"line {tree.broken} cannot be read, and nothing behind it was"
    if tree.kind == "set":
        return Complete.UNKNOWN, "set commands: nothing marks their end"
    missing = [part for part in ("deviceconfig", "network", "vsys") if not found.device.has(part)]
    if not tree.closed:
        return Complete.UNKNOWN, "the last line has no line end, or there is no <config> around the text"
    if missing:
        return Complete.UNKNOWN, f"part of a configuration: no {', '.join(missing)}"
    return Complete.YES, "closed at its end, with deviceconfig, network and vsys"


def _doubts(
    source: SourceText, unused: Sequence[SourceText], tree: Tree, notes: Notes, complete: Complete, evidence: str
) -> list[str]:
    """Record what casts doubt on the file as a whole, and return the ids of what taints every virtual system."""
    ids = []
    for line, column in tree.unread[:200]:
        del column
        ids.append(notes.say(Code.UNRECOGNISED_LINE, Severity.ERROR, line, "device", text="no set command"))
    notes.mark(((line, line) for line, _ in tree.unread), LineUse.UNRECOGNISED)
    if tree.limit:
        ids.append(notes.say(Code.LIMIT_REACHED, Severity.ERROR, tree.broken, "device", what="words", limit=tree.limit))
    if complete is Complete.NO:
        ids.append(notes.say(Code.EXPORT_INCOMPLETE, Severity.ERROR, tree.broken, "device", evidence=evidence))
    elif complete is Complete.UNKNOWN:
        notes.say(Code.COMPLETENESS_UNKNOWN, Severity.WARNING, 0, "device", evidence=evidence)
    if not tree.version:
        notes.say(Code.VERSION_UNKNOWN, Severity.NOTE, 0, "device", format=IMPORTER.format)
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


def _unused(source: SourceText) -> InputReading:
    return _input(source, Notes(source), Complete.UNKNOWN, "not read: one file holds a firewall's configuration")
