"""The universe of one device's packets: header fields, and every circumstance that its rules ask about.

Beside the header fields the universe has a dimension for each of: the ingress interface (`in`) and the egress
interface (`out`), the instant (`time`, as classes of instants that no schedule tells apart), each varying condition
(`varies:NAME`, yes or no), and each extra of the model that some rule uses. Marks and the TOS byte are split into one
yes-or-no dimension per bit, because rules read and write them by bit masks; bits that no rule can ever set are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from segcheck.model.device import DeviceConfig
from segcheck.model.match import EXTRAS, Bits, Condition, Expr, ExtraKind, Field, Interface, Kind, State, leaves
from segcheck.model.rules import Action, Assign, Copy, SureAction, Translate, Translation, Unsure, Via
from segcheck.model.schedule import WEEK_MINUTES, Schedule, week_minute
from segcheck.model.trace import Probe
from segcheck.sets.addresses import parse
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet, Universe, UniverseBuilder

#: Extras that rules read and write by bit masks, with their width.
BITWISE = {"mark": 32, "connmark": 32, "tos": 8}
#: Header fields, as `segcheck.sets` names them.
HEADER = ("src", "dst", "proto", "sport", "dport", "icmp_type", "icmp_code", "tcp_flags", "fragment")
#: The value of `out` before routing.
NO_EGRESS = 0
#: What follows it in a label tells versions of one device apart, which share the device's own conditions.
VERSION = "|"
#: Rest of the name of an interface that no rule and no export names.
UNNAMED = "\x00"


def fits(name: str, patterns: Iterable[str]) -> bool:
    """Return whether an interface of that name is one of the patterns (a trailing `*` stands for any rest)."""
    return any(name.startswith(p[:-1]) if p.endswith("*") else name == p for p in patterns)


def bit_name(name: str, bit: int) -> str:
    """Return the name of the dimension that holds one bit of a bitwise extra."""
    return f"{name}.{bit}"


def actions_of(action: Action) -> tuple[SureAction, ...]:
    """Return the actions that may happen: those of an Unsure, else the one itself."""
    return action.actions if isinstance(action, Unsure) else (action,)


@dataclass(frozen=True, slots=True)
class Instants:
    """Classes of instants: two instants are of one class if exactly the same schedules are in force.

    examples   a wall-clock minute of each class: the first one from `near` on, else the last one before
    """

    schedules: tuple[Schedule, ...]
    classes: tuple[tuple[bool, ...], ...]
    examples: tuple[int, ...] = ()

    @classmethod
    def of(cls, schedules: Iterable[Schedule], near: int = 0) -> Instants:
        """Return the classes that occur at some instant, found by looking at every instant where something changes."""
        known = tuple(sorted((s for s in schedules if s.known), key=lambda s: s.name))
        turns = sorted({t for s in known for lo, hi in s.once.ranges for t in (lo, hi + 1)} | {near})
        weekly = sorted({w % WEEK_MINUTES for s in known for lo, hi in s.weekly.ranges for w in (lo, hi + 1)} | {0})
        far = 10 * WEEK_MINUTES
        starts, ends = [turns[0] - far, *turns], [*turns, turns[-1] + far]
        seen: dict[tuple[bool, ...], tuple[bool, int, int]] = {}
        for start, end in zip(starts, ends, strict=True):
            for instant in (start, *(start + (w - week_minute(start)) % WEEK_MINUTES for w in weekly)):
                if instant < end:
                    row = tuple(s.in_force(instant) for s in known)
                    found = instant < near, abs(instant - near), instant
                    seen[row] = min(found, seen.get(row, found))
        classes = tuple(sorted(seen))
        return cls(known, classes, tuple(seen[one][-1] for one in classes))

    def class_of(self, minute: int) -> int:
        """Return the number of the class that a wall-clock minute belongs to."""
        return self.classes.index(tuple(s.in_force(minute) for s in self.schedules))

    def during(self, schedule: str) -> IntervalSet:
        """Return the classes in which the named schedule is in force."""
        column = [s.name for s in self.schedules].index(schedule)
        return IntervalSet.of(*(n for n, row in enumerate(self.classes) if row[column]))


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
        self.needs = {label: _Needs(device) for label, device in devices.items()}
        for needs in self.needs.values():
            for probe in probes:
                needs.add_probe(probe)
        everyone = tuple(self.needs.values())
        every_cut = [cut for needs in everyone for cut in needs.cuts] + list(cuts)
        schedules = (replace(s, name=_of(label, s.name)) for label, d in devices.items() for s in d.schedules.values())
        self.instants = Instants.of(schedules, near)
        self.extras = tuple(sorted({name for needs in everyone for name in needs.extras} | {"state"}))
        bits: dict[str, set[int]] = {}
        for needs in everyone:
            for name, found in needs.bits.items():
                bits.setdefault(name, set()).update(found)
        self.bits = {name: tuple(sorted(found)) for name, found in bits.items()}
        self.origins = {name: _parts(name, every_cut) for name in self.extras if name.startswith("orig_")}
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

    def varying(self, condition: str) -> PacketSet:
        """Return the packets in those circumstances in which a varying condition of the device is true."""
        return self.field(varying(self.label, condition), IntervalSet.of(1))

    def during(self, schedule: str) -> IntervalSet:
        """Return the classes of instants in which a schedule of the device is in force."""
        return self.instants.during(_of(self.label, schedule))

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
        wanted = tuple(patterns)
        offset = 1 if side == "out" else 0
        numbers = (n + offset for n, name in enumerate(self.interfaces) if fits(name, wanted))
        return self.field(side, IntervalSet.of(*numbers))

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


def interface_names(device: DeviceConfig) -> tuple[str, ...]:
    """Return one name for every interface that some rule of a device could tell apart from the others."""
    return _Needs(device).interface_names()


class _Needs:
    """What a device's lists and the questions ask about, gathered before the universe is built."""

    def __init__(self, device: DeviceConfig) -> None:
        self.device = device
        self.cuts: list[tuple[str, IntervalSet]] = []
        self.shifts: list[tuple[str, int, int, int]] = []
        self.extras: set[str] = {"state"}
        self.conditions: set[str] = set()
        self.patterns: set[str] = set()
        self.names: set[str] = {i.name for i in device.interfaces} | {r.interface for r in device.routes if r.interface}
        set_bits: dict[str, int] = dict.fromkeys(BITWISE, 0)
        set_bits["tos"] = 0xFF  # the sender chooses it
        copies: list[tuple[str, str]] = []
        for rules in device.lists.values():
            for rule in rules.rules:
                if not rule.enabled:
                    continue
                self._match(rule.match)
                for action in actions_of(rule.action):
                    self._action(action, set_bits, copies)
        for _ in range(2):  # a bit travels from mark to connmark and back
            for name, source in copies:
                if name in BITWISE and source in BITWISE:
                    set_bits[name] |= set_bits[source]
        self.bits = {n: {b for b in range(BITWISE[n]) if set_bits[n] >> b & 1} for n in BITWISE if n in self.extras}
        for stage in device.pipeline.stages():
            for binding in stage.bindings:
                self.patterns.update(binding.interfaces)
        self._addressing()
        self.origins = {name: _parts(name, self.cuts) for name in self.extras if name.startswith("orig_")}

    def _match(self, expr: Expr) -> None:
        for leaf in leaves(expr):
            if isinstance(leaf, Field):
                self._needs(leaf.name)
                self.cuts.append((leaf.name, leaf.values))
            elif isinstance(leaf, Bits):
                self._needs(leaf.name)
                if leaf.name not in BITWISE and leaf.name != "tcp_flags":
                    raise ValueError(f"bit masks on {leaf.name} are not modelled")
            elif isinstance(leaf, Interface):
                self.patterns.update(leaf.names)
            elif isinstance(leaf, Condition) and leaf.kind is Kind.VARIES:
                self.conditions.add(leaf.name)

    def _needs(self, name: str) -> None:
        if name not in HEADER:
            self.extras.add(name)

    def _action(self, action: Action, set_bits: dict[str, int], copies: list[tuple[str, str]]) -> None:
        if isinstance(action, Assign):
            self._needs(action.name)
            if action.name in BITWISE:
                set_bits[action.name] |= action.value
            else:
                self.cuts.append((action.name, IntervalSet.of(action.value)))
        elif isinstance(action, Copy):
            self._needs(action.name)
            self._needs(action.source)
            copies.append((action.name, action.source))
        elif isinstance(action, Via) and action.interface is not None:
            self.names.add(action.interface)
        elif isinstance(action, Translate):
            for assign in action.assigns:
                self._action(assign, set_bits, copies)
            if action.translation is not None:
                self._translation(action.translation)

    def _translation(self, translation: Translation) -> None:
        address, port = translation.side, "sport" if translation.side == "src" else "dport"
        for name, values, shift in (
            (address, translation.addresses, translation.shift),
            (port, translation.ports, translation.port_shift),
            (port, translation.port_may_change, None),
        ):
            if values is not None:
                self.cuts.append((name, values))
                if shift:
                    for lo, hi in values.ranges:
                        self.cuts.append((name, IntervalSet.of((lo - shift, hi - shift))))
                        self.shifts.append((name, lo - shift, hi - shift, shift))

    def _addressing(self) -> None:
        for interface in self.device.interfaces:
            for own in interface.addresses:
                self.cuts.append(("dst", IntervalSet.of(own.address)))
                self.cuts.append(("dst", network(own.address, own.length)))
                self.cuts.append(("dst", IntervalSet.of(*_ends(network(own.address, own.length)))))
        for route in self.device.routes:
            self.cuts.append(("dst", route.to))
        for values in (MULTICAST, LOOPBACK, BROADCAST):
            self.cuts.append(("dst", values))

    def add_probe(self, probe: Probe) -> None:
        """Make the values of a probe distinguishable, so that its image is one header and not a class of them."""
        for name, value in probe.known.items():
            if name in HEADER and name != "tcp_flags":
                self.cuts.append((name, IntervalSet.of(value)))
                if name in ("sport", "dport"):
                    self.cuts.append(("dport" if name == "sport" else "sport", IntervalSet.of(value)))
            elif name in self.extras and name not in BITWISE:
                self.cuts.append((name, IntervalSet.of(value)))
        self.names.update(n for n in (probe.ingress, probe.egress) if n is not None)

    def interface_names(self) -> tuple[str, ...]:
        """Return one name for every interface that some rule could tell apart from the others."""
        names = self.names | {p for p in self.patterns if not p.endswith("*")}
        if not (self.device.addressing_known and self.device.interfaces):
            names |= {p[:-1] + UNNAMED for p in self.patterns if p.endswith("*")} | {UNNAMED}
        return tuple(sorted(names))


def varying(label: str, condition: str) -> str:
    """Return the dimension of a varying condition; one that names its place in brackets is the device's own (model.match)."""
    device = label.partition(VERSION)[0]
    return f"varies:{_of(device, condition)}" if condition.endswith("]") else f"varies:{condition}"


def _of(label: str, name: str) -> str:
    """Return the name of a schedule among those of several devices."""
    return f"{label}/{name}" if label else name


def _enumerated(builder: UniverseBuilder, name: str, size: int) -> None:
    """Declare an extra dimension whose every value is set apart."""
    builder.extra(name, size)
    for value in range(size):
        builder.cut(name, IntervalSet.of(value))


MULTICAST = parse("224.0.0.0/4") | parse("ff00::/8")
LOOPBACK = parse("127.0.0.0/8") | parse("::1")
#: Broadcast whatever the addressing: RFC 919 section 7, and the old form that RFC 1122 section 3.3.6 has hosts accept.
BROADCAST = parse("255.255.255.255") | parse("0.0.0.0")


def network(address: int, length: int) -> IntervalSet:
    """Return the prefix of `length` bits around an address of the joint line."""
    base, width = (0, 32) if address < 1 << 32 else (1 << 32, 128)
    size = 1 << (width - length)
    first = base + (address - base) // size * size
    return IntervalSet.of((first, first + size - 1))


def _ends(values: IntervalSet) -> tuple[int, ...]:
    return tuple(end for lo, hi in values.ranges for end in {lo, hi})


def _aligned(lo: int, hi: int) -> Iterator[tuple[int, int]]:
    """Yield (base, free bits) of the aligned blocks that make up lo..hi."""
    while lo <= hi:
        free = (lo & -lo).bit_length() - 1 if lo else hi.bit_length()
        while lo + (1 << free) - 1 > hi:
            free -= 1
        yield lo, free
        lo += 1 << free


def _parts(name: str, cuts: Iterable[tuple[str, IntervalSet]]) -> tuple[IntervalSet, ...]:
    """Return the classes of values of `name` that no rule tells apart."""
    size = EXTRAS[name].size
    parts = [IntervalSet.of((0, size - 1))]
    for other, values in cuts:
        if other == name:
            parts = [piece for part in parts for piece in (part & values, part - values) if piece]
    return tuple(parts)
