"""Targets that translate addresses: DNAT, SNAT, REDIRECT, MASQUERADE, NETMAP.

Sources: extensions/libxt_NAT.c (how ranges are written), net/netfilter/nf_nat_core.c (`get_unique_tuple`: a source port is
kept while no other connection needs it), nf_nat_redirect.c (the first address of the ingress interface; loopback for what
the device sends itself), xt_NETMAP.c.
"""

from __future__ import annotations

from segcheck.importers._linux import nat
from segcheck.importers._linux.nat import Case
from segcheck.importers.iptables import _values
from segcheck.importers.iptables._context import RuleContext
from segcheck.model.match import Field, Not
from segcheck.model.rules import Translate, Translation
from segcheck.sets.intervals import IntervalSet

#: Hooks from which each target may be reached; iptables refuses others.
HOOKS = {
    "DNAT": nat.DESTINATION_HOOKS,
    "REDIRECT": nat.DESTINATION_HOOKS,
    "SNAT": nat.SOURCE_HOOKS,
    "MASQUERADE": frozenset(("POSTROUTING",)),
    "NETMAP": nat.DESTINATION_HOOKS | nat.SOURCE_HOOKS,
}


def translate(rule: RuleContext) -> tuple[Case, ...]:
    """Return the cases of a translating target: the first that holds applies. Raises ValueError for unreadable options."""
    name = rule.written.target
    options = {given.name: given.values for given in rule.written.target_options}
    if len(options) != len(rule.written.target_options):
        raise ValueError(name)
    found = nat.classed(_BY_TARGET[name](options, rule))
    shifted = any("/" in value for values in options.values() for value in values)
    if shifted or options.keys() & {"--random", "--random-fully"}:
        return found
    return nat.keeping(found)


def unread(rule: RuleContext) -> tuple[Translate, ...]:
    """Return what a rule of a nat table may do that translates in a way we cannot read."""
    return nat.unread(rule.hooks, asked=rule.device.nat_asked)


Options = dict[str, tuple[str, ...]]


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
    return nat.fixed(side, where, ports, random=random, asked=rule.device.nat_asked)


def _shifted(side: str, where: IntervalSet | None, ports: IntervalSet, base: int) -> tuple[Case, ...]:
    """Return `first-last/base`: base goes to first, base+1 to the next ...; ports outside wrap around the range."""
    inside = IntervalSet.of((base, base + ports.count - 1))
    plain = Translation(side, where, ports=ports)
    shifted = Translation(side, where, ports=ports, port_shift=ports.min - base)
    port = Field("dport" if side == "dst" else "sport", inside)
    return (port, Translate(shifted, nat.assigns(side))), (Not(port), Translate(plain, nat.assigns(side)))


def _redirect(options: Options, rule: RuleContext) -> tuple[Case, ...]:
    ports = _values.ports(options["--to-ports"][0], "-") if "--to-ports" in options else None
    return nat.redirect(rule.family, rule.hooks, ports, asked=rule.device.nat_asked)


def _masquerade(options: Options, rule: RuleContext) -> tuple[Case, ...]:
    ports = _values.ports(options["--to-ports"][0], "-") if "--to-ports" in options else None
    random = "--random" in options or "--random-fully" in options
    return nat.masquerade(ports, random=random, asked=rule.device.nat_asked)


def _netmap(options: Options, rule: RuleContext) -> tuple[Case, ...]:
    to = _values.network(options["--to"][0], rule.family)
    if rule.hooks <= nat.DESTINATION_HOOKS:
        side = "dst"
    elif rule.hooks <= nat.SOURCE_HOOKS:
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
    translation = Translation(side, to, shift=shift, port_may_change=nat.ANY_PORT if side == "src" else None)
    return nat.noted(translation, Field(side, to), asked=rule.device.nat_asked, sure_when_same=False)


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
