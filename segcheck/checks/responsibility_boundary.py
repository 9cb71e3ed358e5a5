"""What others answer for: what they attest about it, and whether that still counts (責任分界点)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from segcheck.checks._base import Context
from segcheck.checks._declared import ASKED, Subject, finding, lacks, nothing
from segcheck.model.check import Check, Said
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.requirement import Covered
from segcheck.model.site import Attestation
from segcheck.model.site_words import Responsibility, Tier
from segcheck.model.source import Span

CHECK = Check(
    id="responsibility-boundary",
    weight=Weight.MEDIUM,
    requirements=("IN-01", "LG-07", "P-01"),
    title=("責任分界点の先の申告が期限切れ", "An attestation about what others answer for is over"),
    message=(
        "{subject} (他機関の管理) についての申告が見直し期限を過ぎている。{facts}",
        "What is attested about {subject}, which others answer for, is past its review date. {facts}",
    ),
    why=(
        "責任分界点の先は判定できないため、管理する機関の申告だけが根拠になる。",
        "Beyond the boundary nothing can be judged; the owner's attestation is all there is.",
    ),
    fix=(
        "管理する機関から最新の申告を受け取り、attestations を更新する。",
        "Get a current attestation from its owner, and renew it under attestations.",
    ),
    wrong=("申告を更新し、期限だけ直していないとき。", "If it was renewed and only its date was not."),
    unsure=(
        ("責任分界点の先の申告が期限切れ", "An attestation about what others answer for is over"),
        (
            "{subject} (他機関の管理) についての申告が見直し期限を過ぎている。{facts}",
            "What is attested about {subject}, which others answer for, is past its review date. {facts}",
        ),
    ),
    reads=(Basis.ATTRIBUTES,),
)
#: What an attestation about the zone of a tier supports; about any other: that what lies beyond is known.
SERVES = {Tier.SECURITY_CLOUD: "IN-01", Tier.LGWAN_WAN: "LG-07"}


def find(context: Context) -> Iterator[Finding]:
    """Yield, undecided, what others answer for and whose attestations are all over."""
    for name, (zone, tier, span) in _beyond(context).items():
        about = _about(context, name, zone)
        if about and all(one.review_due < context.day for one in about):
            last = max(about, key=lambda one: one.review_due)
            subject = Subject(name, zone, tier, (), {}, span)
            line = (ConfigEvidence(last.span, f"{last.id}: {last.claim}"),)
            facts = f"{last.id} ({last.owner}): {last.review_due}"
            named = (SERVES.get(tier, "P-01") if tier is not None else "P-01",)
            yield finding(CHECK, subject, (), requirements=named, facts=facts, more=line, standing=Standing.UNDECIDED)


def covered(context: Context) -> Covered:
    """Return whether its owner attests something about everything that others answer for."""
    beyond = _beyond(context)
    if not beyond:
        return nothing("他機関が管理するゾーン・機器がない", "others answer for no zone or device")
    silent: list[Said] = [(name, name) for name, (zone, _, _) in beyond.items() if not _about(context, name, zone)]
    return lacks(silent) if silent else ASKED


def _beyond(context: Context) -> Mapping[str, tuple[str, Tier | None, Span]]:
    """Return what others answer for: zones as `zone:ID` and devices, each with its zone, tier and line."""
    site = context.site
    found: dict[str, tuple[str, Tier | None, Span]] = {}
    for zone in site.zones.values():
        if zone.responsibility is not Responsibility.CITY and context.concerns(zone.id):
            found[f"zone:{zone.id}"] = zone.id, zone.tier, zone.span
    for device in site.devices.values():
        if device.responsibility is not Responsibility.CITY:
            own = next((one.segment for one in device.interfaces if one.segment), "")
            held = site.zones.get(context.zone_of(own)) if own else None
            found[device.id] = held.id if held is not None else "", held.tier if held is not None else None, device.span
    return found


def _about(context: Context, name: str, zone: str) -> list[Attestation]:
    """Return what is attested about it, about its zone, or about a segment or line of that zone."""
    site = context.site
    segments = {one.id for one in site.segments.values() if one.zone == zone}
    lines = {one.id for one in site.links.values() if any(e.zone == zone or e.segment in segments for e in one.ends)}
    wanted = {name, f"zone:{zone}", *segments, *lines}
    return [one for one in chain(site.attestations, site.assumptions) if one.subject in wanted]
