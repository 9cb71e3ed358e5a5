"""What segcheck finds about a network, with the evidence that an auditor can follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from hashlib import sha256

from segcheck.model.crossing import Standing
from segcheck.model.journey import Journey
from segcheck.model.source import Span
from segcheck.sets.header import Packet
from segcheck.sets.listing import Boxes


class Weight(Enum):
    """How grave a finding is (domain: 住民情報 can leave … documentation only)."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """Return 0 for the gravest."""
        return list(Weight).index(self)


class Basis(Enum):
    """What a statement stands on; never mixed."""

    RULES = "R"
    CAPTURES = "C"
    ATTRIBUTES = "A"


@dataclass(frozen=True, slots=True)
class ConfigEvidence:
    """Lines of an export, or of a site file, that decide; `text` is one line for people, free of secrets.

    rule   the vendor's own name of the statement: `device:list:id`, "" for lines that are no rule
    """

    span: Span
    text: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class WitnessEvidence:
    """One concrete packet that shows it, as it leaves its sender, and the ways it goes.

    place     id of the place where it is sent
    minute    wall-clock minute at which it passes; None = at any time
    confirm   (device, the vendor's own lookup command) with which a person can see the same on the device
    """

    packet: Packet
    place: str
    minute: int | None
    journeys: tuple[Journey, ...]
    confirm: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class AttributeEvidence:
    """A declared property and the document it rests on."""

    id: str
    value: str
    document: str = ""


@dataclass(frozen=True, slots=True)
class FramesEvidence:
    """Frames of a capture that show it, never their payload.

    path     of the capture: relative to the site where it lies in it
    frames   numbers of the first few, 1-based, as Wireshark counts
    first    ns since 1970 of the earliest packet; `last` of the latest
    tap      id of the capture point, "" if none was named
    text     one conversation of it: addresses, ports, protocol, VLAN tags
    filter   Wireshark display filter that shows that conversation
    conversations, packets, bytes   of all that this evidence is about
    """

    path: str
    frames: tuple[int, ...]
    first: int
    last: int
    tap: str
    text: str
    filter: str
    conversations: int
    packets: int
    bytes: int


Evidence = ConfigEvidence | WitnessEvidence | AttributeEvidence | FramesEvidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, or cannot be told, with its cause.

    check       id of the check: its file's name in kebab-case
    subject     what it is about, for people: "fw-core policy 41", "SP-006", "segment lg-srv"
    zones       every (source zone, destination zone) that it is about, the gravest first; () = that of src_zone, dst_zone
    key         what stays the same from run to run, never a line number: device id and rule key, or the subject's id
    params      fills the words of the check
    packets     what passes that should not, or does not that should; None where it is not about packets
    because     ids of diagnostics and devices that leave it undecided
    remedy      (Japanese, English): what to change, the 是正案
    waived      id of the waiver that covers it
    """

    check: str
    weight: Weight
    standing: Standing
    basis: tuple[Basis, ...]
    subject: str
    key: str
    src_zone: str = ""
    dst_zone: str = ""
    zones: tuple[tuple[str, str], ...] = ()
    params: tuple[tuple[str, str], ...] = ()
    packets: Boxes | None = None
    because: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    remedy: tuple[str, str] = ("", "")
    requirements: tuple[str, ...] = ()
    waived: str = ""
    waived_until: date | None = None

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return every pair of zones that it is about; ("", …) where a zone does not apply."""
        return self.zones or ((self.src_zone, self.dst_zone),)

    @property
    def fingerprint(self) -> str:
        """Return 16 hexadecimal digits that name this finding over runs and edits elsewhere.

        All its zones count: what is excepted between two zones is not excepted once it reaches a third.
        """
        sources = "+".join(sorted({src for src, _ in self.pairs}))
        destinations = "+".join(sorted({dst for _, dst in self.pairs}))
        parts = (self.check, sources, destinations, self.key)
        return sha256("\0".join(parts).encode()).hexdigest()[:16]
