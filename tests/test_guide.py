"""The guide does what it says: every file is written, every command run, every output compared, in both languages."""

from __future__ import annotations

import shlex
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from segcheck.cli.main import run
from tests import guide

ROOT = Path(__file__).resolve().parent.parent
PAGES = {"en": "guide.en.md", "ja": "guide.ja.md"}


def page(language):
    return guide.read(ROOT / "docs" / "guide" / PAGES[language])


def carried_out(command: guide.Command) -> tuple[list[str], int]:
    """Return what a command prints, messages last, and its exit code."""
    words = shlex.split(command.text)
    if words[0] != "segcheck":
        done = subprocess.run(words, check=False, capture_output=True, text=True)
        return (done.stdout + done.stderr).splitlines(), done.returncode
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(words[1:])
    return (out.getvalue() + err.getvalue()).splitlines(), code


@pytest.mark.parametrize("language", PAGES)
def test_every_step_of_the_guide_does_what_it_says(language, tmp_path, monkeypatch, request):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEGCHECK_LANG", language)
    guided = page(language)
    outputs, wrong = {}, []
    for step in guided.steps:
        match step:
            case guide.File(_, path, text):
                Path(path).write_text(text, encoding="utf-8", newline="\n")
            case guide.Change(_, path, _):
                Path(path).write_text(
                    step.applied(Path(path).read_text(encoding="utf-8")), encoding="utf-8", newline="\n"
                )
            case guide.Command(line, text, _, code):
                printed, ended = carried_out(step)
                outputs[line] = printed
                if not step.agrees(printed) or ended != (code or 0):
                    told = "\n".join(printed)
                    wrong.append(f"{guided.path.name}:{line}: $ {text}\n{told}\n(exit code {ended})")
    if wrong and request.config.getoption("--update"):
        guided.path.write_text(guide.rewritten(guided, outputs), encoding="utf-8", newline="\n")
        pytest.fail(f"{guided.path.name} was rewritten; read the difference before you keep it", pytrace=False)

    assert "\n\n".join(wrong) == ""


def test_both_languages_take_the_same_steps():
    commands = {
        language: [(s.text, s.code) for s in page(language).steps if isinstance(s, guide.Command)] for language in PAGES
    }
    files = {
        language: [(type(s), s.path) for s in page(language).steps if not isinstance(s, guide.Command)]
        for language in PAGES
    }

    assert commands["en"] == commands["ja"]
    assert files["en"] == files["ja"]


@pytest.mark.parametrize("language", PAGES)
def test_every_command_says_how_it_ends(language):
    commands = [s for s in page(language).steps if isinstance(s, guide.Command)]

    assert {s.text.split()[1] for s in commands if s.text.startswith("segcheck")} >= {
        "inspect",
        "validate",
        "check",
        "trace",
        "diff",
        "matrix",
        "explain",
        "schema",
    }
    assert [s.text for s in commands if s.text.startswith("segcheck") and s.code is None] == []


@pytest.mark.parametrize(
    ("printed", "shown", "agree"),
    [
        ("a b c", "a b c", True),
        ("a b c", "a b", False),
        ("a b c", "a [...] c", True),
        ("a c", "a [...] c", False),
        ("a b c d e", "a [...] c [...] e", True),
        ("a b c d e", "[...] c [...]", True),
        ("a b c d e", "a [...] x [...] e", False),
        ("a b c d e", "a [...] d", False),
        ("a b", "b [...]", False),
    ],
)
def test_an_excerpt_agrees_with_what_it_is_an_excerpt_of(printed, shown, agree):
    command = guide.Command(1, "x", tuple(shown.split()), 0)

    assert command.agrees(printed.split()) is agree


@pytest.mark.parametrize(
    ("shown", "printed", "kept"),
    [
        ("a b", "x y z", "x y z"),
        ("a [...] one1 two1 [...] z", "A one2 too2 one3 two3 Z", "A [...] one3 two3 [...] Z"),
        ("[...] one1 [...]", "xxx one2 yyy", "[...] one2 [...]"),
    ],
)
def test_an_excerpt_is_renewed_from_where_the_output_looks_most_alike(shown, printed, kept):
    assert guide.excerpt(shown.split(), printed.split()) == kept.split()


def test_a_change_that_fits_nowhere_or_twice_is_refused():
    change = guide.Change(1, "f", ((("a",), ("b",)),))

    assert change.applied("a\nc\n") == "b\nc\n"
    for text in ("c\n", "a\na\n"):
        with pytest.raises(AssertionError):
            change.applied(text)
