"""Confirmation by others before a model goes live, audits and self-checks: too late, or too long ago."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from segcheck.checks._base import Context
from segcheck.checks._declared import ASKED as ALL_ASKED
from segcheck.checks._declared import EVIDENCE_DAYS, Subject, finding, lacks, nothing
from segcheck.model.check import Check, Said
from segcheck.model.declared import Document
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.register import ProfileModel
from segcheck.model.requirement import Covered
from segcheck.model.site_words import DocumentKind

CHECK = Check(
    id="audit-dates",
    weight=Weight.HIGH,
    requirements=("IN-10", "G-07"),
    title=("外部確認・監査・自己点検の時期", "Confirmation and audits at the wrong time"),
    message=(
        "文書 {subject} の日付が条件を満たさない。{facts}",
        "The date of document {subject} does not meet its condition. {facts}",
    ),
    why=(
        "βモデルなどは、移行前の外部による確認と定期的な外部監査を条件にしている。監査と点検の間が空けば、対策の崩れに気付けない。",
        "Model beta and its kin are conditional on a confirmation by others beforehand and regular audits by others; "
        "without audits and checks nobody notices that measures have lapsed.",
    ),
    fix=(
        "監査・点検を実施し、文書を documents に載せる。",
        "Have the audit or check done, and enter its document under documents.",
    ),
    wrong=("より新しい文書を載せていないとき。", "If there is a newer document that was not entered."),
    reads=(Basis.ATTRIBUTES,),
)
CONDITIONAL = (ProfileModel.ALPHA_PRIME, ProfileModel.BETA, ProfileModel.BETA_PRIME)
CONFIRMATION = (DocumentKind.EXTERNAL_CONFIRMATION,)
EXTERNAL = (DocumentKind.EXTERNAL_AUDIT,)
OWN = (DocumentKind.SELF_CHECK, DocumentKind.INTERNAL_AUDIT)


def find(context: Context) -> Iterator[Finding]:
    """Yield confirmations after the model went live, and audits and self-checks whose period is over."""
    live = _live(context)
    first = min(_of(context, CONFIRMATION), key=lambda one: one.date, default=None)
    if first is not None and live is not None and first.date > live:
        yield _finding(first, ("IN-10",), Weight.HIGH, f"{first.date} > {live}")
    if _conditional(context):
        yield from _lapsed(context, EXTERNAL, ("IN-10",), Weight.HIGH)
    for kind in OWN:
        yield from _lapsed(context, (kind,), ("G-07",), Weight.MEDIUM)


def covered(context: Context) -> Mapping[str, Covered]:
    """Return whether there are documents of all that is asked for, by requirement."""
    return {"IN-10": _outside(context), "G-07": _own(context)}


def _outside(context: Context) -> Covered:
    """Return whether there is what the models ask for under which others have to confirm."""
    if not _conditional(context):
        return nothing("外部確認を要するモデルの区間がない", "no segment is under a model that others have to confirm")
    lacking: list[Said] = []
    if not _of(context, CONFIRMATION):
        lacking.append(("外部による確認 (external_confirmation)", "external_confirmation"))
    if _live(context) is None:
        lacking.append(("モデルの適用開始日 (profiles の from、または go_live の文書)", "the day the model went live"))
    if not _of(context, EXTERNAL):
        lacking.append(("外部監査 (external_audit)", "external_audit"))
    return lacks(lacking) if lacking else ALL_ASKED


def _own(context: Context) -> Covered:
    lacking: list[Said] = []
    if not _of(context, (DocumentKind.SELF_CHECK,)):
        lacking.append(("自己点検 (self_check)", "self_check"))
    if not _of(context, (DocumentKind.INTERNAL_AUDIT, *EXTERNAL)):
        lacking.append(("監査 (internal_audit、external_audit)", "internal_audit or external_audit"))
    return lacks(lacking) if lacking else ALL_ASKED


def _conditional(context: Context) -> bool:
    held = (one for one in context.site.policy.profiles if one.model in CONDITIONAL)
    return any(
        (one.begins is None or one.begins <= context.day) and (one.until is None or context.day <= one.until)
        for one in held
    )


def _live(context: Context) -> date | None:
    """Return the first day on which a conditional model held: as documented, else as the profiles say."""
    told = [one.date for one in _of(context, (DocumentKind.GO_LIVE,))]
    begun = [one.begins for one in context.site.policy.profiles if one.model in CONDITIONAL and one.begins is not None]
    return min(told or [day for day in begun if day <= context.day], default=None)


def _of(context: Context, kinds: tuple[DocumentKind, ...]) -> list[Document]:
    """Return the documents of these kinds that exist by now."""
    return [one for one in context.site.documents.values() if one.kind in kinds and one.date <= context.day]


def _lapsed(
    context: Context, kinds: tuple[DocumentKind, ...], named: tuple[str, ...], weight: Weight
) -> Iterator[Finding]:
    last = max(_of(context, kinds), key=lambda one: one.date, default=None)
    if last is None:
        return
    days = last.period_days or EVIDENCE_DAYS
    if (context.day - last.date).days > days:
        yield _finding(last, named, weight, f"{last.date} + {days} d < {context.day}")


def _finding(one: Document, named: tuple[str, ...], weight: Weight, facts: str) -> Finding:
    subject = Subject(one.id, "", None, (), {}, one.span)
    line = ConfigEvidence(one.span, f"{one.id}: {one.title} ({one.date})")
    return finding(CHECK, subject, (), weight=weight, requirements=named, facts=facts, more=(line,))
