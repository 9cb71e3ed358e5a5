"""A site as far as exports alone tell it, each fact with what it rests on; zones and responsibility are left to people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from segcheck.model.source import Span


class Sure(Enum):
    """How sure a drafted fact is."""

    CERTAIN = "certain"  # it stands in an export
    LIKELY = "likely"  # it follows from exports, if nothing is missing
    CHECK = "check"  # it is a guess, or exports speak against each other


@dataclass(frozen=True, slots=True)
class Mark:
    """How sure a fact is, why (a key of the catalogue with its fields), and where that was read."""

    sure: Sure
    why: str
    spans: tuple[Span, ...] = ()
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSegment:
    """A subnet; `v4` and `v6` as text, () for none, None where nobody can say."""

    id: str
    domain: str
    v4: tuple[str, ...] | None
    v6: tuple[str, ...] | None
    vlan: int | None
    gateway: str
    kind: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftInterface:
    """An interface; `segment` "" where it stands in none."""

    name: str
    segment: str = ""
    addresses: tuple[str, ...] = ()
    vrf: str = ""
    enabled: bool = True
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftExport:
    """A file of a device, relative to the site."""

    path: str
    format: str
    context: str = ""
    role: str = "config"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftDevice:
    """A device; `routes` are told for information, because the export itself is read for them."""

    id: str
    kind: str
    hostname: str = ""
    members: tuple[str, ...] = ()
    exports: tuple[DraftExport, ...]
    interfaces: tuple[DraftInterface, ...] = ()
    routes: tuple[tuple[str, Mark], ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLink:
    """A line; ends as a topology writes them, "zone:TODO" where nobody knows what lies beyond."""

    id: str
    ends: tuple[str, str]
    kind: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What exports tell of a site.

    unread     (file, why in English, why in Japanese) of what no importer could use
    doubtful   files that were not understood in full
    """

    devices: tuple[DraftDevice, ...]
    segments: tuple[DraftSegment, ...]
    links: tuple[DraftLink, ...]
    unread: tuple[tuple[str, str, str], ...] = ()
    doubtful: tuple[str, ...] = ()
