"""`segcheck doctor`: whether this installation can be relied on."""

from __future__ import annotations

import sys

import click

from segcheck.cli._help import Speaking
from segcheck.cli._settings import Exit, answer, settings
from segcheck.lang.words import Say

NAME = "doctor"
SUMMARY = (
    "Versions, encodings, time zone, write access and a self-test.",
    "版、文字コード、タイムゾーン、書込み、自己診断。",
)


def build(say: Say) -> click.Command:
    """Return the command."""
    return Speaking(
        say,
        NAME,
        callback=click.pass_context(doctor),
        text=say(
            "Show what support asks first, test the set engine and judge bundled sites. Names no user, path or secret. "
            "Ends with 0 if nothing stands in the way, with 3 otherwise.",
            "問合せの際に最初に尋ねられることを表示し、集合演算と見本のサイトの判定で自己診断します。"
            "利用者名、パス、秘密は表示しません。"
            "支障がなければ 0、あれば 3 で終わります。",
        ),
        params=[
            click.Option(
                ["--format", "output"],
                type=click.Choice(["text", "json"]),
                default="text",
                help=say("Output; text unless given.", "出力形式。省略時は text。"),
            ),
        ],
    )


def doctor(context: click.Context, output: str) -> int:
    """Show the facts; 0 if all are good, else 3."""
    from segcheck.app import doctoring

    here = settings(context)
    facts = doctoring.examine(here.language, getattr(sys.stdout, "encoding", None) or "-")
    if output == "json":
        from segcheck.reports import as_json

        answer(as_json.render(as_json.health(facts, here.run(NAME, {}))))
    else:
        from segcheck.reports import as_text

        page = here.page()
        as_text.health(page, facts)
        answer(page.text())
    return Exit.CLEAN if all(fact.good for fact in facts) else Exit.UNDECIDED
