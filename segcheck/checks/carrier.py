"""Tunnels may cross: what they carry inside is not seen by any rule (DESIGN §2.13)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from segcheck.analysis.causes import Cause, Kind
from segcheck.checks import _coverage
from segcheck.checks._base import Context
from segcheck.checks._grouping import findings, mistakes, removal
from segcheck.model.check import Check
from segcheck.model.finding import Finding, Weight
from segcheck.model.requirement import Covered
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet, Universe

CHECK = Check(
    id="carrier",
    weight=Weight.HIGH,
    requirements=(
        "SP-4",
        "X-11",
    ),
    title=("トンネルがゾーンを越えられる", "Tunnels can cross"),
    message=(
        "トンネルの通信がゾーンを越えられる。区間対 {count}: {places}。通している規則: {rules}",
        "Tunnelled traffic can cross between zones. Pairs of places: {count} ({places}). Let through by: {rules}",
    ),
    why=(
        "トンネルの中の通信はファイアウォールの規則では止められない。IPv6 の抜け道にもなる。",
        "No rule sees what a tunnel carries; it is also a way for IPv6 that nobody filters.",
    ),
    fix=(
        "規則を削除する。必要なトンネルは両端をトポロジーに書いて判定する。",
        "Delete the rule; declare needed tunnels with both ends.",
    ),
    crosses=True,
    wrong=(
        "両端を管理し、中の通信も別に判定しているとき。",
        "If both ends are yours and the inside is judged as well.",
    ),
)
#: IP in IP, IPv6 in IPv4, GRE, ESP, AH (IANA protocol numbers).
PROTOCOLS = IntervalSet.of(4, 41, 47, 50, 51)
#: IKE, NAT-T, Teredo, OpenVPN, L2TP, WireGuard; SSH, SOCKS, OpenVPN, PPTP, HTTP proxies with CONNECT (IANA service names).
PORTS: Mapping[int, IntervalSet] = {
    17: IntervalSet.of(500, 1194, 1701, 3544, 4500, 51820),
    6: IntervalSet.of(22, 1080, 1194, 1723, 3128, 8080),
}


def carriers(universe: Universe) -> PacketSet:
    """Return the packets of tunnels."""
    found = universe.field("proto", PROTOCOLS)
    for protocol, ports in PORTS.items():
        found = found | (universe.field("proto", IntervalSet.of(protocol)) & universe.field("dport", ports))
    return found


def cuts() -> Iterator[tuple[str, IntervalSet]]:
    """Yield the values by header field that a universe must tell apart."""
    yield "proto", PROTOCOLS
    for protocol, ports in PORTS.items():
        yield "proto", IntervalSet.of(protocol)
        yield "dport", ports


def tunnels(context: Context) -> Mapping[bool, Sequence[Cause]]:
    """Return the plain causes of forbidden crossings: those that let tunnels and nothing else through (True), and the rest."""
    own = carriers(context.judgement.reach.universe)
    found: dict[bool, list[Cause]] = {True: [], False: []}
    for cause in context.causes:
        if cause.kind is Kind.PLAIN:
            found[cause.packets <= own].append(cause)
    return found


def covered(context: Context) -> Mapping[str, Covered]:
    """Return the pairs of places between which nobody can say whether tunnels pass, by requirement."""
    return _coverage.undecided_by(context, CHECK, carriers(context.judgement.reach.universe))


def find(context: Context) -> Iterator[Finding]:
    """Yield the rules that let tunnels and nothing else across."""
    yield from findings(context, CHECK, mistakes(tunnels(context)[True]), removal, breaks=CHECK.requirements)
