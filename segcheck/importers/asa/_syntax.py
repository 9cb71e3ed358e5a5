"""A running configuration of ASA as a tree of lines.

Source: Cisco ASA Series General Operations CLI Configuration Guide, "Using the Command-Line Interface" (`<--- More --->` of a
paged terminal, prompts with unit and context); `show running-config` begins with `: Saved` and the version and ends with a
checksum and `: end`. Lines that begin with `!` or `:` are comments; a banner has one line a command.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from segcheck.importers._cisco.lines import Line, command, put

_PAGING = re.compile(r"^\s*<--- More --->[\s\x08]*")
#: What a terminal session writes around a configuration.
_AROUND = re.compile(
    r"(?:[\w./-]+(?:\([\w-]*\))?[#>]|>)\s*(?:sh(?:ow?)?\s+(?:run\S*|start\S*|conf\S*).*|write term\S*|wr t\S*|exit|en\S*|"
    r"term(?:inal)? pager 0|more system:running-config)?|show (?:running|startup)-config.*|more system:running-config"
)
VERSION = re.compile(r"(ASA|PIX|FWSM|NGFW) Version (\d+)\.(\d+)\S*(?: <[\w-]+>)?(?: <context>)?")


@dataclass(slots=True)
class Tree:
    """A file taken apart.

    top      commands of the global mode
    idle     blank lines, comments, and what a terminal session wrote around the configuration
    ended    the last things are a checksum and `: end`, or `: end`
    headed   it begins as the device prints a whole configuration
    whole_line   the last line has a line end
    """

    top: list[Line]
    idle: list[int]
    ended: bool = False
    headed: bool = False
    whole_line: bool = True


def parse(text: str, lines: list[str]) -> Tree:
    """Return the tree of a file; `lines` are its physical lines. Cost: linear."""
    tree = Tree([], [], whole_line=text.endswith("\n"))
    stack: list[Line] = []
    for number, raw in enumerate(lines, 1):
        raw = _PAGING.sub("", raw)
        stripped = raw.strip()
        if stripped == ": end":
            tree.ended = True
        if stripped in (": Saved", ":Saved") or VERSION.fullmatch(stripped):
            tree.headed = True
        if not stripped or stripped[0] in "!:" or _AROUND.fullmatch(stripped):
            tree.idle.append(number)
            continue
        line = command(number, raw)
        tree.ended = False
        put(line, tree.top, stack)
    return tree
