"""How a judgement ends: the exit code, and what has to be said beside it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from segcheck.model.crossing import Standing
from segcheck.model.finding import Finding, Weight
from segcheck.model.requirement import Outcome

if TYPE_CHECKING:
    from segcheck.model.assessment import Assessment
    from segcheck.model.replayed import Replayed


class Code(IntEnum):
    """What an exit code says of a judgement."""

    CLEAN = 0
    FOUND = 1
    UNDECIDED = 3


@dataclass(frozen=True, slots=True)
class Ending:
    """The exit code of a judgement.

    notes   (English, Japanese) to be told in any case
    """

    code: Code
    notes: tuple[tuple[str, str], ...] = ()


def of_rules(
    assessment: Assessment,
    fail_on: str,
    *,
    accept: bool = False,
    strict: bool = False,
    known: Collection[str] = (),
) -> Ending:
    """Return how the judgement of a site ends.

    fail_on  the least weight that ends with FOUND, or "never"
    accept   what is proven under assumptions counts as proven
    strict   requirements that nobody put into scope count too, where they are mandatory
    known    fingerprints of findings that do not end with FOUND: those of a baseline
    """
    violated = [one for one in assessment.findings if one.standing is Standing.VIOLATED]
    crossed = {(c.src.zone, c.dst.zone) for c in assessment.crossings if c.standing is Standing.VIOLATED}
    unexplained = crossed - {pair for one in violated for pair in one.pairs}
    notes: list[tuple[str, str]] = []
    if _counted(violated, fail_on, known) or (unexplained and fail_on != "never"):
        return _lacking(assessment, Ending(Code.FOUND), strict=strict)
    if violated or crossed:
        notes.append(
            (
                "segcheck: the verdict is still `violated`; what was found is waived, left out or below --fail-on"
                + (", or in the baseline" if known else ""),
                "segcheck: 判定は「越境可能」のままです。指摘は例外措置・対象外・--fail-on 未満"
                + ("・ベースラインにあるもの" if known else "")
                + "です",
            )
        )
    standings = {one.standing for one in assessment.crossings} | {one.standing for one in assessment.findings}
    undecided = Standing.UNDECIDED in standings or not assessment.crossings
    assumed = any(one.standing is Standing.PROVEN_ASSUMING for one in assessment.crossings)
    code = Code.UNDECIDED if undecided or (assumed and not accept) else Code.CLEAN
    return _lacking(assessment, Ending(code, tuple(notes)), strict=strict)


def of_captures(found: Replayed, fail_on: str, *, known: Collection[str] = ()) -> Ending:
    """Return how the judgement of captures ends."""
    findings = found.assessment.findings
    violated = [one for one in findings if one.standing is Standing.VIOLATED]
    crossed = any(one.standing is Standing.VIOLATED for one in found.assessment.crossings)
    if _counted(violated, fail_on, known):
        return Ending(Code.FOUND)
    notes: tuple[tuple[str, str], ...] = ()
    if violated or crossed:
        notes = (
            (
                "segcheck: the verdict is still `violated`; what was seen is waived, left out or below --fail-on",
                "segcheck: 判定は「違反を観測」のままです。指摘は例外措置・対象外・--fail-on 未満です",
            ),
        )
    standings = {one.standing for one in findings} | {one.standing for one in found.assessment.crossings}
    undecided = Standing.UNDECIDED in standings or bool(found.gaps) or bool(found.unasked)
    return Ending(Code.UNDECIDED if undecided else Code.CLEAN, notes)


def both(first: Ending, second: Ending) -> Ending:
    """Return how two judgements end together: FOUND before UNDECIDED before CLEAN."""
    order = (Code.CLEAN, Code.UNDECIDED, Code.FOUND)
    return Ending(max(first.code, second.code, key=order.index), (*first.notes, *second.notes))


def _counted(violated: Collection[Finding], fail_on: str, known: Collection[str]) -> bool:
    least = -1 if fail_on == "never" else Weight(fail_on).rank
    return any(not one.waived and one.weight.rank <= least and one.fingerprint not in known for one in violated)


def _lacking(assessment: Assessment, ending: Ending, *, strict: bool) -> Ending:
    """Return an ending that is UNDECIDED where it would be CLEAN while a requirement that counts lacks evidence."""
    names = [
        f"{one.requirement.id} ({one.organ})" if one.organ else one.requirement.id
        for one in assessment.requirements
        if one.outcome is Outcome.INSUFFICIENT and (one.in_scope or (strict and one.requirement.mandatory))
    ]
    notes = ending.notes
    if names and (strict or ending.code is Code.CLEAN):
        shown = ", ".join(names)
        notes += (
            (
                f"segcheck: requirements that lack evidence: {len(names)} ({shown}); see --requirements list",
                f"segcheck: 証拠不足の要求事項: {len(names)} 件 ({shown})。--requirements list で理由を示します",
            ),
        )
    return Ending(Code.UNDECIDED if names and ending.code is Code.CLEAN else ending.code, notes)
