"""Checks of what is declared, asked of a town without judging its crossings: they look at the site and its wires only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from segcheck import checks
from segcheck.analysis import network as graphs
from segcheck.app import validating
from segcheck.model.finding import Finding
from segcheck.model.requirement import Covered
from tests.checks.sites import DAY, Firewall, Town

#: A firewall between My Number and internet tier, and one with a leg in LGWAN tier.
MN_PORTS = {"mn": ("mn-lan", "10.0.0.1/24"), "in": ("in-lan", "10.2.0.1/24")}
ALL_PORTS = {**MN_PORTS, "lg": ("lg-lan", "10.1.0.1/24")}
MN = {"fw": Firewall(ports=MN_PORTS)}
#: All that stands behind a sound declaration.
SHOWN = "evidence: 出力, evidence_date: 2026-11-20, declared_by: 総務課長"


def attributes(values: Mapping[str, object], shown: str = SHOWN) -> str:
    """Return the further keys of an entry that declare these."""
    return ", attributes: " + one_line(values, shown)


def one_line(values: Mapping[str, object], shown: str = SHOWN) -> str:
    """Return a mapping of attributes on one line."""
    rows = [f"{name}: {{value: {_text(value)}{', ' + shown if shown else ''}}}" for name, value in values.items()]
    return "{" + ", ".join(rows) + "}"


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "[" + ", ".join(map(str, value)) + "]" if isinstance(value, list) else str(value)


def asked(town: Town, folder: Path, check: str, day: date = DAY) -> tuple[tuple[Finding, ...], Covered]:
    """Return what a check finds in a town, and how far it could be asked."""
    module, context = _context(town, folder, check, day)
    return tuple(module.find(context)), checks.covered(module, context)


def asked_by(town: Town, folder: Path, check: str, day: date = DAY) -> Mapping[str, Covered]:
    """Return how far a check could be asked of a town, by requirement."""
    return checks.covered_by(*_context(town, folder, check, day))


def _context(town: Town, folder: Path, check: str, day: date) -> tuple[checks.CheckModule, checks.Context]:
    (module,) = [one for one in checks.installed() if one.CHECK.id == check]
    validated = validating.validate(str(town.written(folder)))
    assert validated.site is not None, validated.files
    unused: Any = None
    return module, checks.Context(
        site=validated.site,
        day=day,
        network=graphs.build(validated.site, validated.bindings, day),
        bindings=validated.bindings,
        judgement=unused,
    )
