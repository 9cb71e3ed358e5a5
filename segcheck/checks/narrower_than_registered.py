"""A registered communication does not pass: its rule is missing, disabled or hidden."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._working import failing
from segcheck.model.check import Check
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight, WitnessEvidence

CHECK = Check(
    id="narrower-than-registered",
    weight=Weight.LOW,
    requirements=("X-12",),
    title=("台帳にあるのに通らない通信", "Registered, but it does not pass"),
    message=(
        "台帳 {entry} の {service} が {source} から通らない、または通るとは言えない。",
        "Register entry {entry}, {service} from {source}, does not pass, or cannot be said to.",
    ),
    why=(
        "台帳と規則が食い違っている。規則が無効・欠落・他の規則の陰にあるか、台帳が古い。",
        "Register and rules differ: a rule is disabled, missing or hidden, or the entry is old.",
    ),
    fix=("不要なら台帳から外す。必要なら規則を直す。", "Retire the entry if it is not needed, else mend the rule."),
    wrong=("経路を宣言していない機器があるとき。", "If routes of a device were not declared."),
)


def find(context: Context) -> Iterator[Finding]:
    """Yield a finding for each registered communication that does not surely pass today."""
    for allowance in context.judgement.allowances:
        entry = context.entries[allowance.entry]
        for one in failing(context, allowance, at_times=bool(entry.schedule)):
            yield Finding(
                check=CHECK.id,
                weight=CHECK.weight,
                standing=one.standing,
                basis=(Basis.RULES,),
                subject=entry.id,
                key=f"{entry.id}:{one.service.text}:{one.source}",
                src_zone=context.zone_of(one.source),
                params=(("entry", entry.id), ("service", one.service.text), ("source", one.source)),
                evidence=(
                    WitnessEvidence(one.packet, one.source, None, ()),
                    ConfigEvidence(entry.span, f"{entry.id}: {entry.purpose}"),
                ),
                remedy=(
                    f"台帳 {entry.id} が今も必要かを所管課に確かめ、不要なら廃止、必要なら規則を有効にする。",
                    f"Ask whether register entry {entry.id} is still needed; retire it, or enable its rule.",
                ),
                requirements=CHECK.requirements,
            )
