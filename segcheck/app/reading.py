"""Files to one device's reading, with a device file's addressing where one is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from segcheck import importers
from segcheck.errors import BadArguments
from segcheck.loaders import files
from segcheck.model.device import DeviceConfig, Interface
from segcheck.model.diagnostic import LineUse
from segcheck.model.reading import Complete, Reading
from segcheck.model.source import SourceText

if TYPE_CHECKING:
    from segcheck.analysis.anomalies import Anomaly
    from segcheck.loaders.device_file import DeviceFile


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadExport:
    """An export with its reading; `sources` in the order in which the importer saw them."""

    path: str
    sources: tuple[SourceText, ...]
    reading: Reading


def read_export(path: str, format: str | None = None) -> ReadExport:  # noqa: A002 -- the user's own word
    """Return the reading of an export: a file, or a folder with all files of one device.

    In a folder the file that an importer recognises best comes first: it decides the format of all.

    Raises:
        UnreadableFile, UnknownFormat, BadArguments: nothing can be judged.
    """
    sources = best_first(files.read_export(path), format)
    return ReadExport(path=path, sources=sources, reading=importers.read(sources, format))


def hidden_rules(reading: Reading) -> dict[str, tuple[Anomaly, ...]]:
    """Return, by context, the written rules of filter lists that earlier rules hide, or may hide for all that can be told."""
    from segcheck.analysis.anomalies import anomalies
    from segcheck.model.pipeline import StageKind

    found = {}
    for device in reading.devices:
        others = {b.list for s in device.pipeline.stages() if s.kind is not StageKind.FILTER for b in s.bindings}
        asked = [name for name, rules in device.lists.items() if not rules.builtin and name not in others]
        found[device.context] = tuple(one for name in asked for one in anomalies(device, name))
    return found


def best_first(sources: tuple[SourceText, ...], format: str | None) -> tuple[SourceText, ...]:  # noqa: A002
    """Return the files of one device with the one first that an importer recognises best, where no format is named."""
    if len(sources) < 2 or format is not None:
        return sources
    best = {source.path: max((score for _, score in importers.sniff(source.text)), default=0) for source in sources}
    return tuple(sorted(sources, key=lambda source: -best[source.path]))


def addressed(devices: Sequence[DeviceConfig], source: SourceText) -> tuple[DeviceConfig, ...]:
    """Return the one device with the addressing and routes of a device file.

    Raises:
        BadInput: the device file cannot be used.
        BadArguments: there are several devices; the file describes one.
    """
    from segcheck.loaders import device_file  # brings pydantic, which no other job of this page needs

    given = device_file.load(source)
    if len(devices) != 1:
        raise BadArguments(
            f"--device-file {source.path}: the export holds several contexts; nothing was judged. Say which with --context",
            f"--device-file {source.path}: エクスポートに複数のコンテキストがあります。判定は行っていません。"
            "--context で指定してください",
        )
    return (with_device_file(devices[0], given),)


def with_device_file(device: DeviceConfig, given: DeviceFile) -> DeviceConfig:
    """Return the device with the addressing and routes of a device file.

    Interfaces that both know keep what only the export says (zone, VLAN, kind); those that the file does not name stay as
    the export has them. Routes of the file replace the export's; a file without routes leaves them, unless it declares
    `routes_complete`: then the attached networks are the whole table.
    """
    known = {interface.name: interface for interface in device.interfaces}
    for interface in given.interfaces:
        own = known.get(interface.name)
        known[interface.name] = interface if own is None else _joined(own, interface)
    replaced = given.routes or given.routes_complete
    attached = {interface.name for interface in given.interfaces}
    kept = () if replaced else tuple(r for r in device.routes if r.distance != 0 or r.interface not in attached)
    return device.with_addressing(
        tuple(known.values()), (*given.connected, *given.routes, *kept), complete=given.routes_complete
    )


def _joined(own: Interface, given: Interface) -> Interface:
    return replace(
        own,
        addresses=given.addresses or own.addresses,
        domain=given.domain if given.domain != "default" else own.domain,
        enabled=given.enabled,
        dynamic=own.dynamic and not given.addresses,
    )


def choose_device(reading: Reading, context: str | None) -> DeviceConfig | None:
    """Return the device of that context (VDOM, vsys), the only device there is, or None where several are left.

    Raises:
        BadArguments: the export has no such context.
    """
    devices = reading.devices
    if context is not None:
        named = next((device for device in devices if device.context == context), None)
        if named is None:
            names = ", ".join(device.context for device in devices if device.context)
            raise BadArguments(
                f"--context {context}: the export has no such context; nothing was judged. "
                + (f"Contexts: {names}" if names else "It has none: leave --context out"),
                f"--context {context}: エクスポートにこのコンテキストはありません。判定は行っていません。"
                + (f"コンテキスト: {names}" if names else "コンテキストがないため --context を外してください"),
            )
        return named
    return devices[0] if len(devices) == 1 else None


def is_sure(reading: Reading) -> bool:
    """Return whether every line was understood, nothing shows that lines are missing, and nothing is uncertain."""
    doubtful = (LineUse.APPROXIMATED, LineUse.UNSUPPORTED, LineUse.UNRECOGNISED)
    return all(
        one.complete is not Complete.NO and not any(one.lines.counts()[use] for use in doubtful)
        for one in reading.inputs
    ) and not any(device.taints for device in reading.devices)
