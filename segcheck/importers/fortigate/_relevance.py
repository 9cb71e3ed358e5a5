"""Sections and settings that cannot change which packets pass, each with the reason; and what unread sections can reach.

Only what stands here may be left unread in silence. Section names are those of the CLI Reference; a name here covers every
section that begins with its words (`system replacemsg` covers `system replacemsg http "url-block"`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from segcheck.model.device import Scope

Found = TypeVar("Found")

_LOOKS = "what people see: pages, texts, languages, display"
_LOGS = "what is recorded and where records go; the device only sends them"
_DEEP = "inspects sessions that a policy has let open; does not decide about an opening packet"
_DATA = "lists that Fortinet distributes; nothing refers to them but policies, which are read"
_OWN = "the device's own clients, clocks, updates and housekeeping"
_WHO = "who may log in or be named in a policy; policies that name users or groups are read"
_KEYS = "keys and certificates"
_SPEED = "bandwidth, priorities and hardware; does not decide whether a packet passes"
_L2 = "access points and switches that the device manages; segments behind them belong to the topology"
_NAMED = "read where a policy or a route refers to it"


def table(why: str, *lines: str) -> dict[str, str]:
    """Return the words of the lines, each with the same reason."""
    return dict.fromkeys(" ".join(lines).split(), why)


SECTIONS: dict[str, str] = {
    # what people see
    "system replacemsg": _LOOKS,
    "system replacemsg-group": _LOOKS,
    "system replacemsg-image": _LOOKS,
    "system custom-language": _LOOKS,
    "system object-tagging": _LOOKS,
    "system console": _LOOKS,
    "system alias": _LOOKS,
    "gui": _LOOKS,
    "firewall service category": _LOOKS,
    "firewall internet-service-name": _DATA,
    "firewall internet-service-definition": _DATA,
    "firewall internet-service-addition": _DATA,
    "firewall internet-service-append": _DATA,
    "firewall internet-service-extension": _DATA,
    "firewall internet-service-custom": _NAMED,
    "firewall internet-service-custom-group": _NAMED,
    "firewall internet-service-group": _NAMED,
    "firewall internet-service-list": _DATA,
    "firewall network-service-dynamic": _NAMED,
    "firewall wildcard-fqdn": _NAMED,
    "firewall proxy-address": "used by proxy policies only",
    "firewall proxy-addrgrp": "used by proxy policies only",
    "firewall multicast-address": "used by multicast policies only",
    "firewall multicast-address6": "used by multicast policies only",
    "firewall address6-template": _NAMED,
    "firewall vendor-mac": _DATA,
    "firewall region": _DATA,
    "firewall country": _DATA,
    "firewall city": _DATA,
    "firewall internet-service": _DATA,
    "firewall internet-service-reputation": _DATA,
    "firewall internet-service-owner": _DATA,
    "firewall traffic-class": _SPEED,
    "firewall ldb-monitor": "health checks of real servers; every server of a pool is taken as possible",
    "firewall auth-portal": _LOOKS,
    "firewall ssh": "keys and settings of SSH inspection, which happens inside sessions that a policy has let open",
    "firewall ssl": _DEEP,
    "firewall ssl-server": _DEEP,
    "firewall ssl-ssh-profile": _DEEP,
    "firewall profile-protocol-options": _DEEP,
    "firewall profile-group": _DEEP,
    "firewall shaper": _SPEED,
    "firewall shaping-policy": _SPEED,
    "firewall shaping-profile": _SPEED,
    "firewall sniffer": "looks at copies of packets",
    "firewall on-demand-sniffer": "looks at copies of packets",
    "firewall decrypted-traffic-mirror": "sends copies of inspected traffic to a collector",
    "firewall interface-policy": "one-arm inspection of what passes; noted, decides nothing about an opening packet",
    "firewall interface-policy6": "one-arm inspection of what passes; noted, decides nothing about an opening packet",
    "firewall DoS-policy": "drops floods beyond a rate; noted, an opening packet passes",
    "firewall DoS-policy6": "drops floods beyond a rate; noted, an opening packet passes",
    "firewall identity-based-route": _NAMED,
    # logs
    "log": _LOGS,
    "report": _LOGS,
    "alertemail": _LOGS,
    "system alertemail": _LOGS,
    "system netflow": _LOGS,
    "system sflow": _LOGS,
    "system vdom-netflow": _LOGS,
    "system vdom-sflow": _LOGS,
    "system snmp": "who may ask; whether an interface answers at all is in its allowaccess",
    "system np6": _SPEED,
    "system np6xlite": _SPEED,
    "system npu": _SPEED,
    "system npu-setting": _SPEED,
    "system affinity-interrupt": _SPEED,
    "system affinity-packet-redistribution": _SPEED,
    "system tos-based-priority": _SPEED,
    "system dscp-based-priority": _SPEED,
    "system resource-limits": _SPEED,
    "system session-ttl": "how long sessions live once they are open",
    "system vdom-property": _SPEED,
    "system global-resource-limits": _SPEED,
    "dpdk": _SPEED,
    "system speed-test-server": _DATA,
    "system speed-test-schedule": _OWN,
    "system speed-test-setting": _OWN,
    "system lte-modem": _OWN,
    # inspection
    "antivirus": _DEEP,
    "application": _DEEP,
    "authentication": _WHO,
    "casb": _DEEP,
    "diameter-filter": _DEEP,
    "dlp": _DEEP,
    "dnsfilter": _DEEP,
    "emailfilter": _DEEP,
    "endpoint-control": _WHO,
    "file-filter": _DEEP,
    "icap": _DEEP,
    "ips": _DEEP,
    "sctp-filter": _DEEP,
    "spamfilter": _DEEP,
    "ssh-filter": _DEEP,
    "videofilter": _DEEP,
    "virtual-patch": _DEEP,
    "voip": _DEEP,
    "waf": _DEEP,
    "webfilter": _DEEP,
    "cifs": _DEEP,
    "credential-store": _KEYS,
    "rule": _DATA,
    "web-proxy": "the explicit proxy as such is read from `web-proxy explicit`; the rest tunes it",
    "wanopt": "optimises sessions that a policy has let open",
    "ftp-proxy": "the explicit FTP proxy is read from the interfaces that offer it",
    # who and keys
    "user": _WHO,
    "system accprofile": _WHO,
    "system sso-admin": _WHO,
    "system sso-forticloud-admin": _WHO,
    "system sso-fortigate-cloud-admin": _WHO,
    "system saml": _WHO,
    "system password-policy": _WHO,
    "system password-policy-guest-admin": _WHO,
    "system api-user": _WHO,
    "system fsso-polling": _WHO,
    "vpn certificate": _KEYS,
    "certificate": _KEYS,
    "vpn kmip-server": _KEYS,
    "vpn qkd": _KEYS,
    "vpn ssl web": "pages and checks of the VPN portal; `vpn ssl settings` tells that there is one, _client_vpn which is split",
    "vpn ssl client": _WHO,
    "vpn ipsec phase2": "which networks a tunnel carries; what enters and leaves it is decided by policies and routes",
    "vpn ipsec phase2-interface": "which networks a tunnel carries; what enters and leaves it is decided by policies and routes",
    "vpn ipsec fec": _SPEED,
    "vpn ipsec forticlient": _WHO,
    "system ike": _SPEED,
    # the device's own business
    "system acme": _KEYS,
    "system auto-install": _OWN,
    "system auto-script": _OWN,
    "system auto-scale": _OWN,
    "system automation-action": _OWN,
    "system automation-condition": _OWN,
    "system automation-destination": _OWN,
    "system automation-stitch": _OWN,
    "system automation-trigger": _OWN,
    "system autoupdate": _OWN,
    "system central-management": _OWN,
    "system cloud-service": _OWN,
    "system cluster-sync": _OWN,
    "system csf": _OWN,
    "system ddns": _OWN,
    "system device-upgrade": _OWN,
    "system dns": _OWN,
    "system vdom-dns": _OWN,
    "system dns-database": "what the DNS server answers; that there is one is read from `system dns-server`",
    "system email-server": _OWN,
    "system external-resource": "lists that are fetched; an address that uses one is read as unknown",
    "system federated-upgrade": _OWN,
    "system fips-cc": _OWN,
    "system fm": _OWN,
    "system fortiai": _OWN,
    "system fortiguard": _OWN,
    "system fortimanager": _OWN,
    "system fortisandbox": _OWN,
    "system fortindr": _OWN,
    "system ftm-push": _OWN,
    "system geoip-country": _DATA,
    "system geoip-override": "changes what a country is; countries are read as unknown",
    "system ha": "the members of a cluster hold the same policies; which member works is not decided here",
    "system ha-monitor": _OWN,
    "system health-check-fortiguard": _OWN,
    "system ipam": _OWN,
    "system ips": _DEEP,
    "system ips-urlfilter-dns": _OWN,
    "system ips-urlfilter-dns6": _OWN,
    "system lldp": _OWN,
    "system modem": _OWN,
    "system network-visibility": _LOOKS,
    "system ngfw-settings": _DEEP,
    "system probe-response": "what is answered; whether an interface answers is in its allowaccess",
    "system ptp": _OWN,
    "system physical-switch": _L2,
    "system sdn-connector": "fetches dynamic addresses; an address that uses one is read as unknown",
    "system security-rating": _OWN,
    "system sms-server": _OWN,
    "system sov-sase": _OWN,
    "system ssh-config": _KEYS,
    "system standalone-cluster": _OWN,
    "system stp": _L2,
    "system storage": _OWN,
    "system timezone": _LOOKS,
    "system vdom": "declares virtual domains, which are read",
    "system vdom-exception": "which settings a cluster does not share",
    "system vdom-link": "read with the interfaces",
    "system vdom-radius-server": _WHO,
    "system arp-table": "names MAC addresses of neighbours; who is reached at an address belongs to the topology",
    "system ipv6-neighbor-cache": "names MAC addresses of neighbours",
    "system mac-address-table": _L2,
    "system proxy-arp": "answers ARP for others; where a packet is sent on is decided by routes",
    "system nd-proxy": "answers neighbour solicitations for others",
    "system dedicated-mgmt": "a management port outside the VDOMs",
    "system alarm": _LOGS,
    "system wccp": "used by policies with `wccp`, which are read as uncertain",
    "monitoring": _LOGS,
    "automation": _OWN,
    "extension-controller": _OWN,
    "extender-controller": _OWN,
    "ethernet-oam": _L2,
    "switch-controller": _L2,
    "wireless-controller": _L2,
    "system switch-interface": "read with the interfaces",
    "system virtual-switch": "read with the interfaces",
    # routing data that act only through the protocols that name them
    "router access-list": "acts only where a routing protocol names it",
    "router access-list6": "acts only where a routing protocol names it",
    "router aspath-list": "acts only where a routing protocol names it",
    "router auth-path": "acts only where a policy names it",
    "router bfd": "watches neighbours of routing protocols",
    "router bfd6": "watches neighbours of routing protocols",
    "router community-list": "acts only where a routing protocol names it",
    "router extcommunity-list": "acts only where a routing protocol names it",
    "router key-chain": _KEYS,
    "router multicast-flow": "multicast is read as uncertain throughout",
    "router prefix-list": "acts only where a routing protocol names it",
    "router prefix-list6": "acts only where a routing protocol names it",
    "router route-map": "acts only where a routing protocol names it",
    "router setting": "which routing protocols are shown or filtered; those are read as unknown routing",
}

#: Unread sections that can affect less than the whole device, by prefix.
SCOPES: dict[str, Scope] = {
    "router": Scope.ROUTING,
    "system link-monitor": Scope.ROUTING,
    "vpn ssl": Scope.LOCAL,
    "vpn pptp": Scope.LOCAL,
    "vpn l2tp": Scope.LOCAL,
    "vpn ocvpn": Scope.LOCAL,
    "ztna": Scope.LOCAL,
    "system dhcp": Scope.LOCAL,
    "system dhcp6": Scope.LOCAL,
    "firewall ip-translation": Scope.TRANSLATION,
    "system pcp-server": Scope.TRANSLATION,
    "system dns64": Scope.LOCAL,
}

#: Settings of `system interface` that cannot matter here.
INTERFACE_IRRELEVANT = table(
    "link, display and client settings; what offers a service to others is read with the local services",
    "ac-name aggregate aggregate-type algorithm alias allowaccess ap-discover arpforward auth-cert",
    "auth-portal-addr auth-type auto-auth-extension-device bandwidth-measure-time bfd bfd-desired-min-tx",
    "bfd-detect-mult bfd-required-min-rx cli-conn-status color default-purdue-level defaultgw description",
    "detectprotocol detectserver detected-peer-mtu device-identification device-user-identification devindex",
    "dhcp-broadcast-flag dhcp-classless-route-addition dhcp-client-identifier dhcp-relay-agent-option",
    "dhcp-relay-circuit-id dhcp-relay-interface dhcp-relay-interface-select-method dhcp-relay-ip",
    "dhcp-relay-link-selection dhcp-relay-request-all-server dhcp-relay-source-ip dhcp-relay-type",
    "dhcp-renew-time dhcp-smart-relay disc-retry-timeout dns-server-override dns-server-protocol eap-ca-cert",
    "eap-identity eap-method eap-password eap-supplicant eap-user-cert egress-shaping-profile",
    "estimated-downstream-bandwidth estimated-upstream-bandwidth exclude-signatures fail-action-on-extender",
    "fail-alert-method fail-detect fail-detect-option fail-alert-interfaces fortilink fortilink-backup-link",
    "fortilink-neighbor-detect fortilink-split-interface gwdetect ha-priority icmp-accept-redirect",
    "icmp-send-redirect idle-timeout ike-saml-server inbandwidth ingress-shaping-profile",
    "ingress-spillover-threshold internal ip-managed-by-fortiipam ipunnumbered lacp-ha-secondary",
    "lacp-ha-slave lacp-mode lacp-speed lcp-echo-interval lcp-max-echo-fails link-up-delay",
    "lldp-network-policy lldp-reception lldp-transmission macaddr managed-subnetwork-size",
    "measured-downstream-bandwidth measured-upstream-bandwidth member mediatype min-links min-links-down",
    "monitor-bandwidth mrru mtu mtu-override multilink ndiscforward netflow-sample-rate netflow-sampler",
    "netflow-sampler-id outbandwidth padt-retry-timeout password ping-serv-status polling-interval",
    "pppoe-unnumbered-negotiate pppoe-egress-cos pptp-auth-type pptp-password pptp-server-ip pptp-timeout",
    "pptp-user preserve-session-route priority priority-override proxy-captive-portal reachable-time",
    "redundant-interface replacemsg-override-group ring-rx ring-tx role sample-direction sample-rate",
    "secondary-IP secip-relay-ip security-mode security-exempt-list security-external-logout security-external-web",
    "security-groups security-mac-auth-bypass security-ip-auth-bypass security-redirect-url service-name",
    "sflow-sampler snmp-index speed spillover-threshold stpforward stpforward-mode substitute-dst-mac",
    "swc-first-create swc-vlan switch switch-controller-access-vlan switch-controller-arp-inspection",
    "switch-controller-dhcp-snooping switch-controller-dhcp-snooping-option82",
    "switch-controller-dhcp-snooping-verify-mac switch-controller-dynamic switch-controller-feature",
    "switch-controller-igmp-snooping switch-controller-igmp-snooping-fast-leave",
    "switch-controller-igmp-snooping-proxy switch-controller-iot-scanning switch-controller-learning-limit",
    "switch-controller-mgmt-vlan switch-controller-nac switch-controller-netflow-collect",
    "switch-controller-offload switch-controller-offload-gw switch-controller-offload-ip",
    "switch-controller-rspan-mode switch-controller-source-ip switch-controller-traffic-policy system-id",
    "system-id-type tcp-mss trunk-mode username vindex virtual-mac vlan-protocol vrrp-virtual-mac weight",
    "wins-ip distance trust-ip-1 trust-ip-2 trust-ip-3 trust-ip6-1 trust-ip6-2 trust-ip6-3 dedicated-to",
    "explicit-web-proxy explicit-ftp-proxy dhcp-relay-service src-check tagging annex physical status-poll",
    "priority-override vrid vrgrp adv-interval start-time preempt accept-mode vrdst vrdst-priority",
    "ignore-default-route version captive-portal",
) | {
    "config client-options": "what the DHCP client asks for",
    "config tagging": "display",
    "config dhcp-snooping-server-list": _L2,
    "config phy-setting": _L2,
    "config egress-queues": _SPEED,
    "config proxy-arp": "answers ARP for others",
    "config l2tp-client-settings": "the device's own client",
}
IPV6_IRRELEVANT = table(
    "router advertisements and client settings",
    "ip6-allowaccess ip6-send-adv ip6-manage-flag ip6-other-flag ip6-max-interval ip6-min-interval",
    "ip6-link-mtu ra-send-mtu ip6-reachable-time ip6-retrans-time ip6-default-life ip6-hop-limit",
    "icmp6-send-redirect ip6-dns-server-override unique-autoconf-addr interface-identifier ip6-prefix-mode",
    "ip6-delegated-prefix-iaid ip6-subnet ip6-upstream-interface dhcp6-relay-service dhcp6-relay-type",
    "dhcp6-relay-ip dhcp6-relay-source-ip dhcp6-relay-source-interface dhcp6-relay-interface-id",
    "dhcp6-client-options dhcp6-prefix-delegation dhcp6-information-request vrrp-virtual-mac6",
    "vrip6_link_local nd-mode nd-cert nd-security-level nd-timestamp-delta nd-timestamp-fuzz nd-cga-modifier",
    "ip6-adv-rio ip6-route-pref cli-conn6-status",
) | {
    "config ip6-prefix-list": "router advertisements",
    "config ip6-delegated-prefix-list": "router advertisements",
    "config dhcp6-iapd-list": "client settings",
    "config ip6-route-list": "router advertisements",
    "config ip6-rdnss-list": "router advertisements",
    "config ip6-dnssl-list": "router advertisements",
    "config client-options": "client settings",
}
ZONE_IRRELEVANT = {"description": "text", "config tagging": "display"}


def reason(section: str) -> str:
    """Return why a section cannot matter, "" if no table says so."""
    return _longest(SECTIONS, section) or ""


def scope(section: str) -> Scope:
    """Return what a section that is not read can affect."""
    return _longest(SCOPES, section) or Scope.DEVICE


def _longest(table: Mapping[str, Found], section: str) -> Found | None:
    words = section.split()
    for length in range(len(words), 0, -1):
        found = table.get(" ".join(words[:length]))
        if found is not None:
            return found
    return None
