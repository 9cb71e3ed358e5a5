"""The picture of a site: nothing missing, nothing overlapping, nothing from outside."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from segcheck.app import bundled, graphing
from segcheck.lang.words import load
from segcheck.model.crossing import Standing
from segcheck.reports import _site_graph, _site_verdicts, site_dot, site_svg
from segcheck.reports._layout import measure
from tests.loaders.site import cities

SVG = "{http://www.w3.org/2000/svg}"
CITIES = sorted(bundled.sites())
LANGUAGES = ("en", "ja")


def drawn(site, unread=(), language="en", standings=None):
    verdicts = None if standings is None else _site_verdicts.Verdicts(standings, date(2026, 11, 28))
    graph = _site_graph.build(site, unread, verdicts.zones if verdicts else ())
    return site_svg.picture(graph, load(language), verdicts)


def city(name):
    return graphing.prepare(str(bundled.sites()[name]), verdicts=False)


def small(tmp_path, **texts):
    return graphing.prepare(cities.write(tmp_path, **texts), verdicts=False)


def every_pair(site):
    """Verdicts as bad as can be: everything crosses or is undecided, the built-in zones too."""
    zones = [*site.zones, "public", "unknown"]
    bad = (Standing.VIOLATED, Standing.UNDECIDED)
    return {(a, b): bad[(i + j) % 2] for i, a in enumerate(zones) for j, b in enumerate(zones) if a != b}


def told(svg):
    return [element.text for element in ET.fromstring(svg.encode()).iter() if element.text and element.text.strip()]


def box(text):
    """Return the space that a text takes: as wide as an unfavourable font makes it."""
    x, y, size = (float(text.get(key)) for key in ("x", "y", "font-size"))
    wide = measure(text.text, size)
    if text.get("transform"):
        return x - size * 0.8, y - wide, x, y
    left = x - wide / 2 if text.get("text-anchor") == "middle" else x
    return left, y - size * 0.75, left + wide, y + size * 0.1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CITIES)
@pytest.mark.parametrize("judged", [False, True])
def test_no_text_overlaps_another_or_leaves_the_sheet(name, language, judged):
    found = city(name)
    svg = drawn(found.site, found.unread, language, every_pair(found.site) if judged else None)
    root = ET.fromstring(svg.encode())
    _, _, width, height = map(float, root.get("viewBox").split())
    boxes = [(one.text, box(one)) for one in root.iter(f"{SVG}text")]

    assert len(boxes) > 40
    assert [t for t, (x1, y1, x2, y2) in boxes if x1 < 0 or y1 < 0 or x2 > width or y2 > height] == []
    assert [
        (a, b)
        for i, (a, (x1, y1, x2, y2)) in enumerate(boxes)
        for b, (u1, v1, u2, v2) in boxes[:i]
        if x1 < u2 and u1 < x2 and y1 < v2 and v1 < y2
    ] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CITIES)
def test_text_stays_in_its_box(name, language):
    found = city(name)
    root = ET.fromstring(drawn(found.site, found.unread, language).encode())
    outside, seen = [], 0
    for group in root.iter(f"{SVG}g"):
        if group.get("class") not in ("band", "zone", "segment", "link", "beyond", "device"):
            continue
        frame = group.findall(f"{SVG}rect")[0]
        x, y, wide, high = (float(frame.get(key)) for key in ("x", "y", "width", "height"))
        for text in group.findall(f"{SVG}text"):
            x1, y1, x2, y2 = box(text)
            seen += 1
            if x1 < x or y1 < y or x2 > x + wide or y2 > y + high:
                outside.append(text.text)

    assert seen > 30
    assert outside == []


@pytest.mark.parametrize("name", CITIES)
def test_everything_of_the_site_is_there(name):
    found = city(name)
    svg = drawn(found.site, found.unread)
    shown = "\n".join(told(svg))

    for segment in found.site.segments.values():
        assert segment.id in shown
        assert all(prefix in shown for prefix in _site_graph.prefixes(segment))
        assert segment.vlan is None or f"VLAN {segment.vlan}" in shown
    for device in found.site.devices.values():
        assert device.id in shown
        for one in device.interfaces:
            assert not one.enabled or re.search(rf"(^|[ ,:]){re.escape(one.name)}\b", shown, re.MULTILINE)
    assert all(gateway in shown for gateway in found.site.gateways)
    assert sum(text == "no readable export" for text in told(svg)) == len(found.unread)


@pytest.mark.parametrize("name", CITIES)
def test_nothing_comes_from_outside(name):
    found = city(name)
    root = ET.fromstring(drawn(found.site, found.unread, "ja").encode())

    assert {e.tag.removeprefix(SVG) for e in root.iter()} <= {
        *("svg", "title", "desc", "defs", "pattern", "g", "rect", "line", "path", "circle", "polygon", "text")
    }
    references = [v for e in root.iter() for v in e.attrib.values() if "url(" in v or "://" in v]
    assert set(references) <= {"url(#outside)"}
    assert [e.attrib for e in root.iter() if any("href" in key or key.startswith("on") for key in e.attrib)] == []


def test_names_cannot_break_out_of_the_picture(tmp_path):
    found = small(tmp_path)
    bad = '</text><script>x</script>&"\x1b\u202e\uffff'
    zones = {"lg": replace(found.site.zones["lg"], name=bad), "in": found.site.zones["in"]}
    site = replace(found.site, name=bad, zones=zones)

    svg = drawn(site)
    dot = site_dot.text(_site_graph.build(site, ()), load("en"))

    assert not [e for e in ET.fromstring(svg.encode()).iter() if "script" in e.tag]
    assert "\x1b" not in svg + dot
    assert '&\\"' in dot


def test_a_device_without_a_readable_export_and_what_others_answer_for_are_marked(tmp_path):
    text = cities.TOPOLOGY.replace("lg: {tier: lgwan}", "lg: {tier: lgwan, responsibility: jlis}")
    found = small(tmp_path, topology=text)
    svg = drawn(found.site, found.unread)

    assert found.unread == {"fw"}
    assert "no readable export" in told(svg)
    assert "lg / J-LIS" in told(svg)
    assert "no readable export" not in told(drawn(found.site, ()))


def test_an_interface_that_leads_nowhere_leads_to_the_unknown(tmp_path):
    text = cities.TOPOLOGY.replace("    routes:", "      port3: {}\n    routes:")
    found = small(tmp_path, topology=text)

    assert any("leads nowhere in the topology" in text for text in told(drawn(found.site)))
    assert "port3" in told(drawn(found.site))


def test_verdicts_are_told_without_colour_too(tmp_path):
    found = small(tmp_path)
    svg = drawn(found.site, standings={("lg", "in"): Standing.VIOLATED, ("in", "lg"): Standing.UNDECIDED})
    lanes = [g for g in ET.fromstring(svg.encode()).iter(f"{SVG}g") if g.get("class") in ("violated", "undecided")]

    assert [lane.find(f"{SVG}title").text for lane in lanes] == ["Crossed: lg > in", "Undecided: in > lg"]
    dashes = [lane.findall(f"{SVG}line")[-1].get("stroke-dasharray") for lane in lanes]
    assert [bool(one) for one in dashes] == [False, True]
    assert [lane.findall(f"{SVG}text")[-1].text for lane in lanes] == ["X", "?"]


def test_a_site_that_was_not_judged_does_not_look_clean(tmp_path):
    shown = told(drawn(small(tmp_path).site, standings={}))

    assert "No pair was judged" in shown
    assert "No pair is crossed or undecided" not in shown


@pytest.mark.parametrize("kind", ["svg", "dot"])
def test_the_same_bytes_whatever_the_hash_seed(kind):
    folder = str(bundled.sites()["reiji"])
    found = set()
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-m", "segcheck", "--lang", "ja", "graph", folder, "--format", kind],
            capture_output=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).resolve().parents[2]), "PYTHONUTF8": "1"},
        )
        found.add(done.stdout)

    assert len(found) == 1


@pytest.mark.parametrize("name", CITIES)
def test_dot_holds_every_node_and_edge_once(name):
    found = city(name)
    graph = _site_graph.build(found.site, found.unread)
    dot = site_dot.text(graph, load("ja"))

    assert dot.count(" -- ") == len(graph.touches)
    for row in graph.rows:
        assert len(re.findall(rf"^ *{re.escape(site_dot.quoted(f'{row.kind}:{row.id}'))} \[", dot, re.MULTILINE)) == 1
    assert dot.count("{\n") == dot.count("}\n")
