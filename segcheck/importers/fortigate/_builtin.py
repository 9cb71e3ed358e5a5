"""What FortiOS does to packets by itself, as rule lists: sessions, reverse path, same-interface traffic, multicast.

Source: Technical Tips 191772 and 408999 (TCP without a session must begin with SYN), 253597 (SYN/ACK without a session is
dropped), 198575 (`asymroute`), 190100 and 194382 (reverse path check on the first packet of a session), 196651
(`allow-traffic-redirect`), 277823 (addresses of VIPs and pools), 264457 and 279733 (`intrazone allow` is asked after the
policies); Administration Guide, "Multicast policies", "Captive portals". What these leave open may fall either way.
"""

from __future__ import annotations

from collections.abc import Iterable

from segcheck.importers.fortigate._defaults import (
    addresses_of_nat_are_local,
    intrazone_single,
    redirect_needs_own_net,
    traffic_redirect,
)
from segcheck.importers.fortigate._interfaces import Interfaces
from segcheck.importers.fortigate._nat import pool_unread
from segcheck.importers.fortigate._notes import Vdom
from segcheck.importers.fortigate._routing import Routing
from segcheck.importers.fortigate._services import proto
from segcheck.importers.fortigate._values import FAMILY
from segcheck.importers.fortigate._vips import Vip
from segcheck.model.device import Interface as Port
from segcheck.model.diagnostic import Code
from segcheck.model.match import (
    ANYTHING,
    Bits,
    Expr,
    Field,
    Interface,
    Not,
    State,
    conjunction,
    disjunction,
)
from segcheck.model.rules import Action, Assign, Continue, Deny, Permit, Return, Rule, RuleList, Unsure
from segcheck.sets.addresses import V4, V6, parse
from segcheck.sets.addresses import prefix as block
from segcheck.sets.header import ACK, ERROR_TYPES, ICMP, ICMPV6, SYN, TCP
from segcheck.sets.intervals import IntervalSet

_STATE = 7  # the bits that hold a State
_MULTICAST = parse("224.0.0.0/4") | parse("ff00::/8")
#: Sources that no host may have.
_MARTIANS = parse("127.0.0.0/8") | parse("224.0.0.0/3") | parse("::1/128") | parse("ff00::/8")
_UNSPECIFIED = parse("0.0.0.0/32") | parse("::/128")
#: Answers to ICMP questions: echo, timestamp, information, address mask; echo of ICMPv6.
_ANSWERS = {ICMP: IntervalSet.of(0, 14, 16, 18), ICMPV6: IntervalSet.of(129)}
_PERHAPS_DROPPED = Unsure((Deny(), Continue()))
_PERHAPS_PASSED = Unsure((Permit(), Continue()))


def rule(name: str, match: Expr, action: Action) -> Rule:
    """Return a rule that stands in no file."""
    doubt = (Code.ACTION_NOT_MODELLED.value,) if isinstance(action, Unsure) else ()
    return Rule(id=name, key=name, match=match, action=action, text=name, because=doubt)


def _state(value: State) -> Expr:
    return Field("state", IntervalSet.of(int(value)))


def without_session() -> Expr:
    """Return the TCP packets that cannot open a session: without SYN, or with SYN and ACK."""
    return conjunction(proto(TCP), Not(Bits("tcp_flags", SYN | ACK, SYN)))


def fragments(name: str) -> RuleList:
    """Return the list for later fragments as they arrive: what becomes of one whose first is missing, no source says."""
    later = rule("later fragment", Field("fragment", IntervalSet.of(1)), _PERHAPS_DROPPED)
    return RuleList(name=f"{name}/fragments", rules=(later,), default=Permit(), builtin=True)


def sessions(
    name: str, asymmetric: frozenset[int], loose: frozenset[int], *, without_syn: bool
) -> tuple[RuleList, RuleList]:
    """Return the list that tells new from invalid packets, and the one that drops what has no session and opens none.

    asymmetric   families with `asymroute`: their packets without a session are routed all the same (Technical Tip 198575)
    loose        families whose ICMP answers are not held against a session
    without_syn  policies may accept TCP without SYN; each says so itself
    """
    told = disjunction(*(conjunction(proto(one), Field("icmp_type", ERROR_TYPES[one])) for one in (ICMP, ICMPV6)))
    answers = disjunction(*(conjunction(proto(one), Field("icmp_type", kinds)) for one, kinds in _ANSWERS.items()))
    held = IntervalSet.of(*(pair for one in FAMILY.keys() - loose for pair in FAMILY[one].ranges))
    lost, new = _state(State.NONE), _state(State.NEW)
    strict = IntervalSet.of(*(pair for one in FAMILY.keys() - asymmetric for pair in FAMILY[one].ranges))
    classify = []
    if strict and not without_syn:
        invalid = Assign("state", int(State.INVALID), _STATE)
        classify.append(
            rule("tcp without session", conjunction(lost, Field("src", strict), without_session()), invalid)
        )
    classify.append(rule("new", lost, Assign("state", int(State.NEW), _STATE)))
    odd = conjunction(new, proto(TCP), Bits("tcp_flags", SYN, SYN), Not(Bits("tcp_flags", 0x05, 0)))  # with FIN or RST
    drop = (
        rule("no session matched", _state(State.INVALID), Deny()),
        rule("icmp answer without session", conjunction(new, Field("src", held), answers), Deny()),
        rule("icmp error without session", conjunction(new, told), _PERHAPS_DROPPED),
        rule("tcp flags", odd, _PERHAPS_DROPPED),
        rule("source address", Field("src", _MARTIANS), _PERHAPS_DROPPED),
    )
    return (
        RuleList(name=f"{name}/session", rules=tuple(classify), default=Return(), builtin=True),
        RuleList(name=f"{name}/no-session", rules=drop, default=Permit(), builtin=True),
    )


def reverse_path(
    vdom: Vdom, interfaces: Interfaces, routing: Routing, *, strict: bool, routing_known: bool
) -> RuleList | None:
    """Return the reverse path check, None if there is no interface to check.

    routing_known   the routes are all there are; otherwise nothing is dropped for certain
    """
    rules = []
    table = vdom.table("system interface").entries
    back = routing.reverse(strict)
    for port in interfaces.all:
        if port.enabled is False or table[port.name].on("src-check", True) is False:
            continue
        must, may = back[port.name]
        here = Interface("in", (port.name,))
        refused = (V4 - may) - _UNSPECIFIED
        doubtful = (may - must) & V4
        if routing_known and not port.dynamic and table[port.name].on("src-check", True):
            rules.append(rule(f"{port.name} reverse path", conjunction(here, Field("src", refused)), Deny()))
        else:
            doubtful = V4 - must
        if doubtful or V6 - must:
            unsettled = doubtful | (V6 - must)
            rules.append(
                rule(f"{port.name} reverse path", conjunction(here, Field("src", unsettled)), _PERHAPS_DROPPED)
            )
    if not rules:
        return None
    return RuleList(name=f"{vdom.name}/reverse-path", rules=tuple(rules), default=Permit(), builtin=True)


def before_policies(vdom: Vdom, interfaces: Interfaces, vips: Iterable[Vip], asymmetric: frozenset[int]) -> list[Rule]:
    """Return what is decided before any policy is asked."""
    rules = [
        rule("asymroute", conjunction(Field("src", FAMILY[family]), _state(State.NEW), without_session()), Permit())
        for family in sorted(asymmetric)
    ]
    rules.extend(_own_addresses(vdom, vips))
    skip = vdom.table("system settings").on("multicast-skip-policy")
    opened = any(
        entry.on("status", True) is not False and entry.one("action", "accept") != "deny"
        for path in ("firewall multicast-policy", "firewall multicast-policy6")
        for entry in vdom.table(path).entries.values()
    )
    multicast = Unsure((Permit(), Deny())) if opened or skip is not False else _PERHAPS_DROPPED
    rules.append(rule("multicast", Field("dst", _MULTICAST), multicast))
    untranslated = (
        Field("dnat", IntervalSet.of(0)) if vdom.has("firewall vip") or vdom.has("firewall vip6") else ANYTHING
    )
    for port in interfaces.all:
        mode = vdom.table("system interface").entries[port.name].one("security-mode", "none")
        rules.extend(_redirect(vdom, port, untranslated))
        if mode != "none":  # only who has logged in gets further; who has, the export does not say
            rules.append(rule(f"{mode} of {port.name}", Interface("in", (port.name,)), _PERHAPS_DROPPED))
    return rules


def _own_addresses(vdom: Vdom, vips: Iterable[Vip]) -> Iterable[Rule]:
    """Yield what becomes of packets to addresses of VIPs and pools that no VIP has translated (Technical Tip 277823)."""
    local = addresses_of_nat_are_local(vdom.version)
    owned: list[tuple[int, int]] = []
    unsettled: list[tuple[int, int]] = []
    for vip in vips:
        if vip.external not in FAMILY.values():
            kept = local and vip.local and vip.rule.enabled
            # in the versions that forward, an unused VIP translates or not: the sources disagree (189573, 350101)
            into = owned if kept else unsettled if local is None or vip.local is None or not vip.used else []
            into.extend(vip.external.ranges)
        elif vip.lost:
            unsettled.extend(vip.external.ranges)
    for path, family in (("firewall ippool", 4), ("firewall ippool6", 6)):
        entries = vdom.table(path).entries.values()
        if vdom.torn(path) or any(pool_unread(entry) for entry in entries):
            unsettled.extend(FAMILY[family].ranges)
    for entry in vdom.table("firewall ippool").entries.values():
        try:
            pool = parse(f"{entry.one('startip')}-{entry.one('endip')}")
        except ValueError:
            unsettled.extend(V4.ranges)
            continue
        answers = entry.on("arp-reply", True)
        into = owned if local and answers else unsettled if local is not False and answers is not False else []
        into.extend(pool.ranges)
    untranslated = Field("dnat", IntervalSet.of(0))
    for pairs, action in ((owned, Deny()), (unsettled, _PERHAPS_DROPPED)):
        if pairs:
            match = conjunction(untranslated, Field("dst", IntervalSet.of(*pairs)))
            yield rule("address of a VIP or pool", match, action)


def _redirect(vdom: Vdom, port: Port, untranslated: Expr) -> Iterable[Rule]:
    """Yield the rules for packets that leave by the interface they came by."""
    shared = vdom.table("system global")
    if port.enabled is False or port.kind == "tunnel":
        return
    both = conjunction(Interface("in", (port.name,)), Interface("out", (port.name,)), untranslated)
    for family, key in ((4, "allow-traffic-redirect"), (6, "ipv6-allow-traffic-redirect")):
        allowed = shared.on(key) if key in shared.values else traffic_redirect(vdom.version)
        if allowed is False:
            continue
        whole = FAMILY[family]
        own = IntervalSet.of(*(p for a in port.addresses for p in (block(a.address, a.length) & whole).ranges))
        name = f"{port.name} to itself"
        if own:
            sure = allowed and not port.dynamic
            yield rule(name, conjunction(both, Field("src", own)), Permit() if sure else _PERHAPS_PASSED)
        needs_own = redirect_needs_own_net(vdom.version)
        if port.dynamic or needs_own is not True:
            sure = allowed and needs_own is False and family == 4
            others = conjunction(both, Field("src", whole - own))
            yield rule(name, others, Permit() if sure else _PERHAPS_PASSED)


def after_policies(vdom: Vdom, interfaces: Interfaces) -> list[Rule]:
    """Return what `intrazone allow` lets pass when no policy has decided."""
    rules = []
    for zone, match, members in interfaces.allowing():
        single = intrazone_single(vdom.version)
        if members > 1 or single:
            rules.append(rule(f"intrazone {zone}", match, Permit()))
        elif members == 1 and single is None:
            rules.append(rule(f"intrazone {zone}", match, _PERHAPS_PASSED))
    return rules
