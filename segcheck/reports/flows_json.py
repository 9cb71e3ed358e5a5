"""Conversations as JSON, `segcheck/flows/1`: one line each, written in pieces; equal captures differ in `run` only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from segcheck.captures.reading import Read
from segcheck.model.flow import CaptureFile, Frames
from segcheck.model.result import Run
from segcheck.reports._blocks import run_block
from segcheck.reports._flows import Zones, columns
from segcheck.reports.as_json import render

_FLOWS = '"flows": []'
#: Columns of numbers, which are spelt as they are.
_RAW = frozenset({"sport", "dport", "packets_out", "bytes_out", "packets_in", "bytes_in"})
#: Columns of words of ours, in which there is nothing to escape.
_PLAIN = frozenset({"src", "dst", "proto", "first", "last", "initiator", "state"})


def flows(found: Read, run: Run, zones: Zones | None = None) -> Iterator[str]:
    """Yield the document in pieces; `zones` names the zones of both ends of each row.

    Cost: about 4 us a conversation.
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
    for block in columns(found, zones):
        yield separator + ",\n  ".join(_lines(block))
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


class _Spelt(dict[object, str]):
    """Values to their JSON, each spelt once."""

    def __missing__(self, value: object) -> str:
        self[value] = json.dumps(value)
        return self[value]


def _lines(block: dict[str, list[Any]]) -> Iterator[str]:
    """Yield each conversation of a block as one line, keys sorted as everywhere."""
    cells: list[Iterable[object]] = []
    pieces = []
    for name in sorted(block):
        column = block[name]
        if column.count(column[0]) == len(column):  # half of the columns, mostly: spelt once for all lines
            pieces.append(f'"{name}": {json.dumps(column[0])}'.replace("%", "%%"))
            continue
        pieces.append(f'"{name}": %s')
        if name in _PLAIN:
            cells.append(map('"%s"'.__mod__, column))
        else:
            cells.append(column if name in _RAW else map(_Spelt().__getitem__, column))
    template = "{" + ", ".join(pieces) + "}"
    if not cells:  # equal lines, which zip would not count
        yield from [template % ()] * len(block["src"])
    for row in zip(*cells, strict=True):
        yield template % row
