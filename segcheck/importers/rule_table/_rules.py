"""Rows of one table to a rule list; what a cell does not say for certain stays unknown, and is told at its cell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from segcheck.importers._remarks import Remarks
from segcheck.importers.rule_table import services, values
from segcheck.importers.rule_table.cells import TRAFFIC, Cells, Given
from segcheck.importers.rule_table.services import Service
from segcheck.importers.rule_table.tables import Table
from segcheck.importers.rule_table.values import Addresses, folded
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code, Diagnostic, LineAccount, LineUse, Severity
from segcheck.model.match import ANYTHING, Condition, Expr, Field, InForce, Interface, Kind, conjunction, disjunction
from segcheck.model.rules import Action, Continue, Deny, Permit, Rule, RuleList, Unsure
from segcheck.model.schedule import Schedule, wall_minute
from segcheck.model.sheet import Row, cell_name
from segcheck.model.source import Span
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

_FIRST_DAY, _LAST_DAY = datetime(1970, 1, 1), datetime(2199, 12, 31)
_TEXT = 300
_TOTALS = frozenset(("計", "合計", "小計", "総計", "total"))


@dataclass(slots=True)
class Listed:
    """What became of a table.

    families   IP versions that its addresses are of
    actions    kinds of action that its rows name
    """

    rules: list[Rule] = field(default_factory=list)
    schedules: dict[str, Schedule] = field(default_factory=dict)
    interfaces: dict[str, None] = field(default_factory=dict)
    actions: set[type] = field(default_factory=set)

    def list(self, name: str) -> RuleList:
        """Return the rows as a rule list: what no row permits is denied."""
        return RuleList(name=name, rules=tuple(self.rules), default=Deny())


class Reader:
    """Reads the rows of one table."""

    def __init__(
        self,
        table: Table,
        path: str,
        names: Mapping[str, IntervalSet],
        families: frozenset[int],
        remarks: Remarks,
        account: LineAccount,
        scope: str,
    ) -> None:
        self.table, self.path, self.names, self.families = table, path, names, families
        self.remarks, self.account, self.scope = remarks, account, scope
        self.found = Listed()
        self._ids: dict[str, int] = {}
        self._told_colour = False
        self._because: list[str] = []
        self._told: dict[tuple[object, ...], Diagnostic] = {}
        self._use = LineUse.UNDERSTOOD

    def read(self) -> Listed:
        """Return the rules; marks the use of every row."""
        for row in self.table.above():
            # Titles, dates of issue and the headings themselves decide nothing; an address among them would.
            holds = row.number not in self.table.heads and any(_is_address(cell.text) for cell in row.cells.values())
            self._mark(row, LineUse.UNRECOGNISED if holds else LineUse.IRRELEVANT)
            if holds:
                self._unrecognised(row)
        above: dict[int, str] = {}
        for row in self.table.body():
            cells = Cells(self.table, row, above)
            same = sum(
                cell.text.strip() in self.table.texts.get(column, "").split() for column, cell in row.cells.items()
            )
            if same >= 2 and same * 2 > len(row.cells):
                self._mark(row, LineUse.IRRELEVANT)  # the headings again, on the next printed page
            elif self._is_rule(cells):
                self._rule(cells)
                above = cells.texts
            elif any(_is_address(cell.text) for cell in row.cells.values()):
                self._mark(row, LineUse.UNRECOGNISED)
                self._unrecognised(row)
            else:
                self._mark(
                    row, LineUse.IRRELEVANT
                )  # names neither an end nor a service: headings of parts, sums, remarks
        return self.found

    def _is_rule(self, cells: Cells) -> bool:
        filled = {key for key in TRAFFIC if cells.given(key).text or cells.given(key).doubt}
        own = {text for column, text in cells.texts.items() if text and self.table.columns[column] in TRAFFIC}
        spread = len({cell.text for cell in cells.row.cells.values()}) == 1 and len(cells.row.cells) > 1
        lone = len(cells.row.cells) == 1 and not any(map(_is_address, own))
        total = folded(cells.text("number")) in _TOTALS and not any(map(_is_address, own))
        return bool(filled) and not spread and not lone and not total

    def _mark(self, row: Row, use: LineUse) -> None:
        self.account.mark(row.first, row.last, use)

    def span(self, row: Row, column: int = 0) -> Span:
        """Return where a row, or a cell of it, stands."""
        if not self.table.sheet.name:
            return Span(self.path, row.first, row.last)
        at = column or min(row.cells, default=1)
        return Span(self.path, row.first, row.last, cell_name(self.table.sheet.name, row.number, at))

    def _unrecognised(self, row: Row) -> None:
        text = " ".join(cell.text for cell in row.cells.values())[:80]
        found = self.remarks.add(Code.UNRECOGNISED_LINE, Severity.ERROR, self.span(row), self.scope, text=text)
        self.remarks.taint(Scope.LIST, found, self.scope)

    # --- one row -----------------------------------------------------------------------------------------------------

    def _rule(self, cells: Cells) -> None:
        row = cells.row
        self._because, self._use, self._told = [], LineUse.UNDERSTOOD, {}
        number = cells.text("number").replace("\n", " ")[:40] or f"R{row.number}"
        match = conjunction(self._traffic(cells), self._extra(cells), self._days(cells), self._hours(cells))
        action, enabled = self._action(cells)
        if cells.struck:
            enabled = False
            self._note(Code.STRUCK_OUT, Severity.NOTE, row, 0, number=number)
        if enabled and cells.coloured and not self._told_colour:
            self._told_colour = True
            self._note(Code.PART_NOT_READ, Severity.NOTE, row, 0, what="colour")
        self._translation(cells)
        if number in self._ids:
            self._note(Code.DUPLICATE_NAME, Severity.NOTE, row, self._column("number"), kind="number", name=number)
        same = self._ids[number] = self._ids.get(number, 0) + 1
        text = " | ".join(" ".join(cells.text(*keys).split()) or "-" for keys in _SHOWN)[:_TEXT]
        rule_id = number if same == 1 else f"{number} ({same})"
        self.found.rules.append(
            Rule(
                id=rule_id,
                key=number if same == 1 and cells.text("number") else folded(text),
                match=match,
                action=action,
                span=self.span(row),
                enabled=enabled,
                comment=" ".join(cells.text("purpose").split())[:_TEXT],
                text=text,
                log=folded(cells.text("log")) in values.PERMIT | values.IN_FORCE | {"有", "あり", "取得"},
                because=tuple(dict.fromkeys(self._because)),
            )
        )  # fmt: skip
        self._mark(row, self._use)

    def _note(self, code: Code, severity: Severity, row: Row, column: int, **params: str) -> Diagnostic:
        return self.remarks.add(code, severity, self.span(row, column), self.scope, column, **params)

    def _doubt(self, code: Code, row: Row, column: int, **params: str) -> Condition:
        """Note something that is not certain, once, and return the condition that stands for it."""
        told = (code, column, *params.values())
        found = self._told.get(told) or self._note(code, Severity.WARNING, row, column, **params)
        self._told[told] = found
        self._because.append(code.value)
        self._use = LineUse.APPROXIMATED
        return Condition(found.id, Kind.UNKNOWN, code.value)

    def _unread(self, cells: Cells, given: Given, value: str) -> Condition:
        where = self.table.texts.get(given.column, "")
        return self._doubt(Code.VALUE_NOT_UNDERSTOOD, cells.row, given.column, value=value[:80], where=where)

    def _column(self, key: str) -> int:
        return (self.table.having(key) or (0,))[0]

    # --- which packets -----------------------------------------------------------------------------------------------

    def _traffic(self, cells: Cells) -> Expr:
        given = cells.given("direction")
        given = given if given.text or given.doubt else cells.given("initiator")
        word = "" if given.doubt else folded(given.text).replace(" ", "")
        forward = self._one_way(cells, "source", "destination")
        if not given.text and not given.doubt:
            return forward
        if word in values.FORWARD:
            return forward
        if word not in values.BOTH | values.BACKWARD:
            doubt = self._unread(cells, given, given.doubt or given.text)
            return disjunction(
                conjunction(forward, doubt), conjunction(self._one_way(cells, "destination", "source"), doubt)
            )
        backward = self._one_way(cells, "destination", "source")
        return backward if word in values.BACKWARD else disjunction(forward, backward)

    def _one_way(self, cells: Cells, source: str, destination: str) -> Expr:
        return conjunction(self._end(cells, "src", source), self._end(cells, "dst", destination), self._service(cells))

    def _end(self, cells: Cells, name: str, key: str) -> Expr:
        """Return what an end asks; names count where no address stands beside them."""
        given, named = cells.given(key), cells.given(f"{key}_name")
        if not given.text and not given.doubt and (named.text or named.doubt):
            given = named
        if not given.column:
            given = named
        if given.doubt:
            return self._unread(cells, given, given.doubt)
        meant = values.read_addresses(given.text)
        if meant.dash and self.table.dash == "any":
            return ANYTHING
        if meant.blank or meant.dash:
            return self._unread(cells, given, given.text or "(empty)")
        parts = self._members(cells, given, meant)
        if meant.any4 and (meant.any6 or self.families == {4}):
            return ANYTHING
        any_4 = IntervalSet(()) if not meant.any4 else addresses.V4
        any_6 = IntervalSet(()) if not meant.any6 else addresses.V6
        ranges = any_4 | any_6 | meant.ranges
        for known in parts[0]:
            ranges = ranges | known
        terms: list[Expr] = [Field(name, ranges)] if ranges else []
        if meant.any4 and not meant.any6:
            # A table that names IPv6 addresses may mean them too where it says "any".
            terms.append(conjunction(Field(name, addresses.V6), self._unread(cells, given, given.text)))
        return disjunction(*terms, *parts[1])

    def _members(self, cells: Cells, given: Given, meant: Addresses) -> tuple[list[IntervalSet], list[Condition]]:
        known, unknown = [], []
        for name in meant.names:
            ranges = self.names.get(name)
            if ranges is not None:
                known.append(ranges)
            else:
                unknown.append(
                    self._doubt(Code.UNDEFINED_NAME, cells.row, given.column, kind="address", name=name[:80])
                )
        unknown += [self._unread(cells, given, part) for part in meant.unread]
        return known, unknown

    def _service(self, cells: Cells) -> Expr:
        port, protocol, service = cells.given("port"), cells.given("protocol"), cells.given("service")
        if not (port.text or protocol.text or service.text) and cells.text("application"):
            service = cells.given("application")
        doubtful = next((one for one in (port, protocol, service) if one.doubt), None)
        if doubtful is not None:
            return self._unread(cells, doubtful, doubtful.doubt)
        meant = services.read_columns(protocol.text or (service.text if port.text else ""), port.text)
        given = port if port.text else protocol
        if (meant.blank or not meant.sure) and service.text and not port.text:
            meant, given = services.read_services(f"{protocol.text}\n{service.text}".strip()), service
        source = self._source_ports(cells)
        if meant.dash and self.table.dash == "any":
            return source
        if meant.blank or meant.dash:
            column = given if given.column else service
            if not column.column and not protocol.column and not port.column:
                return source  # a table without services speaks of all of them
            return self._unread(cells, column, column.text or "(empty)")
        sure = [_wanted(one) for one in meant.sure]
        possible = [_wanted(one) for one in meant.possible if one not in meant.sure]
        terms = list(sure)
        if possible:
            value = " ".join((port.text or protocol.text or service.text).split())
            doubt = self._unread(cells, given, value)
            terms += [conjunction(one, doubt) for one in possible]
        if meant.wide or (meant.unread and not possible):
            terms += [self._unread(cells, given, " ".join(meant.unread))]
        return conjunction(disjunction(*terms), source)

    def _source_ports(self, cells: Cells) -> Expr:
        given = cells.given("source_port")
        if given.doubt:
            return self._unread(cells, given, given.doubt)
        text = folded(given.text)
        if not text or text in ("-", "any", "all", "*", "全て", "すべて", "任意", "1024-65535/any"):
            return ANYTHING
        meant = services.read_services(f"tcp {text}")
        if meant.unread or any(one.ports is None for one in meant.sure) or not meant.sure:
            return self._unread(cells, given, given.text)
        return Field("sport", IntervalSet.of(*(p for one in meant.sure if one.ports for p in one.ports.ranges)))

    def _extra(self, cells: Cells) -> Expr:
        terms: list[Expr] = []
        for key, side in (("in_interface", "in"), ("out_interface", "out")):
            given = cells.given(key)
            text = folded(given.text)
            if given.doubt:
                terms.append(self._unread(cells, given, given.doubt))
            elif text and text not in ("-", "any", "all", "*", "全て", "すべて"):
                names = tuple(one.strip() for one in re.split(r"[\n,、;]", given.text) if one.strip())
                self.found.interfaces.update(dict.fromkeys(names))
                terms.append(Interface(side, names))
        for column in self.table.unknown:
            cell = cells.row.cell(column)
            if cell.text.strip() and not cell.merged:
                heading = self.table.texts.get(column, "") or "(no heading)"
                terms.append(self._doubt(Code.CONDITION_NOT_MODELLED, cells.row, column, condition=heading[:80]))
        return conjunction(*terms)

    def _translation(self, cells: Cells) -> None:
        given = cells.given("translation")
        if folded(given.text) in ("", "-", "なし", "無し", "無", "no", "none", "disable", "×", "off"):
            return
        heading = self.table.texts.get(given.column, "")
        found = self._note(Code.ACTION_NOT_MODELLED, Severity.WARNING, cells.row, given.column, action=heading)
        self.remarks.taint(Scope.TRANSLATION, found)
        self._use = LineUse.APPROXIMATED

    # --- when, and what then -----------------------------------------------------------------------------------------

    def _days(self, cells: Cells) -> Expr:
        begins, ends = values.read_day(cells.text("begins")), values.read_day(cells.text("expires"))
        period = cells.given("period")
        if period.text:
            first, last = values.read_period(period.text)
            begins, ends = (begins if begins.day else first), (ends if ends.day else last)
        terms: list[Expr] = []
        for day, key in ((begins, "begins"), (ends, "expires")):
            given = cells.given(key) if cells.given(key).text else period
            if day.unread or given.doubt:
                terms.append(self._unread(cells, given, day.unread or given.doubt))
        if begins.day is None and ends.day is None:
            return conjunction(*terms)
        low = datetime.combine(begins.day, time()) if begins.day else _FIRST_DAY
        high = datetime.combine(ends.day, time()) + timedelta(days=1, minutes=-1) if ends.day else _LAST_DAY
        if low > high:
            return conjunction(
                *terms,
                self._unread(cells, period if period.text else cells.given("expires"), f"{begins.day} > {ends.day}"),
            )
        name = f"{begins.day or ''}~{ends.day or ''}"
        once = IntervalSet.of((wall_minute(low), wall_minute(high)))
        self.found.schedules.setdefault(name, Schedule(name, once, IntervalSet.empty(), True, self.span(cells.row)))
        return conjunction(InForce(name), *terms)

    def _hours(self, cells: Cells) -> Expr:
        given = cells.given("schedule")
        if folded(given.text) in ("", "-", "常時", "always", "24時間", "24時間365日", "終日", "24h"):
            return ANYTHING
        self._note(Code.CONDITION_NOT_MODELLED, Severity.WARNING, cells.row, given.column, condition=given.text[:80])
        self._because.append(Code.CONDITION_NOT_MODELLED.value)
        self._use = LineUse.APPROXIMATED
        return Condition(f"{given.text[:80]} [{self.span(cells.row)}]", Kind.VARIES)

    def _action(self, cells: Cells) -> tuple[Action, bool]:
        action = self._written_action(cells)
        given = cells.given("status")
        word = folded(given.text)
        if (not word and not given.doubt) or (word in values.IN_FORCE and not given.doubt):
            return action, True
        if word in values.NOT_IN_FORCE and not given.doubt:
            return action, False
        self._unread(cells, given, given.doubt or given.text)
        choices = action.actions if isinstance(action, Unsure) else (action,)
        return Unsure(tuple(dict.fromkeys((*choices, Continue())))), True

    def _written_action(self, cells: Cells) -> Action:
        given = cells.given("action")
        word = folded(given.text)
        if not given.column:
            return Permit()
        if not given.doubt and word in values.PERMIT:
            self.found.actions.add(Permit)
            return Permit()
        if not given.doubt and word in values.DENY:
            self.found.actions.add(Deny)
            return Deny()
        self.found.actions |= {Permit, Deny}
        self._unread(cells, given, given.doubt or given.text or "(empty)")
        return Unsure((Permit(), Deny(), Continue()))


_SHOWN = (
    ("source", "source_name"),
    ("destination", "destination_name"),
    ("service", "protocol", "port"),
    ("action",),
)


def _wanted(one: Service) -> Expr:
    terms: list[Expr] = []
    if one.protocol is not None:
        terms.append(Field("proto", IntervalSet.of(one.protocol)))
    if one.ports is not None:
        terms.append(Field("dport", one.ports))
    if one.icmp_types is not None:
        terms.append(Field("icmp_type", one.icmp_types))
    return conjunction(*terms)


def _is_address(text: str) -> bool:
    """Return whether an address stands somewhere in a text; IPv6 only where it has a "::"."""
    return bool(re.search(r"\d{1,3}(\.\d{1,3}){3}|[0-9a-f]::", folded(text)))
