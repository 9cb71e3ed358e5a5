"""Capture files to frames: pcap and pcapng, damaged ones too.

These are the exact rules, for every engine.

**Format.** The first four bytes of the unpacked file decide. pcap: A1B2C3D4 (microseconds), A1B23C4D (nanoseconds), A1B2CD34
(Kuznetsov's: microseconds, record headers of 24 bytes), in either byte order, and 24 bytes of file header. pcapng: 0A0D0D0A,
a byte order mark at offset 8 and at least 28 bytes. Everything else is no capture. pcap's version is not looked at; link
type = lower 16 bits of the network field (above them stand FCS length and reserved bits); snap length 0 is none.
Sources: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng, libpcap `pcap/pcap.h`.

**pcap record at p.** seconds, fraction, captured, original (32 bits each, unsigned), then the data. Implausible: captured >
262144 (libpcap's MAXIMUM_SNAPLEN), or the first 16 bytes all zero. A fraction of a second or more is carried over. Time is
never negative.

**pcap, finding the way back.** From p+1 on, byte by byte, the first q at which a *strict* header stands (1 <= captured <=
original <= 262144, fraction less than a second) and behind whose data another strict header stands whose seconds differ by a
day at most: payload is full of zeros and small numbers that look like one header alone.

**pcapng block at p.** type, total length L, ..., L again at the end; the block takes R = L rounded up to 4, the second L is
its last 4 bytes (some writers do not count their padding). Implausible: L < 12 (section header: 28) or L > 16 MiB
(Wireshark's bound), a section header without byte order mark, lengths that differ. A section header (also a new one) sets
the byte order and forgets interfaces.
Unknown types, name resolution, secrets and comments are passed over and never kept.
    interface description  link type, snap length, if_tsresol (9), if_tsoffset (14); the last of each counts. L < 20: an interface
                           of unknown link, told as damage, so that the numbers of later ones stay right. At most 65536 per
                           section are kept
    enhanced packet, (obsolete) packet
                           L < 32 or captured > L - 32: passed over as damage, nothing else is in doubt
    simple packet          captured = min(original, L - 16, snap length of interface 0 if that is not 0); it has no time: that of
                           the frame before it in the file counts, 0 if there is none. L < 16: as above
    interface statistics   isb_ifdrop (5) + isb_osdrop (7) of the last one of each interface, summed over interfaces and sections
Frames of an interface that was not described have link -1 and microseconds.
Time = floor(units * 10^9 / resolution) + 10^9 * if_tsoffset, clamped to -2^63 + 1 .. 2^63 - 2 (`NEVER` stays free).

**pcapng, finding the way back.** From p+1 on, byte by byte, the first q with a known type (section header with its own byte
order; in the order of the section: 1 to 6 and 10), a length from that type's least one to 16 MiB, and the same length at the
end of the block.

**Past the end.** A record or block that goes on behind the end of the file is damage in the middle if the way back can be
found in the rest of the file. Otherwise the file is cut there: what there is of its frame is a frame (captured = what is
there, if a fixed part of 16/24, 28, 12 bytes is there and the captured length is one that the record could have), `complete`
is False. Fewer bytes at the end than a header has (16/24, 12): cut, counted as skipped.

**Account.** `skipped_bytes`: from an implausible header to the way back or the end, whole blocks that were passed over as
damage, and the rest of a cut file that made no frame. A frame's number is its place among frames, from 1, as Wireshark
counts packets.
"""

from __future__ import annotations

from collections.abc import Callable

from segcheck.captures import pcap, pcapng
from segcheck.captures.damage import Damages
from segcheck.captures.walking import Buffer, NotACapture, Walk

#: Bytes that tell a capture at its beginning.
MAGICS = frozenset({*pcap.MAGICS, pcapng.SECTION})


def walk(read: Callable[[int], bytes], damages: Damages) -> Walk:
    """Return the walk over an unpacked file; `read(n)` gives up to n bytes, nothing at the end.

    Raises:
        NotACapture: it is no capture.
    """
    buffer = Buffer(read)
    have = buffer.fill(0, 28)
    start = buffer.data[:4]
    if not have:
        raise NotACapture("empty")
    if start in pcap.MAGICS:
        if have < 24:
            raise NotACapture("cut")
        return pcap.Pcap(buffer, damages, pcap.MAGICS[start])
    if start == pcapng.SECTION:
        if have < 28:
            raise NotACapture("cut")
        if buffer.data[8:12] in pcapng.ORDERS:
            return pcapng.Pcapng(buffer, damages)
    raise NotACapture("other")
