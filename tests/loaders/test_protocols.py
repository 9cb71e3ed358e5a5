"""The table of what is expected on which service port."""

from segcheck.captures.recognising import protocols as recognised
from segcheck.loaders import protocols
from segcheck.sets.intervals import IntervalSet


def test_what_can_be_expected_is_what_can_be_recognised():
    table = protocols.load()

    assert table.known == tuple(one.name for one in recognised())
    assert {name for entry in table.entries for name in entry.protocols} == set(table.known)


def test_every_expectation_can_be_recognised_on_its_transport_and_names_its_source():
    ways = {one.name: one.transports for one in recognised()}

    assert [e for e in protocols.load().entries if any(e.proto not in ways[name] for name in e.protocols)] == []
    assert [e for e in protocols.load().entries if not e.source] == []


def test_no_port_is_in_two_expectations():
    entries = protocols.load().entries

    for proto in {entry.proto for entry in entries}:
        seen = IntervalSet.empty()
        for entry in entries:
            if entry.proto == proto:
                assert not seen & entry.ports
                seen = seen | entry.ports


def test_ports_are_looked_up_with_their_ip_protocol():
    table = protocols.load()

    assert table.of(6, 3389) == table.of(17, 3389) == ("rdp",)
    assert table.of(6, 8080) == ("http", "http-connect")
    assert table.of(6, 5999) == ("vnc",)
    assert table.of(17, 443) == ()
    assert table.of(6, 6000) == ()
