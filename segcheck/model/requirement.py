"""A requirement of the three-tier model, and how a site stands to it (DESIGN §2.19).

No outcome speaks for a body as a whole: 適合 is the auditor's word.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from segcheck.model.check import Said
from segcheck.model.finding import Basis, Weight


class Certainty(Enum):
    """How sure we are that somebody demands it: S and V may be stated, K is a paraphrase, the rest is said to be ours."""

    READ = "S"  # read in a published policy
    SEEN = "V"  # seen in another public source
    PARAPHRASED = "K"  # the guideline says so; its wording was not at hand
    UNSURE = "K?"  # likewise, but not sure: a parameter without a default
    INFERRED = "I"  # our own reading; nobody has issued it


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
    """What is demanded, of what, and what can show it.

    subject, object   what it binds, towards what ("" = nothing), in words
    by          the kinds of evidence that can speak to it
    needs       those of `by` without which it never passes, whatever the others say
    weight      of not meeting it
    sources     where it comes from: clauses and documents, never quoted
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
    clauses: tuple[str, ...] = ()
    editions: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """How a site stands to one requirement.

    sources    the kinds of evidence that the outcome stands on
    clauses    of the site's own policy, else of the bundled example
    because    why it is not simply met, one sentence each
    findings   fingerprints of the findings that bear on it, gravest first
    in_scope   whether a lack of evidence counts for the exit code
    """

    requirement: Requirement
    outcome: Outcome
    sources: tuple[Basis, ...]
    clauses: tuple[str, ...]
    because: tuple[Said, ...] = ()
    findings: tuple[str, ...] = ()
    in_scope: bool = False
