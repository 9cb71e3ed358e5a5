import json
from urllib.parse import unquote

import pytest
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Log

from segcheck.reports.renderings import sarif
from tests.reports.renderings import handmade


def run(result, language="en"):
    """Return the only run of the log, which fits the models generated from the schema of SARIF 2.1.0.

    They were made of a draft in which the status of a suppression (§3.35.4) was called `state`; everything else is as published.
    """
    told = sarif.render(result, language)
    log = json.loads(told)
    for one in log["runs"][0]["results"]:
        for suppression in one.get("suppressions", ()):
            suppression["state"] = suppression.pop("status")
    Log.model_validate_json(json.dumps(log))
    return json.loads(told)["runs"][0]


def test_each_finding_is_a_result_at_its_rule_lines():
    results = run(handmade.document())["results"]

    assert [one["ruleId"] for one in results] == ["forbidden-crossing", "register-path", "expired-entry", "log-off"]
    place = results[0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "sites/town/exports/wall.conf"
    assert place["region"] == {"startLine": 7, "endLine": 9}
    assert results[0]["partialFingerprints"] == {"segcheck/v1": handmade.FINGERPRINTS["crossed"]}
    assert [one["level"] for one in results] == ["error", "none", "error", "note"]
    assert [one["kind"] for one in results] == ["fail", "open", "fail", "fail"]


def test_the_path_is_a_code_flow_through_every_device():
    flow = run(handmade.document())["results"][0]["codeFlows"][0]["threadFlows"][0]["locations"]

    assert [one["location"]["logicalLocations"][0]["name"] for one in flow] == ["switch", "wall"]
    assert "physicalLocation" not in flow[0]["location"]
    assert flow[1]["location"]["physicalLocation"]["region"]["startLine"] == 7


def test_an_exception_suppresses_and_history_is_the_baseline():
    results = run(handmade.document())["results"]

    assert results[2]["suppressions"][0]["status"] == "accepted"
    assert results[2]["suppressions"][0]["justification"].startswith("W-1, 契約更新中, 統括情報セキュリティ責任者")
    assert "suppressions" not in results[0]
    assert [one.get("baselineState") for one in results] == ["new", None, "unchanged", None]


@pytest.mark.parametrize(("language", "why"), [("ja", "理由: 理由です"), ("en", "Why: Because.")])
def test_rules_explain_themselves_in_the_language(language, why):
    rules = run(handmade.document(), language)["tool"]["driver"]["rules"]

    crossing = next(one for one in rules if one["id"] == "forbidden-crossing")
    assert crossing["help"]["text"].startswith(why)
    assert crossing["properties"]["security-severity"] == "9.5"
    assert "LG-01" in crossing["properties"]["tags"]


def test_what_bears_on_the_judgement_is_notified():
    notes = run(handmade.document())["invocations"][0]["toolExecutionNotifications"]

    assert "--ignore any-any" in notes[0]["message"]["text"]
    assert notes[1]["descriptor"]["id"] == "unrecognised"
    assert notes[1]["locations"][0]["physicalLocation"]["region"]["startLine"] == 3


def test_captures_are_named_by_file():
    results = run(handmade.replayed())["results"]

    place = results[0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "sites/town/captures/day.pcapng"
    assert "region" not in place


@pytest.mark.parametrize(
    "path", ["../../etc/passwd", "/etc/passwd", "C:\\x", "c:x", "\\\\host\\share\\x", "a/../../b", " "]
)
def test_no_location_leads_out_of_the_site(path):
    assert sarif.uri(handmade.document(), path) is None


def test_uris_are_quoted_and_a_site_elsewhere_is_left_out():
    result = handmade.document()
    outside = {**result, "run": {**result["run"], "options": {"site": "/srv/町"}}}

    assert sarif.uri(outside, "exports/壁 1?.conf#x:y") == "exports/%E5%A3%81%201%3F.conf%23x%3Ay"
    assert unquote(sarif.uri(result, "exports/壁.conf")) == "sites/town/exports/壁.conf"


@pytest.mark.parametrize("text", handmade.HOSTILE, ids=lambda text: ascii(text)[:24])
def test_hostile_names_keep_to_the_schema(text):
    assert run(handmade.hostile(text, handmade.organs()))["results"]


def test_organs_have_counts_and_findings_name_theirs():
    found = run(handmade.organs())

    assert found["properties"]["organs"]["suido"]["requirements"]["not_applicable"] == 2
    assert [one["properties"]["organs"] for one in found["results"]] == [["shicho"]] * 3 + [["suido"]]
    bare = run(handmade.document())
    assert "organs" not in bare["properties"]
    assert not any("organs" in one["properties"] for one in bare["results"])
