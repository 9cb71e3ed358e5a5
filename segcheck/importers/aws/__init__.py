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
from segcheck.importers.aws._info import IMPORTER
from segcheck.importers.aws._keys import ANSWERS, IDLE_ANSWERS
from segcheck.importers.aws._members import Members
from segcheck.importers.aws._notes import EVERYONE, File, Notes
from segcheck.model.device import DeviceConfig, Scope
from segcheck.model.diagnostic import Code, Severity
from segcheck.model.reading import Complete, InputReading, Reading
from segcheck.model.source import SourceText, Span

__all__ = ["IMPORTER", "ImporterInfo", "read", "sniff"]

#: Devices of one export.
MOST_DEVICES = 1000
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
    if len(vpcs) + len(estate.transits) > MOST_DEVICES:
        limit = notes.add(Code.LIMIT_REACHED, Severity.ERROR, None, "device", what="devices", limit=str(MOST_DEVICES))
        notes.doubt(EVERYONE, Scope.DEVICE, limit)
    made = [Device(vpc, estate, members, notes).made() for vpc in vpcs[:MOST_DEVICES]]
    made += [_transit.device(one, estate, notes) for one in list(estate.transits)[:MOST_DEVICES]]
    if not made:
        first = answers.files[0]
        span = Span(first.source.path, 1, 1) if first.account.total else None
        found = notes.add(Code.EXPORT_INCOMPLETE, Severity.ERROR, span, "device", evidence="no VPC")
        notes.doubt(EVERYONE, Scope.DEVICE, found)
        made = [DeviceConfig(format=IMPORTER.format, taints=notes.taints_of(EVERYONE))]
    # a limit that was reached while later devices were made concerns the earlier ones as well
    return tuple(replace(one, taints=tuple(dict.fromkeys((*one.taints, *notes.taints_of(EVERYONE))))) for one in made)


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
