"""The head of the page: the verdict in one line, counts, what makes the judgement milder. Never a mark for the whole body."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

from segcheck.lang.words import Words
from segcheck.reports.renderings import _organs
from segcheck.reports.renderings._html.findings import Findings, only_seen

_JST = timezone(timedelta(hours=9))
#: The first day of Reiwa.
_REIWA = date(2019, 5, 1)
_SEVERITIES = ("critical", "high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands at the head; `state` names how it looks: violated, undecided, assumed, seen or proven.

    requirements   how many ended how, "" where each organ of the body has counts of its own
    """

    title: str
    site: str
    facts: tuple[tuple[str, str], ...]
    state: str
    verdict: str
    scope: str
    sentence: str
    requirements: str
    counters: tuple[tuple[str, str, int], ...]
    milder: tuple[str, ...]
    observed: str


def heading(words: Words, result: Mapping[str, Any], told: Findings) -> Heading:
    """Return the head of the page."""
    replayed = only_seen(result)
    found = [one for one in result["findings"] if not one["waiver"]]
    count = Counter(one["severity"] for one in found)
    counters = [(one, words(f"weight.{one}"), count[one]) for one in _SEVERITIES]
    counters.append(("open", words("html.open"), sum(one["verdict"] == "undecided" for one in found)))
    counters.append(("waived", words("html.waived"), len(result["findings"]) - len(found)))
    state, verdict = _verdict(words, result, replayed)
    return Heading(
        title=words("html.title_replay" if replayed else "html.title"),
        site=result["site"],
        facts=_facts(words, result),
        state=state,
        verdict=verdict,
        scope=words(
            "html.scope",
            judged=result["devices"]["judged"],
            own=result["devices"]["own"],
            as_of=day(words, result["as_of"]),
            assumptions=sum(bool(one["leaning"]) for one in result["assumptions"]),
        ),
        sentence=_sentence(words, found, told),
        requirements="" if _organs.several(result) else _organs.worst_counts(words, result),
        counters=tuple(counters),
        milder=_milder(words, result),
        observed=_observed(words, result) if "captures" in result else "",
    )


def _verdict(words: Words, result: Mapping[str, Any], replayed: bool) -> tuple[str, str]:
    pairs = Counter(one["verdict"] for one in result["crossings"])
    wrong = [one for one in result["findings"] if one["verdict"] == "violated" and not one["waiver"]]
    seen = sum(one["source"] == ["C"] for one in wrong)
    faults = len(wrong) - seen
    if not pairs:
        state, text = "undecided", words("html.verdict.not_judged")
    elif pairs["violated"]:
        key = "observed" if replayed else "violated"
        state, text = "violated", words(f"html.verdict.{key}", count=pairs["violated"])
    elif pairs["undecided"]:
        state, text = "undecided", words("html.verdict.undecided", count=pairs["undecided"])
    elif replayed:
        state, text = "seen", words("html.verdict.nothing_seen")
    elif pairs["proven_assuming"]:
        state, text = "assumed", words("html.verdict.assumed")
    else:
        state, text = "proven", words("html.verdict.proven")
    if seen and not replayed:
        state, text = "violated", words("html.verdict.seen", verdict=text, count=seen)
    if faults and state != "violated":
        return "violated", words("html.verdict.faults", verdict=text, count=faults)
    if result["verdict"] == "undecided" and state in ("assumed", "proven", "seen"):
        open_ = sum(one["verdict"] == "undecided" for one in result["findings"])
        return "undecided", words("html.verdict.open", verdict=text, count=open_)
    return state, text


def _sentence(words: Words, found: list[Any], told: Findings) -> str:
    """Return what a person in charge reads first: the gravest finding, or that there is none."""
    worst = next((one for one in found if one["verdict"] == "violated"), found[0] if found else None)
    if worst is None:
        return words("html.no_findings")
    named = told.by_fingerprint.get(worst["fingerprint"])
    return words("html.gravest", number=named.id if named else "", message=worst["message"][words.language])


def _observed(words: Words, result: Mapping[str, Any]) -> str:
    """Return when, where and how completely it was seen what the result tells of."""
    files, frames = result["captures"], result["frames"]
    times = sorted(one[name] for one in files for name in ("first", "last") if one[name])
    taps = dict.fromkeys(one["tap"] or words("html.no_tap") for one in files)
    dropped = [one["dropped"] for one in files]
    return words(
        "html.observed",
        first=moment(f"{times[0][:19]}+00:00") if times else "-",
        last=moment(f"{times[-1][:19]}+00:00") if times else "-",
        taps=", ".join(taps) or "-",
        read=frames["read"],
        unread=frames["truncated"] + frames["malformed"] + frames["unknown_link"],
        dropped=words("html.dropped_unknown") if None in dropped else sum(dropped),
    )


def _milder(words: Words, result: Mapping[str, Any]) -> tuple[str, ...]:
    run = result["run"]
    found = [words("check.weakened", option=option) for option in run["weakened"]]
    model = run["options"].get("as-model")
    if model:
        found.insert(0, words("html.as_model", model=model))
    return tuple(found)


def _facts(words: Words, result: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    run, chain = result["run"], result.get("chain")
    rows = [
        (words("html.fact.day"), day(words, result["day"])),
        (words("html.fact.as_of"), day(words, result["as_of"])),
        (words("html.fact.started"), moment(run["started"])),
        (words("html.fact.tool"), f"segcheck {run['version']} {run['command']}"),
    ]
    if chain:
        rows.append((words("html.fact.run"), str(chain["run"])))
    return tuple(rows)


def moment(started: str) -> str:
    """Return a time of ISO 8601 as clocks in Japan show it."""
    return f"{datetime.fromisoformat(started).astimezone(_JST):%Y-%m-%d %H:%M:%S} JST"


def day(words: Words, text: str | None) -> str:
    """Return a day as people of that language write it, in Japanese with its year of Reiwa."""
    if text is None:
        return words("check.no_date")
    found = date.fromisoformat(text)
    if words.language == "ja" and found >= _REIWA:
        return f"{text}（R{found.year - 2018}.{found.month}.{found.day}）"
    return text
