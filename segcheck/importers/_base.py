"""What an importer module offers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from segcheck.model.diagnostic import LineAccount
from segcheck.model.reading import Complete, InputReading, Maturity, Reading
from segcheck.model.source import SourceText


@dataclass(frozen=True, slots=True, kw_only=True)
class ImporterInfo:
    """Name and page of an importer.

    format     id used by `--as`, in results and file names
    title      the product as people call it
    versions   what it was written for
    sources    manuals and other sources that its reading stands on
    export_en, export_ja   how to export the file from the device
    limits_en, limits_ja   what it approximates or does not read, a line each
    """

    format: str
    title: str
    maturity: Maturity
    versions: str
    sources: tuple[str, ...]
    export_en: str
    export_ja: str
    limits_en: tuple[str, ...] = ()
    limits_ja: tuple[str, ...] = ()


@runtime_checkable
class ImporterModule(Protocol):
    """A module of this folder."""

    IMPORTER: ImporterInfo

    def sniff(self, text: str) -> int:
        """Return 0..100: how surely the text is of this format."""
        ...

    def read(self, sources: Sequence[SourceText]) -> Reading:
        """Return the reading of one device's files."""
        ...


def input_reading(
    source: SourceText,
    format: str,  # noqa: A002 -- as in `ImporterInfo`
    lines: LineAccount,
    complete: Complete,
    evidence: str,
) -> InputReading:
    """Return what was read of one file."""
    return InputReading(
        path=source.path,
        sha256=source.sha256,
        encoding=source.encoding,
        format=format,
        complete=complete,
        evidence=evidence,
        lines=lines,
    )
