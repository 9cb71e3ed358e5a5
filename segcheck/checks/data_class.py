"""Information that is kept where its class must not be (情報の格付とゾーン)."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._declared import ASKED as ALL_ASKED
from segcheck.checks._declared import Subject, backed, by_name, claimed, finding, hosts, in_segment, lacks, nothing
from segcheck.loaders import attributes
from segcheck.model.check import Check, Said
from segcheck.model.declared import Attribute
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.requirement import Covered
from segcheck.model.site_words import Responsibility, Tier

CHECK = Check(
    id="data-class",
    weight=Weight.HIGH,
    requirements=("G-03",),
    title=("格付に合わない置き場所", "Information in the wrong zone"),
    message=(
        "{subject} で扱うと申告された情報の格付は、そのゾーンに置けない。{facts}",
        "Information of the class declared for {subject} must not be kept in its zone. {facts}",
    ),
    why=(
        "住民に関する情報がインターネット側にあれば、分離・分割の意味がない。",
        "With data about residents on the internet side, the separation protects nothing.",
    ),
    fix=(
        "情報を格付に合うゾーンへ移すか、格付を見直して記録する。",
        "Move the information to a zone that its class permits, or revise the class and record it.",
    ),
    wrong=(
        "格付の申告が実際より高いとき。どの格付をどこに置けるかは表 (data/attributes.yaml の classes) による。",
        "If the class is declared too high. Which class may lie where is in a table (classes in data/attributes.yaml).",
    ),
    reads=(Basis.ATTRIBUTES,),
)
#: Tiers of which a body has to say what is kept there.
EXPOSED = (Tier.INTERNET, Tier.DMZ)


def find(context: Context) -> Iterator[Finding]:
    """Yield segments, hosts and external services with a class of information that their tier must not hold."""
    for subject, held in _declared(context):
        if subject.tier is not None and _barred(context, str(held.value), subject):
            facts = f"data_class: {held.value} ({subject.tier.value})"
            yield finding(CHECK, subject, (held,), facts=facts)
    for service in context.site.external_services.values():
        tier = context.site.zones[service.zone].tier if service.zone else None
        subject = Subject(service.id, service.zone, tier, (), by_name(service.attributes), service.span)
        if tier is not None and service.data_class and _barred(context, service.data_class, subject):
            yield finding(CHECK, subject, (), facts=f"data_class: {service.data_class} ({tier.value})")


def covered(context: Context) -> Covered:
    """Return whether it is declared of every exposed segment, or its zone, what is kept there."""
    site = context.site
    exposed = [
        one
        for one in site.segments.values()
        if site.zones[one.zone].tier in EXPOSED
        and site.zones[one.zone].responsibility is Responsibility.CITY
        and not context.transit(one.id)
        and context.concerns(one.zone)
    ]
    if not exposed:
        return nothing("インターネット接続系・公開セグメントがない", "there is no internet tier and no public segment")
    declared = {name: held for subject, held in _declared(context) for name in subject.segments}
    silent: list[Said] = [(one.id, one.id) for one in exposed if one.id not in declared]
    if silent:
        return lacks(silent)
    bare = [one.id for one in exposed if not backed(declared[one.id], context.day)]
    return claimed([(one, one) for one in bare]) if bare else ALL_ASKED


def _declared(context: Context) -> Iterator[tuple[Subject, Attribute]]:
    """Yield segments with what is declared of them or their zone, then hosts and groups with what is declared of them."""
    site = context.site
    for one in site.segments.values():
        zone = site.zones[one.zone]
        held = by_name(one.attributes).get("data_class") or by_name(zone.attributes).get("data_class")
        if held is not None and zone.responsibility is Responsibility.CITY:
            yield in_segment(context, one.id, one.id, one.attributes, one.span), held
    for subject in hosts(context, tuple(Tier)):
        if "data_class" in subject.attributes:
            yield subject, subject.attributes["data_class"]


def _barred(context: Context, name: str, subject: Subject) -> bool:
    tiers, models = attributes.load().barred[name]
    held = {
        one.model.value
        for one in context.site.policy.profiles
        if any(one.holds(segment, context.day) for segment in subject.segments)
    }
    return subject.tier in tiers and not held & models
