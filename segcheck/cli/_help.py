"""Help and usage errors in Japanese and English, with Japanese wrapped by display width."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import click

from segcheck.cli._settings import answer, global_options
from segcheck.lang.columns import pad, width, wrap
from segcheck.lang.words import Say


class WideFormatter(click.HelpFormatter):
    """Wraps and aligns by display width, which click does by number of characters."""

    def write_text(self, text: str) -> None:
        """Write wrapped text, indented as the section is."""
        indent = " " * self.current_indent
        for paragraph in text.split("\n\n"):
            for line in wrap(" ".join(paragraph.split()), self.width - self.current_indent):
                self.write(f"{indent}{line}\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write terms and their explanations as two columns."""
        rows = list(rows)
        indent = " " * self.current_indent
        first = min(max((width(term) for term, _ in rows), default=0), col_max) + col_spacing
        for term, text in rows:
            lines = wrap(" ".join(text.split()), max(20, self.width - first - self.current_indent)) if text else [""]
            if width(term) > first - col_spacing:
                self.write(f"{indent}{term}\n")
                term = ""
            for index, line in enumerate(lines):
                self.write(f"{indent}{pad(term if index == 0 else '', first)}{line}".rstrip() + "\n")


class HelpContext(click.Context):
    """A context whose help is laid out by `WideFormatter`."""

    formatter_class = WideFormatter


class Speaking(click.Command):
    """A command whose headings are in the language of `say`."""

    context_class = HelpContext

    def __init__(
        self,
        say: Say,
        name: str,
        *,
        callback: Callable[..., int],
        text: str,
        params: Sequence[click.Parameter],
    ) -> None:
        super().__init__(
            name,
            callback=callback,
            help=text,
            params=[*params, *global_options(say)],
            context_settings={"help_option_names": ["-h", "--help"]},
        )
        self.say = say

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        write_usage(self, ctx, formatter, self.say)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options."""
        write_options(self, ctx, formatter, self.say)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the help option, explained in the language in use."""
        return help_option(super().get_help_option(ctx), self.say)


def write_usage(command: click.Command, ctx: click.Context, formatter: click.HelpFormatter, say: Say) -> None:
    """Write the usage line of a command or group."""
    pieces = " ".join(command.collect_usage_pieces(ctx))
    formatter.write(f"{say('Usage:', '使い方:')} {ctx.command_path} {pieces}\n")


def write_options(command: click.Command, ctx: click.Context, formatter: click.HelpFormatter, say: Say) -> None:
    """Write the options of a command or group."""
    records = [record for one in command.get_params(ctx) if (record := one.get_help_record(ctx)) is not None]
    with formatter.section(say("Options", "オプション")):
        formatter.write_dl(records)


def help_option(option: click.Option | None, say: Say) -> click.Option | None:
    """Return the help option with its own help in the language in use."""
    if option is not None:
        option.help = say("Show this message and exit.", "この説明を表示します。")
        option.callback = _show  # click's own would write UTF-8 to a terminal that is set to ASCII
    return option


def _show(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        answer(ctx.get_help() + "\n")
        ctx.exit()


def usage_error(error: click.ClickException, say: Say) -> str:
    """Return what is wrong with the command line, and where to look it up."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "segcheck"
    look = say(
        f"Nothing was judged. `{command} --help` lists what there is.",
        f"判定は行っていません。`{command} --help` で使い方を確かめてください。",
    )
    return f"segcheck: {say(error.format_message(), _japanese(error))}\n{look}"


def _japanese(error: click.ClickException) -> str:
    match error:
        case click.NoSuchOption():
            near = f" もしかして: {', '.join(sorted(error.possibilities))}" if error.possibilities else ""
            return f"オプション {error.option_name} はありません。{near}"
        case click.MissingParameter() if error.param is not None:
            return f"{_named(error)} を指定してください。"
        case click.BadParameter() if error.param is not None:
            choices = getattr(error.param.type, "choices", None)
            rest = f" 使える値: {', '.join(map(str, choices))}" if choices else f" {error.message}"
            return f"{_named(error)} の値が正しくありません。{rest}"
        case click.BadOptionUsage():
            return f"オプション {error.option_name} の使い方が正しくありません。"
        case _:
            return f"使い方が正しくありません: {error.format_message()}"


def _named(error: click.BadParameter) -> str:
    parameter = error.param
    if parameter is None:
        return ""
    return (
        parameter.opts[0]
        if parameter.param_type_name == "option"
        else parameter.make_metavar(error.ctx or click.Context(click.Command("")))
    )
