"""Options that every judging command has: what to tell, which checks to ask, and when to end with 1."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from segcheck.cli._outputs import outputs_of, write_whole
from segcheck.cli._settings import Exit, Settings, answer
from segcheck.errors import BadArguments
from segcheck.lang.columns import printable
from segcheck.lang.words import Say
from segcheck.reports import renderings

if TYPE_CHECKING:
    from segcheck.app.ending import Ending
    from segcheck.model.assessment import Assessment
    from segcheck.reports.as_text import Page

_TOLD = ("text", "summary", "json")
LIST, STRICT = "list", "strict"
_LEVELS = ("critical", "high", "medium", "low", "never")


def formats() -> tuple[str, ...]:
    """Return what a judgement can be told in: for the terminal, whole as JSON, and what is made of that."""
    return (*_TOLD, *renderings.names())


def format_option(say: Say) -> click.Option:
    """Return `--format`, whose values are `formats`."""
    more = "".join(f", {name}" for name in renderings.names())
    more_ja = "".join(f"、{name}" for name in renderings.names())
    return click.Option(
        ["--format", "formats"],
        metavar="FORMAT[=PATH]",
        multiple=True,
        help=say(
            f"text, summary (a line for each finding), json{more}; to a file if a path is given; may be repeated. "
            "text unless given.",
            f"text、summary (指摘ごとに 1 行)、json{more_ja}。パスを付けるとファイルに書きます。繰り返し指定できます。"
            "省略時は text。",
        ),
    )


def judgement_outputs(given: tuple[str, ...], folder: Path = Path()) -> list[tuple[str, str | None]]:
    """Return (format, file) of each output that is asked for; files are relative to `folder`.

    Raises:
        BadArguments: see `outputs_of`; or bytes for the terminal.
    """
    found = outputs_of(given, formats(), folder)
    for kind, path in found:
        if path is None and kind not in _TOLD and renderings.rendering(kind).FORMAT.binary:
            raise BadArguments(
                f"--format {kind}: not for a terminal; nothing was judged. Give it a file: {kind}=PATH",
                f"--format {kind}: 端末には出せません。判定は行っていません。{kind}=パス のようにファイルを指定してください",
            )
    return found


def whole(kind: str) -> bool:
    """Return whether a format is made of the whole result, and not only of what a person is shown."""
    return kind not in ("text", "summary")


def tell(
    here: Settings,
    outputs: Sequence[tuple[str, str | None]],
    *,
    result: Callable[[], Mapping[str, Any]],
    summary: Callable[[Page], None],
    text: Callable[[Page], None],
) -> None:
    """Write a judgement in every format that is asked for; `result` makes its JSON, and is asked for it at most once.

    Raises:
        BadArguments: a file cannot be written.
    """
    document = cache(result)
    for kind, path in outputs:
        told = _made(here, kind, path, document, summary, text)
        if path is not None:
            write_whole(path, told)
        elif isinstance(told, str):
            answer(told)


def made(
    here: Settings,
    outputs: Sequence[tuple[str, str | None]],
    result: Mapping[str, Any],
    assessment: Assessment,
    site: str,
    weakened: tuple[str, ...],
) -> Iterator[tuple[str | None, str | bytes]]:
    """Yield the file, None for the terminal, and the content of every output of a site's judgement that is kept."""
    from segcheck.reports import check_summary, check_text

    for kind, path in outputs:
        yield (
            path,
            _made(
                here,
                kind,
                path,
                lambda: result,
                lambda page: check_summary.summary(page, assessment, site, weakened),
                lambda page: check_text.result(page, assessment, site, weakened),
            ),
        )


def _made(
    here: Settings,
    kind: str,
    path: str | None,
    result: Callable[[], Mapping[str, Any]],
    summary: Callable[[Page], None],
    text: Callable[[Page], None],
) -> str | bytes:
    from segcheck.reports import as_json

    if kind == "json":
        return as_json.render(result())
    if kind not in _TOLD:
        return renderings.rendering(kind).render(result(), here.language)
    page = here.page() if path is None else here.plain_page()
    (summary if kind == "summary" else text)(page)
    return page.text()


def end(here: Settings, ending: Ending) -> Exit:
    """Say what has to be said of how a judgement ends, and return its exit code."""
    for english, japanese in ending.notes:
        here.note(printable(here.say(english, japanese)), important=True)
    return Exit(ending.code)


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
