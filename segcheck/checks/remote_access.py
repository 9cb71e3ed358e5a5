"""Access from outside into the inner tiers by another way than it must take, or by one factor (テレワーク, リモートアクセス)."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._declared import (
    ASKED,
    Subject,
    among,
    by_name,
    coverage,
    factors,
    finding,
    judged,
    missing,
    nothing,
)
from segcheck.model.check import Check
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site_words import Responsibility, Tier

CHECK = Check(
    id="remote-access",
    weight=Weight.HIGH,
    requirements=("LG-12",),
    title=("外部からの接続の不備", "Access from outside falls short"),
    message=(
        "外部からの接続 {subject} が条件を満たさないか、申告と設定が食い違う。{facts}",
        "Access from outside by {subject} does not meet its conditions, or contradicts what is declared. {facts}",
    ),
    why=(
        "インターネットから直接、一つの要素だけで入れる接続は、庁内への入口そのものである。",
        "What can be reached from the internet and opened with one factor is the way in.",
    ),
    fix=(
        "セキュリティクラウドか閉域回線などを経由させ、多要素認証と端末認証を求める。使わない VPN の設定は消す。",
        "Lead it through the security cloud or a closed line, ask for two factors and the terminal's own; delete unused VPN settings.",
    ),
    wrong=("申告の後に設定を変えたとき。", "If the setting was changed after it was declared."),
    reads=(Basis.RULES, Basis.ATTRIBUTES),
)
INNER = (Tier.LGWAN, Tier.MYNUMBER)
WAY = (
    among("remote_route", "security_cloud", "closed_line", "lgwan_service", "screen"),
    factors(),
    among("device_auth", True),
)


def find(context: Context) -> Iterator[Finding]:
    """Yield ways in that by declaration fall short, and VPNs of exports where the zones declare that there is no such access."""
    yield from judged(context, CHECK, _ways(context), WAY)
    zones = tuple(_zones(context))
    denied = [one for one in zones if _says(one) == "none"]
    if denied and len(denied) == len(zones):
        told = denied[0].attributes["remote_access_use"]
        for device, name in _vpns(context):
            line = ConfigEvidence(context.site.devices[device].span, f"device {device}")
            facts = f"remote_access_use: none ≠ {device} VPN {name}"
            key = f"{device}:vpn:{name}"
            yield finding(CHECK, denied[0], (told,), more=(line,), facts=facts, key=key, rules=True)


def covered(context: Context) -> Covered:
    """Return whether each zone of the inner tiers says if it is used, and each way in what it asks for."""
    zones = tuple(_zones(context))
    if not zones:
        return nothing("LGWAN接続系・マイナンバー利用事務系のゾーンがない", "there is no zone of the inner tiers")
    told = coverage(context, zones, (among("remote_access_use", "none", "used"),))
    if told.coverage is not Coverage.ASKED:
        return told
    ways = tuple(_ways(context))
    if ways:
        return coverage(context, ways, WAY)
    if any(_says(one) == "used" for one in zones):
        return missing(
            "外部からの接続に使う機器・回線の remote_route が申告されていない",
            "no device, line or service declares by which way it is used (remote_route)",
        )
    return ASKED


def _zones(context: Context) -> Iterator[Subject]:
    for zone in context.site.zones.values():
        if zone.tier in INNER and zone.responsibility is Responsibility.CITY:
            yield Subject(zone.id, zone.id, zone.tier, (), by_name(zone.attributes), zone.span)


def _says(zone: Subject) -> object:
    told = zone.attributes.get("remote_access_use")
    return told.value if told is not None else None


def _ways(context: Context) -> Iterator[Subject]:
    """Yield what declares that it lets people in from outside."""
    site = context.site
    for held in (site.devices, site.links, site.external_services):
        for one in held.values():
            attributes = by_name(one.attributes)
            if "remote_route" in attributes:
                yield Subject(one.id, "", None, (), attributes, one.span)


def _vpns(context: Context) -> Iterator[tuple[str, str]]:
    """Yield the tunnels for people's terminals that exports open, with their device."""
    for name, station in context.network.stations.items():
        if name in context.site.devices and station.config is not None:
            yield from ((name, vpn.name) for vpn in station.config.client_vpns)
