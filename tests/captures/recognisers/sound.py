"""The sound openings of every protocol, from the tests of each."""

from __future__ import annotations

from importlib import import_module

from segcheck.captures.recognisers import installed
from segcheck.captures.recognising import Opening, Verdict, Why, conforms

Pair = tuple[str, bytes, bytes, int]


def pairs() -> list[Pair]:
    """Return (name, initiator, responder, proto) of each; fails for a protocol that has no test file."""
    found = []
    for recogniser in installed():
        name = recogniser.PROTOCOL.name
        cases = import_module(f"tests.captures.recognisers.test_{name.replace('-', '_')}").SOUND
        found += [(name, *case) for case in cases]
    return found


def refused(name: str, initiator: bytes, responder: bytes, proto: int = 6) -> bool:
    """Return whether an end contradicts the protocol: it differs, or is at least mixed where the other end conforms."""
    answer = conforms(name, Opening(initiator, responder, proto))
    return answer.verdict is Verdict.DIFFERS or answer.why is Why.MIXED
