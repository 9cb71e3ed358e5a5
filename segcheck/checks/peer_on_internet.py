"""A registered peer of the My Number tier is on the internet, or one that may be is not reached through LGWAN."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks import _entries
from segcheck.checks._base import Context
from segcheck.model.check import Check
from segcheck.model.finding import AttributeEvidence, Basis, Finding, Weight
from segcheck.model.register import RegisterEntry
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site import Endpoint, Host
from segcheck.model.site_words import PeerClass, Tier

CHECK = Check(
    id="peer-on-internet",
    weight=Weight.CRITICAL,
    requirements=("SP-6", "SP-7", "MN-03", "MN-04"),
    title=("マイナンバー系の相手先がインターネットに接続", "A peer of the My Number tier is on the internet"),
    message=(
        "台帳 {entry} の相手先 {peers} は {what_ja}。",
        "The peer {peers} of register entry {entry} {what_en}.",
    ),
    why=(
        "相手先がインターネットにつながっていれば、そこを通して住民情報が外へ出る経路、外から入る経路になる。",
        "Through a peer on the internet residents' data leaves, and attackers come in.",
    ),
    fix=(
        "相手先を LGWAN 経由の接続に改めるか、通信をやめる。",
        "Reach the peer through LGWAN, or end the communication.",
    ),
    wrong=(
        "相手先の区分 (peer_class) の書き誤り。",
        "If the peer_class of the host is written wrongly.",
    ),
    reads=(Basis.ATTRIBUTES,),
)
#: Classes that the tier of a peer's zone gives it by itself; of other tiers the host has to be declared.
_BY_TIER = {
    Tier.MYNUMBER: PeerClass.INTERNAL,
    Tier.LGWAN: PeerClass.INTERNAL,
    Tier.SANITISE: PeerClass.INTERNAL,
    Tier.MANAGEMENT: PeerClass.INTERNAL,
    Tier.JUKI: PeerClass.JUKI,
    Tier.GOV_CLOUD: PeerClass.GOV_CLOUD,
    Tier.INTERNET: PeerClass.INTERNET,
    Tier.DMZ: PeerClass.INTERNET,
    Tier.SECURITY_CLOUD: PeerClass.INTERNET,
    Tier.PUBLIC: PeerClass.INTERNET,
}
_ON_INTERNET = frozenset(tier for tier, known in _BY_TIER.items() if known is PeerClass.INTERNET)


def find(context: Context) -> Iterator[Finding]:
    """Yield each entry of the My Number tier whose peer is on the internet, or public and not on LGWAN."""
    for entry, peer in _asked(context):
        exposed = [one for one in _hosts(context, peer) if _exposed(context, one)]
        zones = [zone for tier, zone in _entries.places(context.network, peer) if tier in _ON_INTERNET]
        strays = [one for one in _hosts(context, peer) if _stray(context, one)]
        if exposed or zones:
            names = _entries.listed([one.id for one in exposed] or zones)
            said = "インターネットに接続している", "is connected to the internet"
            yield _finding(context, entry, names, exposed, said, "SP-6")
        elif strays:
            names = _entries.listed(one.id for one in strays)
            said = (
                "公共機関の公開システムだが、LGWAN の先にない",
                "is a public body's open system, but not beyond LGWAN",
            )
            yield _finding(context, entry, names, strays, said, "SP-7")


def covered(context: Context) -> Covered:
    """Return whose class nobody declared, then whose class rests on a word without a document."""
    asked = list(_asked(context))
    if not asked:
        return Covered(
            Coverage.NOTHING_TO_ASK,
            (
                "マイナンバー利用事務系の外と通信する有効な登録がない。",
                "No entry in force leads out of the My Number tier.",
            ),
        )
    unknown, claims = [], []
    for entry, peer in asked:
        known = _hosts(context, peer)
        if not known and any(tier not in _BY_TIER for tier, _ in _entries.places(context.network, peer)):
            unknown.append(entry.id)
        for one in known:
            if _tier(context, one) in _BY_TIER:
                continue
            if one.peer_class is None:
                unknown.append(one.id)
            elif not any(_entries.vouched(context.network, one.id)):
                claims.append(f"{one.id} ({one.peer_class.value})")
    if unknown:
        return _entries.lacking(
            unknown,
            (
                "相手先の区分 (peer_class) が宣言されていない: {names}",
                "The peer_class of these peers is not declared: {names}",
            ),
        )
    return _entries.lacking(
        claims,
        (
            "相手先の区分に根拠となる申告資料 (attestations) がない: {names}",
            "No attestation with a document stands behind the peer_class of: {names}",
        ),
        Coverage.CLAIMED,
    )


def _asked(context: Context) -> Iterator[tuple[RegisterEntry, Endpoint]]:
    """Yield the entries in force with an end in the My Number tier, and the other end where it is not wholly in that tier."""
    for entry in _entries.in_force(context):
        for own, peer in ((entry.source, entry.destination), (entry.destination, entry.source)):
            here = {tier for tier, _ in _entries.places(context.network, own)}
            there = {tier for tier, _ in _entries.places(context.network, peer)}
            if Tier.MYNUMBER in here and there != {Tier.MYNUMBER}:
                yield entry, peer
                break


def _hosts(context: Context, peer: Endpoint) -> tuple[Host, ...]:
    return tuple(one for one in _entries.hosts(context.network, peer) if _tier(context, one) is not Tier.MYNUMBER)


def _tier(context: Context, host: Host) -> Tier:
    if not host.segment:
        return Tier.PUBLIC
    return context.site.zones[context.site.segments[host.segment].zone].tier


def _exposed(context: Context, host: Host) -> bool:
    return host.peer_class is PeerClass.INTERNET or _tier(context, host) in _ON_INTERNET


def _stray(context: Context, host: Host) -> bool:
    return host.peer_class is PeerClass.LGWAN_TRUSTED_PUBLIC and _tier(context, host) is not Tier.LGWAN_WAN


def _finding(
    context: Context, entry: RegisterEntry, names: str, hosts: list[Host], said: tuple[str, str], predicate: str
) -> Finding:
    declared = (one for one in hosts if one.peer_class is not None)
    return _entries.finding(
        CHECK,
        context.network,
        entry,
        predicate,
        "MN-04",
        worst=True,
        params=(("peers", names), ("what_ja", said[0]), ("what_en", said[1])),
        evidence=tuple(
            AttributeEvidence(f"{one.id}.peer_class", one.peer_class.value if one.peer_class else "")
            for one in declared
        ),
        basis=(Basis.ATTRIBUTES,),
        remedy=(
            f"台帳 {entry.id} の通信をやめるか、{names} に LGWAN 経由で接続する。区分の書き誤りであれば直す。",
            f"End the communication of register entry {entry.id}, or reach {names} through LGWAN. Correct the class if it is wrong.",
        ),
    )
