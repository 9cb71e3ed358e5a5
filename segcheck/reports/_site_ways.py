"""Ways over a site's picture: where the packet of a finding goes, from its segment through the devices to where it arrives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from segcheck.model.crossing import Standing
from segcheck.reports._drawing import Drawing
from segcheck.reports._layout import Layout, Place, measure
from segcheck.reports._site_graph import SiteGraph

Row = tuple[str, str]
Point = tuple[float, float]
#: Colour, width and dashes of each standing: they differ without colour too.
_LINES = {
    Standing.VIOLATED: ("#c62828", 2.2, None),
    Standing.UNDECIDED: ("#8a5300", 2.0, "6 4"),
}
_BADGE = 10.0  # size of the text in it
_APART = 2.6  # between ways that run side by side
_LANES = 5  # beyond so many they share lanes


@dataclass(frozen=True, slots=True)
class Way:
    """What is drawn of one way.

    label   what stands at both ends, short; `link` is where it leads, "" for nowhere
    start   the place that sends: id of a segment, or `public` or `unknown`
    hops    (device, interface by which it comes, by which it leaves, "" if unknown or none)
    end     the place where it arrives; "" where it ends at the last device
    """

    label: str
    link: str
    title: str
    standing: Standing
    start: str
    hops: tuple[tuple[str, str, str], ...]
    end: str

    @property
    def route(self) -> tuple[object, ...]:
        """What ways have in common that are drawn as one."""
        return self.start, tuple(device for device, _, _ in self.hops), self.end, self.standing


@dataclass(frozen=True, slots=True)
class Ways:
    """Ways in the order of their findings; those that the site has no place for are left out."""

    site: SiteGraph
    ways: tuple[Way, ...]

    @property
    def standings(self) -> tuple[Standing, ...]:
        """How the ways stand that are drawn, gravest first."""
        return tuple(one for one in _LINES if any(way.standing is one for way in self.ways))

    def gutter(self) -> float:
        """Return how much room their badges need between segments and devices."""
        rows: dict[Row, float] = {}
        for way in self.ways:
            for row in filter(None, dict.fromkeys((self._row(way.start), self._row(way.end)))):
                rows[row] = rows.get(row, 0.0) + _badge(way.label) + 3
        return 18 + max(rows.values(), default=0.0)

    def draw(self, draw: Drawing, at: Layout) -> None:
        """Draw all ways; where they run side by side they lie next to each other, below the names of interfaces."""
        for index, way in enumerate(self.ways):
            points = _plain(list(self._points(way, at, self._shift(index))))
            if len(points) < 2:
                continue
            colour, width, dashes = _LINES[way.standing]
            draw.open(f"way {way.standing.value}", way.title)
            d = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
            common = {"fill": "none", "stroke_linejoin": "round"}
            draw.add("path", d=d, stroke="#ffffff", stroke_width=width + 1.6, stroke_opacity=0.9, **common)
            draw.add("path", d=d, stroke=colour, stroke_width=width, stroke_dasharray=dashes, **common)
            self._head(draw, points, colour, width)
            draw.close()

    def _shift(self, index: int) -> float:
        return 1.5 + index % _LANES * _APART

    def badges(self, draw: Drawing, at: Layout) -> None:
        """Draw the numbers at both ends of all ways, beside each other where ways begin or end alike."""
        taken: dict[Row, float] = {}
        for index, way in enumerate(self.ways):
            start = self._row(way.start)
            for row in filter(None, dict.fromkeys((start, self._row(way.end)))):
                x = at.rows[row].right + 12 + taken.get(row, 0.0)
                taken[row] = taken.get(row, 0.0) + _badge(way.label) + 3
                _sign(draw, way, x, at.buses[row] + self._shift(index), row == start)

    def _head(self, draw: Drawing, points: Sequence[Point], colour: str, width: float) -> None:
        (x0, y0), (x1, y1) = points[-2:]
        long, wide = 9.0, 4.0 + width / 2
        if y0 == y1:
            way = 1 if x1 > x0 else -1
            corners = ((x1, y1), (x1 - way * long, y1 - wide), (x1 - way * long, y1 + wide))
        else:
            way = 1 if y1 > y0 else -1
            corners = ((x1, y1), (x1 - wide, y1 - way * long), (x1 + wide, y1 - way * long))
        text = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
        draw.add("polygon", points=text, fill=colour, stroke="#ffffff", stroke_width=0.8)

    def _points(self, way: Way, at: Layout, shift: float) -> Iterator[Point]:
        """Yield the corners: along the lines of rows and of devices, as in the picture below."""
        start, end = self._row(way.start), self._row(way.end)
        row = start
        if start is not None:
            yield at.rows[start].right, at.buses[start] + shift
        for number, (device, inward, outward) in enumerate(way.hops):
            if device not in at.lines:
                return
            x = at.lines[device] - shift
            row = row or self._touched(device, inward, None)
            if row is not None:
                yield x, at.buses[row] + shift
            last = number == len(way.hops) - 1
            if last and end is None:
                box = at.boxes[device]
                below = row is not None and at.buses[row] > box.middle
                yield x, box.bottom if below else box.y
                return
            following = "" if last else way.hops[number + 1][0]
            leaves = self._touched(device, outward, end if last else None, following)
            row = leaves if leaves is not None else row
            if row is not None:
                yield x, at.buses[row] + shift
        if end is not None and row is not None:
            if row != end:  # the device hands it on by a line that is not in the picture
                x = at.lines[way.hops[-1][0]] - shift if way.hops else at.rows[row].right + 20
                yield x, at.buses[end] + shift
            yield at.rows[end].right + 1, at.buses[end] + shift

    def _row(self, place: str) -> Row | None:
        return next((row.key for row in self.site.rows if row.id == place and row.kind in ("segment", "beyond")), None)

    def _touched(self, device: str, interface: str, wanted: Row | None, following: str = "") -> Row | None:
        """Return the row at which a device has an interface: the wanted one, one that the next device is at too, or the first."""
        rows = [t.row for t in self.site.touches if t.device == device and interface in {i.name for i in t.interfaces}]
        shared = {t.row for t in self.site.touches if t.device == following}
        if wanted in rows:
            return wanted
        return next((row for row in rows if row in shared), rows[0] if rows else None)


def gathered(ways: Sequence[Way], most: int) -> tuple[tuple[Way, ...], int]:
    """Return the first `most` ways, those that run alike as one with all their labels, and how many more there are."""
    found: dict[tuple[object, ...], list[Way]] = {}
    for way in ways:
        found.setdefault(way.route, []).append(way)
    groups = list(found.values())
    shown = tuple(
        Way(
            label=_joined([way.label for way in group]),
            link=group[0].link,
            title="\n".join(dict.fromkeys(way.title for way in group)),
            standing=group[0].standing,
            start=group[0].start,
            hops=group[0].hops,
            end=group[0].end,
        )
        for group in groups[:most]
    )
    return shown, len(groups) - len(shown)


def _joined(labels: Sequence[str]) -> str:
    return ",".join(labels) if len(labels) <= 3 else f"{labels[0]}+{len(labels) - 1}"


def _plain(points: list[Point]) -> list[Point]:
    """Return the corners of a line without those at which it does not turn."""
    found: list[Point] = []
    for point in points:
        if found and point == found[-1]:
            continue
        if len(found) > 1 and (found[-2][0] == found[-1][0] == point[0] or found[-2][1] == found[-1][1] == point[1]):
            found.pop()
        found.append(point)
    return found


def _badge(label: str) -> float:
    return max(17.0, measure(label, _BADGE) + 8)


def _sign(draw: Drawing, way: Way, x: float, y: float, begins: bool) -> None:
    colour = _LINES[way.standing][0]
    if way.link:
        draw.open("", href=way.link, element="a")
    sure = way.standing is Standing.VIOLATED and begins
    box = Place(x, y - 8, _badge(way.label), 16)
    draw.box(box, fill=colour if sure else "#ffffff", stroke=colour, stroke_width=1.6, rx=8 if begins else 2)
    middle = {"text_anchor": "middle", "font_weight": "bold", "fill": "#ffffff" if sure else colour}
    draw.text(x + box.width / 2, y + 3.6, way.label, _BADGE, **middle)
    if way.link:
        draw.close("a")


def sign(draw: Drawing, standing: Standing, x: float, y: float) -> None:
    """Draw the sign of the legend."""
    colour, width, dashes = _LINES[standing]
    draw.line(x + 4, y, x + 28, y, stroke=colour, stroke_width=width, stroke_dasharray=dashes)
    draw.add("polygon", points=f"{x + 36},{y} {x + 27},{y - 5} {x + 27},{y + 5}", fill=colour)
