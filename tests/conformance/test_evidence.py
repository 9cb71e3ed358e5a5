"""Evidence of real captures: every conversation is in it, and nothing of what was said."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from segcheck.captures import evidence
from segcheck.captures.reading import read
from segcheck.errors import BadInput
from segcheck.model.flow import KEY, Bits

pytestmark = pytest.mark.conformance

_LARGEST = 200_000
#: The end of a long head is looked for (payload may begin with a tunnelled header that stands elsewhere too), if it is varied
#: enough not to stand in some header by chance.
_LONG, _END, _VARIED = 40, 16, 10
_PORTS = (6, 17, 132)


def _captures(shared: Path) -> list[Path]:
    folder = shared / "data" / "captures"
    with (folder / "real" / "MANIFEST.tsv").open(encoding="utf-8", newline="") as file:
        real = [folder / "real" / row["file"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    found = [*real, *sorted((folder / "synth" / "out").glob("*.pcap")), *sorted((folder / "malformed").rglob("*"))]
    return [path for path in found if path.is_file() and path.stat().st_size <= _LARGEST]


def _words(table: Any) -> list[bytes]:
    rows = table[[proto in _PORTS for proto in table["proto"]]]
    heads = [row[f"head_{side}"][: row[f"head_len_{side}"]].tobytes() for row in rows for side in ("ab", "ba")]
    ends = [head[-_END:] for head in heads if len(head) >= _LONG]
    addresses = {  # a payload may name them
        int(row[f"{end}_hi"]).to_bytes(8, "big") + int(row[f"{end}_lo"]).to_bytes(8, "big")
        for row in table
        for end in "ab"
    }
    return [end for end in ends if len(set(end)) >= _VARIED and end not in addresses]


def test_evidence_holds_every_conversation_and_nothing_that_was_said(shared: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.pcapng"
    files = conversations = heads = 0
    lost, said, damaged = [], [], []
    for path in _captures(shared):
        try:
            found = read([(str(path), "")], engine="interpreted")
        except BadInput:
            continue
        table = found.flows[""]
        evidence.write(str(target), found.files, found.flows, first=3)
        data = target.read_bytes()
        if not len(table):
            continue
        again = read([(str(target), "")], engine="interpreted")
        files += 1
        conversations += len(table)
        whole = table[(table["bits"] & Bits.FRAGMENTED) == 0]
        if not {tuple(row) for row in whole[[*KEY]].tolist()} <= {
            tuple(row) for row in again.flows[""][[*KEY]].tolist()
        }:
            lost.append(path.name)
        if again.files[0].damage or not again.files[0].complete:
            damaged.append(path.name)
        looked_for = _words(table)
        heads += len(looked_for)
        if any(end in data for end in looked_for):
            said.append(path.name)
    print(files, "captures,", conversations, "conversations,", heads, "heads looked for")

    assert (lost, said, damaged) == ([], [], [])
    assert files > 1200
    assert heads > 2500
