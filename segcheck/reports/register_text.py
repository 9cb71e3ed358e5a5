"""What a table says of a register, for people: entries to look at, and remarks on each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from segcheck.lang.words import Words
from segcheck.model.register_draft import RegisterDraft, Standing
from segcheck.reports._masking import masked
from segcheck.reports.as_text import Page

#: Remarks on this many entries are shown one by one.
SHOWN = 200


def entries(found: RegisterDraft, words: Words, write: Callable[[Mapping[str, Any], Sequence[str]], str]) -> str:
    """Return new entries as lines of policy.yaml; those that lack something are comments that say what."""
    lines = ["register:"]
    for one in found.entries:
        if one.standing is Standing.NEW:
            lines += _indented(write(one.entry.values, one.entry.comments))
        elif one.standing is Standing.INCOMPLETE:
            whys = [ja if words.language == "ja" else en for en, ja in one.entry.missing]
            lines += [f"  # {words('table.incomplete', place=one.entry.place)}"]
            lines += [f"  #   {masked(why)}" for why in whys]
            lines += [f"  #   {line}" for line in write(one.entry.values, one.entry.comments).splitlines()]
    return "\n".join(lines) + "\n" if len(lines) > 1 else f"# {words('table.nothing_new')}\n"


def _indented(text: str) -> list[str]:
    *comments, flow = text.splitlines()
    return [*(f"  {line}" for line in comments), f"  - {flow}"]


def remarks(page: Page, found: RegisterDraft) -> None:
    """Add what is to be known of each entry: what is missing, what differs, what was taken for granted; then the counts."""
    words = page.words
    japanese = words.language == "ja"
    told = 0
    for one in found.entries:
        said = [ja if japanese else en for en, ja in (*one.entry.missing, *one.entry.told)]
        said += [
            words("table.differs", key=key, here=here or "-", there=there or "-")
            for key, here, there in one.differences
        ]
        said += [words("table.twice")] if one.standing is Standing.TWICE else []
        if not said:
            continue
        told += 1
        if told > SHOWN:
            continue
        page.line(f"{one.entry.place}: {one.entry.id or '-'}: {words(f'table.state.{one.standing.value}')}")
        for text in said:
            page.line(f"    {masked(text)}")
    for place, en, ja in found.passed_over[:SHOWN]:
        page.line(f"{place}: {ja if japanese else en}")
    if told > SHOWN:
        page.line(words("table.more", count=told - SHOWN))
    counts = {standing.value: len(found.of(standing)) for standing in Standing}
    page.line(words("table.counts", rows=len(found.entries), passed_over=len(found.passed_over), **counts))
