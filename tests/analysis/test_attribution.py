"""Whole columns of addresses against the plain reading of the topology, one address at a time."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segcheck.analysis.attribution import Attribution
from segcheck.analysis.network.addressing import CAST, NEAR, shares
from segcheck.loaders import site as site_loader
from segcheck.model.flow import FLOW
from segcheck.model.replay import SpotKind
from segcheck.model.site import Site
from segcheck.sets import addresses
from segcheck.sets.addresses import parse_one
from segcheck.sets.intervals import IntervalSet

CITY = Path(__file__).parents[2] / "topologies" / "reiji"
V6_START = addresses.V4.max + 1


@cache
def city() -> Site:
    found = site_loader.load(str(CITY)).site
    assert found is not None
    return found


def edges() -> list[int]:
    """Return addresses at which something begins or ends."""
    found = {0, V6_START, addresses.LINE_SIZE - 1}
    for values in (*shares(city()).values(), CAST, NEAR):
        for low, high in values.ranges:
            found |= {low, high, max(low - 1, 0), min(high + 1, addresses.LINE_SIZE - 1)}
    return sorted(found)


ANY = st.one_of(st.sampled_from(edges()), st.integers(0, V6_START - 1), st.integers(V6_START, addresses.LINE_SIZE - 1))


def table(values: list[int]) -> np.ndarray:  # type: ignore[type-arg]
    rows = np.zeros(len(values), FLOW)
    for row, value in zip(rows, values, strict=True):
        four = value < V6_START
        wide = 0xFFFF00000000 | value if four else value - V6_START
        row["a_hi"], row["a_lo"], row["family"] = wide >> 64, wide & 0xFFFFFFFFFFFFFFFF, 4 if four else 6
    return rows


@given(st.lists(ANY, min_size=1, max_size=40))
def test_every_address_is_where_the_topology_has_it(values: list[int]) -> None:
    attribution = Attribution(city())
    found = [attribution.atoms[n].spot for n in attribution.find(table(values), "a").tolist()]
    owned = {
        one.address
        for device in city().devices.values()
        if device.id not in city().hosts
        for interface in device.interfaces
        for one in interface.addresses
    }

    for value, spot in zip(values, found, strict=True):
        if value in CAST:
            assert spot.kind in (SpotKind.MULTICAST, SpotKind.BROADCAST)
            assert spot.zone == ""
            continue
        places = [
            name
            for name, share in shares(city()).items()
            if value in share and (name not in city().segments or city().segments[name].domain == "default")
        ]
        declared = [name for name in places if name in city().segments]
        if declared:
            assert spot.wire == declared[0]
            assert spot.zone == city().segments[declared[0]].zone
            assert (spot.kind is SpotKind.DEVICE) is (value in owned)
        elif value in NEAR:
            assert spot.kind in (SpotKind.LINK_LOCAL, SpotKind.LOOPBACK)
        else:
            assert spot.place in ("public", "unknown", "unspecified")
            assert spot.wire == ""


@given(st.lists(ANY, min_size=1, max_size=20), st.lists(st.tuples(ANY, ANY), max_size=4))
def test_atoms_know_their_sets(values: list[int], ends: list[tuple[int, int]]) -> None:
    sets = [IntervalSet.of((min(pair), max(pair))) for pair in ends]
    attribution = Attribution(city(), lambda domain: sets)

    for value, number in zip(values, attribution.find(table(values), "a").tolist(), strict=True):
        assert attribution.atoms[number].sets == {n for n, one in enumerate(sets) if value in one}
        assert attribution.atom(value) == attribution.atoms[number]


@pytest.mark.parametrize(
    ("text", "kind", "place", "zone"),
    [
        ("10.20.10.25", SpotKind.SEGMENT, "lg-srv", "lg"),
        ("10.20.10.1", SpotKind.DEVICE, "l3-core", "lg"),
        ("10.20.10.255", SpotKind.BROADCAST, "broadcast", "lg"),
        ("10.20.10.0", SpotKind.SEGMENT, "lg-srv", "lg"),
        ("198.51.100.2", SpotKind.DEVICE, "rt-sc", "sc"),
        ("198.51.100.3", SpotKind.SEGMENT, "sc-link", "sc"),  # the longer of two prefixes
        ("198.51.100.9", SpotKind.SEGMENT, "sc-net", "sc"),
        ("203.0.113.10", SpotKind.PUBLIC, "public", "public"),
        ("10.250.0.1", SpotKind.UNKNOWN, "unknown", "unknown"),
        ("169.254.1.1", SpotKind.LINK_LOCAL, "link-local", ""),
        ("127.0.0.1", SpotKind.LOOPBACK, "loopback", ""),
        ("0.0.0.0", SpotKind.UNSPECIFIED, "unspecified", ""),
        ("255.255.255.255", SpotKind.BROADCAST, "broadcast", ""),
        ("224.0.0.251", SpotKind.MULTICAST, "multicast", ""),
        ("fe80::1", SpotKind.LINK_LOCAL, "link-local", ""),
        ("ff02::1", SpotKind.MULTICAST, "multicast", ""),
        ("2001:db8:30:10::53", SpotKind.SEGMENT, "in-srv", "in"),
        ("2001:db8:99::1", SpotKind.PUBLIC, "public", "public"),
        ("::ffff:10.20.10.25", SpotKind.PUBLIC, "public", "public"),  # of an IPv6 packet: no IPv4 host
        ("10.50.10.5", SpotKind.SEGMENT, "san", "san"),  # a host that is its own filter stays a host
    ],
)
def test_what_addresses_are(text: str, kind: SpotKind, place: str, zone: str) -> None:
    spot = Attribution(city()).atom(parse_one(text)).spot

    assert (spot.kind, spot.place, spot.zone) == (kind, place, zone)


def test_addresses_belong_to_their_routing_domain() -> None:
    attribution = Attribution(city())

    assert attribution.atom(parse_one("10.70.0.5"), "school").spot.place == "sch"
    assert attribution.atom(parse_one("10.70.0.5")).spot.place == "unknown"
    assert attribution.atom(parse_one("10.20.10.25"), "school").spot.place == "unknown"
