"""What rules of security groups and entries of network ACLs ask of a packet.

Source: EC2 API Reference, IpPermission and NetworkAclEntry; VPC User Guide, "Security group rules" and "Network ACL rules".
Ports are destination ports. For ICMP the two numbers are type and code, -1 is any. A referenced security group stands for the
private addresses of its members; through peering or a transit gateway it may or may not be honoured.
"""

from __future__ import annotations

from segcheck.importers._unsure import unknown
from segcheck.importers.aws._estate import Entry, Estate, Permission
from segcheck.importers.aws._members import Members
from segcheck.model.diagnostic import Code
from segcheck.model.match import ANYTHING, Expr, Field, conjunction, disjunction
from segcheck.sets.addresses import ALL, describe, parse
from segcheck.sets.intervals import IntervalSet

_NAMES = {"icmp": 1, "tcp": 6, "udp": 17, "icmpv6": 58}
_PORTED = (6, 17)
_ICMP = (1, 58)
#: Never in a list of AWS's own public services.
PRIVATE = parse("10.0.0.0/8") | parse("172.16.0.0/12") | parse("192.168.0.0/16") | parse("fc00::/7")


def traffic(protocol: str, low: int | None, high: int | None) -> Expr:
    """Return the packets of a protocol with destination ports `low` to `high`, or of ICMP type `low` and code `high`."""
    if protocol == "-1":
        return ANYTHING
    number = _NAMES.get(protocol)
    if number is None and protocol.isascii() and protocol.isdecimal() and len(protocol) < 4 and int(protocol) < 256:
        number = int(protocol)
    if number is None:
        return unknown(f"protocol {protocol[:20]}", Code.VALUE_NOT_UNDERSTOOD)
    proto = Field("proto", IntervalSet.of(number))
    if number in _PORTED:
        if low is None or high is None or not 0 <= low <= high <= 65535:
            return conjunction(proto, unknown("ports", Code.VALUE_NOT_UNDERSTOOD))
        return proto if (low, high) == (0, 65535) else conjunction(proto, Field("dport", IntervalSet.of((low, high))))
    if number in _ICMP:
        return _icmp(proto, low, high, number)
    return proto


def _icmp(proto: Expr, kind: int | None, code: int | None, number: int) -> Expr:
    if kind is None and number == 58:
        return proto  # "if you omit the port range, traffic for all types and codes is allowed"
    if kind is None or not -1 <= kind <= 255 or not -1 <= (code if code is not None else -1) <= 255:
        return conjunction(proto, unknown("ICMP type", Code.VALUE_NOT_UNDERSTOOD))
    terms = [proto]
    if kind >= 0:
        terms.append(Field("icmp_type", IntervalSet.of(kind)))
        if code is not None and code >= 0:
            terms.append(Field("icmp_code", IntervalSet.of(code)))
    return conjunction(*terms)


def entry(one: Entry) -> Expr:
    """Return the packets of an entry of a network ACL."""
    low, high = one.ports or (None, None)
    if one.protocol in ("1", "58") and one.icmp is not None:
        low, high = one.icmp
    return conjunction(Field("dst" if one.egress else "src", one.network), traffic(one.protocol, low, high))


def listed(estate: Estate, identity: str) -> Expr | IntervalSet:
    """Return the addresses of a prefix list, or the condition to be in it where its entries were not supplied."""
    content = estate.prefix_lists.get(identity)
    if content is not None:
        return content
    return unknown(f"entries of {identity}", Code.DEPENDS_ON_OUTSIDE)


def in_list(estate: Estate, identity: str, side: str) -> Expr:
    """Return the packets whose address of a side is in a prefix list."""
    found = listed(estate, identity)
    if isinstance(found, IntervalSet):
        return Field(side, found)
    return conjunction(Field(side, ALL - PRIVATE), found) if identity in estate.services else found


def permission(one: Permission, vpc: str, estate: Estate, members: Members) -> Expr:
    """Return the packets of one rule of a security group of a VPC."""
    side = "dst" if one.egress else "src"
    what = traffic(one.protocol, one.low, one.high)
    if one.kind == "cidr":
        return conjunction(Field(side, parse(one.value)), what)
    if one.kind == "prefix-list":
        return conjunction(in_list(estate, one.value, side), what)
    here, elsewhere, known = members.in_group(one.value, vpc)
    outside = unknown(f"members of {one.value}", Code.DEPENDS_ON_OUTSIDE)
    terms: list[Expr] = [Field(side, here)] if here else []
    if not known:
        terms.append(outside)
    elif elsewhere:
        terms.append(conjunction(Field(side, elsewhere), outside))
    return conjunction(disjunction(*terms), what)


def tell(one: Permission) -> str:
    """Return a rule of a security group for people."""
    ports = (
        ""
        if one.protocol == "-1" or one.low is None
        else f" {one.low}" + (f"-{one.high}" if one.high != one.low else "")
    )
    return f"allow {one.protocol}{ports} {'to' if one.egress else 'from'} {one.value}"


def tell_entry(one: Entry) -> str:
    """Return an entry of a network ACL for people."""
    low, high = one.ports or one.icmp or (None, None)
    ports = "" if low is None else f" {low}" + (f"-{high}" if high != low else "")
    return f"{one.action} {one.protocol}{ports} {'to' if one.egress else 'from'} {', '.join(describe(one.network))}"
