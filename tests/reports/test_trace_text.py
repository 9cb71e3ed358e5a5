"""A packet's ways for people: columns that align, doubts in words, translations, nothing that steers a terminal."""

from datetime import date

import pytest

from segcheck.app.tracing_site import Question, ask
from segcheck.lang.columns import width
from segcheck.lang.words import load
from segcheck.model.pipeline import Pipeline
from segcheck.model.rules import Deny, Permit
from segcheck.reports.as_text import Page
from segcheck.reports.trace_text import packet, tracing
from tests.analysis.builders import TCP, field, filtering, ip, listed, route, rule, translating, varies
from tests.analysis.devices import to
from tests.analysis.sites import anything, joined, network, segment, station

A, B = segment("a", "10.1.0.0/24"), segment("b", "10.2.0.0/24")
PORTS = {"in": "10.1.0.1/24 a", "out": "10.2.0.1/24 b"}
DAY = date(2026, 11, 23)


def told(*stations, language="en", destination="10.2.0.5", **how):
    fields = {"proto": "tcp", "sport": "4000", "dport": "443"}
    graph = network((A, B), *stations, **how)
    page = Page(load(language))
    tracing(page, ask(graph, Question(source="10.1.0.5", destination=destination, fields=fields)))
    return page.text()


def test_rule_and_line_that_deny_are_named():
    no = listed("policy", rule(Deny(), field("dport", 443), identity="41", line=7), default=Permit())
    text = told(station("fw", PORTS, no, pipeline=Pipeline(forward=(filtering("f", "policy"),))))

    assert text.startswith("DENY  10.1.0.5:4000 -> 10.2.0.5:443/tcp  sent from segment a (a)\n  stopped by fw\n")
    assert "policy 41 denies          export:7\n" in text
    assert "register" not in text


def test_register_is_asked_of_crossings_only():
    assert "No entry of the register permits it." in told(station("fw", PORTS))
    assert "register" not in told(station("fw", PORTS), destination="10.1.0.6")


def test_default_of_a_list_has_no_line():
    text = told(station("fw", PORTS, listed("policy"), pipeline=Pipeline(forward=(filtering("f", "policy"),))))

    assert "policy default denies\n" in text


def test_translation_is_told_before_and_after():
    dnat = listed("n", rule(to("dst", "10.2.0.80", 8443), identity="vip", line=9), default=Permit())
    device = station(
        "fw", PORTS, dnat, routes=(route("192.0.2.0/24", "out"),), pipeline=Pipeline(ingress=(translating("dst", "n"),))
    )

    text = told(device, destination="192.0.2.80")
    assert "translated: 10.1.0.5:4000 -> 192.0.2.80:443/tcp becomes 10.1.0.5:4000 -> 10.2.0.80:8443/tcp" in text
    assert "export:9" in text


def test_device_without_export_is_told_in_words():
    loose = station("l3", PORTS, known=False, havoc=(anything("l3"),))

    english, japanese = told(loose), told(loose, language="ja")
    assert "if l3, of which there is no export, lets it" in english
    assert "no export: it may do anything" in english
    assert "条件: エクスポートのない l3 が通す" in japanese


def test_join_on_layer_2_is_told_in_words():
    closed = station("fw", PORTS, listed("p"), pipeline=Pipeline(forward=(filtering("f", "p"),)))

    assert "if sw joins the segments on layer 2" in told(closed, joins=(joined("a", "b"),))
    assert "assuming AS-L2" in told(closed, joins=(joined("a", "b", assumption="AS-L2"),))


def test_conditions_of_rules_are_masked():
    odd = listed("p", rule(Permit(), varies("user someone@example.jp")))

    text = told(station("fw", PORTS, odd, pipeline=Pipeline(forward=(filtering("f", "p"),))))
    assert "if user (mail)" in text
    assert "example.jp" not in text


def test_few_ways_are_told_and_the_rest_counted():
    routers = [station(f"r{n}", {"in": f"10.1.0.{n}/24 a", "out": f"10.2.0.{n}/24 b"}) for n in range(1, 8)]

    text = told(*routers)
    assert "way 4 of 4:" in text
    assert "ways left out here: 3; --format json has them." in text


def test_columns_align_by_display_width():
    names = ("装置", "fw2")
    devices = (
        station(
            names[0], {"内側": "10.1.0.1/24 a", "外": "10.9.0.1/24 t"}, routes=(route("0.0.0.0/0", gateway="10.9.0.2"),)
        ),
        station(
            names[1], {"up": "10.9.0.2/24 t", "in": "10.2.0.1/24 b"}, routes=(route("0.0.0.0/0", gateway="10.9.0.1"),)
        ),
    )
    graph = network((A, segment("t", "10.9.0.0/24"), B), *devices)
    page = Page(load("ja"))
    tracing(page, ask(graph, Question(source="10.1.0.5", destination="10.2.0.5", fields={})))

    rows = [line for line in page.text().splitlines() if "経路 " in line][:2]
    starts = [width(line[: line.index("経路 ")]) for line in rows]
    assert len(rows) == 2
    assert starts[0] == starts[1]


def test_names_cannot_steer_the_terminal():
    text = told(station("fw\x1b[2J", PORTS))

    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("known", "text"),
    [
        ({}, "* -> */*"),
        ({"src": ip("10.1.0.5"), "proto": 50}, "10.1.0.5 -> */esp"),
        (
            {"src": ip("2001:db8::1"), "dst": ip("2001:db8::2"), "proto": TCP, "dport": 25},
            "[2001:db8::1]:* -> [2001:db8::2]:25/tcp",
        ),
        ({"proto": 1, "icmp_type": 8, "icmp_code": 0}, "* -> */icmp icmp_type=8 icmp_code=0"),
        ({"proto": 58, "fragment": 1}, "* -> */icmpv6 fragment"),
        ({"proto": 253}, "* -> */253"),
    ],
)
def test_packet_in_words(known, text):
    assert packet(known) == text
