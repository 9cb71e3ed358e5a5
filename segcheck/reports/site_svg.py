"""A site as a picture: SVG with the tiers as bands, segments as rows, devices as columns."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from segcheck.lang.columns import width, wrap
from segcheck.lang.words import Words
from segcheck.model.crossing import Standing
from segcheck.model.site import TopologyDevice, Zone
from segcheck.model.site_words import BUILT_IN_ZONES, DeviceKind, LinkKind, Responsibility, Tier
from segcheck.reports._drawing import INK, Drawing, cut
from segcheck.reports._layout import LEFT, STRIP, TOP, ZONE, Layout, Place, lay_out, measure
from segcheck.reports._site_graph import Row, SiteGraph, Touch, full, label, prefixes
from segcheck.reports._site_verdicts import Verdicts
from segcheck.reports._site_ways import Ways, sign

#: Fill and dark tone of each tier; they differ in brightness too.
_COLOURS = {
    Tier.PUBLIC: ("#eceff1", "#455a64"),
    Tier.SECURITY_CLOUD: ("#e8eaf0", "#455a64"),
    Tier.LGWAN_WAN: ("#e8f0e9", "#33691e"),
    Tier.GOV_CLOUD: ("#e3eef0", "#006064"),
    Tier.JUKI: ("#efe8f2", "#4a148c"),
    Tier.DMZ: ("#e0f4f7", "#006978"),
    Tier.INTERNET: ("#e1effb", "#0d4f8b"),
    Tier.SCHOOL: ("#f0f4e3", "#558b2f"),
    Tier.SANITISE: ("#fdf5dc", "#8a6d00"),
    Tier.LGWAN: ("#e2f2e4", "#1b5e20"),
    Tier.MYNUMBER: ("#f3e5f5", "#6a1b9a"),
    Tier.MANAGEMENT: ("#f1ece8", "#5d4037"),
    Tier.MAINTENANCE: ("#f4efe6", "#6d4c41"),
    Tier.UNKNOWN: ("#f5f5f5", "#616161"),
}
_OUTSIDE = "url(#outside)"
_DEFS = (
    '<pattern id="outside" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<line x1="0" y1="0" x2="0" y2="7" stroke="#90a4ae" stroke-width="1.2"/></pattern>'
)
_DASHES = {LinkKind.TUNNEL: "8 4", LinkKind.UNDERLAY: "2 3"}


def picture(site: SiteGraph, words: Words, verdicts: Verdicts | None = None, ways: Ways | None = None) -> str:
    """Return the SVG.

    verdicts   the pairs of zones that are crossed or undecided, drawn right of the devices
    ways       ways of packets, drawn over segments and devices; the drawing is then an element of a page of HTML
    """
    return _Picture(site, words, verdicts, ways).text()


class _Picture:
    def __init__(self, site: SiteGraph, words: Words, verdicts: Verdicts | None, ways: Ways | None) -> None:
        self.site, self.words, self.verdicts, self.ways = site, words, verdicts, ways
        self.draw = Drawing()
        self.zone = {zone.id: zone for zone in site.zones}
        lanes = verdicts.width(words) if verdicts else 0
        self.at: Layout = lay_out(
            site,
            lambda tier: len(self._tier(tier)) + bool(tier),
            lambda zone: len(self._zone_name(self.zone[zone])) + 1,
            lambda row: len(self._row_lines(row)) + len(self._below(row)),
            lambda name, room: len(self._device_lines(site.site.devices[name], room - 12)) + 1,
            self._device_width,
            self._tag,
            top=TOP + (verdicts.height(words) if verdicts else 0),
            lanes=lanes,
            gutter=max(28.0, ways.gutter()) if ways else 28.0,
        )

    def text(self) -> str:
        self._bands()
        for zone in self.site.zones:
            self._zone(zone)
        for row in self.site.rows:
            self._bus(row)
        if self.ways:
            self.ways.draw(self.draw, self.at)
        for name in self.at.columns:
            self._device(self.site.site.devices[name])
        for row in self.site.rows:
            self._cell(row)
        if self.ways:
            self.ways.badges(self.draw, self.at)
        if self.verdicts:
            self.verdicts.draw(self.draw, self.at, self.words, self.zone)
        title, told = self._head()
        right = max(self.at.right, LEFT + measure(told, 11), LEFT + measure(title, 20))
        bottom = self._legend(right)
        page = self.draw.page if self.ways is None else self.draw.inline
        return page(right + LEFT, bottom + 10, title, f"{told} {self.words('graph.desc')}", _DEFS)

    def _head(self) -> tuple[str, str]:
        site, words = self.site.site, self.words
        days = sorted(e.as_of for d in site.devices.values() for e in d.exports if e.as_of is not None)
        title = words("graph.title", name=site.name)
        told = words(
            "graph.described",
            zones=len(site.zones),
            segments=len(site.segments),
            devices=len(site.devices),
            links=len(site.links),
            as_of=_days(days) or words("graph.no_date"),
        )
        if self.verdicts:
            verdict = self.verdicts.summary(words)
        else:
            verdict = words("graph.ways" if self.ways and self.ways.ways else "graph.no_verdicts")
        self.draw.text(LEFT, 27, title, 20, font_weight="bold")
        self.draw.text(LEFT, 43, told, 11)
        self.draw.text(LEFT, 57, verdict, 11)
        return title, f"{told} {verdict}"

    # --- bands and zones ---------------------------------------------------------------------------------------------

    def _bands(self) -> None:
        for group, place in self.at.bands.items():
            if group:
                fill, dark = _COLOURS[Tier(group)]
                code = Tier(group).short
            else:
                fill, dark, code = "#fafafa", "#424242", ""
            lines = self._tier(group)
            self.draw.open("band", " ".join([code, *lines]).strip())
            self.draw.box(place, fill=fill, stroke=dark, stroke_width=0.8)
            self.draw.box(replace(place, width=STRIP), fill=dark)
            shown = [*([(code, 13)] if code else []), *((line, 10) for line in lines)]
            y = place.middle - sum(size + 3 for _, size in shown) / 2
            for text, size in shown:
                y += size + 3
                middle = {"text_anchor": "middle", "font_weight": "bold", "fill": "#ffffff"}
                self.draw.text(place.x + STRIP / 2, y - 4, cut(text, STRIP - 6, size), size, **middle)
            self.draw.close()

    def _tier(self, tier: str) -> list[str]:
        text = self.words(f"graph.tier.{tier}" if tier else "graph.links")
        if tier and text == Tier(tier).short:
            return []  # the code says it already
        return wrap(text, 16 if width(text) > len(text) else 14)

    def _zone_name(self, zone: Zone) -> list[str]:
        name = self.words(f"graph.zone.{zone.id}") if zone.id in BUILT_IN_ZONES else zone.name or zone.id
        return [cut(line, ZONE - 14, 11) for line in wrap(name, 23)][:3]

    def _zone(self, zone: Zone) -> None:
        place = self.at.zones[zone.id]
        foreign = zone.responsibility is not Responsibility.CITY
        self.draw.open("zone", " ".join(filter(None, (zone.id, zone.name, zone.role))))
        self.draw.box(place, fill="#ffffff", fill_opacity=0.45, stroke=_COLOURS[zone.tier][1], stroke_width=0.7, rx=3)
        if foreign:
            self.draw.box(replace(place, width=ZONE), fill=_OUTSIDE, fill_opacity=0.55, rx=3)
        y = place.y + 14
        for line in self._zone_name(zone):
            self._haloed(place.x + 7, y, line, 11, foreign, font_weight="bold")
            y += 13
        under = zone.id + (f" / {self.words(f'graph.responsibility.{zone.responsibility.value}')}" if foreign else "")
        self._haloed(place.x + 7, y, cut(under, ZONE - 14, 9.5), 9.5, foreign, fill="#45525e")
        self.draw.close()

    def _haloed(self, x: float, y: float, text: str, size: float, halo: bool, **given: object) -> None:
        if halo:
            plain = Place(x - 2, y - size + 1, measure(text, size) + 4, size + 3)
            self.draw.box(plain, fill="#ffffff", fill_opacity=0.85)
        self.draw.text(x, y, text, size, **given)

    # --- rows --------------------------------------------------------------------------------------------------------

    def _row_lines(self, row: Row) -> list[str]:
        """Return what stands in the right part of a row's box, one line each."""
        if row.segment is not None:
            found = [*prefixes(row.segment)] or [self.words("graph.no_prefix")]
            found += [self.words("graph.v6_unsaid")] if row.segment.v6 is None else []
            return found
        if row.link is not None:
            return [self.words(f"graph.link.{row.link.kind.value}")]
        return [self.words("graph.beyond_unknown" if row.zone == "unknown" else "graph.beyond")]

    def _below(self, row: Row) -> list[str]:
        """Return the lines below, which have the whole width: gateways, or what a link carries."""
        gateways = [self.site.site.gateways[name] for name in row.gateways]
        found = [f"{one.id} ({self.words(f'graph.method.{one.method.value}')})" for one in gateways]
        if row.link is not None and row.link.segments:
            found.append(self.words("graph.carries", names=", ".join(row.link.segments)))
        return found

    def _cell(self, row: Row) -> None:
        place = self.at.rows[row.key]
        lines = self._row_lines(row)
        one = row.segment
        name = one.name if one is not None else row.link.name if row.link is not None else ""
        full_text = [row.id, name if name != row.id else "", *lines, *self._below(row)]
        hosts = self.words("graph.hosts", names=", ".join(row.hosts)) if row.hosts else ""
        self.draw.open(row.kind, " | ".join(filter(None, (*full_text, hosts))))
        self.draw.box(place, fill="#ffffff", stroke=INK, stroke_width=0.9, rx=2)
        head = name or row.id
        self.draw.text(place.x + 6, place.y + 16, cut(head, 92, 11), 11, font_weight="bold")
        if name and name != row.id:
            beside = place.x + 104
            self.draw.text(beside, place.y + 16, cut(row.id, 72, 9.5), 9.5, fill="#45525e")
        elif measure(head, 11) > 92:  # a long id has the place of both
            self.draw.box(Place(place.x + 2, place.y + 2, 174, place.height - 4), fill="#ffffff")
            self.draw.text(place.x + 6, place.y + 16, cut(head, 168, 11), 11, font_weight="bold")
        if one is not None and one.vlan is not None:
            self.draw.text(place.x + 180, place.y + 16, f"VLAN {one.vlan}", 9.5)
        y = place.y + 16
        for line in lines:
            self.draw.text(place.x + 240, y, cut(line, place.right - place.x - 244, 10), 10)
            y += 13
        x = place.x + (122 if row.gateways else 104)
        for line in self._below(row):
            if row.gateways:
                points = " ".join(f"{x - 16 + dx:.1f},{y - 4 + dy:.1f}" for dx, dy in _HEXAGON)
                self.draw.add("polygon", points=points, fill="#ffd54f", stroke=INK, stroke_width=1)
            self.draw.text(x, y, cut(line, place.right - x - 4, 10), 10)
            y += 13
        self.draw.close()

    def _bus(self, row: Row) -> None:
        ends = [self.at.lines[touch.device] for touch in self.site.touches if touch.row == row.key]
        if not ends:
            return
        y = self.at.buses[row.key]
        kind = row.link.kind if row.link is not None else None
        given = {"stroke_width": 1.6, "stroke_dasharray": _DASHES.get(kind) if kind else None}
        for offset in (-1.7, 1.7) if kind is LinkKind.TRUNK else (0.0,):
            self.draw.line(self.at.rows[row.key].right, y + offset, max(ends), y + offset, **given)

    # --- devices -----------------------------------------------------------------------------------------------------

    def _device_width(self, name: str) -> float:
        device = self.site.site.devices[name]
        widest = max(measure(line, 9.5) for line in self._device_lines(device, 170))
        return max(measure(name, 12), widest) + 20

    def _device_lines(self, device: TopologyDevice, room: float) -> list[str]:
        words = self.words
        own = device.kind is DeviceKind.HOST
        lines = [words("graph.own_filter") if own else words(f"graph.device.{device.kind.value}")]
        if device.name and device.name != device.id and not own:
            lines = wrap(device.name, max(10, int(room / 5)))[:2]
        lines += [words("graph.members", names=", ".join(device.members))] if device.members else []
        if device.responsibility is not Responsibility.CITY:
            lines.append(words(f"graph.responsibility.{device.responsibility.value}"))
        if device.id in self.site.unread:
            lines.append(words("graph.unread"))
        return [cut(line, room, 9.5) for line in lines]

    def _device(self, device: TopologyDevice) -> None:
        box, x = self.at.boxes[device.id], self.at.lines[device.id]
        touches = self.site.touching(device.id)
        unread = device.id in self.site.unread
        told = (device.id, device.name, *self._device_lines(device, 900.0))
        self.draw.open("device", " | ".join(dict.fromkeys(filter(None, told))))
        heights = [self.at.buses[touch.row] for touch in touches]
        if heights:
            self.draw.add(
                "path",
                d=self._drop(device.id, x, min(*heights, box.y), max(*heights, box.bottom)),
                fill="none",
                stroke=INK,
                stroke_width=1.6,
            )
        for touch in touches:
            self._touch(touch, x)
        self.draw.box(box, fill="#ffffff", rx=4)
        if device.responsibility is not Responsibility.CITY:
            self.draw.box(box, fill=_OUTSIDE, fill_opacity=0.55, rx=4)
        edge = {"stroke": "#b23c00", "stroke_dasharray": "6 3"} if unread else {"stroke": INK}
        self.draw.box(box, fill="none", stroke_width=2, rx=4, **edge)
        y = box.y + 15
        foreign = device.responsibility is not Responsibility.CITY
        self._haloed(box.x + 6, y, cut(device.id, box.width - 10, 12), 12, foreign, font_weight="bold")
        for line in self._device_lines(device, box.width - 12):
            y += 13
            self._haloed(box.x + 6, y, line, 9.5, foreign)
        self.draw.close()

    def _drop(self, name: str, x: float, top: float, bottom: float) -> str:
        """Return the line of a device, with an arch over every row that it passes without standing in it."""
        mine = {touch.row for touch in self.site.touching(name)}
        reach: dict[tuple[str, str], float] = {}
        for touch in self.site.touches:
            reach[touch.row] = max(reach.get(touch.row, 0.0), self.at.lines[touch.device])
        passed = sorted(self.at.buses[row] for row, end in reach.items() if row not in mine and end > x)
        arches = [f"V{y - 5:.1f}a5 5 0 0 1 0 10" for y in passed if top < y - 5 and y + 5 < bottom]
        return "".join([f"M{x:.1f} {top:.1f}", *arches, f"V{bottom:.1f}"])

    def _touch(self, touch: Touch, x: float) -> None:
        y = self.at.buses[touch.row]
        self.draw.open("interface", f"{touch.device}: {full(touch)}")
        self.draw.add("circle", cx=x, cy=y, r=3.6, fill=INK)
        text = label(touch)
        self.draw.text(x + 7, y - 4, text, 10)
        tag = self._tag(touch)
        if tag:
            left = x + 7 + measure(text, 10) + 5
            self.draw.box(Place(left, y - 15, measure(tag, 9) + 8, 13), fill=INK, rx=6)
            self.draw.text(left + 4, y - 5, tag, 9, fill="#ffffff")
        self.draw.close()

    def _tag(self, touch: Touch) -> str:
        link = next(iter(touch.uplinks), None)
        if link is None:
            return ""
        return link.name if link.name and link.name != link.id else self.words(f"graph.link.{link.kind.value}")

    # --- legend ------------------------------------------------------------------------------------------------------

    def _legend(self, right: float) -> float:
        """Draw the legend below everything and return where it ends."""
        x, y = float(LEFT), self.at.bottom + 14
        names = [*_LEGEND, *(("violated", "undecided") if self.verdicts else ())]
        names += [f"way_{one.value}" for one in self.ways.standings] if self.ways else []
        for name in names:
            text = self.words(f"graph.legend.{name}")
            room = 42 + measure(text, 10) + 16
            if x + room > right and x > LEFT:
                x, y = float(LEFT), y + 24
            self._sign(name, x, y)
            self.draw.text(x + 42, y + 4, text, 10)
            x += room
        return y + 14

    def _sign(self, name: str, x: float, y: float) -> None:
        draw, box = self.draw, Place(x + 4, y - 8, 30, 16)
        match name:
            case "device":
                draw.box(box, fill="#ffffff", stroke=INK, stroke_width=2, rx=4)
            case "unread":
                draw.box(box, fill="#ffffff", stroke="#b23c00", stroke_width=2, stroke_dasharray="6 3", rx=4)
            case "outside":
                draw.box(box, fill=_OUTSIDE, stroke=INK, stroke_width=0.7)
            case "gateway":
                points = " ".join(f"{x + 13 + dx},{y + dy}" for dx, dy in _HEXAGON)
                draw.add("polygon", points=points, fill="#ffd54f", stroke=INK, stroke_width=1)
            case "touch":
                draw.line(x + 4, y, x + 19, y, stroke_width=1.6)
                draw.line(x + 19, y - 9, x + 19, y + 9, stroke_width=1.6)
                draw.add("circle", cx=x + 19, cy=y, r=3.6, fill=INK)
            case "hop":
                draw.line(x + 4, y, x + 34, y, stroke_width=1.6)
                path = f"M{x + 19:.1f} {y - 9:.1f}V{y - 5:.1f}a5 5 0 0 1 0 10V{y + 9:.1f}"
                draw.add("path", d=path, fill="none", stroke=INK, stroke_width=1.6)
            case "trunk":
                draw.line(x + 4, y - 1.7, x + 34, y - 1.7, stroke_width=1.6)
                draw.line(x + 4, y + 1.7, x + 34, y + 1.7, stroke_width=1.6)
            case "tunnel":
                draw.line(x + 4, y, x + 34, y, stroke_width=1.6, stroke_dasharray=_DASHES[LinkKind.TUNNEL])
            case "uplink":
                draw.box(Place(x + 4, y - 6, 30, 13), fill=INK, rx=6)
            case "violated" | "undecided" if self.verdicts:
                self.verdicts.sign(draw, name, x, y)
            case "way_violated" | "way_undecided":
                sign(draw, Standing(name.removeprefix("way_")), x, y)


_LEGEND = ("device", "unread", "outside", "gateway", "touch", "hop", "trunk", "tunnel", "uplink")
_HEXAGON = ((0, 0), (3, -5), (9, -5), (12, 0), (9, 5), (3, 5))


def _days(days: list[date]) -> str:
    return " - ".join(dict.fromkeys((days[0].isoformat(), days[-1].isoformat()))) if days else ""
