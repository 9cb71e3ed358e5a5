"""Two exports of a device, or two sites, compared by what they mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from segcheck import importers
from segcheck.analysis.comparing import DeviceDiff, Diff, Side, compare
from segcheck.app import reading, validating
from segcheck.app.assessing import assess, diagnostics_of, unusable
from segcheck.app.matching import find_list
from segcheck.app.placing import staging
from segcheck.errors import BadArguments, BadInput
from segcheck.loaders import files
from segcheck.loaders import site as site_loader
from segcheck.model.device import DeviceConfig
from segcheck.model.drift import CrossingDrift
from segcheck.model.reading import Reading
from segcheck.model.result import Binding
from segcheck.sets.intervals import IntervalSet

if TYPE_CHECKING:
    from segcheck.analysis.crossings import Judgement


def diff(
    old: str,
    new: str,
    *,
    format: str | None = None,  # noqa: A002 -- the user's own word
    context: str | None = None,
    list_name: str | None = None,
    crossings: date | None = None,
    apply: str | None = None,
    keep: str | None = None,
) -> Diff:
    """Return how two exports, or two site folders, differ.

    new         "" where `apply` names a file of commands, which are carried out on the old export instead
    keep        a file that the export after the commands is written to
    crossings   two sites are judged as of this day too, and compared by what crosses between their places

    Raises:
        CannotRun: a file or site cannot be used, a list that neither has; nothing was compared.
    """
    if apply is not None:
        return _applied(old, apply, format, context, list_name, keep)
    if site_loader.is_site(old) and site_loader.is_site(new):
        found = _sites(old, new)
        return replace(found, crossings=_crossings(old, new, crossings)) if crossings is not None else found
    if crossings is not None:
        raise BadArguments(
            "--crossings: between which places? Nothing was compared. Name two site folders",
            "--crossings には 2 つのサイトのフォルダーを指定してください。比較していません",
        )
    return _exports(old, new, [reading.read_export(path, format).reading for path in (old, new)], context, list_name)


def _applied(
    old: str,
    commands: str,
    format: str | None,  # noqa: A002 -- as in `diff`
    context: str | None,
    list_name: str | None,
    keep: str | None,
) -> Diff:
    """Return how an export differs from itself after typed commands.

    Raises:
        BadInput: the commands cannot be carried out exactly.
    """
    sources = files.read_export(old)
    if len(sources) != 1 or sources[0].book is not None:
        raise BadArguments(
            f"--apply: {old} is no single text; nothing was compared. Name the file of the export",
            f"--apply: {old} は 1 つのテキストではありません。比較していません。エクスポートのファイルを指定してください",
        )
    after = importers.applied(sources[0], files.read_text(commands), format)
    if keep is not None:
        with staging() as stage:
            stage.add(keep, after.text)
            stage.place()
    before = importers.read(sources, format)
    return _exports(old, after.path, [before, importers.read((after,), before.format)], context, list_name)


def _exports(old: str, new: str, sides: list[Reading], context: str | None, list_name: str | None) -> Diff:
    contexts = [context] if context else sorted({d.context for side in sides for d in side.devices})
    devices = []
    for name in contexts:
        pair = [next((d for d in side.devices if d.context == name), None) for side in sides]
        devices.append(_device(name or pair_name(pair), pair[0], pair[1], list_name))
    before, after = (Side((side,), side.diagnostics) for side in sides)
    return Diff(old, new, tuple(devices), before, after)


def pair_name(pair: list[DeviceConfig | None]) -> str:
    """Return the host name that either side has."""
    return next((one.hostname for one in reversed(pair) if one is not None and one.hostname), "-")


def _device(name: str, old: DeviceConfig | None, new: DeviceConfig | None, list_name: str | None) -> DeviceDiff:
    if old is None or new is None:
        return DeviceDiff(name, None, "only-new" if old is None else "only-old")
    if list_name is None:
        return DeviceDiff(name, compare(old, new))
    own = find_list(new, list_name) or find_list(old, list_name)
    if own is None:
        known = ", ".join(sorted({*old.lists, *new.lists})[:40])
        raise BadArguments(
            f"--list {list_name}: neither export has it; nothing was compared. Lists: {known}",
            f"--list {list_name}: どちらのエクスポートにもありません。比較していません。リスト: {known}",
        )
    return DeviceDiff(name, compare(old, new, own))


def _sites(old: str, new: str) -> Diff:
    sides, validated = [], []
    for folder in (old, new):
        one = validating.validate(folder)
        if one.site is None:
            raise unusable(folder, one.files)
        validated.append(one)
        sides.append({bound.device.id: bound.config for bound in one.bindings})
    found = []
    for name in dict.fromkeys((*sides[0], *sides[1])):
        before, after = sides[0].get(name), sides[1].get(name)
        if before is None and after is None and name in sides[0] and name in sides[1]:
            continue  # no export in either: nothing of it was read, nothing of it is compared
        found.append(_device(name, before, after, None))
    first, second = (Side(_readings(one.bindings), tuple(diagnostics_of(one.bindings))) for one in validated)
    return Diff(old, new, tuple(found), first, second)


def _crossings(old: str, new: str, day: date) -> tuple[CrossingDrift, ...]:
    """Return how what crosses differs, by the lines of the new site.

    Raises:
        BadInput: one of them does not fit into the largest store.
    """
    from segcheck.analysis import drifting
    from segcheck.analysis.drift_lines import with_lines
    from segcheck.app.history.reaching import reached

    def judged(folder: str, cuts: Iterable[tuple[str, IntervalSet]] = ()) -> Judgement:
        found = assess(folder, day=day, only_crossings=True, spelt=False, cuts=cuts).judgement
        if found is None:
            raise BadInput(
                f"{folder}: too large to be judged; nothing was compared. Compare without --crossings",
                f"{folder}: 大きすぎて判定できません。比較していません。--crossings なしで比較してください",
            )
        return found

    before = reached(judged(old))
    after = judged(new, tuple(drifting.cuts(before)))
    return with_lines(after, drifting.drifted(before, reached(after)))


def _readings(bindings: Iterable[Binding]) -> tuple[Reading, ...]:
    """Return what was read, each once; devices may share a file."""
    found = {id(reading): reading for bound in bindings for reading in bound.readings}
    return tuple(found.values())
