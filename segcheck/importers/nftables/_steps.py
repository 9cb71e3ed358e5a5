"""The statements of a rule in their order: what it asks, what it writes, how it ends.

Source: nft(8) 1.0.6, "Statements". A rule is read from left to right; the first match that does not hold ends it, and what
stands before that has happened (net/netfilter/nf_tables_core.c, `nft_do_chain`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from segcheck.importers.nftables import _matches, _nat, _values, _writes
from segcheck.importers.nftables._context import RuleContext, of_family
from segcheck.importers.nftables._cursor import Cursor, Unread
from segcheck.importers.nftables._lexer import shown
from segcheck.importers.nftables._ruleset import Words
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import ANYTHING, Condition, Expr, Field, Kind
from segcheck.model.pipeline import Helper
from segcheck.model.rules import Action, Call, Continue, Deny, Permit, Return, SureAction, Unsure
from segcheck.sets.intervals import IntervalSet

#: A further condition, and what happens under it; of several cases the first that holds applies.
Case = tuple[Expr, Action]


@dataclass(frozen=True, slots=True)
class Write:
    """Something written where the first `asked` conditions of the rule hold, and `term`."""

    asked: int
    term: Expr
    action: Action


@dataclass(slots=True)
class Steps:
    """What a rule does: what it asks, what it writes in between, in `cases` how it ends, if it does.

    pending   conditions of the outside that only matter if something follows: a rate, a full set
    """

    asked: list[Expr] = field(default_factory=list)
    pending: list[Words] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)

    def ask(self, term: Expr) -> None:
        """Note one more condition for all that follows."""
        self.asked.append(term)

    def settle(self, rule: RuleContext) -> None:
        """Something follows: what was pending is asked."""
        self.asked += [rule.varies(words) for words in self.pending]
        self.pending.clear()

    def write(self, cases: list[Case]) -> None:
        """Note that something is written, under what was asked until here."""
        self.writes += [Write(len(self.asked), term, action) for term, action in cases]


def read(rule: RuleContext) -> Steps:
    """Return what a rule does; what is not understood becomes doubt about all that it may do."""
    steps = Steps()
    cursor = Cursor(rule.written.words)
    while cursor.peek() is not None:
        start = cursor.at
        try:
            _statement(cursor, steps, rule)
        except (ValueError, KeyError):
            _unread(cursor.words[start:], steps, rule)
            break
    if rule.torn and not steps.cases:
        _unread(rule.written.words, steps, rule)
    return steps


def _unread(words: Words, steps: Steps, rule: RuleContext) -> None:
    steps.settle(rule)
    text = shown(words)[:80]
    rule.doubt(LineUse.UNRECOGNISED)
    found = rule.remark(Code.UNRECOGNISED_LINE, Severity.ERROR, words[0], text=text)
    # It may write whatever another rule asks, start connection tracking, or send packets elsewhere.
    rule.taint(Scope.DEVICE, found)
    steps.ask(Condition(text, Kind.UNKNOWN, Code.UNRECOGNISED_LINE.value))
    steps.cases = [(ANYTHING, anything(rule))]


def anything(rule: RuleContext) -> Unsure:
    """Return all that a rule may do of which nothing is known."""
    found: list[SureAction] = [Permit(), Deny(), Continue()]
    if not rule.base:
        found.append(Return())
    if rule.nat:
        found += _nat.unread(rule)
    return Unsure(tuple(found))


def _statement(cursor: Cursor, steps: Steps, rule: RuleContext) -> None:
    word = cursor.peek()
    assert word is not None
    if word.bad:
        raise Unread(word.text)
    build = None if word.quoted else _STATEMENTS.get(word.text)
    if build is not None:
        cursor.take()
        build(cursor, steps, rule)
        return
    if cursor.sees("ct") and _connection(cursor, steps, rule):
        return
    if _writes.removed(cursor, rule):
        return
    start = cursor.at
    side = _matches.left(cursor, rule)
    if side is None:
        raise Unread(word.text)
    if cursor.accept("set"):
        steps.settle(rule)
        steps.write(_writes.write(side, cursor, rule))
    elif cursor.accept("vmap"):
        _verdict_map(side, cursor, steps, rule, start)
    else:
        steps.ask(_matches.match(side, cursor, rule))


# -- how a rule ends


def _end(steps: Steps, rule: RuleContext, *cases: Case) -> None:
    steps.settle(rule)
    steps.cases = list(cases)


def _verdict(name: str) -> Callable[[Cursor, Steps, RuleContext], None]:
    def build(cursor: Cursor, steps: Steps, rule: RuleContext) -> None:
        cursor.at -= 1
        _end(steps, rule, (ANYTHING, verdict(cursor, rule)))

    build.__name__ = name
    return build


def verdict(cursor: Cursor, rule: RuleContext) -> Action:
    """Return the verdict that stands here."""
    word = cursor.expect("accept", "drop", "return", "continue", "jump", "goto")
    if word.text in ("jump", "goto"):
        return _jump(cursor, rule, goto=word.text == "goto")
    if word.text == "return" and rule.base:
        return Deny() if rule.chain.policy == "drop" else Permit()
    return _PLAIN[word.text]


_PLAIN: dict[str, Action] = {"accept": Permit(), "drop": Deny(), "return": Return(), "continue": Continue()}


def _jump(cursor: Cursor, rule: RuleContext, *, goto: bool) -> Action:
    word = cursor.take()
    text = ""
    if word.text not in rule.lists:
        rule.remark(Code.UNDEFINED_NAME, Severity.ERROR, word, kind="chain", name=word.text)
        text = f"chain {word.text} does not exist"
    elif rule.cut:
        text = f"jumps to {word.text} run in a circle or too deep"
    if not text:
        return Call(rule.lists[word.text], goto=goto)
    rule.taint(Scope.DEVICE, rule.remark(Code.VENDOR_REFUSES, Severity.ERROR, word, text=text))
    return anything(rule)


def _verdict_map(side: _matches.Left, cursor: Cursor, steps: Steps, rule: RuleContext, start: int) -> None:
    inside, words = _matches.map_of(cursor, rule)
    if isinstance(inside, str):
        found: list[tuple[Expr, Words]] | Expr = rule.varies(cursor.words[start : cursor.at], inside)
    else:
        found = _matches.cases(side, inside, words, rule)
    if isinstance(found, list):
        _end(steps, rule, *[(term, verdict(Cursor(value), rule)) for term, value in found])
        return
    steps.ask(found)
    if isinstance(inside, str):  # it may jump to chains that write what other rules ask
        text = shown(cursor.words[start : cursor.at])[:80]
        rule.taint(Scope.DEVICE, rule.remark(Code.ACTION_NOT_MODELLED, Severity.ERROR, words[0], action=text))
        _end(steps, rule, (ANYTHING, anything(rule)))
        return
    # which element is hit cannot be told
    parts: dict[SureAction, None] = {}
    for element in inside:
        end = verdict(Cursor(element.value), rule)
        parts |= dict.fromkeys(end.actions if isinstance(end, Unsure) else (end,))
    parts[Continue()] = None
    _end(steps, rule, (ANYTHING, Unsure(tuple(parts)) if len(parts) > 1 else Continue()))


def _reject(cursor: Cursor, steps: Steps, rule: RuleContext) -> None:
    kind, name = "icmpx", "port-unreachable"
    if cursor.accept("with"):
        kind = cursor.expect("icmp", "icmpv6", "icmpx", "tcp").text
        cursor.accept("type")
        name = cursor.take().text
    if kind == "tcp":
        if name != "reset":
            raise Unread(name)
        _end(steps, rule, (Field("proto", IntervalSet.of(6)), Deny("tcp-rst")))
    elif kind == "icmpx":
        four, six = _values.REJECT_BOTH[name]
        both: list[Case] = [(of_family(4), Deny(four)), (of_family(6), Deny(six))]
        _end(steps, rule, *[both[family == 6] for family in sorted(rule.families)])
    else:
        _end(steps, rule, (of_family(4 if kind == "icmp" else 6), Deny(_values.REJECT[kind][name])))


def _queue(cursor: Cursor, steps: Steps, rule: RuleContext) -> None:
    cursor.at = len(cursor.words)
    text = "queue: a program decides"
    rule.remark(Code.ACTION_NOT_MODELLED, Severity.WARNING, cursor.words[-1], action=text)
    _end(steps, rule, (ANYTHING, Unsure((Permit(), Deny()))))


def _translate(name: str) -> Callable[[Cursor, Steps, RuleContext], None]:
    def build(cursor: Cursor, steps: Steps, rule: RuleContext) -> None:
        _end(steps, rule, *_nat.translate(name, cursor, rule))

    return build


def _elsewhere(cursor: Cursor, steps: Steps, rule: RuleContext) -> None:
    """Handle dup, fwd, tproxy, synproxy, flow: packets take ways that rules do not show."""
    words = cursor.words[cursor.at - 1 :]
    name = words[0].text
    rule.device.tracks |= rule.families if name in ("flow", "synproxy") else frozenset()
    if name == "flow":
        cursor.expect("add", "offload")
        cursor.take()
    else:
        cursor.at = len(cursor.words)
    rule.doubt(LineUse.UNSUPPORTED)
    found = rule.remark(Code.ACTION_NOT_MODELLED, Severity.ERROR, words[0], action=shown(words)[:80])
    rule.taint(Scope.DEVICE, found)
    if name in ("tproxy", "synproxy", "fwd"):
        _end(steps, rule, (ANYTHING, Unsure((Permit(), Deny(), Continue()))))


# -- what goes on


def _counter(cursor: Cursor, steps: Steps, rule: RuleContext) -> None:
    if cursor.accept("name"):
        cursor.take()
    elif cursor.accept("packets"):
        rule.hits = int(cursor.take().text)
        cursor.expect("bytes")
        cursor.take()


def _log(cursor: Cursor, steps: Steps, rule: RuleContext) -> None:
    rule.log = True
    while cursor.sees("prefix", "level", "group", "snaplen", "queue-threshold", "flags"):
        if cursor.take().text != "flags":
            cursor.take()
            continue
        while cursor.sees("tcp", "ip", "skuid", "ether", "all", "sequence", "options", ",", "and"):
            cursor.take()


def _last(cursor: Cursor, steps: Steps, rule: RuleContext) -> None:
    if cursor.accept("used"):
        cursor.take()


def _comment(cursor: Cursor, steps: Steps, rule: RuleContext) -> None:
    rule.comment = cursor.take().text


def _limit(cursor: Cursor, steps: Steps, rule: RuleContext) -> None:
    start = cursor.at - 1
    if cursor.accept("name"):
        cursor.take()
    else:
        cursor.expect("rate")
        cursor.accept("over")
        cursor.take()
        if cursor.sees("bytes", "kbytes", "mbytes") or (cursor.sees("/") or _rate_unit(cursor)):
            cursor.take()
        if cursor.accept("burst"):
            cursor.take()
            cursor.accept("packets", "bytes", "kbytes", "mbytes")
    steps.pending.append(cursor.words[start : cursor.at])


def _rate_unit(cursor: Cursor) -> bool:
    word = cursor.peek()
    return word is not None and word.text.startswith(("bytes/", "kbytes/", "mbytes/", "gbytes/"))


def _quota(cursor: Cursor, steps: Steps, rule: RuleContext) -> None:
    start = cursor.at - 1
    if cursor.accept("name"):
        cursor.take()
    else:
        cursor.accept("over", "until")
        cursor.take()
        cursor.expect("bytes", "kbytes", "mbytes", "gbytes")
        if cursor.accept("used"):
            cursor.take()
            cursor.expect("bytes", "kbytes", "mbytes", "gbytes")
    steps.pending.append(cursor.words[start : cursor.at])


def _change(cursor: Cursor, steps: Steps, rule: RuleContext) -> None:
    """`add|update|delete @set { ... }`: goes on, unless the set is full or what stands inside does not let it."""
    start = cursor.at - 1
    word = cursor.take()
    if word.quoted or not word.text.startswith("@"):
        raise Unread(word.text)
    cursor.braces()
    rule.device.changing.add((rule.table.label, word.text[1:]))
    steps.pending.append(cursor.words[start : cursor.at])


def _notrack(cursor: Cursor, steps: Steps, rule: RuleContext) -> None:
    steps.settle(rule)
    steps.write(_writes.notrack(rule))


def _connection(cursor: Cursor, steps: Steps, rule: RuleContext) -> bool:
    """Read what begins with `ct` and is no match; returns whether it was that."""
    start = cursor.at
    rule.device.tracks |= rule.families
    if cursor.sees("count", ahead=1):
        cursor.at += 2
        cursor.accept("over")
        cursor.take()
        steps.pending.append(cursor.words[start : cursor.at])
        return True
    if not cursor.sees("set", ahead=2):
        return False
    if cursor.sees("helper", ahead=1):
        cursor.at += 3
        word = cursor.take()
        steps.settle(rule)
        kind = rule.table.helpers.get(word.text)
        if kind is None:
            raise Unread(word.text)
        helper = Helper(kind, True, rule.list, (rule.id,))
        if helper not in rule.device.helpers:
            rule.device.helpers.append(helper)
        return True
    if cursor.sees("timeout", "label", "event", "secmark", ahead=1):
        cursor.at += 3
        cursor.value()
        return True
    if cursor.sees("expectation", "zone", ahead=1):
        raise Unread("it changes which connection a packet belongs to")
    return False


_STATEMENTS: dict[str, Callable[[Cursor, Steps, RuleContext], None]] = {
    **{name: _verdict(name) for name in ("accept", "drop", "return", "continue", "jump", "goto")},
    **{name: _translate(name) for name in ("dnat", "snat", "masquerade", "redirect")},
    **dict.fromkeys(("dup", "fwd", "tproxy", "synproxy", "flow"), _elsewhere),
    **dict.fromkeys(("add", "update", "delete"), _change),
    "reject": _reject,
    "queue": _queue,
    "counter": _counter,
    "log": _log,
    "last": _last,
    "comment": _comment,
    "limit": _limit,
    "quota": _quota,
    "notrack": _notrack,
}
