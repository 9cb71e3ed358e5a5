"""A town as a site of segcheck: its folder written, read back, and one packet asked of sets and of journeys."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from segcheck.analysis.journeys import ASSUMING, travel
from segcheck.analysis.network import DoubtKind, Network, build
from segcheck.analysis.reachability import Mode, Reach, device_key
from segcheck.app.binding import bind
from segcheck.loaders.site import load
from segcheck.model.crossing import Place, PlaceKind
from segcheck.model.journey import SiteTrace
from segcheck.model.trace import Verdict
from segcheck.sets import addresses
from segcheck.sets.header import SIZES
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet

from . import frames
from .oracle import Rules
from .probes import FLAG_BITS, ICMP, ICMPV6, TCP, WITH_PORTS, Fragment, Probe
from .town import Box, Letter, Town

DAY = date(2026, 11, 23)
UNKNOWN = "unknown"
STRAY = f"doubt:{DoubtKind.NEXT_HOP.value}:"


def write(town: Town, exports: Mapping[str, Rules], folder: Path) -> None:
    """Write a town as a site: topology, an empty policy, and what the save tools printed of each router."""
    (folder / "exports").mkdir()
    for name, rules in exports.items():
        for ending, text in _files(rules):
            (folder / "exports" / f"{name}.{ending}").write_text(text, encoding="utf-8")
    topology = {
        "segcheck": 1,
        "name": town.name,
        "zones": {one.name: {"tier": "lgwan"} for one in town.segments},
        "segments": {
            one.name: {
                "zone": one.name,
                "v4": [one.v4],
                "v6": [one.v6],
                "kind": "external" if one.outside else "lan",
                **({"gateway": [one.gateway]} if one.gateway else {}),
            }
            for one in town.segments
        },
        "devices": [_device(box, exports[box.name]) for box in town.boxes],
        "assumptions": [_whole(box) for box in town.boxes],
    }
    (folder / "topology.yaml").write_text(json.dumps(topology, indent=1), encoding="utf-8")
    profiles = [{"model": "alpha", "guideline_edition": "R7.3", "segments": "all"}]
    (folder / "policy.yaml").write_text(json.dumps({"segcheck": 1, "profiles": profiles}), encoding="utf-8")


def read(folder: Path) -> Network:
    """Return the site of a folder as the graph that all questions are asked of."""
    loaded = load(str(folder))
    assert loaded.site is not None, [problem for one in loaded.files for problem in one.problems]
    return build(loaded.site, bind(loaded.site, str(folder)), DAY)


def _files(rules: Rules) -> list[tuple[str, str]]:
    return [("v4", rules.iptables), ("v6", rules.ip6tables), *([("ipset", rules.ipset)] if rules.ipset else [])]


def _device(box: Box, rules: Rules) -> dict[str, object]:
    described = box.topology()
    interfaces = {port.name: {"segment": port.segment, "addresses": list(port.addresses)} for port in box.ports}
    exports = [
        {
            "path": f"exports/{box.name}.{ending}",
            "format": "iptables",
            "role": "ipset" if ending == "ipset" else "config",
        }
        for ending, _ in _files(rules)
    ]
    return described | {"interfaces": interfaces, "exports": exports, "routes_complete": True}


def _whole(box: Box) -> dict[str, str]:
    """Return the declaration without which lines might be missing: the save tools do not say how many there are."""
    return {
        "id": f"whole-{box.name}",
        "subject": box.name,
        "assume": "export_whole",
        "claim": "the save tools' output is whole",
        "owner": "the test",
        "reason": "it was read from the kernel that judges",
        "document": "tests/kernel",
        "review_due": "2030-12-31",
    }


def header_of(probe: Probe) -> dict[str, int]:
    """Return the header fields of a probe by name; of a datagram in pieces those of a later piece."""
    known = {"src": addresses.parse_one(probe.src), "dst": addresses.parse_one(probe.dst), "proto": probe.proto}
    if probe.fragment is not Fragment.NONE:
        return known | {"fragment": 1}
    known["fragment"] = 0
    if probe.proto in WITH_PORTS:
        known["sport"] = frames.DEFAULT_SPORT if probe.sport is None else probe.sport
        known["dport"] = frames.DEFAULT_DPORT if probe.dport is None else probe.dport
    if probe.proto == TCP:
        known["tcp_flags"] = sum(FLAG_BITS[flag] for flag in probe.flags)
    if probe.proto in (ICMP, ICMPV6):
        known |= {"icmp_type": probe.message_type, "icmp_code": probe.icmp_code}
    return known


def place_key(place: Place) -> str:
    """Return the name of a place as `Fate.place` spells it."""
    return device_key(place.id) if place.kind is PlaceKind.DEVICE else place.id


@dataclass(frozen=True, slots=True)
class End:
    """Where a packet may arrive, with what is known of its header then, by which routers.

    place       "" where it does not arrive
    conditions  what has to be so for it to end like this, assumptions included; reasons why the end is not known
    """

    place: str
    header: Mapping[str, int]
    path: tuple[tuple[str, str], ...]
    conditions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What journeys say of a packet: a verdict and every end."""

    verdict: Verdict
    ends: tuple[End, ...]
    reply: Answer | None

    @property
    def causes(self) -> tuple[str, ...]:
        """What it hangs on, assumptions aside."""
        named = dict.fromkeys(name for end in self.ends for name in end.conditions if not name.startswith(ASSUMING))
        return tuple(named)


def by_journeys(network: Network, letter: Letter) -> Answer:
    """Return what becomes of a letter and of the answer to it, by one packet's journeys."""
    port = next(p for p in network.stations[letter.via].ports if letter.place in p.places)
    via = (f"{letter.via}:{port.interface}",)
    return _answer(travel(network, letter.place, header_of(letter.probe), reply=True, via=via))


def _answer(found: SiteTrace) -> Answer:
    ends = tuple(
        End(
            place_key(one.delivered) if one.delivered is not None else "",
            one.hops[-1].after if one.hops else {},
            tuple((hop.device, hop.ingress) for hop in one.hops if hop.ingress),
            (*one.conditions, *((one.why,) if one.verdict is Verdict.UNDECIDED and one.why else ())),
        )
        for one in found.journeys
    )
    return Answer(found.verdict, ends, None if found.reply is None else _answer(found.reply))


class BySets:
    """The engine's answers of one town, for packets known beforehand."""

    def __init__(self, network: Network, probes: Sequence[Probe]) -> None:
        self.network = network
        headers = [header_of(probe) for probe in probes]
        named = {name: IntervalSet.of(*(h[name] for h in headers if name in h)) for name in SIZES}
        self._cuts = [(name, values) for name, values in named.items() if values]
        self._found: dict[tuple[Mode, str], Mapping[str, PacketSet]] = {}
        self._packets: dict[Probe, PacketSet] = {}

    @cached_property
    def _reach(self) -> Reach:
        return Reach(self.network, cuts=self._cuts, capacity=1 << 23)

    def arrives(
        self, mode: Mode, place: str, probe: Probe, among: Collection[str] | None = None, *, strays: bool = True
    ) -> frozenset[str]:
        """Return the receivers (of some, or all) that count for a packet from a place, while every assumption holds.

        strays   False: while no next hop that nobody owns leads anywhere
        """
        if among is None:
            among = [*self.network.places, *(device_key(name) for name in self.network.stations)]
        return frozenset(name for name in among if self._holds(mode, name, place, probe, strays=strays))

    @cached_property
    def _straight(self) -> PacketSet:
        """Return the packets in those circumstances in which no next hop that nobody owns leads anywhere."""
        universe = self._reach.universe
        found = universe.everything
        for name in universe.dimensions:
            if name.startswith(STRAY):
                found = found & universe.field(name, IntervalSet.of(0))
        return found

    def _holds(self, mode: Mode, receiver: str, place: str, probe: Probe, *, strays: bool) -> bool:
        reach = self._reach
        if (mode, receiver) not in self._found:
            found = reach.backward({receiver: reach.universe.everything}, mode)
            self._found[mode, receiver] = {
                source: reach.doubts.without_assumptions(packets) for source, packets in found.items()
            }
        there = self._found[mode, receiver].get(place)
        if there is None:
            return False
        if probe not in self._packets:
            self._packets[probe] = reach.universe.packet(**header_of(probe))
        return bool(there & self._packets[probe] & (self._reach.universe.everything if strays else self._straight))
