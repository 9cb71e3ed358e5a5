"""The register holds an entry in force that the model of the guideline does not know: it permits nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from segcheck.analysis.causes import Kind
from segcheck.analysis.permitting import Held
from segcheck.checks import _entries
from segcheck.checks._base import Context, crossing_requirements, crossing_weight
from segcheck.checks._grouping import Mistake, findings, mistakes
from segcheck.checks._models import reason, remedy
from segcheck.model.check import Check, Said
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.profile import Guideline
from segcheck.model.requirement import Coverage, Covered

CHECK = Check(
    id="entry-out-of-model",
    weight=Weight.HIGH,
    requirements=("MN-01", "MN-02", "LG-01", "LG-05", "LG-07", "IN-01", "X-03", "X-04", "X-12"),
    title=("モデルにない登録", "An entry that the model does not know"),
    message=(
        "台帳 {entry} ({kind}) は、適用するモデルでは認められないため、許可として扱わない。{why_ja}。通している規則: {rules}",
        "Register entry {entry} ({kind}) is not known to the model in force and permits nothing: {why_en}. Let through by: {rules}",
    ),
    why=(
        "台帳に載せて承認しても、三層の対策のモデルが認めない通信は分離・分割を崩す。同じ画面転送でも、モデルと版によって認められる向きが違う。",
        "Registered and approved, it still undoes the separation where the model does not know it: "
        "the same screen transfer is allowed in one model or edition and not in another.",
    ),
    fix=(
        "登録を廃止して規則を削除する。移行中なら profiles の日付と範囲を、団体の選択なら options か standard を書く。",
        "Retire the entry and delete its rules; in a migration mend the profiles, and state the city's own choices "
        "under options or standard.",
    ),
    wrong=(
        "種別・initiator・peer_class、profiles の日付・範囲、ゾーンの tier の書き誤り。",
        "If kind, initiator, peer_class, the profiles' days or segments, or a zone's tier are wrong.",
    ),
)


def covered(context: Context) -> Covered:
    """Return ASKED wherever the register has entries in force; that no profile holds is a finding."""
    return Covered(Coverage.ASKED) if _entries.in_force(context) else _entries.NO_ENTRY


def find(context: Context) -> Iterator[Finding]:
    """Yield one finding for each entry in force that some session of it must not exist, whether or not rules let it pass."""
    guideline = context.site.policy.guideline
    if guideline is None:
        return
    out = {held.entry.id: held for held in context.held if held.refusals}

    def mend(_: Context, mistake: Mistake) -> Said:
        return remedy(guideline, out[mistake.about].refusals)

    passing = (cause for cause in context.causes if cause.kind is Kind.OUT_OF_MODEL and cause.entry in out)
    for finding in findings(context, CHECK, mistakes(passing, by_entry=True), mend, breaks=("X-12",)):
        yield _told(guideline, out.pop(finding.subject), finding)
    for held in out.values():
        yield _told(guideline, held, _stopped(context, guideline, held))


def _told(guideline: Guideline, held: Held, finding: Finding) -> Finding:
    entry = held.entry
    japanese, english = reason(guideline, held.refusals[0])
    params = dict(finding.params) | {
        "entry": entry.id,
        "kind": entry.kind.value,
        "why_ja": japanese,
        "why_en": english,
    }
    line = ConfigEvidence(entry.span, f"{entry.id}: {entry.purpose}")
    return replace(finding, params=tuple(params.items()), evidence=(line, *finding.evidence))


def _stopped(context: Context, guideline: Guideline, held: Held) -> Finding:
    """Return the finding of an entry of which nothing surely passes today."""
    zones = tuple(dict.fromkeys((context.zone_of(one.place), context.zone_of(one.peer)) for one in held.refusals))
    tiers = [one.tiers for one in held.refusals]
    broken = dict.fromkeys(name for pair in tiers for name in crossing_requirements(*pair))
    return Finding(
        check=CHECK.id,
        weight=min((crossing_weight(*pair) for pair in tiers), key=lambda one: one.rank),
        standing=Standing.VIOLATED,
        basis=(Basis.RULES,),
        subject=held.entry.id,
        key=held.entry.id,
        src_zone=zones[0][0],
        dst_zone=zones[0][1],
        zones=zones,
        params=(("rules", "-"),),
        remedy=remedy(guideline, held.refusals),
        requirements=tuple(dict.fromkeys((*broken, "X-12"))),
    )
