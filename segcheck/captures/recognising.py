"""Which protocol a conversation speaks, told by the first payload bytes of both ends and by nothing else.

A name is sure only if both ends conform to the grammar of that one protocol. One end alone is consistent with it. No port is
looked at: whether a conversation speaks what its service should speak is `conforms`, and who expects what is not known here.
Nothing that an attacker wraps into a well-formed opening can be told from the real thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from segcheck.captures.recognisers import Head, Protocol, Recogniser, Short, Undecided, installed, rdp
from segcheck.captures.recognisers._base import TCP, UDP
from segcheck.captures.tables import Table
from segcheck.captures.telling import INITIATORS, STATES, Openings
from segcheck.model.flow import Bits, Initiator, State


@dataclass(frozen=True, slots=True)
class Opening:
    """What both ends of a conversation said first.

    initiator, responder   the first bytes of each one's first payload, at most `HEAD`; b"" if it said nothing
    proto                  IP protocol number
    cut                    the capture's snap length took away from some payload
    midstream              the beginning is not in the capture, so that these need not be the first words
    guessed                who opened is inferred: the two may have to change places
    """

    initiator: bytes
    responder: bytes
    proto: int
    cut: bool = False
    midstream: bool = False
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Recognised:
    """Which protocol it is.

    name         None if none fits, or if more than one does
    sure         both ends conform to it; otherwise it is consistent with what one end said
    candidates   every protocol that what was said is consistent with, sorted; just `name` if that is sure
    """

    name: str | None
    sure: bool
    candidates: tuple[str, ...]


class Verdict(Enum):
    """Whether a conversation speaks what it should."""

    CONFORMS = "conforms"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


class Why(Enum):
    """Why it is not known what a conversation speaks.

    SILENT      neither end sent payload
    ONE_SIDE    one end conforms, the other said nothing
    TOO_LITTLE  an end said too little for its words to be told
    CUT         the capture's snap length took the words away
    MIXED       one end conforms, the other neither does nor is anything known: frames may be missing or out of order
    MIDSTREAM   the beginning is not in the capture
    TRANSPORT   the protocol is not recognised on this IP protocol
    """

    SILENT = "silent"
    ONE_SIDE = "one-side"
    TOO_LITTLE = "too-little"
    CUT = "cut"
    MIXED = "mixed"
    MIDSTREAM = "midstream"
    TRANSPORT = "transport"


@dataclass(frozen=True, slots=True)
class Conformance:
    """The answer of `conforms`.

    what     DIFFERS: the protocol that it is, or that an end is consistent with; None if it is none that is known
    sure     both ends conform to `what`
    why      UNKNOWN: why
    """

    verdict: Verdict
    what: str | None = None
    sure: bool = False
    why: Why | None = None


class _Side(Enum):
    YES = "yes"
    NO = "no"
    SHORT = "short"
    SILENT = "silent"


_Sides = tuple[_Side, _Side]
_BOTH: _Sides = (_Side.YES, _Side.YES)


def said(table: Table, known: Openings) -> Iterator[Opening]:
    """Yield what both ends of each conversation said first, in the order of the table; `known` is `telling.openings` of it."""
    midstream = STATES.index(State.MIDSTREAM)
    inferred = INITIATORS.index(Initiator.INFERRED)
    columns = ("proto", "bits", "head_len_ab", "head_len_ba")
    for from_a, initiator, state, proto, bits, size_a, size_b, head_a, head_b in zip(
        known.from_a.tolist(),
        known.initiator.tolist(),
        known.state.tolist(),
        *(table[name].tolist() for name in columns),
        table["head_ab"],
        table["head_ba"],
        strict=True,
    ):
        words = head_a[:size_a].tobytes(), head_b[:size_b].tobytes()
        first, second = words if from_a else words[::-1]
        cut = bool(bits & Bits.TRUNCATED)
        yield Opening(first, second, proto, cut, state == midstream, initiator == inferred)


def names(table: Table, known: Openings) -> list[str | None]:
    """Return the protocol that each conversation surely speaks, None where that is not known; `known` as in `said`.

    Cost: about 10 us a conversation.
    """
    spoken = (
        recognise(one.initiator, one.responder, one.proto, cut=one.cut, guessed=one.guessed)
        for one in said(table, known)
    )
    return [one.name if one.sure else None for one in spoken]


def rdp_encrypted(opening: Opening) -> bool | None:
    """Return whether a conversation over TCP that surely is RDP goes on in TLS; None if both ends' words do not show it."""
    if opening.proto != TCP or opening.midstream:
        return None
    for words in _ways(opening):
        found = rdp.encrypted(*words)
        if found is not None:
            return found
    return None


def _ways(opening: Opening) -> Iterator[tuple[bytes, bytes]]:
    yield opening.initiator, opening.responder
    if opening.guessed:
        yield opening.responder, opening.initiator


def protocols() -> tuple[Protocol, ...]:
    """Return every protocol that is recognised, by name."""
    return tuple(recogniser.PROTOCOL for recogniser in installed())


def recognise(
    initiator: bytes, responder: bytes, proto: int, *, cut: bool = False, guessed: bool = False
) -> Recognised:
    """Return the protocol of a conversation by its first words; see `Opening` for the arguments.

    Costs some microseconds; equal words are looked at once. Never raises.
    """
    found = _recognise(initiator, responder, proto, cut)
    if guessed and not found.sure:
        turned = _recognise(responder, initiator, proto, cut)
        if turned.sure or not found.candidates:
            return turned
    return found


def conforms(expected: str, opening: Opening) -> Conformance:
    """Return whether a conversation speaks the protocol `expected`, by name.

    It conforms only if both ends do. It differs if it surely is another protocol, or if an end contradicts the grammar and the
    other does not conform, or is known to say something else. Where the beginning is not in the capture, only the first counts.

    Raises:
        KeyError: no such protocol is recognised.
    """
    recogniser = _by_name()[expected]
    found = recognise(opening.initiator, opening.responder, opening.proto, cut=opening.cut, guessed=opening.guessed)
    if found.sure:
        if found.name == expected:
            return Conformance(Verdict.CONFORMS)
        return Conformance(Verdict.DIFFERS, found.name, sure=True)
    if not opening.initiator and not opening.responder:
        return Conformance(Verdict.UNKNOWN, why=Why.CUT if opening.cut else Why.SILENT)
    if opening.midstream:
        return Conformance(Verdict.UNKNOWN, why=Why.MIDSTREAM)
    if opening.proto not in recogniser.PROTOCOL.transports:
        return Conformance(Verdict.UNKNOWN, why=Why.TRANSPORT)
    sides = _sides(recogniser, opening.initiator, opening.responder, opening.proto, opening.cut)
    if _Side.NO in sides and opening.guessed:
        turned = _sides(recogniser, opening.responder, opening.initiator, opening.proto, opening.cut)
        sides = sides if _Side.NO in turned else turned
    if _Side.NO in sides:
        return _contradicted(opening, sides, found)
    if _Side.SHORT in sides:
        return Conformance(Verdict.UNKNOWN, why=Why.CUT if opening.cut else Why.TOO_LITTLE)
    return Conformance(Verdict.UNKNOWN, why=Why.ONE_SIDE)


def conforms_to_any(expected: Sequence[str], opening: Opening) -> Conformance:
    """Return whether a conversation speaks one of several protocols: it differs only if it differs from each of them.

    Raises:
        KeyError: no such protocol is recognised.
        ValueError: none is expected.
    """
    answers = [conforms(name, opening) for name in expected]
    return min(answers, key=lambda answer: (Verdict.CONFORMS, Verdict.UNKNOWN, Verdict.DIFFERS).index(answer.verdict))


def _contradicted(opening: Opening, sides: _Sides, found: Recognised) -> Conformance:
    """Return what a contradiction of the grammar means."""
    ends = ((opening.initiator, b""), (b"", opening.responder))
    alone = [
        _recognise(*end, opening.proto, opening.cut) for end, side in zip(ends, sides, strict=True) if side is _Side.NO
    ]
    # a capture may miss or reorder the first words of one end: where the other conforms, only what is known to be something
    # else differs
    if _Side.YES in sides and not any(one.candidates for one in alone):
        return Conformance(Verdict.UNKNOWN, why=Why.MIXED)
    return Conformance(Verdict.DIFFERS, found.name or next((one.name for one in alone if one.name), None))


@lru_cache(maxsize=1 << 13)
def _recognise(initiator: bytes, responder: bytes, proto: int, cut: bool) -> Recognised:
    both, possible = [], []
    for recogniser in _worth_asking(proto, initiator[:1], responder[:1]):
        sides = _sides(recogniser, initiator, responder, proto, cut)
        if sides == _BOTH:
            both.append(recogniser.PROTOCOL.name)
        elif _Side.YES in sides and _Side.NO not in sides:
            possible.append(recogniser.PROTOCOL.name)
    names = tuple(both or possible)
    return Recognised(names[0] if len(names) == 1 else None, len(both) == 1, names)


def _sides(recogniser: Recogniser, initiator: bytes, responder: bytes, proto: int, cut: bool) -> _Sides:
    return (
        _opens(recogniser, initiator, proto, cut),
        _answers(recogniser, responder, initiator, proto, cut),
    )


def _opens(recogniser: Recogniser, said: bytes, proto: int, cut: bool) -> _Side:
    if not said:
        return _Side.SILENT
    head = Head(said, proto, cut)
    try:
        return _Side.YES if recogniser.opens(head) else _Side.NO
    except Undecided:
        return _Side.SHORT
    except Short:
        return _ended(head)


def _answers(recogniser: Recogniser, said: bytes, opening: bytes, proto: int, cut: bool) -> _Side:
    if not said:
        return _Side.SILENT
    head = Head(said, proto, cut)
    try:
        return _Side.YES if recogniser.answers(head, opening) else _Side.NO
    except Undecided:
        return _Side.SHORT
    except Short:
        return _ended(head)


def _ended(head: Head) -> _Side:
    """A datagram does not go on in the next one: words that end too early there are wrong, not short."""
    return _Side.NO if head.proto == UDP and head.whole else _Side.SHORT


def _worth_asking(proto: int, initiator: bytes, responder: bytes) -> tuple[Recogniser, ...]:
    """Return the recognisers that do not refuse these first bytes; what is refused stays refused when more follows."""
    return _chosen(_may_open(proto, initiator) & _may_answer(proto, responder))


@lru_cache(maxsize=1024)
def _may_open(proto: int, first: bytes) -> int:
    """Return a bit for each recogniser whose initiator may begin with this byte."""
    return sum(
        1 << number
        for number, recogniser in enumerate(installed())
        if proto in recogniser.PROTOCOL.transports and _opens(recogniser, first, proto, cut=True) is not _Side.NO
    )


@lru_cache(maxsize=1024)
def _may_answer(proto: int, first: bytes) -> int:
    """Return a bit for each recogniser whose responder may begin with this byte."""
    return sum(
        1 << number
        for number, recogniser in enumerate(installed())
        if proto in recogniser.PROTOCOL.transports and _answers(recogniser, first, b"", proto, cut=True) is not _Side.NO
    )


@lru_cache(maxsize=1024)
def _chosen(bits: int) -> tuple[Recogniser, ...]:
    return tuple(recogniser for number, recogniser in enumerate(installed()) if bits >> number & 1)


@lru_cache(maxsize=1)
def _by_name() -> dict[str, Recogniser]:
    return {recogniser.PROTOCOL.name: recogniser for recogniser in installed()}
