"""Parts of a configuration that cannot change which packets pass, each with the reason.

Only what stands here may be left unread in silence. Names are those of the configuration's own tree.
"""

from __future__ import annotations


def table(why: str, *lines: str) -> dict[str, str]:
    """Return the words of the lines, each with the same reason."""
    return dict.fromkeys(" ".join(lines).split(), why)


_WHO = "who may log in, or be named in a rule; rules that name users are read"
_LOGS = "what is recorded and where records go; the firewall only sends them"
_DEEP = "inspects sessions that a rule has let open; does not decide about an opening packet"
_KEYS = "keys and certificates"
_DATA = "content that the vendor distributes"
_LOOKS = "what people see"
_OWN = "the firewall's own clients, clocks, updates and housekeeping"
_NAMED = "read where a rule or an interface refers to it"

#: Beside `devices` and `shared`.
TOP = {
    **table(_WHO, "mgt-config"),
    **table(_DATA, "predefined"),
    **table("what Panorama keeps for itself", "readonly"),
}
#: Beside `network`, `vsys` and `deviceconfig`.
DEVICE = table(_OWN, "plugins platform vm-info-source")
#: In `shared` and in a virtual system.
SCOPE = {
    **table(_LOGS, "log-settings reports report-group email-scheduler botnet pdf-summary-report custom-reports"),
    **table(
        _DEEP,
        "profiles profile-group ssl-decrypt content-preview threats alg-override data-objects override",
        "application-status application-tag ctd url-admin-override url-content-types",
    ),
    **table(_KEYS, "certificate certificate-profile ssl-tls-service-profile ocsp-responder scep"),
    **table(
        _WHO,
        "local-user-database authentication-profile authentication-sequence server-profile admin-role user-id-agent",
        "user-id-agent-sequence user-id-collector user-id-ssl-auth user-id-hub group-mapping ts-agent",
        "ipuser-include-exclude-list redistribution-agent redistribution-collector dynamic-user-group",
        "authentication-object device-object user-id-data-sources vm-info-source cloud-identity-engine",
    ),
    **table(_LOOKS, "response-page display-name tag motd-and-banner"),
    **table("services, schedules and limits of the virtual system itself", "setting route dns-proxy"),
    **table(_NAMED, "captive-portal sdwan-interface-profile"),
}
#: In `network`.
NETWORK = {
    **table("bandwidth", "qos"),
    **table("discovery of neighbours", "lldp"),
    **table("switching between ports, each of which is noted as not modelled", "vlan virtual-wire"),
    **table("filters and timers of routing protocols; that one runs is noted", "routing-profile"),
}
#: In `network tunnel`.
TUNNELS = table(
    "how traffic of a tunnel is wrapped; the tunnel interfaces and routes into them are read",
    "ipsec global-protect-gateway global-protect-site-to-site gre",
)
#: In `network profiles`.
PROFILES = table(
    "monitoring, timers and the like", "monitor-profile bfd-profile lldp-profile qos-profile ipsec-crypto-profiles"
)
#: In `deviceconfig setting`.
SETTING = {
    **table(_OWN, "config management custom-logo auto-mac-detect jumbo-frame dhcp-syslog-server hawkeye cloud-userid"),
    **table(_LOGS, "logging packet-capture"),
    **table(_DEEP, "wildfire ctd application zip ssl-decrypt url dns ssl-tls http2 decryption-policy"),
    **table(
        "how long sessions live and how segments of open ones are handled",
        "tcp session-timeout resource-monitor pow icmp offload",
    ),
    **table("how ports of translated sources are shared; every port is taken as possible", "nat"),
    **table(_WHO, "captive-portal global-protect user-id iot"),
    **table("which routing engine runs; routes of both are read", "advance-routing advanced-routing"),
}
#: In `deviceconfig setting session`, beside what is read.
SESSION = table(
    "how long sessions live, how many there are, and what they are told",
    "timeout-tcp timeout-udp timeout-icmp timeout-default timeout-scan timeout-discard-tcp timeout-discard-udp",
    "timeout-discard-default timeout-tcphandshake timeout-tcp-handshake timeout-tcpinit timeout-tcp-half-closed",
    "timeout-tcp-time-wait timeout-tcp-unverified-rst timeout-captive-portal timeout-sctp scan-threshold",
    "scan-scaling-factor accelerated-aging-enable accelerated-aging-scaling-factor accelerated-aging-threshold",
    "packet-buffer-protection-enable packet-buffer-protection-monitor-only packet-buffer-protection-alert",
    "packet-buffer-protection-activate packet-buffer-protection-block-hold-time packet-buffer-protection-use-latency",
    "packet-buffer-protection-block-countdown packet-buffer-protection-block-duration-time icmpv6-rate-limit",
    "packet-buffer-protection-latency-alert packet-buffer-protection-latency-activate",
    "packet-buffer-protection-latency-max-tolerate packet-buffer-protection-latency-block-countdown",
    "resource-limit-behavior offload dhcp-bcast-session-on max-pending-mcast-pkts-per-session multicast-route-setup-buffering",
    "rematch tcp-retransmit-scan jumbo-frame",
)
#: In `deviceconfig`.
DEVICECONFIG = {
    **table("which of two units works; both hold the same rules", "high-availability cluster"),
}
#: In `deviceconfig system`, beside what is read.
SYSTEM = {
    **table(
        _OWN,
        "timezone update-server update-schedule dns-setting ntp-servers server-verification route panorama panorama-server",
        "panorama-server-2 domain locale login-banner ack-login-banner geo-location config-bundle-export-schedule",
        "speed-duplex mtu secure-proxy-server secure-proxy-port secure-proxy-user secure-proxy-password domain-lookup-url",
        "fqdn-refresh-time fqdn-forcerefresh-time lcaas-use-proxy hsm-settings lldp device-telemetry motd-and-banner",
        "inline-cloud-proxy tls-cipher deployment-type standard-vendor-oid",
    ),
    **table(_LOGS, "log-link log-export-schedule snmp-setting"),
    **table(_WHO, "authentication-profile certificate-profile ssh non-ui-authentication-profile"),
    **table(_KEYS, "ssl-tls-service-profile web-server-certificate"),
    **table("its IPv6 side is not among what is judged of the management port", "ipv6-default-gateway"),
}
#: Rulebases that only treat sessions which a security rule lets open.
RULEBASES = {
    **table(_DEEP, "decryption tunnel-inspect network-packet-broker"),
    **table("bandwidth", "qos"),
    **table("what a session is taken to be; which that is, is left open wherever a rule asks", "application-override"),
}
#: In a zone protection profile: rates, scans, malformed packets and options that ordinary packets do not have.
PROTECTION = table(
    "floods, scans, malformed packets, options that ordinary packets do not have",
    "description flood scan scan-white-list discard-unknown-option discard-malformed-option discard-strict-source-routing",
    "discard-loose-source-routing discard-timestamp discard-record-route discard-security discard-stream-id",
    "discard-overlapping-tcp-segment-mismatch discard-tcp-split-handshake discard-tcp-syn-with-data",
    "discard-tcp-synack-with-data strip-tcp-fast-open-and-data strip-mptcp-option remove-tcp-timestamp",
    "suppress-icmp-timeexceeded suppress-icmp-needfrag discard-icmp-ping-zero-id discard-icmp-large-packet",
    "discard-icmp-error ipv6 non-ip-protocol l2-sec-group-tag-protection asymmetric-path discard-icmp-frag",
    "discard-ip-frag disable-override",
)
