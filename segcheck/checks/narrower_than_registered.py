"""A registered communication does not pass as a whole: its rule is narrower, disabled or hidden."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._entries import NO_ENTRY, in_force
from segcheck.checks._working import failing_entries, finding
from segcheck.model.check import Check
from segcheck.model.finding import Finding, Weight
from segcheck.model.requirement import Coverage, Covered

CHECK = Check(
    id="narrower-than-registered",
    weight=Weight.LOW,
    requirements=("X-12",),
    title=("台帳にあるのに通らない通信", "Registered, but it does not pass"),
    message=(
        "台帳 {entry} の通信が通らない。{source} からの {service}",
        "Register entry {entry} does not pass: {service} from {source}",
    ),
    unsure=(
        ("台帳の通信が通ると言えない", "Registered, but it cannot be shown to pass"),
        (
            "台帳 {entry} の通信が通ると言えない。{source} からの {service}",
            "Register entry {entry} cannot be shown to pass: {service} from {source}",
        ),
    ),
    why=(
        "台帳と規則が食い違っている。規則が無効・欠落・他の規則の陰にあるか、台帳が古い。",
        "Register and rules differ: a rule is disabled, missing or hidden, or the entry is old.",
    ),
    fix=("不要なら台帳から外す。必要なら規則を直す。", "Retire the entry if it is not needed, else mend the rule."),
    wrong=("経路を宣言していない機器があるとき。", "If routes of a device were not declared."),
)


def find(context: Context) -> Iterator[Finding]:
    """Yield a finding for each entry of which something does not surely pass today, though a rule stands for it."""
    for entry, failed in failing_entries(context).items():
        if not failed.without_rule:
            remedy = (
                f"台帳 {entry} が今も必要かを所管課に確かめる。不要なら廃止し、必要なら規則を有効にするか加える。",
                f"Ask whether register entry {entry} is still needed; retire it, or enable or add its rule.",
            )
            yield finding(context, CHECK, context.entries[entry], failed.parts, named="entry", remedy=remedy)


def covered(context: Context) -> Covered:
    """Return ASKED wherever the register has entries in force; what cannot be told is a finding of its own."""
    return Covered(Coverage.ASKED) if in_force(context) else NO_ENTRY
