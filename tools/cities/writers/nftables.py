"""A Linux router's rules as `nft list ruleset` prints them."""

from __future__ import annotations

from tools.cities.plan import City, Device, Rule


def write(city: City, device: Device) -> tuple[str, ...]:
    """Return the texts of the export."""
    lines = [f"table inet {device.id.replace('-', '_')} {{"]
    for name in dict.fromkeys(n for rule in device.rules for n in (rule.source, rule.destination)):
        if name not in city.hosts:
            ((first, last),) = city.ranges(name)
            text = city.segments[name].prefix if name in city.segments else f"{first}-{last}"
            lines += [
                f"\tset {name.replace('-', '_')} {{",
                "\t\ttype ipv4_addr",
                "\t\tflags interval",
                f"\t\telements = {{ {text} }}",
                "\t}",
                "",
            ]
    lines += [
        "\tchain forward {",
        "\t\ttype filter hook forward priority filter; policy drop;",
        "\t\tct state established,related accept",
    ]
    lines += [f"\t\t{line}" for rule in device.rules for line in _rules(city, rule)]
    lines += ["\t}", "", "\tchain input {", "\t\ttype filter hook input priority filter; policy drop;"]
    lines += ['\t\tiifname "lo" accept', "\t\tct state established,related accept", "\t}", "}"]
    return ("\n".join(lines) + "\n",)


def _rules(city: City, rule: Rule) -> list[str]:
    found = []
    for service in rule.services:
        protocol, port = service.split("/")
        log = 'log prefix "permit " ' if rule.log else ""
        verdict = "accept" if rule.permits else "drop"
        found.append(
            f'iifname "{rule.come}" oifname "{rule.go}" ip saddr {_end(city, rule.source)} ip daddr '
            f'{_end(city, rule.destination)} {protocol} dport {port} {log}{verdict} comment "{rule.name}"'
        )
    return found


def _end(city: City, name: str) -> str:
    return city.hosts[name][1] if name in city.hosts else f"@{name.replace('-', '_')}"
