"""Why something is not known, and what to do about it, in the words of both languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from segcheck.analysis.network import Doubt
from segcheck.checks._base import Context
from segcheck.lang.words import load
from segcheck.model.check import Said
from segcheck.model.finding import ConfigEvidence


def reasons(doubts: Iterable[Doubt]) -> Said:
    """Return why something is not known."""
    return _joined((f"doubts.{one.kind.value}.message", one.subject, "") for one in doubts)


def remedies(doubts: Iterable[Doubt]) -> Said:
    """Return what to do so that it becomes known."""
    return _joined((f"doubts.{one.kind.value}.remedy", one.subject, f"{one.subject}: ") for one in doubts)


def _joined(found: Iterable[tuple[str, str, str]]) -> Said:
    each = tuple(dict.fromkeys(found))
    japanese, english = (
        [f"{before}{load(language)(key, subject=subject)}" for key, subject, before in each]
        for language in ("ja", "en")
    )
    return "。".join(japanese), "; ".join(english)


def doubted(context: Context, doubts: Iterable[Doubt]) -> Iterator[ConfigEvidence]:
    """Yield the lines of the topology or of an export that doubts are about, each once."""
    told = {one.id: one for bound in context.bindings for one in bound.diagnostics}
    told |= {one.id: one for b in context.bindings if b.reading is not None for one in b.reading.diagnostics}
    seen = set()
    for doubt in doubts:
        spans = [found.span for name in doubt.because if (found := told.get(name)) is not None]
        device = context.site.devices.get(doubt.subject)
        for span in (*spans, *((device.span,) if device is not None and not any(spans) else ())):
            if span is not None and span not in seen:
                seen.add(span)
                yield ConfigEvidence(span, doubt.subject)
