"""A case judged by the kernel and answered by both engines: where they differ, and what may stay undecided and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .answers import Engine, Row, answers, by_sets, by_tracing
from .case import Case, Judged, judge
from .compare import Comparison, Difference, compare

ENGINES: Mapping[str, Engine] = {"sets": by_sets, "tracing": by_tracing}


@dataclass(frozen=True, slots=True)
class Explained:
    """Rows of a case that an engine may leave undecided: at most how many, and what it cannot follow."""

    rows: int
    feature: str


_POOL = "DNAT to several addresses: tracing keeps one packet and does not know which of them the kernel takes"
_KEPT_PORT = "a rule before conntrack asks for the port that source translation keeps only while it is free"
#: Everything that may be undecided in the whole corpus. Numbers may only go down.
EXPLAINED: Mapping[tuple[str, str], Explained] = {
    ("tracing", "dnat-range-v4"): Explained(16, _POOL),
    ("tracing", "dnat-range-v6"): Explained(17, _POOL),
    ("tracing", "random-20260401-41"): Explained(8, _KEPT_PORT),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What came of one case.

    asked     rows that segcheck was asked about, of all rows that the kernel judged
    placed    by engine, forwarded rows whose way out and header were compared as well
    compared  by engine, the comparison with the kernel
    unsteady  rows that the kernel judged otherwise when asked again; asked again only where an engine was wrong
    rewritten by engine, rows whose answer is another when the rules are read as they were written
    """

    judged: Judged
    asked: int
    placed: Mapping[str, int]
    compared: Mapping[str, Comparison]
    unsteady: tuple[int, ...]
    rewritten: Mapping[str, tuple[int, ...]]

    def unexplained(self) -> dict[str, list[Difference]]:
        """Return, by engine, what is undecided beyond the explanations."""
        left = {}
        for engine, compared in self.compared.items():
            known = EXPLAINED.get((engine, self.judged.case.name), Explained(0, ""))
            if len(compared.undecided) > known.rows:
                left[engine] = compared.undecided
        return left


def ask(case: Case) -> Agreement:
    """Return what the kernel and both engines say of a case."""
    judged = judge(case)
    described, rows = judged.case_row(), judged.rows()
    compared, placed, rewritten = {}, {}, {}
    kept: list[Row] = []
    for name, engine in ENGINES.items():
        kept, given = answers(described, rows, engine)
        _, again = answers(described, rows, engine, written=True)
        compared[name] = compare(kept, given)
        placed[name] = sum(
            bool(said.get("out")) for row, said in zip(kept, given, strict=True) if row["verdict"] == "FORWARD"
        )
        rewritten[name] = tuple(one["n"] for one, other in zip(given, again, strict=True) if one != other)
    wrong = any(result.wrong for result in compared.values())
    return Agreement(
        judged=judged,
        asked=len(kept),
        placed=placed,
        compared=compared,
        unsteady=_unsteady(case, rows) if wrong else (),
        rewritten=rewritten,
    )


def _unsteady(case: Case, rows: list[dict[str, object]]) -> tuple[int, ...]:
    return tuple(
        number for number, (one, other) in enumerate(zip(rows, judge(case).rows(), strict=True)) if one != other
    )
