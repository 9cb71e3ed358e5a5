from tests.checks.sites import PORTS, Firewall, Town, entry, lines, params, policy, rule, told, way

CHECK = "sanitiser-bypass"
GATEWAY = """\
gateways:
  - id: gw
    hosts: [san-mail]
    method: mail_text
    legs:
      - {id: in, from: in-mail, service: tcp/25, opener: other}
      - {id: out, to: lg-mail, service: tcp/25, opener: self}
"""
ENTRY = entry("S1", "in-mail", "lg-mail", "tcp/25", kind="sanitise", gateway="gw", legs="[in, out]")
LEGS = [rule(1, "in:in-mail", "san:san-mail", "SMTP"), rule(2, "san:san-mail", "lg:lg-mail", "SMTP")]


def town(*more, legs=LEGS, register=(ENTRY,)):
    wall = Firewall(ports={**PORTS, "san": ("san-lan", "10.3.0.1/24")}, rules=[*legs, *more])
    return Town(firewalls={"fw": wall}, register=register, topology=GATEWAY)


FIRES = town(rule(3, "in:in-mail", "lg:lg-mail", "SMTP"))
SOUND = town()


def test_mail_past_the_sanitiser(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.subject, found.pairs) == (CHECK, "fw policy 3", (("in", "lg"),))
    assert lines(found) == [policy(tmp_path, 3)]
    assert way(found) == ["fw"]
    assert found.requirements == ("LG-01", "LG-02", "LG-11")
    assert told(found, assessment)[0].startswith("台帳 S1 で無害化を経ることになっている相手と、直接通信できる。")
    assert found.remedy == (
        "fw policy 3 を削除する。台帳 S1 の通信は無害化装置を経る規則だけで通す。",
        "Delete fw policy 3. Let the traffic of register entry S1 pass by the rules of its gateway only.",
    )


def test_any_other_service_between_the_same_hosts_is_one_too(tmp_path):
    (found,) = town(rule(3, "in:in-mail", "lg:lg-mail", "RDP")).judged(tmp_path).findings

    assert found.check == CHECK


def test_other_hosts_of_the_same_zones_are_a_plain_crossing(tmp_path):
    (found,) = town(rule(3, "in:in-pc", "lg:lg-pc", "SMTP")).judged(tmp_path).findings

    assert found.check == "forbidden-crossing"


def test_the_way_back_is_not_the_communication(tmp_path):
    (found,) = town(rule(3, "lg:lg-mail", "in:in-mail", "SMTP")).judged(tmp_path).findings

    assert found.check == "forbidden-crossing"


def test_one_rule_past_two_entries_is_one_finding(tmp_path):
    second = entry("S2", "in-mail", "lg-mail", "tcp/25", kind="sanitise", gateway="gw", legs="[in, out]")

    (found,) = town(rule(3, "in:in-mail", "lg:lg-mail", "SMTP"), register=(ENTRY, second)).judged(tmp_path).findings
    assert params(found)["entry"] in ("S1", "S1, S2")


def test_the_legs_alone_are_sound_and_without_an_entry_they_are_not(tmp_path):
    assert SOUND.judged(tmp_path / "with").findings == ()
    found = town(register=()).judged(tmp_path / "without").findings
    assert {one.subject for one in found} == {"fw policy 1", "fw policy 2"}
