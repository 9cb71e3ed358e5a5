"""The universe that one device or several share: a dimension for everything that any of their rules asks about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from segcheck.analysis.compiling.instants import Instants
from segcheck.analysis.compiling.needs import BITWISE, Needs, parts_of
from segcheck.model.device import DeviceConfig
from segcheck.model.match import EXTRAS, State
from segcheck.model.trace import Probe
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import Universe, UniverseBuilder

#: What follows it in a label tells versions of one device apart, which share the device's own conditions.
VERSION = "|"


class Ground:
    """One universe for several devices: it tells apart whatever any of them, or the questions, ask about.

    Dimensions with the same name are shared. The instant and varying conditions mean the same in every device; interfaces,
    states and marks are a device's own, and whoever carries packets from one device to the next clears them
    (`Space.arriving`, `Space.left`).

    dimensions   further yes-or-no dimensions, by name
    cuts         further values to tell apart, by header field
    near         the wall-clock minute that examples of instants are to follow
    """

    def __init__(
        self,
        devices: Mapping[str, DeviceConfig],
        *,
        probes: Iterable[Probe] = (),
        dimensions: Iterable[str] = (),
        cuts: Iterable[tuple[str, IntervalSet]] = (),
        capacity: int = 1 << 18,
        near: int = 0,
    ) -> None:
        self.needs = {label: Needs(device) for label, device in devices.items()}
        for needs in self.needs.values():
            for probe in probes:
                needs.add_probe(probe)
        everyone = tuple(self.needs.values())
        every_cut = [cut for needs in everyone for cut in needs.cuts] + list(cuts)
        schedules = (
            replace(s, name=named(label, s.name)) for label, d in devices.items() for s in d.schedules.values()
        )
        self.instants = Instants.of(schedules, near)
        self.extras = tuple(sorted({name for needs in everyone for name in needs.extras} | {"state"}))
        bits: dict[str, set[int]] = {}
        for needs in everyone:
            for name, found in needs.bits.items():
                bits.setdefault(name, set()).update(found)
        self.bits = {name: tuple(sorted(found)) for name, found in bits.items()}
        self.origins = {name: parts_of(name, every_cut) for name in self.extras if name.startswith("orig_")}
        ports = max((len(needs.interface_names()) for needs in everyone), default=0)
        builder = UniverseBuilder()
        for name in dimensions:
            _enumerated(builder, name, 2)
        _enumerated(builder, "in", max(1, ports))
        _enumerated(builder, "out", ports + 1)
        _enumerated(builder, "time", len(self.instants.classes))
        conditions = {varying(label, name) for label, needs in self.needs.items() for name in needs.conditions}
        for dimension in sorted(conditions):
            _enumerated(builder, dimension, 2)
        for name in self.extras:
            for dimension, size in self.dimensions(name):
                if size <= len(State):
                    _enumerated(builder, dimension, size)
                else:
                    builder.extra(dimension, size)
                    builder.cut(dimension, IntervalSet.of(0))
        for name, values in every_cut:
            if name in BITWISE:
                continue
            builder.cut(name, values)
            if name in self.origins:
                builder.cut(name.removeprefix("orig_"), values)
        for needs in everyone:
            for name, lo, hi, delta in needs.shifts:
                builder.shift(name, lo, hi, delta)
        self.universe: Universe = builder.build(capacity=capacity)

    def dimensions(self, name: str) -> Iterator[tuple[str, int]]:
        """Yield the dimensions that hold an extra, with their sizes."""
        if name in BITWISE:
            for bit in self.bits.get(name, ()):
                yield bit_name(name, bit), 2
        else:
            yield name, EXTRAS[name].size


def bit_name(name: str, bit: int) -> str:
    """Return the name of the dimension that holds one bit of a bitwise extra."""
    return f"{name}.{bit}"


def varying(label: str, condition: str) -> str:
    """Return the dimension of a varying condition; one that names its place in brackets is the device's own (model.match)."""
    device = label.partition(VERSION)[0]
    return f"varies:{named(device, condition)}" if condition.endswith("]") else f"varies:{condition}"


def named(label: str, name: str) -> str:
    """Return the name of a schedule among those of several devices."""
    return f"{label}/{name}" if label else name


def _enumerated(builder: UniverseBuilder, name: str, size: int) -> None:
    """Declare an extra dimension whose every value is set apart."""
    builder.extra(name, size)
    for value in range(size):
        builder.cut(name, IntervalSet.of(value))
