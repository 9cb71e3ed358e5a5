"""Four ways to ask a question of which parts are not known and parts are chosen anew each time (docs: DESIGN §2.4)."""

from __future__ import annotations

from enum import Enum


class Mode(Enum):
    """How the unknown (completions) and the choices (pool members, ports, equal routes) count.

    MAY             some completion, some choice: forbidden traffic is proven absent where this is empty
    MUST            every completion, some choice: forbidden traffic surely passes
    REQUIRED        every completion, every choice: required traffic surely works
    MAYBE_REQUIRED  some completion, every choice: where this does not hold, required traffic surely fails
    """

    MAY = (False, False)
    MUST = (True, False)
    REQUIRED = (True, True)
    MAYBE_REQUIRED = (False, True)

    @property
    def sure(self) -> bool:
        """Whether every completion of what is unknown counts, not only some."""
        return self.value[0]

    @property
    def every(self) -> bool:
        """Whether every choice counts, not only some."""
        return self.value[1]

    @classmethod
    def of(cls, *, every: bool) -> Mode:
        """Return the mode in which the unknown and the choices count alike."""
        return cls.REQUIRED if every else cls.MAY
