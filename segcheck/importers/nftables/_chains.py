"""Chains to rule lists: who calls whom, what each chain sees, and the rules that one written rule becomes."""

from __future__ import annotations

from dataclasses import dataclass, field

from segcheck.importers._linux import jumps
from segcheck.importers._linux.pipeline import CONNTRACK, DEFRAGMENT
from segcheck.importers.nftables import _steps
from segcheck.importers.nftables._context import VERSIONS, DeviceContext, RuleContext
from segcheck.importers.nftables._lexer import shown
from segcheck.importers.nftables._ruleset import Chain, Ruleset, RuleText, Table
from segcheck.importers.nftables._steps import Steps
from segcheck.model.diagnostic import Code, Severity
from segcheck.model.match import ANYTHING, Bits, Condition, Expr, Field, Kind, conjunction, leaves
from segcheck.model.rules import Action, Assign, Call, Continue, Copy, Deny, Permit, Return, Rule, RuleList

#: A written rule, and every chain it may go on in.
Called = tuple[int, str]


@dataclass(slots=True)
class Scanned:
    """A table of IP rules and the graph of its jumps.

    bases   by chain, the base chains from which it is reached
    cut     (chain, rule number) of jumps that cannot be
    """

    ruleset: Ruleset
    table: Table
    bases: dict[str, frozenset[str]] = field(default_factory=dict)
    cut: set[tuple[str, int]] = field(default_factory=set)


def list_name(table: Table, chain: str) -> str:
    """Return the name of a chain's list: `family/table/chain`."""
    return f"{table.family}/{table.name}/{chain}"


def scan(ruleset: Ruleset, table: Table) -> Scanned:
    """Return who calls whom in a table."""
    calls = {name: _calls(chain, table) for name, chain in table.chains.items()}
    cut = jumps.cuts(calls)
    for name, found in calls.items():
        # a base chain is never jumped to (net/netfilter/nf_tables_api.c, nft_verdict_init)
        cut |= {(name, number) for number, target in found if table.chains[target].hook}
    bases = jumps.reached([name for name, chain in table.chains.items() if chain.hook], calls, cut)
    return Scanned(ruleset, table, bases, cut)


def _calls(chain: Chain, table: Table) -> list[Called]:
    found: dict[Called, None] = {}
    for rule in chain.rules:
        words = list(rule.words)
        for place, word in enumerate(rule.words):
            known = table.sets.get(word.text[1:]) if word.text.startswith("@") and not word.quoted else None
            if known is not None and place and rule.words[place - 1].of("vmap"):
                words += [each for element in known.elements for each in element.value]
        for place, word in enumerate(words[:-1]):
            if word.of("jump", "goto") and words[place + 1].text in table.chains:
                found[rule.number, words[place + 1].text] = None
    return list(found)


def convert(scanned: Scanned, device: DeviceContext, *, joins: frozenset[int]) -> dict[str, RuleList]:
    """Return the lists of a table, and mark its rules in the account; `joins`: versions whose fragments are joined."""
    table = scanned.table
    lists: dict[str, RuleList] = {}
    names = {name: list_name(table, name) for name in table.chains}
    for chain in table.chains.values():
        name = names[chain.name]
        made = _Chain(scanned, chain, name)
        for written in chain.rules:
            context = _context(scanned, chain, written, names, device, joins)
            made.add(context, _steps.read(context))
            scanned.ruleset.mark(context.use, *written.words)
        policy: Permit | Deny | Return = Return()
        if chain.hook:
            policy = Deny() if chain.policy == "drop" else Permit()
        span = scanned.ruleset.span(chain.policy_at or chain.at) if chain.hook else None
        lists[name] = RuleList(name=name, rules=tuple(made.rules), default=policy, default_span=span)
        lists |= made.further
    return lists


def _context(
    scanned: Scanned,
    chain: Chain,
    written: RuleText,
    names: dict[str, str],
    device: DeviceContext,
    joins: frozenset[int],
) -> RuleContext:
    table = scanned.table
    families = VERSIONS[table.family]
    bases = [table.chains[name] for name in sorted(scanned.bases[chain.name])]
    before = {_before_tracking(base) for base in bases}
    early = before.pop() if len(before) == 1 else (False if not bases else None)
    unjoined = not families <= joins or any((base.priority or 0) <= DEFRAGMENT for base in bases)
    place = f"[{names[chain.name]}#{written.number}]"
    pieces = Condition(f"bytes of a later fragment taken for a header {place}", Kind.VARIES) if unjoined else None
    return RuleContext(
        device=device,
        ruleset=scanned.ruleset,
        table=table,
        chain=chain,
        list=names[chain.name],
        written=written,
        families=families,
        hooks=frozenset(base.hook.upper() for base in bases),
        early=early,
        nat=any(base.type == "nat" for base in bases),
        base=bool(chain.hook),
        lists=names,
        pieces=pieces,
        cut=(chain.name, written.number) in scanned.cut,
    )


def _before_tracking(base: Chain) -> bool | None:
    """Return whether a base chain stands before connection tracking; None: at its very priority."""
    if base.hook not in ("prerouting", "output") or base.priority is None or base.type == "nat":
        return False
    return None if base.priority == CONNTRACK else base.priority < CONNTRACK


class _Chain:
    """The rules of one list under way."""

    def __init__(self, scanned: Scanned, chain: Chain, name: str) -> None:
        self.scanned, self.chain, self.name = scanned, chain, name
        self.rules: list[Rule] = []
        self.further: dict[str, RuleList] = {}
        self.keys: dict[str, int] = {}

    def add(self, context: RuleContext, steps: Steps) -> None:
        """Add what one written rule does."""
        parts = [(conjunction(*steps.asked[: w.asked], w.term), w.action) for w in steps.writes]
        parts += [(conjunction(*steps.asked, term), self._gone(action)) for term, action in steps.cases]
        if not parts:
            parts = [(conjunction(*steps.asked), Continue())]
        text = shown(context.written.words)
        key = f"{self.name} {text}"
        self.keys[key] = self.keys.get(key, 0) + 1
        if self.keys[key] > 1:
            key = f"{key} ({self.keys[key]})"
        if self._disturbed(parts, len(steps.writes)):
            parts = self._in_list_of_its_own(context, steps)
        because = tuple(sorted(context.because))
        span = context.ruleset.span(*context.written.words)
        self.rules += [
            Rule(
                id=context.id,
                key=key,
                match=match,
                action=action,
                span=span,
                comment=context.comment,
                text=text[:500],
                log=context.log,
                hits=context.hits,
                because=because,
            )
            for match, action in parts
        ]

    def _gone(self, action: Action) -> Action:
        """Return the action; a `goto` in a base chain goes through a list that ends with the chain's policy.

        After a chain that was gone to ends, the base chain's policy applies (net/netfilter/nf_tables_core.c).
        """
        if not self.chain.hook or not isinstance(action, Call) or not action.goto:
            return action
        through = f"{self.name} goto {action.list}"
        call = Rule(id=f"{through}#1", key=through, match=ANYTHING, action=Call(action.list))
        policy = Deny() if self.chain.policy == "drop" else Permit()
        self.further[through] = RuleList(
            name=through,
            rules=(call,),
            default=policy,
            default_span=self.scanned.ruleset.span(self.chain.policy_at or self.chain.at),
            builtin=True,
        )
        return Call(through)

    def _disturbed(self, parts: list[tuple[Expr, Action]], writes: int) -> bool:
        """Return whether an earlier part writes what the match of a later one asks again."""
        written: set[str] = set()
        for place, (match, action) in enumerate(parts):
            asked = {leaf.name for leaf in leaves(match) if isinstance(leaf, Field | Bits)}
            if written & asked:
                return True
            if place < writes and isinstance(action, Assign | Copy):
                written.add(action.name)
        return False

    def _in_list_of_its_own(self, context: RuleContext, steps: Steps) -> list[tuple[Expr, Action]]:
        """Return a call of a list that does the parts without asking again what held before the first of them.

        What was asked behind the first writing is asked there; a `return` or `goto` cannot leave two lists at once.
        """
        first = steps.writes[0].asked
        name = f"{self.name}#{context.written.number}"
        parts = [(conjunction(*steps.asked[first : w.asked], w.term), w.action) for w in steps.writes]
        parts += [(conjunction(*steps.asked[first:], term), action) for term, action in steps.cases]
        rules = []
        for number, (match, action) in enumerate(parts, 1):
            if isinstance(action, Return) or (isinstance(action, Call) and action.goto):
                context.remark(
                    Code.ACTION_NOT_MODELLED, Severity.WARNING, context.written.words[-1], action="writes, then leaves"
                )
                action = _steps.anything(context)
            rules.append(
                Rule(
                    id=context.id,
                    key=f"{name}#{number}",
                    match=match,
                    action=action,
                    span=context.ruleset.span(*context.written.words),
                    log=context.log,
                )
            )
        self.further[name] = RuleList(name=name, rules=tuple(rules), default=Return(), builtin=True)
        return [(conjunction(*steps.asked[:first]), Call(name))]
