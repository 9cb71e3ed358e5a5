"""The answer that a responder sends to a packet it received."""

from __future__ import annotations

from segcheck.analysis.tracing._flows import ORIGINAL, Flow
from segcheck.model.match import State
from segcheck.sets.header import ACK, CARRIERS, ICMP, ICMPV6, SYN

#: ICMP messages that are answered: RFC 792 (echo, timestamp, information), RFC 950 (mask), RFC 1256 (router),
#: RFC 4443 §4.1, RFC 4861 §4.1 and §4.3, RFC 4620 §4.
_ANSWERS = {
    ICMP: {8: 0, 10: 9, 13: 14, 15: 16, 17: 18},
    ICMPV6: {128: 129, 133: 134, 135: 136, 139: 140},
}
_OF_CONNECTION = ("connmark", "dnat", "snat")


def answer_to(first: Flow, received: Flow, *, local: bool) -> Flow | None:
    """Return the answer to a packet as it arrives back at the device; None if nobody answers such a packet.

    first      the packet as it came to the device: what translations are undone to
    received   the packet as the responder got it
    local      the responder is the device itself

    Source and destination are exchanged, ports too; a TCP SYN is answered by SYN+ACK, any other segment by ACK; echo and
    its kin by their replies; none asks for an association (SCTP INIT is answered by INIT ACK). What only the responder
    chooses (TTL, TOS, length) is not known.
    """
    header = received.header
    swapped = {"src": "dst", "dst": "src", "sport": "dport", "dport": "sport"}
    values = {new: header[old] for new, old in swapped.items() if old in header and old not in received.loose}
    values["fragment"] = 0
    proto = header.get("proto")
    if proto is not None:
        values["proto"] = proto
    if proto is not None and proto in CARRIERS["icmp_type"] and "icmp_type" in header:
        answer = _ANSWERS[proto].get(header["icmp_type"])
        if answer is None:
            return None
        values["icmp_type"] = answer
        values["icmp_code"] = 0
    if "tcp_flags" in header:
        values["tcp_flags"] = SYN | ACK if header["tcp_flags"] & (SYN | ACK) == SYN else ACK
    # What the device did not track has left no connection behind: its answer is a packet like any other.
    tracked = received.values.get("state") not in (int(State.INVALID), int(State.UNTRACKED))
    origin = first.values if tracked else values
    values |= {original: origin[name] for original, name in ORIGINAL.items() if name in origin}
    for name in _OF_CONNECTION:
        if not tracked:
            values[name] = 0
        elif name in received.values:
            values[name] = received.values[name]
    values |= {
        "state": int(State.ESTABLISHED if tracked else State.NONE),
        "reply": int(tracked),
        "mark": 0,
        "opening": 0,
    }
    return Flow(
        values=values,
        family=received.family,
        ingress="" if local else received.egress,
        choices=received.choices,
        answer=tracked,
    )
