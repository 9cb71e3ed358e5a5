"""`segcheck graph`: a site as a picture, tiers as bands."""

from __future__ import annotations

import codecs
import sys
from typing import TYPE_CHECKING

import click

from segcheck.cli._help import Speaking
from segcheck.cli._outputs import outputs_of, write_whole
from segcheck.cli._settings import Exit, Settings, answer, day_of, settings
from segcheck.cli.matrix import exit_of
from segcheck.errors import BadArguments
from segcheck.lang.words import Say

if TYPE_CHECKING:
    from segcheck.app.graphing import Drawable

NAME = "graph"
SUMMARY = (
    "Draw a site: tiers as bands, segments, devices, links; SVG or Graphviz.",
    "サイトを図にする (系統の帯、セグメント、機器、回線)。SVG または Graphviz。",
)
_FORMATS = ("svg", "dot")


def build(say: Say) -> click.Command:
    """Return the command."""
    return Speaking(
        say,
        NAME,
        callback=click.pass_context(graph),
        text=say(
            "Draw a site as declared: tiers as horizontal bands, zones and segments as boxes with VLAN and prefixes, devices "
            "with the names of their interfaces, links, gateways; devices whose export is missing are marked, and so is what "
            "others answer for. The SVG needs nothing from outside and is made for A3 landscape or larger sheets.\n\n"
            "With --verdicts the pairs of zones that are crossed or undecided are drawn too, as `matrix` shows them.\n\n"
            "Ends with 0 when the picture is drawn, with 2 if the site's files cannot be used; with --verdicts as `matrix` does.",
            "宣言されたサイトを図にします。系統を横の帯に、ゾーンとセグメントを VLAN・プレフィックス付きの枠に、機器をインター"
            "フェース名とともに描き、回線とゲートウェイ、設定のない機器、他の組織の責任範囲を示します。SVG は外部のものを使わず、"
            "A3 横 (大きいサイトはさらに大きい用紙) に印刷できます。\n\n"
            "--verdicts を付けると、越境可能・判定不能のゾーンの組を matrix と同じ判定で重ねます。\n\n"
            "図ができれば 0、サイトのファイルが使えなければ 2 で終わります。--verdicts のときは matrix と同じです。",
        ),
        params=[
            click.Argument(["site"], metavar="SITE"),
            click.Option(
                ["--format", "formats"],
                multiple=True,
                metavar="FORMAT[=PATH]",
                help=say(
                    "svg or dot, to standard output or a file; may be repeated; svg unless given.",
                    "svg または dot。標準出力またはファイルへ。繰り返し可。省略時は svg。",
                ),
            ),
            click.Option(
                ["--verdicts"],
                is_flag=True,
                help=say("Judge the site and draw the verdicts.", "判定を行い、結果を重ねて描きます。"),
            ),
            click.Option(
                ["--time"],
                metavar="DAY",
                help=say(
                    "With --verdicts: judge as of this day; today in Japan unless given.",
                    "--verdicts のとき、この日付で判定します。省略時は日本の今日。",
                ),
            ),
        ],
    )


def graph(context: click.Context, site: str, formats: tuple[str, ...], verdicts: bool, time: str | None) -> int:
    """Draw the site; 0 drawn, with verdicts 0 proven, 1 crossed, 3 undecided or assumed."""
    from segcheck.app import graphing
    from segcheck.cli._progress import progress

    here = settings(context)
    outputs = outputs_of(formats, _FORMATS)
    if time is not None and not verdicts:
        raise BadArguments(
            "--time: only verdicts depend on the day; nothing was drawn. Add --verdicts",
            "--time: 日付が関係するのは判定だけです。図は作っていません。--verdicts を付けてください",
        )
    with progress(here) as tell:
        found = graphing.prepare(site, verdicts=verdicts, day=day_of(time, "--time"), progress=tell)
    for kind, path in outputs:
        text = _drawn(here, found, kind)
        if path is None:
            answer(_portable(text))
        else:
            write_whole(path, text)
    return Exit.CLEAN if found.assessment is None else exit_of(found.assessment)


def _portable(text: str) -> str:
    """Return text that is right in whatever encoding standard output has: both formats know characters by number."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    if codecs.lookup(encoding).name == "utf-8":
        return text
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _drawn(here: Settings, found: Drawable, kind: str) -> str:
    from segcheck.reports import _site_graph, _site_verdicts, site_dot, site_svg

    verdicts = _site_verdicts.verdicts(found.assessment) if found.assessment else None
    graph = _site_graph.build(found.site, found.unread, verdicts.zones if verdicts else ())
    draw = site_svg.picture if kind == "svg" else site_dot.text
    return draw(graph, here.words, verdicts)
