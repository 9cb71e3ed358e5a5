"""A communication that must work does not, or cannot be said to work."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis import permitting
from segcheck.checks._base import Context
from segcheck.checks._working import Fails, Wanted, failing, finding
from segcheck.model.check import Check
from segcheck.model.finding import Finding, Weight
from segcheck.model.requirement import Coverage, Covered

CHECK = Check(
    id="required-flow",
    weight=Weight.MEDIUM,
    requirements=("X-12",),
    title=("必要な通信が通らない", "A required communication does not work"),
    message=(
        "必要な通信 {id} が通らない。{source} からの {service}",
        "Required communication {id} does not work: {service} from {source}",
    ),
    unsure=(
        ("必要な通信が通ると言えない", "A required communication cannot be shown to work"),
        (
            "必要な通信 {id} が通ると言えない。{source} からの {service}",
            "Required communication {id} cannot be shown to work: {service} from {source}",
        ),
    ),
    why=("業務が止まる。", "Work stops."),
    fix=("規則と経路を直す。", "Mend rules and routes."),
    wrong=("経路を宣言していない機器があるとき。", "If routes of a device were not declared."),
)


def covered(context: Context) -> Covered:
    """Return whether anything is said to be required; what cannot be told of it is a finding."""
    if context.site.policy.required:
        return Covered(Coverage.ASKED)
    return Covered(Coverage.NOTHING_TO_ASK, ("必要な通信 (required) の宣言がない", "nothing is declared as required"))


def find(context: Context) -> Iterator[Finding]:
    """Yield a finding for each required communication of which something does not surely work."""
    flows = context.site.policy.required
    failed: dict[str, list[Fails]] = {}
    for communication, one in failing(context, [Wanted(permitting.of_flow(context.site, flow)) for flow in flows]):
        failed.setdefault(communication.entry, []).append(one)
    for flow in flows:
        if flow.id in failed:
            remedy = (
                f"{flow.id} の経路上の規則と経路を直す。実例のパケットが止まる機器から確かめる。",
                f"Mend rules and routes on the way of {flow.id}; begin with the device where the witness stops.",
            )
            yield finding(context, CHECK, flow, failed[flow.id], named="id", remedy=remedy)
