"""The order of the kernel's hooks, and what the kernel itself does between them.

Priorities (include/uapi/linux/netfilter_ipv4.h, `nf_ip_hook_priorities`): defragment -400, conntrack -200 at PREROUTING and
OUTPUT. Translation is a hook of its own since Linux 4.18 (net/netfilter/nf_nat_proto.c, `nf_nat_ipv4_ops`): -100 for
destinations, 100 for sources, whatever priority its chains name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from segcheck.importers._linux import kernel
from segcheck.model.match import State
from segcheck.model.pipeline import Binding, Pipeline, Stage, StageKind
from segcheck.model.rules import RuleList

PREROUTING, INPUT, FORWARD, OUTPUT, POSTROUTING = HOOKS = ("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING")
DEFRAGMENT, CONNTRACK, DSTNAT, SRCNAT = -400, -200, -100, 100
#: Only packets of a connection are translated: neither INVALID nor UNTRACKED ones, nor any while nothing tracks.
_TRANSLATED = frozenset((State.NEW, State.ESTABLISHED, State.RELATED))
SIDES = {PREROUTING: "dst", OUTPUT: "dst", INPUT: "src", POSTROUTING: "src"}


@dataclass(frozen=True, slots=True)
class Hooked:
    """A list that a hook consults.

    label     the stage's name
    nat       it translates; its priority is then the kernel's own
    """

    hook: str
    priority: int
    list: str
    label: str
    nat: bool = False


@dataclass(frozen=True, slots=True)
class Built:
    """The stages of one family and the built-in lists that they consult."""

    pipeline: Pipeline
    lists: tuple[RuleList, ...]


def build(family: int, hooked: Sequence[Hooked], *, tracks: bool, joins: bool) -> Built:
    """Return the stages of one family; lists of one priority stand in the order given.

    tracks   connection tracking is on
    joins    fragments are joined on arrival
    """
    families = frozenset((family,))
    lists: list[RuleList] = []

    def kernels(label: str, kind: StageKind, made: RuleList) -> tuple[Stage, ...]:
        if all(made.name != known.name for known in lists):
            lists.append(made)
        return (Stage(label, kind, (Binding(made.name),), families),)

    def stage(one: Hooked) -> Stage:
        if one.nat:
            return Stage(one.label, StageKind.TRANSLATE, (Binding(one.list),), families, _TRANSLATED, SIDES[one.hook])
        return Stage(one.label, StageKind.FILTER, (Binding(one.list),), families)

    prefix = "kernel/" if family == 4 else "ip6/kernel/"
    joined = (Stage("defragment", StageKind.DEFRAGMENT, (), families),)
    track: tuple[Stage, ...] = ()
    if tracks:
        track = kernels("conntrack", StageKind.CLASSIFY, kernel.conntrack(family, prefix + "conntrack"))
    arrival = kernels("arrival", StageKind.FILTER, kernel.arrival(family, prefix + "arrival"))
    forwarding = kernels("forwarding", StageKind.FILTER, kernel.forwarding(family, prefix + "forwarding"))

    def hook(name: str) -> tuple[Stage, ...]:
        placed: list[tuple[int, tuple[Stage, ...]]] = []
        if name in (PREROUTING, OUTPUT):
            placed = [(DEFRAGMENT, joined if joins else ()), (CONNTRACK, track)]
        placed += [(_priority(one), (stage(one),)) for one in hooked if one.hook == name]
        return tuple(made for _, stages in sorted(placed, key=lambda pair: pair[0]) for made in stages)

    arriving = hook(PREROUTING)
    leaving = hook(POSTROUTING)
    pipeline = Pipeline(
        # IPv6 looks at the addresses before the first hook, IPv4 when it routes.
        ingress=(*arrival, *arriving) if family == 6 else (*arriving, *arrival),
        forward=(*forwarding, *hook(FORWARD), *leaving),
        # IPv4 joins fragments before INPUT in any case (`ip_local_deliver`), IPv6 after it.
        local=(*(joined if family == 4 else ()), *hook(INPUT)),
        output=(*hook(OUTPUT), *leaving),
    )
    return Built(pipeline, tuple(lists))


def _priority(one: Hooked) -> int:
    if not one.nat:
        return one.priority
    return DSTNAT if SIDES[one.hook] == "dst" else SRCNAT


def united(parts: Iterable[Built]) -> Pipeline:
    """Return the stages of all families in one pipeline; each stage says which family it is for."""
    pipelines = [part.pipeline for part in parts]
    return Pipeline(
        ingress=tuple(stage for p in pipelines for stage in p.ingress),
        forward=tuple(stage for p in pipelines for stage in p.forward),
        local=tuple(stage for p in pipelines for stage in p.local),
        output=tuple(stage for p in pipelines for stage in p.output),
    )
