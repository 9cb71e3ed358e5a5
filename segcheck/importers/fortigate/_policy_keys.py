"""What the settings of a policy do to an opening packet; a setting that stands in no table makes its policy uncertain.

Source: CLI Reference 6.0 to 7.6, "config firewall policy", parameter table.
"""

from __future__ import annotations

from segcheck.importers._unsure import unknown
from segcheck.importers.fortigate._relevance import table
from segcheck.importers.fortigate._tree import Node
from segcheck.model.diagnostic import Code
from segcheck.model.match import ANYTHING, Bits, Expr, Not

_LATER = "inspects the session once it is open"
_LOG = "logging and display"
_SUMMARY = ("srcintf", "dstintf", "srcaddr", "dstaddr", "srcaddr6", "dstaddr6", "service", "schedule")
_SPEED = "bandwidth, priority, timers, hardware"

#: Settings without influence on whether an opening packet passes, with the reason.
IRRELEVANT: dict[str, str] = {
    **table(
        _LATER,
        "utm-status inspection-mode profile-type profile-group profile-protocol-options ssl-ssh-profile",
        "av-profile webfilter-profile dnsfilter-profile emailfilter-profile spamfilter-profile dlp-sensor",
        "dlp-profile file-filter-profile ips-sensor application-list voip-profile ips-voip-filter",
        "sctp-filter-profile diameter-filter-profile virtual-patch-profile icap-profile videofilter-profile",
        "waf-profile ssh-filter-profile casb-profile cifs-profile mms-profile gtp-profile webcache webcache-https",
        "wanopt wanopt-detection wanopt-passive-opt wanopt-profile wanopt-peer webproxy-profile",
        "webproxy-forward-server decrypted-traffic-mirror ssl-mirror ssl-mirror-intf app-monitor dsri",
        "scan-botnet-connections label",
    ),
    **table(
        _LOG,
        "logtraffic-start log-http-transaction capture-packet custom-log-fields block-notification",
        "replacemsg-override-group global-label comments natinbound natoutbound natip-unused timeout-send-rst",
        "send-deny-packet email-collect firewall-session-dirty schedule-timeout radius-mac-auth-bypass",
        "radius-ip-auth-bypass auth-cert auth-redirect-addr auth-path captive-portal-exempt ntlm ntlm-guest",
        "ntlm-enabled-browsers fsso-agent-for-ntlm fsso rsso wsso policyid geoip-anycast geoip-match",
        "reputation-direction reputation-direction6 redirect-url tags",
    ),
    **table(
        _SPEED,
        "auto-asic-offload np-acceleration traffic-shaper traffic-shaper-reverse per-ip-shaper session-ttl",
        "vlan-cos-fwd vlan-cos-rev diffserv-copy diffserv-forward diffserv-reverse diffservcode-forward",
        "diffservcode-rev tcp-mss-sender tcp-mss-receiver delay-tcp-npu-session fec dynamic-shaping",
        "passive-wan-health-measurement anti-replay port-preserve port-random permit-stun-host pcp-outbound",
        "pcp-inbound pcp-poolname class-id cgn-eif cgn-eim cgn-session-quota cgn-resource-quota",
        "cgn-log-server-grp cgn-sw-eif-ctrl policy-offload inbound outbound vpntunnel ztna-tags-match-logic",
        "ztna-device-ownership internet-service-fortiguard",
    ),
}

#: People and tags that must be known before the policy matches: one name, one condition.
WHO: dict[str, str] = {
    "users": "user",
    "groups": "group",
    "fsso-groups": "FSSO group",
    "ztna-ems-tag": "ZTNA tag",
    "ztna-ems-tag-secondary": "ZTNA tag",
    "ztna-geo-tag": "ZTNA tag",
    "devices": "device",
}

#: Settings whose effect is not modelled, with the values that have none.
UNCERTAIN_UNLESS: dict[str, frozenset[str]] = {
    key: frozenset({"disable", "", *harmless})
    for key, harmless in {
        "vlan-filter": (),
        "src-vendor-mac": (),
        "rtp-nat": (),
        "rtp-addr": (),
        "learning-mode": (),
        "reputation-minimum": ("0",),
        "reputation-minimum6": ("0",),
        "nat64": (),
        "nat46": (),
        "ztna-status": (),
        "ztna-ems-tag-negate": (),
        "identity-based-route": (),
        "network-service-dynamic": (),
        "network-service-src-dynamic": (),
        "sgt-check": (),
        "sgt": (),
        "wccp": (),
        "route-tag": (),
        "natip": ("0.0.0.0 0.0.0.0",),
        "internet-service-negate": (),
        "internet-service-src-negate": (),
    }.items()
}


def line_of(entry: Node, key: str) -> int:
    """Return the line of a setting, else the first line of its policy."""
    value = entry.values.get(key)
    return value.line if value else entry.first


def tos(entry: Node) -> Expr:
    """Return "the packet has the type of service that the policy asks for"."""
    try:
        value, mask = int(entry.one("tos", "0x00"), 16), int(entry.one("tos-mask", "0x00"), 16)
    except ValueError:
        return unknown(f"tos of policy {entry.name}", Code.VALUE_NOT_UNDERSTOOD)
    if not 0 <= mask <= 255 or not 0 <= value <= 255:
        return unknown(f"tos of policy {entry.name}", Code.VALUE_NOT_UNDERSTOOD)
    if mask == 0:
        return ANYTHING
    found = Bits("tos", mask, value & mask)
    return Not(found) if entry.on("tos-negate") else found


def summary(entry: Node) -> str:
    """Return a policy in one line, of names only."""
    parts = [f"{key}={','.join(entry.values[key].words)}" for key in _SUMMARY if key in entry.values]
    parts.append(f"action={entry.one('action', 'deny')}")
    return " ".join(parts)[:400]
