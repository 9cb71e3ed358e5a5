from dataclasses import replace

from segcheck.model.finding import Weight
from tests.checks.sites import PORTS, Firewall, Town, block, entry, lines, route, rule, told, way

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
