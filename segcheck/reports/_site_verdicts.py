"""Verdicts over a site's picture: from each zone a lane to the zones that it crosses into, or may cross into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from segcheck.lang.words import Words
from segcheck.model.assessment import Assessment
from segcheck.model.crossing import Standing
from segcheck.model.site import Zone
from segcheck.reports._drawing import Drawing
from segcheck.reports._layout import TOP, Layout, Place, measure
from segcheck.reports.matrix_text import cells

LANE = 24
#: Line of each standing that is drawn: colour, width, dashes, and the sign at its arrows, so that it can be read without colour.
_LINES = {
    Standing.VIOLATED: ("#c62828", 3.0, None, "X"),
    Standing.UNDECIDED: ("#b26a00", 2.2, "5 4", "?"),
}


@dataclass(frozen=True, slots=True)
class Verdicts:
    """How ordered pairs of zones stand: the same cells as in the matrix."""

    standings: Mapping[tuple[str, str], Standing]
    day: date

    @property
    def zones(self) -> frozenset[str]:
        """The zones at the ends of what is drawn."""
        return frozenset(zone for pair, one in self.standings.items() if one in _LINES for zone in pair)

    def lanes(self) -> tuple[tuple[Standing, str, tuple[str, ...]], ...]:
        """Return (standing, from, to) with all that stands alike from one zone in one lane; what is crossed first."""
        found: dict[tuple[Standing, str], list[str]] = {}
        for (src, dst), standing in sorted(self.standings.items()):
            if standing in _LINES:
                found.setdefault((standing, src), []).append(dst)
        return tuple((standing, src, tuple(found[standing, src])) for standing, src in sorted(found, key=_order))

    def width(self, words: Words) -> float:
        """Return how much room the lanes need right of the devices."""
        heads = sum(self._head_width(words, standing) for standing in _LINES)
        return heads + 16 if heads else measure(self._nothing(words), 11) + 8

    def height(self, words: Words) -> float:
        """Return how much room their names need above the bands."""
        return 28 + max((measure(src, 10) for _, src, _ in self.lanes()), default=0)

    def _head_width(self, words: Words, standing: Standing) -> float:
        count = sum(one is standing for one, _, _ in self.lanes())
        return max(count * LANE, measure(words(f"graph.lanes.{standing.value}"), 11) + 12) + 8 if count else 0

    def _nothing(self, words: Words) -> str:
        """Return what is said where there are no lanes: a site that was not judged must not look like one without crossings."""
        return words("graph.no_lanes" if self.standings else "graph.not_judged")

    def summary(self, words: Words) -> str:
        """Return how many pairs stand how."""
        if not self.standings:
            return f"{self.day.isoformat()}: {self._nothing(words)}"
        count = {one: sum(s is one for s in self.standings.values()) for one in Standing}
        return words(
            "graph.verdicts",
            day=self.day.isoformat(),
            violated=count[Standing.VIOLATED],
            undecided=count[Standing.UNDECIDED],
            assumed=count[Standing.PROVEN_ASSUMING],
            proven=count[Standing.PROVEN],
        )

    def draw(self, draw: Drawing, at: Layout, words: Words, zones: Mapping[str, Zone]) -> None:
        """Draw the lanes, each under the name of the zone from which it comes."""
        top = TOP + self.height(words) - 6
        left = at.lanes
        if not self.lanes():
            draw.text(left, top - 4, self._nothing(words), 11, font_weight="bold")
            return
        for standing, (colour, *_) in _LINES.items():
            mine = [lane for lane in self.lanes() if lane[0] is standing]
            if not mine:
                continue
            room = self._head_width(words, standing) - 8
            text = words(f"graph.lanes.{standing.value}")
            draw.box(Place(left, TOP - 2, room, 17), fill=colour, rx=3)
            middle = {"text_anchor": "middle", "font_weight": "bold", "fill": "#ffffff"}
            draw.text(left + room / 2, TOP + 11, text, 11, **middle)
            for index, (_, src, targets) in enumerate(mine):
                x = left + LANE / 2 + index * LANE
                named = ", ".join(zones[one].name or one if one in zones else one for one in targets)
                draw.open(standing.value, f"{text}: {src} > {named}")
                draw.text(x + 4, top, src, 10, transform=f"rotate(-90 {x + 4:.1f} {top:.1f})", font_weight="bold")
                self._lane(draw, at, standing, x, src, targets)
                draw.close()
            left += room + 8

    def _lane(
        self, draw: Drawing, at: Layout, standing: Standing, x: float, src: str, targets: tuple[str, ...]
    ) -> None:
        colour, width, dashes, sign = _LINES[standing]
        start = at.zones[src].middle
        ends = {name: at.zones[name].middle for name in targets}
        halo = {"stroke": "#ffffff", "stroke_width": width + 3}
        for given in (halo, {"stroke": colour, "stroke_width": width, "stroke_dasharray": dashes}):
            draw.line(x, min(start, *ends.values()), x, max(start, *ends.values()), **given)
        draw.add("circle", cx=x, cy=start, r=5.5, fill=colour, stroke="#ffffff", stroke_width=1)
        for end in ends.values():
            way = 1 if end > start else -1
            points = f"{x - 8:.1f},{end - 8 * way:.1f} {x + 8:.1f},{end - 8 * way:.1f} {x:.1f},{end + 6 * way:.1f}"
            fill = colour if standing is Standing.VIOLATED else "#ffffff"
            ink = "#ffffff" if standing is Standing.VIOLATED else colour
            draw.add("polygon", points=points, fill=fill, stroke=colour, stroke_width=1.6)
            draw.text(x, end + (4 if way < 0 else 1), sign, 9, text_anchor="middle", font_weight="bold", fill=ink)

    def sign(self, draw: Drawing, name: str, x: float, y: float) -> None:
        """Draw the sign of the legend."""
        colour, width, dashes, _ = _LINES[Standing(name)]
        draw.line(x + 4, y, x + 26, y, stroke=colour, stroke_width=width, stroke_dasharray=dashes)
        draw.add("circle", cx=x + 6, cy=y, r=5, fill=colour)
        fill = colour if Standing(name) is Standing.VIOLATED else "#ffffff"
        points = f"{x + 24:.1f},{y - 7:.1f} {x + 24:.1f},{y + 7:.1f} {x + 37:.1f},{y:.1f}"
        draw.add("polygon", points=points, fill=fill, stroke=colour, stroke_width=1.6)


def verdicts(found: Assessment) -> Verdicts:
    """Return the standing of every pair of zones that was judged."""
    return Verdicts({pair: cell.standing for pair, cell in cells(found).items()}, found.day)


def _order(one: tuple[Standing, str]) -> tuple[int, str]:
    return -one[0].rank, one[1]
