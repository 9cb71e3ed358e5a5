"""A running configuration as a tree of lines: a line's children are the deeper indented lines below it.

Source: Cisco IOS Configuration Fundamentals Configuration Guide, "Using the Cisco IOS Command-Line Interface": one command a
line, those of a configuration mode indented below the command that enters it; `!` begins a comment; a banner runs from a
delimiter to its next occurrence. Nothing is recursive: depth is no danger.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_WORD = re.compile(r"\S+")
_BANNER = re.compile(r"\s*banner\s+[a-z-]+\s+(\^C|\S)(.*)$", re.DOTALL)
#: What a terminal session writes around a configuration.
_AROUND = re.compile(
    r"Building configuration\.\.\.|Current configuration\s*: \d+ bytes|Using \d+ out of \d+ bytes.*|"
    r"\S+[#>]\s*(?:sh(?:ow?)?\s+(?:run\S*|start\S*|conf\S*).*|write term\S*|wr t\S*|exit|terminal length 0)?|"
    r"show (?:running|startup)-config.*"
)
_SIZE = re.compile(r"(?:Building configuration|Current configuration|version \d|Using \d+ out of)", re.MULTILINE)


@dataclass(slots=True)
class Line:
    """One command with the commands of the mode that it enters.

    number   its physical line, from 1
    words    its words; `columns` where they begin, from 1
    block    further physical lines that belong to it (the text of a banner)
    """

    number: int
    indent: int
    words: tuple[str, ...]
    columns: tuple[int, ...]
    children: list[Line] = field(default_factory=list)
    block: tuple[int, int] | None = None

    @property
    def text(self) -> str:
        """Return the command with single spaces."""
        return " ".join(self.words)

    @property
    def last(self) -> int:
        """Return the last physical line of the command and its children."""
        return max([self.number, self.block[1] if self.block else 0, *(one.number for one in self.walk())])

    def walk(self) -> Iterator[Line]:
        """Yield the line and everything below it, in no promised order."""
        stack = [self]
        while stack:
            line = stack.pop()
            yield line
            stack.extend(line.children)


@dataclass(slots=True)
class Tree:
    """A file taken apart.

    top      commands of the global mode
    idle     blank lines, comments, and what a terminal session wrote around the configuration
    open_at  the line on which a banner begins that never ends; 0 if there is none
    ended    the last command is `end`
    whole_line   the last line has a line end
    headed   it begins as the device prints a configuration, or a part of one
    versioned   it has what only a whole one has: `version` and `hostname`
    """

    top: list[Line]
    idle: list[int]
    open_at: int = 0
    ended: bool = False
    whole_line: bool = True
    headed: bool = False
    versioned: bool = False


def parse(text: str, lines: list[str]) -> Tree:
    """Return the tree of a file; `lines` are its physical lines. Cost: linear."""
    tree = Tree([], [], whole_line=text.endswith("\n"), headed=bool(_SIZE.search(text[:4096])))
    stack: list[Line] = []
    number = 0
    while number < len(lines):
        raw = lines[number]
        number += 1
        stripped = raw.strip()
        if not stripped or stripped.startswith("!") or _AROUND.fullmatch(stripped):
            tree.idle.append(number)
            continue
        found = [(match.group(), match.start() + 1) for match in _WORD.finditer(raw)]
        line = Line(number, found[0][1] - 1, tuple(w for w, _ in found), tuple(c for _, c in found))
        tree.ended = line.words == ("end",) and line.indent == 0
        banner = _BANNER.match(raw)
        if banner and banner[1] not in banner[2]:
            first = number + 1
            while number < len(lines) and banner[1] not in lines[number]:
                number += 1
            if number == len(lines):
                tree.open_at = line.number
            else:
                number += 1
            if number >= first:
                line.block = (first, number)
        while stack and stack[-1].indent >= line.indent:
            stack.pop()
        (stack[-1].children if stack else tree.top).append(line)
        stack.append(line)
    commands = {line.words[0] for line in tree.top if line.indent == 0}
    tree.versioned = {"version", "hostname"} <= commands
    return tree
