"""The zones that both ends of captured conversations lie in, as a site's topology says; no rules are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from segcheck.analysis.attribution import Attribution
from segcheck.analysis.sightings import domains_of
from segcheck.app import capture_names
from segcheck.app.assessing import unusable
from segcheck.captures.tables import Table
from segcheck.loaders import site as site_loader

#: Names the zones of both ends of the rows of a tap's table: of a, then of b.
Zones = Callable[[str, Table], tuple[Sequence[str | None], Sequence[str | None]]]


def zones(folder: str, captures: Sequence[str]) -> tuple[Zones, list[tuple[str, str]]]:
    """Return what names zones, and the captures ("PATH" or "PATH@TAP") as (path, tap); None for addresses without a zone.

    Raises:
        BadInput: the site's files cannot be used.
        BadArguments: a tap that does not exist.
    """
    loaded = site_loader.load(folder)
    if loaded.site is None:
        raise unusable(folder, loaded.files)
    site = loaded.site
    attribution = Attribution(site)

    def name(tap: str, table: Table) -> tuple[Sequence[str | None], Sequence[str | None]]:
        domains = domains_of(site, tap, table)
        found = []
        for end in ("a", "b"):
            numbers = np.zeros(len(table), np.int32)
            for domain, rows in domains:
                numbers[rows] = attribution.find(table[rows], end, domain)
            words = [atom.spot.zone or None for atom in attribution.atoms]
            found.append([words[number] for number in numbers.tolist()])
        return found[0], found[1]

    return name, [capture_names.tapped(site, folder, text) for text in captures]
