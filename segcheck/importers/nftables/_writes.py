"""What a rule writes: marks, connection marks, DSCP, and whether a packet is tracked.

Sources: net/netfilter/nft_meta.c, nft_ct.c (`nft_notrack_eval`: a packet that has a connection, or is untracked already, is
left alone), nft_payload.c (`nft_payload_set_eval`).
"""

from __future__ import annotations

from segcheck.importers.nftables import _values
from segcheck.importers.nftables._context import RuleContext
from segcheck.importers.nftables._cursor import Cursor, Unread
from segcheck.importers.nftables._lexer import shown
from segcheck.importers.nftables._matches import Left
from segcheck.importers.nftables._ruleset import Words
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import ANYTHING, Expr, Field, State
from segcheck.model.rules import Action, Assign, Continue, Copy
from segcheck.sets.intervals import IntervalSet

Case = tuple[Expr, Action]
_WORD = 0xFFFFFFFF
_MARKS = {("meta", "mark"): "mark", ("ct", "mark"): "connmark"}
#: Written, and asked by no rule that is modelled.
_ASIDE = frozenset((("meta", "priority"), ("meta", "nftrace"), ("meta", "secmark"), ("ip6", "flowlabel")))


def notrack(rule: RuleContext) -> list[Case]:
    """Return what `notrack` writes: before tracking always, behind it for packets that have no connection."""
    untracked = Assign("state", State.UNTRACKED, 7)
    if rule.early is None:
        raise Unread("before or behind connection tracking")
    return [(ANYTHING if rule.early else Field("state", IntervalSet.of(State.INVALID)), untracked)]


def removed(cursor: Cursor, rule: RuleContext) -> bool:
    """Read `reset tcp option ...`, which no rule can ask; returns whether it stood here."""
    if not (cursor.sees("reset") and cursor.sees("tcp", ahead=1)):
        return False
    cursor.at += 4
    return True


def write(side: Left, cursor: Cursor, rule: RuleContext) -> list[Case]:
    """Return what a statement `left set value` writes; the value stands at the cursor."""
    (name, *more) = side.names
    if more or side.mask:
        raise Unread("several things written at once")
    start = cursor.at
    if name[:3] == ("tcp", "option", "maxseg") or name in _ASIDE:
        _skip_value(cursor)
        return []
    if name in _MARKS:
        found = _mark(_MARKS[name], cursor, rule)
        if found is None:
            cursor.at = start
            _skip_value(cursor)
            _blur(_MARKS[name], [*side.words, *cursor.words[start : cursor.at]], rule)
            return []
        return [(ANYTHING, action) for action in found]
    if name in (("ip", "dscp"), ("ip6", "dscp")):
        (words,) = [cursor.value()]
        found_values = _values.interval(words, _values.number(63, _values.DSCP))
        assert side.keys[0] is not None
        return [(side.keys[0].implied, Assign("tos", found_values.min << 2, 0xFC))]
    if name in (("ip", "ttl"), ("ip6", "hoplimit"), ("ip", "ecn"), ("ip6", "ecn"), ("meta", "pkttype")):
        raise Unread("it changes what later rules see")
    if name[0] in ("ip", "ip6", "tcp", "udp", "sctp", "dccp", "udplite", "th", "icmp", "icmpv6"):
        _skip_value(cursor)
        rule.doubt(LineUse.UNSUPPORTED)
        text = shown([*side.words, *cursor.words[start - 1 : cursor.at]])[:80]
        found_remark = rule.remark(Code.ACTION_NOT_MODELLED, Severity.ERROR, side.words[0], action=text)
        rule.taint(Scope.DEVICE, found_remark)  # stateless translation: headers change, connections do not know
        return []
    raise Unread(" ".join(name))


def _skip_value(cursor: Cursor) -> None:
    """Pass over a value that does not matter: words, or a map."""
    if cursor.accept("rt"):
        cursor.take()
        return
    while True:
        left = cursor.left()
        if left is None:
            cursor.value()
        if cursor.accept("map"):
            if cursor.sees("{"):
                cursor.braces()
            else:
                cursor.take()
        if not cursor.accept("&", "|", "^", ".", "<<", ">>"):
            return


def _blur(name: str, words: Words, rule: RuleContext) -> None:
    rule.device.blurred.add(name)
    rule.remark(Code.ACTION_NOT_MODELLED, Severity.WARNING, words[0], action=shown(words)[:80])


def _mark(name: str, cursor: Cursor, rule: RuleContext) -> list[Action] | None:
    """Return the writings of `set VALUE`, `set KEY [& a] [| b] [^ c]`; None for what cannot be expressed."""
    source = cursor.left()
    if source is None:
        words = cursor.value()
        try:
            value = _values.bits(words, {}, _WORD) if not cursor.sees("map") else None
        except (ValueError, KeyError):
            return None
        return None if value is None else [Assign(name, value, _WORD)]
    if source not in _MARKS:
        return None
    written: list[Action] = [] if _MARKS[source] == name else [Copy(name, _MARKS[source], _WORD)]
    while cursor.sees("&", "|", "^", ".", "map", "<<", ">>", "and", "or", "xor"):
        sign = cursor.take().text
        if sign not in ("&", "|", "^") or cursor.left() is not None:
            return None
        try:
            bits = _operand(cursor)
        except (ValueError, KeyError):
            return None
        written.append(
            {"&": Assign(name, 0, _WORD & ~bits), "|": Assign(name, bits, bits), "^": Assign(name, bits, 0)}[sign]
        )
    return written or [Continue()]


def _operand(cursor: Cursor) -> int:
    if not cursor.accept("("):
        return _values.plain(cursor.take().text, _WORD)
    words = []
    while not cursor.accept(")"):
        words.append(cursor.take())
    return _values.bits(words, {}, _WORD)
