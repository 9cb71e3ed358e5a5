"""Contractors without terms, on terms that ran out, or of whom nobody saw that they keep them (委託事業者)."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._declared import ASKED, Asked, Subject, by_name, coverage, given, judged, lacks, missing, repeated
from segcheck.model.check import Check
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site_words import DocumentKind, LinkKind, Responsibility, ServiceKind

CHECK = Check(
    id="contractor-terms",
    weight=Weight.HIGH,
    requirements=("G-06",),
    title=("委託事業者の契約の不備", "The terms of a contractor are not in force or not checked"),
    message=(
        "委託事業者の {subject} について、契約が切れているか、守られていることを確かめていない。{facts}",
        "The contract behind {subject} has run out, or nobody has seen of late that its terms are kept. {facts}",
    ),
    why=(
        "委託先での扱いは契約でしか縛れない。守られているかを確かめなければ、そこから漏れても気付けない。",
        "Only the contract binds what happens at a contractor's; what nobody checks may leak there unseen.",
    ),
    fix=(
        "契約を更新し、条件が守られていることを確かめた日と資料を申告する。",
        "Renew the contract, and declare the day and the evidence of the last check of its terms.",
    ),
    wrong=("契約を更新し、申告を改めていないとき。", "If the contract was renewed and the declaration was not."),
    reads=(Basis.ATTRIBUTES,),
)
WANTED = (
    given("contract"),
    Asked("contract_until", lambda one, day: isinstance(one.value, type(day)) and one.value >= day),
    repeated("terms_checked"),
)
LINE = (given("vendor"), *WANTED)


def find(context: Context) -> Iterator[Finding]:
    """Yield lines and services of contractors whose contract has run out, or whose terms were last checked too long ago."""
    yield from judged(context, CHECK, _lines(context), LINE)
    yield from judged(context, CHECK, _services(context), WANTED)


def covered(context: Context) -> Covered:
    """Return whether contract, its last day and the last check are declared of each, and everybody in the register is one.

    Whom the register names as contractor must have a line, a service, or a contract among the documents.
    """
    site = context.site
    lines, services = tuple(_lines(context)), tuple(_services(context))
    named = {one.contractor for one in site.policy.register if one.contractor and one.permits_on(context.day)}
    others = [zone.id for zone in site.zones.values() if zone.responsibility is Responsibility.VENDOR]
    if not (lines or services or named or others):
        return missing(
            "委託事業者が宣言されていない (保守回線、kind: outsourced の外部サービス)",
            "no contractor is declared (a line for maintenance, a service of kind outsourced)",
        )
    known = {str(one.attributes["vendor"].value) for one in lines if "vendor" in one.attributes}
    known |= {one.name for one in site.external_services.values()}
    titles = [one.title for one in site.documents.values() if one.kind is DocumentKind.CONTRACT]
    strange = sorted(name for name in named - known if not any(name in title for title in titles))
    if strange:
        return lacks([(f"{one} の契約", f"the contract of {one}") for one in strange])
    if not lines and not services:
        return lacks(
            [(f"{one} の回線 (kind: maintenance)", f"the line of {one} (kind: maintenance)") for one in others]
        )
    told = coverage(context, lines, LINE)
    told = told if told.coverage is not Coverage.ASKED else coverage(context, services, WANTED)
    return told if told.coverage is not Coverage.ASKED else ASKED


def _lines(context: Context) -> Iterator[Subject]:
    for one in context.site.links.values():
        if one.kind is LinkKind.MAINTENANCE:
            yield Subject(one.id, "", None, (), by_name(one.attributes), one.span)


def _services(context: Context) -> Iterator[Subject]:
    for one in context.site.external_services.values():
        if one.kind is ServiceKind.OUTSOURCED:
            yield Subject(one.id, one.zone, None, (), by_name(one.attributes), one.span)
