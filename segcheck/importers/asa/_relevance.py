"""Commands that cannot change which packets pass, each with the reason. Only what stands here may be left unread in silence.

Names are those of the Cisco ASA Series Command Reference; an entry covers every command that begins with its words, and what
stands below it. A `no` before a command does not matter: what cannot matter when it is on cannot matter when it is off.
"""

from __future__ import annotations

_OWN = "the device's own clients, clocks, files and housekeeping"
_WHO = "who may log in or use a VPN, and how that is asked"
_LOGS = "what is recorded and where records go; the device only sends them"
_SPEED = "bandwidth, priorities, limits, hardware and timers; does not decide whether a packet passes"
_L2 = "switching inside a segment; which segment a port is in belongs to the topology"
_KEYS = "keys, certificates and proposals; where they carry traffic, another command says so"
_NAMED = "matters only where another command names it, which is read there"
_DEEP = "inspects or ends sessions that rules have let open"
_PAIR = "units of a pair or cluster act as one device; links between them carry no other traffic"


def _table(*groups: tuple[str, str]) -> dict[str, str]:
    return {name.strip(): why for why, names in groups for name in names.split(",") if name.strip()}


GLOBAL = _table(
    (
        _OWN,
        "asdm, boot, arp, banner, call-home, clock, console, dns, dns-group, dns-guard, domain-name, ftp mode, "
        "icmp unreachable, ipv6 icmp unreachable, license, mtu, names, ntp, pager, prompt, terminal, smart, "
        "auto-update, compression, configuration, coredump, crashinfo, enable, passwd, file, checkheaps, mac-address auto, "
        "memory, mfib, xlate, timeout, snmp-server, snmp, ssl, "
        "strong-encryption-disable, service resetinbound, service resetoutbound, "
        "service resetoutside, service password-recovery, service call-home, service sw-reset-button, service-module, "
        "http redirect, http authentication-certificate, http server session-timeout, http server idle-timeout, "
        "http server basic-auth-client, http server session, "
        "ssh timeout, ssh version, ssh key-exchange, ssh cipher, ssh scopy, ssh stricthostkeycheck, ssh pubkey-chain, "
        "ssh stack, telnet timeout, management-access, app-agent, fips, hw-module, jumbo-frame, quota, rest-api, url-block, "
        "url-cache, dhcpd lease, dhcpd domain, dhcpd dns, dhcpd wins, dhcpd option, dhcpd ping_timeout, "
        "dhcpd auto_config, dhcpd update, dhcprelay timeout, dhcprelay information, dhcprelay setroute, dhcp-client, ddns, "
        "router-id, pim, igmp, mroute, tftp-server, sysopt, resource, class, "
        "admin-context, zonelabs-integrity, ngips, "
        "snort, arp-inspection, telemetry, tftp, path-monitoring",
    ),
    (
        _WHO,
        "aaa-server, aaa authentication ssh, aaa authentication telnet, aaa authentication http, aaa authentication serial, "
        "aaa authentication enable, aaa authentication login-history, aaa authentication secure-http-client, "
        "aaa authorization command, aaa authorization exec, aaa authorization http, "
        "aaa accounting, aaa local, aaa proxy-limit, username, user-identity, privilege, group-policy, tunnel-group, "
        "tunnel-group-map, tunnel-group-preload, dynamic-access-policy-record, dynamic-access-policy-config, ip local pool, "
        "ipv6 local pool, vpn-addr-assign, vpn-sessiondb, vpn load-balancing, vpnsetup, password-policy, ldap, "
        "krb5, sso-server, webtype, vpdn, auth-prompt, access-list alert-interval, "
        "access-list deny-flow-max",
    ),
    (_LOGS, "logging, flow-export, threat-detection, monitor, capture"),
    (
        _SPEED,
        "priority-queue, tcp-map, fragment, sla, track, monitor-interface, asp, "
        "object-group-search, access-group-commit, lacp, queue-limit",
    ),
    (_L2, "mac-address-table, mac-learn, lldp, port-channel, vlan, switch, power"),
    (
        _KEYS,
        "crypto ca, crypto key, crypto ipsec ikev1, crypto ipsec ikev2, crypto ipsec transform-set, "
        "crypto ipsec security-association, crypto ipsec profile, crypto ipsec df-bit, crypto ipsec fragmentation, "
        "crypto ipsec inner-routing-lookup, crypto isakmp policy, crypto isakmp identity, crypto isakmp disconnect-notify, "
        "crypto isakmp nat-traversal, crypto isakmp am-disable, crypto ikev1 policy, crypto ikev2 policy, "
        "crypto ikev1 am-disable, crypto ikev1 limit, crypto ikev1 ipsec-over-tcp, crypto ikev2 limit, "
        "crypto ikev2 cookie-challenge, crypto ikev2 notify, crypto ikev2 redirect, crypto ikev2 remote-access, "
        "crypto engine, crypto dynamic-map, key, ca, cts sxp, cts server-group",
    ),
    (
        _NAMED,
        "route-map, prefix-list, ipv6 prefix-list, as-path, community-list, policy-list, regex",
    ),
    (
        _DEEP,
        "dynamic-filter, url-server, filter, scansafe, policy-map type, class-map type, tls-proxy, "
        "ip audit, virtual, ips, umbrella-global",
    ),
    (_PAIR, "failover, cluster"),
)

INTERFACE = _table(
    (
        _SPEED,
        "speed, duplex, delay, flowcontrol, negotiation, media-type, power, hello-interval, hold-time, split-horizon, fec, "
        "carrier-delay, bandwidth, mtu",
    ),
    (
        _L2,
        "channel-group, port-channel, lacp, member-interface, switchport, mac-address, port-mode, lldp, poe, "
        "spanning-tree, protected, asr-group",
    ),
    (
        _OWN,
        "pppoe client, dhcp client, ddns, dhcprelay information, ipv6 enable, ipv6 nd, ipv6 dhcp, arp, igmp, pim, "
        "multicast, summary-address, authentication, ipv6 enforce-eui64",
    ),
    ("routing protocols: that the table is not known shows in the `router` command", "ospf, rip, eigrp, bfd, isis"),
    ("routing protocols", "ipv6 ospf, ipv6 router, ospfv3, authentication key, authentication mode, ipv6 isis"),
    ("security groups: what they decide stands in rules", "cts, sgt, propagate"),
    (_KEYS, "tunnel"),
    (_PAIR, "cluster"),
)


def irrelevant(words: tuple[str, ...], table: dict[str, str]) -> bool:
    """Return whether a table covers a command."""
    if words[0] == "no" and len(words) > 1:
        words = words[1:]
    return any(" ".join(words[:length]) in table for length in range(min(4, len(words)), 0, -1))
