"""Every name that is written anywhere stands for something: duplicates, unknown names, things that nobody uses."""

from __future__ import annotations

from collections.abc import Iterable

from segcheck.loaders import marked
from segcheck.loaders.edges import BLANK
from segcheck.loaders.problems import did_you_mean
from segcheck.loaders.site.pages import Page
from segcheck.model.diagnostic import Severity
from segcheck.model.site import Endpoint
from segcheck.model.site_words import BUILT_IN_ZONES, EndpointKind

#: What a name in from, to, subject may stand for: these share one space of names. A host and a device may share one: the device
#: is then the host's own filter.
_ENDPOINTS = {
    "hosts": EndpointKind.HOST,
    "groups": EndpointKind.GROUP,
    "segments": EndpointKind.SEGMENT,
    "devices": EndpointKind.DEVICE,
    "gateways": EndpointKind.GATEWAY,
}
_WORDS = {
    "zones": ("zone", "ゾーン"),
    "hosts": ("host", "ホスト"),
    "groups": ("group", "グループ"),
    "segments": ("segment", "セグメント"),
    "devices": ("device", "機器"),
    "gateways": ("gateway", "ゲートウェイ"),
    "taps": ("tap", "キャプチャ地点"),
    "links": ("link", "回線"),
    "register": ("register entry", "台帳の項目"),
}
_RESERVED = frozenset(("zone", "segment"))
_ZONE = "zone:"


class Names:
    """The names of a site, and which of them are used."""

    def __init__(self, topology: Page, policy: Page) -> None:
        self.topology = topology
        self.known = {
            section: {name for _, name in topology.ids(section)} for section in _WORDS if section != "register"
        }
        self.known["register"] = {name for _, name in policy.ids("register")}
        self.known["zones"] |= set(BUILT_IN_ZONES)
        self.used: dict[str, set[str]] = {section: set() for section in _WORDS}

    def ask(self, page: Page, path: marked.Path, name: str, section: str) -> bool:
        """Return whether `name` is known in a section; one that is not is noted at its place."""
        self.used[section].add(name)
        if name in self.known[section]:
            return True
        en, ja = _WORDS[section]
        if name == BLANK:
            page.note(path, f"{en} still to be filled in", f"{ja}が未記入です", self._near("", [section]))
            return False
        page.note(path, f"no {en} '{name}'", f"{ja} '{name}' はありません", self._near(name, [section]))
        return False

    def ask_all(self, page: Page, path: marked.Path, names: Iterable[str], section: str) -> None:
        """Note every name of a list that a section does not know."""
        for index, name in enumerate(names):
            self.ask(page, (*path, index), name, section)

    def ask_end(self, page: Page, path: marked.Path, name: str) -> None:
        """Note the name of an end of a communication that stands for nothing."""
        if name.startswith(_ZONE):
            self.ask(page, path, name.removeprefix(_ZONE), "zones")
            return
        sections = [section for section in _ENDPOINTS if name in self.known[section]]
        for section in sections:
            self.used[section].add(name)
        if not sections:
            page.note(
                path,
                f"no host, group, segment, device or gateway '{name}'",
                f"ホスト・グループ・セグメント・機器・ゲートウェイに '{name}' はありません",
                (f"a zone is written {_ZONE}{name}", f"ゾーンは {_ZONE}{name} と書きます")
                if name in self.known["zones"]
                else self._near(name, list(_ENDPOINTS)),
            )

    def _near(self, name: str, sections: list[str]) -> tuple[str, str]:
        known = sorted(set().union(*(self.known[section] for section in sections)))
        if known:
            return did_you_mean(name, known)
        return f"{sections[0]}: is empty", f"{sections[0]}: が空です"

    def endpoint(self, name: str) -> Endpoint:
        """Return what the name of an end stands for; a host before the device that is its filter."""
        if name.startswith(_ZONE):
            return Endpoint(EndpointKind.ZONE, name.removeprefix(_ZONE))
        return Endpoint(next(kind for section, kind in _ENDPOINTS.items() if name in self.known[section]), name)

    def duplicates(self) -> None:
        """Note every id that is given twice where names must differ."""
        seen: dict[str, tuple[str, marked.Path]] = {}
        for section in _ENDPOINTS:
            for path, name in self.topology.ids(section):
                other = seen.get(name)
                if other is not None and {other[0], section} != {"hosts", "devices"}:
                    self._twice(self.topology, path, name, other[1])
                seen.setdefault(name, (section, path))
        devices: dict[str, marked.Path] = {}
        for path, name in self.topology.ids("devices"):
            if name in devices and seen[name][0] != "devices":
                self._twice(self.topology, path, name, devices[name])
            devices.setdefault(name, path)
        for path, name in self.topology.ids("devices"):
            if name in _RESERVED:
                self.topology.note(
                    path, f"'{name}' is reserved for the ends of links", f"'{name}' は回線の端の書き方に使う語です"
                )
        for path, name in self.topology.ids("zones"):
            if name in BUILT_IN_ZONES:
                self.topology.note(
                    path,
                    f"zone '{name}' is built in",
                    f"ゾーン '{name}' は組込みです",
                    ("give it another id; its tier may stay", "別の ID にしてください。tier はそのままで構いません"),
                    key=True,
                )
        self.unique(self.topology, "links")
        self.unique(self.topology, "taps")
        self.unique(self.topology, "attestations", "assumptions")

    def unique(self, page: Page, *sections: str) -> None:
        """Note every id that is given twice within these sections."""
        seen: dict[str, marked.Path] = {}
        for section in sections:
            for path, name in page.ids(section):
                if name in seen:
                    self._twice(page, path, name, seen[name])
                seen.setdefault(name, path)

    def _twice(self, page: Page, path: marked.Path, name: str, first: marked.Path) -> None:
        first, path = sorted((first, path), key=lambda one: page.document.key(one).line)
        en, ja = page.where(first)
        page.note(
            path,
            f"'{name}' is the id of something else already ({en})",
            f"ID '{name}' は {ja}で使われています",
            key=len(path) == 2,
        )

    def unused(self) -> None:
        """Note zones without segments or links and groups that nothing names."""
        for section in ("zones", "groups"):
            en, ja = _WORDS[section]
            for path, name in self.topology.ids(section):
                if name not in self.used[section]:
                    self.topology.note(
                        path,
                        f"{en} '{name}' is used by nothing",
                        f"{ja} '{name}' はどこからも使われていません",
                        severity=Severity.NOTE,
                        key=True,
                    )
