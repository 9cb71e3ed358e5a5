"""Base chains among the kernel's hooks; chains that no packet passes on the IP layer.

Sources: nft(8), "Address families" and "Chains"; net/netfilter/core.c (`nf_hook_entries_grow`: of two chains of one priority
the one that came later goes first, which a listing does not show); net/netfilter/nf_nat_core.c (`nf_nat_inet_fn`: translating
chains are asked in turn until one has translated).
"""

from __future__ import annotations

from collections import defaultdict

from segcheck.importers._linux import pipeline
from segcheck.importers._linux.pipeline import HOOKS, SIDES, Hooked
from segcheck.importers._remarks import Remarks
from segcheck.importers.nftables._chains import Scanned, list_name
from segcheck.importers.nftables._context import VERSIONS, DeviceContext
from segcheck.importers.nftables._ruleset import Chain, Ruleset, Table
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.rules import Assign, Call, Copy, RuleList, Unsure

_KINDS = {"filter": frozenset(HOOKS), "route": frozenset(("OUTPUT",)), "nat": frozenset(SIDES)}


def leave_unread(ruleset: Ruleset, table: Table, remarks: Remarks) -> None:
    """Account for a table that is not modelled: it leaves the device open unless it decides nothing."""
    decides = any(
        chain.rules or (chain.hook and chain.policy == "drop") or chain.unread for chain in table.chains.values()
    )
    for chain in table.chains.values():
        for rule in chain.rules:
            ruleset.mark(LineUse.UNSUPPORTED if not table.dormant else LineUse.UNDERSTOOD, *rule.words)
    if not decides or table.dormant:
        return
    found = remarks.add(
        Code.UNSUPPORTED_LINE,
        Severity.ERROR,
        ruleset.span(table.at),
        f"table {table.label}",
        table.at.column,
        text=f"table {table.label}",
    )
    remarks.taint(Scope.DEVICE, found)


def build(scanned: list[Scanned], lists: dict[str, RuleList], device: DeviceContext) -> list[pipeline.Built]:
    """Return the stages of each IP version."""
    hooked: dict[int, list[tuple[Hooked, Scanned, Chain]]] = {4: [], 6: []}
    for one in scanned:
        for chain in one.table.chains.values():
            if not chain.hook or one.table.dormant:
                continue
            if chain.hook.upper() not in _KINDS.get(chain.type, frozenset()) or chain.priority is None:
                _doubt(one, chain, device, f"type {chain.type} hook {chain.hook}")
                continue
            name = list_name(one.table, chain.name)
            made = Hooked(
                chain.hook.upper(), chain.priority, name, f"{one.table.label} {chain.name}", chain.type == "nat"
            )
            for family in VERSIONS[one.table.family]:
                if lists[name].rules or chain.policy == "drop":
                    hooked[family].append((made, one, chain))
    parts = []
    for family, found in hooked.items():
        _note_order(found, lists, device)
        tracks = family in device.tracks
        parts.append(pipeline.build(family, [made for made, _, _ in found], tracks=tracks, joins=tracks))
    return parts


def _doubt(one: Scanned, chain: Chain, device: DeviceContext, text: str) -> None:
    if not chain.rules and chain.policy != "drop" and not chain.unread:
        return
    where = one.ruleset.span(chain.at)
    found = device.remarks.add(Code.UNSUPPORTED_LINE, Severity.ERROR, where, "device", chain.at.column, text=text)
    one.ruleset.mark(LineUse.UNSUPPORTED, chain.at)
    device.remarks.taint(Scope.DEVICE, found)


def _note_order(found: list[tuple[Hooked, Scanned, Chain]], lists: dict[str, RuleList], device: DeviceContext) -> None:
    """Record where the order of chains is not known and matters, and where one translates behind another."""
    groups: dict[tuple[str, int, bool], list[tuple[Hooked, Scanned, Chain]]] = defaultdict(list)
    for each in found:
        made = each[0]
        groups[made.hook, 0 if made.nat else made.priority, made.nat].append(each)
    for (_, _, nat), members in groups.items():
        if len(members) < 2:
            continue
        _, one, chain = members[-1]
        if nat:
            text = f"another chain that translates at {chain.hook}"
            remark = device.remarks.add(
                Code.ACTION_NOT_MODELLED,
                Severity.ERROR,
                one.ruleset.span(chain.at),
                "device",
                chain.at.column,
                action=text,
            )
            device.remarks.taint(Scope.TRANSLATION, remark)
        if nat or any(_writes(made.list, lists) for made, _, _ in members):
            text = f"which of two chains of priority {chain.priority} comes first at {chain.hook}"
            remark = device.remarks.add(
                Code.CONDITION_NOT_MODELLED,
                Severity.ERROR,
                one.ruleset.span(chain.at),
                "device",
                chain.at.column,
                condition=text,
            )
            if not nat:
                device.remarks.taint(Scope.DEVICE, remark)


def _writes(name: str, lists: dict[str, RuleList]) -> bool:
    """Return whether a list, or one that it calls, writes a mark or a state."""
    seen: set[str] = set()
    stack = [name]
    while stack:
        current = stack.pop()
        if current in seen or current not in lists:
            continue
        seen.add(current)
        for rule in lists[current].rules:
            for action in rule.action.actions if isinstance(rule.action, Unsure) else (rule.action,):
                if isinstance(action, Assign | Copy):
                    return True
                if isinstance(action, Call):
                    stack.append(action.list)
    return False
