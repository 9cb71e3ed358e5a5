"""Channels of notifications fit together, and segcheck is no bridge between zones by them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import PurePosixPath, PureWindowsPath

from segcheck.loaders.site.names import Names
from segcheck.loaders.site.pages import Page
from segcheck.loaders.site.settings import NotifyEntry
from segcheck.sets import addresses

_NEEDED = {
    "mail": ("server", "from", "to"),
    "syslog": ("server",),
    "command": ("command",),
    "apprise": ("secret",),
}


def settings(page: Page, names: Names, permitted: Collection[tuple[str, str]]) -> None:
    """Note channels that cannot work, and a segcheck that would be a bridge; `permitted` are (from, to) of the register."""
    for path, channel in page.items("notify"):
        _form(page, path, channel)
    runs_on = page.document.value.get("runs_on") if isinstance(page.document.value, dict) else None
    places = _Places(names)
    if not isinstance(runs_on, str) or runs_on not in places.hosts:
        return
    here = places.zones(runs_on)
    if len(here) > 1:
        page.note(
            ("runs_on",),
            f"host '{runs_on}' has legs in several zones: {', '.join(sorted(here))}",
            f"ホスト '{runs_on}' は複数のゾーンにつながっています: {', '.join(sorted(here))}",
            ("segcheck must not be a bridge: run it in one zone", "segcheck は 1 つのゾーンの中で実行してください"),
        )
    own = places.called(runs_on)
    for path, channel in page.items("notify"):
        key, target, there, called = "host", channel.host, set[str](), set[str]()
        if channel.host:
            there, called = places.zones(channel.host), places.called(channel.host)
        elif channel.kind in ("mail", "syslog") and channel.transport != "unix":
            key, target = "server", channel.server
            there, called = places.of_address(channel.server)
        if there and not there <= here and not any((a, b) in permitted for a in own for b in called):
            page.note(
                (*path, key),
                f"'{target}' lies in another zone than '{runs_on}', and no register entry permits it",
                f"'{target}' は '{runs_on}' と別のゾーンにあり、台帳に許可がありません",
                (
                    f"tell a host of the zone '{', '.join(sorted(here))}', or register the communication",
                    f"ゾーン '{'、'.join(sorted(here))}' のホストに通知するか、通信を台帳に登録してください",
                ),
            )


def _form(page: Page, path: tuple[str | int, ...], channel: NotifyEntry) -> None:
    for key in _NEEDED[channel.kind]:
        if not getattr(channel, "from_" if key == "from" else key):
            page.note(path, f"{channel.kind} needs '{key}'", f"{channel.kind} には '{key}' が必要です")
    if channel.kind == "mail" and channel.user and not channel.secret:
        page.note((*path, "user"), "a user without 'secret'", "user には secret が必要です")
    if channel.kind == "mail" and channel.secret and channel.security == "none":
        page.note(
            (*path, "security"),
            "a password would be sent in the clear",
            "パスワードが平文で送られます",
            ("use starttls or tls", "starttls か tls を使ってください"),
        )
    first = channel.command[0] if channel.command else "/"
    if not (PurePosixPath(first).is_absolute() or PureWindowsPath(first).is_absolute()):
        page.note(
            (*path, "command"),
            f"'{first}' is no absolute path",
            f"'{first}' は絶対パスではありません",
        )


class _Places:
    """What is declared of hosts and where they lie; names that are told nowhere have no zone, so nothing is said of them."""

    def __init__(self, names: Names) -> None:
        topology = names.topology
        self.segments = {str(path[1]): segment for path, segment in topology.items("segments")}
        self.hosts = {host.id: host for _, host in topology.items("hosts")}
        self.devices = {device.id: device for _, device in topology.items("devices")}
        self.groups = {str(path[1]): group for path, group in topology.items("groups")}

    def zones(self, name: str) -> set[str]:
        """Return the zones that a host has legs in; "public" for one that lies outside."""
        legs = [one.segment for one in self.devices[name].interfaces.values()] if name in self.devices else []
        own = [self.hosts[name].segment] if name in self.hosts else []
        known = {one: segment.zone for one, segment in self.segments.items()}
        return {known.get(segment, "public") if segment else "public" for segment in (*own, *legs)}

    def called(self, name: str) -> set[str]:
        """Return the names by which a register entry may mean a host: itself, its segment, its groups."""
        segment = self.hosts[name].segment if name in self.hosts else None
        groups = {key for key, group in self.groups.items() if name in (group.hosts or ())}
        return {name, *groups, *([segment] if segment else [])}

    def of_address(self, text: str) -> tuple[set[str], set[str]]:
        """Return the zone that an address is declared to lie in, and what means it; nothing where it is not declared."""
        try:
            value = addresses.parse_one(text)
        except ValueError:
            return set(), set()
        for name, host in self.hosts.items():
            if any(value in addresses.parse(one) for one in host.addresses or ()):
                return self.zones(name), self.called(name)
        for name, segment in self.segments.items():
            if any(value in addresses.parse(one) for one in (*(segment.v4 or ()), *(segment.v6 or ()))):
                return {segment.zone}, {name}
        return set(), set()
