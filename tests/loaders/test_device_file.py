import pytest
from jsonschema import Draft202012Validator

from segcheck.errors import BadInput
from segcheck.loaders import device_file
from segcheck.model.device import InterfaceAddress, RouteKind
from segcheck.model.source import SourceText, Span
from segcheck.sets import addresses

WHOLE = """\
id: fw-core
kind: firewall
interfaces:
  lan0: {address: 10.20.0.1/24, segment: lg-core}
  wan0: {addresses: [203.0.113.2/30, "2001:db8::2/64"], vrf: outside}
  old0: {address: 10.99.0.1/24, enabled: false}
routes:
  - {to: 0.0.0.0/0, via: 203.0.113.1, vrf: outside}
  - {to: "::/0", via: "2001:db8::1", interface: wan0, distance: 20}
  - {to: 10.98.0.0/16, blackhole: true}
routes_complete: true
"""


def load(text):
    return device_file.load(SourceText("d.yaml", text, "utf-8", "0" * 64))


def refused(text):
    with pytest.raises(BadInput) as caught:
        load(text)
    assert caught.value.ja != caught.value.en
    return caught.value.en


def test_interfaces_have_their_addresses_and_domains():
    lan, wan, old = load(WHOLE).interfaces

    assert lan.addresses == (InterfaceAddress(addresses.parse_one("10.20.0.1"), 24),)
    assert [a.length for a in wan.addresses] == [30, 64]
    assert (lan.domain, wan.domain) == ("default", "outside")
    assert (lan.enabled, old.enabled) == (True, False)
    assert lan.span == Span("d.yaml", 4, 4)


def test_routes_are_read():
    first, second, third = load(WHOLE).routes

    assert (first.to, first.gateway, first.domain) == (
        addresses.parse("0.0.0.0/0"),
        addresses.parse_one("203.0.113.1"),
        "outside",
    )
    assert (second.interface, second.distance) == ("wan0", 20)
    assert (third.kind, third.gateway) == (RouteKind.DISCARD, None)


def test_attached_networks_are_routes_except_those_of_disabled_interfaces():
    found = [(route.interface, *addresses.describe(route.to), route.distance) for route in load(WHOLE).connected]

    assert found == [("lan0", "10.20.0.0/24", 0), ("wan0", "203.0.113.0/30", 0), ("wan0", "2001:db8::/64", 0)]


def test_routes_are_not_complete_unless_declared():
    assert load(WHOLE).routes_complete
    assert not load(WHOLE.replace("routes_complete: true\n", "")).routes_complete


def test_an_entry_may_stand_under_devices():
    lines = WHOLE.splitlines()
    nested = "segcheck: 1\ndevices:\n- " + "\n  ".join(lines)

    assert load(nested).id == "fw-core"


def test_several_devices_are_refused():
    assert "d.yaml:1:1: devices has 2 entries where one is needed" in refused("devices: [{id: a}, {id: b}]")


def test_all_problems_are_told_at_once_in_order_of_place():
    found = refused(
        "interfaces:\n"
        "  lan0: {adress: 10.0.0.1/24}\n"
        "  lan1: {address: 10.0.0.999/24}\n"
        "  lan2: {address: 10.0.0.1}\n"
        "  lan3: {enabled: yes}\n"
        "routes:\n"
        "  - {via: 10.0.0.1}\n"
        "  - {to: 10.0.0.1/24, via: 10.0.0.1}\n"
        "routs: []\n"
    )

    places = [line.split(": ")[0] for line in found.splitlines() if line.startswith("d.yaml:")]
    assert places == [
        "d.yaml:2:10",
        "d.yaml:3:19",
        "d.yaml:4:19",
        "d.yaml:5:19",
        "d.yaml:7:5",
        "d.yaml:8:10",
        "d.yaml:9:1",
    ]
    assert (
        "unknown key 'adress'\n2 |   lan0: {adress: 10.0.0.1/24}\n  |          ^\n  = did you mean 'address'?" in found
    )
    assert "unknown key 'routs'" in found
    assert "did you mean 'routes'?" in found
    assert "did you mean '10.0.0.0/24'?" in found
    assert "true or false is needed here" in found
    assert "'to' is missing" in found
    assert found.endswith("Nothing was judged.")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a", "a device file is a mapping"),
        ("routes: [{to: 10.0.0.0/8, interface: lan}]", "interface 'lan' is not among interfaces"),
        ("routes: [{to: 10.0.0.0/8}]", "a route needs one of via, interface, blackhole"),
        ("routes: [{to: 10.0.0.0/8, via: '2001:db8::1'}]", "of the other IP version"),
        ("routes: [{to: 10.0.0.0/33, via: 10.0.0.1}]", "no prefix length of 0 to 32"),
        ("routes: [{to: default, via: 10.0.0.1}]", "'default' is no IPv4 or IPv6 address"),
        ("routes: [{to: 10.0.0.0/8, via: 10.0.0.1, distance: 300}]", "d.yaml:1:52"),
        ("interfaces: [lan0]", "a mapping is needed here"),
        ("interfaces: {a: {}, a: {}}", "duplicate key 'a'"),
        ("devices: [{id: a}]\nzones: {}", "unknown key 'zones'"),
        ("#" * (device_file.MAX_BYTES + 1), "longer than"),
    ],
)
def test_what_cannot_be_meant_is_refused(text, message):
    assert message in refused(text)


def test_the_schema_accepts_what_the_loader_accepts():
    import yaml

    schema = device_file.schema()
    Draft202012Validator.check_schema(schema)

    assert list(Draft202012Validator(schema).iter_errors(yaml.safe_load(WHOLE))) == []
    assert list(Draft202012Validator(schema).iter_errors({"routs": []})) != []
