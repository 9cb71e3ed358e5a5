"""Every way out of a city's devices is accounted for."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from segcheck.analysis import network as graphs
from segcheck.analysis.exits import exits
from segcheck.app import validating
from segcheck.model.exit import Leads
from segcheck.model.site_words import Tier
from tests.checks.sites import DAY, SEGMENTS, Firewall, Town, entry, route

CITIES = Path(__file__).resolve().parents[2] / "topologies"
DEFAULT = [route(1, "0.0.0.0 0.0.0.0", "203.0.113.1", "wan")]
INWARD = [route(1, "192.168.0.0 255.255.0.0", "203.0.113.1", "wan")]
LG, IN = ("lg-lan", "10.1.0.1/24"), ("in-lan", "10.2.0.1/24")
LBO = entry("L1", "lg-pc", "web", "tcp/443", kind="lbo", path="[fw]")


def line(kind, more=""):
    return f'links:\n  - {{id: up, ends: ["fw:wan", "zone:public"], kind: {kind}{more}}}\n'


def led(folder, made, day=DAY):
    """Return where the ways out of a town lead, by device and interface."""
    read = validating.validate(str(made.written(folder)))
    assert read.site is not None, [problem for one in read.files for problem in one.problems]
    found = exits(graphs.build(read.site, read.bindings, day))
    return {(one.device, one.interface): (one.leads, one.families) for one in found}


def town(inner, *, wan=None, routes=(), topology="", **more):
    ports = {"a": inner} | ({"wan": wan} if wan else {})
    strange = {} if wan else {"wan": "203.0.113.6/29"}
    wall = Firewall(ports=ports, undeclared=strange, routes=routes, more="" if wan else "      wan: {}")
    return replace(Town(firewalls={"fw": wall}, topology=topology), **more)


def outer(zone):
    return {"segments": {**SEGMENTS, "far": (zone, "203.0.113.0/29", ", kind: external")}}


FAR = ("far", "203.0.113.6/29")
CASES = {
    "internet line with a default route": (town(LG, routes=DEFAULT, topology=line("isp")), Leads.EXIT),
    "internet line without": (town(LG, routes=INWARD, topology=line("lte")), Leads.LINE),
    "nobody said what it is": (town(LG, routes=DEFAULT), Leads.EXIT),
    "of a device of its own": (town(("mgt-lan", "10.4.0.1/24"), routes=DEFAULT, topology=line("isp")), Leads.DETACHED),
    "security cloud": (town(IN, wan=FAR, routes=DEFAULT, **outer("sc")), Leads.UPLINK),
    "maintainer, to him": (town(LG, wan=FAR, routes=INWARD, **outer("mnt")), Leads.OTHERS),
    "maintainer, and all beyond": (town(LG, wan=FAR, routes=DEFAULT, **outer("mnt")), Leads.EXIT),
    "breakout": (
        town(LG, routes=DEFAULT, topology=line("isp"), register=[LBO], hosts={"web": ("lg-lan", "10.1.0.77")}),
        Leads.BREAKOUT,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_where_a_way_out_leads(tmp_path, case):
    made, leads = CASES[case]

    found = led(tmp_path, made)
    assert {key: one[0] for key, one in found.items()} == {("fw", "wan"): leads}


def test_a_breakout_that_is_not_in_force_is_an_exit(tmp_path):
    made, _ = CASES["breakout"]

    assert led(tmp_path, made, date(2027, 4, 1))["fw", "wan"] == (Leads.EXIT, (4,))


@pytest.mark.parametrize("city", ["kozato", "reiji", "reiji-mistakes"])
def test_every_port_of_every_device_stands_inside_or_is_a_way_out(city):
    read = validating.validate(str(CITIES / city))
    assert read.site is not None
    network = graphs.build(read.site, read.bindings, DAY)
    out = {(one.device, one.interface) for one in exits(network)}
    uplinks = [one for one in exits(network) if one.leads is Leads.UPLINK]
    beyond = (Tier.PUBLIC, Tier.UNKNOWN, Tier.SECURITY_CLOUD)

    assert len(uplinks) == 1
    for station in network.stations.values():
        for port in station.ports:
            leaves = any(network.places[name].tier in beyond for name in port.places)
            assert leaves <= ((station.device.id, port.interface) in out)
