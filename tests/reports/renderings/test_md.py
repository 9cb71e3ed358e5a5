from segcheck.reports.renderings import md
from tests.reports.renderings import handmade


def test_it_leads_with_verdict_counts_and_what_weakens_them():
    told = md.render(handmade.document(), "ja")

    head = told.partition("| ---")[0]
    assert "越境可能（R）" in head
    assert "要求事項: 確認済 1・不備 1・証拠不足 2・対象外 1・例外措置（承認済） 1" in head
    assert "--ignore any-any により緩めた判定です" in head


def test_each_finding_has_a_row_and_the_open_ones_are_told_in_full():
    told = md.render(handmade.document(), "en")

    rows = [line for line in told.splitlines() if line.startswith("| ")]
    assert len(rows) == 2 + 4
    assert told.count("<details>") == told.count("</details>") == 3
    assert "10.30.10.0/24 → 10.20.10.26 tcp/445" in told
    assert "exports/wall.conf:7" in told
    assert "exception (approved)" in rows[4]


def test_names_are_text_and_neither_markup_nor_mention():
    row = md.escaped("| `x` [a](b) @everyone #12 <b> http://evil.example www.evil.example")

    for mark in ("|", "`", "[", "]", "<", ">", "@e", "#1", "://", "www."):
        assert mark not in row.replace("&#", "")
    assert md.escaped("lg → in (tcp/445) 7.5") == "lg → in (tcp/445) 7.5"


def test_what_changed_and_which_run_it_is_are_told():
    told = md.render(handmade.stored(), "ja")

    assert "実行 11 との差分: 新規 1、解消 1" in told
    assert "実行番号 12" in told
    assert "0a" * 32 in told


def test_what_captures_show_is_told_with_when_where_and_how_completely():
    told = md.render(handmade.replayed(), "en")

    assert "Observed: 2026-11-24 09:00 JST - 2026-11-24 09:00 JST, at t1, frames 0, dropped not recorded" in told
    assert "unreadable parts 1" in told
    assert "**violation seen (C)**" in told
    assert "Observed" not in md.render(handmade.document(), "en")


def test_each_organ_has_a_line_of_counts():
    told = md.render(handmade.organs(), "ja").replace("\u200b", "")

    assert "- 市長部局 (shicho): 要求事項: 確認済 1・不備 1・証拠不足 2" in told
    assert "- 水道事業 (suido): 要求事項: 確認済 1・不備 1・証拠不足 0" in told
