"""Patches and virus patterns that come to the My Number and LGWAN tiers from where they must not, or too late."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from segcheck.checks._base import Context
from segcheck.checks._declared import Subject, broken, coverage, finding, given, hosts, missing, nothing, recent
from segcheck.checks._reaching import addresses_of, refused
from segcheck.model.check import Check
from segcheck.model.declared import Attribute
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.requirement import Covered
from segcheck.model.site_words import HostRole, Responsibility, Tier

CHECK = Check(
    id="update-source",
    weight=Weight.HIGH,
    requirements=("LG-09", "MN-11"),
    title=("更新の取得元・遅れ", "Updates from the wrong place, or late"),
    message=(
        "{subject} の更新について、取得元が認められないか、遅れているか、申告した取得元に届かない。{facts}",
        "Updates of {subject} come from where they must not, are late, or cannot come from where it is declared. {facts}",
    ),
    why=(
        "更新のための経路が、系統を越える抜け道になる。更新が届かなければ、弱点が残る。",
        "A way for updates is a way across the tiers; without one, weaknesses stay open.",
    ),
    fix=(
        "更新は LGWAN 側の中継 (向上プラットフォームなど) から取得し、遅れを期限内に収める。",
        "Fetch updates from a relay on the LGWAN side, and keep them within the limit of age.",
    ),
    wrong=("取得元のホストの宣言が古いとき。", "If the declared source is out of date."),
    reads=(Basis.ATTRIBUTES,),
)
TIERS = (Tier.MYNUMBER, Tier.LGWAN)
ROLES = (HostRole.TERMINAL, HostRole.UPDATE_RELAY)
ASKED = (given("patch_source"), recent("patch_age_days"))
AGES = (recent("patch_age_days"), recent("av_pattern_age_days", needed=False))
SOURCES = ("patch_source", "av_source")
#: Where each tier may fetch updates from (domain §2.8; the way through the sanitiser is the LGWAN tier's only).
LEGAL = {
    Tier.MYNUMBER: (Tier.MYNUMBER, Tier.LGWAN, Tier.LGWAN_WAN, Tier.GOV_CLOUD),
    Tier.LGWAN: (Tier.LGWAN, Tier.LGWAN_WAN, Tier.SANITISE),
}
#: WSUS and HTTP, as relays offer updates.
SERVICES = ((6, 8530), (6, 8531), (6, 443), (6, 80), (6, 445))


def find(context: Context) -> Iterator[Finding]:
    """Yield hosts and groups whose updates are late, come from an illegal tier, or cannot come from the declared source."""
    for subject in hosts(context, TIERS):
        named = ("MN-11",) if subject.tier is Tier.MYNUMBER else ("LG-09",)
        if wrong := broken(context, subject, AGES):
            yield finding(CHECK, subject, wrong, weight=Weight.MEDIUM, requirements=named, key=f"{subject.id}:age")
        for name in SOURCES:
            source = subject.attributes.get(name)
            if source is not None and isinstance(source.value, tuple):
                yield from _source(context, subject, source, named)


def covered(context: Context) -> Mapping[str, Covered]:
    """Return whether terminals and relays declare where updates come from and how old they are, by tier."""
    return {"LG-09": _covered(context, Tier.LGWAN), "MN-11": _covered(context, Tier.MYNUMBER)}


def _covered(context: Context, tier: Tier) -> Covered:
    zones = context.site.zones.values()
    if not any(one.tier is tier and one.responsibility is Responsibility.CITY for one in zones):
        return nothing(f"このサイトにない階層: {tier.value}", f"the site has no zone of tier {tier.value}")
    found = tuple(hosts(context, (tier,), roles=ROLES))
    if not found:
        return missing(
            f"端末・中継サーバが宣言されていない階層: {tier.value} (hosts または groups の role)",
            f"no terminals and relays of tier {tier.value} are declared (role in hosts or groups)",
        )
    return coverage(context, found, ASKED)


def _source(context: Context, subject: Subject, source: Attribute, named: tuple[str, ...]) -> Iterator[Finding]:
    assert isinstance(source.value, tuple)
    assert subject.tier is not None
    for name in source.value:
        tiers = {_tier(context, segment) for segment, _ in addresses_of(context, name)}
        key = f"{subject.id}:{source.name}:{name}"
        illegal = sorted(tier.value for tier in tiers - set(LEGAL[subject.tier]))
        if illegal == ["internet"] and subject.tier is Tier.LGWAN and context.site.policy.options.lg_in_update_relay:
            illegal = []
        if illegal:
            weight = Weight.HIGH if illegal == ["internet"] and subject.tier is Tier.LGWAN else Weight.CRITICAL
            facts = f"{source.name}: {name} ({', '.join(illegal)})"
            yield finding(CHECK, subject, (source,), weight=weight, requirements=named, facts=facts, key=key)
            continue
        fetching = addresses_of(context, subject.id)
        targets = addresses_of(context, name)
        packet = refused(context, fetching, targets[0][1], SERVICES) if len(targets) == 1 else None
        if packet is not None and targets[0][0] not in subject.segments:
            facts = f"{source.name}: {name} ({', '.join(f'tcp/{port}' for _, port in SERVICES)} ×)"
            yield finding(
                CHECK,
                subject,
                (source,),
                weight=Weight.MEDIUM,
                requirements=named,
                more=(packet,),
                facts=facts,
                key=key,
                rules=True,
            )


def _tier(context: Context, segment: str) -> Tier:
    site = context.site
    return site.zones[site.segments[segment].zone].tier if segment in site.segments else Tier.PUBLIC
