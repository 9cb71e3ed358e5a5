"""The crossing matrix, against a table written by hand from the domain report: which kinds may exist in which cell."""

from datetime import date

import pytest

from segcheck.loaders import profiles
from segcheck.model.profile import Need
from segcheck.model.register import Kind, Options, ProfileModel
from segcheck.model.requirement import Certainty
from segcheck.model.site_words import PeerClass, Tier

GUIDELINE = profiles.load()
SHORT = {"SPEC": Kind.SPECIFIC, "SANI": Kind.SANITISE, "SCR": Kind.SCREEN, "LBO": Kind.LBO}
SHORT |= {"REL": Kind.RELAY, "LOG": Kind.LOG_EXPORT, "MNT": Kind.MAINTENANCE}
INTRA = "SPEC SANI SCR REL LOG MNT"
#: Rows open. Cells that are not here hold nothing; capitals are what may exist, in the options' widest reading, in R7.3.
ALPHA = {
    "MN": {"LG": "SPEC REL SCR", "LGWAN": "SPEC REL", "GC": "SPEC", "JK": "SPEC"},
    "LG": {
        "MN": "SPEC SCR",
        "IN": "SCR SANI REL",
        "SAN": "SANI",
        "DMZ": "SANI",
        "LGWAN": "SPEC REL",
        "GC": "SPEC",
        "SC": "LOG",
    },
    "IN": {"LG": "SANI", "SAN": "SANI", "DMZ": "SPEC", "SC": "SPEC REL LOG", "NET": "SPEC"},
    "SAN": {"LG": "SANI", "IN": "SANI", "DMZ": "SANI"},
    "DMZ": {"LG": "SANI", "IN": "SPEC", "SAN": "SPEC SANI", "SC": "SPEC LOG"},
    "MGT": {"MN": "MNT", "LG": "MNT", "IN": "MNT", "SAN": "MNT", "SC": "LOG"},
    "MNT": {"MN": "MNT", "LG": "MNT", "IN": "MNT"},
    "LGWAN": {"MN": "SPEC", "LG": "SPEC"},
    "GC": {"MN": "SPEC", "LG": "SPEC", "MNT": "SPEC MNT", "SC": "SPEC", "NET": "SPEC"},
    "JK": {"MN": "SPEC"},
    "SC": {"IN": "SPEC", "DMZ": "SPEC"},
    "SCH": {},
    "NET": {"IN": "SPEC", "DMZ": "SPEC"},
    "unknown": {},
}
BETA = {("LG", "IN"): "SPEC SANI REL", ("IN", "LG"): "SCR SANI", ("IN", "NET"): "SPEC LBO"}
CHANGES = {"alpha": {}, "alpha_prime": {("LG", "NET"): "LBO"}, "beta": BETA, "beta_prime": BETA}
#: Between My Number and the internet side nothing helps, whoever opens.
NEVER = {("MN", other) for other in ("IN", "SC", "NET")} | {(other, "MN") for other in ("IN", "SC", "NET")}
#: Apart from each other too: each side of the separation has a management zone of its own.
APART_WITHIN = ("MGT", "unknown")
#: Kinds that may exist under conditions only, in every model that knows them at all.
CONDITIONAL = {
    ("MN", "LG", "SCR"), ("LG", "MN", "SCR"), ("MN", "LGWAN", "SPEC"), ("MN", "LGWAN", "REL"), ("LGWAN", "MN", "SPEC"),
    ("LG", "IN", "SANI"), ("IN", "LG", "SANI"), ("LG", "IN", "REL"), ("LG", "GC", "SPEC"), ("GC", "LG", "SPEC"),
    ("LG", "SC", "LOG"), ("LG", "DMZ", "SANI"), ("DMZ", "LG", "SANI"), ("LG", "NET", "LBO"), ("IN", "NET", "SPEC"),
    ("IN", "NET", "LBO"), ("NET", "IN", "SPEC"), ("NET", "DMZ", "SPEC"), ("GC", "SC", "SPEC"), ("GC", "NET", "SPEC"),
    ("MGT", "MN", "MNT"), ("MGT", "LG", "MNT"), ("MGT", "IN", "MNT"), ("MGT", "SAN", "MNT"), ("MGT", "SC", "LOG"),
    ("MNT", "MN", "MNT"), ("MNT", "LG", "MNT"), ("MNT", "IN", "MNT"), ("JK", "MN", "SPEC"),
}  # fmt: skip


def tier(code):
    return next(one for one in Tier if one.short == code)


def wanted(model, opens, answers):
    if opens == answers:
        return "" if opens in APART_WITHIN else INTRA
    return CHANGES[model].get((opens, answers), ALPHA[opens].get(answers, ""))


def cell(model, opens, answers, edition="R7.3"):
    return GUIDELINE.cell(ProfileModel(model), edition, tier(opens), tier(answers))


def kinds(*arguments):
    return {name for name, kind in SHORT.items() if cell(*arguments).of(kind)}


@pytest.mark.parametrize("model", [one.value for one in ProfileModel])
def test_every_cell_holds_what_the_models_know_and_nothing_else(model):
    for opens in ALPHA:
        for answers in ALPHA:
            assert kinds(model, opens, answers) == set(wanted(model, opens, answers).split()), (opens, answers)


@pytest.mark.parametrize("model", [one.value for one in ProfileModel])
def test_every_cell_says_what_is_conditional_and_what_nothing_can_open(model):
    for opens in ALPHA:
        for answers in ALPHA:
            one = cell(model, opens, answers)
            bound = {
                (opens, answers, name)
                for name, kind in SHORT.items()
                if one.of(kind) and all(permit.needs or permit.option for permit in one.of(kind))
            }
            here = {(o, a, k) for o, a, k in CONDITIONAL if (o, a) == (opens, answers) and one.of(SHORT[k])}
            assert bound == here
            assert one.never is ((opens, answers) in NEVER)
            assert all(one.why)
            assert one.source


def test_there_are_no_cells_but_those_of_the_table():
    assert {one.short for one in Tier} == set(ALPHA)
    assert len(GUIDELINE.cells) == len(ProfileModel) * len(ALPHA) ** 2


def test_cells_are_our_own_reading_and_what_the_guideline_leaves_open_has_no_default():
    assert {one.certainty for one in GUIDELINE.cells.values()} <= {Certainty.INFERRED, Certainty.SEEN, Certainty.UNSURE}
    assert all(not one.permits for one in GUIDELINE.cells.values() if one.certainty is Certainty.UNSURE)
    unsure = {name for name, one in GUIDELINE.choices.items() if one.certainty is Certainty.UNSURE}
    assert unsure == {"mn_screen_client", "lg_in_update_relay", "in_lbo_destinations", "lgwan_push_sources"}


@pytest.mark.parametrize(
    ("model", "first"), [("alpha", "H30.9"), ("alpha_prime", "R6.10"), ("beta", "R2.12"), ("beta_prime", "R2.12")]
)
def test_a_model_begins_with_its_edition_and_permits_nothing_before(model, first):
    known = [edition for edition in GUIDELINE.editions if GUIDELINE.knows(ProfileModel(model), edition)]
    every = list(GUIDELINE.editions)

    assert known == every[every.index(first) :]
    for edition in [*every[: every.index(first)], "R99.1", ""]:
        assert kinds(model, "LG", "LG", edition) == set()
    assert not GUIDELINE.knows(ProfileModel.ALPHA, "R99.1")


@pytest.mark.parametrize(
    ("model", "opens", "answers", "name", "first"),
    [
        ("alpha", "MN", "GC", "SPEC", "R5.3"),
        ("alpha", "GC", "MN", "SPEC", "R5.3"),
        ("alpha", "LG", "GC", "SPEC", "R5.3"),
        ("alpha", "GC", "NET", "SPEC", "R5.3"),
        ("alpha", "GC", "MNT", "MNT", "R5.3"),
        ("alpha", "MN", "LG", "SCR", "R7.3"),
        ("alpha", "LG", "MN", "SCR", "R7.3"),
        ("alpha_prime", "LG", "NET", "LBO", "R6.10"),
    ],
)
def test_what_an_edition_brought_is_not_there_before(model, opens, answers, name, first):
    every = list(GUIDELINE.editions)
    known = [edition for edition in every if name in kinds(model, opens, answers, edition)]

    assert known == every[every.index(first) :]


@pytest.mark.parametrize(
    ("edition", "trusted", "intake"),
    [("H30.9", False, False), ("R2.12", True, True), ("R4.3", True, False), ("R7.3", True, False)],
)
def test_exchange_with_trusted_public_bodies_came_as_intake_and_then_both_ways(edition, trusted, intake):
    found = [
        permit
        for permit in cell("alpha", "MN", "LGWAN", edition).of(Kind.SPECIFIC)
        if PeerClass.LGWAN_TRUSTED_PUBLIC in permit.peers
    ]

    assert bool(found) is trusted
    assert any(Need.INTAKE in permit.needs for permit in found) is intake


@pytest.mark.parametrize(
    ("switch", "answers"),
    [
        ("mn_wireless", ["", "", "forbidden", "forbidden", "forbidden", "conditional"]),
        ("mn_exchange", ["closed", "intake", "two_way", "two_way", "two_way", "two_way"]),
        ("mn_screen_transfer", ["forbidden"] * 5 + ["option"]),
        ("gov_cloud", ["", "", "", "mynumber", "mynumber", "mynumber"]),
        ("lgwan_breakout", ["forbidden"] * 4 + ["alpha_prime"] * 2),
    ],
)
def test_editions_answer_switches_differently(switch, answers):
    assert [GUIDELINE.answer(switch, edition) for edition in GUIDELINE.editions] == answers
    assert GUIDELINE.answer(switch, "R99.1") == ""


def test_the_initiator_of_screen_transfer_is_who_the_model_names():
    for model, one in GUIDELINE.models.items():
        client, server = (end.short for end in one.screen)
        assert "SCR" in kinds(model.value, client, server)
        assert "SCR" not in kinds(model.value, server, client)


def test_options_and_needs_of_the_table_are_there():
    used = {permit.option for one in GUIDELINE.cells.values() for permit in one.permits} - {""}
    needs = {need for one in GUIDELINE.cells.values() for permit in one.permits for need in permit.needs}

    assert used | {"mn_screen_client"} == set(GUIDELINE.choices)
    assert all(hasattr(Options(), name) for name in GUIDELINE.choices)
    assert needs == set(GUIDELINE.needs) == set(Need)
    assert set(GUIDELINE.protection) == set(Tier)
    assert list(GUIDELINE.editions.values()) == sorted(GUIDELINE.editions.values())
    assert GUIDELINE.editions["R7.3"] == date(2025, 3, 28)
