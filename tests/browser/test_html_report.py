"""The page of HTML in Chromium: nothing leaves it, everything leads where it says, and its look-up agrees with `trace`."""

from __future__ import annotations

import random
import subprocess
from collections import Counter
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from segcheck.analysis import network as graphs
from segcheck.app import tracing_site, validating
from segcheck.errors import BadArguments
from segcheck.lang.words import load
from segcheck.sets import addresses
from tests.reports.renderings import cities as documents
from tests.reports.renderings import handmade

pytestmark = pytest.mark.browser

CITY = "wakagi-beta-mistakes"
UNDECIDED = "minase"
SOUND = "kozato"
CAPTURED = "mistakes/03-maintenance-any-any/mistaken"


def every_page(page):
    """Return a page of each kind: violated, undecided, sound and in English, of captures, and a large one with a past."""
    large = documents.large(documents.judged(UNDECIDED), zones=60, findings=200)
    large["drift"], large["chain"] = documents.DRIFT, documents.CHAIN
    return {
        "violated": page("violated", documents.judged(CITY)),
        "undecided": page("undecided", documents.judged(UNDECIDED)),
        "sound": page("sound", documents.judged(SOUND), "en"),
        "captures": page("captures", documents.replayed(CAPTURED)),
        "large": page("large", large),
    }


def test_nothing_leaves_a_page_every_link_leads_somewhere_and_nothing_scrolls_sideways(browser, page):
    for name, path in every_page(page).items():
        browser.show(path)
        lost = browser.run(
            "return [...document.querySelectorAll('a[href]')].map((a) => a.getAttribute('href'))"
            ".filter((h) => h[0] !== '#' || !document.getElementById(h.slice(1)))"
        )

        assert (name, browser.requests()) == (name, [path.as_uri()])
        assert (name, browser.console()) == (name, [])
        assert (name, lost) == (name, [])
        for width in (1280, 390):
            browser.look(width=width)
            root = browser.run("const r = document.documentElement; return [r.scrollWidth, r.clientWidth, innerWidth]")
            assert (name, root[0], root[2]) == (name, root[1], width)


def shown(browser):
    return browser.run("return [...document.querySelectorAll('.finding:not([hidden])')].map((one) => one.id)")


def test_a_cell_leads_to_its_findings_and_a_finding_to_its_rule(browser, page):
    result = documents.judged(CITY)
    browser.show(page("violated", result))
    pair = browser.run("const a = document.querySelector('td.c-violated a'); a.click(); return a.dataset.pair")
    src, dst = pair.split(">")
    expected = [f"F-{number:03}" for number, one in enumerate(result["findings"], 1) if [src, dst] in one["pairs"]]

    assert expected
    assert shown(browser) == expected
    assert browser.run("return location.hash") == f"#{expected[0]}"
    settle(browser)
    assert browser.run("return document.activeElement.id") == expected[0]
    first = result["findings"][int(expected[0][2:]) - 1]
    rule = next(e for e in first["evidence"] if e["kind"] == "config" and e["rule"])
    told = browser.run("return document.getElementById(arguments[0]).innerText", expected[0])
    assert rule["rule"] in told
    assert f"{rule['path']}:{rule['first_line']}" in told


def settle(browser):
    """Let the page do what it has put off, such as following a link within it."""
    browser.driver.execute_async_script("setTimeout(() => requestAnimationFrame(arguments[0]), 0)")


def choose(browser, field, value):
    browser.run(
        "const e = document.getElementById(arguments[0]); e.value = arguments[1];"
        "e.dispatchEvent(new Event('input', {bubbles: true}))",
        field,
        value,
    )


def test_filters_narrow_what_is_shown_and_a_link_to_what_is_filtered_out_clears_them(browser, page):
    result = documents.judged(CITY)
    browser.show(page("violated", result))
    everything = shown(browser)
    assert len(everything) == len(result["findings"])

    browser.run("document.querySelectorAll('[name=severity]').forEach((e) => { if (e.value !== 'medium') e.click(); })")
    medium = [f"F-{n:03}" for n, one in enumerate(result["findings"], 1) if one["severity"] == "medium"]
    assert shown(browser) == medium != everything
    browser.run("document.getElementById('reset').click()")
    assert shown(browser) == everything

    choose(browser, "by-state", "undecided")
    assert shown(browser) == [f"F-{n:03}" for n, o in enumerate(result["findings"], 1) if o["verdict"] == "undecided"]
    choose(browser, "by-state", "")
    zone = result["findings"][0]["src_zone"]
    choose(browser, "by-zone", zone)
    assert shown(browser) == [
        f"F-{n:03}" for n, o in enumerate(result["findings"], 1) if any(zone in pair for pair in o["pairs"])
    ]
    choose(browser, "by-zone", "")
    choose(browser, "by-text", "no such text")
    assert shown(browser) == []
    assert load("ja")("html.filter.none") in browser.run("return document.querySelector('.findings-part').innerText")

    browser.run("document.querySelector('.requirements a[href=\"#F-001\"]').click()")
    assert shown(browser) == everything
    choose(browser, "by-text", "no such text")
    browser.run("location.hash = '#F-002'")
    settle(browser)
    assert shown(browser) == everything


def test_the_requirements_of_one_organ_alone_until_a_link_or_paper_wants_others(browser, page, tmp_path: Path):
    browser.show(page("organs", handmade.organs()))
    told = "return [...document.querySelectorAll('.organ')].filter((one) => one.offsetHeight).map((one) => one.id)"
    assert browser.run(told) == ["organ-1", "organ-2"]
    choose(browser, "by-organ", "organ-1")
    assert browser.run(told) == ["organ-1"]

    paper = tmp_path / "paper.pdf"
    paper.write_bytes(browser.paper())
    text = subprocess.run(["pdftotext", "-layout", str(paper), "-"], capture_output=True, check=True).stdout.decode()
    assert "機関:水道事業(suido)" in "".join(text.split())

    browser.run("document.querySelector('.organs a[href=\"#organ-2\"]').click()")
    settle(browser)
    assert browser.run(told) == ["organ-1", "organ-2"]
    assert browser.run("return document.getElementById('organ-2').getBoundingClientRect().top < innerHeight")


def test_keys_search_and_walk_through_findings(browser, page):
    browser.show(page("violated", documents.judged(CITY)))
    active = "return document.activeElement.id"

    browser.keys("j")
    assert browser.run(active) == "F-001"
    browser.keys("j", "j")
    assert browser.run(active) == "F-003"
    browser.keys("k")
    assert browser.run(active) == "F-002"
    browser.keys("/")
    assert browser.run(active) == "by-text"
    browser.keys("j", "k")  # letters in the field, not steps
    assert browser.run("return document.getElementById('by-text').value") == "jk"
    browser.keys("Escape")
    assert browser.run("return document.getElementById('by-text').value") == ""


def axe(browser) -> list[str]:
    """Return what axe-core finds serious; run as the browser's own script, which the page's policy does not bind."""
    source = resources.files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    if not browser.run("return 'axe' in window"):
        browser.run(source)
    told: dict[str, Any] = browser.driver.execute_async_script(
        "axe.run(document, {resultTypes: ['violations']}).then(arguments[0])"
    )
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:160]} ({len(one['nodes'])})"
        for one in told["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def test_nobody_is_shut_out(browser, page):
    browser.show(page("captures", documents.replayed(CAPTURED)))
    assert axe(browser) == []

    browser.show(page("undecided", documents.judged(UNDECIDED)))
    for scheme in ("light", "dark"):
        browser.look(scheme=scheme)
        assert (scheme, axe(browser)) == (scheme, [])


def test_it_prints_in_japanese_with_stamps_and_everything_open(browser, page, tmp_path: Path):
    result = documents.judged(UNDECIDED)
    browser.show(page("undecided", result))
    browser.look(scheme="dark")
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(browser.paper())
    text = subprocess.run(["pdftotext", "-layout", str(paper), "-"], capture_output=True, check=True).stdout.decode()
    flat = "".join(text.split())

    assert "".join(load("ja")("html.verdict.undecided", count=14).split()) in flat
    assert all(load("ja")(f"html.stamp.{one}") in flat for one in ("approved", "checked", "made"))
    assert result["inputs"][0]["sha256"][:8] in flat
    assert "segchecktracetopologies/minase" in flat  # from a part that is closed on the screen
    assert load("ja")("html.filter.reset") not in text.split()
    assert f"1/{text.count(chr(12))}" in flat  # pages are numbered


# ---- the look-up


def questions(result: documents.Document, count: int) -> list[dict[str, Any]]:
    """Return random questions, most of them about what the result says something of."""
    dice = random.Random(20261124)
    segments = [p for one in result["network"]["segments"] for p in (*(one["v4"] or ()), *(one["v6"] or ()))]
    sure, open_ = (
        [b for one in result["crossings"] for b in one[name]["boxes"][:6] if b["class"] == "opening"]
        for name in ("must", "may")
    )

    def one_of(texts: list[str]) -> str:
        lo, hi = dice.choice(addresses.parse(dice.choice(texts)).ranges)
        return addresses.text(dice.choice((lo, hi, dice.randint(lo, hi))))

    found: list[dict[str, Any]] = []
    while len(found) < count:
        asked = dice.random()
        box = dice.choice(sure if asked < 0.3 else open_)
        src = one_of(box["src"] if asked < 0.6 else segments)
        dst = one_of(box["dst"] if asked < 0.8 else [*segments, "203.0.113.0/24"])
        ports = [int(end) for text in box["dport"] for end in text.split("-")] or [80]
        if (":" in src) == (":" in dst) and (not dst.startswith(("0.", "255.", "ff")) or dice.random() < 0.05):
            proto = next((n for n, number in (("tcp", "6"), ("udp", "17")) if number in box["proto"]), None)
            proto = proto or dice.choice(("tcp", "udp", "icmp"))
            found.append({"src": src, "dst": dst, "proto": proto, "port": dice.choice([*ports, 22, 443])})
    return found


@pytest.mark.parametrize("city", [CITY, UNDECIDED])
def test_the_lookup_agrees_with_trace(browser, page, city):
    result = documents.judged(city)
    asked = questions(result, 200)
    browser.show(page({CITY: "violated", UNDECIDED: "undecided"}[city], result))
    answers = browser.run("return arguments[0].map(document.documentElement.segcheckLookup)", asked)

    folder = documents.ROOT / "topologies" / city
    validated = validating.validate(str(folder))
    assert validated.site is not None
    network = graphs.build(validated.site, validated.bindings, documents.DAY)
    seen: Counter[str] = Counter()
    cautious = 0  # answers that leave open what trace decides, packet by packet
    for question, answer in zip(asked, answers, strict=True):
        six = ":" in question["src"]
        fields = {"proto": "ipv6-icmp" if six and question["proto"] == "icmp" else question["proto"]}
        if question["proto"] != "icmp":
            fields |= {"sport": "49152", "dport": str(question["port"])}
        if answer["kind"] == "many":
            continue
        try:
            told = tracing_site.ask(
                network, tracing_site.Question(source=question["src"], destination=question["dst"], fields=fields)
            )
        except BadArguments:
            assert answer["kind"] == "elsewhere"
            continue
        for one in told.inquiries:
            mine = next(each for each in answer.get("each", [answer]) if each["place"] == one.place.id)
            verdict = one.trace.verdict.value
            ways = [way for way in one.trace.journeys if way.verdict.value != "deny"]
            leaves = any(way.delivered and way.delivered.zone not in ("", one.place.zone) for way in ways)
            seen[mine["kind"]] += 1
            match mine["kind"]:
                case "arrives_registered" | "arrives_forbidden":
                    assert verdict == "permit", (question, mine)
                    assert {way.delivered.id for way in ways if way.delivered} & {
                        e.split(":")[-1] for e in mine["ends"]
                    }
                case "stays" | "assumed":
                    assert verdict == "deny" or not leaves, (question, mine)
                case "undecided":
                    cautious += verdict != "undecided" and not mine["bounds"]
                case _:
                    assert mine["kind"] in ("unsettled", "inside", "device", "unjudged"), (question, mine)
    assert seen["stays"] + seen["assumed"] >= 30
    assert seen["arrives_registered"] >= 5
    assert seen["cut"] == 0
    assert cautious <= 10
    assert seen["undecided"] >= 20 if city == UNDECIDED else seen["arrives_forbidden"] >= 3


def ask(browser, src, dst, port):
    browser.run(
        "const set = (id, v) => { document.getElementById(id).value = v; }; set('q-src', arguments[0]);"
        "set('q-dst', arguments[1]); set('q-port', arguments[2]); document.getElementById('q-ask').click()",
        src,
        dst,
        port,
    )
    return browser.run("return document.getElementById('answer').innerText")


def test_the_lookup_names_the_finding_and_the_rule_that_lets_it_through(browser, page):
    result = documents.judged(CITY)
    number, one = next(
        (n, o)
        for n, o in enumerate(result["findings"], 1)
        if o["check"] == "forbidden-crossing" and o["verdict"] == "violated"
    )
    witness = next(e["packet"] for e in one["evidence"] if e["kind"] == "witness")
    rule = next(e["rule"] for e in one["evidence"] if e["kind"] == "config")
    browser.show(page("violated", result))
    told = ask(browser, witness["src"], witness["dst"], str(witness["dport"]))

    assert load("ja")("html.lookup.arrives_forbidden") in told
    assert f"F-{number:03}" in told
    assert rule in told
    assert load("ja")("html.lookup.bad_address") in ask(browser, "10.0.0.300", "10.0.0.1", "80")
    assert load("ja")("html.lookup.bad_address") in ask(browser, "1:2", "10.0.0.1", "80")
    assert load("ja")("html.lookup.bad_port") in ask(browser, "10.0.0.3", "10.0.0.1", "70000")
    assert load("ja")("html.lookup.families") in ask(browser, "10.0.0.3", "2001:db8::1", "80")
    assert load("ja")("html.lookup.elsewhere") in ask(browser, "239.1.1.1", "10.0.0.1", "80")


def test_a_list_that_the_result_cuts_off_never_reads_as_no(browser, page):
    result = documents.judged(SOUND)
    for one in result["crossings"]:
        for name in ("must", "may"):
            one[name] = {"boxes": [], "total": 30, "truncated": True}
    segments = {one["zone"]: one for one in result["network"]["segments"] if one["v4"]}
    crossing = next(o for o in result["crossings"] if {o["src_zone"], o["dst_zone"]} <= set(segments))
    src, dst = (segments[crossing[name]]["v4"][0].split("/")[0] for name in ("src_zone", "dst_zone"))
    browser.show(page("cut", result))

    assert load("ja")("html.lookup.cut") in ask(browser, src, dst, "443")
