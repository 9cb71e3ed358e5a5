"""Rows of packets (tab-separated, with a header row) to probes.

Columns are any of `COLUMNS`, in any order. An empty cell, `-` or `any` leaves the field open. What a TCP packet leaves out is
SYN, what an ICMP packet leaves out is an echo request with code 0, and a packet without a state is new (DESIGN §4).
What no column can say is as `ORDINARY` has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from segcheck.errors import BadArguments
from segcheck.loaders.problems import Problem, did_you_mean, refuse
from segcheck.model.match import State
from segcheck.model.result import PacketRow, PacketTable
from segcheck.model.schedule import wall_minute
from segcheck.model.source import SourceText
from segcheck.model.trace import Probe
from segcheck.sets import addresses
from segcheck.sets.header import CARRIERS, ICMP, ICMPV6, SYN, TCP

COLUMNS = (
    "src",
    "dst",
    "proto",
    "sport",
    "dport",
    "icmp_type",
    "icmp_code",
    "tcp_flags",
    "state",
    "fragment",
    "in",
    "out",
    "list",
    "time",
)
MAX_ROWS = 1_000_000

#: Source: IANA, Assigned Internet Protocol Numbers.
PROTOCOLS = {
    "icmp": ICMP,
    "igmp": 2,
    "ipip": 4,
    "tcp": TCP,
    "egp": 8,
    "udp": 17,
    "dccp": 33,
    "ipv6": 41,
    "rsvp": 46,
    "gre": 47,
    "esp": 50,
    "ah": 51,
    "icmpv6": ICMPV6,
    "icmp6": ICMPV6,
    "ipv6-icmp": ICMPV6,
    "eigrp": 88,
    "ospf": 89,
    "pim": 103,
    "vrrp": 112,
    "l2tp": 115,
    "sctp": 132,
    "udplite": 136,
}
ECHO_REQUEST = {ICMP: 8, ICMPV6: 128}
#: Source: RFC 9293 §3.1 (FIN to URG), RFC 3168 §6.1 (ECE, CWR).
FLAGS = {"fin": 1, "syn": 2, "rst": 4, "psh": 8, "ack": 16, "urg": 32, "ece": 64, "cwr": 128}
_LETTERS = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16, "U": 32, "E": 64, "C": 128}
STATES = {
    "new": State.NONE,
    "established": State.ESTABLISHED,
    "related": State.RELATED,
    "invalid": State.INVALID,
    "untracked": State.UNTRACKED,
}
_FRAGMENT = {"0": 0, "no": 0, "first": 0, "1": 1, "yes": 1, "later": 1}


def load(source: SourceText, minute: int | None = None) -> PacketTable:
    """Return the rows of a table of packets.

    minute   wall-clock minute for rows that name no time

    Raises:
        BadInput: an unknown or doubled column, a value that cannot be, no rows; every problem at once.
    """
    return _Reader(source, minute).read()


def parse_time(text: str) -> int:
    """Return the wall-clock minute of "2026-11-10T08:30" (or with a space, or with seconds).

    Raises:
        ValueError: anything else; a zone is refused too, since the device's own clock is meant.
    """
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?", text):
        raise ValueError(text)
    return wall_minute(datetime.fromisoformat(text))


def parse_time_option(text: str) -> int:
    """Return the minute that `--time` names.

    Raises:
        BadArguments: it is no time.
    """
    try:
        return parse_time(text)
    except ValueError:
        raise BadArguments(
            f"--time {text}: not a time of the device's clock; nothing was judged. Write it as 2026-11-10T08:30",
            f"--time {text}: 機器の時計の時刻として読めません。判定は行っていません。2026-11-10T08:30 の形で書いてください",
        ) from None


def parse_options(given: Mapping[str, str]) -> Mapping[str, int]:
    """Return the header fields that options of the command line name, completed like a row of a table.

    given   by column name, as written

    Raises:
        BadArguments: a value that cannot be, told with the option's name.
    """
    values: dict[str, int] = {}
    option = ""
    try:
        for name, text in given.items():
            option = f"--{name.replace('_', '-')}: "
            values[name] = _PARSERS[name](text)
        option = ""
        return _completed(values, given)
    except _Wrong as wrong:
        en, ja, help_en, help_ja = wrong.parts
        raise BadArguments(
            f"{option}{en}; nothing was judged. {help_en}".rstrip(), f"{option}{ja}。判定は行っていません。{help_ja}"
        ) from None


class _Wrong(Exception):
    """A cell that cannot be; (English, Japanese) and optionally help in both."""

    def __init__(self, en: str, ja: str, help_en: str = "", help_ja: str = "") -> None:
        super().__init__(en)
        self.parts = (en, ja, help_en, help_ja)


class _Reader:
    def __init__(self, source: SourceText, minute: int | None) -> None:
        self.source = source
        self.lines = source.lines()
        self.minute = minute
        self.problems: list[Problem] = []

    def read(self) -> PacketTable:
        columns: tuple[str, ...] = ()
        rows: list[PacketRow] = []
        passed_over = 0
        for number, line in enumerate(self.lines, 1):
            if not line.strip() or line.lstrip().startswith("#"):
                passed_over += 1
            elif not columns:
                columns = self._header(number, line)
                if self.problems:
                    break
            elif len(rows) == MAX_ROWS:
                self._note(number, 1, f"more than {MAX_ROWS} rows", f"{MAX_ROWS} 行を超えています")
                break
            else:
                row = self._row(number, line, columns)
                if row is not None:
                    rows.append(row)
        if not columns and not self.problems:
            self._note(1, 1, "no header row", "見出しの行がありません", *_header_help())
        elif not rows and not self.problems:
            self._note(len(self.lines), 1, "no packets below the header row", "見出しの行の下にパケットがありません")
        if self.problems:
            raise refuse(self.source.path, self.lines, self.problems)
        return PacketTable(self.source.path, self.source.sha256, columns, tuple(rows), passed_over)

    def _note(self, line: int, column: int, en: str, ja: str, help_en: str = "", help_ja: str = "") -> None:
        self.problems.append(Problem(line, column, en, ja, help_en, help_ja))

    def _header(self, number: int, line: str) -> tuple[str, ...]:
        columns: list[str] = []
        for column, cell in _cells(line):
            name = cell.lower()
            if name not in COLUMNS:
                self._note(number, column, f"unknown column '{cell}'", f"未知の列 '{cell}'", *_column_help(line, name))
            elif name in columns:
                self._note(number, column, f"column '{name}' appears twice", f"列 '{name}' が 2 回あります")
            columns.append(name)
        return tuple(columns)

    def _row(self, number: int, line: str, columns: tuple[str, ...]) -> PacketRow | None:
        placed = _cells(line)
        if len(placed) > len(columns):
            self._note(
                number,
                placed[len(columns)][0],
                f"{len(placed)} cells below {len(columns)} columns",
                f"列は {len(columns)} 個ですが、値が {len(placed)} 個あります",
                "separate cells by one tab each",
                "値の区切りはタブ 1 個です",
            )
            return None
        cells = [cell for _, cell in placed] + [""] * (len(columns) - len(placed))
        places = dict(zip(columns, (column for column, _ in placed), strict=False))
        given = {name: cell for name, cell in zip(columns, cells, strict=True) if cell.lower() not in ("", "-", "any")}
        before = len(self.problems)
        values: dict[str, int] = {}
        for name, parse in _PARSERS.items():
            if name in given:
                try:
                    values[name] = parse(given[name])
                except _Wrong as wrong:
                    self._note(number, places[name], *wrong.parts)
        if len(self.problems) == before:
            try:
                known = _completed(values, given)
            except _Wrong as wrong:
                self._note(number, 1, *wrong.parts)
            else:
                probe = Probe(
                    known=known,
                    ingress=given.get("in"),
                    egress=given.get("out"),
                    minute=values.get("time", self.minute),
                    state=State(values.get("state", State.NONE)),
                )
                return PacketRow(number, tuple(cells), probe, given.get("list", ""))
        return None


def _cells(line: str) -> list[tuple[int, str]]:
    """Return (1-based column, stripped text) of each cell."""
    found, column = [], 1
    for cell in line.split("\t"):
        found.append((column + len(cell) - len(cell.lstrip()), cell.strip()))
        column += len(cell) + 1
    return found


def _header_help() -> tuple[str, str]:
    names = " ".join(COLUMNS)
    return (
        f"the first row names the columns, separated by tabs: any of {names}",
        f"最初の行に列名をタブ区切りで書きます: {names}",
    )


def _column_help(line: str, name: str) -> tuple[str, str]:
    if "\t" not in line and any(separator in line for separator in " ,;"):
        return "columns are separated by tabs", "列の区切りはタブです"
    return did_you_mean(name, COLUMNS)


def _address(text: str) -> int:
    try:
        return addresses.parse_one(text)
    except ValueError:
        raise _Wrong(
            f"'{text}' is no single address",
            f"'{text}' は 1 個のアドレスではありません",
            "write one IPv4 or IPv6 address, or leave the cell empty for any",
            "IPv4 か IPv6 のアドレスを 1 個書くか、任意なら空にしてください",
        ) from None


def _number(largest: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if text.isascii() and text.isdigit() and len(text) <= 6 and int(text) <= largest:
            return int(text)
        raise _Wrong(
            f"'{text}' is no number from 0 to {largest}",
            f"'{text}' は 0 から {largest} までの数ではありません",
            "one value per row; leave the cell empty for any",
            "1 行に 1 個の値です。任意なら空にしてください",
        )

    return parse


def _protocol(text: str) -> int:
    if text.isascii() and text.isdigit():
        return _number(255)(text)
    number = PROTOCOLS.get(text.lower())
    if number is None:
        raise _Wrong(
            f"'{text}' is no protocol", f"'{text}' というプロトコルはありません", *did_you_mean(text, [*PROTOCOLS])
        )
    return number


def _flags(text: str) -> int:
    if text == ".":
        # tcpdump writes "." for ACK, others for no flag at all: a guess could turn a verdict around
        raise _Wrong(
            "'.' means ACK to some tools and no flag to others",
            "'.' は ACK を表すツールと、フラグなしを表すツールがあります",
            "write A or none",
            "A または none と書いてください",
        )
    if text.lower() == "none":
        return 0
    if re.fullmatch(r"\d{1,3}|0x[0-9a-fA-F]{1,2}", text) and int(text, 0 if text.startswith("0x") else 10) <= 255:
        return int(text, 0 if text.startswith("0x") else 10)
    if all(letter in _LETTERS for letter in text):
        return sum({_LETTERS[letter] for letter in text})
    names = [name.strip().lower() for name in text.split(",")]
    wrong = next((name for name in names if name not in FLAGS), None)
    if wrong is None:
        return sum({FLAGS[name] for name in names})
    raise _Wrong(
        f"'{text}' are no TCP flags",
        f"'{text}' は TCP フラグとして読めません",
        "letters of FSRPAUEC, names separated by commas (syn,ack), a number, or none",
        "FSRPAUEC の文字、コンマ区切りの名前 (syn,ack)、数、または none で書いてください",
    )


def _named(values: Mapping[str, int], en: str, ja: str) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if text.lower() in values:
            return int(values[text.lower()])
        raise _Wrong(f"'{text}' is no {en}", f"'{text}' は{ja}として読めません", *did_you_mean(text, [*values]))

    return parse


def _time(text: str) -> int:
    try:
        return parse_time(text)
    except ValueError:
        raise _Wrong(
            f"'{text}' is no time of the device's clock",
            f"'{text}' は機器の時計の時刻として読めません",
            "write it as 2026-11-10T08:30",
            "2026-11-10T08:30 の形で書いてください",
        ) from None


_PARSERS: Mapping[str, Callable[[str], int]] = {
    "src": _address,
    "dst": _address,
    "proto": _protocol,
    "sport": _number(65535),
    "dport": _number(65535),
    "icmp_type": _number(255),
    "icmp_code": _number(255),
    "tcp_flags": _flags,
    "state": _named(STATES, "connection state", "接続の状態"),
    "fragment": _named(_FRAGMENT, "fragment", "フラグメント"),
    "time": _time,
}
_HEADER = ("src", "dst", "proto", "sport", "dport", "icmp_type", "icmp_code", "tcp_flags", "fragment")


def _completed(values: Mapping[str, int], given: Mapping[str, str]) -> dict[str, int]:
    """Return the header fields of a row with what it leaves to the defaults; refuse what no packet can be."""
    known = {name: values[name] for name in _HEADER if name in values}
    family = _family(known)
    if family is None:
        raise _Wrong("src and dst are of different IP versions", "src と dst の IP のバージョンが異なります")
    proto = known.get("proto")
    if (given.get("proto", "").lower(), family) == ("icmp", 6):
        raise _Wrong(
            "icmp is a protocol of IPv4", "icmp は IPv4 のプロトコルです", "write icmpv6", "icmpv6 と書いてください"
        )
    if proto == ICMPV6 and family == 4 and not given["proto"].isdigit():
        raise _Wrong(
            "icmpv6 is a protocol of IPv6", "icmpv6 は IPv6 のプロトコルです", "write icmp", "icmp と書いてください"
        )
    beyond = [name for name in _HEADER[3:8] if name in known]
    if known.get("fragment") and beyond:
        raise _Wrong(
            f"a later fragment carries no {beyond[0]}",
            f"先頭以外のフラグメントに {beyond[0]} はありません",
            f"leave {beyond[0]} empty, or fragment 0",
            f"{beyond[0]} を空にするか、fragment を 0 にしてください",
        )
    for name in beyond:
        if proto not in CARRIERS[name] if proto is not None else name not in ("sport", "dport"):
            raise _Wrong(
                f"{name} does not go with protocol {given.get('proto', 'any')}",
                f"プロトコル {given.get('proto', 'any')} に {name} はありません",
                "name the protocol that carries it",
                "その項目を持つプロトコルを指定してください",
            )
    if not known.get("fragment"):
        if proto == TCP:
            known.setdefault("tcp_flags", SYN)
        if proto in ECHO_REQUEST and "icmp_type" not in known:
            known["icmp_type"] = ECHO_REQUEST[proto]
            known.setdefault("icmp_code", 0)
        known.setdefault("fragment", 0)
    return known


def _family(known: Mapping[str, int]) -> int | None:
    """Return 4 or 6, 0 when no address says, None when the addresses disagree."""
    families = {addresses.family(known[name]) for name in ("src", "dst") if name in known}
    return None if len(families) > 1 else next(iter(families), 0)
