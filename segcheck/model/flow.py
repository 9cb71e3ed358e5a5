"""What a capture shows: the account of its frames, and its conversations as one numpy record each.

A record is a commutative monoid: every field of `FLOW` is a sum, a minimum, a maximum or an OR, or belongs to a minimum
(the head belongs to the earliest payload). Batches, files, taps and machines therefore merge in any order to the same result.

A conversation is known by `KEY`: both addresses, both ports, protocol, and VLAN tags. The lower end (address, then port) is
`a`, the other `b`; who opened it is a question of its own (`Initiator`), answered last.

    addresses   128 bits in two halves; IPv4 as ::ffff:a.b.c.d (RFC 4291 §2.5.5.2), so that one comparison serves both
    ports       TCP, UDP, DCCP (33), SCTP (132), UDP-Lite (136); 0 where there are none and in `BITS_FRAGMENT` rows
    ICMP        pa = pb = type << 8 | code of the request: an answer (echo reply 0, 129; timestamp 14, information 16, address
                mask 18) is put with its request; every other type, errors among them, has a row of its own
    vlan        the two outermost tags, outer first, `NO_VLAN` where there is none; further ones are read past and set
                `BIT_DEEPER_TAGS`. A priority tag (VLAN 0) is a tag
    flags       OR of TCP flags. SCTP is put into the same bits: INIT = SYN, INIT ACK = SYN|ACK, COOKIE ECHO and DATA = ACK,
                ABORT = RST, SHUTDOWN = FIN (RFC 9260 §3.2); I-DATA as DATA (RFC 8260).
                ICMP questions = SYN, their answers = SYN|ACK.
                TCP's SYN bit is put away where FIN or RST is set beside it: such a packet opens nothing
    packets     every frame counted once; bytes are original frame lengths, not captured ones
    payload     frames that carry at least one byte after the L4 header (IP's own length, never Ethernet padding); with SCTP user
                data of a DATA chunk, with other protocols anything behind the IP header. Later fragments count theirs, but
                give no head
    first frame, head frame, opening frame
                `place << 40 | number`: number is the 1-based number of the frame in its file, as Wireshark counts;
                place is the file's position in the order given, so that minima over files mean something
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntFlag

import numpy as np

#: Bytes kept of the first payload in each direction: enough for every recogniser's opening words.
HEAD = 64
NO_VLAN = 0xFFFF
#: No such time or frame.
NEVER = 0x7FFF_FFFF_FFFF_FFFF
#: A frame's number takes the lower bits, its file's place the upper ones.
FRAME_BITS = 40

KEY = ("a_hi", "a_lo", "b_hi", "b_lo", "pa", "pb", "proto", "family", "vlan", "vlan_inner")
FLOW = np.dtype(
    [
        ("a_hi", np.uint64),
        ("a_lo", np.uint64),
        ("b_hi", np.uint64),
        ("b_lo", np.uint64),
        ("pa", np.uint16),
        ("pb", np.uint16),
        ("proto", np.uint8),
        ("family", np.uint8),  # 4 or 6
        ("vlan", np.uint16),
        ("vlan_inner", np.uint16),
        ("bits", np.uint16),  # OR of `Bits`
        ("flags_ab", np.uint8),
        ("flags_ba", np.uint8),
        ("head_len_ab", np.uint8),
        ("head_len_ba", np.uint8),
        ("first", np.int64),  # ns since 1970, UTC; min
        ("last", np.int64),  # max
        ("first_frame", np.int64),  # min
        ("bytes_ab", np.uint64),
        ("bytes_ba", np.uint64),
        ("packets_ab", np.uint32),
        ("packets_ba", np.uint32),
        ("payload_ab", np.uint32),  # frames with payload
        ("payload_ba", np.uint32),
        ("open_ab", np.int64),  # time of the first pure SYN (SYN without ACK) from a; NEVER if none; min
        ("open_ba", np.int64),
        ("open_frame_ab", np.int64),  # its frame: min over the frames, by itself
        ("open_frame_ba", np.int64),
        ("start_ab", np.int64),  # first frame from a; NEVER if none; min
        ("start_ba", np.int64),
        ("head_frame_ab", np.int64),  # first frame with payload, whether captured or not; min; NEVER if none
        ("head_frame_ba", np.int64),
        ("head_ab", np.uint8, (HEAD,)),  # zero-filled past head_len
        ("head_ba", np.uint8, (HEAD,)),
    ]
)


class Bits(IntFlag):
    """What else was seen of a conversation."""

    FRAGMENTED = 1  # some packet came in fragments
    FRAGMENT = 2  # a row of later fragments whose first one is not there: the ports are not known
    TRUNCATED = 4  # some payload or L4 header was cut by the capture's snap length
    DEEPER_TAGS = 8  # more than two VLAN tags
    EXTENSIONS = 16  # IPv6 extension headers other than a fragment header, or IPv4 options
    BAD_LENGTH = 32  # an IP length that the frame does not hold, other than by the snap length
    ANSWER_FIRST = 64  # the earliest frame of all is from b: belongs to the minimum `first_frame`


class FrameOutcome(Enum):
    """What became of a frame; every frame ends as exactly one of these.

    DECODED        read up to L4, or to IP where the protocol is not one of ours; joined fragments too
    NOT_IP         a whole link-layer header that carries neither IPv4 nor IPv6
    FRAGMENT       a later fragment whose first one is not in the capture
    TRUNCATED      a header up to L4 goes on where the capture stopped copying (captured < original length); if the ports were
                   copied, the frame is in its conversation's row all the same, with what is known of it
    MALFORMED      a header contradicts itself, or needs more bytes than the frame ever had
    UNKNOWN_LINK   a link type that is not read
    """

    DECODED = "decoded"
    NOT_IP = "not_ip"
    FRAGMENT = "fragment"
    TRUNCATED = "truncated"
    MALFORMED = "malformed"
    UNKNOWN_LINK = "unknown_link"


@dataclass(frozen=True, slots=True)
class Frames:
    """How many frames ended how; their sum is `read`. `skipped_bytes` of the files lay between readable records."""

    decoded: int = 0
    not_ip: int = 0
    fragment: int = 0
    truncated: int = 0
    malformed: int = 0
    unknown_link: int = 0
    skipped_bytes: int = 0

    @property
    def read(self) -> int:
        """Return the number of frames."""
        return self.decoded + self.not_ip + self.fragment + self.truncated + self.malformed + self.unknown_link

    def __add__(self, other: Frames) -> Frames:
        """Return the account of both."""
        return Frames(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


class Initiator(Enum):
    """How it is known who opened a conversation: its SYN, the SYN-ACK it got, or by inference (the lower port responds)."""

    SYN = "syn"
    SYN_ACK = "syn-ack"
    INFERRED = "inferred"


class State(Enum):
    """How far a conversation went, as seen.

    ATTEMPTED     the initiator spoke, nobody answered
    REFUSED       a reset came back before any handshake was complete
    ANSWERED      an answer came (SYN-ACK, or a datagram back) without handshake or payload both ways
    ESTABLISHED   the handshake was complete, nothing was said
    DATA          payload after a handshake, or both ways
    MIDSTREAM     TCP or SCTP whose opening is not in the capture
    """

    ATTEMPTED = "attempted"
    REFUSED = "refused"
    ANSWERED = "answered"
    ESTABLISHED = "established"
    DATA = "data"
    MIDSTREAM = "midstream"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureFile:
    """A capture as it was read.

    path     as given; "-" is standard input
    format   "pcap" | "pcapng", "" where it is neither
    packing  "" | "gzip" | "zstd"
    size     bytes of the file, 0 where that is not known
    tap      id of the capture point, "" if none was named
    damage   (offset in the unpacked file, what, English; Japanese) told once per kind, the rest counted in `frames`
    complete False: the file ends within a record, or reading stopped at a bound
    """

    path: str
    format: str
    packing: str
    size: int
    sha256: str = ""
    tap: str = ""
    frames: Frames = Frames()
    first: int | None = None
    last: int | None = None
    links: tuple[int, ...] = ()
    snap: int | None = None
    dropped: int | None = None
    damage: tuple[tuple[int, str, str], ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One conversation told: `src` opened it, or is taken to have (see `initiator`).

    also_opened   the other end sent an opening packet of its own: both initiations are judged
    frames        the first few frame numbers that show it, in `file`
    """

    src: str
    dst: str
    sport: int
    dport: int
    proto: int
    vlans: tuple[int, ...]
    first: int
    last: int
    packets_out: int
    bytes_out: int
    packets_in: int
    bytes_in: int
    payload_out: int
    payload_in: int
    initiator: Initiator
    state: State
    also_opened: bool = False
    fragment: bool = False
    protocol: str | None = None
    tunnel: str | None = None
    file: int = 0
    frames: tuple[int, ...] = ()
