"""FortiGate: the configuration of FortiOS 6.0 to 7.6 (`show`, `show full-configuration`, or a backup file)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from segcheck.importers._base import ImporterInfo, input_reading
from segcheck.importers._unsure import because, unknown
from segcheck.importers.fortigate._applying import apply
from segcheck.importers.fortigate._defaults import parse_version
from segcheck.importers.fortigate._device import device
from segcheck.importers.fortigate._info import IMPORTER
from segcheck.importers.fortigate._interfaces import Wiring
from segcheck.importers.fortigate._notes import Notes, Vdom
from segcheck.importers.fortigate._sections import finish_root, full_path
from segcheck.importers.fortigate._syntax import parse
from segcheck.importers.fortigate._tree import Node, Tree
from segcheck.model.device import DeviceConfig, Scope, Taint
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import conjunction
from segcheck.model.reading import Complete, InputReading, Reading
from segcheck.model.rules import Deny, Permit, Return, RuleList, Unsure
from segcheck.model.source import SourceText

__all__ = ["IMPORTER", "ImporterInfo", "apply", "read", "sniff"]

_HEADER = re.compile(r"^#config-version=", re.MULTILINE)
_SECTION = re.compile(
    r"^[ \t]*(?:\S+(?: \([^)\n]*\))? [#$] )?"
    r"config (?:sys|system|firewall|router|vpn|vdom|global|user|log|webfilter|antivirus)\b",
    re.MULTILINE,
)
_ENTRY = re.compile(r"^[ \t]*(?:edit (?:\"|\S+$)|set \S+ |next$|end$)", re.MULTILINE)
#: The section that every backup ends with, once per VDOM.
_LAST_SECTION = "router multicast"


def sniff(text: str) -> int:
    """Return 0..100: how surely the text is a FortiOS configuration."""
    if _HEADER.search(text):
        return 95
    sections, entries = len(_SECTION.findall(text)), len(_ENTRY.findall(text))
    if sections and entries >= 3:
        return 85
    return 40 if sections and entries else 0


def read(sources: Sequence[SourceText]) -> Reading:
    """Return the reading of one FortiGate: of the first file; further files are not used and say so."""
    source = sources[0]
    notes = Notes(source)
    text_lines = source.lines()
    tree = parse(text_lines, source.text.endswith("\n"), full_path)
    for number in tree.idle:
        notes.mark([(number, number)], LineUse.IRRELEVANT)
    complete, evidence = _completeness(tree)
    devices = _devices(tree, notes, complete)
    doubts = _doubts(source, sources[1:], tree, notes, complete, evidence)
    if doubts:
        open_at = tree.open_at if complete is Complete.NO else 0
        devices = tuple(_tainted(one, doubts, notes, open_at) for one in devices)
    inputs = [_input(source, notes, complete, evidence)]
    inputs.extend(_unused(one) for one in sources[1:])
    return Reading(
        format=IMPORTER.format,
        maturity=IMPORTER.maturity,
        inputs=tuple(inputs),
        devices=devices,
        diagnostics=notes.diagnostics(),
    )


def _devices(tree: Tree, notes: Notes, complete: Complete) -> tuple[DeviceConfig, ...]:
    root = tree.root
    version = parse_version(tree.header)
    several = "vdom" in root.tables
    shared: dict[str, Node] = {}
    if several:
        outside = {path: node for path, node in root.tables.items() if path not in ("vdom", "global")}
        inner = root.tables.get("global")
        shared = {**outside, **(inner.tables if inner else {})}
        own = {entry.name: entry.tables for entry in root.tables["vdom"].entries.values()}
        for node in (*root.tables["vdom"].walk(),):
            notes.mark(node.frame, LineUse.UNDERSTOOD)
        if inner:
            notes.mark(inner.frame, LineUse.UNDERSTOOD)
    else:
        inner = root.tables.get("global")
        own = {"root": {**root.tables, **(inner.tables if inner else {})}}
        if inner:
            notes.mark(inner.frame, LineUse.UNDERSTOOD)
    own = own or {"root": {}}
    everything = shared if several else own["root"]
    empty = Node("")
    switches = [everything.get(path, empty) for path in ("system switch-interface", "system virtual-switch")]
    switches.extend(tables.get("system switch-interface", empty) for tables in own.values())
    wiring = Wiring(_interface_table(everything, own), everything.get("system vdom-link", empty), switches, notes, own)
    found = []
    for name, tables in own.items():
        vdom = Vdom(name, tables, shared, notes, version)
        for node in _loose(root, several, name):
            for identity in notes.finish(node, (), "device", tables=tuple(node.tables)):
                vdom.taint(Scope.DEVICE, identity, "", node.first)
        found.append(
            device(
                vdom,
                wiring,
                only=len(own) == 1,
                whole=complete is Complete.YES,
                headed=bool(tree.header),
                version=".".join(map(str, version)) if version else "",
            )
        )
    return tuple(found)


def _interface_table(shared: dict[str, Node], own: dict[str, dict[str, Node]]) -> Node:
    """Return the interfaces of the whole file; usually they stand in one place."""
    table = shared.get("system interface")
    if table is not None:
        return table
    merged = Node("system interface")
    for tables in own.values():
        merged.entries.update(tables.get("system interface", merged).entries)
    return merged


def _loose(root: Node, several: bool, name: str) -> list[Node]:
    """Return the nodes between the text and a VDOM's sections, whose own lines nobody else accounts for."""
    found = [node for node in (root.tables.get("global"),) if node]
    if several:
        found.append(root.tables["vdom"])
        found.append(root.tables["vdom"].entries[name])
    return found


def _completeness(tree: Tree) -> tuple[Complete, str]:
    """Return whether nothing is missing, and the evidence."""
    if tree.open_at:
        return Complete.NO, f"what begins on line {tree.open_at} is never closed"
    if not tree.header:
        return Complete.UNKNOWN, "no #config-version header: part of a configuration, or typed commands"
    vdoms = tree.root.tables.get("vdom")
    scopes = list(vdoms.entries.values()) if vdoms else [tree.root]
    declared = [scope.name for scope in scopes if not scope.tables]
    last = max(scopes, key=lambda scope: scope.last, default=tree.root)
    if declared:
        missing = f"VDOM {' '.join(declared)} is declared only"
    elif _LAST_SECTION not in last.tables:
        missing = f"no closing section `config {_LAST_SECTION}`"
    elif not tree.ended:
        missing = "the last line has no line end"
    else:
        return Complete.YES, f"#config-version header, and the closing section `config {_LAST_SECTION}`"
    return (Complete.NO, f"a backup (#conf_file_ver), but {missing}") if tree.backup else (Complete.UNKNOWN, missing)


def _doubts(
    source: SourceText, unused: Sequence[SourceText], tree: Tree, notes: Notes, complete: Complete, evidence: str
) -> list[str]:
    """Record what casts doubt on the file as a whole, and return the ids of what taints every VDOM."""
    ids = finish_root(notes, tree.root)
    if complete is Complete.NO:
        ids.append(notes.say(Code.EXPORT_INCOMPLETE, Severity.ERROR, tree.open_at, "device", evidence=evidence))
    elif complete is Complete.UNKNOWN:
        notes.say(Code.COMPLETENESS_UNKNOWN, Severity.WARNING, 0, "device", evidence=evidence)
    if parse_version(tree.header) is None:
        notes.say(Code.VERSION_UNKNOWN, Severity.WARNING, tree.header_line, "device", format=IMPORTER.format)
    if source.lossy:
        ids.append(notes.say(Code.ENCODING_LOSSY, Severity.ERROR, 0, "device", encoding=source.encoding))
    if notes.limit and notes.limit.severity is Severity.ERROR:
        ids.append(notes.limit.id)
    for other in unused:
        ids.append(notes.say(Code.UNSUPPORTED_LINE, Severity.ERROR, 0, "device", text=f"file {other.path}"))
    return ids


def _tainted(one: DeviceConfig, doubts: list[str], notes: Notes, open_at: int) -> DeviceConfig:
    """Return a device that may do anything, because of `doubts`; its lists say what a missing end could change in them."""
    by_id = {diagnostic.id: diagnostic for diagnostic in notes.diagnostics()}
    more = tuple(Taint(Scope.DEVICE, identity, "", by_id[identity].span) for identity in dict.fromkeys(doubts))
    lists = {name: rules if rules.builtin else _torn(rules, open_at) for name, rules in one.lists.items()}
    return replace(one, taints=(*one.taints, *more), lists=lists, routing_known=False)


def _torn(rules: RuleList, open_at: int) -> RuleList:
    """Return a list of an export that ends too early, or reads doubtfully from line `open_at` on."""
    doubt = unknown("what the export is missing", Code.EXPORT_INCOMPLETE)
    kept = tuple(
        replace(rule, match=conjunction(rule.match, doubt), because=because(rule.match, doubt))
        if open_at and rule.span and rule.span.last >= open_at
        else rule
        for rule in rules.rules
    )
    open_end = isinstance(rules.default, Return)
    return replace(rules, rules=kept, default=rules.default if open_end else Unsure((Permit(), Deny())))


def _input(source: SourceText, notes: Notes, complete: Complete, evidence: str) -> InputReading:
    return input_reading(source, IMPORTER.format, notes.account, complete, evidence)


def _unused(source: SourceText) -> InputReading:
    notes = Notes(source)
    return _input(source, notes, Complete.UNKNOWN, "not read: one file holds a FortiGate's configuration")
