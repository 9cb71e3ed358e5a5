"""A rule's schedule has ended, or ends soon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time

from segcheck.checks._base import Context
from segcheck.checks._hygiene import Listed, exports_read, grouped, listed
from segcheck.model.check import Check
from segcheck.model.finding import Finding, Weight
from segcheck.model.match import InForce, leaves
from segcheck.model.rules import Rule
from segcheck.model.schedule import clock, wall_minute

CHECK = Check(
    id="expired-rule",
    weight=Weight.LOW,
    requirements=("X-12",),
    title=("期限の切れた規則・まもなく切れる規則", "Rules whose schedule has ended or ends soon"),
    message=(
        "{device} の規則 {count} 件は期限が切れているか、30 日以内に切れる: {ends}",
        "{count} rules of {device} have ended, or end within 30 days: {ends}",
    ),
    why=(
        "切れた許可は、日付を延ばすだけで再び開く。切れる許可は、業務が突然止まる。切れた拒否は、もう止めていない。",
        "An ended permit is open again once somebody moves the date; one that ends stops work; an ended deny stops nothing.",
    ),
    fix=("終わった規則は削除し、続くものは期限を更新する。", "Delete what is over; renew what goes on."),
    wrong=("装置の時計がずれているとき。", "If the device's clock is off."),
)
covered = exports_read
#: Days ahead.
SOON = 30


def find(context: Context) -> Iterator[Finding]:
    """Yield, for each device, its rules in force by schedule alone whose last minute is over, or near."""
    today = wall_minute(datetime.combine(context.day, time()))
    devices: dict[str, list[tuple[Listed, Rule, int]]] = {}
    for one in listed(context):
        for rule in one.rules.rules:
            last = _last(one, rule) if rule.enabled and rule.span is not None else None
            if last is not None and last < today + SOON * 1440:
                devices.setdefault(one.device, []).append((one, rule, last))
    for device, members in devices.items():
        ends = ", ".join(f"{one.name(rule)} ({clock(last)})" for one, rule, last in members)
        yield grouped(
            CHECK,
            device,
            [(one, rule) for one, rule, _ in members],
            params=(("ends", ends),),
            remedy=(
                "期限の切れた規則は所管課に確かめて削除し、続く通信は台帳と規則の期限を更新する。",
                "Delete the ended rules after asking who needed them; renew register and rule of what goes on.",
            ),
        )


def _last(one: Listed, rule: Rule) -> int | None:
    """Return the last minute in which a rule may be in force, None if there is none or nobody knows."""
    schedules = [one.config.schedules.get(leaf.schedule) for leaf in leaves(rule.match) if isinstance(leaf, InForce)]
    if not schedules:
        return None
    last = 0
    for schedule in schedules:
        if schedule is None or not schedule.known or schedule.weekly or not schedule.once:
            return None
        last = max(last, schedule.once.max)
    return last
