"""What the policy demands beside the network, by its documents: organs, handling, watch, emergencies, review, standards."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from segcheck.checks._base import Context
from segcheck.checks._declared import ASKED, EVIDENCE_DAYS, Subject, claimed, finding, lacks
from segcheck.model.check import Check, Said
from segcheck.model.declared import Document
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.requirement import Covered
from segcheck.model.site_words import DocumentKind, Responsibility

#: Kinds of document that a requirement asks for: one of each row, in force.
WANTED: Mapping[str, tuple[tuple[DocumentKind, ...], ...]] = {
    "G-01": ((DocumentKind.ORGANS,),),
    "G-02": ((DocumentKind.HANDLING,),),
    "G-04": ((DocumentKind.SOC_REPORT,), (DocumentKind.OBSERVANCE, DocumentKind.SELF_CHECK)),
    "G-05": ((DocumentKind.EMERGENCY_PLAN,), (DocumentKind.CONTACTS,)),
    "G-08": ((DocumentKind.REVIEW,),),
    "G-09": ((DocumentKind.STANDARDS,),),
    "G-10": ((DocumentKind.PROCEDURES,), (DocumentKind.STANDARDS,)),
}
CHECK = Check(
    id="governance-documents",
    weight=Weight.MEDIUM,
    requirements=tuple(WANTED),
    title=("方針の求める文書の不備", "A document that the policy demands falls short"),
    message=(
        "文書 {subject} は、方針の求めるものを示さない。{facts}",
        "Document {subject} does not show what the policy demands. {facts}",
    ),
    why=(
        "対象の機関、取扱い、監視、緊急時対応、見直しが古いか公になっていれば、ネットワークが正しくても対策は続かない。",
        "Where organs, handling, watch, emergency plan or review are out of date, or published, a sound network does not stay so.",
    ),
    fix=(
        "文書を改め、日付・保管者・保管場所とともに documents に載せる。公開すべきでない文書の公開をやめる。",
        "Renew the document and enter it under documents with its day, keeper and place; take back what must not be public.",
    ),
    wrong=("より新しい文書を載せていないとき。", "If there is a newer document that was not entered."),
    reads=(Basis.ATTRIBUTES,),
)
#: What must not be public (基本方針 9・10, 4(2)③): handling rules show where the diagrams lie.
CLOSED: Mapping[DocumentKind, tuple[str, ...]] = {
    DocumentKind.STANDARDS: ("G-10",),
    DocumentKind.PROCEDURES: ("G-10",),
    DocumentKind.HANDLING: ("G-02",),
}
#: What calls for a review of policy and measures.
CALLS = (
    DocumentKind.EXTERNAL_AUDIT,
    DocumentKind.INTERNAL_AUDIT,
    DocumentKind.SELF_CHECK,
    DocumentKind.GO_LIVE,
)


def find(context: Context) -> Iterator[Finding]:
    """Yield documents whose time is over, those that are public, and audits that no review has followed for a year.

    A document says itself how long it counts (`period_days`); one that does not say so counts until there is another.
    """
    for kind in dict.fromkeys(kind for rows in WANTED.values() for row in rows for kind in row):
        last = max(_of(context, (kind,)), key=lambda one: one.date, default=None)
        if last is None or not _over(context, last):
            continue
        named = [name for name, rows in WANTED.items() if any(kind in row for row in rows)]
        named = [name for name in named if not _answered(context, name, kind)]
        if named:
            yield _finding(last, named, f"{last.date} + {last.period_days} d < {context.day}", "period")
    for one in _of(context, CLOSED):
        if one.published:
            yield _finding(one, CLOSED[one.kind], "published: true", "published")
    yield from _unreviewed(context)


def covered(context: Context) -> Mapping[str, Covered]:
    """Return for each requirement whether its documents are there, and somebody keeps them somewhere.

    Where the body has organs, G-01 also asks whose each of its zones is.
    """
    return {name: _covered(context, name) for name in WANTED}


def _covered(context: Context, name: str) -> Covered:
    lacking: list[Said] = []
    bare: list[Said] = []
    for row in WANTED[name]:
        found = _of(context, row)
        if not found:
            words = ", ".join(kind.value for kind in row)
            lacking.append((f"文書 {words} (documents)", f"document {words}"))
            continue
        last = max(found, key=lambda one: one.date)
        empty = [key for key in ("owner", "location") if not getattr(last, key)]
        empty += ["published"] if name in CLOSED.get(last.kind, ()) and last.published is None else []
        if empty:
            bare.append((f"{last.id} ({'・'.join(empty)})", f"{last.id} ({', '.join(empty)})"))
    if name == "G-01":
        lacking += _nobodys(context)
    if lacking:
        return lacks(lacking)
    return claimed(bare) if bare else ASKED


def _nobodys(context: Context) -> Iterator[Said]:
    """Yield the body's zones for which no organ answers, or one of which nobody says which post does (基本方針 4(1), 9)."""
    policy = context.site.policy
    for zone in context.site.zones.values() if policy.organs else ():
        organ = policy.organ_of(zone.id)
        if zone.responsibility is Responsibility.CITY and (organ is None or not organ.responsible):
            yield f"ゾーン {zone.id} を所管する機関 (organs)", f"whose zone {zone.id} is (organs)"


def _of(context: Context, kinds: Collection[DocumentKind]) -> list[Document]:
    """Return the documents of these kinds that exist by now."""
    return [one for one in context.site.documents.values() if one.kind in kinds and one.date <= context.day]


def _over(context: Context, one: Document) -> bool:
    return one.period_days is not None and (context.day - one.date).days > one.period_days


def _answered(context: Context, name: str, kind: DocumentKind) -> bool:
    """Return whether a document of another kind that would do as well is in force."""
    row = next(row for row in WANTED[name] if kind in row)
    return any(not _over(context, one) for one in _of(context, row))


def _unreviewed(context: Context) -> Iterator[Finding]:
    """Yield the review, or the audit, after which more than a year went by without what it called for."""
    called = [one for one in _of(context, CALLS) if (context.day - one.date).days > EVIDENCE_DAYS]
    last = max(_of(context, (DocumentKind.REVIEW,)), key=lambda one: one.date, default=None)
    if last is None:
        return  # nobody entered any: that is a lack, not a mistake
    later = [one for one in called if one.date > last.date]
    if later:
        first = min(later, key=lambda one: one.date)
        yield _finding(last, ("G-08",), f"review {last.date} < {first.id} {first.date}", "review", first)


def _finding(one: Document, named: Collection[str], facts: str, key: str, beside: Document | None = None) -> Finding:
    subject = Subject(one.id, "", None, (), {}, one.span)
    lines = tuple(
        ConfigEvidence(each.span, f"{each.id}: {each.title} ({each.date})")
        for each in (one, beside)
        if each is not None
    )
    weight = Weight.LOW if set(named) <= {"G-08", "G-09"} else Weight.MEDIUM
    return finding(
        CHECK, subject, (), weight=weight, requirements=tuple(named), facts=facts, more=lines, key=f"{one.id}:{key}"
    )
