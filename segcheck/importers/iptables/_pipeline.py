"""The order of the kernel's hooks (include/uapi/linux/netfilter_ipv4.h, `nf_ip_hook_priorities`).

defragment -400, raw -300, conntrack -200, mangle -150, nat PREROUTING and OUTPUT -100, filter 0, security 50, nat INPUT and
POSTROUTING 100.
"""

from __future__ import annotations

from dataclasses import dataclass

from segcheck.importers.iptables import _kernel
from segcheck.importers.iptables._chains import list_name
from segcheck.importers.iptables._scan import Scanned
from segcheck.model.match import State
from segcheck.model.pipeline import Binding, Pipeline, Stage, StageKind
from segcheck.model.rules import RuleList

#: Only packets of a connection are translated: neither INVALID nor UNTRACKED ones, nor any while nothing tracks.
_TRANSLATED = frozenset((State.NEW, State.ESTABLISHED, State.RELATED))
_SIDES = {"PREROUTING": "dst", "OUTPUT": "dst", "INPUT": "src", "POSTROUTING": "src"}


@dataclass(frozen=True, slots=True)
class Built:
    """The stages of one family and the built-in lists that they consult."""

    pipeline: Pipeline
    lists: tuple[RuleList, ...]


def build(scanned: Scanned) -> Built:
    """Return the stages of one family."""
    family = scanned.family
    families = frozenset((family,))
    lists: list[RuleList] = []

    def table(name: str, chain: str) -> tuple[Stage, ...]:
        found = scanned.save.tables.get(name)
        if found is None or chain not in found.chains:
            return ()
        binding = (Binding(list_name(family, name, chain)),)
        label = f"{name} {chain}"
        if name == "nat":
            return (Stage(label, StageKind.TRANSLATE, binding, families, _TRANSLATED, _SIDES[chain]),)
        return (Stage(label, StageKind.FILTER, binding, families),)

    def kernel(label: str, kind: StageKind, made: RuleList) -> tuple[Stage, ...]:
        if all(made.name != known.name for known in lists):
            lists.append(made)
        return (Stage(label, kind, (Binding(made.name),), families),)

    prefix = "kernel/" if family == 4 else "ip6/kernel/"
    track: tuple[Stage, ...] = ()
    defragment: tuple[Stage, ...] = ()
    joined = (Stage("defragment", StageKind.DEFRAGMENT, (), families),)
    if scanned.joins:
        defragment = joined
    if scanned.tracks:
        track = kernel("conntrack", StageKind.CLASSIFY, _kernel.conntrack(family, prefix + "conntrack"))
    arrival = kernel("arrival", StageKind.FILTER, _kernel.arrival(family, prefix + "arrival"))
    forwarding = kernel("forwarding", StageKind.FILTER, _kernel.forwarding(family, prefix + "forwarding"))
    hooks = (
        *table("raw", "PREROUTING"),
        *track,
        *table("mangle", "PREROUTING"),
        *table("nat", "PREROUTING"),
    )
    leave = (*table("mangle", "POSTROUTING"), *table("nat", "POSTROUTING"))
    pipeline = Pipeline(
        # IPv6 looks at the addresses before the first hook, IPv4 when it routes.
        ingress=(*arrival, *defragment, *hooks) if family == 6 else (*defragment, *hooks, *arrival),
        forward=(
            *forwarding,
            *table("mangle", "FORWARD"),
            *table("filter", "FORWARD"),
            *table("security", "FORWARD"),
            *leave,
        ),
        # IPv4 joins fragments before INPUT in any case (`ip_local_deliver`), IPv6 after it.
        local=(
            *(joined if family == 4 else ()),
            *table("mangle", "INPUT"),
            *table("filter", "INPUT"),
            *table("security", "INPUT"),
            *table("nat", "INPUT"),
        ),
        output=(
            *defragment,
            *table("raw", "OUTPUT"),
            *track,
            *table("mangle", "OUTPUT"),
            *table("nat", "OUTPUT"),
            *table("filter", "OUTPUT"),
            *table("security", "OUTPUT"),
            *leave,
        ),
    )
    return Built(pipeline, tuple(lists))


def united(parts: list[Built]) -> Pipeline:
    """Return the stages of all families in one pipeline; each stage says which family it is for."""
    pipelines = [part.pipeline for part in parts]
    return Pipeline(
        ingress=tuple(stage for p in pipelines for stage in p.ingress),
        forward=tuple(stage for p in pipelines for stage in p.forward),
        local=tuple(stage for p in pipelines for stage in p.local),
        output=tuple(stage for p in pipelines for stage in p.output),
    )
