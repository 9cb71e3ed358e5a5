"""A device of whose configuration something is missing or was not read: it may do anything that a missing line could say."""

from __future__ import annotations

from dataclasses import replace

from segcheck.importers._hierarchy.notes import Notes
from segcheck.importers._unsure import because, unknown
from segcheck.model.device import DeviceConfig, Scope, Taint
from segcheck.model.diagnostic import Code
from segcheck.model.match import conjunction
from segcheck.model.rules import Deny, Permit, RuleList, Unsure


def tainted(one: DeviceConfig, doubts: list[str], notes: Notes) -> DeviceConfig:
    """Return a device that may do anything, because of `doubts`."""
    by_id = {diagnostic.id: diagnostic for diagnostic in notes.diagnostics()}
    more = tuple(Taint(Scope.DEVICE, identity, "", by_id[identity].span) for identity in dict.fromkeys(doubts))
    lists = {name: rules if rules.builtin else _torn(rules) for name, rules in one.lists.items()}
    return replace(one, taints=(*one.taints, *more), lists=lists, routing_known=False)


def _torn(rules: RuleList) -> RuleList:
    """Return a list of an export of which something is missing: any rule may be another, and more may follow."""
    doubt = unknown("what the export is missing", Code.EXPORT_INCOMPLETE)
    kept = tuple(
        replace(rule, match=conjunction(rule.match, doubt), because=(*because(rule.match, doubt),))
        for rule in rules.rules
    )
    default = Unsure((Permit(), Deny())) if isinstance(rules.default, Deny | Permit) else rules.default
    return replace(rules, rules=kept, default=default)
