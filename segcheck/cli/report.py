"""`segcheck report`: a stored result told again, in another format or language, without judging anything."""

from __future__ import annotations

import click

from segcheck.cli._help import Speaking
from segcheck.cli._outputs import outputs_of, write_whole
from segcheck.cli._settings import Exit, answer, settings
from segcheck.errors import BadArguments
from segcheck.lang.words import Say
from segcheck.reports import renderings

NAME = "report"
SUMMARY = (
    "Tell a stored result again, in another format or language.",
    "保存した結果を別の形式・言語で報告する。",
)
_PLUGIN = "plugin"
_ONLY_JUDGED = ("text", "summary")


class _Report(Speaking):
    """The command, whose help says what each format is for."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the formats."""
        formats = [renderings.rendering(name).FORMAT for name in renderings.names()]
        with formatter.section(self.say("Formats", "形式")):
            formatter.write_dl([(one.name, self.say(*one.summary)) for one in formats])


def build(say: Say) -> click.Command:
    """Return the command."""
    names = ", ".join(("json", *renderings.names()))
    return _Report(
        say,
        NAME,
        callback=click.pass_context(report),
        text=say(
            "Make reports of a result that `check`, `replay` or `run` stored as JSON, or of a run in the history of a site. "
            "Nothing is read but that file or history, and nothing is judged: the reports say what the result says, as of "
            "its day. From the history, audit reports also tell since when each finding is there and when it was mended.\n\n"
            "Ends with 0, whatever the result says, or with 2 if the file is no result. With --exit plugin it ends as a "
            "monitoring plugin does: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.",
            "check・replay・run が JSON で保存した結果、またはサイトの履歴にある実行から報告書を作ります。読むのはそのファイルか"
            "履歴だけで、判定はやり直しません。報告の内容は結果の基準日時点のものです。履歴から作る監査の報告書には、各指摘が"
            "いつからあり、いつ是正されたかも載ります。\n\n"
            "結果の内容にかかわらず 0 で、ファイルが結果でなければ 2 で終わります。--exit plugin を付けると監視プラグインと"
            "同じく、0 OK、1 WARNING、2 CRITICAL、3 UNKNOWN で終わります。",
        ),
        params=[
            click.Argument(["result"], metavar="RESULT|SITE"),
            click.Option(
                ["--format", "given"],
                metavar="FORMAT[=PATH]",
                multiple=True,
                help=say(
                    f"{names}; to a file if a path is given; may be repeated. md unless given; text and summary are only "
                    "told by the command that judges.",
                    f"{names}。パスを付けるとファイルに書きます。繰り返し指定できます。省略時は md。text と summary は判定した"
                    "コマンドだけが表示します。",
                ),
            ),
            click.Option(
                ["--run"],
                type=click.IntRange(1),
                metavar="N",
                help=say(
                    "of a SITE: the run with this number; the last one that judged unless given.",
                    "SITE を指定したとき、この番号の実行。省略時は判定を行った最後の実行。",
                ),
            ),
            click.Option(
                ["--kind"],
                type=click.Choice(["audit", "audit-summary", "handover"]),
                help=say(
                    "audit: the audit and self-check report; audit-summary: its edition without addresses, device names and "
                    "paths; handover: for the successor. Give it a file: --format xlsx=PATH, or html=PATH for "
                    "an audit's pages to print.",
                    "audit: 監査・自己点検の報告書。audit-summary: アドレス・機器名・パスを含まない概要版。handover: 引継資料。"
                    "--format xlsx=パス のようにファイルを指定します。監査の報告書は html=パス (印刷用) も選べます。",
                ),
            ),
            click.Option(
                ["--exit", "ending"],
                type=click.Choice(["result", _PLUGIN]),
                default="result",
                help=say(
                    "plugin: end as a monitoring plugin does.", "plugin: 監視プラグインの終了コードで終わります。"
                ),
            ),
        ],
    )


def report(
    context: click.Context, result: str, given: tuple[str, ...], run: int | None, kind: str | None, ending: str
) -> int:
    """Write the reports."""
    from segcheck.app import reporting

    here = settings(context)
    for one in given:
        if one.partition("=")[0] in _ONLY_JUDGED:
            raise BadArguments(
                f"--format {one}: told only by the command that judges; nothing was reported. md is the nearest to it",
                f"--format {one}: 判定したコマンドだけが表示できます。報告は作成していません。近い形式は md です",
            )
    if kind is not None and not given:
        raise BadArguments(
            f"--kind {kind}: a workbook, not for a terminal; nothing was reported. Give it a file: --format xlsx={kind}.xlsx",
            f"--kind {kind}: 端末には出せません。報告は作成していません。"
            f"--format xlsx={kind}.xlsx のようにファイルを指定してください",
        )
    outputs = [(reporting.named(kind, name), path) for name, path in outputs_of(given, reporting.formats())]
    for name, path in outputs:
        if path is None and name != "json" and renderings.rendering(name).FORMAT.binary:
            raise BadArguments(
                f"--format {name}: not for a terminal; nothing was reported. Give it a file: {name}=PATH",
                f"--format {name}: 端末には出せません。報告は作成していません。{name}=パス のようにファイルを指定してください",
            )
    document = reporting.stored(result, run)
    for name, path in outputs:
        told = reporting.told(document, name, here.language)
        if path is not None:
            write_whole(path, told)
        elif isinstance(told, str):
            answer(told)
    if ending == _PLUGIN:
        return reporting.plugin_code(document)
    return Exit.CLEAN
