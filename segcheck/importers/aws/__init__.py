"""AWS VPCs and transit gateways: the JSON that `aws ec2 describe-*` prints, as a folder of files or one file of several answers.

`_json` keeps the place of every value; `_keys` says what each key is; `_answers` and `_objects` make things of objects
(`_estate`). `_members` knows whose an address is, `_matches` what a rule asks; `_filters` and `_routes` make the lists of a VPC,
`_device` puts them in order, `_transit` those of a transit gateway.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from segcheck.importers._base import ImporterInfo, input_reading
from segcheck.importers.aws import _transit
from segcheck.importers.aws._answers import Answers
from segcheck.importers.aws._device import Device
from segcheck.importers.aws._estate import Estate
from segcheck.importers.aws._info import IMPORTER
from segcheck.importers.aws._keys import ANSWERS, IDLE_ANSWERS
from segcheck.importers.aws._members import Members
from segcheck.importers.aws._notes import EVERYONE, File, Notes
from segcheck.model.device import DeviceConfig, Scope, Taint
from segcheck.model.diagnostic import Code, Diagnostic, Severity
from segcheck.model.reading import Complete, InputReading, Reading
from segcheck.model.source import SourceText, Span

__all__ = ["IMPORTER", "ImporterInfo", "read", "sniff"]

#: Devices of one export.
MOST_DEVICES = 1000
#: Devices times things of one export.
MOST_WORK = 50_000_000
#: Rules and routes of one export.
MOST_RULES = 1_000_000
_ANSWER = re.compile(rf'"(?:{"|".join(sorted(ANSWERS))})"\s*:\s*\[')
_FIRST = re.compile(r'\s*(?:\[\s*)?\{\s*"([A-Za-z]+)"\s*:')
_KNOWN = {*ANSWERS, *IDLE_ANSWERS, "NextToken", "AdditionalRoutesAvailable"}
_ID = re.compile(r'"(?:vpc|subnet|sg|acl|rtb|eni|igw|eigw|nat|pcx|tgw|tgw-rtb|tgw-attach|vgw|vpce|pl|sgr)-[0-9a-f]+"')


def sniff(text: str) -> int:
    """Return 0..100: how surely the text holds answers of `aws ec2`."""
    first = _FIRST.match(text)
    if first is None or first[1] not in _KNOWN or not _ANSWER.search(text):
        return 0
    return 90 if _ID.search(text) else 40


def read(sources: Sequence[SourceText]) -> Reading:
    """Return the reading of one export: a device for each VPC, then one for each transit gateway."""
    notes = Notes(sources[0].path)
    answers = Answers(notes)
    for source in sources:
        answers.read(source)
        if source.lossy:
            first = Span(source.path, 1, 1)
            found = notes.add(Code.ENCODING_LOSSY, Severity.ERROR, first, "device", encoding=source.encoding)
            notes.doubt(EVERYONE, Scope.DEVICE, found)
    answers.finish()
    devices = _devices(answers, notes)
    return Reading(
        format=IMPORTER.format,
        maturity=IMPORTER.maturity,
        inputs=tuple(_input(file) for file in answers.files),
        devices=devices,
        diagnostics=notes.diagnostics(),
    )


def _devices(answers: Answers, notes: Notes) -> tuple[DeviceConfig, ...]:
    estate = answers.estate
    members = Members(estate)
    vpcs = [vpc for vpc in estate.owners if vpc]
    count = len(vpcs) + len(estate.transits)
    if count > MOST_DEVICES or count * estate.size() > MOST_WORK:
        what, most = ("devices", MOST_DEVICES) if count > MOST_DEVICES else ("devices and things", MOST_WORK)
        limit = notes.add(Code.LIMIT_REACHED, Severity.ERROR, None, "device", what=what, limit=str(most))
        return (DeviceConfig(format=IMPORTER.format, taints=_opened(notes, limit)),)
    made = []
    left = MOST_RULES
    for vpc in vpcs:
        left -= _size(estate, vpc)
        if left < 0:
            limit = notes.add(
                Code.LIMIT_REACHED,
                Severity.ERROR,
                None,
                f"vpc {vpc}",
                what=f"rules and routes of {vpc}",
                limit=str(MOST_RULES),
            )
            notes.doubt(vpc, Scope.DEVICE, limit)
            made.append(DeviceConfig(format=IMPORTER.format, context=vpc, taints=notes.taints_of(vpc)))
            continue
        made.append(Device(vpc, estate, members, notes).made())
    made += [_transit.device(one, estate, notes) for one in estate.transits]
    if not made:
        first = answers.files[0]
        span = Span(first.source.path, 1, 1) if first.account.total else None
        found = notes.add(Code.EXPORT_INCOMPLETE, Severity.ERROR, span, "device", evidence="no VPC")
        notes.doubt(EVERYONE, Scope.DEVICE, found)
        made = [DeviceConfig(format=IMPORTER.format, taints=notes.taints_of(EVERYONE))]
    # a limit that was reached while later devices were made concerns the earlier ones as well
    return tuple(replace(one, taints=tuple(dict.fromkeys((*one.taints, *notes.taints_of(EVERYONE))))) for one in made)


def _opened(notes: Notes, diagnostic: Diagnostic) -> tuple[Taint, ...]:
    notes.doubt(EVERYONE, Scope.DEVICE, diagnostic)
    return notes.taints_of(EVERYONE)


def _size(estate: Estate, vpc: str) -> int:
    """Return about how many rules a VPC makes: its routes by subnets and gateways are a product."""
    subnets = sum(one.vpc == vpc for one in estate.subnets.values())
    tables = [one for one in estate.tables.values() if one.vpc == vpc]
    routes = sum(len(one.routes) for one in tables)
    edges = {route.target for one in tables for route in one.routes} | {one.id for one in estate.edges.values()}
    nats = 1 + sum(one.vpc == vpc for one in estate.nats.values())
    others = sum(one.vpc == vpc for one in estate.enis.values()) + sum(len(one.entries) for one in estate.acls.values())
    rules = sum(len(one.permissions) for one in estate.groups.values() if one.vpc == vpc)
    transits = sum(edge.startswith("tgw-") for edge in edges)
    return routes * (nats + transits) + (len(tables) + len(edges)) * subnets + others + rules


def _input(file: File) -> InputReading:
    if file.torn:
        complete, evidence = Complete.NO, file.torn
    elif file.cut:
        complete, evidence = Complete.NO, file.cut
    elif file.source.text.endswith("\n"):
        complete, evidence = Complete.YES, "every bracket is closed, and the answer names no further page"
    else:
        complete, evidence = Complete.UNKNOWN, "the last line has no line end"
    return input_reading(file.source, IMPORTER.format, file.account, complete, evidence)
