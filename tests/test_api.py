"""The functions of the package: the pages that show them run, and they say what the command line says."""

from __future__ import annotations

import doctest
import json
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

import segcheck
from segcheck import api
from segcheck.cli.main import run
from segcheck.errors import BadArguments

ROOT = Path(__file__).resolve().parent.parent
DAY = "2026-11-28"


@pytest.mark.parametrize("page", ["python.en.md", "python.ja.md"])
def test_the_page_answers_as_it_says(page, monkeypatch):
    monkeypatch.chdir(ROOT)
    told = StringIO()
    with redirect_stdout(told):
        done = doctest.testfile(str(ROOT / "docs" / "guide" / page), module_relative=False, encoding="utf-8")

    assert (done.failed, told.getvalue()) == (0, "")
    assert done.attempted > 15


def test_both_pages_run_the_same_lines():
    pages = [(ROOT / "docs" / "guide" / page).read_text(encoding="utf-8") for page in ("python.en.md", "python.ja.md")]
    asked = [[line for line in page.splitlines() if line[:4] in (">>> ", "... ")] for page in pages]
    assert [line.replace("(english)", "(japanese)").replace("error.en", "error.ja") for line in asked[0]] == asked[1]


def test_every_verb_is_described_and_nothing_else_is_offered():
    verbs = [name for name in segcheck.__all__ if name != "__version__"]

    assert all(getattr(segcheck, name) is getattr(api, name) and getattr(api, name).__doc__ for name in verbs)
    with pytest.raises(AttributeError, match="has no attribute 'chekc'"):
        segcheck.chekc  # noqa: B018


def test_importing_the_package_loads_nothing_heavy():
    heavy = "click", "numpy", "yaml", "pydantic", "networkx", "oxidd"
    code = f"import segcheck, sys; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_matrix_says_what_the_command_says():
    city = segcheck.samples()["kozato"]
    out = StringIO()
    with redirect_stdout(out):
        run(["matrix", str(city), "--time", DAY, "--format", "json"])
    told = {(one["src"], one["dst"]): one["verdict"] for one in json.loads(out.getvalue())["cells"]}

    assert {pair: standing.value for pair, standing in segcheck.matrix(city, time=DAY).items()} == told
    assert segcheck.check(city, time=DAY).standing.value == "proven"


def test_what_cannot_be_a_day_or_a_cell_is_refused():
    city = segcheck.samples()["kozato"]
    with pytest.raises(BadArguments, match="2026-13-01: not a day"):
        segcheck.check(city, time="2026-13-01")
    with pytest.raises(BadArguments, match="a tab or a line end"):
        segcheck.match(city / "exports" / "kz-fw-lg.conf", [{"src": "10.0.0.1\t"}])
