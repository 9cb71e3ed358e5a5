"""The models of the guideline on the command line: `explain` of cells and matrices, `check --as-model`."""

import json

import pytest

from tests.checks.sites import Town, entry, rule

#: Screen transfer from the LGWAN tier, as α has it.
VIEW = entry("ST1", "lg-pc", "in-pc", "tcp/3389", kind="screen", gateway="screens", legs="[view]")
TOWN = Town(
    rules=[rule(1, "lg:lg-pc", "in:in-pc", "RDP")],
    register=[VIEW],
    lenient=False,
    topology="gateways:\n  - {id: screens, hosts: [in-pc], method: screen, legs: [{id: view, to: lg-pc, service: tcp/3389,\n"
    "     opener: other}, {id: web, from: in-mail, service: tcp/8080, opener: self}]}\n",
)
AT = ("--time", "2026-11-24")


@pytest.fixture
def town(tmp_path):
    TOWN.written(tmp_path / "town")
    return "town"


@pytest.mark.parametrize(
    ("model", "code", "found"),
    [
        ("alpha", 0, []),
        ("alpha_prime", 0, []),
        ("beta", 1, ["entry-out-of-model"]),
        ("β'", 1, ["entry-out-of-model"]),
    ],
)
def test_as_model_lists_the_gaps_of_a_migration(call, town, model, code, found):
    outcome = call("check", town, *AT, "--as-model", model, "--format", "json")
    told = json.loads(outcome.out)

    assert (outcome.code, [one["check"] for one in told["findings"]]) == (code, found)
    assert told["run"]["options"]["as-model"] in ("alpha", "alpha_prime", "beta", "beta_prime")


def test_the_head_says_that_another_model_was_supposed(call, town):
    english = call("check", town, *AT, "--as-model", "beta").out
    japanese = call("--lang", "ja", "check", town, *AT, "--as-model", "beta").out

    assert "--as-model beta: judged as if the model beta (R7.3) held for all segments" in english.partition("\n\n")[0]
    assert (
        "--as-model beta: すべてのセグメントに beta モデル (R7.3 版) を適用したと仮定" in japanese.partition("\n\n")[0]
    )
    assert "as-model" not in call("check", town, *AT).out


def test_a_model_that_does_not_exist_ends_with_2(call, town):
    outcome = call("check", town, "--as-model", "gamma")

    assert (outcome.code, outcome.out) == (2, "")
    assert "Models: alpha, alpha_prime, beta, beta_prime" in outcome.err


def test_what_a_standard_permits_beyond_the_models_is_named_at_the_head(call, tmp_path):
    town = Town(rules=[], register=[], lenient=False).written(tmp_path / "town")
    path = town / "policy.yaml"
    rule = (
        "standard:\n  - {id: KJ-1, from: internet, to: school, kinds: [specific], document: 基準 3, approver: 総務課長,"
        " reason: 試験, review_due: 2026-11-24}\n"
    )
    path.write_text(path.read_text(encoding="utf-8") + rule, encoding="utf-8")

    assert (
        "weakened by policy.yaml standard KJ-1: IN → SCH specific (基準 3, 総務課長)" in call("check", "town", *AT).out
    )
    assert "KJ-1" not in call("check", "town", "--time", "2026-11-25").out


@pytest.mark.parametrize("name", ["alpha:lgwan:internet", "α:LG:IN", "alpha@R7.3:lg:in"])
def test_a_cell_is_explained_by_tiers_and_by_short_codes(call, name):
    outcome = call("explain", name)

    assert outcome.code == 0
    assert outcome.out.startswith("alpha (R7.3)  LG → IN: SANI*+SCR+REL*\n")
    for piece in ("lg_in_update_relay", "K?: not sure", "I: our own reading", "kind: screen", "entry-out-of-model"):
        assert piece in " ".join(outcome.out.split())


def test_a_cell_that_nothing_opens_says_so_in_both_languages(call):
    english, japanese = call("explain", "beta:MN:NET").out, call("--lang", "ja", "explain", "beta:MN:NET").out

    assert "no entry helps" in english
    assert "none; an entry here permits nothing" in english
    assert "登録しても認められない" in japanese


def test_an_older_edition_has_its_own_cells(call):
    assert call("explain", "alpha@R4.3:MN:GC").out.startswith("alpha (R4.3)  MN → GC: -\n")
    assert call("explain", "alpha@R5.3:MN:GC").out.startswith("alpha (R5.3)  MN → GC: SPEC\n")


def test_a_model_is_shown_whole(call):
    out = call("explain", "beta").out
    rows = {line.split()[0]: line.split()[1:] for line in out.splitlines()[3:17]}

    assert [len(row) for row in rows.values()] == [14] * 14
    assert rows["IN"][1] == "SANI*+SCR"
    assert rows["MN"][2] == rows["NET"][0] == "x"
    assert "Screen transfer: IN views, LG is viewed." in out


@pytest.mark.parametrize("name", ["alpha:LG:XX", "alpha:LG", "alpha_prime@R4.3", "alpha@R99", "alpha:LG:IN:MN"])
def test_what_is_no_cell_ends_with_2(call, name):
    outcome = call("explain", name)

    assert (outcome.code, outcome.out) == (2, "")
    assert "nothing was explained" in outcome.err
