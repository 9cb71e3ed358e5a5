"""A route goes to a router that the topology lacks: what lies behind it nobody has said (DESIGN §2.5)."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks import _entries
from segcheck.checks._base import Context
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site_words import DeviceKind, Responsibility
from segcheck.sets import addresses

CHECK = Check(
    id="undeclared-next-hop",
    weight=Weight.HIGH,
    requirements=("IN-02", "P-01"),
    title=("トポロジーにないルーターへの経路", "A route to a router that the topology lacks"),
    message=(
        "{device} の経路の次ホップ {gateway} ({place}) がトポロジーにない。その先は不明として扱う。追加する行: {line}",
        "{device} routes to {gateway} in {place}, which is not in the topology; behind it lies `unknown`. Line to add: {line}",
    ),
    why=(
        "書かれていないルーターの先は、誰も確かめていない経路である。",
        "What lies behind a router that nobody wrote down is a way that nobody checked.",
    ),
    fix=(
        "ルーターをトポロジーに書き加えるか、経路を削除する。",
        "Add the router to the topology, or delete the route.",
    ),
    wrong=(
        "次ホップが外部の回線の機器のとき。回線を external のセグメントとして宣言する。",
        "If the next hop stands on a line to others: declare that as an external segment.",
    ),
)


def covered(context: Context) -> Covered:
    """Return whether the routes of every device are known: of others nobody knows the next hops."""
    own = {
        name: one.config
        for name, one in context.network.stations.items()
        if name in context.site.devices
        and context.concerns_device(name)
        and one.device.responsibility is Responsibility.CITY
        and one.device.kind not in (DeviceKind.HOST, DeviceKind.SWITCH)
    }
    if not own:
        return Covered(Coverage.NOTHING_TO_ASK, ("団体の機器がない", "the city has no devices of its own"))
    return _entries.lacking(
        (name for name, config in own.items() if config is None or not config.routing_known),
        ("経路の全体が分からない機器がある: {names}", "Not all routes are known of: {names}"),
    )


def find(context: Context) -> Iterator[Finding]:
    """Yield each next hop that no device has, once."""
    for stray in context.network.strays:
        gateway = addresses.text(stray.gateway)
        line = f"- {{id: ?, kind: router, interfaces: {{?: {{segment: {stray.place}, address: {gateway}}}}}}}"
        span = stray.span or context.site.devices[stray.device].span
        yield Finding(
            check=CHECK.id,
            weight=CHECK.weight,
            standing=Standing.VIOLATED,
            basis=(Basis.RULES,),
            subject=f"{stray.device} {gateway}",
            key=f"{stray.place}:{gateway}",
            src_zone=context.zone_of(stray.place),
            params=(("device", stray.device), ("gateway", gateway), ("place", stray.place), ("line", line)),
            evidence=(ConfigEvidence(span, "", f"{stray.device}::{gateway}"),),
            remedy=(
                f"topology.yaml の devices に「{line}」を加えるか、経路を削除する。",
                f"Add “{line}” to devices in topology.yaml, or delete the route.",
            ),
            requirements=CHECK.requirements,
        )
