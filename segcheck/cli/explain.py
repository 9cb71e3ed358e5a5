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
            "Explain a diagnostic code, a verdict, an exit code or a format: what it means, its consequence, what to do.",
            "診断、判定、終了コード、形式の意味、影響、対応を説明します。",
        ),
        params=[
            click.Argument(["name"], metavar="[ID]", required=False),
            click.Option(["--list", "listed"], is_flag=True, help=say("List every id.", "ID の一覧を表示します。")),
        ],
    )


def explain(context: click.Context, name: str | None, listed: bool) -> int:
    """Explain one id, or list all of them."""
    from segcheck.app import explaining
    from segcheck.reports import as_text

    here = settings(context)
    if (name is None) != listed:
        raise BadArguments(
            "explain: give one ID, or --list; nothing was explained.",
            "explain: ID を 1 つ、または --list を指定してください。説明はありません。",
        )
    page = here.page()
    if name is None:
        as_text.contents(page, explaining.contents(here.language))
    else:
        topic = explaining.explain(name, here.language)
        as_text.topic(page, topic.title, topic.paragraphs)
    answer(page.text())
    return Exit.CLEAN
