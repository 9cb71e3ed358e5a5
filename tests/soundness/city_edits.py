"""Edits that a person could make of a sound city: in the text of a FortiGate export, in the topology, in the register."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

_POLICIES = re.compile(r"(config firewall policy\n)(.*?)(\nend\n)", re.DOTALL)
_POLICY = re.compile(r"    edit .*?\n    next(?:\n|$)", re.DOTALL)


@dataclass(frozen=True)
class Change:
    """What was edited, in words; `quiet`: it means nothing to any packet."""

    what: str
    quiet: bool = False


Edit = Callable[[Path, Random], Change | None]


def change(folder: Path, seed: int) -> Change:
    """Edit the city in a folder and return what was done; every seed does something."""
    random = Random(seed)
    while True:
        done = random.choice(EDITS)(folder, random)
        if done is not None:
            return done


def _policies(path: Path) -> tuple[str, list[str]]:
    text = path.read_text(encoding="utf-8")
    found = _POLICIES.search(text)
    assert found is not None
    return text, _POLICY.findall(found[2] + "\n")


def _rewritten(path: Path, text: str, rules: list[str]) -> None:
    body = "".join(rules).removesuffix("\n")
    path.write_text(_POLICIES.sub(lambda found: found[1] + body + found[3], text, count=1), encoding="utf-8")


def _export(folder: Path, random: Random) -> Path:
    return random.choice(sorted(folder.glob("exports/*.conf")))


def _named(rule: str) -> str:
    found = re.search(r"edit (\d+)", rule)
    return found[1] if found else "?"


def _set(rule: str, key: str, value: str) -> str:
    return re.sub(rf"set {key} .*", f"set {key} {value}", rule)


def _objects(text: str, table: str) -> list[str]:
    section = re.search(rf"config firewall {table}\n(.*?)\nend\n", text, re.DOTALL)
    return re.findall(r'edit "(.*?)"', section[1]) if section else []


def _interfaces(text: str) -> list[str]:
    section = re.search(r"config system interface\n(.*?)\nend\n", text, re.DOTALL)
    assert section is not None
    return re.findall(r'edit "(.*?)"', section[1])


def rule_added(folder: Path, random: Random) -> Change:
    path = _export(folder, random)
    text, rules = _policies(path)
    pick = {
        "srcintf": random.choice(_interfaces(text)),
        "dstintf": random.choice(_interfaces(text)),
        "srcaddr": random.choice(_objects(text, "address")),
        "dstaddr": random.choice(_objects(text, "address")),
        "service": random.choice(_objects(text, "service custom")),
    }
    action = random.choice(("accept", "accept", "deny"))
    lines = [f'        set {key} "{value}"' for key, value in pick.items()]
    rule = "\n".join(
        ["    edit 500", *lines, f"        set action {action}", '        set schedule "always"', "    next\n"]
    )
    rules.insert(random.randrange(len(rules) + 1), rule)
    _rewritten(path, text, rules)
    return Change(f"{path.name}: rule added, {action} {pick}")


def rule_widened(folder: Path, random: Random) -> Change:
    path = _export(folder, random)
    text, rules = _policies(path)
    number = random.randrange(len(rules))
    key, value = random.choice(
        (("srcaddr", "all"), ("dstaddr", "all"), ("service", "ALL"), ("srcintf", "any"), ("dstintf", "any"))
    )
    rules[number] = _set(rules[number], key, f'"{value}"')
    _rewritten(path, text, rules)
    return Change(f"{path.name}: rule {_named(rules[number])} widened, {key} {value}")


def rule_aimed_elsewhere(folder: Path, random: Random) -> Change:
    path = _export(folder, random)
    text, rules = _policies(path)
    number, key = random.randrange(len(rules)), random.choice(("srcaddr", "dstaddr"))
    value = random.choice(_objects(text, "address"))
    rules[number] = _set(rules[number], key, f'"{value}"')
    _rewritten(path, text, rules)
    return Change(f"{path.name}: rule {_named(rules[number])}, {key} {value}")


def rules_reordered(folder: Path, random: Random) -> Change | None:
    path = _export(folder, random)
    text, rules = _policies(path)
    if len(rules) < 2:
        return None
    first, second = random.sample(range(len(rules)), 2)
    rules[first], rules[second] = rules[second], rules[first]
    _rewritten(path, text, rules)
    return Change(f"{path.name}: rules {_named(rules[first])} and {_named(rules[second])} change places")


def rule_removed(folder: Path, random: Random) -> Change:
    path = _export(folder, random)
    text, rules = _policies(path)
    gone = rules.pop(random.randrange(len(rules)))
    _rewritten(path, text, rules)
    return Change(f"{path.name}: rule {_named(gone)} removed")


def rule_turned(folder: Path, random: Random) -> Change | None:
    path = _export(folder, random)
    text, rules = _policies(path)
    number = random.randrange(len(rules))
    rule = rules[number]
    if "set action accept" in rule:
        rules[number] = rule.replace("set action accept", "set action deny")
    else:
        rules[number] = rule.replace("        set srcaddr", "        set action accept\n        set srcaddr")
    _rewritten(path, text, rules)
    return Change(f"{path.name}: rule {_named(rule)} permits what it denied, or the other way round")


def rule_doubled(folder: Path, random: Random) -> Change:
    path = _export(folder, random)
    text, rules = _policies(path)
    number = random.randrange(len(rules))
    rules.insert(number + 1, re.sub(r"edit \d+", "edit 501", rules[number], count=1))
    _rewritten(path, text, rules)
    return Change(f"{path.name}: rule {_named(rules[number])} written twice", quiet=True)


def rule_added_disabled(folder: Path, random: Random) -> Change:
    path = _export(folder, random)
    text, rules = _policies(path)
    wide = "".join(f'        set {key} "{value}"\n' for key, value in _EVERYTHING.items())
    rules.insert(0, f"    edit 502\n        set status disable\n        set action accept\n{wide}    next\n")
    _rewritten(path, text, rules)
    return Change(f"{path.name}: a disabled rule added", quiet=True)


_EVERYTHING = {
    "srcintf": "any",
    "dstintf": "any",
    "srcaddr": "all",
    "dstaddr": "all",
    "schedule": "always",
    "service": "ALL",
}


def rule_renamed(folder: Path, random: Random) -> Change:
    path = _export(folder, random)
    text, rules = _policies(path)
    number = random.randrange(len(rules))
    rules[number] = _set(rules[number], "name", '"別の名前"')
    _rewritten(path, text, rules)
    return Change(f"{path.name}: rule {_named(rules[number])} renamed", quiet=True)


def route_added(folder: Path, random: Random) -> Change:
    path = _export(folder, random)
    text = path.read_text(encoding="utf-8")
    destination = random.choice(("172.16.10.0 255.255.255.0", "172.16.20.0 255.255.255.0", "172.16.30.0 255.255.255.0"))
    gateway, interface = random.choice(_NEIGHBOURS[path.name])
    way = f'        set gateway {gateway}\n        set device "{interface}"\n'
    route = f"    edit 50\n        set dst {destination}\n{way}    next\n"
    assert text.count("config router static\n") == 1
    path.write_text(text.replace("config router static\n", "config router static\n" + route), encoding="utf-8")
    return Change(f"{path.name}: route to {destination} by {gateway}")


#: Who a device can hand packets to.
_NEIGHBOURS = {
    "kz-fw-mn.conf": (("172.16.250.2", "internal2"), ("172.16.10.12", "internal1")),
    "kz-fw-lg.conf": (("172.16.250.1", "port2"), ("172.16.251.2", "port5"), ("198.18.1.1", "port3")),
    "kz-fw-in.conf": (("172.16.251.1", "internal2"), ("198.51.100.1", "wan1")),
}


def interface_added(folder: Path, random: Random) -> Change:
    """Put a further leg of a device into another segment, as topology and export say alike."""
    path = folder / "exports" / "kz-fw-mn.conf"
    segment, address = random.choice((("in-lan", "172.16.30.2"), ("lg-lan", "172.16.20.2")))
    text = path.read_text(encoding="utf-8")
    added = f'    edit "internal3"\n        set vdom "root"\n        set ip {address} 255.255.255.0\n    next\n'
    text = text.replace("config system interface\n", "config system interface\n" + added, 1)
    path.write_text(text, encoding="utf-8")
    rule_widened(folder, Random(1))
    topology = folder / "topology.yaml"
    line = "      internal2: {segment: mn-lg, address: 172.16.250.1}\n"
    assert topology.read_text(encoding="utf-8").count(line) == 1
    more = f"      internal3: {{segment: {segment}, address: {address}}}\n"
    topology.write_text(topology.read_text(encoding="utf-8").replace(line, line + more), encoding="utf-8")
    if random.random() < 0.5:
        text, rules = _policies(path)
        rules[0] = _set(_set(rules[0], "dstintf", '"any"'), "dstaddr", '"all"')
        _rewritten(path, text, rules)
    return Change(f"kz-fw-mn: a leg in {segment}")


def entry_expired(folder: Path, random: Random) -> Change:
    path = folder / "policy.yaml"
    parts = path.read_text(encoding="utf-8").split("expires: 2027-03-31")
    number = random.randrange(len(parts) - 1)
    text = (
        "expires: 2027-03-31".join(parts[: number + 1])
        + "expires: 2026-11-20"
        + "expires: 2027-03-31".join(parts[number + 1 :])
    )
    path.write_text(text, encoding="utf-8")
    return Change(f"register entry {number + 1} expired")


def gateway_forwards(folder: Path, random: Random) -> Change:
    path = folder / "topology.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count("    method: mail_text\n") == 1
    said = random.choice(("true", "false"))
    path.write_text(
        text.replace("    method: mail_text\n", f"    method: mail_text\n    forwards: {said}\n"), encoding="utf-8"
    )
    return Change(f"san-mail forwards: {said}")


EDITS: tuple[Edit, ...] = (
    rule_added,
    rule_added,
    rule_widened,
    rule_widened,
    rule_aimed_elsewhere,
    rules_reordered,
    rule_removed,
    rule_turned,
    rule_doubled,
    rule_added_disabled,
    rule_renamed,
    route_added,
    interface_added,
    entry_expired,
    gateway_forwards,
)
