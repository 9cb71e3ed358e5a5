"""Damage to an export never makes a crossing clean.

What holds, for every pair of places of a city:

- A line replaced by garbage, a file cut short, emptied or removed: no pair becomes proven that was not; none becomes
  proven under assumptions that was worse, or without naming them. On the small cities in the exact form, from which this
  follows: everything that may have passed still may, and what surely passes surely passed before.
  (`check` refuses a site of which a file is missing altogether; what is judged here is the site without it.)
- A line removed that gives an export its shape (`config`, `edit`, `next`, `end`): the same.

What cannot hold: an export from which a whole statement is gone is an export that a device could have written. Without
`set action accept` FortiOS denies; a schedule without `set day` is never in force; a route without `set gateway` leads to
hosts on the wire. No reader of the file alone can miss what it does not know of. These are the only lines of the small
cities whose removal hides anything, and a test says so. For the same reason half a line that is a whole one itself, and
that the importer takes for one, is no garbage. A comment in place of a line is a line removed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from segcheck.model.crossing import Standing
from segcheck.model.diagnostic import LineUse
from segcheck.model.result import Binding
from tests.soundness.damaged_city import City, Verdicts, claims, newly_clean

#: What becomes of a line, by the name of the damage; `key` is for FortiGate only.
GARBAGE: dict[str, Callable[[str], str]] = {
    "word": lambda line: "frobnicate",
    "option": lambda line: f"{line} --frobnicate 5",
    "key": lambda line: "        set frobnicate enable",
    "half": lambda line: line[: len(line) // 2],
    "quote": lambda line: f'{line} "',
    "noise": lambda line: "�\x01\x7f" * 8,
}
SMALL = [("kozato", False), ("kozato", True), ("minase", False), ("minase", True)]
LARGE = [("reiji", False), ("reiji-mistakes", False)]
#: In the everyday run one line in so many, and one byte in so many; every one under the marker `long`.
LINE_STRIDE, BYTE_STRIDE = 31, 389
#: In the large cities, under the marker `long`.
LARGE_BYTE_STRIDE = 97
#: Statements of FortiOS whose absence means less: see above.
MEAN_LESS_WHEN_ABSENT = ("set action accept", "set day ", "set gateway ")
SHAPE = ("config", "edit", "next", "end")


@pytest.fixture(scope="module")
def cities(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, bool], City]:
    """Return each city once for all tests."""
    known: dict[tuple[str, bool], City] = {}

    def city(name: str, opened: bool) -> City:
        if (name, opened) not in known:
            known[name, opened] = City(tmp_path_factory.mktemp("city"), name, opened=opened)
        return known[name, opened]

    return city


def lines_of(city: City, export: str) -> list[str]:
    return (city.folder / export).read_text(encoding="utf-8").splitlines()


def plain(bound: tuple[Binding, ...], export: str, line: int) -> bool:
    """Return whether the reading sees nothing wrong with a line."""
    for one in bound:
        if one.reading is None:
            return False
        told = any(
            d.span and d.span.path == export and d.span.first <= line <= d.span.last for d in one.reading.diagnostics
        )
        account = next(found.lines for found in one.reading.inputs if found.path == export)
        if told or account.use(line) not in (LineUse.UNDERSTOOD, LineUse.IRRELEVANT, LineUse.APPROXIMATED):
            return False
    return True


def garbled(city: City, export: str, number: int, kind: str) -> tuple[Verdicts, tuple[Binding, ...]] | None:
    """Return the verdicts with line `number` (from 0) damaged; None where that changes nothing or cannot be told."""
    lines = lines_of(city, export)
    damaged = [*lines[:number], GARBAGE[kind](lines[number]), *lines[number + 1 :]]
    if damaged == lines:
        return None
    verdicts, bound = city.damaged(export, "".join(f"{line}\n" for line in damaged).encode())
    if kind == "half" and plain(bound, export, number + 1):
        return None
    return verdicts, bound


def kinds(export: str) -> list[str]:
    return [kind for kind in GARBAGE if kind != "key" or export.endswith(".conf")]


def wrong_lines(city: City, stride: int, *, exactly: bool) -> Iterator[tuple[str, int, str, list[str]]]:
    """Yield what is claimed wrongly for one line in `stride`, by export, line and kind of damage."""
    judged = 0
    for export in city.exports:
        for offset, kind in enumerate(kinds(export)):
            for number in range((7 * offset + 1) % stride, len(lines_of(city, export)), stride):
                found = garbled(city, export, number, kind)
                if found is None:
                    continue
                judged += 1
                told = newly_clean(city.whole, found[0]) + (claims(city, found[0]) if exactly else [])
                if told:
                    yield export, number + 1, kind, told
    assert judged > 20


def wrong_cuts(city: City, stride: int, *, exactly: bool) -> Iterator[tuple[str, int, list[str]]]:
    """Yield what is claimed wrongly for files cut after one byte in `stride`, emptied, or without their last byte."""
    for export in city.exports:
        data = (city.folder / export).read_bytes()
        for size in (*range(0, len(data), stride), len(data) - 2):
            verdicts, _ = city.damaged(export, data[:size])
            told = newly_clean(city.whole, verdicts) + (claims(city, verdicts) if exactly else [])
            if told:
                yield export, size, told


@pytest.mark.parametrize(("name", "opened"), SMALL)
def test_garbage_in_a_line_makes_nothing_clean(cities: Callable[[str, bool], City], name: str, opened: bool) -> None:
    assert list(wrong_lines(cities(name, opened), LINE_STRIDE, exactly=True)) == []


@pytest.mark.long
@pytest.mark.parametrize(("name", "opened"), SMALL)
def test_garbage_in_any_line_makes_nothing_clean(cities: Callable[[str, bool], City], name: str, opened: bool) -> None:
    assert list(wrong_lines(cities(name, opened), 1, exactly=True)) == []


@pytest.mark.long
@pytest.mark.parametrize(("name", "opened"), LARGE)
def test_garbage_in_a_line_of_a_large_city_makes_nothing_clean(
    cities: Callable[[str, bool], City], name: str, opened: bool
) -> None:
    assert list(wrong_lines(cities(name, opened), len(GARBAGE), exactly=False)) == []


@pytest.mark.parametrize(("name", "opened"), SMALL)
def test_a_file_cut_short_makes_nothing_clean(cities: Callable[[str, bool], City], name: str, opened: bool) -> None:
    assert list(wrong_cuts(cities(name, opened), BYTE_STRIDE, exactly=True)) == []


@pytest.mark.long
@pytest.mark.parametrize(("name", "opened"), SMALL)
def test_a_file_cut_anywhere_makes_nothing_clean(cities: Callable[[str, bool], City], name: str, opened: bool) -> None:
    assert list(wrong_cuts(cities(name, opened), 1, exactly=True)) == []


@pytest.mark.long
@pytest.mark.parametrize(("name", "opened"), LARGE)
def test_a_file_of_a_large_city_cut_short_makes_nothing_clean(
    cities: Callable[[str, bool], City], name: str, opened: bool
) -> None:
    assert list(wrong_cuts(cities(name, opened), LARGE_BYTE_STRIDE, exactly=False)) == []


@pytest.mark.parametrize(("name", "opened"), [*SMALL, LARGE[1], pytest.param(*LARGE[0], marks=pytest.mark.long)])
def test_a_city_without_one_of_its_exports_has_nothing_clean_that_was_not(
    cities: Callable[[str, bool], City], name: str, opened: bool
) -> None:
    city = cities(name, opened)
    told = {export: newly_clean(city.whole, city.damaged(export, None)[0]) for export in city.exports}
    assert told == {export: [] for export in city.exports}


@pytest.mark.parametrize(("name", "opened"), SMALL)
@pytest.mark.parametrize(
    "left", [b"", b"\n\n", b"\x00", "取得中\n".encode("cp932")], ids=["empty", "blank", "nul", "note"]
)
def test_a_file_with_nothing_left_in_it_makes_nothing_clean(
    cities: Callable[[str, bool], City], name: str, opened: bool, left: bytes
) -> None:
    city = cities(name, opened)
    told = {export: newly_clean(city.whole, city.damaged(export, left)[0]) for export in city.exports}
    assert told == {export: [] for export in city.exports}


def hiding(city: City, stride: int) -> set[str]:
    """Return the lines, of one in `stride`, without which something is clean that was not; and of the first "accept"."""
    found = set()
    for export in city.exports:
        lines = lines_of(city, export)
        accept = next(number for number, line in enumerate(lines) if line.strip() == "set action accept")
        for number in sorted({*range(3, len(lines), stride), accept}):
            shorter = "".join(f"{one}\n" for one in [*lines[:number], *lines[number + 1 :]])
            verdicts, _ = city.damaged(export, shorter.encode())
            if newly_clean(city.whole, verdicts):
                found.add(lines[number].strip())
    return found


def unexpected(lines: set[str]) -> set[str]:
    return {one for one in lines if not one.startswith(MEAN_LESS_WHEN_ABSENT) or one.startswith(SHAPE)}


@pytest.mark.parametrize(("name", "opened"), SMALL)
def test_only_a_line_whose_absence_means_less_can_be_removed_unseen(
    cities: Callable[[str, bool], City], name: str, opened: bool
) -> None:
    found = hiding(cities(name, opened), LINE_STRIDE)

    assert unexpected(found) == set()
    if opened:  # the law can fail: the rule that lets everything through is gone
        assert "set action accept" in found


@pytest.mark.long
@pytest.mark.parametrize(("name", "opened"), SMALL)
def test_only_lines_whose_absence_means_less_can_be_removed_unseen(
    cities: Callable[[str, bool], City], name: str, opened: bool
) -> None:
    assert unexpected(hiding(cities(name, opened), 1)) == set()


@pytest.mark.parametrize(("name", "opened"), SMALL)
def test_the_small_cities_have_something_to_hide(cities: Callable[[str, bool], City], name: str, opened: bool) -> None:
    found = {one.standing for one in cities(name, opened).whole.values()}
    assert (Standing.VIOLATED in found) == opened
    assert (Standing.UNDECIDED in found) == (name == "minase")


def test_what_is_told_to_be_wrong_would_be_told(cities: Callable[[str, bool], City]) -> None:
    """The sound town judged by the law of the opened one: its firewalls let less through, and are called clean."""
    opened, sound = cities("kozato", True), cities("kozato", False)
    export = opened.exports[1]
    verdicts, _ = opened.damaged(export, (sound.folder / export).read_bytes())

    assert any("became proven" in told for told in newly_clean(opened.whole, verdicts))
    assert any("less possibly passes" in told for told in claims(opened, verdicts))
    verdicts, _ = sound.damaged(export, (opened.folder / export).read_bytes())
    assert newly_clean(sound.whole, verdicts) == []
    assert any("more surely passes" in told for told in claims(sound, verdicts))
