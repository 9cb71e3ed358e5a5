"""Two accounts of the same packets, the kernel's and segcheck's: where they differ, and why."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

PERMITTED = frozenset({"FORWARD", "LOCAL"})
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that is wrong or undecided: the case, the row's number, the reason in words."""

    case: str
    number: int
    reason: str


@dataclass(slots=True)
class Comparison:
    """The outcome over all rows; `agreed` counts rows in which nothing was wrong and nothing undecided."""

    wrong: list[Difference] = field(default_factory=list)
    undecided: list[Difference] = field(default_factory=list)
    agreed: int = 0


def compare(oracle_rows: Sequence[Row], segcheck_rows: Sequence[Row]) -> Comparison:
    """Return what is wrong, what is undecided, and how many rows agree.

    A segcheck row has `case`, `n`, `verdict` (permit, deny, undecided) and optionally `out`, `translated` (header
    fields; a value may be a list of alternatives or a range "low-high") and `reply_verdict`. What it leaves out is not
    compared, except that a verdict must be there for every oracle row: a missing row is wrong, and so is a row for a
    packet that the oracle never saw.
    """
    result = Comparison()
    answers = {(row["case"], row["n"]): row for row in segcheck_rows}
    for row in oracle_rows:
        key = (row["case"], row["n"])
        answer = answers.pop(key, None)
        wrong, undecided = _differences(row, answer)
        result.wrong += [Difference(*key, reason) for reason in wrong]
        result.undecided += [Difference(*key, reason) for reason in undecided]
        result.agreed += not wrong and not undecided
    result.wrong += [Difference(*key, "the kernel was never asked") for key in answers]
    return result


def _differences(row: Row, answer: Row | None) -> tuple[list[str], list[str]]:
    if answer is None:
        return ["no answer"], []
    wrong: list[str] = []
    undecided: list[str] = []
    _verdict("", row["verdict"], answer["verdict"], wrong, undecided)
    if wrong or undecided:
        return wrong, undecided
    reply = row.get("reply")
    if reply is not None and answer.get("reply_verdict") is not None:
        _verdict("reply: ", reply["verdict"], answer["reply_verdict"], wrong, undecided)
    if row["verdict"] == "FORWARD":
        if answer.get("out") is not None and answer["out"] != row["out"]:
            wrong.append(f"leaves by {row['out']}, segcheck says {answer['out']}")
        wrong += _header(row["header"], answer.get("translated") or {})
    return wrong, undecided


def _verdict(what: str, seen: str, said: str, wrong: list[str], undecided: list[str]) -> None:
    expected = "permit" if seen in PERMITTED else "deny"
    if said == "undecided":
        undecided.append(f"{what}{seen}, segcheck is undecided")
    elif said != expected:
        wrong.append(f"{what}{seen}, segcheck says {said}")


def _header(seen: Row, said: Row) -> list[str]:
    differs = [name for name, value in said.items() if name in seen and not _allows(value, seen[name])]
    return [f"{name} becomes {seen[name]}, segcheck says {said[name]}" for name in differs]


def _allows(said: object, seen: object) -> bool:
    if isinstance(said, (list, tuple)):
        return any(_allows(value, seen) for value in said)
    if isinstance(said, str) and "-" in said:
        low, high = (_number(part) for part in said.split("-", 1))
        return low <= _number(str(seen)) <= high
    return _number(str(said)) == _number(str(seen))


def _number(text: str) -> int:
    return int(text) if text.isdigit() else int(ipaddress.ip_address(text))
