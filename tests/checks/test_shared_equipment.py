import pytest

from segcheck.model.finding import Weight
from segcheck.model.requirement import Coverage
from tests.checks.declaring import ALL_PORTS, asked, one_line
from tests.checks.sites import Firewall, Town

CHECK = "shared-equipment"


def town(zones="mn, lg", isolation="vlan", document=", document: 構成表"):
    held = one_line({"isolation": isolation})
    rows = [f"{{id: e1, kind: hypervisor, zones: [{zones}]{document}, attributes: {held}}}"]
    rows += [f"{{id: {kind}, kind: {kind}, zones: [lg], document: 構成表}}" for kind in ("switch", "storage")]
    return Town(
        firewalls={"fw": Firewall(ports=ALL_PORTS)},
        topology="equipment:\n" + "".join(f"  - {row}\n" for row in rows),
    )


FIRES = town("mn, in")
SOUND = town()


@pytest.mark.parametrize(
    ("changed", "weight", "named"),
    [
        (FIRES, Weight.CRITICAL, ("MN-12",)),
        (town("lg, in", isolation="none"), Weight.HIGH, ("X-01",)),
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
    assert asked(town("mn"), tmp_path, CHECK)[1].coverage is Coverage.NOTHING_TO_ASK
