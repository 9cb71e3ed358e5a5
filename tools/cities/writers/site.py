"""Our own files of a city: topology.yaml and policy.yaml."""

from __future__ import annotations

from tools.cities.plan import City, Device, Leg

APPROVED = (
    "status: 承認, approver: 情報政策課長, decision_no: 若情決第{number}号, approved: 2026-04-01, review_due: 2027-03-31, "
    "expires: {expires}"
)


def topology(city: City) -> str:
    """Return the text of topology.yaml."""
    lines = [
        f"# {city.name} (架空)、{city.model}。{city.about[0]}。tools/cities が書いたもの。",
        f"# An invented city. {city.about[1]}. Written by tools/cities.",
        "segcheck: 1",
        f"name: {city.name}",
        "",
        "zones:",
        *(f"  {name}: {text}" for name, text in city.zones.items()),
        "",
        "segments:",
    ]
    for segment in city.segments.values():
        more = "".join(
            f", {key}: {value}"
            for key, value in (
                ("name", segment.name),
                ("kind", "external" if segment.kind == "line" else segment.kind),
                ("domain", segment.domain),
            )
            if value
        )
        gateway = f", gateway: [{segment.gateway}]" if segment.gateway else ""
        lines.append(f"  {segment.id}: {{zone: {segment.zone}{more}, v4: [{segment.prefix}], v6: none{gateway}}}")
    lines += ["", "hosts:"]
    for number, (name, (where, address, role, more)) in enumerate(city.hosts.items(), 1):
        text = ", ".join(part for part in (f"role: {role}", more) if part)
        place = f"segment: {where}, " if where else ""
        mac = f'mac: "00:00:5e:00:53:{number:02x}", ' if where and not city.segments[where].kind else ""
        lines.append(f"  - {{id: {name}, {place}addresses: [{address}], {mac}{text}}}")
    lines += ["", "groups:", *(f"  {name}: {{ranges: [{text}]}}" for name, text in city.groups.items()), "", "devices:"]
    for device in city.devices.values():
        lines += [
            f"  - id: {device.id}",
            f"    name: {device.name}",
            f"    kind: {device.kind}",
            "    exports:",
            *(f"      - {{path: {path}, format: {device.vendor}, as_of: 2026-11-01}}" for path in device.paths),
            "    interfaces:",
            *(f"      {leg.name}: {_leg(city, device, leg)}" for leg in device.legs),
        ]
        if device.vendor in ("iptables", "nftables"):
            lines.append("    routes:")
            lines += [f"      - {{to: {one.to}, via: {one.via}, interface: {one.interface}}}" for one in device.routes]
            lines.append("    routes_complete: true")
    lines += ["", "links:", *(f"  - {text}" for text in city.links)]
    lines += ["", "gateways:", *(f"  - {text}" for text in city.gateways)]
    lines += ["", "taps:", *(f"  - {{id: {tap}, device: {at}, interface: {leg}}}" for tap, at, leg in city.points)]
    lines += ["", "attestations:", *(f"  - {text}" for text in city.attestations)]
    lines += ["", "assumptions:", *(f"  - {text}" for text in city.assumptions)]
    return "\n".join(lines) + "\n"


def _leg(city: City, device: Device, leg: Leg) -> str:
    segment = "" if city.segments[leg.segment].kind == "line" else leg.segment
    address = str(city.length(leg)) if leg.address and not segment else leg.address
    keys = (("segment", segment), ("address", address), ("vrf", leg.vrf))
    return "{" + ", ".join(f"{key}: {value}" for key, value in keys if value) + "}"


def policy(city: City) -> str:
    """Return the text of policy.yaml."""
    lines = [
        f"# {city.name} (架空) の許可と要求。 What the invented city permits and requires.",
        "segcheck: 1",
        "",
        "profiles:",
        f"  - {{model: {city.model}, guideline_edition: R7.3, segments: all}}",
    ]
    if city.options:
        lines += ["", "options:", *(f"  {text}" for text in city.options)]
    lines += ["", "register:"]
    for number, one in enumerate(city.register, 1):
        services = ", ".join(one.services)
        path = f"path: [{', '.join(one.path)}], " if one.path else ""
        more = f"{one.more}, " if one.more else ""
        lines += [
            f"  - {{id: {one.id}, kind: {one.kind}, from: {one.source}, to: {one.destination}, "
            f"service: [{services}], {path}{more}",
            f"     purpose: {one.purpose}, {APPROVED.format(number=number, expires=one.expires)}}}",
        ]
    lines += ["", "required:"]
    lines += [
        f"  - {{id: {name}, from: {source}, to: {destination}, service: {service}, purpose: {purpose}}}"
        for name, source, destination, service, purpose in city.required
    ]
    if city.chains:
        lines += ["", "chains:", *(f"  - {text}" for text in city.chains)]
    lines += ["", "organs:", *(f"  - {text}" for text in city.organs)]
    return "\n".join(lines) + "\n"
