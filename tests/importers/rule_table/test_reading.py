"""Tables as they come, to verdicts: both engines answer every packet."""

import csv
import io

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font

from segcheck import importers
from segcheck.app import matching
from segcheck.importers import rule_table
from segcheck.loaders import files, packet_table, table_mapping, workbook
from segcheck.model.diagnostic import Code, LineUse
from segcheck.model.reading import Complete
from segcheck.model.source import SourceText

HEAD = "No,送信元,宛先,サービス"
MAPPING = (
    "segcheck: 1\nsheets: {{table: {{headings: [1], columns: {{A: number, B: source, C: destination, D: service{}}}}}\n"
)


def read(text, mapping=None):
    source = SourceText("t.csv", text, "utf-8", "")
    if mapping is not None:
        source = table_mapping.attached(source, table_mapping.load(SourceText("t.mapping.yaml", mapping, "utf-8", "")))
    return importers.read([source], None if mapping is None else "rule-table")


def excel(*rows, change=lambda sheet: None):
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "FW一覧"
    for row in rows:
        sheet.append(row)
    change(book)
    out = io.BytesIO()
    book.save(out)
    return importers.read([workbook.decode("t.xlsx", out.getvalue())])


def verdicts(reading, *packets, time="2026-11-10T08:30"):
    """Return the verdicts of packets "src dst proto dport", each as a word."""
    text = "src\tdst\tproto\tdport\n" + "\n".join("\t".join(packet.split()) for packet in packets)
    table = packet_table.load(SourceText("p", text, "utf-8", ""), packet_table.parse_time(time))
    return [one.verdict.value for one in matching.match(reading.devices, table.rows).answers]


def codes(reading):
    return [one.code for one in reading.diagnostics]


def uses(reading):
    return {use.value: count for use, count in reading.inputs[0].lines.counts().items() if count}


def test_rows_permit_and_all_else_is_denied():
    found = read(f"{HEAD}\n1,10.0.0.0/24,10.1.0.1,tcp/443\n2,10.0.0.1,10.1.0.2,udp/53\n")

    assert verdicts(found, "10.0.0.7 10.1.0.1 tcp 443", "10.0.0.7 10.1.0.1 tcp 80", "10.0.0.1 10.1.0.2 udp 53") == [
        "permit",
        "deny",
        "permit",
    ]
    assert {Code.TABLE_PERMITS, Code.TABLE_DEFAULT, Code.COMPLETENESS_UNKNOWN} <= set(codes(found))
    assert uses(found) == {"understood": 2, "irrelevant": 1}


def test_rows_that_permit_and_deny_count_from_the_top_and_that_is_told():
    found = read(f"{HEAD},動作\n1,10.0.0.1,10.1.0.1,tcp/443,拒否\n2,10.0.0.0/24,10.1.0.1,tcp/443,許可\n")

    assert verdicts(found, "10.0.0.1 10.1.0.1 tcp 443", "10.0.0.2 10.1.0.1 tcp 443") == ["deny", "permit"]
    assert Code.TABLE_ORDER in codes(found)


def test_a_priority_that_contradicts_the_written_order_leaves_everything_open():
    found = read("優先順位,送信元,宛先,サービス,動作\n2,10.0.0.1,10.1.0.1,any,拒否\n1,10.0.0.1,10.1.0.1,any,許可\n")

    assert verdicts(found, "10.0.0.1 10.1.0.1 tcp 443") == ["undecided"]


@pytest.mark.parametrize(
    ("direction", "there", "back"),
    [
        ("→", "permit", "deny"),
        ("片方向", "permit", "deny"),
        ("双方向", "permit", "permit"),
        ("⇔", "permit", "permit"),
        ("←", "deny", "permit"),
        ("", "permit", "deny"),
        ("上り", "undecided", "undecided"),
    ],
)
def test_directions(direction, there, back):
    found = read(f"{HEAD},方向\n1,10.0.0.1,10.1.0.1,tcp/443,{direction}\n")

    assert verdicts(found, "10.0.0.1 10.1.0.1 tcp 443", "10.1.0.1 10.0.0.1 tcp 443") == [there, back]


@pytest.mark.parametrize(
    ("action", "verdict"),
    [("許可", "permit"), ("○", "permit"), ("拒否", "deny"), ("×", "deny"), ("", "undecided"), ("要相談", "undecided")],
)
def test_actions(action, verdict):
    found = read(f"{HEAD},動作\n1,10.0.0.1,10.1.0.1,tcp/443,{action}\n")

    assert verdicts(found, "10.0.0.1 10.1.0.1 tcp 443") == [verdict]


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("有効", "permit"),
        ("○", "permit"),
        ("無効", "deny"),
        ("廃止", "deny"),
        ("申請中", "deny"),
        ("調整中", "undecided"),
        ("", "permit"),
    ],
)
def test_states(status, verdict):
    found = read(f"{HEAD},状態\n1,10.0.0.1,10.1.0.1,tcp/443,{status}\n")

    assert verdicts(found, "10.0.0.1 10.1.0.1 tcp 443") == [verdict]


@pytest.mark.parametrize(
    ("last", "verdict"),
    [("R8.11.9", "deny"), ("R8.11.10", "permit"), ("無期限", "permit"), ("", "permit"), ("未定", "undecided")],
)
def test_the_last_day_counts(last, verdict):
    found = read(f"{HEAD},有効期限\n1,10.0.0.1,10.1.0.1,tcp/443,{last}\n")

    assert verdicts(found, "10.0.0.1 10.1.0.1 tcp 443") == [verdict]


@pytest.mark.parametrize(
    ("period", "verdict"), [("R8.11.11～R9.3.31", "deny"), ("R8.11.10～R9.3.31", "permit"), ("～R8.11.9", "deny")]
)
def test_periods(period, verdict):
    found = read(f"{HEAD},利用期間\n1,10.0.0.1,10.1.0.1,tcp/443,{period}\n")

    assert verdicts(found, "10.0.0.1 10.1.0.1 tcp 443") == [verdict]


@pytest.mark.parametrize("cell", ["基幹サーバ", "", "-", "10.1.0.300", "10.1.0.1以外", "#REF!"])
def test_an_end_that_nobody_can_tell_is_open_and_never_dropped(cell):
    found = read(f"{HEAD}\n1,10.0.0.1,{cell},tcp/443\n")

    assert verdicts(found, "10.0.0.1 10.9.9.9 tcp 443", "10.0.0.2 10.9.9.9 tcp 443") == ["undecided", "deny"]
    assert uses(found)["approximated"] == 1


@pytest.mark.parametrize(
    ("service", "named", "other"),
    [
        ("80", "undecided", "deny"),
        ("80 基幹", "undecided", "undecided"),
        ("tcp/80 基幹", "permit", "undecided"),
        ("tcp/80以外", "undecided", "undecided"),
        ("TCP 基幹", "undecided", "undecided"),
        ("-", "undecided", "undecided"),
        ("", "undecided", "undecided"),
    ],
)
def test_a_service_that_nobody_can_tell_is_open_and_never_dropped(service, named, other):
    found = read(f"{HEAD}\n1,10.0.0.1,10.1.0.1,{service}\n")

    assert verdicts(found, "10.0.0.1 10.1.0.1 tcp 80", "10.0.0.1 10.1.0.1 tcp 81") == [named, other]


def test_a_name_beside_an_address_narrows_nothing_and_a_name_beside_none_is_open():
    found = read(
        "No,送信元名称,送信元IP,宛先名称,宛先IP,サービス\n1,端末,10.0.0.1,基幹,10.1.0.1,tcp/443\n2,端末,,基幹,10.1.0.2,tcp/443\n"
    )

    assert verdicts(found, "10.0.0.1 10.1.0.1 tcp 443", "10.0.0.1 10.1.0.2 tcp 443") == ["permit", "undecided"]


def test_an_unread_deny_keeps_what_stands_below_it_from_being_sure():
    found = read(f"{HEAD},動作\n1,端末,10.1.0.1,tcp/443,拒否\n2,any,any,any,許可\n")

    assert verdicts(found, "10.0.0.1 10.1.0.1 tcp 443", "10.0.0.1 10.1.0.2 tcp 443") == ["undecided", "permit"]


def test_a_column_that_nobody_knows_may_restrict_a_row_until_a_mapping_says_otherwise():
    text = f"{HEAD},条件\n1,10.0.0.1,10.1.0.1,tcp/443,VPN のみ\n2,10.0.0.2,10.1.0.1,tcp/443,\n"
    mapping = MAPPING.format(', E: ""}')
    packets = "10.0.0.1 10.1.0.1 tcp 443", "10.0.0.2 10.1.0.1 tcp 443"

    assert verdicts(read(text), *packets) == ["undecided", "permit"]
    # "" = kept and not read, and nobody says that it restricts
    assert verdicts(read(text, mapping), *packets) == ["permit", "permit"]


def test_blank_cells_mean_the_row_above_only_where_a_mapping_says_so():
    text = f"{HEAD}\n1,10.0.0.1,10.1.0.1,tcp/443\n2,,10.1.0.2,tcp/443\n"
    mapping = MAPPING.format("}, blank: above")

    assert verdicts(read(text), "10.0.0.1 10.1.0.2 tcp 443") == ["undecided"]
    assert verdicts(read(text, mapping), "10.0.0.1 10.1.0.2 tcp 443", "10.0.0.9 10.1.0.2 tcp 443") == ["permit", "deny"]


def test_the_same_as_above():
    found = read(f"{HEAD}\n1,10.0.0.1,10.1.0.1,tcp/443\n2,〃,10.1.0.2,同上\n")

    assert verdicts(found, "10.0.0.1 10.1.0.2 tcp 443", "10.0.0.9 10.1.0.2 tcp 443") == ["permit", "deny"]


def test_a_table_without_ipv6_says_nothing_of_ipv6():
    assert read(f"{HEAD}\n1,any,any,any\n").devices[0].families == {4}
    assert read(f"{HEAD}\n1,2001:db8::1,any,any\n").devices[0].families == {4, 6}


def test_titles_sums_blank_lines_and_repeated_headings_decide_nothing_but_a_stray_address_is_told():
    found = read(f"一覧,,,\n{HEAD}\n■税務課,,,\n1,10.0.0.1,10.1.0.1,tcp/443\n,,,\n{HEAD}\n合計,1,,\n")
    stray = read(f"{HEAD},備考\n1,10.0.0.1,10.1.0.1,tcp/443,\n,,,,10.9.9.9 も許可\n")

    assert uses(found) == {"understood": 1, "irrelevant": 6}
    assert uses(stray)["unrecognised"] == 1
    assert verdicts(stray, "10.9.9.9 10.1.0.1 tcp 443") == ["undecided"]


def test_a_quote_that_never_closes_makes_the_table_incomplete():
    found = read(f'{HEAD}\n1,10.0.0.1,10.1.0.1,tcp/443\n2,"10.0.0.2,10.1.0.1,tcp/443\n')

    assert found.inputs[0].complete is Complete.NO
    assert verdicts(found, "10.0.0.9 10.1.0.1 tcp 443") == ["undecided"]


def test_a_named_format_without_a_table_is_a_device_of_which_nothing_is_known():
    found = importers.read([SourceText("t.csv", "a,b\n1,2\n", "utf-8", "")], "rule-table")

    assert found.inputs[0].complete is Complete.NO
    assert found.devices[0].taints


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
def test_encodings_of_japanese_offices(encoding):
    source = files.decode("t.csv", f"{HEAD}\r\n1,１０．０．０．１,10.1.0.1,ＴＣＰ／４４３\r\n".encode(encoding))

    assert verdicts(importers.read([source]), "10.0.0.1 10.1.0.1 tcp 443") == ["permit"]


def test_sniffing_leaves_other_formats_alone():
    assert rule_table.sniff(f"{HEAD}\n1,10.0.0.1,10.1.0.1,tcp/443\n") >= 60
    assert rule_table.sniff("*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -s 10.0.0.1 -j DROP\nCOMMIT\n") == 0
    assert rule_table.sniff("config firewall policy\n edit 1\n set srcaddr all\n") == 0


def test_persons_are_never_shown():
    found = read(f"{HEAD},申請者,用途\n1,10.0.0.1,10.1.0.1,tcp/443,例示太郎,連携\n")
    rule = found.devices[0].lists["table"].rules[0]

    assert rule.comment == "連携"
    assert "例示太郎" not in repr(found.devices) + repr(found.diagnostics)


# --- workbooks -------------------------------------------------------------------------------------------------------

ROWS = (
    ["No", "送信元", "宛先", "プロトコル", "ポート"],
    [1, "10.0.0.1", "10.1.0.1", "TCP", 443],
    [2, "10.0.0.2", "mail-01", "TCP", 25],
)


def test_evidence_names_sheet_and_cell():
    found = excel(*ROWS)
    rule = found.devices[0].lists["FW一覧"].rules[1]
    unread = next(one for one in found.diagnostics if one.code is Code.UNDEFINED_NAME)

    assert str(rule.span) == "t.xlsx:FW一覧!A3"
    assert unread.id == "undefined-name:t.xlsx:FW一覧!C3:3"
    assert rule.because == ("undefined-name",)


def test_names_are_looked_up_in_a_sheet_of_names():
    def change(book):
        names = book.create_sheet("サーバ一覧")
        for row in (["サーバ名", "IPアドレス"], ["mail-01", "10.1.0.25"], ["twice", "10.1.0.1"], ["twice", "10.1.0.2"]):
            names.append(row)

    found = excel(*ROWS, [3, "10.0.0.3", "twice", "TCP", 80], change=change)

    assert verdicts(found, "10.0.0.2 10.1.0.25 tcp 25", "10.0.0.3 10.1.0.1 tcp 80") == ["permit", "undecided"]
    assert Code.DUPLICATE_NAME in codes(found)


def test_struck_rows_are_not_in_force_and_struck_cells_are_open():
    def change(book):
        sheet = book.worksheets[0]
        for column in range(1, 6):
            sheet.cell(2, column).font = Font(strike=True)
        sheet.cell(4, 3).font = Font(strike=True)

    found = excel(*ROWS, [3, "10.0.0.3", "10.1.0.3", "TCP", 80], change=change)

    assert verdicts(found, "10.0.0.1 10.1.0.1 tcp 443", "10.0.0.3 10.1.0.3 tcp 80") == ["deny", "undecided"]
    assert Code.STRUCK_OUT in codes(found)
    assert not found.devices[0].lists["FW一覧"].rules[0].enabled


def test_hidden_rows_count_and_are_told():
    def change(book):
        book.worksheets[0].row_dimensions[2].hidden = True

    found = excel(*ROWS, change=change)

    assert verdicts(found, "10.0.0.1 10.1.0.1 tcp 443") == ["permit"]
    assert Code.HIDDEN_PART in codes(found)


def test_an_address_that_excel_took_for_a_day_is_open():
    def change(book):
        book.worksheets[0]["C2"] = 46113
        book.worksheets[0]["C2"].number_format = "m/d"

    found = excel(*ROWS, change=change)

    assert verdicts(found, "10.0.0.1 10.1.0.1 tcp 443") == ["undecided"]


def test_each_sheet_with_rules_is_a_context_of_its_own():
    def change(book):
        other = book.create_sheet("旧")
        for row in ROWS[:2]:
            other.append(row)
        book.create_sheet("改訂履歴")["A1"] = "2026/4/1 新規"

    found = excel(*ROWS, change=change)

    assert [device.context for device in found.devices] == ["FW一覧", "旧"]
    assert Code.PART_NOT_READ in codes(found)
    assert found.inputs[0].lines.total == 6
    assert found.inputs[0].lines.use(6) is LineUse.IRRELEVANT


def _word(permit):
    return "許可" if permit else "拒否"


OCTET = st.integers(0, 3)
ROW = st.tuples(
    st.booleans(),
    OCTET,
    OCTET,
    st.sampled_from(["10.0.0.{0}", "10.0.0.0-10.0.0.{0}", "any"]),
    st.sampled_from(["tcp/80", "tcp/80-81", "any", "udp/80"]),
    st.booleans(),
)


@given(st.lists(ROW, min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_clear_rows_mean_what_they_say(rows):
    """Against a reading of the rows that shares no code with the importer."""
    lines = [
        f"{number},{form.format(source)},10.0.1.{destination},{service},{_word(permit)},{'双方向' if both else '→'}"
        for number, (permit, source, destination, form, service, both) in enumerate(rows, 1)
    ]
    packets = [(s, d, p, n) for s in range(4) for d in range(4) for p, n in (("tcp", 80), ("tcp", 81), ("udp", 80))]

    def fits(row, source, destination, protocol, port):
        _, first, last, form, service, _ = row
        held = {"10.0.0.{0}": source == first, "10.0.0.0-10.0.0.{0}": source <= first, "any": True}[form]
        served = {
            "tcp/80": ("tcp", port == 80),
            "tcp/80-81": ("tcp", True),
            "udp/80": ("udp", port == 80),
            "any": (protocol, True),
        }
        return held and destination == last and served[service][0] == protocol and served[service][1]

    expected = [
        next(("permit" if row[0] else "deny" for row in rows if fits(row, *packet)), "deny") for packet in packets
    ]
    found = read("No,送信元,宛先,サービス,動作,方向\n" + "\n".join(lines) + "\n")

    assert verdicts(found, *(f"10.0.0.{s} 10.0.1.{d} {p} {n}" for s, d, p, n in packets)) == expected


HEADINGS = (
    "No", "送信元", "送信元名称", "宛先", "宛先名称", "サービス", "プロトコル",
    "ポート", "動作", "方向", "状態", "有効期限", "期間", "条件",
    "ログ", "送信元ポート", "送信元IF", "NAT", "時間帯", "優先順位",
)  # fmt: skip
POOL = st.one_of(
    st.sampled_from(
        [
            "",
            "-",
            "〃",
            "any",
            "10.0.0.1",
            "10.0.0.0/24",
            "端末",
            "tcp/80",
            "443",
            "TCP",
            "○",
            "→",
            "双方向",
            "R9.3.31",
            "未定",
            "廃止",
            "2001:db8::1",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
)


@given(
    st.lists(st.sampled_from(HEADINGS), min_size=3, max_size=12),
    st.lists(st.lists(POOL, min_size=1, max_size=12), max_size=6),
)
@settings(max_examples=150, deadline=None)
def test_whatever_stands_in_a_table_it_is_read_and_every_line_is_accounted_for(head, rows):
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([head, *rows])
    source = files.decode("t.csv", out.getvalue().encode())
    found = importers.read([source], "rule-table")
    counts = found.inputs[0].lines.counts()

    assert sum(counts.values()) == len(source.lines())
    doubtful = sum(counts[use] for use in (LineUse.APPROXIMATED, LineUse.UNSUPPORTED, LineUse.UNRECOGNISED))
    assert bool(doubtful) <= bool(found.diagnostics)
