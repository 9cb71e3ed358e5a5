"""`site.xlsx` to what the site's YAML files would say, with the cell of every value."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Any

from segcheck.loaders import marked
from segcheck.loaders.marked import Mark
from segcheck.loaders.problems import Problem, did_you_mean, nearest
from segcheck.loaders.site import keyed_rows, sheets
from segcheck.loaders.site.keyed_rows import Entry
from segcheck.loaders.site.sheets import SINGLE, SheetSpec
from segcheck.model.diagnostic import Severity
from segcheck.model.sheet import Sheet
from segcheck.model.source import SourceText

#: Hidden sheet with what drop-down lists offer.
LISTS = "_lists"


@dataclass(slots=True)
class File:
    """What the workbook holds of one file."""

    value: dict[str, Any] = field(default_factory=dict)
    values: dict[marked.Path, Mark] = field(default_factory=dict)
    keys: dict[marked.Path, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def document(self) -> marked.Document:
        """Return it as a document."""
        return marked.Document(self.value, self.values, self.keys)


def read(source: SourceText) -> dict[str, File]:
    """Return what a workbook holds of each file; waivers and site are absent where nothing stands of them.

    A workbook without a single sheet of ours gives empty files, whose models then tell what is missing.
    """
    assert source.book is not None  # only workbooks come here
    found = {name: File({"segcheck": 1}) for name in ("topology", "policy", "waivers", "site")}
    reader = _Reader(found)
    specs = {spec.key: spec for spec in sheets.sheets()}
    placed: dict[str, Sheet] = {}
    for sheet in source.book.sheets:
        key = _key(sheet.name, specs)
        if key is not None and key not in placed:
            placed[key] = sheet
        elif sheet.rows and not (sheet.hidden and sheet.name == LISTS):
            found["topology"].problems.append(_foreign(sheet, specs))
    for key, spec in specs.items():
        if key in placed:
            reader.take(placed[key], spec)
    reader.parents_without_entries()
    return {
        name: one for name, one in found.items() if name in ("topology", "policy") or len(one.value) > 1 or one.problems
    }


def _key(name: str, specs: dict[str, SheetSpec]) -> str | None:
    plain = _plain(name)
    return next((spec.key for spec in specs.values() if plain in (_plain(spec.title), spec.key)), None)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().lower()


def _foreign(sheet: Sheet, specs: dict[str, SheetSpec]) -> Problem:
    titles = [spec.title for spec in specs.values()]
    close = nearest(sheet.name, titles)
    helps = did_you_mean(sheet.name, titles) if close else ("", "")
    row = sheet.rows[0]
    return Problem(
        row.first,
        min(row.cells),
        f"sheet '{sheet.name}' is not read",
        f"シート '{sheet.name}' は読み込みません",
        *helps,
        severity=Severity.ERROR if close else Severity.NOTE,
    )


class _Reader:
    def __init__(self, files: dict[str, File]) -> None:
        self.files = files
        self.parents: dict[str, dict[str, tuple[marked.Path, dict[str, Any]]]] = {}

    def take(self, sheet: Sheet, spec: SheetSpec) -> None:
        """Add the entries of a sheet to its file."""
        if spec.key == SINGLE:
            self._single(sheet, spec)
            return
        file = self.files[spec.file]
        for entry in keyed_rows.entries(sheet, spec, file.problems):
            if spec.inside is not None:
                self._inside(file, spec, entry)
            elif spec.mapping:
                self._keyed(file, spec, entry)
            else:
                held = file.value.setdefault(spec.section, [])
                path: marked.Path = (spec.section, len(held))
                held.append(self._put(file, spec, entry, path))
                self._parent(spec, held[-1], path)

    def _put(self, file: File, spec: SheetSpec, entry: Entry, path: marked.Path, *named: str) -> dict[str, Any]:
        """Return an entry's values but for those that only name it, and note where each of them stands."""
        file.values[path] = entry.row
        for key, mark in entry.marks.items():
            name, dot, at = key.partition(".")
            inside: marked.Path = (*path, name, int(at) if at.isdigit() else at) if dot else (*path, key)
            file.values[inside] = file.keys[inside] = mark
            if dot:
                file.values.setdefault((*path, name), mark)
        return {key: value for key, value in keyed_rows.whole(spec, entry).items() if key not in named}

    def _keyed(self, file: File, spec: SheetSpec, entry: Entry) -> None:
        held = file.value.setdefault(spec.section, {})
        name = self._name(file, entry, "id")
        if name is None:
            return
        path: marked.Path = (spec.section, name)
        if name in held:
            file.problems.append(_twice(name, entry.marks["id"]))
            return
        held[name] = self._put(file, spec, entry, path, "id")
        file.keys[path] = entry.marks["id"]
        self.parents.setdefault(spec.key, {})[name] = path, held[name]

    def _inside(self, file: File, spec: SheetSpec, entry: Entry) -> None:
        assert spec.inside is not None  # asked before
        parent_sheet, key, mapping = spec.inside
        name = self._name(file, entry, "of")
        if name is None:
            return
        known = self.parents.get(parent_sheet, {})
        if name not in known:
            mark = entry.marks["of"]
            helps = did_you_mean(name, [*known]) if known else ("", "")
            file.problems.append(
                Problem(
                    mark.line,
                    mark.column,
                    f"no entry '{name}' in {parent_sheet}",
                    f"{parent_sheet} に '{name}' はありません",
                    *helps,
                )
            )
            return
        path, parent = known[name]
        file.values.setdefault((*path, key), entry.row)
        if not mapping:
            items = parent.setdefault(key, [])
            items.append(self._put(file, spec, entry, (*path, key, len(items)), "of"))
            return
        own = self._name(file, entry, "name")
        if own is None:
            return
        held = parent.setdefault(key, {})
        if own in held:
            file.problems.append(_twice(own, entry.marks["name"]))
            return
        held[own] = self._put(file, spec, entry, (*path, key, own), "of", "name")
        file.keys[(*path, key, own)] = entry.marks["name"]

    def _parent(self, spec: SheetSpec, value: dict[str, Any], path: marked.Path) -> None:
        name = value.get("id")
        if isinstance(name, str):
            self.parents.setdefault(spec.key, {}).setdefault(name, (path, value))

    def _name(self, file: File, entry: Entry, key: str) -> str | None:
        name = entry.values.get(key)
        if isinstance(name, str) and name:
            return name
        file.problems.append(Problem(entry.row.line, entry.row.column, f"'{key}' is missing", f"'{key}' がありません"))
        return None

    def _single(self, sheet: Sheet, spec: SheetSpec) -> None:
        problems = self.files["topology"].problems
        for count, entry in enumerate(keyed_rows.entries(sheet, spec, problems)):
            if count:
                told = "one row only: a site has each of these once", "1 行だけ書けます。サイトに 1 つしかない項目です"
                problems.append(Problem(entry.row.line, entry.row.column, *told))
                continue
            for key, value in keyed_rows.whole(spec, entry).items():
                file = self.files[sheets.home(key)]
                mark = entry.marks[key]
                path: marked.Path = tuple(key.split("."))
                target: dict[str, Any] = file.value
                for depth, name in enumerate(key.split(".")[:-1], 1):
                    file.values[path[:depth]] = file.keys[path[:depth]] = mark
                    target = target.setdefault(name, {})
                target[key.rpartition(".")[2]] = value
                file.values[path] = file.keys[path] = mark
                if key == "segcheck":
                    for other in self.files.values():
                        other.value["segcheck"] = value
                        other.values[path] = mark

    def parents_without_entries(self) -> None:
        """Give required sections that no sheet holds their empty form, so that the model tells what is missing in them."""
        self.files["topology"].value.setdefault("zones", {})
        self.files["topology"].value.setdefault("segments", {})


def _twice(name: str, mark: Mark) -> Problem:
    return Problem(mark.line, mark.column, f"duplicate key '{name}'", f"キー '{name}' が重複しています")
