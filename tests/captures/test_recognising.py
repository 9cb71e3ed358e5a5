"""What holds for every recogniser, and what is made of their answers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segcheck.captures.recognisers import Head, Recogniser, Short, installed
from segcheck.captures.recognising import Opening, Verdict, Why, conforms, conforms_to_any, protocols, recognise
from segcheck.lang import words
from segcheck.model.flow import HEAD
from tests.captures.recognisers import sound

PAIRS = sound.pairs()
_NAMES = {recogniser.PROTOCOL.name for recogniser in installed()}
_heads = st.binary(max_size=HEAD)
_proto = st.sampled_from((6, 17))


def test_the_protocols_that_were_asked_for_are_there() -> None:
    assert {"rdp", "vnc", "smb", "ssh", "http", "http-connect", "tls", "dns", "smtp", "ftp", "ica", "socks"} <= _NAMES
    assert all(one.en and one.ja and one.source for one in protocols())


@pytest.mark.parametrize(("name", "initiator", "responder", "proto"), PAIRS)
def test_sound_openings_are_surely_it(name: str, initiator: bytes, responder: bytes, proto: int) -> None:
    assert len(initiator) <= HEAD
    assert len(responder) <= HEAD
    assert recognise(initiator, responder, proto) == recognise(initiator, responder, proto, guessed=True)
    assert recognise(initiator, responder, proto).name == name
    assert recognise(initiator, responder, proto).sure
    assert conforms(name, Opening(initiator, responder, proto)).verdict is Verdict.CONFORMS


@pytest.mark.parametrize(("name", "initiator", "responder", "proto"), PAIRS)
def test_a_part_of_it_is_never_another_and_contradicts_nothing(
    name: str, initiator: bytes, responder: bytes, proto: int
) -> None:
    for a in range(len(initiator) + 1):
        for b in {0, 1, 2, 3, 4, 5, 8, 12, 13, 20, 40, len(responder) - 1, len(responder)}:
            opening = Opening(initiator[:a], responder[: max(b, 0)], proto, cut=True)
            found = recognise(opening.initiator, opening.responder, proto, cut=True)
            assert not found.sure or found.name == name
            assert conforms(name, opening).verdict is not Verdict.DIFFERS


@pytest.mark.parametrize(("name", "initiator", "responder", "proto"), PAIRS)
def test_one_end_alone_is_never_sure(name: str, initiator: bytes, responder: bytes, proto: int) -> None:
    for opening in (Opening(initiator, b"", proto), Opening(b"", responder, proto)):
        found = recognise(opening.initiator, opening.responder, proto)
        assert not found.sure
        assert name in found.candidates
        answer = conforms(name, opening)
        assert (answer.verdict, answer.why) == (Verdict.UNKNOWN, Why.ONE_SIDE)


@pytest.mark.parametrize(("name", "initiator", "responder", "proto"), PAIRS)
def test_with_another_protocols_responder_it_is_not_that_other_one(
    name: str, initiator: bytes, responder: bytes, proto: int
) -> None:
    for other, asked, answered, way in PAIRS:
        if way == proto and other != name:
            assert recognise(initiator, answered, proto).name in (name, None)
            assert recognise(asked, responder, proto).name != name or asked == initiator


@pytest.mark.parametrize(("name", "initiator", "responder", "proto"), PAIRS)
def test_one_bit_off_is_never_another(name: str, initiator: bytes, responder: bytes, proto: int) -> None:
    for said, place in ((0, n) for n in range(len(initiator))):
        for bit in range(8):
            ends = [bytearray(initiator), bytearray(responder)]
            ends[said][place] ^= 1 << bit
            found = recognise(bytes(ends[0]), bytes(ends[1]), proto)
            assert not found.sure or found.name == name


@given(_heads, _heads, _proto, st.booleans(), st.booleans())
def test_noise_is_never_sure_and_never_raises(a: bytes, b: bytes, proto: int, cut: bool, guessed: bool) -> None:
    assert not recognise(a, b, proto, cut=cut, guessed=guessed).sure
    for name in _NAMES:
        assert conforms(name, Opening(a, b, proto, cut, False, guessed)).verdict is not Verdict.CONFORMS


def _refuses(recogniser: Recogniser, data: bytes, opening: bytes | None, proto: int) -> bool:
    head = Head(data, proto, cut=True)
    try:
        return not (recogniser.opens(head) if opening is None else recogniser.answers(head, opening))
    except Short:
        return False


@settings(max_examples=400)
@given(st.data())
def test_what_is_refused_stays_refused_when_more_follows(data: st.DataObject) -> None:
    """The law that lets a first byte leave recognisers out."""
    name, initiator, responder, proto = data.draw(st.sampled_from(PAIRS))
    (recogniser,) = (one for one in installed() if one.PROTOCOL.name == name)
    answering = data.draw(st.booleans())
    said = bytearray(responder if answering else initiator)
    for _ in range(data.draw(st.integers(0, 2))):
        said[data.draw(st.integers(0, len(said) - 1))] = data.draw(st.integers(0, 255))
    said += data.draw(st.binary(max_size=HEAD - len(said)))
    end = data.draw(st.integers(1, len(said)))
    for opening in (b"", initiator) if answering else (None,):
        if _refuses(recogniser, bytes(said[:end]), opening, proto):
            assert _refuses(recogniser, bytes(said), opening, proto)
    if answering and _refuses(recogniser, bytes(said), b"", proto):
        assert _refuses(recogniser, bytes(said), initiator, proto)


SSH = b"SSH-2.0-x\r\n"
GET, OK = b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("opening", "why"),
    [
        (Opening(b"", b"", 6), Why.SILENT),
        (Opening(b"", b"", 6, cut=True), Why.CUT),
        (Opening(SSH, b"", 6), Why.ONE_SIDE),
        (Opening(b"SS", SSH, 6), Why.TOO_LITTLE),
        (Opening(b"SS", SSH, 6, cut=True), Why.CUT),
        (Opening(SSH, b"\x00\x01", 6), Why.MIXED),
        (Opening(b"\x99\x98", SSH, 6), Why.MIXED),
        (Opening(b"\x00\x01\x02", b"\x00\x01\x02", 6, midstream=True), Why.MIDSTREAM),
        (Opening(b"\x00\x01\x02", b"\x00\x01\x02", 17), Why.TRANSPORT),
    ],
)
def test_what_is_not_known_says_why(opening: Opening, why: Why) -> None:
    answer = conforms("ssh", opening)

    assert (answer.verdict, answer.why) == (Verdict.UNKNOWN, why)


def test_midstream_both_ends_decide_and_one_does_not() -> None:
    assert conforms("ssh", Opening(SSH, SSH, 6, midstream=True)).verdict is Verdict.CONFORMS
    assert conforms("rdp", Opening(SSH, SSH, 6, midstream=True)).what == "ssh"
    assert conforms("rdp", Opening(SSH, b"", 6, midstream=True)).why is Why.MIDSTREAM


def test_one_end_that_contradicts_is_enough_to_differ() -> None:
    answer = conforms("rdp", Opening(GET, b"", 6))

    assert (answer.verdict, answer.what, answer.sure) == (Verdict.DIFFERS, "http", False)


def test_an_end_that_is_known_to_say_something_else_differs() -> None:
    answer = conforms("ssh", Opening(SSH, OK, 6, guessed=False))
    banner = conforms("vnc", Opening(b"RFB 003.008\n", b"220 ready\r\n", 6))
    tls = conforms("tls", Opening(GET, b"\x15\x03\x03\x00\x02\x02\x28", 6))

    assert (answer.verdict, answer.why) == (Verdict.UNKNOWN, Why.TOO_LITTLE)  # a server of SSH may say any text first
    assert (banner.verdict, banner.what) == (Verdict.DIFFERS, None)  # mail or file transfer
    assert (tls.verdict, tls.what, tls.sure) == (Verdict.DIFFERS, "http", False)


def test_what_one_end_says_names_it_though_the_other_says_nothing_known() -> None:
    answer = conforms("rdp", Opening(GET, b"\x99\x98", 6))

    assert (answer.verdict, answer.what, answer.sure) == (Verdict.DIFFERS, "http", False)


def test_nothing_that_is_known_differs_without_a_name() -> None:
    answer = conforms("rdp", Opening(b"\x99\x98", b"\x97", 6))

    assert (answer.verdict, answer.what) == (Verdict.DIFFERS, None)


def test_a_guessed_initiator_may_be_the_responder() -> None:
    assert recognise(OK, GET, 6).name is None
    assert recognise(OK, GET, 6, guessed=True).name == "http"
    assert conforms("http", Opening(OK, GET, 6)).verdict is Verdict.DIFFERS
    assert conforms("http", Opening(OK, GET, 6, guessed=True)).verdict is Verdict.CONFORMS
    assert conforms("http", Opening(OK, b"", 6, guessed=True)).why is Why.ONE_SIDE


def test_of_several_protocols_one_is_enough() -> None:
    web = ("http-connect", "http")

    assert conforms_to_any(web, Opening(GET, OK, 6)).verdict is Verdict.CONFORMS
    assert conforms_to_any(web, Opening(GET, b"", 6)).why is Why.ONE_SIDE
    assert conforms_to_any(web, Opening(SSH, SSH, 6)).what == "ssh"
    with pytest.raises(ValueError, match="empty"):
        conforms_to_any((), Opening(SSH, SSH, 6))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_answer_has_its_words(language: str) -> None:
    known = words.load(language)

    assert known.under("speaking.verdict") == tuple(one.value for one in Verdict)
    assert known.under("speaking.why") == tuple(one.value for one in Why)


def test_a_protocol_that_nobody_recognises_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError):
        conforms("pcoip", Opening(b"", b"", 6))
