"""Chains to rule lists."""

from __future__ import annotations

from dataclasses import replace

from segcheck.importers.iptables import _lexer, _match_world, _targets
from segcheck.importers.iptables._context import DeviceContext, RuleContext
from segcheck.importers.iptables._options import Written
from segcheck.importers.iptables._scan import Scanned
from segcheck.importers.iptables._statements import Chain
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import ANYTHING, Condition, Kind, conjunction
from segcheck.model.rules import Call, Deny, Permit, Return, Rule, RuleList, Unsure

_UNKNOWN_POLICY = Unsure((Permit(), Deny()))


def list_name(family: int, table: str, chain: str) -> str:
    """Return the name of a chain's list: `table/CHAIN`, for IPv6 `ip6/table/CHAIN`."""
    return f"{table}/{chain}" if family == 4 else f"ip6/{table}/{chain}"


def convert(scanned: Scanned, device: DeviceContext) -> dict[str, RuleList]:
    """Return the lists of one save, and mark its rule lines in the account."""
    lists: dict[str, RuleList] = {}
    pieces = _pieces(scanned, device)
    for table in scanned.save.tables.values():
        names = {name: list_name(scanned.family, table.name, name) for name in table.chains}
        for chain in table.chains.values():
            for found in _chain(chain, table.name, names, pieces, scanned, device):
                lists[found.name] = found
    return lists


def _pieces(scanned: Scanned, device: DeviceContext) -> Condition | None:
    """Return what a later fragment does in a rule with ports; None: it never matches.

    The nf_tables back end compares ports with the bytes at their place in any fragment (measured with iptables 1.8.9).
    """
    asked = (module.name in ("tcp", "udp") for written in scanned.all_rules() for module in written.modules)
    if scanned.joins or scanned.save.nft is False or not any(asked):
        return None
    text = f"bytes of a later fragment taken for ports [IPv{scanned.family}]"
    span = scanned.save.span(1)
    device.remarks.add(Code.CONDITION_NOT_MODELLED, Severity.NOTE, span, "fragments", condition=text)
    return Condition(text, Kind.VARIES if scanned.save.nft else Kind.UNKNOWN)


def _policy(chain: Chain) -> Permit | Deny | Unsure | None:
    known: dict[str, Permit | Deny | Unsure | None] = {
        "ACCEPT": Permit(),
        "DROP": Deny(),
        "?": _UNKNOWN_POLICY,
        "": None,
    }
    return known[chain.policy]


def _chain(
    chain: Chain,
    table: str,
    names: dict[str, str],
    pieces: Condition | None,
    scanned: Scanned,
    device: DeviceContext,
) -> list[RuleList]:
    policy = _policy(chain)
    name = names[chain.name]
    rules: list[Rule] = []
    keys: dict[str, int] = {}
    gotos: dict[str, RuleList] = {}
    for written in scanned.rules[table, chain.name]:
        context = RuleContext(
            device,
            scanned.family,
            table,
            chain.name,
            name,
            written,
            scanned.save.span(written.line.line),
            scanned.hooks[table, chain.name],
            policy,
            names,
            pieces,
            (table, chain.name, written.line.number) in scanned.cut,
            scanned.tracks,
            _targets.is_idle(written, names),
        )
        rules.extend(_with_policy_after_goto(rule, name, policy, gotos) for rule in _rules(context, keys))
        scanned.save.account.mark(written.line.line, written.line.line, context.use)
    span = scanned.save.span(chain.line) if chain.line is not None else None
    return [RuleList(name=name, rules=tuple(rules), default=policy or Return(), default_span=span), *gotos.values()]


def _with_policy_after_goto(
    rule: Rule, name: str, policy: Permit | Deny | Unsure | None, gotos: dict[str, RuleList]
) -> Rule:
    """Return the rule; a `-g` in a built-in chain goes through a list that ends with the chain's policy.

    After a chain that was gone to ends, the kernel applies the policy of the hook (net/ipv4/netfilter/ip_tables.c).
    """
    actions = rule.action.actions if isinstance(rule.action, Unsure) else (rule.action,)
    gone = next((action for action in actions if isinstance(action, Call) and action.goto), None)
    if policy is None or gone is None:
        return rule
    through = f"{name} -g {gone.list}"
    call = Rule(id=f"{through}#1", key=through, match=ANYTHING, action=Call(gone.list))
    gotos[through] = RuleList(name=through, rules=(call,), default=policy, builtin=True)
    others = tuple(Call(through) if action is gone else action for action in actions)
    return replace(rule, action=Unsure(others) if len(others) > 1 else Call(through))


def _rules(context: RuleContext, keys: dict[str, int]) -> list[Rule]:
    written = context.written
    if written.stray:
        _note_stray(context)
    terms = _match_world.match(context)
    cases = _targets.cases(context)
    if written.target and written.stray and max(written.stray) >= written.target_at:
        unsure = _targets.nothing_known(context, max(written.stray), *(action for _, action in cases))
        cases = ((ANYTHING, unsure),)
    text = _text(written)
    key = f"{context.list} {text.split(' ', 2)[2]}" if text.count(" ") > 1 else context.list
    keys[key] = keys.get(key, 0) + 1
    if keys[key] > 1:
        key = f"{key} ({keys[key]})"
    because = tuple(sorted(context.because))
    return [
        Rule(
            id=context.id,
            key=key,
            match=conjunction(*terms, condition),
            action=action,
            span=context.span,
            comment=_comment(written),
            text=text,
            log=written.target in _targets.LOGGING and written.target not in context.chains,
            hits=written.packets,
            because=because,
        )
        for condition, action in cases
    ]


def _note_stray(context: RuleContext) -> None:
    """Record words that belong to nothing we know: the rule is then unknown."""
    written = context.written
    words = written.line.words.words
    context.doubt(LineUse.UNRECOGNISED)
    shown = " ".join(words[at] for at in written.stray)[:80]
    context.remark(Code.UNRECOGNISED_LINE, Severity.ERROR, written.stray[0], text=shown)
    context.unread |= set(written.stray)
    context.doubted |= context.unread


def _text(written: Written) -> str:
    words, quoted = written.line.words
    kept = [_lexer.quote(word) if at in quoted else word for at, word in enumerate(words)] if quoted else words
    for module in reversed(written.modules):
        if module.name == "comment" and words[module.at : module.at + 3] == ["-m", "comment", "--comment"]:
            kept = kept[: module.at] + kept[module.at + 4 :]
    return " ".join(kept)


def _comment(written: Written) -> str:
    found = [given.values[0] for module in written.modules if module.name == "comment" for given in module.given]
    return " ".join(found)
