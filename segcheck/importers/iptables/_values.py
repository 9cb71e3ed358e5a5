"""Values of options: addresses, ports, protocols, numbers. Every function raises ValueError for what it cannot read."""

from __future__ import annotations

from functools import lru_cache

from segcheck.importers._linux import names as _names
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

PORTS = IntervalSet.of((0, 65535))
CACHED = 16384


def family_addresses(family: int) -> IntervalSet:
    """Return every address of a family."""
    return addresses.V4 if family == 4 else addresses.V6


@lru_cache(maxsize=CACHED)
def networks(text: str, family: int) -> IntervalSet:
    """Return the addresses of `-s`/`-d`: comma-separated addresses with prefix length or mask, contiguous or not."""
    if "," not in text:
        return network(text, family)
    return IntervalSet.of(*(pair for part in text.split(",") for pair in network(part, family).ranges))


def network(text: str, family: int) -> IntervalSet:
    """Return the addresses of one `address[/length|/mask]`."""
    host, slash, mask = text.partition("/")
    if "-" in host or not slash:
        found = addresses.parse(text) if "-" not in text else None
    elif mask.isdecimal():
        found = addresses.parse(text)
    else:
        found = addresses.wildcard(addresses.parse_one(host), _mask(mask))
    if found is None or not found <= family_addresses(family):
        raise ValueError(text)
    return found


def _mask(text: str) -> int:
    value = addresses.parse_one(text)
    return value - (1 << 32) if addresses.family(value) == 6 else value


@lru_cache(maxsize=CACHED)
def span_of_addresses(text: str, family: int) -> IntervalSet:
    """Return the addresses of an iprange `first-last` (or one address)."""
    found = addresses.parse(text)
    if "/" in text or not found <= family_addresses(family):
        raise ValueError(text)
    return found


@lru_cache(maxsize=CACHED)
def ports(text: str, separator: str = ":") -> IntervalSet:
    """Return the ports of `a`, `a:b`, `:b` or `a:`, by number or service name."""
    first, sign, last = text.partition(separator)
    if not sign:
        return IntervalSet.of(port(first))
    return IntervalSet.of((port(first) if first else 0, port(last) if last else 65535))


@lru_cache(maxsize=CACHED)
def port_list(text: str) -> IntervalSet:
    """Return the ports of a multiport list: at most 15 slots, a range taking two."""
    parts = text.split(",")
    if sum(2 if ":" in part else 1 for part in parts) > 15:
        raise ValueError(text)
    found = IntervalSet.empty()
    for part in parts:
        found |= ports(part)
    return found


def port(text: str) -> int:
    """Return a port number."""
    value = _names.SERVICES.get(text.lower())
    return number(text, 65535) if value is None else value


def number(text: str, most: int) -> int:
    """Return a number written as C does: decimal, 0x hexadecimal or 0 octal."""
    digits = text.lower()
    base = 16 if digits.startswith("0x") else 8 if len(digits) > 1 and digits.startswith("0") else 10
    body = digits[2:] if base == 16 else digits
    if not body or not body.isascii() or not body.isalnum():
        raise ValueError(text)
    value = int(body, base)
    if value > most:
        raise ValueError(text)
    return value


def masked_number(text: str, most: int) -> tuple[int, int]:
    """Return (value, mask) of `value[/mask]`."""
    value, slash, mask = text.partition("/")
    return number(value, most), number(mask, most) if slash else most


def number_range(text: str, most: int) -> IntervalSet:
    """Return the numbers of `a`, `a:b`, `:b` or `a:`."""
    first, sign, last = text.partition(":")
    if not sign:
        return IntervalSet.of(number(first, most))
    return IntervalSet.of((number(first, most) if first else 0, number(last, most) if last else most))


@lru_cache(maxsize=1024)
def protocol(text: str) -> int:
    """Return a protocol number; 0 means every protocol to iptables."""
    value = _names.PROTOCOLS.get(text.lower())
    return number(text, 255) if value is None else value


@lru_cache(maxsize=1024)
def icmp(text: str, family: int) -> tuple[int, IntervalSet]:
    """Return (type, codes) of `--icmp-type`; type 255 means any to IPv4's match."""
    every = IntervalSet.of((0, 255))
    if text.lower() == "any":
        return 255, every
    named = (_names.ICMP_TYPES if family == 4 else _names.ICMPV6_TYPES).get(text.lower())
    if named is not None:
        return named[0], every if named[1] is None else IntervalSet.of(named[1])
    kind, slash, code = text.partition("/")
    return number(kind, 255), IntervalSet.of(number(code, 255)) if slash else every


def tcp_flags(text: str) -> int:
    """Return the bits of a comma-separated list of TCP flags."""
    bits = 0
    for name in text.upper().split(","):
        if name not in _names.TCP_FLAGS:
            raise ValueError(text)
        bits |= _names.TCP_FLAGS[name]
    return bits


def mac(text: str) -> int:
    """Return a hardware address."""
    octets = text.split(":")
    if len(octets) != 6 or any(len(octet) != 2 for octet in octets):
        raise ValueError(text)
    return int("".join(octets), 16)


def interfaces(text: str) -> str | None:
    """Return an interface name with `*` for iptables' `+`; None when it is `+` alone, which asks nothing."""
    if text == "+":
        return None
    if not text or text[0] in "-!" or len(text) > 15 or any(c in text for c in "/ \t*"):
        raise ValueError(text)
    return text[:-1] + "*" if text.endswith("+") else text
