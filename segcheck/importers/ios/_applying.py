"""Typed commands carried out on a configuration of IOS: extended access lists, their binding, object groups.

Source: Cisco IOS Security Configuration Guide: "IP Access List Entry Sequence Numbering" (an entry without number goes to the
end, 10 behind the last; a number that is taken is refused; `resequence`), "Creating an IP Access List and Applying It to an
Interface" (one list for each interface and direction; `no access-list NUMBER` takes the whole list away).
"""

from __future__ import annotations

from segcheck.importers._cisco.applying import Typed
from segcheck.model.source import SourceText

_LIST = ("ip", "access-list", "extended")
_ACTIONS = ("permit", "deny", "remark")
_STEP = 10
_MEMBERS = ("host", "range", "group-object", "any", "tcp", "udp", "tcp-udp", "icmp", "ip")


def apply(old: SourceText, change: SourceText) -> str:
    """Return the configuration after the commands.

    Raises:
        BadInput: one of them cannot be applied exactly; nothing is.
    """
    return _Ios(old, change).run()


class _Ios(Typed):
    def __init__(self, old: SourceText, change: SourceText) -> None:
        super().__init__(old, change)
        self.removed: dict[str, int] = {}  # lists that were taken away whole, by the line that did

    def top(self, words: tuple[str, ...]) -> bool:
        if words[:3] == _LIST and len(words) == 4:
            self.opened(words)
        elif words[:3] == ("ip", "access-list", "resequence") and len(words) == 6:
            self._resequence(words[3], words[4], words[5])
        elif words[:4] == ("no", *_LIST) and len(words) == 5:
            self._drop(words[4])
        elif words[0] == "access-list" and len(words) > 3 and words[2] in _ACTIONS:
            self._numbered(words)
        elif words[:2] == ("no", "access-list"):
            self._drop_numbered(words)
        elif words[0] == "interface" and len(words) == 2:
            if self.config.find(*words) is None:
                self.commands.refuse(
                    "the configuration has no interface of that name, written like this",
                    "この書き方のインターフェースは設定にありません",
                )
            self.mode = words
        elif words[0] == "object-group" and len(words) == 3 and words[1] in ("network", "service"):
            self.opened(words)
        else:
            return False
        return True

    def inside(self, words: tuple[str, ...]) -> bool:
        body = words[1:] if words[0] == "no" else words
        if self.mode[:3] == _LIST:
            return self._entry(words)
        if self.mode[0] == "object-group" and body and (body[0] in _MEMBERS or body[0][0].isdigit()):
            self.member(self.heading(), words)
            return True
        if self.mode[0] == "interface" and body[:2] == ("ip", "access-group") and body[-1] in ("in", "out"):
            self._bind(words, body)
            return True
        return False

    def finished(self) -> None:
        for name, line in self.removed.items():
            if self.config.find(*_LIST, name) is None and not self.config.beginning("access-list", name):
                self.commands.number = line
                user = self.config.naming(name)
                if user is not None:
                    self.used(name, user)

    def _entries(self, heading: int) -> list[tuple[int, int | None, tuple[str, ...]]]:
        """Return index, number (None: not shown) and words of every entry of a list."""
        found = []
        for n in self.config.below(heading):
            words = tuple(self.config.lines[n].split())
            number = int(words[0][:10]) if words and words[0].isdecimal() else None
            found.append((n, number, words[1:] if number is not None else words))
        return found

    def _entry(self, words: tuple[str, ...]) -> bool:
        heading = self.heading()
        entries = self._entries(heading)
        shown = [number for _, number, body in entries if body[:1] != ("remark",)]
        numbered = bool(entries) and all(number is not None for number in shown)
        negative = words[0] == "no"
        body = words[1:] if negative else words
        number = int(body[0][:10]) if body and body[0].isdecimal() else None
        body = body[1:] if number is not None else body
        if body[:1] and body[0] not in _ACTIONS:
            return False
        if number is not None and not numbered and (entries or negative):
            self.commands.refuse(
                "the export does not show the numbers of this list; begin with `ip access-list resequence`",
                "エクスポートにこのリストの番号がありません。先に ip access-list resequence を書いてください",
            )
        lines = self.config.lines
        if negative:
            same = [n for n, own, said in entries if (own == number if number is not None else said == body)]
            if len(same) != 1:
                self.absent()
            if len([said for _, _, said in entries if said[:1] != ("remark",)]) == 1:
                self.commands.refuse(
                    "the last entry of the list: an empty one filters nothing",
                    "リストの最後の行です。空では何も止めません",
                )
            del lines[same[0]]
            return True
        if not body:
            return False
        if body[0] != "remark" and any(said == body for _, _, said in entries):
            self.present()
        if number is None:
            last = max((own for own in shown if own is not None), default=0)
            label = f"{last + _STEP} " if numbered and body[0] != "remark" else ""
            lines.insert(self.config.below(heading).stop, f" {label}{' '.join(body)}")
            return True
        if any(own == number for _, own, _ in entries):
            self.commands.refuse("this number is taken", "この番号は使われています")
        at = next((n for n, own, _ in entries if own is not None and own > number), self.config.below(heading).stop)
        lines.insert(at, f" {number} {' '.join(body)}")
        return True

    def _resequence(self, name: str, first: str, step: str) -> None:
        heading = self.config.find(*_LIST, name)
        if heading is None or not (first.isdecimal() and step.isdecimal() and len(first + step) < 12):
            self.absent()
            return
        entries = self._entries(heading)
        if any(body[:1] == ("remark",) for _, _, body in entries):
            self.commands.refuse(
                "whether remarks count depends on the release", "注釈が番号に数えられるかは版によって違います"
            )
        for place, (n, _, body) in enumerate(entries):
            self.config.lines[n] = f" {int(first) + place * int(step)} {' '.join(body)}"
        self.mode = ()

    def _drop(self, name: str) -> None:
        heading = self.config.find(*_LIST, name)
        if heading is None:
            self.absent()
            return
        del self.config.lines[heading : self.config.below(heading).stop]
        self.removed[name] = self.commands.number
        self.mode = ()

    def _numbered(self, words: tuple[str, ...]) -> None:
        name = words[1]
        if not name.isdecimal() or not (100 <= int(name[:6]) <= 199 or 2000 <= int(name[:6]) <= 2699):
            self.commands.unknown()  # of standard lists the device changes the order itself
        if self.config.find(*_LIST, name) is not None:
            self.commands.refuse(
                "the export has this list as a named one; change it as `ip access-list extended`",
                "エクスポートでは名前付きリストです。ip access-list extended で変更してください",
            )
        own = self.config.beginning("access-list", name)
        if words[2] != "remark" and any(tuple(self.config.lines[n].split()) == words for n in own):
            self.present()
        self.config.lines.insert(own[-1] + 1 if own else self.config.end(), " ".join(words))
        self.mode = ()

    def _drop_numbered(self, words: tuple[str, ...]) -> None:
        if len(words) != 3:
            self.commands.refuse(
                "many releases take the whole list away, whatever stands behind its number",
                "多くの版では、番号の後に何を書いてもリスト全体が消えます",
            )
        own = self.config.beginning("access-list", words[2])
        if not own:
            self.absent()
        for n in reversed(own):
            del self.config.lines[n]
        self.removed[words[2]] = self.commands.number
        self.mode = ()

    def _bind(self, words: tuple[str, ...], body: tuple[str, ...]) -> None:
        lines, heading = self.config.lines, self.heading()
        own = [
            n
            for n in self.config.below(heading)
            if (said := lines[n].split())[:2] == ["ip", "access-group"] and said[-1] == body[-1]
        ]
        if words[0] == "no":
            same = [n for n in own if len(body) == 3 or tuple(lines[n].split()) == body]
            if not same:
                self.absent()
            del lines[same[0]]
        elif len(body) != 4:
            self.commands.unknown()
        elif self.config.find(*_LIST, body[2]) is None and not self.config.beginning("access-list", body[2]):
            self.commands.refuse("there is no such list", "このリストはありません")
        elif own:
            lines[own[0]] = f" {' '.join(body)}"
        else:
            lines.insert(self.config.below(heading).stop, f" {' '.join(body)}")
