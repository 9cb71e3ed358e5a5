"""What a rule asks of a packet: small expressions that two engines read independently.

`analysis.compiling` turns an expression into sets of packets, `analysis.tracing` asks it of one packet; neither knows the
other. What an expression means is therefore stated here, once:

* `Field(name, values)` holds for a packet that *carries* the field with a value in `values`. A packet that does not carry
  the field (the port of an ICMP message, any L4 field of a non-first fragment) does not satisfy it, so `Not(Field(...))`
  does hold for it. Importers whose vendor means otherwise add the missing condition (`Field("proto", tcp)`) themselves.
* `Bits(name, mask, value)` holds when the field is carried and `field & mask == value`.
* `Interface(side, names)` holds when the ingress or egress interface is one of the names; a trailing `*` stands for any
  rest (possibly empty). Before routing a packet has no egress interface: `Interface("out", ...)` is then unsatisfied,
  whatever the names, `"*"` included.
* `AddressKind(name, kinds)` asks what the device's own addressing makes of an address; without that addressing it is
  unknown.
* `InForce(schedule)` holds while the named schedule of the device is in force.
* `Condition(name, kind)` is something outside the packet. UNKNOWN: we cannot tell (an FQDN, an unread option); each
  occurrence may fall either way. VARIES: true in some states of the world and false in others (a user, a rate limit, a
  tracked link); the same name is the same thing everywhere in a site, but a name that ends with its place in brackets
  (`limit 5/min [filter/INPUT#7]`) is the device's own. LATER: decided only after the opening packet has passed
  (application, URL, content).
* `All(())` holds for every packet, `AnyOf(())` for none.

Fields are those of `segcheck.sets` (src, dst, proto, sport, dport, icmp_type, icmp_code, tcp_flags, fragment; addresses
on the joint line of `sets.addresses`) and the extra dimensions of `EXTRAS`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, IntEnum

from segcheck.sets.intervals import IntervalSet


class ExtraKind(Enum):
    """How a dimension that is no header field of `sets` gets its value."""

    SENDER = "sender"  # the sender of the packet chooses it: ttl, tos, length, MAC address
    REGISTER = "register"  # the device writes it while the packet passes; 0 at the start
    CONNECTION = "connection"  # a property of the packet's connection, known when the packet belongs to one


class State(IntEnum):
    """Values of the extra dimension `state`: what connection tracking says of a packet.

    NONE is the value on arrival of a packet that belongs to no known connection, before any tracking stage has looked at
    it. A packet of a known connection arrives as ESTABLISHED, one that a connection's helper or an ICMP error relates to
    a connection arrives as RELATED; tracking stages leave those two alone.
    """

    NONE = 0
    NEW = 1
    ESTABLISHED = 2
    RELATED = 3
    INVALID = 4
    UNTRACKED = 5


@dataclass(frozen=True, slots=True)
class Extra:
    """An extra dimension: `size` values from 0, and who sets it."""

    name: str
    size: int
    kind: ExtraKind


EXTRAS: dict[str, Extra] = {
    extra.name: extra
    for extra in (
        Extra("state", len(State), ExtraKind.CONNECTION),
        Extra("ttl", 256, ExtraKind.SENDER),  # IPv4 TTL or IPv6 hop limit as received
        Extra("tos", 256, ExtraKind.SENDER),  # IPv4 TOS or IPv6 traffic class byte; DSCP is its upper six bits
        Extra("length", 65536, ExtraKind.SENDER),  # L3 length in bytes
        Extra("mac", 1 << 48, ExtraKind.SENDER),  # source MAC address as received
        Extra("opening", 2, ExtraKind.SENDER),  # 1: it asks for an association (SCTP INIT, DCCP REQUEST)
        Extra("cast", 3, ExtraKind.SENDER),  # L2 destination as received: 0 unicast, 1 broadcast, 2 multicast
        Extra("mark", 1 << 32, ExtraKind.REGISTER),  # packet mark (fwmark)
        Extra("connmark", 1 << 32, ExtraKind.CONNECTION),  # connection mark; 0 while the connection is new
        Extra(
            "dnat", 1 << 16, ExtraKind.CONNECTION
        ),  # which destination translation took place: 0 none, else vendor's id
        Extra("snat", 1 << 16, ExtraKind.CONNECTION),  # likewise for the source
        Extra("reply", 2, ExtraKind.CONNECTION),  # 1 for packets from responder to initiator
        Extra(
            "orig_src", (1 << 32) + (1 << 128), ExtraKind.CONNECTION
        ),  # the connection's first header, before any NAT
        Extra("orig_dst", (1 << 32) + (1 << 128), ExtraKind.CONNECTION),
        Extra("orig_sport", 65536, ExtraKind.CONNECTION),
        Extra("orig_dport", 65536, ExtraKind.CONNECTION),
    )
}


class Kind(Enum):
    """The three kinds of what is not known (DESIGN §2.4)."""

    UNKNOWN = "unknown"
    VARIES = "varies"
    LATER = "later"


class AddressClass(Enum):
    """What a device's addressing makes of an address."""

    LOCAL = "local"  # an address of the device itself (127.0.0.0/8 and ::1 included)
    BROADCAST = "broadcast"  # of a connected IPv4 network, or 255.255.255.255 or its old form 0.0.0.0
    ANYCAST = "anycast"  # the first of a connected IPv6 network (subnet-router anycast, RFC 4291 section 2.6.1)
    MULTICAST = "multicast"
    UNICAST = "unicast"  # none of the others, and routed
    UNROUTED = "unrouted"  # blackhole, unreachable, prohibit or no route at all


@dataclass(frozen=True, slots=True)
class Field:
    """The packet carries `name`, and its value lies in `values`."""

    name: str
    values: IntervalSet


@dataclass(frozen=True, slots=True)
class Bits:
    """The packet carries `name`, and `field & mask == value`."""

    name: str
    mask: int
    value: int


@dataclass(frozen=True, slots=True)
class Interface:
    """The ingress ("in") or egress ("out") interface is one of `names` (a trailing `*` = any rest)."""

    side: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AddressKind:
    """The device's addressing classes the packet's `name` ("src" or "dst") as one of `kinds`."""

    name: str
    kinds: frozenset[AddressClass]


@dataclass(frozen=True, slots=True)
class InForce:
    """The named schedule of the device is in force."""

    schedule: str


@dataclass(frozen=True, slots=True)
class Condition:
    """Something outside the packet.

    name   for VARIES the identity of the condition: one name is one variable everywhere; else the text for people
    code   of the diagnostic that explains it, as a string of `diagnostic.Code`
    """

    name: str
    kind: Kind
    code: str = "condition-not-modelled"


@dataclass(frozen=True, slots=True)
class All:
    """Every term holds; `All(())` always does."""

    terms: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one term holds; `AnyOf(())` never does."""

    terms: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The term does not hold."""

    term: Expr


Expr = Field | Bits | Interface | AddressKind | InForce | Condition | All | AnyOf | Not
ANYTHING: Expr = All(())
NOTHING: Expr = AnyOf(())


def conjunction(*terms: Expr) -> Expr:
    """Return the terms joined by "and", flattened; no term is `ANYTHING`, one term is itself."""
    flat: list[Expr] = []
    for term in terms:
        flat.extend(term.terms if isinstance(term, All) else (term,))
    return flat[0] if len(flat) == 1 else All(tuple(flat))


def disjunction(*terms: Expr) -> Expr:
    """Return the terms joined by "or", flattened; no term is `NOTHING`, one term is itself."""
    flat: list[Expr] = []
    for term in terms:
        flat.extend(term.terms if isinstance(term, AnyOf) else (term,))
    return flat[0] if len(flat) == 1 else AnyOf(tuple(flat))


def leaves(expr: Expr) -> Iterator[Field | Bits | Interface | AddressKind | InForce | Condition]:
    """Yield the leaves of an expression from left to right; iterative, so depth is no danger."""
    stack = [expr]
    while stack:
        node = stack.pop()
        if isinstance(node, All | AnyOf):
            stack.extend(reversed(node.terms))
        elif isinstance(node, Not):
            stack.append(node.term)
        else:
            yield node
