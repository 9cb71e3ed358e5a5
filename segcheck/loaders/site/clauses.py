"""`clauses/NAME.yaml` as it is written: which clauses of the body's own security policy the requirements serve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

from pydantic import Field

from segcheck.loaders import files, requirements
from segcheck.loaders.edges import Date, Strict, one_or_more
from segcheck.loaders.problems import did_you_mean
from segcheck.loaders.site.pages import Page
from segcheck.loaders.site.topology import Version
from segcheck.model.clauses import Clauses
from segcheck.model.source import SourceText

#: The folder of a site that holds them, one file for each body with a policy of its own.
FOLDER = "clauses"


class ClausesFile(Strict):
    """The clauses of a body's own security policy / 自団体のセキュリティ基本方針の条項."""

    segcheck: Literal[1] = Version
    title: str = Field(min_length=1, description="of the policy / 方針の名称")
    body: str = Field(min_length=1, description="whose policy it is / 団体・機関の名称")
    in_force: Date = Field(description="since when / 施行日")
    clauses: dict[str, str] = Field(
        {}, description="what each clause is about, by its number / 条項番号ごとの要旨 (省略可)"
    )
    requirements: dict[str, one_or_more(str)] = Field(  # type: ignore[valid-type]
        min_length=1, description="clauses that a requirement serves, by its id (MN-01, …) / 要求 ID ごとの条項番号"
    )


def pages(root: Path, instead: Mapping[str, SourceText]) -> Iterator[Page]:
    """Yield the clauses of a site in the order of their files' names, each with what is wrong with its form.

    Raises:
        UnreadableFile: a file cannot be read at all.
    """
    folder = root / FOLDER
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix.lower() in (".yaml", ".yml") and path.is_file():
            name = f"{FOLDER}/{path.name}"
            yield Page(replace(instead.get(name) or files.read_text(str(path)), path=name), ClausesFile)


def check(page: Page) -> None:
    """Note every requirement and every clause that there is none of."""
    value = page.document.value
    written = value.get("requirements") if isinstance(value, dict) else None
    for name in written if isinstance(written, dict) else ():
        if name not in requirements.ids():
            page.note(
                ("requirements", name),
                f"no requirement '{name}'",
                f"要求 '{name}' はありません",
                did_you_mean(name, requirements.ids()),
                key=True,
            )
    known = [*page.entry.clauses] if page.entry is not None else []
    for name, numbers in page.entry.requirements.items() if known else ():
        for number in numbers:
            if number not in known:
                page.note(
                    ("requirements", name),
                    f"`clauses` has no clause '{number}'",
                    f"clauses に条項 '{number}' がありません",
                    did_you_mean(number, known),
                )


def build(page: Page) -> Clauses:
    """Return the clauses; the page is free of errors."""
    one: ClausesFile = page.entry
    return Clauses(
        title=one.title,
        body=one.body,
        in_force=one.in_force,
        numbered=one.clauses,
        serves={name: tuple(numbers) for name, numbers in one.requirements.items()},
        name=Path(page.source.path).stem,
    )
