"""Which pairs of places the rules alone keep apart, whatever the routes (`support: filters` of a crossing)."""

from __future__ import annotations

from dataclasses import replace

from segcheck.analysis import permitting
from segcheck.analysis.crossings import Judged, Judgement, ends, receiver_key
from segcheck.analysis.permitted import Permitted
from segcheck.analysis.reachability import Reach
from segcheck.model.crossing import Standing

#: Nodes of the store that this may take; what needs more goes without an answer.
CAPACITY = 1 << 20
_APART = (Standing.PROVEN, Standing.PROVEN_ASSUMING)


def by_filters_alone(judgement: Judgement) -> frozenset[tuple[str, str]]:
    """Return the pairs (keys of source and receiver) that stay proven if nothing is known of any device's routes.

    Their rules alone keep them apart. Costs another flood from every source. What may arrive translated counts as leaning on
    routes: which receiver it then has would have to be asked backward.

    Raises:
        CapacityExceeded: it takes more than `CAPACITY`.
    """
    network = judgement.reach.network
    stations = {
        name: replace(one, config=replace(one.config, routing_known=False)) if one.config is not None else one
        for name, one in network.stations.items()
    }
    registered = [cut for allowance in judgement.allowances for cut in permitting.cuts(allowance)]

    def at(capacity: int) -> frozenset[tuple[str, str]]:
        reach = Reach(replace(network, stations=stations), cuts=registered, capacity=capacity)
        permitted = Permitted(reach.universe, reach.network, judgement.allowances)
        proven = (pair for pair in judgement.pairs if pair.standing in _APART)
        return frozenset(ends(pair) for pair in proven if apart(reach, permitted, pair))

    return at(CAPACITY)


def apart(reach: Reach, permitted: Permitted, pair: Judged) -> bool:
    """Return whether nothing that is not permitted gets across, as a flood tells, while every assumption holds."""
    key = receiver_key(pair.dst)
    packets = reach.doubts.without_assumptions(reach.sent(pair.src.id).get(key, reach.universe.nothing))
    if not packets:
        return True
    return not reach.renamed(pair.src.id, key) and packets <= permitted.between(pair.src, pair.dst)
