"""Ways over the picture of a site: along its lines, from where they start to where they end, with their numbers."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET

import pytest

from segcheck.app import bundled, graphing
from segcheck.lang.words import load
from segcheck.model.crossing import Standing
from segcheck.reports import _site_graph, site_svg
from segcheck.reports._site_ways import Way, Ways, gathered

SVG = "{http://www.w3.org/2000/svg}"


def way(label="1", start="", hops=(), end="", standing=Standing.VIOLATED):
    return Way(label, f"#F-{label}", f"way <{label}>", standing, start, hops, end)


@pytest.fixture(scope="module")
def graph():
    found = graphing.prepare(str(bundled.sites()["minase"]), verdicts=False)
    return _site_graph.build(found.site, found.unread)


@pytest.fixture(scope="module")
def ends(graph):
    """Two segments at one device, with the interfaces by which."""
    for device in graph.site.devices:
        at = [t for t in graph.touching(device) if t.row[0] == "segment"]
        if len(at) > 1:
            return device, (at[0].row[1], at[0].interfaces[0].name), (at[1].row[1], at[1].interfaces[0].name)
    raise AssertionError("no device between two segments")


def test_a_way_runs_from_segment_through_device_to_segment(graph, ends):
    device, (src, inward), (dst, outward) = ends
    drawn = site_svg.picture(
        graph, load("ja"), ways=Ways(graph, (way(start=src, hops=((device, inward, outward),), end=dst),))
    )
    root = ET.fromstring(drawn)
    group = next(one for one in root.iter(f"{SVG}g") if (one.get("class") or "").startswith("way"))
    (line, _) = group.findall(f"{SVG}path")
    corners = [tuple(map(float, point.split())) for point in re.split("[ML]", line.get("d"))[1:]]

    assert [x == u or y == v for (x, y), (u, v) in itertools.pairwise(corners)] == [True] * (len(corners) - 1)
    assert corners[0][0] < corners[1][0]
    assert corners[-1][0] < corners[-2][0]
    labels = [one for one in root.iter(f"{SVG}a") if one.get("href") == "#F-1"]
    assert len(labels) == 2
    assert "style=" not in drawn
    assert not drawn.startswith("<?xml")


def test_a_way_into_a_device_ends_at_it_and_one_of_unknown_places_is_left_out(graph, ends):
    device, (src, inward), _ = ends
    into = way(start=src, hops=((device, inward, ""),))
    strange = way("2", start="nowhere", hops=(("no-such-device", "", ""),), end="nowhere")
    drawn = site_svg.picture(graph, load("ja"), ways=Ways(graph, (into, strange)))

    assert drawn.count('class="way violated"') == 1
    assert "way &lt;1&gt;" in drawn


def test_ways_that_run_alike_are_one_with_all_their_numbers():
    alike = [way(str(number), "a", (("fw", "x", "y"),), "b") for number in (1, 3, 4, 9)]
    other = way("5", "a", (("fw", "x", "y"),), "c")
    shown, more = gathered([*alike, other, way("6", "c", (), "a")], 2)

    assert [one.label for one in shown] == ["1+3", "5"]
    assert more == 1
    assert gathered(alike[:2], 5)[0][0].label == "1,3"


def test_an_undecided_way_is_dashed_and_the_legend_knows_both(graph, ends):
    device, (src, inward), (dst, outward) = ends
    both = (
        way("1", src, ((device, inward, outward),), dst),
        way("2", dst, ((device, outward, inward),), src, Standing.UNDECIDED),
    )
    drawn = site_svg.picture(graph, load("ja"), ways=Ways(graph, both))

    assert 'stroke-dasharray="6 4"' in drawn
    assert load("ja")("graph.legend.way_undecided") in drawn
    assert load("ja")("graph.legend.way_violated") in drawn
