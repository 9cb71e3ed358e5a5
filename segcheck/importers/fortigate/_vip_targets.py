"""What a virtual IP translates to: one address for another, forwarded ports, or a pool of real servers."""

from __future__ import annotations

from dataclasses import replace

from segcheck.importers.fortigate._tree import Node
from segcheck.importers.fortigate._values import FAMILY, number, ports, ranges
from segcheck.model.rules import Translation
from segcheck.sets.intervals import IntervalSet

#: Types whose new address is not in the export.
_ELSEWHERE = frozenset({"dns-translation", "fqdn", "access-proxy"})


class TargetReader:
    """Reads the translation of one VIP."""

    def __init__(self, entry: Node, family: int) -> None:
        self._entry = entry
        self._family = family
        self.forwards = bool(entry.on("portforward"))

    def translation(self, kind: str, external: IntervalSet) -> Translation | None:
        """Return the translation; None when the new address is not in the export.

        Raises:
            ValueError: it is not written as the manual says.
        """
        if kind == "static-nat":
            return self._static(external)
        if kind == "load-balance":
            return self._with_ports(Translation("dst", addresses=self._mapped()))
        if kind == "server-load-balance":
            return self._pool()
        if kind not in _ELSEWHERE:
            raise ValueError(kind)
        self._entry.words("mapped-addr")
        return None

    def _static(self, external: IntervalSet) -> Translation:
        mapped = self._mapped()
        if external and len(external.ranges) == 1 and len(mapped.ranges) == 1:
            if external.count != mapped.count and not mapped.count == 1:
                raise ValueError("external and mapped ranges differ in size")
            if mapped.count == external.count:
                return self._with_ports(Translation("dst", addresses=mapped, shift=mapped.min - external.min))
        return self._with_ports(Translation("dst", addresses=mapped))

    def _mapped(self) -> IntervalSet:
        words = self._entry.names("mappedip")
        found = IntervalSet.of(*(pair for text in words for pair in ranges(text).ranges))
        if not found or not found <= FAMILY[self._family]:
            raise ValueError("mappedip")
        return found

    def _with_ports(self, translation: Translation) -> Translation:
        if not self.forwards or self._entry.one("protocol", "tcp") == "icmp":
            return translation
        outside = ports(self._entry.one("extport"))
        inside = ports(self._entry.one("mappedport") or self._entry.one("extport"))
        if self._entry.one("portmapping-type", "1-to-1") == "1-to-1" and inside.count == outside.count:
            return replace(translation, ports=inside, port_shift=inside.min - outside.min)
        return replace(translation, ports=inside)

    def _pool(self) -> Translation | None:
        addresses: list[tuple[int, int]] = []
        to_ports: list[int] = []
        for server in self._entry.table("realservers").entries.values():
            status, kind = server.one("status", "active"), server.one("type", "ip")
            text, port = server.one("ip"), number(server.one("port", "0"), 0, 65535)
            server.words("address")
            if status == "disable":
                continue
            if kind != "ip" or not text:
                return None
            addresses.extend(ranges(text).ranges)
            to_ports.append(port)
        if not addresses:
            raise ValueError("no real server")
        if 0 in to_ports:
            return Translation("dst", addresses=IntervalSet.of(*addresses))
        return Translation("dst", addresses=IntervalSet.of(*addresses), ports=IntervalSet.of(*to_ports))
