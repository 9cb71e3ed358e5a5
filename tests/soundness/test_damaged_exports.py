"""A damaged export may cost answers; it never turns one around, and never makes one up.

A line that cannot be read may be the line that stood there before. So whatever a reading of the damaged file claims for
certain has to hold with that line as well: it must be what the undamaged file says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from segcheck.errors import CannotRun
from segcheck.loaders import files
from segcheck.model.diagnostic import LineUse
from segcheck.model.reading import Complete, Reading
from segcheck.model.source import SourceText
from segcheck.model.trace import Verdict
from tests.soundness.damage import SAMPLES, Answers, Sample, answers, contradictions, read

#: What becomes of a line, by the name of the damage; `key` is for FortiGate only.
GARBAGE: dict[str, Callable[[str], str]] = {
    "word": lambda line: "frobnicate",
    "option": lambda line: f"{line} --frobnicate 5",
    "key": lambda line: "        set frobnicate enable",
    "half": lambda line: line[: len(line) // 2],
    "quote": lambda line: f'{line} "',
}
#: In the everyday run one line in so many, and one byte in so many; every one under the marker `long`.
LINE_STRIDE, BYTE_STRIDE = 19, 211
FILES = [(sample, place) for sample in SAMPLES for place in range(len(sample.paths))]
EACH_FILE = pytest.mark.parametrize(("sample", "place"), FILES, ids=[f"{s.name}-{s.paths[n].name}" for s, n in FILES])


@cache
def whole(sample: Sample) -> Answers:
    return answers(sample, read(sample, sample.sources()))


def with_text(sample: Sample, place: int, text: str) -> tuple[SourceText, ...]:
    sources = sample.sources()
    return (*sources[:place], replace(sources[place], text=text), *sources[place + 1 :])


def kinds(sample: Sample) -> list[str]:
    return [kind for kind in GARBAGE if kind != "key" or sample.format == "fortigate"]


def garbled(sample: Sample, place: int, number: int, kind: str) -> list[str]:
    """Return what the reading with line `number` (from 0) damaged claims wrongly."""
    source = sample.sources()[place]
    lines = source.lines()
    damaged = [*lines[:number], GARBAGE[kind](lines[number]), *lines[number + 1 :]]
    if damaged == lines:
        return []
    reading = read(sample, with_text(sample, place, "\n".join(damaged) + "\n"))
    if kind == "half" and plain(reading, source.path, number + 1):
        return []  # half a line may be a whole one of another meaning; nobody can see that
    return contradictions(whole(sample), answers(sample, reading))


def plain(reading: Reading, path: str, line: int) -> bool:
    """Return whether the reading sees nothing wrong with the line."""
    account = next(one.lines for one in reading.inputs if one.path == path)
    told = any(d.span and d.span.path == path and d.span.first <= line <= d.span.last for d in reading.diagnostics)
    return account.use(line) in (LineUse.UNDERSTOOD, LineUse.IRRELEVANT, LineUse.APPROXIMATED) and not told


def every(total: int, stride: int, offset: int) -> range:
    return range(offset % stride, total, stride)


@EACH_FILE
def test_damage_to_a_line_turns_no_answer_around(sample: Sample, place: int) -> None:
    total = len(sample.sources()[place].lines())
    wrong = {}
    for offset, kind in enumerate(kinds(sample)):
        for number in every(total, LINE_STRIDE, 4 * offset + 1):
            wrong[kind, number + 1] = garbled(sample, place, number, kind)
    assert wrong
    assert not {where: found for where, found in wrong.items() if found}


@pytest.mark.long
@EACH_FILE
def test_damage_to_any_line_turns_no_answer_around(sample: Sample, place: int) -> None:
    total = len(sample.sources()[place].lines())
    wrong = {
        (kind, number + 1): garbled(sample, place, number, kind) for kind in kinds(sample) for number in range(total)
    }
    assert not {where: found for where, found in wrong.items() if found}


def cut(sample: Sample, place: int, size: int) -> list[str]:
    """Return what the reading of the first `size` bytes claims wrongly."""
    path = sample.paths[place]
    try:
        part = files.decode(path.name, path.read_bytes()[:size])
    except CannotRun as error:
        return [] if "is empty" in error.en else [f"refused: {error.en}"]
    sources = sample.sources()
    reading = read(sample, (*sources[:place], part, *sources[place + 1 :]))
    complete = {one.path: one.complete for one in reading.inputs}[path.name]
    if complete is Complete.YES:
        return ["called complete"]
    if complete is Complete.UNKNOWN:
        return []  # a cut between two lines, of a format that marks no end
    return contradictions(whole(sample), answers(sample, reading))


@EACH_FILE
def test_a_file_that_ends_early_is_never_complete_and_turns_no_answer_around(sample: Sample, place: int) -> None:
    size = sample.paths[place].stat().st_size
    positions = [*every(size, BYTE_STRIDE, 7), size - 1]
    wrong = {position: cut(sample, place, position) for position in positions}
    assert not {position: found for position, found in wrong.items() if found}


@pytest.mark.long
@EACH_FILE
def test_a_file_that_ends_anywhere_is_never_complete_and_turns_no_answer_around(sample: Sample, place: int) -> None:
    wrong = {position: cut(sample, place, position) for position in range(sample.paths[place].stat().st_size)}
    assert not {position: found for position, found in wrong.items() if found}


@EACH_FILE
def test_a_file_without_any_one_of_its_lines_is_read_and_its_account_adds_up(sample: Sample, place: int) -> None:
    lines = sample.sources()[place].lines()
    for number in range(len(lines)):
        shorter = "".join(f"{line}\n" for line in [*lines[:number], *lines[number + 1 :]])
        read(sample, with_text(sample, place, shorter))


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.name for sample in SAMPLES])
def test_the_packets_of_a_sample_are_answered_both_ways(sample: Sample) -> None:
    """The laws above would hold of readings that decide nothing."""
    said = [one.verdict for key, one in whole(sample).items() if not key[1]]
    assert said.count(Verdict.PERMIT) >= 5
    assert said.count(Verdict.DENY) >= 5
