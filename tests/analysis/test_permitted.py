"""The register means hosts of a routing domain: the same address in another domain is somebody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from segcheck.analysis import permitting
from segcheck.app import assessing, validating
from segcheck.model.crossing import Standing
from segcheck.model.site import Endpoint
from segcheck.model.site_words import EndpointKind
from segcheck.sets.addresses import parse
from segcheck.sets.intervals import IntervalSet
from tests.checks.sites import DAY, SEGMENTS, Firewall, Town, entry, rule

#: `twin` has the prefix of `lg-lan` in another routing domain; both firewalls lead to `in-lan`.
PORTS = {"lg": ("twin", "10.1.0.1/24"), "in": ("in-lan", "10.2.0.9/24")}


def towns(rules: list[str], entries: list[str], zone: str) -> Town:
    firewalls = {"fw": Firewall(rules=rules), "fw2": Firewall(ports=PORTS, rules=rules)}
    twin = (zone, "10.1.0.0/24", ", domain: other")
    return Town(register=entries, firewalls=firewalls, segments={**SEGMENTS, "twin": twin})


def standings(town: Town, folder: Path) -> dict[tuple[str, str], Standing]:
    found = assessing.assess(str(town.written(folder)), day=DAY).assessment
    return {(one.src.id, one.dst.id): one.standing for one in found.crossings}


@pytest.mark.parametrize("zone", ["lg", "mgt"])
def test_an_entry_for_a_host_permits_its_domain_only(zone: str, tmp_path: Path) -> None:
    rules = [rule(1, "lg:lg-mail", "in:in-mail", "SMTP"), rule(2, "in:in-pc", "lg:lg-pc", "RDP")]
    entries = [entry("R1", "lg-mail", "in-mail", "tcp/25"), entry("R2", "in-pc", "lg-pc", "tcp/3389")]

    found = standings(towns(rules, entries, zone), tmp_path)

    assert found["lg-lan", "in-lan"] is Standing.PROVEN
    assert found["in-lan", "lg-lan"] is Standing.PROVEN
    assert found["twin", "in-lan"] is Standing.VIOLATED  # 10.1.0.25 of the other domain opens it
    assert found["in-lan", "twin"] is Standing.VIOLATED  # ... and there 10.1.0.50 answers it


def test_whether_it_works_is_asked_in_its_domain_only(tmp_path: Path) -> None:
    rules = [rule(1, "lg:lg-mail", "in:in-mail", "SMTP")]
    town = towns(rules, [entry("R1", "lg-mail", "in-mail", "tcp/25")], "lg")
    assert town.firewalls is not None
    town.firewalls["fw2"] = Firewall(ports=PORTS)  # the other domain's host cannot, and need not
    town.segments["in-lan"] = ("in", "10.2.0.0/24", ", gateway: [fw]")

    assert [one.check for one in town.judged(tmp_path).findings] == []


def test_an_exception_covers_no_address_that_another_domain_has_too(tmp_path: Path) -> None:
    site = validating.validate(str(towns([], [], "lg").written(tmp_path))).site
    assert site is not None
    ends = {name: Endpoint(EndpointKind.HOST, name) for name in ("lg-mail", "in-mail")}
    pcs = Endpoint(EndpointKind.GROUP, "in-pcs")

    assert permitting.unmistakable(site, ends["lg-mail"]) == IntervalSet.empty()
    assert permitting.unmistakable(site, ends["in-mail"]) == parse("10.2.0.25")
    assert permitting.unmistakable(site, pcs) == site.groups["in-pcs"].ranges
