from tests.checks.sites import PORTS, Firewall, Town, block, lines, params, told, violated, witness

CHECK = "device-access"
ADMIN = "        set allowaccess ssh https\n"
THREE = {**PORTS, "mgt": ("mgt-lan", "10.4.0.1/24")}


def town(**settings):
    return Town(firewalls={"fw": Firewall(ports=THREE, settings=settings)})


FIRES = town(lg=ADMIN)
SOUND = town(mgt=ADMIN)


def test_management_that_answers_to_users(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.subject, found.pairs) == (CHECK, "fw", (("lg", ""),))
    assert lines(found) == [block(tmp_path, "system interface", '"lg"')]
    assert params(found) == {"device": "fw", "service": "tcp/22, tcp/443", "places": "lg-lan"}
    shown = witness(found)
    assert (shown.place, shown.packet.dst, shown.packet.dport) == ("lg-lan", 0x0A010001, 443)
    assert [hop.device for hop in shown.journeys[0].hops] == ["fw"]
    assert told(found, assessment) == (
        "fw の管理 (tcp/22, tcp/443) に lg-lan から届く。",
        "The management of fw (tcp/22, tcp/443) can be reached from lg-lan.",
    )
    assert (
        found.remedy[1] == "Restrict management of fw to the management segment (interface access and local-in rules)."
    )
    assert violated(assessment) == set()


def test_two_zones_that_reach_it_are_one_finding(tmp_path):
    (found,) = Town(firewalls={"fw": Firewall(settings={"lg": ADMIN, "in": ADMIN})}).judged(tmp_path).findings

    assert set(found.pairs) == {("lg", ""), ("in", "")}


def test_ping_is_no_management(tmp_path):
    assert town(lg="        set allowaccess ping\n").judged(tmp_path).findings == ()


def test_a_local_in_rule_keeps_users_out(tmp_path):
    deny = """\
    edit 1
        set intf "lg"
        set srcaddr "all"
        set dstaddr "all"
        set action deny
        set service "ALL"
        set schedule "always"
    next
"""
    wall = Firewall(ports=THREE, settings={"lg": ADMIN}, local_in=[deny])

    assert Town(firewalls={"fw": wall}).judged(tmp_path).findings == ()
