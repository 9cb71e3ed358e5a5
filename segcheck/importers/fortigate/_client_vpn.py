"""Tunnels for clients: SSL-VPN portals in tunnel mode, and dial-up IPsec that hands out addresses (mode-cfg).

Source: Administration Guide, "Split tunneling settings" (SSL-VPN: what is not split goes through the tunnel whole) and
"Dialup IPsec" (ipv4-split-include names what goes through the tunnel; without it everything does). What a portal does whose
`split-tunneling` is not written differs between versions: not said.
"""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.importers.fortigate._notes import Vdom
from segcheck.importers.fortigate._tree import Node
from segcheck.model.device import ClientVpn
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet


def client_vpns(vdom: Vdom) -> tuple[ClientVpn, ...]:
    """Return the tunnels that a VDOM offers to clients. No line is accounted for here: other readers do."""
    return (*_portals(vdom), *_dialup(vdom))


def _portals(vdom: Vdom) -> Iterator[ClientVpn]:
    """Yield portals in tunnel mode that somebody is sent to; without the settings that say so, all of them."""
    settings = vdom.table("vpn ssl settings")
    used: set[str] | None = None
    if vdom.has("vpn ssl settings"):
        if _word(settings, "status") == "disable" or not _words(settings, "source-interface"):
            return
        rules = settings.table("authentication-rule").entries.values()
        used = {_word(settings, "default-portal"), *(_word(one, "portal") for one in rules)}
    for entry in vdom.table("vpn ssl web portal").entries.values():
        said = [
            _flag(entry, f"{six}split-tunneling") for six in ("", "ipv6-") if _flag(entry, f"{six}tunnel-mode") is True
        ]
        if not said or (used is not None and entry.name not in used):
            continue
        pool = IntervalSet.empty()
        for name in _words(entry, "ip-pools"):
            pool = pool | _address(vdom.table("firewall address").entries.get(name))
        split = True if True in said else None if None in said else False
        span = vdom.notes.span(entry.first, entry.last)
        yield ClientVpn(name=entry.name, split=split, interface=f"ssl.{vdom.name}", pool=pool, span=span)


def _dialup(vdom: Vdom) -> Iterator[ClientVpn]:
    for entry in vdom.table("vpn ipsec phase1-interface").entries.values():
        if _word(entry, "type") != "dynamic" or _flag(entry, "mode-cfg") is not True:
            continue
        split = any(
            _words(entry, f"{family}-split-{way}") for family in ("ipv4", "ipv6") for way in ("include", "exclude")
        )
        ends = _word(entry, "ipv4-start-ip"), _word(entry, "ipv4-end-ip")
        span = vdom.notes.span(entry.first, entry.last)
        yield ClientVpn(name=entry.name, split=split, interface=entry.name, pool=_range(*ends), span=span)


def _address(entry: Node | None) -> IntervalSet:
    """Return what a firewall address of plain kind holds, nothing for others."""
    if entry is None:
        return IntervalSet.empty()
    if _words(entry, "start-ip"):
        return _range(_word(entry, "start-ip"), _word(entry, "end-ip"))
    subnet = _words(entry, "subnet")
    try:
        return addresses.netmask(*subnet) if len(subnet) == 2 else IntervalSet.empty()
    except ValueError:
        return IntervalSet.empty()


def _range(first: str, last: str) -> IntervalSet:
    try:
        return IntervalSet.of((addresses.parse_one(first), addresses.parse_one(last or first)))
    except ValueError:
        return IntervalSet.empty()


def _words(node: Node, key: str) -> tuple[str, ...]:
    """Return the words of a setting; whoever accounts for the line marks it."""
    value = node.values.get(key)
    return value.words if value is not None else ()


def _word(node: Node, key: str) -> str:
    return " ".join(_words(node, key))


def _flag(node: Node, key: str) -> bool | None:
    return {"enable": True, "disable": False}.get(_word(node, key))
