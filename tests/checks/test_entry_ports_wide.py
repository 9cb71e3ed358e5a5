import pytest

from segcheck.checks import covered
from segcheck.checks import entry_ports_wide as module
from segcheck.model.finding import Weight
from segcheck.model.requirement import Coverage
from tests.checks.registers import asking, mynumber
from tests.checks.sites import Town, entry, item, lines, params, rule

CHECK = "entry-ports-wide"
FIRES = Town(
    rules=[rule(1, "lg:lg-mail", "in:in-mail", "ALL")], register=[entry("R1", "lg-mail", "in-mail", "tcp/1-65535")]
)
SOUND = Town(
    rules=[rule(1, "lg:lg-mail", "in:in-mail", "SMTP")], register=[entry("R1", "lg-mail", "in-mail", "tcp/25")]
)


def test_a_service_with_all_ports_is_told_with_its_packets(tmp_path):
    (found,) = FIRES.found(tmp_path, CHECK)

    assert (found.subject, found.weight, found.requirements) == ("R1", Weight.HIGH, ("SP-2", "X-12"))
    assert params(found)["services"] == "tcp/1-65535"
    assert lines(found) == [item(tmp_path, "R1")]
    assert found.packets is not None
    assert {(box.dport.min, box.dport.max) for box in found.packets.boxes if box.dport} == {(1, 65535)}


@pytest.mark.parametrize(
    ("service", "told"),
    [
        ("tcp/5000-6023", None),  # as many ports as there are well-known ones
        ("tcp/5000-6024", "tcp/5000-6024"),
        ("[tcp/1-1000, tcp/2001-2025]", "tcp/1-1000, tcp/2001-2025"),  # in pieces it is no less
        ("[tcp/1-1000, udp/1-1000]", None),
        ("ip/17", "ip/17"),
        ("esp", None),
    ],
)
def test_how_many_ports_are_too_many(service, told, tmp_path):
    context = asking(mynumber(entry("R1", "mn-srv", "lg-mail", service)), tmp_path)

    found = list(module.find(context))
    assert [params(one)["services"] for one in found] == ([told] if told else [])
    assert {one.weight for one in found} <= {Weight.CRITICAL}
    assert covered(module, context).coverage is Coverage.ASKED


def test_without_an_entry_there_is_nothing_to_ask(tmp_path):
    assert covered(module, asking(Town(), tmp_path)).coverage is Coverage.NOTHING_TO_ASK
