"""`ip route show`, `ip -6 route show` (`ip rule show` may stand beside them) and `ip addr` of Linux.

Source: iproute2, ip-route(8), ip-rule(8), ip-address(8), ip/iproute.c print_route, ip/ipaddress.c print_addrinfo. Only the
main table is read: that is what `ip route show` prints when nobody names another. Neither listing shows its end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from segcheck.importers._tables._nouns import Listing, Reader
from segcheck.model.device import Interface, InterfaceAddress, Route, RouteKind
from segcheck.model.reading import Complete
from segcheck.model.source import SourceText
from segcheck.sets import addresses as line
from segcheck.sets.intervals import IntervalSet

ROUTES, ADDRESSES = "ip-route", "ip-addr"
_DISCARDING = ("blackhole", "unreachable", "prohibit")
#: Options with one value that do not say where a packet goes.
_ASIDE = frozenset(
    (
        *("scope", "src", "mtu", "advmss", "pref", "expires", "error", "hoplimit", "initcwnd", "initrwnd"),
        *("window", "rtt", "rttvar", "weight", "nhid", "realm", "realms"),
    )
)
_FLAGS = frozenset(("onlink", "pervasive", "offload", "rt_offload", "trap", "notify", "cache"))
#: A route over a link without carrier may be out of use (sysctl ignore_routes_with_linkdown).
_DOWN = frozenset(["linkdown", "dead"])
#: Who set a route; everything else is a protocol that may take it away again (/etc/iproute2/rt_protos).
_SETTLED = frozenset(["kernel", "boot", "static"])
_LINK_LOCAL = line.parse("fe80::/10")
_LOOPBACK = line.parse("127.0.0.0/8") | line.parse("::1")
#: What `ip rule show` prints where nobody has set rules; any other rule is not modelled.
_USUAL_RULE = re.compile(r"^(?:0|32766|32767):\s+from all lookup (?:local|main|default)\s*$")
_EVIDENCE = "the listing does not show its end"


class _StrangeError(ValueError):
    """A line says something that is not modelled."""


@dataclass(slots=True)
class _Draft:
    """A route under way: its next hops may stand on lines of their own."""

    to: IntervalSet | None
    number: int
    kind: RouteKind = RouteKind.UNICAST
    metric: int = 0
    protocol: str = "boot"
    sure: bool = True
    hops: list[tuple[str | None, int | None, bool]] = field(default_factory=list)


def routes(source: SourceText) -> Listing:
    """Return the main routing table."""
    reader = Reader.of(source, ROUTES)
    drafts: list[_Draft] = []
    for number, text in enumerate(source.lines(), 1):
        words = text.split()
        if not words or words[0] in ("#", "$"):
            reader.irrelevant(number)
            continue
        if _USUAL_RULE.match(text):
            reader.understood(number)
            continue
        try:
            if words[0] == "nexthop" and text[0].isspace() and drafts and drafts[-1].to is not None:
                drafts[-1].hops.append(_hop(words[1:], drafts[-1]))
            else:
                drafts.append(_draft(words, number, source.text, indented=text[0].isspace()))
            reader.understood(number)
        except (_StrangeError, ValueError):
            reader.strange(number, text)
            drafts.append(_Draft(None, number))  # what follows it belongs to nobody
    found: list[Route] = []
    dynamic: list[Route] = []
    for draft in drafts:
        made = list(_made(draft, reader))
        found += made
        dynamic += made if draft.protocol not in _SETTLED else []
    return Listing(
        input=reader.input(Complete.UNKNOWN, _EVIDENCE),
        routes=tuple(found),
        dynamic=frozenset(dynamic),
        families=frozenset(line.family(route.to.ranges[0][0]) for route in found) or frozenset((4,)),
        unread=reader.unread or source.lossy,
        diagnostics=tuple(reader.diagnostics),
    )


def _draft(words: Sequence[str], number: int, text: str, *, indented: bool) -> _Draft:
    if indented:
        raise _StrangeError
    kind = RouteKind.UNICAST
    if words[0] in _DISCARDING:
        kind, words = RouteKind.DISCARD, words[1:]
    if words[0] == "default":
        via = words[words.index("via") + 1] if "via" in words[:-1] else ""
        six = ":" in via if via else _only_six(text)
        to = line.parse("::/0" if six else "0.0.0.0/0")
    else:
        to = line.parse(words[0])
        if "-" in words[0]:
            raise _StrangeError
    draft = _Draft(to, number, kind)
    hop = _hop(words[1:], draft)
    if hop[:2] != (None, None):
        draft.hops.append(hop)
    return draft


def _only_six(text: str) -> bool:
    """Return whether a listing is of IPv6, for a default route that names no address.

    Raises:
        ValueError: it shows both families.
    """
    six = bool(re.search(r"^(?:\w+ )?[0-9a-f]*:[0-9a-f:]*[ /]", text, re.MULTILINE))
    four = bool(re.search(r"^(?:\w+ )?\d+\.\d+\.\d+\.\d+", text, re.MULTILINE))
    if six and four:
        raise _StrangeError
    return six


def _hop(words: Sequence[str], draft: _Draft) -> tuple[str | None, int | None, bool]:
    """Return interface, gateway and whether the link is up, and note in the draft what the words say of the whole route."""
    interface: str | None = None
    gateway: int | None = None
    up = True
    left = list(words)
    while left:
        word = left.pop(0)
        if word in _FLAGS:
            continue
        if word in _DOWN:
            up = False
            continue
        if not left:
            raise _StrangeError
        value = left.pop(0)
        match word:
            case "via":
                gateway = line.parse_one(value)
                if gateway in _LINK_LOCAL:  # whose address that is nobody declares
                    raise _StrangeError
            case "dev":
                interface = value
            case "metric":
                draft.metric = int(value)
            case "proto":
                draft.protocol = value
            case "table" if value == "main":
                pass
            case _ if word not in _ASIDE:
                raise _StrangeError
    return interface, gateway, up


def _made(draft: _Draft, reader: Reader) -> list[Route]:
    if draft.to is None or draft.to <= _LINK_LOCAL:
        return []
    whole = Route(
        to=draft.to, kind=draft.kind, distance=0, metric=draft.metric, sure=draft.sure, span=reader.span(draft.number)
    )
    if draft.kind is RouteKind.DISCARD:
        return [whole]
    if not draft.hops:
        reader.strange(draft.number, "a route without a next hop")
    return [replace(whole, interface=name, gateway=gateway, sure=up) for name, gateway, up in draft.hops]


_HEAD = re.compile(r"^\d+: ([^\s:@]+)(?:@(\S+))?: <([A-Z0-9_,-]*)>((?: \S+)*)$")


def addresses(source: SourceText) -> Listing:
    """Return the interfaces with their addresses."""
    reader = Reader.of(source, ADDRESSES)
    found: list[Interface] = []
    for number, text in enumerate(source.lines(), 1):
        words = text.split()
        head = _HEAD.match(text)
        if not words:
            reader.irrelevant(number)
        elif head is not None:
            name, parent, flags, rest = head.groups()
            kind = "loopback" if "LOOPBACK" in flags.split(",") else "vrf port" if "master" in rest.split() else ""
            up = "UP" in flags.split(",")
            found.append(Interface(name=name, parent=parent or "", kind=kind, enabled=up, span=reader.span(number)))
            reader.understood(number)
        elif not found or not text[0].isspace():
            reader.strange(number, text)
        elif words[0] in ("inet", "inet6"):
            try:
                found[-1] = _with_address(found[-1], words)
                reader.understood(number)
            except (_StrangeError, ValueError):
                reader.strange(number, text)
        elif words[0].startswith("link/") or words[0] in ("valid_lft", "altname"):
            reader.irrelevant(number)
        else:
            reader.strange(number, text)
    return Listing(
        input=reader.input(Complete.UNKNOWN, _EVIDENCE),
        interfaces=tuple(replace(one, kind="" if one.kind == "vrf port" else one.kind) for one in found),
        families=frozenset(line.family(a.address) for one in found for a in one.addresses),
        unread=reader.unread or source.lossy,
        diagnostics=tuple(reader.diagnostics),
    )


def _with_address(interface: Interface, words: Sequence[str]) -> Interface:
    """Return an interface with one more address.

    Raises:
        ValueError: it cannot be told which network is connected: a peer, or a port of a bridge or VRF.
    """
    bare, _, length = words[1].partition("/")
    if "peer" in words or interface.kind == "vrf port":
        raise _StrangeError
    value = line.parse_one(bare)
    if value in _LINK_LOCAL or value in _LOOPBACK:
        return interface
    width = 32 if line.family(value) == 4 else 128
    own = InterfaceAddress(value, int(length) if length else width)
    line.prefix(own.address, own.length)
    dynamic = interface.dynamic or "dynamic" in words
    return replace(interface, addresses=(*interface.addresses, own), dynamic=dynamic)
