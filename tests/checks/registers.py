"""Towns of the register's own checks: a My Number tier beside the LGWAN tier, and what a check is asked with.

mynumber   a town whose firewall stands between My Number and LGWAN tiers
asking     the context of checks of a town, without asking them
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from segcheck import checks
from segcheck.analysis import crossings, permitting
from segcheck.analysis import network as graphs
from segcheck.app import validating
from segcheck.checks import Context
from tests.checks.sites import DAY, SEGMENTS, Firewall, Town, rule

MN_PORTS = {"mn": ("mn-lan", "10.0.0.1/24"), "lg": ("lg-lan", "10.1.0.1/24")}
#: Lets the My Number server reach the LGWAN mail host.
MN_RULE = rule(1, "mn:mn-srv", "lg:lg-mail", "HTTPS")


@dataclass(frozen=True, kw_only=True)
class MyNumber(Town):
    """A town with further keys of its hosts mn-srv and lg-mail, and further lines of groups."""

    host: str = ""
    peer: str = ""
    more_groups: str = ""

    def _topology(self, devices: dict[str, Firewall]) -> str:
        text = super()._topology(devices)
        for address, keys in (("10.0.0.10", self.host), ("10.1.0.25", self.peer)):
            if keys:
                text = text.replace(f"addresses: [{address}]}}", f"addresses: [{address}], {keys}}}")
        return text.replace("groups:\n", f"groups:\n{self.more_groups}")


def mynumber(
    *entries: str,
    rules: Sequence[str] = (MN_RULE,),
    ports: dict[str, tuple[str, str]] = MN_PORTS,
    zone: str = "lg",
    host: str = "",
    peer: str = "",
    groups: str = "",
    topology: str = "",
) -> MyNumber:
    """Return the town; `zone` is that of the segment that the firewall's port `lg` leads to."""
    return MyNumber(
        register=entries,
        firewalls={"fw": Firewall(ports=ports, rules=rules)},
        segments={**SEGMENTS, "lg-lan": (zone, *SEGMENTS["lg-lan"][1:])},
        host=host,
        peer=peer,
        more_groups=groups,
        topology=topology,
    )


def asking(town: Town, folder: Path) -> Context:
    """Return what checks of rules are asked with."""
    validated = validating.validate(str(town.written(folder)))
    site = validated.site
    assert site is not None, [problem for one in validated.files for problem in one.problems]
    network = graphs.build(site, validated.bindings, DAY)
    judgement = crossings.judge(network, permitting.allowances(site, DAY), cuts=checks.cuts())
    return Context(site=site, day=DAY, network=network, bindings=validated.bindings, judgement=judgement)
