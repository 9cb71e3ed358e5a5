"""Packets cross by narrow rules where the model knows an entry for them and nobody wrote one (台帳未整備)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from segcheck.analysis.causes import Cause
from segcheck.checks import _coverage
from segcheck.checks._base import Context, crossing_requirements, once
from segcheck.checks._grouping import Mistake, findings, mistakes
from segcheck.checks._services import broken_by
from segcheck.checks.carrier import tunnels
from segcheck.model.check import Check, Said
from segcheck.model.finding import Finding, Weight
from segcheck.model.profile import Cell, Guideline, Need, Permit
from segcheck.model.register import Kind, ProfileUse
from segcheck.model.requirement import Covered
from segcheck.model.site_words import HostRole, Tier
from segcheck.sets.header import PacketClass
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.listing import Box

CHECK = Check(
    id="unregistered-crossing",
    weight=Weight.HIGH,
    requirements=(
        *("MN-01", "MN-09", "LG-01", "LG-02", "LG-07", "LG-09", "LG-13"),
        *("IN-08", "X-03", "X-04", "X-09", "X-12"),
    ),
    title=("台帳未整備", "The register has no entry yet"),
    message=(
        "台帳にない通信がゾーンを越えられる。モデルはこの区間の登録を認めている (台帳未整備)。区間対 {count}: {places}。通している規則: {rules}",
        "Traffic that nobody registered can cross where the model knows entries. Pairs of places: {count} ({places}). Let through by: {rules}",
    ),
    crosses=True,
    why=(
        "モデルが認める区間でも、台帳に載せて承認するまでは許可ではない。誰も承認していない通信路を、誰も見直さない。",
        "Even where the model knows entries, nothing is permitted until one was approved; what nobody approved nobody reviews.",
    ),
    fix=(
        "必要な通信なら台帳に登録して承認を得る。不要なら規則を削除する。",
        "Register it and have it approved if it is needed; delete the rule if not.",
    ),
    wrong=(
        "登録があり、ホストやポートの書き方が規則と合わないとき。",
        "If there is an entry whose hosts or ports are written otherwise than the rule.",
    ),
)
#: Hosts of the smaller and of the larger side, and ports, beyond which nobody could register it as it is (SP-1, SP-2). Ours.
FEW, HOSTS, PORTS = 16, 256, 16
#: Boxes of packets that are looked at; what has more is not narrow.
BOXES = 16
#: Kinds of entry that need no sanitiser and no screen: those of a direct session.
DIRECT = (Kind.SPECIFIC, Kind.RELAY, Kind.LOG_EXPORT, Kind.MAINTENANCE)
#: What the writing of an entry can fulfil, whoever its ends are.
WRITTEN = (Need.INTAKE, Need.TIME_BOXED)
_PORTED = (6, 17)
#: TCP, UDP, and ICMP of both families: what a register can name.
_NAMED = IntervalSet.of(1, 6, 17, 58)
_LOWER = {Weight.CRITICAL: Weight.HIGH, Weight.HIGH: Weight.MEDIUM, Weight.MEDIUM: Weight.LOW, Weight.LOW: Weight.LOW}


def covered(context: Context) -> Mapping[str, Covered]:
    """Return ASKED wherever there are such pairs of zones; what cannot be told of them `forbidden-crossing` says."""
    return _coverage.between(context, CHECK)


def find(context: Context) -> Iterator[Finding]:
    """Yield, one step milder than what no model knows, the rules behind crossings that could be registered as they are."""
    for one in findings(context, CHECK, apart(context)[True], _remedy):
        yield replace(one, weight=_LOWER[one.weight])


@once
def apart(context: Context) -> dict[bool, list[Mistake]]:
    """Return the plain mistakes that only lack an entry (True), and those that no entry could mend (False)."""
    found: dict[bool, list[Mistake]] = {True: [], False: []}
    for one in mistakes(tunnels(context)[False]):
        drifted = any("@" in rule.list for rule in one.rules)  # a rule that one unit of a pair alone has is no gap
        lacks = bool(one.rules) and not drifted and all(_registrable(context, cause) for cause in one.causes)
        found[lacks].append(one)
    return found


def _remedy(_: Context, mistake: Mistake) -> Said:
    names = ", ".join(dict.fromkeys(f"{one.device} {one.rule}" for one in mistake.rules))
    return (
        f"必要な通信であれば台帳へ登録して承認を得る。不要であれば {names} を削除する。",
        f"Register it and have it approved if it is needed; if not, delete {names}.",
    )


def _registrable(context: Context, cause: Cause) -> bool:
    """Return whether its packets are few enough for an entry, and every model in force knows one there.

    The guideline's own cells count, not what a standard of the city adds: what is wider than the guideline stays grave.
    """
    guideline, pair = context.site.policy.guideline, cause.pair
    if guideline is None or cause.against or cause.entry or Tier.PUBLIC in (pair.src.tier, pair.dst.tier):
        return False
    opening = cause.packets & context.judgement.reach.universe.of_class(PacketClass.OPENING)
    boxes = opening.boxes(BOXES)
    if boxes.truncated or not boxes.boxes or not all(map(_narrow, boxes.boxes)):
        return False
    broken = set(broken_by(context.judgement.reach.universe, pair.src.tier, pair.dst.tier, opening))
    if not broken <= set(crossing_requirements(pair.src.tier, pair.dst.tier)):
        return False  # no entry mends what must not cross as such: files, names, shared services of the My Number tier
    printers = IntervalSet.of(
        *(one for host in context.site.hosts.values() if host.role is HostRole.PRINTER for one in host.addresses)
    )
    if any(box.src.meets(printers) or box.dst.meets(printers) for box in boxes.boxes):
        return False  # two zones would meet in it
    rank = {tier: place for place, tier in enumerate(guideline.protection)}
    inner = min((pair.src, pair.dst), key=lambda place: rank[place.tier])
    outer = pair.dst if inner is pair.src else pair.src
    ends = IntervalSet.empty()
    for box in boxes.boxes:
        ends = ends | (box.src if outer is pair.src else box.dst)
    held = [one for one in context.site.policy.profiles if one.holds(inner.id, context.day)]
    return bool(held) and all(
        any(_allows(context, permit, ends) for permit in _cell(guideline, one, pair.src.tier, pair.dst.tier).permits)
        for one in held
    )


def _narrow(box: Box) -> bool:
    fewer, more = sorted((box.src.count, box.dst.count))
    if box.proto is None or not box.proto <= _NAMED or fewer > FEW or more > HOSTS:
        return False
    ported = any(one in box.proto for one in _PORTED)
    return not ported or (box.dport is not None and box.dport.count <= PORTS)


def _cell(guideline: Guideline, one: ProfileUse, src: Tier, dst: Tier) -> Cell:
    return guideline.cell(one.model, one.guideline_edition, src, dst)


def _allows(context: Context, permit: Permit, ends: IntervalSet) -> bool:
    """Return whether an entry of a direct session to, or from, these outer hosts could fulfil all that is needed."""
    if not permit.kinds.intersection(DIRECT) or (
        permit.option and context.site.policy.options.on(permit.option) is not True
    ):
        return False
    others: Sequence[Need] = [need for need in permit.needs if need not in WRITTEN]
    if any(need is not Need.PEER for need in others):
        return False
    if not others:
        return True
    fit = [host for host in context.site.hosts.values() if host.peer_class in permit.peers]
    return ends <= IntervalSet.of(*(address for host in fit for address in host.addresses))
