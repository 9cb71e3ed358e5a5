"""`segcheck schema`: the JSON Schema of an output or input file."""

from __future__ import annotations

import click

from segcheck.cli._help import Speaking
from segcheck.cli._settings import Exit, answer
from segcheck.errors import BadArguments
from segcheck.lang.words import Say

NAME = "schema"
SUMMARY = (
    "Print the JSON Schema of an output or of a file that segcheck reads.",
    "出力や入力ファイルの JSON Schema を表示する。",
)


def build(say: Say) -> click.Command:
    """Return the command."""
    return Speaking(
        say,
        NAME,
        callback=schema,
        text=say(
            "Print the JSON Schema (draft 2020-12) of that name, for editors and for programs that read the output.",
            "その名前の JSON Schema (draft 2020-12) を表示します。エディターや、出力を読むプログラムに使えます。",
        ),
        params=[
            click.Argument(["name"], metavar="[NAME]", required=False),
            click.Option(["--list", "listed"], is_flag=True, help=say("List the names.", "名前の一覧を表示します。")),
        ],
    )


def schema(name: str | None, listed: bool) -> int:
    """Print one schema, or the names of all."""
    from segcheck.app import schemas
    from segcheck.reports import as_json

    if (name is None) != listed:
        names = ", ".join(schemas.names())
        raise BadArguments(
            f"schema: give one name, or --list; nothing was printed. Names: {names}",
            f"schema: 名前を 1 つ、または --list を指定してください。何も出力していません。名前: {names}",
        )
    answer("".join(f"{one}\n" for one in schemas.names()) if name is None else as_json.render(schemas.schema(name)))
    return Exit.CLEAN
