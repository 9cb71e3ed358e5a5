import csv
from io import StringIO

import pytest

from segcheck.reports.renderings import csv as rendering
from tests.reports.renderings import handmade


def rows(result, language="ja"):
    told = rendering.render(result, language)
    assert told.startswith("\ufeff")
    return list(csv.DictReader(StringIO(told.removeprefix("\ufeff"))))


def test_each_finding_is_a_row_with_its_line_packets_and_exception():
    found = rows(handmade.document())

    assert [one["重大度"] for one in found] == ["重大", "高", "重大", "低"]
    assert [one["判定"] for one in found] == ["越境可能（R）", "判定不能", "例外措置（承認済）", "設定の不備（R）"]
    first = found[0]
    assert (first["ファイル"], first["行"], first["規則"]) == ("exports/wall.conf", "7", "wall:policy:7")
    assert first["通信"] == "10.30.10.0/24 → 10.20.10.26 tcp/445"
    assert first["指紋"] == handmade.FINGERPRINTS["crossed"]
    assert (found[2]["例外措置"], found[2]["有効期限"]) == ("W-1", "2026-12-10")
    assert found[1]["題名"] == "経路が分からない"


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "@SUM(1)", "+1", "-1", "\t=1", "＝1", "\n=1"])
def test_no_cell_is_a_formula(text):
    for row in rows(handmade.hostile(text, handmade.organs()), "en"):
        assert not [cell for cell in row.values() if cell.startswith(("=", "+", "@", "-", "\t", "＝"))]
        assert row["Subject"] == "'" + text.strip()


def test_a_finding_names_the_organs_whose_requirements_it_bears_on():
    assert [one["機関"] for one in rows(handmade.organs())] == [
        "市長部局 (shicho)",
        "市長部局 (shicho)",
        "市長部局 (shicho)",
        "水道事業 (suido)",
    ]
    assert {one["機関"] for one in rows(handmade.document())} == {""}
