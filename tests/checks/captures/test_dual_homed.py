import pytest

from segcheck.checks.captures import dual_homed
from segcheck.model.crossing import Standing
from segcheck.model.finding import Weight
from segcheck.model.requirement import Coverage
from tests.checks.sites import Firewall
from tests.replays import FAR, MAIL, OTHER, PC, Shown, named, only, params, said, seen, town

CHECK = "dual-homed"
MAC, SECOND, GATE = "02:00:00:00:00:25", "02:00:00:00:00:26", "02:00:00:00:00:01"
ROUTER = [said("arp", "10.1.0.1", GATE)], [said("arp", "10.2.0.1", GATE)]
TOWN = town()
FIRES = Shown(
    town=TOWN,
    taps={"tl": [], "ti": []},
    neighbours={"tl": [*ROUTER[0], said("arp", PC, MAC)], "ti": [*ROUTER[1], said("arp", FAR, MAC, frame=2)]},
)
SOUND = Shown(
    town=TOWN,
    taps={"tl": [], "ti": []},
    neighbours={
        "tl": [*ROUTER[0], said("arp", PC, MAC), said("arp", MAIL, MAC), said("arp", "10.1.0.9", "00:00:5e:00:01:05")],
        "ti": [*ROUTER[1], said("arp", FAR, SECOND), said("arp", "10.2.0.9", "00:00:5e:00:01:05")],
    },
)


def heard(folder, lgwan, internet):
    return seen(folder, {"tl": [], "ti": []}, neighbours={"tl": lgwan, "ti": internet})


def both(folder, mac=MAC, addresses=("10.1.0.77", "10.2.0.77"), router=True):
    before = ROUTER if router else ([], [])
    return heard(
        folder, [*before[0], said("arp", addresses[0], mac)], [*before[1], said("arp", addresses[1], mac, frame=2)]
    )


def changed(folder, old, new):
    path = TOWN.written(folder) / "topology.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return folder


def test_one_mac_with_addresses_of_two_zones(tmp_path):
    found = only(FIRES.judged(tmp_path), CHECK)

    assert (found.standing, found.weight, found.pairs) == (Standing.VIOLATED, Weight.CRITICAL, (("lg", "in"),))
    assert found.requirements == ("X-01", "LG-01", "LG-13")
    assert params(found)["addresses"] == f"{PC}, {FAR}"
    assert params(found)["reason_en"] == "declared as in-pc, lg-pc"
    assert {one.tap for one in found.evidence} == {"tl", "ti"}


def test_two_addresses_on_one_wire_are_two_zones_too(tmp_path):
    found = heard(TOWN.written(tmp_path), [*ROUTER[0], said("arp", PC, MAC), said("arp", FAR, MAC)], [])

    assert only(found, CHECK).standing is Standing.VIOLATED


def test_a_link_local_address_stands_in_the_zone_of_its_wire(tmp_path):
    one, other = [*ROUTER[0], said("nd", "fe80::25", MAC)], [*ROUTER[1], said("nd", "fe80::25", MAC)]

    assert only(heard(TOWN.written(tmp_path), one, other), CHECK).pairs == (("lg", "in"),)


def test_the_device_between_the_zones_is_no_host(tmp_path):
    assert named(heard(TOWN.written(tmp_path), *ROUTER)) == []


def test_if_the_devices_mac_was_not_heard_a_stranger_may_be_the_device(tmp_path):
    found = only(both(TOWN.written(tmp_path / "stranger"), router=False), CHECK)
    known = changed(tmp_path / "known", "addresses: [10.1.0.50]", f"addresses: [10.1.0.50], mac: '{MAC}'")

    assert (found.standing, params(found)["reason_en"]) == (
        Standing.UNDECIDED,
        "not declared; it may be one of fw",
    )
    assert only(both(TOWN.written(tmp_path / "stranger")), CHECK).standing is Standing.VIOLATED
    assert only(both(known, router=False), CHECK).standing is Standing.VIOLATED


def test_a_unit_of_a_redundant_pair_may_have_addresses_beside_the_shared_ones(tmp_path):
    virtual = "00:00:5e:00:01:05"
    shared = [said("arp", "10.1.0.1", virtual)], [said("arp", "10.2.0.1", virtual)]
    unit = said("arp", "10.1.0.2", MAC), said("arp", "10.2.0.2", MAC)
    found = heard(TOWN.written(tmp_path / "vrrp"), [*shared[0], unit[0]], [*shared[1], unit[1]])
    pair = changed(tmp_path / "pair", "    kind: firewall\n", "    kind: firewall\n    members: [fw-1, fw-2]\n")

    assert only(found, CHECK).standing is Standing.UNDECIDED
    assert only(heard(pair, [*ROUTER[0], unit[0]], [*ROUTER[1], unit[1]]), CHECK).standing is Standing.UNDECIDED


@pytest.mark.parametrize("mac", ["00:00:5e:00:02:0a", "00:00:0c:07:ac:01", "00:00:0c:9f:f0:01"])
def test_virtual_addresses_of_redundant_routers_are_the_same_everywhere(mac, tmp_path):
    assert named(both(TOWN.written(tmp_path), mac)) == []


def test_a_sanitiser_may_stand_in_two_zones(tmp_path):
    folder = changed(tmp_path, "addresses: [10.1.0.25]", "addresses: [10.1.0.25], role: sanitiser")

    assert named(both(folder, addresses=(MAIL, "10.2.0.77"))) == []
    assert named(both(folder, addresses=(MAIL, OTHER))) == [CHECK]


def test_hosts_of_gateways_may(tmp_path):
    legs = "{id: a, from: in-mail, service: tcp/443, opener: other}, {id: b, to: lg-pc, service: tcp/443, opener: self}"
    gateway = f"gateways:\n  - {{id: g, hosts: [lg-mail], method: file_check, legs: [{legs}]}}\n"
    folder = TOWN.written(tmp_path)
    (folder / "topology.yaml").open("a", encoding="utf-8").write(gateway)

    assert named(both(folder, addresses=(MAIL, "10.2.0.77"))) == []


def test_with_the_my_number_zone_it_breaks_that_separation(tmp_path):
    ports = {"mn": ("mn-lan", "10.0.0.1/24"), "san": ("san-lan", "10.3.0.1/24")}
    taps = "taps:\n  - {id: tm, device: fw, interface: mn}\n  - {id: ts, device: fw, interface: san}\n"
    folder = town(topology=taps, firewalls={"fw": Firewall(ports=ports)}).written(tmp_path)
    claims = {
        "tm": [said("arp", "10.0.0.1", GATE), said("arp", "10.0.0.10", MAC)],
        "ts": [said("arp", "10.3.0.77", MAC)],
    }
    found = only(seen(folder, {"tm": [], "ts": []}, neighbours=claims), CHECK)

    assert (found.weight, found.requirements) == (Weight.CRITICAL, ("X-01", "MN-01"))


def test_many_are_one_finding(tmp_path):
    macs = [f"02:00:00:00:01:{n:02x}" for n in range(20)]
    claims = [[said("arp", f"10.{zone}.0.{60 + n}", mac) for n, mac in enumerate(macs)] for zone in (1, 2)]
    found = only(heard(TOWN.written(tmp_path), *([*r, *c] for r, c in zip(ROUTER, claims, strict=True))), CHECK)

    assert params(found)["mac"].endswith("… (20)")


def test_where_not_both_zones_are_heard_input_is_missing(tmp_path, monkeypatch):
    contexts = []
    monkeypatch.setattr(dual_homed, "find", lambda context: iter(contexts.append(context) or ()))
    folder = TOWN.written(tmp_path)
    heard(folder, [said("arp", PC, MAC)], [])
    heard(folder, [said("arp", PC, MAC)], [said("arp", FAR, SECOND)])

    assert [dual_homed.covered(one).coverage for one in contexts] == [Coverage.NO_INPUT, Coverage.ASKED]
