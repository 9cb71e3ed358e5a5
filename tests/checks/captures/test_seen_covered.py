"""Checks of captures say when there was nothing, or no place, that they could have been asked of."""

import pytest

from segcheck import checks
from segcheck.analysis.network import build
from segcheck.app import validating
from segcheck.checks import Seen, SeenContext
from segcheck.loaders import joining
from segcheck.model.replay import Observed, Ruling, Sighting, Spot, SpotKind
from segcheck.model.requirement import Coverage
from segcheck.model.site_words import Tier
from tests.checks.sites import DAY
from tests.replays import town

SPOT = Spot(SpotKind.SEGMENT, "lg-lan", "lg-lan", "lg", Tier.LGWAN, "default")
MODULES = {one.CHECK.id: one for one in checks.installed()}
HEARD = ["observed-crossing", "observed-reversed", "expired-in-use", "unapproved-in-use"]
TAPPED = ["observed-off-path", "observed-bypass", "observed-unexplained"]


def sighting(tap):
    return Sighting(
        src=SPOT, dst=SPOT, proto=6, port=25, fragment=False, tap=tap, days=(DAY, DAY), observed=Observed.BOTH,
        inferred=0, conversations=1, packets=2, bytes=200, first=0, last=1, ruling=Ruling.SAME_ZONE,
    )  # fmt: skip


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    validated = validating.validate(str(town().written(tmp_path_factory.mktemp("town"))))
    assert validated.site is not None
    return build(validated.site, validated.bindings, DAY)


@pytest.mark.parametrize("check", HEARD + TAPPED)
def test_without_conversations_or_taps_nothing_could_be_asked(check, network):
    def asked(*taps):
        seen = tuple(Seen(sighting(tap)) for tap in taps)
        context = SeenContext(network=network, day=DAY, join=joining.load(), seen=seen, paths=(), neighbours={})
        return checks.covered(MODULES[check], context)

    assert asked().coverage is Coverage.NO_INPUT
    assert all(asked().reason)
    assert asked("").coverage is (Coverage.ASKED if check in HEARD else Coverage.NO_INPUT)
    assert asked("", "tl").coverage is Coverage.ASKED
