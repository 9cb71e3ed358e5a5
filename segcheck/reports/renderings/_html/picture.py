"""The network of the page, with the ways of its findings, or the pairs of zones between which something was seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from segcheck.lang.words import Words
from segcheck.model.crossing import Standing
from segcheck.reports import site_svg
from segcheck.reports._network_block import site_of
from segcheck.reports._site_graph import build
from segcheck.reports._site_verdicts import Verdicts
from segcheck.reports._site_ways import Way, Ways, gathered
from segcheck.reports.renderings._html.findings import Shown, only_seen

#: Ways that one picture can carry.
MOST = 8


@dataclass(frozen=True, slots=True)
class Picture:
    """The drawing, how many ways are in it, how many more findings have, and whether it shows what was seen of zones."""

    svg: Any
    drawn: int
    more: int
    seen: bool


def picture(words: Words, result: Mapping[str, Any], shown: Mapping[str, Shown]) -> Picture | None:
    """Return the drawing of the declared network, None for a result without it."""
    if "network" not in result:
        return None
    from markupsafe import Markup

    site, unread = site_of(result["network"], result["site"])
    found = sorted(_ways(shown), key=lambda way: way.standing is not Standing.VIOLATED)
    ways, more = gathered(found, MOST)
    seen = None
    needed = {end for way in ways for end in (way.start, way.end)} & {"public", "unknown"}
    if only_seen(result):
        standings = {(o["src_zone"], o["dst_zone"]): Standing(o["verdict"]) for o in result["crossings"]}
        seen = Verdicts(standings, date.fromisoformat(result["day"]))
        needed |= seen.zones
    graph = build(site, unread, needed)
    drawn = site_svg.picture(graph, words, seen, Ways(graph, ways))
    return Picture(Markup(drawn), len(ways), more, bool(seen and seen.lanes()))  # noqa: S704 - every name in it is escaped where it is drawn


def _ways(shown: Mapping[str, Shown]) -> Iterator[Way]:
    for one in shown.values():
        witness = next((e for e in one.raw["evidence"] if e["kind"] == "witness" and e["paths"]), None)
        if witness is None or one.state not in ("violated", "undecided"):
            continue
        path = witness["paths"][0]
        delivered = path["delivered"]
        yield Way(
            label=str(int(one.id[2:])),
            link=f"#{one.id}",
            title=f"{one.id} {one.title}: {one.raw['subject']}",
            standing=Standing(one.state),
            start=witness["place"],
            hops=tuple((hop["device"], hop["in"] or "", hop["out"] or "") for hop in path["hops"]),
            end=delivered["id"] if delivered is not None and delivered["kind"] != "device" else "",
        )
