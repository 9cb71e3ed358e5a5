"""A registered communication for which no rule stands: nothing of it passes, and no disabled rule would let it."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._entries import NO_ENTRY, in_force
from segcheck.checks._working import failing_entries, finding
from segcheck.model.check import Check
from segcheck.model.finding import Finding, Weight
from segcheck.model.requirement import Coverage, Covered

CHECK = Check(
    id="register-without-rule",
    weight=Weight.LOW,
    requirements=("X-12",),
    title=("台帳にあるのに規則がない通信", "Registered, but no rule stands for it"),
    message=(
        "台帳 {entry} の通信を通す規則がどの機器にもない。{source} からの {service}",
        "No device has a rule for register entry {entry}: {service} from {source}",
    ),
    why=(
        "台帳にだけ残る登録は、業務の実態を表さない。あとから規則を足せば、見直しなしに通る。",
        "An entry that only the register knows tells nothing of the work. A rule added later passes without a review.",
    ),
    fix=(
        "不要なら台帳から外す。必要なら規則を加える。",
        "Retire the entry if it is not needed, else add its rule.",
    ),
    wrong=("経路を宣言していない機器があるとき。", "If routes of a device were not declared."),
)


def find(context: Context) -> Iterator[Finding]:
    """Yield a finding for each entry in force of which nothing passes; a rule that is there but narrower is another check's."""
    for entry, failed in failing_entries(context).items():
        if failed.without_rule:
            remedy = (
                f"台帳 {entry} が今も必要かを所管課に確かめる。不要なら廃止し、必要なら規則を加える。",
                f"Ask whether register entry {entry} is still needed; retire it, or add its rule.",
            )
            yield finding(context, CHECK, context.entries[entry], failed.parts, named="entry", remedy=remedy)


def covered(context: Context) -> Covered:
    """Return ASKED wherever the register has entries in force; what cannot be told is a finding of `narrower-than-registered`."""
    return Covered(Coverage.ASKED) if in_force(context) else NO_ENTRY
