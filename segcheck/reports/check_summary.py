"""The judgement of a site on a screen: the headline, one line for each finding, the conclusion."""

from __future__ import annotations

from collections.abc import Sequence

from segcheck.model.assessment import Assessment
from segcheck.model.finding import ConfigEvidence, Finding, FramesEvidence
from segcheck.model.source import Span
from segcheck.reports._masking import masked
from segcheck.reports.as_text import Page, Part
from segcheck.reports.check_text import STYLES, WEIGHTS, conclusion, heading, standing_of


def summary(page: Page, found: Assessment, folder: str, weakened: Sequence[str]) -> None:
    """Add a judgement in short; the arguments are those of the full report, which has the evidence."""
    heading(page, found, weakened)
    findings(page, found, folder)
    page.line()
    conclusion(page, found)


def findings(page: Page, found: Assessment, folder: str) -> None:
    """Add a line for each finding."""
    words = page.words
    if found.findings:
        page.line()
        columns = ("weight", "standing", "check", "zones", "subject", "line")
        page.table(
            [words(f"summary.{name}") for name in columns], [_row(page, found, one, folder) for one in found.findings]
        )


def _row(page: Page, found: Assessment, one: Finding, folder: str) -> list[Part]:
    words, check = page.words, found.checks[one.check]
    standing = words("summary.waived", id=one.waived) if one.waived else standing_of(words, one, check)
    place = next((piece.span for piece in one.evidence if isinstance(piece, ConfigEvidence)), None)
    frames = next((piece for piece in one.evidence if isinstance(piece, FramesEvidence)), None)
    zones = f"{one.src_zone} -> {one.dst_zone}" if one.src_zone and one.dst_zone else "-"
    return [
        (words(f"weight.{one.weight.value}"), WEIGHTS[one.weight]),
        (standing, STYLES[one.standing]),
        one.check,
        zones,
        masked(one.subject),
        _where(folder, place, frames),
    ]


def _where(folder: str, place: Span | None, frames: FramesEvidence | None) -> str:
    if frames is not None:
        return f"{frames.path} #{frames.frames[0]}" if frames.frames else frames.path
    return f"{folder}/{place.start}" if place is not None else "-"
