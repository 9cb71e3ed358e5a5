"""Names of protocols, ports, ICMP messages and DSCP values as IOS writes them.

Source: Cisco IOS Security Command Reference, "access-list (IP extended)", "permit (IP)", "permit (IPv6)": the tables of TCP
and UDP port names, ICMP message types and protocol names. A name that is not here is not understood.
"""

from __future__ import annotations


def _pairs(text: str) -> dict[str, int]:
    words = text.split()
    return {name: int(value) for name, value in zip(words[::2], words[1::2], strict=True)}


PROTOCOLS = _pairs(
    "ahp 51 eigrp 88 esp 50 gre 47 icmp 1 igmp 2 igrp 9 ipinip 4 nos 94 ospf 89 pcp 108 pim 103 sctp 132 tcp 6 udp 17"
)
TCP_PORTS = _pairs(
    "bgp 179 chargen 19 cmd 514 daytime 13 discard 9 domain 53 drip 3949 echo 7 exec 512 finger 79 ftp 21 ftp-data 20 "
    "gopher 70 hostname 101 ident 113 irc 194 klogin 543 kshell 544 login 513 lpd 515 msrpc 135 nntp 119 "
    "onep-plain 15001 onep-tls 15002 pim-auto-rp 496 pop2 109 pop3 110 smtp 25 ssh 22 sunrpc 111 syslog 514 tacacs 49 "
    "talk 517 telnet 23 time 37 uucp 540 whois 43 www 80"
)
UDP_PORTS = _pairs(
    "biff 512 bootpc 68 bootps 67 discard 9 dnsix 195 domain 53 echo 7 isakmp 500 mobile-ip 434 nameserver 42 "
    "netbios-dgm 138 netbios-ns 137 netbios-ss 139 non500-isakmp 4500 ntp 123 pim-auto-rp 496 rip 520 ripv6 521 snmp 161 "
    "snmptrap 162 sunrpc 111 syslog 514 tacacs 49 talk 517 tftp 69 time 37 who 513 xdmcp 177"
)
PORTS = {6: TCP_PORTS, 17: UDP_PORTS}

#: ICMP message names: type, code (-1: every code). RFC 792, RFC 1122, RFC 1256, RFC 950.
ICMP: dict[str, tuple[int, int]] = {
    "administratively-prohibited": (3, 13),
    "alternate-address": (6, -1),
    "dod-host-prohibited": (3, 10),
    "dod-net-prohibited": (3, 9),
    "echo": (8, -1),
    "echo-reply": (0, -1),
    "general-parameter-problem": (12, 0),
    "host-isolated": (3, 8),
    "host-precedence-unreachable": (3, 14),
    "host-redirect": (5, 1),
    "host-tos-redirect": (5, 3),
    "host-tos-unreachable": (3, 12),
    "host-unknown": (3, 7),
    "host-unreachable": (3, 1),
    "information-reply": (16, -1),
    "information-request": (15, -1),
    "mask-reply": (18, -1),
    "mask-request": (17, -1),
    "net-redirect": (5, 0),
    "net-tos-redirect": (5, 2),
    "net-tos-unreachable": (3, 11),
    "net-unreachable": (3, 0),
    "network-unknown": (3, 6),
    "no-room-for-option": (12, 2),
    "option-missing": (12, 1),
    "packet-too-big": (3, 4),
    "parameter-problem": (12, -1),
    "port-unreachable": (3, 3),
    "precedence-unreachable": (3, 15),
    "protocol-unreachable": (3, 2),
    "reassembly-timeout": (11, 1),
    "redirect": (5, -1),
    "router-advertisement": (9, -1),
    "router-solicitation": (10, -1),
    "source-quench": (4, -1),
    "source-route-failed": (3, 5),
    "time-exceeded": (11, -1),
    "timestamp-reply": (14, -1),
    "timestamp-request": (13, -1),
    "traceroute": (30, -1),
    "ttl-exceeded": (11, 0),
    "unreachable": (3, -1),
}
#: The same of ICMPv6: RFC 4443, RFC 4861, RFC 2710.
ICMPV6: dict[str, tuple[int, int]] = {
    "beyond-scope": (1, 2),
    "destination-unreachable": (1, -1),
    "echo-reply": (129, -1),
    "echo-request": (128, -1),
    "header": (4, 0),
    "hop-limit": (3, 0),
    "mld-query": (130, -1),
    "mld-reduction": (132, -1),
    "mld-report": (131, -1),
    "nd-na": (136, -1),
    "nd-ns": (135, -1),
    "next-header": (4, 1),
    "no-admin": (1, 1),
    "no-route": (1, 0),
    "packet-too-big": (2, -1),
    "parameter-option": (4, 2),
    "parameter-problem": (4, -1),
    "port-unreachable": (1, 4),
    "reassembly-timeout": (3, 1),
    "redirect": (137, -1),
    "router-advertisement": (134, -1),
    "router-renumbering": (138, -1),
    "router-solicitation": (133, -1),
    "time-exceeded": (3, -1),
    "unreachable": (1, -1),
}
DSCP = {
    "default": 0,
    "ef": 46,
    **{f"cs{n}": 8 * n for n in range(1, 8)},
    **{f"af{n}{m}": 8 * n + 2 * m for n in range(1, 5) for m in range(1, 4)},
}
PRECEDENCE = {
    name: value
    for value, name in enumerate(
        ("routine", "priority", "immediate", "flash", "flash-override", "critical", "internet", "network")
    )
}
FLAGS = {"fin": 1, "syn": 2, "rst": 4, "psh": 8, "ack": 16, "urg": 32}
#: `match protocol` of inspection: ports of the standard services that Port to Application Mapping begins with
#: (Cisco IOS Security Command Reference, "ip port-map", table of system-defined port mapping): IP protocol, port.
APPLICATIONS: dict[str, tuple[tuple[int, int], ...]] = {
    "dns": ((6, 53), (17, 53)),
    "ftp": ((6, 21),),
    "http": ((6, 80),),
    "https": ((6, 443),),
    "imap": ((6, 143),),
    "ntp": ((17, 123),),
    "pop3": ((6, 110),),
    "smtp": ((6, 25),),
    "snmp": ((17, 161),),
    "ssh": ((6, 22),),
    "syslog": ((17, 514),),
    "telnet": ((6, 23),),
    "tftp": ((17, 69),),
}
