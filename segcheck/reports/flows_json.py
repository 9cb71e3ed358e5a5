"""Conversations as JSON, `segcheck/flows/1`: one line each, written in pieces; equal captures differ in `run` only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from segcheck.captures.reading import Read
from segcheck.model.flow import CaptureFile, Frames
from segcheck.model.result import Run
from segcheck.reports._blocks import run_block
from segcheck.reports._flows import COLUMNS, Zones, blocks
from segcheck.reports.as_json import render

_FLOWS = '"flows": []'
#: Columns of words of ours, in which nothing needs to be escaped; and of numbers. The others take few different values.
_PLAIN = frozenset({"src", "dst", "proto", "first", "last", "initiator", "state"})
_NUMBERS = frozenset({"sport", "dport", "packets_out", "bytes_out", "packets_in", "bytes_in"})


def flows(found: Read, run: Run, zones: Zones | None = None) -> Iterator[str]:
    """Yield the document in pieces; `zones` names the zones of both ends of each row.

    Cost: about 15 us a conversation.
    """
    document = render(
        {
            "schema": "segcheck/flows/1",
            "run": run_block(run),
            "files": [capture_file(one) for one in found.files],
            "passed_over": list(found.passed_over),
            "frames": frames(found.frames),
            "flows": [],
        }
    )
    head, _, tail = document.partition(_FLOWS)  # inside a string its quotes would be escaped
    yield head + '"flows": ['
    separator = "\n  "
    for lines in _lines(found, zones):
        yield separator + ",\n  ".join(lines)
        separator = ",\n  "
    yield "]" + tail


def frames(account: Frames) -> dict[str, int]:
    """Return the account of frames."""
    return {"read": account.read} | {name: getattr(account, name) for name in account.__slots__}


def capture_file(one: CaptureFile) -> dict[str, Any]:
    """Return what is known of a capture, without anything that stands in it."""
    return {
        "path": one.path,
        "format": one.format,
        "packing": one.packing or None,
        "size": one.size or None,
        "sha256": one.sha256 or None,
        "tap": one.tap or None,
        "frames": frames(one.frames),
        "first_ns": one.first,
        "last_ns": one.last,
        "links": list(one.links),
        "snap": one.snap,
        "dropped": one.dropped,
        "damage": [{"offset": offset, "message": {"en": en, "ja": ja}} for offset, en, ja in one.damage],
        "complete": one.complete,
    }


def _lines(found: Read, zones: Zones | None) -> Iterator[list[str]]:
    """Yield conversations as one line each, keys sorted as everywhere, some thousand at a time."""
    order = sorted(COLUMNS)
    for block in blocks(found, zones):
        cells = dict(zip(COLUMNS, block, strict=True))
        fields, columns = [], []
        for name in order:
            spelt = _spelt(name, cells[name])
            if isinstance(spelt, str):
                fields.append(f'"{name}": {spelt}'.replace("%", "%%"))
                continue
            fields.append(f'"{name}": "%s"' if name in _PLAIN else f'"{name}": %s')
            columns.append(spelt)
        template = f"{{{', '.join(fields)}}}"
        yield [template % row for row in zip(*columns, strict=True)]


def _spelt(name: str, cells: list[Any]) -> list[Any] | str:
    """Return the cells of a column as the template takes them, or the one literal that they all are."""
    if name in _PLAIN or name in _NUMBERS:
        return cells
    first = cells[0]
    return _literal(first) if cells.count(first) == len(cells) else list(map(_literal, cells))


@lru_cache(maxsize=1 << 16, typed=True)
def _literal(value: object) -> str:
    return json.dumps(value)
