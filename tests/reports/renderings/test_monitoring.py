"""What monitoring reads: the line of a plugin, metrics, JSON for a master item; all of one mind about the state."""

import json
import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from segcheck.reports.renderings import _state, nagios, prom, zabbix
from tests.reports.renderings import handmade

SOUND = {"findings": [], "crossings": [handmade.crossing("mn", "lg", "proven")], "verdict": "proven"}
LEANING = {
    "findings": [],
    "crossings": [handmade.crossing("mn", "lg", "proven_assuming")],
    "verdict": "proven_assuming",
}
OPEN = {"findings": [], "crossings": [handmade.crossing("mn", "lg", "undecided")], "verdict": "undecided"}
MINOR = {
    "findings": [handmade.finding("written", severity="low")],
    "crossings": [handmade.crossing("mn", "lg", "proven")],
}
WAIVED = handmade.finding("waived", waiver={"id": "W-1", "expires": None})
ELSEWHERE = {
    "findings": [{**WAIVED, "pairs": [["dmz", "lg"], ["dmz", None]]}],
    "crossings": [handmade.crossing("in", "lg", "violated")],
}
COVERED = {
    "findings": [{**WAIVED, "pairs": [["dmz", "lg"], ["in", "lg"]]}],
    "crossings": [handmade.crossing("in", "lg", "violated")],
}
HIDDEN = {"findings": [], "crossings": [handmade.crossing("in", "lg", "violated")]}
EMPTY = {"findings": [], "crossings": []}


def told(changes, *weakened):
    made = handmade.document(**changes)
    return {**made, "run": {**made["run"], "weakened": list(weakened)}}


def metrics(result):
    families = text_string_to_metric_families(prom.render(result, "en"))
    return {(one.name, *sorted(one.labels.items())): one.value for family in families for one in family.samples}


@pytest.mark.parametrize(
    ("changes", "weakened", "state"),
    [
        ({}, (), "CRITICAL"),
        (MINOR, (), "WARNING"),
        (HIDDEN, ("--ignore forbidden-crossing",), "CRITICAL"),
        (ELSEWHERE, (), "CRITICAL"),
        (COVERED, (), "OK"),
        (OPEN, ("--accept-assumptions",), "UNKNOWN"),
        (LEANING, (), "UNKNOWN"),
        (LEANING, ("--accept-assumptions",), "OK"),
        (EMPTY, (), "UNKNOWN"),
        (SOUND, (), "OK"),
    ],
)
def test_all_three_say_the_same_state(changes, weakened, state):
    result = told(changes, *weakened)
    number = _state.State[state]

    assert nagios.render(result, "en").startswith(f"SEGCHECK {state} - ")
    assert json.loads(zabbix.render(result, "en"))["state"] == number
    assert metrics(result)["segcheck_state", ("site", "見本市")] == number


def test_a_waived_finding_is_no_alarm():
    waived = handmade.finding("waived", waiver={"id": "W-1", "expires": None})
    result = told({**SOUND, "findings": [waived], "verdict": "violated"})

    assert _state.state(result) is _state.State.OK
    assert metrics(result)["segcheck_findings", ("severity", "critical"), ("site", "見本市"), ("state", "waived")] == 1


def test_the_plugin_line_is_one_line_with_performance_data():
    line = nagios.render(handmade.document(), "ja")

    assert line.count("\n") == 1
    text, data = line.split(" | ")
    assert "--ignore any-any により緩めた判定です" in text
    values = dict(re.fullmatch(r"(\w+)=(\d+);;;0", one).groups() for one in data.split())
    assert (values["critical"], values["high"], values["low"], values["waived"]) == ("1", "1", "1", "1")
    assert (values["waivers_expiring"], values["entries_expiring"], values["lines_unread"]) == ("1", "1", "2")


@pytest.mark.parametrize("text", handmade.HOSTILE, ids=lambda text: ascii(text)[:24])
def test_hostile_names_break_no_format(text):
    result = handmade.hostile(text)

    line = nagios.render(result, "ja")
    assert line.count("\n") == line.count("|") == 1
    assert len(line) < 1400
    assert metrics(result)
    found = json.loads(zabbix.render(result, "ja"))
    assert not re.search(r"[{}'\"\\]", "".join(value for one in found["lld"]["findings"] for value in one.values()))


def test_metrics_are_whole_and_hold_no_address():
    result = handmade.stored()
    found = metrics(result)

    site = ("site", "見本市")
    assert found["segcheck_findings", ("severity", "high"), site, ("state", "undecided")] == 1
    assert found["segcheck_findings", ("severity", "medium"), site, ("state", "violated")] == 0
    assert found["segcheck_pairs", site, ("verdict", "violated")] == 1
    assert found["segcheck_requirements", ("outcome", "fail"), site] == 1
    assert found["segcheck_last_success_timestamp_seconds", site] == 1795555805
    assert found["segcheck_oldest_input_timestamp_seconds", site] == 1793458800
    assert found["segcheck_drift_findings", ("change", "new"), site] == 1
    assert found["segcheck_drift_opened_pairs", site] == 1
    assert found["segcheck_run_number", site] == 12
    assert not re.search(r"\d+\.\d+\.\d+|wall|R-1", prom.render(result, "en"))


def test_zabbix_discovers_findings_and_pairs_that_have_values():
    found = json.loads(zabbix.render(handmade.document(), "ja"))

    named = [one["{#FINGERPRINT}"] for one in found["lld"]["findings"]]
    assert named == [*found["finding"]]
    assert found["finding"][handmade.FINGERPRINTS["unsure"]] == 3
    assert {one["{#PAIR}"] for one in found["lld"]["zones"]} == {*found["zone"]}
    assert found["zone"] == {"in>lg": 2, "lg>in": 3, "lg>mn": 3, "mn>lg": 0}


def test_a_replay_with_gaps_is_never_ok():
    clean = {**handmade.replayed(), "findings": [], "crossings": [handmade.crossing("in", "lg", "nothing_seen")]}

    assert _state.state(clean) is _state.State.UNKNOWN
    assert _state.state({**clean, "flows": {**clean["flows"], "gaps": []}}) is _state.State.OK
    assert _state.state({**clean, "flows": {**clean["flows"], "gaps": [], "unasked": 3}}) is _state.State.UNKNOWN


def test_organs_have_series_of_their_own_and_the_worst_is_named_so():
    found = metrics(handmade.organs())
    site = ("site", "見本市")

    assert found["segcheck_requirements", ("organ", "suido"), ("outcome", "not_applicable"), site] == 2
    assert found["segcheck_requirements", ("organ", "shicho"), ("outcome", "fail"), site] == 1
    assert found["segcheck_requirements_worst", ("outcome", "fail"), site] == 2
    assert ("segcheck_requirements", ("outcome", "fail"), site) not in found
    assert ("segcheck_requirements_worst", ("outcome", "fail"), site) not in metrics(handmade.document())
    told = json.loads(zabbix.render(handmade.organs(), "ja"))
    assert (told["requirements"]["fail"], told["requirements"]["pass"]) == (2, 0)
    assert [one["{#ORGAN}"] for one in told["lld"]["organs"]] == ["shicho", "suido"]
    assert (told["organ"]["suido"]["fail"], told["organ"]["shicho"]["pass"]) == (1, 1)
    bare = json.loads(zabbix.render(handmade.document(), "ja"))
    assert (bare["lld"]["organs"], bare["organ"]) == ([], {})


def test_the_plugin_line_counts_the_worst_and_names_the_organs_that_fail():
    line = nagios.render(handmade.organs(), "ja")

    assert "（2 機関のうち最も重い状況で" in line
    assert "不備の件数（機関別）: 市長部局 (shicho) 1, 水道事業 (suido) 1" in line
    assert "requirements_failed=2;" in line
    assert "機関" not in nagios.render(handmade.document(), "ja")


def test_hostile_organs_break_no_format():
    for text in handmade.HOSTILE:
        result = handmade.hostile(text, handmade.organs())
        assert metrics(result)
        line = nagios.render(result, "ja")
        assert line.count("\n") == line.count("|") == 1
        found = json.loads(zabbix.render(result, "ja"))
        names = [value for one in found["lld"]["organs"] for value in one.values()]
        assert not re.search(r"[{}'\"\\]", "".join([*names, *found["organ"]]))
