"""A disabled rule that the register counts on, or that would open something as soon as somebody enables it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from segcheck.analysis.anomalies import CAPACITY
from segcheck.analysis.compiling.ground import Ground
from segcheck.analysis.compiling.space import Space
from segcheck.analysis.journeys import travel
from segcheck.checks._base import Context
from segcheck.checks._hygiene import (
    Listed,
    crossed,
    exports_read,
    grouped,
    listed,
    openings,
    some,
    told_apart,
    unregistered,
)
from segcheck.checks._working import disabled, failing_entries
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.device import DeviceConfig
from segcheck.model.finding import ConfigEvidence, Finding, Weight
from segcheck.model.rules import Permit, Rule
from segcheck.model.site_words import DeviceKind
from segcheck.model.source import Span

CHECK = Check(
    id="disabled-rule",
    weight=Weight.MEDIUM,
    requirements=("X-12",),
    title=("無効にされたまま残る許可", "Permits left disabled"),
    message=(
        "{device} の無効な許可 {count} 件: {what}",
        "{count} disabled permits of {device}: {what_en}",
    ),
    why=(
        "台帳では使うことになっている規則が効いていないか、誰かが有効にした瞬間に未登録の通信が通る。",
        "What the register counts on is off; or something that nobody registered is one click from open.",
    ),
    fix=(
        "要らない規則は削除し、台帳で使う規則は有効にする。",
        "Delete what is not needed; enable what the register counts on.",
    ),
    wrong=("年に一度だけ有効にする手順が決まっているとき。", "If there is a procedure that enables it once a year."),
)
covered = exports_read


def find(context: Context) -> Iterator[Finding]:
    """Yield each disabled permit by which an entry would pass that does not, and, for each device, those that would open more.

    More is what nobody registered, between zones, and no other rule of the list permits.
    """
    known = {(one.device, one.rules.name): one for one in listed(context)}
    counted: dict[tuple[str, str, Span], tuple[Listed, Rule, list[str]]] = {}
    for entry, failed in failing_entries(context).items():
        for one in failed.parts:
            if one.standing is not Standing.VIOLATED:
                continue
            for way in travel(context.network, one.source, one.packet).journeys:
                for hop in way.hops:
                    for name, rule, line in disabled(context, hop):
                        place = known.get((hop.device, name))
                        if place is not None:
                            key = hop.device, name, line.span
                            entries = counted.setdefault(key, (place, rule, []))[2]
                            entries += [entry] if entry not in entries else []
    for place, rule, entries in counted.values():
        yield _counted_on(context, place, rule, entries)
    yield from _would_open(context, {(one.device, one.rules.name, rule) for one, rule, _ in counted.values()})


def _counted_on(context: Context, one: Listed, rule: Rule, entries: list[str]) -> Finding:
    names = ", ".join(entries)
    found = grouped(
        CHECK,
        one.device,
        [(one, rule)],
        params=(
            ("what", f"{one.name(rule)} は台帳 {names} の通信を通す規則だが、無効になっている"),
            ("what_en", f"{one.name(rule)} would let register entry {names} pass, and nothing else does"),
        ),
        remedy=(
            f"台帳 {names} が今も必要かを所管課に確かめる。必要なら規則を有効にし、不要なら規則と台帳の両方から外す。",
            f"Ask whether {names} is still needed: enable the rule, or take both the rule and the entry out.",
        ),
    )
    entry_lines = tuple(
        ConfigEvidence(context.entries[name].span, f"{name}: {context.entries[name].purpose}") for name in entries
    )
    return replace(found, evidence=(*found.evidence, *entry_lines))


def _would_open(context: Context, counted: set[tuple[str, str, Rule]]) -> Iterator[Finding]:
    devices: dict[str, list[tuple[Listed, Rule, str]]] = {}
    spaces: dict[str, Space] = {}
    for one in listed(context):
        if not one.through or one.station.device.kind is DeviceKind.HOST:
            continue
        for rule in one.rules.rules:
            if rule.enabled or rule.span is None or not isinstance(rule.action, Permit):
                continue
            if (one.device, one.rules.name, rule) in counted:
                continue
            if one.device not in spaces:
                spaces[one.device] = _space(context, one.device, one.config)
            if pairs := _opened(context, spaces[one.device], one, rule):
                devices.setdefault(one.device, []).append((one, rule, pairs))
    for device, members in devices.items():
        what = some([f"{one.name(rule)} ({pairs})" for one, rule, pairs in members])
        yield grouped(
            CHECK,
            device,
            [(one, rule) for one, rule, _ in members],
            weight=Weight.LOW,
            params=(
                ("what", f"有効にすると台帳にない通信が通る {what}"),
                ("what_en", f"once enabled they let pass what nobody registered: {what}"),
            ),
            remedy=(
                "使う予定がないことを所管課に確かめ、変更申請を経て削除する。",
                "Confirm that nobody means to use them, and delete them by the usual change procedure.",
            ),
        )


def _space(context: Context, device: str, config: DeviceConfig) -> Space:
    """Return the universe of a device in which its disabled rules can be asked about, too: that of the site cannot tell."""
    lists = {
        name: replace(rules, rules=tuple(replace(rule, enabled=True) for rule in rules.rules))
        for name, rules in config.lists.items()
    }
    ground = Ground({device: replace(config, lists=lists)}, cuts=told_apart(context), capacity=CAPACITY)
    return Space(config, ground=ground, label=device)


def _opened(context: Context, space: Space, one: Listed, rule: Rule) -> str:
    """Return between which zones a disabled rule would let unregistered sessions pass that its list stops today."""
    left = unregistered(context, openings(space, one.rules, rule))
    return some([f"{source} → {target}" for source, target, _ in crossed(context, one, rule, left)]) if left else ""
