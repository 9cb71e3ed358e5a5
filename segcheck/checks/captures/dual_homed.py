"""A capture shows one host in two zones: the same hardware address holds addresses of both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from segcheck.analysis.network.addressing import shares
from segcheck.checks._base import crossing_requirements, crossing_weight
from segcheck.checks._neighbours import CLAIMS, VIRTUAL, Heard, Told, Wire, few, finding, listed, wires
from segcheck.checks._seen import SeenContext
from segcheck.model.check import Check, Said
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site import Host
from segcheck.model.site_words import DeviceKind, HostRole, Tier
from segcheck.sets.addresses import parse_one

CHECK = Check(
    id="dual-homed",
    weight=Weight.CRITICAL,
    requirements=("X-01", "MN-01", "MN-02", "LG-01", "LG-05", "LG-07", "IN-01", "X-03", "X-04", "X-12"),
    title=("二つの系統に同時につながるホスト", "A host in two zones at once"),
    message=(
        "MAC アドレス {mac} が、{zones} のアドレス {addresses} を持っている ({reason_ja})。フレーム {packets}、{first} から {last} (日本時間)、地点 {taps}。",
        "MAC address {mac} holds addresses of {zones}: {addresses} ({reason_en}). Frames {packets}, {first} to {last} (Japan), taps {taps}.",
    ),
    unsure=(
        ("二つの系統に現れる MAC アドレス", "A MAC address that shows in two zones"),
        (
            "MAC アドレス {mac} が、{zones} のアドレス {addresses} を持っている ({reason_ja})。フレーム {packets}、{first} から {last} (日本時間)、地点 {taps}。",
            "MAC address {mac} holds addresses of {zones}: {addresses} ({reason_en}). Frames {packets}, {first} to {last} (Japan), taps {taps}.",
        ),
    ),
    why=(
        "ケーブル 2 本、または有線と無線で二つの系統につながるホストは、境界の機器を通らずに両方の通信を扱う。規則には現れない。",
        "With two cables, or cable and wireless, it deals with both zones past every device between them; no rule shows it.",
    ),
    fix=(
        "片方の接続を外し、使わない側のポートを無効にする。",
        "Take one connection away and disable that port.",
    ),
    wrong=(
        "二つのゾーンに立つことを認めた機器が宣言されていないとき、または仮想基盤が同じ MAC アドレスを重ねて割り当てたとき。",
        "If it is a device that may stand in both and nobody declared it, or if a hypervisor gave one MAC address out twice.",
    ),
    crosses=True,
    asks=Basis.CAPTURES,
)

_TIERS = list(Tier)


@dataclass(frozen=True, slots=True)
class _Stand:
    """A claim with the zone that it stands in: that of its address, else that of the wire."""

    wire: Wire
    heard: Heard
    zone: str


def find(context: SeenContext) -> Iterator[Finding]:
    """Yield each hardware address that holds addresses of two zones.

    Left out are virtual addresses of redundant routers, what a declared device's address is claimed by, and hosts that are
    meant to stand in two zones: sanitisers, and the hosts of gateways. If a declared device of both zones is redundant, or not
    heard under a hardware address of its own, one that nobody declared may be that: undecided.
    """
    stands, devices = _stands(context)
    alike: dict[tuple[str, ...], list[Told]] = {}
    wire: dict[tuple[str, ...], Wire] = {}
    for mac, mine in sorted(stands.items()):
        # what shows it comes first: the first claim of each zone
        first = {one.zone: one for one in sorted(mine, key=_order, reverse=True)}
        hosts = _hosts(mine)
        meant = bool(hosts) and all(_meant(context, host) for host in hosts)
        if len(first) < 2 or mac in devices or mac.startswith(VIRTUAL) or meant:
            continue
        zones = tuple(sorted(first, key=lambda zone: (_TIERS.index(context.site.zones[zone].tier), zone)))
        shown = [first[zone] for zone in zones]
        shown += [one for one in sorted(mine, key=_order) if one is not first[one.zone]]
        standing, reason = _judged(context, devices, zones, hosts, mac)
        alike.setdefault(zones, []).append(Told((mac,), standing, reason, tuple(one.heard for one in shown)))
        wire.setdefault(zones, shown[0].wire)
    for zones, same in alike.items():
        for told in few(same):
            yield _finding(wire[zones], told, zones)


def covered(context: SeenContext) -> Covered:
    """Return whether hosts of two zones at least were heard."""
    if len(context.site.zones) < 2:
        return Covered(Coverage.NOTHING_TO_ASK, ("ゾーンが 1 つだけ", "there is one zone only"))
    stands, _ = _stands(context)
    if len({one.zone for mine in stands.values() for one in mine}) < 2:
        return Covered(
            Coverage.NO_INPUT,
            (
                "二つのゾーンの ARP・近隣広告がキャプチャにない",
                "no capture holds ARP or neighbour advertisements of two zones",
            ),
        )
    return Covered(Coverage.ASKED)


def _stands(context: SeenContext) -> tuple[dict[str, list[_Stand]], dict[str, set[str]]]:
    """Return where each hardware address stands, and whose of the declared devices each is that claims a device's address."""
    site = context.site
    owned = {name: own for name, own in shares(site).items() if name in site.segments}
    ports = {
        address.address: device
        for device, station in context.network.stations.items()
        if station.device.kind is not DeviceKind.HOST
        for port in station.ports
        for address in port.addresses
    }
    found: dict[str, list[_Stand]] = {}
    devices: dict[str, set[str]] = {}
    for wire in wires(context):
        for heard in wire.of(*CLAIMS):
            address = parse_one(heard.one.address)
            if address in ports:
                devices.setdefault(heard.one.mac, set()).add(ports[address])
            zone = wire.zone
            if wire.segment is None or address not in owned[wire.segment.id]:
                near = (
                    name
                    for name, own in owned.items()
                    if address in own and (wire.segment is None or wire.segment.domain == site.segments[name].domain)
                )
                zone = next((site.segments[name].zone for name in near), zone)
            if zone:
                found.setdefault(heard.one.mac, []).append(_Stand(wire, heard, zone))
    return found, devices


def _hosts(stands: Sequence[_Stand]) -> list[Host]:
    found = (one.wire.host(one.heard.one) for one in stands)
    return list({host.id: host for host in found if host is not None}.values())


def _meant(context: SeenContext, host: Host) -> bool:
    """Return whether a host is declared as something that stands between zones."""
    joining = {name for gateway in context.site.gateways.values() for name in gateway.hosts}
    return host.role is HostRole.SANITISER or host.id in joining or host.id in context.site.devices


def _judged(
    context: SeenContext, devices: dict[str, set[str]], zones: Sequence[str], hosts: Sequence[Host], mac: str
) -> tuple[Standing, Said]:
    names = ", ".join(host.id for host in hosts)
    told = (f"宣言では {names}", f"declared as {names}") if names else ("宣言なし", "not declared")
    # of a redundant pair each unit has a hardware address of its own, which nobody declared, beside the virtual one
    heard = {name for own, claimed in devices.items() if not own.startswith(VIRTUAL) for name in claimed}
    both = sorted(
        device
        for device, station in context.network.stations.items()
        if (device not in heard or station.device.members)
        and station.device.kind is not DeviceKind.HOST
        and {*zones} <= {context.network.places[place].zone for port in station.ports for place in port.places}
    )
    if not both or any(mac in host.macs for host in hosts):
        return Standing.VIOLATED, told
    return Standing.UNDECIDED, (
        f"{told[0]}、{both[0]} の MAC アドレスかもしれない",
        f"{told[1]}; it may be one of {both[0]}",
    )


def _finding(wire: Wire, told: Told, zones: Sequence[str]) -> Finding:
    tiers = [wire.context.site.zones[zone].tier for zone in zones]
    pairs = [(a, b) for place, a in enumerate(tiers) for b in tiers[place + 1 :]]
    broken = dict.fromkeys(name for a, b in pairs for name in crossing_requirements(a, b))
    names, between = listed(told.names), ", ".join(zones)
    found = finding(
        CHECK,
        wire,
        told,
        weight=min((crossing_weight(a, b) for a, b in pairs), key=lambda one: one.rank),
        params={
            "mac": names,
            "zones": between,
            "addresses": listed(heard.one.address for heard in told.members),
        },
        remedy=(
            f"{names} がつながるポートを探し、{between} のうち一つだけにつなぐ。二つに立つことを認めた機器であれば宣言する。",
            f"Find the ports of {names} and leave it in one of {between}; "
            "declare it if it is a device that may stand in both.",
        ),
    )
    return replace(
        found,
        subject=f"{names} {between}",
        key=told.key,
        src_zone=zones[0],
        dst_zone=zones[1],
        zones=tuple((a, b) for place, a in enumerate(zones) for b in zones[place + 1 :]),
        requirements=("X-01", *broken),
    )


def _order(one: _Stand) -> tuple[int, str, str]:
    return one.heard.one.first, one.zone, one.heard.one.address
