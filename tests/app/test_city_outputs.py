"""What the commands print about the bundled cities: complete, in both languages, the same from run to run, of one mind."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from segcheck.app import schemas
from segcheck.cli.main import run
from tests.reports.results import faults, loose, objects, sentences

ROOT = Path(__file__).resolve().parents[2]
CITIES = ("kozato", "minase", "reiji", "reiji-mistakes")
DAY = ("--time", "2026-11-24")
RANK = ("proven", "exception_approved", "proven_assuming", "undecided", "violated")


@cache
def said(*arguments: str) -> tuple[int, str]:
    """Return the exit code of a command line and what it wrote to standard output."""
    out = StringIO()
    with redirect_stdout(out):
        code = run([*arguments])
    return code, out.getvalue()


def city(name: str) -> str:
    return str(ROOT / "topologies" / name)


@cache
def judged(name: str) -> tuple[int, str, str]:
    """Return the exit code of `check`, its English text and its JSON, of one run."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "result.json"
        outputs = ("--format", "text", "--format", f"json={path}", "--lang", "en")
        code, text = said("check", city(name), *DAY, *outputs)
        return code, text, path.read_text(encoding="utf-8")


def result(name: str, command: str = "check"):
    return json.loads(judged(name)[2] if command == "check" else said(command, city(name), *DAY, "--format", "json")[1])


@pytest.mark.parametrize("name", ["result", "matrix", "diff"])
def test_the_schemas_let_no_unknown_key_pass(name):
    assert [one for one in loose(schemas.schema(name)) if "ja" not in one["properties"]] == []


@pytest.mark.parametrize("name", CITIES)
@pytest.mark.parametrize(("command", "schema"), [("check", "result"), ("matrix", "matrix"), ("validate", "validate")])
def test_results_fit_their_schema(name, command, schema):
    payload = (
        json.loads(said(command, city(name), "--format", "json")[1]) if command == "validate" else result(name, command)
    )

    assert faults(payload, schema) == []
    assert payload["schema"] == f"segcheck/{schema}/1"


@pytest.mark.parametrize(
    ("old", "new", "code"), [*((name, name, 0) for name in CITIES), ("reiji", "reiji-mistakes", 1)]
)
def test_differences_of_cities_fit_their_schema(old, new, code):
    ended, text = said("diff", city(old), city(new), "--format", "json")
    payload = json.loads(text)

    assert ended == code
    assert faults(payload, "diff") == []
    assert {one["side"] for one in payload["inputs"]} == {"old", "new"}


@pytest.mark.parametrize("export", sorted(ROOT.glob("topologies/*/exports/*")), ids=lambda p: f"{p.parts[-3]}-{p.name}")
def test_what_was_read_of_an_export_fits_its_schema(export):
    assert faults(json.loads(said("inspect", str(export), "--format", "json")[1]), "inspect") == []


def test_answers_about_packets_fit_their_schema():
    folder = ROOT / "topologies" / "reiji"
    packets = str(folder / "packets" / "fw-core.tsv")
    _, text = said("match", str(folder / "exports" / "fw-core.conf"), "--packets", packets, "--format", "json")

    assert faults(json.loads(text), "match") == []


@pytest.mark.parametrize(
    ("name", "source", "to"),
    [("kozato", "in-mail", "san-mail-01"), ("reiji", "lg-srv", "in-srv"), ("minase", "in", "sch-lan")],
)
def test_ways_of_a_packet_fit_their_schema(name, source, to):
    asked = ("--from", source, "--to", to, "--proto", "tcp", "--dport", "25", "--day", DAY[1])
    payload = json.loads(said("trace", city(name), *asked, "--format", "json")[1])

    assert faults(payload, "trace") == []
    assert payload["packets"]


@pytest.mark.parametrize("encoding", ["cp932", "ascii"])
@pytest.mark.parametrize("form", ["text", "summary"])
def test_a_real_pipe_of_any_encoding_takes_the_report(encoding, form):
    done = subprocess.run(
        [sys.executable, "-m", "segcheck", "--lang", "ja", "check", city("minase"), *DAY, "--format", form],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding, "LC_ALL": "C"},
    )

    assert (done.returncode, done.stderr) == (3, b"")
    assert ("水瀬町" in done.stdout.decode(encoding)) is (encoding == "cp932")
    assert b"\x1b" not in done.stdout


@pytest.mark.parametrize("name", CITIES)
def test_every_sentence_of_a_result_is_in_both_languages(name):
    found = sentences(result(name))

    assert found or name == "kozato"  # where there is nothing to say
    assert [one for one in found if not one["ja"] or not one["en"]] == []
    messages = [one[key] for one in result(name)["findings"] for key in ("message", "remedy")]
    assert [one for one in messages if one["ja"] == one["en"] or not any("ぁ" <= c <= "龠" for c in one["ja"])] == []


@pytest.mark.parametrize("name", CITIES)
def test_what_a_result_refers_to_is_in_it(name):
    payload = result(name)
    diagnostics = {one["id"] for one in payload["diagnostics"]}
    assumptions = {one["id"] for one in payload["assumptions"]}
    places = {one["src"] for one in payload["crossings"]} | {one["dst"] for one in payload["crossings"]}

    for one in (*payload["crossings"], *payload["findings"]):
        assert set(one["because"]) <= diagnostics
        assert set(one["assumptions"]) <= assumptions
    for one in objects(payload["findings"]):
        if one.get("kind") == "config":
            lines = (Path(city(name)) / one["path"]).read_text(encoding="utf-8").splitlines()
            assert one["first_line"] <= one["last_line"] <= len(lines)
        if one.get("kind") == "witness":
            assert one["place"] in places


@pytest.mark.parametrize("name", CITIES)
def test_every_input_is_there_with_its_digest_and_every_line_is_counted(name):
    from hashlib import sha256

    inputs = result(name)["inputs"]

    for one in inputs:
        data = (Path(city(name)) / one["path"]).read_bytes()
        assert one["sha256"] == sha256(data).hexdigest()
        assert sum(one["lines"].values()) == len(data.decode("utf-8").splitlines())
    files = {str(p.relative_to(city(name))) for p in Path(city(name)).glob("exports/*")}
    assert files <= {one["path"] for one in inputs}


@pytest.mark.parametrize("name", CITIES)
def test_matrix_and_check_agree_on_every_pair(name):
    cells = {(one["src"], one["dst"]): one for one in result(name, "matrix")["cells"]}
    pairs: dict[tuple[str, str], list[dict[str, object]]] = {}
    for one in result(name)["crossings"]:
        pairs.setdefault((one["src_zone"], one["dst_zone"]), []).append(one)

    assert set(cells) == set(pairs)
    for key, members in pairs.items():
        assert cells[key]["verdict"] == max((one["verdict"] for one in members), key=RANK.index)
        assert cells[key]["pairs"] == len(members)
        assert cells[key]["carrying"] == sum(one["must"]["total"] > 0 for one in members)


@pytest.mark.parametrize("name", CITIES)
def test_check_and_matrix_end_alike_where_only_crossings_are_asked(name):
    assert said("matrix", city(name), *DAY, "--format", "json")[0] == judged(name)[0]


@pytest.mark.parametrize("name", CITIES)
def test_the_exit_code_follows_from_the_verdict(name):
    verdict = result(name)["verdict"]

    assert judged(name)[0] == {"proven": 0, "violated": 1, "undecided": 3, "proven_assuming": 3}[verdict]


# ---- the same from run to run


def spawned(seed: str, *arguments: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "segcheck", *arguments],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed},
        cwd=ROOT,
    )
    assert done.stderr == b""
    payload = json.loads(done.stdout)
    assert done.stdout.decode() == json.dumps(payload, ensure_ascii=True, sort_keys=True, indent=1) + "\n"
    return {**payload, "run": None}


@pytest.mark.parametrize(("name", "seed"), [("kozato", "1"), ("minase", "1"), ("minase", "2"), ("reiji-mistakes", "1")])
def test_json_is_the_same_from_run_to_run_over_hash_seeds_but_for_the_run(name, seed):
    found = spawned(seed, "check", city(name), *DAY, "--format", "json")

    assert json.dumps(found) == json.dumps({**result(name), "run": None})


@pytest.mark.parametrize("arguments", [("matrix", "minase", *DAY), ("diff", "reiji", "reiji-mistakes")])
def test_matrix_and_diff_are_the_same_over_hash_seeds_but_for_the_run(arguments):
    command, *rest = arguments
    rest = [city(one) if one in CITIES else one for one in rest]

    assert spawned("1", command, *rest, "--format", "json") == spawned("2", command, *rest, "--format", "json")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_text_is_the_same_from_run_to_run(language):
    arguments = ["check", city("minase"), *DAY, "--lang", language]

    assert said(*arguments)[1] == said(*arguments, "--color", "never")[1]


# ---- following a witness


def witnesses(name):
    """Return (finding, witness, command line) of every witness of a city, the command as the report prints it."""
    text = judged(name)[1]
    printed = [line.split(None, 2)[2] for line in text.splitlines() if line.startswith("   follow it ")]
    told = [(one, piece) for one in result(name)["findings"] for piece in one["evidence"] if piece["kind"] == "witness"]
    assert len(told) == len(printed)
    return [(one, piece, shlex.split(line)[1:]) for (one, piece), line in zip(told, printed, strict=True)]


def deciding(path):
    """Return the devices of a way, each with the statements that permitted there."""
    return [
        (hop["device"], [(s["list"], s["rule"], s["line"]) for s in hop["stages"] if s["action"] == "permit"])
        for hop in path["hops"]
    ]


@pytest.mark.parametrize("name", ["minase", "reiji-mistakes"])
def test_trace_of_every_witness_answers_what_check_said(name):
    verdicts = {"violated": "permit", "undecided": "undecided"}
    followed = 0
    for finding, witness, command in witnesses(name):
        code, text = said(*command, "--format", "json")
        traced = json.loads(text)
        assert faults(traced, "trace") == []
        if finding["check"] in ("narrower-than-registered", "required-flow"):  # what is found is that it does not pass
            assert traced["verdict"] in {"violated": ("deny",), "undecided": ("deny", "undecided")}[finding["verdict"]]
            continue
        assert traced["verdict"] == verdicts[finding["verdict"]], shlex.join(command)
        assert code == {"permit": 0, "undecided": 3}[traced["verdict"]]
        passing = ("permit",) if finding["verdict"] == "violated" else ("permit", "undecided")
        ways = [deciding(path) for path in traced["paths"] if path["verdict"] in passing]
        for path in witness["paths"]:
            assert deciding(path) in ways
            followed += 1

    assert followed >= {"minase": 0, "reiji-mistakes": 20}[name]
