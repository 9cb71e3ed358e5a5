"""What a check is: its weight, the requirements it serves, and what it says to people in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from segcheck.model.finding import Weight

Said = tuple[str, str]  # Japanese, English


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A check by its id, the kebab-case name of its file; `message` has the {params} of its findings.

    why     what goes wrong if it is left
    fix     what to change
    wrong   when the finding may be mistaken
    """

    id: str
    weight: Weight
    requirements: tuple[str, ...]
    title: Said
    message: Said
    why: Said
    fix: Said
    wrong: Said
