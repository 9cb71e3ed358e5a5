"""A permit that nothing has used for more than a year, by the device's own counters."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis.causes import Statement
from segcheck.checks._base import Context
from segcheck.checks._hygiene import Listed, exports_read, grouped, is_permit, listed
from segcheck.checks._registered import serving
from segcheck.model.check import Check
from segcheck.model.finding import Finding, Weight
from segcheck.model.register import Use
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.rules import Rule

CHECK = Check(
    id="unused-rule",
    weight=Weight.LOW,
    requirements=("X-12",),
    title=("使われていない許可", "Permits that nothing uses"),
    message=(
        "{device} の許可 {count} 件は {days} 日間のカウンターで一度も使われていない: {rules}",
        "By {days} days of counters {count} permits of {device} were never used: {rules}",
    ),
    why=(
        "使われない許可は、業務には要らず、侵入した者には役に立つ。",
        "A permit that nobody uses serves no work, only an intruder.",
    ),
    fix=("所管課に確かめ、台帳と規則の両方から外す。", "Ask who needs it, and take it out of register and rules."),
    wrong=(
        "年に一度も使わない通信 (災害、選挙) のための規則のとき。台帳に use を書くと対象から外れる。",
        "If it is for what happens less than once a year (disasters, elections): say so in the register's `use`.",
    ),
)
#: Days of counting from which on a permit without a hit is called unused: everything yearly has then come round.
ENOUGH = 400


def covered(context: Context) -> Covered:
    """Return whether the counters of every device cover long enough; what was observed for less says nothing."""
    known = exports_read(context)
    if known.coverage is not Coverage.ASKED:
        return known
    japanese, english = [], []
    for device in dict.fromkeys(one.device for one in listed(context) if context.concerns_device(one.device)):
        lists = [one for one in listed(context) if one.device == device and one.through]
        rules = [rule for one in lists for rule in one.rules.rules if is_permit(rule)]
        days = _days(lists[0]) if lists else None
        if not rules or (days is not None and days >= ENOUGH and all(rule.hits is not None for rule in rules)):
            continue
        if all(rule.hits is None for rule in rules):
            japanese.append(f"{device}: ヒットカウンターの提供なし")
            english.append(f"{device}: no hit counts were supplied")
        elif days is not None and days >= ENOUGH:
            japanese.append(f"{device}: 一部の規則のヒットカウンターがない")
            english.append(f"{device}: hit counts of some rules are missing")
        else:
            japanese.append(f"{device}: 観測なし（観測期間 {days if days is not None else '不明'} 日、判断不可）")
            english.append(
                f"{device}: not observed (for {days if days is not None else '?'} days, which tells nothing)"
            )
    if not japanese:
        return known
    return Covered(Coverage.NO_INPUT, ("。".join(japanese) + "。", "; ".join(english) + "."))


def find(context: Context) -> Iterator[Finding]:
    """Yield, for each device counted for long enough, its permits that were never hit; what is used rarely is left out."""
    devices: dict[str, list[tuple[Listed, Rule]]] = {}
    for one in listed(context):
        days = _days(one)
        if not one.through or days is None or days < ENOUGH:
            continue
        for rule in one.rules.rules:
            if is_permit(rule) and rule.hits == 0 and not _rare(context, one, rule):
                devices.setdefault(one.device, []).append((one, rule))
    for device, members in devices.items():
        yield grouped(
            CHECK,
            device,
            members,
            params=(("days", str(_days(members[0][0]))),),
            remedy=(
                "年に一度の業務や災害時の通信でないことを所管課に確かめ、変更申請を経て台帳と規則の両方から外す。",
                "Confirm that it is for nothing yearly nor for disasters, and take it out of register and rules.",
            ),
        )


def _days(one: Listed) -> int | None:
    return (one.config.counted[1] - one.config.counted[0]).days if one.config.counted is not None else None


def _rare(context: Context, one: Listed, rule: Rule) -> bool:
    """Return whether a rule serves an entry that is used once a year, or in a disaster only."""
    entries = serving(context, Statement(one.device, one.rules.name, rule.id, rule.key, rule.span, rule.text))
    return any(context.entries[name].use is not Use.REGULAR for name in entries)
