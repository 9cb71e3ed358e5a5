"""The guide does what it says: every file is written, every command run, every output compared, in both languages."""

from __future__ import annotations

import re
import shlex
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC
from io import StringIO
from pathlib import Path

import pytest

from segcheck.app import assessing, running
from segcheck.cli.main import run
from tests import guide

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("en", "ja")
#: Page -> the commands that it must show.
PAGES = {
    "guide": {"inspect", "validate", "check", "trace", "diff", "matrix", "explain", "schema"},
    "morning": {"init", "run", "history", "waive", "report", "diff", "validate"},
}
#: They print hashes of the chain; what others print in that form are fingerprints, the same whoever asks.
CHAINED = ("segcheck run", "segcheck history", "segcheck report")
PAGE = pytest.mark.parametrize("name", PAGES)


def page(name, language):
    return guide.read(ROOT / "docs" / "guide" / f"{name}.{language}.md")


@pytest.fixture
def clock(monkeypatch):
    """Set what time it is for `run`, `waive` and all that judges as of today."""

    def set_to(now):
        monkeypatch.setattr(assessing, "today", now.date)
        monkeypatch.setattr(running, "_now", lambda: now.astimezone(UTC).isoformat(timespec="seconds"))

    return set_to


def carried_out(text: str) -> tuple[list[str], int]:
    """Return what a command prints, messages last, and its exit code."""
    words = shlex.split(text)
    if words[0] != "segcheck":
        done = subprocess.run(words, check=False, capture_output=True, text=True)
        return (done.stdout + done.stderr).splitlines(), done.returncode
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(words[1:])
    return (out.getvalue() + err.getvalue()).splitlines(), code


@pytest.mark.parametrize("language", LANGUAGES)
@PAGE
def test_every_step_of_the_guide_does_what_it_says(name, language, tmp_path, monkeypatch, request, clock):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEGCHECK_LANG", language)
    guided = page(name, language)
    outputs, wrong, hashes = {}, [], guide.Hashes()
    for step in guided.steps:
        match step:
            case guide.File(_, path, text):
                Path(path).write_text(text, encoding="utf-8", newline="\n")
            case guide.Change(_, path, _):
                Path(path).write_text(
                    step.applied(Path(path).read_text(encoding="utf-8")), encoding="utf-8", newline="\n"
                )
            case guide.Excerpt(line, path, _):
                if not step.of((ROOT / path).read_text(encoding="utf-8")):
                    wrong.append(f"{guided.path.name}:{line}: these are no lines of {path}")
            case guide.Clock(now):
                clock(now)
            case guide.Command(line, text, shown, code):
                printed, ended = carried_out(hashes.here(text))
                if text.startswith(CHAINED):
                    hashes.learn(shown, printed)
                outputs[line] = printed
                here = guide.Command(line, text, tuple(map(hashes.here, shown)), code)
                if not here.agrees(printed) or ended != (code or 0):
                    told = "\n".join(printed)
                    wrong.append(f"{guided.path.name}:{line}: $ {text}\n{told}\n(exit code {ended})")
    if wrong and request.config.getoption("--update"):
        guided.path.write_text(hashes.there(guide.rewritten(guided, outputs)), encoding="utf-8", newline="\n")
        pytest.fail(f"{guided.path.name} was rewritten; read the difference before you keep it", pytrace=False)

    assert "\n\n".join(wrong) == ""


@PAGE
def test_both_languages_take_the_same_steps(name):
    def steps(language):
        return [
            (re.sub('"[^"]*"', '""', s.text), s.code)  # what is said in a page's own language
            if isinstance(s, guide.Command)
            else s
            if isinstance(s, guide.Clock)
            else (type(s), s.path)
            for s in page(name, language).steps
        ]

    # Hashes are of what was run, and that is in the language of the page.
    assert [guide.without_hashes(str(s)) for s in steps("en")] == [guide.without_hashes(str(s)) for s in steps("ja")]


@pytest.mark.parametrize("language", LANGUAGES)
@PAGE
def test_every_command_says_how_it_ends(name, language):
    commands = [s for s in page(name, language).steps if isinstance(s, guide.Command)]

    assert {s.text.split()[1] for s in commands if s.text.startswith("segcheck")} >= PAGES[name]
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


def test_an_excerpt_of_a_file_is_of_that_file():
    shown = guide.Excerpt(1, "contrib/x", ("b", guide.LEFT_OUT, "d"))

    assert shown.of("a\nb\nc\nd\n")
    assert not shown.of("a\nb\nc\ne\n")
    assert not shown.of("d\nc\nb\n")


def test_hashes_of_a_page_are_those_of_this_run_but_only_where_it_printed_them():
    hashes, (ours, theirs, other) = guide.Hashes(), ("a" * 16, "b" * 16, "c" * 16)
    hashes.learn([f"run 1, chain {ours}", f"{other} finding"], [f"run 1, chain {theirs}", "something else"])

    assert hashes.here(f"verify --anchor {ours} {other}") == f"verify --anchor {theirs} {other}"
    assert hashes.there(f"run 1, chain {theirs}") == f"run 1, chain {ours}"
