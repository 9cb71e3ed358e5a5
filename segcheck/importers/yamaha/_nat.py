"""NAT descriptors and the interfaces that they are applied to.

Source: Yamaha Router Command Reference, chapter "NAT": `nat descriptor type`, `address outer`, `address inner`
(default auto: every address), `static`, `masquerade static`, `masquerade incoming`; rtpro.yamaha.co.jp
RT/docs/nat-descriptor ("NAT descriptor function, overview"): what an interface leads to is the outside; static
entries stand before dynamic ones. The filters of an interface lie inside its translation: `out` filters see the
packet before, `in` filters after it. What becomes of packets from outside that no entry names, and who may use a
masquerade entry while it lives, is left open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from segcheck.importers._unsure import because
from segcheck.importers._words import NotUnderstood, number, v4
from segcheck.importers.yamaha._interfaces import Interfaces, Port
from segcheck.importers.yamaha._notes import Notes, builtin
from segcheck.importers.yamaha._syntax import Line
from segcheck.importers.yamaha._values import LATER, PORTS, PROTOCOLS, TCP, UDP, Words, network
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code
from segcheck.model.match import ANYTHING, AddressClass, AddressKind, Expr, Field, Interface, Not, conjunction
from segcheck.model.rules import Action, Deny, Permit, Rule, RuleList, Translate, Translation, Unsure
from segcheck.sets.addresses import V4
from segcheck.sets.intervals import IntervalSet

_ANY_PORT = IntervalSet.of((1, 65535))
_TYPES = ("none", "nat", "masquerade", "nat-masquerade")
_OF_INTERFACE = ("ipcp", "primary", "dhcp", "map-e")
#: Settings that move no address: timers, logs, helpers, which port a masquerade entry takes.
_PLAIN = ("timer", "log", "ftp", "sip", "backward-compatibility")
_PLAIN_MASQUERADE = ("port", "unconvertible", "rlogin", "session", "ttl", "remove", "forward")
_MOST = 10_000
#: What becomes of packets to an outer address that no static entry names: a living entry may take them.
_UNSETTLED = Unsure((Translate(None), Deny(), Permit()))


@dataclass(frozen=True, slots=True)
class _Static:
    """A static entry; without `proto` for every protocol, with equal counts of outer and inner addresses."""

    line: Line
    inner: IntervalSet
    outer: IntervalSet | None = None
    proto: int | None = None
    inner_ports: tuple[int, int] = (0, 0)
    outer_ports: tuple[int, int] = (0, 0)


@dataclass(slots=True)
class _Descriptor:
    """A NAT descriptor while it is read; `outer` None is an address of the interface, `inner` None every address."""

    kind: str = ""
    line: Line | None = None
    outer: IntervalSet | None = None
    inner: IntervalSet | None = None
    entries: list[_Static] = field(default_factory=list)
    incoming: Action = _UNSETTLED


class Nat:
    """The NAT of one file. `read` is for each command; `lists` when interfaces are known."""

    def __init__(self, notes: Notes, interfaces: Interfaces) -> None:
        self._notes = notes
        self._interfaces = interfaces
        self._descriptors: dict[str, _Descriptor] = {}
        self._entries = 0

    def read(self, line: Line) -> None:
        """Read one `nat descriptor ...`."""
        words = Words(line, 2)
        try:
            known = self._read(words)
            words.end()
        except ValueError:
            self._notes.unread(line, Scope.TRANSLATION, column=words.column)
            return
        if known:
            self._notes.understood(line)
        else:
            self._notes.irrelevant(line)

    def _read(self, words: Words) -> bool:
        what = words.take()
        if what in _PLAIN or (what == "masquerade" and words.peek() in _PLAIN_MASQUERADE):
            words.rest()
            return False
        if what == "type":
            made = self._descriptor(words)
            made.kind, made.line = words.take(), words.line
            if made.kind not in _TYPES or words.peek() == "hairpin=on":
                raise NotUnderstood(words.at)
            if words.peek() == "hairpin=off":
                words.take()
        elif what == "address":
            side = words.take()
            self._range(self._descriptor(words), side, words)
        elif what == "static":
            self._one_to_one(self._descriptor(words), words)
        elif what == "masquerade":
            kind = words.take()
            made = self._descriptor(words)
            if kind == "static":
                self._masquerade_static(made, words)
            elif kind == "incoming":
                made.incoming = _incoming(words)
            else:
                raise NotUnderstood(3)
        else:
            raise NotUnderstood(2)
        return True

    def _descriptor(self, words: Words) -> _Descriptor:
        return self._descriptors.setdefault(str(number(words.take(), 1, 2147483647)), _Descriptor())

    def _range(self, made: _Descriptor, side: str, words: Words) -> None:
        given = words.rest()
        if side == "outer" and len(given) == 1 and given[0] in _OF_INTERFACE:
            made.outer = None
        elif side == "inner" and given == ("auto",):
            made.inner = None
        elif side in ("outer", "inner") and given:
            found = IntervalSet.empty()
            for word in given:
                found |= network(word, 4)
            if side == "outer":
                made.outer = found
            else:
                made.inner = found
        else:
            raise NotUnderstood(3)

    def _keep(self, made: _Descriptor, entry: _Static) -> None:
        self._entries += 1
        if self._entries > _MOST:
            raise ValueError("entries")
        made.entries.append(entry)

    def _one_to_one(self, made: _Descriptor, words: Words) -> None:
        number(words.take(), 1, 2147483647)
        outer, equals, inner = words.take().partition("=")
        count = number(words.take("1"), 1, 65536)
        if not equals:
            raise NotUnderstood(words.at - 1)
        first, last = v4(outer), v4(inner)
        self._keep(
            made,
            _Static(
                words.line,
                IntervalSet.of((last, last + count - 1)) & V4,
                IntervalSet.of((first, first + count - 1)) & V4,
            ),
        )

    def _masquerade_static(self, made: _Descriptor, words: Words) -> None:
        number(words.take(), 1, 2147483647)
        outer, equals, inner = words.take().rpartition("=")
        where = IntervalSet.of(v4(outer)) if equals else None
        inside = IntervalSet.of(v4(inner))
        name = words.take()
        for protocol in name.split(","):
            proto = PROTOCOLS[protocol] if protocol in PROTOCOLS else number(protocol, 0, 255)
            if proto not in (TCP, UDP):
                self._keep(made, _Static(words.line, inside, where, proto))
                continue
            if not words.left:
                raise NotUnderstood(words.at)
            for part in words.peek().split(","):
                left, split, right = part.rpartition("=")
                mine = _ports(right)
                self._keep(made, _Static(words.line, inside, where, proto, mine, _ports(left) if split else mine))
        if {TCP, UDP} & {PROTOCOLS.get(protocol, 0) for protocol in name.split(",")}:
            words.take()

    # ---- lists

    @property
    def translating(self) -> bool:
        """Whether anything is translated."""
        return bool(self.interfaces)

    @property
    def interfaces(self) -> tuple[str, ...]:
        """Return the interfaces that a descriptor is applied to."""
        return tuple(port.name for port in self._interfaces.all.values() if port.nat is not None)

    def lists(self) -> tuple[RuleList | None, RuleList | None]:
        """Return the list for packets from outside, asked before `in` filters, and that for packets to outside."""
        came: list[Rule] = []
        left: list[Rule] = []
        for port in self._interfaces.all.values():
            made = self._of(port)
            if made is not None:
                came.extend(self._arriving(made, port))
                left.extend(self._leaving(made, port))
        if not (came or left):
            return None, None
        return (
            RuleList(name="yamaha/nat-in", rules=tuple(came), default=Permit()),
            RuleList(name="yamaha/nat-out", rules=tuple(left), default=Permit()),
        )

    def _of(self, port: Port) -> _Descriptor | None:
        """Return the descriptor of an interface; several, `reverse` and one without a type are not modelled."""
        line = port.nat
        if line is None:
            return None
        names = line.words[4:]
        made = self._descriptors.get(names[0]) if len(names) == 1 else None
        if made is None or not made.kind:
            if len(names) == 1:
                self._notes.undefined(line, "NAT descriptor", names[0], "translation")
            self._notes.unsupported(line, Scope.TRANSLATION)
            return None
        return None if made.kind == "none" else made

    def _outer(self, made: _Descriptor, port: Port) -> IntervalSet | None:
        """Return the outer addresses, None when they are the interface's and not in the file."""
        if made.outer is not None:
            return made.outer
        own = [one.address for one in port.addresses if one.address in V4]
        return IntervalSet.of(own[0]) if own and not port.dynamic else None

    def _own(self, port: Port) -> Expr:
        """Return packets to the device itself, but not to an address that another interface is known to have."""
        others = [
            one.address for other in self._interfaces.all.values() if other is not port for one in other.addresses
        ]
        local = AddressKind("dst", frozenset((AddressClass.LOCAL,)))
        return conjunction(local, Not(Field("dst", IntervalSet.of(*others)))) if others else local

    def _arriving(self, made: _Descriptor, port: Port) -> Iterator[Rule]:
        here = Interface("in", (port.name,))
        outer = self._outer(made, port)
        doubt = Unsure((Translate(None), Permit(), Deny()))
        yield builtin(f"later fragments {port.name}", conjunction(here, LATER), doubt)
        for number_, one in enumerate(made.entries):
            terms: list[Expr] = [here]
            target = one.outer or outer
            terms.append(Field("dst", target) if target else self._own(port))
            ports, shift = None, None
            if one.proto is not None:
                terms.append(Field("proto", IntervalSet.of(one.proto)))
            if one.proto in (TCP, UDP):
                terms.append(Field("dport", IntervalSet.of(one.outer_ports)))
                ports = IntervalSet.of(one.inner_ports)
                shift = one.inner_ports[0] - one.outer_ports[0] if ports.count > 1 else None
            moved = one.inner.min - one.outer.min if one.outer and one.inner.count > 1 else None
            translation = Translation("dst", addresses=one.inner, shift=moved, ports=ports, port_shift=shift)
            yield self._rule(one.line, f"in {port.name}#{number_ + 1}", conjunction(*terms), Translate(translation))
        line = made.line or port.line
        asked = conjunction(here, Field("dst", outer)) if outer else here
        yield self._rule(line, f"in {port.name} incoming", asked, made.incoming)
        if outer:  # an inner address as it is, from outside
            yield self._rule(line, f"in {port.name} untranslated", here, Unsure((Permit(), Deny())))

    def _leaving(self, made: _Descriptor, port: Port) -> Iterator[Rule]:
        there = Interface("out", (port.name,))
        outer = self._outer(made, port)
        doubt = Unsure((Translate(None), Permit()))
        yield builtin(f"later fragments {port.name}", conjunction(there, LATER), doubt)
        for number_, one in enumerate(made.entries):
            terms: list[Expr] = [there, Field("src", one.inner)]
            ports, shift = None, None
            if one.proto is not None:
                terms.append(Field("proto", IntervalSet.of(one.proto)))
            if one.proto in (TCP, UDP):
                terms.append(Field("sport", IntervalSet.of(one.inner_ports)))
                ports = IntervalSet.of(one.outer_ports)
                shift = one.outer_ports[0] - one.inner_ports[0] if ports.count > 1 else None
            given = one.outer or outer
            moved = one.outer.min - one.inner.min if one.outer and one.inner.count > 1 else None
            translation = Translation(
                "src",
                addresses=given,
                interface="" if given else "out",
                shift=moved,
                ports=ports,
                port_shift=shift,
            )
            yield self._rule(one.line, f"out {port.name}#{number_ + 1}", conjunction(*terms), Translate(translation))
        line = made.line or port.line
        masked = made.kind != "nat"
        translation = Translation(
            "src",
            addresses=made.outer,
            interface="" if made.outer else "out",
            port_may_change=_ANY_PORT if masked else None,
        )
        inside = Field("src", made.inner) if made.inner is not None else ANYTHING
        if made.inner is not None:  # sources outside the inner range: left as they are, or stopped
            rest = conjunction(there, Not(Field("src", made.inner)))
            yield self._rule(line, f"out {port.name} others", rest, Unsure((Permit(), Deny())))
        ported = Field("proto", IntervalSet.of(1, TCP, UDP))
        act = Translate(translation)
        if masked:
            yield self._rule(line, f"out {port.name}", conjunction(there, inside, ported), act)
            yield self._rule(line, f"out {port.name} without ports", there, Unsure((act, Deny())))
        else:  # a pool without a free address
            yield self._rule(line, f"out {port.name}", conjunction(there, inside), Unsure((act, Deny())))

    def _rule(self, line: Line, name: str, match: Expr, action: Action) -> Rule:
        text = line.text[:400]
        doubt = {Code.ACTION_NOT_MODELLED.value} if isinstance(action, Unsure) else set()
        return Rule(
            id=f"nat {name}",
            key=f"{text} {name}",
            match=match,
            action=action,
            span=self._notes.span(line),
            text=text,
            because=tuple(sorted({*doubt, *because(match)})),
        )


def _incoming(words: Words) -> Action:
    """Return what becomes of packets to the outer address that no entry names."""
    word = words.take()
    if word in ("reject", "discard"):
        return _UNSETTLED
    if word == "through":
        return Unsure((Translate(None), Permit()))
    if word == "forward":
        forward = Translate(Translation("dst", addresses=IntervalSet.of(v4(words.take()))))
        return Unsure((Translate(None), forward))
    raise NotUnderstood(words.at - 1)


def _ports(text: str) -> tuple[int, int]:
    """Return a port or a range of them.

    Raises:
        ValueError: it is neither.
    """
    if text in PORTS:
        return PORTS[text], PORTS[text]
    low, dash, high = text.partition("-")
    found = number(low, 0, 65535), number(high if dash else low, 0, 65535)
    if found[0] > found[1]:
        raise ValueError(text)
    return found
