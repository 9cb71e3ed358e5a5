"""`segcheck check`: how it ends, its options, where its outputs go, and that what makes it milder is said."""

import json
import re

import pytest

from segcheck.analysis import crossings
from segcheck.sets.packets import CapacityExceeded
from tests.cli.towns import AT, OPEN, POLICY, TOPOLOGY, UNREAD, town
from tests.reports.results import faults

LOGGED = POLICY.replace(
    "log: false", "log: true"
)  # the wall does not log: of the My Number tier a finding of high weight
BETWEEN_HOSTS = "permit in=port2 src=10.30.10.25/32 dst=10.20.10.25/32 proto=6 dport=445"
WAIVED = """\
segcheck: 1
waivers:
  - {id: W1, check: forbidden-crossing, from: in-mail, to: lg-mail, service: tcp/445, reason: r, approver: a,
     approved: 2026-11-01, expires: 2026-11-24}
"""


@pytest.fixture
def check(call, tmp_path):
    def checking(*arguments, rules=(), at=AT, **changed):
        encoding = changed.pop("encoding", "utf-8")
        return call("check", town(tmp_path / "town", *rules, **changed), *at, *arguments, encoding=encoding)

    return checking


def head(outcome):
    """Return what stands above the first empty line."""
    return outcome.out.partition("\n\n")[0]


def conclusion(out):
    """Return the cells of the last three lines: crossings, settings, findings."""
    return [re.split(r" {2,}", line) for line in out.splitlines()[-3:]]


# ---- how it ends


@pytest.mark.parametrize(
    ("rules", "declared", "code", "last"),
    [
        ((), False, 0, "no crossing (proven) in all pairs"),
        ((), True, 3, "no crossing, under assumptions, in all pairs"),
        ((OPEN,), False, 1, "crossing possible (R)"),
        ((OPEN,), True, 1, "crossing possible (R)"),
        ((UNREAD,), False, 3, "undecided"),
        ((UNREAD,), True, 3, "undecided"),
    ],
)
def test_it_ends_as_the_judgement_does(check, rules, declared, code, last):
    outcome = check(rules=rules, routes_declared=declared)

    assert (outcome.code, outcome.err) == (code, "")
    crossings, settings, _ = conclusion(outcome.out)
    assert (crossings[:2], settings) == (["Crossings", last], ["Settings", "nothing found amiss"])
    assert outcome.out.startswith("segcheck check: 見本市")
    assert "2026-11-24" in head(outcome)


def test_what_crosses_is_told_with_packets_witness_way_line_and_remedy(check):
    out = check(rules=(OPEN,)).out

    assert "1. CRITICAL  Unregistered traffic can cross between zones" in out
    assert "10.30.10.0/24 -> 10.20.10.26  tcp/445" in out
    assert "wall (2)" in out
    assert "town/wall.txt:5  permit in=port2 src=10.30.10.0/24 dst=10.20.10.26/32 proto=6 dport=445" in out
    assert "segcheck trace town --from 10.30.10." in out
    assert "Delete wall main 2" in out


def test_the_same_is_told_in_japanese(check):
    out = check("--lang", "ja", rules=(OPEN,)).out

    assert "1. 重大  台帳にない通信がゾーンを越えられる  [越境可能（R）]" in out
    assert [row[:2] for row in conclusion(out)] == [
        ["越境", "越境可能（R）"],
        ["設定・申告", "不備の指摘なし"],
        ["指摘", "1"],
    ]


def test_what_is_not_known_names_its_cause_and_the_way_out(check):
    out = check(rules=(UNREAD,)).out

    assert "unread:wall" in out
    assert "unrecognised-line:wall.txt:5" in out
    assert "wall: 1 lines of wall.txt were not fully understood (segcheck inspect shows them)" in out


def test_a_proof_that_leans_on_a_declaration_names_it(check):
    assert "routes:wall" in check(routes_declared=True).out


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("text", [TOPOLOGY.replace("tier: mynumber,", "tier: mynumbr,"), "segcheck: 1\n", "- [\n", ""])
def test_files_that_cannot_be_used_end_with_2_and_nothing_is_judged(check, text, language):
    outcome = check("--lang", language, topology=text)

    assert (outcome.code, outcome.out) == (2, "")
    assert ("nothing was judged" if language == "en" else "判定は行っていません") in outcome.err
    assert "Traceback" not in outcome.err


def test_no_folder_ends_with_2(call):
    outcome = call("check", "nowhere")

    assert (outcome.code, outcome.out) == (2, "")
    assert "nowhere: no such folder" in outcome.err


def test_an_export_that_cannot_be_read_or_is_not_there_is_undecided(call, check, tmp_path):
    folder = town(tmp_path / "town")
    (tmp_path / "town" / "wall.txt").write_text("It was a dark and stormy night.\n", encoding="utf-8")
    unreadable = call("check", folder, *AT)
    found = json.loads(call("check", folder, *AT, "--format", "json").out)

    assert unreadable.code == 3
    assert "no-export:wall" in unreadable.out
    assert {"export-unreadable", "no-export"} <= {one["code"] for one in found["diagnostics"]}
    assert faults(found, "result") == []
    assert check(topology=TOPOLOGY.replace("path: wall.txt", "path: gone.txt")).code == 3


def test_a_site_that_is_too_large_is_undecided_and_says_so(check, monkeypatch):
    def exhausted(*_, **__):
        raise CapacityExceeded(1 << 25)

    monkeypatch.setattr(crossings, "judge", exhausted)
    outcome = check("--format", "json")
    found = json.loads(outcome.out)

    assert outcome.code == 3
    assert faults(found, "result") == []
    assert (found["verdict"], found["crossings"]) == ("undecided", [])
    assert [one["code"] for one in found["diagnostics"]] == ["engine-capacity"]
    assert check().code == check("--format", "summary").code == 3


def test_a_defect_ends_with_4_and_an_interruption_with_130(check, monkeypatch):
    def crash(*_, **__):
        raise RuntimeError("10.20.10.25")

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(crossings, "judge", crash)
    crashed = check()
    monkeypatch.setattr(crossings, "judge", interrupt)
    interrupted = check()

    assert (crashed.code, crashed.out) == (4, "")
    assert "10.20.10.25" not in crashed.err
    assert (interrupted.code, interrupted.out, interrupted.err.strip()) == (130, "", "segcheck: interrupted")


# ---- what makes it milder


@pytest.mark.parametrize(
    ("level", "policy", "rules", "code"),
    [
        ("low", LOGGED, (), 1),
        ("medium", LOGGED, (), 1),
        ("high", LOGGED, (), 1),
        ("critical", LOGGED, (), 0),
        ("critical", LOGGED, (OPEN,), 1),
        ("critical", POLICY, (OPEN,), 1),
        ("never", LOGGED, (OPEN,), 0),
        ("never", LOGGED, (UNREAD,), 3),
        ("critical", LOGGED, (UNREAD,), 3),
    ],
)
def test_findings_below_fail_on_do_not_decide_the_end_but_the_verdict_stays(check, level, policy, rules, code):
    outcome = check("--fail-on", level, policy=policy, rules=rules)
    found = json.loads(check("--fail-on", level, "--format", "json", policy=policy, rules=rules).out)

    assert outcome.code == code
    if rules != (UNREAD,):  # which leaves the rule that does not log undecided
        assert found["verdict"] == "violated"
    if code == 0:
        assert "the verdict is still `violated`" in outcome.err
        assert "the verdict is still `violated`" in check("-q", "--fail-on", level, policy=policy, rules=rules).err


def test_a_crossing_cannot_be_silenced_by_leaving_its_check_out(check):
    outcome = check("--ignore", "forbidden-crossing", rules=(OPEN,))

    assert outcome.code == 1
    assert "weakened by --ignore forbidden-crossing" in outcome.out
    assert "CROSSED" in outcome.out


def test_select_asks_one_check_and_ignore_leaves_one_out(check):
    def asked(*arguments):
        found = json.loads(check(*arguments, "--format", "json", policy=LOGGED, rules=(OPEN,)).out)
        return {one["check"] for one in found["findings"]}

    assert asked() == {"forbidden-crossing", "log-off"}
    assert asked("--select", "log-off") == {"log-off"}
    assert asked("--ignore", "log-off") == {"forbidden-crossing"}
    assert asked("--select", "log-off", "--select", "forbidden-crossing") == {"forbidden-crossing", "log-off"}
    assert asked("--select", "log-off", "--ignore", "log-off") == set()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--select", "log-off"), "--select log-off"),
        (("--ignore", "log-off"), "--ignore log-off"),
        (("--fail-on", "critical"), "--fail-on critical"),
        (("--fail-on", "never"), "--fail-on never"),
        (("--accept-assumptions",), "--accept-assumptions"),
    ],
)
@pytest.mark.parametrize("form", ["text", "summary", "json"])
def test_every_option_that_weakens_is_said_at_the_head_and_in_the_result(check, arguments, said, form):
    outcome = check(*arguments, "--format", form, routes_declared=True)

    if form == "json":
        run = json.loads(outcome.out)["run"]
        assert run["weakened"] == [said]
        assert run["options"][said.split()[0].removeprefix("--")] == (said.partition(" ")[2] or "yes")
    else:
        assert f"weakened by {said}" in head(outcome).splitlines()
        assert f"{said} により緩めた判定です" in head(check(*arguments, "--format", form, "--lang", "ja")).splitlines()


def test_without_such_options_nothing_is_said_to_be_weakened(check):
    assert json.loads(check("--format", "json", "--fail-on", "low").out)["run"]["weakened"] == []
    assert "weakened" not in check().out


def test_assumptions_are_accepted_only_on_request(check):
    assert check(routes_declared=True).code == 3
    assert check("--accept-assumptions", routes_declared=True).code == 0
    assert check("--accept-assumptions", routes_declared=True, rules=(OPEN,)).code == 1
    assert check("--accept-assumptions", routes_declared=True, rules=(UNREAD,)).code == 3


@pytest.mark.parametrize(
    ("day", "code", "waived"),
    [("2026-10-31", 1, False), ("2026-11-01", 0, True), ("2026-11-24", 0, True), ("2026-11-25", 1, False)],
)
def test_an_exception_holds_on_its_days_and_hides_nothing(check, day, code, waived):
    arguments = {"rules": (BETWEEN_HOSTS,), "waivers": WAIVED, "at": ("--time", day)}
    outcome, found = check(**arguments), json.loads(check("--format", "json", **arguments).out)
    finding = next(one for one in found["findings"] if one["check"] == "forbidden-crossing")

    assert outcome.code == code
    assert found["verdict"] == "violated"
    assert finding["waiver"] == ({"id": "W1", "expires": "2026-11-24"} if waived else None)
    assert ("exception W1, until 2026-11-24" in outcome.out) is waived
    assert ("exception W1" in check("--format", "summary", **arguments).out) is waived
    assert ("the verdict is still `violated`" in outcome.err) is waived


def test_an_exception_for_less_than_what_crosses_covers_nothing(check):
    assert check(rules=(OPEN,), waivers=WAIVED).code == 1
    assert check(rules=(BETWEEN_HOSTS,), waivers=WAIVED.replace("tcp/445", "tcp/446")).code == 1
    assert check(rules=(BETWEEN_HOSTS,), waivers=WAIVED.replace("forbidden-crossing", "log-off")).code == 1


@pytest.mark.parametrize(("day", "found"), [("2027-03-31", set()), ("2027-04-01", {"expired-entry"})])
def test_the_day_decides_what_the_register_permits(check, day, found):
    outcome = check("--format", "json", at=("--time", day))

    assert found <= {one["check"] for one in json.loads(outcome.out)["findings"]}
    assert outcome.code == (1 if found else 0)
    assert json.loads(outcome.out)["day"] == day


def test_without_a_day_it_is_judged_as_of_today_in_japan(check, monkeypatch):
    from datetime import date

    from segcheck.app import assessing

    monkeypatch.setattr(assessing, "today", lambda: date(2027, 4, 1))

    assert check(at=()).code == 1
    assert json.loads(check("--format", "json", at=()).out)["day"] == "2027-04-01"


# ---- the command line


@pytest.mark.parametrize(
    ("arguments", "english", "japanese"),
    [
        (
            ("--select", "forbiden-crossing"),
            "did you mean 'forbidden-crossing'?",
            "もしかして 'forbidden-crossing' ですか",
        ),
        (("--ignore", "nonsense"), "check 'nonsense' does not exist", "チェック 'nonsense' はありません"),
        (("--format", "pdf"), "Known: text, summary, json", "使える形式: text, summary, json"),
        (
            ("--format", "json", "--format", "text"),
            "only one output can go to the terminal",
            "端末に出せるのは 1 つだけ",
        ),
        (("--format", "json=no/such/folder/x"), "no file can be written there", "そこにはファイルを書けません"),
        (("--format", "json=."), "no file can be written there", "そこにはファイルを書けません"),
        (("--fail-on", "grave"), "'grave' is not one of", "使える値: critical, high, medium, low, never"),
        (("--time", "tomorrow"), "--time tomorrow: not a day", "日付として読めません"),
        (("--time", "2026-02-30"), "--time 2026-02-30: not a day", "日付として読めません"),
        (("--time", "2026-11-24x"), "--time 2026-11-24x: not a day", "日付として読めません"),
    ],
)
def test_a_wrong_command_line_ends_with_2_and_nothing_is_judged(check, arguments, english, japanese):
    outcome = check(*arguments, at=())

    assert (outcome.code, outcome.out) == (2, "")
    assert english in outcome.err
    assert "othing was judged" in outcome.err
    assert japanese in check("--lang", "ja", *arguments, at=()).err


def test_a_time_of_day_is_no_harm(check):
    assert json.loads(check("--format", "json", at=("--time", "2026-11-24T10:00")).out)["day"] == "2026-11-24"


# ---- outputs


def test_several_outputs_come_from_one_judgement(check, tmp_path):
    outcome = check("--format", "json=a.json", "--format", "summary", "--format", "text=b.txt", rules=(OPEN,))

    assert outcome.code == 1
    assert outcome.out == check("--format", "summary", rules=(OPEN,)).out
    assert (tmp_path / "b.txt").read_text(encoding="utf-8") == check(rules=(OPEN,)).out
    found, alone = (
        json.loads((tmp_path / "a.json").read_bytes()),
        json.loads(check("--format", "json", rules=(OPEN,)).out),
    )
    assert {**found, "run": None} == {**alone, "run": None}
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix == ".part") == []


def test_all_to_files_leaves_the_terminal_empty(check, tmp_path):
    outcome = check("--format", "json=a.json", "--format", "text=b.txt", rules=(OPEN,), encoding="ascii")

    assert (outcome.code, outcome.out) == (1, "")
    assert "見本市" in (tmp_path / "b.txt").read_text(encoding="utf-8")


def test_a_file_that_cannot_be_replaced_ends_with_2_and_leaves_no_rest(check, tmp_path, monkeypatch):
    from pathlib import Path

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    outcome = check("--format", "json=a.json")

    assert (outcome.code, outcome.out) == (2, "")
    assert "a.json: cannot be written (Permission denied)" in outcome.err
    assert [path.name for path in tmp_path.iterdir() if "a.json" in path.name] == []


@pytest.mark.parametrize(("rules", "declared"), [((), False), ((OPEN,), True), ((UNREAD,), False)])
def test_json_is_valid_the_same_but_for_the_run_and_knows_no_folder(check, tmp_path, rules, declared):
    first, second = (
        check("--format", "json", rules=rules, routes_declared=declared, encoding=encoding).out
        for encoding in ("utf-8", "cp932")
    )

    assert first.isascii()
    assert faults(json.loads(first), "result") == []
    assert {**json.loads(first), "run": None} == {**json.loads(second), "run": None}
    assert str(tmp_path) not in first


@pytest.mark.parametrize("encoding", ["cp932", "ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize("form", ["text", "summary"])
@pytest.mark.parametrize("rules", [(), (OPEN,), (UNREAD,)])
def test_no_encoding_of_the_terminal_makes_it_fail(check, encoding, form, rules):
    outcome = check("--format", form, "--lang", "ja", rules=rules, policy=LOGGED, encoding=encoding)

    assert outcome.code == 3 if rules == (UNREAD,) else 1
    assert ("判定" in outcome.out) is (encoding in ("cp932", "utf-8"))


@pytest.mark.parametrize("form", ["text", "summary"])
def test_colour_only_on_request_where_there_is_no_terminal(check, form):
    assert "\x1b" not in check("--format", form, rules=(OPEN,)).out
    assert "\x1b[" in check("--format", form, "--color", "always", rules=(OPEN,)).out
    assert "\x1b" not in check("--format", form, "--color", "always", "--color", "never", rules=(OPEN,)).out


def test_colour_never_goes_into_a_file(check, tmp_path):
    check("--format", "text=a.txt", "--color", "always", rules=(OPEN,))

    assert "\x1b" not in (tmp_path / "a.txt").read_text(encoding="utf-8")


def test_a_summary_has_a_line_for_each_finding_with_the_same_head_and_end(check):
    outcome, full = (check("--format", kind, rules=(OPEN,), policy=LOGGED) for kind in ("summary", "text"))
    found = json.loads(check("--format", "json", rules=(OPEN,), policy=LOGGED).out)["findings"]

    assert head(outcome) == head(full)
    assert conclusion(outcome.out) == conclusion(full.out)
    rows = outcome.out.split("\n\n")[1].splitlines()[1:]
    assert [row.split()[0] for row in rows] == [one["severity"].upper() for one in found]
    assert all(one["check"] in row and one["subject"] in row for one, row in zip(found, rows, strict=True))
    assert "town/wall.txt:5" in rows[0]
