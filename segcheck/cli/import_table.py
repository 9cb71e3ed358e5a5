"""`segcheck import`: a rule table into a site's register, and the register, or a whole site, out to a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from segcheck.cli._help import Speaking
from segcheck.cli._outputs import write_whole
from segcheck.cli._settings import Exit, Settings, answer, settings
from segcheck.errors import BadArguments
from segcheck.lang.words import Say

if TYPE_CHECKING:
    from segcheck.model.register_draft import RegisterDraft

NAME = "import"
SUMMARY = (
    "Rule table in Excel or CSV into a site's register, and back.",
    "Excel・CSV の通信要件一覧を台帳に取り込む、台帳を表に書き出す。",
)

_VALUES = (
    ("--site", "SITE", "The site whose register is meant.", "台帳のあるサイト。"),
    (
        "--mapping",
        "FILE",
        "What the columns hold; otherwise TABLE.mapping.yaml.",
        "列の対応付け。省略時は 表の名前.mapping.yaml",
    ),
    ("--id-prefix", "TEXT", "Put before the table's numbers.", "表の番号の前に付ける文字。"),
    ("--from-site", "SITE", "Write the register of this site to a table.", "このサイトの台帳を表に書き出します。"),
    ("--to", "FILE", "The table to write: .xlsx or .csv.", "書き出す表 (.xlsx または .csv)。"),
)
_FLAGS = (
    ("--write", "Append new entries to policy.yaml.", "新しい項目を policy.yaml に追記します。"),
    ("--backup", "Keep the old file as policy.yaml.bak.", "元のファイルを policy.yaml.bak に残します。"),
    ("--show-mapping", "Show how the columns are read; nothing else.", "列の対応付けだけを示します。"),
    ("--save-mapping", "Store that as TABLE.mapping.yaml.", "それを 表の名前.mapping.yaml に保存します。"),
    ("--whole", "Write the whole site, not only its register.", "台帳だけでなくサイト全体を書き出します。"),
)


def build(say: Say) -> click.Command:
    """Return the command."""
    return Speaking(
        say,
        NAME,
        callback=click.pass_context(import_),
        text=say(
            "Read a rule table (xlsx, CSV, TSV; UTF-8, UTF-16, CP932) and show what it says as entries of a site's register, "
            "what is missing in each, and what the register has already. Nothing is made up, nothing there is overwritten. "
            "With --write the new and complete ones are appended to policy.yaml, all else in it kept byte for byte.\n\n"
            "Columns are told by their headings; --show-mapping shows how, --save-mapping keeps it as TABLE.mapping.yaml, "
            "used from then on by every command. Keys for it: number, status, kind, source, source_name, destination, "
            "destination_name, service, protocol, port, action, direction, initiator, begins, expires, period, approved, "
            'review_due, approver, decision_no, application_no, section, contractor, person, purpose, log, path, remarks; "" is '
            "kept and not read.\n\n"
            "With --from-site the register of a site goes to the table named by --to; reading that back gives equal entries. "
            "With --whole it is the whole site: such a workbook, named site.xlsx, may stand in place of the YAML files.\n\n"
            "Ends with 0 if every row is an entry, with 3 if something is missing, differs or was not read, with 2 if nothing "
            "could be read.",
            "通信要件の表 (xlsx、CSV、TSV。UTF-8、UTF-16、CP932) を読み、サイトの台帳の項目として示します。足りないもの、"
            "台帳に既にあるものも示します。書かれていないことを補ったり、既存の項目を上書きしたりはしません。--write を付けると、"
            "新しく、足りないもののない項目だけを policy.yaml に追記します。ほかの部分は 1 バイトも変わりません。\n\n"
            "列の内容は見出しで判断します。--show-mapping で確認でき、--save-mapping で 表の名前.mapping.yaml に保存できます。"
            "保存すると、以後はどのコマンドもそれに従います。使えるキー: number, status, kind, source, source_name, destination, "
            "destination_name, service, protocol, port, action, direction, initiator, begins, expires, period, approved, "
            'review_due, approver, decision_no, application_no, section, contractor, person, purpose, log, path, remarks。"" は'
            "保持するだけで読みません。\n\n"
            "--from-site は、サイトの台帳を --to の表に書き出します。読み戻すと同じ項目になります。--whole を付けるとサイト全体を"
            "書き出します。そのブックを site.xlsx という名前で置くと、YAML ファイルの代わりになります。\n\n"
            "すべての行が項目になれば 0、足りないもの・違い・読めない点があれば 3、何も読めなければ 2 で終わります。",
        ),
        params=[
            click.Argument(["table"], metavar="[TABLE]", required=False),
            *(click.Option([name], metavar=shown, help=say(en, ja)) for name, shown, en, ja in _VALUES),
            *(click.Option([name], is_flag=True, help=say(en, ja)) for name, en, ja in _FLAGS),
        ],
    )


def import_(
    context: click.Context,
    table: str | None,
    site: str | None,
    write: bool,
    backup: bool,
    mapping: str | None,
    show_mapping: bool,
    save_mapping: bool,
    id_prefix: str | None,
    from_site: str | None,
    to: str | None,
    whole: bool,
) -> int:
    """Read or write a table; 0 all of it, 3 something is left."""
    here = settings(context)
    if from_site is not None or to is not None:
        if from_site is None or to is None or table is not None or write or site is not None:
            raise BadArguments(
                "--from-site SITE and --to FILE go together and alone; nothing was written",
                "--from-site サイト と --to ファイル は、この 2 つだけを一緒に指定します。何も書いていません",
            )
        return _export(here, from_site, to, whole=whole)
    if table is None:
        raise BadArguments(
            "no table named; nothing was read. Write segcheck import TABLE --site SITE",
            "表が指定されていません。何も読み込んでいません。segcheck import 表 --site サイト のように書いてください",
        )
    if show_mapping or save_mapping:
        return _mapping(here, table, mapping, save=save_mapping)
    if site is None:
        raise BadArguments(
            "--site is missing; nothing was read. Name the folder of the site whose register is meant",
            "--site がありません。何も読み込んでいません。台帳のあるサイトのフォルダーを指定してください",
        )
    return _import(here, table, site, mapping, id_prefix or "", write=write, backup=backup)


def _import(
    here: Settings, table: str, site: str, mapping: str | None, prefix: str, *, write: bool, backup: bool
) -> int:
    from segcheck.app import importing_table
    from segcheck.reports import register_text, register_yaml

    found = importing_table.read(table, site, mapping, prefix)
    answer(register_text.entries(found, here.words, register_yaml.entry))
    page = here.page()
    register_text.remarks(page, found)
    here.note(page.text().rstrip("\n"), important=True)
    if write:
        count = importing_table.write(found, register_yaml.entry, backup=backup)
        told = f"{Path(site) / importing_table.POLICY}"
        here.note(here.words("table.written", count=count, path=told), important=True)
    return Exit.UNDECIDED if _open(found) else Exit.CLEAN


def _open(found: RegisterDraft) -> bool:
    return bool(found.passed_over) or any(one.standing.value not in ("new", "same") for one in found.entries)


def _mapping(here: Settings, table: str, mapping: str | None, *, save: bool) -> int:
    from segcheck.app import importing_table
    from segcheck.loaders.files import mapping_beside
    from segcheck.reports import mapping_yaml

    held = importing_table.tables_of(importing_table.table_source(table, mapping))
    text = mapping_yaml.mapping(held, here.words)
    answer(text)
    if save:
        target = mapping_beside(table)
        if target.exists():
            raise BadArguments(
                f"{target}: there already; nothing was written. Edit it, or move it away first",
                f"{target}: 既にあります。何も書いていません。そのファイルを直すか、別の場所へ移してください",
            )
        write_whole(str(target), text)
        here.note(here.words("table.kept", path=str(target)))
    return Exit.UNDECIDED if any(one.unknown for one in held) else Exit.CLEAN


def _export(here: Settings, site: str, to: str, *, whole: bool) -> int:
    from segcheck.app import importing_table
    from segcheck.reports import site_workbook

    kind = Path(to).suffix.lower()
    if kind not in (".xlsx", ".csv") or (whole and kind != ".xlsx"):
        raise BadArguments(
            f"--to {to}: tables end in .xlsx{'' if whole else ' or .csv'}; nothing was written",
            f"--to {to}: 拡張子は .xlsx{'' if whole else ' か .csv'} にしてください。何も書いていません",
        )
    if Path(to).exists():
        raise BadArguments(
            f"--to {to}: there already; nothing was written. Name a new file",
            f"--to {to}: 既にあります。何も書いていません。新しい名前を指定してください",
        )
    values = importing_table.site_values(site)
    japanese = here.language == "ja"
    register = values.get("policy", {}).get("register") or []
    if whole:
        write_whole(to, site_workbook.site_xlsx(values, japanese))
    elif kind == ".xlsx":
        write_whole(to, site_workbook.register_xlsx(register, japanese))
    else:
        write_whole(to, b"\xef\xbb\xbf" + site_workbook.register_csv(register, japanese).encode())
    here.note(here.words("table.exported", path=to, count=len(register)))
    return Exit.CLEAN
