"""The units of an HA pair mean different things: what may cross depends on which of them is active (DESIGN §2.9)."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis.comparing import Change, Comparison, Verdict, compare
from segcheck.checks import _entries
from segcheck.checks._base import Context
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.result import Binding, Member

CHECK = Check(
    id="ha-members-differ",
    weight=Weight.MEDIUM,
    requirements=("X-12",),
    title=("HA 構成の機器どうしで設定の意味が違う", "Units of an HA pair mean different things"),
    message=(
        "{device} の {first} と {second} で意味が異なる: {what}。どちらが稼働中かで通る通信が変わる。",
        "{first} and {second} of {device} differ in {what}: what passes depends on which of them is active.",
    ),
    why=(
        "切り替わった瞬間に、確かめていない規則で動き始める。",
        "The moment they switch over, rules are in force that nobody looked at.",
    ),
    fix=(
        "設定を同期し、両方のエクスポートを取得し直す。",
        "Synchronise the units and export both again.",
    ),
    wrong=(
        "エクスポートを取得した日が違い、その間に正しく変更したとき。",
        "If the exports were taken on different days and the change between them was right.",
    ),
)
#: Changes whose lines are shown.
SHOWN = 6


def covered(context: Context) -> Covered:
    """Return whether every unit of every redundant pair has an export of its own."""
    pairs = [one for one in context.bindings if one.device.members]
    if not pairs:
        return Covered(Coverage.NOTHING_TO_ASK, ("冗長構成の機器の宣言がない", "no redundant pair is declared"))
    return _entries.lacking(
        (one.device.id for one in pairs if len(one.members) < len(one.device.members)),
        (
            "各号機の設定情報がそろっていない冗長構成がある: {names}",
            "Not every unit of these pairs has an export: {names}",
        ),
    )


def find(context: Context) -> Iterator[Finding]:
    """Yield each unit that does not mean the same as the first one of its pair, or cannot be said to."""
    for bound in context.bindings:
        for second in bound.members[1:]:
            found = compare(bound.members[0].config, second.config)
            if found.verdict is not Verdict.EQUAL:
                yield _finding(bound, bound.members[0], second, found)


def _finding(bound: Binding, first: Member, second: Member, found: Comparison) -> Finding:
    device = bound.device.id
    what = ", ".join(dict.fromkeys((*(change.list for change in found.changes), *found.open)))
    lines = [line for change in found.changes[:SHOWN] for line in _lines(device, change)]
    places = [export.span for export in bound.device.exports if export.path in {one.path for one in bound.inputs}]
    evidence = tuple(dict.fromkeys(lines)) or tuple(ConfigEvidence(span, "", device) for span in places)
    return Finding(
        check=CHECK.id,
        weight=CHECK.weight,
        standing=Standing.VIOLATED if found.verdict is Verdict.DIFFERS else Standing.UNDECIDED,
        basis=(Basis.RULES,),
        subject=f"{device}: {first.name} / {second.name}",
        key=f"{device}:{second.name}",
        params=(("device", device), ("first", first.name), ("second", second.name), ("what", what)),
        evidence=evidence,
        because=tuple(one.id for one in bound.diagnostics),
        remedy=(
            f"{first.name} と {second.name} の {what} を同じにする。",
            f"Make {what} of {first.name} and {second.name} the same.",
        ),
        requirements=CHECK.requirements,
    )


def _lines(device: str, change: Change) -> Iterator[ConfigEvidence]:
    for side in (change.old, change.new):
        if side.span is not None:
            yield ConfigEvidence(side.span, side.text, f"{device}:{change.list}:{side.rule}")
