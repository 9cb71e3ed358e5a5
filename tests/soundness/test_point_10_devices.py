"""DESIGN 2.10: devices are hosts too: their own addresses, what they take in, what they carry on in their own name."""

from __future__ import annotations

from pathlib import Path

import pytest

from segcheck.model.assessment import Assessment
from segcheck.model.crossing import Standing
from tests.analysis.sites import network, segment, station
from tests.soundness.asking import judged, pair
from tests.soundness.test_point_01_packets import LINUX, RULES
from tests.soundness.town import (
    CLOSED,
    DEVICE,
    PORTS,
    TWO_TIERS,
    Rule,
    assessed,
    findings,
    fortigate,
    lines,
    standing,
    town,
)


def site(
    folder: Path, *, ports: dict[str, str] | None = None, more: str = "", rules: tuple[Rule, ...] = (CLOSED,)
) -> Assessment:
    export = fortigate("fw", ports or PORTS, rules, more=more)
    return assessed(town(folder, TWO_TIERS + DEVICE, {"fw.conf": export}))


def test_the_addresses_of_a_device_belong_to_it_and_not_to_its_segments() -> None:
    a, b = segment("a", "10.1.0.0/24"), segment("b", "10.2.0.0/24")
    found = judged(network((a, b), station("d0", {"in": "10.1.0.1/24 a", "up": "10.2.0.1/24 b"})))
    own = found.reach.network.own("b")

    assert pair(found).standing is Standing.VIOLATED
    assert not pair(found).may & found.reach.universe.field("dst", own)
    assert found.reach.sent("a")["device:d0"] & found.reach.universe.field("dst", own)


def test_management_that_users_reach_makes_a_device_a_stepping_stone(tmp_path: Path) -> None:
    open_ = {"port1": PORTS["port1"] + ";set allowaccess https ssh", "port2": PORTS["port2"]}
    found = site(tmp_path / "open", ports=open_)
    (finding,) = findings(found, "device-access")

    assert finding.standing.value == "violated"
    assert dict(finding.params)["places"] == "mn-lan"
    assert all(path == "exports/fw.conf" for path, _, _ in lines(finding))
    assert findings(site(tmp_path / "shut"), "device-access") == []
    ping = {"port1": PORTS["port1"] + ";set allowaccess ping", "port2": PORTS["port2"]}
    assert findings(site(tmp_path / "ping", ports=ping), "device-access") == []


def test_local_rules_narrow_what_a_device_takes_in(tmp_path: Path) -> None:
    open_ = {"port1": PORTS["port1"] + ";set allowaccess https", "port2": PORTS["port2"]}
    local = """\
config firewall local-in-policy
    edit 1
        set intf "port1"
        set srcaddr "all"
        set dstaddr "all"
        set service "ALL"
        set schedule "always"
    next
end
"""
    assert findings(site(tmp_path / "open", ports=open_), "device-access")
    assert findings(site(tmp_path / "shut", ports=open_, more=local), "device-access") == []


DNS = 'config system dns-server\n    edit "port1"\n    next\nend\n'


def test_a_service_that_sends_on_in_its_own_name_is_a_stepping_stone(tmp_path: Path) -> None:
    found = site(tmp_path / "dns", more=DNS)
    (finding,) = findings(found, "reoriginating-service")

    assert dict(finding.params)["places"] == "mn-lan"
    assert dict(finding.params)["legs"] == "lg, mn"
    assert standing(found) == "proven"  # no packet passes; what it carries on is another
    assert findings(site(tmp_path / "none"), "reoriginating-service") == []


@pytest.mark.parametrize(("reoriginates", "count"), [("true", 1), ("false", 0)])
def test_a_declared_service_is_asked_for_where_the_device_takes_it_in(
    tmp_path: Path, reoriginates: str, count: int
) -> None:
    services = f"    services: [{{kind: explicit-proxy, service: tcp/8080, reoriginates: {reoriginates}}}]\n"
    whole = """\
    routes_complete: true
assumptions:
  - {id: AS-1, subject: fw, claim: 全行, owner: 課長, reason: 取得手順, document: 手順書, review_due: 2027-03-31,
     assume: export_whole}
"""
    taking = RULES.format(rule="-A INPUT -i eth0 -p tcp -m tcp --dport 8080 -j ACCEPT\n")
    files = {"fw.v4": taking, "fw.v6": RULES.format(rule="").replace("iptables-save", "ip6tables-save")}
    found = assessed(town(tmp_path, TWO_TIERS + LINUX + services + whole, files))

    assert len(findings(found, "reoriginating-service")) == count


def test_a_packet_for_a_device_that_it_sends_on_by_translation_is_no_longer_its_own(tmp_path: Path) -> None:
    """Destination translation comes before the local test."""
    vip = """\
config firewall vip
    edit "vip"
        set extip 172.16.10.1
        set mappedip "172.16.20.25"
        set extintf "any"
        set portforward enable
        set extport 443
        set mappedport 443
    next
end
"""
    export = fortigate("fw", PORTS, [Rule(1, "port1", "port2", dst="172.16.20.25/32"), CLOSED], more=vip)
    export = export.replace('set dstaddr "172.16.20.25/32"', 'set dstaddr "vip"')
    found = assessed(town(tmp_path, TWO_TIERS + DEVICE, {"fw.conf": export}))

    assert standing(found) == "violated"
