"""Firewalls of the internet tier whose monitoring is declared too weak, or whose logs cannot arrive where it is declared."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._declared import (
    Subject,
    among,
    backed,
    broken,
    by_name,
    coverage,
    finding,
    given,
    lacks,
    nothing,
    recent,
)
from segcheck.checks._reaching import addresses_of, refused
from segcheck.model.check import Check
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site_words import DeviceKind, DocumentKind, Responsibility, Tier

CHECK = Check(
    id="monitoring-evidence",
    weight=Weight.HIGH,
    requirements=("IN-06",),
    title=("監視の不足", "Monitoring falls short"),
    message=(
        "{subject} の監視の申告が足りないか、ログが申告した送信先に届かない。{facts}",
        "What is declared of the monitoring of {subject} is not enough, or its logs cannot arrive. {facts}",
    ),
    why=(
        "検知もログもなければ、不正な通信があっても誰も気付かない。",
        "Without detection and logs nobody notices traffic that should not be there.",
    ),
    fix=(
        "侵入検知を有効にしてシグネチャを新しく保ち、ログの送信先までの規則を通す。",
        "Switch detection on, keep its signatures current, and permit the logs to their target.",
    ),
    wrong=(
        "検知を別の装置 (セキュリティクラウドなど) で行い、申告していないとき。",
        "If something else detects and nobody declared it.",
    ),
    reads=(Basis.ATTRIBUTES,),
)
KINDS = (DeviceKind.FIREWALL, DeviceKind.ROUTER, DeviceKind.VPN)
DETECTS = among("ids", "inline", "mirror")
LOGS = given("log_targets")
AGE = recent("signatures_date", needed=False)
#: Syslog over UDP and TCP, and over TLS (RFC 5426, 6587, 5425).
SYSLOG = ((17, 514), (6, 514), (6, 6514), (17, 6514))


def find(context: Context) -> Iterator[Finding]:
    """Yield devices with old signatures or unreachable log targets, and all if each declares that it detects nothing."""
    devices = tuple(_devices(context))
    blind = [one for one in devices if broken(context, one, (DETECTS,))]
    for subject in devices:
        wrong = broken(context, subject, (AGE, DETECTS) if len(blind) == len(devices) else (AGE,))
        if wrong:
            yield finding(CHECK, subject, wrong)
        targets = subject.attributes.get("log_targets")
        for name in targets.value if targets is not None and isinstance(targets.value, tuple) else ():
            ends = addresses_of(context, name)
            packets = [refused(context, addresses_of(context, subject.id), end, SYSLOG) for _, end in ends]
            if targets is not None and packets and all(packets):
                more = tuple(packet for packet in packets[:1] if packet is not None)
                facts = f"log_targets: {name} (tcp/514, udp/514, tcp/6514, udp/6514 ×)"
                key = f"{subject.id}:log:{name}"
                yield finding(CHECK, subject, (targets,), more=more, facts=facts, key=key, rules=True)


def covered(context: Context) -> Covered:
    """Return whether log targets are declared of every device, and detection of one."""
    devices = tuple(_devices(context))
    if not devices:
        return nothing("インターネット接続系の境界機器がない", "no device of the city borders the internet tier")
    told = coverage(context, devices, (LOGS, AGE))
    if told.coverage is not Coverage.ASKED:
        return told
    detecting = [one for one in devices if "ids" in one.attributes]
    told = coverage(context, detecting or devices, (DETECTS,))
    return told if told.coverage is not Coverage.ASKED else _watched(context)


def _watched(context: Context) -> Covered:
    """Return whether somebody shows a sandbox, and a watch by day and night: on a device, a line or a service."""
    site = context.site
    held = [one for each in (site.devices, site.links, site.external_services) for one in each.values()]
    shown = {
        one.name
        for thing in held
        for one in thing.attributes
        if one.name in ("sandbox", "soc_24x7") and one.value is True and backed(one, context.day)
    }
    if any(one.kind is DocumentKind.SOC_REPORT for one in site.documents.values()):
        shown.add("soc_24x7")
    lacking = [name for name in ("sandbox", "soc_24x7") if name not in shown]
    return lacks([(name, name) for name in lacking]) if lacking else Covered(Coverage.ASKED)


def _devices(context: Context) -> Iterator[Subject]:
    """Yield the city's filtering devices with a leg in the internet tier and one elsewhere."""
    site = context.site
    for device in site.devices.values():
        if device.kind not in KINDS or device.responsibility is not Responsibility.CITY:
            continue
        segments = tuple(dict.fromkeys(one.segment for one in device.interfaces if one.segment))
        zones = {site.segments[name].zone for name in segments}
        mine = [zone for zone in zones if site.zones[zone].tier is Tier.INTERNET]
        if mine and len(zones) > 1:
            yield Subject(device.id, mine[0], Tier.INTERNET, segments, by_name(device.attributes), device.span)
