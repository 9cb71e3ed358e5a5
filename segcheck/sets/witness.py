"""Single packets: whether one belongs to a set, and which one stands for a set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segcheck.sets.header import ACK, ICMP, ICMPV6, SIZES, SYN, Packet, PacketClass, carries

if TYPE_CHECKING:
    from segcheck.sets.layout import Layout
    from segcheck.sets.store import Function

#: First ephemeral port (RFC 6335 §6).
_EPHEMERAL = 49152
_ECHO_REQUEST = {ICMP: 8, ICMPV6: 128}


class EmptySetError(ValueError):
    """An empty set was asked for one of its packets."""


def contains(layout: Layout, function: Function, packet: Packet) -> bool:
    """Return whether the packet belongs to the set; one step per variable that matters for it.

    Raises:
        ValueError: an extra that matters is missing, or out of range.
    """
    pieces: dict[str, int] = {}
    while (variable := function.node_var()) is not None:
        dimension = layout.dimension_of[variable]
        name = dimension.name
        if name not in pieces:
            value = packet.get(name)
            if value is None and name not in SIZES:
                raise ValueError(f"the packet has no value for {name}")
            # A function is level in fields that are not carried: any value will do.
            pieces[name] = dimension.piece_of(value or 0)
        shift = dimension.base + dimension.width - 1 - variable
        yes, no = function.cofactors()  # type: ignore[misc]  # never None: the function is no constant
        function = yes if pieces[name] >> shift & 1 else no
    return function.satisfiable()


def witness(layout: Layout, function: Function) -> Packet:
    """Return the packet that stands for a set.

    Raises:
        EmptySetError: there is none.
    """
    chosen = PacketClass.OPENING
    part = layout.store.false
    for chosen in PacketClass:
        part = function & layout.classes[chosen]
        if part.satisfiable():
            break
    else:
        raise EmptySetError("the set has no packet")
    extras = [name for name in layout.dimensions if name not in SIZES]
    header = part.exists(layout.cube(*extras, "fragment"))
    fragment = int(chosen is PacketClass.FRAGMENT)
    found: dict[str, int] = {"fragment": fragment}
    for name in SIZES:
        if name in found or not carries(name, found.get("proto", 0), fragment):
            continue
        value = _preferred(name, chosen, found.get("proto", 0))
        if value is None or not (header & layout.at_value(name, value)).satisfiable():
            value = _lowest(layout, header, name)
        found[name] = value
        header = header & layout.at_value(name, value)
    for name, value in found.items():
        part = part & layout.at_value(name, value)
    extra: dict[str, int] = {}
    for name in extras:
        extra[name] = _lowest(layout, part, name)
        part = part & layout.at_value(name, extra[name])
    return Packet(**found, extra=extra)


def _preferred(name: str, packet_class: PacketClass, proto: int) -> int | None:
    if name == "sport":
        return _EPHEMERAL
    if name == "tcp_flags":
        return ACK if packet_class is PacketClass.REPLY else SYN
    if name == "icmp_type":
        return _ECHO_REQUEST[proto]
    return None


def _lowest(layout: Layout, function: Function, name: str) -> int:
    """Return the lowest value of a dimension in a set in which every dimension above it is settled."""
    dimension = layout.dimensions[name]
    piece = 0
    for bit in range(dimension.width):
        variable = dimension.base + bit
        while (top := function.node_var()) is not None and top < variable:
            yes, no = function.cofactors()  # type: ignore[misc]  # never None: the function is no constant
            function = no if no.satisfiable() else yes
        if top == variable:
            yes, no = function.cofactors()  # type: ignore[misc]
            taken = not no.satisfiable()
            function = yes if taken else no
            piece = 2 * piece + taken
        else:
            piece *= 2
    return dimension.values_of(min(piece, dimension.pieces - 1), min(piece, dimension.pieces - 1))[0]
