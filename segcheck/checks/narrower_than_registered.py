"""A registered communication does not pass: its rule is missing, disabled or hidden."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._working import Fails, Wanted, failing, shown
from segcheck.model.check import Check
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.register import RegisterEntry

CHECK = Check(
    id="narrower-than-registered",
    weight=Weight.LOW,
    requirements=("X-12",),
    title=("台帳にあるのに通らない通信", "Registered, but it does not pass"),
    message=(
        "台帳 {entry} の通信が通らない。{source} からの {service}",
        "Register entry {entry} does not pass: {service} from {source}",
    ),
    unsure=(
        ("台帳の通信が通ると言えない", "Registered, but it cannot be shown to pass"),
        (
            "台帳 {entry} の通信が通ると言えない。{source} からの {service}",
            "Register entry {entry} cannot be shown to pass: {service} from {source}",
        ),
    ),
    why=(
        "台帳と規則が食い違っている。規則が無効・欠落・他の規則の陰にあるか、台帳が古い。",
        "Register and rules differ: a rule is disabled, missing or hidden, or the entry is old.",
    ),
    fix=("不要なら台帳から外す。必要なら規則を直す。", "Retire the entry if it is not needed, else mend the rule."),
    wrong=("経路を宣言していない機器があるとき。", "If routes of a device were not declared."),
)


def find(context: Context) -> Iterator[Finding]:
    """Yield a finding for each entry of which something does not surely pass today."""
    registered = context.judgement.allowances
    failed: dict[str, list[Fails]] = {}
    wanted = [Wanted(one, at_times=bool(context.entries[one.entry].schedule)) for one in registered]
    for allowance, one in failing(context, wanted):
        failed.setdefault(allowance.entry, []).append(one)
    for entry in dict.fromkeys(one.entry for one in registered):
        if entry in failed:
            yield _finding(context, context.entries[entry], failed[entry])


def _finding(context: Context, entry: RegisterEntry, parts: list[Fails]) -> Finding:
    parts = sorted(parts, key=lambda one: -one.standing.rank)
    sources = tuple(dict.fromkeys(one.source for one in parts))
    zones = tuple(dict.fromkeys((context.zone_of(name), "") for name in sources))
    return Finding(
        check=CHECK.id,
        weight=CHECK.weight,
        standing=parts[0].standing,
        basis=(Basis.RULES,),
        subject=entry.id,
        key=entry.id,
        src_zone=zones[0][0],
        zones=zones,
        params=(
            ("entry", entry.id),
            ("service", ", ".join(dict.fromkeys(one.service.text for one in parts))),
            ("source", ", ".join(sources)),
        ),
        assumptions=tuple(dict.fromkeys(name for one in parts for name in one.assumptions)),
        evidence=(*shown(context, parts), ConfigEvidence(entry.span, f"{entry.id}: {entry.purpose}")),
        remedy=(
            f"台帳 {entry.id} が今も必要かを所管課に確かめる。不要なら廃止し、必要なら規則を有効にするか加える。",
            f"Ask whether register entry {entry.id} is still needed; retire it, or enable or add its rule.",
        ),
        requirements=CHECK.requirements,
    )
