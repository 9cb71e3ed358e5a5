"""`segcheck replay`: what did cross, in these captures, that nobody permitted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from segcheck.cli._help import Speaking
from segcheck.cli._judging import (
    LIST,
    check_options,
    end,
    fail_on_option,
    format_option,
    judgement_outputs,
    requirements_option,
    tell,
    whole,
)
from segcheck.cli._settings import Settings, day_of, settings
from segcheck.errors import BadArguments
from segcheck.lang.words import Say

if TYPE_CHECKING:
    from segcheck.app.replaying import Judged

NAME = "replay"
SUMMARY = (
    "Judge captures: what did cross, and whether it was what it claims to be.",
    "キャプチャを判定し、実際に越えた通信とその内容を示す。",
)


def build(say: Say) -> click.Command:
    """Return the command."""
    return Speaking(
        say,
        NAME,
        callback=click.pass_context(replay),
        text=say(
            "Read captures (pcap, pcapng, also packed by gzip or zstd; a folder; - for standard input) and compare every "
            "conversation with the site's register, and, where a tap is named, with what the exported rules permit. Each "
            "finding names frames, times and a Wireshark filter; no payload and no names leave the captures.\n\n"
            "A capture proves nothing of what it does not show. Ends with 0 if every frame was accounted for and nothing "
            "forbidden was seen, with 1 if there are findings at or above --fail-on, with 2 if the site or a capture cannot "
            "be used, with 3 if something is undecided or not all could be read.",
            "キャプチャ (pcap、pcapng、gzip・zstd 圧縮も可。フォルダー、または標準入力の -) を読み、すべての会話を台帳と、"
            "地点が分かるものは規則とも突き合わせます。指摘ごとにフレーム番号、時刻、Wireshark のフィルターを示します。"
            "データの中身や名前は出力しません。\n\n"
            "キャプチャは、見えなかった通信について何も証明しません。すべてのフレームの扱いが分かり違反が見えなければ 0、"
            "--fail-on 以上の指摘があれば 1、サイトまたはキャプチャが使えなければ 2、"
            "判定不能または読めない部分があれば 3 で終わります。",
        ),
        params=[
            click.Argument(["site"], metavar="SITE"),
            click.Argument(["captures"], metavar="CAPTURE[@TAP]", nargs=-1, required=True),
            format_option(say),
            fail_on_option(say),
            click.Option(
                ["--time"],
                metavar="DAY",
                help=say(
                    "Waivers and assumptions as of this day (2026-11-10); today in Japan unless given. Packets are judged "
                    "by the register of their own days.",
                    "この日付 (2026-11-10) の例外措置と前提で判定します。省略時は日本の今日。"
                    "パケットはその日の台帳で判定します。",
                ),
            ),
            *check_options(say),
            requirements_option(say, strict=False),
            click.Option(
                ["--evidence"],
                metavar="FILE",
                help=say(
                    "Write the first frames of what was found to this pcapng, cut behind their headers.",
                    "指摘の最初のフレームを、ヘッダーまでに切り詰めてこの pcapng に書きます。",
                ),
            ),
            click.Option(
                ["--with-payload"],
                is_flag=True,
                help=say(
                    "Keep the payload in the evidence, never that of the My Number tier; needs --reason.",
                    "証跡にデータの中身も残します (マイナンバー利用事務系は除く)。--reason が必要です。",
                ),
            ),
            click.Option(
                ["--reason"],
                metavar="TEXT",
                help=say("Why payload is kept; written into the evidence.", "中身を残す理由。証跡に書き込みます。"),
            ),
        ],
    )


def replay(
    context: click.Context,
    site: str,
    captures: tuple[str, ...],
    formats: tuple[str, ...],
    fail_on: str,
    time: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    requirements: tuple[str, ...],
    evidence: str | None,
    with_payload: bool,
    reason: str | None,
) -> int:
    """Show the judgement; 0 nothing forbidden seen, 1 findings, 3 undecided or not all read."""
    from segcheck.app import assessing, capture_names, ending, replaying
    from segcheck.cli._progress import bytes_progress
    from segcheck.reports import replay_summary, replay_text

    here = settings(context)
    outputs = judgement_outputs(formats)
    day = day_of(time, "--time") or assessing.today()
    if with_payload and not evidence:
        raise BadArguments(
            "--with-payload: only of use with --evidence; nothing was judged",
            "--with-payload は --evidence と一緒に指定してください。判定は行っていません",
        )
    with bytes_progress(here) as watch:
        hashes = any(whole(kind) for kind, _ in outputs)
        found = replaying.replay(site, captures, day=day, select=select, ignore=ignore, hashes=hashes, progress=watch)
        if evidence:
            written = replaying.write_evidence(evidence, found, with_payload=with_payload, reason=reason or "")
    if evidence:
        here.note(
            here.say(
                f"segcheck: {evidence}: {written.frames} frames of {written.conversations} conversations"
                + (f"; not read again: {', '.join(written.missing)}" if written.missing else ""),
                f"segcheck: {evidence}: 会話 {written.conversations} 件の {written.frames} フレームを書きました"
                + (f"。読み直せなかったもの: {', '.join(written.missing)}" if written.missing else ""),
            )
        )
    weak = (f"--fail-on {fail_on}",) if fail_on != "low" else ()
    options = {
        "site": site,
        "captures": " ".join(capture_names.shown(one, site) for one in captures),
        "time": time,
        "fail-on": fail_on,
        "select": " ".join(select),
        "ignore": " ".join(ignore),
        "requirements": " ".join(requirements),
        "evidence": evidence,
        "with-payload": "yes" if with_payload else None,
        "reason": reason,
    }
    tell(
        here,
        outputs,
        result=lambda: _result(here, found, options, weak),
        summary=lambda page: replay_summary.summary(page, found.replayed, site, weak),
        text=lambda page: replay_text.result(page, found.replayed, site, weak, requirements=LIST in requirements),
    )
    return end(here, ending.of_captures(found.replayed, fail_on))


def _result(here: Settings, found: Judged, options: Mapping[str, str | None], weak: tuple[str, ...]) -> dict[str, Any]:
    from segcheck.reports import replay_json  # only where it is asked for

    return replay_json.result(found.replayed, found.files, here.run(NAME, options), weak)
