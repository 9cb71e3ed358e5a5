"""Every row of the table of closures, both ways: each pair of tiers fires once sessions lead across, and never before."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from segcheck.analysis.chains import chains
from segcheck.loaders import closures
from segcheck.model.closure import Carries
from segcheck.model.register import ProfileModel
from segcheck.model.site_words import Tier
from tests.checks.coverage import context
from tests.checks.sites import DAY, Firewall, Town, entry, rule

OUTER = ("public", "in", "sc", "dmz", "sch")
INNER = ("lg", "mn", "jk", "gc")
#: What must be empty, by what travels: written down here once more, so that a row that is lost is missed.
WANTED = {
    Carries.CONTROL: {*product(OUTER, INNER), *product(("lg", "lgwan"), ("mn", "jk", "gc"))},
    Carries.DATA: {*product(OUTER, INNER), *product(INNER, OUTER)},
}
SIDES = (*OUTER, *INNER, "lgwan")
NETS = {zone: number for number, zone in enumerate((*SIDES, "mgt")) if zone != "public"}


class Open(Town):
    """A town whose standard lets the internet and the hub be registered too: it is about chains, not about the models."""

    def _policy(self) -> str:
        row = (
            "  - {{id: NET-{0}, from: {0}, to: {1}, document: 試験, approver: 課長, reason: 試験, "
            "review_due: 2099-12-31, kinds: [specific]}}\n"
        )
        ends = ("public", "management"), ("management", "public")
        return super()._policy().replace("standard:\n", "standard:\n" + "".join(row.format(*pair) for pair in ends))


def town(inward: tuple[str, ...], outward: tuple[str, ...]) -> Town:
    """Return a town whose hub in the management segment is reached from some zones, and reaches others."""
    segments = {f"{zone}-side": (zone, f"10.{n}.0.0/24", "") for zone, n in NETS.items()}
    hosts = {f"h-{zone}": (f"{zone}-side", f"10.{n}.0.10") for zone, n in NETS.items()} | {
        "h-public": ("", "203.0.113.80")
    }
    ports = {zone: (f"{zone}-side", f"10.{n}.0.1/24") for zone, n in NETS.items()}
    names = {zone: "wan" if zone == "public" else zone for zone in SIDES}
    rules = [rule(n, f"{names[zone]}:all", "mgt:all", "HTTPS") for n, zone in enumerate(inward, 1)]
    rules += [rule(n, "mgt:all", f"{names[zone]}:all", "HTTPS") for n, zone in enumerate(outward, 100)]
    register = [entry(f"I-{zone}", f"h-{zone}", "h-mgt", "tcp/443") for zone in inward]
    register += [entry(f"O-{zone}", "h-mgt", f"h-{zone}", "tcp/443") for zone in outward]
    default = '    edit 1\n        set gateway 198.51.100.1\n        set device "wan"\n    next\n'
    wall = Firewall(
        ports=ports, undeclared={"wan": "198.51.100.6/29"}, rules=rules, more="      wan: {}", routes=[default]
    )
    topology = 'links:\n  - {id: up, ends: ["fw:wan", "zone:public"], kind: isp}\n'
    return Open(firewalls={"fw": wall}, segments=segments, hosts=hosts, register=register, topology=topology)


def found(folder: Path, made: Town) -> dict[Carries, set[tuple[str, str]]]:
    judged = context(made, folder)
    told: dict[Carries, set[tuple[str, str]]] = {one: set() for one in Carries}
    for chain in chains(judged.judgement, closures.load(), DAY):
        told[chain.closure.carries].add((chain.source.zone, chain.target.zone))
    return told


def test_every_pair_of_the_table_fires_where_sessions_lead_across(tmp_path: Path) -> None:
    assert found(tmp_path, town(SIDES, SIDES)) == WANTED


def test_control_goes_with_the_sessions_and_data_both_ways(tmp_path: Path) -> None:
    told = found(tmp_path, town(OUTER, INNER))

    assert told[Carries.CONTROL] == set(product(OUTER, INNER))
    assert told[Carries.DATA] == {*product(OUTER, INNER), *product(INNER, OUTER)}
    turned = found(tmp_path / "turned", town(INNER, OUTER))
    assert turned[Carries.CONTROL] == set()
    assert turned[Carries.DATA] == told[Carries.DATA]


@pytest.mark.parametrize(("inward", "outward"), [(SIDES, ()), ((), SIDES)])
def test_no_pair_fires_by_control_while_the_second_step_is_missing(
    tmp_path: Path, inward: tuple[str, ...], outward: tuple[str, ...]
) -> None:
    assert found(tmp_path, town(inward, outward))[Carries.CONTROL] == set()


def test_one_session_alone_is_no_chain(tmp_path: Path) -> None:
    assert found(tmp_path, town(("in",), ())) == {one: set() for one in Carries}


def test_the_table_is_data_and_says_where_each_row_is_from() -> None:
    table = closures.load()

    assert {one.carries for one in table.closures} == set(Carries)
    assert all(one.source and one.certainty for one in (*table.closures, *table.cuttings))
    for cutting in table.cuttings:
        assert set(cutting.methods) == set(ProfileModel)
        assert Tier.LGWAN in cutting.sides[0]
        assert Tier.MYNUMBER not in cutting.sides[0] | cutting.sides[1]  # nothing is sanitised into the My Number tier
