from datetime import date, timedelta
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segcheck.importers.rule_table.values import is_ditto, read_addresses, read_day, read_period
from segcheck.sets import addresses

FULL = str.maketrans("0123456789./-,", "０１２３４５６７８９．／－，")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("10.1.1.1", "10.1.1.1"),
        ("１０．１．１．１", "10.1.1.1"),
        ("10.1.1.0/24", "10.1.1.0/24"),
        ("10.1.1.0／24", "10.1.1.0/24"),
        ("10.1.1.0/255.255.255.0", "10.1.1.0/24"),
        ("10.1.1.0 255.255.255.0", "10.1.1.0/24"),
        ("10.1.1.1〜10", "10.1.1.1-10.1.1.10"),
        ("10.1.1.1～10.1.1.9", "10.1.1.1-10.1.1.9"),
        ("10.1.1.1-10.1.1.9", "10.1.1.1-10.1.1.9"),
        ("10.1.1.1ー10.1.1.9", "10.1.1.1-10.1.1.9"),
        ("10.1.1.1、10.1.1.3", "10.1.1.1 10.1.1.3"),
        ("10.1.1.1\n10.1.1.3;10.1.1.5", "10.1.1.1 10.1.1.3 10.1.1.5"),
        ("10.1.1.1 10.1.1.3", "10.1.1.1 10.1.1.3"),
        ("10.1.1.1及び10.1.1.3", "10.1.1.1 10.1.1.3"),
        ("メールサーバ(10.1.1.1)", "10.1.1.1"),
        ("10.1.1.1（メールサーバ）", "10.1.1.1"),
        ("2001:db8::/32", "2001:db8::/32"),
        ("2001:db8::1-2001:db8::5", "2001:db8::1-2001:db8::5"),
    ],
)
def test_addresses_as_people_write_them(text, meant):
    found = read_addresses(text)

    assert " ".join(addresses.describe(found.ranges)) == meant
    assert found.sure


@pytest.mark.parametrize("text", ["any", "ANY", "全て", "すべて", "＊", "0.0.0.0/0", "Ａｌｌ", "any4"])
def test_words_for_every_address(text):
    found = read_addresses(text)

    assert (found.any4, found.any6, found.sure) == (True, False, True)


@pytest.mark.parametrize(
    ("text", "names", "unread"),
    [
        ("庁内全端末", ("庁内全端末",), ()),
        ("mail-01\n10.1.1.1", ("mail-01",), ()),
        ("10.1.1.300", (), ("10.1.1.300",)),
        ("10.1.1.9-10.1.1.1", (), ("10.1.1.9-10.1.1.1",)),
        ("10.1.1.1、10.1.1.2以外", (), ("10.1.1.1、10.1.1.2以外",)),
        ("10.1.1.0/24を除く", (), ("10.1.1.0/24を除く",)),
        ("!10.1.1.1", (), ("!10.1.1.1",)),
        ("10.1.1.0/255.0.255.0", (), ("10.1.1.0/255.0.255.0",)),
        ("2026-01-24", ("2026-01-24",), ()),
    ],
)
def test_what_is_no_address_is_kept_as_unknown(text, names, unread):
    found = read_addresses(text)

    assert (found.names, found.unread, found.sure) == (names, unread, False)


@pytest.mark.parametrize(
    ("text", "blank", "dash"), [("", True, False), (" 　", True, False), ("-", False, True), ("－", False, True)]
)
def test_nothing_and_a_dash_are_not_every_address(text, blank, dash):
    found = read_addresses(text)

    assert (found.blank, found.dash, found.any4, bool(found.ranges), found.sure) == (blank, dash, False, False, False)


@given(
    st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 255)), min_size=1, max_size=6),
    st.booleans(),
    st.sampled_from(["、", "\n", ",", ";", " , "]),
)
def test_lists_of_ranges_mean_their_union_in_full_and_half_width(pairs, wide, mark):
    ranges = [(low, min(low + size, 2**32 - 1)) for low, size in pairs]
    text = mark.join(f"{IPv4Address(low)}-{IPv4Address(high)}" for low, high in ranges)
    found = read_addresses(text.translate(FULL) if wide else text)

    assert found.ranges == addresses.IntervalSet.of(*ranges)
    assert found.sure


@given(st.text(max_size=60))
def test_any_text_is_read_without_an_error(text):
    found = read_addresses(text)

    assert found.sure or found.names or found.unread or found.blank or found.dash


@pytest.mark.parametrize(
    "text", ["(" + "1." * 15_000, " " * 30_000 + "x", "1" * 30_000, "a:" * 15_000, "10.0.0.1(" * 3_000, "(" * 30_000]
)
def test_long_cells_end_soon_and_are_unread(text):
    found = read_addresses(text)

    assert found.names or found.unread
    assert read_day(text).unread
    assert any(one.unread for one in read_period(text))


@given(st.dates(date(2019, 5, 1), date(2080, 12, 31)))
def test_a_day_is_the_same_in_every_spelling(day):
    era = day.year - 2018
    serial = (day - date(1899, 12, 30)).days
    year = "元" if era == 1 else str(era)
    spellings = [
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"令和{year}年{day.month}月{day.day}日",
        f"R{era}.{day.month}.{day.day}",
        f"Ｒ{era}．{day.month}．{day.day}",
        day.strftime("%Y%m%d"),
        *([str(serial)] if serial <= 73050 else []),
    ]

    assert {text: read_day(text).day for text in spellings} == dict.fromkeys(spellings, day)


def test_eras_before_reiwa():
    assert read_day("H31.4.30").day == date(2019, 4, 30)
    assert read_day("平成元年1月8日").day == date(1989, 1, 8)
    assert read_day("昭和64年1月7日").day == date(1989, 1, 7)


@pytest.mark.parametrize("text", ["R8.13.1", "2026/2/30", "未定", "4/1", "来年度末", "99999999"])
def test_what_is_no_day_is_unread(text):
    assert read_day(text).unread == text


def test_no_end_is_no_day():
    assert read_day("無期限").forever
    assert read_day("").day is None


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("R8.4.1～R9.3.31", date(2026, 4, 1), date(2027, 3, 31)),
        ("令和8年4月1日から令和9年3月31日まで", date(2026, 4, 1), date(2027, 3, 31)),
        ("2026/4/1 - 2027/3/31", date(2026, 4, 1), date(2027, 3, 31)),
        ("2026/4/1から", date(2026, 4, 1), None),
        ("～令和9年3月31日", None, date(2027, 3, 31)),
        ("2027/3/31", None, date(2027, 3, 31)),
    ],
)
def test_periods(text, first, last):
    assert tuple(one.day for one in read_period(text)) == (first, last)


@given(st.dates(date(2000, 1, 1), date(2080, 1, 1)), st.integers(0, 4000))
def test_a_period_is_its_two_days(day, length):
    last = day + timedelta(length)

    assert tuple(one.day for one in read_period(f"{day}～{last}")) == (day, last)


@pytest.mark.parametrize("text", ["〃", "同上", "々", " 〃 ", '"'])
def test_the_same_as_above(text):
    assert is_ditto(text)
    assert not is_ditto("10.0.0.1")
