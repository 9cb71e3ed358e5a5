"""The network of a result: what it holds is enough for the same picture as from the site itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from segcheck.app import bundled, graphing
from segcheck.lang.words import load
from segcheck.reports import _site_graph, site_svg
from segcheck.reports._network_block import network, site_of


@pytest.mark.parametrize("city", ["reiji", "minase", "wakagi-beta"])
def test_the_picture_of_the_block_is_that_of_the_site(city: str) -> None:
    found = graphing.prepare(str(bundled.sites()[city]), verdicts=False)
    site, unread = site_of(network(found.site, found.unread), found.site.name)

    def drawn(one: object, missing: frozenset[str]) -> str:
        return site_svg.picture(_site_graph.build(one, missing), load("ja"))  # type: ignore[arg-type]

    assert unread == found.unread
    assert drawn(site, unread) == drawn(found.site, found.unread)


def test_names_carry_no_phone_number_and_no_mail_address() -> None:
    site = graphing.prepare(str(bundled.sites()["minase"]), verdicts=False).site
    device = next(iter(site.devices.values()))
    named = replace(site, devices={device.id: replace(device, name="taro@example.lg.jp 03-1234-5678")})

    assert network(named, ())["devices"][0]["name"] == "(mail) (phone)"
