"""A FortiGate's configuration backup (FortiOS 7.4)."""

from __future__ import annotations

from ipaddress import IPv4Network

from tools.cities.plan import City, Device, Rule

HEAD = """\
#config-version=FGT100F-7.4.3-FW-build2573-240201:opmode=0:vdom=0:user=admin
#conf_file_ver=100000000000001
#buildno=2573
#global_vdom=1
config system global
    set admintimeout 10
    set allow-traffic-redirect disable
    set ipv6-allow-traffic-redirect disable
    set hostname "{id}"
    set timezone "Asia/Tokyo"
end
"""
SCHEDULE = """\
config firewall schedule recurring
    edit "always"
        set day sunday monday tuesday wednesday thursday friday saturday
    next
end
"""
HELPERS = """\
config system session-helper
    edit 14
        set name dns-udp
        set protocol 17
        set port 53
    next
end
"""


def write(city: City, device: Device) -> tuple[str, ...]:
    """Return the texts of the export."""
    parts = [HEAD.format(id=device.id), "config system interface\n"]
    for leg in device.legs:
        where = city.length(leg)
        name = city.segments[leg.segment].name or leg.segment
        parts.append(
            f'    edit "{leg.name}"\n        set vdom "root"\n        set ip {where.ip} {where.netmask}\n'
            f'        set type physical\n        set alias "{name}"\n    next\n'
        )
    parts += ["end\n", HELPERS, "config firewall address\n", '    edit "all"\n    next\n']
    for name in _objects(device):
        ((first, last),) = city.ranges(name)
        if name in city.segments:
            network = IPv4Network(city.segments[name].prefix)
            text = f"        set subnet {network.network_address} {network.netmask}\n"
        elif first == last:
            text = f"        set subnet {first} 255.255.255.255\n"
        else:
            text = f"        set type iprange\n        set start-ip {first}\n        set end-ip {last}\n"
        parts.append(f'    edit "{name}"\n{text}    next\n')
    parts += ["end\n", "config firewall service custom\n"]
    for service in dict.fromkeys(one for rule in device.rules for one in rule.services):
        protocol, port = service.split("/")
        parts.append(f'    edit "{_service(service)}"\n        set {protocol}-portrange {port}\n    next\n')
    parts += ['    edit "ALL"\n        set protocol IP\n    next\n', "end\n", SCHEDULE, "config firewall policy\n"]
    parts += [_policy(rule) for rule in device.rules]
    parts.append(_policy(Rule("999", "明示的拒否", "any", "any", "all", "all", (), permits=False)))
    parts += ["end\n", "config router static\n"]
    for number, route in enumerate(device.routes, 1):
        to = IPv4Network(route.to)
        parts.append(
            f"    edit {number}\n        set dst {to.network_address} {to.netmask}\n        set gateway {route.via}\n"
            f'        set device "{route.interface}"\n    next\n'
        )
    return ("".join([*parts, "end\n", "config router multicast\nend\n"]),)


def _objects(device: Device) -> list[str]:
    return [n for n in dict.fromkeys(n for r in device.rules for n in (r.source, r.destination)) if n != "all"]


def _service(text: str) -> str:
    return text.upper().replace("/", "-")


def _policy(rule: Rule) -> str:
    services = " ".join(f'"{_service(one)}"' for one in rule.services) or '"ALL"'
    action = "        set action accept\n" if rule.permits else ""
    return (
        f'    edit {rule.id}\n        set name "{rule.name}"\n'
        f'        set srcintf "{rule.come}"\n        set dstintf "{rule.go}"\n'
        f'{action}        set srcaddr "{rule.source}"\n        set dstaddr "{rule.destination}"\n        set schedule "always"\n'
        f"        set service {services}\n        set logtraffic {'all' if rule.log else 'disable'}\n    next\n"
    )
