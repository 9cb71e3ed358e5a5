from __future__ import annotations

import pytest

from segcheck.importers.fortigate import _defaults
from segcheck.importers.fortigate._defaults import parse_version
from segcheck.importers.fortigate._relevance import INTERFACE_IRRELEVANT, SECTIONS, reason, scope
from segcheck.importers.fortigate._sections import full_path
from segcheck.model.device import Scope


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("FGVMK6-6.4.4-FW-build1803-201209:opmode=1:vdom=0:user=admin", (6, 4, 4)),
        ("FG201F-7.4.11-FW-build2878", (7, 4, 11)),
        ("", None),
        ("FGT60F", None),
    ],
)
def test_the_header_gives_the_version(header, expected):
    assert parse_version(header) == expected


@pytest.mark.parametrize(
    ("name", "version", "expected"),
    [
        ("unified_policy", (6, 2, 9), False),
        ("unified_policy", (6, 4, 0), True),
        ("traffic_redirect", (7, 4, 9), True),
        ("traffic_redirect", (7, 4, 10), False),
        ("traffic_redirect", (7, 6, 4), True),
        ("traffic_redirect", (8, 0, 0), False),
        ("redirect_needs_own_net", (7, 0, 15), True),
        ("redirect_needs_own_net", (7, 2, 11), False),
        ("intrazone_single", (7, 4, 3), False),
        ("intrazone_single", (7, 4, 4), True),
        ("addresses_of_nat_are_local", (6, 4, 8), True),
        ("addresses_of_nat_are_local", (6, 4, 9), False),
        ("addresses_of_nat_are_local", (7, 0, 0), True),
        ("addresses_of_nat_are_local", (7, 0, 12), False),
        ("addresses_of_nat_are_local", (7, 2, 6), True),
        ("addresses_of_nat_are_local", (7, 4, 0), False),
        ("addresses_of_nat_are_local", (7, 4, 1), True),
    ],
)
def test_defaults_change_with_the_version(name, version, expected):
    assert getattr(_defaults, name)(version) is expected
    assert getattr(_defaults, name)(None) is None


def test_a_prefix_covers_the_sections_below_it():
    assert reason("system replacemsg http url-block")
    assert not reason("system replacemsgs")
    assert not reason("firewall policy")


def test_unread_sections_reach_the_device_unless_a_table_says_less():
    assert scope("system warp-drive") is Scope.DEVICE
    assert scope("router warp") is Scope.ROUTING


def test_every_reason_is_written():
    assert all(SECTIONS.values())
    assert all(INTERFACE_IRRELEVANT.values())


@pytest.mark.parametrize(
    ("written", "full"),
    [("sys ha", "system ha"), ("firewall policy6", "firewall policy6"), ("fire pol", "fire pol"), ("x y", "x y")],
)
def test_short_section_names(written, full):
    assert full_path(written) == full
