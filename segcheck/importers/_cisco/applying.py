"""A running configuration of Cisco as lines that typed commands change: blocks by their heading, what names what."""

from __future__ import annotations

from segcheck.importers._applying import Commands
from segcheck.model.source import SourceText

#: Typed around a change; they change nothing of what is compared.
_IDLE = (
    ("configure", "terminal"),
    ("conf", "t"),
    ("enable",),
    ("write",),
    ("write", "memory"),
    ("wr",),
    ("copy", "running-config", "startup-config"),
)
_TAIL = ("end", ": end")


class Config:
    """The lines of a configuration; a block is a line and the indented ones below it."""

    def __init__(self, old: SourceText) -> None:
        self.lines = [line.rstrip() for line in old.lines()]

    def find(self, *words: str) -> int | None:
        """Return the index of the first line at the top that is made of those words."""
        wanted = [*words]
        return next((n for n, line in enumerate(self.lines) if line[:1].strip() and line.split() == wanted), None)

    def below(self, heading: int) -> range:
        """Return the indices of the lines below a heading."""
        end = heading + 1
        while end < len(self.lines) and self.lines[end][:1] == " ":
            end += 1
        return range(heading + 1, end)

    def beginning(self, *words: str) -> list[int]:
        """Return the indices of the lines at the top that begin with those words."""
        size = len(words)
        return [
            n for n, line in enumerate(self.lines) if line[:1].strip() and tuple(line.split(None, size)[:size]) == words
        ]

    def end(self) -> int:
        """Return the index before which new lines go: that of what ends a configuration."""
        for n in range(len(self.lines) - 1, max(len(self.lines) - 6, -1), -1):
            if self.lines[n].strip() in _TAIL or self.lines[n].startswith("Cryptochecksum:"):
                first = n
                while first > 0 and self.lines[first - 1].startswith("Cryptochecksum:"):
                    first -= 1
                return first
        return len(self.lines)

    def naming(self, name: str, *, without: range = range(0)) -> int | None:
        """Return the index of a line that holds a name as a word, headings of that name and a range left out."""
        for n, line in enumerate(self.lines):
            words = line.split()
            own = (
                words[:1] in (["access-list"], ["object"], ["object-group"]) and name in words[1:3] and n not in without
            )
            if name in words and n not in without and not own and words[:2] != ["ip", "access-list"]:
                return n
        return None

    def text(self) -> str:
        """Return the configuration."""
        return "\n".join(self.lines) + "\n"


class Typed:
    """Commands with the mode that they are typed in; a subclass says what they do."""

    def __init__(self, old: SourceText, change: SourceText) -> None:
        self.commands = Commands(change)
        self.config = Config(old)
        self.mode: tuple[str, ...] = ()

    def run(self) -> str:
        """Carry out all commands; return the configuration."""
        for number, line in enumerate(self.commands.lines, 1):
            self.commands.number = number
            words = tuple(line.split())
            if not words or words[0].startswith("!") or words in _IDLE:
                continue
            if words in (("exit",), ("end",)):
                self.mode = ()
            elif self.top(words):
                continue
            elif not self.mode or not self.inside(words):
                self.commands.unknown()
        self.finished()
        return self.config.text()

    def top(self, words: tuple[str, ...]) -> bool:
        """Carry out a command that can be typed in every mode; return whether it is one."""
        raise NotImplementedError

    def inside(self, words: tuple[str, ...]) -> bool:
        """Carry out a command of the mode; return whether it is one."""
        raise NotImplementedError

    def finished(self) -> None:
        """Refuse what the commands leave behind."""

    def member(self, heading: int, words: tuple[str, ...]) -> None:
        """Add a line to a block, or take it away with `no` before it; both must change something."""
        lines = self.config.lines
        wanted = [*(words[1:] if words[0] == "no" else words)]
        same = [n for n in self.config.below(heading) if lines[n].split() == wanted]
        if words[0] == "no":
            if not same:
                self.absent()
            del lines[same[0]]
        elif same:
            self.present()
        else:
            lines.insert(self.config.below(heading).stop, f" {' '.join(words)}")

    def opened(self, words: tuple[str, ...]) -> None:
        """Enter a block; a new one goes before the end, objects before what names them."""
        self.mode = words
        if self.config.find(*words) is None:
            at = self.config.end()
            if words[0] in ("object", "object-group"):
                at = min((at, *self.config.beginning("access-list"), *self.config.beginning("access-group")))
            self.config.lines.insert(at, " ".join(words))

    def heading(self) -> int:
        """Return the index of the line that opened the mode."""
        found = self.config.find(*self.mode)
        assert found is not None
        return found

    def absent(self) -> None:
        """Refuse to take away what is not there.

        Raises:
            BadInput: always.
        """
        self.commands.refuse("the configuration has no such line", "設定にこの行はありません")

    def present(self) -> None:
        """Refuse to add what is there.

        Raises:
            BadInput: always.
        """
        self.commands.refuse("the configuration has this line already", "設定に既にある行です")

    def used(self, name: str, index: int) -> None:
        """Refuse to take away what a line still names.

        Raises:
            BadInput: always.
        """
        del name
        self.commands.refuse(
            f"still named in line {index + 1} of the result", f"結果の {index + 1} 行目でまだ使われています"
        )
