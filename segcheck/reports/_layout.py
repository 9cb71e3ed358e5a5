"""Where everything of a site's picture stands: rows in the bands of their tiers, one column per device.

A segment is a row with a line to the right; a device is a column with a line down, its box in a corridor between two bands.
Nothing shares a cell, so nothing overlaps however large a site is. Lengths are in pixels of the drawing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from segcheck.lang.columns import width
from segcheck.reports._site_graph import Row, SiteGraph, Touch, label

STRIP = 96  # a tier's name
ZONE = 156  # a zone's name
CELL = 396  # a segment's box
LEFT = 12
TOP = 66
ROW = 24
LINE = 13
GAP = 7
BOX = 15  # a device's box: margins
SEARCH = 40  # rounds of moving columns; far more than any site has needed


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + self.height

    @property
    def middle(self) -> float:
        """The height of its middle."""
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Layout:
    """Places by tier ("" is the band of links), zone, row and device; `columns` are the devices from left to right.

    lines   where the line of a device runs down
    buses   at what height the line of a row runs
    size    of all, with room for what the writer adds right (`lanes`) and below
    """

    bands: dict[str, Place]
    zones: dict[str, Place]
    rows: dict[tuple[str, str], Place]
    boxes: dict[str, Place]
    columns: tuple[str, ...]
    lines: dict[str, float]
    buses: dict[tuple[str, str], float]
    lanes: float
    right: float
    bottom: float


def measure(text: str, size: float) -> float:
    """Return about how wide a text is; more rather than less, because nobody knows the font that will be there."""
    narrow = sum(0.86 if c in "mwMW@%" else 0.7 if c.isupper() else 0.6 for c in text if width(c) == 1)
    return size * (narrow + sum(1.02 for c in text if width(c) == 2))


def lay_out(
    site: SiteGraph,
    tier_lines: Callable[[str], int],
    zone_lines: Callable[[str], int],
    row_lines: Callable[[Row], int],
    device_lines: Callable[[str, float], int],
    device_width: Callable[[str], float],
    tag: Callable[[Touch], str],
    *,
    top: float = TOP,
    lanes: float = 0,
    gutter: float = 28,
) -> Layout:
    """Return the places of everything.

    tier_lines, zone_lines, row_lines   how many lines of text a tier's and a zone's name and a segment's box need
    device_width, device_lines          how wide a device's text is, and how many lines its box of that width needs
    tag                     what stands beside an uplink, "" for none
    top                     free height above; `gutter` free width left and `lanes` right of the devices
    """
    order = {row.key: index for index, row in enumerate(site.rows)}
    tiers = list(dict.fromkeys(zone.tier.value for zone in site.zones))
    groups = [*tiers, *([""] if any(not row.zone for row in site.rows) else [])]
    band_of = {zone.id: zone.tier.value for zone in site.zones} | {"": ""}
    touching = {name: site.touching(name) for name in site.site.devices}
    after = {
        name: _corridor([groups.index(band_of[_row(site, t).zone]) for t in touches], len(groups))
        for name, touches in touching.items()
    }
    columns = _ordered([*touching], {n: [order[t.row] for t in ts] for n, ts in touching.items()}, len(order))
    widths = {name: _column(device_width(name), touches, tag) for name, touches in touching.items()}
    heights = {name: BOX + LINE * device_lines(name, widths[name]) for name in touching}

    bands: dict[str, Place] = {}
    zones: dict[str, Place] = {}
    rows: dict[tuple[str, str], Place] = {}
    boxes: dict[str, Place] = {}
    lines: dict[str, float] = {}
    x = LEFT + STRIP + ZONE + CELL + gutter
    lefts = {}
    for name in columns:
        lefts[name] = x
        lines[name] = x + 14
        x += widths[name] + 10
    lane_left = x + 6
    right = lane_left + lanes
    y = top
    for index, group in enumerate(groups):
        start = y
        members = [zone.id for zone in site.zones if zone.tier.value == group] if group else [""]
        for zone in members:
            begin = y
            y += 3
            for row in (row for row in site.rows if row.zone == zone):
                height = max(ROW, LINE * row_lines(row) + 9)
                rows[row.key] = Place(LEFT + STRIP + ZONE, y, CELL, height)
                y += height + 2
            y = max(y + 1, begin + LINE * zone_lines(zone) + 10) if zone else y + 1
            if zone:
                zones[zone] = Place(LEFT + STRIP, begin, right - LEFT - STRIP, y - begin)
            y += 2
        least = start + LINE * tier_lines(group) + 10
        if y < least:
            last = members[-1]
            zones.update({last: replace(zones[last], height=least - 2 - zones[last].y)} if last else {})
            y = least
        bands[group] = Place(LEFT, start, right - LEFT, y - start - 2)
        inside = [name for name in columns if after[name] == index]
        if inside:
            room = max(heights[name] for name in inside)
            for name in inside:
                boxes[name] = Place(lefts[name], y + 7 + (room - heights[name]) / 2, widths[name], heights[name])
            y += room + 14
        else:
            y += GAP
    buses = {key: place.y + min(place.height - 7, 17) for key, place in rows.items()}
    return Layout(bands, zones, rows, boxes, columns, lines, buses, lane_left, right, y)


def _row(site: SiteGraph, touch: Touch) -> Row:
    return next(row for row in site.rows if row.key == touch.row)


def _corridor(bands: Sequence[int], count: int) -> int:
    """Return the band below which a device stands best: as near as can be to all that it touches."""
    last = max(0, count - 2)
    return min(range(last + 1), key=lambda k: (sum(abs(band - k - 0.5) for band in bands), k))


def _column(own: float, touches: Sequence[Touch], tag: Callable[[Touch], str]) -> float:
    labels = [measure(label(t), 10) + (measure(tag(t), 9) + 16 if tag(t) else 0) + 26 for t in touches]
    return max(104.0, own, *labels)


def _ordered(names: list[str], touched: dict[str, list[int]], rows: int) -> tuple[str, ...]:
    """Return the devices from left to right so that few lines cross: a column is moved as long as that helps.

    Rows are bits: the line of a row runs to the last device that touches it, a device's line from its first row to its last.
    """
    masks = {name: sum(1 << row for row in set(touched[name])) for name in names}
    spans = {
        name: (1 << (max(touched[name]) + 1)) - (1 << min(touched[name])) if touched[name] else 0 for name in names
    }

    def cost(order: Sequence[str]) -> tuple[int, int]:
        crossed = length = reach = 0
        for name in reversed(order):
            crossed += (spans[name] & ~masks[name] & reach).bit_count()
            reach |= masks[name]
            length += reach.bit_count()
        return 4 * crossed + length, crossed

    order = sorted(names, key=lambda name: (sum(touched[name]) / len(touched[name]) if touched[name] else rows, name))
    best = cost(order)
    for _ in range(SEARCH):
        before = best
        for name in sorted(names):
            rest = [one for one in order if one != name]
            tries = [[*rest[:at], name, *rest[at:]] for at in range(len(order))]
            found = min(tries, key=lambda one: (cost(one), one != order))
            if cost(found) < best:
                order, best = found, cost(found)
        if best == before:
            break
    return tuple(order)
