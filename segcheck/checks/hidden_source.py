"""Address translation hides who sends a registered communication."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._registered import steps, used
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.sets import addresses

CHECK = Check(
    id="hidden-source",
    weight=Weight.MEDIUM,
    requirements=("MN-03", "X-12"),
    title=("NAT が送信元を隠す", "NAT hides the source"),
    message=(
        "台帳 {entry} の通信の送信元が {device} の規則 {rule} で {address} に書き換わる。",
        "The source of register entry {entry} becomes {address} by rule {rule} of {device}.",
    ),
    why=(
        "先の機器とログからは、どの端末が送ったか分からない。台帳の送信元で絞ることもできない。",
        "Devices behind it and their logs cannot tell who sent it, nor restrict it to the registered source.",
    ),
    fix=("ゾーンの境界では NAT をやめ、元のアドレスのまま通す。", "Do without NAT at a zone boundary."),
    wrong=("1 対 1 の変換で、対応表が残るとき。", "If it is one-to-one and the table is kept."),
)


def find(context: Context) -> Iterator[Finding]:
    """Yield each rule that rewrites the source of a registered communication to an address that several share."""
    seen = set()
    for one in used(context):
        for hop, step, _, rule in steps(context, one.journey):
            source, after = step.before.get("src"), step.after.get("src")
            key = (one.entry.id, hop.device, step.rule)
            if step.action != "translate" or source == after or key in seen or step.span is None:
                continue
            seen.add(key)
            shown = addresses.text(after) if after is not None else "?"
            yield Finding(
                check=CHECK.id,
                weight=CHECK.weight,
                standing=Standing.VIOLATED,
                basis=(Basis.RULES,),
                subject=f"{hop.device} {step.rule}",
                key=f"{one.entry.id}:{hop.device}/{rule.key if rule else step.rule}",
                src_zone=one.source.zone,
                dst_zone=one.journey.delivered.zone if one.journey.delivered else "",
                params=(("entry", one.entry.id), ("device", hop.device), ("rule", step.rule), ("address", shown)),
                evidence=(
                    ConfigEvidence(step.span, rule.text if rule else "", f"{hop.device}:{step.list}:{step.rule}"),
                ),
                remedy=(
                    f"{hop.device} の規則 {step.rule} の NAT を無効にし、元のアドレスのまま通す。",
                    f"Switch NAT off in rule {step.rule} of {hop.device}.",
                ),
                requirements=CHECK.requirements,
            )
