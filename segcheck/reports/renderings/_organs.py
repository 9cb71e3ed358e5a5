"""How each organ of a body stands to the requirements; of a body without organs, how the body does.

Every organ answers for itself. Counts are of one organ, never sums over several: of the same requirement one may lack evidence
where another is in order. What has room for one number takes the worst outcome of each requirement (`worst`) and says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from segcheck.lang.words import Words
from segcheck.reports.renderings._told import Document, plain

OUTCOMES = ("pass", "fail", "insufficient_evidence", "not_applicable", "exception_approved")
#: From the worst: what several outcomes end as that are told as one.
WORST = ("fail", "insufficient_evidence", "exception_approved", "pass", "not_applicable")
#: Characters of an organ's id and name that a report shows.
_MOST = 60


@dataclass(frozen=True, slots=True, eq=False)
class Organ:
    """An organ with the requirements that are answered for it; id and name are "" where the body has no organs.

    responsible   a post, "" where nobody says
    """

    id: str
    name: str
    responsible: str
    rows: tuple[Document, ...]

    @property
    def title(self) -> str:
        """What it is called, with its id."""
        return f"{self.name} ({self.id})" if self.name != self.id else self.id

    @property
    def outcomes(self) -> dict[str, int]:
        """How many of its requirements ended how, all outcomes named."""
        return outcomes(self.rows)


def organs(result: Document) -> tuple[Organ, ...]:
    """Return the organs as the body lists them, then those that only requirements name; one without a name if there are none.

    Each id is there once, as it is shown: two that a report could not tell apart are one.
    """
    rows: dict[str, list[Document]] = {}
    told: dict[str, Document] = {}
    for one in result.get("organs") or ():
        told.setdefault(plain(one["id"], _MOST), one)
        rows.setdefault(plain(one["id"], _MOST), [])
    for one in result["requirements"]:
        rows.setdefault(plain(one.get("organ") or "", _MOST), []).append(one)
    found = []
    for name, mine in (rows or {"": []}).items():
        about = told.get(name, {"name": name, "responsible": None})
        post = plain(about["responsible"] or "", _MOST)
        found.append(Organ(name, plain(about["name"] or name, _MOST), post, tuple(mine)))
    return tuple(found)


def several(result: Document) -> bool:
    """Return whether the requirements are answered by organ."""
    return any(one.id for one in organs(result))


def outcomes(rows: Iterable[Document]) -> dict[str, int]:
    """Return how many requirements ended how, all outcomes named."""
    found = Counter(one["outcome"] for one in rows)
    return {name: found[name] for name in OUTCOMES}


def counts(words: Words, result: Document) -> list[str]:
    """Return how many requirements ended how: a line for each organ, which none of them speaks for the body as a whole."""
    return [
        f"{one.title}: {text}" if one.id else text
        for one in organs(result)
        for text in (words("requirements.counts", **one.outcomes),)
    ]


def worst(result: Document) -> list[tuple[Document, tuple[Organ, ...]]]:
    """Return each requirement once with its worst outcome, and the organs that it ended so for (none named: ()).

    Sources, reasons and findings are those of all these organs.
    """
    found: dict[str, list[tuple[Document, Organ]]] = {}
    for organ in organs(result):
        for one in organ.rows:
            found.setdefault(one["id"], []).append((one, organ))
    told: list[tuple[Document, tuple[Organ, ...]]] = []
    for rows in found.values():
        row, _ = min(rows, key=lambda pair: WORST.index(pair[0]["outcome"]))
        like = [(one, organ) for one, organ in rows if one["outcome"] == row["outcome"]]
        merged = {
            "sources": list(dict.fromkeys(name for one, _ in like for name in one["sources"])),
            "because": [
                dict(said) for said in dict.fromkeys(tuple(said.items()) for one, _ in like for said in one["because"])
            ],
            "findings": list(dict.fromkeys(name for one, _ in like for name in one["findings"])),
        }
        told.append(({**row, **merged}, tuple(dict.fromkeys(organ for _, organ in like if organ.id))))
    return told


def worst_outcomes(result: Document) -> dict[str, int]:
    """Return how many requirements ended how where each counts once, with its worst outcome over the organs."""
    return outcomes(row for row, _ in worst(result))


def worst_counts(words: Words, result: Document) -> str:
    """Return `worst_outcomes` in one line, which says that it is the worst of so many organs where there are any."""
    text = words("requirements.counts", **worst_outcomes(result))
    number = sum(bool(one.id) for one in organs(result))
    return words("told.worst_of", counts=text, organs=number) if number else text


def concerned(result: Document) -> dict[str, tuple[Organ, ...]]:
    """Return by fingerprint the organs whose requirements a finding bears on; nothing where the body has none."""
    found: dict[str, dict[str, Organ]] = {}
    for organ in organs(result):
        for name in {name for one in organ.rows if organ.id for name in one["findings"]}:
            found.setdefault(name, {})[organ.id] = organ
    return {name: tuple(those.values()) for name, those in found.items()}


def clauses(result: Document, told: Callable[[Document], str]) -> Callable[[Document, str], list[str]]:
    """Return what says which clauses a requirement of a finding serves, each as `told`.

    An organ may have clauses of its own: they are those of the organs that the finding concerns, all where none is.
    """
    rows: dict[str, list[tuple[frozenset[str], str]]] = {}
    for one in result["requirements"]:
        rows.setdefault(one["id"], []).append((frozenset(one["findings"]), told(one)))

    def of(finding: Document, name: str) -> list[str]:
        mine = [text for about, text in rows.get(name, ()) if finding["fingerprint"] in about]
        texts = mine or [text for _, text in rows.get(name, ())]
        return list(dict.fromkeys(text for text in texts if text))

    return of


def policies(words: Words, result: Document) -> list[str]:
    """Return whose clauses are named; and for which organs, where they differ."""
    named: dict[tuple[str, bool], Mapping[str, None]] = {}
    for organ in organs(result):
        for key in {(plain(o["policy"]["title"]), o["policy"]["example"]): None for o in organ.rows if o["policy"]}:
            named[key] = {**named.get(key, {}), **({organ.title: None} if organ.id else {})}
    lines = []
    for (title, example), whose in named.items():
        text = words("requirements.example_of" if example else "requirements.clauses_of", title=title)
        lines.append(f"{', '.join(whose)}: {text}" if whose and len(named) > 1 else text)
    return lines
