"""What every command shares: the global options, and how it speaks to the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from segcheck.errors import BadArguments
from segcheck.lang.words import LANGUAGES, Say, say
from segcheck.version import __version__

if TYPE_CHECKING:
    from segcheck.lang.words import Words
    from segcheck.model.result import Run
    from segcheck.reports.as_text import Page


class Exit(IntEnum):
    """What a command's exit code says; the same for every command."""

    CLEAN = 0
    FOUND = 1
    UNUSABLE = 2
    UNDECIDED = 3
    INTERNAL = 4
    LOCKED = 5
    INTERRUPTED = 130


@dataclass(slots=True)
class Settings:
    """The global options of one call."""

    language: str = "en"
    colour: str = "auto"
    verbosity: int = 0
    log_file: str | None = None
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def say(self) -> Say:
        """Picks the sentence of the language in use."""
        return say(self.language)

    @property
    def words(self) -> Words:
        """The catalogue of the language in use."""
        from segcheck.lang.words import load

        return load(self.language)

    def page(self, stream: TextIO | None = None) -> Page:
        """Return an empty page for the terminal behind `stream` (standard output), or for a pipe."""
        from segcheck.reports.as_text import Page

        target = stream or sys.stdout
        terminal = is_terminal(target)
        columns = os.get_terminal_size(target.fileno()).columns if terminal else None
        return Page(self.words, columns=max(40, columns) if columns else None, colour=self._coloured(terminal))

    def plain_page(self) -> Page:
        """Return an empty page for a file: no colour, no width."""
        from segcheck.reports.as_text import Page

        return Page(self.words)

    def _coloured(self, terminal: bool) -> bool:
        if self.colour != "auto":
            return self.colour == "always"
        return terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def run(self, command: str, options: Mapping[str, object]) -> Run:
        """Return the `run` block of a result; options that were not given are left out."""
        from segcheck.model.result import Run

        given = tuple(sorted((name, str(value)) for name, value in options.items() if value not in (None, "")))
        started = self.started.isoformat(timespec="seconds")
        return Run(version=__version__, started=started, command=command, options=given)

    def note(self, text: str, *, important: bool = False) -> None:
        """Tell something beside the answer, on standard error; with -q only what is important."""
        if important or self.verbosity >= 0:
            write(sys.stderr, text + "\n")
        if self.log_file is not None:
            log(self.log_file, text + "\n")


def answer(text: str) -> None:
    """Write the answer to standard output."""
    write(sys.stdout, text)


def write(stream: TextIO | None, text: str) -> None:
    """Write text; a reader that went away is no error, and there may be no stream at all (a windowed Python)."""
    if stream is None:
        return
    try:
        click.echo(text, file=stream, nl=False, color=True)
        stream.flush()
    except BrokenPipeError:
        silence(stream)


def silence(stream: TextIO) -> None:
    """Send what is still written to a stream nowhere: its reader went away, and closing it must not fail."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError):  # no real file behind it
        return


def log(path: str, text: str) -> OSError | None:
    """Append text to the log file; return what keeps it from being written."""
    try:
        with Path(path).open("a", encoding="utf-8", errors="replace") as file:
            file.write(text)
    except OSError as error:
        return error
    return None


def is_terminal(stream: TextIO | None) -> bool:
    """Return whether the stream is a terminal."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def settings(context: click.Context) -> Settings:
    """Return the settings of this call."""
    found = context.find_root().obj
    assert isinstance(found, Settings)  # run() put it there
    return found


def day_of(text: str | None, option: str) -> date | None:
    """Return the day that an option names, alone or with a time of day after it; None if it was not given.

    Raises:
        BadArguments: it is no day.
    """
    if text is None:
        return None
    for form in ("%Y-%m-%d", "%Y-%m-%dT%H:%M"):
        with suppress(ValueError):
            return datetime.strptime(text, form).date()
    raise BadArguments(
        f"{option} {text}: not a day; nothing was judged. Write it as 2026-11-10",
        f"{option} {text}: 日付として読めません。判定は行っていません。2026-11-10 のように書いてください",
    )


def global_options(say: Say) -> list[click.Parameter]:
    """Return the options that are accepted before and after the command's name."""

    def keep(name: str) -> Any:
        def callback(context: click.Context, parameter: click.Parameter, value: Any) -> None:
            if value is not None:
                setattr(settings(context), name, value)

        return callback

    def louder(by: int) -> Any:
        def callback(context: click.Context, parameter: click.Parameter, value: int) -> None:
            settings(context).verbosity += by * value

        return callback

    def log_to(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
        if value is None:
            return
        error = log(value, "")
        if error is not None:
            raise BadArguments(
                f"--log-file {value}: cannot be written ({error.strerror}); nothing was judged. "
                "Name a file in a folder of yours",
                f"--log-file {value}: 書き込めません ({error.strerror})。判定は行っていません。"
                "書き込めるフォルダーのファイルを指定してください",
            )
        settings(context).log_file = value

    quiet = {"count": True, "expose_value": False}
    return [
        click.Option(
            ["--lang"],
            type=click.Choice(LANGUAGES),
            expose_value=False,  # taken from the command line before anything else is read
            help=say(
                "Language; otherwise SEGCHECK_LANG, otherwise the system's.",
                "言語。省略時は SEGCHECK_LANG、次にシステムの言語。",
            ),
        ),
        click.Option(
            ["--color"],
            type=click.Choice(["auto", "always", "never"]),
            expose_value=False,
            callback=keep("colour"),
            help=say("Colour in text output; NO_COLOR also turns it off.", "テキスト出力の色。NO_COLOR でも消せます。"),
        ),
        click.Option(
            ["--log-file"],
            metavar="FILE",
            expose_value=False,
            callback=log_to,
            help=say("Append messages and internal errors to FILE.", "メッセージと内部エラーを FILE に追記します。"),
        ),
        click.Option(["-v", "--verbose"], callback=louder(1), help=say("Say more.", "詳しく表示します。"), **quiet),
        click.Option(["-q", "--quiet"], callback=louder(-1), help=say("Say less.", "表示を減らします。"), **quiet),
    ]


def asked_language(arguments: Sequence[str]) -> str | None:
    """Return what `--lang` names on the command line, before it is parsed: help texts depend on it."""
    for index, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--lang" and index + 1 < len(arguments):
            return arguments[index + 1]
        if argument.startswith("--lang="):
            return argument.partition("=")[2]
    return None
