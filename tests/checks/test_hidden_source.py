from tests.checks.sites import PORTS, Firewall, Town, entry, lines, params, policy, rule, told, way

CHECK = "hidden-source"
R1 = entry("R1", "lg-pcs", "in-mail", "tcp/443")
FIRES = Town(rules=[rule(1, "lg:lg-pcs", "in:in-mail", "HTTPS", nat="enable")], register=[R1])
SOUND = FIRES.with_rules(rule(1, "lg:lg-pcs", "in:in-mail", "HTTPS"))


def test_the_receiver_sees_the_firewall_alone(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.subject, found.pairs) == (CHECK, "fw policy 1", (("lg", "in"),))
    assert lines(found) == [policy(tmp_path, 1)]
    assert way(found) == ["fw"]
    assert told(found, assessment) == (
        "台帳 R1 の通信の送信元が fw policy 1 で 10.2.0.1 に書き換わる。",
        "The source of register entry R1 becomes 10.2.0.1 by fw policy 1.",
    )
    assert found.remedy == (
        "fw policy 1 の NAT を無効にし、元のアドレスのまま通す。",
        "Switch NAT off in fw policy 1.",
    )


def test_one_rule_for_two_entries_is_one_finding(tmp_path):
    town = Town(
        rules=[rule(1, "lg:lg-pcs", "in:in-mail", "WEB", nat="enable")],
        register=[R1, entry("R2", "lg-pcs", "in-mail", "tcp/80")],
    )

    (found,) = town.judged(tmp_path).findings
    assert params(found)["entry"] == "R1, R2"


def test_what_nobody_registered_is_a_crossing_first(tmp_path):
    found = Town(rules=FIRES.rules).judged(tmp_path).findings

    assert [one.check for one in found] == ["forbidden-crossing"]


def test_within_one_zone_nothing_is_asked(tmp_path):
    ports = {"lg": PORTS["lg"], "lg2": ("lg2-lan", "10.6.0.1/24")}
    segments = {"lg-lan": ("lg", "10.1.0.0/24", ""), "lg2-lan": ("lg", "10.6.0.0/24", "")}
    wall = Firewall(ports=ports, rules=[rule(1, "lg:lg-pcs", "lg2:all", "HTTPS", nat="enable")])

    assert Town(segments=segments, firewalls={"fw": wall}).judged(tmp_path).findings == ()
