"""The register lets hosts of the internet tier use web, mail or names outside past the city's proxy, relay or resolver."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis import permitting
from segcheck.checks import _sanitising as sanitising
from segcheck.checks._base import Context
from segcheck.checks._direct import Direct, direct
from segcheck.checks._services import MAIL, NAMES, WEB, Ports
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.register import Kind, RegisterEntry
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site_words import HostRole, Tier
from segcheck.sets.intervals import IntervalSet

CHECK = Check(
    id="direct-service",
    weight=Weight.HIGH,
    requirements=("IN-03", "IN-04", "IN-05"),
    title=("プロキシ・メール中継・名前解決サーバを通らない登録", "Registered past proxy, mail relay or resolver"),
    message=(
        "台帳 {entry} は、{sources} から外部への {what_ja} の直接の通信 ({service}) を認めている。通している規則: {rules} 件",
        "Register entry {entry} permits direct {what_en} ({service}) from {sources} to the outside. Rules that let it through: {rules}",
    ),
    why=(
        "ウェブ・メール・名前解決は決めたサーバを通して検査する。端末から直接出られると、検査と記録が抜ける。",
        "Web, mail and names go through named servers, where they are inspected and logged; a direct way skips both.",
    ),
    fix=(
        "登録を廃止し、端末はプロキシ・メール中継・内部の名前解決サーバを使う。",
        "Retire the entry, and let hosts use the proxy, the mail relay and the inner resolver.",
    ),
    wrong=(
        "送信元がプロキシなどのサーバで、hosts の role がそうなっていないとき。",
        "If the source is such a server and its role in `hosts` does not say so.",
    ),
    crosses=True,
)
#: Requirement, service, its names, roles whose hosts may open it, roles outside that clients may use directly.
#: A directory server resolves names for its clients; the security cloud's proxy may be used without one of the city.
_SERVICES: tuple[tuple[str, Ports, tuple[str, str], frozenset[HostRole], frozenset[HostRole]], ...] = (
    ("IN-03", WEB, ("ウェブ", "web traffic"), frozenset((HostRole.PROXY,)), frozenset((HostRole.PROXY,))),
    ("IN-04", MAIL, ("メール", "mail"), frozenset((HostRole.MAIL_SERVER, HostRole.SANITISER)), frozenset()),
    (
        "IN-05",
        NAMES,
        ("名前解決", "name resolution"),
        frozenset((HostRole.DNS_SERVER, HostRole.DIRECTORY_SERVER)),
        frozenset(),
    ),
)
_OUTSIDE = (Tier.PUBLIC, Tier.SECURITY_CLOUD)


def covered(context: Context) -> Covered:
    """Return whether the site has an internet tier."""
    places = context.network.places.values()
    if any(place.tier is Tier.INTERNET and context.concerns(place.zone) for place in places):
        return Covered(Coverage.ASKED)
    return Covered(Coverage.NOTHING_TO_ASK, ("インターネット接続系のゾーンがない", "the site has no internet tier"))


def find(context: Context) -> Iterator[Finding]:
    """Yield each entry in force, and each of the three services, that goes out directly."""
    breakout = IntervalSet.empty()
    for end in context.site.policy.options.in_lbo_destinations:
        breakout = breakout | permitting.addresses_of(context.site, end)
    for requirement, ports, words, openers, peers in _SERVICES:
        own, beyond = _roles(context, openers), _roles(context, peers)
        if requirement == "IN-03":
            beyond = beyond | breakout
        for one in direct(context, ports, _outward, _counts, but=(own, beyond)):
            yield _finding(context, one, requirement, words)


def _outward(src: Tier, dst: Tier) -> bool:
    return src is Tier.INTERNET and dst in _OUTSIDE


def _counts(entry: RegisterEntry) -> bool:
    return entry.kind not in (Kind.LBO, Kind.SANITISE, Kind.LOG_EXPORT)


def _roles(context: Context, roles: frozenset[HostRole]) -> IntervalSet:
    """Return the addresses of hosts with some roles, wherever they stand."""
    return IntervalSet.of(*(a for one in context.site.hosts.values() if one.role in roles for a in one.addresses))


def _finding(context: Context, one: Direct, requirement: str, words: tuple[str, str]) -> Finding:
    entry, rules = one.entry, one.rules(context)
    zones = tuple(dict.fromkeys((context.zone_of(src), context.zone_of(dst)) for src, dst in one.pairs))
    return Finding(
        check=CHECK.id,
        weight=CHECK.weight if one.packets is not None else Weight.MEDIUM,
        standing=Standing.VIOLATED,
        basis=(Basis.RULES,),
        subject=entry.id,
        key=f"{entry.id}:{requirement}",
        src_zone=zones[0][0],
        dst_zone=zones[0][1],
        zones=zones,
        params=(
            ("entry", entry.id),
            ("service", ", ".join(service.text for service in entry.services)),
            ("sources", ", ".join(dict.fromkeys(src for src, _ in one.pairs))),
            ("what_ja", words[0]),
            ("what_en", words[1]),
            ("rules", str(len(rules))),
        ),
        packets=one.packets.boxes(8) if one.packets is not None else None,
        evidence=(sanitising.registered(entry), *rules),
        remedy=(
            f"台帳 {entry.id} を廃止し、{words[0]}は決めたサーバを通す。",
            f"Retire register entry {entry.id}, and send {words[1]} through the server for it.",
        ),
        requirements=(requirement,),
    )
