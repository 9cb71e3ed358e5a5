"""`segcheck history`: the runs that are kept, what changed between them, and whether anybody touched them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from segcheck.cli._help import HelpContext, Speaking, help_option, write_options, write_usage
from segcheck.cli._outputs import outputs_of, write_whole
from segcheck.cli._settings import Exit, Settings, answer, global_options, settings
from segcheck.lang.columns import printable
from segcheck.lang.words import Say

if TYPE_CHECKING:
    from segcheck.app.history.store import Store
    from segcheck.reports.as_text import Page

NAME = "history"
SUMMARY = (
    "The runs that are kept: list, show, compare, verify, prune, export.",
    "保存した実行の一覧、表示、比較、検証、整理、書き出し。",
)
_TOLD = ("text", "json")


def build(say: Say) -> click.Command:
    """Return the group of commands."""
    return _Group(say)


class _Group(click.Group):
    context_class = HelpContext

    def __init__(self, say: Say) -> None:
        super().__init__(
            name=NAME,
            params=list(global_options(say)),
            help=say(
                "What `segcheck run` has kept. Every entry names the hash of the one before it: an entry that was edited, moved "
                "or taken out is found by `verify`; that the newest ones were cut off shows with --anchor, a hash that an "
                "earlier report or mail printed.",
                "segcheck run が保存した実行です。各記録は直前の記録のハッシュを持つため、"
                "書換え・並べ替え・削除は verify で分かります。"
                "末尾の切取りは、以前の報告書やメールに印字されたハッシュを --anchor に指定すると分かります。",
            ),
            commands=[
                _list(say), _show(say), _diff(say), _verify(say), _prune(say), _export(say)
            ],
            context_settings={"help_option_names": ["-h", "--help"]},
            no_args_is_help=True,
        )  # fmt: skip
        self.say = say

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_usage(self, ctx, formatter, self.say)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_options(self, ctx, formatter, self.say)
        with formatter.section(self.say("Commands", "コマンド")):
            formatter.write_dl([(name, one.short_help or "") for name, one in sorted(self.commands.items())])

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        return help_option(super().get_help_option(ctx), self.say)


def _command(
    say: Say, name: str, callback: Callable[..., int], text: tuple[str, str], *params: click.Parameter
) -> click.Command:
    made = Speaking(
        say,
        name,
        callback=click.pass_context(callback),
        text=say(*text),
        params=[click.Argument(["site"], metavar="SITE"), *params],
    )
    made.short_help = say(*(one.partition("\n\n")[0] for one in text))
    return made


def _format(say: Say) -> click.Option:
    return click.Option(
        ["--format", "formats"],
        metavar="FORMAT[=PATH]",
        multiple=True,
        help=say(
            "text or json; to a file if a path is given; may be repeated. text unless given.",
            "text または json。パスを付けるとファイルに書きます。繰り返し指定できます。省略時は text。",
        ),
    )


@contextmanager
def _opened(site: str) -> Iterator[Store]:
    from segcheck.app.history import places, store

    with store.opened(places.history_of(site)) as history:
        yield history


def _tell(
    here: Settings, formats: tuple[str, ...], document: Callable[[], dict[str, Any]], text: Callable[[Page], None]
) -> None:
    for kind, path in outputs_of(formats, _TOLD):
        if kind == "json":
            from segcheck.reports import as_json

            told = as_json.render(document())
        else:
            page = here.page() if path is None else here.plain_page()
            text(page)
            told = page.text()
        if path is None:
            answer(told)
        else:
            write_whole(path, told)


# ---- list


def _list(say: Say) -> click.Command:
    text = (
        "List the runs: when, how they ended, what they found, whether anything changed, and their hash.",
        "実行の一覧: 終了時刻、判定、指摘、変化の有無、ハッシュ。",
    )
    last = click.Option(
        ["--last"],
        metavar="COUNT",
        type=click.IntRange(min=1),
        help=say("Only the last so many.", "最後の何件か。"),
    )
    return _command(say, "list", listed, text, _format(say), last)


def listed(context: click.Context, site: str, formats: tuple[str, ...], last: int | None) -> int:
    """List the runs."""
    from segcheck.reports import history_text

    here = settings(context)
    with _opened(site) as history:
        rows = history.runs()
        _, head = history.head()
    rows = rows[-last:] if last else rows

    def document() -> dict[str, Any]:
        from segcheck.reports import history_json

        return history_json.runs(rows, head, here.run(NAME, {"action": "list", "site": site}))

    _tell(here, formats, document, lambda page: history_text.runs(page, rows, site))
    return Exit.CLEAN


# ---- show


def _show(say: Say) -> click.Command:
    text = (
        "Print the result of a run as JSON, as it was kept; the last one that judged unless a number is given.",
        "保存した結果を JSON で表示します。番号を省くと、最後に判定した実行です。",
    )
    run = click.Argument(["run"], metavar="[RUN]", required=False, type=click.IntRange(min=1))
    return _command(say, "show", show, text, run)


def show(context: click.Context, site: str, run: int | None) -> int:
    """Print a result."""
    from segcheck.errors import BadArguments
    from segcheck.reports import as_json

    here = settings(context)
    with _opened(site) as history:
        number = run or history.last()
        result = history.result(number) if number is not None else None
        notes = history.notes(number) if number is not None else ()
    for japanese, english in notes:
        here.note(
            printable(here.say(f"segcheck: run {number}: {english}", f"segcheck: 実行 {number}: {japanese}")),
            important=True,
        )
    if result is None:
        raise BadArguments(
            f"{site}: no result is kept of run {number or '-'}; nothing was printed. See segcheck history list {site}",
            f"{site}: 実行 {number or '-'} の結果は保存されていません。segcheck history list {site} で確かめてください",
        )
    answer(as_json.render(result))
    return Exit.CLEAN


# ---- diff


def _diff(say: Say) -> click.Command:
    text = (
        "Tell what changed from one run to another: files, which packets cross, findings.\n\nEnds with 0 if nothing did, else "
        "with 1.",
        "2 つの実行の間の変化を示します: ファイル、通信、指摘。\n\n変化がなければ 0、あれば 1 で終わります。",
    )
    numbers = [click.Argument([name], metavar=name.upper(), type=click.IntRange(min=1)) for name in ("old", "new")]
    return _command(say, "diff", diff, text, *numbers, _format(say))


def diff(context: click.Context, site: str, old: int, new: int, formats: tuple[str, ...]) -> int:
    """Compare two runs."""
    from segcheck.app.history import telling
    from segcheck.reports import history_json, history_text

    here = settings(context)
    with _opened(site) as history:
        found = telling.compared(history, old, new)
    options = {"action": "diff", "site": site, "old": old, "new": new}
    _tell(
        here,
        formats,
        lambda: history_json.comparison(found.drift, new, here.run(NAME, options)),
        lambda page: history_text.comparison(page, found.drift, new, found.result),
    )
    return Exit.CLEAN if found.drift.empty else Exit.FOUND


# ---- verify


def _verify(say: Say) -> click.Command:
    text = (
        "Tell whether the history is as it was written.\n\nEnds with 0 if it is, with 1 if something was edited, moved, taken "
        "out or cut off.",
        "履歴が書かれたままかを検証します。\n\n異常がなければ 0、書換え・並べ替え・削除・切取りがあれば 1 で終わります。",
    )
    anchor = click.Option(
        ["--anchor"],
        metavar="HASH",
        default="",
        help=say(
            "A hash that an earlier report, mail or log showed; its first 12 digits or more.",
            "以前の報告書・メール・ログに印字されたハッシュ (先頭 12 桁以上)。",
        ),
    )
    return _command(say, "verify", verify, text, anchor, _format(say))


def verify(context: click.Context, site: str, anchor: str, formats: tuple[str, ...]) -> int:
    """Check the chain."""
    from segcheck.app.history import verifying
    from segcheck.errors import BadArguments
    from segcheck.reports import history_json, history_text

    here = settings(context)
    if anchor and not (12 <= len(anchor) <= 64 and set(anchor.lower()) <= set("0123456789abcdef")):
        raise BadArguments(
            f"--anchor {anchor}: not 12 to 64 hexadecimal digits; nothing was checked",
            f"--anchor {anchor}: 16 進数 12〜64 桁ではありません。検証していません",
        )
    with _opened(site) as history:
        found = verifying.verified(history, anchor)
    told = found.entries, found.head, found.anchored, found.faults
    _tell(
        here,
        formats,
        lambda: history_json.verification(*told, here.run(NAME, {"action": "verify", "site": site, "anchor": anchor})),
        lambda page: history_text.verification(page, *told),
    )
    return Exit.FOUND if found.faults else Exit.CLEAN


# ---- prune


def _prune(say: Say) -> click.Command:
    text = (
        "Drop the documents of old runs. The chain keeps an entry that says so, and still verifies.",
        "古い実行の文書を削除します。削除したことは記録に残り、検証も引き続きできます。",
    )
    keep = click.Option(
        ["--keep-runs"], metavar="COUNT", type=click.IntRange(min=1),
        help=say("Keep so many; site.yaml `keep` or 400 unless given.", "残す件数。省略時は site.yaml の keep か 400。"),
    )  # fmt: skip
    days = click.Option(
        ["--keep-days"], metavar="DAYS", type=click.IntRange(min=1),
        help=say("Keep so many days; site.yaml `keep` or 1825 unless given.", "残す日数。省略時は site.yaml の keep か 1825。"),
    )  # fmt: skip
    return _command(say, "prune", prune, text, keep, days)


def prune(context: click.Context, site: str, keep_runs: int | None, keep_days: int | None) -> int:
    """Drop old documents."""
    from segcheck.app import assessing, validating
    from segcheck.app.history import places, pruning, store

    here = settings(context)
    runs, days = keep_runs or 400, keep_days or 1825
    if keep_runs is None or keep_days is None:
        found = validating.validate(site)
        if found.site is not None:
            kept = found.site.settings.run.keep
            runs, days = keep_runs or kept[0], keep_days or kept[1]
    path = places.history_of(site)
    if not path.is_file():
        store.opened(path)  # says that there is none
    with places.held(path, 0), store.opened(path) as history:
        at = here.started.isoformat(timespec="seconds")
        pruned = pruning.prune(history, keep=runs, days=days, today=assessing.today(), at=at)
    words = here.words
    shown = ", ".join(map(str, pruned.runs[:20])) + (", …" if len(pruned.runs) > 20 else "")
    dropped = words("history.dropped", count=len(pruned.runs), runs=shown, hash=pruned.hash)
    answer((dropped if pruned.runs else words("history.kept")) + "\n")
    return Exit.CLEAN


# ---- export


def _export(say: Say) -> click.Command:
    text = (
        "Write the whole chain to a JSON file, from which others can work it out again; with --results the results too.",
        "チェーン全体を JSON ファイルに書き出します。第三者が検算できます。--results で結果も含めます。",
    )
    path = click.Argument(["path"], metavar="FILE")
    results = click.Option(
        ["--results"], is_flag=True, help=say("Every result that is kept, too.", "保存している結果も含めます。")
    )
    return _command(say, "export", export, text, path, results)


def export(context: click.Context, site: str, path: str, results: bool) -> int:
    """Write the chain."""
    from segcheck.reports import as_json, history_json

    here = settings(context)
    with _opened(site) as history:
        entries = [*history.entries()]
        kept = [history.result(one.run) for one in history.runs()] if results else []
    told = [one for one in kept if one is not None]
    outputs_of((f"json={Path(path)}",), _TOLD)  # says where no file can be written
    document = history_json.export(entries, told, here.run(NAME, {"action": "export", "site": site}))
    write_whole(path, as_json.render(document))
    here.note(here.words("history.exported", path=path, entries=len(entries), results=len(told)))
    return Exit.CLEAN
