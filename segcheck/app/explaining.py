"""What an id means: diagnostic codes, verdicts, exit codes and formats, in the words of one language."""

from __future__ import annotations

from dataclasses import dataclass

from segcheck import importers
from segcheck.errors import BadArguments
from segcheck.importers import ImporterInfo
from segcheck.lang.words import Words, load
from segcheck.loaders.problems import did_you_mean

_SECTIONS = ("why", "consequence", "remedy", "example")
_GROUPS = ("diagnostics", "verdicts", "exits")


@dataclass(frozen=True, slots=True)
class Topic:
    """An explanation: a title and (heading, text) paragraphs."""

    title: str
    paragraphs: tuple[tuple[str, str], ...]


def explain(name: str, language: str) -> Topic:
    """Return the explanation of an id.

    Raises:
        BadArguments: nobody knows the id; the message names the nearest one.
    """
    words = load(language)
    for group in _GROUPS:
        if name in words.under(group):
            return _worded(words, group, name)
    info = next((module.IMPORTER for module in importers.installed() if name == module.IMPORTER.format), None)
    if info is not None:
        return _format(words, info)
    known = [name for _, entries in contents(language) for name, _ in entries]
    hint_en, hint_ja = did_you_mean(name, known)
    raise BadArguments(
        f"{load('en')('explain.unknown', name=name)}\n  = {hint_en}\n  segcheck explain --list",
        f"{load('ja')('explain.unknown', name=name)}\n  = {hint_ja}\n  segcheck explain --list",
    )


def contents(language: str) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return every id with one line about it, in groups: (heading, ((id, line), ...))."""
    words = load(language)
    groups = [
        (
            words(f"explain.{group}"),
            tuple((name, words(f"{group}.{name}.why")) for name in words.under(group)),
        )
        for group in _GROUPS
    ]
    formats = tuple((module.IMPORTER.format, module.IMPORTER.title) for module in importers.installed())
    return (*groups, (words("explain.importers"), formats))


def _worded(words: Words, group: str, name: str) -> Topic:
    title = {
        "diagnostics": name,
        "verdicts": f"{name}: {words(f'verdicts.{name}.name')}" if group == "verdicts" else "",
        "exits": words("explain.exit_title", code=name, name=words(f"exits.{name}.name")) if group == "exits" else "",
    }[group]
    paragraphs = tuple((words(f"explain.{part}"), words(f"{group}.{name}.{part}")) for part in _SECTIONS)
    return Topic(title, paragraphs)


def _format(words: Words, info: ImporterInfo) -> Topic:
    japanese = words.language == "ja"
    limits = info.limits_ja if japanese else info.limits_en
    return Topic(
        f"{info.format}: {info.title}",
        (
            (words("explain.maturity"), words(f"maturity.{info.maturity.value}.name")),
            (words("explain.versions"), info.versions),
            (words("explain.export"), info.export_ja if japanese else info.export_en),
            (words("explain.limits"), "\n".join(f"- {line}" for line in limits) or words("explain.none")),
            (words("explain.sources"), "\n".join(f"- {line}" for line in info.sources)),
        ),
    )
