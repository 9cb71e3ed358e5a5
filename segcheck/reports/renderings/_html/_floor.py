"""What every page of HTML stands on: templates that escape, texts that steer nobody, a policy (CSP) that lets nothing load."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segcheck.lang.words import Words, load
from segcheck.reports._drawing import safe

if TYPE_CHECKING:
    from jinja2 import Environment

#: Characters of one text that are shown; rules and lists are shorter, only what wants to swell the page is longer.
LONGEST = 4000
_FOLDER = Path(__file__).parent


def policy(style: str, script: str = "") -> str:
    """Return the content security policy: nothing is loaded, nothing runs but what has these hashes."""
    allowed = f"'{_hash(script)}'" if script else "'none'"
    return f"default-src 'none'; style-src '{_hash(style)}'; script-src {allowed}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


@cache
def text(name: str) -> str:
    """Return a file of this folder."""
    return (_FOLDER / name).read_text(encoding="utf-8")


def raw(text: str) -> Any:
    """Return text that a template does not escape: our own, or made safe."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - our own style, script and picture, or data without "<"


@cache
def environment(language: str, longest: int = LONGEST) -> Environment:
    """Return what the templates of this folder are filled in by; texts beyond `longest` characters are cut."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    words = load(language)

    def cleaned(value: object) -> object:
        """Return what is printed; a name from an export shows no control character and turns no text around."""
        if type(value) is not str:
            return value
        text = value if len(value) <= longest else f"{value[:longest]}…"
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
    return made


def _sayer(words: Words) -> Any:
    def say(sentence: Mapping[str, str]) -> str:
        return sentence[words.language]

    return say
