"""The judgement of captures for people: what was read, findings with their frames, what was seen, what the register lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from segcheck.model.crossing import Standing
from segcheck.model.finding import Weight
from segcheck.model.flow import Frames
from segcheck.model.replay import LegUse, Observed
from segcheck.model.replayed import Replayed
from segcheck.reports import _requirements
from segcheck.reports.as_text import Page
from segcheck.reports.check_text import STYLES, finding_block

#: Entries of one kind that are named.
SHOWN = 12


def result(page: Page, found: Replayed, folder: str, weakened: Sequence[str], *, requirements: bool = False) -> None:
    """Add a judgement; `folder` as the user named it, `weakened` options of this run that make it milder.

    requirements   how the site stands to each is listed, not only counted
    """
    folder = folder.rstrip("/") or folder
    heading(page, found, weakened)
    for number, finding in enumerate(found.assessment.findings, 1):
        page.line()
        finding_block(page, found.assessment, finding, number, folder)
    _seen(page, found)
    if requirements:
        _requirements.table(page, found.assessment.requirements, found.assessment.site.policy.organs)
    page.line()
    conclusion(page, found)


def heading(page: Page, found: Replayed, weakened: Sequence[str]) -> None:
    """Add what was asked, how much was read of what, and what makes the judgement milder."""
    words, assessment = page.words, found.assessment
    page.line((words("replay.title", name=assessment.site.name), "bold"))
    taps = [one.tap for one in found.files if one.tap]
    page.prose(
        words(
            "replay.asked",
            files=len(found.files),
            taps=len(set(taps)),
            conversations=found.conversations.conversations,
            packets=found.conversations.packets,
            register=sum(entry.permits_on(assessment.day) for entry in assessment.site.policy.register),
            judged=assessment.devices[0],
            own=assessment.devices[1],
            as_of=assessment.as_of.isoformat() if assessment.as_of else words("check.no_date"),
        )
    )
    _requirements.counts(page, assessment.requirements, assessment.site.policy.organs)
    page.prose(coverage(page, found.frames))
    untapped = len(found.files) - len(taps)
    if untapped:
        page.prose(words("replay.untapped", count=untapped))
    language = 0 if words.language == "ja" else 1
    for gap in found.gaps:
        page.line((words("replay.gap", what=gap[language]), "yellow"))
    for option in (*assessment.weakened, *weakened):
        page.line((words("check.weakened", option=option), "yellow"))


def coverage(page: Page, frames: Frames) -> str:
    """Return how many frames ended how; the parts add up to what was read."""
    words = page.words
    names = [field.name for field in fields(frames)]
    return words("replay.coverage", read=frames.read, **{name: getattr(frames, name) for name in names})


def _seen(page: Page, found: Replayed) -> None:
    words = page.words
    page.heading(words("replay.seen"))
    rows = [
        (f"  {words(f'replay.ruling.{ruling.value}')}", str(count.conversations), str(count.packets), str(count.bytes))
        for ruling, count in found.rulings.items()
    ]
    columns = [words(f"replay.{name}") for name in ("ruling_of", "conversations", "packets", "bytes")]
    page.table([f"  {columns[0]}", *columns[1:]], rows)
    if found.inferred:
        page.prose(words("replay.inferred", count=found.inferred))
    if any(found.grades.values()):
        page.prose(words("replay.contents", **{grade.value: count for grade, count in found.grades.items()}))
    language = 0 if words.language == "ja" else 1
    if found.outcomes:
        page.heading(words("replay.joined"))
        page.table(
            ("", ""),
            [
                (f"  {one.said[language]}", str(found.outcomes[one.outcome]))
                for one in found.join.words
                if found.outcomes.get(one.outcome)
            ],
        )
    if found.unasked:
        page.prose(words("replay.unasked", count=found.unasked))
    for observed in (Observed.NOT_SEEN, Observed.NOT_VISIBLE):
        names = [one.entry for one in found.uses if one.observed is observed]
        if names:
            more = f" … (+{len(names) - SHOWN})" if len(names) > SHOWN else ""
            listed = ", ".join(names[:SHOWN]) + more
            key = f"replay.{observed.value.replace('-', '_')}"
            if observed is Observed.NOT_SEEN and found.long:
                key += "_long"
            hours, days = found.watched // 3600, found.watched // 86_400
            page.prose(words(key, count=len(names), names=listed, hours=hours, days=days))
    _unseen(page, found)
    _legs(page, found)


def _unseen(page: Page, found: Replayed) -> None:
    """Add the permits that nothing used while the captures ran, which is a candidate for review after a year only."""
    if found.unseen:
        names = [f"{one.device} {one.list.rsplit('/', 1)[-1]} {one.rule}" for one in found.unseen]
        more = f" … (+{len(names) - SHOWN})" if len(names) > SHOWN else ""
        page.prose(
            page.words(
                "replay.unseen_long" if found.long else "replay.unseen",
                count=len(names),
                names=", ".join(names[:SHOWN]) + more,
                hours=found.watched // 3600,
                days=found.watched // 86_400,
            )
        )


def _legs(page: Page, found: Replayed) -> None:
    """Add of which sanitised communications both legs were seen; what they carried nobody looked into."""
    entries: dict[str, list[LegUse]] = {}
    for one in found.legs:
        entries.setdefault(one.entry, []).append(one)
    groups: dict[str, list[str]] = {"both": [], "one": [], "none": []}
    for entry, legs in entries.items():
        sides = {one.incoming for one in legs if one.seen}
        groups["both" if len(sides) == 2 else "one" if sides else "none"].append(entry)
    if entries:
        listed = {name: ", ".join(some[:SHOWN]) or "-" for name, some in groups.items()}
        page.prose(page.words("replay.legs", **listed))


def conclusion(page: Page, found: Replayed) -> None:
    """Add the verdict; what was read of a capture proves nothing of what was not."""
    words, assessment = page.words, found.assessment
    told = [one for one in assessment.findings if not one.waived]
    counts = {weight.value: sum(one.weight is weight for one in told) for weight in Weight}
    standing = assessment.standing
    word = "standing.observed" if standing is Standing.VIOLATED else f"standing.{standing.value}"
    page.line(
        (words(word), f"bold {STYLES[standing]}"),
        "  ",
        words(
            "replay.conclusion",
            findings=len(told),
            open=sum(one.standing is Standing.UNDECIDED for one in told),
            waived=len(assessment.findings) - len(told),
            **counts,
        ),
    )
