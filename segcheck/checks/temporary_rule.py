"""A rule's name or comment hints that it is temporary, and it has no end."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis.causes import Statement
from segcheck.checks._base import Context
from segcheck.checks._hygiene import Listed, exports_read, grouped, is_permit, listed
from segcheck.checks._registered import serving
from segcheck.loaders import temporary_words
from segcheck.model.check import Check
from segcheck.model.finding import Finding, Weight
from segcheck.model.match import InForce, leaves
from segcheck.model.rules import Rule

CHECK = Check(
    id="temporary-rule",
    weight=Weight.MEDIUM,
    requirements=("X-12",),
    title=("一時的と読める、期限のない規則（手掛かり）", "Rules that look temporary and have no end (a hint)"),
    message=(
        "{device} の許可 {count} 件は名前かコメントから一時的なものと読めるが、期限がない（手掛かり）: {words}",
        "By name or comment {count} permits of {device} look temporary, and have no end (a hint): {words}",
    ),
    why=(
        "移行や障害対応のための許可は、消されないまま残りやすい。",
        "What was opened for a migration, a test or a failure tends to stay open.",
    ),
    fix=("不要なら削除し、まだ要るなら期限を付ける。", "Delete what is over; give what is still needed an end."),
    wrong=(
        "言葉がたまたま含まれるとき。名前とコメントだけを手掛かりにしている。",
        "If the word is there by chance: names and comments are all that is looked at.",
    ),
)
covered = exports_read


def find(context: Context) -> Iterator[Finding]:
    """Yield, for each device, its permits without an end whose name or comment says they are temporary.

    Where every one of them serves the register, whose entries have an end, they weigh little.
    """
    pattern = temporary_words.load()
    devices: dict[str, list[tuple[Listed, Rule, str]]] = {}
    for one in listed(context):
        for rule in one.rules.rules:
            hint = pattern.search(f"{rule.name} {rule.comment}") if is_permit(rule) else None
            if hint is not None and not _ends(one, rule):
                devices.setdefault(one.device, []).append((one, rule, hint.group()))
    for device, members in devices.items():
        words = ", ".join(f"{one.name(rule)} (“{word}”)" for one, rule, word in members)
        serves = all(
            serving(context, Statement(device, one.rules.name, rule.id, rule.key, rule.span, rule.text))
            for one, rule, _ in members
        )
        yield grouped(
            CHECK,
            device,
            [(one, rule) for one, rule, _ in members],
            weight=Weight.LOW if serves else CHECK.weight,
            params=(("words", words),),
            remedy=(
                "まだ必要かを所管課に確かめる。不要なら変更申請を経て削除し、必要なら規則にも期限を付ける。",
                "Ask whether they are still needed; delete them by the usual change procedure, or give them an end.",
            ),
        )


def _ends(one: Listed, rule: Rule) -> bool:
    """Return whether a rule ends by itself."""
    schedules = [one.config.schedules.get(leaf.schedule) for leaf in leaves(rule.match) if isinstance(leaf, InForce)]
    return any(found is not None and found.known and found.once and not found.weekly for found in schedules)
