"""`segcheck match`: what becomes of given packets."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from segcheck.cli._help import Speaking
from segcheck.cli._settings import Exit, Settings, answer, is_terminal, settings
from segcheck.lang.words import Say

if TYPE_CHECKING:
    from segcheck.model.diagnostic import Diagnostic
    from segcheck.model.result import Matched
    from segcheck.model.source import SourceText

NAME = "match"
SUMMARY = (
    "What becomes of given packets: permit, deny or undecided, by which rule.",
    "パケットごとに許可・拒否・判定不能と、決めた規則を示す。",
)
#: Diagnostics told beside the answers; `inspect` tells all of them.
DIAGNOSTICS_SHOWN = 10


def build(say: Say) -> click.Command:
    """Return the command."""
    return Speaking(
        say,
        NAME,
        callback=click.pass_context(match),
        text=say(
            "Read an exported rule set and answer, for every packet of a table, whether it passes, which rule decides, how it "
            "leaves, and what becomes of the answer to it.\n\n"
            "The table is tab-separated; its first row names the columns, any of: src dst proto sport dport icmp_type icmp_code "
            "tcp_flags state fragment in out list time. An empty cell is open: the verdict then holds for all values, or is "
            "undecided. TCP without tcp_flags is SYN, ICMP without icmp_type an echo request, a packet without state is new.\n\n"
            "EXPORT is a file, or a folder with all files of one device (rules.v4, rules.v6, ipset).",
            "規則のエクスポートを読み、表のパケットごとに、通るか、どの規則が決めるか、どのような姿で出るか、応答が通るかを答えます。\n\n"
            "表はタブ区切りで、最初の行に列名を書きます: src dst proto sport dport icmp_type icmp_code tcp_flags state fragment "
            "in out list time のうち必要なもの。空のセルは任意の値を表し、すべての値で答えが同じでなければ「判定不能」です。"
            "tcp_flags のない TCP は SYN、icmp_type のない ICMP はエコー要求、state のないパケットは新規とみなします。\n\n"
            "EXPORT はファイル、または 1 台分のファイル (rules.v4、rules.v6、ipset など) を置いたフォルダーです。",
        ),
        params=[
            click.Argument(["export"], metavar="EXPORT"),
            click.Option(
                ["--packets"],
                metavar="FILE",
                required=True,
                help=say("Table of packets (TSV); - reads standard input.", "パケットの表 (TSV)。- は標準入力。"),
            ),
            click.Option(
                ["--as", "format_"],
                metavar="FORMAT",
                help=say("Format of the export; otherwise recognised.", "エクスポートの形式。省略時は自動判別。"),
            ),
            click.Option(
                ["--context", "context_name"],
                metavar="NAME",
                help=say("Virtual device (VDOM) to ask.", "対象の仮想機器 (VDOM)。"),
            ),
            click.Option(
                ["--list", "list_name"],
                metavar="NAME",
                help=say(
                    "Ask this list alone, e.g. filter/FORWARD or root/policy; otherwise the packet goes through the device.",
                    "このリストだけに尋ねる (filter/FORWARD、root/policy など)。省略時は機器全体を通します。",
                ),
            ),
            click.Option(
                ["--device-file"],
                metavar="FILE",
                help=say(
                    "Addresses and routes of the device (YAML), for exports without them.",
                    "機器のアドレスと経路 (YAML)。エクスポートに含まれない場合に使います。",
                ),
            ),
            click.Option(
                ["--time"],
                metavar="TIME",
                help=say(
                    "Time of the device's clock for rows without one: 2026-11-10T08:30.",
                    "time 列のない行に使う機器の時刻: 2026-11-10T08:30。",
                ),
            ),
            click.Option(
                ["--format", "output"],
                type=click.Choice(["tsv", "json", "text"]),
                help=say("Output; text on a terminal, otherwise tsv.", "出力形式。端末では text、それ以外では tsv。"),
            ),
        ],
    )


def match(
    context: click.Context,
    export: str,
    packets: str,
    format_: str | None,
    context_name: str | None,
    list_name: str | None,
    device_file: str | None,
    time: str | None,
    output: str | None,
) -> int:
    """Answer about the packets; 0 if every answer is definite, 3 if one is not, 4 if the engines contradict each other."""
    from segcheck.app import matching, reading
    from segcheck.loaders import files, packet_table

    here = settings(context)
    minute = packet_table.parse_time_option(time) if time else None
    table = packet_table.load(files.read_standard_input() if packets == "-" else files.read_text(packets), minute)
    read = reading.read_export(export, format_)
    chosen = reading.choose_device(read.reading, context_name)
    devices = read.reading.devices if chosen is None else (chosen,)
    side: tuple[SourceText, ...] = ()
    if device_file is not None:
        source = files.read_text(device_file)
        side = (source,)
        devices = reading.addressed(devices, source)
    matched = matching.match(devices, table.rows, list_name)

    _notes(here, matched, read.reading.diagnostics)
    if table.passed_over:
        here.note(here.words("match.passed_over", path=table.path, count=table.passed_over))
    kind = output or ("text" if is_terminal(sys.stdout) else "tsv")
    if kind == "json":
        from segcheck.reports import as_json

        options = {"as": format_, "context": context_name, "list": list_name, "device_file": device_file, "time": time}
        answer(as_json.render(as_json.matching(read.reading, matched, table, side, here.run(NAME, options))))
    elif kind == "tsv":
        from segcheck.reports import as_tsv

        answer(as_tsv.matching(matched, table))
    else:
        from segcheck.reports import as_text

        page = here.page()
        as_text.matching(page, matched, table)
        answer(page.text())
    return _exit(here, matched, table.path)


def _notes(here: Settings, matched: Matched, diagnostics: tuple[Diagnostic, ...]) -> None:
    from segcheck.model.diagnostic import Severity
    from segcheck.reports import as_text

    if matched.left_out:
        here.note(here.words("match.left_out", lists=", ".join(matched.left_out)))
    told = [one for one in diagnostics if one.severity is not Severity.NOTE]
    if told:
        page = here.page(sys.stderr)
        as_text.diagnostics(page, told[:DIAGNOSTICS_SHOWN])
        if len(told) > DIAGNOSTICS_SHOWN:
            page.line(here.words("match.more_diagnostics", count=len(told) - DIAGNOSTICS_SHOWN))
        here.note(page.text().rstrip("\n"))


def _exit(here: Settings, matched: Matched, path: str) -> Exit:
    from segcheck.model.trace import Verdict

    defects = [one for one in matched.answers if one.engines_disagree]
    for one in defects:
        message = here.words("diagnostics.engines-disagree.message", row=one.row.line)
        here.note(here.words("match.disagree", path=path, line=one.row.line, message=message), important=True)
    if defects:
        return Exit.INTERNAL
    undecided = any(one.verdict is Verdict.UNDECIDED for one in matched.answers)
    return Exit.UNDECIDED if undecided else Exit.CLEAN
