from dataclasses import replace

from segcheck.model.finding import Weight
from tests.checks.sites import Firewall, Town, block, lines, route, told

CHECK = "undeclared-next-hop"
WALL = Firewall(routes=[route(1, "10.99.0.0 255.255.0.0", "10.2.0.200", "in")])
FIRES = Town(firewalls={"fw": WALL})
SOUND = Town(firewalls={"fw": Firewall()})


def test_a_route_to_a_router_that_nobody_wrote_down(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = [one for one in assessment.findings if one.check == CHECK]
    assert (found.subject, found.weight, found.src_zone) == ("fw 10.2.0.200", Weight.HIGH, "in")
    assert lines(found) == [block(tmp_path, "router static", "1")]
    assert (
        "- {id: ?, kind: router, interfaces: {?: {segment: in-lan, address: 10.2.0.200}}}" in told(found, assessment)[1]
    )
    assert found.remedy[0].endswith("を加えるか、経路を削除する。")


def test_two_routes_to_one_router_are_one_finding(tmp_path):
    two = replace(WALL, routes=[*WALL.routes, route(2, "10.98.0.0 255.255.0.0", "10.2.0.200", "in")])

    assert len(Town(firewalls={"fw": two}).found(tmp_path, CHECK)) == 1


def test_a_declared_router_is_none(tmp_path):
    town = Town(firewalls={"fw": WALL, "rt": Firewall(ports={"lan": ("in-lan", "10.2.0.200/24")})})

    assert town.found(tmp_path, CHECK) == ()
