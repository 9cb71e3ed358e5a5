"""Names of ports and ICMP messages as ASA writes them.

Source: Cisco ASA Series Command Reference and CLI Configuration Guide, appendix "Addresses, Protocols, and Ports": tables
"Protocol Literal Values", "Port Literal Values", "ICMP Types". A name that is not here is not understood.
"""

from __future__ import annotations


def _pairs(text: str) -> dict[str, int]:
    words = text.split()
    return {name: int(value) for name, value in zip(words[::2], words[1::2], strict=True)}


PROTOCOLS = _pairs(
    "ah 51 ahp 51 eigrp 88 esp 50 gre 47 icmp 1 icmp6 58 igmp 2 igrp 9 ipinip 4 ipsec 50 nos 94 ospf 89 pcp 108 pim 103 "
    "pptp 47 sctp 132 snp 109 tcp 6 udp 17"
)
_BOTH = _pairs(
    "cifs 3020 discard 9 domain 53 echo 7 http 80 www 80 kerberos 750 nfs 2049 pim-auto-rp 496 sip 5060 sunrpc 111 tacacs 49 "
    "talk 517"
)
_TCP = _pairs(
    "aol 5190 bgp 179 chargen 19 citrix-ica 1494 cmd 514 ctiqbe 2748 daytime 13 exec 512 finger 79 ftp 21 ftp-data 20 "
    "gopher 70 h323 1720 hostname 101 https 443 ident 113 imap4 143 irc 194 klogin 543 kshell 544 ldap 389 ldaps 636 "
    "login 513 lotusnotes 1352 lpd 515 netbios-ssn 139 nntp 119 pcanywhere-data 5631 pop2 109 pop3 110 pptp 1723 "
    "rsh 514 rtsp 554 smtp 25 sqlnet 1521 ssh 22 telnet 23 uucp 540 whois 43"
)
_UDP = _pairs(
    "biff 512 bootpc 68 bootps 67 dnsix 195 isakmp 500 mobile-ip 434 nameserver 42 netbios-dgm 138 netbios-ns 137 ntp 123 "
    "pcanywhere-status 5632 radius 1645 radius-acct 1646 rip 520 secureid-udp 5510 snmp 161 snmptrap 162 syslog 514 "
    "tftp 69 time 37 vxlan 4789 who 513 xdmcp 177"
)
#: By protocol; a name for `tcp-udp` has to mean the same for both.
PORTS = {6: _BOTH | _TCP, 17: _BOTH | _UDP, 132: {}}

#: ICMP types of IPv4; on ASA a name stands for a type with every code.
ICMP = _pairs(
    "echo-reply 0 unreachable 3 source-quench 4 redirect 5 alternate-address 6 echo 8 router-advertisement 9 "
    "router-solicitation 10 time-exceeded 11 parameter-problem 12 timestamp-request 13 timestamp-reply 14 "
    "information-request 15 information-reply 16 mask-request 17 mask-reply 18 traceroute 30 conversion-error 31 "
    "mobile-redirect 32"
)
#: The same of ICMPv6 (RFC 4443, RFC 4861, RFC 2710, RFC 2894).
ICMP6 = _pairs(
    "unreachable 1 packet-too-big 2 time-exceeded 3 parameter-problem 4 echo 128 echo-reply 129 membership-query 130 "
    "membership-report 131 membership-reduction 132 router-solicitation 133 router-advertisement 134 "
    "neighbor-solicitation 135 neighbor-advertisement 136 neighbor-redirect 137 router-renumbering 138"
)
