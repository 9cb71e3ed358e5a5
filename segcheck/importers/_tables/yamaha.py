"""`show ip route` of Yamaha routers.

Source: Yamaha Router Command Reference, "show ip route" (destination, gateway, interface, kind, additional
information: `k(N)` of a keepalive, `w(N)` a weight); a real listing of ntc-templates, tests/yamaha/show_ip_route.
`implicit` is a network of an interface, its gateway the router's own address. `show ipv6 route` is laid out
differently and is not read.
"""

from __future__ import annotations

import re

from segcheck.importers._tables._nouns import Listing, Reader
from segcheck.model.device import Route, RouteKind
from segcheck.model.reading import Complete
from segcheck.model.source import SourceText
from segcheck.sets import addresses as line
from segcheck.sets.addresses import V4

FORMAT = "yamaha-routes"
_HEADING = re.compile(r"^Destination\s+Gateway\s+Interface\s+Kind\b.*$", re.MULTILINE)
_PROMPT = re.compile(r"^[\w.\[\]-]*[#>] ?(?:show ip route)?$")
_ROUTE = re.compile(
    r"^(?P<to>default|[\d.]+/\d+)\s+(?P<gateway>-|[\d.]+)\s+(?P<interface>[A-Z]+\S*)\s+(?P<kind>[A-Za-z]+)\s*(?P<more>.*)$"
)
_MORE = re.compile(r"(?:k\(\d+\)|w\(\d+\)|cost=\d+|metric=\d+)?")
_SETTLED = ("static", "implicit")
_LEARNT = ("temporary", "OSPF", "RIP", "BGP", "DHCP")
_SELECTED = re.compile(r"(PP|TUNNEL)\[0*(\d+)\]")


def is_table(text: str) -> bool:
    """Return whether a text is the routing table of a Yamaha router."""
    return bool(_HEADING.search(text))


def routes(source: SourceText) -> Listing:
    """Return the IPv4 routing table."""
    reader = Reader.of(source, FORMAT)
    found: list[Route] = []
    dynamic: list[Route] = []
    begun = prompted = False
    for number, text in enumerate(source.lines(), 1):
        text = text.rstrip()
        prompted = prompted if not text else begun and bool(_PROMPT.match(text))
        route = _ROUTE.match(text)
        if _HEADING.match(text):
            begun = True
            reader.understood(number)
        elif not text or _PROMPT.match(text):
            reader.irrelevant(number)
        elif route is None or not begun:
            reader.strange(number, text)
        else:
            try:
                made = _made(route, reader, number)
            except ValueError:
                reader.strange(number, text)
                continue
            reader.understood(number)
            found.append(made)
            if route["kind"] not in _SETTLED or route["more"]:
                dynamic.append(made)
    complete, evidence = Complete.UNKNOWN, "no prompt follows the listing"
    if prompted:
        complete, evidence = Complete.YES, "a prompt follows the listing"
    return Listing(
        input=reader.input(complete, evidence),
        routes=tuple(found),
        dynamic=frozenset(dynamic),
        families=frozenset((4,)) if begun else frozenset(),
        unread=reader.unread or source.lossy,
        diagnostics=tuple(reader.diagnostics),
    )


def _made(route: re.Match[str], reader: Reader, number: int) -> Route:
    """Return the route of a line.

    Raises:
        ValueError: the line is not understood.
    """
    more, kind = route["more"].strip(), route["kind"]
    if not _MORE.fullmatch(more) or kind not in (*_SETTLED, *_LEARNT):
        raise ValueError(more)
    discards = route["interface"] == "NULL"
    direct = route["gateway"] == "-" or kind == "implicit"
    return Route(
        to=V4 if route["to"] == "default" else line.parse(route["to"]),
        interface=None if discards else _name(route["interface"]),
        gateway=None if direct else line.parse_one(route["gateway"]),
        kind=RouteKind.DISCARD if discards else RouteKind.UNICAST,
        distance=0 if kind == "implicit" else 1,
        sure=more != "w(0)",  # whether a gateway of weight 0 is used depends on the others
        span=reader.span(number),
    )


def _name(shown: str) -> str:
    """Return an interface as commands name it: `PP[01]` is pp1, `LAN2` lan2."""
    selected = _SELECTED.fullmatch(shown)
    return f"{selected[1].lower()}{selected[2]}" if selected else shown.lower()
