"""What crosses, as it is kept: every set of packets spelt out in full once, under the hash of what it means."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from segcheck.analysis.crossings import Judgement
from segcheck.analysis.drifting import FIELDS
from segcheck.app.history import chain
from segcheck.model.crossing import Place
from segcheck.model.drift import Reached, ReachedAll, ReachedPair
from segcheck.model.schedule import Schedule
from segcheck.reports.check_json import place_name
from segcheck.sets.header import PacketClass
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.listing import Box
from segcheck.sets.packets import PacketSet

#: A set of more boxes is not kept: of it nothing can be told later.
MOST_BOXES = 5000
_TIME = "time"


def reached(judgement: Judgement) -> ReachedAll:
    """Return what crosses by a judgement, in full."""
    instants = judgement.reach.instants
    schedules = [[s.name, _ranges(s.once), _ranges(s.weekly)] for s in instants.schedules]
    times = chain.digest([schedules, [list(map(int, row)) for row in instants.classes]])

    @cache
    def spelt(packets: PacketSet) -> Reached:
        listed = packets.boxes(MOST_BOXES)
        if listed.truncated:
            return Reached(f"large:{packets.digest()}", None)
        timed = any(name == _TIME for box in listed.boxes for name, _ in box.extras)
        return Reached(chain.digest([_box(box) for box in listed.boxes] + ([times] if timed else [])), listed.boxes)

    return ReachedAll(
        pairs=tuple(
            ReachedPair(
                src=_name(pair.src),
                dst=_name(pair.dst),
                src_zone=pair.src.zone,
                dst_zone=pair.dst.zone,
                verdict=pair.standing.value,
                must=spelt(pair.must),
                may=spelt(pair.may),
                held=spelt(pair.held),
            )
            for pair in judgement.pairs
        ),
        schedules=instants.schedules,
        classes=instants.classes,
    )


def _name(place: Place) -> str:
    return place_name(place)


def written(found: ReachedAll) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return what crosses as a document and the sets that it names, each as the bytes of a part."""
    names: dict[str, str] = {}
    sets: dict[str, bytes] = {}
    for pair in found.pairs:
        for one in pair.sets:
            if one.boxes is not None and one.digest not in names:
                content = [_box(box) for box in one.boxes]
                names[one.digest] = chain.digest(content)
                sets[names[one.digest]] = chain.canonical(content)
    document = {
        "schema": "segcheck/reach/1",
        "schedules": [[s.name, _ranges(s.once), _ranges(s.weekly)] for s in found.schedules],
        "classes": [list(map(int, row)) for row in found.classes],
        "digests": names,
        "sets": sorted(sets),
        "crossings": [
            [pair.src, pair.dst, pair.src_zone, pair.dst_zone, pair.verdict, *(one.digest for one in pair.sets)]
            for pair in found.pairs
        ],
    }
    return document, sets


def read(document: Mapping[str, Any], part: Callable[[str], bytes]) -> ReachedAll:
    """Return what crosses as it was written; `part` returns the bytes of a set."""

    @cache
    def of(digest: str) -> Reached:
        name = document["digests"].get(digest)
        return Reached(digest, None if name is None else tuple(_unbox(row) for row in json.loads(part(name))))

    return ReachedAll(
        pairs=tuple(
            ReachedPair(
                src=src, dst=dst, src_zone=a, dst_zone=b, verdict=verdict, must=of(must), may=of(may), held=of(held)
            )
            for src, dst, a, b, verdict, must, held, may in document["crossings"]
        ),
        schedules=tuple(Schedule(name, _set(once), _set(weekly)) for name, once, weekly in document["schedules"]),
        classes=tuple(tuple(map(bool, row)) for row in document["classes"]),
    )


def _box(box: Box) -> list[Any]:
    fields = {name: _ranges(values) for name in FIELDS if (values := getattr(box, name)) is not None}
    return [box.packet_class.value, box.family, fields, [[name, _ranges(values)] for name, values in box.extras]]


def _unbox(row: list[Any]) -> Box:
    kind, family, fields, extras = row
    return Box(
        packet_class=PacketClass(kind),
        family=family,
        **{name: _set(ranges) for name, ranges in fields.items()},
        extras=tuple((name, _set(ranges)) for name, ranges in extras),
    )


def _ranges(values: IntervalSet) -> list[list[int]]:
    return [[lo, hi] for lo, hi in values.ranges]


def _set(ranges: Iterable[Iterable[int]]) -> IntervalSet:
    return IntervalSet(tuple((lo, hi) for lo, hi in ranges))
