"""Permitted sessions, one after the other, lead from tier to tier past every sanitiser (踏み台経路の可能性)."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis.causes import Statement
from segcheck.analysis.chains import Chain, Spot, Step, chains
from segcheck.checks import _entries
from segcheck.checks._base import Context, crossing_requirements, statement_evidence
from segcheck.checks._registered import Used, steps, used
from segcheck.loaders import closures
from segcheck.model.check import Check
from segcheck.model.closure import Carries
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, ConfigEvidence, Evidence, Finding, Weight, WitnessEvidence
from segcheck.model.requirement import Coverage, Covered

CHECK = Check(
    id="stepping-stone",
    weight=Weight.HIGH,
    requirements=("LG-01", "LG-02", "LG-05", "LG-13", "MN-01", "MN-02", "MN-09", "IN-08"),
    title=("踏み台経路の可能性", "A possible stepping stone"),
    message=(
        "登録済みの通信をつなぐと、無害化を通らずに {source} から {target} へ{carries}。経路: {way}",
        "Registered sessions, one after the other, {carries_en} from {source} to {target} past every sanitiser: {way}",
    ),
    why=(
        "一つ一つは承認された通信でも、途中の端末が乗っ取られると、つないで使われる。無害化装置で終わらない経路は分離・分割を破る。",
        "Each session is approved by itself; whoever takes over a host on the way can use one after the other. "
        "A way that no sanitiser ends undoes the separation.",
    ),
    fix=(
        "経路のどれか一つを無くすか、間に無害化装置を置く。残すなら chains に理由・責任者・見直し期限を付けて登録する。",
        "Remove one of the sessions or put a sanitiser between them. To keep the way, accept it under `chains` with a reason, "
        "an owner and a review date.",
    ),
    wrong=(
        "途中の端末が別々の区画にあり、互いに通信できないとき。同じセグメントの端末は互いに届くものとして調べている。",
        "If the hosts on the way cannot reach each other: hosts of one segment are taken to.",
    ),
)
_CARRIES = {
    Carries.CONTROL: ("侵入できる", "lead an intruder"),
    Carries.DATA: ("データが渡る", "carry data"),
}


def covered(context: Context) -> Covered:
    """Return ASKED wherever the register has entries in force; steps of which nobody can say are findings."""
    return Covered(Coverage.ASKED) if _entries.in_force(context) else _entries.NO_ENTRY


def find(context: Context) -> Iterator[Finding]:
    """Yield the shortest chain of each closure between two zones; data that may go both ways is told once."""
    told: set[tuple[str, str]] = set()
    for chain in chains(context.judgement, closures.load(), context.day):
        ends = chain.source.zone, chain.target.zone
        if chain.closure.carries is Carries.DATA:
            if ends[::-1] in told:
                continue
            told.add(ends)
        yield _finding(context, chain)


def _finding(context: Context, chain: Chain) -> Finding:
    japanese, english = _CARRIES[chain.closure.carries]
    entries = ", ".join(dict.fromkeys(chain.entries))
    way = chain.source.id + "".join(f" {_arrow(step)} {_named(step.target)}" for step in chain.steps)
    return Finding(
        check=CHECK.id,
        weight=CHECK.weight,
        standing=Standing.VIOLATED if chain.sure else Standing.UNDECIDED,
        basis=(Basis.RULES,),
        subject=f"{chain.source.zone} → {chain.target.zone}",
        key=f"{chain.closure.carries.value}:{'+'.join(chain.entries)}",
        src_zone=chain.source.zone,
        dst_zone=chain.target.zone,
        params=(
            ("carries", japanese),
            ("carries_en", english),
            ("source", chain.source.id),
            ("target", chain.target.id),
            ("way", way),
            ("entries", entries),
        ),
        evidence=tuple(_evidence(context, chain)),
        remedy=(
            f"台帳 {entries} のうち一つを廃止するか、間に無害化装置を置く。"
            "残すなら policy.yaml の chains に理由・責任者・見直し期限を付けて登録する。",
            f"Retire one of the register entries {entries}, or put a sanitiser between them; "
            "to keep the way, accept it under `chains` of policy.yaml with a reason, an owner and a review date.",
        ),
        requirements=crossing_requirements(chain.source.tier, chain.target.tier),
    )


def _arrow(step: Step) -> str:
    return f"→ ({step.entry}) →" if step.entry else "→"


def _named(spot: Spot) -> str:
    return f"{spot.segment} [{spot.gateway}]" if spot.gateway else spot.segment


def _evidence(context: Context, chain: Chain) -> Iterator[Evidence]:
    """Yield, step by step, a packet of the session with the rules that let it pass, and the entry that permits it."""
    for step in chain.steps:
        if not step.entry:
            continue
        one = _shown(context, step)
        if one is not None:
            yield WitnessEvidence(one.packet, one.source.id, one.minute, (one.journey,))
            yield from statement_evidence(
                Statement(hop.device, met.list, met.rule, met.rule, met.span, rule.text if rule else "")
                for hop, met, _, rule in steps(context, one.journey)
                if met.action == "permit"
            )
        entry = context.entries[step.entry]
        yield ConfigEvidence(entry.span, f"{entry.id}: {entry.purpose}")


def _shown(context: Context, step: Step) -> Used | None:
    """Return the session that a step uses, from whichever side it is opened."""
    ends = {step.origin.segment, step.target.segment}
    for one in used(context):
        arrived = one.journey.delivered
        if one.entry.id != step.entry or arrived is None:
            continue
        host = context.site.hosts.get(arrived.id)
        if {one.source.id, host.segment if host is not None else arrived.id} == ends:
            return one
    return None
