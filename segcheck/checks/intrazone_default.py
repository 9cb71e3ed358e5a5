"""A firewall zone lets its members talk to each other without a rule, and they stand in different zones of the site."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis.compiling.needs import interface_names
from segcheck.analysis.rule_boxes import Box, form
from segcheck.checks._base import Context
from segcheck.checks._hygiene import exports_read, through
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.device import DeviceConfig
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.match import State
from segcheck.model.rules import Permit, Rule
from segcheck.sets.intervals import IntervalSet

CHECK = Check(
    id="intrazone-default",
    weight=Weight.HIGH,
    requirements=("X-12",),
    title=("規則なしで通すファイアウォールゾーン", "A firewall zone that is open inside without a rule"),
    message=(
        "{device} のゾーン {zone} は規則がなくても内部を通すが、区画 {zones} にまたがる: {interfaces}",
        "Zone {zone} of {device} is open inside without any rule, and reaches over the zones {zones}: {interfaces}",
    ),
    why=(
        "装置のゾーンに入れただけで、区画の間が規則もログもなく通る。",
        "By membership alone traffic passes between zones of the site, with neither rule nor log.",
    ),
    fix=(
        "インターフェースを別々のゾーンに分けるか、ゾーン内の既定を拒否にする。",
        "Put the interfaces into zones of their own, or deny inside the zone by default.",
    ),
    wrong=("上の規則がゾーン内の通信をすべて決めているとき。", "If rules above decide all traffic inside the zone."),
)
covered = exports_read


def find(context: Context) -> Iterator[Finding]:
    """Yield each zone of a device whose built-in default permits between interfaces in different zones of the site."""
    for name, station in context.network.stations.items():
        config = station.config
        if config is None or station.assumed:
            continue
        where = {port.interface: {context.zone_of(place) for place in port.places} - {""} for port in station.ports}
        names = interface_names(config)
        seen = set()
        for listed in sorted(through(config)):
            for rule in config.lists[listed].rules:
                for members in _open_inside(rule, names):
                    zones = {zone for member in members for zone in where.get(member, ())}
                    if len(zones) > 1 and members not in seen:
                        seen.add(members)
                        yield _finding(name, config, members, zones)


def _open_inside(rule: Rule, names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the interfaces between any of which a rule that the vendor builds in lets sessions begin."""
    if rule.span is not None or not rule.enabled or not isinstance(rule.action, Permit):
        return
    for box in form(rule.match, names).possible:
        if "in" in box and "out" in box and State.NEW in box.get("state", IntervalSet.of(State.NEW)):
            members = tuple(
                name for number, name in enumerate(names) if number in box["in"] and number + 1 in box["out"]
            )
            if len(members) > 1 and not _more(box):
                yield members


def _more(box: Box) -> bool:
    """Return whether a box asks for more than interfaces and state: helpers and answers are no default."""
    return bool(box.keys() - {"in", "out", "state"})


def _finding(device: str, config: DeviceConfig, members: tuple[str, ...], zones: set[str]) -> Finding:
    ports = [port for name in members if (port := config.interface(name)) is not None]
    zone = next((port.zone for port in ports if port.zone), "?")
    names = ", ".join(members)
    return Finding(
        check=CHECK.id,
        weight=CHECK.weight,
        standing=Standing.VIOLATED,
        basis=(Basis.RULES,),
        subject=f"{device} {zone}",
        key=f"{device}/{zone}",
        params=(("device", device), ("zone", zone), ("zones", ", ".join(sorted(zones))), ("interfaces", names)),
        evidence=tuple(ConfigEvidence(p.span, f"{p.name}: zone {zone}") for p in ports if p.span is not None),
        remedy=(
            f"{names} を別々のゾーンに分けるか、ゾーン {zone} の内部の既定を拒否にし、必要な通信だけを規則で許可する。",
            f"Put {names} into zones of their own, or deny inside {zone} by default and permit by rule what is needed.",
        ),
        requirements=CHECK.requirements,
    )
