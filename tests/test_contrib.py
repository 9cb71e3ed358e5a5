"""What lies in contrib/ is accepted by whom it is for, as far as that can be asked here, and calls what there is."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import click
import pytest
import yaml
from jsonschema import Draft7Validator

from segcheck.cli._settings import Settings
from segcheck.cli.main import Group
from segcheck.reports import renderings
from segcheck.reports.renderings import zabbix
from tests.reports.renderings import handmade

ROOT = Path(__file__).resolve().parent.parent
CONTRIB = ROOT / "contrib"
COMMANDS = Group(lambda english, japanese: english)
_CONTEXT = click.Context(COMMANDS)
_THERE = set(COMMANDS.list_commands(_CONTEXT))


def _text(path: str) -> str:
    return (CONTRIB / path).read_text(encoding="utf-8")


def _loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _called() -> dict[str, list[list[str]]]:
    """Return the command lines of segcheck in each file, without its name."""
    unit = re.findall(r"^ExecStart=\S+/segcheck (.*)$", _text("systemd/segcheck@.service"), flags=re.MULTILINE)
    cron = re.findall(r"/segcheck (--.*?) >/dev/null", _text("cron/segcheck"))
    task = [ElementTree.fromstring(_text("windows/segcheck-task.xml")).findtext(".//{*}Arguments") or ""]
    gitlab = [
        line
        for job in _loaded(CONTRIB / "gitlab/gitlab-ci.yml").values()
        if isinstance(job, dict)
        for line in job.get("script", ())
    ]
    jenkins = re.findall(r"sh '(.*)'", _text("jenkins/Jenkinsfile"))
    hooks = [
        *_loaded(ROOT / ".pre-commit-hooks.yaml"),
        *_loaded(CONTRIB / "pre-commit/pre-commit-config.yaml")["repos"][0]["hooks"],
    ]
    lines = {
        "systemd": unit,
        "cron": cron,
        "windows": [line.replace("\\", "/") for line in task],
        "gitlab": [line.removeprefix("segcheck ") for line in gitlab if line.startswith("segcheck ")],
        "jenkins": [line.removeprefix("segcheck ") for line in jenkins if line.startswith("segcheck ")],
        "pre-commit": [" ".join([one["entry"].removeprefix("segcheck "), *one["args"]]) for one in hooks],
    }
    return {name: [shlex.split(line) for line in found] for name, found in lines.items()}


def _accepted(line: list[str]) -> click.Context:
    """Return the context of a command line that the parser takes; nothing is run.

    Raises:
        click.ClickException: it does not.
    """
    outer = COMMANDS.make_context("segcheck", list(line), obj=Settings(language="en"))
    name, command, rest = COMMANDS.resolve_command(outer, [*outer._protected_args, *outer.args])
    assert command is not None
    return command.make_context(name, rest, parent=outer)


def test_every_file_calls_segcheck() -> None:
    assert {name: len(lines) for name, lines in _called().items()} == {
        "systemd": 1,
        "cron": 1,
        "windows": 1,
        "gitlab": 3,
        "jenkins": 3,
        "pre-commit": 2,
    }


@pytest.mark.parametrize("name", ["gitlab", "jenkins", "pre-commit"])
def test_commands_and_options_are_those_that_there_are(name: str) -> None:
    for line in _called()[name]:
        assert _accepted(line).info_name in _THERE

    with pytest.raises(click.ClickException):
        _accepted(["check", "site", "--no-such-option"])


@pytest.mark.parametrize("name", ["systemd", "cron", "windows"])
def test_the_scheduled_run_is_called_as_it_wants(name: str) -> None:
    for line in _called()[name]:
        context = _accepted(line)
        assert context.info_name == "run"
        asked = [word.partition("=")[0] for word in context.params["formats"]]
        assert asked
        assert set(asked) <= set(renderings.names())


# systemd


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units as installed; segcheck and the logger are there."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    stub = tmp_path / "stub"
    stub.write_text("#!/bin/sh\n")
    stub.chmod(0o755)
    for path in (CONTRIB / "systemd").iterdir():
        text = path.read_text(encoding="utf-8")
        text = text.replace("/opt/segcheck/bin/segcheck ", f"{stub} ").replace("/usr/bin/logger ", f"{stub} ")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    return tmp_path


def _verified(units: Path) -> str:
    names = [str(units / f"segcheck{one}") for one in ("@a.service", "@a.timer", "-notify@a.service")]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names], capture_output=True, text=True, check=False
    )
    own = [line for line in done.stderr.splitlines() if "segcheck" in line]
    return "\n".join(own) if own or not done.returncode else done.stderr


def test_systemd_accepts_the_units(units: Path) -> None:
    assert _verified(units) == ""

    service = units / "segcheck@.service"
    service.write_text(
        service.read_text(encoding="utf-8").replace("ProtectSystem=", "ProtectSystems="), encoding="utf-8"
    )
    assert "ProtectSystems" in _verified(units)


def test_the_timer_means_six_in_japan(units: Path) -> None:
    when = re.findall(r"^OnCalendar=(.*)$", _text("systemd/segcheck@.timer"), flags=re.MULTILINE)
    told = subprocess.run(
        ["systemd-analyze", "calendar", *when],
        capture_output=True,
        text=True,
        check=True,
        env={"TZ": "UTC", "PATH": "/usr/bin"},
    ).stdout

    assert re.search(r"Normalized form: \*-\*-\* 06:00:00 Asia/Tokyo", told)
    assert "21:00:00 UTC" in told


def test_the_unit_promises_no_network_and_counts_findings_as_judged() -> None:
    unit = _text("systemd/segcheck@.service")

    assert "\nPrivateNetwork=yes\n" in unit
    assert "\nSuccessExitStatus=1 3\n" in unit
    assert "\nOnFailure=segcheck-notify@%i.service\n" in unit
    written = re.findall(r"--format \w+=(\S+)", unit)
    allowed = [*re.findall(r"^ReadWritePaths=(.*)$", unit, flags=re.MULTILINE)[0].split(), "/var/lib/segcheck/%i"]
    assert [path for path in written if not path.startswith(tuple(allowed))] == []


# cron, Windows


def test_cron_reads_five_times_a_user_and_a_command() -> None:
    lines = [line for line in _text("cron/segcheck").splitlines() if line and not line.startswith("#")]
    jobs = [line for line in lines if not re.match(r"[A-Z_]+=", line)]

    (job,) = jobs
    *when, user, command = job.split(None, 6)
    assert [re.fullmatch(r"\*|\d{1,2}", field) is not None for field in when] == [True] * 5
    assert user == "segcheck"
    assert "%" not in command  # cron would end the line there
    assert _text("cron/segcheck").endswith("\n")


#: What each element may hold (Task Scheduler schema, taskType and below), as far as it is used; order where it has one.
_TASK: dict[str, tuple[str, ...]] = {
    "Task": ("RegistrationInfo", "Triggers", "Settings", "Data", "Principals", "Actions"),
    "RegistrationInfo": (
        "URI",
        "SecurityDescriptor",
        "Source",
        "Date",
        "Author",
        "Version",
        "Description",
        "Documentation",
    ),
    "Triggers": ("CalendarTrigger", "TimeTrigger", "BootTrigger"),
    "CalendarTrigger": (
        "Enabled",
        "StartBoundary",
        "EndBoundary",
        "Repetition",
        "ExecutionTimeLimit",
        "RandomDelay",
        "ScheduleByDay",
    ),
    "ScheduleByDay": ("DaysInterval",),
    "Principals": ("Principal",),
    "Principal": ("UserId", "LogonType", "GroupId", "DisplayName", "RunLevel"),
    "Settings": (
        *(
            "AllowStartOnDemand",
            "RestartOnFailure",
            "MultipleInstancesPolicy",
            "DisallowStartIfOnBatteries",
            "WakeToRun",
        ),
        *("StopIfGoingOnBatteries", "AllowHardTerminate", "StartWhenAvailable", "RunOnlyIfNetworkAvailable", "Enabled"),
        *("Hidden", "IdleSettings", "ExecutionTimeLimit", "Priority", "RunOnlyIfIdle"),
    ),
    "Actions": ("Exec",),
    "Exec": ("Command", "Arguments", "WorkingDirectory"),
}
_IN_ORDER = {"CalendarTrigger", "ScheduleByDay"}
_VALUES = {
    "MultipleInstancesPolicy": "Parallel|Queue|IgnoreNew|StopExisting",
    "RunLevel": "LeastPrivilege",
    "StartBoundary": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+09:00",
    "RandomDelay": r"PT\d+M",
    "ExecutionTimeLimit": r"PT\d+H",
    "DaysInterval": "1",
    "UserId": r"S-1-5-(19|20)",
    **dict.fromkeys(
        ("Enabled", "StartWhenAvailable", "DisallowStartIfOnBatteries", "StopIfGoingOnBatteries"), "true|false"
    ),
    "RunOnlyIfNetworkAvailable": "false",
}


def _wrong(element: ElementTree.Element) -> Iterator[str]:
    name = element.tag.rpartition("}")[2]
    children = [child.tag.rpartition("}")[2] for child in element]
    yield from (f"{name}/{child}" for child in children if child not in _TASK.get(name, ()))
    if name in _IN_ORDER and children != sorted(children, key=_TASK[name].index):
        yield f"{name}: order"
    if len(children) != len(set(children)):
        yield f"{name}: twice"
    if name in _VALUES and not re.fullmatch(_VALUES[name], element.text or ""):
        yield f"{name}: {element.text}"
    for child in element:
        yield from _wrong(child)


def test_the_task_is_formed_as_the_task_scheduler_wants() -> None:
    raw = (CONTRIB / "windows/segcheck-task.xml").read_bytes()
    task = ElementTree.fromstring(raw)

    assert raw.isascii()
    assert task.tag == "{http://schemas.microsoft.com/windows/2004/02/mit/task}Task"
    assert list(_wrong(task)) == []
    assert task.find("{*}Actions").get("Context") == task.find(".//{*}Principal").get("id")
    task.find(".//{*}Exec").append(ElementTree.Element("Network"))
    assert list(_wrong(task)) == ["Exec/Network"]


# GitLab, Jenkins, pre-commit


def test_gitlab_accepts_the_pipeline_and_nothing_is_uploaded() -> None:
    pipeline = _loaded(CONTRIB / "gitlab/gitlab-ci.yml")
    schema = json.loads(
        (resources.files("check_jsonschema") / "builtin_schemas/vendor/gitlab-ci.json").read_text(encoding="utf-8")
    )
    judge = Draft7Validator(schema)

    assert [error.message for error in judge.iter_errors(pipeline)] == []
    assert list(judge.iter_errors({**pipeline, "judge": {"stage": "judge", "script": 7}}))
    assert (
        set(
            re.findall(
                r"^ *(artifacts|pages|reports|release|cache|image|services|include):",
                _text("gitlab/gitlab-ci.yml"),
                re.MULTILINE,
            )
        )
        == set()
    )
    assert pipeline["default"]["tags"]  # a runner of one's own


def test_jenkins_finds_one_pipeline_and_nothing_is_archived() -> None:
    text = _text("jenkins/Jenkinsfile")
    code = re.sub(r"//.*|'[^'\n]*'", "", text)

    depth = 0
    for character in re.findall(r"[{}]", code):
        depth += 1 if character == "{" else -1
        assert depth >= 0
    assert depth == 0
    assert re.findall(r"^\w+", code, flags=re.MULTILINE) == ["pipeline"]
    assert code.count("steps {") == code.count("stage(") == 3
    assert not re.findall(r"archiveArtifacts|junit|publish|stash|upload|recordIssues|mail", code)
    assert not re.search(r"agent +any", code)


def test_pre_commit_accepts_the_hooks() -> None:
    for kind, path in (
        ("manifest", ROOT / ".pre-commit-hooks.yaml"),
        ("config", CONTRIB / "pre-commit" / "pre-commit-config.yaml"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "pre_commit", f"validate-{kind}", str(path)], capture_output=True, check=False
        )
        assert done.returncode == 0, done.stdout.decode()

    (hook,) = _loaded(ROOT / ".pre-commit-hooks.yaml")
    meant = re.compile(hook["files"])
    assert all(map(meant.search, ("topology.yaml", "city/policy.yaml", "city/exports/fw.conf", "site.xlsx")))
    assert not any(map(meant.search, ("README.md", "mypolicy.yaml", "exports.txt")))
    assert all(one["repo"] == "local" for one in _loaded(CONTRIB / "pre-commit/pre-commit-config.yaml")["repos"])


# Zabbix, Prometheus


def _template() -> dict[str, Any]:
    (found,) = _loaded(CONTRIB / "zabbix/template_segcheck.yaml")["zabbix_export"]["templates"]
    return dict(found)


def _everything(node: object) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _everything(child)


def test_the_zabbix_template_holds_together() -> None:
    whole = _loaded(CONTRIB / "zabbix/template_segcheck.yaml")["zabbix_export"]
    template = _template()
    items = {item["key"]: item for item in template["items"]}

    ids = [node["uuid"] for node in _everything(whole) if "uuid" in node]
    assert len(ids) == len(set(ids)) > 25
    assert [one for one in ids if len(one) != 32 or uuid.UUID(one).version != 4] == []  # Zabbix refuses others
    (master,) = {node["master_item"]["key"] for node in _everything(template) if "master_item" in node}
    assert items[master]["value_type"] == "TEXT"
    for node in _everything(template):
        if node.get("type") == "DEPENDENT":
            assert (node["master_item"]["key"], node["delay"]) == (master, "0")
        if node.get("value_type") in ("TEXT", "CHAR"):
            assert node["trends"] == "0"
        if "expression" in node:
            asked = re.findall(r"last\(/([^/]+)/(.+?)(?:,#\d)?\)", node["expression"])
            assert asked
            assert [(host, key) for host, key in asked if host != template["template"] or key not in items] == []
            assert node["priority"] in ("INFO", "WARNING", "AVERAGE", "HIGH", "DISASTER")
    used = set(re.findall(r"\{\$[A-Z._]+\}", json.dumps(template["items"])))
    assert used == {one["macro"] for one in template["macros"]}
    parameter = re.search(
        r"^UserParameter=([\w.]+)\[\*\],", _text("zabbix/userparameter_segcheck.conf"), flags=re.MULTILINE
    )
    assert parameter is not None
    assert master.startswith(f"{parameter[1]}[")


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a judgement of a small site says in all formats that are watched."""
    folder = tmp_path_factory.mktemp("told")
    wanted = {name: folder / name for name in ("prom", "zabbix")}
    formats = [word for name, path in wanted.items() for word in ("--format", f"{name}={path}")]
    site = ROOT / "topologies/mistakes/38-log-off/mistaken"
    program = [sys.executable, "-m", "segcheck", "check", str(site), *formats]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 1, done.stderr.decode()
    return {name: path.read_text(encoding="utf-8") for name, path in wanted.items()}


def test_zabbix_finds_in_a_result_what_the_template_asks(result: dict[str, Any]) -> None:
    told = json.loads(result["zabbix"])

    paths = {
        parameter
        for node in _everything(_template())
        if node.get("type") == "JSONPATH"
        for parameter in node["parameters"]
    }
    assert len(paths) > 15
    for path in paths:
        place: Any = told
        for step in path.removeprefix("$.").partition("[")[0].split("."):
            place = place[step]
    organs = json.loads(zabbix.render(handmade.organs(), "en"))
    for rule in _template()["discovery_rules"]:
        name = rule["preprocessing"][0]["parameters"][0].removeprefix("$.lld.")
        found = told["lld"][name] or organs["lld"][name]
        assert found
        assert all(set(re.findall(r"\{#[A-Z]+\}", json.dumps(rule))) <= set(one) for one in found)


#: Written only by stored runs, which `check` does not make.
_OF_RUNS = {"segcheck_drift_opened_pairs"}


def test_prometheus_rules_ask_for_metrics_that_there_are(result: dict[str, Any]) -> None:
    told = result["prom"]

    for rule in _loaded(CONTRIB / "prometheus/segcheck.rules.yml")["groups"][0]["rules"]:
        names = set(re.findall(r"segcheck_\w+", rule["expr"]))
        assert names
        assert {name for name in names - _OF_RUNS if f"\n{name}{{" not in told} == set()
        for label in re.findall(r"(\w+)=~?\"", rule["expr"]):
            assert f'{label}="' in told


def test_prometheus_rules_are_whole() -> None:
    rules = _loaded(CONTRIB / "prometheus/segcheck.rules.yml")["groups"][0]["rules"]

    assert len({rule["alert"] for rule in rules}) == len(rules) >= 7
    for rule in rules:
        assert rule["labels"]["severity"] in ("critical", "warning", "info")
        assert rule["annotations"]["summary"]
        assert rule["expr"].count("(") == rule["expr"].count(")")
    tested = {
        one["alertname"]
        for test in _loaded(CONTRIB / "prometheus/segcheck.test.yml")["tests"]
        for one in test["alert_rule_test"]
    }
    assert tested <= {rule["alert"] for rule in rules}


def test_promtool_evaluates_the_rules_as_meant() -> None:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed")
    for words in (["check", "rules", "segcheck.rules.yml"], ["test", "rules", "segcheck.test.yml"]):
        done = subprocess.run([program, *words], cwd=CONTRIB / "prometheus", capture_output=True, check=False)
        assert done.returncode == 0, (done.stdout + done.stderr).decode()


@pytest.mark.parametrize("page", ["README.md", "README.ja.md"])
def test_both_pages_name_every_file(page: str) -> None:
    text = _text(page)
    folders = {path.parent.name: path for path in CONTRIB.glob("*/*")}

    assert [name for name in folders if f"`{name}/" not in text] == []
    assert ("未実機確認" if page.endswith("ja.md") else "never ran") in text
