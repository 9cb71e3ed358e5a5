import pytest

from segcheck.model.crossing import Standing
from segcheck.model.finding import Weight
from tests.checks.sites import SEGMENTS, entry
from tests.replays import MAIL, PC, Shown, named, only, params, said, seen, town

CHECK = "rogue-dhcp-server"
GATE, MAC, OTHER, LOCAL = "10.1.0.1", "02:00:00:00:00:01", "02:00:00:00:00:25", "fe80::25"
TOWN = town()
RELAY = said("dhcp", GATE, MAC, server=GATE)
FIRES = Shown(
    town=TOWN, taps={"tl": []}, neighbours={"tl": [RELAY, said("dhcp", "10.1.0.77", OTHER, server="10.1.0.77")]}
)
SOUND = Shown(town=TOWN, taps={"tl": []}, neighbours={"tl": [RELAY, said("arp", GATE, MAC)]})


def heard(folder, *answers, tap="tl"):
    return seen(folder, {tap: []}, neighbours={tap: list(answers)})


def reason(found):
    one = only(found, CHECK)
    return one.standing, params(one)["reason_en"]


def with_role(folder, role, host="10.1.0.25"):
    path = folder / "topology.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(f"addresses: [{host}]", f"addresses: [{host}], role: {role}"), encoding="utf-8")
    return folder


def test_who_answers_beside_the_router_is_a_second_one(tmp_path):
    found = only(FIRES.judged(tmp_path), CHECK)

    assert (found.standing, found.weight, found.src_zone) == (Standing.VIOLATED, Weight.CRITICAL, "lg")
    assert params(found)["reason_en"] == "it is not the declared DHCP server"
    assert params(found)["sender"] == f"10.1.0.77 ({OTHER})"


def test_a_declared_server_is_right_and_makes_others_wrong(tmp_path):
    folder = with_role(TOWN.written(tmp_path), "dhcp_server")

    assert named(heard(folder, said("dhcp", MAIL, OTHER))) == []
    assert reason(heard(folder, said("dhcp", PC, MAC))) == (
        Standing.VIOLATED,
        "lg-pc is declared as server, not as a DHCP server",
    )


def test_a_register_entry_declares_one_too_while_it_is_in_force(tmp_path):
    ask = "[udp/67]"
    valid = town(entry("R1", "in-pc", "lg-mail", ask)).written(tmp_path / "valid")
    over = town(entry("R1", "in-pc", "lg-mail", ask, expires="2026-11-23")).written(tmp_path / "over")

    assert named(heard(valid, said("dhcp", MAIL, OTHER))) == []
    assert reason(heard(over, said("dhcp", MAIL, OTHER)))[0] is Standing.UNDECIDED


@pytest.mark.parametrize(
    ("address", "role", "standing"),
    [
        ("10.1.0.77", "", Standing.UNDECIDED),
        (MAIL, "server", Standing.UNDECIDED),
        (MAIL, "directory_server", Standing.UNDECIDED),
        (MAIL, "terminal", Standing.VIOLATED),
        (MAIL, "printer", Standing.VIOLATED),
        ("192.168.43.1", "", Standing.VIOLATED),
    ],
)
def test_where_nobody_declared_a_server_it_depends_on_who_it_is(address, role, standing, tmp_path):
    folder = TOWN.written(tmp_path)
    if role:
        with_role(folder, role)

    assert reason(heard(folder, said("dhcp", address, OTHER)))[0] is standing


def test_the_routers_address_from_another_mac_is_not_the_router(tmp_path):
    found = heard(TOWN.written(tmp_path), said("arp", GATE, MAC), said("dhcp", GATE, OTHER))

    assert reason(found)[0] is Standing.UNDECIDED


def test_answers_of_dhcpv6_come_from_the_routers_mac_or_are_undecided(tmp_path):
    six = {**SEGMENTS, "lg-lan": ("lg", "10.1.0.0/24", ', v6: ["2001:db8:1::/64"]')}
    folder = town(segments=six).written(tmp_path / "six")
    known = said("arp", GATE, MAC)

    assert named(heard(folder, known, said("dhcpv6", "fe80::1", MAC))) == []
    assert reason(heard(folder, known, said("dhcpv6", LOCAL, OTHER)))[0] is Standing.UNDECIDED
    assert reason(heard(TOWN.written(tmp_path / "four"), known, said("dhcpv6", "fe80::1", "02:00:00:00:00:02"))) == (
        Standing.VIOLATED,
        "the segment is declared to have no IPv6",
    )


def test_without_a_tap_the_senders_address_says_which_segment_it_is(tmp_path):
    folder = TOWN.written(tmp_path)

    assert only(heard(folder, RELAY, said("dhcp", "10.1.0.77", OTHER), tap="")).src_zone == "lg"
    assert named(heard(folder, RELAY, tap="")) == []


def test_a_flood_of_servers_is_one_finding(tmp_path):
    flood = [
        said("dhcp", f"10.1.{n >> 8}.{n & 255}", f"02:00:00:00:{n >> 8:02x}:{n & 255:02x}") for n in range(256, 9000)
    ]
    found = heard(TOWN.written(tmp_path), RELAY, *flood)

    assert reason(found)[0] is Standing.VIOLATED
    assert params(only(found))["sender"].endswith(f", … ({len(flood)})")
