"""Which clauses of a body's security policy the requirements serve: a site's own, or those of the bundled example."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Clauses:
    """A policy of a body, by the numbers of its clauses.

    numbered   what each clause is about, in one line
    serves     numbers of the clauses that a requirement serves, by the requirement's id
    example    it is the one that comes with segcheck, no policy of the site's
    """

    title: str
    body: str
    in_force: date
    numbered: Mapping[str, str]
    serves: Mapping[str, tuple[str, ...]]
    example: bool = False


def serving(requirement: str, own: Sequence[Clauses], example: Clauses) -> tuple[tuple[str, ...], str, bool]:
    """Return the clauses that a requirement serves, the title of the policy, and whether it is the example's.

    A site's own clauses take the example's place, requirement by requirement; where several bodies of a site have clauses of
    their own, each number stands with its body.
    """
    named = [one for one in own if one.serves.get(requirement)]
    if not named:
        numbers = example.serves.get(requirement, ())
        return numbers, example.title if numbers else "", bool(numbers)
    several = len(own) > 1
    numbers = tuple(
        f"{one.body} {number}" if several else number for one in named for number in one.serves[requirement]
    )
    return numbers, ", ".join(one.title for one in named), False
