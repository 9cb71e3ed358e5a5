"""Neighbours in the devices' own ARP tables that the topology lacks, or knows by another hardware address."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._declared import Subject, finding, missing, nothing
from segcheck.model.check import Check
from segcheck.model.declared import Heard
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.requirement import Covered
from segcheck.model.site_words import DeviceKind, ExportRole, Responsibility
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

CHECK = Check(
    id="neighbour-population",
    weight=Weight.HIGH,
    requirements=("P-01",),
    title=("宣言していない隣接機器", "A neighbour that nobody declared"),
    message=(
        "{subject} の ARP テーブルに、トポロジーにない、または MAC アドレスの違う相手がある。{facts}",
        "The ARP table of {subject} has a neighbour that the topology lacks, or knows by another address. {facts}",
    ),
    why=(
        "宣言していない機器が同じセグメントにあれば、判定していない経路がありうる。",
        "With a device on the wire that nobody declared there may be a way that nobody judged.",
    ),
    fix=(
        "実物を確かめ、ホスト・機器・グループに加えるか、取り外す。",
        "Look at the thing itself; declare it as a host, device or group, or take it off.",
    ),
    wrong=(
        "仮想 MAC、代理応答、交換した機器の古い記載。",
        "Virtual MAC addresses, proxy ARP, or hardware that was replaced since.",
    ),
    reads=(Basis.ATTRIBUTES,),
)
#: Beyond these segments nobody declares single hosts.
ROUTING = (DeviceKind.FIREWALL, DeviceKind.ROUTER, DeviceKind.L3_SWITCH, DeviceKind.VPN)


def find(context: Context) -> Iterator[Finding]:
    """Yield each neighbour once for a device: undeclared, or declared with another hardware address."""
    declared = _declared(context)
    macs = {one: host.macs for host in context.site.hosts.values() for one in host.addresses if host.macs}
    seen: set[tuple[str, int]] = set()
    for one in context.site.heard:
        if (one.device, one.address) in seen:
            continue
        seen.add((one.device, one.address))
        text = f"{addresses.text(one.address)} ({one.mac})"
        if one.address not in declared:
            yield _finding(context, one, text)
        elif one.address in macs and one.mac not in macs[one.address]:
            yield _finding(context, one, f"{text} ≠ {', '.join(macs[one.address])}")


def covered(context: Context) -> Covered:
    """Return that neighbours were not all looked at: ARP tables are read where given, LLDP and tunnel peers are not."""
    routing = [
        one
        for one in context.site.devices.values()
        if one.kind in ROUTING and one.responsibility is Responsibility.CITY and context.concerns_device(one.id)
    ]
    if not routing:
        return nothing("経路を持つ機器がない", "there is no device that routes")
    heard = {one.device for one in context.site.heard}
    silent = [one.id for one in routing if one.id not in heard]
    if silent:
        names = ", ".join(silent)
        kind = ExportRole.ARP.value
        return missing(
            f"ARP テーブルがないか読めない: {names} (exports に role: {kind})",
            f"no ARP table, or none that could be read: {names} (exports, role: {kind})",
        )
    return missing(
        "LLDP・MAC テーブルとトンネルの相手は、この版では読まない",
        "LLDP and MAC tables and peers of tunnels are not read by this version",
    )


def _declared(context: Context) -> IntervalSet:
    site = context.site
    found = IntervalSet.of(*(one for host in site.hosts.values() for one in host.addresses))
    found = found | IntervalSet.of(
        *(each.address for device in site.devices.values() for one in device.interfaces for each in one.addresses)
    )
    for bound in context.bindings:
        for port in bound.config.interfaces if bound.config is not None else ():
            found = found | IntervalSet.of(*(one.address for one in port.addresses))
    for group in site.groups.values():
        found = found | group.ranges
    return found


def _finding(context: Context, one: Heard, facts: str) -> Finding:
    device = context.site.devices[one.device]
    subject = Subject(one.device, "", None, (), {}, device.span)
    line = (ConfigEvidence(one.span, facts), ConfigEvidence(device.span, device.id))
    key = f"{one.device}:{addresses.text(one.address)}"
    return finding(CHECK, subject, (), facts=facts, more=line, key=key, rules=True)
