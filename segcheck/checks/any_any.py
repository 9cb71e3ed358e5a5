"""A rule lets everybody, or somebody, reach everything with every service (any-any)."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis.compiling.needs import interface_names
from segcheck.analysis.rule_boxes import form
from segcheck.checks._base import Context, crossing_weight
from segcheck.checks._hygiene import Listed, at_any_time, between, exports_read, grouped, is_permit, listed, some
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.finding import Finding, Weight
from segcheck.model.match import State
from segcheck.model.rules import Rule
from segcheck.model.site_words import DeviceKind
from segcheck.sets import addresses
from segcheck.sets.addresses import ALL, V4, V6
from segcheck.sets.intervals import IntervalSet

CHECK = Check(
    id="any-any",
    weight=Weight.HIGH,
    requirements=("X-12",),
    title=("すべてを通す規則 (any-any)", "A rule that lets everything pass (any-any)"),
    message=(
        "{rules} は宛先もサービスも限定せずに許可する。送信元: {source}、入口: {coming}、出口: {going}",
        "{rules} permits any destination and any service. Source: {source}; from {coming} to {going}",
    ),
    why=(
        "何を通すための規則かが分からず、登録した通信に限れない。後から置いた端末やサービスもそのまま通る。",
        "Nobody sees what it is for, and nothing is limited to what is registered; whatever is added later passes, too.",
    ),
    fix=(
        "必要な送信元、宛先、サービスに限った規則に置き換える。",
        "Replace it by rules for the sources, destinations and services needed.",
    ),
    wrong=(
        "両側のインターフェースの先が同じ区画だけのとき。",
        "If nothing but one zone lies behind the interfaces on both sides.",
    ),
)
covered = exports_read


def find(context: Context) -> Iterator[Finding]:
    """Yield each permit in force of any destination and service; gravest where it is the cause of a crossing.

    Inside one zone it is no matter. A limited source makes it less grave by itself (保守用 any-any is mostly written so). A schedule does not make it narrower. What it matches is looked at, not how it is written.
    """
    for one in listed(context):
        if not one.through or one.station.device.kind is DeviceKind.HOST:
            continue
        for rule in one.rules.rules:
            if is_permit(rule) and (wide := _wide(one, rule)) is not None:
                coming, going = between(context, one, rule)
                if len(coming | going) != 1:
                    yield _finding(context, one, rule, (coming, going), *wide)


def _wide(one: Listed, rule: Rule) -> tuple[IntervalSet, bool] | None:
    """Return from where a rule matches every opening packet of a family, and whether it surely does; None if it does not.

    Its interfaces do not count. Nor does it help that it was not read in full: then it may.
    """
    spelt = form(at_any_time(rule.match), interface_names(one.config))
    wide = [box for box in spelt.possible if all(_whole(name, values) for name, values in box.items())]
    if not wide or not spelt.exact:
        return None
    sure = any(box in spelt.sure for box in wide)
    sources = IntervalSet.empty()
    for box in wide:
        sources = sources | box.get("src", ALL)
    return (sources, sure) if sure or rule.because else None


def _whole(name: str, values: IntervalSet) -> bool:
    """Return whether a condition on a field keeps no opening packet of a family out."""
    if name == "dst":
        return values >= V4 or values >= V6
    if name == "state":
        return State.NEW in values
    return name in ("in", "out", "src")


def _finding(
    context: Context,
    one: Listed,
    rule: Rule,
    zones: tuple[frozenset[str], frozenset[str]],
    sources: IntervalSet,
    sure: bool,
) -> Finding:
    coming, going = zones
    key = one.device, one.rules.name, rule.id, rule.span
    weights = [
        crossing_weight(cause.pair.src.tier, cause.pair.dst.tier)
        for cause in context.causes
        if any((s.device, s.list, s.rule, s.span) == key for s in cause.statements)
    ]
    everybody = sources >= V4 or sources >= V6
    alone = CHECK.weight if everybody else Weight.MEDIUM
    weight = min(weights, key=lambda each: each.rank, default=alone)
    source = "any" if everybody else some(list(addresses.describe(sources)))
    name = one.name(rule)
    return grouped(
        CHECK,
        one.device,
        [(one, rule)],
        weight=weight,
        standing=Standing.VIOLATED if sure else Standing.UNDECIDED,
        params=(
            ("source", source),
            ("coming", ", ".join(sorted(coming)) or "?"),
            ("going", ", ".join(sorted(going)) or "?"),
        ),
        remedy=(
            f"{name} が通している通信をログと台帳で確かめ、必要なものだけの規則に置き換える。",
            f"Find out from logs and the register what {name} is needed for, and replace it by rules for that alone.",
        ),
    )
