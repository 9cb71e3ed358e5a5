"""A way out that is not the security cloud: a route to the internet over a line of one's own."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis.network import PUBLIC, UNKNOWN
from segcheck.checks._base import Context
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, ConfigEvidence, Evidence, Finding, Weight
from segcheck.model.site_words import Responsibility, Tier

CHECK = Check(
    id="extra-exit",
    weight=Weight.CRITICAL,
    requirements=("IN-01", "IN-02"),
    title=("セキュリティクラウドを通らない出口", "An exit past the security cloud"),
    message=(
        "{device} の {interface} から、セキュリティクラウドを通らずに {to} へ出られる。",
        "{device} leads out by {interface} towards {to}, past the security cloud.",
    ),
    why=(
        "インターネットとの通信は自治体情報セキュリティクラウドに集約し、そこで監視する。別の出口には監視がない。",
        "Internet traffic is to be gathered in the security cloud and watched there. Nobody watches another exit.",
    ),
    fix=(
        "回線と経路を外すか、三層から切り離した独立の回線として宣言する。",
        "Remove line and route, or declare it as detached.",
    ),
    wrong=(
        "切り離した来庁者用などの回線のとき。トポロジーで links に宣言する。",
        "If it is a detached line: declare it in `links`.",
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """Yield each route of a city's device whose way out is no declared place."""
    for name, station in context.network.stations.items():
        config = station.config
        if config is None or station.device.responsibility is not Responsibility.CITY:
            continue
        inside = {place for port in station.ports for place in port.places} - {PUBLIC.id, UNKNOWN.id}
        tiers = {context.network.places[place].tier for place in inside}
        if not tiers & {Tier.MYNUMBER, Tier.LGWAN, Tier.INTERNET, Tier.SANITISE, Tier.DMZ}:
            continue  # a detached line of its own
        for route in config.routes:
            port = station.port(route.interface or "")
            outside = port is not None and bool({PUBLIC.id, UNKNOWN.id} & set(port.places))
            if port is None or not outside or not route.to & context.network.addresses[PUBLIC.id]:
                continue
            interface = config.interface(port.interface)
            spans = [route.span, interface.span if interface is not None else None]
            lines: list[Evidence] = [ConfigEvidence(span, "", f"{name}::{port.interface}") for span in spans if span]
            yield Finding(
                check=CHECK.id,
                weight=CHECK.weight,
                standing=Standing.VIOLATED,
                basis=(Basis.RULES,),
                subject=f"{name} {port.interface}",
                key=f"{name}:{port.interface}",
                params=(("device", name), ("interface", port.interface), ("to", ", ".join(port.places))),
                evidence=tuple(lines),
                remedy=(
                    f"{name} の {port.interface} の回線と既定経路を外し、セキュリティクラウドだけを出口にする。",
                    f"Remove the line at {port.interface} of {name} and its route; leave the security cloud as only exit.",
                ),
                requirements=CHECK.requirements,
            )
