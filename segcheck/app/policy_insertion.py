"""New entries into a list of a site file, `register:` of policy.yaml for one, all that stands there kept byte for byte.

The text is only ever added to, and the outcome is read back: unless it holds exactly the old entries and then the new ones, and
nothing else differs, it is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from segcheck.errors import BadInput
from segcheck.loaders import marked
from segcheck.model.source import SourceText

SECTION = "register"


def inserted(
    path: str, text: str, entries: Sequence[str], values: Sequence[Mapping[str, Any]], *, section: str = SECTION
) -> str:
    """Return the text of a file with entries added at the end of its list `section`.

    text      with its own line ends
    entries   each in flow form on one line, `{id: …}`, with lines of comments before it
    values    what each of them means

    Raises:
        BadInput: there is no telling where to put them.
    """
    before, problems = marked.read(SourceText(path, text, "utf-8", ""))
    if problems or not isinstance(before.value, dict):
        raise _refused(path, section)
    for attempt in (_at_the_end_of_the_list, _into_brackets, _as_a_new_section):
        made = attempt(text, entries, section)
        if made is not None and _as_wanted(before.value, made, values, section):
            return made
    raise _refused(path, section)


def _as_wanted(before: dict[str, Any], made: str, values: Sequence[Mapping[str, Any]], section: str) -> bool:
    after, problems = marked.read(SourceText("", made, "utf-8", ""))
    wanted = {**before, section: [*(before.get(section) or []), *map(dict, values)]}
    return not problems and after.value == wanted


def _at_the_end_of_the_list(text: str, entries: Sequence[str], section: str) -> str | None:
    """Add to a list whose items begin with "-"."""
    found = _section(text, section)
    if found is None or found.flow or not found.last:
        return None
    end = _line_end(text)
    at = found.last
    if text[at - 1] != "\n":
        below = text.find("\n", at)
        if below < 0:
            return text + end + _block(entries, " " * found.dash, end)
        at = below + 1
    return text[:at] + _block(entries, " " * found.dash, end) + text[at:]


def _into_brackets(text: str, entries: Sequence[str], section: str) -> str | None:
    """Add to a list in brackets, before the last of them; an empty one becomes a list with dashes."""
    found = _section(text, section)
    if found is None or not found.flow:
        return None
    start, stop = found.span
    if not text[start + 1 : stop - 1].strip():
        end = _line_end(text)
        return text[:start].rstrip(" ") + end + _block(entries, "  ", end).rstrip("\r\n") + text[stop:]
    flat = ", ".join(entry.splitlines()[-1] for entry in entries)
    return f"{text[: stop - 1]}, {flat}{text[stop - 1 :]}"


def _as_a_new_section(text: str, entries: Sequence[str], section: str) -> str | None:
    """Add the section at the end of a file that has none."""
    if _section(text, section) is not None:
        return None
    end = _line_end(text)
    head = text if text.endswith("\n") or not text else text + end
    return f"{head}{end}{section}:{end}{_block(entries, '  ', end)}"


def _block(entries: Sequence[str], indent: str, end: str) -> str:
    made = []
    for entry in entries:
        *comments, flow = entry.splitlines()
        made += [f"{indent}{line}{end}" for line in comments]
        made.append(f"{indent}- {flow}{end}")
    return "".join(made)


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


@dataclass(slots=True)
class _Found:
    """Where the list stands.

    span   characters of the list; reliable for one in brackets
    last   behind the last character of its last item
    dash   column of its dashes
    """

    flow: bool
    dash: int
    span: tuple[int, int]
    last: int = 0


def _section(text: str, section: str) -> _Found | None:
    """Return the place of the list under the key `section` at the top of the document, None if there is no list."""
    import yaml

    depth, key, at_key = 0, "", True
    found: _Found | None = None
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        start, stop = _index(event.start_mark), _index(event.end_mark)
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            if depth == 1 and key == section and not at_key and isinstance(event, yaml.SequenceStartEvent):
                column = event.start_mark.column if event.start_mark is not None else 0
                found = _Found(bool(event.flow_style), column, (start, start))
            depth += 1
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            depth -= 1
            if found is not None and stop > start:  # the bracket of a collection in brackets; others end nowhere
                found.last = stop
            if found is not None and depth == 1:
                found.span = (found.span[0], stop)
                return found
            at_key = depth == 1 or at_key
        elif isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
            if found is not None:
                found.last = stop
            elif depth == 1:
                key = getattr(event, "value", "") if at_key else key
                at_key = not at_key
    return None


def _index(mark: Any) -> int:
    return mark.index if mark is not None else 0


def _refused(path: str, section: str) -> BadInput:
    return BadInput(
        f"{path}: no telling where new entries go; nothing was written. Put the shown entries below {section}: by hand",
        f"{path}: 項目を書き加える位置を決められません。何も書いていません。表示した項目を {section}: の下に手で加えてください",
    )
