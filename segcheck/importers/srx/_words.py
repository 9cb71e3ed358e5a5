"""Names of protocols, ports and ICMP types in Junos, and what is written with them.

Source: Routing Policies, Firewall Filters, and Traffic Policers User Guide, "Firewall Filter Match Conditions for IPv4 Traffic"
and "... for IPv6 Traffic" (text synonyms of `protocol`, `port`, `icmp-type`); Security Policies User Guide, "Custom Policy
Applications" (ports as `1024-65535`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from segcheck.sets.intervals import IntervalSet


def _table(text: str) -> dict[str, int]:
    words = text.split()
    return {name: int(number) for name, number in zip(words[::2], words[1::2], strict=True)}


PROTOCOLS = _table(
    "hop-by-hop 0 icmp 1 igmp 2 ipip 4 tcp 6 egp 8 udp 17 ipv6 41 routing 43 fragment 44 rsvp 46 gre 47 esp 50 ah 51 icmp6 58 "
    "icmpv6 58 no-next-header 59 dstopts 60 ospf 89 pim 103 vrrp 112 sctp 132"
)
PORTS = _table(
    "ftp-data 20 ftp 21 ssh 22 telnet 23 smtp 25 tacacs 49 domain 53 tacacs-ds 65 bootps 67 dhcp 67 bootpc 68 tftp 69 finger 79 "
    "http 80 kerberos-sec 88 pop3 110 sunrpc 111 ident 113 nntp 119 ntp 123 netbios-ns 137 netbios-dgm 138 netbios-ssn 139 "
    "imap 143 snmp 161 snmptrap 162 xdmcp 177 bgp 179 ldap 389 mobileip-agent 434 mobilip-mn 435 https 443 snpp 444 exec 512 "
    "biff 512 login 513 who 513 cmd 514 syslog 514 printer 515 talk 517 ntalk 518 rip 520 timed 525 klogin 543 kshell 544 "
    "msdp 639 ldp 646 krb-prop 754 krbupdate 760 kpasswd 761 socks 1080 afs 1483 pptp 1723 radius 1812 radacct 1813 nfsd 2049 "
    "zephyr-clt 2103 zephyr-hm 2104 eklogin 2105 ekshell 2106 rkinit 2108 cvspserver 2401"
)
ICMP_TYPES = _table(
    "echo-reply 0 unreachable 3 source-quench 4 redirect 5 echo-request 8 router-advertisement 9 router-solicit 10 "
    "time-exceeded 11 parameter-problem 12 timestamp 13 timestamp-reply 14 info-request 15 info-reply 16 mask-request 17 "
    "mask-reply 18"
)
ICMP6_TYPES = _table(
    "destination-unreachable 1 packet-too-big 2 time-exceeded 3 parameter-problem 4 echo-request 128 echo-reply 129 "
    "membership-query 130 membership-report 131 membership-termination 132 router-solicit 133 router-advertisement 134 "
    "neighbor-solicit 135 neighbor-advertisement 136 redirect 137 router-renumbering 138 node-information-request 139 "
    "node-information-reply 140"
)
ANY_PORT = IntervalSet.of((0, 65535))


def values(words: Iterable[str], names: Mapping[str, int], highest: int) -> IntervalSet:
    """Return the numbers of words that are names, numbers or `low-high`.

    Raises:
        ValueError: one of them is none of these.
    """
    pairs = []
    for word in words:
        if word in names:
            pairs.append((names[word], names[word]))
            continue
        low, dash, high = word.partition("-")
        if not dash:
            high = low
        if not all(one.isascii() and one.isdecimal() and len(one) <= 5 for one in (low, high)):
            raise ValueError(word[:40])
        if not int(low) <= int(high) <= highest:
            raise ValueError(word[:40])
        pairs.append((int(low), int(high)))
    return IntervalSet.of(*pairs)


def ports(words: Iterable[str]) -> IntervalSet:
    """Return ports; raises ValueError."""
    return values(words, PORTS, 65535)


def protocols(words: Iterable[str]) -> IntervalSet:
    """Return protocol numbers; raises ValueError."""
    return values(words, PROTOCOLS, 255)
