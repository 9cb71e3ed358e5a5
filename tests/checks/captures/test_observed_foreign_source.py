from tests.checks.sites import PORTS, Firewall, entry, rule
from tests.replays import FAR, MAIL, OTHER, PC, TAPS, Shown, flow, named, only, params, seen, town

CHECK = "observed-foreign-source"
SMTP = rule(1, "lg:lg-mail", "in:in-mail", "SMTP")
REGISTERED = entry("R1", "lg-mail", "in-mail", "tcp/25")
WALL = Firewall(rules=[SMTP], ports={**PORTS, "mn": ("mn-lan", "10.0.0.1/24")})
TOWN = town(REGISTERED, firewalls={"fw": WALL}, topology=TAPS + "  - {id: tm, device: fw, interface: mn}\n")
#: A host behind the firewall's `mn` claims an address of the LGWAN tier.
FIRES = Shown(town=TOWN, taps={"tm": [flow(PC, FAR, 445)]})
SOUND = Shown(town=TOWN, taps={"tl": [flow(MAIL, OTHER, 25)]})


def test_neither_address_lies_on_the_side_where_it_was_seen(tmp_path):
    found = only(FIRES.judged(tmp_path), CHECK)

    assert (found.check, found.pairs, params(found)["taps"]) == (CHECK, (("lg", "in"),), "tm")


def test_what_was_also_seen_where_it_belongs_is_a_crossing_and_no_forgery(tmp_path):
    found = seen(TOWN.written(tmp_path), {"tl": [flow(PC, FAR, 445)], "tm": [flow(PC, FAR, 445)]})

    assert CHECK not in named(found)
    assert "observed-crossing" in named(found)


def test_even_what_is_registered_does_not_belong_there(tmp_path):
    assert CHECK in named(seen(TOWN.written(tmp_path), {"tm": [flow(MAIL, OTHER, 25)]}))


def test_the_devices_own_addresses_and_places_without_a_route_contradict_nothing(tmp_path):
    folder = TOWN.written(tmp_path)
    own = flow("10.1.0.1", "10.0.0.10", 0x0800, proto=1)

    assert CHECK not in named(seen(folder, {"tm": [own]}))
    assert CHECK not in named(seen(folder, {"tm": [flow("203.0.113.9", FAR, 80)]}))


def test_a_tag_of_no_segment_is_told(tmp_path):
    found = seen(TOWN.written(tmp_path), {"tl": [flow(MAIL, OTHER, 25, vlans=(99,))]})

    assert named(found) == [CHECK]
    assert "VLAN 99" in params(only(found))["tag_en"]


def test_a_broadcast_that_cannot_have_left_its_wire_must_come_from_it(tmp_path):
    folder = TOWN.written(tmp_path)
    shout = {"proto": 17, "sport": 68, "answered": False}

    assert named(seen(folder, {"tl": [flow(MAIL, "255.255.255.255", 67, **shout)]})) == []
    assert named(seen(folder, {"tm": [flow(MAIL, "255.255.255.255", 67, **shout)]})) == [CHECK]
