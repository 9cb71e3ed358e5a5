import pytest

from segcheck.model.finding import Weight
from segcheck.model.requirement import Coverage
from tests.checks.declaring import ALL_PORTS, asked, one_line
from tests.checks.sites import Firewall, Town

CHECK = "shared-printer"


def town(zones="mn, lg", isolation="physical", kind="printer"):
    held = one_line({"isolation": isolation})
    return Town(
        firewalls={"fw": Firewall(ports=ALL_PORTS)},
        topology=f"equipment:\n  - {{id: e1, kind: {kind}, zones: [{zones}], document: 構成表, attributes: {held}}}\n",
    )


FIRES = town("mn, in")
SOUND = town()


@pytest.mark.parametrize(
    ("changed", "weight", "named"),
    [
        (FIRES, Weight.CRITICAL, ("MN-14", "X-06")),
        (town("lg, in", "none"), Weight.HIGH, ("X-06",)),
    ],
)
def test_a_printer_of_two_tiers(changed, weight, named, tmp_path):
    (found,), _ = asked(changed, tmp_path, CHECK)

    assert (found.subject, found.weight, found.requirements) == ("e1", weight, named)


def test_one_that_keeps_apart_is_sound_and_other_equipment_says_nothing_of_printers(tmp_path):
    findings, covered = asked(SOUND, tmp_path, CHECK)

    assert (findings, covered.coverage) == ((), Coverage.ASKED)
    assert asked(town("mn, in", kind="storage"), tmp_path, CHECK)[1].coverage is Coverage.NO_INPUT
