"""The applications that Junos OS brings along (`junos-*`), which no export lists.

Source: Security Policies User Guide for Security Devices, "Predefined Policy Applications" (tables of Internet, Microsoft, IP,
instant messaging, management, mail, UNIX, streaming, tunnel and miscellaneous applications: name, protocol, port); the device
prints them with `show configuration groups junos-defaults applications`. Any source port. A `?` before a definition: releases
differ, or part of it is found by inspection only; such packets may belong to it, and no others do. A name with `junos-` that is
not here may be anything.
"""

from __future__ import annotations

from segcheck.importers._hierarchy.sessions import proto
from segcheck.importers._unsure import unknown
from segcheck.importers.srx._words import PROTOCOLS
from segcheck.model.diagnostic import Code
from segcheck.model.match import Expr, Field, conjunction, disjunction
from segcheck.sets.intervals import IntervalSet

_TABLE = """
aol tcp:5190-5193
bgp tcp:179
biff udp:512
bootpc udp:68
bootps udp:67
chargen udp:19
cifs tcp:139 tcp:445
cvspserver tcp:2401
dhcp-client udp:68
dhcp-relay udp:67
dhcp-server udp:67
discard udp:9
dns-tcp tcp:53
dns-udp udp:53
echo udp:7
finger tcp:79
ftp tcp:21
ftp-data tcp:20
gnutella udp:6346-6347
gopher tcp:70
gre gre
h323 tcp:1720 udp:1719 tcp:1503 tcp:389 tcp:522 tcp:1731
http tcp:80
http-ext ?tcp:7001 ?tcp:8080
https tcp:443
icmp-all icmp
icmp-ping icmp:8
icmp6-all icmp6
icmp6-echo-reply icmp6:129
icmp6-echo-request icmp6:128
ident tcp:113
ike udp:500
ike-nat udp:4500
imap tcp:143
imaps tcp:993
internet-locator-service ?tcp:389
irc tcp:6660-6669
l2tp udp:1701
ldap tcp:389
ldp-tcp tcp:646
ldp-udp udp:646
lpr tcp:515
mail tcp:25
mgcp ?udp:2427 ?udp:2727
mgcp-ca udp:2727
mgcp-ua udp:2427
ms-rpc ?tcp ?udp
ms-rpc-any ?tcp ?udp
ms-rpc-epm ?tcp:135 ?udp:135
ms-rpc-tcp tcp:135
ms-rpc-udp udp:135
ms-sql tcp:1433
msn tcp:1863
nbds udp:138
nbname udp:137
netbios-session tcp:139
nfs ?udp:111 ?udp:2049
nfsd-tcp tcp:2049
nfsd-udp udp:2049
nntp tcp:119
ntalk ?udp:518 ?tcp:518
ntp udp:123
ospf ospf
pc-anywhere ?udp:5632 ?tcp:5631
ping icmp:8
pingv6 icmp6:128
pop3 tcp:110
pptp tcp:1723
printer tcp:515
radacct udp:1813
radius udp:1812
realaudio ?tcp:554
rip udp:520
routing-inbound ?tcp:179 ?udp:520 ?tcp:646 ?udp:646
rsh tcp:514
rtsp tcp:554
sccp tcp:2000
sctp-any sctp
sip udp:5060 tcp:5060
smb tcp:139 tcp:445
smb-session tcp:445
smtp tcp:25
smtps ?tcp:465 ?tcp:587
snmp-agentx tcp:705
snpp tcp:444
sql-monitor udp:1434
sqlnet-v1 tcp:1525
sqlnet-v2 tcp:1521
ssh tcp:22
stun ?udp:3478-3479 ?tcp:3478-3479
sun-rpc ?tcp ?udp
sun-rpc-any ?tcp ?udp
sun-rpc-portmap ?tcp:111 ?udp:111
sun-rpc-tcp tcp:111
sun-rpc-udp udp:111
syslog udp:514
tacacs tcp:49
tacacs-ds tcp:65
talk ?udp:517 ?tcp:517
tcp-any tcp
telnet tcp:23
tftp udp:69
udp-any udp
uucp ?udp:540 ?tcp:540
vdo-live ?udp:7000-7010
vnc ?tcp:5800 ?tcp:5900
wais tcp:210
who udp:513
whois tcp:43
winframe tcp:1494
wxcontrol tcp:3578
x-windows tcp:6000-6063
xnm-clear-text tcp:3221
xnm-ssl tcp:3220
ymsg ?tcp:5000-5010 ?tcp:5050 ?udp:5000-5010 ?udp:5050
"""
#: Prefixes of applications whose ports a portmapper hands out while they run.
_BY_RPC = ("ms-rpc-", "sun-rpc-")


def _part(text: str, name: str) -> Expr:
    kind, _, numbers = text.removeprefix("?").partition(":")
    terms: list[Expr] = [proto(PROTOCOLS[kind])]
    if numbers:
        low, _, high = numbers.partition("-")
        field = "icmp_type" if kind.startswith("icmp") else "dport"
        terms.append(Field(field, IntervalSet.of((int(low), int(high or low)))))
    if text.startswith("?"):
        terms.append(unknown(f"application junos-{name}", Code.DEPENDS_ON_OUTSIDE))
    return conjunction(*terms)


def _read() -> dict[str, Expr]:
    rows = (line.split() for line in _TABLE.strip().splitlines())
    return {f"junos-{row[0]}": disjunction(*(_part(text, row[0]) for text in row[1:])) for row in rows}


PREDEFINED = _read()


def predefined(name: str) -> Expr | None:
    """Return what an application that Junos OS brings along asks of a packet, None where this is not known."""
    found = PREDEFINED.get(name)
    if found is None and name.removeprefix("junos-").startswith(_BY_RPC):
        ways = disjunction(proto(6), proto(17))
        return conjunction(ways, unknown(f"application {name}", Code.DEPENDS_ON_OUTSIDE))
    return found
