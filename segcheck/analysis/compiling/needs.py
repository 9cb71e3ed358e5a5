"""What a device's rules and the questions ask about: the values, interfaces and conditions to tell apart."""

from __future__ import annotations

from collections.abc import Iterable

from segcheck.model.device import DeviceConfig
from segcheck.model.match import EXTRAS, Bits, Condition, Expr, Field, Interface, Kind, leaves
from segcheck.model.rules import Action, Assign, Copy, SureAction, Translate, Translation, Unsure, Via
from segcheck.model.trace import Probe
from segcheck.sets.addresses import parse
from segcheck.sets.intervals import IntervalSet

#: Extras that rules read and write by bit masks, with their width.
BITWISE = {"mark": 32, "connmark": 32, "tos": 8}
#: Header fields, as `segcheck.sets` names them.
HEADER = ("src", "dst", "proto", "sport", "dport", "icmp_type", "icmp_code", "tcp_flags", "fragment")
#: The value of `out` before routing.
NO_EGRESS = 0
#: Rest of the name of an interface that no rule and no export names.
UNNAMED = "\x00"
MULTICAST = parse("224.0.0.0/4") | parse("ff00::/8")
LOOPBACK = parse("127.0.0.0/8") | parse("::1")
#: Broadcast whatever the addressing: RFC 919 section 7, and the old form that RFC 1122 section 3.3.6 has hosts accept.
BROADCAST = parse("255.255.255.255") | parse("0.0.0.0")


def actions_of(action: Action) -> tuple[SureAction, ...]:
    """Return the actions that may happen: those of an Unsure, else the one itself."""
    return action.actions if isinstance(action, Unsure) else (action,)


def interface_names(device: DeviceConfig) -> tuple[str, ...]:
    """Return one name for every interface that some rule of a device could tell apart from the others."""
    return Needs(device).interface_names()


class Needs:
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
        self.origins = {name: parts_of(name, self.cuts) for name in self.extras if name.startswith("orig_")}

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


def network(address: int, length: int) -> IntervalSet:
    """Return the prefix of `length` bits around an address of the joint line."""
    base, width = (0, 32) if address < 1 << 32 else (1 << 32, 128)
    size = 1 << (width - length)
    first = base + (address - base) // size * size
    return IntervalSet.of((first, first + size - 1))


def _ends(values: IntervalSet) -> tuple[int, ...]:
    return tuple(end for lo, hi in values.ranges for end in {lo, hi})


def parts_of(name: str, cuts: Iterable[tuple[str, IntervalSet]]) -> tuple[IntervalSet, ...]:
    """Return the classes of values of `name` that no rule tells apart."""
    size = EXTRAS[name].size
    parts = [IntervalSet.of((0, size - 1))]
    for other, values in cuts:
        if other == name:
            parts = [piece for part in parts for piece in (part & values, part - values) if piece]
    return tuple(parts)
