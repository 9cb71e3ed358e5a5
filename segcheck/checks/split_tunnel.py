"""A tunnel for clients elsewhere carries only some of their traffic, though it leads into the inner tiers."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis.network import Station
from segcheck.checks._base import Context
from segcheck.model.check import Check
from segcheck.model.crossing import PlaceKind, Standing
from segcheck.model.device import ClientVpn
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site_words import DeviceKind, Tier

CHECK = Check(
    id="split-tunnel",
    weight=Weight.CRITICAL,
    requirements=("LG-12",),
    title=("VPN のスプリットトンネル", "A split-tunnel VPN"),
    message=(
        "{device} の VPN {name} は一部の宛先だけをトンネルに入れる。この VPN から {zones} に届く。",
        "VPN {name} of {device} sends only some destinations through the tunnel, and leads into {zones}.",
    ),
    unsure=(
        ("スプリットトンネルかどうか分からない VPN", "A VPN that may be a split tunnel"),
        (
            "{device} の VPN {name} について判定できない: {reason_ja}。",
            "VPN {name} of {device} cannot be decided: {reason_en}.",
        ),
    ),
    why=(
        "端末が庁内とインターネットへ同時につながり、セキュリティクラウドを通らない経路になる。端末を乗っ取れば庁内へ入れる。",
        "The client stands inside and on the internet at once, past the security cloud: whoever takes it over is inside.",
    ),
    fix=(
        "全通信をトンネルに入れ、インターネットへはセキュリティクラウドから出す。",
        "Send everything through the tunnel; the internet is reached by the security cloud.",
    ),
    wrong=(
        "端末側で直接の通信をすべて止めているとき。",
        "If the clients themselves stop whatever does not go through the tunnel.",
    ),
)
#: Formats of whose tunnels for clients the importers tell; exports of others do not say, or nobody reads it.
_READ = ("fortigate", "panos")
_INNER = (Tier.LGWAN, Tier.MYNUMBER)
_ROUTING = (DeviceKind.FIREWALL, DeviceKind.ROUTER, DeviceKind.L3_SWITCH, DeviceKind.VPN)


def find(context: Context) -> Iterator[Finding]:
    """Yield each tunnel for clients that is split, or may be, if what comes out of it stands in an inner tier or gets there."""
    for device, station in context.network.stations.items():
        for vpn in station.config.client_vpns if station.config is not None else ():
            if vpn.split is False:
                continue
            starts = _starts(context, station, vpn)
            zones = _reached(context, starts)
            if not starts:
                reason = (
                    "トンネルの出口のインターフェースもプールも宣言されていない",
                    "neither the interface nor the pool of the tunnel is declared",
                )
                yield _finding(context, device, vpn, zones, reason)
            elif zones:
                reason = ("", "")
                if vpn.split is None:
                    reason = (
                        "全通信をトンネルに入れるかがエクスポートにない",
                        "the export does not say whether everything goes through the tunnel",
                    )
                yield _finding(context, device, vpn, zones, reason)


def covered(context: Context) -> Covered:
    """Return whether there are tunnels for clients, and whether those of every device could be read."""
    stations = context.network.stations.items()
    blind = [
        name
        for name, station in stations
        if station.device.kind in _ROUTING
        and context.concerns_device(name)
        and (station.config is None or station.config.format not in _READ)
    ]
    if blind:
        names = ", ".join(blind)
        return Covered(
            Coverage.NO_INPUT,
            (f"VPN の設定を読めない機器: {names}", f"devices whose VPN settings cannot be read: {names}"),
        )
    if not any(
        context.concerns_device(name) and station.config is not None and station.config.client_vpns
        for name, station in stations
    ):
        return Covered(Coverage.NOTHING_TO_ASK, ("端末用の VPN がない", "no device offers a VPN to clients"))
    return Covered(Coverage.ASKED)


def _starts(context: Context, station: Station, vpn: ClientVpn) -> set[str]:
    """Return the places where what comes out of a tunnel stands: those of its interface, and the segments of its pool."""
    port = station.port(vpn.interface)
    found = {name for name in (port.places if port is not None else ()) if context.network.places[name].zone}
    return found | {
        name
        for name, place in context.network.places.items()
        if place.kind is PlaceKind.SEGMENT and vpn.pool.meets(context.network.addresses[name])
    }


def _reached(context: Context, starts: set[str]) -> dict[str, bool]:
    """Return the inner zones in which clients stand, or to which packets of theirs may get, and whether some surely do."""
    site, found = context.site, {}
    for name in sorted(starts):
        zone = context.zone_of(name)
        if zone in site.zones and site.zones[zone].tier in _INNER:
            found[zone] = True
    for pair in context.judgement.pairs:
        if pair.src.id in starts and pair.dst.tier in _INNER and pair.may:
            found[pair.dst.zone] = found.get(pair.dst.zone, False) or bool(pair.must)
    return found


def _finding(context: Context, device: str, vpn: ClientVpn, zones: dict[str, bool], reason: tuple[str, str]) -> Finding:
    if not reason[0] and not any(zones.values()):
        reason = (f"{', '.join(zones)} に届くか判定できない", f"whether it leads into {', '.join(zones)} is undecided")
    standing = Standing.UNDECIDED if reason[0] else Standing.VIOLATED
    evidence = (ConfigEvidence(vpn.span, "", f"{device}:vpn:{vpn.name}"),) if vpn.span is not None else ()
    return Finding(
        check=CHECK.id,
        weight=CHECK.weight if standing is Standing.VIOLATED else Weight.MEDIUM,
        standing=standing,
        basis=(Basis.RULES,),
        subject=f"{device} {vpn.name}",
        key=f"{device}:{vpn.name}",
        dst_zone=next(iter(zones), ""),
        params=(
            ("device", device),
            ("name", vpn.name),
            ("zones", ", ".join(zones) or "-"),
            ("reason_ja", reason[0]),
            ("reason_en", reason[1]),
        ),
        because=(f"client-vpn:{device}",) if standing is Standing.UNDECIDED else (),
        evidence=evidence,
        remedy=(
            f"{device} の VPN {vpn.name} で全通信をトンネルに入れる。",
            f"Have VPN {vpn.name} of {device} send everything through the tunnel.",
        ),
        requirements=CHECK.requirements,
    )
