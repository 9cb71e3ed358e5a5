"""The order in which a device consults its lists. The importer states it; engines only run it.

A packet that arrives from a segment passes `ingress`, is then routed, and passes `local` if its destination is the device
itself or `forward` if it goes on; what the device itself sends is routed and passes `output`.

Stages of one packet, whatever its family and state, run in the order written; a stage that is not for the packet's family
or state is passed over.

FILTER     each binding whose interface fits is consulted in turn; Deny drops the packet, anything else lets it go on
TRANSLATE  as FILTER, but lists also translate. Connections are translated once: an opening packet (state NEW, or RELATED)
           consults the lists, the packets of a connection that is already known are rewritten as the connection was,
           replies in reverse
CLASSIFY   its lists write extra dimensions (connection state, marks); they never deny
DEFRAGMENT from here on a non-first fragment stands for its whole datagram and shares its fate; alone it ends here
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from segcheck.model.match import State


class StageKind(Enum):
    """What a stage does with a packet."""

    FILTER = "filter"
    TRANSLATE = "translate"
    CLASSIFY = "classify"
    DEFRAGMENT = "defragment"


@dataclass(frozen=True, slots=True)
class Binding:
    """A list consulted for packets of one interface.

    list        name of the list
    side        "in", "out" or "" for every packet
    interfaces  names (a trailing `*` stands for any rest); ignored when side is ""
    """

    list: str
    side: str = ""
    interfaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a pipeline; for which packets, by which lists.

    families   IP versions it applies to
    states     connection states it applies to; None = all
    side       of a TRANSLATE stage, which address it may rewrite: "dst" or "src"
    session    packets of a known connection (ESTABLISHED, RELATED) pass without consulting the lists, as in firewalls
               that decide once per session
    """

    name: str
    kind: StageKind
    bindings: tuple[Binding, ...] = ()
    families: frozenset[int] = frozenset((4, 6))
    states: frozenset[State] | None = None
    side: str = ""
    session: bool = False


@dataclass(frozen=True, slots=True)
class Pipeline:
    """All stages of a device; `policy_routes` names the list that is asked before the routing table, or ""."""

    ingress: tuple[Stage, ...] = ()
    forward: tuple[Stage, ...] = ()
    local: tuple[Stage, ...] = ()
    output: tuple[Stage, ...] = ()
    policy_routes: str = ""

    def stages(self) -> tuple[Stage, ...]:
        """Return every stage once, in the order of the fields."""
        return (*self.ingress, *self.forward, *self.local, *self.output)


@dataclass(frozen=True, slots=True)
class Helper:
    """A protocol helper (ALG) that opens expected sessions: FTP, SIP, TFTP, RPC ...

    sure   whether it is certainly switched on; otherwise its sessions are only possible
    """

    protocol: str
    sure: bool
    list: str = ""
    rules: tuple[str, ...] = field(default=())
