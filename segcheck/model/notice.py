"""What a scheduled run has to tell, and what was told of it before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: (Japanese, English)
Said = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One thing worth telling.

    key      names it over time; told again only if `state` differs, or after `again` days (0: never)
    event    what a channel chooses by: finding, reach, undecided, error, recovered, expiring, stale, changes
    weight   severity of a finding; "" = of anything else
    said     without names of hosts and devices, and without addresses
    full     lines that tell those too
    item     what of it stands behind `said` where many have that in common; "" = nothing
    lasting  holds until it is gone, which is told as well; else it happened once
    """

    key: str
    event: str
    state: str
    said: Said
    full: tuple[Said, ...] = ()
    item: str = ""
    weight: str = ""
    again: int = 0
    lasting: bool = True


@dataclass(frozen=True, slots=True)
class Told:
    """What a channel was told last of one matter; `day` as ISO 8601."""

    state: str
    day: str
    said: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What one channel is sent.

    number, hash   of the run and of its entry in the chain
    title          one line
    lines          what is told, without the first one
    grave          whether a finding of weight high or critical, an error or an opening is among it
    matters        (event, line) for programs
    """

    site: str
    day: str
    number: int
    hash: str
    verdict: str
    title: str
    lines: tuple[str, ...]
    grave: bool
    matters: tuple[Mapping[str, str], ...]
