"""What a check finds in a town, and what it answers for each of its requirements."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from segcheck import checks
from segcheck.analysis import network as graphs
from segcheck.app import validating
from segcheck.model.finding import Finding
from segcheck.model.requirement import Covered
from tests.checks import coverage
from tests.checks.sites import DAY, Town


def answered(
    town: Town, folder: Path, check: str, *, judged: bool = False
) -> tuple[tuple[Finding, ...], Mapping[str, Covered]]:
    """Return what a check finds, and how far it could be asked, by requirement; `judged`: it asks what crosses, too."""
    (module,) = [one for one in checks.installed() if one.CHECK.id == check]
    context = coverage.context(town, folder) if judged else _unjudged(town, folder)
    return tuple(module.find(context)), checks.covered_by(module, context)


def _unjudged(town: Town, folder: Path) -> checks.Context:
    validated = validating.validate(str(town.written(folder)))
    assert validated.site is not None, [problem for one in validated.files for problem in one.problems]
    unused: Any = None
    return checks.Context(
        site=validated.site,
        day=DAY,
        network=graphs.build(validated.site, validated.bindings, DAY),
        bindings=validated.bindings,
        judgement=unused,
    )


def words(found: Mapping[str, Covered]) -> dict[str, str]:
    """Return the coverage of each requirement as a word."""
    return {name: one.coverage.value for name, one in found.items()}
