"""What a recogniser is made of: its `Protocol`, and the `Head` that it reads front to back, never past what was kept."""

from __future__ import annotations

from dataclasses import dataclass

from segcheck.model.flow import HEAD

TCP, UDP = 6, 17


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """A protocol by its name, which is its file's name in kebab-case.

    en, ja       what people call it
    transports   IP protocol numbers on which it is recognised
    source       where its grammar is written
    """

    name: str
    en: str
    ja: str
    transports: tuple[int, ...] = (TCP,)
    source: str


class Short(Exception):
    """The bytes end before the grammar is decided: nothing so far contradicts it."""


class Undecided(Short):
    """Nothing is missing, and these words still do not tell this protocol from another."""


class Head:
    """The first payload of one end, as far as it was kept, with a place that moves forward.

    proto   6 or 17: a protocol may be framed differently on each
    whole   nothing of that frame's payload is missing: it is shorter than `HEAD`, and the capture did not cut it

    Every reading method raises `Short` where the bytes end.
    """

    __slots__ = ("data", "place", "proto", "whole")

    def __init__(self, data: bytes, proto: int = TCP, cut: bool = False) -> None:
        self.data = data
        self.proto = proto
        self.place = 0
        self.whole = len(data) < HEAD and not cut

    @property
    def left(self) -> int:
        """Return how many kept bytes have not been read."""
        return len(self.data) - self.place

    def take(self, count: int) -> bytes:
        """Return the next bytes."""
        end = self.place + count
        if end > len(self.data):
            raise Short
        taken = self.data[self.place : end]
        self.place = end
        return taken

    def byte(self) -> int:
        """Return the next byte."""
        place = self.place
        if place >= len(self.data):
            raise Short
        self.place = place + 1
        return self.data[place]

    def number(self, size: int) -> int:
        """Return the next bytes as a number in network order."""
        return int.from_bytes(self.take(size), "big")

    def little(self, size: int) -> int:
        """Return the next bytes as a number, least significant byte first."""
        return int.from_bytes(self.take(size), "little")

    def word(self, *choices: bytes, fold: bool = False) -> bytes | None:
        """Return which of `choices` stands next and read past it; None if none can. With `fold`, ASCII case is ignored.

        No choice may begin another one.
        """
        rest = self.data[self.place : self.place + max(map(len, choices))]
        if fold:
            rest = rest.upper()
        for choice in choices:
            if rest.startswith(choice):
                self.place += len(choice)
                return choice
        if any(choice.startswith(rest) for choice in choices):
            raise Short
        return None

    def line(self, eight_bit: bool = False) -> tuple[bytes, bool] | None:
        """Return the rest of a line of text without its end, and whether its end is there; None if that is no text.

        A line that goes on where a full head ends is returned as far as it was kept. Visible ASCII, blanks and tabs are
        text; with `eight_bit` so are bytes from 128.
        """
        rest = self.data[self.place :]
        text, end, _ = rest.partition(b"\n")
        self.place += len(text) + len(end)
        text = text.removesuffix(b"\r")
        if text.translate(None, _EIGHT_BIT if eight_bit else _SEVEN_BIT):
            return None
        if not end and len(self.data) < HEAD:
            raise Short
        return text, bool(end)

    def greeting(self, *codes: bytes) -> bool:
        """Return whether a line of text comes that begins with one of these codes of three digits (RFC 959, RFC 5321)."""
        if self.word(*codes) is None or self.byte() not in b" -\r\n":
            return False
        self.place -= 1
        return self.line(eight_bit=True) is not None


_SEVEN_BIT = b"\t" + bytes(range(32, 127))
_EIGHT_BIT = _SEVEN_BIT + bytes(range(128, 256))
