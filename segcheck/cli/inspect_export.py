"""`segcheck inspect`: what was understood of an export, rule by rule."""

from __future__ import annotations

import click

from segcheck.cli._help import Speaking
from segcheck.cli._settings import Exit, answer, settings
from segcheck.lang.words import Say

NAME = "inspect"
SUMMARY = (
    "What was understood of an export, rule by rule and line by line.",
    "エクスポートから読み取れた内容を規則ごと・行ごとに示す。",
)


def build(say: Say) -> click.Command:
    """Return the command."""
    return Speaking(
        say,
        NAME,
        callback=click.pass_context(inspect),
        text=say(
            "Show what segcheck understands of an export: devices, interfaces, rules, translations, routes, schedules, objects, "
            "how every line was used, whether the export is complete, and what could not be read.\n\n"
            "Ends with 0 if every line was understood and nothing shows that lines are missing, with 3 otherwise.",
            "エクスポートから読み取れたこと (機器、インターフェース、規則、変換、経路、スケジュール、オブジェクト)、"
            "各行の扱い、完全かどうか、読めなかった点を示します。\n\n"
            "すべての行を解釈でき、行が欠けた跡がなければ 0、そうでなければ 3 で終わります。",
        ),
        params=[
            click.Argument(["export"], metavar="EXPORT"),
            click.Option(
                ["--as", "format_"],
                metavar="FORMAT",
                help=say("Format of the export; otherwise recognised.", "エクスポートの形式。省略時は自動判別。"),
            ),
            click.Option(
                ["--format", "output"],
                type=click.Choice(["text", "json"]),
                default="text",
                help=say("Output; text unless given.", "出力形式。省略時は text。"),
            ),
        ],
    )


def inspect(context: click.Context, export: str, format_: str | None, output: str) -> int:
    """Show the reading; 0 if all of it is sure, else 3."""
    from segcheck.app import reading

    here = settings(context)
    read = reading.read_export(export, format_)
    if output == "json":
        from segcheck.reports import as_json

        answer(as_json.render(as_json.inspection(read.reading, here.run(NAME, {"as": format_}))))
    else:
        from segcheck.reports import as_text

        page = here.page()
        as_text.inspection(page, read.reading)
        answer(page.text())
    return Exit.CLEAN if reading.is_sure(read.reading) else Exit.UNDECIDED
