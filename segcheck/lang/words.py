"""The catalogue of one language, and which language to speak.

The catalogues are `en.yaml` and `ja.yaml` beside this file: nested mappings whose leaves are sentences with `{fields}`.
They are read on first use, so that `segcheck --help` never pays for them.
"""

from __future__ import annotations

import locale
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import resources
from string import Formatter
from typing import Any

from segcheck import kept

LANGUAGES = ("ja", "en")

#: Picks the sentence of the language in use: `say(english, japanese)`.
Say = Callable[[str, str], str]


class Words:
    """The words of one language; a word that it lacks is taken from English."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._own = leaves(language)
        self._english = self._own if language == "en" else leaves("en")

    def __call__(self, key: str, /, **fields: object) -> str:
        """Return the sentence under `key` ("line_use.understood") with its fields filled in.

        A field that is not given shows as "?": an importer that forgets a parameter must not hide a diagnostic.

        Raises:
            KeyError: neither this language nor English knows the key.
        """
        template = self._own.get(key)
        if template is None:
            template = self._english[key]
        return template.format_map(_Filled(fields))

    def __contains__(self, key: str) -> bool:
        return key in self._own or key in self._english

    def under(self, prefix: str) -> tuple[str, ...]:
        """Return the names directly under `prefix`, in the order of the English catalogue."""
        start = f"{prefix}."
        found = dict.fromkeys(key[len(start) :].split(".")[0] for key in self._english if key.startswith(start))
        return tuple(found)


class _Filled(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"


@cache
def load(language: str) -> Words:
    """Return the words of `language` ("ja" or "en")."""
    return Words(language)


def fields(template: str) -> frozenset[str]:
    """Return the names of the fields in a sentence."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name is not None)


@cache
def leaves(language: str) -> Mapping[str, str]:
    """Return every sentence of a catalogue by its dotted key; keys themselves hold no dot."""
    text = resources.files("segcheck.lang").joinpath(f"{language}.yaml").read_text(encoding="utf-8")
    found: Mapping[str, str] = kept.values(text, _read)
    return found


def _read(text: str) -> dict[str, str]:
    import yaml  # here, because --help needs no catalogue

    # BaseLoader makes every scalar a string: "yes" and 22:30 stay what they are
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    return dict(_flat(yaml.load(text, Loader=loader), ""))  # noqa: S506 -- BaseLoader builds strings only


def _flat(node: Any, prefix: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _flat(value, f"{prefix}.{key}" if prefix else key)
    else:
        yield prefix, str(node).strip()


def say(language: str) -> Say:
    """Return a function that picks the sentence of `language` from an English and a Japanese one."""
    if language == "ja":
        return lambda en, ja: ja
    return lambda en, ja: en


def choose_language(option: str | None, environ: Mapping[str, str], encoding: str = "utf-8") -> str:
    """Return "ja" or "en": the option if given, else SEGCHECK_LANG, else the system's locale.

    encoding   of the terminal: a Japanese locale whose terminal cannot show Japanese gets English
    """
    for asked in (option, environ.get("SEGCHECK_LANG")):
        if asked and asked.lower() in LANGUAGES:
            return asked.lower()
    from_environment = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), None)
    system = from_environment or locale.getlocale()[0] or ""
    return "ja" if system.lower().startswith("ja") and _shows_japanese(encoding) else "en"


def _shows_japanese(encoding: str) -> bool:
    try:
        "判定".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
