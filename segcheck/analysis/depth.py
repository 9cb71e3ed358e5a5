"""How deep the defence of each pair of places is: which devices, failing open, would alone let something across.

A device fails open where its filters pass everything and the rest of it, routes and translations, stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from segcheck.analysis import permitting
from segcheck.analysis.by_filters import apart
from segcheck.analysis.crossings import Judgement, ends
from segcheck.analysis.network import Network, Station
from segcheck.analysis.permitted import Permitted
from segcheck.analysis.reachability import Reach
from segcheck.model.crossing import Standing
from segcheck.model.pipeline import Stage, StageKind
from segcheck.model.site_words import DeviceKind

#: Nodes of the store that one device may take; what needs more goes without an answer.
CAPACITY = 1 << 20
_SHUT = (Standing.PROVEN, Standing.PROVEN_ASSUMING)


def opened_by(
    judgement: Judgement, progress: Callable[[int, int], None] | None = None
) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Return for each proven pair (keys of source and receiver) the devices that would alone open it, in their order.

    () = it takes two at least, or nothing leads there. What arrives translated counts as opened, unless it does so already:
    then there is no answer for that pair. Costs another flood from every source for each device that filters.

    Raises:
        CapacityExceeded: a device takes more than `CAPACITY`.
    """
    network = judgement.reach.network
    registered = [cut for allowance in judgement.allowances for cut in permitting.cuts(allowance)]
    pairs = [
        pair
        for pair in judgement.pairs
        if pair.standing in _SHUT and not judgement.reach.renamed(pair.src.id, ends(pair)[1])
    ]
    found: dict[tuple[str, str], tuple[str, ...]] = {ends(pair): () for pair in pairs}
    walls = [name for name, station in network.stations.items() if _filters(station)]
    for done, name in enumerate(walls):
        if progress is not None:
            progress(done, len(walls))
        reach = Reach(_failing(network, name), cuts=registered, capacity=CAPACITY)
        permitted = Permitted(reach.universe, reach.network, judgement.allowances)
        for pair in pairs:
            if not apart(reach, permitted, pair):
                found[ends(pair)] = (*found[ends(pair)], name)
    return found


def _filters(station: Station) -> bool:
    config = station.config
    if config is None or station.assumed or station.device.kind is DeviceKind.HOST:
        return False
    stages = (*config.pipeline.ingress, *config.pipeline.forward)
    return any(stage.kind is StageKind.FILTER and stage.bindings for stage in stages)


def _failing(network: Network, name: str) -> Network:
    """Return the network with one device that filters nothing of what passes through it."""
    station = network.stations[name]
    assert station.config is not None
    pipeline = replace(
        station.config.pipeline,
        ingress=_open(station.config.pipeline.ingress),
        forward=_open(station.config.pipeline.forward),
    )
    failing = replace(station, config=replace(station.config, pipeline=pipeline))
    return replace(network, stations={**network.stations, name: failing})


def _open(stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
    return tuple(stage for stage in stages if stage.kind is not StageKind.FILTER)
