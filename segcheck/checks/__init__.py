"""Judgement: one file per check, found by its presence.

A check's module holds `CHECK`, what it is called and why it matters in both languages, and `find`, which yields what is
wrong. Its id is the file's name in kebab-case. Modules that begin with `_` are shared. Those of this folder are asked of rules
(`Context`, by `check`), those of `captures/` of captures (`SeenContext`, by `replay`), and `CHECK.asks` says so too; what is
declared (attributes, documents) is asked of by `check` as well. A module may hold `covered`, which says whether there was anything to ask about and whether what it
needs was there: a check that finds nothing for lack of input must not read as clean. Where it serves several requirements
of which one may lack what another has, `covered` returns an answer for each.
"""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any, Protocol, runtime_checkable

from segcheck.checks import captures
from segcheck.checks._base import Context, crossing_requirements
from segcheck.checks._seen import Seen, SeenContext, crosses
from segcheck.model.check import Check
from segcheck.model.finding import Basis, ConfigEvidence, Finding
from segcheck.model.requirement import Coverage, Covered
from segcheck.sets.intervals import IntervalSet

__all__ = [
    "Check",
    "CheckModule",
    "Context",
    "Seen",
    "SeenContext",
    "asked_of",
    "covered",
    "covered_by",
    "crosses",
    "crossing_requirements",
    "find",
    "installed",
]


@runtime_checkable
class CheckModule(Protocol):
    """What a file of this folder offers."""

    CHECK: Check

    def find(self, context: Any) -> Iterator[Finding]:
        """Yield what is wrong; `context` is what the check asks of."""


def installed() -> tuple[CheckModule, ...]:
    """Return the checks of this folder and of `captures/`, by id.

    Raises:
        TypeError: as `asked_of`.
    """
    found = (*asked_of(Basis.RULES), *asked_of(Basis.CAPTURES))
    return tuple(sorted(found, key=lambda module: module.CHECK.id))


@cache
def asked_of(basis: Basis) -> tuple[CheckModule, ...]:
    """Return the checks that are asked of rules, or of captures, by id; the others are not even imported.

    Raises:
        TypeError: a file lacks `CHECK` or `find`, its name does not fit the id, or it lies in the other folder.
    """
    package = captures if basis is Basis.CAPTURES else sys.modules[__name__]
    found = []
    for entry in sorted(pkgutil.iter_modules(package.__path__), key=lambda e: e.name):
        if entry.name.startswith("_") or entry.ispkg:
            continue
        module = import_module(f"{package.__name__}.{entry.name}")
        if not isinstance(module, CheckModule) or module.CHECK.id != entry.name.replace("_", "-"):
            raise TypeError(f"check {entry.name} lacks CHECK or find, or has another id")
        if module.CHECK.asks is not basis:
            raise TypeError(f"check {entry.name} asks {module.CHECK.asks.name}: it belongs into the other folder")
        found.append(module)
    return tuple(found)


def covered(module: CheckModule, context: Context | SeenContext) -> Covered:
    """Return how far a check could be asked of a site as a whole: where it answers by requirement, the worst of it."""
    return min(covered_by(module, context).values(), key=lambda one: _WORST.index(one.coverage))


def covered_by(module: CheckModule, context: Context | SeenContext) -> Mapping[str, Covered]:
    """Return how far a check could be asked of a site, by requirement; one that says nothing of it could be asked.

    Raises:
        ValueError: it answers by requirement, but for others than its own.
    """
    ask = getattr(module, "covered", None)
    found: Covered | Mapping[str, Covered] = Covered(Coverage.ASKED) if ask is None else ask(context)
    if isinstance(found, Covered):
        return dict.fromkeys(module.CHECK.requirements, found)
    if set(found) != set(module.CHECK.requirements):
        raise ValueError(f"check {module.CHECK.id} answers for {', '.join(found)}")
    return found


_WORST = (Coverage.NO_INPUT, Coverage.CLAIMED, Coverage.ASKED, Coverage.NOTHING_TO_ASK)


def find(context: Context | SeenContext, wanted: frozenset[str] | None = None) -> tuple[Finding, ...]:
    """Return the findings of all checks that ask of such a context, or of those wanted, gravest first."""
    found = [
        finding
        for module in asked_of(Basis.RULES if isinstance(context, Context) else Basis.CAPTURES)
        if wanted is None or module.CHECK.id in wanted
        for finding in module.find(context)
    ]
    return tuple(sorted(found, key=order))


def passing(context: Context) -> dict[str, tuple[ConfigEvidence, ...]]:
    """Return the written rules that let registered communications through, by the id of the entry, each rule once."""
    from segcheck.checks import _registered

    found: dict[str, dict[ConfigEvidence, None]] = {}
    for one in _registered.used(context):
        lines = found.setdefault(one.entry.id, {})
        lines.update(
            (met.evidence, None) for met in _registered.permits(context, one.journey) if met.evidence is not None
        )
    return {entry: tuple(lines) for entry, lines in found.items()}


def cuts() -> tuple[tuple[str, IntervalSet], ...]:
    """Return the values by header field that checks ask about: a universe must tell them apart."""
    asking = (getattr(module, "cuts", None) for module in installed())
    return tuple(cut for ask in asking if ask is not None for cut in ask())


def order(finding: Finding) -> tuple[int, int, str, str, str, str]:
    """Return what findings are ordered by: weight, standing, check, zones, key."""
    return (
        finding.weight.rank,
        -finding.standing.rank,
        finding.check,
        finding.src_zone,
        finding.dst_zone,
        finding.key,
    )
