import json
from dataclasses import replace

from segcheck.app import assessing
from segcheck.model.crossing import Standing
from segcheck.model.finding import Weight
from segcheck.model.requirement import Coverage
from segcheck.model.result import Run
from segcheck.reports import check_json
from tests.checks.coverage import coverage
from tests.checks.sites import DAY, PORTS, WHOLE, Firewall, Town, block, entry, lines, route, rule, told, way
from tests.reports.results import faults

CHECK = "extra-exit"
OUT = Firewall(
    undeclared={"wan": "203.0.113.6/29"},
    rules=[rule(1, "in:in-pc", "wan:all", "HTTPS")],
    routes=[route(1, "0.0.0.0 0.0.0.0", "203.0.113.1", "wan")],
)
FIRES = Town(firewalls={"fw": OUT})
#: The same line leads to the security cloud, and the register knows of it.
CLOUD = {"sc-net": ("sc", "198.51.100.0/24", ", kind: external")}
SOUND = Town(
    segments={"in-lan": ("in", "10.2.0.0/24", ""), **CLOUD},
    firewalls={
        "fw": Firewall(
            ports={"in": PORTS["in"], "wan": ("sc-net", "198.51.100.6/24")},
            rules=[rule(1, "in:in-pc", "wan:sc-proxy", "HTTPS")],
            routes=[route(1, "0.0.0.0 0.0.0.0", "198.51.100.1", "wan")],
        )
    },
    register=[entry("R1", "in-pc", "sc-proxy", "tcp/443")],
    roles={"sc-proxy": "proxy"},
)


def test_interface_and_route_are_one_finding_with_all_its_lines(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = [one for one in assessment.findings if one.check == CHECK]
    assert (found.subject, found.key, found.weight) == ("fw wan", "fw:wan", Weight.CRITICAL)
    assert lines(found) == [block(tmp_path, "system interface", '"wan"'), block(tmp_path, "router static", "1")]
    assert way(found) == ["fw"]
    assert told(found, assessment) == (
        "fw の wan は、セキュリティクラウドを通らない外部への出口である。そこへ向かう経路がある。",
        "wan of fw is an exit past the security cloud: routes lead out by it.",
    )
    assert found.remedy[0] == "fw の wan の回線と、そこへ向かう経路を外し、セキュリティクラウドだけを出口にする。"


def test_two_routes_by_one_line_are_one_finding(tmp_path):
    halves = [
        route(1, "0.0.0.0 128.0.0.0", "203.0.113.1", "wan"),
        route(2, "128.0.0.0 128.0.0.0", "203.0.113.1", "wan"),
    ]
    (found,) = Town(firewalls={"fw": replace(OUT, routes=halves)}).found(tmp_path, CHECK)

    assert len(lines(found)) == 3


def test_a_line_that_no_rule_lets_anything_out_by_is_less_grave(tmp_path):
    (found,) = Town(firewalls={"fw": replace(OUT, rules=[])}).found(tmp_path, CHECK)

    assert found.weight is Weight.HIGH
    assert len(lines(found)) == 2


def test_a_route_to_a_private_network_is_no_exit(tmp_path):
    inward = replace(OUT, routes=[route(1, "192.168.0.0 255.255.0.0", "203.0.113.1", "wan")])

    assert Town(firewalls={"fw": inward}).found(tmp_path, CHECK) == ()


LINE = 'links:\n  - {id: up, ends: ["fw:wan", "zone:public"], kind: KIND}\n'


def lined(kind, **more):
    """The line is declared; what its interface is, is said."""
    wall = Firewall(ports=PORTS, undeclared={"wan": "203.0.113.6/29"}, more="      wan: {}", **more)
    return Town(firewalls={"fw": wall}, topology=LINE.replace("KIND", kind))


def test_the_default_route_that_a_line_gives_out_leads_out(tmp_path):
    wall = lined("isp").firewalls["fw"]
    text = wall.export("fw").replace("        set ip 203.0.113.6 255.255.255.248\n", "        set mode pppoe\n")
    folder = lined("isp").written(tmp_path)
    (folder / "exports/fw.conf").write_text(text, encoding="utf-8")

    found = [one for one in assessing.assess(str(folder), day=DAY).assessment.findings if one.check == CHECK]
    assert [(one.subject, one.standing) for one in found] == [("fw wan", Standing.VIOLATED)]


def test_where_nobody_says_what_a_line_gives_out_it_is_not_known(tmp_path):
    wall = Firewall(iptables=["-i eth0 -o ppp0 -j DROP"], ip6tables=["-j DROP"], more="      ppp0: {}")
    made = Town(
        firewalls={"fw": replace(wall, ports={"eth0": PORTS["in"]})}, topology=LINE.replace("wan", "ppp0") + WHOLE
    )
    folder = made.written(tmp_path)
    topology = (folder / "topology.yaml").read_text(encoding="utf-8").replace("KIND", "lte")

    (found,) = made.found_in(folder, topology.replace("    routes_complete: true\n", ""), CHECK)
    assert (found.standing, found.because) == (Standing.UNDECIDED, ("exit:fw:ppp0",))
    assert made.found_in(folder, topology, CHECK) == ()  # who says that no route leads there has said enough


def test_both_families_are_asked(tmp_path):
    six = (
        "config router static6\n    edit 1\n        set dst ::/0\n        set gateway 2001:db8:40::1\n"
        '        set device "wan"\n    next\nend\n'
    )
    settings = {"wan": "        config ipv6\n            set ip6-address 2001:db8:40::2/64\n        end\n"}
    wall = Firewall(undeclared={"wan": "203.0.113.6/29"}, settings=settings)
    folder = Town(firewalls={"fw": wall}).written(tmp_path)
    path = folder / "exports/fw.conf"
    path.write_text(path.read_text(encoding="utf-8") + six, encoding="utf-8")

    found = [one for one in assessing.assess(str(folder), day=DAY).assessment.findings if one.check == CHECK]
    assert [(one.subject, one.standing) for one in found] == [("fw wan", Standing.VIOLATED)]


def test_a_device_that_nobody_read_may_have_any_exit(tmp_path):
    unread = replace(
        SOUND, firewalls={**SOUND.firewalls, "rt": Firewall(ports={"in": ("in-lan", "10.2.0.9/24")}, exported=False)}
    )

    assert coverage(SOUND, CHECK, tmp_path / "a").coverage is Coverage.ASKED
    told = coverage(unread, CHECK, tmp_path / "b")
    assert (told.coverage, "rt" in told.reason[1]) == (Coverage.NO_INPUT, True)


def test_a_policy_route_leads_out_whatever_the_table_says(tmp_path):
    steered = """\
config router policy
    edit 1
        set input-device "in"
        set srcaddr "all"
        set dstaddr "all"
        set gateway 203.0.113.1
        set output-device "wan"
    next
end
"""
    made = Town(firewalls={"fw": replace(OUT, routes=[])})
    folder = made.written(tmp_path)
    path = folder / "exports/fw.conf"
    path.write_text(path.read_text(encoding="utf-8") + steered, encoding="utf-8")

    topology = (folder / "topology.yaml").read_text(encoding="utf-8")
    (found,) = made.found_in(folder, topology, CHECK)
    assert (found.subject, found.standing) == ("fw wan", Standing.VIOLATED)
    assert block(folder, "router policy", "1") in lines(found)


def test_the_result_lists_every_way_out(tmp_path):
    run = Run(version="0", started="2026-11-24T00:00:00Z", command="check")
    result = check_json.result(FIRES.judged(tmp_path), (), run, ())

    assert [(one["device"], one["interface"], one["leads"], one["families"]) for one in result["exits"]] == [
        ("fw", "wan", "exit", [4])
    ]
    assert faults(json.loads(json.dumps(result)), "result") == []
