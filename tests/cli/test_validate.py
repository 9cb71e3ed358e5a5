import json

import pytest
from jsonschema import Draft202012Validator

from segcheck.app import schemas
from tests.loaders.site import cities

WARNED = cities.TOPOLOGY.replace("via: 10.30.10.25", "via: 10.30.10.99")
BROKEN = cities.TOPOLOGY.replace("tier: lgwan}", "tier: lgwn}")


def test_a_sound_site_ends_with_0(call, tmp_path):
    outcome = call("validate", cities.write(tmp_path))

    assert outcome.code == 0
    assert outcome.out.endswith("The site can be judged.\n")
    assert "見本市: 2 zones, 2 segments, 3 hosts, 1 devices, 1 register entries" in outcome.out


def test_errors_end_with_2_and_are_told_with_line_caret_and_remedy(call, tmp_path):
    (tmp_path / "city").mkdir()
    cities.write(tmp_path / "city", topology=BROKEN)

    outcome = call("validate", "city")

    assert outcome.code == 2
    assert (
        "city/topology.yaml:4:14: error: 'lgwn' is not one of the words that may stand here\n"
        "4 |   lg: {tier: lgwn}\n"
        "  |              ^\n"
        "  = did you mean 'lgwan'?\n"
    ) in outcome.out
    assert "Errors: 1, warnings: 0." in outcome.out


def test_the_same_is_told_in_japanese(call, tmp_path):
    outcome = call("--lang", "ja", "validate", cities.write(tmp_path, topology=BROKEN))

    assert ": エラー: 'lgwn' はここでは使えません" in outcome.out
    assert "= もしかして 'lgwan' ですか" in outcome.out


def test_warnings_alone_end_with_3(call, tmp_path):
    outcome = call("validate", cities.write(tmp_path, topology=WARNED))

    assert outcome.code == 3
    assert "The site can be judged; warnings: 1." in outcome.out


@pytest.mark.parametrize("text", [cities.TOPOLOGY, WARNED, BROKEN])
def test_json_is_valid_and_the_same_but_for_the_run(call, tmp_path, text):
    folder = cities.write(tmp_path, topology=text)

    first, second = (json.loads(call("validate", folder, "--format", "json").out) for _ in range(2))

    assert list(Draft202012Validator(schemas.schema("validate")).iter_errors(first)) == []
    assert {**first, "run": None} == {**second, "run": None}
    assert first["usable"] == (text != BROKEN)
    assert str(tmp_path) not in json.dumps(first)


def test_json_of_a_site_without_policy_is_valid(call, tmp_path):
    (tmp_path / "city").mkdir()
    cities.write(tmp_path / "city")
    (tmp_path / "city" / "policy.yaml").unlink()

    outcome = call("validate", "city", "--format", "json")

    found = json.loads(outcome.out)
    assert outcome.code == 2
    assert list(Draft202012Validator(schemas.schema("validate")).iter_errors(found)) == []
    assert [(one["path"], one["severity"]) for one in found["problems"]] == [("policy.yaml", "error")]


def test_an_export_that_disagrees_ends_with_2(call, tmp_path):
    (tmp_path / "wall.txt").write_text("toy 1\ninterface port1 10.20.10.1/24\npermit\nend\n", encoding="utf-8")
    text = cities.TOPOLOGY.replace("kind: firewall\n", "kind: firewall\n    exports: [{path: wall.txt}]\n")

    outcome = call("validate", cities.write(tmp_path, topology=text))

    assert outcome.code == 2
    assert "topology.yaml:21:1: error: topology and export disagree on interface port2 of fw" in outcome.out


def test_no_folder_ends_with_2(call):
    outcome = call("validate", "nowhere")

    assert (outcome.code, outcome.out) == (2, "")
    assert "nowhere: no such folder" in outcome.err
