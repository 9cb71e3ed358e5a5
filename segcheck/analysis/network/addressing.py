"""Which addresses belong to which place, and to the zones `public` and `unknown` (DESIGN §2.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from segcheck.analysis.network.nouns import PUBLIC, UNKNOWN
from segcheck.model.site import Site
from segcheck.sets.addresses import ALL, parse
from segcheck.sets.intervals import IntervalSet

#: RFC 1918, RFC 6598, RFC 4193; 0.0.0.0/8 and 240.0.0.0/4 (RFC 6890) are nobody's.
_PRIVATE = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "fc00::/7",
    "0.0.0.0/8",
    "240.0.0.0/4",
    "::/128",
)
#: Link-local and loopback (RFC 3927, RFC 4291).
_NEAR = ("127.0.0.0/8", "169.254.0.0/16", "fe80::/10", "::1/128")
#: RFC 5771, RFC 4291: not unicast.
_CAST = ("224.0.0.0/4", "ff00::/8", "255.255.255.255/32")


def _all(texts: tuple[str, ...]) -> IntervalSet:
    found = IntervalSet.empty()
    for text in texts:
        found = found | parse(text)
    return found


PRIVATE, NEAR, CAST = _all(_PRIVATE), _all(_NEAR), _all(_CAST)


def shares(site: Site) -> Mapping[str, IntervalSet]:
    """Return what belongs to each segment, and to `public` and `unknown`.

    Within a routing domain the longest prefix wins: what a longer prefix of another segment covers is not the shorter one's.
    """
    by_domain: dict[str, list[tuple[int, IntervalSet, str]]] = defaultdict(list)
    for segment in site.segments.values():
        for prefix in segment.prefixes:
            lo, hi = prefix.ranges[0]
            by_domain[segment.domain].append((hi - lo, prefix, segment.id))
    found: dict[str, IntervalSet] = {segment: IntervalSet.empty() for segment in site.segments}
    declared = IntervalSet.empty()
    for entries in by_domain.values():
        taken = IntervalSet.empty()
        for _, prefix, name in sorted(entries, key=lambda entry: entry[0]):
            found[name] = found[name] | (prefix - taken)
            taken = taken | prefix
        declared = declared | taken
    found[PUBLIC.id] = ALL - declared - PRIVATE - NEAR - CAST
    found[UNKNOWN.id] = ALL - declared - found[PUBLIC.id] - CAST
    return found
