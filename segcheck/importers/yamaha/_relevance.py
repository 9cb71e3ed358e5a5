"""Commands that cannot change which packets pass, each with the reason. Only what stands here may be left unread in silence.

Names are those of the Yamaha Router Command Reference; an entry covers every command that begins with its words.
"""

from __future__ import annotations

_OWN = "the device's own clients, clocks, files and housekeeping"
_WHO = "who may log in, and how that is asked"
_LOGS = "what is recorded and where records go; the device only sends them"
_LOOKS = "what people see"
_SPEED = "bandwidth, priorities, hardware and timers; does not decide whether a packet passes"
_L2 = "switching inside a segment; which segment a port is in belongs to the topology"
_KEYS = "keys, proposals and lines that carry an interface; what passes is the interface's own"
_NAMED = "matters only where another command names it, which is read there"
_ROUTES = "routing protocols: that the table is not known shows in `ospf use`, `rip use` and `bgp use`"
_ANSWERS = "what the device itself answers or tells about packets, not which pass"


def _table(*groups: tuple[str, str]) -> dict[str, str]:
    return {name.strip(): why for why, names in groups for name in names.split(",") if name.strip()}


GLOBAL = _table(
    (
        _OWN,
        "timezone, date, time, ntpdate, ntp, sntpd, system, mail, operation, alarm, usbhost, sd, external-memory, "
        "statistics, http, provider type, provider set, "
        "provider dns, dns server, dns domain, dns host, dns static, dns private, dns notice, dns cache, dns "
        "srcport, dns syslog, dns service fallback, dhcp scope, dhcp server, dhcp client, dhcp relay, dhcp duplicate, "
        "dhcp manual, ip host, ip arp, ip dns, netvolante-dns, yno, dashboard, save, "
        "ipv6 dhcp, snmpv2c, snmpv3, snmp sysname, snmp syscontact, snmp syslocation, snmp trap, snmp "
        "yrifppdisplayatmib2, snmp yriftunneldisplayatmib2, bootp, cooperation, heartbeat, heartbeat2, ip simple-service, "
        "ip tos, sgw, wins, httpd custom-gui, lua use, system led, ip keepalive, ipv6 keepalive",
    ),
    (
        _WHO,
        "login, administrator, user, security, auth, radius, ip auth, aaa, telnetd session, sshd session, sshd host key, sshd "
        "auth, sshd encrypt, sshd client, sshd hide, httpd timeout, httpd proxy-access, httpd language",
    ),
    (_LOGS, "syslog, ip filter logging, ip icmp log, ip flow, lan keepalive, ip route change, ipv6 route change"),
    (_LOOKS, "console, clear, show, help"),
    (
        _SPEED,
        "queue, qos, speed, bandwidth, ip routing process, ipv6 routing process, ip mtu, ip reassembly, ip fragment, ip "
        "fast-path, ipv6 mtu, lan linkup, lan count-hub-overflow, lan receive-buffer-size, system packet-buffer, "
        "packet-buffer, external-power, system usb, ip flow timer",
    ),
    (_L2, "switch, lan-map, loopdetect, lldp, lan flexible-port, ethernet filter, l2ms, mld, igmp, ngn, ip igmp"),
    (
        _KEYS,
        "pp name, pp keepalive, pp auth, pp bind, pp always-on, pp idle, pppoe, ppp lcp, ppp ipcp msext, ppp ipcp vjc, ppp ipcp "
        "remote, ppp ccp, ppp ipv6cp, ppp pap, ppp chap, ppp mp, ppp bacp, pptp, l2tp, isdn, bri, line, pki, ipsec, tunnel "
        "name, tunnel endpoint, tunnel map-e, tunnel multipoint, mobile, analog, wan, sip, ngn renumbering",
    ),
    (_NAMED, "ipv6 prefix, url filter"),
    (_ROUTES, "ospf, rip, bgp, ip ospf, ipv6 rip, ipv6 ospf"),
    (
        _ANSWERS,
        "ip icmp, ipv6 icmp, ip stealth, ipv6 stealth, ipv6 nd, ip tcp, ip identd, ipv6 rh0, ip filter source-route",
    ),
)

INTERFACE = _table(
    (_SPEED, "mtu, tcp, arp, wol"),
    (_ROUTES, "rip, ospf"),
    (
        _OWN,
        "proxyarp, dhcp lease, dhcp retry, dhcp auto, igmp, mld, rtadv, nd, vrrp shutdown, keepalive, dad, broadcast",
    ),
)


def irrelevant(words: tuple[str, ...], table: dict[str, str]) -> bool:
    """Return whether a table covers a command."""
    return any(" ".join(words[:length]) in table for length in range(min(4, len(words)), 0, -1))
