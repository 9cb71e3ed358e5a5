"""All of the page: the parts filled into the template, under a policy that names style and script by their hashes."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segcheck.lang.words import Words, load
from segcheck.reports._drawing import safe
from segcheck.reports.renderings._html import coverage, findings, heading, lookup, matrix, picture, requirements

if TYPE_CHECKING:
    from jinja2 import Environment

#: Characters of one text that are shown; rules and lists are shorter, only what wants to swell the page is longer.
LONGEST = 4000
_FOLDER = Path(__file__).parent


def page(result: Mapping[str, Any], language: str) -> str:
    """Return the page; see `html.render`."""
    words = load(language)
    told = findings.findings(words, result)
    style, script = _text("style.css"), _text("script.js")
    asked = lookup.packed(words, result, told.by_fingerprint)
    parts: dict[str, Any] = {
        "language": language,
        "style": _raw(style),
        "script": _raw(script),
        "policy": _policy(style, script),
        "head": heading.heading(words, result, told),
        "picture": picture.picture(words, result, told.by_fingerprint),
        "matrix": matrix.matrix(words, result, told.by_fingerprint),
        "findings": told,
        "requirements": requirements.requirements(words, result, told.by_fingerprint),
        "coverage": coverage.coverage(words, result),
        "only_seen": findings.only_seen(result),
        "drift": result.get("drift"),
        "chain": result.get("chain"),
        "lookup": asked,
        "data": _raw(_data(asked.data)) if asked is not None and asked.whole else "",
    }
    parts["sections"] = [name for name in words.under("html.section") if parts.get(name, True) is not None]
    return _environment(language).get_template("page.html.jinja").render(parts)


def _policy(style: str, script: str) -> str:
    """Return the content security policy: nothing is loaded, nothing runs but what has these hashes."""
    return f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


@cache
def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _raw(text: str) -> Any:
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - our own style, script and picture, or data without "<"


def _data(value: object) -> str:
    """Return JSON that may stand in an element of HTML: no "<", whatever the names are."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return safe(text).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


@cache
def _environment(language: str) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    words = load(language)

    def cleaned(value: object) -> object:
        """Return what is printed; a name from an export shows no control character and turns no text around."""
        if type(value) is not str:
            return value
        text = value if len(value) <= LONGEST else f"{value[:LONGEST]}…"
        return "\n".join(safe(line) for line in text.replace("\t", " ").split("\n"))

    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=cleaned,
    )
    made.globals["w"] = words
    made.globals["say"] = _sayer(words)
    made.globals["box_text"] = findings.box_text
    made.globals["moment"] = heading.moment
    return made


def _sayer(words: Words) -> Any:
    def say(sentence: Mapping[str, str]) -> str:
        return sentence[words.language]

    return say
