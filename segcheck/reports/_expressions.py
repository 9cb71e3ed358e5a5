"""Matches and actions of rules as one line for people, the same in every language.

Long lists of values are cut after `limit` and their rest is counted, so that a group of ten thousand addresses stays a line.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from segcheck.model.match import (
    AddressKind,
    All,
    AnyOf,
    Bits,
    Condition,
    Expr,
    Field,
    InForce,
    Interface,
    Not,
    State,
)
from segcheck.model.rules import (
    Action,
    Assign,
    Call,
    Continue,
    Copy,
    Deny,
    Permit,
    Return,
    Translate,
    Translation,
    Unsure,
    Via,
)
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

_ADDRESSES = frozenset(("src", "dst", "orig_src", "orig_dst"))
_PROTOCOLS = {
    1: "icmp",
    2: "igmp",
    6: "tcp",
    17: "udp",
    47: "gre",
    50: "esp",
    51: "ah",
    58: "icmpv6",
    89: "ospf",
    132: "sctp",
}
_FLAGS = ("FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR")
#: Deeper expressions are cut: nobody reads them, and recursion has its end.
MAX_DEPTH = 40
MAX_LENGTH = 4000


def match_text(expr: Expr, limit: int = 8) -> str:
    """Return a match as people read it: "in=lan0 src=10.0.0.0/8 proto=tcp dport=22,443"; "any" for every packet."""
    shown = _expr(expr, limit, 0)
    return shown if len(shown) <= MAX_LENGTH else f"{shown[:MAX_LENGTH]} ..."


def _expr(expr: Expr, limit: int, depth: int) -> str:
    if depth > MAX_DEPTH:
        return "(...)"
    match expr:
        case Field(name, values):
            return f"{name}={_values(name, values, limit)}"
        case Bits(name, mask, value):
            return _bits(name, mask, value)
        case Interface(side, names):
            return f"{side}={_some(names, limit)}"
        case AddressKind(name, kinds):
            return f"{name}-is={','.join(sorted(kind.value for kind in kinds))}"
        case InForce(schedule):
            return f'during="{schedule}"'
        case Condition(name, kind):
            return f"{kind.value}({name})"
        case All(()):
            return "any"
        case AnyOf(()):
            return "nothing"
        case All(terms):
            return " ".join(_expr(term, limit, depth + 1) for term in terms)
        case AnyOf(terms):
            return (
                f"({_some((_expr(term, limit, depth + 1) for term in terms[: limit + 1]), limit, ' or ', len(terms))})"
            )
        case Not(term):
            inner = _expr(term, limit, depth + 1)
            return f"not({inner})"
        case _:
            assert_never(expr)


def _some(parts: Iterable[str], limit: int, separator: str = ",", total: int | None = None) -> str:
    listed = list(parts)
    count = total if total is not None else len(listed)
    more = f" ...(+{count - limit})" if count > limit else ""
    return separator.join(listed[:limit]) + more


def _values(name: str, values: IntervalSet, limit: int) -> str:
    if not values:
        return "nothing"
    if name in _ADDRESSES:
        if values == addresses.ALL:
            return "any"
        named = {addresses.V4: "any-ipv4", addresses.V6: "any-ipv6"}
        return named.get(values) or _some(addresses.describe(values), limit)
    if name == "state":
        return _some((_value(name, value) for low, high in values.ranges for value in range(low, high + 1)), limit)
    return _some((_range(name, low, high) for low, high in values.ranges), limit)


def _range(name: str, low: int, high: int) -> str:
    return _value(name, low) if low == high else f"{_value(name, low)}-{_value(name, high)}"


def _value(name: str, value: int) -> str:
    if name == "proto":
        return _PROTOCOLS.get(value, str(value))
    if name == "state" and value in set(State):
        return State(value).name.lower()
    if name == "mac":
        return ":".join(f"{value:012x}"[i : i + 2] for i in range(0, 12, 2))
    if name in ("mark", "connmark"):
        return hex(value)
    return str(value)


def _bits(name: str, mask: int, value: int) -> str:
    if name == "tcp_flags":
        return f"tcp_flags={_flags(value) or 'none'}/{_flags(mask)}"
    return f"{name}&{mask:#x}={value:#x}"


def _flags(bits: int) -> str:
    return ",".join(name for i, name in enumerate(_FLAGS) if bits >> i & 1)


def action_text(action: Action) -> str:
    """Return what a rule does, as people read it: "permit", "deny (tcp-rst)", "call filter/LOG", "src -> 192.0.2.1"."""
    match action:
        case Permit():
            return "permit"
        case Deny(reply):
            return f"deny ({reply})" if reply else "deny"
        case Return():
            return "return"
        case Continue():
            return "continue"
        case Call(name, goto):
            return f"{'goto' if goto else 'call'} {name}"
        case Assign(name, value, mask):
            return f"set {name}={value:#x}/{mask:#x}"
        case Copy(name, source, mask):
            return f"copy {source} to {name}/{mask:#x}"
        case Translate(translation):
            return translation_text(translation) if translation else "translate (not read)"
        case Via(interface, gateway):
            towards = f" {addresses.text(gateway)}" if gateway is not None else ""
            return f"via{' ' + interface if interface else ''}{towards}"
        case Unsure(actions):
            return "perhaps " + " or ".join(action_text(one) for one in actions)
        case _:
            assert_never(action)


def translation_text(translation: Translation) -> str:
    """Return a translation as people read it: "dst -> 10.0.0.5:8080", "src -> address of the out interface"."""
    port = "sport" if translation.side == "src" else "dport"
    parts = []
    if translation.interface:
        parts.append(f"address of the {translation.interface} interface")
    elif translation.addresses is not None:
        parts.append(_values("src", translation.addresses, 4))
        if translation.shift is not None:
            parts.append("one-to-one")
    if translation.ports is not None:
        parts.append(f"{port} {_values(port, translation.ports, 4)}")
    elif translation.port_may_change is not None:
        parts.append(f"{port} may change")
    if translation.full_cone:
        parts.append("full cone")
    return f"{translation.side} -> {', '.join(parts) or 'unchanged'}"
