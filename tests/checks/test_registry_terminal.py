import pytest

from tests.checks.answering import answered
from tests.checks.declaring import attributes
from tests.checks.sites import SEGMENTS, Firewall, Town, params

CHECK = "registry-terminal"
PLACED = {"juki_place": "cs_segment", "dedicated_use": True}
WITH_JUKI = {**SEGMENTS, "jk-lan": ("jk", "10.5.0.0/24", "")}
PORTS = {"mn": ("mn-lan", "10.0.0.1/24"), "jk": ("jk-lan", "10.5.0.1/24"), "lg": ("lg-lan", "10.1.0.1/24")}


def town(values=PLACED, *, host="jk-pc", segment="jk-lan", address="10.5.0.10", shown=None):
    text = (attributes(values) if shown is None else attributes(values, shown)) if values else ""
    return Town(
        firewalls={"fw": Firewall(ports=PORTS)},
        segments=WITH_JUKI,
        hosts={host: (segment, address)},
        roles={host: "terminal"},
        keys={host: text},
    )


FIRES = town({**PLACED, "dedicated_use": False})
SOUND = town()


@pytest.mark.parametrize(
    ("changed", "facts"),
    [
        (FIRES, "dedicated_use: false"),
        (town({**PLACED, "juki_place": "elsewhere"}), "juki_place: elsewhere"),
        (town({**PLACED, "other_segments": ["lg-lan"]}), "lg-lan"),
        (
            town(host="jk-pc", segment="mn-lan", address="10.0.0.20"),
            "juki_place: cs_segment ≠ mn-lan (mynumber)",
        ),
    ],
)
def test_it_serves_stands_or_touches_something_else(changed, facts, tmp_path):
    (found,), _ = answered(changed, tmp_path, CHECK)

    assert (found.subject, found.requirements, params(found)["facts"]) == ("jk-pc", ("X-09",), facts)


@pytest.mark.parametrize(
    ("changed", "coverage"),
    [
        (SOUND, "asked"),
        (town({**PLACED, "other_segments": ["mn-lan"]}), "asked"),
        (
            town({**PLACED, "juki_place": "behind_firewall"}, host="mn-pc", segment="mn-lan", address="10.0.0.20"),
            "asked",
        ),
        (town({}), "no_input"),
        (town(shown=""), "claimed"),
        (town({}, host="mn-pc", segment="mn-lan", address="10.0.0.20"), "no_input"),
    ],
)
def test_it_is_declared_where_it_stands(changed, coverage, tmp_path):
    found, told = answered(changed, tmp_path, CHECK)

    assert found == ()
    assert told["X-09"].coverage.value == coverage
