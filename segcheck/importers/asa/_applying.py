"""Typed commands carried out on a configuration of ASA: access lists, their binding, objects and groups.

Source: Cisco ASA Series Command Reference: access-list extended ("line": entries and remarks are counted from 1; an entry
without it goes to the end), access-group (one list for each interface and direction), object, object-group.
"""

from __future__ import annotations

from segcheck.importers._cisco.applying import Typed
from segcheck.model.source import SourceText

_KINDS = ("extended", "remark")
_GROUPS = ("network", "service", "protocol", "icmp-type")
_MEMBERS = ("network-object", "service-object", "port-object", "protocol-object", "icmp-object", "group-object")
#: The most words of a heading.
_BLOCKS = {"object": 3, "object-group": 4}
_OBJECT = {"network": ("host", "subnet", "range", "fqdn"), "service": ("service",)}


def apply(old: SourceText, change: SourceText) -> str:
    """Return the configuration after the commands.

    Raises:
        BadInput: one of them cannot be applied exactly; nothing is.
    """
    return _Asa(old, change).run()


class _Asa(Typed):
    def top(self, words: tuple[str, ...]) -> bool:
        negative = words[0] == "no"
        body = words[1:] if negative else words
        if body[:1] == ("access-list",) and len(body) > 3:
            self._entry(body, negative=negative)
        elif body[:1] == ("access-group",) and len(body) == 5 and body[2] in ("in", "out") and body[3] == "interface":
            self._bound(body, negative=negative)
        elif len(body) > 2 and len(body) <= _BLOCKS.get(body[0], 0) and body[1] in (*_OBJECT, *_GROUPS):
            self._block(body, negative=negative)
        else:
            return False
        if words[0] not in ("object", "object-group"):
            self.mode = ()
        return True

    def inside(self, words: tuple[str, ...]) -> bool:
        body = words[1:] if words[0] == "no" else words
        if self.mode[0] == "object-group" and body and body[0] in _MEMBERS:
            self.member(self.heading(), words)
            return True
        if self.mode[0] == "object" and words[0] in _OBJECT.get(self.mode[1], ()):
            lines = self.config.lines
            for n in reversed(self.config.below(self.heading())):  # an object has one value: a new one replaces it
                if lines[n].split()[0] in _OBJECT[self.mode[1]]:
                    del lines[n]
            lines.insert(self.heading() + 1, f" {' '.join(words)}")
            return True
        return False

    def _entry(self, words: tuple[str, ...], *, negative: bool) -> None:
        name, rest, place = words[1], words[2:], 0
        if rest[0] == "line" and len(rest) > 3 and rest[1].isdecimal():
            place, rest = int(rest[1][:9]), rest[2:]
        if rest[0] not in _KINDS:
            self.commands.unknown()
        lines = self.config.lines
        own = self.config.beginning("access-list", name)
        written = ["access-list", name, *rest]
        same = [n for n in own if lines[n].split() == written]
        if negative:
            if not same or (place and own.index(same[0]) != place - 1) or len(same) > 1:
                self.absent()
            if len(own) == 1:
                self.commands.refuse(
                    "the last entry of the list: what stays bound then is not known",
                    "リストの最後の行です。削除後の適用状態を決められません",
                )
            del lines[same[0]]
            return
        if same and rest[0] != "remark":
            self.present()
        if place > len(own) + 1:
            self.commands.refuse(f"the list has {len(own)} lines", f"リストは {len(own)} 行です")
        if place and place <= len(own):
            at = own[place - 1]
        elif own:
            at = own[-1] + 1
        else:
            at = min((self.config.end(), *self.config.beginning("access-group")))
        lines.insert(at, " ".join(written))

    def _bound(self, words: tuple[str, ...], *, negative: bool) -> None:
        lines = self.config.lines
        own = [n for n in self.config.beginning("access-group") if tuple(lines[n].split()[2:5]) == words[2:5]]
        if negative:
            same = [n for n in own if tuple(lines[n].split()) == words]
            if not same:
                self.absent()
            del lines[same[0]]
        elif not self.config.beginning("access-list", words[1]):
            self.commands.refuse("there is no such list", "このリストはありません")
        elif own:
            lines[own[0]] = " ".join(words)
        else:
            lines.insert(self.config.end(), " ".join(words))

    def _block(self, words: tuple[str, ...], *, negative: bool) -> None:
        if not negative:
            self.opened(words)
            return
        heading = self.config.find(*words)
        if heading is None:
            self.absent()
            return
        block = range(heading, self.config.below(heading).stop)
        user = next(
            (n for n, line in enumerate(self.config.lines) if n not in block and words[2] in line.split()), None
        )
        if user is not None:
            self.used(words[2], user)
        del self.config.lines[block.start : block.stop]
        self.mode = ()
