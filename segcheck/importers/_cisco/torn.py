"""A device of whose configuration something is missing."""

from __future__ import annotations

from dataclasses import replace

from segcheck.importers._unsure import because, unknown
from segcheck.model.device import DeviceConfig
from segcheck.model.diagnostic import Code
from segcheck.model.match import conjunction
from segcheck.model.rules import Deny, Permit, Return, RuleList, Unsure


def torn(made: DeviceConfig) -> DeviceConfig:
    """Return a device of which something is missing that may have been an entry of any list."""

    def doubted(rules: RuleList) -> RuleList:
        if rules.builtin or isinstance(rules.default, Return):
            return rules
        doubt = unknown("what the export is missing", Code.EXPORT_INCOMPLETE)
        kept = rules.rules
        if kept:
            last = conjunction(kept[-1].match, doubt)
            kept = (*kept[:-1], replace(kept[-1], match=last, because=because(last)))
        return replace(rules, rules=kept, default=Unsure((Permit(), Deny())))

    lists = {name: doubted(rules) for name, rules in made.lists.items()}
    return replace(made, lists=lists, routing_known=False)
