"""The judgement of a whole site: what `check` returns, `matrix` draws and reports tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from segcheck.model.check import Check
from segcheck.model.crossing import Crossing, Standing
from segcheck.model.diagnostic import Diagnostic
from segcheck.model.exit import Exit
from segcheck.model.finding import ConfigEvidence, Finding
from segcheck.model.register import ProfileUse
from segcheck.model.requirement import Met
from segcheck.model.result import Binding
from segcheck.model.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumptionUse:
    """Something taken for granted: declared with an owner, or implied by a declaration ("routes_complete").

    text       (Japanese, English)
    leaning    how many crossings would not stand without it
    """

    id: str
    text: tuple[str, str]
    owner: str = ""
    reason: str = ""
    document: str = ""
    review_due: date | None = None
    expired: bool = False
    leaning: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """A site judged on a day.

    standing      the worst of crossings and findings, those included that an exception covers
    crossings     every ordered pair of places of different zones, by (source, destination)
    findings      gravest first
    checks        what the findings' checks say, by id
    requirements  how the site stands to each requirement, in the order of the catalogue
    assumptions   those that some crossing leans on, and those that are expired
    diagnostics   of all exports and of site against export
    weakened      options that make the judgement milder than the default, as they were given
    as_model      the model that was supposed to hold everywhere instead of the declared ones, None: the declared ones
    instants      for each class of instants (the extra `time` of boxes), the schedules that are then in force
    layer2        (segments whose separation on layer 2 was read, segments where it is declared only)
    devices       (with an export, all that the city answers for)
    outside       ids of devices and `zone:ID`s that others answer for: not judged
    exits         every way out of the city's own devices, and where it leads
    passing       the rules that let registered communications through, by entry; None where it was not asked
    as_of         the oldest day of the exports, None where none says
    """

    site: Site
    day: date
    standing: Standing
    bindings: tuple[Binding, ...]
    crossings: tuple[Crossing, ...]
    findings: tuple[Finding, ...]
    checks: Mapping[str, Check] = field(default_factory=dict)
    assumptions: tuple[AssumptionUse, ...]
    diagnostics: tuple[Diagnostic, ...]
    requirements: tuple[Met, ...] = ()
    weakened: tuple[str, ...] = ()
    as_model: ProfileUse | None = None
    instants: tuple[tuple[str, ...], ...] = ()
    layer2: tuple[int, int] = (0, 0)
    devices: tuple[int, int] = (0, 0)
    outside: tuple[str, ...] = ()
    exits: tuple[Exit, ...] = ()
    passing: Mapping[str, tuple[ConfigEvidence, ...]] | None = None
    as_of: date | None = None

    @property
    def crossing(self) -> Standing:
        """Return the worst of the crossings: what may get across, whatever else is amiss."""
        return max((one.standing for one in self.crossings), key=lambda one: one.rank, default=self.standing)

    @property
    def amiss(self) -> tuple[Finding, ...]:
        """Return the findings under no exception of what surely is wrong and is no crossing: settings and declarations."""
        crossed = self.crossing is Standing.VIOLATED
        violated = (one for one in self.findings if one.standing is Standing.VIOLATED and not one.waived)
        return tuple(one for one in violated if not (crossed and self.checks[one.check].crosses))
