"""What notifications say of one thing: a line that names no host, device or address, and lines that do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from segcheck.lang.columns import printable
from segcheck.lang.words import load
from segcheck.loaders.packet_table import PROTOCOLS
from segcheck.model.notice import Said
from segcheck.reports._days import SHORT

Document = Mapping[str, Any]
_LANGUAGES = ("ja", "en")
_PROTOCOL = {str(number): name for name, number in PROTOCOLS.items()}
#: Boxes and lines that are told of one thing.
_MOST = 6


def said(key: str, **fields: object) -> Said:
    """Return a sentence of the catalogues, in one line."""
    ja, en = (printable(load(language)(f"notice.{key}", **fields)).replace("\n", " ") for language in _LANGUAGES)
    return ja, en


def finding(one: Document, checks: Mapping[str, Document]) -> tuple[Said, tuple[Said, ...]]:
    """Return the line of a finding, and what else can be told of it."""
    known = checks.get(one["check"])
    titles = (known["title"]["ja"], known["title"]["en"]) if known else (one["check"],) * 2
    zones = _zones(one["src_zone"], one["dst_zone"])
    lines = [
        printable(
            load(language)(
                "notice.finding",
                weight=load(language)(f"weight.{one['severity']}"),
                title=title,
                zones=zones,
                check=one["check"],
                mark=one["fingerprint"],
            )
        )
        for language, title in zip(_LANGUAGES, titles, strict=True)
    ]
    full = [_both(one["message"]["ja"], one["message"]["en"])]
    full += [_both(text) for text in _boxes(one["packets"])]
    full += [_both(_line(each)) for each in one["evidence"] if each["kind"] == "config"][:_MOST]
    return (lines[0], lines[1]), tuple(full)


def opened(one: Document, run: int) -> tuple[Said, tuple[Said, ...]]:
    """Return what newly crosses between two places, surely or possibly."""
    sure = bool(one["opened"]["total"])
    name = "opened" if sure else "possibly_opened" if one["possibly_opened"]["total"] else "unknown"
    boxes = one[name] if name != "unknown" else None
    services = dict.fromkeys(_service(box) for box in (boxes or {"boxes": ()})["boxes"] if box["class"] == "opening")
    told = " ".join([*services][:_MOST])
    full = [_both(f"{one['src']} -> {one['dst']}"), *(_both(text) for text in _boxes(boxes))]
    full += [_both(_line(line)) for line in one["lines"][:_MOST]]
    return said(name, zones=_zones(one["src_zone"], one["dst_zone"]), services=told, run=run), tuple(full)


def titled(language: str, site: str, run: int, chain: str, counts: Mapping[str, int]) -> str:
    """Return the first line of a message."""
    words = load(language)
    counted = ", ".join(f"{words(f'notice.event.{event}')} {count}" for event, count in counts.items())
    return printable(
        words("notice.title", site=site, run=run, hash=chain[:SHORT], counts=counted or words("notice.nothing"))
    )


def trailer(language: str, day: str, verdict: str, run: int, chain: str) -> tuple[str, ...]:
    """Return the lines that end a message: what it is of, and the head of the history."""
    words = load(language)
    key = f"standing.{verdict}"
    shown = words(key) if key in words else words("notice.no_verdict")
    return (
        words("notice.verdict", day=day, verdict=shown),
        words("notice.chain", run=run, hash=chain),
        words("notice.once"),
    )


def _zones(src: str | None, dst: str | None) -> str:
    return f"{src or '-'} -> {dst or '-'}" if src or dst else "-"


def _boxes(found: Document | None) -> Iterable[str]:
    boxes: Sequence[Document] = found["boxes"] if found else ()
    for box in boxes[:_MOST]:
        yield f"{','.join(box['src'])} -> {','.join(box['dst'])}  {_service(box)}"
    if found and found["total"] > _MOST:
        yield f"... {found['total'] - _MOST}"


def _service(box: Document) -> str:
    protocols = ",".join(_PROTOCOL.get(str(one), str(one)) for one in box["proto"])
    ports = ",".join(map(str, box.get("dport") or ()))
    return f"{protocols}/{ports}" if ports and protocols in ("tcp", "udp", "sctp") else protocols


def _line(one: Document) -> str:
    return f"{one['path']}:{one['first_line']}  {one['text']}"


def _both(ja: str, en: str | None = None) -> Said:
    return printable(ja).replace("\n", " "), printable(en if en is not None else ja).replace("\n", " ")
