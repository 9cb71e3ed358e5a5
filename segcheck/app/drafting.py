"""A folder of exports to the draft of a site: which files are whose, which devices there are.

`drafting_network` then says which segments and lines follow from their interfaces and routes.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from segcheck import importers
from segcheck.app import drafting_network
from segcheck.app.drafting_network import Unit, unique
from segcheck.app.reading import best_first, is_sure
from segcheck.errors import CannotRun, UnknownFormat, UnreadableFile
from segcheck.loaders import files
from segcheck.model.device import DeviceConfig
from segcheck.model.draft import Draft, DraftExport, Mark, Sure
from segcheck.model.reading import Reading
from segcheck.model.source import SourceText, Span

#: First line of a file that `init` itself writes among the exports: no export, and nothing to report.
OURS = "<!-- segcheck init -->"
_RESERVED = ("zone", "segment", "TODO")


@dataclass(frozen=True, slots=True)
class _File:
    """One entry of the folder: a file, or a folder with the files of one device, as the importers saw it."""

    source: Path
    path: str
    texts: tuple[SourceText, ...]
    reading: Reading


def draft(folder: Path, inside: Path | None, copy_to: Path) -> Draft:
    """Return what the exports of a folder tell, and copy those that were understood to `copy_to`/exports.

    inside   the site's folder if the exports lie in it: they are then named where they are, and nothing is copied
    Names that begin with "." are left out.

    Raises:
        UnreadableFile: no such folder, or nothing in it that an importer recognises.
    """
    unread: list[tuple[str, str, str]] = []
    found = list(_files(folder, inside, unread))
    if not found:
        told = "; ".join(name for name, _, _ in unread[:10])
        raise UnreadableFile(
            f"{folder}: no export that segcheck can read; nothing was written. Looked at: {told or 'no file'}",
            f"{folder}: 読み取れるエクスポートがありません。何も作成していません。見たもの: {told or 'ファイルなし'}",
        )
    if inside is None:
        for one in found:
            _copy(one.source, copy_to / one.path)
    units = _named(_merged([unit for group in _together(found) for unit in _units(group)]))
    segments, links, devices = drafting_network.connect(units)
    doubtful = dict.fromkeys(one.path for one in found if not is_sure(one.reading))
    doubtful |= dict.fromkeys(e.path for u in units for m in u.marks if m.why == "peers-differ" for e in u.exports)
    return Draft(devices=devices, segments=segments, links=links, unread=tuple(unread), doubtful=tuple(doubtful))


def _files(folder: Path, inside: Path | None, unread: list[tuple[str, str, str]]) -> Iterator[_File]:
    try:
        entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise UnreadableFile(
            f"{folder}: the folder cannot be read ({error.strerror}); nothing was written",
            f"{folder}: フォルダーを読み取れません ({error.strerror})。何も作成していません",
        ) from error
    taken = {"readme.md"}  # ours
    for entry in entries:
        path = _place(entry, inside, taken)
        try:
            if _bad_path(path):
                raise UnreadableFile(
                    "its name cannot stand in a topology; rename it",
                    "ファイル名を構成ファイルに書けません。名前を変えてください",
                )
            found = files.read_export(str(entry))
            if found[0].text.startswith(OURS):
                continue
            texts = tuple(
                replace(one, path=path if entry.is_file() else f"{path}/{Path(one.path).name}") for one in found
            )
            texts = best_first(texts, None)
            yield _File(entry, path, texts, importers.read(texts))
        except UnknownFormat:
            unread.append((entry.name, "no format that segcheck reads", "segcheck が読める形式ではありません"))
        except CannotRun as error:
            unread.append((entry.name, error.en, error.ja))


def _place(entry: Path, inside: Path | None, taken: set[str]) -> str:
    """Return how a site names an export: where it is, or in `exports` under a name that is safe everywhere."""
    if inside is not None:
        return entry.resolve().relative_to(inside.resolve()).as_posix()
    name = re.sub(r"[^\w.()+-]", "_", entry.name) or "_"
    return f"exports/{unique(name, taken)}"


def _bad_path(path: str) -> bool:
    return not path.isprintable() or "\\" in path or ":" in path[:2] or ".." in path.split("/")


def _copy(source: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns(".*"))
        else:
            shutil.copyfile(source, target)
    except (OSError, shutil.Error) as error:
        raise UnreadableFile(
            f"{source}: cannot be copied; nothing was written",
            f"{source}: コピーできません。何も作成していません",
        ) from error


def _together(found: Sequence[_File]) -> Iterator[tuple[_File, ...]]:
    """Yield the files that are one device's: exports of one family each, of one format and with one name before the dot."""
    groups: dict[tuple[object, ...], list[_File]] = {}
    for number, one in enumerate(found):
        devices = one.reading.devices
        alone = len(devices) != 1 or devices[0].families >= {4, 6} or bool(devices[0].interfaces)
        key: tuple[object, ...] = (number,) if alone else (one.reading.format, Path(one.path).name.split(".")[0])
        for other in groups.get(key, ()):
            if other.reading.devices[0].families & devices[0].families:
                key = (number,)
        groups.setdefault(key, []).append(one)
    yield from map(tuple, groups.values())


def _units(group: tuple[_File, ...]) -> Iterator[Unit]:
    first = group[0]
    several = len(first.reading.devices) > 1
    for config in first.reading.devices:
        context = config.context if several else ""
        name = config.hostname or Path(first.path).name.split(".")[0]
        marks = [Mark(Sure.CERTAIN, "export", (_whole(first),), {"format": config.format})]
        if len(group) > 1:
            marks.append(Mark(Sure.LIKELY, "one-device", tuple(_whole(one) for one in group)))
        if any(not is_sure(one.reading) for one in group):
            marks.append(Mark(Sure.CHECK, "not-read-in-full"))
        yield Unit(
            id=f"{name}-{context}" if context else name,
            hostname=config.hostname,
            configs=(config, *(one.reading.devices[0] for one in group[1:])),
            exports=tuple(DraftExport(one.path, one.reading.format, context) for one in group),
            kind=_kind(config, marks),
            marks=tuple(marks),
        )


def _whole(one: _File) -> Span:
    return Span(one.path, 1, max(1, len(one.texts[0].lines())))


def _kind(config: DeviceConfig, marks: list[Mark]) -> str:
    """Return what a device seems to be: one that says nothing of its interfaces is a host unless it forwards something."""
    if config.interfaces:
        marks.append(Mark(Sure.LIKELY, "kind-filter"))
        return "firewall"
    forwards = any(rules.rules for name, rules in config.lists.items() if name.endswith("/FORWARD"))
    marks.append(Mark(Sure.CHECK, "kind-forwards" if forwards else "kind-host"))
    return "firewall" if forwards else "host"


def _merged(units: list[Unit]) -> list[Unit]:
    """Return the units with the members of an HA pair as one: same format, context, interfaces and addresses."""
    found: dict[tuple[object, ...], Unit] = {}
    for number, unit in enumerate(units):
        own = tuple(sorted((i.name, i.addresses) for i in unit.configs[0].interfaces if i.addresses))
        context = unit.exports[0].context
        key: tuple[object, ...] = (unit.configs[0].format, context, own) if own else (number,)
        found[key] = _paired(found[key], unit) if key in found else unit
    return list(found.values())


def _paired(first: Unit, other: Unit) -> Unit:
    from segcheck.analysis.comparing import Verdict, compare

    members = tuple(dict.fromkeys(filter(None, (first.hostname, *first.members, other.hostname))))
    same = compare(first.configs[0], other.configs[0]).verdict is Verdict.EQUAL
    spans = (*first.marks[0].spans, *other.marks[0].spans)
    if not same:
        mark = Mark(Sure.CHECK, "peers-differ", spans)
    else:
        mark = Mark(Sure.CHECK, "twice", spans) if len(members) < 2 else Mark(Sure.LIKELY, "peers", spans)
    stem = _common(members) or first.hostname or first.id
    context = first.exports[0].context
    return replace(
        first,
        id=f"{stem}-{context}" if context else stem,
        members=members,
        exports=(*first.exports, *(replace(one, role="ha_peer") for one in other.exports)),
        marks=(*first.marks, mark),
    )


def _common(names: Sequence[str]) -> str:
    """Return what names begin with alike, without what separates it from the rest: fw-a and fw-b are members of fw."""
    shortest = min(names, key=len, default="")
    for size in range(len(shortest), 1, -1):
        stem = shortest[:size].rstrip("-_. ")
        if len(stem) > 1 and all(name.startswith(shortest[:size]) for name in names):
            return stem
    return ""


def _named(units: list[Unit]) -> tuple[Unit, ...]:
    """Return the units with ids that a topology may use, each once."""
    taken = {name.casefold() for name in _RESERVED}
    return tuple(replace(unit, id=unique(identifier(unit.id), taken)) for unit in units)


def identifier(text: str) -> str:
    """Return the text as an id: letters, digits, "-", "_" and ".", beginning with a letter, digit or "_"."""
    return re.sub(r"[^\w.-]+", "-", text).lstrip(".-")[:80].rstrip("-.") or "device"
