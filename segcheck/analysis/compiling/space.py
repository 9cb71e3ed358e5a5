"""The universe of one device's packets: header fields, and every circumstance that its rules ask about.

Beside the header fields the universe has a dimension for each of: the ingress interface (`in`) and the egress
interface (`out`), the instant (`time`, as classes of instants that no schedule tells apart), each varying condition
(`varies:NAME`, yes or no), and each extra of the model that some rule uses. Marks and the TOS byte are split into one
yes-or-no dimension per bit, because rules read and write them by bit masks; bits that no rule can ever set are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from segcheck.analysis.compiling.ground import Ground, bit_name, named, varying
from segcheck.analysis.compiling.needs import BITWISE, HEADER, NO_EGRESS
from segcheck.model.device import DeviceConfig
from segcheck.model.match import EXTRAS, ExtraKind, State
from segcheck.model.trace import Probe
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet, Universe


def fits(name: str, patterns: Iterable[str]) -> bool:
    """Return whether an interface of that name is one of the patterns (a trailing `*` stands for any rest)."""
    return any(name.startswith(p[:-1]) if p.endswith("*") else name == p for p in patterns)


class Space:
    """The universe of a device and the questions asked of it, with names for what is in it.

    interfaces   names of the dimension `in`, in order; `out` has the same after `NO_EGRESS`
    ground, label   the universe that it shares with other devices, and its name there; by default it has one of its own
    """

    def __init__(
        self,
        device: DeviceConfig,
        probes: Iterable[Probe] = (),
        *,
        capacity: int = 1 << 18,
        ground: Ground | None = None,
        label: str = "",
    ) -> None:
        self.device = device
        self.label = label
        self._ground = Ground({label: device}, probes=tuple(probes), capacity=capacity) if ground is None else ground
        self.interfaces = self._ground.needs[label].interface_names()
        self.instants = self._ground.instants
        self.bits = self._ground.bits
        self.origins = self._ground.origins
        self.universe: Universe = self._ground.universe
        self._fields: dict[tuple[str, IntervalSet], PacketSet] = {}
        self._on: dict[tuple[str, tuple[str, ...]], PacketSet] = {}

    def varying(self, condition: str) -> PacketSet:
        """Return the packets in those circumstances in which a varying condition of the device is true."""
        return self.field(varying(self.label, condition), IntervalSet.of(1))

    def during(self, schedule: str) -> IntervalSet:
        """Return the classes of instants in which a schedule of the device is in force."""
        return self.instants.during(named(self.label, schedule))

    def arriving(self, wanted: PacketSet, interface: str, *, every: bool) -> PacketSet:
        """Return the packets on the wire that are in `wanted` as they arrive by an interface, on no known connection.

        What the sender chooses beside the header (TTL, TOS, length …) is free.

        every   whatever the sender chose; otherwise for some choice of it
        """
        wanted = wanted.at("in", self.interfaces.index(interface)).at("out", NO_EGRESS)
        free: list[str] = []
        copied: list[str] = []
        for name in self._ground.extras:
            extra = EXTRAS[name]
            if extra.name == "cast":
                wanted = wanted.at("cast", 0)
            elif extra.kind is ExtraKind.SENDER:
                free += (dimension for dimension, _ in self._ground.dimensions(name))
            elif name in self.origins:
                copied.append(name)
            else:
                for dimension, _ in self._ground.dimensions(name):
                    wanted = wanted.at(dimension, 0)
        for name in copied:
            wanted = self.same(name, wanted).exists(name)
        if free:
            wanted = wanted.forall(*free) if every else wanted.exists(*free)
        return wanted

    def arrived(self, packets: PacketSet, interface: str) -> PacketSet:
        """Return packets of the wire as they arrive by an interface, on no known connection (the way of `arriving` forward)."""
        packets = packets & self.on("in", (interface,)) & self.field("out", IntervalSet.of(NO_EGRESS))
        for name in self._ground.extras:
            if name in self.origins:
                packets = self.same(name, packets)
            elif name == "cast" or EXTRAS[name].kind is not ExtraKind.SENDER:
                for dimension, _ in self._ground.dimensions(name):
                    packets = packets & self.universe.field(dimension, IntervalSet.of(0))
        return packets

    def left(self, packets: PacketSet) -> PacketSet:
        """Return packets as the wire sees them: what only the device knows of them is forgotten."""
        names = [dimension for name in self._ground.extras for dimension, _ in self._ground.dimensions(name)]
        return packets.exists("in", "out", *names)

    @property
    def everything(self) -> PacketSet:
        """Every packet in every circumstance."""
        return self.universe.everything

    @property
    def nothing(self) -> PacketSet:
        """No packet."""
        return self.universe.nothing

    def field(self, name: str, values: IntervalSet) -> PacketSet:
        """Return the packets that carry `name` with a value in `values`; for bitwise extras by their bits."""
        key = (name, values)
        found = self._fields.get(key)
        if found is None:
            if name in BITWISE:
                found = self.nothing
                for lo, hi in values.ranges:
                    for base, free in _aligned(lo, hi):
                        mask = ((1 << BITWISE[name]) - 1) & ~((1 << free) - 1)
                        found = found | self.masked(name, mask, base)
            else:
                found = self.universe.field(name, values)
            self._fields[key] = found
        return found

    def masked(self, name: str, mask: int, value: int) -> PacketSet:
        """Return the packets that carry `name` with `name & mask == value`."""
        if name not in BITWISE:
            return self.universe.bits(name, mask, value)
        if value & ~mask:
            return self.nothing
        found = self.everything
        present = set(self.bits.get(name, ()))
        for bit in range(BITWISE[name]):
            if mask >> bit & 1:
                wanted = value >> bit & 1
                if bit in present:
                    found = found & self.universe.field(bit_name(name, bit), IntervalSet.of(wanted))
                elif wanted:
                    return self.nothing
        return found

    def on(self, side: str, patterns: Iterable[str]) -> PacketSet:
        """Return the packets whose ingress ("in") or egress ("out") interface fits one of the patterns."""
        key = side, tuple(patterns)
        if key not in self._on:
            offset = 1 if side == "out" else 0
            numbers = (n + offset for n, name in enumerate(self.interfaces) if fits(name, key[1]))
            self._on[key] = self.field(side, IntervalSet.of(*numbers))
        return self._on[key]

    def egress(self, name: str) -> int:
        """Return the value of `out` for an interface."""
        return self.interfaces.index(name) + 1

    def states(self, states: Iterable[State]) -> PacketSet:
        """Return the packets in one of these connection states."""
        return self.field("state", IntervalSet.of(*(int(s) for s in states)))

    def family(self, versions: Iterable[int]) -> PacketSet:
        """Return the packets of these IP versions."""
        found = self.nothing
        for version in sorted(set(versions)):
            found = found | self.universe.family(version)
        return found

    def region(self, probe: Probe, *, alone: bool = False) -> PacketSet:
        """Return every packet in every circumstance that the probe may mean.

        alone   one list is asked by itself: no tracking stage runs before it, so a packet of no connection is NEW, and
                the header before any translation is its own
        """
        known: dict[str, int] = {n: v for n, v in probe.known.items() if n in HEADER}
        region = self.universe.packet(**known)
        if probe.ingress is not None:
            region = region & self.on("in", (probe.ingress,))
        if not alone:
            region = region & self.field("out", IntervalSet.of(NO_EGRESS))
        elif probe.egress is not None:
            region = region & self.on("out", (probe.egress,))
        else:
            region = region - self.field("out", IntervalSet.of(NO_EGRESS))
        if probe.minute is not None:
            region = region & self.field("time", IntervalSet.of(self.instants.class_of(probe.minute)))
        state = State.NEW if alone and probe.state is State.NONE else probe.state
        region = region & self.states((state,))
        fresh = state in (State.NONE, State.NEW, State.INVALID, State.UNTRACKED)
        for name, extra in EXTRAS.items():
            if name == "state" or not any(True for _ in self._used(name)):
                continue
            if name in probe.known:
                given = probe.known[name]
                alike = self.masked(name, -1 % (1 << BITWISE[name]), given) if name in BITWISE else None
                region = region & (alike if alike is not None else self.universe.packet(**{name: given}))
            elif name in self.origins:
                region = self.same(name, region) if alone and fresh else region
            elif extra.kind is ExtraKind.REGISTER or (extra.kind is ExtraKind.CONNECTION and fresh):
                region = region & self.field(name, IntervalSet.of(0))
        return region

    def same(self, name: str, packets: PacketSet) -> PacketSet:
        """Return those of `packets` whose extra `name` (an `orig_` field) equals the header field it is a copy of."""
        found = self.nothing
        for part in self.origins[name]:
            found = found | (packets & self.field(name, part) & self.field(name.removeprefix("orig_"), part))
        source = name.removeprefix("orig_")
        carried = self.field(source, IntervalSet.of((0, EXTRAS[name].size - 1)))
        return found | ((packets - carried) & self.field(name, IntervalSet.of(0)))

    def _used(self, name: str) -> Iterator[str]:
        dimensions = self.universe.dimensions
        yield from (dimension for dimension, _ in self._ground.dimensions(name) if dimension in dimensions)


def _aligned(lo: int, hi: int) -> Iterator[tuple[int, int]]:
    """Yield (base, free bits) of the aligned blocks that make up lo..hi."""
    while lo <= hi:
        free = (lo & -lo).bit_length() - 1 if lo else hi.bit_length()
        while lo + (1 << free) - 1 > hi:
            free -= 1
        yield lo, free
        lo += 1 << free
