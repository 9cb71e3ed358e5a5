"""`segcheck waive` and `check --baseline`: one finding is excepted or known, and nothing is hidden."""

import json
from datetime import timedelta

import pytest
import yaml

from segcheck.app import assessing
from tests.cli.towns import OPEN, town

TODAY = assessing.today()
KEPT = """\
# 例外措置。 kept to the letter
segcheck: 1
waivers:
  # the one of last year
  - {id: WV-001, check: any-any, from: in-mail, to: lg-mail, service: tcp/445, reason: r, approver: a,
     approved: 2026-01-01, expires: 2026-01-31}   # over
"""


@pytest.fixture
def opened(call, tmp_path):
    """A town with a hole; returns the fingerprint of the finding."""
    policy = (
        "segcheck: 1\nprofiles: [{model: alpha, guideline_edition: R7.3, segments: all}]\nregister:\n"
        "  - {id: R1, kind: specific, from: in-mail, to: lg-mail, service: tcp/25, purpose: p, path: [wall], log: false,\n"
        f"     status: approved, approver: CISO, approved: {TODAY - timedelta(30)}, expires: {TODAY + timedelta(300)}}}\n"
    )
    town(tmp_path / "town", OPEN, policy=policy)
    found = json.loads(call("check", "town", "--format", "json").out)["findings"]
    return next(one["fingerprint"] for one in found if one["check"] == "forbidden-crossing")


@pytest.fixture
def waive(call):
    def waiving(mark, *more, days=30, **named):
        said = {"--until": str(TODAY + timedelta(days)), "--reason": "更新待ち", "--approved-by": "CISO", **named}
        return call("waive", "town", mark, *(word for pair in said.items() for word in pair), *more)

    return waiving


def test_one_finding_is_excepted_and_the_file_is_only_added_to(opened, waive, call, tmp_path):
    path = tmp_path / "town" / "waivers.yaml"
    path.write_text(KEPT, encoding="utf-8")
    outcome = waive(opened, "--ticket", "情政決第40号")

    assert outcome.code == 0
    assert outcome.out.startswith("town/waivers.yaml: WV-002 excepts forbidden-crossing")
    text = path.read_text(encoding="utf-8")
    assert text.startswith(KEPT)
    entry = yaml.safe_load(text)["waivers"][1]
    assert (entry["from"], entry["to"], entry["service"]) == ("in-srv", "lg-srv", ["tcp/445"])
    assert (entry["fingerprint"], entry["decision_no"], entry["approver"]) == (opened, "情政決第40号", "CISO")
    assert call("validate", "town").code == 0
    found = json.loads(call("check", "town", "--format", "json").out)
    one = next(each for each in found["findings"] if each["fingerprint"] == opened)
    assert one["waiver"] == {"id": "WV-002", "expires": str(TODAY + timedelta(30))}
    assert found["verdict"] == "violated"
    assert waive(opened).code == 2  # it is excepted already
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (OPEN.replace(" proto=6 dport=445", ""), "services through"),
        (OPEN.replace("10.30.10.0/24", "0.0.0.0/0"), "no host, group or segment holds all its src addresses"),
    ],
)
def test_what_no_exception_can_name_is_refused(opened, waive, call, tmp_path, rule, says):
    site = tmp_path / "town"
    town(site, rule, policy=(site / "policy.yaml").read_text(encoding="utf-8"))
    found = json.loads(call("check", "town", "--format", "json").out)["findings"]
    outcome = waive(next(one["fingerprint"] for one in found if one["check"] == "forbidden-crossing"))

    assert (outcome.code, says in outcome.err) == (2, True)
    assert not (site / "waivers.yaml").exists()


def test_without_a_file_one_is_made_and_the_last_run_is_asked_first(opened, waive, call, tmp_path):
    call("run", "town")
    town(tmp_path / "town")  # the finding is in the last run only
    (tmp_path / "town" / "policy.yaml").write_text((tmp_path / "town" / "policy.yaml").read_text())

    assert waive(opened).code == 0
    assert (tmp_path / "town" / "waivers.yaml").read_text(encoding="utf-8").startswith("segcheck: 1\nwaivers:\n")


@pytest.mark.parametrize(
    ("days", "named", "says"),
    [
        (366, {}, "at most 365 days"),
        (-1, {}, "from today"),
        (30, {"--reason": " "}, "--reason: says nothing"),
        (30, {"--approved-by": ""}, "--approved-by: says nothing"),
        (30, {"--until": "tomorrow"}, "not a day"),
    ],
)
def test_what_no_auditor_would_accept_is_refused(opened, waive, tmp_path, days, named, says):
    outcome = waive(opened, days=days, **named)

    assert outcome.code == 2
    assert says in outcome.err
    assert not (tmp_path / "town" / "waivers.yaml").exists()


def test_a_finding_that_nobody_knows_is_refused(opened, waive, tmp_path):
    outcome = waive("0" * 16)

    assert (outcome.code, "neither the last run nor the site" in outcome.err) == (2, True)
    assert not (tmp_path / "town" / "waivers.yaml").exists()


def test_a_baseline_tells_what_is_new_and_hides_nothing(opened, call, tmp_path):
    call("run", "town", "--format", "json=first.json")
    known = call("check", "town", "--baseline", "1", "--format", "json")
    shown = call("check", "town", "--baseline", "first.json", "--fail-on-new")
    rules = (OPEN, OPEN.replace("445", "22"))
    policy = (tmp_path / "town" / "policy.yaml").read_text(encoding="utf-8")
    town(tmp_path / "town", *rules, policy=policy)
    more = call("check", "town", "--baseline", "1", "--fail-on-new", "--format", "json")
    states = {one["fingerprint"]: one["history"] for one in json.loads(more.out)["findings"]}

    assert known.code == 1
    assert {one["history"] for one in json.loads(known.out)["findings"]} == {"ongoing"}
    assert shown.code in (0, 3)
    assert "1. CRITICAL" in shown.out
    assert "new 0, ongoing" in shown.err
    assert "the verdict is still `violated`" in shown.err
    assert more.code == 1
    assert set(states.values()) == {"new", "ongoing"}
    assert states[opened] == "ongoing"
    for arguments in (
        ("--fail-on-new",),
        ("--baseline", "9"),
        ("--baseline", "none.json"),
        ("--baseline", "town/policy.yaml"),
    ):
        assert call("check", "town", *arguments).code == 2


def test_exceptions_that_are_over_or_for_nothing_are_told(opened, waive, call, tmp_path):
    (tmp_path / "town" / "waivers.yaml").write_text(
        KEPT.replace("any-any", "forbidden-crossing")
        + "  - {id: WV-009, check: expired-entry, from: in-mail, to: lg-mail, service: tcp/1, reason: r, approver: a,\n"
        f"     approved: {TODAY}, expires: {TODAY}}}\n",
        encoding="utf-8",
    )
    waive(opened)
    found = json.loads(call("check", "town", "--format", "json").out)["diagnostics"]

    assert {one["code"]: one["message"]["en"] for one in found} == {
        "waiver-expired": "exception WV-001 ended on 2026-01-31",
        "waiver-unused": "exception WV-009 excepts nothing: expired-entry finds nothing that it is for",
    }
