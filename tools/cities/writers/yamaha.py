"""A Yamaha router's configuration (RTX830): static filters at each line, dynamic ones that let the answers in."""

from __future__ import annotations

from tools.cities.plan import City, Device

_HEAD = ("# RTX830 Rev.15.02.31 (Tue Jul  2 10:12:27 2024)", "#")
_TAIL = ("telnetd service off", "sshd service off", "httpd service off", "syslog notice on")


def write(city: City, device: Device) -> tuple[str, ...]:
    """Return the texts of the export."""
    lines = [*_HEAD, "console character ja.utf8", "ip routing on"]
    lines += [f"ip route {route.to} gateway {route.via}" for route in device.routes]
    passing: dict[str, list[str]] = {leg.name: [] for leg in device.legs}
    leaving: dict[str, list[str]] = {leg.name: [] for leg in device.legs}
    filters, dynamic = [], []
    asked = [(rule, service) for rule in device.rules for service in rule.services]
    for count, (rule, service) in enumerate(asked):
        protocol, port = service.split("/")
        ends = f"{_end(city, rule.source)} {_end(city, rule.destination)}"
        number = str(1000 + count)
        verdict = ("pass-log" if rule.log else "pass") if rule.permits else "reject"
        filters.append(f"ip filter {number} {verdict} {ends} {protocol} * {port}")
        passing[rule.come].append(number)
        if rule.permits:
            dynamic.append(f"ip filter dynamic {number} {ends} {protocol}")
            leaving[rule.go].append(number)
    for leg in device.legs:
        lines += [f"ip {leg.name} address {city.length(leg)}"]
        lines.append(" ".join([f"ip {leg.name} secure filter in", *passing[leg.name], "9000"]))
        if leaving[leg.name]:
            numbers = leaving[leg.name]
            lines.append(" ".join([f"ip {leg.name} secure filter out", *numbers, "9000 dynamic", *numbers]))
    lines += [*filters, "ip filter 9000 reject-log * *", *dynamic, *_TAIL]
    return ("\n".join(lines) + "\n",)


def _end(city: City, name: str) -> str:
    ((first, last),) = city.ranges(name)
    if name in city.segments:
        return city.segments[name].prefix
    return first if first == last else f"{first}-{last}"
