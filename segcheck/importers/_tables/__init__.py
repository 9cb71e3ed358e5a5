"""Side files of a device: the routing table that it prints, the addresses of its interfaces, the hits of its rules.

    linux    `ip route show`, `ip -6 route show`, `ip addr`
    fortios  `get router info routing-table all`, `get router info6 routing-table`
    hits     how often each rule has been hit, in the words of four vendors
    yamaha   `show ip route`

Such a listing is what the device held on one day. A line that is not understood leaves it open what else it holds.
"""

from __future__ import annotations

from segcheck.importers._tables._nouns import Listing
from segcheck.importers._tables.hits import HitListing, hits
from segcheck.model.source import SourceText

__all__ = ["HitListing", "Listing", "addresses", "hits", "routes"]


def routes(source: SourceText) -> Listing:
    """Return the routing table that a device has printed; whose words it is in shows in the text."""
    from segcheck.importers._tables import fortios, linux, yamaha  # few sites have such a listing

    if yamaha.is_table(source.text):
        return yamaha.routes(source)
    return fortios.routes(source) if fortios.is_table(source.text) else linux.routes(source)


def addresses(source: SourceText) -> Listing:
    """Return the interfaces that `ip addr` has printed, with their addresses."""
    from segcheck.importers._tables import linux

    return linux.addresses(source)
