"""A Cisco ASA's running configuration (9.16): a list for each interface, what it does not permit is denied and logged."""

from __future__ import annotations

from ipaddress import IPv4Network

from tools.cities.plan import City, Device, Rule

#: Interfaces by their names (`nameif`), as rules and routes speak of them.
_HEAD = (": Saved", ":", "ASA Version 9.16(4)", "!")
_TAIL = (
    "timeout xlate 3:00:00",
    "timeout conn 1:00:00 half-closed 0:10:00 udp 0:02:00 sctp 0:02:00 icmp 0:00:02",
    "no telnet timeout",
    "no snmp-server location",
    "no snmp-server contact",
    "Cryptochecksum:0123456789abcdef0123456789abcdef",
    ": end",
)


def write(city: City, device: Device) -> tuple[str, ...]:
    """Return the texts of the export."""
    lines = [*_HEAD, f"hostname {device.id}", "names", "no mac-address auto", "!"]
    for number, leg in enumerate(device.legs, 1):
        where = city.length(leg)
        lines += [
            f"interface GigabitEthernet0/{number}",
            f" nameif {leg.name}",
            f" security-level {100 if number == 1 else 50}",
            f" ip address {where.ip} {where.netmask}",
            "!",
        ]
    lines.append("ftp mode passive")
    for name in dict.fromkeys(end for rule in device.rules for end in (rule.source, rule.destination)):
        ((first, last),) = city.ranges(name)
        lines += [f"object network {name}", f" host {first}" if first == last else f" range {first} {last}"]
    for leg in device.legs:
        lines += [line for rule in device.rules if rule.come == leg.name for line in _rules(rule)]
        lines.append(f"access-list FROM-{leg.name} extended deny ip any any log")
    lines += ["pager lines 24", "logging enable", "logging timestamp"]
    lines += [f"access-group FROM-{leg.name} in interface {leg.name}" for leg in device.legs]
    for route in device.routes:
        to = IPv4Network(route.to)
        lines.append(f"route {route.interface} {to.network_address} {to.netmask} {route.via} 1")
    return ("\n".join([*lines, *_TAIL]) + "\n",)


def _rules(rule: Rule) -> list[str]:
    verdict, log = "permit" if rule.permits else "deny", " log" if rule.log else ""
    found = [f"access-list FROM-{rule.come} remark {rule.name}"]
    for service in rule.services:
        protocol, port = service.split("/")
        ends = f"object {rule.source} object {rule.destination}"
        found.append(f"access-list FROM-{rule.come} extended {verdict} {protocol} {ends} eq {port}{log}")
    return found
