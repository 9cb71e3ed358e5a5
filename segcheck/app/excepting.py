"""Approved exceptions (例外措置) applied to findings, and what has to be told of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from segcheck.analysis import permitting
from segcheck.model.diagnostic import Code, Diagnostic, Severity
from segcheck.model.finding import Finding
from segcheck.model.register import Waiver
from segcheck.model.site import Service, Site
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.listing import Box

_ICMP = (1, 58)
#: Port 0 is nobody's: what is excepted from port 1 on is excepted.
_PORT_0 = IntervalSet.of(0)
_PORTS = IntervalSet.of((0, 65535))


def waived(site: Site, day: date, found: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings, those marked that an approved exception covers on that day (its last day counts)."""
    for finding in found:
        cover = next((w for w in site.waivers if w.approved <= day <= w.expires and _covers(site, w, finding)), None)
        yield finding if cover is None else replace(finding, waived=cover.id, waived_until=cover.expires)


def told(site: Site, day: date, findings: Sequence[Finding], asked: Collection[str]) -> Iterator[Diagnostic]:
    """Yield the exceptions that are over, that findings have outgrown, and that except nothing the checks asked have found."""
    used = {one.waived for one in findings}
    known = {one.fingerprint for one in findings if not one.waived}
    for waiver in site.waivers:
        if waiver.check not in asked:
            continue
        params: tuple[tuple[str, str], ...] = (("id", waiver.id), ("check", waiver.check))
        if waiver.expires < day:
            code, params = Code.WAIVER_EXPIRED, (("id", waiver.id), ("expires", waiver.expires.isoformat()))
        elif waiver.approved > day or waiver.id in used:
            continue
        elif waiver.fingerprint in known:
            code, params = Code.WAIVER_OUTGROWN, (*params, ("fingerprint", waiver.fingerprint))
        else:
            code = Code.WAIVER_UNUSED
        yield Diagnostic(code, Severity.NOTE, waiver.span, scope=f"waiver {waiver.id}", params=params)


def _covers(site: Site, waiver: Waiver, finding: Finding) -> bool:
    """Return whether an exception is for this finding.

    With a fingerprint it is for that finding alone, and only as long as all its packets lie within what was excepted: a rule
    that was widened since was not approved. Findings that are about no packets are named by their fingerprint.
    """
    if waiver.check != finding.check or waiver.fingerprint not in ("", finding.fingerprint):
        return False
    if finding.packets is None or not finding.packets.boxes:
        return bool(waiver.fingerprint)
    if finding.packets.truncated:
        return False
    # By packets alone nobody can tell hosts of several routing domains apart; a fingerprint names the zones too.
    ends = permitting.addresses_of if waiver.fingerprint else permitting.unmistakable
    source, destination = ends(site, waiver.source), ends(site, waiver.destination)
    return all(
        box.src <= source and box.dst <= destination and _within(box, waiver.services) for box in finding.packets.boxes
    )


def _within(box: Box, services: Sequence[Service]) -> bool:
    """Return whether all packets of a box belong to some of the services."""
    return box.proto is not None and all(
        _ports(box, protocol, [one for one in services if one.protocol == protocol])
        for low, high in box.proto.ranges
        for protocol in range(low, high + 1)
    )


def _ports(box: Box, protocol: int, services: Sequence[Service]) -> bool:
    """Return whether the packets of a protocol belong to services of it."""
    icmp = protocol in _ICMP
    mine = [
        one
        for one in services
        if one.code is None or (box.icmp_code is not None and box.icmp_code <= IntervalSet.of(one.code))
    ]
    if any(one.ports is None for one in mine):
        return True
    asked = box.icmp_type if icmp else (box.dport or _PORTS) - _PORT_0
    covered = IntervalSet.empty()
    for one in mine:
        covered = covered | (one.ports or covered)
    return bool(mine) and asked is not None and asked <= covered
