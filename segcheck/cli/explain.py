"""`segcheck explain`: what an id in an output means."""

from __future__ import annotations

import click

from segcheck.cli._help import Speaking
from segcheck.cli._settings import Exit, answer, settings
from segcheck.errors import BadArguments
from segcheck.lang.words import Say

NAME = "explain"
SUMMARY = ("What an id in an output means, and what to do about it.", "出力に現れる ID の意味と対応を説明する。")


def build(say: Say) -> click.Command:
    """Return the command."""
    return Speaking(
        say,
        NAME,
        callback=click.pass_context(explain),
        text=say(
            "Explain a diagnostic code, a verdict, an exit code or a format: what it means, its consequence, what to do.\n\n"
            "A model (alpha, alpha_prime, beta, beta_prime) shows its crossing matrix, model:from:to (alpha:LG:IN) "
            "one cell of it: which register entries may exist there, why, and how sure that is. alpha@R5.3 is an older edition.",
            "診断、判定、終了コード、形式の意味、影響、対応を説明します。\n\n"
            "モデル (alpha、alpha_prime、beta、beta_prime) を指定すると階層間の表を、モデル:開始側:受信側 (alpha:LG:IN) を"
            "指定するとその 1 マスについて、登録してよい種別、理由、確かさを示します。alpha@R5.3 は以前の版です。",
        ),
        params=[
            click.Argument(["name"], metavar="[ID]", required=False),
            click.Option(["--list", "listed"], is_flag=True, help=say("List every id.", "ID の一覧を表示します。")),
        ],
    )


def explain(context: click.Context, name: str | None, listed: bool) -> int:
    """Explain one id, or list all of them."""
    from segcheck.app import explaining, explaining_cells
    from segcheck.reports import as_text, profile_text

    here = settings(context)
    if (name is None) != listed:
        raise BadArguments(
            "explain: give one ID, or --list; nothing was explained.",
            "explain: ID を 1 つ、または --list を指定してください。説明はありません。",
        )
    page = here.page()
    if name is None:
        as_text.contents(page, explaining.contents(here.language))
    elif explaining_cells.about(name) and ":" not in name:
        found = explaining_cells.matrix(name, here.language)
        profile_text.matrix(page, found.title, found.headings, found.rows, found.notes)
    elif explaining_cells.about(name):
        as_text.topic(page, *explaining_cells.cell(name, here.language))
    else:
        topic = explaining.explain(name, here.language)
        as_text.topic(page, topic.title, topic.paragraphs)
    answer(page.text())
    return Exit.CLEAN
