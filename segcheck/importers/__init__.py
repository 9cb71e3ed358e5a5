"""Vendor exports to the vendor-independent model; one module (or package) per format, found by its presence.

To add one, put `acme.py` or `acme/__init__.py` here with:

    IMPORTER = ImporterInfo(format="acme", title="Acme SecureThing", maturity=Maturity.MANUAL, ...)
    def sniff(text: str) -> int        0..100: how surely the text is of this format; looks at its head only
    def read(sources: Sequence[SourceText]) -> Reading
                                       all files of one device (the export and its side files); never raises for what
                                       stands in them: whatever it does not understand becomes a diagnostic and a taint

A format on which typed commands can be carried out has besides:

    def apply(old: SourceText, change: SourceText) -> str
                                       the export after the commands; what cannot be applied exactly is refused with its
                                       line (BadInput), never guessed

and `tests/importers/test_acme.py` with cases. Names that begin with an underscore are shared floors, not formats.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib import import_module

from segcheck.errors import BadArguments, BadInput, UnknownFormat
from segcheck.importers._base import ImporterInfo, ImporterModule
from segcheck.model.reading import Reading
from segcheck.model.source import SourceText

__all__ = ["ImporterInfo", "applied", "installed", "read", "sniff"]

#: Characters of a file that `sniff` looks at.
HEAD = 65536


@cache
def installed() -> tuple[ImporterModule, ...]:
    """Return the importer modules of this folder, sorted by name."""
    found = []
    for entry in sorted(pkgutil.iter_modules(__path__), key=lambda e: e.name):
        if entry.name.startswith("_"):
            continue
        module = import_module(f"{__name__}.{entry.name}")
        if not isinstance(module, ImporterModule):
            raise TypeError(f"importer {entry.name} lacks one of IMPORTER, sniff, read")
        found.append(module)
    return tuple(found)


@cache
def _named(format: str) -> ImporterModule | None:  # noqa: A002 -- as in `read`
    """Return the importer whose module is called like the format, without importing any other; None if there is none."""
    name = format.replace("-", "_")
    if name.startswith("_") or name not in {entry.name for entry in pkgutil.iter_modules(__path__)}:
        return None
    module = import_module(f"{__name__}.{name}")
    return module if isinstance(module, ImporterModule) and module.IMPORTER.format == format else None


def sniff(text: str) -> tuple[tuple[str, int], ...]:
    """Return (format, score) of every importer that scores above 0, best first, ties by name."""
    head = text[:HEAD]
    scored = [(module.IMPORTER.format, module.sniff(head)) for module in installed()]
    return tuple(sorted(((f, s) for f, s in scored if s > 0), key=lambda pair: (-pair[1], pair[0])))


def read(sources: Sequence[SourceText], format: str | None = None) -> Reading:  # noqa: A002 -- the user's own word
    """Return the reading of one device's files.

    Without `format` the first file's content decides; a best score that is below 30, or shared, is refused.

    Raises:
        UnknownFormat: no importer recognises the text, or two claim it equally.
        BadArguments: `format` names no importer.
    """
    if format is not None and (module := _named(format)) is not None:
        return module.read(sources)
    by_name = {module.IMPORTER.format: module for module in installed()}
    if format is not None:
        if format not in by_name:
            known = ", ".join(by_name)
            raise BadArguments(
                f"--as {format}: no such format; nothing was read. Known: {known}",
                f"--as {format}: その形式はありません。何も読み込んでいません。使える形式: {known}",
            )
        return by_name[format].read(sources)
    first = sources[0]
    ranked = sniff(first.text)
    if not ranked or ranked[0][1] < 30:
        known = ", ".join(by_name)
        raise UnknownFormat(
            f"{first.path}: format not recognised; nothing was judged. "
            f"Name it with --as FORMAT if it is one of: {known}",
            f"{first.path}: 形式を判別できません。判定は行っていません。"
            f"次のいずれかであれば --as 形式名 で指定してください: {known}",
        )
    if len(ranked) > 1 and ranked[0][1] == ranked[1][1]:
        names = ", ".join(name for name, score in ranked if score == ranked[0][1])
        raise UnknownFormat(
            f"{first.path}: could be any of {names}; nothing was judged. Say which with --as FORMAT",
            f"{first.path}: {names} のいずれとも読めます。判定は行っていません。--as 形式名 で指定してください",
        )
    return by_name[ranked[0][0]].read(sources)


def applied(old: SourceText, change: SourceText, format: str | None = None) -> SourceText:  # noqa: A002 -- as in `read`
    """Return an export after the commands of a file; its path names both.

    Raises:
        UnknownFormat, BadArguments: as `read`.
        BadInput: commands cannot be carried out on this format, or one of them not exactly.
    """
    name = format or read((old,)).format
    module = _named(name)
    apply = getattr(module, "apply", None)
    if apply is None:
        able = ", ".join(one.IMPORTER.format for one in installed() if hasattr(one, "apply"))
        raise BadInput(
            f"{change.path}: commands are not supported for {name}, only for {able}; nothing was compared. Export the device "
            "after the change and name that file",
            f"{change.path}: {name} へのコマンドの適用には対応していません (対応: {able})。比較していません。"
            "変更後のエクスポートを指定してください",
        )
    text: str = apply(old, change)
    return SourceText(f"{old.path}+{change.path}", text, "utf-8", sha256(text.encode()).hexdigest())
