"""What people write into cells of a rule table: addresses, days, words; in full or half width, with Japanese punctuation.

Nothing here guesses: what a text does not say for certain comes out as unread, and the caller keeps it as unknown.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

#: Parts of one cell; more are left unread.
MAX_PARTS = 4096
#: Characters of one part, and of a day or period; longer ones are left unread: patterns below may go over them repeatedly.
MAX_PART = 200


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－─━"), "-")
_TILDES = dict.fromkeys(map(ord, "〜～∼˜"), "~")
_FOLDS = {
    **_DASHES,
    **_TILDES,
    ord("、"): ",",
    ord("，"): ",",
    ord("､"): ",",
    ord("；"): ";",
    ord("　"): " ",
    ord("＊"): "*",
}
_ANY = _words("any all 全て すべて 全部 全 * 任意 指定なし 制限なし 0.0.0.0/0 any4")
_ANY_6 = frozenset(("any6", "::/0"))
#: What turns a list around: nothing of such a cell is read.
EXCEPT = re.compile(r"以外|除く|除き|除い|を除|except|exclud|\bnot\b|!|≠|ではない")
_DASH = frozenset(("-", "--", "なし", "無し", "n/a"))
#: Between the parts of a list: new lines, commas, semicolons, a middle dot between addresses, "and".
_PARTS = re.compile(r"[\n\r,;]+|\s*(?:及び|および|並びに|と|&|\+)\s*(?=[\d:])|(?<=\d)\s*・\s*(?=\d)")
_V4 = r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}"
_RANGE = re.compile(rf"({_V4})(?:/\d+)?\s*[-~ー]\s*({_V4}|\d{{1,3}})")
_MASKED = re.compile(rf"({_V4})\s*(?:/|\s|\(|mask|netmask|マスク)+\s*:?\s*({_V4})\)?")
_PREFIX = re.compile(rf"({_V4})\s*/\s*(\d{{1,2}})")
_LABELLED = re.compile(
    r"(.*?)[(<\[]\s*([0-9A-Fa-f.:/~\-\s]*[.:][0-9A-Fa-f.:/~\-\s]*)\s*[)>\]]\s*|([0-9A-Fa-f.:/~-]*[.:][0-9A-Fa-f.:/~-]*)\s*[(<\[](.*)[)>\]]"
)
_ERAS = {"令": 2018, "r": 2018, "平": 1988, "h": 1988, "昭": 1925, "s": 1925}
_ERA_DAY = re.compile(
    r"(令和|令|r|平成|平|h|昭和|昭|s)\s*\.?\s*(\d{1,2}|元)\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?"
)
_DAY = re.compile(
    r"(\d{4})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?(?:\s*\([月火水木金土日]\))?(?:[t ]\d{1,2}:\d{2}(?::\d{2})?)?"
)
_COMPACT = re.compile(r"(20\d{2})(\d{2})(\d{2})")
_FOREVER = _words("無期限 期限なし 無 なし 無し 恒久 永年 継続 unlimited never none permanent - always")


@lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """Return a text in half width and lower case, with one form of dash, tilde and comma."""
    return unicodedata.normalize("NFKC", text.translate(_FOLDS)).translate(_FOLDS).lower().strip()


NOWHERE = IntervalSet.empty()


@dataclass(frozen=True, slots=True)
class Addresses:
    """What a cell says of addresses.

    ranges   on the joint address line
    any4, any6   every address of the family is meant
    names    parts that are no address: names of hosts, groups, segments
    unread   parts that look like addresses and are none
    blank    nothing stands there; `dash`: nothing but a dash
    """

    ranges: IntervalSet = NOWHERE
    any4: bool = False
    any6: bool = False
    names: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    blank: bool = False
    dash: bool = False

    @property
    def sure(self) -> bool:
        """Whether everything that stands there was read as addresses."""
        return not (self.names or self.unread or self.blank or self.dash)


@lru_cache(maxsize=4096)
def read_addresses(text: str) -> Addresses:
    """Return what a cell of addresses means."""
    whole = folded(text)
    if not whole:
        return Addresses(blank=True)
    if whole in _DASH:
        return Addresses(dash=True)
    if EXCEPT.search(whole):
        return Addresses(unread=(text.strip(),))
    text = re.sub(r"[ \t　]+", " ", text)
    written = [
        part.strip() for part in _PARTS.split(unicodedata.normalize("NFKC", text.translate(_FOLDS)).translate(_FOLDS))
    ]
    parts = [part for part in written if part]
    if not parts:
        return Addresses(blank=True)
    ranges: list[IntervalSet] = []
    names: list[str] = []
    unread: list[str] = list(parts[MAX_PARTS:])[:1]
    any4 = any6 = False
    for part in parts[:MAX_PARTS]:
        low = part.lower()
        if low in _ANY or low in _ANY_6:
            any4, any6 = any4 or low in _ANY, any6 or low in _ANY_6
            continue
        found = _one(low) if len(low) <= MAX_PART else None
        if found is None:
            found = _pieces(low)
        if found is None:
            (unread if re.search(r"\d\.\d+\.|[0-9a-f]:[0-9a-f:]+:", low) else names).append(part)
        else:
            ranges.append(found)
    joined = IntervalSet.of(*(pair for one in ranges for pair in one.ranges))
    return Addresses(joined, any4, any6, tuple(dict.fromkeys(names)), tuple(unread))


def _one(part: str) -> IntervalSet | None:
    """Return the addresses of one part, None if it is none; a label in brackets, before or behind, is left aside."""
    label = _LABELLED.fullmatch(part)
    if label:
        inner = (label[2] or label[3]).strip()
        return _plain(inner) or _plain(part)
    return _plain(part)


def _plain(part: str) -> IntervalSet | None:
    try:
        if found := _MASKED.fullmatch(part):
            return addresses.netmask(found[1], found[2])
        if found := _RANGE.fullmatch(part):
            last = found[2] if "." in found[2] else f"{found[1].rpartition('.')[0]}.{found[2]}"
            return addresses.parse(f"{found[1]}-{last}")
        if found := _PREFIX.fullmatch(part):
            return addresses.parse(f"{found[1]}/{int(found[2])}")
        if re.fullmatch(r"[0-9a-f:.]+(?:/\d{1,3}|\s*[-~]\s*[0-9a-f:.]+)?", part) and (
            part.count(".") == 3 or ":" in part or "-" in part
        ):
            return addresses.parse(re.sub(r"\s*[-~]\s*", "-", part))
    except ValueError:
        return None
    return None


def _pieces(part: str) -> IntervalSet | None:
    """Return the addresses of a part that is several of them with spaces between, None if any of them is none."""
    pieces = part.split()
    found = [_plain(piece) for piece in pieces]
    if len(pieces) < 2 or any(one is None for one in found):
        return None
    return IntervalSet.of(*(pair for one in found if one is not None for pair in one.ranges))


@dataclass(frozen=True, slots=True)
class Day:
    """A day, or none at all (`forever`), or something that is no day (`unread`)."""

    day: date | None = None
    forever: bool = False
    unread: str = ""


def read_day(text: str) -> Day:
    """Return the day that a cell means: 2026-04-01, 2026/4/1, 令和8年4月1日, R8.4.1, 20260401, a serial day of Excel.

    A serial day is taken for one only between 1990 and 2099 (32874 to 73050).
    """
    whole = folded(text)
    if not whole:
        return Day()
    if whole in _FOREVER:
        return Day(forever=True)
    if len(whole) > MAX_PART:
        return Day(unread=text.strip())
    whole = re.sub(r"\s*(まで|から|より|付|付け|以降|締結|現在)$", "", whole)
    try:
        if found := _ERA_DAY.fullmatch(whole):
            year = _ERAS[found[1][0]] + (1 if found[2] == "元" else int(found[2]))
            return Day(date(year, int(found[3]), int(found[4])))
        if found := _DAY.fullmatch(whole) or _COMPACT.fullmatch(whole):
            return Day(date(int(found[1]), int(found[2]), int(found[3])))
        if re.fullmatch(r"\d{5}", whole) and 32874 <= int(whole) <= 73050:
            return Day(date(1899, 12, 30) + timedelta(int(whole)))
    except ValueError:
        pass
    return Day(unread=text.strip())


def read_period(text: str) -> tuple[Day, Day]:
    """Return first and last day of a period: 「R8.4.1～R9.3.31」, 「2026/4/1から」, 「～R9.3.31」; a single day is its last."""
    if len(text) > MAX_PART:
        return Day(), Day(unread=text.strip())
    whole = re.sub(r"\s*から\s*(?=\S)", "~", folded(text))
    first, tilde, last = whole.partition("~")
    if not tilde:
        parts = re.split(r"\s+-\s+|(?<=日)\s*-\s*", whole)
        if len(parts) == 2:
            return read_day(parts[0]), read_day(parts[1])
        return (read_day(whole), Day()) if re.search("(から|より|以降)$", whole) else (Day(), read_day(whole))
    return read_day(first), read_day(last)


#: The words of closed lists, folded; a text that is none of them is unknown.
PERMIT = _words("許可 permit permitted allow allowed accept pass ○ 〇 ◯ ◎ 可 通過 透過 pass-log yes 承認 許可する")
DENY = _words(
    "拒否 遮断 破棄 禁止 deny denied drop reject block blocked discard × ✕ ✖ x 不可 不許可 否 no 拒否する 廃棄"
)
IN_FORCE = _words(
    "有効 enable enabled on active ○ 〇 ◯ 適用 適用中 適用済 適用済み 運用中 稼働中 使用中 利用中 設定済 "
    "設定済み 承認 承認済 承認済み 確認済 確認済み approved configured verified 継続 1 true yes"
)
NOT_IN_FORCE = _words(
    "無効 disable disabled off inactive × ✕ 廃止 廃止済 廃止済み 削除 削除済 削除済み 停止 停止中 取消 "
    "取消済 申請中 却下 未承認 未設定 retired applied 0 false no"
)
FORWARD = _words(
    "片方向 単方向 → ⇒ -> => 一方向 送信元→宛先 from 送信元 outbound 片 行き ->宛先 one-way oneway forward"
)
BACKWARD = _words("← ⇐ <- <= 逆方向 宛先→送信元 to 宛先 reverse")
BOTH = _words("双方向 両方向 ⇔ ↔ <-> <=> ⇄ ⇆ 相互 双 both bidirectional two-way 送受信")


def is_ditto(text: str) -> bool:
    """Return whether a cell says "the same as above"."""
    return folded(text) in _DITTO


_DITTO = _words("〃 同上 々 \" '' ” 上記と同じ 上に同じ ditto 同左以下同じ ″")
