"""`get router info routing-table all` and `get router info6 routing-table` of FortiOS.

Source: FortiOS Administration Guide, "Routing concepts", "Routing table" (`[distance/metric]`, `[priority/weight]` at the end
of a line; lowest distance, then lowest priority). The prompt behind the listing shows that it is whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from segcheck.importers._tables._nouns import Listing, Reader
from segcheck.model.device import Route, RouteKind
from segcheck.model.reading import Complete
from segcheck.model.source import SourceText
from segcheck.sets import addresses as line

FORMAT = "fortios-routes"
_MARK = re.compile(r"^(?:Codes: K - kernel|Routing table for VRF=\d|IPv6 Routing Table)", re.MULTILINE)
_LEGEND = re.compile(r"^(?:Codes: )?\s*(?:\S+ - [^,]+, )*\S+ - [^,]+,?\s*$")
_PROMPT = re.compile(r"^\S+ (?:\(\S+\) )?[#$] ?(?:get router info6? routing-table(?: all)?)?$")
_VRF = re.compile(r"^Routing table for VRF=(\d+)$")
_ROUTE = re.compile(r"^([A-Za-z][A-Za-z0-9]?(?: [A-Za-z0-9]{1,2})?\*?)\s+([0-9a-fA-F.:]+/\d+)\s+(\S.*)$")
_AGE = r"(?:, (?:\d\d:\d\d:\d\d|(?:\d+[wdhm])+))?"
_RANK = r"(?:, \[(?P<priority>\d+)/\d+\])?"
_INTERFACE = r"(?P<interface>[^\s,]+)"
_FORMS = tuple(
    re.compile(rf"^(?:\[(?P<distance>\d+)/\d+\] )?{form}{_AGE}{_RANK}$")
    for form in (
        rf"is directly connected, {_INTERFACE}",
        rf"via (?P<gateway>[0-9a-fA-F.:]+), {_INTERFACE}",
        rf"via (?P<gateway>[0-9a-fA-F.:]+) \(recursive is directly connected, {_INTERFACE}\)",
        rf"via [0-9a-fA-F.:]+ \(recursive via (?P<gateway>[0-9a-fA-F.:]+), {_INTERFACE}\)",
        rf"via {_INTERFACE} tunnel [0-9a-fA-F.:]+",
        r"is a summary, (?P<null>Null)",
    )
)
#: Kernel, connected, static: all others are brought by a routing protocol.
_SETTLED = ("K", "C", "S")
_LINK_LOCAL = line.parse("fe80::/10")


def is_table(text: str) -> bool:
    """Return whether a text is a FortiOS routing table."""
    return bool(_MARK.search(text))


def routes(source: SourceText) -> Listing:
    """Return the routing table of VRF 0; any other VRF is not read."""
    reader = Reader.of(source, FORMAT)
    found: list[Route] = []
    dynamic: list[Route] = []
    last: tuple[str, str] | None = None
    vrf, prompted = "0", False
    families: set[int] = set()
    for number, text in enumerate(source.lines(), 1):
        text = text.rstrip()
        prompted = prompted if not text else bool(_PROMPT.match(text)) and number > 1
        started = _ROUTE.match(text)
        heading = _VRF.match(text)
        if not text or _PROMPT.match(text) or (not families and _LEGEND.match(text)):
            reader.irrelevant(number)
        elif heading:
            vrf, last = heading[1], None
            families.add(4)
            reader.understood(number)
        elif text == "IPv6 Routing Table":
            families.add(6)
            reader.understood(number)
        elif vrf != "0" or (started is None and (last is None or not text[0].isspace())):
            reader.strange(number, text)
        else:
            last = (started[1], started[2]) if started else last
            assert last is not None
            try:
                made = list(_made(last, started[3] if started else text.strip(), reader, number))
                found += made
                dynamic += made if last[0].rstrip("*") not in _SETTLED else []
                reader.understood(number)
            except ValueError:
                reader.strange(number, text)
    complete, evidence = Complete.UNKNOWN, "no prompt follows the listing"
    if prompted:
        complete, evidence = Complete.YES, "a prompt follows the listing"
    return Listing(
        input=reader.input(complete, evidence),
        routes=tuple(found),
        dynamic=frozenset(dynamic),
        families=frozenset(families),
        unread=reader.unread or source.lossy,
        diagnostics=tuple(reader.diagnostics),
    )


def _made(start: tuple[str, str], text: str, reader: Reader, number: int) -> Iterator[Route]:
    """Yield the route of a line, none where it is for link-local addresses.

    Raises:
        ValueError: the line is not understood.
    """
    code, prefix = start
    form = next((match for one in _FORMS if (match := one.match(text))), None)
    if form is None:
        raise ValueError(text)
    parts = form.groupdict()
    to = line.parse(prefix)
    if to <= _LINK_LOCAL:
        return
    gateway = None
    if parts.get("gateway") and parts["gateway"] != "::":
        gateway = line.parse_one(parts["gateway"])
        if gateway in _LINK_LOCAL or line.family(gateway) != line.family(to.ranges[0][0]):
            raise ValueError(text)
    yield Route(
        to=to,
        interface=parts.get("interface"),
        gateway=gateway,
        kind=RouteKind.DISCARD if parts.get("null") else RouteKind.UNICAST,
        distance=0 if code == "C" else int(parts["distance"] or 10),
        metric=int(parts["priority"] or 0),
        span=reader.span(number),
    )
