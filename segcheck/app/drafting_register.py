"""Rows of a rule table to entries of a site's register, as far as the table says them; nothing is made up.

What an entry needs and the table lacks is told, and the entry counts as incomplete. Two things are filled in, and told: a table
without a state gives `申請中` (which permits nothing), one without a kind gives `specific`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from segcheck.importers.rule_table import services, values
from segcheck.importers.rule_table.cells import Cells
from segcheck.importers.rule_table.tables import Table
from segcheck.importers.rule_table.values import folded
from segcheck.loaders.site.sheets import register
from segcheck.model.register import Kind, Use
from segcheck.model.register_draft import DraftEntry, Said
from segcheck.model.sheet import Row, cell_name
from segcheck.model.site import Site
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

_ID = re.compile(r"\w[\w.-]*")
_STATUS = {
    word: status
    for status, words in {
        "申請中": "申請中 申請 applied",
        "承認": "承認 承認済 承認済み 許可済 approved",
        "設定済": "設定済 設定済み configured",
        "確認済": "確認済 確認済み verified",
        "廃止": "廃止 廃止済 廃止済み 取消 削除 削除済 削除済み retired",
    }.items()
    for word in words.split()
}
_KINDS = {
    word: kind
    for kind, words in {
        Kind.SPECIFIC: "特定通信",
        Kind.SANITISE: "無害化通信 無害化",
        Kind.SCREEN: "画面転送",
        Kind.RELAY: "中継",
        Kind.LBO: "ローカルブレイクアウト lbo",
        Kind.LOG_EXPORT: "ログ ログ転送 ログ出力",
        Kind.MAINTENANCE: "保守 運用保守",
    }.items()
    for word in words.split()
}
_USES = {
    "常時": Use.REGULAR,
    "通常": Use.REGULAR,
    "年次": Use.ANNUAL,
    "年1回": Use.ANNUAL,
    "災害時": Use.DISASTER,
    "dr": Use.DR,
}
_YES = frozenset(("○", "〇", "◯", "有", "あり", "取得", "する", "yes", "true", "on", "1"))
_NO = frozenset(("×", "✕", "無", "なし", "無し", "しない", "no", "false", "off", "0"))
#: Columns whose text goes into an entry as it is.
_TEXTS = ("purpose", "approver", "decision_no", "application_no", "section", "contractor", "schedule", "clause")
#: Columns without a place in the register: they go along as comments. Persons do not.
_COMMENTS = (
    "remarks",
    "application",
    "source_port",
    "in_interface",
    "out_interface",
    "translation",
    "device",
    "priority",
    "",
)


@dataclass(frozen=True, slots=True)
class Drafted:
    """The entries of a table; `passed_over`: rows that are no entries, with the reason."""

    entries: tuple[DraftEntry, ...]
    passed_over: tuple[tuple[str, str, str], ...]


def draft(table: Table, path: str, site: Site, prefix: str) -> Drafted:
    """Return what a table says of the register of a site.

    prefix   put before the table's numbers
    """
    known = _Known(site)
    found: list[DraftEntry] = []
    passed_over: list[tuple[str, str, str]] = []
    above: dict[int, str] = {}
    for row in table.body():
        cells = Cells(table, row, above)
        place = _place(path, table, row)
        if not any(cells.text(*keys) for keys in (("source", "source_name"), ("destination", "destination_name"))):
            if any(cells.text(key) for key in ("service", "port", "protocol")):
                passed_over.append((place, "neither end is named", "送信元も宛先もありません"))
            continue
        above = cells.texts
        if folded(cells.text("action")) in values.DENY:
            passed_over.append((place, "denied, so no entry", "拒否の行のため台帳の項目ではありません"))
            continue
        found += _Row(cells, place, known, prefix).entries()
    return Drafted(tuple(found), tuple(passed_over))


def _place(path: str, table: Table, row: Row) -> str:
    if not table.sheet.name:
        return f"{path}:{row.first}"
    return f"{path}:{cell_name(table.sheet.name, row.number, min(row.cells, default=1))}"


class _Known:
    """What addresses and names of a site stand for."""

    def __init__(self, site: Site) -> None:
        self.names = {
            *site.hosts, *site.groups, *site.segments, *site.devices, *site.gateways, *(f"zone:{zone}" for zone in site.zones)
        }  # fmt: skip
        self.devices, self.gateways = set(site.devices), set(site.gateways)
        self.shown = {segment.name: one for one, segment in site.segments.items()}
        self.by_ranges: dict[IntervalSet, list[str]] = {}
        single = {one: IntervalSet.of(*host.addresses) for one, host in site.hosts.items()}
        for one, ranges in single.items():
            self._add(ranges, one)
            for address in site.hosts[one].addresses:
                self._add(IntervalSet.of(address), one)
        spans = {one: _joined(segment.prefixes) for one, segment in site.segments.items()}
        for one, group in site.groups.items():
            members = [single[host] for host in group.hosts if host in single]
            members += [spans[segment] for segment in group.segments if segment in spans]
            self._add(_joined((group.ranges, *members)), one)
        for one, ranges in spans.items():
            self._add(ranges, one)

    def _add(self, ranges: IntervalSet, name: str) -> None:
        held = self.by_ranges.setdefault(ranges, [])
        if ranges and name not in held:
            held.append(name)


def _joined(parts: tuple[IntervalSet, ...]) -> IntervalSet:
    return IntervalSet.of(*(pair for part in parts for pair in part.ranges))


@dataclass(slots=True)
class _Row:
    cells: Cells
    place: str
    known: _Known
    prefix: str
    missing: list[Said] = field(default_factory=list)
    told: list[Said] = field(default_factory=list)
    assumed: set[str] = field(default_factory=set)

    def entries(self) -> Iterator[DraftEntry]:
        """Yield the entry of a row, and a second one for the way back where the row says both directions."""
        source, destination = self._end("source", "送信元"), self._end("destination", "宛先")
        both = self._directed()
        common = {
            "id": self._id(),
            "kind": self._word("kind", _KINDS, Kind),
            "service": self._services(),
            **self._lists(),
            **{key: text for key in _TEXTS if (text := self.cells.text(key))},
            "status": self._status(),
            "use": self._word("use", _USES, Use),
            **self._days(),
            "log": self._log(),
        }
        if not common.get("purpose"):
            self.missing.append(("no purpose", "目的がありません"))
        self._approved(common)
        comments = tuple(self._comments())
        ends = {"initiator": both} if both == "to" else {}
        values_of = _filled({**common, "from": source, "to": destination, **ends})
        yield DraftEntry(
            self.place, values_of, tuple(self.missing), tuple(self.told), comments, frozenset(self.assumed)
        )
        if both == "both":
            back = _filled(
                {**common, "id": f"{common['id']}-r" if common["id"] else "", "from": destination, "to": source}
            )
            told = ("the way back of a row for both directions", "双方向の行の逆方向")
            yield DraftEntry(self.place, back, tuple(self.missing), (told,), comments, frozenset(self.assumed))

    def _id(self) -> str:
        number = unicodedata.normalize("NFKC", self.cells.text("number")).strip()
        name = f"{self.prefix}{number}"
        if not number:
            self.missing.append(("no number", "番号がありません"))
            return ""
        if not _ID.fullmatch(name):
            self.missing.append((f"'{name[:40]}' is no id", f"'{name[:40]}' は ID として使えません"))
            return ""
        return name

    def _end(self, key: str, word: str) -> str:
        given, named = self.cells.given(key), self.cells.given(f"{key}_name")
        if given.doubt or (named.doubt and not given.text):
            doubt = given.doubt or named.doubt
            self.missing.append((f"{key}: {doubt}", f"{word}のセルがそのまま読めません ({doubt})"))
            return ""
        for text in filter(None, (named.text.strip(), given.text.strip())):
            name = unicodedata.normalize("NFKC", text)
            if name in self.known.names:
                return name
            if text in self.known.shown:
                return self.known.shown[text]
        meant = values.read_addresses(given.text or named.text)
        if meant.sure and not meant.any4 and not meant.any6:
            found = self.known.by_ranges.get(meant.ranges, [])
            if len(found) > 1:
                names = ", ".join(found[:6])
                self.told.append(
                    (
                        f"{key} may be any of {names}: the first is taken",
                        f"{word}は {names} のいずれとも読めるため最初のものにしました",
                    )
                )
            if found:
                return found[0]
            shown = ", ".join(addresses.describe(meant.ranges)[:4])
            self.missing.append(
                (
                    f"{key}: no host, group or segment of the site is {shown}",
                    f"{word}: {shown} に当たるホスト・グループ・セグメントがサイトにありません",
                )
            )
            return ""
        shown = " ".join((given.text or named.text).split())[:60] or "-"
        self.missing.append(
            (f"{key} '{shown}' names nothing of the site", f"{word} '{shown}' に当たるものがサイトにありません")
        )
        return ""

    def _directed(self) -> str:
        """Return from, to or both: who opens the session."""
        given = self.cells.given("direction")
        given = given if given.text or given.doubt else self.cells.given("initiator")
        word = folded(given.text).replace(" ", "")
        if given.doubt or (word and word not in values.FORWARD | values.BACKWARD | values.BOTH):
            shown = given.doubt or given.text[:40]
            self.missing.append((f"direction '{shown}' not understood", f"方向 '{shown}' を解釈できません"))
        if word in values.BOTH:
            return "both"
        return "to" if word in values.BACKWARD else "from"

    def _services(self) -> list[str]:
        port, protocol, service = (self.cells.given(key) for key in ("port", "protocol", "service"))
        doubt = port.doubt or protocol.doubt or service.doubt
        if doubt:
            self.missing.append((f"service: {doubt}", f"サービスのセルがそのまま読めません ({doubt})"))
            return []
        meant = services.read_columns(protocol.text or (service.text if port.text else ""), port.text)
        if not meant.sure and service.text and not port.text:
            meant = services.read_services(f"{protocol.text}\n{service.text}".strip())
        shown = " ".join(" ".join((service.text, protocol.text, port.text)).split())[:60]
        texts = [text for one in meant.sure for text in one.written()]
        if meant.unread or not texts or any(not one.written() for one in meant.sure):
            self.missing.append(
                (f"service '{shown or '-'}' is not certain", f"サービス '{shown or '-'}' を確定できません")
            )
        elif meant.possible:
            listed = ", ".join(texts)
            self.told.append((f"service '{shown}' read as {listed}", f"サービス '{shown}' を {listed} と読みました"))
        return list(dict.fromkeys(texts))

    def _word(self, key: str, words: Mapping[str, Kind | Use], known: type[Kind] | type[Use]) -> str:
        text = folded(self.cells.text(key))
        found = words.get(text) or next((one for one in known if one.value == text), None)
        if found is not None:
            return str(found.value)
        if text:
            self.missing.append((f"{key} '{text[:40]}' not understood", f"{key} '{text[:40]}' を解釈できません"))
        elif key == "kind":
            self.told.append(
                ("no kind in the table: taken as specific", "種別がないため specific (特定通信) としました")
            )
            return Kind.SPECIFIC.value
        return ""

    def _status(self) -> str:
        if self.cells.struck:
            self.told.append(("struck through: retired", "取り消し線があるため廃止としました"))
            return "廃止"
        text = folded(self.cells.text("status"))
        if text in _STATUS:
            return _STATUS[text]
        self.assumed.add("status")
        told = f"'{text[:40]}' is no state of the register" if text else "no state in the table"
        ja = f"'{text[:40]}' は台帳の状態ではない" if text else "状態がない"
        self.told.append(
            (f"{told}: taken as applied for, which permits nothing", f"{ja}ため、何も許可しない「申請中」としました")
        )
        return "申請中"

    def _lists(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, known in (("path", self.known.devices), ("gateway", self.known.gateways), ("legs", None)):
            parts = [
                one.strip()
                for one in re.split(r"[\n,、;→]+", self.cells.text(key))
                if one.strip() not in ("", "-", "－")
            ]
            unknown = [] if known is None else [one for one in parts if one not in known]
            if unknown:
                self.missing.append(
                    (f"{key}: the site has no {unknown[0][:40]}", f"{key}: {unknown[0][:40]} がサイトにありません")
                )
            elif parts:
                found[key] = parts[0] if key == "gateway" and len(parts) == 1 else parts
        return found

    def _days(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for key in ("approved", "review_due", "expires"):
            self._day(found, key, values.read_day(self.cells.text(key)))
        if period := self.cells.text("period"):
            first, last = values.read_period(period)
            self._begins(first)
            if "expires" not in found:
                self._day(found, "expires", last)
        self._begins(values.read_day(self.cells.text("begins")))
        return found

    def _day(self, found: dict[str, str], key: str, day: values.Day) -> None:
        if day.unread:
            self.missing.append(
                (f"{key} '{day.unread[:40]}' is no day", f"{key} '{day.unread[:40]}' を日付として読めません")
            )
        elif day.day is not None:
            found[key] = day.day.isoformat()

    def _begins(self, day: values.Day) -> None:
        if day.day is not None or day.unread:
            shown = day.unread[:40] or str(day.day)
            self.told.append(
                (f"the first day {shown} has no place in the register", f"開始日 {shown} を書く欄が台帳にありません")
            )

    def _log(self) -> bool | None:
        text = folded(self.cells.text("log"))
        if text and text not in _YES | _NO:
            self.missing.append((f"log '{text[:40]}' not understood", f"ログ '{text[:40]}' を解釈できません"))
        return None if not text else text in _YES

    def _approved(self, common: Mapping[str, Any]) -> None:
        """Tell what an approved entry lacks; a number of the decision is not needed, but missed by auditors."""
        if common["status"] not in ("承認", "設定済", "確認済"):
            return
        for key, en, ja in (
            ("approver", "no approver", "承認者がありません"),
            ("approved", "no day of approval", "承認日がありません"),
        ):
            if not common.get(key):
                self.missing.append((en, ja))
        if not common.get("decision_no"):
            self.told.append(("no number of the decision", "決裁番号がありません"))
        if not common.get("expires"):
            self.told.append(("no last day: permits without end", "有効期限がないため、期限なしの許可になります"))

    def _comments(self) -> Iterator[str]:
        table = self.cells.table
        for column, key in sorted(table.columns.items()):
            text = " ".join(self.cells.texts[column].split())
            if text and key in _COMMENTS:
                yield f"{' '.join(table.texts.get(column, '').split()) or '-'}: {text}"


def _filled(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that are there, in the order in which the register writes them."""
    return {key: found[key] for key in register().keys if found.get(key) not in (None, "", [])}
