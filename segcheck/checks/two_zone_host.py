"""Hosts that are declared to stand in two zones without a role for it, or that forward packets between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from segcheck.checks._base import Context
from segcheck.checks._declared import Subject, among, by_name, coverage, finding, lacks, nothing
from segcheck.model.check import Check
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site import Group, Host
from segcheck.model.site_words import HostRole, Responsibility

CHECK = Check(
    id="two-zone-host",
    weight=Weight.CRITICAL,
    requirements=("X-01", "X-02"),
    title=("二つのゾーンに接続するホスト", "A host in two zones"),
    message=(
        "ホスト {subject} が、認められた役割なしに二つのゾーンに接続しているか、パケットを転送する。{facts}",
        "Host {subject} stands in two zones without a role that may, or forwards packets. {facts}",
    ),
    why=(
        "一台で二つのゾーンに足があると、ファイアウォールを通らずに渡れる。",
        "One host with a leg in each zone is a bridge that no firewall sees.",
    ),
    fix=(
        "片方の接続を外す。無害化装置など両方に接続するものは、転送を止める。",
        "Take one leg off; what has to stand in both, such as a sanitiser, must not forward.",
    ),
    wrong=("同じ MAC アドレスの書き誤り、仮想 MAC。", "If a MAC address is a slip, or a virtual one."),
    reads=(Basis.ATTRIBUTES,),
)
#: Roles that may stand in two zones (domain X-01); firewalls and routers are devices.
ROLES = (HostRole.SANITISER, HostRole.SCREEN_SERVER, HostRole.JUMP_HOST)
_OTHERS = (HostRole.EXTERNAL_PEER, HostRole.CLOUD_SERVICE)
NO_FORWARDING = among("ip_forward", False)


def find(context: Context) -> Iterator[Finding]:
    """Yield hosts with legs in two zones that have no role for it, and those with one that forward."""
    for host in context.site.hosts.values():
        zones, more = _zones(context, host)
        subject = _subject(context, host)
        forwards = subject.attributes.get("ip_forward")
        if len(zones) > 1 and host.role not in ROLES:
            other = subject.attributes.get("other_segments")
            facts = f"zones: {', '.join(zones)}"
            wrong = (other,) if other is not None else ()
            told = finding(CHECK, subject, wrong, requirements=("X-01",), more=more, facts=facts)
            yield replace(told, also=zones)
        if forwards is not None and forwards.value is True and (len(zones) > 1 or _gateway(context, host)):
            told = finding(CHECK, subject, (forwards,), requirements=("X-02",), key=f"{host.id}:forward")
            yield replace(told, also=zones)


def covered(context: Context) -> Mapping[str, Covered]:
    """Return whether hosts can be told apart at all (X-01), and those with two legs are declared not to forward (X-02)."""
    hosts = [
        one for one in context.site.hosts.values() if one.segment and context.concerns(context.zone_of(one.segment))
    ]
    if not hosts:
        return dict.fromkeys(CHECK.requirements, nothing("ホストが宣言されていない", "no hosts are declared"))
    silent = [one.id for one in hosts if _own(context, one) and not one.macs and not _single(one)]
    silent += [
        one.id
        for one in context.site.groups.values()
        if one.role is not None and (one.ranges or one.segments)
        if not _single(one)
    ]
    apart = lacks([(f"{one} (mac, single_homed)", f"{one} (mac, single_homed)") for one in silent])
    two = [one for one in hosts if len(_zones(context, one)[0]) > 1]
    kept = coverage(context, [_subject(context, one) for one in two], (NO_FORWARDING,))
    told = apart if silent else Covered(Coverage.ASKED)
    # Hosts that nobody can tell apart may stand in two zones, and forward.
    return {
        "X-01": told,
        "X-02": kept if kept.reason[0] and not (silent and kept.coverage is Coverage.NOTHING_TO_ASK) else told,
    }


def _own(context: Context, host: Host) -> bool:
    """Return whether a host is the city's own: others' need not tell their MAC addresses."""
    zone = context.site.zones[context.site.segments[host.segment].zone]
    return zone.responsibility is Responsibility.CITY and host.role not in _OTHERS


def _single(one: Host | Group) -> bool:
    held = by_name(one.attributes).get("single_homed")
    return held is not None and held.value is True


def _zones(context: Context, host: Host) -> tuple[tuple[str, ...], tuple[ConfigEvidence, ...]]:
    """Return the zones in which a host has a leg: its own, those declared, those of hosts with a MAC address of its own."""
    site = context.site
    held = by_name(host.attributes).get("other_segments")
    segments = [host.segment, *(held.value if held is not None and isinstance(held.value, tuple) else ())]
    more: list[ConfigEvidence] = []
    for mac in host.macs:
        for other in _by_mac(context).get(mac, ()):
            if other.id != host.id:
                segments.append(other.segment)
                more.append(ConfigEvidence(other.span, f"{other.id}: {mac}"))
    zones = dict.fromkeys(site.segments[one].zone for one in segments if one in site.segments)
    return tuple(zones), tuple(more) if len(zones) > 1 else ()


def _by_mac(context: Context) -> dict[str, list[Host]]:
    found: dict[str, list[Host]] = defaultdict(list)
    for host in context.site.hosts.values():
        for mac in host.macs:
            found[mac].append(host)
    return found


def _gateway(context: Context, host: Host) -> bool:
    return any(host.id in one.hosts for one in context.site.gateways.values())


def _subject(context: Context, host: Host) -> Subject:
    zone = context.zone_of(host.segment) if host.segment else ""
    return Subject(host.id, zone, None, (host.segment,), by_name(host.attributes), host.span)
