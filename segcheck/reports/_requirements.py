"""How a site stands to the requirements, for people: the counts in one line, and each in a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from segcheck.lang.words import Words
from segcheck.model.organ import Organ
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


def counts(page: Page, met: Sequence[Met], organs: Sequence[Organ] = ()) -> None:
    """Add how many requirements ended how, for each organ where there are several; none of it speaks for the body as a whole."""
    words = page.words
    for organ, mine in _by_organ(met, organs):
        found = Counter(one.outcome for one in mine)
        text = words("requirements.counts", **{outcome.value: found[outcome] for outcome in Outcome})
        page.prose(f"{organ.title}: {text}" if organ is not None else text)


def table(page: Page, met: Sequence[Met], organs: Sequence[Organ] = ()) -> None:
    """Add each requirement with its outcome, its clause, what it stands on, and why; organ by organ where there are several."""
    words = page.words
    page.heading(words("requirements.title"))
    for organ, mine in _by_organ(met, organs):
        if organ is not None:
            post = f"{organ.title}, {organ.responsible}" if organ.responsible else organ.title
            page.heading(masked(words("requirements.of_organ", organ=post)))
        _table(page, mine)
    policies = dict.fromkeys((one.policy, one.example) for one in met if one.policy)
    for title, example in policies:
        page.prose(words("requirements.example_of" if example else "requirements.clauses_of", title=title))


def _by_organ(met: Sequence[Met], organs: Sequence[Organ]) -> Iterator[tuple[Organ | None, Sequence[Met]]]:
    if not organs:
        yield None, met
    for organ in organs:
        yield organ, [one for one in met if one.organ == organ.id]


def _table(page: Page, met: Sequence[Met]) -> None:
    words = page.words
    language = 0 if words.language == "ja" else 1
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


def clauses(words: Words, one: Met) -> str:
    """Return the clauses that a requirement serves; those of the bundled example say that they are."""
    numbers = ", ".join(one.clauses)
    return words("requirements.example", clause=numbers) if numbers and one.example else numbers
