"""Tunnels for clients: GlobalProtect gateways with the configurations that they give to clients.

Source: GlobalProtect Administrator's Guide, "Configure a GlobalProtect Gateway" and "Split Tunnel Traffic": without access
routes everything goes through the tunnel; included routes name what does, excluded routes, domains and applications what does
not. Included domains alone split too.
"""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.importers._hierarchy.notes import Vsys
from segcheck.importers._hierarchy.tree import Node
from segcheck.model.device import ClientVpn
from segcheck.sets.addresses import parse
from segcheck.sets.intervals import IntervalSet

_GATEWAYS = ("global-protect", "global-protect-gateway")
_EVERYTHING = frozenset({"0.0.0.0/0", "::/0"})
_SPLITS = ("exclude-access-route", "include-domains", "exclude-domains", "include-applications", "exclude-applications")


def client_vpns(vsys: Vsys) -> tuple[ClientVpn, ...]:
    """Return the tunnels that a virtual system offers to clients. No word is marked here: other readers do."""
    return tuple(_gateways(vsys))


def _gateways(vsys: Vsys) -> Iterator[ClientVpn]:
    for gateway in _below(vsys.node, *_GATEWAYS):
        interface = next((one.word for one in _below(gateway, "remote-user-tunnel")), "")
        for config in _below(gateway, "remote-user-tunnel-configs"):
            pool = IntervalSet.empty()
            for one in (*_below(config, "ip-pool"), *_below(config, "authentication-server-ip-pool")):
                try:
                    pool = pool | parse(one.word)
                except ValueError:
                    continue  # an address object: the pool stays smaller than it is, the interface still tells
            routes = {one.word for one in _below(config, "split-tunneling", "access-route")}
            split = bool(routes - _EVERYTHING) or any(
                node.children for word in _SPLITS for node in _below(config, "split-tunneling") if node.word == word
            )
            span = vsys.notes.extent(config)
            name = f"{gateway.word}/{config.word}"
            yield ClientVpn(name=name, split=split, interface=interface, pool=pool, span=span)


def _below(node: Node, *words: str) -> tuple[Node, ...]:
    """Return what stands below a path, unmarked."""
    for word in words:
        found = node.children.get(word)
        if found is None:
            return ()
        node = found
    return tuple(node.children.values())
