"""Conversations as rows: cells that no spreadsheet takes for a formula, and who stands in which column."""

from __future__ import annotations

import csv
import io
import json

from segcheck.captures.reading import Read
from segcheck.captures.tables import empty
from segcheck.model.result import Run
from segcheck.reports import flows_csv, flows_json
from segcheck.reports._flows import COLUMNS, rows
from tests.captures.make_frames import A, B, C, ether, ipv4, recorded, tcp, udp
from tests.captures.test_conversations import gathered

RUN = Run(version="0", started="2026-04-01T00:00:00+00:00", command="flows", options=())


def _found(*frames: bytes, tap: str = "") -> Read:
    return Read((), {tap: gathered(recorded(*frames))[0]})


def test_no_cell_is_a_formula() -> None:
    for tap, cell in (
        ("=1+1", "'=1+1"),
        ("+x", "'+x"),
        ("-x", "'-x"),
        ("@x", "'@x"),
        ("\t=x", "?=x"),
        ("\r\n=x", "??=x"),
    ):
        text = "".join(flows_csv.flows(_found(ether(ipv4(A, B, 17, udp(5, 9))), tap=tap)))
        (row,) = csv.DictReader(io.StringIO(text, newline=""))
        assert row["tap"] == cell


def test_zones_follow_who_opened() -> None:
    found = _found(ether(ipv4(C, A, 17, udp(5000, 53))), ether(ipv4(A, B, 17, udp(5000, 53))))

    def zones(tap: str, table) -> tuple[list[str | None], list[str | None]]:
        assert tap == ""
        return [f"a{index}" for index in range(len(table))], [None] * len(table)

    named = [dict(zip(COLUMNS, row, strict=True)) for row in rows(found, zones)]

    assert [(one["src"], one["src_zone"], one["dst_zone"]) for one in named] == [(A, "a0", None), (C, None, "a1")]


def test_json_of_nothing_and_of_many_is_whole() -> None:
    for count in (0, 1, 5000):
        found = _found(*(ether(ipv4(A, B, 17, udp(port + 1, 9))) for port in range(count)))
        document = json.loads("".join(flows_json.flows(found, RUN)))
        assert len(document["flows"]) == count

    assert list(rows(Read((), {"": empty()}))) == []


def test_a_path_cannot_break_the_document() -> None:
    found = Read((), {}, passed_over=('"flows": []', "a\n\u202eb"))

    assert json.loads("".join(flows_json.flows(found, RUN)))["passed_over"] == ['"flows": []', "a\n\u202eb"]


def test_a_protocol_is_named_where_both_ends_speak_it() -> None:
    asked, answer = b"SSH-2.0-a\r\n", b"SSH-2.0-b\r\n"
    found = _found(
        *(ether(ipv4(A, B, 6, tcp(5000, 22, 0x18, asked))), ether(ipv4(B, A, 6, tcp(22, 5000, 0x18, answer)))),
        *(ether(ipv4(A, C, 6, tcp(5000, 22, 0x18, asked))), ether(ipv4(C, A, 6, tcp(22, 5000, 0x18, b"\0\1")))),
    )

    named = [dict(zip(COLUMNS, row, strict=True)) for row in rows(found)]

    assert [(one["dst"], one["protocol"]) for one in named] == [(B, "ssh"), (C, None)]
