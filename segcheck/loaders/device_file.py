"""A device file: one entry of `devices:`, as addressing and routes for an export that has none.

    id: fw-core
    interfaces:
      lan0: {address: 10.20.0.1/24}
      wan0: {addresses: [203.0.113.2/30, "2001:db8::2/64"], enabled: true}
    routes:
      - {to: 0.0.0.0/0, via: 203.0.113.1}
      - {to: 10.99.0.0/16, blackhole: true}
    routes_complete: true

either bare or as the only entry of `devices:`. Keys that only a whole site uses (segment, exports, members, responsibility) are
accepted, so that an entry can be copied as it is; they say nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from segcheck.loaders import marked
from segcheck.loaders.device_entry import DeviceEntry, DeviceFileEntry, RouteEntry
from segcheck.loaders.edge_errors import problems_of
from segcheck.loaders.edges import LENGTHS_NEEDED
from segcheck.loaders.problems import Problem, did_you_mean, refuse
from segcheck.model.device import Interface, InterfaceAddress, Route, RouteKind
from segcheck.model.source import SourceText, Span
from segcheck.sets import addresses

MAX_BYTES = 4 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFile:
    """What a device file says.

    routes            as written, without the directly attached networks
    connected         one route per address of an enabled interface: its directly attached network
    routes_complete   the routes written are the whole table; otherwise others may exist
    """

    id: str
    interfaces: tuple[Interface, ...]
    routes: tuple[Route, ...]
    connected: tuple[Route, ...]
    routes_complete: bool


def load(source: SourceText) -> DeviceFile:
    """Return what the device file says.

    Raises:
        BadInput: anything is wrong with it; every problem at once, each with file:line:column.
    """
    lines = source.lines()
    if len(source.text) > MAX_BYTES:
        raise refuse(
            source.path,
            [],
            [Problem(1, 1, f"longer than {MAX_BYTES} characters", f"{MAX_BYTES} 文字を超えています")],
        )
    document = marked.load(source)
    entry, inside = _entry(source, document)
    try:
        device = DeviceFileEntry.model_validate(entry, context=LENGTHS_NEEDED)
    except ValidationError as error:
        raise refuse(source.path, lines, problems_of(error, document, DeviceFileEntry, inside)) from None
    problems = [*route_problems(device, document, inside)]
    if problems:
        raise refuse(source.path, lines, problems)
    return _built(device, document, inside, source.path)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of one device entry, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **DeviceFileEntry.model_json_schema(),
        "title": "segcheck device file",
    }


def _entry(source: SourceText, document: marked.Document) -> tuple[Any, marked.Path]:
    """Return the device's own mapping and its path in the document."""
    value = document.value
    if not isinstance(value, dict):
        raise refuse(
            source.path,
            source.lines(),
            [
                Problem(
                    1,
                    1,
                    "a device file is a mapping",
                    "機器ファイルはキーと値の並びで書きます",
                    "begin with interfaces:",
                    "interfaces: から書き始めてください",
                )
            ],
        )
    if "devices" not in value:
        return value, ()
    problems = [
        Problem(*_at(document.key((key,))), f"unknown key '{key}' beside devices", f"devices と並ぶ未知のキー '{key}'")
        for key in value
        if key not in ("devices", "segcheck")
    ]
    devices = value["devices"]
    if not isinstance(devices, list) or len(devices) != 1:
        count = len(devices) if isinstance(devices, list) else 0
        problems.append(
            Problem(
                *_at(document.key(("devices",))),
                f"devices has {count} entries where one is needed",
                f"devices の項目が {count} 個あります。1 個必要です",
                "keep the entry of the device whose export is judged",
                "判定するエクスポートの機器だけを残してください",
            )
        )
    if problems:
        raise refuse(source.path, source.lines(), problems)
    return devices[0], ("devices", 0)


def _at(mark: marked.Mark) -> tuple[int, int]:
    return mark.line, mark.column


def route_problems(device: DeviceEntry, document: marked.Document, inside: marked.Path) -> Iterator[Problem]:
    """Yield what is wrong with the routes of an entry in itself; `inside` is its place in the document."""
    for index, route in enumerate(device.routes):
        here = (*inside, "routes", index)
        if route.interface is not None and route.interface not in device.interfaces:
            mark = document.mark((*here, "interface"))
            yield Problem(
                mark.line,
                mark.column,
                f"interface '{route.interface}' is not among interfaces",
                f"インターフェース '{route.interface}' は interfaces にありません",
                *did_you_mean(route.interface, [*device.interfaces]),
            )
        if route.via is None and route.interface is None and not route.blackhole:
            mark = document.mark(here)
            yield Problem(
                mark.line,
                mark.column,
                "a route needs one of via, interface, blackhole",
                "経路には via、interface、blackhole のいずれかが必要です",
            )
        if route.via is not None and (":" in route.via) != (":" in route.to):
            mark = document.mark((*here, "via"))
            yield Problem(
                mark.line,
                mark.column,
                f"'{route.via}' is of the other IP version than '{route.to}'",
                f"'{route.via}' は '{route.to}' と IP のバージョンが異なります",
            )


def _built(device: DeviceEntry, document: marked.Document, inside: marked.Path, path: str) -> DeviceFile:
    def span(*keys: str | int) -> Span:
        line = document.key((*inside, *keys)).line
        return Span(path, line, line)

    interfaces = tuple(
        Interface(
            name=name,
            addresses=tuple(
                _parsed_address(text) for text in ([entry.address] if entry.address else []) + entry.addresses
            ),
            domain=entry.vrf or entry.domain or "default",
            enabled=entry.enabled,
            span=span("interfaces", name),
        )
        for name, entry in device.interfaces.items()
    )
    routes = tuple(route(entry, span("routes", index)) for index, entry in enumerate(device.routes))
    return DeviceFile(
        id=device.id,
        interfaces=interfaces,
        routes=routes,
        connected=tuple(_connected(interfaces)),
        routes_complete=device.routes_complete,
    )


def route(entry: RouteEntry, span: Span) -> Route:
    """Return a route as written."""
    return Route(
        to=addresses.parse(entry.to),
        interface=entry.interface,
        gateway=addresses.parse_one(entry.via) if entry.via else None,
        kind=RouteKind.DISCARD if entry.blackhole else RouteKind.UNICAST,
        distance=entry.distance,
        metric=entry.metric,
        domain=entry.vrf or entry.domain or "default",
        span=span,
    )


def _parsed_address(text: str) -> InterfaceAddress:
    address, _, length = text.partition("/")
    return InterfaceAddress(addresses.parse_one(address), int(length))


def _connected(interfaces: tuple[Interface, ...]) -> Iterator[Route]:
    for interface in interfaces:
        if interface.enabled is False:
            continue
        for address in interface.addresses:
            yield Route(
                to=addresses.prefix(address.address, address.length),
                interface=interface.name,
                distance=0,
                domain=interface.domain,
                span=interface.span,
            )
