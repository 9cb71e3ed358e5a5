"""Parts of a configuration that cannot change which packets pass, each with the reason.

Only what stands here may be left unread in silence. Names are those of the configuration's own tree.
"""

from __future__ import annotations


def table(why: str, *lines: str) -> dict[str, str]:
    """Return the words of the lines, each with the same reason."""
    return dict.fromkeys(" ".join(lines).split(), why)


_WHO = "who may log in, or be named in a policy; policies that name users are read"
_LOGS = "what is recorded and where records go; the device only sends them"
_DEEP = "inspects sessions that a policy has let open; does not decide about an opening packet"
_KEYS = "keys and certificates"
_OWN = "the device's own clients, clocks, updates and housekeeping"
_HARDWARE = "hardware, speeds, discovery of neighbours, monitoring"
_RATES = "rates, which are not part of a verdict"
_SAID = "comments"
_FEEDS = "timers, filters and names of routing protocols; that one runs is noted"

#: Outermost words, beside what is read.
TOP = {
    **table(_WHO, "access access-profile"),
    **table(_LOGS, "snmp event-options accounting-options"),
    **table(_RATES, "class-of-service"),
    **table(_HARDWARE, "chassis poe"),
    **table("filters of routes; prefix lists are read where a filter names them", "policy-options"),
    **table("what a commit looked like last", "version"),
    **table("access by wireless clients is a port of its own", "wlan"),
    **table(_DEEP, "smtp"),
    **table("forwarding of groups; packets to groups are left open", "multicast-snooping-options"),
    **table("switching between ports of one VLAN", "ethernet-switching-options switch-options virtual-chassis"),
}
#: In `services`.
TOP_SERVICES = {
    **table("probes; what changes routes because of them is noted", "rpm"),
    **table(_DEEP, "application-identification security-intelligence ssl advanced-anti-malware web-proxy"),
    **table(_LOGS, "flow-monitoring analytics"),
    **table(_WHO, "user-identification unified-access-control"),
}
#: In `forwarding-options`.
FORWARDING = {
    **table(_LOGS, "sampling port-mirroring analyzer packet-capture monitoring accounting"),
    **table(
        "how equal ways share the load; each of them is taken as possible", "hash-key enhanced-hash-key load-balance"
    ),
    **table(_RATES, "storm-control-profiles storm-control"),
}
#: In `system`, beside `host-name` and `services`.
SYSTEM = {
    **table(_WHO, "root-authentication login authentication-order radius-server tacplus-server radius-options",
            "tacplus-options",
            "accounting root-login"),
    **table(_LOGS, "syslog archival report-storage"),
    **table(_OWN, "time-zone name-server domain-name domain-search backup-router inet6-backup-router ntp license",
            "autoinstallation max-configurations-on-flash max-configuration-rollbacks phone-home processes",
            "ports location",
            "default-address-selection static-host-mapping configuration-database commit",
            "compress-configuration-files dump-on-panic",
            "saved-core-files saved-core-context switchover-on-routing-crash fips diag-port-authentication",
            "extensions",
            "use-imported-time-zones pki-local-certificate auto-snapshot proxy password-options management-instance",
            "arp no-ping-record-route no-ping-time-stamp allow-v4mapped-packets donot-disable-ip6op-ondad",
            "name-resolution",
            "no-redirects no-redirects-ipv6 no-multicast-echo internet-options security-profile",
            "security-profile-resources",
            "announcement boot-from encrypt-configuration-files master-password mirror-flash-on-disk tracing"),
}  # fmt: skip
#: In `system services`, beside what listens.
SERVICES = table(_OWN, "outbound-ssh extension-service database-replication dynamic-dns rest subscriber-management",
                 "flow-tap-dtcp service-deployment unified-access-control")  # fmt: skip
#: In `security`, beside what is read.
SECURITY = {
    **table(_LOGS, "log datapath-debug traceoptions analysis alarms"),
    **table(_HARDWARE, "forwarding-process resource-manager macsec tcp-encap"),
    **table(_DEEP, "idp utm ssl application-firewall application-tracking advanced-anti-malware-manager gprs",
            "dynamic-application-tracking certificates"),
    **table(_KEYS, "pki ssh-known-hosts group-vpn"),
    **table(_WHO, "user-identification firewall-authentication authentication-key-chains key-protection"),
    **table("how traffic of a tunnel is wrapped; tunnel interfaces and routes into them are read",
            "ike ipsec remote-access ipsec-policy dynamic-vpn"),
    **table("names of applications that are found later", "application-identification"),
}  # fmt: skip
#: In `security policies`.
POLICIES = {
    **table("what becomes of open sessions when a policy changes", "policy-rematch"),
    **table(_LOGS, "policy-stats traceoptions"),
    **table(_DEEP, "unified-policy"),
    **table(_OWN, "lookup-intersections default-policy-log"),
}
#: In `security flow`, beside `tcp-session`.
FLOW = table(
    "how long sessions live, how segments of open ones are handled, rates",
    "aging tcp-mss syn-flood-protection-mode traceoptions route-change-timeout power-mode-ipsec power-mode-disable",
    "load-distribution gre-performance-acceleration ipsec-performance-acceleration mcast-buffer-enhance packet-log",
    "enhanced-routing-mode max-session force-ip-reassembly pending-sess-queue-length preserve-incoming-fragment-size",
    "sync-icmp-session advanced-options",
)
#: In `security flow tcp-session`, beside `no-syn-check`.
TCP = table(
    "checks of open sessions", "rst-invalidate-session fin-invalidate-session no-sequence-check",
    "maximum-window tcp-initial-timeout",
    "time-wait-state strict-syn-check rst-sequence-check aggressive-aging",
)  # fmt: skip
#: In `security nat`, beside static, destination and source.
NAT = {
    **table("for whose addresses the device answers neighbours", "proxy-arp proxy-ndp"),
    **table(_LOGS, "traceoptions"),
    **table("answers of name servers are rewritten, not packets' addresses", "natv6v4"),
}
#: In each of these.
NAT_SOURCE = table(
    "which of its addresses a pool gives, alarms", "address-persistent pool-utilization-alarm port-randomization",
    "port-round-robin port-scaling-enlargement session-drop-hold-down session-persistence-scan interface",
    "pool-default-port-range pool-default-twin-port-range pool-distribution max-session-number"
)  # fmt: skip
#: At an interface.
PHYSICAL = {
    **table(_SAID, "description"),
    **table(_HARDWARE, "speed link-mode mtu gigether-options ether-options fastether-options",
            "aggregated-ether-options traps hold-time",
            "no-traps encapsulation vlan-tagging flexible-vlan-tagging stacked-vlan-tagging native-vlan-id",
            "redundant-ether-options",
            "fabric-options auto-negotiation no-auto-negotiation mac per-unit-scheduler otn-options",
            "sonet-options optics-options",
            "t1-options e1-options ppp-options dialer-options modem-options interface-transmit-statistics",
            "lacp passive-monitor-mode",
            "cellular-options act-sim vdsl-options atm-options clocking logical-tunnel-options damping",
            "port-mirror flow-control"),
}  # fmt: skip
#: At a unit.
UNIT = {
    **table(_SAID, "description"),
    **table(_HARDWARE, "traps no-traps bandwidth encapsulation proxy-arp arp-resp ppp-options pppoe-options",
            "dialer-options point-to-point",
            "multipoint accounting-profile inner-vlan-id-range native-inner-vlan-id swap-by-poppush",
            "keepalives no-keepalives",
            "dial-options vlan-id-range"),
    **table("the ends of a tunnel; what arrives by it is judged at this interface", "tunnel peer-unit",
            "backup-options"),
}  # fmt: skip
#: Of a zone.
ZONE = {
    **table(_SAID, "description"),
    **table(_DEEP, "application-tracking source-identity-log"),
    **table(
        "what becomes of packets that are dropped, and how long sessions live",
        "tcp-rst unidirectional-session-refreshing",
    ),
}
#: In `family inet` and `family inet6`.
FAMILY = {
    **table(
        _HARDWARE,
        "mtu no-redirects no-neighbor-learn dad-disable ndp-proxy tcp-mss primary targeted-broadcast next-hop-tunnel",
    ),
    **table(_RATES, "policer"),
    **table(_LOGS, "sampling simple-filter accounting"),
}
#: In `firewall` and in its families.
FIREWALL = {
    **table(_RATES, "policer three-color-policer hierarchical-policer prefix-action atm-policer load-balance-group"),
    **table(_LOGS, "traceoptions"),
    **table("names for groups of interfaces; a term that asks for one is left open", "interface-set"),
    **table("filters that only mark", "service-filter simple-filter fast-update-filter dialer-filter"),
}
#: In `routing-options`.
ROUTING = {
    **table(_FEEDS, "router-id autonomous-system graceful-restart nonstop-routing confederation resolution bfd ppm",
            "maximum-prefixes maximum-paths martians validation nsr-phantom-holdtime warm-standby"),
    **table("how equal ways share the load; each of them is taken as possible", "forwarding-table"),
    **table(_LOGS, "traceoptions options"),
    **table("forwarding of groups; packets to groups are left open", "multicast"),
}  # fmt: skip
#: At a static route.
ROUTE = table(
    "how a route is told to others, and what it is preferred by among protocols", "no-readvertise readvertise",
    "tag tag2 community",
    "as-path retain no-retain install resolve no-resolve active color metric2 metric3 metric4 preference2",
)  # fmt: skip
#: In `protocols`, beside the dynamic ones.
PROTOCOLS = {
    **table(_HARDWARE, "lldp lldp-med rstp mstp stp vstp dot1x layer2-control oam link-management iccp",
            "authentication-access-control",
            "dcbx loop-detect poe uplink-failure-detection bfd"),
    **table("forwarding of groups; packets to groups are left open", "igmp igmp-snooping mld mld-snooping pim msdp"),
    **table("what hosts are told of their routers", "router-advertisement router-discovery neighbor-discovery"),
    **table("whose virtual address a router has; both units answer for it", "vrrp"),
}  # fmt: skip
#: Of a screen: floods, scans, malformed packets and options that ordinary packets do not have.
SCREENS = {
    "icmp": table(_RATES, "ip-sweep flood large fragment ping-death icmpv6-malformed"),
    "ip": table("options and shapes that ordinary packets do not have",
                "bad-option record-route-option timestamp-option security-option stream-option source-route-option",
                "loose-source-route-option strict-source-route-option tear-drop block-frag ipv6-extension-header",
                "ipv6-extension-header-limit ipv6-malformed-header tunnel"),
    "tcp": table("floods, scans, flags that ordinary packets do not have",
                 "syn-fin fin-no-ack tcp-no-flag syn-frag port-scan syn-ack-ack-proxy syn-flood land winnuke",
                 "tcp-sweep"),
    "udp": table(_RATES, "flood udp-sweep port-scan"),
}  # fmt: skip
