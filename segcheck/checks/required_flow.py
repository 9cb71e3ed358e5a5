"""A communication that must work does not, or cannot be said to work."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis import permitting
from segcheck.checks._base import Context
from segcheck.checks._working import failing
from segcheck.model.check import Check
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight, WitnessEvidence

CHECK = Check(
    id="required-flow",
    weight=Weight.MEDIUM,
    requirements=("X-12",),
    title=("必要な通信が通らない", "A required communication does not work"),
    message=(
        "必要な通信 {id} の {service} が {source} から通らない、または通るとは言えない。",
        "Required communication {id}, {service} from {source}, does not work, or cannot be said to.",
    ),
    why=("業務が止まる。", "Work stops."),
    fix=("規則と経路を直す。", "Mend rules and routes."),
    wrong=("経路を宣言していない機器があるとき。", "If routes of a device were not declared."),
)


def find(context: Context) -> Iterator[Finding]:
    """Yield a finding for each required communication that does not surely work."""
    for flow in context.site.policy.required:
        wanted = permitting.of_flow(context.site, flow)
        for one in failing(context, wanted):
            yield Finding(
                check=CHECK.id,
                weight=CHECK.weight,
                standing=one.standing,
                basis=(Basis.RULES,),
                subject=flow.id,
                key=f"{flow.id}:{one.service.text}:{one.source}",
                src_zone=context.zone_of(one.source),
                params=(("id", flow.id), ("service", one.service.text), ("source", one.source)),
                evidence=(
                    WitnessEvidence(one.packet, one.source, None, ()),
                    ConfigEvidence(flow.span, f"{flow.id}: {flow.purpose}"),
                ),
                remedy=(
                    f"{flow.id} の経路上の規則と経路を確かめる。trace で実例のパケットを追うと止まる場所が分かる。",
                    f"Check rules and routes of {flow.id}; `trace` shows where the witness stops.",
                ),
                requirements=CHECK.requirements,
            )
