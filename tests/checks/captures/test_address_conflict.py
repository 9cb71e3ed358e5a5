import pytest

from segcheck.model.crossing import Standing
from segcheck.model.finding import FramesEvidence, Weight
from tests.checks.sites import SEGMENTS
from tests.replays import MAIL, OTHER, PC, TAPS, Shown, named, only, params, said, seen, town

CHECK = "address-conflict"
MAC, THIEF = "02:00:00:00:00:25", "02:00:00:00:00:99"
FREE, GATE = "10.1.0.77", "10.1.0.1"
NOON, LATER, EVENING = "2026-11-24 12:00", "2026-11-24 13:00", "2026-11-24 18:00"
TOWN = town()
FIRES = Shown(
    town=TOWN,
    taps={"tl": []},
    neighbours={"tl": [said("arp", MAIL, MAC, until=EVENING), said("arp", MAIL, THIEF, at=LATER)]},
)
SOUND = Shown(
    town=TOWN,
    taps={"tl": [], "ti": []},
    neighbours={
        "tl": [said("arp", MAIL, MAC), said("arp", PC, THIEF), said("arp", GATE, "00:00:5e:00:53:01")],
        "ti": [said("arp", OTHER, "02:00:00:00:00:26")],
    },
)


def declared(tmp_path, host="", device=""):
    """Return a town's folder; `host` and `device` are further keys of lg-mail and of the firewall."""
    folder = TOWN.written(tmp_path)
    path = folder / "topology.yaml"
    text = path.read_text(encoding="utf-8").replace("addresses: [10.1.0.25]", f"addresses: [10.1.0.25]{host}")
    path.write_text(text.replace("    kind: firewall\n", f"    kind: firewall\n{device}"), encoding="utf-8")
    return folder


def heard(folder, *claims, taps=("tl",)):
    return seen(folder, {tap: [] for tap in taps}, neighbours={tap: list(claims) for tap in taps})


def turns(address, *macs):
    """Return claims of which each lies within the others' time."""
    return [said("arp", address, mac, until=EVENING, frame=n) for n, mac in enumerate(macs, 1)]


def after(address, *macs):
    """Return claims one after the other."""
    hours = [(f"2026-11-24 {hour}:00", f"2026-11-24 {hour}:30") for hour in range(10, 10 + len(macs))]
    return [said("arp", address, mac, at=at, until=until) for mac, (at, until) in zip(macs, hours, strict=True)]


def test_two_claim_one_address_in_turns(tmp_path):
    found = only(FIRES.judged(tmp_path), CHECK)

    assert (found.standing, found.weight, found.pairs) == (Standing.VIOLATED, Weight.HIGH, (("lg", "lg"),))
    assert params(found)["macs"] == f"{MAC}, {THIEF}"
    assert params(found)["packets"] == "4"
    assert params(found)["reason_en"] == "declared as lg-mail"
    assert [(one.frames, one.filter) for one in found.evidence if isinstance(one, FramesEvidence)] == [
        ((1, 11), f"arp.src.proto_ipv4=={MAIL} && arp.src.hw_mac=={MAC}"),
        ((1, 11), f"arp.src.proto_ipv4=={MAIL} && arp.src.hw_mac=={THIEF}"),
    ]


def test_an_address_that_nobody_declared_too_but_it_may_change_hands(tmp_path):
    folder = TOWN.written(tmp_path)

    soon = [said("arp", FREE, MAC, until="2026-11-24 12:10"), said("arp", FREE, THIEF, at="2026-11-24 12:01")]
    assert only(heard(folder, *soon)).standing is Standing.VIOLATED
    assert only(heard(folder, *turns(FREE, MAC, THIEF))).standing is Standing.UNDECIDED
    assert named(heard(folder, *after(FREE, MAC, THIEF))) == []


def test_a_declared_host_that_got_another_card_is_undecided(tmp_path):
    found = only(heard(TOWN.written(tmp_path), *after(MAIL, MAC, THIEF)), CHECK)

    assert (found.standing, found.because) == (Standing.UNDECIDED, ("neighbour:lg-lan",))


def test_the_cards_that_a_host_declares_are_its_own_and_others_are_not(tmp_path):
    folder = declared(tmp_path, host=f", mac: ['{MAC}', '02:00:00:00:00:26']")

    assert named(heard(folder, *turns(MAIL, MAC, "02:00:00:00:00:26"))) == []
    assert only(heard(folder, *after(MAIL, MAC, THIEF))).standing is Standing.VIOLATED


@pytest.mark.parametrize(
    "virtual", ["00:00:5e:00:01:0a", "00:00:5e:00:02:0a", "00:00:0c:07:ac:01", "00:00:0c:9f:f0:01"]
)
def test_who_holds_a_virtual_address_has_a_mac_of_its_own_beside(virtual, tmp_path):
    folder = TOWN.written(tmp_path)

    assert named(heard(folder, *turns(GATE, virtual, MAC))) == []
    assert named(heard(folder, *turns(GATE, virtual, MAC, THIEF))) == [CHECK]


def test_units_of_a_pair_may_take_over_but_not_in_turns(tmp_path):
    folder = declared(tmp_path, device="    members: [fw-a, fw-b]\n")

    assert named(heard(folder, *after(GATE, MAC, THIEF))) == []
    assert only(heard(folder, *turns(GATE, MAC, THIEF))).standing is Standing.UNDECIDED
    third = only(heard(folder, *turns(GATE, MAC, THIEF, "02:00:00:00:00:98")))
    assert (third.standing, third.weight) == (Standing.VIOLATED, Weight.CRITICAL)


def test_the_same_address_on_two_wires_is_no_conflict(tmp_path):
    folder = TOWN.written(tmp_path)
    apart = [said("arp", FREE, MAC, vlans=(10,)), said("arp", FREE, THIEF, vlans=(20,))]

    assert named(heard(folder, *apart)) == []
    assert named(heard(folder, *apart, said("arp", FREE, THIEF, vlans=(10,)))) == [CHECK]


def test_one_segment_seen_at_several_taps_is_one_finding(tmp_path):
    again = TAPS + "  - {id: tl2, device: fw, interface: lg}\n"
    folder = town(topology=again).written(tmp_path)
    found = only(heard(folder, *turns(MAIL, MAC, THIEF), taps=("tl", "tl2")))

    assert params(found)["taps"] == "tl, tl2"
    assert {one.tap for one in found.evidence if isinstance(one, FramesEvidence)} == {"tl", "tl2"}


def test_without_a_tap_the_address_says_which_segment_it_is(tmp_path):
    assert only(heard(TOWN.written(tmp_path), *turns(MAIL, MAC, THIEF), taps=("",))).src_zone == "lg"


def test_ipv6_addresses_are_claimed_by_neighbour_advertisements(tmp_path):
    six = {**SEGMENTS, "lg-lan": ("lg", "10.1.0.0/24", ', v6: ["2001:db8:1::/64"]')}
    folder = town(segments=six).written(tmp_path)
    claims = [said("nd", "2001:db8:1::5", mac, until=EVENING) for mac in (MAC, THIEF)]

    assert named(heard(folder, *claims)) == [CHECK]


def test_who_claims_a_whole_segment_is_one_finding(tmp_path):
    soon = "2026-11-24 12:05"
    claims = [said("arp", f"10.1.0.{n}", mac, until=soon) for n in range(25, 55) for mac in (MAC, THIEF)]
    found = only(heard(TOWN.written(tmp_path), *claims))

    assert found.subject.startswith("lg-lan 10.1.0.25, ")
    assert found.subject.endswith(", … (30)")
    assert params(found)["packets"] == "120"
    assert params(found)["reason_en"] == "declared as lg-mail, not declared, declared as lg-pc"
    assert len(found.evidence) == 4


def test_so_many_macs_for_one_address_are_judged_in_one_pass(tmp_path):
    """Judged pair by pair they would take minutes."""
    claims = [said("arp", MAIL, f"02:00:00:{n >> 16:02x}:{n >> 8 & 255:02x}:{n & 255:02x}") for n in range(20_000)]
    found = only(heard(TOWN.written(tmp_path), *claims))

    assert params(found)["macs"].endswith(", … (20000)")
    assert len(found.evidence) == 4
