"""Sessions that protocol helpers expect: FTP data, SIP media and their kin, opened from either side (DESIGN §2.11).

A stateful device with a helper reads a control session and lets in what was agreed there. A control session that nobody
registered may therefore open the way back as well; what belongs to a registered one is part of the registered exchange.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from segcheck.analysis.network import Network
from segcheck.model.pipeline import Helper
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet, Universe

TCP, UDP = 6, 17
#: Control ports by helper: IANA service names; FortiOS CLI reference `system session-helper`; Linux nf_conntrack_* modules.
CONTROL: Mapping[str, tuple[tuple[int, IntervalSet], ...]] = {
    "ftp": ((TCP, IntervalSet.of(21)),),
    "tftp": ((UDP, IntervalSet.of(69)),),
    "sip": ((TCP, IntervalSet.of((5060, 5061))), (UDP, IntervalSet.of((5060, 5061)))),
    "h323": ((TCP, IntervalSet.of(1720)),),
    "ras": ((UDP, IntervalSet.of(1719)),),
    "tns": ((TCP, IntervalSet.of(1521)),),
    "mms": ((TCP, IntervalSet.of(1755)),),
    "rtsp": ((TCP, IntervalSet.of(554, 7070, 8554)),),
    "pptp": ((TCP, IntervalSet.of(1723)),),
    "pmap": ((TCP, IntervalSet.of(111)), (UDP, IntervalSet.of(111))),
    "rsh": ((TCP, IntervalSet.of(512, 514)),),
    "dcerpc": ((TCP, IntervalSet.of(135)), (UDP, IntervalSet.of(135))),
    "mgcp": ((UDP, IntervalSet.of(2427, 2727)),),
    "irc": ((TCP, IntervalSet.of(6667)),),
    "amanda": ((UDP, IntervalSet.of(10080)),),
    "netbios-ns": ((UDP, IntervalSet.of(137)),),
    "snmp": ((UDP, IntervalSet.of(161)),),
    "sane": ((TCP, IntervalSet.of(6566)),),
}
_ANYTHING = ((TCP, IntervalSet.of((0, 65535))), (UDP, IntervalSet.of((0, 65535))))


def cuts(network: Network) -> list[tuple[str, IntervalSet]]:
    """Return the values by header field that a universe must tell apart."""
    found = [("proto", IntervalSet.of(TCP, UDP))]
    for station in network.stations.values():
        for helper in station.config.helpers if station.config is not None else ():
            for protocol, ports in CONTROL.get(helper.protocol, _ANYTHING):
                found += [("proto", IntervalSet.of(protocol)), ("dport", ports)]
    return found


def helpers(network: Network, devices: Iterable[str]) -> tuple[tuple[str, Helper], ...]:
    """Return the helpers of devices, each with its device."""
    stations = (network.stations[name] for name in devices)
    return tuple((s.device.id, helper) for s in stations if s.config is not None for helper in s.config.helpers)


def control(universe: Universe, found: Sequence[tuple[str, Helper]]) -> PacketSet:
    """Return the packets that open a control session of one of the helpers: a later fragment, which names no port, opens none."""
    packets = universe.nothing
    for protocol, ports in dict.fromkeys(
        service for _, helper in found for service in CONTROL.get(helper.protocol, _ANYTHING)
    ):
        packets = packets | (universe.field("proto", IntervalSet.of(protocol)) & universe.field("dport", ports))
    return packets & universe.field("fragment", IntervalSet.of(0))


def way_back(universe: Universe, session: PacketSet, sources: IntervalSet, receivers: IntervalSet) -> PacketSet:
    """Return the packets that the receivers of control sessions may then send to hosts of their sources.

    Who agreed with whom is not kept: any address of the receiver, to any of the source, in the circumstances of a session.
    """
    circumstances = session.exists(
        "fragment", "src", "dst", "proto", "sport", "dport", "tcp_flags", "icmp_type", "icmp_code"
    )
    back = universe.field("src", receivers) & universe.field("dst", sources)
    return back & universe.field("proto", IntervalSet.of(TCP, UDP)) & circumstances
