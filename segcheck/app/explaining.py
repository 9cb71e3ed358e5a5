"""What an id in an output means - codes, verdicts, exit codes, checks, requirements, formats - in the words of one language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from segcheck import checks, importers
from segcheck.errors import BadArguments
from segcheck.importers import ImporterInfo
from segcheck.lang.words import Words, load
from segcheck.loaders import attributes, profiles, requirements
from segcheck.loaders.problems import did_you_mean
from segcheck.model.check import Check
from segcheck.model.requirement import Requirement

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
    if name in requirements.ids():
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
    required = tuple(
        {one.id: one.text[spoken] for one in requirements.load()}.items()
    )  # as the latest edition words it
    return (
        *groups,
        (words("explain.checks"), asked),
        (words("explain.requirements"), required),
        (words("explain.models"), models),
        (words("explain.importers"), formats),
    )


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
    """Return a requirement whole: one whose editions differ says what each of them demands."""
    variants = [one for one in requirements.load() if one.id == name]
    rows = [row for one in variants for row in _demand(words, one, several=len(variants) > 1)]
    one = variants[-1]
    spoken = 0 if words.language == "ja" else 1
    binds = one.subject[spoken]
    if one.object[spoken]:
        binds = words("requirements.towards", subject=binds, object=one.object[spoken])
    serving = [check.id for check in _checks() if name in check.requirements]
    example = requirements.example()
    clauses = [f"- {number}: {example.numbered[number]}" for number in one.clauses]
    policy = words("requirements.policy", title=example.title, day=example.in_force.isoformat())
    return Topic(
        name,
        (
            *rows,
            (words("explain.binds"), binds),
            (words("explain.shown_by"), _evidence(words, one)),
            *_declared(words, name, spoken),
            (words("explain.served_by"), ", ".join(serving) or words("requirements.no_check")),
            (words("explain.weight"), words(f"weight.{one.weight.value}")),
            (words("explain.clauses"), "\n".join((policy, *clauses)) if clauses else words("explain.none")),
            (words("explain.edition"), _applies(words, variants)),
        ),
    )


def _demand(words: Words, one: Requirement, *, several: bool) -> Iterator[tuple[str, str]]:
    spoken = 0 if words.language == "ja" else 1
    heading = words("explain.demand")
    yield f"{heading} ({_edition(words, one)})" if several else heading, one.text[spoken]
    yield words("explain.source"), "\n".join(f"- {line}" for line in one.sources)
    sure = f"{one.certainty.value}: {words(f'certainty.{one.certainty.name.lower()}')}"
    yield words("explain.certainty"), f"{sure}\n{one.note[spoken]}".rstrip()


def _evidence(words: Words, one: Requirement) -> str:
    if not one.by:
        return words("requirements.documents")
    by = ", ".join(words(f"requirements.evidence.{basis.value}") for basis in one.by)
    return words("requirements.shown_by", by=by, needs=", ".join(basis.value for basis in one.needs))


def _declared(words: Words, name: str, spoken: int) -> Iterator[tuple[str, str]]:
    vocabulary = attributes.load()
    rows = []
    for term in vocabulary.terms.values():
        if name in term.requirements:
            of = ", ".join(vocabulary.subjects[one][spoken] for one in term.subjects)
            what = " | ".join(term.words) or words(f"requirements.type.{term.type}")
            rows.append(f"- {term.name}: {what} ({term.said[spoken]}; {of})")
    if rows:
        yield words("explain.declared"), "\n".join(rows)


def _applies(words: Words, variants: list[Requirement]) -> str:
    editions = "; ".join(_edition(words, one) for one in variants)
    if not variants[-1].models:
        return editions
    return f"{editions}, {words('requirements.models', names=', '.join(m.value for m in variants[-1].models))}"


def _edition(words: Words, one: Requirement) -> str:
    first, last = one.editions
    told = [words("requirements.since", first=first)] if first else []
    told += [words("requirements.until", last=last)] if last else []
    return ", ".join(told) or words("requirements.every")


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
