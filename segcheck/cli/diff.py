"""`segcheck diff`: what a change to the rules newly permits or denies, exactly."""

from __future__ import annotations

import click

from segcheck.cli._help import Speaking
from segcheck.cli._settings import Exit, answer, day_of, settings
from segcheck.errors import BadArguments
from segcheck.lang.words import Say

NAME = "diff"
SUMMARY = (
    "What a change newly permits or denies, by which lines.",
    "変更により新たに許可・拒否される通信と、その行を示す。",
)


def build(say: Say) -> click.Command:
    """Return the command."""
    return Speaking(
        say,
        NAME,
        callback=click.pass_context(diff),
        text=say(
            "Compare two exports of a device, or two site folders, by what their rules mean: order, names and comments do not "
            "matter. Outside what is listed both decide alike.\n\n"
            "With --apply a change is judged before it is made; with --fail-on-widening that stops it where it newly permits "
            "anything.\n\n"
            "Ends with 0 if they mean the same, with 1 if they differ, with 2 if one cannot be used, with 3 if unread lines, "
            "translation or routing keep them from being called equal.",
            "機器の 2 つのエクスポート、または 2 つのサイトを、規則の意味で比較します。順序、名前、コメントの違いは問いません。"
            "示した通信のほかは、どちらも同じ判断をします。\n\n"
            "--apply では変更を投入する前に判定します。--fail-on-widening を付けると、新たに許可される通信があれば"
            "止められます。\n\n"
            "同じ意味なら 0、違えば 1、使えなければ 2、読めない行・変換・経路のため同じと言えなければ 3 で終わります。",
        ),
        params=[
            click.Argument(["old"], metavar="OLD"),
            click.Argument(["new"], metavar="[NEW]", required=False),
            click.Option(
                ["--as", "as_format"], metavar="FORMAT", help=say("Format of the exports.", "エクスポートの形式。")
            ),
            click.Option(["--context", "vdom"], metavar="NAME", help=say("VDOM or vsys.", "VDOM または vsys。")),
            click.Option(
                ["--list", "list_name"], metavar="NAME", help=say("This list only.", "このリストだけを比較します。")
            ),
            click.Option(
                ["--fail-on-widening"],
                is_flag=True,
                help=say(
                    "End with 1 only if something is newly permitted; with 3 if that cannot be told.",
                    "新たに許可される通信があるときだけ 1 で終わります。判定できなければ 3。",
                ),
            ),
            click.Option(
                ["--apply", "commands"],
                metavar="FILE",
                help=say(
                    "In place of NEW: OLD after these typed commands (FortiGate, IOS, ASA, iptables), before anybody types "
                    "them. What cannot be applied exactly is refused.",
                    "NEW の代わりに、コマンドのファイル (FortiGate・IOS・ASA・iptables) を適用した後の OLD と比べます。"
                    "投入前の確認用です。正確に適用できないコマンドは拒否します。",
                ),
            ),
            click.Option(
                ["--applied-to", "kept"],
                metavar="FILE",
                help=say(
                    "With --apply: write the export after the commands there; lines told of it are lines of this file.",
                    "--apply の適用結果を書くファイル。示す行番号はこのファイルのものです。",
                ),
            ),
            click.Option(
                ["--crossings"],
                is_flag=True,
                help=say(
                    "Judge two sites too: which packets newly cross between which places, or no longer do, by which lines.",
                    "2 つのサイトを判定し、どこからどこへの通信がどの行により新たに通る・通らなくなるかも示します。",
                ),
            ),
            click.Option(
                ["--time"],
                metavar="DAY",
                help=say(
                    "With --crossings: as of this day (2026-11-10); today in Japan unless given.",
                    "--crossings の判定日 (2026-11-10)。省略時は日本の今日。",
                ),
            ),
            click.Option(
                ["--format", "output"],
                type=click.Choice(["text", "json"]),
                default="text",
                help=say("Output; text unless given.", "出力形式。省略時は text。"),
            ),
        ],
    )


def diff(
    context: click.Context,
    old: str,
    new: str | None,
    as_format: str | None,
    vdom: str | None,
    list_name: str | None,
    fail_on_widening: bool,
    commands: str | None,
    kept: str | None,
    crossings: bool,
    time: str | None,
    output: str,
) -> int:
    """Show the changes; 0 equal, 1 different, 3 undecided."""
    from segcheck.analysis.comparing import Verdict
    from segcheck.app import diffing
    from segcheck.reports import as_json, diff_json, diff_text

    here = settings(context)
    if (new is None) == (commands is None):
        raise BadArguments(
            "name either NEW or --apply FILE; nothing was compared",
            "NEW か --apply のどちらか一方を指定してください。比較していません",
        )
    if (commands is None and kept is not None) or (commands is not None and crossings):
        raise BadArguments(
            "--applied-to goes with --apply only, and --crossings with two sites; nothing was compared",
            "--applied-to は --apply と、--crossings は 2 つのサイトと一緒に指定してください。比較していません",
        )
    day = day_of(time, "--time")
    if crossings and day is None:
        from segcheck.app import assessing

        day = assessing.today()
    elif day is not None and not crossings:
        raise BadArguments(
            "--time: only of use with --crossings; nothing was compared",
            "--time は --crossings と一緒に指定してください。比較していません",
        )
    found = diffing.diff(
        old,
        new or "",
        format=as_format,
        context=vdom,
        list_name=list_name,
        crossings=day,
        apply=commands,
        keep=kept,
    )
    options = {
        "as": as_format,
        "context": vdom,
        "list": list_name,
        "crossings": "yes" if crossings else None,
        "time": time,
        "apply": commands,
        "applied-to": kept,
        "fail-on-widening": "yes" if fail_on_widening else None,
    }
    weakened = ("--fail-on-widening",) if fail_on_widening else ()
    if output == "json":
        answer(as_json.render(diff_json.difference(found, here.run(NAME, options), weakened)))
    else:
        page = here.page()
        diff_text.difference(page, found, weakened)
        answer(page.text())
    if fail_on_widening and found.verdict is Verdict.DIFFERS and not found.widens:
        return Exit.UNDECIDED if found.unsettled else Exit.CLEAN
    return {Verdict.EQUAL: Exit.CLEAN, Verdict.DIFFERS: Exit.FOUND, Verdict.UNDECIDED: Exit.UNDECIDED}[found.verdict]
