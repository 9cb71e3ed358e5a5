"""Arithmetic of packets; it has never heard of firewalls.

    intervals   IntervalSet: integers as ranges
    addresses   IPv4 and IPv6 on one line; reading and writing addresses
    header      fields, their carriers, the four packet classes, Packet
    packets     UniverseBuilder, Universe, PacketSet: exact sets of packets
    listing     Box, Boxes: packet sets for people
    bounds      Bounds: sets that are known only from below and above

Import from the modules; importing this package loads none of them.
"""
