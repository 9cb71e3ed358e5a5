"""Matches on the headers of a packet: the options without `-m`, and the modules that read headers.

A port, flag or ICMP match never holds for a fragment without L4 header, negated or not (net/netfilter/xt_tcpudp.c,
xt_multiport.c: `if (par->fragoff != 0) return false`): negation takes the complement of the values, since a `Field` holds
only for packets that carry it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from segcheck.importers._linux.headers import WHOLE, cast, of_arrival, time_to_live
from segcheck.importers._linux.names import DSCP_CLASSES, PORT_PROTOCOLS, TOS_NAMES
from segcheck.importers.iptables import _values
from segcheck.importers.iptables._context import RuleContext
from segcheck.importers.iptables._options import Given, Module
from segcheck.model.match import (
    ANYTHING,
    EXTRAS,
    NOTHING,
    Bits,
    Expr,
    Field,
    Interface,
    Not,
    conjunction,
    disjunction,
)
from segcheck.sets.intervals import IntervalSet

_REQUIRED = {"tcp": 6, "udp": 17, "udplite": 136, "sctp": 132, "dccp": 33}
_PORTED = frozenset(PORT_PROTOCOLS)


def protocols(rule: RuleContext) -> int | None:
    """Return the one protocol that `-p` asks for, or None."""
    return rule.written.protocol if rule.written.protocol > 0 else None


#: The index of the last word that asks for something, the module ("" for none), and what is asked.
Placed = tuple[int, str, Expr]


def base(rule: RuleContext) -> list[Placed]:
    """Return what the options without `-m` ask for."""
    terms: list[Placed] = []
    seen: set[str] = set()
    for given in rule.written.base:
        if given.name in seen:
            terms.append((given.at, "", rule.refused(given.at, f"{given.name} twice")))
            continue
        seen.add(given.name)
        try:
            term = _BASE[given.name](given, rule)
        except ValueError:
            term = rule.bad_value(given)
        if term is not ANYTHING:
            terms.append((given.at, "", term))
    return terms


def _address(given: Given, rule: RuleContext) -> Expr:
    text = given.values[0]
    if given.negated and "," in text:
        return rule.refused(given.at, f"! with several addresses: {text[:60]}")
    return _address_field("src" if given.name == "-s" else "dst", text, given.negated, rule.family)


@lru_cache(maxsize=_values.CACHED)
def _address_field(name: str, text: str, negated: bool, family: int) -> Expr:
    found, every = _values.networks(text, family), _values.family_addresses(family)
    if negated:
        found = every - found
    return ANYTHING if found == every else Field(name, found)


def _protocol(given: Given, rule: RuleContext) -> Expr:
    number = _values.protocol(given.values[0])
    if number == 0:
        return rule.refused(given.at, "! -p all") if given.negated else ANYTHING
    return _protocol_field(number, given.negated)


@lru_cache(maxsize=512)
def _protocol_field(number: int, negated: bool) -> Field:
    found = IntervalSet.of(number)
    return Field("proto", found.complement(256) if negated else found)


def _interface(given: Given, rule: RuleContext) -> Expr:
    name = _values.interfaces(given.values[0])
    if name is None:
        return NOTHING if given.negated else ANYTHING
    term: Expr = Interface("in" if given.name == "-i" else "out", (name,))
    if given.name == "-i" and "POSTROUTING" in rule.hooks:
        # Whether this hook still knows where a packet came in depends on the kernel version.
        condition = rule.unknown(given, "in POSTROUTING")
        return disjunction(Not(term), condition) if given.negated else conjunction(term, condition)
    return Not(term) if given.negated else term


def _fragment(given: Given, rule: RuleContext) -> Expr:
    if rule.family == 6:
        return rule.refused(given.at, "-f in IPv6")
    return Field("fragment", IntervalSet.of(0 if given.negated else 1))


_BASE: dict[str, Callable[[Given, RuleContext], Expr]] = {
    "-s": _address,
    "-d": _address,
    "-p": _protocol,
    "-i": _interface,
    "-o": _interface,
    "-f": _fragment,
}


def ports(module: Module, rule: RuleContext) -> Expr:
    """Tcp, udp, udplite, sctp, dccp."""
    if protocols(rule) != _REQUIRED[module.name]:
        return rule.refused(module.at, f"-m {module.name} without -p {module.name}")
    terms: list[Expr] = [WHOLE]
    for given in module.given:
        if given.name in ("--sport", "--dport"):
            terms.append(_ports(given.name[2:], _values.ports(given.values[0]), given.negated))
        elif given.name in ("--syn", "--tcp-flags"):
            mask, value = (0x17, 0x02) if given.name == "--syn" else map(_values.tcp_flags, given.values)
            bits = Bits("tcp_flags", mask, value)
            terms.append(Not(bits) if given.negated else bits)
        else:
            terms.append(rule.unknown(given))
    whole = conjunction(*terms)
    if rule.pieces is not None and module.name in ("tcp", "udp"):
        return disjunction(whole, conjunction(Not(WHOLE), rule.pieces))
    return whole


def _ports(name: str, found: IntervalSet, negated: bool) -> Expr:
    return Field(name, found.complement(65536) if negated else found)


def multiport(module: Module, rule: RuleContext) -> Expr:
    """--sports, --dports, --ports."""
    if protocols(rule) not in _PORTED:
        return rule.refused(module.at, "-m multiport without a protocol that has ports")
    terms: list[Expr] = []
    for given in module.given:
        found = _values.port_list(given.values[0])
        if given.name == "--ports":
            sides = (_ports("sport", found, given.negated), _ports("dport", found, given.negated))
            terms.append(conjunction(*sides) if given.negated else disjunction(*sides))
        else:
            terms.append(_ports(given.name[2:-1], found, given.negated))
    return conjunction(WHOLE, *terms)


def icmp(module: Module, rule: RuleContext) -> Expr:
    """Icmp and icmp6; `--icmp-type any` is every type, of IPv4 only."""
    expected, family = (1, 4) if module.name == "icmp" else (58, 6)
    if rule.family != family or protocols(rule) != expected:
        return rule.refused(module.at, f"-m {module.name} without -p {module.name}")
    terms: list[Expr] = [WHOLE]
    for given in module.given:
        kind, codes = _values.icmp(given.values[0], family)
        if kind == 255 and family == 4:
            terms.extend([NOTHING] if given.negated else [])
            continue
        term = conjunction(
            Field("icmp_type", IntervalSet.of(kind)),
            *([] if codes.count == 256 else [Field("icmp_code", codes)]),
        )
        terms.append(Not(term) if given.negated else term)
    if module.name == "icmp6" and not module.given:
        return rule.refused(module.at, "-m icmp6 without a type")
    return conjunction(*terms)


def iprange(module: Module, rule: RuleContext) -> Expr:
    """--src-range, --dst-range."""
    terms = []
    for given in module.given:
        found = _values.span_of_addresses(given.values[0], rule.family)
        if given.negated:
            found = _values.family_addresses(rule.family) - found
        terms.append(Field(given.name[2:5], found))
    return conjunction(*terms)


def mac(module: Module, rule: RuleContext) -> Expr:
    """--mac-source; anonymised addresses are what iptables refuses most often in shared dumps."""
    if not rule.hooks <= {"PREROUTING", "INPUT", "FORWARD"}:
        return rule.refused(module.at, "-m mac outside of PREROUTING, INPUT and FORWARD")
    terms: list[Expr] = []
    for given in module.given:
        try:
            term: Expr = Field("mac", IntervalSet.of(_values.mac(given.values[0])))
        except ValueError:
            terms.append(rule.refused(given.at, rule.shown(given)))
            continue
        terms.append(Not(term) if given.negated else term)
    return conjunction(*terms)


def ttl(module: Module, rule: RuleContext) -> Expr:
    """Ttl and hl."""
    if rule.family != (4 if module.name == "ttl" else 6):
        return rule.refused(module.at, f"-m {module.name} in IPv{rule.family}")
    terms: list[Expr] = []
    for given in module.given:
        if "ttl" in rule.device.blurred:
            terms.append(rule.unknown(given))
            continue
        value = _values.number(given.values[0], 255)
        kind = given.name.rpartition("-")[2]
        low, high = {"eq": (value, value), "lt": (0, value - 1), "gt": (value + 1, 255)}[kind]
        found = IntervalSet.of((low, high)) if low <= high else IntervalSet.empty()
        if given.negated:
            found = found.complement(256)
        terms.append(time_to_live(found, rule.hooks))
    return conjunction(*terms)


def tos(module: Module, rule: RuleContext) -> Expr:
    """--tos value/mask; a symbolic name leaves the two lowest bits open."""
    terms: list[Expr] = []
    for given in module.given:
        name = given.values[0].lower()
        value, mask = (TOS_NAMES[name], 0x3F) if name in TOS_NAMES else _values.masked_number(name, 255)
        bits = Bits("tos", mask, value)
        terms.append(Not(bits) if given.negated else bits)
    return conjunction(*terms)


def dscp(module: Module, rule: RuleContext) -> Expr:
    """--dscp number, --dscp-class name."""
    terms: list[Expr] = []
    for given in module.given:
        bits = Bits("tos", 0xFC, dscp_value(given) << 2)
        terms.append(Not(bits) if given.negated else bits)
    return conjunction(*terms)


def dscp_value(given: Given) -> int:
    """Return the DSCP that an option `--dscp`, `--dscp-class`, `--set-dscp` or `--set-dscp-class` names."""
    text = given.values[0].lower()
    if not given.name.endswith("-class"):
        return _values.number(text, 63)
    if text not in DSCP_CLASSES:
        raise ValueError(text)
    return DSCP_CLASSES[text]


def length(module: Module, rule: RuleContext) -> Expr:
    """--length, of the whole IP packet."""
    terms: list[Expr] = []
    for given in module.given:
        found = _values.number_range(given.values[0], 65535)
        terms.append(Field("length", found.complement(65536) if given.negated else found))
    return conjunction(*terms)


def pkttype(module: Module, rule: RuleContext) -> Expr:
    """--pkt-type: how the frame was addressed; known on arrival only."""
    kinds = {"unicast": 0, "host": 0, "to-us": 0, "broadcast": 1, "bcast": 1, "multicast": 2, "mcast": 2}
    terms: list[Expr] = []
    for given in module.given:
        if given.values[0].lower() not in kinds:
            raise ValueError(given.values[0])
        kind = kinds[given.values[0].lower()]
        term = cast(kind, rule.hooks)
        term = Not(term) if given.negated else term
        term = of_arrival(term, rule.hooks, rule.shown(given))
        terms.append(term)
    return conjunction(*terms)


def mark(module: Module, rule: RuleContext) -> Expr:
    """Mark; connmark asks the connection, so nothing holds of a packet without one, negated or not."""
    terms: list[Expr] = []
    for given in module.given:
        if module.name in rule.device.blurred:
            terms.append(rule.unknown(given))
            continue
        value, mask = _values.masked_number(given.values[0], EXTRAS["mark"].size - 1)
        bits = Bits(module.name, mask, value)
        terms.append(Not(bits) if given.negated else bits)
    return conjunction(*terms)
