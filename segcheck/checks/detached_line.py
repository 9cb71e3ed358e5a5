"""An internet line that is no exit yet stands on a device of the tiers, or one declared as detached does."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis.exits import exits, shared
from segcheck.analysis.network import Network
from segcheck.checks._base import Context
from segcheck.model.check import Check, Said
from segcheck.model.crossing import Standing
from segcheck.model.exit import Leads
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site import Link
from segcheck.model.site_words import LinkKind

CHECK = Check(
    id="detached-line",
    weight=Weight.HIGH,
    requirements=("IN-11", "IN-02"),
    title=("三層の機器につながる別回線", "A line past the security cloud is not detached"),
    message=(
        "回線 {link} ({kind}) は三層から切り離されていない: {what_ja}。",
        "Line {link} ({kind}) is not detached from the three tiers: {what_en}.",
    ),
    why=(
        "機器を共有していれば、設定の誤り一つで、三層がセキュリティクラウドを通らずに外へつながる。",
        "On a shared device one slip of configuration joins the tiers to the outside past the security cloud.",
    ),
    fix=(
        "回線を専用の機器と配線に移す。共有する機器から外す。",
        "Move the line to a device and cabling of its own.",
    ),
    wrong=(
        "セグメントのゾーンの tier、または回線の端の書き誤り。",
        "If the tier of a zone, or an end of the line, is written wrongly.",
    ),
)


def covered(context: Context) -> Covered:
    """Return whether lines past the security cloud are declared at all."""
    if any(_asked(link) for link in context.site.links.values()):
        return Covered(Coverage.ASKED)
    return Covered(
        Coverage.NOTHING_TO_ASK,
        ("isp・lte・detached の回線の宣言がない", "no line of kind isp or lte, and none that is detached, is declared"),
    )


def find(context: Context) -> Iterator[Finding]:
    """Yield each such line on a device that stands in the tiers too; one that is an exit already is told as that."""
    told = {
        link.id
        for one in exits(context.network)
        if one.leads in (Leads.EXIT, Leads.OPEN, Leads.BREAKOUT)
        for link in one.links
        if not link.detached
    }
    for link in context.site.links.values():
        if link.id in told or not _asked(link):
            continue
        for device, zones in _devices(context.network, link):
            what = (
                f"{device} が {', '.join(zones)} にもつながっている",
                f"{device} stands in {', '.join(zones)} as well",
            )
            yield _finding(context, link, device, zones[0], what)


def _asked(link: Link) -> bool:
    return link.detached or link.kind in (LinkKind.ISP, LinkKind.LTE)


def _devices(network: Network, link: Link) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the devices that a line reaches, by its ends or on the segments that it carries, with the tiers' zones they are in."""
    segments = {name for end in link.ends for name in (end.segment,) if name} | set(link.segments)
    for name in network.stations:
        device = network.site.devices.get(name)
        if device is None:
            continue
        ends = any(end.device == name for end in link.ends)
        on_it = any(one.segment in segments for one in device.interfaces)
        if (ends or on_it) and (zones := shared(network, name)):
            yield name, zones


def _finding(context: Context, link: Link, device: str, zone: str, what: Said) -> Finding:
    return Finding(
        check=CHECK.id,
        weight=CHECK.weight,
        standing=Standing.VIOLATED,
        basis=(Basis.RULES,),
        subject=link.id,
        key=f"{link.id}:{device}",
        src_zone=zone,
        params=(("link", link.id), ("kind", link.kind.value), ("what_ja", what[0]), ("what_en", what[1])),
        evidence=(
            ConfigEvidence(link.span, f"link {link.id}: {link.kind.value}"),
            ConfigEvidence(context.site.devices[device].span, f"device {device}"),
        ),
        remedy=(
            f"回線 {link.id} を {device} から外し、専用の機器と配線に移す。",
            f"Take line {link.id} off {device} and give it a device and cabling of its own.",
        ),
        requirements=CHECK.requirements,
    )
