"""A site's devices bound to their exports: read, and compared with what the topology says of them (DESIGN §2.5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

from segcheck import importers
from segcheck.analysis.members import united
from segcheck.app.reading import best_first
from segcheck.app.side_files import beside
from segcheck.app.undeclared import undeclared
from segcheck.errors import CannotRun
from segcheck.loaders import files
from segcheck.model.device import DeviceConfig, Interface, InterfaceAddress
from segcheck.model.diagnostic import Code, Diagnostic, Severity
from segcheck.model.reading import Reading
from segcheck.model.result import Binding, Member
from segcheck.model.site import DeviceInterface, Export, Segment, Site, TopologyDevice
from segcheck.model.site_words import ExportRole
from segcheck.model.source import SourceText, Span
from segcheck.sets import addresses

#: Files that importers do not read: they have readers of their own, or none.
_BESIDE = frozenset(ExportRole) - {ExportRole.CONFIG, ExportRole.HA_PEER, ExportRole.IPSET}


def bind(site: Site, folder: str) -> tuple[Binding, ...]:
    """Return every device of a site with its export, in the order of the topology. Paths are relative to the site."""
    cache: dict[tuple[tuple[str, ...], str], Reading | CannotRun] = {}
    return tuple(_bound(site, Path(folder), device, cache) for device in site.devices.values())


def _bound(
    site: Site, folder: Path, device: TopologyDevice, cache: dict[tuple[tuple[str, ...], str], Reading | CannotRun]
) -> Binding:
    diagnostics: list[Diagnostic] = []
    members: list[Member] = []
    units = _units(device)
    reading: Reading | None = None
    for unit in units:
        first = unit[0]
        paths = tuple(export.path for export in unit if export.role not in _BESIDE)
        key = (paths, first.format)
        if key not in cache:  # several VDOMs share one file
            cache[key] = _read(folder, paths, first.format or None)
        read = cache[key]
        if isinstance(read, CannotRun):
            params = (("path", first.path),)
            diagnostics.append(
                Diagnostic(Code.EXPORT_UNREADABLE, Severity.WARNING, first.span, scope="device", params=params)
            )
            continue
        reading = reading or read
        context = first.context or units[0][0].context
        named = [one for one in read.devices if one.context == context]
        config = named[0] if named else read.devices[0] if len(read.devices) == 1 and not context else None
        if config is None:
            contexts = ", ".join(one.context or "-" for one in read.devices)
            diagnostics.append(_disagree(first.span, f"context of {device.id}", context or "-", contexts))
            continue
        side = beside(folder, device, config, unit)
        config = side.config
        compared = _compared(site, device, config, first.span)
        config, strange = undeclared(site, device, config)
        diagnostics += _numbered(chain(side.diagnostics, compared, strange))
        read = replace(read, inputs=(*read.inputs, *side.inputs))
        reading = read if not members else reading
        members.append(Member(config.hostname or first.path, read, config))
    if not units or len(members) < len(units):  # of a unit that was not read nothing is known, and so of the device
        return Binding(device=device, reading=reading, diagnostics=tuple(diagnostics))
    if len(members) == 1:
        return Binding(device=device, reading=reading, config=members[0].config, diagnostics=tuple(diagnostics))
    odd = Diagnostic(Code.MEMBERS_DIFFER, Severity.WARNING, units[1][0].span, scope="device")
    whole, what = united(device.id, [(one.name, one.config) for one in members], odd.id)
    if what:
        diagnostics.append(replace(odd, params=(("device", device.id), ("what", ", ".join(what)))))
    return Binding(device=device, reading=reading, config=whole, members=tuple(members), diagnostics=tuple(diagnostics))


def _units(device: TopologyDevice) -> list[list[Export]]:
    """Return the files by unit of an HA pair, its export first; what stands behind a peer's export is the peer's."""
    found: list[list[Export]] = [[]]
    for export in device.exports:
        if export.role is ExportRole.HA_PEER:
            found.append([export])
        else:
            found[-1].append(export)
    exporting = (ExportRole.CONFIG, ExportRole.HA_PEER)
    ordered = (sorted(unit, key=lambda export: export.role not in exporting) for unit in found)
    return [unit for unit in ordered if unit and unit[0].role in exporting]


def _read(folder: Path, paths: tuple[str, ...], format: str | None) -> Reading | CannotRun:  # noqa: A002
    try:
        sources: list[SourceText] = []
        for path in paths:
            found = files.read_export(str(folder / path))
            one_file = len(found) == 1 and (folder / path).is_file()
            sources += (
                replace(source, path=path if one_file else f"{path}/{Path(source.path).name}") for source in found
            )
        return importers.read(best_first(tuple(sources), format), format)
    except CannotRun as error:
        return error


def _disagree(span: Span, what: str, here: str, there: str) -> Diagnostic:
    params = (("what", what), ("site", here), ("export", there))
    return Diagnostic(Code.SITE_DISAGREES, Severity.ERROR, span, scope="device", params=params)


def _numbered(found: Iterator[Diagnostic]) -> Iterator[Diagnostic]:
    """Tell apart what stands at one line, so that every id is unique."""
    seen: dict[tuple[Code, Span | None], int] = {}
    for one in found:
        key = one.code, one.span
        yield replace(one, column=seen.get(key, 0))
        seen[key] = seen.get(key, 0) + 1


def _compared(site: Site, device: TopologyDevice, config: DeviceConfig, export: Span) -> Iterator[Diagnostic]:
    if config.hostname and config.hostname not in device.hostnames:
        yield _disagree(export, f"hostname of {device.id}", " / ".join(sorted(device.hostnames)), config.hostname)
    if not config.interfaces:
        return  # a format without addressing: the topology stands for it
    addressed = any(one.addresses for one in config.interfaces)
    for declared in device.interfaces:
        own = config.interface(declared.name)
        if own is None:
            known = ", ".join(one.name for one in config.interfaces[:20])
            yield _disagree(declared.span, f"interface {declared.name} of {device.id}", declared.name, f"only {known}")
        else:
            yield from _interface(site, device, declared, own, addressed=addressed)


def _interface(
    site: Site, device: TopologyDevice, declared: DeviceInterface, own: Interface, *, addressed: bool
) -> Iterator[Diagnostic]:
    """Yield what one interface disagrees on; `addressed`: the export holds addresses, so one that is absent is not there."""
    where = f"interface {declared.name} of {device.id}"
    segment = site.segments.get(declared.segment)
    told = bool(own.addresses) or (addressed and not own.dynamic)
    if told and set(declared.addresses) - set(own.addresses):
        yield _disagree(declared.span, where, _texts(declared.addresses), _texts(own.addresses) or "no address")
    elif segment is not None and any(not _in(segment, one) for one in own.addresses):
        prefixes = ", ".join(text for prefix in segment.prefixes for text in addresses.describe(prefix)) or "none"
        yield _disagree(declared.span, where, f"segment {segment.id} ({prefixes})", _texts(own.addresses))
    if segment is not None and None not in (segment.vlan, own.vlan) and segment.vlan != own.vlan:
        yield _disagree(declared.span, f"VLAN of {where}", str(segment.vlan), str(own.vlan))
    if own.enabled is not None and declared.enabled != own.enabled:
        words = {True: "enabled", False: "disabled"}
        yield _disagree(declared.span, f"state of {where}", words[declared.enabled], words[own.enabled])


def _in(segment: Segment, found: InterfaceAddress) -> bool:
    """Return whether an address is of a segment; a family of which the topology says nothing is open."""
    declared = segment.v4 if addresses.family(found.address) == 4 else segment.v6
    return declared is None or any(found.address in prefix for prefix in declared)


def _texts(found: tuple[InterfaceAddress, ...]) -> str:
    return ", ".join(f"{addresses.text(one.address)}/{one.length}" for one in found)
