"""Yamaha RTX and NVR routers: the configuration (`show config`).

`_syntax` takes a file apart into commands and the PP or tunnel that is selected; `_commands` gives each to whom it
concerns; `_filters` and `_dynamic` make the lists of interfaces, `_nat`, `_routing` and `_local` what acts around
them; `_device` puts it in order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from segcheck.importers._base import ImporterInfo, input_reading
from segcheck.importers._unsure import because, unknown
from segcheck.importers.yamaha._commands import Commands
from segcheck.importers.yamaha._device import device
from segcheck.importers.yamaha._info import IMPORTER
from segcheck.importers.yamaha._notes import Notes
from segcheck.importers.yamaha._syntax import Script, parse
from segcheck.model.device import DeviceConfig, Scope
from segcheck.model.diagnostic import Code, Diagnostic, LineUse, Severity
from segcheck.model.match import conjunction
from segcheck.model.reading import Complete, InputReading, Reading
from segcheck.model.rules import Deny, Permit, RuleList, Unsure
from segcheck.model.source import SourceText

__all__ = ["IMPORTER", "ImporterInfo", "read", "sniff"]

_SURE = re.compile(
    r"^ *(?:ip (?:lan\d|vlan\d|pp |tunnel)\S*\s*(?:address|secure filter|nat descriptor) .*|"
    r"(?:ip|ipv6) filter (?:dynamic )?\d+ .*|pp select \S+|tunnel select \S+|pppoe use lan\d|nat descriptor type \d+ .*|"
    r"nat descriptor address (?:outer|inner) .*|vlan lan\d/\d+ 802\.1q .*|vlan port mapping lan\d.*|"
    r"(?:ip|ipv6) route \S+ gateway .*|dns server select \d+ .*|lan type lan\d .*|ipsec ike pre-shared-key \d+ .*|"
    r"# (?:RTX|NVR|FWX|RT|SRT)\w* Rev\..*)$",
    re.MULTILINE,
)


def sniff(text: str) -> int:
    """Return 0..100: how surely the text is the configuration of a Yamaha router."""
    found = len(_SURE.findall(text))
    if not found:
        return 0
    return 85 if found > 2 else 55


def read(sources: Sequence[SourceText]) -> Reading:
    """Return the reading of one device: of the first file; further files are not used and say so."""
    source = sources[0]
    notes = Notes(source)
    script = parse(source.text, source.lines())
    for number in script.idle:
        notes.account.mark(number, number, LineUse.IRRELEVANT)
    complete, evidence = _completeness(script)
    doubts = _doubts(source, sources[1:], notes, complete, evidence)
    for diagnostic in doubts:
        notes.taint(Scope.DEVICE, diagnostic)
    made = device(Commands(notes, script), script.version)
    if doubts:
        made = _torn(made)
    made = replace(made, taints=notes.taints())
    inputs = [_input(source, notes, complete, evidence)]
    inputs.extend(
        _input(one, Notes(one), Complete.UNKNOWN, "not read: one file holds a configuration") for one in sources[1:]
    )
    return Reading(
        format=IMPORTER.format,
        maturity=IMPORTER.maturity,
        inputs=tuple(inputs),
        devices=(made,),
        diagnostics=notes.diagnostics(),
    )


def _completeness(script: Script) -> tuple[Complete, str]:
    """Return whether nothing is missing, and the evidence: behind a whole configuration stands the prompt."""
    if not script.whole_line:
        return Complete.NO, "the last line has no line end"
    if script.open_at:
        return Complete.NO, f"the embedded file that begins on line {script.open_at} never ends"
    if script.prompted:
        return Complete.YES, "begins with the device's own comments, and a prompt stands behind it"
    if script.headed:
        return Complete.UNKNOWN, "begins with the device's own comments; a configuration has no end mark"
    return Complete.UNKNOWN, "typed commands, or part of a configuration"


def _doubts(
    source: SourceText, unused: Sequence[SourceText], notes: Notes, complete: Complete, evidence: str
) -> list[Diagnostic]:
    """Record what casts doubt on the file as a whole, and return what taints the device."""
    found = []
    if complete is Complete.NO:
        found.append(notes.add(Code.EXPORT_INCOMPLETE, Severity.ERROR, None, "device", evidence=evidence))
    elif complete is Complete.UNKNOWN:
        notes.add(Code.COMPLETENESS_UNKNOWN, Severity.WARNING, None, "device", evidence=evidence)
    if source.lossy:
        found.append(notes.add(Code.ENCODING_LOSSY, Severity.ERROR, None, "device", encoding=source.encoding))
    found.extend(
        notes.add(Code.UNSUPPORTED_LINE, Severity.ERROR, None, "device", text=f"file {other.path}") for other in unused
    )
    return found


def _torn(made: DeviceConfig) -> DeviceConfig:
    """Return a device of which something is missing that may have been a filter of any list."""

    def doubted(rules: RuleList) -> RuleList:
        if rules.builtin:
            return rules
        doubt = unknown("what the export is missing", Code.EXPORT_INCOMPLETE)
        kept = tuple(
            replace(rule, match=conjunction(rule.match, doubt), because=because(conjunction(rule.match, doubt)))
            for rule in rules.rules
        )
        return replace(rules, rules=kept, default=Unsure((Permit(), Deny())))

    return replace(made, lists={name: doubted(rules) for name, rules in made.lists.items()}, routing_known=False)


def _input(source: SourceText, notes: Notes, complete: Complete, evidence: str) -> InputReading:
    return input_reading(source, IMPORTER.format, notes.account, complete, evidence)
