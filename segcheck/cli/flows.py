"""`segcheck flows`: the conversations in captures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

from segcheck.cli._help import Speaking
from segcheck.cli._settings import Exit, Settings, answer, settings
from segcheck.lang.words import Say

if TYPE_CHECKING:
    from segcheck.app.zoning import Zones
    from segcheck.captures.reading import Read

NAME = "flows"
SUMMARY = (
    "The conversations in captures: who opened them, how far they went.",
    "キャプチャーに含まれる通信を、開始側と経過とともに示す。",
)
FORMATS = ("text", "json", "csv")


def build(say: Say) -> click.Command:
    """Return the command."""
    return Speaking(
        say,
        NAME,
        callback=click.pass_context(flows),
        text=say(
            "Read captures (pcap, pcapng, also packed by gzip or zstd; folders; - for standard input) and list their "
            "conversations, without judging them. Every frame is accounted for. Names and payload are never shown.\n\n"
            "Ends with 0, or with 2 if a capture cannot be read.",
            "キャプチャー (pcap、pcapng。gzip、zstd 圧縮も可。フォルダー、標準入力 - も可) を読み、通信を一覧にします。"
            "判定はしません。すべてのフレームの扱いを示します。名前や中身は出力しません。\n\n"
            "読めれば 0、読めなければ 2 で終わります。",
        ),
        params=[
            click.Argument(["captures"], metavar="CAPTURE...", nargs=-1, required=True),
            click.Option(
                ["--site"],
                metavar="SITE",
                help=say(
                    "Name the zones of both ends by this site's topology; captures may then be CAPTURE@TAP.",
                    "このサイトのトポロジで両端のゾーンを示します。キャプチャーに @地点 を付けられます。",
                ),
            ),
            click.Option(
                ["--format", "formats"],
                multiple=True,
                metavar="F[=PATH]",
                help=say(
                    "text, json or csv; to a file with =PATH; may be repeated. text unless given.",
                    "text、json、csv。=パス でファイルへ。複数指定可。省略時は text。",
                ),
            ),
        ],
    )


def flows(context: click.Context, captures: tuple[str, ...], site: str | None, formats: tuple[str, ...]) -> int:
    """List the conversations; 0."""
    from segcheck.captures import reading
    from segcheck.cli._outputs import outputs_of, write_whole
    from segcheck.cli._progress import bytes_progress

    here = settings(context)
    outputs = outputs_of(formats, FORMATS)
    zones: Zones | None = None
    named = [(path, "") for path in captures]
    if site is not None:
        from segcheck.app import zoning

        zones, named = zoning.zones(site, captures)
    with bytes_progress(here) as tell:
        found = reading.read(named, progress=tell)
    options = {"captures": " ".join(captures), "site": site}
    for kind, path in outputs:
        if path is not None:
            write_whole(path, "".join(_pieces(here, found, zones, kind, options, terminal=False)))
            continue
        for piece in _pieces(here, found, zones, kind, options, terminal=True):
            answer(piece)
    return Exit.CLEAN


def _pieces(
    here: Settings, found: Read, zones: Zones | None, kind: str, options: Mapping[str, object], *, terminal: bool
) -> Iterator[str]:
    """Yield the listing in pieces."""
    if kind == "json":
        from segcheck.reports import flows_json

        yield from flows_json.flows(found, here.run(NAME, options), zones)
    elif kind == "csv":
        from segcheck.reports import flows_csv

        yield from flows_csv.flows(found, zones)
    else:
        from segcheck.reports import flows_text

        page = here.page() if terminal else here.plain_page()
        flows_text.flows(page, found)
        yield page.text()
