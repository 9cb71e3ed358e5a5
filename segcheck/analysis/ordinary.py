"""What nobody says of a packet because it is so on any ordinary one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from segcheck.model.device import DeviceConfig
from segcheck.model.match import Bits, Field, leaves
from segcheck.model.trace import Probe
from segcheck.sets import addresses

#: Destinations that are not sent to one station on the link.
_TO_MANY = addresses.parse("224.0.0.0/4") | addresses.parse("ff00::/8") | addresses.parse("255.255.255.255")


def ordinary(device: DeviceConfig) -> Mapping[str, int]:
    """Return what packet tables have no column for, as it is on any ordinary packet on its way.

    Its hop limit is far from spent, it was sent to one station, and of SCTP and DCCP it is the one that asks for an
    association. Where rules that somebody wrote ask for such a thing it stays open: the answer would rest on a guess.
    """
    asked = {
        leaf.name
        for rules in device.lists.values()
        if not rules.builtin
        for rule in rules.rules
        for leaf in leaves(rule.match)
        if isinstance(leaf, Field | Bits)
    }
    return {name: value for name, value in (("ttl", 64), ("cast", 0), ("opening", 1)) if name not in asked}


def completed(probe: Probe, usual: Mapping[str, int]) -> Probe:
    """Return the probe with what is usual where it says nothing else."""
    known = dict(usual) | dict(probe.known)
    destination = probe.known.get("dst")
    if "cast" in known and "cast" not in probe.known and (destination is None or destination in _TO_MANY):
        del known["cast"]
    return replace(probe, known=known)
