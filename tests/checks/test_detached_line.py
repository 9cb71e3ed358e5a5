from dataclasses import replace

import pytest

from segcheck.model.requirement import Coverage
from tests.checks.coverage import coverage
from tests.checks.sites import PORTS, SEGMENTS, Firewall, Town, lines, route

CHECK = "detached-line"


def town(link, ports=PORTS, routes=(), segments=SEGMENTS):
    wall = Firewall(ports=ports, undeclared={"wan": "203.0.113.6/29"}, more="      wan: {}", routes=routes)
    return Town(firewalls={"fw": wall}, segments=segments, topology=f"links:\n  - {{id: up, {link}}}\n")


SHARED = 'ends: ["fw:wan", "zone:public"], kind: isp, detached: true'
FIRES = town(SHARED)
#: The line ends in a segment where no device of the tiers stands.
SOUND = Town(
    segments={**SEGMENTS, "guest": ("sch", "10.9.0.0/24", ", kind: external, domain: guest")},
    topology='links:\n  - {id: up, ends: ["segment:guest", "zone:public"], kind: isp, detached: true}\n',
)


def test_a_line_that_is_said_to_be_detached_and_is_not(tmp_path):
    (found,) = FIRES.found(tmp_path, CHECK)

    assert (found.subject, found.key, found.requirements) == ("up", "up:fw", ("IN-11", "IN-02"))
    assert [path for path, _, _ in lines(found)] == ["topology.yaml", "topology.yaml"]


@pytest.mark.parametrize("kind", ["isp", "lte"])
def test_an_internet_line_beside_the_tiers_needs_no_route_to_be_one_too_many(tmp_path, kind):
    (found,) = town(f'ends: ["fw:wan", "zone:public"], kind: {kind}').found(tmp_path, CHECK)

    assert found.subject == "up"


def test_one_that_is_an_exit_is_told_as_that_unless_it_is_said_to_be_detached(tmp_path):
    routes = [route(1, "0.0.0.0 0.0.0.0", "203.0.113.1", "wan")]
    plain = town('ends: ["fw:wan", "zone:public"], kind: isp', routes=routes)
    both = town(SHARED, routes=routes)

    assert plain.found(tmp_path / "a", CHECK) == ()
    assert len(plain.found(tmp_path / "a", "extra-exit")) == 1
    assert len(both.found(tmp_path / "b", CHECK)) == len(both.found(tmp_path / "b", "extra-exit")) == 1


def test_a_device_that_stands_on_the_detached_segment_shares_it(tmp_path):
    guest = {"segments": {**SEGMENTS, "guest": ("sch", "10.9.0.0/24", "")}}
    ports = {**PORTS, "g": ("guest", "10.9.0.1/24")}
    made = replace(SOUND, firewalls={"fw": Firewall(ports=ports)}, **guest)

    (found,) = made.found(tmp_path, CHECK)
    assert found.key == "up:fw"


def test_without_such_lines_there_is_nothing_to_ask(tmp_path):
    assert coverage(SOUND, CHECK, tmp_path / "a").coverage is Coverage.ASKED
    assert coverage(Town(), CHECK, tmp_path / "b").coverage is Coverage.NOTHING_TO_ASK
