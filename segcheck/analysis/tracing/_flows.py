"""What is known of one packet at one point of its way through a device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from segcheck.model.match import EXTRAS
from segcheck.sets import addresses
from segcheck.sets.header import CARRIERS, SIZES
from segcheck.sets.intervals import IntervalSet

L4 = frozenset(CARRIERS)
HEADER = ("src", "dst", "proto", "sport", "dport", "icmp_type", "icmp_code", "tcp_flags", "fragment")
ORIGINAL = {"orig_src": "src", "orig_dst": "dst", "orig_sport": "sport", "orig_dport": "dport"}
#: The connection's first ports are carried by the protocols that carry ports, fragments or not.
_CARRIERS = {**CARRIERS, "orig_sport": CARRIERS["sport"], "orig_dport": CARRIERS["dport"]}

_WHOLE = {
    **{name: IntervalSet.of((0, size - 1)) for name, size in SIZES.items()},
    **{extra.name: IntervalSet.of((0, extra.size - 1)) for extra in EXTRAS.values()},
}
_OF_FAMILY = {4: addresses.V4, 6: addresses.V6, None: addresses.ALL}


def _not_carried(values: Mapping[str, int]) -> frozenset[str]:
    """Return the fields that the packet surely does not carry, by its protocol and its fragment bit."""
    proto = values.get("proto")
    absent = {name for name, protocols in _CARRIERS.items() if proto is not None and proto not in protocols}
    if values.get("fragment") == 1:
        absent |= L4
    return frozenset(absent)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Flow:
    """A packet as far as it is known; two equal flows have the same future.

    values    known header fields and extra dimensions; only fields that the packet carries
    family    4, 6 or None; that of the destination where it is known
    ingress   interface it came in by; None = one that is not known, "" = none (the device itself sends it)
    egress    likewise; "" before routing and on local delivery
    gateway   next hop behind `egress`, None = the destination itself; `guessed`: it may be anybody there
    loose     fields whose value is only the likely one (a port that source translation keeps when it can)
    choices   conditions outside the packet that have been settled on this way and will be asked again
    answer    it answers the packet that was asked about; its connection's translations are undone
    """

    values: Mapping[str, int]
    family: int | None = None
    ingress: str | None = None
    egress: str | None = ""
    gateway: int | None = None
    guessed: bool = False
    loose: frozenset[str] = frozenset()
    choices: frozenset[tuple[str, bool]] = frozenset()
    answer: bool = False
    absent: frozenset[str] = field(init=False)
    header: Mapping[str, int] = field(init=False)
    _key: tuple[object, ...] = field(init=False)
    _hash: int = field(init=False)

    def __post_init__(self) -> None:
        absent = _not_carried(self.values)
        values = {name: value for name, value in self.values.items() if name not in absent}
        family = addresses.family(values["dst"]) if "dst" in values else self.family
        way = (self.ingress, self.egress, self.gateway, self.guessed)
        key = (frozenset(values.items()), family, way, self.loose, self.choices, self.answer)
        put = object.__setattr__
        put(self, "absent", absent)
        put(self, "values", values)
        put(self, "family", family)
        put(self, "header", {name: values[name] for name in HEADER if name in values})
        put(self, "_key", key)
        put(self, "_hash", hash(key))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Flow) and self._key == other._key

    def __hash__(self) -> int:
        return self._hash

    @property
    def state(self) -> int | None:
        """Return what connection tracking says of the packet, None if that is not known."""
        return self.values.get("state")

    def of_family(self, family: int | None) -> Flow:
        """Return this flow with another family, for destinations that are not known."""
        return replace(self, family=family)

    def having(self, changes: Mapping[str, int | None], loose: frozenset[str] = frozenset()) -> Flow:
        """Return this flow with fields written; None makes a field unknown. `loose` is for the written fields."""
        values = dict(self.values)
        for name, value in changes.items():
            values.pop(name, None)
            if value is not None:
                values[name] = value
        return replace(self, values=values, loose=self.loose.difference(changes) | loose)

    def leaving_by(self, egress: str | None, gateway: int | None = None, *, guessed: bool = False) -> Flow:
        """Return this flow after routing has chosen its egress interface and next hop."""
        return replace(self, egress=egress, gateway=gateway, guessed=guessed)

    def choosing(self, choices: frozenset[tuple[str, bool]]) -> Flow:
        """Return this flow with other settled conditions."""
        return replace(self, choices=choices)

    def surely_carries(self, name: str) -> bool:
        """Return whether the packet certainly has the field, whatever its value."""
        if name in self.values:
            return True
        if name not in _CARRIERS:
            return True
        whole = name not in L4 or self.values.get("fragment") == 0
        return whole and "proto" in self.values and name not in self.absent

    def possible(self, name: str) -> IntervalSet:
        """Return the values that a field of unknown value may have."""
        return _OF_FAMILY[self.family] if name in ("src", "dst") else _WHOLE[name]

    def reassembled(self) -> Flow:
        """Return the datagram that the packet is a fragment of; the packet itself when it surely is none."""
        fragment = self.values.get("fragment")
        if fragment == 0:
            return self
        return replace(self, values={**self.values, "fragment": 0})
