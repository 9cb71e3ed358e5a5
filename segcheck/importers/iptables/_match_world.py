"""Matches on the device, its bookkeeping and chance, and the table of all modules that are modelled."""

from __future__ import annotations

from collections.abc import Callable

from segcheck.importers._linux.headers import ARRIVED
from segcheck.importers.iptables import _match_connection, _match_header, _set_match, _time
from segcheck.importers.iptables._context import RuleContext
from segcheck.importers.iptables._options import MATCHES, Given, Module
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import (
    ANYTHING,
    NOTHING,
    AddressClass,
    AddressKind,
    Condition,
    Expr,
    Field,
    Kind,
    Not,
    conjunction,
    disjunction,
)
from segcheck.sets import addresses

_UNSPECIFIED_V4 = addresses.parse("0.0.0.0")
_MULTICAST_V6 = addresses.parse("ff00::/8")
#: Kinds of address that the kernel does not call unicast: multicast, ::, and IPv4-mapped ones.
_NOT_UNICAST_V6 = _MULTICAST_V6 | addresses.parse("::") | addresses.parse("::ffff:0:0/96")


#: Modules of which a further option may widen what those before it ask for.
_REVISED = frozenset(("set", "time", "addrtype", "conntrack"))


def match(rule: RuleContext) -> list[Expr]:
    """Return what the options and modules of a rule ask for.

    A word that is not understood makes the rule unknown. Of a rule with words that belong to nothing we know, or without
    a readable target, only what stands before the first such word is kept: a value or a `!` may be missing after it.
    """
    placed = _match_header.base(rule)
    for module in rule.written.modules:
        if module.name == "comment":
            continue  # holds for every packet
        placed.append((max((module.at, *(given.at for given in module.given))), module.name, _module(module, rule)))
        if module.stray:
            rule.doubt(LineUse.APPROXIMATED)
    doubted = [*rule.unread, *(() if rule.written.target else rule.doubted)]
    if not doubted:
        return [term for _, _, term in placed]
    first = min(doubted)
    kept = [term for at, name, term in placed if at < first and name not in _REVISED]
    words = rule.written.line.words.words[first:]
    return [*kept, Condition(" ".join(words)[:200], Kind.UNKNOWN, Code.UNRECOGNISED_LINE.value)]


def _module(module: Module, rule: RuleContext) -> Expr:
    build = _BUILDERS.get(module.name)
    if build is None:
        return _unknown_module(module, rule)
    asked = tuple((given.name, given.values, given.negated) for given in module.given)
    key = (module.name, asked, _match_header.protocols(rule), rule.hooks, rule.table, rule.family)
    known = rule.device.built.get(key)
    if known is not None:
        return known
    before = rule.device.remarks.made
    try:
        found = build(module, rule)
        if rule.device.remarks.made == before and not rule.idle:
            rule.device.built[key] = found
        return found  # noqa: TRY300 -- the last of four ways out
    except ValueError:
        options = Given(f"-m {module.name}", tuple(_words(module)), False, module.at)
        return rule.bad_value(options)


def _words(module: Module) -> list[str]:
    return [word for given in module.given for word in (*(("!",) if given.negated else ()), given.name, *given.values)]


def _unknown_module(module: Module, rule: RuleContext) -> Condition:
    words = [f"-m {module.name}", *_words(module), *[rule.written.line.words.words[at] for at in module.stray]]
    text = " ".join(words)[:200]
    if module.name not in MATCHES:
        rule.doubted.add(module.at)
    rule.remark(Code.CONDITION_NOT_MODELLED, Severity.WARNING, module.at, condition=text)
    return Condition(text, Kind.UNKNOWN)


def addrtype(module: Module, rule: RuleContext) -> Expr:
    """--src-type, --dst-type (net/netfilter/xt_addrtype.c)."""
    limited = [given for given in module.given if given.name.startswith("--limit")]
    if limited:
        return rule.unknown(limited[0])
    terms: list[Expr] = []
    for given in module.given:
        side = given.name[2:5]
        kinds = set(given.values[0].upper().split(","))
        term = _kinds_v4(side, kinds) if rule.family == 4 else _kinds_v6(side, kinds)
        if term is None:
            term = rule.unknown(given)
        terms.append(Not(term) if given.negated else term)
    return conjunction(*terms)


def _kinds_v4(side: str, kinds: set[str]) -> Expr | None:
    """Return one of: only the local routing table is asked, so whatever is in none of its routes counts as unicast."""
    known = {"UNICAST", "LOCAL", "BROADCAST", "MULTICAST"}
    never = {"UNSPEC", "ANYCAST", "BLACKHOLE", "UNREACHABLE", "PROHIBIT", "THROW", "NAT", "XRESOLVE"}
    if not kinds <= known | never:
        raise ValueError(",".join(sorted(kinds)))
    classes = {AddressClass[kind] for kind in kinds & known}
    if "UNICAST" in kinds:
        classes.add(AddressClass.UNROUTED)
    zeronet = Field(side, _UNSPECIFIED_V4)
    found: list[Expr] = [conjunction(Not(zeronet), AddressKind(side, frozenset(classes)))] if classes else []
    return disjunction(*found, *([zeronet] if "BROADCAST" in kinds else []))


def _kinds_v6(side: str, kinds: set[str]) -> Expr | None:
    """Return all of: the kernel demands every kind named; those that ask the routing table are known for LOCAL only."""
    terms: list[Expr] = []
    for kind in sorted(kinds):
        if kind == "MULTICAST":
            terms.append(Field(side, _MULTICAST_V6))
        elif kind == "UNICAST":
            terms.append(Field(side, addresses.V6 - _NOT_UNICAST_V6))
        elif kind == "UNSPEC":
            terms.append(Field(side, addresses.parse("::")))
        elif kind == "LOCAL" and not kinds & {"ANYCAST", "UNREACHABLE"}:
            terms.append(AddressKind(side, frozenset((AddressClass.LOCAL,))))
        else:
            return None
    return conjunction(*terms)


def owner(module: Module, rule: RuleContext) -> Expr:
    """Owner: packets of the device's own programs; others have no socket, for which only negated options hold."""
    if not rule.hooks <= {"OUTPUT", "POSTROUTING"}:
        return rule.refused(module.at, "-m owner outside of OUTPUT and POSTROUTING")
    passing = ARRIVED
    own = rule.varies(module.at, "owner: " + " ".join(_words(module)))
    without_socket = ANYTHING if all(given.negated for given in module.given) else NOTHING
    return disjunction(conjunction(passing, without_socket), conjunction(Not(passing), own))


def recent(module: Module, rule: RuleContext) -> Expr:
    """Recent: `--set` always holds; the others ask a list that earlier packets filled."""
    by_name = {given.name: given for given in module.given}
    if "--set" in by_name:
        return NOTHING if by_name["--set"].negated else ANYTHING
    name = by_name["--name"].values[0] if "--name" in by_name else "DEFAULT"
    asked = " ".join(word for word in _words(module) if word != "!")
    term: Expr = rule.varies(module.at, f"recent {name}: {asked}")
    return Not(term) if any(given.negated for given in module.given) else term


def chance(module: Module, rule: RuleContext) -> Expr:
    """Limit, hashlimit, connlimit, statistic, quota and the like: how often, how many, how much."""
    asked = " ".join(word for word in _words(module) if word != "!")
    term: Expr = rule.varies(module.at, f"{module.name} {asked}")
    negated = any(given.negated for given in module.given)
    return Not(term) if negated else term


def nfacct(module: Module, rule: RuleContext) -> Expr:
    """Nfacct counts and holds for every packet, unless its object has a quota."""
    return rule.varies(module.at, f"nfacct {' '.join(_words(module))}")


_BUILDERS: dict[str, Callable[[Module, RuleContext], Expr]] = {
    **dict.fromkeys(("tcp", "udp", "udplite", "sctp", "dccp"), _match_header.ports),
    "multiport": _match_header.multiport,
    "icmp": _match_header.icmp,
    "icmp6": _match_header.icmp,
    "iprange": _match_header.iprange,
    "mac": _match_header.mac,
    "ttl": _match_header.ttl,
    "hl": _match_header.ttl,
    "tos": _match_header.tos,
    "dscp": _match_header.dscp,
    "length": _match_header.length,
    "pkttype": _match_header.pkttype,
    "mark": _match_header.mark,
    "conntrack": _match_connection.conntrack,
    "state": _match_connection.conntrack,
    "connmark": _match_connection.connmark,
    "helper": _match_connection.helper,
    "addrtype": addrtype,
    "set": _set_match.match_set,
    "owner": owner,
    "recent": recent,
    "time": _time.time,
    "nfacct": nfacct,
    **dict.fromkeys(("limit", "hashlimit", "connlimit", "connbytes", "statistic", "quota", "cpu"), chance),
}
assert _BUILDERS.keys() <= MATCHES.keys()
