"""Addresses fit together: prefixes of a routing domain, hosts and interfaces in their segments, next hops."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from segcheck.loaders import marked
from segcheck.loaders.site.pages import Page
from segcheck.model.diagnostic import Severity
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

#: Unicast that is not public: private (RFC 1918), shared (RFC 6598), loopback, link-local, benchmark (RFC 2544), ULA (RFC 4193).
NOT_PUBLIC = IntervalSet.of(
    *(
        addresses.parse(text).ranges[0]
        for text in (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3", "::/127", "fc00::/7", "fe80::/10", "ff00::/8"),
        )
    )
)


def check(page: Page) -> None:
    """Note everything about addresses in the topology that cannot be meant."""
    space = _Space(page)
    space.overlaps()
    if len(page.items("segments")) < sum(1 for _ in page.ids("segments")):
        return  # a segment that cannot be used would make everything in it look misplaced
    owners: dict[tuple[str, int], tuple[str, marked.Path]] = {}
    for path, host in page.items("hosts"):
        for index, text in enumerate(host.addresses):
            here = (*path, "addresses", index)
            value = addresses.parse_one(text)
            if host.segment is None:
                if value in NOT_PUBLIC or any(space.segment_of(domain, value) for domain in space.domains):
                    page.note(
                        here,
                        f"{text} is no public address, and the host names no segment",
                        f"{text} は公開アドレスではなく、セグメントの指定もありません",
                        ("add segment:", "segment: を加えてください"),
                    )
                space.own(owners, "", value, host.id, here)
            elif host.segment in space.segments:
                space.inside(here, text, value, host.segment)
                space.own(owners, space.segments[host.segment].domain, value, host.id, here)
    for path, device in page.items("devices"):
        _interfaces(page, space, owners, path, device)
    for path, device in page.items("devices"):
        _next_hops(page, space, owners, path, device)
    for path, group in page.items("groups"):
        for index, text in enumerate(group.ranges):
            if space.undeclared(addresses.parse(text)) & NOT_PUBLIC:
                page.note(
                    (*path, "ranges", index),
                    f"{text} holds addresses of no segment",
                    f"{text} にどのセグメントにも属さないアドレスがあります",
                )
    _gateways(page, space)


class _Space:
    """The prefixes of a site by routing domain."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.segments: dict[str, Any] = {str(path[1]): segment for path, segment in page.items("segments")}
        self.prefixes: dict[str, dict[tuple[int, int], tuple[str, marked.Path]]] = {}
        self._lengths: dict[str, list[int]] = {}
        self._all: IntervalSet | None = None
        for path, segment in page.items("segments"):
            domain = self.prefixes.setdefault(segment.domain, {})
            for key in ("v4", "v6"):
                for index, text in enumerate(getattr(segment, key) or ()):
                    here = (*path, key, index)
                    found = addresses.parse(text)
                    place = found.min, found.count
                    if place in domain:
                        self._overlap(here, text, domain[place])
                    else:
                        domain[place] = str(path[1]), here
        for name, domain in self.prefixes.items():
            self._lengths[name] = sorted({size for _, size in domain})

    @property
    def domains(self) -> Iterator[str]:
        """The routing domains that hold a prefix."""
        return iter(self.prefixes)

    def segment_of(self, domain: str, value: int) -> str | None:
        """Return the id of the segment whose longest prefix holds the address."""
        for size in self._lengths.get(domain, ()):
            start = 0 if addresses.family(value) == 4 else 1 << 32
            found = self.prefixes[domain].get((value - (value - start) % size, size))
            if found is not None:
                return found[0]
        return None

    def overlaps(self) -> None:
        """Note prefixes inside others of the same domain, unless the outer one is of an external segment."""
        for domain in self.prefixes.values():
            around: list[tuple[int, str, marked.Path]] = []
            for (low, size), (name, path) in sorted(domain.items(), key=lambda one: (one[0][0], -one[0][1])):
                while around and around[-1][0] < low:
                    around.pop()
                if around and self.segments[around[-1][1]].kind.value != "external":
                    self._overlap(path, str(self._written(path)), around[-1][1:])
                around.append((low + size - 1, name, path))

    def _written(self, path: marked.Path) -> object:
        return getattr(self.segments[str(path[1])], str(path[2]))[path[3]]

    def _overlap(self, path: marked.Path, text: str, other: tuple[str, marked.Path]) -> None:
        line = self.page.document.mark(other[1]).line
        self.page.note(
            path,
            f"{text} overlaps {self._written(other[1])} of segment '{other[0]}' (line {line}) in one routing domain",
            f"{text} は同じルーティングドメインのセグメント '{other[0]}' ({line} 行目) の {self._written(other[1])} と重なります",
            (
                "give one of them another domain:, or kind: external to the outer one if it lies beyond a line",
                "別のネットワークなら domain: を分けてください。回線の先なら外側を kind: external にしてください",
            ),
        )

    def inside(self, path: marked.Path, text: str, value: int, segment: str) -> None:
        """Note an address that is not of its segment."""
        declared = self.segments[segment]
        own = self.segment_of(declared.domain, value)
        if own == segment:
            return
        en, ja = (
            (f"it is of segment '{own}'", f"セグメント '{own}' のアドレスです")
            if own is not None
            else ("no segment of that routing domain has it", "このルーティングドメインのどのセグメントにもありません")
        )
        self.page.note(
            path, f"{text} is not in segment '{segment}'", f"{text} はセグメント '{segment}' の外です", (en, ja)
        )

    def own(
        self,
        owners: dict[tuple[str, int], tuple[str, marked.Path]],
        domain: str,
        value: int,
        owner: str,
        path: marked.Path,
    ) -> None:
        """Note an address that somebody else has in the same routing domain."""
        other = owners.setdefault((domain, value), (owner, path))
        if other != (owner, path) and (other[0] != owner or other[1][0] == path[0]):
            line = self.page.document.mark(other[1]).line
            self.page.note(
                path,
                f"{addresses.text(value)} belongs to '{other[0]}' already (line {line})",
                f"{addresses.text(value)} は '{other[0]}' ({line} 行目) のアドレスです",
            )

    def undeclared(self, found: IntervalSet) -> IntervalSet:
        """Return the part of a set that no segment of any domain declares."""
        if self._all is None:
            pairs = [(low, low + size - 1) for domain in self.prefixes.values() for low, size in domain]
            self._all = IntervalSet.of(*pairs)
        return found - self._all


def written(interface: Any) -> list[tuple[tuple[str | int, ...], str]]:
    """Return every address of an interface entry as text, with its path inside the entry."""
    single = [(("address",), interface.address)] if interface.address else []
    return [*single, *((("addresses", index), text) for index, text in enumerate(interface.addresses))]


def _interfaces(
    page: Page, space: _Space, owners: dict[tuple[str, int], tuple[str, marked.Path]], path: marked.Path, device: Any
) -> None:
    linked = {end for _, link in page.items("links") for end in link.ends}
    for name, interface in device.interfaces.items():
        here = (*path, "interfaces", name)
        if interface.segment is None and interface.enabled and f"{device.id}:{name}" not in linked:
            page.note(
                here,
                f"interface '{name}' of '{device.id}' is in no segment and on no link: beyond it anything may be",
                f"'{device.id}' のインターフェース '{name}' はセグメントにも回線にも属していません。その先は不明になります",
                ("add segment:, a link, or enabled: false", "segment:、回線、または enabled: false を加えてください"),
                severity=Severity.WARNING,
                key=True,
            )
        if interface.segment is not None and interface.segment not in space.segments:
            continue
        segment = space.segments.get(interface.segment or "")
        for inner, text in written(interface):
            bare, _, length = text.partition("/")
            value = addresses.parse_one(bare)
            if segment is None:
                if not length:
                    page.note(
                        (*here, *inner),
                        f"'{text}' lacks the length of its prefix, and no segment tells it",
                        f"'{text}' にプレフィックス長がなく、セグメントの指定もありません",
                    )
                continue
            space.inside((*here, *inner), text, value, interface.segment)
            space.own(owners, segment.domain, value, device.id, (*here, *inner))
            if length and space.segment_of(segment.domain, value) == interface.segment:
                found = length_in(segment, value)
                if found != int(length):
                    page.note(
                        (*here, *inner),
                        f"'{text}': the prefix of segment '{interface.segment}' has length {found}",
                        f"'{text}': セグメント '{interface.segment}' のプレフィックス長は {found} です",
                    )


def length_in(segment: Any, value: int) -> int | None:
    """Return the length of the longest prefix of a segment entry that holds the address."""
    texts = [*(segment.v4 or ()), *(segment.v6 or ())]
    return max((int(text.partition("/")[2]) for text in texts if value in addresses.parse(text)), default=None)


def _next_hops(
    page: Page, space: _Space, owners: dict[tuple[str, int], tuple[str, marked.Path]], path: marked.Path, device: Any
) -> None:
    attached = {
        space.segments[one.segment].domain: {
            other.segment
            for other in device.interfaces.values()
            if other.segment in space.segments
            and space.segments[other.segment].domain == space.segments[one.segment].domain
        }
        for one in device.interfaces.values()
        if one.segment in space.segments
    }
    for index, route in enumerate(device.routes):
        if route.via is None or (":" in route.via) != (":" in route.to):
            continue
        value = addresses.parse_one(route.via)
        here = (*path, "routes", index, "via")
        domains = [domain for domain, names in attached.items() if space.segment_of(domain, value) in names]
        if not domains:
            page.note(
                here,
                f"'{device.id}' has no interface in the segment of {route.via}",
                f"'{device.id}' には {route.via} のセグメントに属するインターフェースがありません",
            )
        elif not any((domain, value) in owners for domain in domains):
            page.note(
                here,
                f"nobody in the topology has the next hop {route.via}: what is sent there ends in zone unknown",
                f"次ホップ {route.via} を持つ機器・ホストがありません。そこへの通信の行き先は不明になります",
                ("declare the device or host that has it", "そのアドレスを持つ機器またはホストを記載してください"),
                severity=Severity.WARNING,
            )


def _gateways(page: Page, space: _Space) -> None:
    attached = {
        device.id: {interface.segment for interface in device.interfaces.values()}
        for _, device in page.items("devices")
    }
    for path, segment in page.items("segments"):
        for index, name in enumerate(segment.gateway):
            if name in attached and path[1] not in attached[name]:
                page.note(
                    (*path, "gateway", index),
                    f"device '{name}' has no interface in segment '{path[1]}'",
                    f"機器 '{name}' にセグメント '{path[1]}' のインターフェースがありません",
                )
