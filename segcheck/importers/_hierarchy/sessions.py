"""What zone firewalls do to packets by themselves, as rule lists: fragments, sessions, interfaces without a zone.

Source of PAN-OS: knowledge base, "Packet Flow Sequence in PAN-OS" (defragmentation, session lookup, TCP state check: a first TCP
packet that is not SYN is dropped unless that is switched off), Security Zone Overview (no zone, no traffic), Device > Setup >
Session (IPv6 firewalling), Zone Protection ("Reject Non-SYN TCP", "Spoofed IP address"). Of Junos: Flow-Based and Packet-Based
Processing User Guide, "TCP Session Checks"; Security Zones user guide. What these leave open may fall either way.
"""

from __future__ import annotations

from collections.abc import Iterable

from segcheck.model.device import Interface as Port
from segcheck.model.diagnostic import Code
from segcheck.model.match import Bits, Expr, Field, Interface, Not, State, conjunction, disjunction
from segcheck.model.rules import Action, Assign, Continue, Deny, Permit, Return, Rule, RuleList, Unsure
from segcheck.sets.addresses import ALL, V6, parse, prefix
from segcheck.sets.header import ACK, ERROR_TYPES, ICMP, ICMPV6, SYN, TCP
from segcheck.sets.intervals import IntervalSet

_STATE = 7  # the bits that hold a State
_MULTICAST = parse("224.0.0.0/4") | parse("ff00::/8")
#: Sources that no host may have.
_MARTIANS = parse("127.0.0.0/8") | parse("224.0.0.0/3") | parse("::1/128") | parse("ff00::/8")
#: Answers to ICMP questions: echo, timestamp, information, address mask; echo of ICMPv6.
_ANSWERS = {ICMP: IntervalSet.of(0, 14, 16, 18), ICMPV6: IntervalSet.of(129)}
PERHAPS_DROPPED = Unsure((Deny(), Continue()))


def proto(number: int) -> Expr:
    """Return "the packet is of this protocol"."""
    return Field("proto", IntervalSet.of(number))


def rule(name: str, match: Expr, action: Action) -> Rule:
    """Return a rule that stands in no file."""
    doubt = (Code.ACTION_NOT_MODELLED.value,) if isinstance(action, Unsure) else ()
    return Rule(id=name, key=name, match=match, action=action, text=name, because=doubt)


def fragments(name: str) -> RuleList:
    """Return the list for later fragments as they arrive: what becomes of one whose first is missing, no source says."""
    later = rule("later fragment", Field("fragment", IntervalSet.of(1)), PERHAPS_DROPPED)
    return RuleList(name=f"{name}/fragments", rules=(later,), default=Permit(), builtin=True)


def sessions(name: str, rejects: bool | None) -> tuple[RuleList, RuleList]:
    """Return the list that tells new from invalid packets, and the one that drops what has no session and opens none.

    rejects   whether a TCP packet without a session has to be SYN; None = it cannot be told
    """
    lost, new = Field("state", IntervalSet.of(int(State.NONE))), Field("state", IntervalSet.of(int(State.NEW)))
    stray = conjunction(proto(TCP), Not(Bits("tcp_flags", SYN | ACK, SYN)))
    classify = [rule("new", lost, Assign("state", int(State.NEW), _STATE))]
    drop = [rule("no session matched", Field("state", IntervalSet.of(int(State.INVALID))), Deny())]
    if rejects:
        classify.insert(
            0, rule("TCP without SYN", conjunction(lost, stray), Assign("state", int(State.INVALID), _STATE))
        )
    elif rejects is None:
        drop.append(rule("TCP without SYN", conjunction(new, stray), PERHAPS_DROPPED))
    told = disjunction(*(conjunction(proto(one), Field("icmp_type", ERROR_TYPES[one])) for one in (ICMP, ICMPV6)))
    answers = disjunction(*(conjunction(proto(one), Field("icmp_type", kinds)) for one, kinds in _ANSWERS.items()))
    odd = conjunction(new, proto(TCP), Bits("tcp_flags", SYN, SYN), Not(Bits("tcp_flags", 0x05, 0)))  # with FIN or RST
    drop.extend(
        (
            rule("ICMP without session", conjunction(new, disjunction(told, answers)), PERHAPS_DROPPED),
            rule("TCP flags", odd, PERHAPS_DROPPED),
            rule("source address", Field("src", _MARTIANS), PERHAPS_DROPPED),
            rule("multicast", Field("dst", _MULTICAST), PERHAPS_DROPPED),
        )
    )
    return (
        RuleList(name=f"{name}/session", rules=tuple(classify), default=Return(), builtin=True),
        RuleList(name=f"{name}/no-session", rules=tuple(drop), default=Permit(), builtin=True),
    )


def entrance(
    name: str, ports: Iterable[Port], watched: Iterable[Port], doubted: Iterable[Port], *, ipv6: bool
) -> RuleList:
    """Return the list that is asked before anything else of a packet that may open a session.

    ports    interfaces of the virtual system
    watched  those whose zone drops spoofed sources
    doubted  those whose zone has a protection of which something was not read
    ipv6     IPv6 is surely handled
    """
    ports = tuple(ports)
    rules = []
    outside = tuple(port.name for port in ports if not port.zone and port.kind != "management")
    if outside:
        rules.append(rule("no zone", Interface("in", outside), Deny()))
    if not ipv6:
        rules.append(rule("IPv6 firewalling", Field("src", V6), PERHAPS_DROPPED))
    for port in watched:
        own = IntervalSet.of(*(p for a in port.addresses for p in prefix(a.address, a.length).ranges))
        spoofed = conjunction(Interface("in", (port.name,)), Field("src", ALL - own))
        rules.append(rule(f"spoofed source on {port.name}", spoofed, PERHAPS_DROPPED))
    names = tuple(port.name for port in doubted)
    if names:
        rules.append(rule("zone protection", Interface("in", names), PERHAPS_DROPPED))
    return RuleList(name=f"{name}/entrance", rules=tuple(rules), default=Permit(), builtin=True)


def way_out(name: str, ports: Iterable[Port]) -> RuleList | None:
    """Return the list that drops what would leave by an interface without a zone, None if there is none."""
    outside = tuple(port.name for port in ports if not port.zone and port.kind != "management")
    if not outside:
        return None
    return RuleList(
        name=f"{name}/exit",
        rules=(rule("no zone", Interface("out", outside), Deny()),),
        default=Permit(),
        builtin=True,
    )
