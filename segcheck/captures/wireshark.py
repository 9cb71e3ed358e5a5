"""Display filters for Wireshark, so that a person finds a conversation in the capture that it was seen in."""

from __future__ import annotations

from collections.abc import Iterable

from segcheck.model.flow import Flow
from segcheck.model.neighbour import Neighbour, NeighbourKind

_TRANSPORTS = {6: "tcp", 17: "udp", 33: "dccp", 132: "sctp", 136: "udp"}  # UDP-Lite shows the fields of UDP
_ICMP, _ICMPV6 = 1, 58
#: Questions of ICMP with the answers that are put into the same conversation (`model.flow`).
_ANSWERS = {"icmp": {8: 0, 13: 14, 15: 16, 17: 18}, "icmpv6": {128: 129}}


def wireshark_filter(flow: Flow) -> str:
    """Return a display filter that shows the conversation, both directions, e.g. `ip.addr==192.0.2.1 && ... && tcp.port==443`.

    It may show a little more: other conversations of the same ends that an ICMP error quotes, or further VLAN tags. A protocol
    behind IPv6 extension headers is not found by its number. Fields: Wireshark's display filter reference (ip, ipv6, tcp, udp,
    sctp, dccp, icmp, icmpv6, vlan, ieee8021ad).
    """
    six = ":" in flow.src
    ip = "ipv6" if six else "ip"
    parts = [f"{ip}.addr=={flow.src}", f"{ip}.addr=={flow.dst}"]
    number = f"{ip}.nxt=={flow.proto}" if six else f"{ip}.proto=={flow.proto}"
    if flow.fragment:
        parts += (
            ["ipv6.fraghdr.offset > 0", f"ipv6.fraghdr.nxt=={flow.proto}"] if six else ["ip.frag_offset > 0", number]
        )
    elif flow.proto in _TRANSPORTS:
        name = _TRANSPORTS[flow.proto]
        parts += [f"{name}.port=={port}" for port in dict.fromkeys((flow.dport, flow.sport))]
    elif flow.proto == (_ICMPV6 if six else _ICMP):
        parts += _icmp("icmpv6" if six else "icmp", flow.sport, flow.dport)
    else:
        parts.append(number)
    return " && ".join([*parts, *_tagged(flow.vlans)])


def _icmp(name: str, kind: int, code: int) -> list[str]:
    answer = _ANSWERS[name].get(kind)
    kinds = f"{name}.type=={kind}"
    return [kinds if answer is None else f"({kinds} || {name}.type=={answer})", f"{name}.code=={code}"]


def neighbour_filter(one: Neighbour) -> str:
    """Return a display filter that shows what a host says about itself, e.g. `icmpv6.type==134 && ipv6.src==fe80::1`.

    Fields of ARP, ICMPv6, DHCP, DHCPv6 and PPPoE beside those of `wireshark_filter`.
    """
    source = f"{'ipv6' if ':' in one.address else 'ip'}.src=={one.address}"
    match one.kind:
        case NeighbourKind.ARP:
            parts = [f"arp.src.proto_ipv4=={one.address}", f"arp.src.hw_mac=={one.mac}"]
        case NeighbourKind.ND:
            parts = ["icmpv6.type==136", f"icmpv6.nd.na.target_address=={one.address}"]
        case NeighbourKind.RA:
            parts = ["icmpv6.type==134", source]
        case NeighbourKind.DHCP:
            parts = [f"dhcp.option.dhcp_server_id=={one.server}" if one.server else "udp.srcport==67", source]
        case NeighbourKind.DHCPV6:
            parts = ["udp.srcport==547", source]
        case NeighbourKind.PPPOE | NeighbourKind.PPPOE_LINE:
            parts = ["(pppoed || pppoes)", *([f"eth.src=={one.mac}"] if one.mac else [])]
    return " && ".join([*parts, *_tagged(one.vlans)])


def _tagged(vlans: Iterable[int]) -> list[str]:
    return [f"(vlan.id=={tag} || ieee8021ad.id=={tag})" for tag in dict.fromkeys(vlans)]
