import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from segcheck import __version__
from segcheck.cli import main
from segcheck.cli._settings import Exit
from segcheck.errors import BadArguments

REPOSITORY = Path(__file__).resolve().parents[2]
COMMANDS = (
    "check",
    "diff",
    "doctor",
    "explain",
    "flows",
    "graph",
    "history",
    "import",
    "init",
    "inspect",
    "match",
    "matrix",
    "replay",
    "report",
    "run",
    "schema",
    "trace",
    "validate",
    "waive",
)


def spawn(*arguments, environment=(), **options):
    variables = {**os.environ, "PYTHONPATH": str(REPOSITORY), **dict(environment)}
    return subprocess.run([sys.executable, *arguments], capture_output=True, env=variables, **options)


def test_help_names_every_command_and_exit_code(call):
    outcome = call("--help")

    assert outcome.code == 0
    assert [
        line.split()[0] for line in outcome.out.splitlines() if line.startswith("  ") and line.split()[0] in COMMANDS
    ] == [*COMMANDS]
    assert all(f"\n  {code:<3}" in outcome.out for code in (0, 1, 2, 3, 4, 5, 130))


@pytest.mark.parametrize("arguments", [(), *((name,) for name in COMMANDS)])
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_is_in_the_language_asked_for(call, arguments, option):
    english, japanese = call("--lang", "en", *arguments, option), call(*arguments, "--lang", "ja", option)

    assert (english.code, japanese.code) == (0, 0)
    assert "Options:" in english.out
    assert "オプション:" in japanese.out
    assert "Show this message" not in japanese.out


def test_the_language_comes_from_the_option_then_the_variable_then_the_locale(call, monkeypatch):
    assert "Options:" in call("-h").out
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    assert "オプション:" in call("-h").out
    monkeypatch.setenv("SEGCHECK_LANG", "en")
    assert "Options:" in call("-h").out
    assert "オプション:" in call("-h", "--lang=ja").out


def test_no_line_of_help_is_wider_than_the_terminal(call):
    from segcheck.lang.columns import width

    for command in COMMANDS:
        for language in ("en", "ja"):
            assert max(map(width, call(command, "-h", "--lang", language).out.splitlines())) <= 80


def test_without_arguments_the_help_is_shown_and_nothing_was_judged(call):
    outcome = call()

    assert outcome.code == 2
    assert "Usage:" in outcome.out + outcome.err


def test_the_version(call):
    assert call("--version") == type(call())(0, f"segcheck {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "english", "japanese"),
    [
        (("mach",), "did you mean 'match'?", "もしかして 'match' ですか"),
        (("inspect",), "Missing argument", "EXPORT を指定してください"),
        (("match", "whole"), "Missing option '--packets'", "--packets を指定してください"),
        (("inspect", "whole", "--formt", "json"), "No such option", "オプション --formt はありません"),
        (("inspect", "whole", "--format", "pdf"), "'pdf' is not one of", "使える値: text, json"),
        (("--color", "pink", "doctor"), "'pink' is not one of", "--color の値が正しくありません"),
        (("inspect", "whole", "extra"), "unexpected extra argument", "使い方が正しくありません"),
        (("match", "whole", "--packets"), "requires an argument", "--packets"),
        (("--lang", "fr", "doctor"), "'fr' is not one of", None),
    ],
)
def test_a_wrong_command_line_ends_with_2(call, arguments, english, japanese):
    outcome = call(*arguments)

    assert (outcome.code, outcome.out) == (2, "")
    assert english in outcome.err
    if japanese is not None:
        assert japanese in call("--lang", "ja", *arguments).err


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("name", ["absent", "empty", "binary", "novel", "."])
def test_an_unusable_input_ends_with_2_and_no_traceback(call, tmp_path, name, language):
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "binary").write_bytes(b"\0\1\2")
    (tmp_path / "novel").write_text("It was a dark and stormy night.\n")
    (tmp_path / "folder").mkdir()

    outcome = call("inspect", name, "--lang", language)

    assert (outcome.code, outcome.out) == (2, "")
    assert ("nothing was judged" if language == "en" else "判定は行っていません") in outcome.err
    assert "Traceback" not in outcome.err


QUOTED = "set password hunter2"


def crash(*_arguments, **_options):
    raise RuntimeError(QUOTED)


def test_a_defect_ends_with_4_and_tells_no_text_of_the_input(call, monkeypatch):
    monkeypatch.setattr("segcheck.app.reading.read_export", crash)

    outcome = call("inspect", "whole")

    assert (outcome.code, outcome.out) == (4, "")
    assert "internal error (RuntimeError)" in outcome.err
    assert "hunter2" not in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize("position", ["before", "after"])
def test_the_log_file_tells_where_but_not_what(call, monkeypatch, tmp_path, position):
    monkeypatch.setattr("segcheck.app.reading.read_export", crash)
    option = ("--log-file", "log.txt")

    outcome = call(
        *(option if position == "before" else ()), "inspect", "whole", *(option if position == "after" else ())
    )

    log = (tmp_path / "log.txt").read_text(encoding="utf-8")
    assert outcome.code == 4
    assert "log.txt" in outcome.err
    assert "in crash" in log
    assert "RuntimeError" in log
    assert "hunter2" not in log


def test_a_developer_may_ask_for_the_traceback(call, monkeypatch):
    monkeypatch.setattr("segcheck.app.reading.read_export", crash)
    monkeypatch.setenv("SEGCHECK_DEBUG", "1")

    assert "Traceback" in call("inspect", "whole").err


def test_a_log_file_that_cannot_be_written_ends_with_2(call):
    outcome = call("inspect", "whole", "--log-file", "no/such/folder/log")

    assert (outcome.code, outcome.out) == (2, "")
    assert "--log-file no/such/folder/log: cannot be written" in outcome.err


@pytest.mark.parametrize("kind", [MemoryError, RecursionError])
def test_exhaustion_is_a_defect_too(call, monkeypatch, kind):
    def exhaust(*_):
        raise kind

    monkeypatch.setattr("segcheck.app.reading.read_export", exhaust)

    assert call("inspect", "whole").code == 4


@pytest.mark.parametrize("kind", [KeyboardInterrupt, click.Abort])
def test_an_interruption_ends_with_130(call, monkeypatch, kind):
    def interrupt(*_):
        raise kind

    monkeypatch.setattr("segcheck.app.reading.read_export", interrupt)
    outcome = call("inspect", "whole")

    assert (outcome.code, outcome.out, outcome.err.strip()) == (130, "", "segcheck: interrupted")


def test_what_cannot_run_speaks_the_language(call, monkeypatch):
    def refuse(*_):
        raise BadArguments("english", "日本語")

    monkeypatch.setattr("segcheck.app.reading.read_export", refuse)

    assert call("inspect", "whole").err == "segcheck: english\n"
    assert call("inspect", "whole", "--lang", "ja").err == "segcheck: 日本語\n"


@pytest.mark.parametrize("encoding", ["cp932", "ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize(
    "arguments", [("inspect", "doubtful"), ("explain", "undecided"), ("explain", "--list"), ("doctor",), ("-h",)]
)
def test_no_encoding_of_the_terminal_makes_a_command_fail(call, encoding, arguments):
    outcome = call(*arguments, "--lang", "ja", encoding=encoding)

    assert outcome.code == {"inspect": 3}.get(arguments[0], 0)
    assert any("ぁ" <= character <= "龠" for character in outcome.out) == (encoding in ("cp932", "utf-8"))


def test_a_japanese_locale_on_a_terminal_without_japanese_gets_english(call, monkeypatch):
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")

    assert "Options:" in call("-h", encoding="ascii").out
    assert "オプション:" in call("-h", encoding="cp932").out


def test_json_is_the_same_bytes_in_every_encoding(call):
    outputs = {
        call("inspect", "doubtful", "--format", "json", encoding=encoding).out
        for encoding in ("cp932", "ascii", "utf-8")
    }

    assert len({json.dumps({**json.loads(text), "run": None}, sort_keys=True) for text in outputs}) == 1
    assert all(text.isascii() for text in outputs)


def test_the_answer_goes_to_stdout_and_everything_else_to_stderr(call):
    outcome = call("match", "doubtful", "--packets", "packets.tsv", "--format", "json")

    assert json.loads(outcome.out)["schema"] == "segcheck/match/1"
    assert "passed over: 1" in outcome.err


def test_quiet_leaves_only_the_answer(call):
    assert call("match", "doubtful", "--packets", "packets.tsv", "-q").err == ""
    assert call("-q", "match", "doubtful", "--packets", "packets.tsv").err == ""


def test_colour_is_off_without_a_terminal_and_can_be_forced(call):
    assert "\x1b[" not in call("inspect", "whole").out
    assert "\x1b[" in call("inspect", "whole", "--color", "always").out


@pytest.mark.parametrize(
    "heavy", ["rich", "pydantic", "yaml", "oxidd", "networkx", "netaddr", "numpy", "segcheck.importers"]
)
def test_help_imports_nothing_heavy(heavy):
    code = (
        "import sys; from segcheck.cli.main import run; run(['--help']); run(['match', '-h']); "
        f"sys.exit({heavy!r} in sys.modules)"
    )

    assert spawn("-c", code).returncode == 0


def test_the_module_runs_as_the_command_and_passes_the_exit_code_on():
    started = spawn("-m", "segcheck", "inspect", "no-such-file")

    assert started.returncode == 2
    assert b"no such file" in started.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="pipes close differently there")
@pytest.mark.parametrize("arguments", [("--help",), ("explain", "--list"), ("schema", "inspect")])
def test_a_reader_that_goes_away_is_no_error(arguments):
    started = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import sys, time; from segcheck.cli.main import run; time.sleep(0.5); sys.exit(run({list(arguments)!r}))",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    started.stdout.close()
    told = started.stderr.read()

    assert (started.wait(), told) == (0, b"")


def test_without_any_stream_a_command_still_ends(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)

    assert main.run(["explain", "undecided"]) == 0
    assert main.run(["inspect", "no-such-file"]) == 2


def test_commands_are_found_by_their_presence():
    assert tuple(module.NAME for module in sorted(main._modules(), key=lambda module: module.NAME)) == COMMANDS


@pytest.mark.parametrize("code", list(Exit))
def test_what_a_command_returns_is_the_exit_code(monkeypatch, code):
    """5 (locked) has no command of its own yet; a command that returns it will be heard."""
    monkeypatch.setattr(main.Group, "main", lambda *_, **__: code)

    assert main.run(["explain"]) == int(code)
