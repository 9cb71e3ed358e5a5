from xml.etree import ElementTree

import pytest
from junitparser import Failure, JUnitXml, Skipped

from segcheck.reports.renderings import junit
from tests.reports.renderings import handmade


def suites(result, language="en"):
    """Return the cases by suite and name as (kind of end, type or message), read by another parser."""
    found = {}
    for suite in JUnitXml.fromstring(junit.render(result, language).encode()):
        cases = list(suite)
        ends = [one.result[0] if one.result else None for one in cases]
        assert suite.tests == len(cases)
        assert suite.failures == sum(isinstance(one, Failure) for one in ends)
        assert suite.skipped == sum(isinstance(one, Skipped) for one in ends)
        found[suite.name] = {case.name: end for case, end in zip(cases, ends, strict=True)}
    return found


def test_each_requirement_is_a_case_and_only_what_was_shown_passes():
    cases = suites(handmade.document())["Requirements"]

    ends = {name.split()[0]: end for name, end in cases.items()}
    assert ends["LG-02"] is None
    assert (type(ends["LG-01"]), ends["LG-01"].type) == (Failure, "fail")
    assert "exports/wall.conf:7" in ends["LG-01"].text
    assert (type(ends["LG-04"]), ends["LG-04"].type) == (Failure, "insufficient_evidence")
    for name, word in (
        ("LG-03", "insufficient_evidence"),
        ("LG-05", "not_applicable"),
        ("LG-06", "exception_approved"),
    ):
        assert isinstance(ends[name], Skipped)
        assert ends[name].message.startswith(word)


def test_each_pair_of_zones_is_a_case_and_undecided_fails_as_such():
    cases = suites(handmade.document())["Pairs of zones, by direction"]

    assert cases["mn → lg"] is None
    assert cases["in → lg"].type == "violated"
    assert cases["lg → in"].type == "undecided"
    assert "no-export:far" in cases["lg → in"].message
    assert cases["lg → mn"].message.startswith("proven_assuming: ")


def test_accepted_assumptions_pass_and_say_what_they_lean_on():
    result = handmade.document()
    accepted = {**result, "run": {**result["run"], "weakened": ["--accept-assumptions"]}}

    assert suites(accepted)["Pairs of zones, by direction"]["lg → mn"] is None
    assert "AS-1" in junit.render(accepted, "en")


def test_findings_that_no_failing_requirement_tells_are_cases_too():
    cases = suites(handmade.document())["Other findings"]

    ends = {name.partition(":")[0]: end for name, end in cases.items()}
    assert ends["No log"].type == "violated"
    assert isinstance(ends["Expired"], Skipped)
    assert ends["The path cannot be told"].type == "undecided"


@pytest.mark.parametrize("text", handmade.HOSTILE, ids=lambda text: ascii(text)[:24])
def test_hostile_names_are_text(text):
    told = junit.render(handmade.hostile(text, handmade.organs()), "ja")

    names = {one.tag for one in ElementTree.fromstring(told.encode()).iter()}
    assert names <= {
        "testsuites",
        "testsuite",
        "properties",
        "property",
        "testcase",
        "failure",
        "skipped",
        "system-out",
    }


def test_each_organ_is_a_suite_and_a_class_of_its_own():
    cases = suites(handmade.organs())

    names = {end: name for name, end in (name.split(": ") for name in cases if ": " in name)}
    assert names == {"市長部局 (shicho)": "Requirements", "水道事業 (suido)": "Requirements"}
    first, second = cases["Requirements: 市長部局 (shicho)"], cases["Requirements: 水道事業 (suido)"]
    ends = [[name.split()[0] for name, end in one.items() if isinstance(end, Failure)] for one in (first, second)]
    assert ends == [["LG-01", "LG-04"], ["LG-02"]]
    whole = ElementTree.fromstring(junit.render(handmade.organs(), "en").encode())
    named = [(one.get("classname"), one.get("name")) for one in whole.iter("testcase")]
    assert len(named) == len(set(named))
    assert {name for name, _ in named if name and "requirements" in name} == {
        "segcheck.requirements.shicho",
        "segcheck.requirements.suido",
    }
