import json

import pytest

from segcheck.loaders import site

EXPORT = "toy 1\ninterface port1 10.20.10.1/24\npermit\nend\n"


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("language", ["en", "ja"])
def test_an_empty_site_is_valid_and_complete(call, tmp_path, language):
    outcome = call("init", "city", "--lang", language)

    assert outcome.code == 0
    assert call("validate", "city").code == 0
    assert {"topology.yaml", "policy.yaml", "waivers.yaml", "exports/README.md", ".vscode/settings.json"} <= set(
        names(tmp_path / "city")
    )


def test_editors_know_the_form_of_every_file_also_of_clauses(call, tmp_path):
    call("init", "city")
    mapped = json.loads((tmp_path / "city/.vscode/settings.json").read_text(encoding="utf-8"))["yaml.schemas"]

    assert {place: schema for schema, place in mapped.items()} == {
        place: f".vscode/segcheck/{name}.json"
        for name, place in {
            **{one: f"{one}.yaml" for one in (*site.MODELS, "audit")},
            "clauses": "clauses/*.yaml",
        }.items()
    }
    assert set(mapped) <= set(names(tmp_path / "city"))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_examples_in_the_comments_are_valid_when_the_signs_are_taken_away(call, tmp_path, language):
    call("init", "city", "--lang", language)
    for name in ("topology", "policy", "waivers"):
        path = tmp_path / "city" / f"{name}.yaml"
        text = path.read_text(encoding="utf-8").replace("\n#  ", "\n  ")
        for empty in (
            "zones: {}",
            "segments: {}",
            "hosts: []",
            "devices: []",
            "links: []",
            "register: []",
            "required: []",
            "organs: []",
        ):
            text = text.replace(empty, empty[:-3])
        path.write_text(text.replace("waivers: []", "waivers:"), encoding="utf-8")

    told = [p.en for one in site.load("city").files for p in one.problems if p.severity.value == "error"]

    missing = (
        "no zone 'water'",
        "no zone 'suido'",
        "no host",
        "no device",
        "there is no file",
        "no gateway",
        "device 'fw-core' has no interface 'port3'",
    )
    assert [text for text in told if not text.startswith(missing)] == []


@pytest.mark.parametrize(
    ("option", "model"),
    [("alpha", "alpha"), ("alpha-prime", "alpha_prime"), ("beta", "beta"), ("beta-prime", "beta_prime")],
)
def test_the_model_is_that_of_the_option(call, option, model):
    call("init", "city", "--model", option)

    assert site.load("city").site.policy.profiles[0].model.value == model


def test_nothing_is_overwritten_and_nothing_partial_stays(call, tmp_path):
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "policy.yaml").write_text("mine", encoding="utf-8")

    outcome = call("init", "city")

    assert outcome.code == 2
    assert "policy.yaml is there already; nothing was written" in outcome.err
    assert names(tmp_path / "city") == ["policy.yaml"]
    assert (tmp_path / "city" / "policy.yaml").read_text(encoding="utf-8") == "mine"
    assert not list(tmp_path.rglob("*.part"))


def test_a_sample_is_the_planted_city_unless_named(call, tmp_path):
    from segcheck.app import bundled

    assert call("init", "one", "--sample").code == 0
    assert call("init", "two", "--sample", "kozato").code == 0

    for made, city in (("one", "reiji-mistakes"), ("two", "kozato")):
        assert names(tmp_path / made) == names(bundled.sites()[city])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("city", "--sample", "kozat"), "did you mean 'kozato'?"),
        (("city", "--sample", "kozato", "--model", "beta"), "--sample and --model do not go together"),
        (("city", "--sample", "kozato", "--from", "x"), "--sample and --from do not go together"),
        (("city", "--from", "nowhere"), "nowhere: no such folder"),
        (("city", "--from", "empty"), "no export that segcheck can read"),
        (("whole",), "whole is there already"),
    ],
)
def test_what_cannot_be_done_ends_with_2_and_makes_nothing(call, tmp_path, arguments, told):
    (tmp_path / "empty").mkdir()
    before = sorted(tmp_path.rglob("*"))

    outcome = call("init", *arguments)

    assert (outcome.code, outcome.out) == (2, "")
    assert told in outcome.err
    assert sorted(tmp_path.rglob("*")) == before


def test_a_draft_tells_what_was_not_read_and_ends_with_3(call, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "fw.txt").write_text(EXPORT, encoding="utf-8")
    (tmp_path / "in" / "letter.txt").write_text("Dear city,\n", encoding="utf-8")

    outcome = call("init", "city", "--from", "in")

    assert outcome.code == 3
    assert "not read: letter.txt: no format that segcheck reads" in outcome.err
    text = (tmp_path / "city" / "topology.yaml").read_text(encoding="utf-8")
    assert "#   letter.txt: no format that segcheck reads" in text
    assert (tmp_path / "city" / "exports" / "fw.txt").read_text(encoding="utf-8") == EXPORT


def test_a_draft_is_unusable_until_every_blank_is_filled_and_validate_names_them(call, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "fw.txt").write_text(EXPORT, encoding="utf-8")
    assert call("init", "city", "--from", "in").code == 0

    outcome = call("validate", "city")

    lines = (tmp_path / "city" / "topology.yaml").read_text(encoding="utf-8").splitlines()
    blanks = {n for n, line in enumerate(lines, 1) if ": TODO" in line.partition(" #")[0] and "#" not in line[:5]}
    told = {int(line.split(":")[1]) for line in outcome.out.splitlines() if "still to be filled in" in line}
    assert outcome.code == 2
    assert told == blanks
    assert len(blanks) == 3  # the zone's line, the segment's, the device's


def test_exports_inside_the_site_stay_where_they_are(call, tmp_path):
    (tmp_path / "city" / "mine").mkdir(parents=True)
    (tmp_path / "city" / "mine" / "fw.txt").write_text(EXPORT, encoding="utf-8")

    assert call("init", "city", "--from", "city/mine").code == 0

    assert "path: mine/fw.txt" in (tmp_path / "city" / "topology.yaml").read_text(encoding="utf-8")
    assert [name for name in names(tmp_path / "city") if name.endswith("fw.txt")] == ["mine/fw.txt"]
