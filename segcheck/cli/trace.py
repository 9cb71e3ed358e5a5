"""`segcheck trace`: every way that one packet may go through a site, with the lines that decide."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import click

from segcheck.cli._help import Speaking
from segcheck.cli._settings import Exit, answer, day_of, settings
from segcheck.errors import BadArguments
from segcheck.lang.words import Say

NAME = "trace"
SUMMARY = (
    "One packet through a site, hop by hop, and the answer to it.",
    "1 つのパケットとその応答を、機器ごとにたどる。",
)
JST = timezone(timedelta(hours=9))
_FIELDS = ("proto", "sport", "dport", "icmp_type", "icmp_code", "tcp_flags", "fragment")


def build(say: Say) -> click.Command:
    """Return the command."""

    def field(option: str, metavar: str, en: str, ja: str) -> click.Option:
        return click.Option([option], metavar=metavar, help=say(en, ja))

    return Speaking(
        say,
        NAME,
        callback=click.pass_context(trace),
        text=say(
            "Follow one packet through a site: at each device the route, the rule that decides with file and line, "
            "translations; where it arrives, what becomes of the answer, whether the register knows of it, and the commands "
            "with which the device itself can be asked.\n\n"
            "A field that is not given may have any value; TCP without --tcp-flags is SYN, ICMP without --icmp-type an echo "
            "request. The sender may use any device on its segment as gateway; --via names one.\n\n"
            "Ends with 0 if the packet surely arrives, 1 if it surely does not, 3 if that is undecided, 2 if the question or "
            "the site cannot be used. Assumptions are taken for granted and named.",
            "1 つのパケットをサイトの中でたどり、機器ごとの経路、決めた規則のファイルと行、アドレス変換、届く場所、応答の行方、"
            "台帳の記載の有無、機器自身に確かめるコマンドを示します。\n\n"
            "指定しない項目は任意の値とみなします。--tcp-flags のない TCP は SYN、--icmp-type のない ICMP はエコー要求です。"
            "送信元は同じセグメントのどの機器でもゲートウェイに使えるものとします。--via で指定できます。\n\n"
            "確実に届けば 0、確実に届かなければ 1、判定不能なら 3、質問やサイトが使えなければ 2 で終わります。"
            "前提は成り立つものとし、結果に示します。",
        ),
        params=[
            click.Argument(["site"], metavar="SITE"),
            click.Option(
                ["--from", "source"],
                metavar="END",
                required=True,
                help=say(
                    "Sender: an address, a host, a segment or a zone.", "送信元: アドレス、ホスト、セグメント、ゾーン。"
                ),
            ),
            click.Option(
                ["--to", "destination"],
                metavar="END",
                required=True,
                help=say(
                    "Receiver: an address, a host, a device or a segment.",
                    "宛先: アドレス、ホスト、機器、セグメント。",
                ),
            ),
            field(
                "--proto",
                "NAME",
                "Protocol: tcp, udp, icmp ... or a number.",
                "プロトコル: tcp、udp、icmp など、または番号",
            ),
            field("--sport", "PORT", "Source port.", "送信元ポート。"),
            field("--dport", "PORT", "Destination port.", "宛先ポート。"),
            field("--icmp-type", "NUMBER", "ICMP type.", "ICMP タイプ。"),
            field("--icmp-code", "NUMBER", "ICMP code.", "ICMP コード。"),
            field("--tcp-flags", "FLAGS", "TCP flags, such as SYN,ACK.", "TCP フラグ (SYN,ACK など)。"),
            field("--fragment", "YES", "yes: a fragment other than the first.", "yes: 先頭以外のフラグメント。"),
            click.Option(
                ["--state"],
                type=click.Choice(["new", "established", "related", "invalid", "untracked"]),
                help=say(
                    "What connection tracking says of it everywhere; otherwise it belongs to no known connection.",
                    "すべての機器での接続の状態。省略時はどの接続にも属さないものとします。",
                ),
            ),
            click.Option(
                ["--in", "inside"],
                metavar="SEGMENT",
                help=say(
                    "Place to send from, where the source address does not say or is forged.",
                    "送信場所。送信元アドレスから分からない場合や、詐称の場合に指定します。",
                ),
            ),
            click.Option(
                ["--via"],
                metavar="DEVICE[:INTERFACE]",
                multiple=True,
                help=say("Hand it to this device; may be repeated.", "最初に渡す機器。繰り返し指定できます。"),
            ),
            click.Option(
                ["--time"],
                metavar="TIME",
                help=say(
                    "Time of the devices' clocks: 2026-11-10T08:30. Its day decides which assumptions and register entries "
                    "count (otherwise today's, Japan).",
                    "機器の時刻: 2026-11-10T08:30。その日付で有効な前提と台帳の記載を使います (省略時は日本の今日)。",
                ),
            ),
            click.Option(
                ["--day"],
                metavar="DAY",
                help=say(
                    "Day whose assumptions and register entries count, where it is not that of --time.",
                    "前提と台帳の記載を数える日付。--time の日付と異なる場合に指定します。",
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


def trace(
    context: click.Context,
    site: str,
    source: str,
    destination: str,
    state: str | None,
    inside: str | None,
    via: tuple[str, ...],
    time: str | None,
    day: str | None,
    output: str,
    **given: str | None,
) -> int:
    """Show the ways; 0 if the packet arrives, 1 if not, 3 if undecided."""
    from segcheck.app import tracing_site
    from segcheck.loaders import packet_table
    from segcheck.model.match import State
    from segcheck.model.trace import Verdict

    here = settings(context)
    minute = packet_table.parse_time_option(time) if time else None
    as_of = day_of(day, "--day") or (_day(time) if time else datetime.now(UTC).astimezone(JST).date())
    fields = {name: text for name in _FIELDS if (text := given.get(name))}
    question = tracing_site.Question(
        source=source,
        destination=destination,
        fields=fields,
        inside=inside or "",
        via=via,
        minute=minute,
        state=State[state.upper()] if state else State.NONE,
    )
    found = tracing_site.trace(site, question, day=as_of)
    options = {
        "from": source,
        "to": destination,
        **fields,
        "in": inside,
        "via": " ".join(via),
        "state": state,
        "time": time,
        "day": day,
    }
    if output == "json":
        from segcheck.reports import as_json, trace_json

        answer(as_json.render(trace_json.tracing(found, here.run(NAME, options))))
    else:
        from segcheck.reports import trace_text

        page = here.page()
        trace_text.tracing(page, found)
        answer(page.text())
    return {Verdict.PERMIT: Exit.CLEAN, Verdict.DENY: Exit.FOUND, Verdict.UNDECIDED: Exit.UNDECIDED}[found.verdict]


def _day(time: str) -> date:
    try:
        return date.fromisoformat(time[:10])
    except ValueError:  # parse_time_option has accepted it
        raise BadArguments(f"--time {time}: no such day", f"--time {time}: その日付はありません") from None
