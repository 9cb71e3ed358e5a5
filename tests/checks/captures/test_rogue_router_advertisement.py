import pytest

from segcheck.model.crossing import Standing
from segcheck.model.finding import Weight
from tests.checks.sites import SEGMENTS
from tests.replays import MAIL, Shown, named, only, params, said, seen, town

CHECK = "rogue-router-advertisement"
LOCAL, MAC, OTHER = "fe80::1", "02:00:00:00:00:01", "02:00:00:00:00:25"
GATE, PREFIX = "10.1.0.1", "2001:db8:1::/64"
SIX = {
    **SEGMENTS,
    "lg-lan": ("lg", "10.1.0.0/24", f', v6: ["{PREFIX}"]'),
    "sc-net": ("sc", "198.51.100.0/24", ", kind: external"),
}
TOWN = town(segments=SIX)
ROUTER = said("arp", GATE, MAC)
FIRES = Shown(
    town=TOWN,
    taps={"tl": []},
    neighbours={"tl": [said("ra", LOCAL, MAC, prefixes=["2001:db8:bad::/64"])]},
)
SOUND = Shown(town=TOWN, taps={"tl": []}, neighbours={"tl": [ROUTER, said("ra", LOCAL, MAC, prefixes=[PREFIX])]})


def heard(folder, *claims, tap="tl"):
    return seen(folder, {tap: []}, neighbours={tap: list(claims)})


def reason(found):
    one = only(found, CHECK)
    return one.standing, params(one)["reason_en"]


def test_a_prefix_that_nobody_declared_is_offered(tmp_path):
    found = only(FIRES.judged(tmp_path), CHECK)

    assert (found.standing, found.weight, found.src_zone) == (Standing.VIOLATED, Weight.CRITICAL, "lg")
    assert params(found)["prefixes"] == "2001:db8:bad::/64"
    assert params(found)["sender"] == f"{LOCAL} ({MAC})"


def test_even_the_router_may_not_where_there_is_to_be_no_ipv6(tmp_path):
    found = heard(town().written(tmp_path), ROUTER, said("ra", LOCAL, MAC))

    assert reason(found) == (Standing.VIOLATED, "the segment is declared to have no IPv6")


def test_a_host_is_no_router(tmp_path):
    claims = [ROUTER, said("arp", MAIL, OTHER), said("ra", "fe80::25", OTHER, prefixes=[PREFIX])]

    assert reason(heard(TOWN.written(tmp_path), *claims)) == (Standing.VIOLATED, "it is host lg-mail, no router")


@pytest.mark.parametrize(
    "claims",
    [[], [ROUTER], [said("arp", "10.1.0.254", OTHER)], [said("arp", GATE, OTHER), ROUTER]],
    ids=["nobody known", "router elsewhere", "undeclared address", "router's address contested"],
)
def test_who_cannot_be_told_is_undecided(claims, tmp_path):
    found = heard(TOWN.written(tmp_path), *claims, said("ra", "fe80::25", OTHER, prefixes=[PREFIX]))
    one = next(one for one in found.assessment.findings if one.check == CHECK)

    assert (one.standing, one.because) == (Standing.UNDECIDED, ("neighbour:lg-lan",))


def test_the_router_is_known_by_the_mac_that_claims_its_ipv6_address_too(tmp_path):
    folder = TOWN.written(tmp_path)
    path = folder / "topology.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("address: 10.1.0.1/24", 'addresses: [10.1.0.1/24, "2001:db8:1::1"]'), encoding="utf-8")
    claims = [said("nd", "2001:db8:1::1", MAC), said("ra", LOCAL, MAC, prefixes=[PREFIX])]

    assert named(heard(folder, *claims)) == []
    assert reason(heard(folder, claims[1]))[0] is Standing.UNDECIDED


def test_what_nobody_said_of_ipv6_is_undecided(tmp_path):
    folder = TOWN.written(tmp_path)
    path = folder / "topology.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(f', v6: ["{PREFIX}"]', ""), encoding="utf-8")
    found = heard(folder, ROUTER, said("ra", LOCAL, MAC, prefixes=[PREFIX]))

    assert reason(found) == (Standing.UNDECIDED, "nobody declared the segment's IPv6")


def test_without_a_tap_the_prefix_says_which_segment_it_is(tmp_path):
    folder = TOWN.written(tmp_path)

    assert named(heard(folder, ROUTER, said("ra", LOCAL, MAC, prefixes=[PREFIX]), tap="")) == []
    assert reason(heard(folder, said("ra", LOCAL, MAC), tap=""))[0] is Standing.UNDECIDED
    assert reason(heard(folder, said("ra", LOCAL, MAC, prefixes=["2001:db8:bad::/64"]), tap=""))[0] is Standing.VIOLATED


def test_beyond_a_line_others_say_who_routes(tmp_path):
    folder = TOWN.written(tmp_path)
    path = folder / "topology.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace(f'v6: ["{PREFIX}"]', "v6: none, kind: external"), encoding="utf-8"
    )

    assert named(heard(folder, said("ra", LOCAL, MAC, prefixes=[PREFIX]))) == []


def test_a_flood_of_routers_is_one_finding(tmp_path):
    flood = [
        said("ra", f"fe80::{n:x}", f"02:00:00:00:{n >> 8:02x}:{n & 255:02x}", prefixes=[f"2001:db8:{n:x}::/64"])
        for n in range(256, 5000)
    ]
    found = only(heard(TOWN.written(tmp_path), *flood))

    assert params(found)["sender"].endswith(f", … ({len(flood)})")


def test_what_was_left_out_is_a_gap(tmp_path):
    found = seen(TOWN.written(tmp_path), {"tl": []}, left_out=7)

    assert [english for _, english in found.gaps] == [
        "frames of ARP, router advertisements, DHCP and PPPoE beyond the bound on what is kept of them: 7"
    ]
    assert found.assessment.standing is Standing.UNDECIDED
