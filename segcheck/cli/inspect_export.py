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
                ["--anomalies"],
                is_flag=True,
                help=say(
                    "Show rules that earlier ones hide (shadowed, redundant) instead; ends with 1 if there are any.",
                    "代わりに、上の規則に隠れて働かない規則を示します。あれば 1 で終わります。",
                ),
            ),
            click.Option(
                ["--format", "output"],
                type=click.Choice(["text", "json"]),
                default="text",
                help=say("Output; text unless given.", "出力形式。省略時は text。"),
            ),
        ],
    )


def inspect(context: click.Context, export: str, format_: str | None, anomalies: bool, output: str) -> int:
    """Show the reading; 0 if all of it is sure, else 3; 1 if hidden rules were asked for and found."""
    from segcheck.app import reading

    here = settings(context)
    read = reading.read_export(export, format_)
    found = reading.hidden_rules(read.reading) if anomalies else {}
    hidden = any(one.because for some in found.values() for one in some)
    if output == "json":
        from segcheck.reports import anomalies_text, as_json

        options = {"as": format_, "anomalies": "yes" if anomalies else None}
        payload = as_json.inspection(read.reading, here.run(NAME, options))
        answer(as_json.render(payload | ({"anomalies": anomalies_text.rows(found)} if anomalies else {})))
    elif anomalies:
        from segcheck.reports import anomalies_text

        page = here.page()
        anomalies_text.section(page, found)
        answer(page.text())
    else:
        from segcheck.reports import as_text

        page = here.page()
        as_text.inspection(page, read.reading)
        answer(page.text())
    if hidden:
        return Exit.FOUND
    undecided = any(found.values()) or not reading.is_sure(read.reading)
    return Exit.UNDECIDED if undecided else Exit.CLEAN
