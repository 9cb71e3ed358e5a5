"""A sound city changed at random, and what brute force says of the change.

The changed city is judged anew by the engine, and the simulator of the gate walks packets through the city before and after.
What the two say of the change has to fit: `changed` returns where it does not.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from pathlib import Path
from random import Random

from segcheck import checks
from segcheck.analysis import permitting
from segcheck.analysis.comparing import Comparison as Compared
from segcheck.analysis.comparing import Verdict, compare
from segcheck.app import binding
from segcheck.loaders import site as site_loader
from segcheck.model.crossing import Standing
from segcheck.model.device import DeviceConfig
from segcheck.model.finding import Finding
from segcheck.model.result import Binding
from segcheck.model.site import Site
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.listing import Box
from tests.soundness.city_edits import change
from tests.soundness.gate.gate import Comparison
from tests.soundness.gate.packets import Header
from tests.soundness.gate.simulator import Arrivals, OverBudget
from tests.soundness.gate.sites import Case

TOPOLOGIES = Path(__file__).parents[2] / "topologies"
CITY = "kozato"
#: A Tuesday on which the register of the city is in force.
DAY = date(2026, 11, 24)
#: Packets that are walked before and after each change, beside the witnesses of the engine.
WALKED = 120
_TCP, _UDP, _ICMP = 6, 17, 1
_SYN, _ACK = 2, 16


@dataclass
class Seen:
    """What a change did, counted, and where engine and brute force do not fit together."""

    counts: Counter[str] = field(default_factory=Counter)
    exceptions: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Judged:
    """A city as it stands in a folder, judged by the engine and ready to be walked."""

    site: Site
    bindings: tuple[Binding, ...]
    comparison: Comparison
    findings: tuple[Finding, ...]


# ---- the city, judged


def judged(folder: Path, seed: int) -> Judged:
    """Return the judgement of the city in a folder; its universe tells every packet apart that is walked."""
    loaded = site_loader.load(str(folder))
    assert loaded.site is not None, loaded.files
    site = loaded.site
    bindings = binding.bind(site, str(folder))
    packets = tuple(walked(site, seed))
    ours = sorted({a for _, header in packets for a in (header.src, header.dst)})
    ports = sorted({header.dport for _, header in packets if header.dport >= 0})
    case = Case(seed, site, bindings, DAY, packets, tuple(ours), tuple(ports), tuple(h for _, h in packets[:6]))
    comparison = Comparison(case, checks.cuts())
    context = checks.Context(
        site=site, day=DAY, network=comparison.network, bindings=bindings, judgement=comparison.judgement
    )
    wanted = frozenset({"required-flow", "expired-entry"})
    return Judged(site, bindings, comparison, checks.find(context, wanted))


def walked(site: Site, seed: int) -> Iterator[tuple[str, Header]]:
    """Yield ordinary and odd packets between what the site names and its neighbours, drawn from all such combinations.

    Every required flow and register entry is among them, with ports and addresses just beside it.
    """
    random = Random(seed)
    spots = {name: list(_spots(site, name)) for name in site.segments}
    allowed = list(permitting.allowances(site, DAY))
    known = {low for one in allowed for s in one.services if s.ports is not None for low, _ in s.ports.ranges}
    ports = sorted(known | {port + 1 for port in known} | {22, 445})
    for one in allowed:
        for source in spots:
            for src in spots[source]:
                if src in one.initiators:
                    dst = one.responders.min
                    for service in one.services:
                        port = service.ports.min if service.ports is not None else -1
                        yield source, _opening(src, dst, service.protocol, port)
                        yield source, _opening(src, dst, service.protocol, port + 1)
                        yield source, _opening(src, dst + 1, service.protocol, port)
    far = [a for there in spots.values() for a in there] + [addresses.parse_one("203.0.113.10")]
    combinations = list(product(spots, far, (_TCP, _TCP, _UDP, _ICMP), ports))
    for source, dst, protocol, port in random.sample(combinations, WALKED):
        src = random.choice(spots[source] if random.random() < 0.9 else far)
        sent = _opening(src, dst, protocol, port)
        if protocol == _TCP and random.random() < 0.2:
            sent = sent._replace(tcp_flags=_ACK, sport=port, dport=40000)
        yield source, sent


def _spots(site: Site, segment: str) -> Iterator[int]:
    """Yield the addresses of a segment's hosts and devices, the edges of groups in it, and one that nobody has."""
    prefix = next(iter(site.segments[segment].v4 or ()), IntervalSet.empty())
    found = [a for host in site.hosts.values() if host.segment == segment for a in host.addresses]
    found += [
        a.address for d in site.devices.values() for i in d.interfaces if i.segment == segment for a in i.addresses
    ]
    for group in site.groups.values():
        for low, high in (group.ranges & prefix).ranges:
            found += [low, high, low - 1]
    if prefix:
        found.append(prefix.max - 3)
    yield from dict.fromkeys(one for one in found if one < 1 << 32)


def _opening(src: int, dst: int, protocol: int, port: int) -> Header:
    if protocol == _ICMP:
        return Header(0, src, dst, _ICMP, icmp_type=8, icmp_code=0)
    return Header(0, src, dst, protocol, 40000, port, _SYN if protocol == _TCP else -1)


# ---- what a change did


def changed(seed: int, folder: Path, before: Judged) -> Seen:
    """Return what change `seed` of the city did, and every contradiction between the engine and brute force.

    folder   an empty folder for the changed city
    before   the sound city, judged with the same seed for its packets
    """
    city = folder / CITY
    shutil.copytree(TOPOLOGIES / CITY, city)
    done = change(city, seed)
    after = judged(city, before.comparison.case.seed)
    seen = Seen(Counter(changes=1))
    gate = after.comparison.found()  # engine against brute force on the changed city itself
    seen.exceptions += [
        f"{seed} {done.what}: {one.what}: {one.source} to {one.receiver} {one.header}" for one in gate.exceptions
    ]
    compared = _compared(before, after)
    fates = list(_fates(before, after))
    for source, header, old, new in fates:
        where = f"{seed} {done.what}: {source} {header}"
        newly = _arriving(new.must, unpermitted=True) & ~_arriving(old.may, unpermitted=True)
        for key in _receivers(after.comparison, newly):
            standing = _standing(after, source, key)
            seen.counts["forbidden newly passes"] += standing is not None
            if standing not in (Standing.VIOLATED, None):
                seen.exceptions.append(f"{where}: forbidden newly passes to {key}, not violated")
        if _arriving(old.may) != _arriving(new.may) or _arriving(old.must) != _arriving(new.must):
            seen.counts["fate changes"] += 1
            if before.bindings != after.bindings and not _told(compared, header) and not _wired(before, after):
                seen.exceptions.append(f"{where}: its fate changes, and no comparison of devices tells it")
    seen.exceptions += [f"{seed} {done.what}: {text}" for text in _required(after, seen)]
    if done.quiet:
        seen.counts["quiet changes"] += 1
        if any(one.verdict is not Verdict.EQUAL for one in compared):
            seen.exceptions.append(f"{seed} {done.what}: means nothing, but the devices are not called equal")
        if _standings(before) != _standings(after):
            seen.exceptions.append(f"{seed} {done.what}: means nothing, but crossings stand otherwise")
    seen.counts[f"worst {max((p.standing for p in after.comparison.judgement.pairs), key=lambda s: s.rank).value}"] += 1
    return seen


def _compared(before: Judged, after: Judged) -> list[Compared]:
    pairs = zip(before.bindings, after.bindings, strict=True)
    configs: list[tuple[DeviceConfig, DeviceConfig]] = []
    for old, new in pairs:
        assert old.config is not None
        assert new.config is not None
        configs.append((old.config, new.config))
    return [compare(old, new) for old, new in configs]


def _told(compared: list[Compared], header: Header) -> bool:
    """Return whether a comparison lists the packet, or says that something beside the lists changed."""
    return any(
        one.open or any(_holds(box, header) for c in one.changes for box in c.boxes.boxes) for one in compared
    ) or any(c.boxes.truncated for one in compared for c in one.changes)


def _holds(box: Box, header: Header) -> bool:
    asked = (
        (box.src, header.src),
        (box.dst, header.dst),
        (box.proto, header.proto),
        (box.dport, header.dport),
        (box.sport, header.sport),
    )
    return all(values is None or value < 0 or value in values for values, value in asked)


def _wired(before: Judged, after: Judged) -> bool:
    """Return whether the topology itself changed: devices may then be equal and packets still go elsewhere."""
    return before.site.devices != after.site.devices or before.site.gateways != after.site.gateways


def _fates(before: Judged, after: Judged) -> Iterator[tuple[str, Header, Arrivals, Arrivals]]:
    asked = dict.fromkeys(after.comparison.case.packets)
    asked |= dict.fromkeys(after.comparison.witnesses())
    for source, header in asked:
        try:
            old = before.comparison.simulator.arrivals(source, header, before.comparison.bits(source, header))
            new = after.comparison.simulator.arrivals(source, header, after.comparison.bits(source, header))
        except OverBudget:
            continue
        yield source, header, old, new


def _arriving(bits: int, *, unpermitted: bool = False) -> int:
    """Return which receivers' bits are set: every second one says that it arrives, those between that nobody permitted it."""
    lower = sum(1 << 2 * number for number in range(bits.bit_length() // 2 + 1))
    return (bits >> 1 if unpermitted else bits) & lower


def _receivers(comparison: Comparison, bits: int) -> Iterator[str]:
    yield from (name for name, number in comparison.number.items() if bits & (1 << 2 * number))


def _standing(after: Judged, source: str, key: str) -> Standing | None:
    """Return how the pair stands; None within a zone."""
    for pair in after.comparison.judgement.pairs:
        if pair.src.id == source and key in (pair.dst.id, f"device:{pair.dst.id}") and pair.src.zone != pair.dst.zone:
            return pair.standing
    return None


def _standings(one: Judged) -> dict[tuple[str, str], Standing]:
    return {(p.src.id, p.dst.id): p.standing for p in one.comparison.judgement.pairs}


def _required(after: Judged, seen: Seen) -> Iterator[str]:
    """Yield required flows of which brute force stops the first packet, and the check says nothing."""
    named = _named(after)
    for flow in after.site.policy.required:
        wanted = permitting.of_flow(after.site, flow)
        place = next(
            (n for n, s in after.site.segments.items() if any(wanted.initiators.min in p for p in s.v4 or ())), ""
        )
        service = flow.services[0]
        assert service.ports is not None
        sent = _opening(wanted.initiators.min, wanted.responders.min, service.protocol, service.ports.min)
        arrivals = after.comparison.simulator.arrivals(place, sent, after.comparison.bits(place, sent))
        receiver = next(n for n, s in after.site.segments.items() if any(sent.dst in p for p in s.v4 or ()))
        if not arrivals.required & (1 << 2 * after.comparison.number[receiver]):
            seen.counts["required breaks"] += 1
            if flow.id not in named:
                yield f"required flow {flow.id} breaks, and no finding tells it"


def _named(after: Judged) -> frozenset[str]:
    """Return the required flows that findings are about."""
    return frozenset(name for one in after.findings if one.check == "required-flow" for _, name in one.params)
