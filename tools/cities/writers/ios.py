"""A Cisco router's running configuration (IOS XE 17.6): VRFs over one line, no rules."""

from __future__ import annotations

from ipaddress import IPv4Network

from tools.cities.plan import City, Device

_END = ("!", "no ip http server", "no ip http secure-server", "!", "line vty 0 4", " transport input none", "!", "end")


def write(city: City, device: Device) -> tuple[str, ...]:
    """Return the texts of the export."""
    lines = ["version 17.6", f"hostname {device.id}", "!"]
    for vrf in dict.fromkeys(leg.vrf for leg in device.legs if leg.vrf):
        lines += [f"vrf definition {vrf}", " address-family ipv4", " exit-address-family", "!"]
    parents = dict.fromkeys(leg.name.split(".")[0] for leg in device.legs if "." in leg.name)
    for name in parents:
        lines += [f"interface {name}", " no ip address", "!"]
    for leg in device.legs:
        where = city.length(leg)
        lines.append(f"interface {leg.name}")
        if "." in leg.name:
            lines.append(f" encapsulation dot1Q {leg.name.split('.')[1]}")
        if leg.vrf:
            lines.append(f" vrf forwarding {leg.vrf}")
        lines += [f" ip address {where.ip} {where.netmask}", " no ip redirects", "!"]
    for route in device.routes:
        to = IPv4Network(route.to)
        vrf = f"vrf {route.vrf} " if route.vrf else ""
        lines.append(f"ip route {vrf}{to.network_address} {to.netmask} {route.via}")
    return ("\n".join([*lines, *_END]) + "\n",)
