"""A running configuration as a tree of lines: a line's children are the deeper indented lines below it.

Source: Cisco IOS Configuration Fundamentals Configuration Guide, "Using the Cisco IOS Command-Line Interface": one command a
line, those of a configuration mode indented below the command that enters it; `!` begins a comment; a banner runs from a
delimiter to its next occurrence. Nothing is recursive: depth is no danger.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from segcheck.importers._cisco.lines import Line, command, put

_BANNER = re.compile(r"\s*banner\s+[a-z-]+\s+(\^C|\S)(.*)$", re.DOTALL)
#: What a terminal session writes around a configuration.
_AROUND = re.compile(
    r"Building configuration\.\.\.|Current configuration\s*: \d+ bytes|Using \d+ out of \d+ bytes.*|"
    r"\S+[#>]\s*(?:sh(?:ow?)?\s+(?:run\S*|start\S*|conf\S*).*|write term\S*|wr t\S*|exit|terminal length 0)?|"
    r"show (?:running|startup)-config.*"
)
_SIZE = re.compile(r"(?:Building configuration|Current configuration|version \d|Using \d+ out of)", re.MULTILINE)


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
        line = command(number, raw)
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
        put(line, tree.top, stack)
    commands = {line.words[0] for line in tree.top if line.indent == 0}
    tree.versioned = {"version", "hostname"} <= commands
    return tree
