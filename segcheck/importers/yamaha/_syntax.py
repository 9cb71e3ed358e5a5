"""A configuration as a list of commands, each with the PP or tunnel that was selected when it was written.

Source: Yamaha Router Command Reference, chapters 1 and 2 (one command a line, `#` begins a comment) and the
descriptions of `pp select` and `tunnel select`: the selection holds until the next one; indentation is for the eye. A
saved session has prompts, the device's greeting, and `---more---` or `---つづく---` in front of a line that follows a
full page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_WORD = re.compile(r'"[^"]*"|\S+')
#: What stands before the first line of the next page; backspaces, returns and blanks wipe it from the screen.
_PAGE = re.compile(r"[\x08\r ]*---\s*(?:つづく|more)\s*---[\x08\r ]*", re.IGNORECASE)
_PROMPT = re.compile(
    r"[A-Za-z0-9_.\-\[\]]*[#>]\s*(?:show (?:config|environment|status boot).*|administrator|exit|quit|save)?"
)
#: What a device says of itself around a configuration.
_GREETING = re.compile(
    r"Password:.*|Username:.*|RTX\S+ Rev\..*|RTX\S+ BootROM.*|Copyright \(c\).*Yamaha.*|"
    r"To display the software copyright statement.*|(?:[0-9a-f]{2}:){5}[0-9a-f]{2}(?:, (?:[0-9a-f]{2}:){5}[0-9a-f]{2})*|"
    r"Memory \d+Mbytes.*"
)
#: A file inside the configuration: a script matters where a command runs it.
_EMBEDDED = re.compile(r"embedded file \S+ <<(\S+)")
_MODEL = re.compile(r"#\s*([A-Z]+\d\w*) (Rev\.\d\S*)")


@dataclass(frozen=True, slots=True)
class Line:
    """One command.

    number    its physical line, from 1
    words     its words; `columns` where they begin, from 1
    context   the selected interface: `pp1`, `pp-anonymous`, `tunnel1`, "" for none, "?" when the selection was not understood
    """

    number: int
    words: tuple[str, ...]
    columns: tuple[int, ...]
    context: str = ""

    @property
    def text(self) -> str:
        """Return the command with single spaces."""
        return " ".join(self.words)


@dataclass(slots=True)
class Script:
    """A file taken apart.

    idle        blank lines, comments, and what a terminal session wrote around the configuration
    whole_line  the last line has a line end
    headed      the comments that the device writes above a configuration are there
    prompted    a prompt stands behind the last command
    open_at     the line on which an embedded file begins that never ends; 0 if there is none
    version     model and revision, as the comments above name them
    """

    commands: list[Line] = field(default_factory=list)
    idle: list[int] = field(default_factory=list)
    whole_line: bool = True
    headed: bool = False
    prompted: bool = False
    open_at: int = 0
    version: str = ""


def parse(text: str, lines: list[str]) -> Script:
    """Return the commands of a file; `lines` are its physical lines. Cost: linear."""
    script = Script(whole_line=text.endswith("\n"))
    context, mark = "", ""
    for number, raw in enumerate(lines, 1):
        if mark:
            script.idle.append(number)
            if raw.strip() == mark:
                mark, script.open_at = "", 0
            continue
        page = _PAGE.match(raw)
        start = page.end() if page else 0
        stripped = raw[start:].strip()
        if stripped.startswith("#") or not stripped:
            model = _MODEL.match(stripped)
            if model and not script.version:
                script.version = f"{model[1]} {model[2]}"
                script.headed = True
            script.idle.append(number)
            script.prompted = script.prompted and not stripped
            continue
        if _PROMPT.fullmatch(stripped) or _GREETING.fullmatch(stripped):
            script.idle.append(number)
            script.prompted = bool(_PROMPT.fullmatch(stripped)) and stripped[-1] in "#>"
            continue
        script.prompted = False
        embedded = _EMBEDDED.fullmatch(stripped)
        if embedded:
            mark, script.open_at = embedded[1], number
            script.idle.append(number)
            continue
        found = [(match.group(), match.start() + 1) for match in _WORD.finditer(raw, start)]
        words = tuple(word for word, _ in found)
        if words[:2] in (("pp", "select"), ("tunnel", "select")):
            context = _selected(words)
        script.commands.append(Line(number, words, tuple(column for _, column in found), context))
    script.prompted = script.prompted and script.headed
    return script


def _selected(words: tuple[str, ...]) -> str:
    if len(words) != 3:
        return "?"
    if words[2] == "none":
        return ""
    if words[2].isascii() and words[2].isdecimal():
        return f"{words[0]}{int(words[2])}"
    return "pp-anonymous" if words[::2] == ("pp", "anonymous") else "?"
