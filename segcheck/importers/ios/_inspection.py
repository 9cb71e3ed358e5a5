"""Context-based access control: `ip inspect`, which lets the answers of inspected sessions past access lists.

Source: Cisco IOS Security Configuration Guide, "Configuring Context-Based Access Control": inspection makes temporary openings in
the lists that the answers meet. Sure of the interface with `ip inspect NAME out`, for protocols that the set names generically
(tcp, udp, icmp); everywhere else answers may pass or not. The device's own sessions are not inspected.
"""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.importers._cisco.lines import Line
from segcheck.importers._cisco.mirror import answered
from segcheck.importers._cisco.notes import Notes, builtin
from segcheck.importers._cisco.values import proto
from segcheck.importers.ios._interfaces import Interfaces, Port
from segcheck.model.device import Scope
from segcheck.model.diagnostic import LineUse
from segcheck.model.match import AddressClass, AddressKind, Field, Interface, Not, State, conjunction, disjunction
from segcheck.model.rules import Continue, Permit, Rule, Unsure
from segcheck.sets.intervals import IntervalSet

_GENERIC = {"tcp": 6, "udp": 17, "icmp": 1}
_TIMERS = (
    "tcp",
    "udp",
    "dns-timeout",
    "audit-trail",
    "alert-off",
    "log",
    "max-incomplete",
    "one-minute",
    "hashtable-size",
)
_PERHAPS = Unsure((Permit(), Continue()))


class Inspection:
    """The inspection rules of one file."""

    def __init__(self, notes: Notes, interfaces: Interfaces) -> None:
        self._notes = notes
        self._interfaces = interfaces
        self._sets: dict[str, set[int]] = {}

    def read(self, line: Line) -> None:
        """Read one `ip inspect ...`."""
        words = line.words[2:] if line.words[0] == "ip" else line.words[3:]
        if words[:1] == ("name",) and len(words) >= 3 and line.words[0] == "ip":
            generic = _GENERIC.get(words[2])
            self._sets.setdefault(words[1], set()).update([generic] if generic and not line.children else [])
            self._notes.mark_all(line, LineUse.UNDERSTOOD if generic else LineUse.APPROXIMATED)
        elif words[:1] and words[0] in _TIMERS:
            self._notes.irrelevant(line)
        else:
            self._notes.unread(line, Scope.DEVICE)

    @property
    def used(self) -> bool:
        """Whether any interface inspects."""
        return any(port.inspects for port in self._interfaces.all.values())

    def openings(self, port: Port, side: str) -> Iterator[Rule]:
        """Yield what lets packets past the lists of an interface, before those are asked."""
        own = AddressKind("dst", frozenset((AddressClass.LOCAL,)))
        for name, way, line in port.inspects:
            numbers = self._sets.get(name)
            if numbers is None:
                self._notes.undefined(line, "ip inspect", name, f"interface {port.name}")
            elif way == "out" and side == "in" and numbers:
                whole = Field("fragment", IntervalSet.of(0))
                sure = conjunction(answered(), Interface("in", (port.name,)), proto(*numbers), whole, Not(own))
                yield builtin(f"inspected {name}", sure, Permit(), self._notes.span(line))
        related = Field("state", IntervalSet.of(int(State.RELATED)))
        yield builtin("inspected", disjunction(answered(), related), _PERHAPS)
