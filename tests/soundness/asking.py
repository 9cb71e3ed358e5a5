"""Questions to the engine about small hand-built networks, and what the one-packet interpreter says of the same packets.

forbidden   how it stands that nothing of a place's own gets to the hosts of another
required    whether an ordinary session from one to the other works
standing    how a whole pair stands, forged sources included
"""

from __future__ import annotations

from collections.abc import Sequence

from segcheck.analysis import permitting
from segcheck.analysis.compiling.modes import Mode
from segcheck.analysis.crossings import Judged, Judgement, judge
from segcheck.analysis.journeys import travel
from segcheck.analysis.network import Network
from segcheck.analysis.permitting import Allowance
from segcheck.model.crossing import Standing
from segcheck.model.site import Service
from segcheck.model.trace import Verdict
from segcheck.sets.addresses import ALL, parse
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet

HTTPS = Service("tcp/443", 6, IntervalSet.of(443))
SSH = Service("tcp/22", 6, IntervalSet.of(22))
DNS = Service("udp/53", 17, IntervalSet.of(53))


def allowance(initiators: str, responders: str, *services: Service, entry: str = "SP-1") -> Allowance:
    """Return a permitted session between two prefixes."""
    ends = parse(initiators), parse(responders)
    return Allowance(entry=entry, initiators=ends[0], responders=ends[1], services=services or (HTTPS,))


def judged(network: Network, *allowances: Allowance, cuts: Sequence[tuple[str, IntervalSet]] = ()) -> Judgement:
    """Return the judgement of a network; the addresses of its places and https can be told apart."""
    own = [("src", values) for values in network.addresses.values()]
    service = [("proto", IntervalSet.of(6)), ("dport", IntervalSet.of(443)), ("sport", IntervalSet.of((0, 1023)))]
    return judge(network, allowances, cuts=(*own, *service, *cuts))


def pair(found: Judgement, src: str = "a", dst: str = "b") -> Judged:
    """Return the judgement of one pair of places."""
    return next(one for one in found.pairs if (one.src.id, one.dst.id) == (src, dst))


def standing(network: Network, src: str = "a", dst: str = "b", *allowances: Allowance) -> Standing:
    """Return how a pair stands, whatever source the packets carry."""
    return pair(judged(network, *allowances), src, dst).standing


def sent_by(found: Judgement, place: str) -> PacketSet:
    """Return the packets that carry a source address of a place's hosts."""
    network = found.reach.network
    return found.reach.universe.field("src", network.addresses[place] - network.own(place))


def ordinary(found: Judgement, service: Service = HTTPS) -> PacketSet:
    """Return the first packets of sessions of a service, from any port that a client uses, of any source."""
    return permitting.openings(
        found.reach.universe, Allowance(entry="", initiators=ALL, responders=ALL, services=(service,))
    )


def forbidden(network: Network, src: str = "a", dst: str = "b", *, towards: str = "", cuts: str = "") -> str:
    """Return how it stands that no host of `src` reaches `dst` with a source of its own: proven, undecided, violated.

    towards   only packets that the initiator addresses to this prefix
    cuts      a further prefix that has to be told apart

    The witness is put to the one-packet interpreter, which has to agree.
    """
    wanted = [("dst", parse(text)) for text in (towards, cuts) if text]
    found = judged(network, cuts=wanted)
    own = sent_by(found, src)
    if towards:
        own = own & found.reach.universe.field("dst", parse(towards))
    one = pair(found, src, dst)
    must, may = one.forbidden_must & own, one.forbidden_may & own
    verdict = "violated" if must else "undecided" if may else "proven"
    if verdict != "proven":
        packet = (must or may).witness()
        minute = found.reach.instants.examples[packet.extra["time"]] if "time" in packet.extra else None
        told = travel(network, src, packet, minute=minute)
        arriving = {j.delivered.id for j in told.journeys if j.delivered and j.verdict is not Verdict.DENY}
        assert dst in arriving, (verdict, packet, told)
        if verdict == "violated" and len(told.journeys) == 1:
            assert told.verdict is not Verdict.DENY
    return verdict


def hosts_of(network: Network, place: str) -> IntervalSet:
    """Return the addresses of a place that hosts can have: without its network and broadcast address, and those of devices."""
    whole = network.addresses[place]
    ends = IntervalSet.of(*(end for lo, hi in whole.ranges for end in (lo, hi)))
    return whole - ends - network.own(place)


def required(network: Network, src: str = "a", dst: str = "b") -> str:
    """Return whether ordinary https sessions from hosts of `src` to hosts of `dst` work: proven, undecided, violated."""
    apart = [(side, hosts_of(network, name)) for name in (src, dst) for side in ("src", "dst")]
    reach = judged(network, cuts=apart).reach
    hosts = {name: hosts_of(network, name) for name in (src, dst)}
    asked = permitting.openings(
        reach.universe, Allowance(entry="", initiators=hosts[src], responders=hosts[dst], services=(HTTPS,))
    )
    asked = asked & reach.universe.field("dst", hosts[dst])
    assert asked
    sink = {dst: reach.universe.field("dst", hosts[dst])}
    if asked <= reach.backward(sink, Mode.REQUIRED).get(src, reach.universe.nothing):
        return "proven"
    possible = reach.backward(sink, Mode.MAYBE_REQUIRED).get(src, reach.universe.nothing)
    return "undecided" if asked <= reach.possibly(possible) else "violated"
