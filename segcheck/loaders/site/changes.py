"""`changes.yaml` as it is written: approved changes, so that drift can be told as approved or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from segcheck.loaders import files
from segcheck.loaders.edges import Id, Moment, Services, Strict, one_or_more, service
from segcheck.loaders.site.names import Names
from segcheck.loaders.site.pages import Page
from segcheck.loaders.site.topology import Version
from segcheck.model.change import Change, Expectation
from segcheck.model.source import SourceText

NAME = "changes.yaml"
_MOST = 2000


class ExpectedEntry(Strict):
    """What a change may alter: a device, rules of it, or a communication / 変更の範囲."""

    device: str | None = Field(None, description="its export may change / 設定が変わってよい機器")
    rules: one_or_more(str) = Field([], description="only these rules of it / その機器のこの規則だけ")  # type: ignore[valid-type]
    from_: str | None = Field(None, alias="from", description="may newly cross, or no longer / 通信の送信側")
    to: str | None = Field(None, description="受信側")
    service: Services = Field([])


class ChangeEntry(Strict):
    """An approved change / 承認済の変更."""

    ticket: Id = Field(description="number of the work order / 作業票の番号")
    window: Annotated[list[Moment], Field(min_length=2, max_length=2)] = Field(description="from, to / 作業時間帯")
    expected: list[ExpectedEntry] = Field(min_length=1, description="what it may alter / 変更の範囲")
    approver: str = Field(min_length=1, description="post, not a person / 承認者 (職名)")


class ChangesFile(Strict):
    """Approved changes / 承認済の変更の一覧."""

    segcheck: Literal[1] = Version
    changes: list[ChangeEntry] = Field([], max_length=_MOST)


def page(root: Path, instead: Mapping[str, SourceText]) -> Page | None:
    """Return the file of a site with what is wrong with its form, None where there is none.

    Raises:
        UnreadableFile: it cannot be read at all.
    """
    if NAME not in instead and not (root / NAME).is_file():
        return None
    return Page(replace(instead.get(NAME) or files.read_text(str(root / NAME)), path=NAME), ChangesFile)


def check(found: Page, names: Names) -> None:
    """Note names that stand for nothing, windows that end before they begin, tickets that are used twice."""
    seen: set[str] = set()
    for path, one in found.items("changes"):
        if one.ticket in seen:
            found.note((*path, "ticket"), f"'{one.ticket}' is used twice", f"'{one.ticket}' が重複しています")
        seen.add(one.ticket)
        if one.window[1] < one.window[0]:
            found.note((*path, "window"), "ends before it begins", "終わりが始まりより前です")
        for index, expected in enumerate(one.expected):
            _expected(found, (*path, "expected", index), expected, names)


def build(found: Page, names: Names) -> tuple[Change, ...]:
    """Return the changes of a file that is free of errors."""
    return tuple(
        Change(
            ticket=one.ticket,
            begins=one.window[0],
            ends=one.window[1],
            expected=tuple(_built(expected, names) for expected in one.expected),
            approver=one.approver,
            span=found.span(path),
        )
        for path, one in found.items("changes")
    )


def _expected(found: Page, path: tuple[Any, ...], one: ExpectedEntry, names: Names) -> None:
    pair = (one.from_ is not None, one.to is not None, bool(one.service))
    if (one.device is not None) is any(pair) or (any(pair) and not all(pair)) or (one.rules and one.device is None):
        found.note(
            path,
            "neither a device nor a communication",
            "機器でも通信でもありません",
            (
                "write {device: fw}, {device: fw, rules: [...]} or {from: a, to: b, service: tcp/443}",
                "{device: fw}、{device: fw, rules: [...]}、{from: a, to: b, service: tcp/443} のどれかを書いてください",
            ),
        )
        return
    if one.device is not None:
        names.ask(found, (*path, "device"), one.device, "devices")
    if one.from_ is not None and one.to is not None:
        names.ask_end(found, (*path, "from"), one.from_)
        names.ask_end(found, (*path, "to"), one.to)


def _built(one: ExpectedEntry, names: Names) -> Expectation:
    if one.from_ is None or one.to is None:
        return Expectation(device=one.device or "", rules=tuple(one.rules))
    return Expectation(
        source=names.endpoint(one.from_),
        destination=names.endpoint(one.to),
        services=tuple(service(text) for text in one.service),
    )
