"""Wireless LAN of the My Number and LGWAN tiers as the edition of the guideline asks for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from segcheck.checks._base import Context
from segcheck.checks._declared import (
    Asked,
    Subject,
    among,
    backed,
    broken,
    by_name,
    claimed,
    coverage,
    finding,
    in_segment,
    missing,
    nothing,
    recent,
    repeated,
)
from segcheck.model.check import Check, Said
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site import Zone
from segcheck.model.site_words import Responsibility, Tier

CHECK = Check(
    id="wireless-lan",
    weight=Weight.HIGH,
    requirements=("MN-08", "LG-08", "X-10"),
    title=("無線LANの条件を満たさない", "A wireless network falls short"),
    message=(
        "無線LAN {subject} が、適用するガイドラインの版の条件を満たさない。{facts}",
        "Wireless network {subject} does not meet what the edition of the guideline asks for. {facts}",
    ),
    why=(
        "電波は庁舎の外へ届く。共有鍵が一つ漏れれば、誰でもその系統に入れる。",
        "Radio reaches beyond the house; with one leaked shared key anybody is in the tier.",
    ),
    fix=(
        "WPA2/WPA3 エンタープライズとクライアント証明書 (EAP-TLS) にし、接続記録の点検とファームウェアの更新を行う。",
        "Use WPA2/WPA3 Enterprise with client certificates (EAP-TLS), review access logs and keep firmware current.",
    ),
    wrong=("profiles の版が実際と異なるとき。", "If the profiles name another edition than the one that applies."),
    reads=(Basis.ATTRIBUTES,),
)
TIERS = (Tier.MYNUMBER, Tier.LGWAN)
ENTERPRISE = ("wpa2_enterprise", "wpa3_enterprise")
#: The edition that permits wireless in the My Number tier, and asks for client certificates.
PERMITS = "R7.3"
_BEFORE = (among("wpa", *ENTERPRISE), among("auth", "eap_tls", "peap"))
_SINCE = (among("wpa", *ENTERPRISE), among("auth", "eap_tls"), among("client_cert", True))
_MYNUMBER = (*_SINCE, repeated("log_review_date"), recent("fw_version_date"))


def find(context: Context) -> Iterator[Finding]:
    """Yield the networks that fall short, and those in zones that are declared to have none."""
    for subject in _networks(context):
        mynumber = subject.tier is Tier.MYNUMBER
        weight = Weight.CRITICAL if mynumber else Weight.HIGH
        named = ("MN-08", "X-10") if mynumber else ("LG-08", "X-10")
        if (edition := _edition(context, subject)) is not None and mynumber and _before(context, edition):
            facts = f"guideline_edition: {edition}"
            yield finding(CHECK, subject, (), weight=weight, requirements=named, facts=facts)
            continue
        if wrong := broken(context, subject, _asked(context, subject)):
            yield finding(CHECK, subject, wrong, weight=weight, requirements=named)
        use = by_name(context.site.zones[subject.zone].attributes).get("wireless_use")
        if use is not None and use.value == "none":
            line = (ConfigEvidence(subject.span, subject.id),)
            key = f"{subject.id}:none"
            yield finding(CHECK, subject, (use,), weight=weight, requirements=named, more=line, key=key)


def covered(context: Context) -> Mapping[str, Covered]:
    """Return whether every network is declared whole, and of zones without any that they have none, by tier."""
    tiers = {"MN-08": (Tier.MYNUMBER,), "LG-08": (Tier.LGWAN,)}
    return {name: _covered(context, tiers.get(name, TIERS)) for name in CHECK.requirements}


def _covered(context: Context, tiers: Collection[Tier]) -> Covered:
    site = context.site
    zones = [one for one in site.zones.values() if one.tier in tiers and one.responsibility is Responsibility.CITY]
    zones = [one for one in zones if context.concerns(one.id)]
    if not zones:
        names = ", ".join(tier.value for tier in tiers)
        return nothing(f"このサイトにない階層: {names}", f"the site has no zone of tier {names}")
    subjects = tuple(one for one in _networks(context) if one.tier in tiers)
    served = {one.zone for one in subjects}
    silent = [one for one in zones if one.id not in served and _use(one) is None]
    if silent:
        ids = ", ".join(one.id for one in silent)
        return missing(
            f"無線LANの有無が申告されていない: {ids} (wireless、またはゾーンの属性 wireless_use: none)",
            f"nobody says whether there is wireless LAN: {ids} (wireless, or the zone's attribute wireless_use: none)",
        )
    for subject in subjects:
        told = coverage(context, [subject], _asked(context, subject))
        if told.coverage is not Coverage.ASKED:
            return told
    bare: list[Said] = [(one.id, one.id) for one in zones if one.id not in served and not _shown(context, one)]
    if bare:
        return claimed(bare)
    if not subjects:
        return nothing("無線LANがない", "there is no wireless LAN")
    return Covered(Coverage.ASKED)


def _networks(context: Context) -> Iterator[Subject]:
    for one in context.site.wireless.values():
        subject = in_segment(context, one.id, one.segment, one.attributes, one.span)
        if subject.tier in TIERS:
            yield subject


def _use(zone: Zone) -> object:
    use = by_name(zone.attributes).get("wireless_use")
    return None if use is None or use.value != "none" else use


def _shown(context: Context, zone: Zone) -> bool:
    return backed(by_name(zone.attributes)["wireless_use"], context.day)


def _asked(context: Context, subject: Subject) -> tuple[Asked, ...]:
    if subject.tier is Tier.MYNUMBER:
        return _MYNUMBER
    edition = _edition(context, subject)
    return _BEFORE if edition is not None and _before(context, edition) else _SINCE


def _edition(context: Context, subject: Subject) -> str | None:
    """Return the oldest edition that holds where the network is, None if none does."""
    policy = context.site.policy
    order = tuple(policy.guideline.editions) if policy.guideline is not None else ()
    found = {
        one.guideline_edition
        for one in policy.profiles
        if any(one.holds(name, context.day) for name in subject.segments)
    }
    return next((edition for edition in order if edition in found), None)


def _before(context: Context, edition: str) -> bool:
    """Return whether an edition that `_edition` found is older than the one that permits it."""
    guideline = context.site.policy.guideline
    return guideline is not None and not guideline.not_before(edition, PERMITS)
