"""A permit between zones that no entry of the register needs, though other devices stop what it lets pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from segcheck.analysis.causes import Kind, Statement
from segcheck.checks._base import Context
from segcheck.checks._hygiene import (
    Listed,
    crossed,
    exports_read,
    grouped,
    is_permit,
    listed,
    openings,
    some,
    unregistered,
)
from segcheck.checks._registered import answering, serving
from segcheck.model.check import Check
from segcheck.model.finding import Finding, Weight
from segcheck.model.rules import Rule
from segcheck.model.site_words import DeviceKind
from segcheck.sets.header import SERVICE_PORTS
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet

CHECK = Check(
    id="unregistered-rule",
    weight=Weight.MEDIUM,
    requirements=("X-12",),
    title=("台帳のどの通信にも要らない許可", "A permit that nothing in the register needs"),
    message=(
        "{rules} は {zones} の通信を許可するが、台帳のどの通信もこの規則を使わない。今は別の機器が止めている。",
        "{rules} permits traffic {zones}, but no entry of the register uses it. Another device stops that traffic today.",
    ),
    why=(
        "止めているのは別の機器だけで、そこが変わると、誰も登録していない通信が通る。",
        "Only another device stops it: once that changes, traffic passes that nobody has registered.",
    ),
    fix=("要らない許可は削除し、要るなら台帳に登録する。", "Delete it; register it if it is needed."),
    wrong=(
        "宣言していない経路を通る通信のための規則のとき。",
        "If it serves traffic on a way that was not declared.",
    ),
)
covered = exports_read
#: Boxes of what a rule lets pass that are listed.
BOXES = 8


def cuts() -> Iterator[tuple[str, IntervalSet]]:
    """Yield what has to be told apart to say what opens a session."""
    yield "sport", SERVICE_PORTS


def find(context: Context) -> Iterator[Finding]:
    """Yield each permit of a session between zones that serves no entry, with what it lets pass.

    Those that are the cause of a crossing are told as such, and a host's own filter is no boundary.
    """
    blamed = {
        (s.device, s.list, s.rule, s.span)
        for cause in context.causes
        for s in cause.statements
        if cause.kind not in (Kind.SPOOFED, Kind.ONE_WAY)
    }
    for one in listed(context):
        if not one.through or one.station.device.kind is DeviceKind.HOST:
            continue
        for rule in one.rules.rules:
            if is_permit(rule) and (one.device, one.rules.name, rule.id, rule.span) not in blamed:
                yield from _of(context, one, rule)


def _of(context: Context, one: Listed, rule: Rule) -> Iterator[Finding]:
    if serving(context, Statement(one.device, one.rules.name, rule.id, rule.key, rule.span, rule.text)):
        return
    opened = openings(context.judgement.reach.spaces[one.device], one.rules, rule)
    if opened and unregistered(context, opened) == opened:
        parts = list(crossed(context, one, rule, opened))
        if parts and (one.device, rule.id, rule.span) not in answering(context):
            yield _finding(context, one, rule, parts)


def _finding(context: Context, one: Listed, rule: Rule, parts: list[tuple[str, str, PacketSet]]) -> Finding:
    surplus = parts[0][2]
    for _, _, packets in parts[1:]:
        surplus = surplus | packets
    zones = tuple((source, target) for source, target, _ in parts)
    name = one.name(rule)
    found = grouped(
        CHECK,
        one.device,
        [(one, rule)],
        params=(("zones", some([f"{source} → {target}" for source, target in zones])),),
        remedy=(
            f"{name} が要るかを所管課に確かめる。不要なら変更申請を経て削除し、必要なら台帳に登録する。",
            f"Ask whether {name} is needed; delete it by the usual change procedure, or register what it is for.",
        ),
    )
    return replace(found, zones=zones, src_zone=zones[0][0], dst_zone=zones[0][1], packets=surplus.boxes(BOXES))
