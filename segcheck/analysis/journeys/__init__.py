"""One packet through a whole site: every way it may go, and what becomes of the answer to it.

The plain second opinion on `analysis.reachability`: rules, translations and routes of one device come from
`analysis.tracing`, wires from the graph; no packet sets, and no code in common with the engine.

    _wires      whom a packet meets on a wire
    _walk       the packet under way, device by device
    _outcomes   what a device may do with it; what all journeys say together
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from segcheck.analysis.journeys import _wires
from segcheck.analysis.journeys._outcomes import End, verdict
from segcheck.analysis.journeys._walk import ASSUMING, Session, Under, Walk, device_place
from segcheck.analysis.journeys._wires import Met
from segcheck.analysis.network import Network
from segcheck.analysis.tracing import answer_header
from segcheck.model.crossing import Place, PlaceKind
from segcheck.model.journey import Journey, SiteTrace
from segcheck.model.match import EXTRAS, ExtraKind, State
from segcheck.model.trace import Verdict
from segcheck.sets.header import SIZES, Packet

__all__ = ["ASSUMING", "MAX_ANSWERED", "MAX_JOURNEYS", "device_place", "travel"]

MAX_JOURNEYS = 200
#: Journeys whose answers are followed.
MAX_ANSWERED = 16
_NO_DEVICE = "no device there"


def travel(
    network: Network,
    place: str,
    packet: Packet | Mapping[str, int],
    *,
    minute: int | None = None,
    reply: bool = False,
    via: Collection[str] | None = None,
    state: State = State.NONE,
) -> SiteTrace:
    """Return every way that a packet may go which a host in a place sends, and with `reply` the ways of the answer to it.

    packet     header fields by name; absent ones may have any value
    minute     wall-clock minute; None: any, so that schedules leave it undecided
    via        whom the host may hand it to, device ids or "device:interface"; None: any device on its wire, or the
               receiver itself if it is there
    state      what connection tracking says of it everywhere; NONE: it belongs to no known connection

    The host chooses its gateway. The verdict is PERMIT if with some choice the packet is surely delivered (to whatever
    place its journeys name), DENY if with none it is even possibly, else UNDECIDED. Assumptions are taken for granted and
    named in the conditions as "assuming ID". At most `MAX_JOURNEYS` ways are told, those that deliver first.

    An answer is sent by the receiver, to all declared gateways of its segment, else to any on its wire; it is PERMIT only
    if it comes through whichever is used. A device answers if it was asked under an address of its own. Devices that the
    packet passed know its connection, others do not.
    O(devices * distinct headers), each as much as `tracing.trace`; more than `_walk.MAX_HOPS` devices leave it undecided.

    Raises:
        KeyError: the network has no such place.
    """
    known = _fields(packet)
    found = Walk(network, minute, state=state)
    leans = _wires.assumed_apart(network, (place,))
    for met in _wires.entrances(network, place, known.get("dst")):
        if via is None or (
            met.port is not None and {met.port.device, f"{met.port.device}:{met.port.interface}"} & {*via}
        ):
            found.meet(met, Under(known=known, choice=met, leans=leans))
    answered = _answers(network, found, known, minute) if reply else None
    return _told(found.ends, every=False, reply=answered)


def _fields(packet: Packet | Mapping[str, int]) -> dict[str, int]:
    if not isinstance(packet, Packet):
        return dict(packet)
    named = {name: packet.get(name) for name in SIZES}
    sent = {name: value for name, value in packet.extra.items() if _chosen_by_sender(name)}
    return {name: value for name, value in named.items() if value is not None} | sent


def _chosen_by_sender(name: str) -> bool:
    return name in EXTRAS and EXTRAS[name].kind is ExtraKind.SENDER


def _answers(network: Network, found: Walk, known: Mapping[str, int], minute: int | None) -> SiteTrace | None:
    """Return the ways of the answers to what was surely or conditionally delivered; None if nobody answers."""
    ends: list[End] = []
    done: set[object] = set()
    for position, end in enumerate(found.ends):
        journey, sessions = end.journey, found.passed[position]
        if journey.verdict is not Verdict.PERMIT or journey.delivered is None or not sessions:
            continue
        header = answer_header(journey.hops[-1].after)
        key = (journey.delivered.key, tuple((one.device, one.probe.ingress, one.path.egress) for one in sessions))
        if header is None or key in done or len(done) >= MAX_ANSWERED or not _speaks_as(network, journey, header):
            continue
        done.add(key)
        ends += _answer(network, _answering(network, journey), {**header, "opening": 0}, sessions, minute, len(done))
    return _told(ends, every=True, reply=None) if ends else None


def _speaks_as(network: Network, journey: Journey, header: Mapping[str, int]) -> bool:
    """Return whether the receiver answers under the address that it was reached by.

    A device asked under a broadcast or anycast address answers under one of its own, or not at all (RFC 4443 section 2.2,
    RFC 1122 section 3.2.2.6): which one is not known.
    """
    assert journey.delivered is not None
    if journey.delivered.kind is not PlaceKind.DEVICE:
        return True
    station = network.stations[journey.delivered.id]
    own = {held.address for port in station.ports for held in port.addresses}
    own |= {held.address for one in (station.config.interfaces if station.config else ()) for held in one.addresses}
    return not own or header.get("src") in own


def _answering(network: Network, journey: Journey) -> Place:
    """Return the place whose wire an answer comes in by: what lies beyond an outside segment answers through it."""
    assert journey.delivered is not None
    last = journey.hops[-1]
    port = network.stations[last.device].port(last.egress)
    if journey.delivered.kind is not PlaceKind.BUILT_IN or port is None:
        return journey.delivered
    return next((network.places[name] for name in port.places if _wires.outside(network, name)), journey.delivered)


def _answer(
    network: Network,
    sender: Place,
    header: Mapping[str, int],
    sessions: tuple[Session, ...],
    minute: int | None,
    number: int,
) -> list[End]:
    walk = Walk(network, minute, sessions)
    if sender.kind is PlaceKind.DEVICE:
        walk.send(sessions[-1], Under(known=header, choice=sender))
    else:
        leans = _wires.assumed_apart(network, (sender.id,))
        for met in _usual(network, sender.id, header.get("dst")):
            walk.meet(met, Under(known=header, choice=met, leans=leans))
    return [replace(end, choice=(number, end.choice)) for end in walk.ends]


def _usual(network: Network, place: str, destination: int | None) -> list[Met]:
    """Return whom an ordinary host hands a packet to: the receiver on its wire, else its declared gateways, else any."""
    found = _wires.entrances(network, place, destination)
    segment = network.site.segments.get(place)
    declared = segment.gateways if segment is not None else ()
    near = [met for met in found if not met.beside and _wires.has(met, destination)]
    gateways = [met for met in found if met.port is not None and met.port.device in declared]
    return near or gateways or found


def _told(ends: list[End], *, every: bool, reply: SiteTrace | None) -> SiteTrace:
    said = verdict(ends, every=every)
    journeys = _distinct(sorted(ends, key=lambda end: _ORDER.index(end.journey.verdict)))
    if not journeys:
        journeys = (Journey(verdict=Verdict.DENY, hops=(), why=_NO_DEVICE),)
    return SiteTrace(verdict=said, journeys=journeys, reply=reply)


_ORDER = (Verdict.PERMIT, Verdict.UNDECIDED, Verdict.DENY)


def _distinct(ends: list[End]) -> tuple[Journey, ...]:
    """Return the journeys, of each ending one before a second of any, so that those told first show every ending."""
    endings: set[object] = set()
    first: list[Journey] = []
    rest: list[Journey] = []
    for end in ends:
        journey = end.journey
        last = journey.hops[-1].device if journey.hops else ""
        ending = journey.verdict, journey.delivered or (journey.why, last)
        if ending not in endings:
            endings.add(ending)
            first.append(journey)
        elif len(rest) < MAX_JOURNEYS and journey not in rest and journey not in first:
            rest.append(journey)
    told = [*first, *rest][:MAX_JOURNEYS]
    return tuple(sorted(told, key=lambda journey: _ORDER.index(journey.verdict)))
