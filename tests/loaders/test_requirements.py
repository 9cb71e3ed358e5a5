"""The catalogue of requirements, its editions, and the clauses of the bundled example."""

from __future__ import annotations

import re
from datetime import date

import pytest

from segcheck.loaders import profiles, requirements
from segcheck.model.finding import Basis
from segcheck.model.register import ProfileModel
from segcheck.model.requirement import Certainty, Requirement, in_force

EVERY = requirements.load()
GUIDELINE = profiles.load()
COUNTS = {"SP": 11, "MN": 16, "LG": 13, "IN": 11, "X": 16, "P": 3, "G": 10, "D": 3}


def test_every_requirement_of_the_domain_is_there_in_order() -> None:
    width = {"SP": 1}  # their numbers are written as people write them
    names = [
        f"{kind}-{number:0{width.get(kind, 2)}}" for kind, count in COUNTS.items() for number in range(1, count + 1)
    ]

    assert list(requirements.ids()) == names


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.id)
def test_each_says_what_it_binds_what_shows_it_and_where_it_comes_from(one: Requirement) -> None:
    japanese, english = one.text
    assert japanese.endswith("。")
    assert english.endswith(".")
    assert english.isascii()
    assert "「" not in japanese  # nothing is quoted
    assert one.subject[0]
    assert one.subject[1]
    assert bool(one.note[0]) is bool(one.note[1])
    assert set(one.needs) <= set(one.by)
    assert bool(one.needs) is bool(one.by)
    assert one.sources
    assert one.clauses
    assert all(
        "相当" in source or "に引用されたもの" in source or "改定内容" in source or "解説" in source
        for source in one.sources
        if "ガイドライン" in source
    )  # its text was never at hand
    assert one.certainty is not Certainty.READ or any("基本方針" in source for source in one.sources)


def test_what_cannot_be_told_by_rules_alone_never_passes_by_them() -> None:
    needs = {one.id: set(one.needs) for one in EVERY}

    for name in ("MN-05", "MN-06", "MN-08", "LG-04", "LG-11", "X-07", "X-15", "IN-06", "SP-6", "SP-9", "G-06"):
        assert Basis.ATTRIBUTES in needs[name], name
    for name in ("LG-02", "MN-03", "MN-10", "X-03"):
        assert needs[name] == {Basis.RULES, Basis.ATTRIBUTES}, name
    for name in ("MN-01", "MN-02", "LG-01", "LG-05", "LG-07", "IN-01"):
        assert needs[name] == {Basis.RULES}, name


def test_only_what_is_certain_enough_is_mandatory() -> None:
    mandatory = {one.id for one in EVERY if one.mandatory}

    assert {"MN-01", "LG-02", "IN-01", "MN-05"} <= mandatory
    assert mandatory.isdisjoint({"LG-06", "X-01", "IN-05", "D-01"})


@pytest.mark.parametrize(
    ("edition", "old"),
    [
        ("R4.3", True),
        ("R6.10", True),
        ("R2.12", True),
        ("H30.9", True),
        ("R7.3", False),
        ("R8", False),
        ("", False),
        ("見直し中", False),  # the table of models does not know it: as the latest edition words it
    ],
)
def test_wireless_in_the_my_number_tier_depends_on_the_edition(edition: str, old: bool) -> None:
    found = {one.id: (one, demanded) for one, demanded in in_force(EVERY, {edition}, set(), GUIDELINE)}
    one, demanded = found["MN-08"]

    assert demanded
    assert ("使わない" in one.text[0]) is old
    assert len(found) == len(requirements.ids())


def test_every_edition_is_one_of_the_table_of_models() -> None:
    named = {name for one in EVERY for name in one.editions if name}

    assert named
    assert named <= set(GUIDELINE.editions)


def test_editions_and_models_say_what_is_demanded() -> None:
    def demanded(edition: str, *models: ProfileModel) -> set[str]:
        every = {one.id for one, _ in in_force(EVERY, {edition}, models, GUIDELINE)}
        return every - {one.id for one, there in in_force(EVERY, {edition}, models, GUIDELINE) if there}

    alpha, prime, beta = ProfileModel.ALPHA, ProfileModel.ALPHA_PRIME, ProfileModel.BETA
    assert demanded("R7.3", alpha) == {"LG-06", "IN-09", "IN-10"}
    assert demanded("R7.3", prime) == {"IN-09"}
    assert demanded("R7.3", beta) == {"LG-06"}
    assert demanded("R7.3", alpha, beta) == {"LG-06"}  # a migration runs both
    assert demanded("R7.3") == set()  # nobody says which: everything is asked
    assert demanded("R4.3", prime) == {"LG-06", "MN-09", "IN-09"}
    both = {one.id: one for one, _ in in_force(EVERY, {"R6.10", "R7.3"}, (), GUIDELINE)}
    assert "証明書" in both["MN-08"].text[0]  # the latest of those in force words it


def test_the_example_names_its_clauses_and_none_that_it_does_not_describe() -> None:
    example = requirements.example()

    assert example.example
    assert (example.body, example.in_force) == ("渋川市", date(2026, 4, 1))
    assert set(example.serves) == set(requirements.ids())
    assert {number for numbers in example.serves.values() for number in numbers} <= set(example.numbered)
    assert all(re.fullmatch(r"\d+(\(\d+\))?[①②③]?", number) for number in example.numbered)
    assert example.serves["MN-01"] == ("6(3)①",)
    assert example.serves["LG-01"] == ("6(3)②", "2(11)")
    assert example.serves["LG-02"] == ("6(3)②", "2(12)")
    assert example.serves["IN-01"] == ("6(3)③",)
    assert example.serves["G-02"] == ("4(2)③",)
    assert "6(8)" in example.serves["X-14"]
