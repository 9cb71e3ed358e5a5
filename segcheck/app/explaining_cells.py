"""What a cell of the crossing matrix means, and the whole matrix of a model: `explain alpha:lgwan:internet`, `explain alpha`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from segcheck.checks import entry_out_of_model
from segcheck.errors import BadArguments
from segcheck.lang.words import Words, load
from segcheck.loaders import profiles
from segcheck.loaders.problems import did_you_mean
from segcheck.loaders.site.policy import MODEL_NAMES
from segcheck.model.profile import Cell, Guideline, Permit
from segcheck.model.register import Kind, ProfileModel
from segcheck.model.site_words import Tier

_SHORT = {
    Kind.SPECIFIC: "SPEC",
    Kind.SANITISE: "SANI",
    Kind.SCREEN: "SCR",
    Kind.LBO: "LBO",
    Kind.RELAY: "REL",
    Kind.LOG_EXPORT: "LOG",
    Kind.MAINTENANCE: "MNT",
}
#: An entry of each kind as it could stand in policy.yaml; the ends are put in front.
_EXAMPLES = {
    Kind.SPECIFIC: "service: tcp/443, path: [fw]",
    Kind.SANITISE: "service: tcp/443, gateway: sanitiser, legs: [put, get]",
    Kind.SCREEN: "service: tcp/3389, gateway: screens, legs: [view], expect: rdp",
    Kind.LBO: "service: tcp/443, path: [fw-lbo]",
    Kind.RELAY: "service: tcp/8530, path: [fw]",
    Kind.LOG_EXPORT: "service: tcp/6514, path: [fw]",
    Kind.MAINTENANCE: 'service: tcp/22, path: [fw], schedule: "火曜 22:00-23:00"',
}


@dataclass(frozen=True, slots=True)
class MatrixPage:
    """The matrix of a model as an edition has it: rows open the session, and what the abbreviations mean."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]


def about(name: str) -> bool:
    """Return whether an id begins with a model: alpha, α', βダッシュ:LG:IN, beta@R4.3."""
    return _model_of(name.partition(":")[0]) is not None


def _model_of(text: str) -> tuple[ProfileModel, str] | None:
    written, _, edition = text.partition("@")
    model = MODEL_NAMES.get(written)
    return None if model is None else (model, edition or profiles.load().newest)


def matrix(name: str, language: str) -> MatrixPage:
    """Return the matrix of a model, in the newest edition or the one named behind `@`.

    Raises:
        BadArguments: the edition is not known, or does not know the model.
    """
    model, edition = _asked(name)
    guideline, words = profiles.load(), load(language)
    title = guideline.models[model].title[_spoken(words)]
    rows = tuple(
        (initiator.short, *(_code(guideline.cell(model, edition, initiator, responder)) for responder in Tier))
        for initiator in Tier
    )
    return MatrixPage(
        title=f"{model.value} ({edition}): {title}",
        headings=(words("cell.corner"), *(tier.short for tier in Tier)),
        rows=rows,
        notes=(
            words("cell.legend"),
            words("cell.screen", client=_tier(guideline, model, 0), server=_tier(guideline, model, 1)),
            words("cell.own"),
        ),
    )


def cell(name: str, language: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return title and (heading, text) paragraphs of a cell, written `model:from:to` by tiers or their short codes.

    Raises:
        BadArguments: a part of it is not known; the message names the nearest.
    """
    first, _, ends = name.partition(":")
    model, edition = _asked(first)
    texts = ends.split(":")
    if len(texts) != 2:
        raise BadArguments(
            f"{name}: write a cell as model:from:to, alpha:LG:IN; nothing was explained.",
            f"{name}: モデル:開始側:受信側 (alpha:LG:IN) の形で書いてください。説明はありません。",
        )
    initiator, responder = map(_named, texts)
    found = profiles.load().cell(model, edition, initiator, responder)
    words = load(language)
    spoken = _spoken(words)
    check = entry_out_of_model.CHECK
    title = f"{model.value} ({edition})  {initiator.short} → {responder.short}: {_code(found)}"
    return title, (
        (words("cell.permits"), "\n".join(_permits(words, found)) or words("cell.nothing")),
        (words("explain.why"), found.why[spoken]),
        (words("explain.source"), found.source),
        (words("explain.certainty"), words(f"cell.certainty.{found.certainty.name.lower()}")),
        (words("explain.example"), "\n".join(_examples(found)) or words("cell.no_example")),
        (words("cell.found"), words("cell.found_by")),
        (words("explain.remedy"), check.fix[spoken]),
        (words("explain.wrong"), check.wrong[spoken]),
    )


def _asked(text: str) -> tuple[ProfileModel, str]:
    found = _model_of(text)
    guideline = profiles.load()
    if found is not None and guideline.knows(*found):
        return found
    edition = text.partition("@")[2]
    raise BadArguments(
        f"{text}: no such edition of the guideline, or it does not know the model; nothing was explained.\n"
        f"  Editions: {', '.join(guideline.editions)}",
        f"{text}: そのような版がないか、{edition} 版にこのモデルがありません。説明はありません。\n"
        f"  版: {', '.join(guideline.editions)}",
    )


def _named(text: str) -> Tier:
    """Return a tier by its id, or by its short code however it is written."""
    for tier in Tier:
        if text == tier.value or text.upper() == tier.short.upper():
            return tier
    known = [*(tier.value for tier in Tier), *(tier.short for tier in Tier)]
    hint_en, hint_ja = did_you_mean(text, known)
    raise BadArguments(
        f"'{text}' is no tier; nothing was explained.\n  = {hint_en}\n  Tiers: {', '.join(tier.short for tier in Tier)}",
        f"階層 '{text}' はありません。説明はありません。\n  = {hint_ja}\n  階層: {', '.join(tier.short for tier in Tier)}",
    )


def _spoken(words: Words) -> int:
    return 0 if words.language == "ja" else 1


def _tier(guideline: Guideline, model: ProfileModel, end: int) -> str:
    return guideline.models[model].screen[end].short


def _code(found: Cell) -> str:
    """Return a cell in few letters; `*`: only under conditions, `x`: never."""
    if found.word == "intra":
        return "INTRA"
    if not found.permits:
        return "x" if found.never else "-"
    return "+".join(_SHORT[kind] + ("*" if _conditional(found, kind) else "") for kind in found.kinds)


def _conditional(found: Cell, kind: Kind) -> bool:
    return all(permit.needs or permit.option for permit in found.of(kind))


def _permits(words: Words, found: Cell) -> Iterator[str]:
    for permit in found.permits:
        kinds = ", ".join(kind.value for kind in Kind if kind in permit.kinds)
        conditions = [*_conditions(words, permit)]
        yield f"- {kinds}" + (f": {'; '.join(conditions)}" if conditions else "")


def _conditions(words: Words, permit: Permit) -> Iterator[str]:
    guideline, spoken = profiles.load(), _spoken(words)
    peers = ", ".join(sorted(one.value for one in permit.peers))
    for need in permit.needs:
        yield guideline.needs[need].demand[spoken].format(peers=peers)
    if permit.methods:
        yield words("cell.methods", methods=", ".join(sorted(one.value for one in permit.methods)))
    if permit.option:
        choice = guideline.choices[permit.option]
        certainty = words(f"cell.certainty.{choice.certainty.name.lower()}")
        yield words("cell.option", option=permit.option, title=choice.title[spoken], certainty=certainty)
    if permit.since is not None:
        yield words("cell.since", edition=permit.since)
    if permit.before is not None:
        yield words("cell.before", edition=permit.before)


def _examples(found: Cell) -> Iterator[str]:
    for kind in found.kinds:
        ends = f"from: {found.initiator.short.lower()}-host, to: {found.responder.short.lower()}-host"
        yield (
            f"- {{id: R-001, kind: {kind.value}, {ends}, {_EXAMPLES[kind]}, purpose: …, "
            "status: 承認, approver: …, approved: 2026-04-01, expires: 2027-03-31}"
        )
