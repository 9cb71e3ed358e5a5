"""`segcheck matrix`: zone against zone, how each pair stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from segcheck.cli._help import Speaking
from segcheck.cli._settings import Exit, answer, day_of, settings
from segcheck.lang.words import Say

if TYPE_CHECKING:
    from segcheck.model.assessment import Assessment

NAME = "matrix"
SUMMARY = (
    "Zone against zone: how each pair stands.",
    "ゾーン間マトリクスを表示する。",
)


def build(say: Say) -> click.Command:
    """Return the command."""
    return Speaking(
        say,
        NAME,
        callback=click.pass_context(matrix),
        text=say(
            "Judge a site as `check` does and show how each pair of zones stands, without the findings.\n\n"
            "Ends with 0 if every pair is proven, with 1 if something crosses, with 2 if the site's files cannot be used, "
            "with 3 if something is undecided or rests on assumptions.",
            "check と同じ判定を行い、ゾーンの組ごとの判定だけを示します。\n\n"
            "すべて証明できれば 0、越境があれば 1、サイトのファイルが使えなければ 2、"
            "判定不能または前提付きがあれば 3 で終わります。",
        ),
        params=[
            click.Argument(["site"], metavar="SITE"),
            click.Option(
                ["--format", "output"],
                type=click.Choice(["text", "csv", "json"]),
                default="text",
                help=say("Output; text unless given.", "出力形式。省略時は text。"),
            ),
            click.Option(
                ["--time"],
                metavar="DAY",
                help=say(
                    "Judge as of this day; today in Japan unless given.", "この日付で判定します。省略時は日本の今日。"
                ),
            ),
        ],
    )


def matrix(context: click.Context, site: str, output: str, time: str | None) -> int:
    """Show the table; 0 proven, 1 crossed, 3 undecided or assumed."""
    from segcheck.app import assessing
    from segcheck.cli._progress import progress
    from segcheck.reports import as_json, matrix_text

    here = settings(context)
    with progress(here) as tell:
        found = assessing.assess(
            site,
            day=day_of(time, "--time") or assessing.today(),
            only_crossings=True,
            spelt=False,
            progress=tell,
        ).assessment
    if output == "json":
        answer(as_json.render(matrix_text.matrix_json(found, here.run(NAME, {"site": site, "time": time}))))
    elif output == "csv":
        answer(matrix_text.matrix_csv(found))
    else:
        page = here.page()
        matrix_text.matrix(page, found)
        answer(page.text())
    return exit_of(found)


def exit_of(found: Assessment) -> Exit:
    """Return 0 if every pair is proven, 1 if something crosses, 3 if something is undecided or assumed."""
    from segcheck.model.crossing import Standing

    standings = {one.standing for one in found.crossings}
    if Standing.VIOLATED in standings:
        return Exit.FOUND
    return Exit.CLEAN if standings <= {Standing.PROVEN} and standings else Exit.UNDECIDED
