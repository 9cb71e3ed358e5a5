"""A rule table into the register of a site: what it says, what is missing, what is there already, and what is new."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from segcheck.app import appending, drafting_register
from segcheck.app.assessing import unusable
from segcheck.errors import BadArguments, BadInput
from segcheck.importers.rule_table import tables
from segcheck.importers.rule_table.tables import Table
from segcheck.loaders import files, table_mapping
from segcheck.loaders import site as site_loader
from segcheck.loaders.site import register_table
from segcheck.loaders.site.policy import RegisterItem
from segcheck.model.register_draft import Compared, DraftEntry, RegisterDraft, Standing
from segcheck.model.source import SourceText

POLICY = "policy.yaml"

#: Puts an entry into words: (values, comments) to one line in braces below its comments.
Write = Callable[[Mapping[str, Any], Sequence[str]], str]


def read(path: str, folder: str, mapping: str | None, prefix: str) -> RegisterDraft:
    """Return what a table says of the register of a site.

    mapping   a mapping file; otherwise the one beside the table, otherwise the headings decide
    prefix    put before the table's numbers

    Raises:
        BadInput: the table, the mapping or the site cannot be used.
    """
    loaded = site_loader.load(folder)
    if loaded.site is None:
        raise unusable(folder, loaded.files)
    there = {entry.id: entry for _, entry in site_loader.read_pages(folder)["policy"].items("register")}
    source = table_source(path, mapping)
    written = register_table.read(source) if mapping is None else None
    if written is not None:
        drafts = [DraftEntry(one.place, one.values) for one in written]
        return RegisterDraft(folder, tuple(_compared(drafts, there)))
    held = tables_of(source)
    found = [drafting_register.draft(table, path, loaded.site, prefix) for table in held]
    drafts = [entry for one in found for entry in one.entries]
    passed_over = tuple(row for one in found for row in one.passed_over)
    return RegisterDraft(folder, tuple(_compared(drafts, there)), passed_over)


def table_source(path: str, mapping: str | None) -> SourceText:
    """Return a table's source with the mapping that is named, or that lies beside it.

    Raises:
        BadInput: one of them cannot be used.
    """
    if Path(path).is_dir():
        raise BadInput(
            f"{path}: a folder where a table is needed; nothing was read. Name the file itself",
            f"{path}: 表のファイルではなくフォルダーです。何も読み込んでいません。ファイルを指定してください",
        )
    if mapping is None:
        return files.read_export(path)[0]
    return table_mapping.attached(files.read_table(path), table_mapping.load(files.read_text(mapping)))


def tables_of(source: SourceText) -> tuple[Table, ...]:
    """Return the rule tables of a source.

    Raises:
        BadInput: there is none.
    """
    held = tables.tables(tables.book_of(source))
    if not held:
        raise BadInput(
            f"{source.path}: no row of headings with a source and a destination; nothing was read. "
            "Say what the columns hold in a file and name it with --mapping",
            f"{source.path}: 送信元と宛先の見出しのある行が見つかりません。何も読み込んでいません。"
            "列の内容をファイルに書き、--mapping で指定してください",
        )
    return held


def _compared(drafts: Sequence[DraftEntry], there: Mapping[str, RegisterItem]) -> list[Compared]:
    found: list[Compared] = []
    seen: set[str] = set()
    for draft in drafts:
        if draft.id and draft.id in seen:
            found.append(Compared(draft, Standing.TWICE))
            continue
        seen.add(draft.id)
        if draft.id in there:
            differences = tuple(_differences(draft, there[draft.id]))
            found.append(Compared(draft, Standing.DIFFERS if differences else Standing.SAME, differences))
        else:
            found.append(Compared(draft, Standing.INCOMPLETE if draft.missing else Standing.NEW))
    return found


def _differences(draft: DraftEntry, entry: RegisterItem) -> list[tuple[str, str, str]]:
    """Return where a table and the register differ; what a table read by its headings leaves out is no difference."""
    held = entry.model_dump(mode="json", by_alias=True)
    whole = not draft.missing and not draft.assumed and not draft.told
    try:
        said = RegisterItem.model_validate(draft.values).model_dump(mode="json", by_alias=True)
    except ValueError:  # incomplete: compare what is there
        said, whole = {**held, **draft.values}, False
        said["service"] = draft.values.get("service", held["service"])
    keys = held.keys() if whole else draft.values.keys() - draft.assumed
    return [(key, _shown(held[key]), _shown(said[key])) for key in held if key in keys and held[key] != said.get(key)]


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def write(found: RegisterDraft, write_entry: Write, *, backup: bool) -> int:
    """Append what is new and complete to policy.yaml and return how many entries those are; all else there stays byte for byte.

    backup   keep the old file as policy.yaml.bak

    Raises:
        BadInput: the policy would not be usable afterwards, or there is no telling where entries go; nothing was written.
        BadArguments: the site is a workbook, or the file cannot be written.
    """
    new = [one.entry for one in found.of(Standing.NEW)]
    path = Path(found.folder) / POLICY
    if not path.is_file() or path.is_symlink():
        raise BadArguments(
            f"{path}: no ordinary file; nothing was written. In a site of one workbook, paste the rows into its register",
            f"{path}: 通常のファイルではありません。何も書いていません。サイトがブックの場合は台帳のシートに貼り付けてください",
        )
    if new:
        lines = [write_entry(one.values, one.comments) for one in new]
        appending.append(found.folder, POLICY, "register", lines, [one.values for one in new], backup=backup)
    return len(new)


def site_values(folder: str) -> dict[str, dict[str, Any]]:
    """Return what the files of a site hold, by the name of their schema.

    Raises:
        BadInput: the site cannot be used.
    """
    loaded = site_loader.load(folder)
    if loaded.site is None:
        raise unusable(folder, loaded.files)
    return {name: page.document.value for name, page in site_loader.read_pages(folder).items()}
