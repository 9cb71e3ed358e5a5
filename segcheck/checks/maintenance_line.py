"""Lines for remote maintenance that are open without need, or reach other hosts than declared (リモート保守)."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._declared import Subject, among, by_name, coverage, factors, finding, given, judged, nothing
from segcheck.model.check import Check
from segcheck.model.declared import Attribute
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.register import RegisterEntry
from segcheck.model.requirement import Covered
from segcheck.model.site import Endpoint, Link
from segcheck.model.site_words import EndpointKind, LinkKind, Tier

CHECK = Check(
    id="maintenance-line",
    weight=Weight.HIGH,
    requirements=("X-03",),
    title=("保守回線の管理", "A line for maintenance is not controlled"),
    message=(
        "保守回線 {subject} の申告が条件を満たさないか、台帳と食い違う。{facts}",
        "What is declared of maintenance line {subject} falls short, or contradicts the register. {facts}",
    ),
    why=(
        "いつでも使える保守回線は、委託事業者の側から入られたときの入口になる。",
        "A line that is always open is the way in for whoever gets into the contractor.",
    ),
    fix=(
        "普段は切断し、対象ホストと時間を限り、多要素認証と作業の記録を求める。",
        "Keep it disconnected, limit hosts and hours, ask for two factors, and record the work.",
    ),
    wrong=("申告が古いとき。", "If the declaration is out of date."),
    reads=(Basis.ATTRIBUTES,),
)
ASKED = (
    given("vendor"),
    given("enabled_window"),
    factors(),
    among("disconnect_default", True),
    among("monitored", True),
    given("target_hosts"),
    among("session_approval", True, needed=False),
)


def find(context: Context) -> Iterator[Finding]:
    """Yield lines of which too little is declared, and those whose declared targets the register goes beyond."""
    lines = tuple(_lines(context))
    subjects = [_subject(context, one) for one in lines]
    yield from judged(context, CHECK, subjects, ASKED)
    declared = [(one, one.attributes["target_hosts"]) for one in subjects if "target_hosts" in one.attributes]
    if not declared or len(declared) < len(subjects):
        return  # a line of which nobody says where it leads may be the one
    named = {name for _, target in declared if isinstance(target.value, tuple) for name in target.value}
    for entry in context.site.policy.register:
        if entry.permits_on(context.day) and _beyond(context, entry, named):
            yield _contradicts(entry, declared[0])


def covered(context: Context) -> Covered:
    """Return whether every line declares contractor, window, authentication, default, record and targets."""
    lines = tuple(_lines(context))
    if not lines:
        return nothing("保守回線がない", "there is no line for maintenance")
    return coverage(context, [_subject(context, one) for one in lines], ASKED)


def _contradicts(entry: RegisterEntry, declared: tuple[Subject, Attribute]) -> Finding:
    subject, target = declared
    line = ConfigEvidence(entry.span, f"{entry.id}: {entry.purpose}")
    facts = f"{entry.id} → {entry.destination.id}"
    return finding(CHECK, subject, (target,), more=(line,), facts=facts, key=f"{subject.id}:{entry.id}")


def _beyond(context: Context, entry: RegisterEntry, named: set[str]) -> bool:
    """Return whether an entry leads from maintenance into another tier, to hosts that no line declares."""
    source, target = _tiers(context, entry.source), _tiers(context, entry.destination)
    if Tier.MAINTENANCE not in source or target <= {Tier.MAINTENANCE}:
        return False
    group = context.site.groups.get(entry.destination.id)
    members = set(group.hosts) if group is not None and group.hosts else {entry.destination.id}
    return entry.destination.id not in named and not members <= named


def _tiers(context: Context, end: Endpoint) -> set[Tier]:
    site = context.site
    if end.kind is EndpointKind.ZONE:
        return {site.zones[end.id].tier} if end.id in site.zones else set()
    names: list[str] = []
    match end.kind:
        case EndpointKind.HOST:
            names = [site.hosts[end.id].segment]
        case EndpointKind.SEGMENT:
            names = [end.id]
        case EndpointKind.GROUP:
            group = site.groups[end.id]
            held = context.network.addresses
            names = [site.hosts[one].segment for one in group.hosts] + list(group.segments)
            names += [one for one in site.segments if held[one].meets(group.ranges)]
        case EndpointKind.DEVICE:
            names = [one.segment for one in site.devices[end.id].interfaces]
        case EndpointKind.GATEWAY:
            names = [site.hosts[one].segment for one in site.gateways[end.id].hosts]
    return {site.zones[site.segments[one].zone].tier for one in names if one in site.segments}


def _lines(context: Context) -> Iterator[Link]:
    return (one for one in context.site.links.values() if one.kind is LinkKind.MAINTENANCE)


def _subject(context: Context, link: Link) -> Subject:
    return Subject(link.id, "", None, (), by_name(link.attributes), link.span)
