"""Conversations as JSON, `segcheck/flows/1`: one line each, written in pieces; equal captures differ in `run` only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from segcheck.captures.reading import Read
from segcheck.model.flow import CaptureFile, Frames
from segcheck.model.result import Run
from segcheck.reports._blocks import run_block
from segcheck.reports._flows import COLUMNS, Zones, rows
from segcheck.reports.as_json import render

_FLOWS = '"flows": []'
_PIECE = 4096
#: Columns whose cells are numbers, lists or null as they are; the others are strings.
_RAW = frozenset({"sport", "dport", "packets_out", "bytes_out", "packets_in", "bytes_in"})


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
    piece: list[str] = []
    for line in _lines(found, zones):
        piece.append(separator + line)
        separator = ",\n  "
        if len(piece) >= _PIECE:
            yield "".join(piece)
            piece.clear()
    yield "".join(piece) + "]" + tail


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


def _lines(found: Read, zones: Zones | None) -> Iterator[str]:
    """Yield each conversation as one line, keys sorted as everywhere."""
    order = sorted(COLUMNS)
    places = [COLUMNS.index(name) for name in order]
    template = "{" + ", ".join(f'"{name}": %s' for name in order) + "}"
    literal = {True: "true", False: "false"}
    quoted: dict[object, str] = {}

    def spelt(name: str, value: object) -> object:
        if name in _RAW:
            return value
        if name == "vlan":
            return f"[{', '.join(map(str, value))}]"  # type: ignore[call-overload]
        if isinstance(value, bool):
            return literal[value]
        text = quoted.get(value)
        if text is None:
            if len(quoted) > 1 << 16:
                quoted.clear()
            text = quoted[value] = json.dumps(value)
        return text

    for row in rows(found, zones):
        yield template % tuple(spelt(name, row[place]) for name, place in zip(order, places, strict=True))
