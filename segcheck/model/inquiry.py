"""One question about a packet in a site, and its answer: what `trace` returns and reports tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from segcheck.model.check import Said
from segcheck.model.crossing import Place
from segcheck.model.journey import SiteTrace
from segcheck.model.site import Site
from segcheck.model.source import Span
from segcheck.model.trace import Verdict


@dataclass(frozen=True, slots=True)
class Unpermitting:
    """An entry of the register that names a session and does not permit it."""

    entry: str
    span: Span
    why: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """A packet sent from a place, and every way that it may go.

    known       the header fields that the question fixes
    standing    fields whose address was chosen to stand for a whole segment, zone or device: "src", "dst"
    minute      wall-clock minute; None = any time
    register    entries of the register that permit the session as it is delivered, with their lines
    refusing    entries that would permit it but for something
    banned      that the models let nobody register it, in both languages; ("", "") where somebody may
    confirm     (device id, the vendor's own command that shows the same)
    """

    place: Place
    known: Mapping[str, int]
    standing: tuple[str, ...] = ()
    minute: int | None = None
    trace: SiteTrace
    register: tuple[tuple[str, Span], ...] = ()
    refusing: tuple[Unpermitting, ...] = ()
    banned: Said = ("", "")
    confirm: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAnswer:
    """The answers to a question from one end to another; a zone is asked by one address of each of its segments.

    verdict   PERMIT if any of the packets surely arrives, DENY if none does even possibly
    """

    site: Site
    source: str
    destination: str
    inquiries: tuple[Inquiry, ...]

    @property
    def verdict(self) -> Verdict:
        """Return what all the answers say together."""
        found = {one.trace.verdict for one in self.inquiries}
        if Verdict.PERMIT in found:
            return Verdict.PERMIT
        return Verdict.DENY if found == {Verdict.DENY} else Verdict.UNDECIDED
