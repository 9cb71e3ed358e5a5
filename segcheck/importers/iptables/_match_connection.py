"""Matches on what connection tracking knows: conntrack, state, connmark, helper.

net/netfilter/xt_conntrack.c (`conntrack_mt`): a packet without a connection counts as INVALID, or as UNTRACKED when it was
marked so; every option but `--ctstate` is then left unasked, and the match holds only if `--ctstate` was given and held.
The raw table is passed before tracking, so no packet has a connection there.
"""

from __future__ import annotations

from segcheck.importers._linux.names import PORT_PROTOCOLS
from segcheck.importers.iptables import _match_header, _values
from segcheck.importers.iptables._context import RuleContext
from segcheck.importers.iptables._options import Given, Module
from segcheck.model.match import ANYTHING, NOTHING, Expr, Field, Not, State, conjunction, disjunction
from segcheck.sets.intervals import IntervalSet

TRACKED = Field("state", IntervalSet.of(State.NEW, State.ESTABLISHED, State.RELATED))
RELATED = Field("state", IntervalSet.of(State.RELATED))
_STATES = {state.name: state for state in State if state is not State.NONE}
_PORTED = Field("proto", IntervalSet.of(*PORT_PROTOCOLS))
#: Protocols whose messages may speak of another connection than their own.
_ICMP = Field("proto", IntervalSet.of(1, 58))


def conntrack(module: Module, rule: RuleContext) -> Expr:
    """Conntrack, and state, which is its `--ctstate` alone."""
    asked: Expr | None = None
    terms: list[Expr] = []
    for given in module.given:
        if given.name in ("--ctstate", "--state"):
            asked = _states(given, rule)
        else:
            term = _detail(given, module, rule)
            terms.append(Not(term) if given.negated and term is not ANYTHING else term)
    has_connection: Expr = NOTHING if rule.table == "raw" else TRACKED
    with_connection = conjunction(has_connection, *terms)
    if asked is None:
        return with_connection
    if not terms:
        return asked
    return conjunction(asked, disjunction(Not(has_connection), with_connection))


def _states(given: Given, rule: RuleContext) -> Expr:
    names = given.values[0].upper().split(",")
    if not set(names) <= _STATES.keys() | {"SNAT", "DNAT"} or (
        given.name == "--state" and not set(names) <= _STATES.keys()
    ):
        raise ValueError(given.values[0])
    values = [_STATES[name] for name in names if name in _STATES]
    terms: list[Expr] = []
    if rule.table == "raw":
        untracked = Field("state", IntervalSet.of(State.UNTRACKED))
        terms += [untracked] if State.UNTRACKED in values else []
        terms += [Not(untracked)] if State.INVALID in values else []
    else:
        terms += [Field("state", IntervalSet.of(*values))] if values else []
        changed = IntervalSet.of((1, 0xFFFF))
        terms += [conjunction(TRACKED, Field(n.lower(), changed)) for n in ("SNAT", "DNAT") if n in names]
    found = disjunction(*terms)
    return Not(found) if given.negated else found


def _detail(given: Given, module: Module, rule: RuleContext) -> Expr:
    name, text = given.name, given.values[0]
    if name == "--ctdir":
        if text.upper() not in ("ORIGINAL", "REPLY"):
            raise ValueError(text)
        return Field("reply", IntervalSet.of(int(text.upper() == "REPLY")))
    if name == "--ctproto":
        number = _values.protocol(text)
        if number == 0:
            return rule.refused(given.at, "--ctproto 0")
        return _own_connection(given, module, rule, Field("proto", IntervalSet.of(number)))
    if name in ("--ctorigsrc", "--ctorigdst"):
        found = _values.networks(text, rule.family)
        return Field("orig_src" if name == "--ctorigsrc" else "orig_dst", found)
    if name in ("--ctorigsrcport", "--ctorigdstport"):
        found = _values.ports(text)
        field = Field("orig_sport" if name == "--ctorigsrcport" else "orig_dport", found)
        if _match_header.protocols(rule) in PORT_PROTOCOLS or _ct_protocol(module) in PORT_PROTOCOLS:
            return field
        other = rule.unknown(given, "of a protocol without ports")
        return disjunction(conjunction(_PORTED, field), conjunction(Not(_PORTED), other))
    if name == "--ctstatus":
        return _status(given, rule)
    if name == "--ctexpire":
        return rule.varies(given.at, rule.shown(Given(name, given.values, False, given.at)))
    return rule.unknown(given)


def _status(given: Given, rule: RuleContext) -> Expr:
    """Return one of the status bits: what the packet's state says of them, else unknown; NONE never holds."""
    terms: list[Expr] = []
    for name in given.values[0].upper().split(","):
        if name == "NONE":
            continue
        if name not in _STATUS:
            raise ValueError(given.values[0])
        sure, possible = _STATUS[name]
        terms.append(Field("state", IntervalSet.of(*sure)))
        terms.append(conjunction(Field("state", IntervalSet.of(*possible)), rule.unknown(given, name)))
    return disjunction(*terms)


#: States in which a connection surely has a status bit, and those in which it may have it. A packet is NEW until the
#: other side has answered; one that repeats the first finds its connection confirmed.
_STATUS: dict[str, tuple[tuple[State, ...], tuple[State, ...]]] = {
    "SEEN_REPLY": ((State.ESTABLISHED,), (State.RELATED,)),
    "ASSURED": ((), (State.ESTABLISHED, State.RELATED)),
    "EXPECTED": ((), (State.ESTABLISHED, State.RELATED)),
    "CONFIRMED": ((State.ESTABLISHED,), (State.NEW, State.RELATED)),
}


def _ct_protocol(module: Module) -> int | None:
    asked = (given.values[0] for given in module.given if given.name == "--ctproto" and not given.negated)
    return next(map(_values.protocol, asked), None)


def _may_be_related(module: Module) -> bool:
    """Return whether the module's positive `--ctstate` leaves RELATED open."""
    asked = (given for given in module.given if given.name == "--ctstate" and not given.negated)
    return all("RELATED" in given.values[0].upper().split(",") for given in asked)


def _own_connection(given: Given, module: Module, rule: RuleContext, field: Field) -> Expr:
    """Return `field`, but unknown for an ICMP error, whose connection is the one that it complains about."""
    if _match_header.protocols(rule) in PORT_PROTOCOLS or not _may_be_related(module):
        return field
    error = conjunction(RELATED, _ICMP)
    return disjunction(conjunction(Not(error), field), conjunction(error, rule.unknown(given, "of an ICMP error")))


def connmark(module: Module, rule: RuleContext) -> Expr:
    """Connmark."""
    return NOTHING if rule.table == "raw" else conjunction(TRACKED, _match_header.mark(module, rule))


def helper(module: Module, rule: RuleContext) -> Expr:
    """Helper: holds for expected connections, and for those that a helper watches; which these are is not modelled."""
    return conjunction(TRACKED, *[rule.unknown(given) for given in module.given])
