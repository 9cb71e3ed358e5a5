"""One site file: its text, its places, and as much of it as can be used while everything wrong is collected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from segcheck.loaders import marked
from segcheck.loaders.edge_errors import problems_of
from segcheck.loaders.problems import Problem
from segcheck.model.diagnostic import Severity
from segcheck.model.source import SourceText, Span

MAX_CHARACTERS = 16 << 20


class Page:
    """A site file under inspection.

    entry      the whole file, None while anything in its form is wrong
    document   what is written, with places; given where it does not come from YAML
    problems   all that was found so far; checks of other modules add theirs
    """

    def __init__(
        self,
        source: SourceText,
        model: type[BaseModel],
        document: marked.Document | None = None,
        problems: Iterable[Problem] = (),
    ) -> None:
        self.source = source
        self.model = model
        self.entry: Any = None
        self.document = marked.Document({}, {}, {})
        self.problems: list[Problem] = [*problems]
        self._sections: dict[str, list[tuple[marked.Path, Any]]] = {}
        if document is not None:  # of a workbook: read already
            self.document = document
            self._validate()
            return
        if len(source.text) > MAX_CHARACTERS:
            message = f"longer than {MAX_CHARACTERS} characters", f"{MAX_CHARACTERS} 文字を超えています"
            self.problems.append(Problem(1, 1, *message))
            return
        if source.lossy:
            self.problems.append(
                Problem(
                    1 + source.text[: source.text.index("\ufffd")].count("\n") if "\ufffd" in source.text else 1,
                    1,
                    f"bytes that are no characters of {source.encoding}",
                    f"{source.encoding} の文字ではないバイトがあります",
                    "save the file as UTF-8",
                    "UTF-8 で保存してください",
                )
            )
        self.document, torn = marked.read(source)
        self.problems.extend(torn)
        if self.document.value is not None or not torn:
            self._validate()

    @property
    def errors(self) -> int:
        """The number of problems that make the file unusable."""
        return sum(problem.severity is Severity.ERROR for problem in self.problems)

    def note(
        self,
        path: marked.Path,
        en: str,
        ja: str,
        helps: tuple[str, str] = ("", ""),
        *,
        severity: Severity = Severity.ERROR,
        key: bool = False,
    ) -> None:
        """Add a problem at the value, or at the key, of that path."""
        mark = self.document.key(path) if key else self.document.mark(path)
        self.problems.append(Problem(mark.line, mark.column, en, ja, *helps, severity=severity))

    def span(self, path: marked.Path) -> Span:
        """Return the line at which the thing of that path begins."""
        mark = self.document.key(path)
        cell = self.source.book.cell_of(mark.line, mark.column) if self.source.book is not None else ""
        return Span(self.source.path, mark.line, mark.line, cell)

    def where(self, path: marked.Path) -> tuple[str, str]:
        """Return the place of a key inside the file, for people (English, Japanese): "line 5", or the cell of a workbook."""
        mark = self.document.key(path)
        if self.source.book is not None:
            cell = self.source.book.cell_of(mark.line, mark.column)
            return cell, cell
        return f"line {mark.line}", f"{mark.line} 行目"

    def items(self, section: str) -> list[tuple[marked.Path, Any]]:
        """Return the usable entries of a section with their paths, in the order of the file."""
        return self._sections.get(section, [])

    def ids(self, section: str) -> Iterator[tuple[marked.Path, str]]:
        """Yield every id of a section with its path, those of entries that cannot be used too."""
        value = self.document.value.get(section) if isinstance(self.document.value, dict) else None
        if isinstance(value, dict):
            yield from (((section, key), key) for key in value)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, dict) and isinstance(item.get("id"), str):
                    yield (section, index, "id"), item["id"]

    def _validate(self) -> None:
        value = self.document.value
        bad: set[tuple[str | int, ...]] = set()
        try:
            self.entry = self.model.model_validate(value)
        except ValidationError as error:
            self.problems.extend(problems_of(error, self.document, self.model))
            bad = {tuple(one["loc"][:2]) for one in error.errors()}
        if not isinstance(value, dict):
            return
        for name, info in self.model.model_fields.items():
            section = info.alias or name
            written: Any = value.get(section)
            if not isinstance(written, dict | list):
                continue
            every: list[Any] = [*written] if isinstance(written, dict) else [*range(len(written))]
            keys = [key for key in every if (section, key) not in bad]
            paths: list[marked.Path] = [(section, key) for key in keys]
            if self.entry is not None:
                found: Any = getattr(self.entry, name)
            else:
                kept = {key: written[key] for key in keys}
                annotation: Any = info.annotation
                try:
                    found = TypeAdapter(annotation).validate_python(
                        kept if isinstance(written, dict) else [*kept.values()]
                    )
                except ValidationError:  # the section itself has the wrong form, which is told already
                    continue
            if isinstance(found, BaseModel):
                self._sections[section] = [((section,), found)]
            else:
                entries = list(found.values()) if isinstance(found, dict) else found
                self._sections[section] = list(zip(paths, entries, strict=True))
