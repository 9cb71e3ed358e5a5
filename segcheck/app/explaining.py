"""What an id in an output means - codes, verdicts, exit codes, checks, requirements, formats - in the words of one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from segcheck import checks, importers
from segcheck.errors import BadArguments
from segcheck.importers import ImporterInfo
from segcheck.lang.words import Words, load
from segcheck.loaders import profiles
from segcheck.loaders.problems import did_you_mean
from segcheck.model.check import Check

_SECTIONS = ("why", "consequence", "remedy", "example")
_GROUPS = ("diagnostics", "doubts", "verdicts", "standings", "exits")


@dataclass(frozen=True, slots=True)
class Topic:
    """An explanation: a title and (heading, text) paragraphs."""

    title: str
    paragraphs: tuple[tuple[str, str], ...]


def explain(name: str, language: str) -> Topic:
    """Return the explanation of an id; of one that goes on with its place (`no-export:rt-1`), that of its kind.

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
    check = next((one for one in _checks() if name == one.id), None)
    if check is not None:
        return _check(words, check)
    if name in requirements():
        return _requirement(words, name)
    kind, _, place = name.partition(":")
    if place:
        return explain(kind, language)
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
    spoken = 0 if words.language == "ja" else 1
    models = tuple((model.value, one.title[spoken]) for model, one in profiles.load().models.items())
    asked = tuple((one.id, one.title[spoken]) for one in _checks())
    required = tuple((name, text[words.language]) for name, text in requirements().items())
    return (
        *groups,
        (words("explain.checks"), asked),
        (words("explain.requirements"), required),
        (words("explain.models"), models),
        (words("explain.importers"), formats),
    )


@cache
def requirements() -> Mapping[str, Mapping[str, str]]:
    """Return what each requirement's id stands for: `ja`, `en`, `source` and `certainty`, by id."""
    text = resources.files("segcheck").joinpath("data", "requirements.yaml").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = yaml.safe_load(text)
    return found


def _checks() -> tuple[Check, ...]:
    return tuple(module.CHECK for module in checks.installed())


def _worded(words: Words, group: str, name: str) -> Topic:
    match group:
        case "verdicts":
            title = f"{name}: {words(f'verdicts.{name}.name')}"
        case "standings":
            title = f"{name}: {words(f'standing.{name}')}"
        case "exits":
            title = words("explain.exit_title", code=name, name=words(f"exits.{name}.name"))
        case _:
            title = name
    paragraphs = tuple((words(f"explain.{part}"), words(f"{group}.{name}.{part}")) for part in _SECTIONS)
    return Topic(title, paragraphs)


def _check(words: Words, check: Check) -> Topic:
    language = 0 if words.language == "ja" else 1
    return Topic(
        f"{check.id}: {check.title[language]}",
        (
            (words("explain.consequence"), check.why[language]),
            (words("explain.remedy"), check.fix[language]),
            (words("explain.wrong"), check.wrong[language]),
            (words("explain.weight"), words(f"weight.{check.weight.value}")),
            (words("explain.requirements"), ", ".join(check.requirements)),
        ),
    )


def _requirement(words: Words, name: str) -> Topic:
    told = requirements()[name]
    return Topic(
        name,
        (
            (words("explain.why"), told[words.language]),
            (words("explain.source"), told["source"]),
            (words("explain.certainty"), words(f"certainty.{told['certainty']}")),
        ),
    )


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
