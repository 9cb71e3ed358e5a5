"""What a check is: its weight, the requirements it serves, and what it says to people in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Weight

Said = tuple[str, str]  # Japanese, English


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A check by its id, the kebab-case name of its file; `message` has the {params} of its findings.

    why       what goes wrong if it is left
    fix       what to change
    wrong     when the finding may be mistaken
    unsure    the title and the message of findings that are undecided, where the check can leave something so
    crosses   its findings are about packets that get across between zones; others are about what is written
    asks      what it is asked of: RULES by `check`, CAPTURES by `replay`
    reads     the kinds of evidence that it decides from, where they are not `asks` alone: attributes, beside rules or instead
    """

    id: str
    weight: Weight
    requirements: tuple[str, ...]
    title: Said
    message: Said
    why: Said
    fix: Said
    wrong: Said
    unsure: tuple[Said, Said] | None = None
    crosses: bool = False
    asks: Basis = Basis.RULES
    reads: tuple[Basis, ...] = ()

    @property
    def bases(self) -> tuple[Basis, ...]:
        """Return the kinds of evidence that it decides from."""
        return self.reads or (self.asks,)

    def titled(self, standing: Standing) -> Said:
        """Return what findings of that standing are called."""
        return self.unsure[0] if self.unsure is not None and standing is Standing.UNDECIDED else self.title

    def worded(self, standing: Standing) -> Said:
        """Return what findings of that standing say, with {params}."""
        return self.unsure[1] if self.unsure is not None and standing is Standing.UNDECIDED else self.message
