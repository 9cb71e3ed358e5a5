"""DESIGN 2.5: nothing known of a device, anything may happen there; what only an export knows leads both ways to `unknown`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from segcheck.analysis.network import Doubt, DoubtKind, Station
from segcheck.model.assessment import Assessment
from segcheck.model.device import Scope, Taint
from segcheck.model.pipeline import Pipeline
from segcheck.model.rules import Deny, Permit
from tests.analysis.builders import field, filtering, listed, route, rule
from tests.analysis.sites import anything, network, segment, station
from tests.soundness.asking import forbidden, judged, pair
from tests.soundness.town import (
    CLOSED,
    DEVICE,
    OPEN,
    PORTS,
    TWO_TIERS,
    Rule,
    assessed,
    crossing,
    findings,
    fortigate,
    lines,
    standing,
    town,
)

A, T, B = segment("a", "10.1.0.0/24"), segment("t", "10.9.0.0/24"), segment("b", "10.2.0.0/24")
FILTER = Pipeline(forward=(filtering("f", "f"),))
LEFT = {"in": "10.1.0.1/24 a", "up": "10.9.0.1/24 t"}
RIGHT = {"up": "10.9.0.2/24 t", "in": "10.2.0.1/24 b"}
OVER = (route("10.2.0.0/24", gateway="10.9.0.2"),)


def test_a_device_without_an_export_may_send_any_header() -> None:
    only = listed("f", rule(Permit(), field("src", "10.7.0.9")), default=Deny())
    right = station("d1", RIGHT, only, pipeline=FILTER)
    unknown = station("d0", LEFT, known=False, havoc=[anything("d0")])
    closed = station("d1", RIGHT, listed("f", default=Deny()), pipeline=FILTER)

    assert forbidden(network((A, T, B), unknown, right), cuts="10.7.0.9") == "undecided"
    assert pair(judged(network((A, T, B), unknown, right))).because == (anything("d0"),)
    assert forbidden(network((A, T, B), unknown, closed)) == "proven"


def test_nothing_comes_out_of_a_device_that_nothing_enters() -> None:
    shut = station("d0", LEFT, listed("f", default=Deny()), pipeline=FILTER, routes=OVER)
    unknown = station("d1", RIGHT, known=False, havoc=[anything("d1")])

    assert forbidden(network((A, T, B), shut, unknown)) == "proven"


@pytest.mark.parametrize("scope", [Scope.TRANSLATION, Scope.ROUTING])
def test_readable_parts_narrow_what_is_unread(scope: Scope) -> None:
    """An unread translation or route does not open a policy that was read."""
    right = station("d1", RIGHT, routes=(route("10.1.0.0/24", gateway="10.9.0.1"),))

    def left(default: Permit | Deny) -> Station:
        taint = (Taint(scope, "unread:1"),)
        made = station("d0", LEFT, listed("f", default=default), pipeline=FILTER, routes=OVER, taints=taint)
        return replace(made, unread=Doubt("unread:d0", DoubtKind.UNREAD, "d0"))

    assert forbidden(network((A, T, B), left(Deny()), right)) == "proven"
    assert forbidden(network((A, T, B), left(Permit()), right)) == "undecided"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("address: 172.16.10.1}", "address: 172.16.10.9}"),
        ("kind: firewall\n", "kind: firewall\n    hostname: other\n"),
        ("port1:", "port7:"),
    ],
)
def test_topology_and_export_that_disagree_prove_nothing(tmp_path: Path, old: str, new: str) -> None:
    files = {"fw.conf": fortigate("fw", PORTS, [CLOSED])}
    assert standing(assessed(town(tmp_path / "right", TWO_TIERS + DEVICE, files))) == "proven"
    found = assessed(town(tmp_path / "wrong", TWO_TIERS + DEVICE.replace(old, new, 1), files))

    assert standing(found) == "undecided"
    assert any(name.startswith("site-disagrees:topology.yaml") for name in crossing(found, "mn-lan", "lg-lan").because)


def test_another_vlan_disagrees(tmp_path: Path) -> None:
    ports = {"port1": "172.16.10.1/24;set vlanid 110;set interface port9;set type vlan", "port2": PORTS["port2"]}
    topology = TWO_TIERS.replace("mn-lan: {zone: mn", "mn-lan: {zone: mn, vlan: 111")
    found = assessed(town(tmp_path, topology + DEVICE, {"fw.conf": fortigate("fw", ports, [CLOSED])}))

    assert standing(found) == "undecided"
    assert [dict(one.params)["what"] for one in found.diagnostics if one.code.value == "site-disagrees"] == [
        "VLAN of interface port1 of fw"
    ]


# ---- what only the export knows


def with_ports(
    folder: Path, ports: dict[str, str], rules: list[Rule], routes: list[tuple[str, str, str]]
) -> Assessment:
    export = fortigate("fw", {**PORTS, **ports}, rules, routes)
    return assessed(town(folder, TWO_TIERS + DEVICE, {"fw.conf": export}))


def test_an_undeclared_interface_leads_to_unknown_and_back(tmp_path: Path) -> None:
    out, back = Rule(1, "port1", "port3"), Rule(2, "port3", "port1")
    found = with_ports(tmp_path, {"port3": "172.16.99.1/24"}, [out, back, CLOSED], [])

    assert standing(found, "mn-lan", "unknown") == "violated"
    assert standing(found, "unknown", "mn-lan") == "violated"
    assert standing(found, "mn-lan", "lg-lan") == "proven"
    (finding,) = findings(found, "undeclared-interface")
    assert dict(finding.params)["line"] == "port3: {segment: ?, address: 172.16.99.1/24}"
    assert lines(finding)[0][0] == "exports/fw.conf"


def test_an_interface_that_is_down_leads_nowhere(tmp_path: Path) -> None:
    out = Rule(1, "port1", "port3")
    found = with_ports(tmp_path, {"port3": "172.16.99.1/24;set status down"}, [out, CLOSED], [])

    assert standing(found, "mn-lan", "unknown") == "proven"
    assert findings(found, "undeclared-interface") == []


def test_a_tunnel_that_the_topology_lacks_leads_to_unknown(tmp_path: Path) -> None:
    out = Rule(1, "port1", "vpn")
    found = with_ports(
        tmp_path, {"vpn": ";set type tunnel;set interface port2"}, [out, CLOSED], [("10.99.0.0/16", "", "vpn")]
    )

    assert standing(found, "mn-lan", "unknown") in ("violated", "undecided")
    assert [dict(one.params)["interface"] for one in findings(found, "undeclared-interface")] == ["vpn"]


def test_an_undeclared_next_hop_leads_to_unknown_and_back(tmp_path: Path) -> None:
    hop = ("10.99.0.0/16", "172.16.20.200", "port2")
    found = with_ports(
        tmp_path, {}, [Rule(1, "port1", "port2", dst="10.99.0.0/16"), CLOSED], [hop, ("10.98.0.0/16", *hop[1:])]
    )

    assert standing(found, "mn-lan", "unknown") == "violated"
    assert standing(found, "unknown", "lg-lan") == "undecided"
    assert "next-hop:172.16.20.200" in crossing(found, "unknown", "lg-lan").because
    (finding,) = findings(found, "undeclared-next-hop")  # one for both routes
    assert (
        dict(finding.params)["line"]
        == "- {id: ?, kind: router, interfaces: {?: {segment: lg-lan, address: 172.16.20.200}}}"
    )
    text = (tmp_path / "exports/fw.conf").read_text(encoding="utf-8").splitlines()
    _, first, last = lines(finding)[0]
    assert any("172.16.20.200" in line for line in text[first - 1 : last])


def test_a_next_hop_that_is_declared_is_no_finding(tmp_path: Path) -> None:
    other = "  - id: rt\n    kind: router\n    interfaces: {lan: {segment: lg-lan, address: 172.16.20.200}}\n"
    export = fortigate("fw", PORTS, [OPEN, CLOSED], [("10.99.0.0/16", "172.16.20.200", "port2")])
    found = assessed(town(tmp_path, TWO_TIERS + DEVICE + other, {"fw.conf": export}))

    assert findings(found, "undeclared-next-hop") == []
    assert "next-hop:172.16.20.200" not in crossing(found, "mn-lan", "lg-lan").because


def test_an_undeclared_subnet_on_a_declared_interface_proves_nothing(tmp_path: Path) -> None:
    more = ";set secondary-IP enable;config secondaryip;edit 1;set ip 172.16.77.1 255.255.255.0;next;end"
    found = with_ports(tmp_path, {"port1": PORTS["port1"] + more}, [CLOSED], [])

    assert standing(found, "mn-lan", "lg-lan") == "undecided"
    (one,) = [d for d in found.diagnostics if d.code.value == "site-disagrees"]
    assert "172.16.77.1/24" in dict(one.params)["export"]
