"""A Palo Alto firewall's configuration as exported in XML (PAN-OS 10.2)."""

from __future__ import annotations

from xml.sax.saxutils import escape

from tools.cities.plan import City, Device, Rule


def write(city: City, device: Device) -> tuple[str, ...]:
    """Return the texts of the export."""
    legs = "\n".join(
        f'<entry name="{leg.name}"><layer3><ip><entry name="{city.length(leg)}"/></ip></layer3></entry>'
        for leg in device.legs
    )
    members = "".join(f"<member>{leg.name}</member>" for leg in device.legs)
    routes = "\n".join(
        f'<entry name="r{number}"><destination>{route.to}</destination><nexthop><ip-address>{route.via}</ip-address></nexthop>'
        f"<interface>{route.interface}</interface></entry>"
        for number, route in enumerate(device.routes, 1)
    )
    zones = "\n".join(
        f'<entry name="{leg.segment}"><network><layer3><member>{leg.name}</member></layer3></network></entry>'
        for leg in device.legs
    )
    names = dict.fromkeys(n for rule in device.rules for n in (rule.source, rule.destination))
    objects = "\n".join(f'<entry name="{name}">{_address(city, name)}</entry>' for name in names)
    services = dict.fromkeys(one for rule in device.rules for one in rule.services)
    ports = "\n".join(
        f'<entry name="{_service(one)}"><protocol><{one.split("/")[0]}><port>{one.split("/")[1]}</port>'
        f"</{one.split('/')[0]}></protocol></entry>"
        for one in services
    )
    interfaces = {leg.name: leg.segment for leg in device.legs}
    rules = "\n".join(_rule(rule, interfaces) for rule in device.rules)
    text = f"""\
<?xml version="1.0"?>
<config version="10.2.0" urldb="paloaltonetworks">
<devices><entry name="localhost.localdomain">
<deviceconfig><system><hostname>{device.id}</hostname></system>
<setting><session><ipv6-firewalling>yes</ipv6-firewalling></session></setting></deviceconfig>
<network>
<interface><ethernet>
{legs}
</ethernet></interface>
<virtual-router><entry name="default">
<interface>{members}</interface>
<routing-table><ip><static-route>
{routes}
</static-route></ip></routing-table>
</entry></virtual-router>
</network>
<vsys><entry name="vsys1">
<zone>
{zones}
</zone>
<address>
{objects}
</address>
<service>
{ports}
</service>
<rulebase>
<default-security-rules><rules>
<entry name="intrazone-default"><action>deny</action><log-end>yes</log-end></entry>
<entry name="interzone-default"><action>deny</action><log-end>yes</log-end></entry>
</rules></default-security-rules>
<security><rules>
{rules}
</rules></security>
</rulebase>
</entry></vsys>
</entry></devices>
</config>
"""
    return (text,)


def _address(city: City, name: str) -> str:
    ((first, last),) = city.ranges(name)
    if name in city.segments:
        return f"<ip-netmask>{city.segments[name].prefix}</ip-netmask>"
    return f"<ip-netmask>{first}/32</ip-netmask>" if first == last else f"<ip-range>{first}-{last}</ip-range>"


def _service(text: str) -> str:
    return text.replace("/", "-")


def _rule(rule: Rule, interfaces: dict[str, str]) -> str:
    parts = {
        "from": [interfaces[rule.come]],
        "to": [interfaces[rule.go]],
        "source": [rule.source],
        "destination": [rule.destination],
        "application": ["any"],
        "service": [_service(one) for one in rule.services],
    }
    keys = "\n".join(
        f"<{key}>{''.join(f'<member>{one}</member>' for one in names)}</{key}>" for key, names in parts.items()
    )
    log = "yes" if rule.log else "no"
    return (
        f'<entry name="rule-{rule.id}">\n<description>{escape(rule.name)}</description>\n{keys}\n'
        f"<action>{'allow' if rule.permits else 'deny'}</action>\n<log-end>{log}</log-end>\n</entry>"
    )
