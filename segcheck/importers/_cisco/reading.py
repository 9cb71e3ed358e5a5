"""One running configuration, read: what the file as a whole leaves in doubt, and the reading of its device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from segcheck.importers._base import ImporterInfo, input_reading
from segcheck.importers._cisco.notes import Notes
from segcheck.importers._cisco.torn import torn
from segcheck.model.device import DeviceConfig, Scope
from segcheck.model.diagnostic import Code, Severity
from segcheck.model.reading import Complete, Reading
from segcheck.model.source import SourceText


def one_device(
    info: ImporterInfo,
    sources: Sequence[SourceText],
    notes: Notes,
    made: DeviceConfig,
    complete: Complete,
    evidence: str,
) -> Reading:
    """Return the reading of the device of the first file; further files are not used and say so.

    notes     of the first file
    made      the device, but for its taints
    evidence  for `complete`
    """
    doubts = _doubts(sources, notes, complete, evidence)
    for identity in doubts:
        notes.taint(Scope.DEVICE, identity)
    made = replace(made, taints=tuple(notes.taints.values()))
    if doubts:
        made = torn(made)
    inputs = [input_reading(sources[0], info.format, notes.account, complete, evidence)]
    unread = Complete.UNKNOWN, "not read: one file holds a running configuration"
    inputs.extend(input_reading(one, info.format, Notes(one).account, *unread) for one in sources[1:])
    return Reading(
        format=info.format,
        maturity=info.maturity,
        inputs=tuple(inputs),
        devices=(made,),
        diagnostics=notes.diagnostics(),
    )


def _doubts(sources: Sequence[SourceText], notes: Notes, complete: Complete, evidence: str) -> list[str]:
    """Record what casts doubt on the file as a whole, and return the ids of what taints the device."""
    ids = []
    if complete is Complete.NO:
        ids.append(notes.say(Code.EXPORT_INCOMPLETE, Severity.ERROR, 0, "device", evidence=evidence))
    elif complete is Complete.UNKNOWN:
        notes.say(Code.COMPLETENESS_UNKNOWN, Severity.WARNING, 0, "device", evidence=evidence)
    if sources[0].lossy:
        ids.append(notes.say(Code.ENCODING_LOSSY, Severity.ERROR, 0, "device", encoding=sources[0].encoding))
    if notes.limit and notes.limit.severity is Severity.ERROR:
        ids.append(notes.limit.id)
    ids.extend(
        notes.say(Code.UNSUPPORTED_LINE, Severity.ERROR, 0, "device", text=f"file {other.path}")
        for other in sources[1:]
    )
    return ids
