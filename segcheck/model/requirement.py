"""A requirement of the three-tier model, and how a site stands to it (DESIGN §2.19).

No outcome speaks for a body as a whole: 適合 is the auditor's word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum

from segcheck.model.check import Said
from segcheck.model.finding import Basis, Weight
from segcheck.model.register import ProfileModel
from segcheck.model.site_words import Tier


class Certainty(Enum):
    """How sure we are that somebody demands it: S and V may be stated, K is a paraphrase, the rest is said to be ours."""

    READ = "S"  # read in a published policy
    SEEN = "V"  # seen in another public source
    PARAPHRASED = "K"  # the guideline says so; its wording was not at hand
    UNSURE = "K?"  # likewise, but not sure: a parameter without a default
    INFERRED = "I"  # our own reading; nobody has issued it

    @classmethod
    def _missing_(cls, value: object) -> Certainty | None:
        """Return UNSURE for the word `unsure`: a question mark keeps a data file from being read quickly."""
        return cls.UNSURE if value == "unsure" else None


class Coverage(Enum):
    """How far a check could be asked of a site at all; a check that finds nothing says which of these it was."""

    ASKED = "asked"
    NOTHING_TO_ASK = "nothing_to_ask"  # the site has nothing that it is about
    NO_INPUT = "no_input"  # what it would have to read was not supplied
    CLAIMED = "claimed"  # somebody says so, with no evidence behind it


@dataclass(frozen=True, slots=True)
class Covered:
    """The coverage of a check with its reason; `reason` is empty for ASKED only."""

    coverage: Coverage
    reason: Said = ("", "")


class Outcome(Enum):
    """How a site stands to a requirement."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    INSUFFICIENT = "insufficient_evidence"
    NOT_APPLICABLE = "not_applicable"
    EXCEPTED = "exception_approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What is demanded, of what, and what can show it; an id may stand for several, of different editions of the guideline.

    subject, object   what it binds, towards what ("" = nothing), in words
    by          the kinds of evidence that can speak to it; () = none that segcheck reads
    needs       those of `by` without which it never passes, whatever the others say
    presence    it demands that something is there, which a capture can show; else a capture can only refute it
    tiers       that a site must all have for it to apply
    models      of the guideline that demand it; () = all
    weight      of not meeting it
    sources     where it comes from: clauses and documents, never quoted
    note        which part of it is more, or less, sure than `certainty` says
    clauses     of the bundled example policy, by its own numbering: ("6(3)①", …)
    editions    (first, last) guideline edition that demands it; "" = open on that side
    """

    id: str
    text: Said
    subject: Said
    object: Said
    by: tuple[Basis, ...]
    needs: tuple[Basis, ...]
    weight: Weight
    sources: tuple[str, ...]
    certainty: Certainty
    note: Said = ("", "")
    presence: bool = False
    tiers: tuple[Tier, ...] = ()
    models: tuple[ProfileModel, ...] = ()
    clauses: tuple[str, ...] = ()
    editions: tuple[str, str] = ("", "")

    @property
    def mandatory(self) -> bool:
        """Whether somebody demands it and segcheck reads what can show it: what is ours, or unsure, is not."""
        return bool(self.by) and self.certainty in (Certainty.READ, Certainty.SEEN, Certainty.PARAPHRASED)

    def belongs(self, edition: str) -> bool:
        """Return whether an edition of the guideline demands it; one that cannot be read ("") may."""
        first, last = self.editions
        return _reached(first, edition) and _reached(edition, last)


def in_force(
    every: Iterable[Requirement], editions: Collection[str], models: Collection[ProfileModel]
) -> tuple[tuple[Requirement, bool], ...]:
    """Return each requirement once, as the latest of the editions words it, with whether one of editions and models demands it.

    A site without an edition, or without a model, is asked everything.
    """
    found: dict[str, tuple[Requirement, bool]] = {}
    for one in every:
        edition = not editions or any(one.belongs(name) for name in editions)
        model = not one.models or not models or not set(models).isdisjoint(one.models)
        if (edition and model) or not found.get(one.id, (one, False))[1]:
            found[one.id] = one, edition and model
    return tuple(found.values())


_EDITION = re.compile(r"(?:R|令和)(\d+|元)|(?:H|平成)(\d+)")


def _reached(earlier: str, later: str) -> bool:
    """Return whether one edition is no later than another, as far as both say; so is it if either is open or cannot be read."""
    first, second = _when(earlier), _when(later)
    return all(a == b for a, b in zip(first, second, strict=False)) or first < second


def _when(edition: str) -> tuple[int, ...]:
    """Return year, month, day of an edition ("R6.10.2", "令和7年3月版") as far as it says; () if it cannot be read."""
    text = unicodedata.normalize("NFKC", edition).strip()
    found = _EDITION.match(text)
    if found is None:
        return ()
    year = 1988 + int(found[2]) if found[2] else 2018 + (1 if found[1] == "元" else int(found[1]))
    return year, *(int(number) for number in re.findall(r"\d+", text[found.end() :])[:2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """How a site stands to one requirement.

    sources    the kinds of evidence that the outcome stands on
    clauses    of the site's own policy, else of the bundled example
    policy     whose clauses these are; "" where there are none
    example    they are the bundled example's: the site named none for this requirement
    because    why it is not simply met, and what it leans on, one sentence each
    findings   fingerprints of the findings that bear on it, gravest first
    in_scope   whether a lack of evidence counts for the exit code
    """

    requirement: Requirement
    outcome: Outcome
    sources: tuple[Basis, ...]
    clauses: tuple[str, ...]
    policy: str = ""
    example: bool = False
    because: tuple[Said, ...] = ()
    findings: tuple[str, ...] = ()
    in_scope: bool = False
