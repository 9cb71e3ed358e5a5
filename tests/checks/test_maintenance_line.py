import pytest

from segcheck.model.requirement import Coverage
from tests.checks.declaring import asked, one_line
from tests.checks.sites import Firewall, Town, entry, params

CHECK = "maintenance-line"
WHOLE = {
    "vendor": "委託事業者A",
    "enabled_window": "火曜 22:00-23:00",
    "mfa_factors": ["knowledge", "possession"],
    "disconnect_default": True,
    "monitored": True,
    "target_hosts": ["lg-mail"],
}
SEGMENTS = {
    "lg-lan": ("lg", "10.1.0.0/24", ""),
    "in-lan": ("in", "10.2.0.0/24", ""),
    "mnt-net": ("mnt", "192.0.2.0/24", ", kind: external"),
}
PORTS = {"lg": ("lg-lan", "10.1.0.1/24"), "wan": ("mnt-net", "192.0.2.1/24")}


def town(register=(), **changed):
    values = {name: value for name, value in {**WHOLE, **changed}.items() if value is not None}
    line = f'links:\n  - {{id: up, ends: ["fw:wan", "segment:mnt-net"], kind: maintenance, attributes: {one_line(values)}}}\n'
    vendor = "assumptions: []\n"
    return Town(
        firewalls={"fw": Firewall(ports=PORTS)}, segments=SEGMENTS, register=list(register), topology=line + vendor
    )


FIRES = town(disconnect_default=False)
SOUND = town()


@pytest.mark.parametrize(
    ("changed", "facts"),
    [
        (FIRES, "disconnect_default: false"),
        (town(mfa_factors=["knowledge"], monitored=False), "mfa_factors: knowledge, monitored: false"),
        (town([entry("R1", "mnt-net", "lg-pc", "tcp/3389", kind="maintenance")]), "R1 → lg-pc"),
    ],
)
def test_a_line_that_is_open_or_reaches_further_than_declared(changed, facts, tmp_path):
    (found,), _ = asked(changed, tmp_path, CHECK)

    assert (found.subject, found.requirements, params(found)["facts"]) == ("up", ("X-03",), facts)


def test_a_line_that_is_declared_whole(tmp_path):
    sound = town([entry("R1", "mnt-net", "lg-mail", "tcp/3389", kind="maintenance")])

    assert [asked(one, tmp_path, CHECK)[0] for one in (SOUND, sound)] == [(), ()]
    assert asked(SOUND, tmp_path, CHECK)[1].coverage is Coverage.ASKED
    assert asked(town(vendor=None), tmp_path, CHECK)[1].coverage is Coverage.NO_INPUT
    assert asked(Town(), tmp_path, CHECK)[1].coverage is Coverage.NOTHING_TO_ASK
