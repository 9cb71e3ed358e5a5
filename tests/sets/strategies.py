"""A small world of packets for the tests of sets: what can be asked of it, symbolically and one packet at a time.

An expression is built twice: `build` makes the PacketSet, `holds` judges a single packet in plain Python. `holds` tries the
values of `REPRESENTATIVES` where a field may change; these have a member in every piece that expressions can tell apart.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from hypothesis import strategies as st

from segcheck.sets.addresses import ALL, LINE_SIZE, V4, V6, parse
from segcheck.sets.header import CARRIERS, SIZES, Packet, PacketClass, carries
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet, Universe, UniverseBuilder

EXTRAS = {"time": 4, "iface": 3}
DOMAIN = {**SIZES, **EXTRAS}
_PORTS = (
    IntervalSet.of(53),
    IntervalSet.of(80),
    IntervalSet.of((0, 1023)),
    IntervalSet.of((1000, 1999)),
    IntervalSet.of((0, 65535)),
)
_ADDRESSES = (
    parse("10.0.0.0/8"),
    parse("10.1.0.0/16"),
    parse("192.0.2.1"),
    parse("255.255.0.0/16"),
    parse("2001:db8::/32"),
    parse("10.1.0.0/16") | parse("2001:db8::/32"),
    V4,
    V6,
    ALL,
)
VALUES: dict[str, tuple[IntervalSet, ...]] = {
    "src": _ADDRESSES,
    "dst": _ADDRESSES,
    "proto": tuple(IntervalSet.of(*p) for p in ((1,), (6,), (17,), (58,), (6, 17), (47,), ((0, 255),))),
    "sport": _PORTS,
    "dport": _PORTS,
    "icmp_type": tuple(IntervalSet.of(*t) for t in ((0,), (8,), (128,), (129,), ((0, 127),))),
    "icmp_code": (IntervalSet.of(0), IntervalSet.of((0, 3))),
    "fragment": (IntervalSet.of(0), IntervalSet.of(1)),
    "time": (IntervalSet.of(0), IntervalSet.of(1, 3), IntervalSet.of((0, 3))),
    "iface": (IntervalSet.of(2), IntervalSet.of(0, 1)),
}
FLAG_BITS = (0x02, 0x04, 0x10)
_TENTH = parse("10.1.0.0/16").ranges[0]
#: (name, lo, hi, delta); the third moves a block onto a part of itself, the last one to the end of the dimension.
SHIFTS = (
    ("src", *_TENTH, 1 << 16),
    ("dst", *_TENTH, (10 << 24)),
    ("dport", 1000, 1999, 500),
    ("sport", 1000, 1999, 65535 - 1999),
    ("time", 1, 2, 1),
)


def _edges(name: str) -> tuple[int, ...]:
    if name == "tcp_flags":
        return tuple(sum(bits) for bits in product(*((0, bit) for bit in FLAG_BITS)))
    kin = {"src": ("src", "dst"), "dst": ("src", "dst"), "sport": ("sport", "dport"), "dport": ("sport", "dport")}
    names = kin.get(name, (name,))
    points = {0} | {p for other in names for values in VALUES[other] for lo, hi in values.ranges for p in (lo, hi + 1)}
    for _ in range(4):
        for other, lo, hi, delta in SHIFTS:
            if other in names:
                points |= {lo, hi + 1, lo + delta, hi + delta + 1}
                points |= {p + delta for p in points if lo <= p <= hi}
                points |= {p - delta for p in points if lo + delta <= p <= hi + delta}
    return tuple(sorted(p for p in points if 0 <= p < DOMAIN[name]))


REPRESENTATIVES = {name: _edges(name) for name in DOMAIN}


def universe(*, finer: bool = False, capacity: int = 1 << 18) -> Universe:
    """Return the universe of the small world; `finer` tells more apart and has extras that no expression uses."""
    builder = UniverseBuilder()
    if finer:
        builder.extra("unused", 5).cut("unused", IntervalSet.of(2))
    for name, size in EXTRAS.items():
        builder.extra(name, size)
    if finer:
        builder.extra("also-unused", 1 << 100).cut("also-unused", IntervalSet.of((7, 1 << 90)))
        builder.cut("src", parse("10.1.7.0/24") | parse("0.0.0.1-9.0.0.0") | parse("ffff::/16"))
        builder.cut("dport", IntervalSet.of(79, (1500, 1600), 65535)).cut("proto", IntervalSet.of((100, 120)))
        builder.cut("icmp_type", IntervalSet.of(9, 255)).cut("icmp_code", IntervalSet.of(1))
    for name, menu in VALUES.items():
        for values in menu:
            builder.cut(name, values)
    for shift in SHIFTS:
        builder.shift(*shift)
    return builder.build(capacity)


COARSE = universe()
FINE = universe(finer=True)


@dataclass(frozen=True)
class Expr:
    """An operation's name, its parameters and its operands."""

    kind: str
    arguments: tuple[object, ...] = ()
    parts: tuple[Expr, ...] = ()


def build(expr: Expr, u: Universe) -> PacketSet:
    """Return the set that an expression means."""
    parts = [build(part, u) for part in expr.parts]
    arguments = expr.arguments
    match expr.kind:
        case "field":
            return u.field(*arguments)
        case "bits":
            return u.bits(*arguments)
        case "class":
            return u.of_class(*arguments)
        case "family":
            return u.family(*arguments)
        case "|":
            return parts[0] | parts[1]
        case "&":
            return parts[0] & parts[1]
        case "-":
            return parts[0] - parts[1]
        case "~":
            return ~parts[0]
        case method:
            return getattr(parts[0], method)(*arguments)


def holds(expr: Expr, packet: Packet) -> bool:
    """Return whether one packet belongs to what an expression means, by the definition of each operation."""
    parts, arguments = expr.parts, expr.arguments
    match expr.kind:
        case "field":
            value = packet.get(arguments[0])
            return value is not None and value in arguments[1]
        case "bits":
            value = packet.get(arguments[0])
            return value is not None and value & arguments[1] == arguments[2]
        case "class":
            return packet.packet_class is arguments[0]
        case "family":
            return packet.family == arguments[0]
        case "|":
            return holds(parts[0], packet) or holds(parts[1], packet)
        case "&":
            return holds(parts[0], packet) and holds(parts[1], packet)
        case "-":
            return holds(parts[0], packet) and not holds(parts[1], packet)
        case "~":
            return not holds(parts[0], packet)
        case "exists":
            return any(holds(parts[0], other) for other in variants(packet, arguments))
        case "forall":
            return all(holds(parts[0], other) for other in variants(packet, arguments))
        case "at":
            changed = with_value(packet, *arguments)
            return changed is not None and holds(parts[0], changed)
        case "assigned":
            name, values = arguments
            value = packet.get(name)
            return value is not None and value in values and holds(Expr("exists", (name,), parts), packet)
        case "moved":
            name, lo, hi, delta = arguments
            value = packet.get(name)
            if value is None or not lo + delta <= value <= hi + delta:
                return False
            before = with_value(packet, name, value - delta)
            return before is not None and holds(parts[0], before)
    raise AssertionError(expr.kind)


def with_value(packet: Packet, name: str, value: int) -> Packet | None:
    """Return the packet after an assignment, the same if it does not carry the field, None if it is a packet no more."""
    if name in EXTRAS:
        return replace(packet, extra={**packet.extra, name: value})
    if not packet.carries(name):
        return packet
    try:
        return replace(packet, **{name: value})
    except ValueError:
        return None


def variants(packet: Packet, names: tuple[str, ...]) -> Iterator[Packet]:
    """Yield the packets that differ from one in the named fields, with representatives of all their values."""
    for values in product(*(REPRESENTATIVES[name] for name in names)):
        chosen = dict(zip(names, values, strict=True))
        proto, fragment = chosen.get("proto", packet.proto), chosen.get("fragment", packet.fragment)
        free = [f for f in CARRIERS if f not in names and carries(f, proto, fragment) and not packet.carries(f)]
        fields = {name: chosen.get(name, packet.get(name)) for name in SIZES}
        extra = {name: chosen.get(name, packet.extra[name]) for name in EXTRAS}
        for brought in product(*(REPRESENTATIVES[f] for f in free)):
            fields.update(zip(free, brought, strict=True))
            try:
                yield Packet(**fields, extra=extra)
            except ValueError:
                continue  # source and destination of two families


def _some_packets(count: int, seed: int) -> tuple[Packet, ...]:
    draw = random.Random(seed)
    v4 = [a for a in REPRESENTATIVES["src"] if a in V4]
    v6 = [a for a in REPRESENTATIVES["src"] if a in V6]
    found = []
    for _ in range(count):
        side = draw.choice((v4, v4, v6))
        values = {name: draw.choice(REPRESENTATIVES[name]) for name in DOMAIN}
        values |= {"src": draw.choice(side), "dst": draw.choice(side), "fragment": int(draw.random() < 0.15)}
        values["proto"] = draw.choice((1, 6, 6, 6, 17, 17, 58, 47, values["proto"]))
        extra = {name: values.pop(name) for name in EXTRAS}
        found.append(Packet(**values, extra=extra))
    return tuple(found)


#: Packets of every class, family and kind of protocol, with values on the edges of what expressions ask for.
PACKETS = _some_packets(150, seed=2026)

_leaves = st.one_of(
    st.sampled_from([Expr("field", (name, values)) for name, menu in VALUES.items() for values in menu]),
    st.builds(
        lambda mask, value: Expr("bits", ("tcp_flags", mask, value & mask)),
        st.sampled_from([0x10, 0x14, 0x12, 0x16]),
        st.sampled_from([0, 0x10, 0x02, 0x14]),
    ),
    st.sampled_from([Expr("class", (c,)) for c in PacketClass] + [Expr("family", (v,)) for v in (4, 6)]),
)


def _grown(parts: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    two = st.builds(lambda kind, a, b: Expr(kind, (), (a, b)), st.sampled_from("|&-"), parts, parts)
    return two | st.builds(lambda a: Expr("~", (), (a,)), parts)


#: Expressions of fields, classes and families with the Boolean operators.
expressions = st.recursive(_leaves, _grown, max_leaves=8)

_settable = sorted({"src", "dst", "sport", "dport", "tcp_flags", "icmp_type", "icmp_code"} | set(EXTRAS))
_changes = st.one_of(
    st.builds(
        lambda kind, names: (kind, tuple(names)),
        st.sampled_from(("exists", "forall")),
        st.lists(st.sampled_from(_settable), min_size=1, max_size=2, unique=True)
        | st.sampled_from([["proto"], ["fragment"], ["src", "dst"], ["fragment", "proto"]]),
    ),
    st.sampled_from(_settable).flatmap(
        lambda name: st.sampled_from(REPRESENTATIVES[name]).map(lambda value: ("at", (name, value)))
    ),
    st.sampled_from([("assigned", (name, values)) for name in VALUES if name in _settable for values in VALUES[name]]),
    st.sampled_from([("moved", shift) for shift in SHIFTS]),
    st.sampled_from([("moved", (name, lo + delta, hi + delta, -delta)) for name, lo, hi, delta in SHIFTS]),
)
#: An expression with one quantifier, assignment or shift around it.
changed_expressions = st.builds(lambda change, part: Expr(change[0], change[1], (part,)), _changes, expressions)

#: Interval sets of small integers, so that all members can be listed.
small_intervals = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 6)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=6
).map(lambda ranges: IntervalSet.of(*ranges))

_V4_VALUES = st.integers(0, (1 << 32) - 1)
_V6_VALUES = st.integers(1 << 32, LINE_SIZE - 1)
#: Addresses on the line.
addresses = _V4_VALUES | _V6_VALUES
