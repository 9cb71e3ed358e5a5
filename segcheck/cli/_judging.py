"""Options that every judging command has: what to tell, which checks to ask, and when to end with 1."""

from __future__ import annotations

import click

from segcheck.lang.words import Say

FORMATS = ("text", "summary", "json")
LIST, STRICT = "list", "strict"
_LEVELS = ("critical", "high", "medium", "low", "never")


def format_option(say: Say) -> click.Option:
    """Return `--format`, whose values are `formats`."""
    return click.Option(
        ["--format", "formats"],
        metavar="FORMAT[=PATH]",
        multiple=True,
        help=say(
            "text, summary (a line for each finding) or json, to a file if a path is given; may be repeated. "
            "text unless given.",
            "text、summary (指摘ごとに 1 行) または json。パスを付けるとファイルに書きます。繰り返し指定できます。"
            "省略時は text。",
        ),
    )


def fail_on_option(say: Say) -> click.Option:
    """Return `--fail-on`."""
    return click.Option(
        ["--fail-on"],
        type=click.Choice(_LEVELS),
        default="low",
        help=say(
            "Least weight that ends with 1; low unless given.",
            "終了コード 1 とする最低の重大度。省略時は low。",
        ),
    )


def check_options(say: Say) -> tuple[click.Option, click.Option]:
    """Return `--select` and `--ignore`."""
    return (
        click.Option(
            ["--select"],
            metavar="CHECK",
            multiple=True,
            help=say("Ask this check only.", "このチェックだけを行います。"),
        ),
        click.Option(
            ["--ignore"],
            metavar="CHECK",
            multiple=True,
            help=say("Leave this check out.", "このチェックを除きます。"),
        ),
    )


def requirements_option(say: Say, *, strict: bool) -> click.Option:
    """Return `--requirements`, whose values are `requirements`; `strict` only where evidence decides the exit code."""
    if not strict:
        return click.Option(
            ["--requirements"],
            type=click.Choice([LIST]),
            multiple=True,
            help=say("List how the site stands to each requirement.", "要求事項ごとの状況を一覧に示します。"),
        )
    return click.Option(
        ["--requirements"],
        type=click.Choice([LIST, STRICT]),
        multiple=True,
        help=say(
            "list: how the site stands to each requirement. strict: end with 3 while a mandatory requirement lacks "
            "evidence. May be repeated.",
            "list: 要求事項ごとの状況を一覧に示します。strict: 必須の要求事項に証拠不足がある間は 3 で終わります。"
            "繰り返し指定できます。",
        ),
    )
