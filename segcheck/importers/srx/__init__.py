"""Juniper SRX: the configuration of Junos OS as `set` commands or in braces."""

from __future__ import annotations

import re
from collections.abc import Sequence

from segcheck.importers._base import ImporterInfo, input_reading
from segcheck.importers._hierarchy.notes import Notes, Vsys
from segcheck.importers._hierarchy.torn import tainted
from segcheck.importers.srx._device import Assembly
from segcheck.importers.srx._groups import Expansion
from segcheck.importers.srx._info import IMPORTER
from segcheck.importers.srx._text import Listing, is_set, parse_braces, parse_set
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.reading import Complete, InputReading, Reading
from segcheck.model.source import SourceText

__all__ = ["IMPORTER", "ImporterInfo", "read", "sniff"]

_PLACES = (
    r"system (?:host-name|root-authentication|services|login|syslog|ntp|time-zone) |security (?:zones security-zone|policies |"
    r"nat |address-book |screen |flow |ike |ipsec |alg |forwarding-options )|interfaces \S+ (?:unit|description|gigether-options|"
    r"vlan-tagging|mtu|disable)|routing-options |firewall (?:family|filter|policer) |applications application|policy-options |"
    r"chassis cluster|routing-instances |protocols |groups \S+ |schedulers |vlans |version \d|access |snmp |apply-groups "
)
_SET = re.compile(rf"^[ \t]*set (?:{_PLACES})", re.MULTILINE)
_BRACES = re.compile(
    r"^(?:inactive: )?(?:system|security|interfaces|firewall|routing-options|policy-options|applications|protocols|groups|"
    r"routing-instances|chassis|vlans|schedulers) \{[ \t]*(?:#.*)?\r?$",
    re.MULTILINE,
)
_STRONG = re.compile(
    r"^[ \t]*set (?:security (?:zones security-zone|policies (?:from-zone|global))|interfaces [a-z]{2,3}-\d+/\d+/\d+ unit|"
    r"firewall family inet|policy-options |applications application|routing-options |security ipsec |security ike )"
    r"|^[ \t]*version \d{2}\.\d[\w.-]*;|^## Last c|family inet6? \{|security-zone \S+ \{|from-zone \S+ to-zone \S+ \{",
    re.MULTILINE,
)
#: Systems with commands alike: VyOS, PAN-OS, Gaia.
_OTHERS = re.compile(
    r"^[ \t]*set (?:interfaces ethernet eth|firewall (?:name|group|ipv4|ipv6) |deviceconfig |interface \S+ |static-route |"
    r"installer |edition )",
    re.MULTILINE,
)
_SECTIONS = ("system", "interfaces", "security")


def sniff(text: str) -> int:
    """Return 0..100: how surely the text is a configuration of Junos OS."""
    if _OTHERS.search(text):
        return 0
    commands, braces, strong = len(_SET.findall(text)), len(_BRACES.findall(text)), len(_STRONG.findall(text))
    if strong and (commands or braces):
        return 92 if commands + braces >= 3 else 75
    if commands >= 2 or braces >= 2:
        return 50
    return 35 if commands or braces else 0


def read(sources: Sequence[SourceText]) -> Reading:
    """Return the reading of one firewall: of the first file; further files are not used and say so."""
    source = sources[0]
    notes = Notes(source)
    lines = source.lines()
    tree = parse_set(lines) if is_set(source.text) else parse_braces(lines)
    notes.mark(((line, line) for line in tree.idle), LineUse.IRRELEVANT)
    notes.mark(((n, n) for n, line in enumerate(lines, 1) if not line.strip()), LineUse.IRRELEVANT)
    complete, evidence = _completeness(tree)
    expansion = Expansion(tree, notes)
    vsys = Vsys("", tree.root, (tree.root,), tree.root, notes)
    device = Assembly(vsys).made(whole=complete is Complete.YES)
    doubts = [*expansion.problems, *_doubts(source, sources[1:], tree, notes, complete, evidence, device.version)]
    notes.settle(tree)
    if tree.broken:
        notes.mark([(tree.broken, len(lines))], LineUse.UNRECOGNISED)
    if doubts:
        device = tainted(device, doubts, notes)
    inputs = [_input(source, notes, complete, evidence)]
    inputs.extend(_unused(one) for one in sources[1:])
    return Reading(
        format=IMPORTER.format,
        maturity=IMPORTER.maturity,
        inputs=tuple(inputs),
        devices=(device,),
        diagnostics=notes.diagnostics(),
    )


def _completeness(tree: Listing) -> tuple[Complete, str]:
    """Return whether nothing is missing, and the evidence."""
    if tree.broken:
        return Complete.NO, f"line {tree.broken} cannot be read, and nothing behind it was"
    if tree.filtered:
        return Complete.NO, "the command before the listing leaves lines out"
    missing = [word for word in _SECTIONS if word not in tree.root.children]
    if tree.part or missing:
        return Complete.UNKNOWN, f"part of a configuration{': no ' + ', '.join(missing) if missing else ''}"
    if tree.load:
        return Complete.UNKNOWN, "written to be loaded into a device, not printed by one"
    if tree.begun and tree.ended:
        return (
            Complete.YES,
            "the command stands before it, a prompt behind it; system, interfaces and security are there",
        )
    if tree.kind == "set":
        return Complete.UNKNOWN, "set commands: nothing marks their end"
    return Complete.UNKNOWN, "closed at its end, but no prompt follows: sections may be missing"


def _doubts(
    source: SourceText,
    unused: Sequence[SourceText],
    tree: Listing,
    notes: Notes,
    complete: Complete,
    evidence: str,
    version: str,
) -> list[str]:
    """Record what casts doubt on the file as a whole, and return the ids of what taints the device."""
    ids = [
        notes.say(Code.UNRECOGNISED_LINE, Severity.ERROR, line, "device", text="no statement")
        for line, _ in tree.unread[:200]
    ]
    notes.mark(((line, line) for line, _ in tree.unread), LineUse.UNRECOGNISED)
    if tree.limit:
        ids.append(notes.say(Code.LIMIT_REACHED, Severity.ERROR, tree.broken, "device", what="words", limit=tree.limit))
    if complete is Complete.NO:
        ids.append(notes.say(Code.EXPORT_INCOMPLETE, Severity.ERROR, tree.broken, "device", evidence=evidence))
    elif complete is Complete.UNKNOWN:
        notes.say(Code.COMPLETENESS_UNKNOWN, Severity.WARNING, 0, "device", evidence=evidence)
    if not version:
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
