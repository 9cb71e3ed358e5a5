"""Captured conversations by hand, and their judgement: what the tests of `replay` share.

flow     one record, in the direction in which it was opened
said     what a host said to its neighbours
seen     the judgement of records at taps against a site's folder
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from segcheck.app import replaying, validating
from segcheck.captures.reading import Read
from segcheck.model.finding import Finding
from segcheck.model.flow import FLOW, FRAME_BITS, NEVER, NO_VLAN, Bits, CaptureFile, Frames
from segcheck.model.neighbour import Neighbour, NeighbourKind, Neighbours
from segcheck.model.replayed import Replayed
from tests.checks.sites import Town

DAY = date(2026, 11, 24)
SYN, RST, ACK = 0x02, 0x04, 0x10
Flow = Any


def moment(text: str) -> int:
    """Return a time of day in Japan ("2026-11-24 12:00") in ns since 1970."""
    local = datetime.fromisoformat(text).replace(tzinfo=UTC) - timedelta(hours=9)
    return int(local.timestamp()) * 10**9


def _wide(text: str) -> tuple[int, int]:
    address = ip_address(text)
    value = int(address) if address.version == 6 else 0xFFFF00000000 | int(address)
    return value >> 64, value & 0xFFFFFFFFFFFFFFFF


def flow(
    src: str,
    dst: str,
    port: int,
    *,
    proto: int = 6,
    sport: int = 50_000,
    at: str = "2026-11-24 12:00",
    until: str = "",
    said: bool = True,
    heard: bool = True,
    opened: bool = True,
    answered: bool = True,
    refused: bool = False,
    also: bool = False,
    bits: int = 0,
    vlans: Sequence[int] = (),
    heads: tuple[bytes, bytes] = (b"", b""),
    frame: int = 1,
) -> Flow:
    """Return the record of a conversation that `src` opened to `port` of `dst`.

    said, heard   payload out and back; opened: its opening packet is there; answered: anything came back; refused: a reset did
    also          the other end sent an opening packet too
    """
    if proto in (1, 58):
        sport = port
    one, other = (*_wide(src), sport), (*_wide(dst), port)
    turned = one > other
    a, b = (other, one) if turned else (one, other)
    out, back = ("ba", "ab") if turned else ("ab", "ba")
    row = np.zeros(1, FLOW)
    for name, value in zip(("a_hi", "a_lo", "pa", "b_hi", "b_lo", "pb"), (*a, *b), strict=True):
        row[name] = value
    row["proto"], row["family"] = proto, ip_address(src).version
    row["bits"] = bits | (Bits.ANSWER_FIRST if turned else 0)
    row["vlan"], row["vlan_inner"] = [*vlans, NO_VLAN, NO_VLAN][:2]
    row["first"] = moment(at)
    row["last"] = moment(until or at) + 10**9
    row["first_frame"] = frame
    for name in ("open_ab", "open_ba", "start_ab", "start_ba"):
        row[name] = NEVER
    for name in ("open_frame_ab", "open_frame_ba", "head_frame_ab", "head_frame_ba"):
        row[name] = NEVER
    row[f"start_{out}"] = moment(at)
    row[f"packets_{out}"], row[f"bytes_{out}"], row[f"payload_{out}"] = 3, 300, int(said)
    ordered = proto in (6, 132)
    if opened and ordered:
        row[f"open_{out}"], row[f"open_frame_{out}"] = moment(at), frame
        row[f"flags_{out}"] = SYN | (ACK if answered and not refused else 0)
    if answered or refused:
        row[f"start_{back}"] = moment(at) + 1
        row[f"packets_{back}"], row[f"bytes_{back}"], row[f"payload_{back}"] = 2, 200, int(heard and not refused)
        if ordered:
            row[f"flags_{back}"] = RST | ACK if refused else ACK | (SYN if opened else 0)
    if also:
        row[f"open_{back}"], row[f"open_frame_{back}"] = moment(at) + 2, frame + 1
    for end, head in ((out, heads[0]), (back, heads[1])):
        row[f"head_{end}"][0, : len(head)] = np.frombuffer(head, np.uint8)
        row[f"head_len_{end}"] = len(head)
    return row[0]


def said(
    kind: str,
    address: str,
    mac: str = "",
    *,
    at: str = "2026-11-24 12:00",
    until: str = "",
    vlans: Sequence[int] = (),
    server: str = "",
    prefixes: Sequence[str] = (),
    frame: int = 1,
) -> Neighbour:
    """Return what a host said, twice: at `at` and at `until`."""
    return Neighbour(
        kind=NeighbourKind(kind),
        vlans=tuple(vlans),
        mac=mac,
        address=address,
        server=server,
        prefixes=tuple(prefixes),
        frames=(frame, frame + 10),
        first=moment(at),
        last=moment(until or at),
        count=2,
        bytes=120,
    )


def seen(
    folder: Path,
    taps: Mapping[str, Sequence[Flow]],
    *,
    neighbours: Mapping[str, Sequence[Neighbour]] = MappingProxyType({}),
    left_out: int = 0,
    day: date = DAY,
    **frames: int,
) -> Replayed:
    """Return the judgement of conversations by tap ("" for none); `frames` are those that ended otherwise than decoded.

    neighbours   what was said at taps that `taps` names too; `left_out` frames more at each
    """
    return judged(folder, taps, neighbours=neighbours, left_out=left_out, day=day, **frames).replayed


def judged(
    folder: Path,
    taps: Mapping[str, Sequence[Flow]],
    *,
    neighbours: Mapping[str, Sequence[Neighbour]] = MappingProxyType({}),
    left_out: int = 0,
    day: date = DAY,
    **frames: int,
) -> replaying.Judged:
    """Return the same with the conversations that evidence is written of."""
    site = validating.validate(str(folder))
    assert site.site is not None, [problem for one in site.files for problem in one.problems]
    assert set(neighbours) <= set(taps)
    files, flows, heard = [], {}, {}
    for place, (tap, rows) in enumerate(taps.items()):
        table = np.array(rows, FLOW)
        for name in ("first_frame", "open_frame_ab", "open_frame_ba", "head_frame_ab", "head_frame_ba"):
            known = table[name] != NEVER
            table[name][known] += place << FRAME_BITS
        flows[tap] = table
        count = Frames(decoded=5 * len(rows) or 1, **(frames if not place else {}))
        ends = (int(table["first"].min()), int(table["last"].max())) if len(rows) else (None, None)
        files.append(
            CaptureFile(
                path=f"{tap or 'none'}.pcap",
                format="pcap",
                packing="",
                size=1,
                tap=tap,
                frames=count,
                first=ends[0],
                last=ends[1],
            )
        )
        mine = tuple(
            replace(one, frames=tuple(number + (place << FRAME_BITS) for number in one.frames))
            for one in neighbours.get(tap, ())
        )
        heard[tap] = Neighbours(mine, left_out)
    read = Read(tuple(files), flows, neighbours=heard)
    return replaying.judge(site.site, site.bindings, read, folder=str(folder), day=day)


def named(found: Replayed) -> list[str]:
    """Return the checks that found something, gravest first."""
    return [one.check for one in found.assessment.findings]


def only(found: Replayed, check: str = "") -> Finding:
    """Return the one finding, of a check if it is named."""
    (finding,) = [one for one in found.assessment.findings if check in ("", one.check)]
    return finding


def params(finding: Finding) -> dict[str, str]:
    """Return what fills the words of a finding."""
    return dict(finding.params)


#: Two taps of the firewall of `tests.checks.sites.Town`: before it and behind it, as LGWAN hosts see it.
TAPS = "taps:\n  - {id: tl, device: fw, interface: lg}\n  - {id: ti, device: fw, interface: in}\n"
MAIL, PC, OTHER, FAR = "10.1.0.25", "10.1.0.50", "10.2.0.25", "10.2.0.50"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A town and what was captured there, by tap."""

    town: Town
    taps: Mapping[str, Sequence[Flow]]
    neighbours: Mapping[str, Sequence[Neighbour]] = field(default_factory=dict)

    def judged(self, folder: Path, day: date = DAY) -> Replayed:
        """Return the judgement."""
        return seen(self.town.written(folder), self.taps, neighbours=self.neighbours, day=day)


def town(*entries: str, rules: Sequence[str] = (), topology: str = TAPS, **more: Any) -> Town:
    """Return a town of two zones with these register entries and taps."""
    return Town(rules=rules, register=entries, topology=topology, **more)
