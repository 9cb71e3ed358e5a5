"""The register restricts a communication to certain hours, and no rule on its way does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time

from segcheck.analysis.hours import hours
from segcheck.analysis.journeys import travel
from segcheck.analysis.lookups import confirm
from segcheck.checks import _coverage, _entries
from segcheck.checks._base import Context, rule_name
from segcheck.checks._registered import Met, Used, permits, used
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, ConfigEvidence, Evidence, Finding, Weight, WitnessEvidence
from segcheck.model.match import InForce, leaves
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.schedule import WEEK_MINUTES, wall_minute, week_minute
from segcheck.sets.intervals import IntervalSet

CHECK = Check(
    id="schedule-missing",
    weight=Weight.HIGH,
    requirements=("X-03",),
    title=("登録した時間帯の外でも通す規則", "A rule that is open outside its hours"),
    message=(
        "台帳 {entry} は「{schedule}」だけの通信だが、経路上の規則はそれ以外の時間にも通す: {rules}",
        "Register entry {entry} is for “{schedule}” only, but the rules on its way let it pass at other times too: {rules}",
    ),
    why=(
        "保守の通信がいつでも通れば、作業のない時間にも外部から入れる。",
        "A maintenance way that is always open lets somebody in when nobody works.",
    ),
    fix=("規則に台帳どおりのスケジュールを付ける。", "Give the rule the schedule of the register."),
    wrong=("時間外は回線そのものを切っているとき。", "If the line itself is down outside those hours."),
)


def covered(context: Context) -> Covered:
    """Return whether entries in force have hours, and whether their ways can be followed."""
    timed = [one for one in _entries.in_force(context) if one.schedule]
    if not timed:
        return Covered(
            Coverage.NOTHING_TO_ASK,
            ("時間帯 (schedule) のある有効な登録がない", "no entry in force has hours (schedule)"),
        )
    return _coverage.followed(context, timed)


#: Every minute of the week.
ALWAYS = IntervalSet.of((0, WEEK_MINUTES - 1))


def find(context: Context) -> Iterator[Finding]:
    """Yield each entry with hours that passes outside them; hours that cannot be read ask for any schedule at all."""
    seen = set()
    for one in used(context):
        if not one.entry.schedule or one.entry.id in seen:
            continue
        met = tuple(permits(context, one.journey))
        open_at = ALWAYS
        for each in met:
            open_at = open_at & _open_at(each)
        allowed = hours(one.entry.schedule)
        outside = open_at - allowed if allowed is not None else open_at if open_at == ALWAYS else IntervalSet.empty()
        if outside:
            seen.add(one.entry.id)
            yield _finding(context, one, met, outside if allowed is not None else None)


def _open_at(met: Met) -> IntervalSet:
    """Return the minutes of the week at which a rule may be in force."""
    found = IntervalSet.empty()
    limited = False
    for leaf in leaves(met.rule.match) if met.rule is not None else ():
        if isinstance(leaf, InForce):
            limited = True
            schedule = met.config.schedules.get(leaf.schedule)
            found = found | (schedule.weekly if schedule is not None and schedule.known else ALWAYS)
    return found if limited else ALWAYS


def _finding(context: Context, one: Used, met: tuple[Met, ...], outside: IntervalSet | None) -> Finding:
    rules = ", ".join(dict.fromkeys(rule_name(each.device, each.step.list, each.step.rule) for each in met)) or "-"
    minute = _after(context, outside.min) if outside is not None else one.minute
    ways = [
        way
        for way in travel(context.network, one.source.id, one.packet, minute=minute).journeys
        if way.delivered == one.journey.delivered
    ][:1] or [one.journey]
    lines: list[Evidence] = [each.evidence for each in met if each.evidence is not None]
    lines.append(ConfigEvidence(one.entry.span, f"{one.entry.id}: {one.entry.schedule}"))
    return Finding(
        check=CHECK.id,
        weight=CHECK.weight,
        standing=Standing.VIOLATED,
        basis=(Basis.RULES,),
        subject=one.entry.id,
        key=one.entry.id,
        src_zone=one.source.zone,
        dst_zone=one.journey.delivered.zone if one.journey.delivered else "",
        params=(("entry", one.entry.id), ("schedule", one.entry.schedule), ("rules", rules)),
        evidence=(
            WitnessEvidence(one.packet, one.source.id, minute, tuple(ways), confirm(context.network, ways)),
            *lines,
        ),
        remedy=(
            f"{rules} に台帳 {one.entry.id} の時間帯「{one.entry.schedule}」のスケジュールを付ける。",
            f"Give {rules} a schedule of “{one.entry.schedule}”, as register entry {one.entry.id} says.",
        ),
        requirements=CHECK.requirements,
    )


def _after(context: Context, week: int) -> int:
    """Return the first wall-clock minute, from the day of the judgement on, that is this minute of the week."""
    start = wall_minute(datetime.combine(context.day, time()))
    return start + (week - week_minute(start)) % WEEK_MINUTES
