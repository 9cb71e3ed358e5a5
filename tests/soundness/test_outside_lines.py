"""What lies behind a line that leaves our sight, and what an export would tell that nobody can read (DESIGN §2.2, §2.5)."""

from __future__ import annotations

import pytest

from segcheck.analysis import network as graphs
from segcheck.analysis.journeys import travel
from segcheck.app import assessing, validating
from segcheck.model.crossing import Standing
from segcheck.model.trace import Verdict
from segcheck.sets import addresses
from tests.checks.sites import DAY, PORTS, Firewall, Town, route, rule

CLOUD = {"in-lan": ("in", "10.2.0.0/24", ""), "sc-net": ("sc", "198.51.100.0/24", ", kind: external")}
LINES = {"in": PORTS["in"], "wan": ("sc-net", "198.51.100.6/24")}
WEB = {"src": addresses.parse_one("10.2.0.50"), "dst": addresses.parse_one("203.0.113.80"), "proto": 6, "sport": 50000}
WEB |= {"dport": 443, "tcp_flags": 2, "fragment": 0}


def standings(town, folder):
    return {(one.src.id, one.dst.id): one.standing for one in town.judged(folder).crossings}


def test_a_router_that_nobody_read_may_hand_packets_on_an_outside_line_to_whomever_it_likes(tmp_path):
    """As one that was read does: the next hop there is nobody's that the topology knows."""
    out = [route(1, "0.0.0.0 0.0.0.0", "198.51.100.1", "wan")]
    read = Town(
        segments=CLOUD, firewalls={"fw": Firewall(ports=LINES, rules=[rule(1, "in:all", "wan:all")], routes=out)}
    )
    unread = Town(segments=CLOUD, firewalls={"fw": Firewall(ports=LINES, exported=False)})

    assert standings(read, tmp_path / "read")["in-lan", "public"] is Standing.VIOLATED
    assert standings(unread, tmp_path / "unread")["in-lan", "public"] is Standing.UNDECIDED
    found = validating.validate(str(tmp_path / "unread"))
    told = travel(graphs.build(found.site, found.bindings, DAY), "in-lan", WEB)
    assert told.verdict is Verdict.UNDECIDED
    assert "public" in {one.delivered.id for one in told.journeys if one.delivered is not None}


@pytest.mark.parametrize("left", [b"", b"\n", b"frobnicate\n"])
def test_an_export_that_nobody_can_read_may_hold_a_line_that_nobody_declared(tmp_path, left):
    wall = Firewall(
        undeclared={"dsl": "203.0.113.6/29"},
        rules=[rule(1, "lg:all", "dsl:all")],
        routes=[route(1, "0.0.0.0 0.0.0.0", "203.0.113.1", "dsl")],
    )
    town = Town(firewalls={"fw": wall})
    assert standings(town, tmp_path)["lg-lan", "public"] is Standing.VIOLATED
    (tmp_path / "exports" / "fw.conf").write_bytes(left)

    found = {(o.src.id, o.dst.id): o.standing for o in assessing.assess(str(tmp_path), day=DAY).assessment.crossings}
    assert found["lg-lan", "public"] is Standing.UNDECIDED
    assert found["lg-lan", "unknown"] is Standing.UNDECIDED


def test_a_device_that_never_had_an_export_has_the_interfaces_that_the_topology_says(tmp_path):
    town = Town(firewalls={"fw": Firewall(exported=False)})
    found = standings(town, tmp_path)

    assert found["lg-lan", "in-lan"] is Standing.UNDECIDED
    assert found["lg-lan", "public"] is Standing.PROVEN
