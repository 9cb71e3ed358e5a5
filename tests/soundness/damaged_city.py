"""Bundled cities with one export damaged, and what their judgement then claims that it must not.

City         a city's files in a folder of their own; `opened` ones have a rule more on every FortiGate that lets everything
             through, so that nearly every crossing is violated and damage has something to hide
newly_clean  pairs that are called clean although the whole export says otherwise
claims       the exact form: what surely passes did surely pass, and what passed possibly passes
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from segcheck.analysis import crossings, permitting
from segcheck.analysis import network as graphs
from segcheck.analysis.crossings import Judged
from segcheck.analysis.network import Network
from segcheck.app import binding
from segcheck.loaders import site as site_loader
from segcheck.model.crossing import Standing
from segcheck.model.result import Binding
from segcheck.model.site import Site
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.listing import Box, Boxes
from segcheck.sets.packets import PacketSet, Universe

TOPOLOGIES = Path(__file__).parents[2] / "topologies"
#: A Tuesday on which the register of every city is in force.
DAY = date(2026, 11, 24)
#: Before every rule of a FortiGate; its own lines are damaged as well.
EVERYTHING = """\
    edit 9999
        set srcintf "any"
        set dstintf "any"
        set action accept
        set srcaddr "all"
        set dstaddr "all"
        set schedule "always"
        set service "ALL"
    next
"""
POLICIES = "config firewall policy\n"
#: Boxes of one set that are spelt out; a city whose sets have more cannot be compared exactly.
MOST = 400
_FIELDS = ("src", "dst", "proto", "sport", "dport", "tcp_flags", "icmp_type", "icmp_code")


@dataclass(frozen=True)
class Verdict:
    """What is said of one pair of places; the packets without the instant."""

    standing: Standing
    assumptions: tuple[str, ...]
    must: PacketSet
    may: PacketSet


Verdicts = Mapping[tuple[str, str], Verdict]


class City:
    """A city in a folder that may be written to; `city` is a folder of `topologies/`."""

    def __init__(self, folder: Path, city: str, *, opened: bool) -> None:
        self.folder = folder / (f"{city}-opened" if opened else city)
        shutil.copytree(TOPOLOGIES / city, self.folder)
        if opened:
            for path in self.folder.glob("exports/*.conf"):
                text = path.read_text(encoding="utf-8")
                assert text.count(POLICIES) == 1
                path.write_text(text.replace(POLICIES, POLICIES + EVERYTHING), encoding="utf-8")
        loaded = site_loader.load(str(self.folder))
        assert loaded.site is not None
        self.site: Site = loaded.site
        self.exports = tuple(e.path for device in self.site.devices.values() for e in device.exports)
        self._of_nothing: dict[str, Verdicts] = {}

    @cached_property
    def whole(self) -> Verdicts:
        """Return the verdicts with nothing damaged."""
        return self._judged(self.bound(), ())

    @cached_property
    def spelt(self) -> Mapping[tuple[str, str], tuple[Boxes, Boxes]]:
        """Return what must and what may cross with nothing damaged, in a form that any universe can take in."""
        return {pair: (one.must.boxes(MOST), one.may.boxes(MOST)) for pair, one in self.whole.items()}

    @cached_property
    def _cuts(self) -> tuple[tuple[str, IntervalSet], ...]:
        """Return the values of those packets: the universe of a damaged city has to tell them apart as well."""
        sets = (boxes for both in self.spelt.values() for boxes in both)
        return tuple(dict.fromkeys(value for boxes in sets for box in boxes.boxes for value in _values(box)))

    def bound(self) -> tuple[Binding, ...]:
        """Return the devices with their exports as they stand in the folder now."""
        return binding.bind(self.site, str(self.folder))

    def damaged(self, export: str, data: bytes | None) -> tuple[Verdicts, tuple[Binding, ...]]:
        """Return the verdicts with one export replaced (None: removed), and how its devices are then read.

        Where nothing is known of any of its devices any more, the engine is told the same whatever the damage was: that
        is judged once.
        """
        path = self.folder / export
        whole = path.read_bytes()
        try:
            if data is None:
                path.unlink()
            else:
                path.write_bytes(data)
            bindings = self.bound()
        finally:
            path.write_bytes(whole)
        mine = tuple(one for one in bindings if any(e.path == export for e in one.device.exports))
        network = graphs.build(self.site, bindings, DAY)
        if any(not _unknown(network, one.device.id) for one in mine):
            return self._judged(bindings, self._cuts), mine
        if export not in self._of_nothing:
            self._of_nothing[export] = self._judged(bindings, self._cuts)
        return self._of_nothing[export], mine

    def _judged(self, bindings: tuple[Binding, ...], cuts: Iterable[tuple[str, IntervalSet]]) -> Verdicts:
        network = graphs.build(self.site, bindings, DAY)
        judgement = crossings.judge(network, permitting.allowances(self.site, DAY), cuts=cuts)
        return {(one.src.id, one.dst.id): _verdict(one) for one in judgement.pairs}


def _unknown(network: Network, device: str) -> bool:
    """Return whether a device may do anything and no assumption speaks for it."""
    station = network.stations[device]
    return station.config is None and any(not doubt.assumption for doubt in station.havoc)


def _verdict(one: Judged) -> Verdict:
    names = tuple(doubt.id for doubt in one.assumptions)
    return Verdict(one.standing, names, one.must.exists("time"), one.may.exists("time"))


def newly_clean(whole: Verdicts, damaged: Verdicts) -> list[str]:
    """Return the pairs that are called clean although they are not, or without naming what that leans on, in words."""
    clean = (Standing.PROVEN, Standing.PROVEN_ASSUMING)
    found = []
    for pair, before in whole.items():
        after = damaged.get(pair)
        if after is None:  # what only the export knew of: an interface that the topology lacks
            if before.standing is not Standing.PROVEN:
                found.append(f"{pair}: {before.standing.value} is no longer judged")
            continue
        if after.standing is Standing.PROVEN and before.standing is not Standing.PROVEN:
            found.append(f"{pair}: {before.standing.value} became proven")
        if after.standing is Standing.PROVEN_ASSUMING and (before.standing not in clean or not after.assumptions):
            found.append(f"{pair}: {before.standing.value} became proven under {after.assumptions}")
    return found


def claims(city: City, damaged: Verdicts) -> list[str]:
    """Return the pairs of which the damaged city claims for certain what the whole one does not, in words."""
    found = []
    for pair, (must, may) in city.spelt.items():
        assert not must.truncated
        assert not may.truncated
        after = damaged[pair]
        universe = after.may.universe
        if not after.must <= packets(universe, must):
            found.append(f"{pair}: more surely passes")
        if not packets(universe, may) <= after.may:
            found.append(f"{pair}: less possibly passes")
    return found


def packets(universe: Universe, boxes: Boxes) -> PacketSet:
    """Return the packets of boxes whose values the universe was told of."""
    found = universe.nothing
    for box in boxes.boxes:
        assert box.extras == ()
        part = universe.of_class(box.packet_class) & universe.family(box.family)
        for name, values in _values(box):
            part = part & universe.field(name, values)
        found = found | part
    return found


def _values(box: Box) -> Iterator[tuple[str, IntervalSet]]:
    for name in _FIELDS:
        values = getattr(box, name)
        if values is not None:
            yield name, values
