"""Screen transfer that carries more than the screen: clipboard, drives, printers, USB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from segcheck.checks._base import Context
from segcheck.checks._declared import Subject, among, broken, coverage, finding, hosts, nothing
from segcheck.model.check import Check
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.requirement import Covered
from segcheck.model.site_words import EndpointKind, HostRole, Method, Tier

CHECK = Check(
    id="screen-redirection",
    weight=Weight.HIGH,
    requirements=("LG-04", "MN-10"),
    title=("画面転送で画面以外を渡せる", "Screen transfer carries more than the screen"),
    message=(
        "画面転送 {subject} で、画面以外の転送が理由なく有効になっている。{facts}",
        "Screen transfer {subject} carries more than the screen, with no reason given. {facts}",
    ),
    why=(
        "クリップボードやドライブの転送は、無害化を通らないファイルの経路になる。",
        "Clipboard and drives carry files past the sanitiser.",
    ),
    fix=(
        "クリップボード、ドライブ、プリンタ、USB の転送を止める。必要なものは向きと承認を記録する。",
        "Switch off clipboard, drive, printer and USB redirection; record direction and approval of what is needed.",
    ),
    wrong=("申告の後に設定を変えたとき。", "If the setting was changed after it was declared."),
    reads=(Basis.ATTRIBUTES,),
)
ASKED = (
    among("channel_clipboard", "disabled"),
    among("channel_drive", "disabled"),
    among("channel_printer", "disabled"),
    among("channel_usb", "disabled"),
)
METHODS = (Method.SCREEN, Method.SCREEN_CONTAINER)
#: Screen servers stand in these tiers: in α on the internet side, in β on the LGWAN side.
TIERS = (Tier.MYNUMBER, Tier.LGWAN, Tier.INTERNET, Tier.SANITISE, Tier.DMZ)


def find(context: Context) -> Iterator[Finding]:
    """Yield servers with an open channel; a reason permits one, but never where the My Number tier is an end."""
    for subject in _servers(context):
        wrong = broken(context, subject, ASKED)
        mynumber = _mynumber(context, subject)
        if wrong and mynumber:
            yield finding(CHECK, subject, wrong, weight=Weight.CRITICAL, requirements=("LG-04", "MN-10"))
        elif wrong and "channel_reason" not in subject.attributes:
            yield finding(CHECK, subject, wrong, requirements=("LG-04",))


def covered(context: Context) -> Mapping[str, Covered]:
    """Return whether every channel of every screen server is declared; MN-10 is about those of the My Number tier."""
    servers = tuple(_servers(context))
    inside = tuple(one for one in servers if _mynumber(context, one))
    return {name: _covered(context, inside if name == "MN-10" else servers) for name in CHECK.requirements}


def _covered(context: Context, servers: Sequence[Subject]) -> Covered:
    if not servers:
        return nothing("画面転送サーバがない", "there is no screen server")
    return coverage(context, servers, ASKED)


def _servers(context: Context) -> Iterator[Subject]:
    named = {host for one in context.site.gateways.values() if one.method in METHODS for host in one.hosts}
    for subject in hosts(context, TIERS):
        host = context.site.hosts.get(subject.id)
        if host is not None and (host.role is HostRole.SCREEN_SERVER or host.id in named):
            yield subject


def _mynumber(context: Context, subject: Subject) -> bool:
    """Return whether a server, or whoever it shows its screen to, is in the My Number tier."""
    site = context.site
    if subject.tier is Tier.MYNUMBER:
        return True
    for gateway in site.gateways.values():
        if subject.id not in gateway.hosts:
            continue
        for leg in gateway.legs:
            peer = site.hosts.get(leg.peer.id) if leg.peer.kind is EndpointKind.HOST else None
            zone = context.zone_of(peer.segment) if peer is not None else ""
            if leg.peer.kind is EndpointKind.GROUP:
                members = context.site.groups[leg.peer.id]
                zones = {context.zone_of(name) for name in site.segments if _in(context, name, members.id)}
                if any(site.zones[one].tier is Tier.MYNUMBER for one in zones if one in site.zones):
                    return True
            if zone in site.zones and site.zones[zone].tier is Tier.MYNUMBER:
                return True
    return False


def _in(context: Context, segment: str, group: str) -> bool:
    held = context.site.groups[group]
    stands = any(context.site.hosts[one].segment == segment for one in held.hosts)
    return stands or segment in held.segments or context.network.addresses[segment].meets(held.ranges)
