"""Commands that cannot change which packets pass, each with the reason. Only what stands here may be left unread in silence.

Names are those of the Cisco IOS Master Command List; an entry covers every command that begins with its words, and what stands
below it. A `no` before a command does not matter: what cannot matter when it is on cannot matter when it is off.
"""

from __future__ import annotations

_OWN = "the device's own clients, clocks, files and housekeeping"
_WHO = "who may log in, and how that is asked"
_LOGS = "what is recorded and where records go; the device only sends them"
_LOOKS = "what people see"
_SPEED = "bandwidth, priorities, hardware and timers; does not decide whether a packet passes"
_L2 = "switching inside a segment; which segment a port is in belongs to the topology"
_KEYS = "keys, certificates and proposals; where they carry traffic, the interface says so"
_NAMED = "matters only where another command names it, which is read there"
_ROUTES = "routing protocols: that the table is not known shows in the `router` command"
_DEEP = "inspects sessions that a policy has let open"
_VOICE = "telephony"


def _table(*groups: tuple[str, str]) -> dict[str, str]:
    return {name.strip(): why for why, names in groups for name in names.split(",") if name.strip()}


def _words(text: str) -> list[str]:
    return text.split()


GLOBAL = _table(
    (
        _OWN,
        "version, boot, boot-start-marker, boot-end-marker, hostname, service, clock, ntp, sntp, archive, license, platform, "
        "memory, memory-size, redundancy, exception, warm-reboot, ip domain, ip domain-name, ip domain-lookup, ip name-server, "
        "ip host, ipv6 host, ip tftp, ip ftp, ip rcmd, ip scp, ip ssh, ip telnet, process, processor, scheduler, "
        "file, install, do-exec, call-home, upgrade, config-register, hw-module, ip cef, ipv6 cef, ip finger, "
        "ip bootp, ip gratuitous-arps, ip subnet-zero, ip classless, ip forward-protocol, ip tcp, ip icmp, ip options, "
        "ip source-route, ipv6 source-route, ip accounting-threshold, ip device tracking, ip sla, track, parser, diagnostic, "
        "ip host-routing, end, exit, last, mmi, prompt, card, module, subslot, slot, cns, wsma, netconf, "
        "netconf-yang, restconf, gnxi, telemetry, snmp, snmp-server, ip http, ip dhcp, ipv6 dhcp, dot11, ip multicast, ip dns, "
        "configuration, transceiver, enable, tftp-server, device-tracking, cwmp, control-plane-host, "
        "energywise, macro, vstack, system, sdm, ip identd, ip drp, ip rarp-server, onep, "
        "license boot, subscriber, nmsp, device classifier, app-hosting, iox, ip ddns, ipv6 icmp, ip arp, arp, destination",
    ),
    (
        _WHO,
        "aaa, username, enable, privilege, radius, radius-server, tacacs, tacacs-server, key, password, login, ip radius, "
        "ip tacacs, user-name, security, secure, identity, dot1x, authentication, access-session, eap, ldap, "
        "crypto key, mab, fallback profile, service-template, policy-map type control, class-map type control, "
        "parameter-map type webauth, parameter-map type subscriber",
    ),
    (
        _LOGS,
        "logging, flow, flow-sampler, sampler, ip flow-export, ip flow-cache, ip flow-top-talkers, ip flow, monitor, "
        "ip access-list logging, ip access-list log-update, ip audit",
    ),
    (_LOOKS, "banner, alias, terminal-type, menu, default-value"),
    (
        _SPEED,
        "mls qos, mls flow, mls cef, mls netflow, mls rate-limit, qos, auto qos, class-map, policy-map, port-channel, power, "
        "stack-power, switch, stack-mac, fabric, rate-limit, multilink, priority-list, queue-list, controller, environment, "
        "port-profile, table-map, map-class, load-interval, buffers, facility-alarm, vtp, mtu, ip rsvp, ip nbar",
    ),
    (
        _L2,
        "spanning-tree, vlan, vlan internal, lldp, cdp, errdisable, udld, mac address-table, mac-address-table, "
        "ip igmp snooping, ipv6 mld snooping, lacp, ethernet lmi, ethernet cfm, ethernet oam, l2protocol-tunnel, "
        "storm-control, shell, dot1q, ipv6 nd, ipv6 snooping, ipv6 neighbor, link state, rep, mac access-list, arp access-list, "
        "ip verify source, ip source binding, psp, ptp",
    ),
    (_KEYS, "crypto, ip trustpoint"),
    (
        _NAMED,
        "ip prefix-list, ipv6 prefix-list, ip community-list, ip extcommunity-list, ip as-path, ip bgp-community, ip vrf, "
        "vrf definition, route-tag, ip local pool, ipv6 local pool, rd-set",
    ),
    (
        _ROUTES,
        "ip ospf, ip bgp, ip rip, ip eigrp, bfd, bfd-template, mpls, ip msdp, ip pim, ipv6 pim, ip igmp, ipv6 mld, ip route "
        "profile, ip mroute, standby, vrrp, glbp, fhrp, ip sdr, ip routing protocol",
    ),
    (
        _DEEP,
        "parameter-map type inspect, parameter-map type inspect-global, parameter-map type inspect-zone, "
        "parameter-map type regex, parameter-map type protocol-info, parameter-map type urlf",
    ),
    (
        _VOICE,
        "voice, voice-card, voice-port, dial-peer, sccp, ephone, ephone-dn, telephony-service, gateway, mgcp, sip-ua, dspfarm, "
        "gatekeeper, call, isdn, call-manager-fallback, num-exp, dsp, gw-accounting, codec, translation-rule, application",
    ),
)

INTERFACE = _table(
    (_LOOKS, "description"),
    (
        _SPEED,
        "duplex, speed, bandwidth, delay, mtu, ip mtu, ipv6 mtu, ip tcp, ipv6 tcp, negotiation, media-type, load-interval, "
        "keepalive, carrier-delay, hold-queue, fair-queue, random-detect, tx-ring-limit, priority-queue, srr-queue, mls, "
        "auto qos, trust, queue-set, wrr-queue, rcv-queue, power, energywise, clock, cdp, lldp, logging, snmp, flowcontrol, "
        "mdix, hw-module, fec, ip load-sharing, ip route-cache, ip flow, ip nbar, ipv6 flow, max-reserved-bandwidth, "
        "no-keepalive, dampening, plim, priority, tunnel path-mtu-discovery, tunnel bandwidth, tunnel ttl, udld, "
        "ip rsvp, bandwidth-remaining, qos, service-module, mac-address, beacon, lacp, lan-name",
    ),
    (
        _L2,
        "spanning-tree, storm-control, errdisable, l2protocol-tunnel, channel-group, channel-protocol, "
        "ip arp inspection, ip dhcp snooping, ip dhcp, ipv6 dhcp guard, ipv6 nd, ip igmp, ipv6 mld, macro, vtp, arp, "
        "ip device tracking, device-tracking, port-channel, ip verify source, loopback, switchport, "
        "ethernet, mvrp, rep, link state, dot1q",
    ),
    (
        _WHO,
        "authentication, dot1x, mab, access-session, ppp, dialer, dialer-group, encapsulation ppp, "
        "encapsulation hdlc, pppoe, pppoe-client, peer, async, modem, isdn, eap, authentication-proxy",
    ),
    (
        _OWN,
        "ip redirects, ip unreachables, ip proxy-arp, ip mask-reply, ip information-reply, ip local-proxy-arp, "
        "ip gratuitous-arps, ip bootp, ip route-cache, ipv6 redirects, ipv6 unreachables, ipv6 enable, ip accounting, bfd, "
        "no-address, ip virtual-reassembly, ipv6 virtual-reassembly, ip sap, ntp, mop, ip broadcast-address, ip ddns, "
        "ip sticky-arp, ip hello-interval, ip hold-time, ip split-horizon, ip summary-address, ip authentication, "
        "ip next-hop-self, ip bandwidth-percent, ip cef, ipv6 cef, history, if-state, ip domain",
    ),
    (
        _ROUTES,
        "ip ospf, ipv6 ospf, ospfv3, ip rip, ipv6 rip, ip router, ipv6 router, ip eigrp, ipv6 eigrp, isis, clns, "
        "mpls, ip pim, ipv6 pim",
    ),
)

LINE = frozenset(
    _words(
        "exec-timeout login password logging privilege stopbits speed flowcontrol history length width location session-timeout "
        "exec absolute-timeout authorization accounting escape-character session-limit notify monitor editing timeout "
        "ipv6-none databits parity rxspeed txspeed modem autoselect full-help vacant-message motd-banner exec-banner "
        "exec-character-bits data-character-bits terminal-type activation-character disconnect-character "
        "session-disconnect-warning "
        "refuse-message transport-preferred transport-output"
    )
)


def irrelevant(words: tuple[str, ...], table: dict[str, str]) -> bool:
    """Return whether a table covers a command."""
    if words[0] == "no" and len(words) > 1:
        words = words[1:]
    return any(" ".join(words[:length]) in table for length in range(min(4, len(words)), 0, -1))
