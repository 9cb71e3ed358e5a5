"""What a rule can ask of a packet: the left sides of matches, each with its values and what it implies.

Sources: nft(8) 1.0.6, "Payload expressions", "Meta expressions", "Conntrack expressions", "Fib expressions"; what nft adds by
itself (`meta nfproto`, `meta l4proto`) as `nft --debug=netlink` shows it; net/netfilter/nft_ct.c (`nft_ct_get_eval`: without
a connection only the state can be asked, all else ends the rule), nft_meta.c, nft_payload.c, nft_fib.c.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from segcheck.importers._linux import headers, names
from segcheck.importers.nftables import _values
from segcheck.importers.nftables._context import RuleContext, of_family
from segcheck.importers.nftables._ruleset import Words
from segcheck.model.match import (
    ANYTHING,
    NOTHING,
    AddressClass,
    AddressKind,
    Condition,
    Expr,
    Field,
    Interface,
    Kind,
    Not,
    State,
    conjunction,
    disjunction,
)
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

TRACKED = Field("state", IntervalSet.of(State.NEW, State.ESTABLISHED, State.RELATED))
_STATES = {
    1: State.INVALID,
    2: State.ESTABLISHED,
    4: State.RELATED,
    8: State.NEW,
    64: State.UNTRACKED,
}
_PORTED = Field("proto", IntervalSet.of(*names.PORT_PROTOCOLS))
#: The first header of IPv6 names the protocol, unless extension headers stand between them.
_PLAIN_V6 = Condition("IPv6 without extension headers", Kind.VARIES)


@dataclass(frozen=True, slots=True)
class Key:
    """A left side.

    implied   what holds before it can be asked at all; else the rule ends without having matched
    read      its values, of one written element
    every     all values that it can have
    holds     which packets have one of the values, given what is implied
    flags     names of bits, where values are sets of bits
    width     bits of its number, 0 where none may be masked
    transport it stands in the transport header
    """

    implied: Expr
    read: Callable[[Words], object]
    holds: Callable[[object], Expr]
    every: IntervalSet | None = None
    flags: dict[str, int] | None = None
    width: int = 0
    transport: bool = False


def numbers(
    name: str,
    read: _values.Read,
    every: IntervalSet,
    implied: Expr = ANYTHING,
    *,
    flags: dict[str, int] | None = None,
    width: int = 0,
    transport: bool = False,
    holds: Callable[[IntervalSet], Expr] | None = None,
) -> Key:
    """Return a key whose values are those of a field."""

    def of(found: object) -> Expr:
        assert isinstance(found, IntervalSet)
        return holds(found) if holds is not None else Field(name, found)

    return Key(implied, lambda words: _values.interval(words, read), of, every, flags, width, transport)


def _sized(bits: int) -> IntervalSet:
    return IntervalSet.of((0, (1 << bits) - 1))


def _proto(number: int) -> Field:
    return Field("proto", IntervalSet.of(number))


def _ip(field: str, rule: RuleContext, family: int) -> Key | None:
    every = addresses.V4 if family == 4 else addresses.V6
    version = of_family(family)
    if field in ("saddr", "daddr"):
        side = "src" if field == "saddr" else "dst"
        return numbers(side, _values.address(family), every, version, width=32 if family == 4 else 128)
    if field in ("protocol", "nexthdr"):
        read = _values.number(255, _values.PROTOCOLS)
        return numbers("proto", read, _sized(8), version, holds=None if field == "protocol" else _next_header)
    if field in ("ttl", "hoplimit"):
        if "ttl" in rule.device.blurred:
            return None
        hooks = rule.hooks
        return numbers(
            "ttl", _values.number(255), _sized(8), version, holds=lambda found: headers.time_to_live(found, hooks)
        )
    if field == "dscp":
        read = _values.number(63, _values.DSCP)
        return numbers("tos", read, _sized(6), version, holds=_upper_six)
    if field == "length":
        shift = 0 if family == 4 else 40
        every = _sized(16)
        return numbers(
            "length",
            _values.number(65535),
            every,
            version,
            holds=lambda found: Field("length", found.shifted(shift) & every),
        )
    return None


def _next_header(found: IntervalSet) -> Expr:
    """Return which packets' first header names one of the protocols: of those with extension headers nobody knows."""
    extension = IntervalSet.of(0, 43, 44, 51, 60, 135, 139, 140)
    headed = Condition("IPv6 extension header of these kinds", Kind.UNKNOWN) if found.meets(extension) else NOTHING
    plain = conjunction(_PLAIN_V6, headers.WHOLE, Field("proto", found))
    behind = Not(conjunction(_PLAIN_V6, headers.WHOLE))
    return disjunction(plain, conjunction(behind, headed))


def _upper_six(found: IntervalSet) -> Expr:
    return Field("tos", IntervalSet.of(*[(lo << 2, hi << 2 | 3) for lo, hi in found.ranges]))


def _transport(protocol: str, field: str, rule: RuleContext) -> Key | None:
    numbered = {"tcp": 6, "udp": 17, "udplite": 136, "sctp": 132, "dccp": 33}
    if protocol == "th":
        return numbers(field, _values.port, _sized(16), transport=True, holds=_any_header(field, rule))
    if field in ("sport", "dport"):
        return numbers(field, _values.port, _sized(16), _proto(numbered[protocol]), transport=True)
    if protocol == "tcp" and field == "flags":
        return numbers(
            "tcp_flags",
            _values.number(255, _values.TCP_FLAGS),
            _sized(8),
            _proto(6),
            flags=_values.TCP_FLAGS,
            width=8,
            transport=True,
        )
    return None


def _any_header(field: str, rule: RuleContext) -> Callable[[IntervalSet], Expr]:
    """`th dport`: of protocols without ports, whatever stands in that place."""

    def holds(found: IntervalSet) -> Expr:
        bytes_there = Condition(f"bytes of a header without ports [{rule.place}]", Kind.VARIES)
        return disjunction(conjunction(_PORTED, Field(field, found)), conjunction(Not(_PORTED), bytes_there))

    return holds


def _icmp(protocol: str, field: str) -> Key | None:
    family, number = (4, 1) if protocol == "icmp" else (6, 58)
    implied = conjunction(of_family(family), _proto(number))
    types = _values.ICMP_TYPES if family == 4 else _values.ICMPV6_TYPES
    codes = _values.ICMP_CODES if family == 4 else _values.ICMPV6_CODES
    if field in ("type", "code"):
        read = _values.number(255, types if field == "type" else codes)
        return numbers(f"icmp_{field}", read, _sized(8), implied, transport=True)
    return None


def _meta(name: str, rule: RuleContext) -> Key | None:
    if name == "l4proto":
        return numbers("proto", _values.number(255, _values.PROTOCOLS), _sized(8))
    if name in ("iifname", "oifname", "iif", "oif"):
        return _interface(name, rule)
    if name in ("nfproto", "protocol"):
        return _version(name)
    if name == "mark" and "mark" not in rule.device.blurred:
        return numbers("mark", _values.number(0xFFFFFFFF), _sized(32), width=32)
    if name == "length":
        return numbers("length", _values.number(65535), _sized(16))
    if name == "pkttype":
        return _packet_type(rule)
    return None


def _interface(name: str, rule: RuleContext) -> Key | None:
    side = name[:-4] if name.endswith("name") else name[:-1]
    side = "in" if side.startswith("i") else "out"
    if side == "in" and "POSTROUTING" in rule.hooks:
        return None  # whether this hook still knows where a packet came in depends on the kernel version

    def read(words: Words) -> object:
        (word,) = words
        text = word.text
        if not text or len(text) > 16 or "*" in text[:-1] or (not name.endswith("name") and text.isdecimal()):
            raise ValueError(text)
        if not name.endswith("name") and text.endswith("*"):
            raise ValueError(text)
        return text

    return Key(ANYTHING, read, lambda found: Interface(side, (str(found),)))


def _version(name: str) -> Key:
    known = {
        "nfproto": {"ipv4": 4, "2": 4, "ipv6": 6, "10": 6},
        "protocol": {"ip": 4, "0x0800": 4, "ip6": 6, "0x86dd": 6},
    }

    def read(words: Words) -> object:
        (word,) = words
        if word.text.lower() not in known[name]:
            raise ValueError(word.text)
        return known[name][word.text.lower()]

    return Key(ANYTHING, read, lambda found: of_family(int(str(found))))


def _packet_type(rule: RuleContext) -> Key:
    kinds = {"host": 0, "unicast": 0, "broadcast": 1, "multicast": 2}

    def read(words: Words) -> object:
        (word,) = words
        if word.text not in kinds:
            raise ValueError(word.text)
        return word.text

    def holds(found: object) -> Expr:
        return headers.of_arrival(headers.cast(kinds[str(found)], rule.hooks), rule.hooks, f"meta pkttype {found}")

    return Key(ANYTHING, read, holds)


def _ct(words: tuple[str, ...], rule: RuleContext) -> Key | None:
    rule.device.tracks |= rule.families
    if rule.early is None:
        return None
    tracked: Expr = NOTHING if rule.early else TRACKED
    if words == ("state",):
        return _state(rule)
    if words == ("mark",) and "connmark" not in rule.device.blurred:
        return numbers("connmark", _values.number(0xFFFFFFFF), _sized(32), tracked, width=32)
    if words == ("direction",):
        return numbers("reply", _values.number(1, {"original": 0, "reply": 1}), _sized(1), tracked)
    if words[0] == "original" and len(words) > 1:
        return _original(words[1:], rule, tracked)
    return None


def _original(words: tuple[str, ...], rule: RuleContext, tracked: Expr) -> Key | None:
    *version, name = words
    families = {(): rule.families, ("ip",): frozenset((4,)), ("ip6",): frozenset((6,))}.get(tuple(version))
    if name in ("saddr", "daddr") and families is not None and len(families) == 1:
        (family,) = families
        every = addresses.V4 if family == 4 else addresses.V6
        field = "orig_src" if name == "saddr" else "orig_dst"
        return numbers(field, _values.address(family), every, conjunction(tracked, of_family(family)))
    return None


def _state(rule: RuleContext) -> Key:
    def holds(found: IntervalSet) -> Expr:
        values = [state for bit, state in _STATES.items() if bit in found]
        if not rule.early:
            return Field("state", IntervalSet.of(*values)) if values else NOTHING
        untracked = Field("state", IntervalSet.of(State.UNTRACKED))
        terms: list[Expr] = [untracked] if State.UNTRACKED in values else []
        return disjunction(*terms, *([Not(untracked)] if State.INVALID in values else []))

    return numbers(
        "state",
        _values.number(127, _values.STATE_BITS),
        IntervalSet.of(*_STATES),
        flags=_values.STATE_BITS,
        width=8,
        holds=holds,
    )


_FIB_TYPES = {"local": "LOCAL", "unicast": "UNICAST", "broadcast": "BROADCAST", "multicast": "MULTICAST"}


def _fib(words: tuple[str, ...], rule: RuleContext) -> Key | None:
    """`fib saddr|daddr type`: the local routing table is asked (nft_fib4_eval_type); types of IPv6 are known for `local`."""
    if len(words) != 2 or words[0] not in ("saddr", "daddr") or words[1] != "type":
        return None
    side = "src" if words[0] == "saddr" else "dst"
    zero = Field(side, addresses.parse("0.0.0.0"))

    def read(given: Words) -> object:
        (word,) = given
        if word.text not in _FIB_TYPES or (6 in rule.families and word.text != "local"):
            raise ValueError(word.text)
        return word.text

    def holds(found: object) -> Expr:
        name = _FIB_TYPES[str(found)]
        classes = {AddressClass[name]} | ({AddressClass.UNROUTED} if name == "UNICAST" else set())
        term: Expr = AddressKind(side, frozenset(classes))
        if 4 not in rule.families:
            return term
        return disjunction(term, zero) if name == "BROADCAST" else conjunction(Not(zero), term)

    return Key(ANYTHING, read, holds)


def key(words: tuple[str, ...], rule: RuleContext) -> Key | None:
    """Return the key that is written so; None for one that is known to nft and not modelled here."""
    head, *rest = words
    if head in ("ip", "ip6"):
        return _ip(rest[0], rule, 4 if head == "ip" else 6)
    if head in ("tcp", "udp", "udplite", "sctp", "dccp", "th"):
        return _transport(head, rest[0], rule)
    if head in ("icmp", "icmpv6"):
        return _icmp(head, rest[0])
    if head == "meta":
        return _meta(rest[0], rule)
    if head == "ct":
        return _ct(tuple(rest), rule)
    if head == "fib":
        return _fib(tuple(rest), rule)
    if words == ("ether", "saddr") and rule.hooks <= {"PREROUTING", "INPUT", "FORWARD"}:
        return numbers("mac", _values.hardware, _sized(48))
    return None
