import pytest

from segcheck.model.finding import Basis, WitnessEvidence
from tests.checks.answering import answered
from tests.checks.declaring import one_line
from tests.checks.sites import PORTS, Firewall, Town, params

CHECK = "clock-evidence"
WANTED = {"time_source": ["lg-mail"], "clock_checked": "2026-10-01"}


def town(values=WANTED, *, shown=None, ports=PORTS, hosts=None):
    text = one_line(values) if shown is None else one_line(values, shown)
    more = f"    attributes: {text}" if values else ""
    return Town(firewalls={"fw": Firewall(ports=ports, more=more)}, hosts=hosts or {})


FIRES = town({**WANTED, "clock_checked": "2025-10-01"})
SOUND = town()


def test_a_clock_that_nobody_compared(tmp_path):
    (found,), _ = answered(FIRES, tmp_path, CHECK)

    assert (found.subject, found.requirements) == ("fw", ("X-13",))
    assert params(found)["facts"] == "clock_checked: 2025-10-01"


def test_a_source_that_the_exports_do_not_let_it_reach(tmp_path):
    beyond = town({**WANTED, "time_source": ["far"]}, hosts={"far": ("", "203.0.113.9")})
    (found,), _ = answered(beyond, tmp_path, CHECK)

    assert params(found)["facts"] == "time_source: far (udp/123 ×)"
    assert Basis.RULES in found.basis
    assert any(isinstance(one, WitnessEvidence) for one in found.evidence)


@pytest.mark.parametrize(
    ("changed", "coverage"),
    [
        (SOUND, "asked"),
        (town({}), "no_input"),
        (town({"time_source": ["lg-mail"]}), "no_input"),
        (town(shown=""), "claimed"),
        (town({}, ports={"lg": PORTS["lg"]}), "nothing_to_ask"),
    ],
)
def test_it_is_declared_of_every_border_device(changed, coverage, tmp_path):
    found, told = answered(changed, tmp_path, CHECK)

    assert found == ()
    assert told["X-13"].coverage.value == coverage
