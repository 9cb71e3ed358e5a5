"""Border devices whose clock nobody compared of late, or whose source of time cannot be reached (時刻同期)."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._declared import Subject, by_name, coverage, finding, given, judged, nothing, repeated
from segcheck.checks._reaching import addresses_of, refused
from segcheck.model.check import Check
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.requirement import Covered
from segcheck.model.site_words import DeviceKind, Responsibility

CHECK = Check(
    id="clock-evidence",
    weight=Weight.MEDIUM,
    requirements=("X-13",),
    title=("境界機器の時刻のずれ", "The clock of a border device may be wrong"),
    message=(
        "{subject} の時刻を長く確かめていないか、申告した取得元に届かない。{facts}",
        "The clock of {subject} was not compared of late, or its declared source cannot be reached. {facts}",
    ),
    why=(
        "時刻が合わなければ、機器ごとの記録を突き合わせられない。",
        "Records of devices whose clocks differ cannot be put together.",
    ),
    fix=(
        "時刻の取得元までの規則を通し、時刻を確かめた日と資料を申告する。",
        "Permit the way to the source of time, and declare the day and evidence of the last comparison.",
    ),
    wrong=("時刻を別の方法 (GPS など) で合わせているとき。", "If the clock is set by other means, such as GPS."),
    reads=(Basis.ATTRIBUTES,),
)
KINDS = (DeviceKind.FIREWALL, DeviceKind.ROUTER, DeviceKind.VPN)
WANTED = (given("time_source"), repeated("clock_checked"))
NTP = ((17, 123),)


def find(context: Context) -> Iterator[Finding]:
    """Yield devices whose clock was compared too long ago, and sources that the exports surely refuse."""
    for subject in _devices(context):
        yield from judged(context, CHECK, (subject,), WANTED)
        source = subject.attributes.get("time_source")
        for name in source.value if source is not None and isinstance(source.value, tuple) else ():
            own = addresses_of(context, subject.id)
            packets = [refused(context, own, end, NTP) for _, end in addresses_of(context, name)]
            if source is not None and packets and all(packets):
                more = tuple(packet for packet in packets[:1] if packet is not None)
                facts = f"time_source: {name} (udp/123 ×)"
                key = f"{subject.id}:{name}"
                yield finding(CHECK, subject, (source,), more=more, facts=facts, key=key, rules=True)


def covered(context: Context) -> Covered:
    """Return whether it is declared of every border device where its time comes from, and when its clock was compared."""
    found = tuple(_devices(context))
    return coverage(context, found, WANTED) if found else nothing("境界機器がない", "no device stands between zones")


def _devices(context: Context) -> Iterator[Subject]:
    """Yield the city's filtering devices with legs in several zones."""
    site = context.site
    for device in site.devices.values():
        if device.kind not in KINDS or device.responsibility is not Responsibility.CITY:
            continue
        segments = tuple(dict.fromkeys(one.segment for one in device.interfaces if one.segment))
        zones = tuple(dict.fromkeys(site.segments[name].zone for name in segments))
        if len(zones) > 1:
            yield Subject(
                device.id, zones[0], site.zones[zones[0]].tier, segments, by_name(device.attributes), device.span
            )
