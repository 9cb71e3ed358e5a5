"""Social media that are used from another tier than the internet tier, or that nobody answers for."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._declared import Subject, by_name, coverage, finding, given, lacks, missing, nothing
from segcheck.model.check import Check
from segcheck.model.declared import ExternalService
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.requirement import Covered
from segcheck.model.site_words import ServiceKind, Tier

CHECK = Check(
    id="sns-owner",
    weight=Weight.LOW,
    requirements=("X-15",),
    title=("ソーシャルメディアの利用", "Use of social media"),
    message=(
        "ソーシャルメディア {subject} を、インターネット接続系以外で利用すると申告している。{facts}",
        "Social media service {subject} is declared to be used from another tier than the internet tier. {facts}",
    ),
    why=(
        "内部のゾーンから直接使えば、そのための経路が残る。",
        "Used from an inner zone it needs a way out from there.",
    ),
    fix=(
        "インターネット接続系から利用し、サービスごとに責任者と運用手順を定める。",
        "Use it from the internet tier, with a responsible post and a procedure for each service.",
    ),
    wrong=("台帳の zone の書き誤り。", "If the zone in the register is a slip."),
    reads=(Basis.ATTRIBUTES,),
)
ASKED = (given("operating_procedure"),)


def find(context: Context) -> Iterator[Finding]:
    """Yield the services that are used from elsewhere."""
    for one in _social(context):
        if one.zone and context.site.zones[one.zone].tier is not Tier.INTERNET:
            yield finding(CHECK, _subject(one), (), facts=f"zone: {one.zone}")


def covered(context: Context) -> Covered:
    """Return whether every service has a responsible post and a procedure."""
    found = tuple(_social(context))
    if not found and not context.site.external_services:
        return missing(
            "外部サービス台帳がない (external_services)",
            "there is no register of external services (external_services)",
        )
    if not found:
        return nothing("台帳にソーシャルメディアがない", "the register has no social media")
    nobody = [(f"{one.id} (owner)", f"{one.id} (owner)") for one in found if not one.owner]
    return lacks(nobody) if nobody else coverage(context, [_subject(one) for one in found], ASKED)


def _social(context: Context) -> Iterator[ExternalService]:
    return (one for one in context.site.external_services.values() if one.kind is ServiceKind.SNS)


def _subject(one: ExternalService) -> Subject:
    return Subject(one.id, one.zone, None, (), by_name(one.attributes), one.span)
