"""Rule tables in Excel or CSV (通信要件一覧, FWルール一覧, 通信許可申請の一覧): the columns are told by their headings.

    headings   which words say what a column holds, and where the headings stand
    tables     which sheets hold rules, which define names
    values     addresses, days and words as people write them
    services   protocols and ports likewise
    cells      one row's cells and what makes them doubtful
    _rules     rows to rules

A table is no configuration: nobody says in which order its rows count, whether it is whole, or what a blank cell means. Rows are
taken from the top, the first that fits decides, and what none permits is denied; each of these is told. A sheet is a context.
"""

from __future__ import annotations

from collections.abc import Sequence

from segcheck.importers._base import ImporterInfo, input_reading
from segcheck.importers._remarks import Remarks
from segcheck.importers.rule_table import headings, tables, values
from segcheck.importers.rule_table._rules import Listed, Reader
from segcheck.importers.rule_table.tables import LIST, Definitions, Table
from segcheck.model.device import DeviceConfig, Interface, NamedObject, Scope
from segcheck.model.diagnostic import Code, LineAccount, LineUse, Severity
from segcheck.model.pipeline import Binding, Pipeline, Stage, StageKind
from segcheck.model.reading import Complete, InputReading, Maturity, Reading
from segcheck.model.rules import Deny, Permit
from segcheck.model.sheet import Book, Row, Sheet, column_name
from segcheck.model.source import SourceText, Span
from segcheck.sets import addresses

FORMAT = "rule-table"
IMPORTER = ImporterInfo(
    format=FORMAT,
    title="Rule table in Excel or CSV (通信要件一覧・FWルール一覧)",
    maturity=Maturity.EXPERIMENTAL,
    versions="xlsx, xlsm; CSV, TSV in UTF-8, UTF-16, CP932",
    sources=(
        "ECMA-376 part 1 (SpreadsheetML), RFC 4180",
        "IANA: Assigned Internet Protocol Numbers, Service Name and Transport Protocol Port Number Registry",
        "Headings and values: practice of city halls; no standard says them",
    ),
    export_en="Save the workbook as .xlsx, or the sheet as CSV (UTF-8)",
    export_ja="ブックを .xlsx で、またはシートを CSV (UTF-8) で保存",
    limits_en=(
        "Rows count from the top, first match; what no row permits is denied. A table seldom says so.",
        "Names are known only from a sheet of the same workbook that lists names with addresses.",
        "Names of services mean their registered ports; rarer uses are possible.",
        "Columns whose heading nobody knows may restrict a rule; a mapping file says what they are.",
        "Colours, comments, conditional formats and translated addresses are not read.",
    ),
    limits_ja=(
        "行は上から順に最初に一致したものを使い、どの行も許可しない通信は拒否とします。表に書かれていることはまれです。",
        "名称は、同じブックに名称とアドレスの一覧シートがある場合だけ分かります。",
        "サービス名は登録されたポートと読み、まれな使い方は可能性として扱います。",
        "見出しの分からない列は規則を狭めている可能性があるとみなします。対応付けファイルで指定できます。",
        "色、コメント、条件付き書式、変換後アドレスは読みません。",
    ),
)


def sniff(text: str) -> int:
    """Return how surely the text has the headings of a rule table near its top."""
    head = tables.book_of(SourceText("", text, "", ""))
    found = headings.find(head.sheets[0])
    return found.score if found is not None else 0


def read(sources: Sequence[SourceText]) -> Reading:
    """Return the reading of a workbook or text; further files of the device are not read."""
    return _Reading(sources).read()


class _Reading:
    def __init__(self, sources: Sequence[SourceText]) -> None:
        self.sources = sources
        self.source = sources[0]
        self.remarks = Remarks(self.source.path)
        self.account = LineAccount(len(self.source.lines()))
        self.book: Book = tables.book_of(self.source)

    def read(self) -> Reading:
        held = tables.tables(self.book)
        defined = tables.definitions(self.book, held)
        self._lines(held, defined)
        devices = tuple(self._device(table, len(held) > 1, defined) for table in held) or (self._nothing(),)
        return Reading(
            format=FORMAT,
            maturity=IMPORTER.maturity,
            inputs=self._inputs(held),
            devices=devices,
            diagnostics=self.remarks.diagnostics(),
        )

    def _lines(self, held: tuple[Table, ...], defined: Definitions) -> None:
        """Mark what holds no rule, and tell what of the book is not read."""
        if self.source.book is None or not self.source.book.sheets:
            for number, line in enumerate(self.source.lines(), 1):
                if not line.strip(" \t,;|"):
                    self.account.mark(number, number, LineUse.IRRELEVANT)
        for sheet in self.book.sheets:
            if any(sheet is table.sheet for table in held):
                self._hidden(sheet)
                continue
            named = any(sheet is one for one in defined.sheets)
            use = LineUse.UNDERSTOOD if named else LineUse.IRRELEVANT
            for row in sheet.rows:
                self.account.mark(row.first, row.last, use)
            if held and not named and sheet.rows:
                self._note(Code.PART_NOT_READ, sheet, what=sheet.name)
        for name in defined.twice:
            self.remarks.add(Code.DUPLICATE_NAME, Severity.WARNING, self._first(), "device", kind="address", name=name)
        for en, _ in self.book.passed_over:
            self._note(Code.PART_NOT_READ, None, what=en)
        if self.source.lossy:
            lossy = self.source.encoding
            self.remarks.add(Code.ENCODING_LOSSY, Severity.WARNING, self._first(), "device", encoding=lossy)

    def _hidden(self, sheet: Sheet) -> None:
        if sheet.hidden:
            self._note(Code.HIDDEN_PART, sheet, what=sheet.name)
        rows = [row.number for row in sheet.rows if row.hidden]
        columns = sorted(sheet.hidden_columns & {column for row in sheet.rows for column in row.cells})
        for hidden in (list(map(str, rows)), list(map(column_name, columns))):
            if hidden:
                shown = ", ".join(hidden[:10]) + (f" … ({len(hidden)})" if len(hidden) > 10 else "")
                self._note(Code.HIDDEN_PART, sheet, what=f"{sheet.name}: {shown}")

    def _note(self, code: Code, sheet: Sheet | None, scope: str = "device", **params: str) -> None:
        span = self._first()
        if sheet is not None and sheet.rows and span is not None:
            span = Span(span.path, sheet.rows[0].first, sheet.rows[0].last, sheet.name)
        self.remarks.add(code, Severity.NOTE, span, scope, 0, **params)

    def _first(self) -> Span | None:
        return Span(self.source.path, 1, 1) if self.source.lines() else None

    def _device(self, table: Table, several: bool, defined: Definitions) -> DeviceConfig:
        name = table.sheet.name or LIST
        families = _families(table, defined)
        reader = Reader(table, self.source.path, defined.addresses, families, self.remarks, self.account, name)
        found = reader.read()
        self._assumed(table, found, name, families)
        stage = Stage("table", StageKind.FILTER, (Binding(name),), session=True)
        return DeviceConfig(
            format=FORMAT,
            context=name if several else "",
            families=families,
            interfaces=tuple(Interface(name=one, enabled=None) for one in found.interfaces),
            lists={name: found.list(name)},
            pipeline=Pipeline(forward=(stage,), local=(stage,), output=(stage,)),
            schedules=found.schedules,
            taints=self.remarks.taints(),
            objects=tuple(
                NamedObject("address", one, ", ".join(addresses.describe(ranges)[:8]), "defined")
                for one, ranges in defined.addresses.items()
            ),
        )

    def _assumed(self, table: Table, found: Listed, name: str, families: frozenset[int]) -> None:
        sheet = table.sheet
        self._note(Code.TABLE_DEFAULT, sheet, name, list=name)
        if not table.having("action"):
            self._note(Code.TABLE_PERMITS, sheet, name, list=name)
        if {Permit, Deny} <= found.actions:
            self._note(Code.TABLE_ORDER, sheet, name, list=name)
            numbers = [reading for row in table.body() if (reading := _priority(table, row)) is not None]
            if numbers != sorted(numbers):
                first = self._first()
                doubt = self.remarks.add(
                    Code.VALUE_NOT_UNDERSTOOD, Severity.ERROR, first, name, value="priority", where="not ascending"
                )
                self.remarks.taint(Scope.LIST, doubt, name)
        for family in {4, 6} - families:
            self.remarks.add(Code.NO_EXPORT_FOR_FAMILY, Severity.WARNING, None, name, family=f"IPv{family}")
        if sheet.torn:
            cause = self.remarks.add(
                Code.EXPORT_INCOMPLETE, Severity.ERROR, self._first(), name, evidence="a quoted cell never ends"
            )
            self.remarks.taint(Scope.DEVICE, cause)

    def _nothing(self) -> DeviceConfig:
        """Return a device of which nothing is known: no sheet holds rules."""
        found = self.remarks.add(
            Code.EXPORT_INCOMPLETE, Severity.ERROR, self._first(), "device", evidence="no headings of a rule table"
        )
        self.remarks.taint(Scope.DEVICE, found)
        return DeviceConfig(format=FORMAT, taints=self.remarks.taints())

    def _inputs(self, held: tuple[Table, ...]) -> tuple[InputReading, ...]:
        torn = any(table.sheet.torn for table in held) or not held
        evidence = "a quoted cell never ends, or no rules" if torn else "a table does not say whether it is whole"
        if not torn:
            first = self._first()
            self.remarks.add(Code.COMPLETENESS_UNKNOWN, Severity.NOTE, first, "device", evidence=evidence)
        complete = Complete.NO if torn else Complete.UNKNOWN
        inputs = [self._input(self.source, self.account, complete, evidence)]
        if self.book.mapping is not None:
            said = self.book.mapping
            read = LineAccount(said.lines)
            if said.lines:
                read.mark(1, said.lines, LineUse.UNDERSTOOD)
            inputs.append(
                InputReading(
                    path=said.path,
                    sha256=said.sha256,
                    encoding="utf-8",
                    format=f"{FORMAT} mapping",
                    complete=Complete.YES,
                    evidence="a mapping of columns",
                    lines=read,
                )
            )
        for other in self.sources[1:]:
            account = LineAccount(len(other.lines()))
            text = other.lines()[0][:80] if other.lines() else ""
            span = Span(other.path, 1, 1) if other.lines() else None
            found = self.remarks.add(Code.UNSUPPORTED_LINE, Severity.ERROR, span, "device", text=text)
            self.remarks.taint(Scope.DEVICE, found)
            inputs.append(self._input(other, account, Complete.UNKNOWN, "a second file"))
        return tuple(inputs)

    def _input(self, source: SourceText, account: LineAccount, complete: Complete, evidence: str) -> InputReading:
        return input_reading(source, FORMAT, account, complete, evidence)


def _families(table: Table, defined: Definitions) -> frozenset[int]:
    """Return the IP versions that the table speaks of: IPv6 only where an address of it stands somewhere."""
    columns = table.having("source", "source_name", "destination", "destination_name")
    for row in table.body():
        for column in columns:
            text = row.cell(column).text
            meant = values.read_addresses(text) if ":" in values.folded(text) or "6" in text else None
            if meant is not None and (meant.any6 or meant.ranges & addresses.V6):
                return frozenset((4, 6))
    if any(ranges & addresses.V6 for ranges in defined.addresses.values()):
        return frozenset((4, 6))
    return frozenset((4,))


def _priority(table: Table, row: Row) -> int | None:
    columns = table.having("priority")
    text = values.folded(row.cell(columns[0]).text) if columns else ""
    return int(text) if text.isdecimal() and len(text) < 10 else None
