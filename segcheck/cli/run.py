"""`segcheck run`: the same judgement every morning, kept, and compared with the day before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from segcheck.cli._help import Speaking
from segcheck.cli._judging import end, fail_on_option, format_option, formats, judgement_outputs, made
from segcheck.cli._settings import answer, day_of, settings
from segcheck.lang.columns import printable
from segcheck.lang.words import Say

if TYPE_CHECKING:
    from segcheck.app.running import Ran

NAME = "run"
SUMMARY = (
    "Judge a site, keep the result, and tell what changed since the last run.",
    "サイトを判定して結果を保存し、前回からの変化を示す。",
)


def build(say: Say) -> click.Command:
    """Return the command."""
    fail_on, outputs = fail_on_option(say), format_option(say)
    fail_on.default = None
    fail_on.help = say(
        "Least weight that ends with 1; as site.yaml says, else low.",
        "終了コード 1 とする最低の重大度。省略時は site.yaml の値、なければ low。",
    )
    outputs.help = say(
        f"What `check` makes: {', '.join(formats())}; to a file if a path is given; may be repeated. As site.yaml says unless "
        "given; what changed is shown if none goes to the terminal.",
        f"check と同じ形式: {'、'.join(formats())}。パスを付けるとファイルに書きます。繰り返し指定できます。"
        "省略時は site.yaml の値。端末に出す形式がなければ変化を表示します。",
    )
    return Speaking(
        say,
        NAME,
        callback=click.pass_context(run),
        text=say(
            "Made for a timer: never asks, and prints one line where nothing changed. Takes a stable copy of the site's files "
            "and exports, judges them as `check` does, replays captures of the site that no run has replayed yet, and compares "
            "with the last run: which files changed and whether their meaning did, which packets newly cross or no longer do "
            "and by which lines, which findings are new, back, or mended. Writes its outputs whole or not at all, and keeps "
            "the run in .segcheck/history.db, a chain of hashes (`segcheck history`). Options that are not given are those of "
            "site.yaml, `run:`.\n\n"
            "Tells the channels of site.yaml, `notify:`, what they do not know yet; one that fails is tried again by the next "
            "run.\n\n"
            "Ends as `check` does, with 2 also if something cannot be written, with 5 if another run holds the lock. A run "
            "that fails is kept too, and told; whether a channel fails does not matter to how it ends.",
            "タイマー実行用です。質問せず、変化がなければ 1 行だけ表示します。サイトのファイルの一貫した複写を取り、"
            "check と同じく判定し、まだ再生していないキャプチャを再生して、前回と比べます: どのファイルが変わり意味も変わったか、"
            "どの通信がどの行によって新たに通る・通らなくなったか、どの指摘が新規・再発・解消か。出力は完全な形でのみ書き、"
            "実行はハッシュチェーンとして .segcheck/history.db に保存します (segcheck history)。"
            "指定しないオプションは site.yaml の run: に従います。\n\n"
            "site.yaml の notify: の通知先に、まだ知らせていないことを通知します。失敗した通知は次回に再試行します。\n\n"
            "終了コードは check と同じです。書き込めない場合も 2、別の実行が使用中なら 5 で終わります。"
            "失敗した実行も保存し、通知します。通知の成否は終了コードに影響しません。",
        ),
        params=[
            click.Argument(["site"], metavar="SITE"),
            outputs,
            fail_on,
            click.Option(
                ["--accept-assumptions"],
                is_flag=True,
                default=None,
                help=say("What is proven under assumptions ends with 0.", "前提付きの証明を終了コード 0 とします。"),
            ),
            click.Option(
                ["--time"],
                metavar="DAY",
                help=say(
                    "Judge as of this day (2026-11-10); today in Japan unless given.",
                    "この日付 (2026-11-10) で判定します。省略時は日本の今日。",
                ),
            ),
            click.Option(
                ["--lock-timeout"],
                metavar="SECONDS",
                type=click.FloatRange(min=0),
                default=0.0,
                help=say(
                    "Wait so long for another run to end; 0 unless given.",
                    "別の実行が終わるまで待つ秒数。省略時は 0。",
                ),
            ),
            click.Option(
                ["--no-notify"],
                is_flag=True,
                help=say(
                    "Tell no channel of site.yaml, `notify:`; the next run without this tells it.",
                    "site.yaml の notify: の通知先に送信しません。次にこの指定なしで実行したときに通知します。",
                ),
            ),
        ],
    )


def run(
    context: click.Context,
    site: str,
    formats: tuple[str, ...],  # as `check` calls them
    fail_on: str | None,
    accept_assumptions: bool | None,
    time: str | None,
    lock_timeout: float,
    no_notify: bool,
) -> int:
    """Judge, keep, tell; as `check` ends."""
    from segcheck.app import running
    from segcheck.cli._progress import progress
    from segcheck.reports import run_text

    here = settings(context)
    given = judgement_outputs(formats) if formats else None
    options = {
        "site": site,
        "time": time,
        "fail-on": fail_on,
        "accept-assumptions": "yes" if accept_assumptions else None,
        "no-notify": "yes" if no_notify else None,
    }
    shown: list[str] = []

    def make(ran: Ran) -> Iterator[tuple[str, str | bytes]]:
        outputs = given
        if outputs is None:
            outputs = judgement_outputs(ran.settings.formats, folder=Path(site)) if ran.settings.formats else []
        for path, told in made(here, outputs, ran.result, ran.assessment, site, ran.weakened):
            if path is not None:
                yield path, told
            elif isinstance(told, str):
                shown.append(told)

    asked = running.Asked(
        folder=site,
        run=here.run(NAME, options),
        day=day_of(time, "--time"),
        fail_on=fail_on,
        accept=accept_assumptions or None,
        wait=lock_timeout,
        notify=not no_notify,
    )

    def complain(english: str, japanese: str) -> None:
        here.note(printable(here.say(english, japanese)), important=True)

    with progress(here) as watch:
        found = running.run(asked, make, watch, complain)
    if shown:
        answer("".join(shown))
    elif here.verbosity >= 0 or found.changed:
        page = here.page()
        run_text.result(page, found.result, found.drift, changed=found.changed)
        answer(page.text())
    return end(here, found.ending)
