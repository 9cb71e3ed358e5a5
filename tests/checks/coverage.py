"""How far a check could be asked of a town."""

from __future__ import annotations

from pathlib import Path

from segcheck import checks
from segcheck.analysis import crossings, permitting
from segcheck.analysis import network as graphs
from segcheck.app import validating
from segcheck.model.requirement import Coverage, Covered
from tests.checks.sites import DAY, Town


def context(town: Town | Path, folder: Path | None = None) -> checks.Context:
    """Return what checks are given of a town, or of one already written."""
    written = town if isinstance(town, Path) else town.written(folder or Path())
    validated = validating.validate(str(written))
    site = validated.site
    assert site is not None, [problem for one in validated.files for problem in one.problems]
    network = graphs.build(site, validated.bindings, DAY)
    judgement = crossings.judge(network, permitting.allowances(site, DAY), cuts=checks.cuts())
    return checks.Context(site=site, day=DAY, network=network, bindings=validated.bindings, judgement=judgement)


def coverage(town: Town | Path, check: str, folder: Path | None = None) -> Covered:
    """Return how far a check could be asked of a town; what is not asked says why in both languages."""
    module = next(one for one in checks.installed() if one.CHECK.id == check)
    found = checks.covered(module, context(town, folder))
    assert (found.coverage is Coverage.ASKED) is (found.reason == ("", ""))
    assert found.reason == ("", "") or found.reason[0] != found.reason[1]
    return found
