"""Evidence of declarations that is too old to show how things are."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._declared import ASKED, Subject, by_name, finding, lasting, nothing
from segcheck.loaders import attributes
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.declared import Attribute
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.requirement import Covered
from segcheck.model.source import Span

CHECK = Check(
    id="evidence-stale",
    weight=Weight.MEDIUM,
    requirements=(
        *("G-06", "IN-06", "IN-09", "IN-11"),
        *("LG-02", "LG-04", "LG-06", "LG-08", "LG-09", "LG-10", "LG-11", "LG-12"),
        *("MN-05", "MN-06", "MN-08", "MN-09", "MN-10", "MN-11", "MN-12", "MN-14", "MN-16"),
        *("SP-3", "X-01", "X-02", "X-03", "X-06", "X-07", "X-09", "X-10", "X-13", "X-14", "X-15"),
    ),
    title=("根拠資料が古い", "Old evidence"),
    message=(
        "{subject} の申告の根拠資料が古く、今もそのとおりか判断できない。{facts}",
        "The evidence for what is declared of {subject} is old; whether it still holds cannot be told. {facts}",
    ),
    why=(
        "設定は変わる。古い資料は、その後に変わっていないことを示さない。",
        "Settings change; an old document does not show that they have not.",
    ),
    fix=("設定を確かめ直し、根拠資料と日付を更新する。", "Check the setting again and renew evidence and date."),
    wrong=("資料を更新し、日付だけ直していないとき。", "If the evidence was renewed and only its date was not."),
    unsure=(
        ("根拠資料が古い", "Old evidence"),
        (
            "{subject} の申告の根拠資料が古く、今もそのとおりか判断できない。{facts}",
            "The evidence for what is declared of {subject} is old; whether it still holds cannot be told. {facts}",
        ),
    ),
    reads=(Basis.ATTRIBUTES,),
)


def find(context: Context) -> Iterator[Finding]:
    """Yield, undecided, each thing whose declared attributes rest on evidence that is older than it counts."""
    terms = attributes.load().terms
    for name, zone, declared, span in _everything(context):
        old = [one for one in declared if terms[one.name].requirements and _age(context, one) > lasting(one)]
        if old:
            facts = ", ".join(f"{one.name}: {one.evidence_date}" for one in old)
            named = sorted({each for one in old for each in terms[one.name].requirements})
            subject = Subject(name, zone, None, (), by_name(old), span)
            yield finding(
                CHECK, subject, old, facts=facts, requirements=tuple(named), standing=Standing.UNDECIDED, key=name
            )


def covered(context: Context) -> Covered:
    """Return whether there is old evidence; that there is none shows nothing by itself, so it never counts as asked."""
    if any(_age(context, one) > lasting(one) for _, _, declared, _ in _everything(context) for one in declared):
        return ASKED
    return nothing("古い根拠資料がない", "there is no old evidence")


def _age(context: Context, one: Attribute) -> int:
    return (context.day - one.evidence_date).days if one.evidence and one.evidence_date is not None else 0


def _everything(context: Context) -> Iterator[tuple[str, str, tuple[Attribute, ...], Span]]:
    """Yield whatever has attributes: what it is called, its zone, they, its line."""
    site = context.site
    yield from ((f"zone:{one.id}", one.id, one.attributes, one.span) for one in site.zones.values() if one.attributes)
    for segment in site.segments.values():
        if segment.attributes:
            yield segment.id, segment.zone, segment.attributes, segment.span
    for host in site.hosts.values():
        if host.attributes:
            yield host.id, context.zone_of(host.segment), host.attributes, host.span
    for held in (
        site.groups,
        site.devices,
        site.links,
        site.gateways,
        site.external_services,
        site.wireless,
        site.equipment,
    ):
        yield from ((one.id, "", one.attributes, one.span) for one in held.values() if one.attributes)
