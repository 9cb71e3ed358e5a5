"""Dynamic filters: the sessions that an interface remembers, and what passes because of them.

Source: Yamaha Router Command Reference, `ip filter dynamic` (section 9.1.14 of the edition for RTX5000 to RT107e): a
filter names an application, or `filter` with static filters whose protocols and ports are the trigger, their
addresses and actions not counting; after the trigger, connections of the filters behind `in` pass against its
direction and those behind `out` along it. A packet that a static filter rejects opens no session; packets of a
session pass before static filters are asked, else the usual `reject *` at the end of an `in` list would stop every
answer. `www` is ports 80 and 443. Whether a packet that fits no static filter passes because it fits a dynamic one,
no source settles.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from segcheck.importers._unsure import because, unknown
from segcheck.importers._words import number
from segcheck.importers.yamaha._filters import HIGHEST, Bound, Filters
from segcheck.importers.yamaha._notes import Notes, builtin
from segcheck.importers.yamaha._syntax import Line
from segcheck.importers.yamaha._values import FAMILY, ICMP, ICMPV6, LATER, PORTS, TCP, UDP, Part, Words, address
from segcheck.model.device import NamedObject, Scope
from segcheck.model.diagnostic import Code, Severity
from segcheck.model.match import Expr, Field, State, conjunction, disjunction
from segcheck.model.rules import Continue, Deny, Permit, Rule, Unsure
from segcheck.sets.intervals import IntervalSet

_PERHAPS = Unsure((Permit(), Continue()))
_PASS_OR_DROP = Unsure((Permit(), Deny()))
_KNOWN = Field("state", IntervalSet.of(int(State.ESTABLISHED)))
_RELATED = Field("state", IntervalSet.of(int(State.RELATED)))


def _tcp(*ports: int) -> tuple[Part, ...]:
    return (Part(TCP, dport=IntervalSet.of(*ports)),)


_APPLICATIONS: dict[str, tuple[Part, ...]] = {
    "tcp": (Part(TCP),),
    "udp": (Part(UDP),),
    "ping": (Part(ICMP, within=Field("icmp_type", IntervalSet.of(8))),),
    "ping6": (Part(ICMPV6, within=Field("icmp_type", IntervalSet.of(128))),),
    "www": _tcp(80, 443),
    **{name: _tcp(PORTS[name]) for name in ("ftp", "ssh", "telnet", "smtp", "pop3", "http", "https", "submission")},
}
#: Applications whose transport or ports no source settles: their sessions are only possible.
_UNSETTLED = (*PORTS, "netmeeting", "imap3", "dhcpv6c", "ripng", "sip", "talk", "uucp")


@dataclass(frozen=True, slots=True)
class Dynamic:
    """A dynamic filter; without `parts` the line was not understood."""

    line: Line
    source: str = "*"
    target: str = "*"
    parts: tuple[Part, ...] = ()
    against: tuple[Part, ...] = ()
    along: tuple[Part, ...] = ()

    def packets(self, parts: tuple[Part, ...], family: int, *, back: bool, reply: bool) -> Expr:
        """Return packets of sessions of such parts: travelling against the trigger or along it, answering or asking."""
        source, target = (self.target, self.source) if back else (self.source, self.target)
        between = address(source, "src", family), address(target, "dst", family)
        return conjunction(*between, disjunction(*(part.session(reply=reply) for part in parts)))


@dataclass(slots=True)
class Dynamics:
    """The dynamic filters of one file."""

    notes: Notes
    filters: Filters
    _lines: dict[tuple[int, str], Line] = field(default_factory=dict)
    _made: dict[tuple[int, str], Dynamic] = field(default_factory=dict)
    used: bool = False
    over: bool = False
    left: int = 50_000  # protocols that all lists together may ask of sessions; beyond, sessions are unknown

    def define(self, line: Line, family: int) -> None:
        """Read `ip filter dynamic NUMBER ...`; what it refers to may stand below it."""
        if line.words[3:4] == ("timer",):
            self.notes.irrelevant(line)  # how long a session is remembered
            return
        try:
            identity = str(number(line.words[3] if len(line.words) > 3 else "", 1, HIGHEST))
        except ValueError:
            self.notes.unread(line, Scope.DEVICE)
            return
        self._lines[family, identity] = line

    def read(self) -> None:
        """Read every definition, once the static filters are known."""
        for (family, identity), line in self._lines.items():
            words = Words(line, 4)
            try:
                made = self._dynamic(words, family)
            except ValueError:
                self.notes.told(line, f"dynamic filter {identity}", column=words.column)
                made = Dynamic(line)
            else:
                self.notes.understood(line)
            self._made[family, identity] = made

    def _dynamic(self, words: Words, family: int) -> Dynamic:
        source, target, what = words.take(), words.take(), words.take()
        for one in (source, target):
            if because(address(one, "src", family)):
                raise ValueError(one)
        against: list[Part] = []
        along: list[Part] = []
        if what == "filter":
            trigger: list[Part] = []
            current = trigger
            while words.left and "=" not in words.peek():
                word = words.take()
                if word in ("in", "out"):
                    current = against if word == "in" else along
                else:
                    current.extend(self._named(word, family))
        elif what in _APPLICATIONS:
            trigger = list(_APPLICATIONS[what])
        elif what in _UNSETTLED:
            trigger = [Part(proto, doubt=unknown(f"sessions of {what}")) for proto in (TCP, UDP)]
        else:
            raise ValueError(what)
        while words.left:
            name, equals, _ = words.take().partition("=")
            if name not in ("syslog", "timeout") or not equals:
                raise ValueError(name)
        if not trigger:
            raise ValueError(what)
        return Dynamic(words.line, source, target, tuple(trigger), tuple(against), tuple(along))

    def _named(self, word: str, family: int) -> Iterator[Part]:
        known = self.filters.by_number.get((family, str(number(word, 1, HIGHEST))))
        self.filters.used.add((family, word))
        if known is None or not known.action:
            raise ValueError(word)
        for part in known.parts:
            plain = part.proto in (TCP, UDP)
            yield part if plain else replace(part, within=conjunction(), doubt=unknown("sessions of other protocols"))

    # ---- lists

    def before(self, own: Bound | None, opposite: Bound | None, family: int, where: str) -> Iterator[Rule]:
        """Yield what passes by sessions before the static filters of one side of an interface are asked."""
        if not any(bound is not None and bound.dynamics for bound in (own, opposite)):
            return
        self.used = True
        for bound, reply in ((own, False), (opposite, True)):
            for identity in bound.dynamics if bound is not None else ():
                yield from self._one(identity, bound.line if bound else None, family, where, reply=reply)
        rest = disjunction(_RELATED, conjunction(_KNOWN, LATER))
        yield builtin("sessions", conjunction(Field("src", FAMILY[family]), rest), _PERHAPS)

    def _one(self, identity: str, line: Line | None, family: int, where: str, *, reply: bool) -> Iterator[Rule]:
        known = self._made.get((family, identity))
        name = f"dynamic {identity}"
        self.left -= 0 if known is None else 1 + len(known.parts) + len(known.against) + len(known.along)
        if known is not None and self.left < 0:
            if not self.over:
                self.over = True
                what = "protocols of dynamic filters"
                self.notes.add(Code.LIMIT_REACHED, Severity.ERROR, None, where, what=what, limit="50000")
            yield builtin(name, unknown(name, Code.LIMIT_REACHED), _PERHAPS)
            return
        if known is None or not known.parts:
            if known is None and line is not None and not reply:
                self.notes.undefined(line, "dynamic filter", identity, where)
            code = Code.UNDEFINED_NAME if known is None else Code.UNRECOGNISED_LINE
            yield builtin(name, unknown(name, code), _PERHAPS, self.notes.span(known.line) if known else None)
            return
        span = self.notes.span(known.line)
        side = conjunction(_KNOWN, Field("reply", IntervalSet.of(int(reply))))
        mine = known.packets(known.parts, family, back=reply, reply=reply)
        yield builtin(name, conjunction(side, mine), Permit(), span)
        for parts, answers in ((known.along, reply), (known.against, not reply)):
            if parts:  # connections that the trigger lets pass, and their answers
                match = known.packets(parts, family, back=reply, reply=answers)
                yield builtin(f"{name} after its trigger", match, _PERHAPS, span)

    def after(self, own: Bound, family: int) -> Iterator[Rule]:
        """Yield what may open a session when no static filter of a side has fitted."""
        if self.filters.decides_all(own, family):
            return
        for identity in own.dynamics:
            known = self._made.get((family, identity))
            name = f"dynamic {identity} alone"
            if known is None or not known.parts or self.left < 0:
                yield builtin(name, unknown(name, Code.UNDEFINED_NAME), _PASS_OR_DROP)
            else:
                match = known.packets(known.parts, family, back=False, reply=False)
                yield builtin(name, match, _PASS_OR_DROP, self.notes.span(known.line))

    def finish(self) -> None:
        """List the dynamic filters as named objects."""
        for (family, identity), known in self._made.items():
            kind = "ip filter dynamic" if family == 4 else "ipv6 filter dynamic"
            text = known.line.text[:200] if known.parts else ""
            self.notes.objects.append(NamedObject(kind, identity, text, "defined", self.notes.span(known.line)))
