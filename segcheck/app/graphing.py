"""A site made ready to be drawn, with or without its verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from segcheck.app import assessing, validating
from segcheck.model.assessment import Assessment
from segcheck.model.site import Site


@dataclass(frozen=True, slots=True)
class Drawable:
    """A site, the ids of its devices that have no export or none that could be read, and its judgement if asked for."""

    site: Site
    unread: frozenset[str]
    assessment: Assessment | None


def prepare(
    folder: str, *, verdicts: bool, day: date | None = None, progress: assessing.Progress | None = None
) -> Drawable:
    """Return what is to be drawn; judged as of `day` (today in Japan) if verdicts are asked for.

    Raises:
        UnreadableFile: no such folder, or no topology in it.
        BadInput: the site's files cannot be used; nothing was drawn.
    """
    if verdicts:
        found = assessing.assess(
            folder, day=day or assessing.today(), only_crossings=True, spelt=False, progress=progress
        ).assessment
        site, bindings = found.site, found.bindings
    else:
        validated = validating.validate(folder)
        if validated.site is None:
            raise assessing.unusable(folder, validated.files)
        found, site, bindings = None, validated.site, validated.bindings
    unread = frozenset(one.device.id for one in bindings if one.config is None)
    return Drawable(site, unread, found)
