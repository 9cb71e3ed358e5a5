"""What the statements on a way let pass, beside the one packet that was followed."""

from __future__ import annotations

from collections.abc import Sequence

from segcheck.analysis.compiling.expressions import matched
from segcheck.analysis.reachability import Reach
from segcheck.model.journey import Journey
from segcheck.model.rules import Deny, Permit, Return, Rule
from segcheck.model.trace import Step
from segcheck.sets.header import Packet
from segcheck.sets.packets import PacketSet

_HEADER = ("fragment", "src", "dst", "proto", "sport", "dport", "tcp_flags", "icmp_type", "icmp_code")


class Regions:
    """The packets of a site by the rules that decide them; each rule is asked once."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._known: dict[tuple[str, str, str], PacketSet] = {}

    def alike(self, packets: PacketSet, journey: Journey | None, witness: Packet) -> PacketSet:
        """Return what of the packets fits the statements on the witness's way; at least what looks like the witness."""
        if journey is None:
            return packets
        header = {n: v for n in _HEADER if (v := witness.get(n)) is not None}
        return (packets & self.of(journey)) | (packets & self._reach.universe.packet(**header))

    def of(self, journey: Journey) -> PacketSet:
        """Return the packets that fit every statement of a way, as far as their header is still the sender's there."""
        region = self._reach.universe.everything
        for hop in journey.hops:
            config = self._reach.network.stations[hop.device].config
            if config is None or hop.path is None:
                continue
            for step in hop.path.steps:
                rules = config.lists.get(step.list)
                if rules is not None and not rules.builtin and step.action == "permit":
                    rule = rule_of(rules.rules, step)
                    if rule is not None:
                        region = region & self.decided(hop.device, step.list, rule)
                if step.before != step.after:
                    return region
        return region

    def decided(self, device: str, name: str, rule: Rule) -> PacketSet:
        """Return the packets that a rule may decide: those that earlier rules of its list surely end are not among them."""
        key = device, name, rule.id
        if key not in self._known:
            space = self._reach.spaces[device]
            left = matched(space, rule.match).may
            for earlier in space.device.lists[name].rules:
                if earlier == rule or not left:
                    break
                if earlier.enabled and isinstance(earlier.action, Permit | Deny | Return):
                    left = left - matched(space, earlier.match).must
            self._known[key] = space.left(left)
        return self._known[key]


def rule_of(rules: Sequence[Rule], step: Step) -> Rule | None:
    """Return the rule that a step of a way is, None for the default of a list."""
    return next(
        (rule for rule in rules if rule.id == step.rule and (step.span is None or rule.span == step.span)), None
    )
