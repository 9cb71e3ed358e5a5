"""Protocols told by their first payload bytes: one module per protocol, found by its presence.

To add one, put `acme.py` here with:

    PROTOCOL = Protocol(name="acme", ...)
    def opens(head: Head) -> bool                   whether these bytes are what an initiator says first
    def answers(head: Head, opening: bytes) -> bool     whether these bytes are what a responder says first;
                                                    `opening` is what the initiator said, b"" if nothing

and `tests/captures/recognisers/test_acme.py` with cases. Both functions are pure, read strictly, check every length field
that they pass, and look at no port. They return False only for what contradicts the grammar, and raise `Short` where the
bytes end before it is decided (`Undecided` where all of them do not decide it). So once a beginning is refused, everything
that goes on from it is refused; and what is refused after no opening is refused after every opening. Names that begin with
an underscore are shared floors, not protocols.

No two recognisers accept both ends of one conversation.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import Protocol as Shape
from typing import runtime_checkable

from segcheck.captures.recognisers._base import Head, Protocol, Short, Undecided

__all__ = ["Head", "Protocol", "Recogniser", "Short", "Undecided", "installed"]


@runtime_checkable
class Recogniser(Shape):
    """What a file of this folder offers."""

    PROTOCOL: Protocol

    def opens(self, head: Head) -> bool:
        """Return whether an initiator of this protocol begins like this."""

    def answers(self, head: Head, opening: bytes) -> bool:
        """Return whether a responder of this protocol begins like this."""


@cache
def installed() -> tuple[Recogniser, ...]:
    """Return the recognisers of this folder, by name.

    Raises:
        TypeError: a file lacks `PROTOCOL`, `opens` or `answers`, or its name does not fit the protocol's.
    """
    found = []
    for entry in sorted(pkgutil.iter_modules(__path__), key=lambda e: e.name):
        if entry.name.startswith("_"):
            continue
        module = import_module(f"{__name__}.{entry.name}")
        if not isinstance(module, Recogniser) or module.PROTOCOL.name != entry.name.replace("_", "-"):
            raise TypeError(f"recogniser {entry.name} lacks PROTOCOL, opens or answers, or has another name")
        found.append(module)
    return tuple(found)
