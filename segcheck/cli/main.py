"""The entry point: which command, in which language, and what the exit code says (DESIGN §4)."""

from __future__ import annotations

import _thread
import atexit
import gc
import os
import pkgutil
import sys
import threading
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

import click

from segcheck import cli
from segcheck.cli._help import HelpContext, help_option, usage_error, write_options, write_usage
from segcheck.cli._settings import Exit, Settings, answer, asked_language, global_options, log, silence, write
from segcheck.errors import CannotRun, Locked
from segcheck.lang.words import Say, choose_language
from segcheck.version import __version__


def main() -> int:
    """Run the command line of this process, which is for nothing else, and return its exit code."""
    # What is built here stays until the end: looking for rings in it after every 700 objects, and once more before the
    # process goes away, is a tenth of a run. (A process that lives on, as the tests' does, would never let go of anything.)
    gc.set_threshold(200_000, 20, 20)
    atexit.register(gc.freeze)
    # numpy's linear algebra, of which nothing is used here, starts a thread for each processor when it is loaded (0.06 s).
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return run()


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; never raises, never prints a traceback."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _forgive(sys.stdout)
    _forgive(sys.stderr)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    settings = Settings(language=choose_language(asked_language(given), os.environ, encoding))
    sys.unraisablehook = _unraisable
    try:
        result = Group(settings.say).main(given, prog_name="segcheck", standalone_mode=False, obj=settings)
    except CannotRun as error:
        settings.note(f"segcheck: {error.text(settings.language)}", important=True)
        return Exit.LOCKED if isinstance(error, Locked) else Exit.UNUSABLE
    except (KeyboardInterrupt, click.Abort):
        settings.note(settings.say("segcheck: interrupted", "segcheck: 中断しました"), important=True)
        return Exit.INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as error:
        answer(error.format_message() + "\n")
        return Exit.UNUSABLE
    except click.ClickException as error:
        settings.note(usage_error(error, settings.say), important=True)
        return Exit.UNUSABLE
    except (BrokenPipeError, SystemExit):  # click leaves by SystemExit when the reader of its help went away
        silence(sys.stdout)
        return Exit.CLEAN
    except Exception as error:  # whatever it is, it must not look like an answer
        return _internal(settings, error)
    return result if isinstance(result, int) else Exit.CLEAN


def _unraisable(event: sys.UnraisableHookArgs) -> None:
    """Ask again for the interruption that Python dropped because it came while something was being cleared away."""
    if issubclass(event.exc_type, KeyboardInterrupt):
        again = threading.Timer(0.05, _thread.interrupt_main)
        again.daemon = True
        again.start()
    else:
        sys.__unraisablehook__(event)


def _forgive(stream: object) -> None:
    """Let characters that the terminal's encoding lacks become "?" instead of an error."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")


def _internal(settings: Settings, error: Exception) -> int:
    """Tell that segcheck failed; where goes to the log file, without messages: those may quote an input."""
    kind = type(error).__name__
    where = "".join(traceback.format_tb(error.__traceback__))
    if os.environ.get("SEGCHECK_DEBUG"):
        write(sys.stderr, "".join(traceback.format_exception(error)))
    remedy = settings.say(
        "Run again with --log-file FILE and report that file; it holds no text of your inputs.",
        "--log-file FILE を付けて再度実行し、そのファイルを添えて報告してください。入力の文面は含まれません。",
    )
    if settings.log_file is not None:
        text = f"segcheck {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n{where}{kind}\n"
        if log(settings.log_file, text) is None:
            remedy = settings.say(
                f"{settings.log_file} tells where; report it.",
                f"{settings.log_file} に記録しました。報告してください。",
            )
        else:
            remedy = settings.say("The log file cannot be written.", "ログファイルに書き込めません。")
    told = settings.say(
        f"segcheck: internal error ({kind}). No answer of this run may be relied on. ",
        f"segcheck: 内部エラー ({kind})。この実行の結果は使わないでください。",
    )
    write(sys.stderr, f"{told}{remedy}\n")
    return Exit.INTERNAL


class Group(click.Group):
    """All commands, each built when it is needed."""

    context_class = HelpContext

    def __init__(self, say: Say) -> None:
        super().__init__(
            name="segcheck",
            params=[
                *global_options(say),
                click.Option(
                    ["--version"],
                    is_flag=True,
                    is_eager=True,
                    expose_value=False,
                    callback=_version,
                    help=say("Show the version and exit.", "版を表示します。"),
                ),
            ],
            help=say(
                "Proves from exported firewall rules what can and what cannot cross between network segments.",
                "ファイアウォールの規則のエクスポートから、セグメント間を通れる通信と通れない通信を証明します。",
            ),
            context_settings={"help_option_names": ["-h", "--help"]},
            no_args_is_help=True,
        )
        self.say = say

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in this folder."""
        return sorted(module.NAME for module in _modules())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, built in the language in use."""
        for module in _modules():
            if cmd_name == module.NAME:
                return module.build(self.say)
        return None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is asked for; an unknown one is refused with the nearest name."""
        if args and not args[0].startswith("-") and args[0] not in self.list_commands(ctx):
            from segcheck.errors import BadArguments
            from segcheck.loaders.problems import did_you_mean

            hint_en, hint_ja = did_you_mean(args[0], self.list_commands(ctx))
            raise BadArguments(
                f"no command '{args[0]}'; nothing was judged.\n  = {hint_en}",
                f"コマンド '{args[0]}' はありません。判定は行っていません。\n  = {hint_ja}",
            )
        return super().resolve_command(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        write_usage(self, ctx, formatter, self.say)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options and the commands with a line each."""
        write_options(self, ctx, formatter, self.say)
        with formatter.section(self.say("Commands", "コマンド")):
            formatter.write_dl(sorted((module.NAME, self.say(*module.SUMMARY)) for module in _modules()))
        with formatter.section(self.say("Exit codes", "終了コード")):
            formatter.write_dl([(str(int(code)), self.say(*text)) for code, text in _EXITS.items()])

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the help option, explained in the language in use."""
        return help_option(super().get_help_option(ctx), self.say)


_EXITS = {
    Exit.CLEAN: ("asked and answered, nothing found", "判定できた、指摘なし"),
    Exit.FOUND: ("findings, or a difference", "指摘または差異あり"),
    Exit.UNUSABLE: ("arguments or input unusable, nothing judged", "指定または入力が使えず、何も判定していない"),
    Exit.UNDECIDED: ("something is undecided or was not read in full", "判定不能、または読めない部分がある"),
    Exit.INTERNAL: ("internal error", "内部エラー"),
    Exit.LOCKED: ("another run holds the lock", "別の実行が使用中"),
    Exit.INTERRUPTED: ("interrupted", "中断"),
}


class _Module(Protocol):
    """What a command module offers."""

    NAME: str
    SUMMARY: tuple[str, str]

    def build(self, say: Say) -> click.Command:
        """Return the command in the language of `say`."""
        ...


def _modules() -> tuple[_Module, ...]:
    names = (entry.name for entry in pkgutil.iter_modules(cli.__path__))
    return tuple(
        cast(_Module, import_module(f"segcheck.cli.{name}"))
        for name in sorted(names)
        if not name.startswith("_") and name != "main"
    )


def _version(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value:
        answer(f"segcheck {__version__}\n")
        ctx.exit(0)
