"""Which probes may share a connection table without disturbing each other."""

from __future__ import annotations

from collections.abc import Sequence

from .probes import ICMP, ICMPV6, WITH_PORTS, Probe

Key = tuple[object, ...]


def independent_rounds(probes: Sequence[Probe]) -> list[list[int]]:
    """Return the indices of the probes in rounds; between rounds the connection table is to be flushed.

    In a round no two connections can be mistaken for one another, nor clash after any address translation: a source
    port appears once per protocol and is nobody's destination port, ICMP identifiers differ by construction, and a
    protocol without ports appears once. First fit, so that most probes share the first round.
    """
    rounds: list[_Round] = []
    for index, probe in enumerate(probes):
        for candidate in rounds:
            if candidate.takes(probe):
                break
        else:
            candidate = _Round()
            rounds.append(candidate)
        candidate.add(index, probe)
    return [candidate.indices for candidate in rounds]


class _Round:
    def __init__(self) -> None:
        self.indices: list[int] = []
        self._sources: set[Key] = set()
        self._targets: set[Key] = set()

    def takes(self, probe: Probe) -> bool:
        source, target = _ends(probe)
        return source not in self._sources and source not in self._targets and target not in self._sources

    def add(self, index: int, probe: Probe) -> None:
        source, target = _ends(probe)
        self.indices.append(index)
        self._sources.add(source)
        self._targets.add(target)


def _ends(probe: Probe) -> tuple[Key, Key]:
    kind = (probe.family, probe.proto)
    if probe.proto in WITH_PORTS:
        return (*kind, probe.sport), (*kind, probe.dport)
    if probe.proto in (ICMP, ICMPV6) and probe.icmp_id is None:
        return (*kind, "any", id(probe)), (*kind, "nobody")
    return (*kind, "source"), (*kind, "target")
