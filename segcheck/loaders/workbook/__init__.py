"""Workbooks (xlsx, xlsm; ECMA-376, ISO/IEC 29500) to sheets of cells.

The parts are read with expat directly, each cell that is written once: libraries that build every cell of a claimed range
(openpyxl 3.1 does for merged areas and hyperlinks) can be kept busy for hours by a file of 5 kB. What is read is bounded in
bytes, elements, rows, cells and characters; document types, and with them entities, are refused.

Merged areas repeat their value in those of their rows that hold something else. Comments, macros, pictures, charts, names and
conditional formats are not read; links to other workbooks are not followed. Formulas count as what was computed last.
"""

from __future__ import annotations

import hashlib

from segcheck.errors import UnreadableFile
from segcheck.loaders.workbook import _sheet, _styles
from segcheck.loaders.workbook._package import Package, Unusable
from segcheck.model.sheet import Book, Row, Sheet
from segcheck.model.source import SourceText

#: What a ZIP, and so an xlsx, begins with.
ZIP = b"PK\x03\x04"
#: What an Excel file of before 2007, and an encrypted one of today, begins with (MS-CFB §2.2).
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CUT = 200


def decode(path: str, data: bytes) -> SourceText:
    """Return a workbook as a source: the book itself, and as text a line per used row.

    Raises:
        UnreadableFile: no workbook, an old or encrypted one, damaged, or beyond a bound.
    """
    if data.startswith(COMPOUND):
        raise _refused(path, *_compound(data))
    try:
        book = _book(Package(data))
    except Unusable as error:
        raise _refused(path, error.en, error.ja) from error
    text = "\n".join("\t".join(_shown(cell.text) for _, cell in sorted(row.cells.items())) for _, row in book.rows)
    return SourceText(path, text + "\n" if text else "", "xlsx", hashlib.sha256(data).hexdigest(), book=book)


def _shown(text: str) -> str:
    shown = text if len(text) <= _CUT else text[: _CUT - 1] + "…"
    return " ".join(shown.split())


def _book(package: Package) -> Book:
    main = package.main()
    listed = _sheet.listed(package, main)
    targets = package.relations(main)
    styles = _styles.read(package, _target(targets, "styles"))
    strings = _styles.strings(package, _target(targets, "sharedStrings"))
    passed_over = []
    budget = _sheet.Budget()
    sheets: list[Sheet] = []
    line = 0
    for one in listed.sheets:
        kind, target = targets.get(one.relation, ("", ""))
        if kind != "worksheet":
            passed_over.append(
                (f"sheet '{one.name}' is no worksheet", f"シート '{one.name}' はワークシートではありません")
            )
            continue
        sheet = _sheet.read(package, target, one, styles, strings, budget, line, epoch_1904=listed.epoch_1904)
        line += len(sheet.rows)
        sheets.append(sheet)
    if any(kind == "externalLink" for kind, _ in targets.values()):
        passed_over.append(("links to other workbooks are not followed", "ほかのブックへのリンクはたどりません"))
    rows: tuple[tuple[Sheet, Row], ...] = tuple((sheet, row) for sheet in sheets for row in sheet.rows)
    return Book(tuple(sheets), tuple(passed_over), rows=rows)


def _target(targets: dict[str, tuple[str, str]], kind: str) -> str:
    return next((target for found, target in targets.values() if found == kind), "")


def _compound(data: bytes) -> tuple[str, str]:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return (
            "an encrypted workbook. Open it in Excel, remove the password (File > Info) and save it as .xlsx",
            "パスワードで暗号化されたブックです。Excel の [ファイル]-[情報] でパスワードを外し、.xlsx で保存してください",
        )
    return (
        "an Excel workbook of the old form (.xls). Open it in Excel and save it as .xlsx or as CSV (UTF-8)",
        "古い形式の Excel ブック (.xls) です。Excel で開き、.xlsx または CSV (UTF-8) で保存してください",
    )


def _refused(path: str, en: str, ja: str) -> UnreadableFile:
    return UnreadableFile(f"{path}: {en}; nothing was judged", f"{path}: {ja}。判定は行っていません")
