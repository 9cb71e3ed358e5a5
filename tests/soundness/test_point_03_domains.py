"""DESIGN 2.3: addresses belong to a routing domain; public and unknown; multicast; both families."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from segcheck.analysis.network.addressing import CAST, NEAR, PRIVATE, shares
from segcheck.app import validating
from segcheck.cli.main import run
from segcheck.model.assessment import Assessment
from segcheck.model.crossing import Standing
from segcheck.model.diagnostic import Severity
from segcheck.model.pipeline import Pipeline
from segcheck.model.rules import Deny, Permit
from segcheck.sets.addresses import ALL, parse
from tests.analysis.builders import field, filtering, listed, route, rule
from tests.analysis.sites import network, segment, station
from tests.soundness.asking import judged, pair
from tests.soundness.test_point_01_packets import LINUX, RULES, WHOLE
from tests.soundness.town import (
    CLOSED,
    DAY,
    DEVICE,
    OPEN,
    PORTS,
    TWO_TIERS,
    assessed,
    crossing,
    findings,
    fortigate,
    lines,
    standing,
    town,
)


def problems(folder: Path) -> list[str]:
    found = validating.validate(str(folder))
    return [one.en for file in found.files for one in file.problems if one.severity is Severity.ERROR]


def overlapping(folder: Path, domain: str) -> Path:
    more = f"  other: {{zone: lg, domain: {domain}, v4: [172.16.10.0/25], v6: none}}\n"
    topology = TWO_TIERS.replace("hosts:\n", f"{more}hosts:\n")
    return town(folder, topology + DEVICE, {"fw.conf": fortigate("fw", PORTS, [CLOSED])})


def test_overlap_is_an_error_within_one_domain_only(tmp_path: Path) -> None:
    assert problems(overlapping(tmp_path / "same", "default"))
    assert problems(overlapping(tmp_path / "apart", "detached")) == []


def test_every_box_carries_its_domain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    topology = TWO_TIERS.replace("{zone: mn, v4", "{zone: mn, domain: inner, v4")
    town(tmp_path, topology + DEVICE, {"fw.conf": fortigate("fw", PORTS, [OPEN, CLOSED])})
    run(["check", str(tmp_path), "--format", "json", "--time", DAY.isoformat()])
    shown = json.loads(capsys.readouterr().out)
    domains = {
        box["domain"]
        for one in shown["crossings"]
        if (one["src"], one["dst"]) == ("mn-lan", "lg-lan")
        for box in one["must"]["boxes"]
    }

    assert domains == {"inner"}


def test_public_and_unknown_share_what_nobody_declared() -> None:
    site = network((segment("a", "10.1.0.0/24", "2001:db8:1::/64", v6=True),)).site
    found = shares(site)
    public, unknown = found["public"], found["unknown"]

    for text in ("8.8.8.8", "192.0.2.1", "198.51.100.7", "203.0.113.9", "2606:4700::1", "2001:db8:2::1"):
        assert parse(text) <= public, text
    for text in (
        "10.2.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "fd00::1",
        "169.254.1.1",
        "127.0.0.1",
        "fe80::1",
    ):
        assert parse(text) <= unknown, text
    assert not (public | unknown) & (parse("10.1.0.0/24") | parse("2001:db8:1::/64") | CAST)
    assert not public & unknown
    assert public | unknown | found["a"] | CAST == ALL
    assert not public & (PRIVATE | NEAR)


A, B = segment("a", "10.1.0.0/24"), segment("b", "10.2.0.0/24")
PORTS_AB = {"in": "10.1.0.1/24 a", "up": "10.2.0.1/24 b"}


def test_multicast_is_possible_and_never_sure() -> None:
    open_ = station("d0", PORTS_AB, routes=(route("224.0.0.0/4", "up"),))
    shut = station(
        "d0",
        PORTS_AB,
        listed("f", rule(Deny(), field("dst", "224.0.0.0/4")), default=Permit()),
        pipeline=Pipeline(forward=(filtering("f", "f"),)),
        routes=(route("224.0.0.0/4", "up"),),
    )

    for device, possible in ((open_, True), (shut, False)):
        found = judged(network((A, B), device))
        cast = found.reach.universe.field("dst", parse("224.0.0.0/4"))
        assert bool(pair(found).may & cast) is possible
        assert not pair(found).must & cast


def test_family_is_a_dimension_and_not_a_partition() -> None:
    """What is said of one family holds whatever is said of the other, in one crossing."""
    six = "2001:db8:2::/64"
    here = segment("a", "10.1.0.0/24", "2001:db8:1::/64", v6=True), segment("b", "10.2.0.0/24", six, v6=True)
    four_shut = listed("f", rule(Deny(), field("dst", "10.2.0.0/24")), default=Permit())
    way = (route(six, "up"),)
    device = station("d0", PORTS_AB, four_shut, pipeline=Pipeline(forward=(filtering("f", "f"),)), routes=way)
    found = judged(network(here, device))
    crossing_ = pair(found)

    assert crossing_.standing is Standing.VIOLATED
    assert crossing_.must & found.reach.universe.family(6)
    assert not crossing_.must & found.reach.universe.family(4) & found.reach.universe.field("dst", parse("10.2.0.0/24"))


# ---- IPv6

OPEN6 = RULES.replace(":FORWARD DROP", ":FORWARD ACCEPT").replace("iptables-save", "ip6tables-save").format(rule="")
SHUT = RULES.format(rule="")
SHUT6 = SHUT.replace("iptables-save", "ip6tables-save")


def linux(folder: Path, six: str, *, topology: str = TWO_TIERS, address: str = "", routes: str = "") -> Assessment:
    """Return the judgement of a Linux firewall whose IPv4 is closed; `six` is its ip6tables-save, "" for none."""
    device = LINUX.replace("address: 172.16.20.1", f"addresses: [172.16.20.1, '{address}']") if address else LINUX
    device = device if six else device.replace(", {path: exports/fw.v6}", "")
    files = {"fw.v4": SHUT} | ({"fw.v6": six} if six else {})
    return assessed(town(folder, topology + device + routes + WHOLE, files))


def test_a_missing_export_of_ipv6_is_no_absence_of_ipv6(tmp_path: Path) -> None:
    bare, whole = linux(tmp_path / "bare", ""), linux(tmp_path / "whole", SHUT6)

    assert standing(whole) == "proven_assuming"
    assert standing(bare) == "undecided"
    assert crossing(bare, "mn-lan", "lg-lan").because == ("unread:fw", "no-export-for-family")
    assert "no-export-for-family" in {one.code.value for one in bare.diagnostics}


SIX = TWO_TIERS.replace("[172.16.20.0/24], v6: none", "[172.16.20.0/24], v6: ['2001:db8:2::/64']")


def test_ipv6_from_a_zone_without_it_is_violated_where_it_surely_crosses(tmp_path: Path) -> None:
    found = linux(tmp_path / "open", OPEN6, topology=SIX, address="2001:db8:2::1")

    assert standing(found) == "violated"
    (finding,) = findings(found, "ipv6-crossing")
    assert lines(finding) == [("exports/fw.v6", 4, 4)]
    assert {one.check for one in found.findings} == {"ipv6-crossing"}

    closed = linux(tmp_path / "closed", SHUT6, topology=SIX, address="2001:db8:2::1")
    assert standing(closed) == "proven_assuming"
    assert findings(closed, "ipv6-crossing") == []


def test_ipv6_from_a_zone_without_it_is_undecided_where_it_may_cross(tmp_path: Path) -> None:
    found = linux(tmp_path, "", topology=SIX, address="2001:db8:2::1")

    assert standing(found) == "undecided"
    assert findings(found, "ipv6-crossing") == []


def test_ipv6_to_nobody_is_a_way_to_unknown(tmp_path: Path) -> None:
    way = "    routes: [{to: 'fd00:2::/64', interface: eth1}]\n"
    found = linux(tmp_path, OPEN6, routes=way)

    assert standing(found, "mn-lan", "unknown") == "violated"
    assert {one.check for one in found.findings} == {"ipv6-crossing"}


def test_a_segment_that_says_nothing_of_ipv6_proves_nothing_of_it(tmp_path: Path) -> None:
    unsaid = TWO_TIERS.replace("[172.16.20.0/24], v6: none", "[172.16.20.0/24]")
    way = "    routes: [{to: 'fd00:2::/64', interface: eth1}]\n"
    found = linux(tmp_path, OPEN6, topology=unsaid, routes=way)

    assert standing(found) == "undecided"
