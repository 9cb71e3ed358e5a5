from tests.checks.sites import PORTS, Firewall, Town, entry, lines, params, policy, rule, told, witness

CHECK = "spoofed-source"
MAIL = entry("R1", "lg-mail", "in-mail", "tcp/25")
THREE = {**PORTS, "mgt": ("mgt-lan", "10.4.0.1/24")}
#: FortiOS drops sources that no route leads back to; `set src-check disable` leaves it to the rules.
UNCHECKED = "        set src-check disable\n"


def town(*rules, **ports):
    settings = dict.fromkeys(ports or THREE, UNCHECKED)
    return Town(firewalls={"fw": Firewall(ports=ports or THREE, rules=rules, settings=settings)}, register=[MAIL])


FIRES = town(rule(1, "any:lg-mail", "in:in-mail", "SMTP"))
SOUND = town(rule(1, "lg:lg-mail", "in:in-mail", "SMTP"))


def test_a_rule_for_any_interface_lets_whoever_claims_the_address_across(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.subject, found.pairs) == (CHECK, "fw policy 1", (("mgt", "in"),))
    assert lines(found) == [policy(tmp_path, 1)]
    assert (witness(found).place, witness(found).packet.src) == ("mgt-lan", 0x0A010019)
    assert told(found, assessment)[0].startswith("よそのゾーンの送信元アドレスを名乗れば、ゾーンを越えられる。")
    assert found.remedy == (
        "fw policy 1 に入力インターフェースを指定するか、逆方向経路の検査を有効にする。",
        "Give fw policy 1 the ingress interface, or switch on reverse-path checks.",
    )


def test_reverse_path_checks_make_the_rule_sound(tmp_path):
    wall = Firewall(ports=THREE, rules=[rule(1, "any:lg-mail", "in:in-mail", "SMTP")])

    assert Town(firewalls={"fw": wall}, register=[MAIL]).judged(tmp_path).findings == ()


def test_a_rule_that_is_tied_to_an_interface_is_not_to_be_tied_again(tmp_path):
    """A foreign network behind the same interface: nothing about the rule's interface can tell them apart."""
    found = town(rule(1, "mgt:lg-mail", "in:in-mail", "SMTP")).found(tmp_path, CHECK)

    (one,) = found
    assert params(one)["places"] == "mgt-lan → in-lan"
    assert "asks for the ingress interface" in one.remedy[1]
    assert "Give" not in one.remedy[1]


def test_an_own_source_is_a_plain_crossing(tmp_path):
    checks = {one.check for one in town(rule(1, "any:all", "in:in-mail", "SMTP")).judged(tmp_path).findings}

    assert "forbidden-crossing" in checks or "wider-than-registered" in checks
    assert CHECK not in checks
