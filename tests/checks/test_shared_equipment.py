import pytest

from segcheck.model.finding import Weight
from segcheck.model.requirement import Coverage
from tests.checks.declaring import ALL_PORTS, asked, one_line
from tests.checks.sites import Firewall, Town

CHECK = "shared-equipment"


def town(zones="mn, lg", isolation="vlan", kind="hypervisor", document=", document: 構成表"):
    held = one_line({"isolation": isolation})
    return Town(
        firewalls={"fw": Firewall(ports=ALL_PORTS)},
        topology=f"equipment:\n  - {{id: e1, kind: {kind}, zones: [{zones}]{document}, attributes: {held}}}\n",
    )


FIRES = town("mn, in")
SOUND = town()


@pytest.mark.parametrize(
    ("changed", "weight", "named"),
    [
        (FIRES, Weight.CRITICAL, ("MN-12",)),
        (town("mn, in", kind="printer"), Weight.CRITICAL, ("MN-14", "X-06")),
        (town("lg, in", isolation="none"), Weight.HIGH, ("MN-12",)),
        (town(isolation="none"), Weight.CRITICAL, ("MN-12",)),
    ],
)
def test_what_must_not_be_shared_and_what_does_not_keep_apart(changed, weight, named, tmp_path):
    (found,), _ = asked(changed, tmp_path, CHECK)

    assert (found.subject, found.weight, found.requirements) == ("e1", weight, named)


def test_sharing_with_a_document_is_sound_and_silence_is_told(tmp_path):
    assert [asked(one, tmp_path, CHECK)[0] for one in (SOUND, town("lg, in"))] == [(), ()]
    assert asked(SOUND, tmp_path, CHECK)[1].coverage is Coverage.ASKED
    assert asked(town(document=""), tmp_path, CHECK)[1].coverage is Coverage.CLAIMED
    assert asked(Town(), tmp_path, CHECK)[1].coverage is Coverage.NO_INPUT
