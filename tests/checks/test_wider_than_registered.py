import pytest

from segcheck.checks import covered
from segcheck.checks import wider_than_registered as module
from segcheck.model.requirement import Coverage
from tests.checks.registers import asking
from tests.checks.sites import Firewall, Town, entry, lines, params, policy, rule, told, witness

CHECK = "wider-than-registered"
R1 = entry("R1", "lg-pc", "in-pc", "tcp/443")
FIRES = Town(rules=[rule(1, "lg:lg-pc", "in:in-pc", "WEB")], register=[R1])
SOUND = FIRES.with_rules(rule(1, "lg:lg-pc", "in:in-pc", "HTTPS"))


def test_one_port_more_than_registered(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.subject, found.pairs) == (CHECK, "fw policy 1", (("lg", "in"),))
    assert lines(found) == [policy(tmp_path, 1)]
    assert params(found)["entry"] == "R1"
    assert witness(found).packet.dport == 80
    assert told(found, assessment)[1].startswith(
        "The rules behind register entry R1 let more through than is registered."
    )
    assert found.remedy == (
        "fw policy 1 の送信元・宛先・サービスを、台帳 R1 の登録と同じ範囲に狭める。",
        "Narrow fw policy 1 to the sources, destinations and services of register entry R1.",
    )


def test_a_range_one_address_wider(tmp_path):
    town = Town(
        rules=[rule(1, "lg:lg-pcs", "in:in-pc", "HTTPS")],
        register=[entry("R1", "lg-some", "in-pc", "tcp/443")],
    )
    groups = "groups:\n  lg-some: {ranges: [10.1.0.100-10.1.0.198]}\n"
    folder = town.written(tmp_path)
    path = folder / "topology.yaml"
    text = path.read_text(encoding="utf-8").replace("groups:\n", groups)
    (found,) = Town(rules=town.rules, register=town.register).found_in(folder, text, CHECK)

    assert witness(found).packet.src & 0xFF == 199
    (box,) = [one for one in found.packets.boxes if one.packet_class.value == "opening"]
    assert box.src.count == 1


def test_an_any_rule_below_the_registered_one_is_not_the_registered_one(tmp_path):
    town = Town(rules=[SOUND.rules[0], rule(2, "lg:lg-pc", "in:all", "ALL")], register=[R1])

    assert [(one.check, one.subject) for one in town.judged(tmp_path).findings] == [
        ("any-any", "fw policy 2"),
        ("forbidden-crossing", "fw policy 2"),
        ("redundant-rule", "fw policy 1"),
    ]


def test_the_same_rule_in_two_entries_is_one_finding(tmp_path):
    town = Town(rules=[rule(1, "lg:lg-pc", "in:in-pc", "ALL")], register=[R1, entry("R2", "lg-pc", "in-pc", "tcp/80")])

    (found,) = town.found(tmp_path, CHECK)
    assert lines(found) == [policy(tmp_path, 1)]


def test_exactly_what_two_entries_permit_together_is_sound(tmp_path):
    town = Town(rules=FIRES.rules, register=[R1, entry("R2", "lg-pc", "in-pc", "tcp/80")])

    assert town.judged(tmp_path).findings == ()


@pytest.mark.parametrize(
    ("source", "service", "predicates"),
    [
        ("lg-mail", "WEB", {"SP-2"}),  # the same hosts, a port more
        ("all", "SMTP", {"SP-1"}),  # the same port, hosts more
        ("all", "WEB", {"SP-1", "SP-2"}),
    ],
)
def test_which_way_it_is_wider_is_told_exactly(source, service, predicates, tmp_path):
    port = "tcp/25" if service == "SMTP" else "tcp/443"
    town = Town(
        rules=[rule(1, f"lg:{source}", "in:in-mail", service)], register=[entry("R1", "lg-mail", "in-mail", port)]
    )

    (found,) = [one for one in town.judged(tmp_path).findings if one.check == CHECK]
    assert {name for name in found.requirements if name.startswith("SP-")} == predicates


def test_what_was_not_read_may_be_wider(tmp_path):
    unread = Town(firewalls={"fw": Firewall(exported=False)}, register=[entry("R1", "lg-mail", "in-mail", "tcp/25")])

    assert covered(module, asking(unread, tmp_path / "unread")).coverage is Coverage.NO_INPUT
    assert covered(module, asking(SOUND, tmp_path / "sound")).coverage is Coverage.ASKED
    assert covered(module, asking(Town(), tmp_path / "none")).coverage is Coverage.NOTHING_TO_ASK
