"""How finely conversations must be told apart before rules are asked about one of them for all that are like it.

What a device's rules, translations, routes and own addresses mention is gathered as for packet sets
(`compiling.needs`), and closed under translations by the same arithmetic (`sets.cuts`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from segcheck.analysis.address_lines import V6_START, AddressLine
from segcheck.analysis.compiling.needs import Needs
from segcheck.analysis.network import Network
from segcheck.analysis.network.addressing import CAST, NEAR, PRIVATE
from segcheck.sets.addresses import LINE_SIZE
from segcheck.sets.cuts import Cuts
from segcheck.sets.intervals import IntervalSet

_ADDRESSES = ("src", "dst", "orig_src", "orig_dst")
_PORTS = ("sport", "dport", "orig_sport", "orig_dport")
_PORT_COUNT, _CODE_COUNT = 1 << 16, 1 << 8
Cut = tuple[str, IntervalSet]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Distinctions:
    """Where the meaning of a value changes, ascending and beginning with 0: of addresses, of ports, of ICMP codes.

    addresses   () if more would have to be told apart than packet sets can: then every address is one of its own
    """

    addresses: tuple[int, ...]
    ports: tuple[int, ...]
    codes: tuple[int, ...]

    @classmethod
    def of(cls, network: Network | None, further: Iterable[Cut]) -> Distinctions:
        """Return what any device of a network tells apart (None: no device is asked), and `further` values by header field."""
        addresses, ports, codes = Cuts(LINE_SIZE), Cuts(_PORT_COUNT), Cuts(_CODE_COUNT)
        addresses.add(IntervalSet.of((V6_START, LINE_SIZE - 1)))
        lines = dict.fromkeys(_ADDRESSES, addresses) | dict.fromkeys(_PORTS, ports) | {"icmp_code": codes}
        cuts = list(further)
        if network is not None:
            for values in (CAST, NEAR, PRIVATE, *network.addresses.values()):
                addresses.add(values)
            for station in network.stations.values():
                for port in station.ports:
                    addresses.add(IntervalSet.of(*(own.address for own in port.addresses), *port.hosts))
                if station.config is None:
                    continue
                needs = Needs(station.config)
                cuts += needs.cuts
                for name, low, high, delta in needs.shifts:
                    if name in lines:
                        lines[name].shift(low, high, delta)
        for name, values in cuts:
            if name in lines:
                lines[name].add(values)
        return cls(_closed(addresses), _closed(ports), _closed(codes))

    @cached_property
    def _line(self) -> AddressLine:
        return AddressLine.of(self.addresses, np.arange(len(self.addresses), dtype=np.int32))

    def ends(self, flows: npt.NDArray[Any]) -> tuple[Numbers, Numbers]:
        """Return a number for the address of end a, and of end b, of each conversation: equal ones are not told apart."""
        if self.addresses:
            return self._line.find(flows, "a").astype(np.int64), self._line.find(flows, "b").astype(np.int64)
        high, low = (np.concatenate((flows[f"a_{half}"], flows[f"b_{half}"])) for half in ("hi", "lo"))
        both = np.empty(len(high), [("hi", np.uint64), ("lo", np.uint64)])
        both["hi"], both["lo"] = high, low
        found = np.unique(both, return_inverse=True)[1].reshape(-1).astype(np.int64)
        return found[: len(flows)], found[len(flows) :]

    def port(self, values: npt.NDArray[Any]) -> Numbers:
        """Return for each port the first one that means the same."""
        return _floors(self.ports, values)

    def code(self, values: npt.NDArray[Any]) -> Numbers:
        """Return for each ICMP type and code, type << 8 | code, the first with that type that means the same."""
        return (values & 0xFF00) | _floors(self.codes, values & 0xFF)

    def alike(self, address: int) -> int:
        """Return the first address that is not told apart from one."""
        return self.addresses[bisect_right(self.addresses, address) - 1] if self.addresses else address

    def alike_port(self, port: int) -> int:
        """Return the first port that is not told apart from one."""
        return self.ports[bisect_right(self.ports, port) - 1]


def _closed(cuts: Cuts) -> tuple[int, ...]:
    try:
        return cuts.closed()
    except ValueError:  # more pieces than packet sets may have: only addresses have so many values
        return ()


def _floors(starts: Sequence[int], values: npt.NDArray[Any]) -> Numbers:
    known = np.array(starts, np.int64)
    found: Numbers = known[np.searchsorted(known, values, side="right") - 1]
    return found
