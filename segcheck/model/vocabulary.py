"""The vocabulary of attributes: what may be declared of which things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from segcheck.model.check import Said
from segcheck.model.requirement import Certainty
from segcheck.model.site_words import Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """An attribute that may be declared (`data/attributes.yaml`).

    subjects   kinds of things that may have it
    type       words, flag, number, date, text, list, hosts, segments
    words      what may stand there, of `words` and `list`
    days       limit of age
    """

    name: str
    said: Said
    subjects: tuple[str, ...]
    type: str
    words: tuple[str, ...] = ()
    days: int | None = None
    requirements: tuple[str, ...] = ()
    source: str
    certainty: Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The subjects that have attributes, with what they are called, and the attributes by name.

    barred   by class of information: the tiers in which it must not be kept, and the models under which it may be after all
    """

    subjects: Mapping[str, Said]
    terms: Mapping[str, Term]
    barred: Mapping[str, tuple[frozenset[Tier], frozenset[str]]]
