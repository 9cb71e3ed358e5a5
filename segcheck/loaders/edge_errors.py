"""What pydantic says of an edge model, as problems with their place and "did you mean"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from segcheck.loaders import marked
from segcheck.loaders.problems import Problem, did_you_mean


def problems_of(
    error: ValidationError, document: marked.Document, model: type[BaseModel], inside: marked.Path = ()
) -> Iterator[Problem]:
    """Yield everything that is wrong with a document, at its place; `inside` is where the model begins in it."""
    for one in error.errors():
        yield _problem(document, model, inside, one)


def _problem(document: marked.Document, model: type[BaseModel], inside: marked.Path, error: ErrorDetails) -> Problem:
    path = (*inside, *error["loc"])
    kind = error["type"]
    if kind == "extra_forbidden":
        mark = document.key(path)
        key = str(error["loc"][-1])
        return Problem(
            mark.line, mark.column, f"unknown key '{key}'", f"未知のキー '{key}'", *_near(model, error["loc"])
        )
    if kind == "missing":
        mark = document.mark(path[:-1])
        key = str(path[-1])
        return Problem(mark.line, mark.column, f"'{key}' is missing", f"'{key}' がありません")
    mark = document.mark(path)
    if kind == "words":
        context = error["ctx"]
        return Problem(mark.line, mark.column, context["en"], context["ja"], context["help_en"], context["help_ja"])
    if kind == "literal_error":
        return Problem(mark.line, mark.column, *_not_listed(error["input"], error["ctx"]["expected"]))
    named = _TYPES.get(kind)
    if named is not None:
        return Problem(mark.line, mark.column, f"{named[0]} is needed here", f"ここには{named[1]}が必要です")
    if kind in _BOUNDS:
        bound = error["ctx"][_BOUNDS[kind][0]]
        return Problem(mark.line, mark.column, _BOUNDS[kind][1].format(bound), _BOUNDS[kind][2].format(bound))
    return Problem(mark.line, mark.column, error["msg"], error["msg"])


def _not_listed(value: object, expected: str) -> tuple[str, str, str, str]:
    known = re.findall(r"[\w.-]+", expected.replace(" or ", " "))
    shown = "true" if value is True else "false" if value is False else str(value)
    return (
        f"'{shown}' is not one of the words that may stand here",
        f"'{shown}' はここでは使えません",
        *did_you_mean(shown, known),
    )


_TYPES = {
    "string_type": ("text", "文字列"),
    "bool_type": ("true or false", " true または false "),
    "int_type": ("a whole number", "整数"),
    "list_type": ("a list", "リスト"),
    "dict_type": ("a mapping", "キーと値の並び"),
    "model_type": ("a mapping", "キーと値の並び"),
    "model_attributes_type": ("a mapping", "キーと値の並び"),
}
_BOUNDS = {
    "greater_than_equal": ("ge", "a number of at least {} is needed here", "ここには {} 以上の数が必要です"),
    "less_than_equal": ("le", "a number of at most {} is needed here", "ここには {} 以下の数が必要です"),
    "too_short": ("min_length", "at least {} entries are needed here", "ここには {} 個以上の項目が必要です"),
    "too_long": ("max_length", "at most {} entries may stand here", "ここに書ける項目は {} 個までです"),
}


def _near(model: type[BaseModel], loc: tuple[int | str, ...]) -> tuple[str, str]:
    """Return the help for an unknown key: the nearest key of the model that stands at that place."""
    key = str(loc[-1])
    if any(character in key for character in "　：\t"):
        return (
            "a full-width space, full-width colon or tab stands in it: type half-width ones",
            "全角の空白・全角のコロン・タブが入っています。半角で書いてください",
        )
    found: Any = model
    for part in loc[:-1]:
        if isinstance(found, type) and issubclass(found, BaseModel):
            fields = {info.alias or name: info.annotation for name, info in found.model_fields.items()}
            found = _inner(fields.get(str(part)))
        else:
            found = _inner(get_args(found)[-1]) if get_args(found) else None
    if not (isinstance(found, type) and issubclass(found, BaseModel)):
        return "", ""
    return did_you_mean(key, [info.alias or name for name, info in found.model_fields.items()])


def _inner(annotation: Any) -> Any:
    """Return an annotation without what says that it may be absent or is checked further."""
    while get_args(annotation) and get_origin(annotation) not in (list, dict):
        annotation = get_args(annotation)[0]
    return annotation
