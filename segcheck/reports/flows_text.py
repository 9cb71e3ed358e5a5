"""Conversations for people: the heaviest ones, and how much of the captures was understood."""

from __future__ import annotations

import numpy as np

from segcheck.captures.reading import Read
from segcheck.captures.telling import told
from segcheck.model.flow import Flow, Frames, Initiator, State
from segcheck.reports._flows import proto_name
from segcheck.reports.as_text import Page

#: Conversations that are shown.
SHOWN = 20
_STYLE = {State.ATTEMPTED: "yellow", State.REFUSED: "yellow", State.MIDSTREAM: "cyan"}
_WITH_PORTS = frozenset({6, 17, 33, 132, 136})


def flows(page: Page, found: Read) -> None:
    """Add the heaviest conversations, the coverage line, and what was wrong with the files."""
    words = page.words
    count = sum(map(len, found.flows.values()))
    page.line((words("flows.title", count=count, files=len(found.files)), "bold"))
    shown = _heaviest(found)
    if shown:
        names = ("bytes", "packets", "src", "dst", "service", "vlan", "state")
        page.table(
            [words(f"flows.columns.{name}") for name in names],
            [
                (
                    str(one.bytes_out + one.bytes_in),
                    str(one.packets_out + one.packets_in),
                    one.src,
                    one.dst,
                    _service(one),
                    "/".join(map(str, one.vlans)) or "-",
                    (_went(page, one), _STYLE.get(one.state, "")),
                )
                for one in shown
            ],
            right=frozenset({0, 1}),
        )
    if count > len(shown):
        page.prose(words("flows.further", count=count - len(shown)))
    page.line()
    times = [time for file in found.files for time in (file.first, file.last) if time is not None]
    if times:
        first, last = (_in_japan(time) for time in (min(times), max(times)))
        page.prose(words("flows.span", first=first, last=last), indent=0)
    coverage(page, found)


def _in_japan(time: int) -> str:
    """Return a time (ns since 1970) as people in Japan read it, to the second."""
    return str(np.datetime64(time // 10**9 + 9 * 3600, "s")).replace("T", " ")


def coverage(page: Page, found: Read) -> None:
    """Add how every frame ended, and what was wrong with the files."""
    words = page.words
    account = found.frames
    names = {name: getattr(account, name) for name in Frames.__slots__}
    page.prose(words("flows.coverage", read=account.read, **names), indent=0)
    for file in found.files:
        for offset, en, ja in file.damage:
            text = ja if words.language == "ja" else en
            page.prose(words("flows.damage", path=file.path, offset=offset, text=text), indent=0)
        if file.dropped:
            page.prose(words("flows.dropped", path=file.path, count=file.dropped), indent=0)
    if found.passed_over:
        names_of = ", ".join(found.passed_over[:4]) + (", ..." if len(found.passed_over) > 4 else "")
        page.prose(words("flows.passed_over", count=len(found.passed_over), names=names_of), indent=0)


def _heaviest(found: Read) -> list[Flow]:
    """Return the conversations with most bytes, heaviest first; of equal ones the first by key."""
    chosen: list[Flow] = []
    for tap in sorted(found.flows):
        table = found.flows[tap]
        weight = table["bytes_ab"] + table["bytes_ba"]
        top = np.argsort(np.uint64(0xFFFF_FFFF_FFFF_FFFF) - weight, kind="stable")[:SHOWN]
        chosen += told(table[top])
    return sorted(chosen, key=lambda one: -(one.bytes_out + one.bytes_in))[:SHOWN]


def _service(one: Flow) -> str:
    name = proto_name(one.proto)
    if one.fragment:
        return f"{name} fragment"
    if one.proto in _WITH_PORTS:
        return f"{name}/{one.dport}"
    return f"{name} {one.sport}/{one.dport}" if name.startswith("icmp") else name


def _went(page: Page, one: Flow) -> str:
    told_state = page.words(f"flows.state.{one.state.value}")
    if one.initiator is Initiator.SYN:
        return told_state
    key = "flows.inferred" if one.initiator is Initiator.INFERRED else "flows.answer"
    return f"{told_state} ({page.words(key)})"
