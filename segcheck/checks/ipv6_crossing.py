"""IPv6 crosses from or to a zone that is declared to have none (DESIGN §2.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from segcheck.analysis.causes import Kind
from segcheck.checks import _coverage
from segcheck.checks._base import Context, named
from segcheck.checks._grouping import Mistake, findings, mistakes
from segcheck.model.check import Check, Said
from segcheck.model.finding import Finding, Weight
from segcheck.model.requirement import Covered

CHECK = Check(
    id="ipv6-crossing",
    weight=Weight.HIGH,
    requirements=("SP-4", "MN-01", "MN-15", "LG-01", "X-11"),
    title=("IPv6 を使わないはずのゾーンを IPv6 が越えられる", "IPv6 crosses where there should be none"),
    message=(
        "IPv6 がないと宣言したゾーンとの間を IPv6 の通信が越えられる。場所: {places}。規則: {rules}",
        "IPv6 can cross from or to a zone that is declared to have none: {places}. Let through by: {rules}",
    ),
    why=(
        "IPv4 だけを絞っても、機器や端末は IPv6 を既定で使う。誰も見ていない抜け道になる。",
        "Devices and hosts speak IPv6 by default: where only IPv4 is filtered, it is a way that nobody watches.",
    ),
    fix=(
        "機器の IPv6 の規則を既定で拒否にするか、IPv6 の転送を止める。",
        "Deny IPv6 by default in the device's rules, or switch its forwarding off.",
    ),
    wrong=(
        "そのゾーンで IPv6 を使うことにしたとき。セグメントの v6 を宣言し直す。",
        "If the zone is meant to use IPv6: declare v6 of its segments.",
    ),
)


def covered(context: Context) -> Mapping[str, Covered]:
    """Return the pairs of places between which nobody can say whether IPv6 passes, by requirement."""
    return _coverage.undecided_by(context, CHECK, context.judgement.reach.universe.family(6))


def find(context: Context) -> Iterator[Finding]:
    """Yield what surely crosses in IPv6 where a zone is declared without it."""
    own = (cause for cause in context.causes if cause.kind is Kind.IPV6)
    for found in findings(context, CHECK, mistakes(own), _remedy, breaks=("X-11",)):
        mynumber = ("MN-15",) if "MN-01" in found.requirements else ()
        yield replace(found, requirements=(*found.requirements, *mynumber))


def _remedy(context: Context, mistake: Mistake) -> Said:
    if not mistake.rules:
        return ("経路上の機器で IPv6 の転送を止める。", "Switch IPv6 forwarding off on the devices of the way.")
    return (f"{named(mistake.rules, '、')} で IPv6 を拒否する。", f"Deny IPv6 in {named(mistake.rules, ', ')}.")
