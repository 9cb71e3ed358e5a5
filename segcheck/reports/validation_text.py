"""What is wrong with a site, for people: every problem with its line and a caret, then what was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from segcheck.loaders.problems import SHOWN, Problem, SiteFile, block
from segcheck.model.diagnostic import Severity
from segcheck.model.result import Binding
from segcheck.model.site import Site
from segcheck.reports._masking import masked
from segcheck.reports.as_text import Page, unread

_STYLE = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def validation(
    page: Page, site: Site | None, files: Sequence[SiteFile], bindings: Sequence[Binding], folder: str
) -> None:
    """Add every problem of a site's files, in order of place, and a conclusion; `folder` as the user named it."""
    words = page.words
    told = {one.source.path: (one, [*one.problems]) for one in files}
    for bound in bindings:
        for found in bound.diagnostics:
            assert found.span is not None  # each points into a site file
            fields = {name: masked(value) for name, value in found.params}
            message = words(f"diagnostics.{found.code.value}.message", **fields)
            remedy = words(f"diagnostics.{found.code.value}.remedy")
            told[found.span.path][1].append(
                Problem(found.span.first, 1, message, message, remedy, remedy, found.severity)
            )
    everything = [(one, problem) for one, problems in told.values() for problem in sorted(problems)]
    for one, problem in everything[:SHOWN]:
        _problem(page, one, problem, folder)
    if len(everything) > SHOWN:
        page.line(words("validate.more", count=len(everything) - SHOWN))
    if everything:
        page.line()
    counts = {severity: sum(problem.severity is severity for _, problem in everything) for severity in Severity}
    if site is not None:
        _read(page, site, bindings)
    errors, warnings = counts[Severity.ERROR], counts[Severity.WARNING]
    end = "validate.unusable" if errors else "validate.undecided" if warnings else "validate.sound"
    page.line((words(end, errors=errors, warnings=warnings), "bold"))


def _problem(page: Page, one: SiteFile, problem: Problem, folder: str) -> None:
    japanese = page.words.language == "ja"
    label = page.words(f"severity.{problem.severity.value}")
    message, remedy = (problem.ja, problem.help_ja) if japanese else (problem.en, problem.help_en)
    path = (Path(folder) / one.source.path).as_posix()
    cell = replace(one.source, path=path).place(problem.line, problem.column) if one.source.book is not None else ""
    first, *rest = block(path, one.source.lines(), problem, message, remedy, cell).split("\n")
    place, _, text = first.partition(": ")
    page.line(f"{place}: ", (label, _STYLE[problem.severity]), f": {text}")
    for line in rest:
        page.line(line)


def _read(page: Page, site: Site, bindings: Sequence[Binding]) -> None:
    words = page.words
    page.line(
        words(
            "validate.title",
            name=site.name,
            zones=len(site.zones),
            segments=len(site.segments),
            hosts=len(site.hosts),
            devices=len(site.devices),
            register=len(site.policy.register),
        )
    )
    rows = [
        (
            bound.device.id,
            one.path,
            one.format,
            words(f"complete.{one.complete.value}"),
            str(unread(one.lines.counts())),
        )
        for bound in bindings
        for one in bound.inputs
    ]
    if rows:
        page.heading(words("validate.exports"))
        page.table([words(f"validate.{name}") for name in ("device", "export", "format", "complete", "unread")], rows)
        page.line()
    without = [bound.device.id for bound in bindings if bound.reading is None]
    if without:
        page.line(words("validate.without", count=len(without), names=", ".join(without[:20])))
