"""The sections of a VDOM that no other reader here takes: accounted for by the table of relevance, or tainting."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from segcheck.importers.fortigate._notes import Notes, Vdom
from segcheck.importers.fortigate._relevance import SECTIONS, reason, scope
from segcheck.importers.fortigate._system_keys import ASLEEP, GLOBAL_IRRELEVANT, SETTINGS_IRRELEVANT
from segcheck.importers.fortigate._tree import Node
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code, LineUse, Severity

#: Sections whose entries other modules account for, and what a line between the entries can affect.
_READ = {
    "firewall acl": Scope.DEVICE,
    "firewall acl6": Scope.DEVICE,
    "firewall address": Scope.DEVICE,
    "firewall address6": Scope.DEVICE,
    "firewall addrgrp": Scope.DEVICE,
    "firewall addrgrp6": Scope.DEVICE,
    "firewall central-snat-map": Scope.TRANSLATION,
    "firewall ippool": Scope.TRANSLATION,
    "firewall ippool6": Scope.TRANSLATION,
    "firewall local-in-policy": Scope.LOCAL,
    "firewall local-in-policy6": Scope.LOCAL,
    "firewall schedule group": Scope.DEVICE,
    "firewall schedule onetime": Scope.DEVICE,
    "firewall schedule recurring": Scope.DEVICE,
    "firewall service custom": Scope.DEVICE,
    "firewall service group": Scope.DEVICE,
    "firewall vip": Scope.TRANSLATION,
    "firewall vip6": Scope.TRANSLATION,
    "firewall vipgrp": Scope.TRANSLATION,
    "firewall vipgrp6": Scope.TRANSLATION,
    "router policy": Scope.ROUTING,
    "router policy6": Scope.ROUTING,
    "router static": Scope.ROUTING,
    "router static6": Scope.ROUTING,
    "system admin": Scope.LOCAL,
    "system dhcp server": Scope.LOCAL,
    "system dhcp6 server": Scope.LOCAL,
    "system dns-server": Scope.LOCAL,
    "system interface": Scope.DEVICE,
    "system link-monitor": Scope.ROUTING,
    "system session-helper": Scope.DEVICE,
    "system zone": Scope.DEVICE,
}
#: Sections that other modules account for entirely.
_DONE = frozenset(
    {
        "firewall access-proxy",
        "ftp-proxy explicit",
        "router bgp",
        "router isis",
        "router multicast",
        "router multicast6",
        "router ospf",
        "router ospf6",
        "router rip",
        "router ripng",
        "system global",
        "system gre-tunnel",
        "system geneve",
        "system ipip-tunnel",
        "system ipsec-aggregate",
        "system ipv6-tunnel",
        "system mobile-tunnel",
        "system ntp",
        "system sdwan",
        "system settings",
        "system sit-tunnel",
        "system virtual-wan-link",
        "system vne-interface",
        "system vxlan",
        "vpn ipsec concentrator",
        "vpn ipsec manualkey",
        "vpn ipsec manualkey-interface",
        "vpn ipsec phase1",
        "vpn ipsec phase1-interface",
        "vpn ssl settings",
        "web-proxy explicit",
    }
)
#: Sections that are read with less than their meaning, and why that is enough.
_APPROXIMATED = {
    "firewall multicast-policy": "multicast is uncertain throughout",
    "firewall multicast-policy6": "multicast is uncertain throughout",
    "firewall proxy-policy": "a proxy may send on anything; it is recorded as a service that carries traffic on",
    "firewall access-proxy6": "as for proxies",
    "firewall access-proxy-virtual-host": "as for proxies",
    "firewall access-proxy-ssh-client-cert": "as for proxies",
    "firewall DoS-policy": "drops floods; not part of any verdict",
    "firewall DoS-policy6": "drops floods; not part of any verdict",
    "firewall interface-policy": "inspects; not part of any verdict",
    "firewall interface-policy6": "inspects; not part of any verdict",
}
#: Sections that are known and not modelled, with what they can affect.
_UNSUPPORTED = {
    "firewall consolidated policy": Scope.DEVICE,
    "firewall policy46": Scope.DEVICE,
    "firewall policy64": Scope.DEVICE,
    "firewall vip46": Scope.TRANSLATION,
    "firewall vip64": Scope.TRANSLATION,
    "firewall vipgrp46": Scope.TRANSLATION,
    "firewall vipgrp64": Scope.TRANSLATION,
    "firewall ttl-policy": Scope.DEVICE,
    "firewall ip-translation": Scope.TRANSLATION,
    "system virtual-wire-pair": Scope.DEVICE,
}

_POLICIES = {"firewall policy", "firewall policy6", "firewall security-policy"}
_KNOWN = (
    _READ.keys() | _DONE | _APPROXIMATED.keys() | _UNSUPPORTED.keys() | SECTIONS.keys() | _POLICIES | {"vdom", "global"}
)


@lru_cache(maxsize=4096)
def full_path(path: str) -> str:
    """Return the full name of a section whose words may be cut short (`sys ha`), or the name as it is."""
    if reason(path) or path in _KNOWN:
        return path
    fitting = [known.split() for known in _KNOWN]
    words = path.split()
    for at, word in enumerate(words):
        fitting = [known for known in fitting if len(known) > at and known[at].startswith(word)]
        exact = [known for known in fitting if known[at] == word]
        fitting = exact or fitting
    found = {" ".join(known[: len(words)]) for known in fitting}
    return found.pop() if len(found) == 1 else path


def finish_sections(vdom: Vdom) -> None:
    """Account for every section of a VDOM and of the shared part that has not been accounted for."""
    for tables in (vdom.own, vdom.shared):
        for path, table in tables.items():
            _finish(vdom, path, table)
            _misplaced(vdom, table)


def _finish(vdom: Vdom, path: str, table: Node) -> None:
    notes = vdom.notes
    if path in ("vdom", "global"):
        return
    if path in ("system global", "system settings"):
        _system(vdom, path, table)
    elif path in _DONE or path in ("firewall policy", "firewall policy6"):
        notes.mark(table.frame, LineUse.UNDERSTOOD)
        _unread_below(vdom, table, Scope.DEVICE)
    elif path in _READ:
        vdom.doubt(table, (), _READ[path])
    elif path == "firewall security-policy":
        _security(vdom, table)
    elif table.empty():
        notes.mark(table.spans, LineUse.IRRELEVANT)  # nothing is set in it
    elif path in _APPROXIMATED:
        notes.mark(table.spans, LineUse.APPROXIMATED)
        notes.say(Code.UNSUPPORTED_LINE, Severity.NOTE, table.first, "", text=f"config {path}")
        _unread_below(vdom, table, Scope.DEVICE)
    elif path in _UNSUPPORTED:
        vdom.unsupported(table, _UNSUPPORTED[path], f"config {path}")
    elif reason(path) or _asleep(path, table):
        notes.mark(table.spans, LineUse.IRRELEVANT)
        _unread_below(vdom, table, Scope.DEVICE)
    else:
        notes.mark(table.spans, LineUse.UNRECOGNISED)
        where = scope(path)
        identity = notes.say(
            Code.UNRECOGNISED_LINE, Severity.ERROR, table.first, where.value, text=f"config {path}"[:80]
        )
        vdom.taint(where, identity, path if where is not Scope.DEVICE else "", table.first)


def _misplaced(vdom: Vdom, table: Node) -> None:
    """Taint for sections that stand inside others: a line that closed one was lost."""
    for node in table.walk():
        for name, inner in node.tables.items():
            if " " in name and name in _KNOWN:
                identity = vdom.notes.say(
                    Code.UNRECOGNISED_LINE, Severity.ERROR, inner.first, "device", text=f"config {name}"
                )
                vdom.taint(Scope.DEVICE, identity, "", inner.first)


def _security(vdom: Vdom, table: Node) -> None:
    if vdom.table("system settings").one("ngfw-mode", "profile-based") == "policy-based":
        vdom.doubt(table, (), Scope.LIST, f"{vdom.name}/security-policy")
    else:  # kept by the device, not consulted
        vdom.notes.mark(table.spans, LineUse.IRRELEVANT)


def _system(vdom: Vdom, path: str, table: Node) -> None:
    irrelevant: dict[str, str] = dict(GLOBAL_IRRELEVANT if path == "system global" else SETTINGS_IRRELEVANT)
    irrelevant.update({key: "display" for key in table.values if key.startswith("gui-")})
    for key in ("hostname", "allow-traffic-redirect", "ipv6-allow-traffic-redirect", "multicast-forward", "vdom-type"):
        table.words(key)
    for key in ("admin-port", "admin-sport", "admin-ssh-port", "admin-telnet-port", "admin-telnet"):
        table.words(key)
    if path == "system settings":
        for key in ("asymroute-icmp", "asymroute6-icmp", "block-land-attack", "fw-session-hairpin"):
            if table.one(key, "disable") == "disable":
                table.words(key)
            else:
                vdom.notes.approximate(table, key)
    vdom.doubt(table, irrelevant, Scope.DEVICE)


def _asleep(path: str, table: Node) -> bool:
    harmless: Mapping[str, str] | None = ASLEEP.get(path)
    if harmless is None or table.entries or table.tables:
        return False
    return all(harmless.get(key) == " ".join(value.words) for key, value in table.values.items())


def _unread_below(vdom: Vdom, table: Node, where: Scope) -> None:
    """Taint for lines inside a section that could not be carried out: they may have ended it too late."""
    for node in table.walk():
        for identity in vdom.notes.finish_unread(node, where.value):
            vdom.taint(where, identity, "", node.first)


def finish_root(notes: Notes, root: Node) -> list[str]:
    """Account for lines outside every section, and return the ids of their diagnostics."""
    return notes.finish_unread(root, "device")
