"""The host that opens a registered communication of the My Number tier is not pinned to its MAC address or 802.1X identity."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis import permitting
from segcheck.checks import _entries
from segcheck.checks._base import Context
from segcheck.model.check import Check
from segcheck.model.declared import Attribute
from segcheck.model.finding import AttributeEvidence, Basis, Finding, Weight
from segcheck.model.register import RegisterEntry
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site import Host
from segcheck.model.site_words import SegmentKind
from segcheck.sets.intervals import IntervalSet

CHECK = Check(
    id="source-not-pinned",
    weight=Weight.HIGH,
    requirements=("SP-3", "MN-03"),
    title=("送信元を固定していない登録", "A source that is not pinned"),
    message=(
        "台帳 {entry} の送信元 {hosts} は、MAC アドレスや 802.1X で固定していないと申告されている。",
        "The sources {hosts} of register entry {entry} are declared not to be pinned by MAC address or 802.1X.",
    ),
    why=(
        "特定通信は経路を MAC アドレスと IP アドレスで限る。固定がなければ、別の端末が同じ IP アドレスを名乗って通れる。",
        "The route of an entry is limited by MAC and IP address. Unpinned, another machine takes the IP address and passes.",
    ),
    fix=(
        "静的 ARP、MAC アドレスのフィルター、ポートセキュリティ、802.1X のいずれかで送信元を固定する。",
        "Pin the source by static ARP, a MAC filter, port security or 802.1X.",
    ),
    wrong=("申告のあとで固定したとき。申告を改める。", "If it was pinned since: correct the declaration."),
    reads=(Basis.ATTRIBUTES,),
)
#: The attribute of a host that says by what it is pinned, and the values that say by nothing.
ATTRIBUTE, NOT_PINNED = "source_pinning", (False, "none", "なし")


def find(context: Context) -> Iterator[Finding]:
    """Yield each entry of the My Number tier of which a source is shown, by a document, not to be pinned."""
    for entry, sources in _asked(context):
        loose = [
            (host, own) for host in sources if (own := _pinning(host)) is not None and own.evidence and _denies(own)
        ]
        if loose:
            names = _entries.listed(host.id for host, _ in loose)
            yield _entries.finding(
                CHECK,
                context.network,
                entry,
                "SP-3",
                params=(("hosts", names),),
                evidence=tuple(
                    AttributeEvidence(f"{host.id}.{ATTRIBUTE}", str(own.value), own.evidence) for host, own in loose
                ),
                remedy=(
                    f"{names} を静的 ARP、MAC アドレスのフィルター、ポートセキュリティ、802.1X のいずれかで固定する。",
                    f"Pin {names} by static ARP, a MAC filter, port security or 802.1X.",
                ),
            )


def covered(context: Context) -> Covered:
    """Return what is missing: sources without a declared host, MAC address or statement, then statements without evidence."""
    asked = list(_asked(context))
    if not asked:
        return Covered(
            Coverage.NOTHING_TO_ASK,
            (
                "マイナンバー利用事務系の側から始まる有効な登録がない。",
                "No entry in force is opened from the My Number tier.",
            ),
        )
    nobody = [entry.id for entry, sources in asked if _unnamed(context, entry, sources)]
    mute = [host.id for _, sources in asked for host in sources if not host.macs or _pinning(host) is None]
    if nobody or mute:
        return _entries.lacking(
            [*nobody, *mute],
            (
                f"送信元のホスト、その mac または属性 {ATTRIBUTE} が宣言されていない: {{names}}",
                f"Hosts at the source, their mac or the attribute {ATTRIBUTE} are not declared: {{names}}",
            ),
        )
    claims = [
        f"{host.id} ({own.declared_by or '-'})"
        for _, sources in asked
        for host in sources
        if (own := _pinning(host)) is not None and not own.evidence
    ]
    return _entries.lacking(
        claims,
        (
            "送信元を固定しているという申告に根拠資料がない: {names}",
            "No document shows what is declared of these sources: {names}",
        ),
        Coverage.CLAIMED,
    )


def _asked(context: Context) -> Iterator[tuple[RegisterEntry, tuple[Host, ...]]]:
    """Yield the entries that the city's own hosts of the My Number tier open, with these hosts."""
    network = context.network
    for entry in _entries.in_force(context):
        end = _entries.openers(entry)
        if any(tier in _entries.GRAVE for tier, _ in _entries.places(network, end)):
            own = [one for one in _entries.hosts(network, end) if one.segment and not _outside(context, one)]
            if own or not _entries.hosts(network, end):
                yield entry, tuple(own)


def _outside(context: Context, host: Host) -> bool:
    """Return whether a host stands beyond the city's own switches."""
    return context.site.segments[host.segment].kind is SegmentKind.EXTERNAL


def _unnamed(context: Context, entry: RegisterEntry, sources: tuple[Host, ...]) -> bool:
    """Return whether addresses at the source belong to no declared host."""
    named = IntervalSet.of(*(address for host in sources for address in host.addresses))
    return bool(permitting.addresses_of(context.site, _entries.openers(entry)) - named)


def _pinning(host: Host) -> Attribute | None:
    return next((one for one in host.attributes if one.name == ATTRIBUTE), None)


def _denies(own: Attribute) -> bool:
    return any(own.value is value or own.value == value for value in NOT_PINNED if type(value) is type(own.value))
