"""GlobalProtect: which configurations of clients split their traffic."""

import pytest

from segcheck.sets.addresses import parse
from tests.importers.panos.exports import SET, read, rule, xml

GATEWAY = "set global-protect global-protect-gateway gw"
TUNNEL = f"{GATEWAY} remote-user-tunnel tunnel.1\n{GATEWAY} remote-user-tunnel-configs staff"


def vpns(text):
    (device,) = read(text).devices
    return device.client_vpns


@pytest.mark.parametrize(
    ("said", "split"),
    [
        ("ip-pool 10.0.9.0/24", False),
        ("split-tunneling access-route 10.0.0.0/8", True),
        ("split-tunneling access-route 0.0.0.0/0", False),
        ("split-tunneling access-route [ 0.0.0.0/0 ::/0 ]", False),
        ("split-tunneling exclude-access-route 203.0.113.0/24", True),
        ("split-tunneling exclude-domains list www.example", True),
    ],
)
def test_what_goes_through_the_tunnel(said, split):
    (found,) = vpns(f"{SET}{rule('r')}{TUNNEL} {said}\n")

    assert (found.name, found.interface, found.split) == ("gw/staff", "tunnel.1", split)


def test_the_pool_in_xml_with_its_lines():
    config = (
        '<global-protect><global-protect-gateway><entry name="gw">\n<remote-user-tunnel>tunnel.1</remote-user-tunnel>\n'
        '<remote-user-tunnel-configs>\n<entry name="staff">\n<ip-pool><member>10.0.9.10-10.0.9.20</member>\n'
        "<member>pool-object</member></ip-pool>\n<split-tunneling><access-route><member>10.0.0.0/8</member></access-route>\n"
        "</split-tunneling>\n</entry>\n</remote-user-tunnel-configs></entry></global-protect-gateway></global-protect>"
    )
    text = xml(more=config)
    (found,) = vpns(text)
    first = text.splitlines().index('<entry name="staff">') + 1

    assert (found.split, found.interface, found.pool) == (True, "tunnel.1", parse("10.0.9.10-10.0.9.20"))
    assert (found.span.first, found.span.last) == (first, first + 5)


def test_without_a_gateway_there_is_none():
    assert vpns(f"{SET}{rule('r')}") == ()
