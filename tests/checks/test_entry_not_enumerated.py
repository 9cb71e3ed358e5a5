from segcheck.checks import covered
from segcheck.checks import entry_not_enumerated as module
from segcheck.model.finding import Weight
from segcheck.model.requirement import Coverage
from segcheck.sets.addresses import parse_one
from tests.checks.registers import asking, mynumber
from tests.checks.sites import SEGMENTS, Town, entry, item, lines, params, rule

CHECK = "entry-not-enumerated"
RULE = rule(1, "lg:all", "in:in-mail", "SMTP")
FIRES = Town(rules=[RULE], register=[entry("R1", "lg-lan", "in-mail", "tcp/25")])
SOUND = Town(rules=[rule(1, "lg:lg-pcs", "in:in-mail", "SMTP")], register=[entry("R1", "lg-pcs", "in-mail", "tcp/25")])


def test_an_end_that_is_a_segment_permits_addresses_that_are_no_host(tmp_path):
    (found,) = FIRES.found(tmp_path, CHECK)

    assert (found.subject, found.weight, found.pairs) == ("R1", Weight.HIGH, (("lg", "in"),))
    assert found.requirements == ("SP-1", "X-12")
    assert params(found)["ends"] == "lg-lan"
    assert params(found)["count"] == "254"  # all of the /24 but lg-mail and lg-pc
    assert lines(found) == [item(tmp_path, "R1")]
    assert found.packets is not None
    assert {box.dport.min for box in found.packets.boxes} == {25}
    mail = parse_one("10.1.0.25")
    assert all(
        box.src is not None and not any(lo <= mail <= hi for lo, hi in box.src.ranges) for box in found.packets.boxes
    )


def test_of_the_my_number_tier_it_is_critical_and_its_group_must_list_hosts(tmp_path):
    groups = "  wide: {segments: [mn-lan]}\n"
    town = mynumber(entry("R1", "wide", "lg-mail", "tcp/443"), groups=groups)

    (found,) = town.found(tmp_path, CHECK)
    assert (found.weight, found.requirements) == (Weight.CRITICAL, ("SP-1", "MN-03"))


def test_an_entry_that_is_not_in_force_is_not_asked(tmp_path):
    ended = Town(rules=[], register=[entry("R1", "lg-lan", "in-mail", "tcp/25", expires="2026-11-23")])

    assert ended.found(tmp_path, CHECK) == ()
    assert covered(module, asking(ended, tmp_path)).coverage is Coverage.NOTHING_TO_ASK


def test_a_range_that_two_routing_domains_have_names_nobody(tmp_path):
    other = ("lg", "10.1.0.0/24", ", domain: other, kind: external")
    town = Town(rules=SOUND.rules, register=SOUND.register, segments={**SEGMENTS, "twin": other})

    (found,) = town.found(tmp_path, CHECK)
    assert params(found)["ends"] == "lg-pcs"
