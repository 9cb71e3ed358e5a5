from segcheck.checks import covered
from segcheck.checks import reverse_permitted as module
from segcheck.model.requirement import Coverage
from tests.checks.registers import asking
from tests.checks.sites import Firewall, Town, entry, item, lines, policy, rule, told, way, witness

CHECK = "reverse-permitted"
FORTH = rule(1, "lg:lg-mail", "in:in-mail", "SMTP")
BACK = rule(2, "in:in-mail", "lg:lg-mail", "HTTPS")
R1 = entry("R1", "lg-mail", "in-mail", "tcp/25")
FIRES = Town(rules=[FORTH, BACK], register=[R1])
SOUND = Town(rules=[FORTH], register=[R1])


def test_the_end_that_answers_can_open_sessions(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.subject, found.pairs) == (CHECK, "R1", (("in", "lg"),))
    assert "SP-4" in found.requirements
    assert lines(found) == [policy(tmp_path, 2), item(tmp_path, "R1")]
    assert (way(found), witness(found).packet.dport) == (["fw"], 443)
    assert found.packets is not None
    assert {box.dport.min for box in found.packets.boxes if box.dport} == {443}
    assert told(found, assessment)[0].startswith("台帳 R1 で受ける側が、開始する側へ通信を始められる。")


def test_what_is_registered_both_ways_is_no_reverse(tmp_path):
    both = Town(rules=FIRES.rules, register=[R1, entry("R2", "in-mail", "lg-mail", "tcp/443")])

    assert both.judged(tmp_path).findings == ()


def test_a_wider_rule_stays_one_finding_that_names_the_predicate(tmp_path):
    wide = FIRES.with_rules(FORTH, rule(2, "in:all", "lg:all"))

    found = wide.judged(tmp_path).findings
    assert {one.check for one in found if "SP-4" in one.requirements} == {"forbidden-crossing"}
    assert not any(one.check == CHECK for one in found)


def test_a_device_without_an_export_leaves_it_open(tmp_path):
    unread = Town(firewalls={"fw": Firewall(exported=False)}, register=[R1])

    found = covered(module, asking(unread, tmp_path / "unread"))
    assert (found.coverage, "R1" in found.reason[0]) == (Coverage.NO_INPUT, True)
    assert covered(module, asking(SOUND, tmp_path / "read")).coverage is Coverage.ASKED
    assert covered(module, asking(Town(), tmp_path / "none")).coverage is Coverage.NOTHING_TO_ASK


def test_who_only_feigns_the_answering_end_is_another_matter(tmp_path):
    ports = {"lg": ("lg-lan", "10.1.0.1/24"), "in": ("in-lan", "10.2.0.1/24"), "mgt": ("mgt-lan", "10.4.0.1/24")}
    open_to_all = Firewall(ports=ports, rules=[FORTH, rule(2, "mgt:all", "lg:all")])

    found = Town(firewalls={"fw": open_to_all}, register=[R1]).judged(tmp_path).findings
    assert "forbidden-crossing" in {one.check for one in found}
    assert not any("SP-4" in one.requirements for one in found)
