"""One packet from wire to wire: where it is delivered under every completion of the unknown, in every state of the varying.

A packet is walked with one answer settled for each question that comes up; every other answer is then walked too. What is one
thing everywhere (an instant, a user) is settled before the first hop. Ways that only something unread opens, and on which
nothing is sure, are explored only for where they may lead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from tests.soundness.gate.devices import CHOICE, COMPLETION, SOMEBODY, STATE, Done, process
from tests.soundness.gate.ground import CAST, PUBLIC, UNKNOWN, Box, Ground, Port
from tests.soundness.gate.packets import Header, Samples


class OverBudget(Exception):
    """There are more ways than the simulator is willing to walk."""


class Arrivals(NamedTuple):
    """Bits of receivers, by how surely a packet arrives.

    may         under some completion, in some state
    assuming    the same, while every valid assumption holds
    must        in some state, under every completion with which the assumptions hold
    required    in every state, under every such completion
    hoped       under some such completion, in every state
    """

    may: int
    assuming: int
    must: int
    required: int
    hoped: int


NOWHERE = Arrivals(0, 0, 0, 0, 0)


class _Need(Exception):
    def __init__(self, kind: str, key: object, options: Sequence[Any]) -> None:
        self.kind, self.key, self.options = kind, key, options


def _both(first: Arrivals, second: Arrivals) -> Arrivals:
    """Return where a packet arrives that goes two ways at once."""
    return Arrivals(*(a | b for a, b in zip(first, second, strict=True)))


def _chosen(parts: Sequence[Arrivals]) -> Arrivals:
    """Return where a packet arrives if somebody chooses which way it goes."""
    may, assuming, must, required, hoped = parts[0]
    for part in parts[1:]:
        may, assuming, must = may | part.may, assuming | part.assuming, must | part.must
        required, hoped = required & part.required, hoped & part.hoped
    return Arrivals(may, assuming, must, required, hoped)


def _completed(parts: Sequence[Arrivals]) -> Arrivals:
    """Return where a packet arrives if nobody knows which way it goes."""
    may, assuming, must, required, hoped = parts[0]
    for part in parts[1:]:
        may, assuming, must = may | part.may, assuming | part.assuming, must & part.must
        required, hoped = required & part.required, hoped | part.hoped
    return Arrivals(may, assuming, must, required, hoped)


def _perhaps(part: Arrivals) -> Arrivals:
    """Return where a packet arrives if it goes this way or nowhere, and nobody knows which."""
    return Arrivals(part.may, part.assuming, 0, 0, part.hoped)


def _broken(part: Arrivals) -> Arrivals:
    """Return where a packet may arrive if an assumption does not hold."""
    return Arrivals(part.may, 0, 0, 0, 0)


_COMBINED: Mapping[str, Callable[[Sequence[Arrivals]], Arrivals]] = {CHOICE: _chosen, COMPLETION: _completed}


class Simulator:
    """Walks packets through one site.

    bit       the bits of a receiver (a place, or `device:ID`) for a packet that arrives with this header
    samples   values that something unread may write
    forged    headers that a device of which nothing is known tries to send
    budget    how often devices may be run for one packet
    """

    def __init__(self, ground: Ground, samples: Samples, forged: Sequence[Header], *, budget: int = 250) -> None:
        self.ground = ground
        self._samples = samples
        self._forged = forged
        self._budget = budget
        self._left = 0
        self._loosely: dict[object, Arrivals] = {}
        self._bit: Callable[[str, Header], int] = lambda _, __: 0

    def arrivals(self, source: str, sent: Header, bit: Callable[[str, Header], int]) -> Arrivals:
        """Return where a packet arrives that a host in a place sends.

        Raises:
            OverBudget: there are too many ways.
        """
        self._left = self._budget
        self._bit = bit
        try:
            return self._settling(source, sent, {})
        except RecursionError:
            raise OverBudget from None

    def _settling(self, source: str, sent: Header, states: dict[object, Any]) -> Arrivals:
        """Settle what is one thing everywhere before anything else."""
        self._loosely = {}
        try:
            return self._injected(source, sent, states)
        except _Need as need:
            if need.kind != STATE:
                raise
            return _chosen([self._settling(source, sent, {**states, need.key: one}) for one in need.options])

    # ---- at the source

    def _injected(self, source: str, sent: Header, states: dict[object, Any]) -> Arrivals:
        """A host hands forbidden packets to any device on its wire, required ones to its gateways: all have to carry them."""
        ground = self.ground
        wire = ground.wire((source,))
        ways = {port: self._arrive(port, sent, states, frozenset()) for port in ground.on_wire(wire)}
        owners = [port for port in ways if any(own.address == sent.dst for own in port.addresses)]
        direct = NOWHERE
        if not owners:
            bits = sum(self._bit(name, sent) for name in wire if name != source and ground.owns(name, sent.dst))
            direct = Arrivals(bits, bits, bits, bits, bits)
        found = _both(_chosen(list(ways.values()) or [NOWHERE]), direct)
        found = self._copied(found, wire, sent, states)
        segment = ground.site.segments.get(source)
        named = [p for p in ways if segment is not None and p.device in segment.gateways] or list(ways)
        if owners or direct.may:
            asked = _chosen([ways[port] for port in owners]) if owners else direct
        else:
            asked = _chosen([ways[port] for port in named]) if named else NOWHERE
        return found._replace(required=asked.required, hoped=asked.hoped)

    # ---- at a device

    def _arrive(self, port: Port, header: Header, settled: dict[object, Any], seen: frozenset[object]) -> Arrivals:
        here = (port, header)
        if here in seen:
            return NOWHERE
        self._left -= 1
        if self._left < 0:
            raise OverBudget
        seen = seen | {here}
        box = self.ground.boxes[port.device]
        if box.config is None and not box.assumed:
            return self._anything(box, header, settled)
        if box.config is None:
            return _broken(self._anything(box, header, settled))
        through = self._through(box, port, header, settled, seen)
        if box.loose:
            return _completed((through, self._anything(box, header, settled), NOWHERE))
        if box.assumed:
            return _both(through, _broken(self._anything(box, header, settled)))
        return through

    def _through(
        self, box: Box, port: Port, header: Header, settled: dict[object, Any], seen: frozenset[object]
    ) -> Arrivals:
        """Run a device with what is settled; where it asks for more, with every answer."""

        def ask(kind: str, key: object, options: Sequence[Any]) -> Any:
            if len(options) == 1:
                return options[0]
            if key not in settled:
                raise _Need(kind, key, options)
            return settled[key]

        self._left -= 1
        if self._left < 0:
            raise OverBudget
        try:
            done = process(box, port, header, ask, self._samples)
        except _Need as need:
            if need.kind == STATE:
                raise
            parts = [self._through(box, port, header, {**settled, need.key: one}, seen) for one in need.options]
            if need.kind == "assumption":  # the first option is that it holds
                return _both(parts[0], _broken(parts[1]))
            return _COMBINED[need.kind](parts)
        return self._onward(box, done, settled, seen)

    def _onward(self, box: Box, done: Done, settled: dict[object, Any], seen: frozenset[object]) -> Arrivals:
        if done.what == "drop":
            return NOWHERE
        if done.what == "loose":
            return self._anything(box, done.header, settled)
        if done.what == "in":
            bits = self._bit(f"device:{box.device.id}", done.header)
            return Arrivals(bits, bits, bits, bits, bits)
        port = box.port(done.interface)
        if port is None or not port.places:
            return NOWHERE
        wire = self.ground.wire(port.places)
        if done.gateway == SOMEBODY:
            ways = [self._perhaps_arrive(p, done.header, settled) for p in self._others(wire, port)]
            beyond = self._met(port, wire, done._replace(gateway=None), settled, seen)
            met = _perhaps(_completed([*ways, beyond]))
        else:
            met = self._met(port, wire, done, settled, seen)
        return self._copied(met, wire, done.header, settled)

    # ---- on a wire

    def _others(self, wire: Iterable[str], port: Port) -> list[Port]:
        return [one for one in self.ground.on_wire(wire) if one is not port]

    def _met(
        self, port: Port, wire: tuple[str, ...], done: Done, settled: dict[object, Any], seen: frozenset[object]
    ) -> Arrivals:
        """Return where a packet arrives that leaves by a port: at whoever has the next hop's address, or has the packet's."""
        header = done.header
        wanted = header.dst if done.gateway is None else done.gateway
        for one in self.ground.on_wire(wire):
            if any(own.address == wanted for own in one.addresses):
                return NOWHERE if one is port else self._arrive(one, header, settled, seen)
        if done.gateway is not None and not any(map(self.ground.outside, wire)):
            return self._at((UNKNOWN,), header)
        return self._delivered(wire, header)

    def _delivered(self, wire: tuple[str, ...], header: Header) -> Arrivals:
        """Return the place where hosts get a packet that no device has the address of."""
        ground = self.ground
        if header.dst in CAST:
            return _perhaps(self._at(wire, header))
        for name in wire:
            if ground.owns(name, header.dst):
                return self._at((name,), header)
        unsaid = [name for name in wire if ground.unsaid(name, header.dst)]
        public = any(map(ground.outside, wire)) and ground.owns(PUBLIC, header.dst)
        rest = self._at((PUBLIC if public else UNKNOWN,), header)
        return _both(rest, _perhaps(self._at(unsaid, header)))

    def _at(self, places: Iterable[str], header: Header) -> Arrivals:
        bits = 0
        for place in places:
            bits |= self._bit(place, header)
        return Arrivals(bits, bits, bits, bits, bits)

    def _copied(self, met: Arrivals, wire: Iterable[str], header: Header, settled: dict[object, Any]) -> Arrivals:
        """Add where switches that nobody has read may carry a copy to."""
        if not self.ground.joins:
            return met
        sure = self.ground.copies(wire, held=True)
        for places, broken in ((sure, False), (self.ground.copies(wire, held=False), True)):
            for place in places:
                if broken and place in sure:
                    continue
                parts = [self._at((place,), header)]
                parts += [self._perhaps_arrive(port, header, settled) for port in self.ground.ports[place]]
                for part in parts:
                    met = _both(met, _broken(part) if broken else _perhaps(part))
        return met

    # ---- devices that may do anything

    def _anything(self, box: Box, header: Header, settled: dict[object, Any]) -> Arrivals:
        """Return where a packet may lead to that comes to a device of which nothing is known: any header, on any wire of it."""
        first = ("anything", box.device.id)
        parts = [self._made(box, header, settled)]
        if first not in self._loosely:
            self._loosely[first] = NOWHERE
            self._loosely[first] = _completed([NOWHERE, *(self._made(box, one, settled) for one in self._forged)])
        return _perhaps(_completed([*parts, self._loosely[first]]))

    def _made(self, box: Box, header: Header, settled: dict[object, Any]) -> Arrivals:
        """Return where a header may lead to that a device puts on some wire of its own."""
        parts = [self._at((f"device:{box.device.id}",), header)]
        for port in box.ports:
            wire = self.ground.wire(port.places)
            met = self._at(wire, header)
            for other in self._others(wire, port):
                met = _both(met, self._perhaps_arrive(other, header, settled))
            parts.append(self._copied(met, wire, header, settled))
        return _completed(parts)

    def _perhaps_arrive(self, port: Port, header: Header, settled: dict[object, Any]) -> Arrivals:
        """Follow a packet that may or may not come to a port; what it may lead to is worked out once."""
        here = (port, header)
        if here not in self._loosely:
            self._loosely[here] = NOWHERE
            states = {key: value for key, value in settled.items() if key == "minute" or _named(key)}
            self._loosely[here] = _perhaps(self._arrive(port, header, states, frozenset()))
        return self._loosely[here]


def _named(key: object) -> bool:
    return isinstance(key, tuple) and key[0] == "varies"
