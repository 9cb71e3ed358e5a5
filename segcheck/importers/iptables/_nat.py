"""Targets that translate addresses: DNAT, SNAT, REDIRECT, MASQUERADE, NETMAP.

Sources: extensions/libxt_NAT.c (how ranges are written), net/netfilter/nf_nat_core.c (`get_unique_tuple`: a source port is
kept while no other connection needs it), nf_nat_redirect.c (the first address of the ingress interface; loopback for what
the device sends itself), xt_NETMAP.c.
"""

from __future__ import annotations

from dataclasses import replace

from segcheck.importers.iptables import _values
from segcheck.importers.iptables._context import RuleContext
from segcheck.importers.iptables._match_header import ARRIVED
from segcheck.model.match import ANYTHING, Expr, Field, Not, conjunction
from segcheck.model.rules import Action, Assign, Translate, Translation, Unsure
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

#: Whatever port the kernel may take where none is asked for; `_classed` says which it takes instead of which.
ANY_PORT = IntervalSet.of((1, 65535))
LOOPBACK = {4: addresses.parse("127.0.0.1"), 6: addresses.parse("::1")}
DESTINATION_HOOKS = frozenset(("PREROUTING", "OUTPUT"))
SOURCE_HOOKS = frozenset(("POSTROUTING", "INPUT"))
#: Hooks from which each target may be reached; iptables refuses others.
HOOKS = {
    "DNAT": DESTINATION_HOOKS,
    "REDIRECT": DESTINATION_HOOKS,
    "SNAT": SOURCE_HOOKS,
    "MASQUERADE": frozenset(("POSTROUTING",)),
    "NETMAP": DESTINATION_HOOKS | SOURCE_HOOKS,
}
#: A further condition, and what happens under it.
Case = tuple[Expr, Action]


def translate(rule: RuleContext) -> tuple[Case, ...]:
    """Return the cases of a translating target: the first that holds applies. Raises ValueError for unreadable options."""
    name = rule.written.target
    options = {given.name: given.values for given in rule.written.target_options}
    if len(options) != len(rule.written.target_options):
        raise ValueError(name)
    found = tuple(case for term, action in _BY_TARGET[name](options, rule) for case in _classed(term, action))
    shifted = any("/" in value for values in options.values() for value in values)
    if shifted or options.keys() & {"--random", "--random-fully"}:
        return found
    return tuple(case for term, action in found for case in _keeping(term, action))


def unread(rule: RuleContext) -> tuple[Translate, ...]:
    """Return what a rule of a nat table may do that translates in a way we cannot read."""
    plain = Translate(None)
    if not rule.device.nat_asked:
        return (plain,)
    sides = [s for s, hooks in (("dst", DESTINATION_HOOKS), ("src", SOURCE_HOOKS)) if rule.hooks & hooks]
    return (plain, *(Translate(None, _assigns(side)) for side in sides))


Options = dict[str, tuple[str, ...]]


def _classed(term: Expr, action: Action) -> tuple[Case, ...]:
    """Return the case split by the ports that were there: one is only replaced by another of its class.

    Source: net/netfilter/nf_nat_core.c (`nf_nat_l4proto_unique_tuple`); measured (tests/kernel/FACTS.md h9).
    """
    if not isinstance(action, Translate) or action.translation is None or action.translation.side != "src":
        return ((term, action),)
    old = action.translation
    if ANY_PORT not in (old.ports, old.port_may_change):
        return ((term, action),)

    field = "ports" if old.ports == ANY_PORT else "port_may_change"

    def case(asked: Expr, *taken: tuple[int, int]) -> Case:
        new = replace(old, **{field: IntervalSet.of(*taken)})  # type: ignore[arg-type]
        return conjunction(term, asked), Translate(new, action.assigns)

    low, reserved = Field("sport", IntervalSet.of((0, 511))), Field("sport", IntervalSet.of((512, 1023)))
    # the last is for all that is left: where the port is not known, one of the three surely applies
    return case(low, (1, 511)), case(reserved, (600, 1023)), case(ANYTHING, (1024, 65535))


def _keeping(term: Expr, action: Action) -> tuple[Case, ...]:
    """Return the case split in two: a port that lies in the range asked for is kept while it is free."""
    if not isinstance(action, Translate) or action.translation is None:
        return ((term, action),)
    old = action.translation
    if old.ports is None or old.ports.count == 1 or old.port_shift is not None:
        return ((term, action),)
    inside = Field("dport" if old.side == "dst" else "sport", old.ports)
    kept = Translate(replace(old, ports=None, port_may_change=old.ports), action.assigns)
    return (conjunction(term, inside), kept), (conjunction(term, Not(inside)), action)


def _fixed(options: Options, rule: RuleContext) -> tuple[Case, ...]:
    """DNAT and SNAT."""
    name = rule.written.target
    side, option = ("dst", "--to-destination") if name == "DNAT" else ("src", "--to-source")
    where, ports, base = _destination(options[option][0], rule.family)
    if where is None and ports is None:
        raise ValueError(option)
    if base is not None and ports is not None:
        return _shifted(side, where, ports, base)
    random = "--random" in options or "--random-fully" in options
    change = ANY_PORT if side == "src" and ports is None and not random else None
    if side == "src" and ports is None and random:
        ports = ANY_PORT
    translation = Translation(side, where, ports=ports, port_may_change=change)
    port_name = "dport" if side == "dst" else "sport"
    single = (where is None or where.count == 1) and (ports is None or ports.count == 1) and change is None
    same: list[Expr] = [] if where is None else [Field(side, where)]
    same += [] if ports is None else [Field(port_name, ports)]
    return _noted(translation, conjunction(*same), rule, sure_when_same=single)


def _shifted(side: str, where: IntervalSet | None, ports: IntervalSet, base: int) -> tuple[Case, ...]:
    """Return `first-last/base`: base goes to first, base+1 to the next ...; ports outside wrap around the range."""
    inside = IntervalSet.of((base, base + ports.count - 1))
    plain = Translation(side, where, ports=ports)
    shifted = Translation(side, where, ports=ports, port_shift=ports.min - base)
    port = Field("dport" if side == "dst" else "sport", inside)
    return (port, Translate(shifted, _assigns(side))), (Not(port), Translate(plain, _assigns(side)))


def _noted(translation: Translation, same: Expr, rule: RuleContext, *, sure_when_same: bool) -> tuple[Case, ...]:
    """Return the translation; where rules ask for it, a packet that it leaves as it was is not noted as translated."""
    noted = Translate(translation, _assigns(translation.side))
    if not rule.device.nat_asked:
        return ((ANYTHING, noted),)
    unchanged: Action = Translate(translation)
    if not sure_when_same:
        unchanged = Unsure((noted, Translate(translation)))
    return ((same, unchanged), (Not(same), noted))


def _assigns(side: str) -> tuple[Assign, ...]:
    return (Assign("dnat" if side == "dst" else "snat", 1, 0xFFFF),)


def _redirect(options: Options, rule: RuleContext) -> tuple[Case, ...]:
    ports = _values.ports(options["--to-ports"][0], "-") if "--to-ports" in options else None
    same: Expr = ANYTHING if ports is None else Field("dport", ports)
    own = Translation("dst", LOOPBACK[rule.family], ports=ports)
    passing = Translation("dst", interface="in", ports=ports)
    if rule.hooks == {"OUTPUT"}:
        return _noted(own, same, rule, sure_when_same=False)
    if rule.hooks <= {"PREROUTING"}:
        return _noted(passing, same, rule, sure_when_same=False)
    cases = [(conjunction(ARRIVED, term), action) for term, action in _noted(passing, same, rule, sure_when_same=False)]
    cases += [
        (conjunction(Not(ARRIVED), term), action) for term, action in _noted(own, same, rule, sure_when_same=False)
    ]
    return tuple(cases)


def _masquerade(options: Options, rule: RuleContext) -> tuple[Case, ...]:
    ports = _values.ports(options["--to-ports"][0], "-") if "--to-ports" in options else None
    if ports is None and ("--random" in options or "--random-fully" in options):
        ports = ANY_PORT
    translation = Translation("src", interface="out", ports=ports, port_may_change=ANY_PORT if ports is None else None)
    return _noted(translation, Not(ARRIVED), rule, sure_when_same=False)


def _netmap(options: Options, rule: RuleContext) -> tuple[Case, ...]:
    to = _values.network(options["--to"][0], rule.family)
    if rule.hooks <= DESTINATION_HOOKS:
        side = "dst"
    elif rule.hooks <= SOURCE_HOOKS:
        side = "src"
    else:
        raise ValueError("NETMAP from both sides")
    given = rule.written.of("-d" if side == "dst" else "-s")
    shift = None
    if given is not None and not given.negated:
        old = _values.networks(given.values[0], rule.family)
        start = old.min - (old.min - _values.family_addresses(rule.family).min) % to.count
        if old.max < start + to.count:
            shift = to.min - start
            to = old.shifted(shift)
    translation = Translation(side, to, shift=shift, port_may_change=ANY_PORT if side == "src" else None)
    return _noted(translation, Field(side, to), rule, sure_when_same=False)


def _destination(text: str, family: int) -> tuple[IntervalSet | None, IntervalSet | None, int | None]:
    """Return (addresses, ports, base) of `address[-address][:port[-port[/base]]]`, IPv6 addresses in brackets."""
    if text.startswith("["):
        host, bracket, port = text[1:].partition("]")
        if not bracket or (port and not port.startswith(":")):
            raise ValueError(text)
        port = port[1:]
    elif family == 4 or (text.startswith(":") and not text.startswith("::")):
        host, _, port = text.partition(":")
    else:
        host, port = text, ""
    where = _values.span_of_addresses(host, family) if host else None
    span, slash, base = port.partition("/")
    return where, _values.ports(span, "-") if span else None, _values.port(base) if slash else None


_BY_TARGET = {
    "DNAT": _fixed,
    "SNAT": _fixed,
    "REDIRECT": _redirect,
    "MASQUERADE": _masquerade,
    "NETMAP": _netmap,
}
assert _BY_TARGET.keys() == HOOKS.keys()
