"""A site as a graph: places where packets are injected and delivered, devices that pass them on, what is not known.

    nouns       Port, Station, Doubt, Network
    equipping   what a device is taken to be: its export, with the topology's addressing; or nothing
    wiring      which interface stands in which place; layer 2
    addressing  which addresses belong to which place

`analysis.reachability` runs sets over it, `analysis.journeys` single packets.
"""

from segcheck.analysis.network.nouns import PUBLIC, UNKNOWN, Doubt, DoubtKind, Network, Port, Station
from segcheck.analysis.network.wiring import build

__all__ = ["PUBLIC", "UNKNOWN", "Doubt", "DoubtKind", "Network", "Port", "Station", "build"]
