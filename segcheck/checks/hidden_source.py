"""Address translation hides who sends a registered communication."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from segcheck.analysis.lookups import confirm
from segcheck.checks import _coverage
from segcheck.checks._base import Context, rule_name
from segcheck.checks._entries import requirements_of
from segcheck.checks._registered import Used, steps, used, zones_of
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight, WitnessEvidence
from segcheck.model.requirement import Covered
from segcheck.model.rules import Rule, Translate
from segcheck.model.source import Span
from segcheck.model.trace import Step
from segcheck.sets import addresses

CHECK = Check(
    id="hidden-source",
    weight=Weight.MEDIUM,
    requirements=("SP-1", "MN-03", "X-12"),
    title=("NAT が送信元を隠す", "NAT hides the source"),
    message=(
        "台帳 {entry} の通信の送信元が {rule} で {address} に書き換わる。",
        "The source of register entry {entry} becomes {address} by {rule}.",
    ),
    why=(
        "先の機器とログからは、どの端末が送ったか分からない。台帳の送信元で絞ることもできない。",
        "Devices behind it and their logs cannot tell who sent it, nor restrict it to the registered source.",
    ),
    fix=("ゾーンの境界では NAT をやめ、元のアドレスのまま通す。", "Do without NAT at a zone boundary."),
    wrong=("1 対 1 の変換で、対応表が残るとき。", "If it is one-to-one and the table is kept."),
)


def covered(context: Context) -> Mapping[str, Covered]:
    """Return the entries whose ways cannot be followed, by requirement."""
    return _coverage.by_entries(context, CHECK, lambda entries: _coverage.followed(context, entries))


def find(context: Context) -> Iterator[Finding]:
    """Yield each rule that rewrites the source of registered communications to an address that several may share."""
    hiding: dict[tuple[str, str, Span], list[tuple[Used, Step, Rule | None]]] = {}
    for one in used(context):
        for hop, step, _, rule in steps(context, one.journey):
            if step.action != "translate" or step.before.get("src") == step.after.get("src") or step.span is None:
                continue
            if not _one_to_one(rule):
                hiding.setdefault((hop.device, step.rule, step.span), []).append((one, step, rule))
    for (device, _, span), members in hiding.items():
        yield _finding(context, device, span, members)


def _one_to_one(rule: Rule | None) -> bool:
    """Return whether a rule gives every source an address of its own."""
    if rule is None or not isinstance(rule.action, Translate) or rule.action.translation is None:
        return False
    return rule.action.translation.shift is not None


def _finding(context: Context, device: str, span: Span, members: list[tuple[Used, Step, Rule | None]]) -> Finding:
    one, step, rule = members[0]
    entries = ", ".join(dict.fromkeys(used_one.entry.id for used_one, _, _ in members))
    zones = zones_of(used_one for used_one, _, _ in members)
    after = step.after.get("src")
    name = rule_name(device, step.list, step.rule)
    return Finding(
        check=CHECK.id,
        weight=CHECK.weight,
        standing=Standing.VIOLATED,
        basis=(Basis.RULES,),
        subject=name,
        key=f"{device}/{rule.key if rule else step.rule}",
        src_zone=zones[0][0],
        dst_zone=zones[0][1],
        zones=zones,
        params=(("entry", entries), ("rule", name), ("address", addresses.text(after) if after is not None else "?")),
        evidence=(
            WitnessEvidence(
                one.packet, one.source.id, one.minute, (one.journey,), confirm(context.network, (one.journey,))
            ),
            ConfigEvidence(span, rule.text if rule else "", f"{device}:{step.list}:{step.rule}"),
        ),
        remedy=(f"{name} の NAT を無効にし、元のアドレスのまま通す。", f"Switch NAT off in {name}."),
        requirements=requirements_of(context.network, (one.entry for one, _, _ in members), "SP-1"),
    )
