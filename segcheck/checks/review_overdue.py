"""A register entry permits traffic past the day on which it was to be reviewed, or a maintenance entry has no last day."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from segcheck.checks import _coverage, _entries
from segcheck.checks._base import Context
from segcheck.model.check import Check
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.register import Kind, RegisterEntry
from segcheck.model.requirement import Coverage, Covered

CHECK = Check(
    id="review-overdue",
    weight=Weight.MEDIUM,
    requirements=("SP-9", "MN-03", "X-12"),
    title=("見直しをしていない登録", "An entry that was not reviewed"),
    message=(
        "台帳 {entry} (所管 {section}) は{what_ja}。",
        "Register entry {entry} (section {section}) {what_en}.",
    ),
    why=(
        "見直されない登録は、業務が終わっても通信路として残る。",
        "An entry that nobody reviews stays open after its work has ended.",
    ),
    fix=(
        "所管課が要否を確かめ、承認を更新するか廃止する。",
        "The section in charge renews the approval or retires the entry.",
    ),
    wrong=(
        "見直したのに台帳の日付を改めていないとき。",
        "If it was reviewed and the date in the register was not changed.",
    ),
    reads=(Basis.ATTRIBUTES,),
)
#: How posts end, as approvers write them; what does not may be a person's name, which is a hint and no more.
_POST = re.compile(
    r"(長|者|官|監|役|会|室|課|局|部|委員|責任者|管理者|CISO|CIO|officer|manager|head|director|mayor)$", re.IGNORECASE
)


def find(context: Context) -> Iterator[Finding]:
    """Yield each entry in force whose review is overdue (its day counts), and each maintenance entry without a last day."""
    for entry in _entries.in_force(context):
        what = _wrong(context, entry)
        if what is not None:
            yield _entries.finding(
                CHECK,
                context.network,
                entry,
                "SP-9",
                params=(("section", entry.section or "-"), ("what_ja", what[0]), ("what_en", what[1])),
                remedy=(
                    f"台帳 {entry.id} の要否を所管課に確かめ、承認と期限を更新するか廃止する。",
                    f"Have the section in charge renew register entry {entry.id} with its dates, or retire it.",
                ),
            )


def covered(context: Context) -> Mapping[str, Covered]:
    """Return which entries in force lack what shows that somebody answers for them, by requirement.

    Approvers that look like names are told.
    """

    def asked(entries: Sequence[RegisterEntry]) -> Covered:
        absent = [f"{one.id} ({'・'.join(_absent(one))})" for one in entries if _absent(one)]
        if absent:
            return _entries.lacking(
                absent, ("台帳に書かれていない項目がある: {names}", "The register leaves out: {names}")
            )
        return _entries.lacking(
            (one.id for one in entries if not _POST.search(one.approver.strip())),
            ("承認者が職名でない可能性がある: {names}", "Approvers that may be persons, not posts: {names}"),
            Coverage.CLAIMED,
        )

    return _coverage.by_entries(context, CHECK, asked)


def _wrong(context: Context, entry: RegisterEntry) -> tuple[str, str] | None:
    if entry.review_due is not None and entry.review_due < context.day:
        return f"見直し期限 {entry.review_due} を過ぎている", f"was to be reviewed by {entry.review_due}"
    if entry.kind is Kind.MAINTENANCE and entry.expires is None:
        return "保守の登録だが有効期限がない", "is for maintenance, but has no last day"
    return None


def _absent(entry: RegisterEntry) -> list[str]:
    """Return the keys of an entry that SP-9 asks for and that are empty; `approver` and `approved` cannot be."""
    wanted = {"purpose": entry.purpose.strip(), "decision_no": entry.decision_no, "review_due": entry.review_due}
    return [key for key, value in wanted.items() if not value]
