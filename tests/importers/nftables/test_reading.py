"""Files: what is recognised, how lines are accounted, what leaves the device open."""

from __future__ import annotations

import json

import pytest

from segcheck import importers
from segcheck.importers import nftables
from segcheck.model.device import Scope
from segcheck.model.diagnostic import LineUse
from segcheck.model.reading import Complete, Maturity
from tests.importers.nftables.rulesets import read, ruleset, told

BASE = {"family": "ip", "table": "t", "name": "base", "handle": 1, "type": "filter", "hook": "forward", "prio": 0}


def document(*expressions: list[dict[str, object]], indent: int | None = None, **table: object) -> str:
    """Return a JSON rule set of one base chain with policy drop and these rules."""
    found: list[dict[str, object]] = [{"metainfo": {"version": "1.0.6", "json_schema_version": 1}}]
    found += [{"table": {"family": "ip", "name": "t", "handle": 1, **table}}, {"chain": BASE | {"policy": "drop"}}]
    place = {"family": "ip", "table": "t", "chain": "base", "handle": 2}
    found += [{"rule": place | {"expr": expression}} for expression in expressions]
    return json.dumps({"nftables": found}, indent=indent) + "\n"


PORT_22 = {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 22}}


@pytest.mark.parametrize(
    ("text", "score"),
    [
        (ruleset("accept"), 90),
        ("table inet t {\n}\n", 50),
        (document(), 95),
        ("*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n", 0),
        ("config firewall policy\nend\n", 0),
        ("the table ip stands {somewhere}\n", 0),
        ('{"interfaces": []}', 0),
    ],
)
def test_sniff(text: str, score: int) -> None:
    assert nftables.sniff(text) == score


def test_is_found_among_all_importers() -> None:
    assert [name for name, _ in importers.sniff(ruleset("accept"))] == ["nftables"]


def test_every_line_is_accounted_for() -> None:
    text = ruleset("# nothing", "", "accept", "frobnicate", "vlan id 5 accept", "meta l4proto tcp flow add @ft")
    (one,) = read(text).inputs
    uses = [one.lines.use(number) for number in range(1, one.lines.total + 1)]

    assert uses == [
        *[LineUse.UNDERSTOOD] * 3,
        *[LineUse.IRRELEVANT] * 2,
        LineUse.UNDERSTOOD,
        LineUse.UNRECOGNISED,
        LineUse.APPROXIMATED,
        LineUse.UNSUPPORTED,
        *[LineUse.UNDERSTOOD] * 2,
    ]
    assert sum(one.lines.counts().values()) == len(text.splitlines())


def test_end_is_not_marked() -> None:
    reading = read(ruleset("accept"))

    assert reading.maturity is Maturity.DEVICE_TESTED
    assert [one.complete for one in reading.inputs] == [Complete.UNKNOWN]
    assert reading.devices[0].taints == ()


@pytest.mark.parametrize("cut", [1, 2, 4, 30])
def test_torn_text_leaves_the_device_open(cut: int) -> None:
    reading = read(ruleset("tcp dport 22 accept")[:-cut])

    assert [one.complete for one in reading.inputs] == [Complete.NO]
    assert Scope.DEVICE in {taint.scope for taint in reading.devices[0].taints}


@pytest.mark.parametrize(
    "text",
    [
        "frobnicate\n",
        "}\n",
        'include "more.nft"\n',
        "add rule ip t base accept\n",
        "table ip t {\nfrobnicate\n}\n",
        "table ip t {\nchain x y {\n}\n}\n",
        "table ip t {\nchain c {\ntype filter hook forward priority sometime; policy accept;\n}\n}\n",
        "table ip t {\nchain c {\npolicy frobnicate;\n}\n}\n",
        "table ip u {\nchain c {\n}\nchain c {\n}\n}\n",
        "table ip u {\nchain c {\ntype filter hook forward priority 0; policy accept;\njump nowhere\n}\n}\n",
        "table ip u {\nchain c {\njump d\n}\nchain d {\njump c\n}\n}\n",
        "table arp a {\nchain c {\ntype filter hook input priority 0; policy drop;\n}\n}\n",
        "table inet u {\nchain c {\ntype filter hook ingress device lan priority 0; policy accept;\ndrop\n}\n}\n",
        "table ip u {\nchain c {\ntype filter hook forward priority 0; policy accept;\nip daddr set 10.0.0.9\n}\n}\n",
        "table ip u {\nchain c {\ntype filter hook forward priority 0; policy accept;\ntcp dport 22 dup to 10.0.0.9\n}\n}\n",
        "table ip u {\nchain c {\ntype filter hook forward priority 0; policy accept;\nct zone set 5\n}\n}\n",
    ],
)
def test_what_may_do_anything_leaves_the_device_open(text: str) -> None:
    assert Scope.DEVICE not in {taint.scope for taint in read(ruleset("accept")).devices[0].taints}

    assert Scope.DEVICE in {taint.scope for taint in read(ruleset("accept") + text).devices[0].taints}


@pytest.mark.parametrize(
    "text",
    [
        "table arp a {\nchain c {\ntype filter hook input priority 0; policy accept;\n}\n}\n",
        "table ip u {\nflags dormant\nchain c {\ntype filter hook forward priority 0; policy drop;\n}\n}\n",
        "table ip u {\ncounter c {\npackets 3 bytes 100\n}\n}\n",
        'table ip u {\ncomment "of ours"\nchain c {\ncomment "empty"\n}\n}\n',
        "table ip u\nflush table ip u\ntable ip u {\n}\n",
    ],
)
def test_what_decides_nothing_leaves_no_doubt(text: str) -> None:
    reading = read(ruleset("accept") + text)

    assert reading.devices[0].taints == ()
    assert told(reading) == []


def test_tables_of_two_files_are_one_device() -> None:
    reading = read(ruleset("accept", family="ip"), ruleset("accept", family="ip6"))

    assert set(reading.devices[0].lists) >= {"ip/t/base", "ip6/t/base"}
    assert [one.path for one in reading.inputs] == ["file0", "file1"]


def test_same_table_in_two_files_leaves_the_device_open() -> None:
    reading = read(ruleset("accept"), ruleset("drop"))

    assert "duplicate-name" in told(reading)
    assert {taint.scope for taint in reading.devices[0].taints} == {Scope.DEVICE}


def test_empty_file_leaves_the_device_open() -> None:
    assert told(read("")) == ["export-incomplete"]


def test_lines_of_json_are_those_of_the_file() -> None:
    text = document([PORT_22, {"accept": None}], [{"frobnicate": {}}], indent=1)
    reading = read(text)
    (first, second) = reading.devices[0].lists["ip/t/base"].rules
    lines = text.splitlines()

    assert first.span is not None
    assert second.span is not None
    assert '"rule"' in lines[first.span.first]
    assert lines[first.span.last - 1].strip() == "},"
    assert '"frobnicate": {}' in "".join(lines[second.span.first - 1 : second.span.last])
    assert sum(reading.inputs[0].lines.counts().values()) == len(lines)
    assert reading.inputs[0].lines.use(first.span.first) is LineUse.UNDERSTOOD
    assert reading.inputs[0].lines.use(second.span.first) is LineUse.UNRECOGNISED
    assert first.text == "tcp dport == 22 accept"


@pytest.mark.parametrize(
    "text",
    [
        document([PORT_22, {"accept": None}])[:-4],
        document([PORT_22, {"accept": None}]).replace("}]}", "}], }", 1),
        document([PORT_22, {"frobnicate": None}]),
        document([{"match": PORT_22["match"] | {"right": {"frobnicate": 1}}}, {"accept": None}]),
        document([PORT_22, {"accept": None}], flags=["frobnicate"]),
        document().replace('"metainfo"', '"frobnicate"'),
        document().replace('"policy": "drop"', '"policy": "frobnicate"'),
        document([PORT_22, {"accept": None}]).replace('"expr"', '"expr": [], "expr"'),
        document([PORT_22, {"accept": None}]).replace('{"accept": null}', "[" * 5000 + "]" * 5000),
    ],
)
def test_damaged_json_leaves_the_device_open(text: str) -> None:
    reading = read(text)

    assert Scope.DEVICE in {taint.scope for taint in reading.devices[0].taints}
    assert sum(reading.inputs[0].lines.counts().values()) == len(text.splitlines())


def test_deep_and_long_texts_end() -> None:
    deep = "table ip t {\n" + "chain c {\n" * 50_000
    braces = ruleset("tcp dport " + "{ " * 50_000 + "22 accept")
    many = ruleset("tcp dport { " + ", ".join(map(str, range(1, 60_000, 2))) + " } accept")

    assert read(deep).devices[0].taints
    assert read(braces).devices[0].taints
    assert read(many).devices[0].taints == ()
