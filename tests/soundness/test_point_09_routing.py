"""DESIGN 2.9: routing is known by the export, by a table beside it or by a declaration; else every way out is possible."""

from __future__ import annotations

from pathlib import Path

import pytest

from segcheck.cli.main import run
from segcheck.model.assessment import Assessment
from tests.soundness.town import (
    CLOSED,
    DAY,
    DEVICE,
    PORTS,
    TWO_TIERS,
    Rule,
    assessed,
    crossing,
    fortigate,
    standing,
    town,
)

OSPF = """\
config router ospf
    set router-id 172.16.10.1
    config area
        edit 0.0.0.0
        next
    end
    config network
        edit 1
            set prefix 172.16.0.0 255.255.0.0
        next
    end
end
"""
TABLE = """\
fw # get router info routing-table all
Codes: K - kernel, C - connected, S - static, R - RIP, B - BGP
       O - OSPF, IA - OSPF inter area

Routing table for VRF=0
C       172.16.10.0/24 is directly connected, port1
C       172.16.20.0/24 is directly connected, port2

fw #
"""
#: mn-lan may talk within its own interface only; where that goes is the routing's business.
WITHIN = Rule(1, "port1", "port1")


def site(folder: Path, *, more: str = "", table: str = "", rules: tuple[Rule, ...] = (WITHIN, CLOSED)) -> Assessment:
    """Return the judgement of a firewall whose export ends with `more`, with a routing table beside it."""
    beside = ", {path: exports/fw.routes, role: routes, as_of: 2026-11-01}]" if table else "]"
    device = DEVICE.replace("format: fortigate}]", "format: fortigate, as_of: 2026-11-20}" + beside)
    files = {"fw.conf": fortigate("fw", PORTS, rules) + more} | ({"fw.routes": table} if table else {})
    return assessed(town(folder, TWO_TIERS + device, files))


def test_a_dynamic_protocol_makes_routing_unknown(tmp_path: Path) -> None:
    assert standing(site(tmp_path / "static"), "mn-lan", "unknown") == "proven"
    found = site(tmp_path / "dynamic", more=OSPF)

    assert standing(found, "mn-lan", "unknown") == "undecided"
    assert any(
        name.startswith("routing-unknown:exports/fw.conf") for name in crossing(found, "mn-lan", "unknown").because
    )


def test_unknown_routing_keeps_the_readable_policy(tmp_path: Path) -> None:
    found = site(tmp_path, more=OSPF)

    assert standing(found, "mn-lan", "lg-lan") == "proven"


def test_a_routing_table_beside_the_export_closes_it(tmp_path: Path) -> None:
    found = site(tmp_path, more=OSPF, table=TABLE)

    assert found.standing.value == "proven"
    assert found.as_of is not None
    assert found.as_of.isoformat() == "2026-11-01"  # the table is older than the export
    assert run(["check", str(tmp_path), "--time", DAY.isoformat()]) == 0


@pytest.mark.parametrize(
    "line",
    [
        "O       172.16.30.0/24 [110/2] via something strange",
        "O       172.16.30.0/24 [110/2] via fe80::1, port1, 01:10:12",
    ],
)
def test_a_line_of_the_table_that_is_not_understood_keeps_it_unknown(tmp_path: Path, line: str) -> None:
    table = TABLE.replace("\n\nfw #", f"\n{line}\n\nfw #")
    found = site(tmp_path, more=OSPF, table=table)

    assert standing(found, "mn-lan", "unknown") == "undecided"
    assert any(
        one.code.value == "unrecognised-line" and one.span.path == "exports/fw.routes" for one in found.diagnostics
    )


def test_a_table_that_may_be_cut_proves_nothing(tmp_path: Path) -> None:
    found = site(tmp_path, more=OSPF, table=TABLE.removesuffix("\nfw #\n"))

    assert standing(found, "mn-lan", "lg-lan") == "undecided"
    assert crossing(found, "mn-lan", "lg-lan").because == ("incomplete:fw",)


def test_an_unread_policy_route_is_not_closed_by_the_table(tmp_path: Path) -> None:
    policy = 'config router policy\n    edit 1\n        set input-device "port1"\n        set frob 1\n    next\nend\n'
    found = site(tmp_path, more=policy, table=TABLE)

    assert standing(found, "mn-lan", "unknown") == "undecided"


@pytest.mark.parametrize(
    "line", ["set internet-service 65537", "set src 172.16.10.0 255.255.255.0", "set frobnicate 1"]
)
def test_a_static_route_that_no_table_shows_is_not_closed_by_it(tmp_path: Path, line: str) -> None:
    """Routes by source or by Internet Service are policy routes of the device."""
    static = f'config router static\n    edit 9\n        set device "port1"\n        {line}\n    next\nend\n'
    found = site(tmp_path, more=static, table=TABLE)

    assert standing(found, "mn-lan", "unknown") == "undecided"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("C       172.16.20.0/24 is directly connected, port2\n", ""),
        ("directly connected, port2", "directly connected, port9"),
        ("172.16.20.0/24", "172.16.21.0/24"),
    ],
)
def test_a_table_of_another_device_disagrees(tmp_path: Path, old: str, new: str) -> None:
    found = site(tmp_path, more=OSPF, table=TABLE.replace(old, new))

    assert standing(found, "mn-lan", "lg-lan") == "undecided"
    assert {one.code.value for one in found.diagnostics} >= {"site-disagrees"}


def test_a_table_that_cannot_be_read_closes_nothing(tmp_path: Path) -> None:
    site(tmp_path, more=OSPF, table=TABLE)
    (tmp_path / "exports" / "fw.routes").write_bytes(b"")
    found = assessed(tmp_path)

    assert standing(found, "mn-lan", "unknown") == "undecided"
    assert {one.code.value for one in found.diagnostics} >= {"export-unreadable"}


@pytest.mark.parametrize("role", ["mac", "lldp", "hitcounts", "addresses"])
def test_a_side_file_that_is_not_used_is_told(tmp_path: Path, role: str) -> None:
    device = DEVICE.replace("format: fortigate}]", f"format: fortigate}}, {{path: exports/more.txt, role: {role}}}]")
    files = {"fw.conf": fortigate("fw", PORTS, [CLOSED]), "more.txt": "something\n"}
    found = assessed(town(tmp_path, TWO_TIERS + device, files))

    assert found.standing.value == "proven"
    assert [one.params for one in found.diagnostics if one.code.value == "side-file-unused"] == [
        (("path", "exports/more.txt"), ("role", role))
    ]


# ---- a device whose export has neither addresses nor routes

RULES = """\
# Generated by iptables-save v1.8.9 on Sun Nov  1 09:00:00 2026
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A FORWARD -i eth0 -o eth2 -j ACCEPT
COMMIT
# Completed on Sun Nov  1 09:00:00 2026
"""
WHOLE = """\
assumptions:
  - {id: AS-1, subject: fw, claim: 全行, owner: 課長, reason: 取得手順, document: 手順書, review_due: 2027-03-31,
     assume: export_whole}
"""
LINUX = (
    DEVICE.replace(
        "{path: exports/fw.conf, format: fortigate}",
        "{path: exports/fw.rules, format: iptables}, {path: exports/fw6.rules, format: iptables}, ROUTES",
    )
    .replace("port1:", "eth0:")
    .replace("port2:", "eth1:")
)
ROUTES = """\
172.16.10.0/24 dev eth0 proto kernel scope link src 172.16.10.1
172.16.20.0/24 dev eth1 proto kernel scope link src 172.16.20.1
"""
ADDRESSES = """\
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500
    inet 172.16.10.1/24 brd 172.16.10.255 scope global eth0
3: eth1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500
    inet 172.16.20.1/24 brd 172.16.20.255 scope global eth1
"""


def linux(folder: Path, routes: str = "", addresses: str = "") -> Assessment:
    roles = {"routes": routes, "addresses": addresses}
    beside = ", ".join(f"{{path: exports/fw.{role}, role: {role}}}" for role, text in roles.items() if text)
    device = LINUX.replace(", ROUTES", f", {beside}" if beside else "")
    closed = RULES.replace("-A FORWARD -i eth0 -o eth2 -j ACCEPT\n", "").replace("iptables-save", "ip6tables-save")
    files = {"fw.rules": RULES, "fw6.rules": closed}
    files |= {f"fw.{role}": text for role, text in roles.items() if text}
    return assessed(town(folder, TWO_TIERS + device + WHOLE, files))


def test_a_linux_device_needs_its_routing_table(tmp_path: Path) -> None:
    bare = linux(tmp_path / "bare")
    known = linux(tmp_path / "known", ROUTES)

    assert {one.standing.value for one in known.crossings} == {"proven_assuming"}
    assert [one.config.routing_known for one in (bare.bindings[0], known.bindings[0])] == [False, True]


def test_addresses_beside_the_export_are_compared_with_the_topology(tmp_path: Path) -> None:
    right = linux(tmp_path / "right", ROUTES, ADDRESSES)
    wrong = linux(tmp_path / "wrong", ROUTES, ADDRESSES.replace("172.16.20.1/24", "172.16.20.9/24"))

    assert standing(right) == "proven_assuming"
    assert standing(wrong) == "undecided"
    assert {one.code.value for one in wrong.diagnostics} >= {"site-disagrees"}


def test_an_interface_that_only_the_device_knows_leads_to_unknown(tmp_path: Path) -> None:
    more = (
        ADDRESSES + "4: eth2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500\n    inet 172.16.99.1/24 scope global eth2\n"
    )
    table = ROUTES + "172.16.99.0/24 dev eth2 proto kernel scope link src 172.16.99.1\n"
    found = linux(tmp_path, table, more)

    assert standing(found, "mn-lan", "unknown") == "violated"
    assert standing(found, "mn-lan", "lg-lan") == "proven_assuming"


def test_an_address_that_is_not_understood_leaves_the_device_open(tmp_path: Path) -> None:
    broken = ADDRESSES.replace("inet 172.16.20.1/24 brd 172.16.20.255", "inet 172.16.20.1 peer 172.16.20.2/32")
    found = linux(tmp_path, ROUTES, broken)

    assert standing(found, "mn-lan", "lg-lan") == "undecided"


# ---- declared routes, and routes that may be withdrawn


@pytest.mark.parametrize("declared", [True, False])
def test_declared_routes_are_an_assumption(tmp_path: Path, declared: bool) -> None:
    """The rule lets packets turn round; where they go then is the routing's business."""
    device = LINUX.replace(", ROUTES", "") + ("    routes_complete: true\n" if declared else "")
    turning = RULES.replace("-i eth0 -o eth2", "-i eth0 -o eth0")
    closed = RULES.replace("-A FORWARD -i eth0 -o eth2 -j ACCEPT\n", "").replace("iptables-save", "ip6tables-save")
    found = assessed(town(tmp_path, TWO_TIERS + device + WHOLE, {"fw.rules": turning, "fw6.rules": closed}))
    leaning = crossing(found, "mn-lan", "lg-lan").assumptions

    assert ("routes:fw" in leaning) is declared
    assert (standing(found, "mn-lan", "unknown") == "undecided") is not declared


MONITOR = """\
config system link-monitor
    edit "1"
        set srcintf "port2"
        set server "172.16.20.200"
        set gateway-ip 172.16.20.200
    next
end
"""
ROUTERS = """\
  - id: rt-a
    kind: router
    exports: [{path: exports/rt-a.conf}]
    interfaces: {port1: {segment: lg-lan, address: 172.16.20.200}, port2: {segment: far, address: 172.16.60.1}}
  - id: rt-b
    kind: router
    exports: [{path: exports/rt-b.conf}]
    interfaces: {port1: {segment: lg-lan, address: 172.16.20.201}, port2: {segment: far, address: 172.16.60.2}}
"""


@pytest.mark.parametrize(
    ("monitored", "first", "second", "expected"),
    [
        (False, True, False, "violated"),
        (False, False, True, "proven"),  # the backup route is never used
        (True, False, True, "undecided"),  # it is, once the link is taken for dead
        (True, True, True, "violated"),  # either way it arrives
        (True, False, False, "proven"),
    ],
)
def test_backup_and_tracked_routes_count_from_the_start(
    tmp_path: Path, monitored: bool, first: bool, second: bool, expected: str
) -> None:
    far = "  far: {tier: internet}\nsegments:\n  far: {zone: far, v4: [172.16.60.0/24], v6: none}\n"
    topology = TWO_TIERS.replace("segments:\n", far)
    export = fortigate(
        "fw",
        PORTS,
        [Rule(1, "port1", "port2"), CLOSED],
        [("172.16.60.0/24", "172.16.20.200", "port2"), ("172.16.60.0/24", "172.16.20.201", "port2")],
        more=MONITOR if monitored else "",
    )
    head, _, tail = export.rpartition('        set device "port2"\n')
    files = {"fw.conf": f'{head}        set device "port2"\n        set distance 20\n{tail}'}
    for name, own, open_ in (("rt-a", 200, first), ("rt-b", 201, second)):
        ports = {"port1": f"172.16.20.{own}/24", "port2": f"172.16.60.{own - 199}/24"}
        rules = [*([Rule(1)] if open_ else []), CLOSED]
        files[f"{name}.conf"] = fortigate(name, ports, rules, [("172.16.10.0/24", "172.16.20.1", "port1")])
    found = assessed(town(tmp_path, topology + DEVICE + ROUTERS, files))

    assert standing(found, "mn-lan", "far") == expected
