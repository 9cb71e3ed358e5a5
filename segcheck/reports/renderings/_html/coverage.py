"""What was read and what was not: lines, frames, pairs that stay undecided; inputs with their hashes; assumptions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from segcheck.lang.words import Words
from segcheck.reports.renderings._html.findings import only_seen

#: Undecided pairs and remarks that are listed.
MOST = 200
#: Entries of the register that are named in one sentence.
NAMED = 24
_UNREAD = ("approximated", "unsupported", "unrecognised")


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the parts on coverage, inputs and assumptions show.

    causes     (what is not known, pairs that it leaves undecided, what to do)
    undecided  (source, destination, causes) of pairs of places; `more_undecided` beyond those
    inputs     (input, lines that were not understood)
    """

    sentences: tuple[str, ...]
    causes: tuple[tuple[str, int, str], ...]
    undecided: tuple[tuple[str, str, str], ...]
    more_undecided: int
    inputs: tuple[tuple[Mapping[str, Any], int], ...]
    diagnostics: tuple[Mapping[str, Any], ...]
    more_diagnostics: int
    assumptions: tuple[Mapping[str, Any], ...]
    renewals: tuple[Mapping[str, Any], ...]
    captures: tuple[Mapping[str, Any], ...]
    rulings: tuple[tuple[str, Mapping[str, int]], ...]
    outcomes: tuple[tuple[str, int], ...]
    limits: tuple[str, ...]


def coverage(words: Words, result: Mapping[str, Any]) -> Coverage:
    """Return what the result tells of how far it reaches."""
    open_ = [one for one in result["crossings"] if one["verdict"] == "undecided"]
    causes = Counter(name for one in open_ for name in one["because"])
    inputs = tuple((one, sum(one["lines"][use] for use in _UNREAD)) for one in result["inputs"])
    rank = {"error": 0, "warning": 1}
    remarks = sorted(result["diagnostics"], key=lambda one: rank.get(one["severity"], 2))
    flows = result.get("flows")
    return Coverage(
        sentences=tuple(_sentences(words, result, inputs, len(open_))),
        causes=tuple((name, count, _next(words, name)) for name, count in causes.most_common()),
        undecided=tuple((one["src"], one["dst"], ", ".join(one["because"][:4])) for one in open_[:MOST]),
        more_undecided=max(0, len(open_) - MOST),
        inputs=inputs,
        diagnostics=tuple(remarks[:MOST]),
        more_diagnostics=max(0, len(remarks) - MOST),
        assumptions=tuple(result["assumptions"]),
        renewals=tuple(result.get("renewals", ())),
        captures=tuple(result.get("captures", ())),
        rulings=tuple((words(f"replay.ruling.{name}"), count) for name, count in flows["rulings"].items())
        if flows
        else (),
        outcomes=tuple((one["meaning"][words.language], one["count"]) for one in flows["outcomes"].values())
        if flows
        else (),
        limits=tuple(_limits(words, "captures" in result)),
    )


def _sentences(
    words: Words, result: Mapping[str, Any], inputs: tuple[tuple[Mapping[str, Any], int], ...], undecided: int
) -> list[str]:
    devices, layer2 = result["devices"], result["layer2"]
    unread, files = sum(count for _, count in inputs), sum(bool(count) for _, count in inputs)
    found = [words("html.covered.devices", **devices)]
    found.append(words("html.covered.unread" if unread else "html.covered.all_read", count=unread, files=files))
    if "captures" in result:
        frames = result["frames"]
        found.append(words("replay.coverage", **frames))
        untapped = sum(one["tap"] is None for one in result["captures"])
        if untapped:
            found.append(words("replay.untapped", count=untapped))
        found += _seen(words, result["flows"])
        found += [words("replay.gap", what=gap[words.language]) for gap in result["flows"]["gaps"]]
    if not only_seen(result):
        found.append(words("html.covered.pairs", pairs=len(result["crossings"]), undecided=undecided))
        found.append(words("check.layer2", **layer2))
    if result["outside"]:
        found.append(words("check.outside", names=", ".join(result["outside"])))
    return found


def _seen(words: Words, flows: Mapping[str, Any]) -> list[str]:
    """Return what was seen less surely than a count says, and which entries of the register were not seen."""
    found = [words("replay.inferred", count=flows["inferred"])] if flows["inferred"] else []
    if any(flows["contents"].values()):
        found.append(words("replay.contents", **flows["contents"]))
    if flows["unasked"]:
        found.append(words("replay.unasked", count=flows["unasked"]))
    unseen = sorted({one["entry"] for one in flows["register"] if one["observed"] in ("not-seen", "not-visible")})
    if unseen:
        more = f", … (+{len(unseen) - NAMED})" if len(unseen) > NAMED else ""
        found.append(words("html.covered.unseen", count=len(unseen), names=", ".join(unseen[:NAMED]) + more))
    return found


def _next(words: Words, cause: str) -> str:
    key = f"doubts.{cause.partition(':')[0]}.remedy"
    return words(key) if key in words else words("check.next_other")


def _limits(words: Words, replayed: bool) -> list[str]:
    skipped = "check" if replayed else "replay"
    return [words(f"html.limit.{name}") for name in words.under("html.limit") if name != skipped]
