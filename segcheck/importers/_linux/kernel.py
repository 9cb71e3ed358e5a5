"""What the kernel does to packets around the tables, as built-in lists: connection tracking, and the IP layer's own drops.

Sources, Linux 4.10 to 6.18: net/netfilter/nf_conntrack_proto_tcp.c (`tcp_valid_flags`; row "sNO" of `tcp_conntracks`; with
nf_conntrack_tcp_loose=1 an ACK picks a connection up), nf_conntrack_proto_icmp.c and _icmpv6.c (`valid_new`,
`noct_valid_new`), nf_conntrack_proto_sctp.c, net/ipv4/route.c (`ip_route_input_slow`), net/ipv4/fib_frontend.c
(`fib_validate_source`), net/ipv4/ip_forward.c, net/ipv6/ip6_input.c (`ip6_rcv_core`), net/ipv6/ip6_output.c (`ip6_forward`).
"""

from __future__ import annotations

from segcheck.model.match import (
    AddressClass,
    AddressKind,
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
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

FIN, SYN, RST, ACK, URG = 1, 2, 4, 16, 32
_LOOPBACK = Interface("in", ("lo",))
_DROP_OR_NOT = Unsure((Deny(), Continue()))


def _proto(*numbers: int) -> Field:
    return Field("proto", IntervalSet.of(*numbers))


def _icmp(*types: int | tuple[int, int]) -> Field:
    return Field("icmp_type", IntervalSet.of(*types))


def _list(name: str, rules: list[tuple[str, Expr, Action]], default: Permit | Return) -> RuleList:
    made = [
        Rule(id=f"{name}#{label}", key=f"{name}#{label}", match=match, action=action, text=label)
        for label, match, action in rules
    ]
    return RuleList(name=name, rules=tuple(made), default=default, builtin=True)


def conntrack(family: int, name: str) -> RuleList:
    """Return the list that gives a packet of no known connection its state."""
    new, invalid, untracked = (Assign("state", state, 7) for state in (State.NEW, State.INVALID, State.UNTRACKED))
    mask = FIN | SYN | RST | ACK
    opens = disjunction(Bits("tcp_flags", mask, SYN), Bits("tcp_flags", mask, ACK))
    none = Field("state", IntervalSet.of(State.NONE))

    def of(match: Expr) -> Expr:
        return conjunction(none, match)

    own, foreign = (1, 58) if family == 4 else (58, 1)
    queries = _icmp(8, 13, 15, 17) if family == 4 else _icmp(128, 139)
    rules: list[tuple[str, Expr, Action]] = [("known connection", Not(none), Return())]
    if family == 6:
        without_connection = conjunction(_proto(58), _icmp((130, 136), 143, (151, 152)))
        rules.append(("neighbour and listener messages", of(without_connection), untracked))
        rules.append(("no next header", of(_proto(59)), invalid))
    rules += [
        ("tcp opening or picked up", of(conjunction(_proto(6), opens)), new),
        ("tcp otherwise", of(_proto(6)), invalid),
        ("icmp query", of(conjunction(_proto(own), queries)), new),
        ("icmp otherwise", of(_proto(own, foreign)), invalid),
    ]
    # Linux 6.18 verifies the checksum of UDP-Lite as if it were UDP's and finds it wrong; older kernels track it.
    rules.append(("udplite", of(_proto(136)), Unsure((new, invalid))))
    for number, label in ((132, "sctp INIT"), (33, "dccp REQUEST")):
        rules.append((label, of(conjunction(_proto(number), Field("opening", IntervalSet.of(1)))), new))
        rules.append((f"{label} otherwise", of(_proto(number)), invalid))
    rules.append(("any other protocol", none, new))
    return _list(name, rules, Return())


def arrival(family: int, name: str) -> RuleList:
    """Return the list of packets that the IP layer does not let in, whatever the tables say (with rp_filter=0)."""
    return _list(name, _martians() if family == 4 else _arrival_v6(), Permit())


def _martians() -> list[tuple[str, Expr, Action]]:
    loop = addresses.parse("127.0.0.0/8")
    broadcast = addresses.parse("255.255.255.255")
    unspecified = addresses.parse("0.0.0.0")
    local_broadcast = disjunction(
        Field("dst", broadcast), conjunction(Field("src", unspecified), Field("dst", unspecified))
    )
    return [
        ("arrives on loopback", _LOOPBACK, Permit()),
        ("multicast or broadcast source", Field("src", addresses.parse("224.0.0.0/4") | broadcast), Deny()),
        ("limited broadcast", local_broadcast, Permit()),
        ("martian source", Field("src", unspecified | loop), Deny()),
        ("martian destination", Field("dst", unspecified | loop), Deny()),
        ("own address as source", AddressKind("src", frozenset((AddressClass.LOCAL,))), Deny()),
    ]


def _arrival_v6() -> list[tuple[str, Expr, Action]]:
    multicast, loop = addresses.parse("ff00::/8"), addresses.parse("::1")
    mapped = addresses.parse("::ffff:0:0/96")
    # Scopes 0 (reserved) and 1 (interface-local) in the second half of the second octet (RFC 4291 section 2.7).
    flags = [addresses.parse(f"ff{flag:x}{scope:x}::/16") for flag in range(16) for scope in (0, 1)]
    narrow = IntervalSet.of(*(pair for block in flags for pair in block.ranges))
    return [
        ("arrives on loopback", _LOOPBACK, Permit()),
        ("multicast or loopback source", Field("src", multicast | loop), Deny()),
        ("IPv4-mapped source", Field("src", mapped), Deny()),
        ("loopback destination", Field("dst", loop), Deny()),
        ("interface-local multicast", Field("dst", narrow), Deny()),
    ]


def forwarding(family: int, name: str) -> RuleList:
    """Return the list of packets that are not forwarded, whatever the tables say (with enough time to live)."""
    if family == 4:
        several = addresses.parse("224.0.0.0/4") | addresses.parse("255.255.255.255")
        return _list(name, [("multicast or broadcast destination", Field("dst", several), Deny())], Permit())
    link_local, unspecified = addresses.parse("fe80::/10"), addresses.parse("::")
    return _list(
        name,
        [
            ("multicast destination", Field("dst", addresses.parse("ff00::/8")), Deny()),
            # Never on to another link; back onto the same one these checks are left out.
            ("link-local or no source", Field("src", link_local | unspecified), _DROP_OR_NOT),
            ("link-local destination", Field("dst", link_local), _DROP_OR_NOT),
        ],
        Permit(),
    )
