"""A Juniper SRX's configuration in a saved session (Junos OS 21.4): a zone for each segment, the rest denied and logged."""

from __future__ import annotations

from tools.cities.plan import City, Device, Rule

_SHOW = "show configuration | display set | no-more"
_VERSION = "21.4R3-S5.4"


def write(city: City, device: Device) -> tuple[str, ...]:
    """Return the texts of the export."""
    zones = {leg.name: leg.segment for leg in device.legs}
    lines = [
        f"set version {_VERSION}",
        f"set system host-name {device.id}",
        "set system time-zone Asia/Tokyo",
        "set system syslog file messages any notice",
        "set security forwarding-options family inet6 mode drop",
    ]
    ends = dict.fromkeys(end for rule in device.rules for end in (rule.source, rule.destination))
    lines += [f"set security address-book global address {name} {_address(city, name)}" for name in ends]
    lines += [line for rule in device.rules for line in _policy(rule, zones)]
    lines += _match("global policy rest", "any", "any", ("any",))
    lines += [
        "set security policies global policy rest then deny",
        f"set security policies {_logged('global policy rest')}",
    ]
    lines += [f"set security zones security-zone {zone} interfaces {name}" for name, zone in zones.items()]
    for leg in device.legs:
        port, _, unit = leg.name.partition(".")
        lines.append(f"set interfaces {port} unit {unit} family inet address {city.length(leg)}")
    lines += [f"set routing-options static route {route.to} next-hop {route.via}" for route in device.routes]
    for service in dict.fromkeys(one for rule in device.rules for one in rule.services):
        protocol, port = service.split("/")
        start = f"set applications application {protocol}-{port}"
        lines += [f"{start} protocol {protocol}", f"{start} destination-port {port}"]
    prompt = f"admin@{device.id}>"
    return ("\n".join([f"{prompt} {_SHOW}", *lines, "", f"{prompt} exit", ""]),)


def _address(city: City, name: str) -> str:
    ((first, last),) = city.ranges(name)
    if name in city.segments:
        return city.segments[name].prefix
    return f"{first}/32" if first == last else f"range-address {first} to {last}"


def _policy(rule: Rule, zones: dict[str, str]) -> list[str]:
    place = f"from-zone {zones[rule.come]} to-zone {zones[rule.go]} policy rule-{rule.id}"
    services = tuple(one.replace("/", "-") for one in rule.services)
    found = [f'set security policies {place} description "{rule.name}"']
    found += _match(place, rule.source, rule.destination, services)
    found.append(f"set security policies {place} then {'permit' if rule.permits else 'deny'}")
    if rule.log:
        found.append(f"set security policies {_logged(place)}")
    return found


def _match(place: str, source: str, destination: str, services: tuple[str, ...]) -> list[str]:
    start = f"set security policies {place} match"
    found = [f"{start} source-address {source}", f"{start} destination-address {destination}"]
    return found + [f"{start} application {one}" for one in services]


def _logged(place: str) -> str:
    return f"{place} then log session-init"
