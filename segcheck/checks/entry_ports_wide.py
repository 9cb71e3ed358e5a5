"""A register entry permits a protocol with all its ports, or a range so wide that no service is named by it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from segcheck.analysis import permitting
from segcheck.checks import _entries
from segcheck.checks._base import Context
from segcheck.model.check import Check
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.register import RegisterEntry
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site import Service
from segcheck.sets.intervals import IntervalSet

CHECK = Check(
    id="entry-ports-wide",
    weight=Weight.HIGH,
    requirements=("SP-2", "MN-03", "X-12"),
    title=("ポートを特定していない登録", "An entry that does not name its ports"),
    message=(
        "台帳 {entry} はサービスをポートで特定していない: {services}",
        "Register entry {entry} does not name the ports of its services: {services}",
    ),
    why=(
        "ポートを限らなければ、承認した業務とは別の通信 (ファイル共有、遠隔操作など) も同じ登録で通る。",
        "Without ports the entry carries any other service of the same hosts too: file sharing, remote control.",
    ),
    fix=(
        "使うポートだけを台帳に書き、製品の設定でポートを固定する。",
        "Write only the ports in use, and pin them in the product's settings.",
    ),
    wrong=(
        "製品がポートを固定できないとき。理由と範囲を承認の記録に残す。",
        "If the product cannot pin its ports: keep the reason and the range with the approval.",
    ),
    reads=(Basis.ATTRIBUTES,),
)
#: Ports of one service beyond which it counts as not named: as many as there are well-known ones (our own reading of SP-2).
MOST = 1024
ALL_PORTS = IntervalSet.of((0, 65535))
#: Protocols that have ports.
_PORTED = frozenset((6, 17, 33, 132, 136))


def find(context: Context) -> Iterator[Finding]:
    """Yield each entry in force with a service that leaves its ports open, with the packets of those services."""
    universe = context.judgement.reach.universe
    for entry in _entries.in_force(context):
        services = _open(dict.fromkeys(_services(context, entry)))
        if not services:
            continue
        packets = universe.nothing
        for allowance in permitting.of_entry(context.site, entry):
            asked = permitting.openings(universe, replace(allowance, services=services))
            packets = packets | (asked & universe.field("dst", allowance.responders))
        told = ", ".join(one.text for one in services)
        yield _entries.finding(
            CHECK,
            context.network,
            entry,
            "SP-2",
            worst=True,
            params=(("services", told),),
            packets=packets.boxes(8),
            remedy=(
                f"台帳 {entry.id} の {told} を、実際に使うポートに限って承認を得る。",
                f"Restrict {told} of register entry {entry.id} to the ports in use, and have it approved.",
            ),
        )


def covered(context: Context) -> Covered:
    """Return ASKED wherever the register has entries in force."""
    return Covered(Coverage.ASKED) if _entries.in_force(context) else _entries.NO_ENTRY


def _services(context: Context, entry: RegisterEntry) -> Iterator[Service]:
    if not (entry.gateway and entry.legs):
        yield from entry.services
        return
    for leg in context.site.gateways[entry.gateway].legs:
        if leg.id in entry.legs:
            yield from leg.services


def _open(services: Iterable[Service]) -> tuple[Service, ...]:
    """Return the services of each protocol of which all together leave more ports open than `MOST`."""
    ported = [one for one in services if one.protocol in _PORTED]
    ports = {one.protocol: IntervalSet.empty() for one in ported}
    for one in ported:
        ports[one.protocol] = ports[one.protocol] | (one.ports if one.ports is not None else ALL_PORTS)
    return tuple(one for one in ported if ports[one.protocol].count > MOST)
