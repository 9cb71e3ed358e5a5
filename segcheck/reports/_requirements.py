"""How a site stands to the requirements, for people: the counts in one line, and each in a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from segcheck.lang.words import Words
from segcheck.model.requirement import Met, Outcome
from segcheck.reports._masking import masked
from segcheck.reports.as_text import Page, Part

STYLES = {
    Outcome.PASS: "green",
    Outcome.FAIL: "red",
    Outcome.INSUFFICIENT: "yellow",
    Outcome.NOT_APPLICABLE: "dim",
    Outcome.EXCEPTED: "cyan",
}


def counts(words: Words, met: Sequence[Met]) -> str:
    """Return how many requirements ended how; none of it speaks for the body as a whole."""
    found = Counter(one.outcome for one in met)
    return words("requirements.counts", **{outcome.value: found[outcome] for outcome in Outcome})


def table(page: Page, met: Sequence[Met]) -> None:
    """Add each requirement with its outcome, its clause, what it stands on, and why."""
    words = page.words
    language = 0 if words.language == "ja" else 1
    page.heading(words("requirements.title"))
    rows: list[list[Part]] = []
    for one in met:
        because = "; ".join(masked(said[language]) for said in one.because)
        outcome = words(f"requirements.outcome.{one.outcome.value}")
        rows.append(
            [
                f"  {one.requirement.id}",
                (outcome, STYLES[one.outcome]),
                "".join(basis.value for basis in one.sources) or "-",
                clauses(words, one) or "-",
                because or "-",
            ]
        )
    columns = ("id", "outcome_of", "sources", "clause", "because")
    page.table([f"  {words('requirements.id')}", *(words(f"requirements.{name}") for name in columns[1:])], rows)
    policies = dict.fromkeys((one.policy, one.example) for one in met if one.policy)
    for title, example in policies:
        page.prose(words("requirements.example_of" if example else "requirements.clauses_of", title=title))


def clauses(words: Words, one: Met) -> str:
    """Return the clauses that a requirement serves; those of the bundled example say that they are."""
    numbers = ", ".join(one.clauses)
    return words("requirements.example", clause=numbers) if numbers and one.example else numbers
