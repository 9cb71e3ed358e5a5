"""Towns with a sanitiser: mail goes from the internet tier through `san-mail` to the LGWAN tier, files through `gw` too.

gateway   the lines of topology.yaml
town      the town with legs that its firewall permits; everything about it can be replaced
"""

from __future__ import annotations

from dataclasses import replace

from tests.checks.sites import PORTS, Firewall, Town, entry, rule

IN = "{id: in, from: in-mail, service: tcp/25, opener: other}"
OUT = "{id: out, to: lg-mail, service: tcp/25, opener: self}"
LEGS = (rule(1, "in:in-mail", "san:san-mail", "SMTP"), rule(2, "san:san-mail", "lg:lg-mail", "SMTP"))
ENTRY = entry("S1", "in-mail", "lg-mail", "tcp/25", kind="sanitise", gateway="gw", legs="[in, out]")
WITH_SAN = {**PORTS, "san": ("san-lan", "10.3.0.1/24")}


def gateway(*legs: str, method: str = "mail_text", hosts: str = "san-mail", more: str = "") -> str:
    """Return the gateway `gw`."""
    lines = "".join(f"      - {leg}\n" for leg in legs or (IN, OUT))
    return f"gateways:\n  - id: gw\n    hosts: [{hosts}]\n    method: {method}\n{more}    legs:\n{lines}"


def town(
    *rules: str,
    legs: tuple[str, ...] = LEGS,
    register: tuple[str, ...] = (ENTRY,),
    topology: str = "",
    ports: dict[str, tuple[str, str]] = WITH_SAN,
    **more: object,
) -> Town:
    """Return the town; `rules` are further ones of its firewall."""
    wall = Firewall(ports=ports, rules=[*legs, *rules])
    return replace(Town(firewalls={"fw": wall}, register=register, topology=topology or gateway()), **more)
