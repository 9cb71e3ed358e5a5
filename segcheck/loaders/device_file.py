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
from typing import Annotated, Any, NoReturn

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from segcheck.loaders import marked
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
        device = _Device.model_validate(entry)
    except ValidationError as error:
        raise refuse(source.path, lines, [_problem(document, inside, e) for e in error.errors()]) from None
    problems = [*_unknown_interfaces(device, document, inside)]
    if problems:
        raise refuse(source.path, lines, problems)
    return _built(device, document, inside, source.path)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of one device entry, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "segcheck device file",
        **_Device.model_json_schema(),
    }


def _wrong(en: str, ja: str) -> NoReturn:
    raise PydanticCustomError("words", "{en}", {"en": en, "ja": ja})


def _network(text: str) -> str:
    """Accept one prefix, written with its length and without host bits."""
    address, slash, length = text.partition("/")
    first = _address_value(address)
    size = _length_value(first, length if slash else "", text)
    low = addresses.prefix(first, size).min
    if low != first:
        right = f"{addresses.text(low)}/{size}"
        _wrong(
            f"'{text}' has bits set behind its prefix length; did you mean '{right}'?",
            f"'{text}' はプレフィックス長より後ろのビットが立っています。もしかして '{right}' ですか",
        )
    return text


def _interface_address(text: str) -> str:
    """Accept one address with the length of its prefix."""
    address, slash, length = text.partition("/")
    _length_value(_address_value(address), length if slash else "", text)
    return text


def _single_address(text: str) -> str:
    """Accept one address without a length."""
    _address_value(text)
    return text


def _address_value(text: str) -> int:
    try:
        return addresses.parse_one(text)
    except ValueError:
        _wrong(f"'{text}' is no IPv4 or IPv6 address", f"'{text}' は IPv4 アドレスでも IPv6 アドレスでもありません")


def _length_value(address: int, length: str, text: str) -> int:
    bits = _bits(address)
    if not length:
        _wrong(
            f"'{text}' lacks the length of its prefix; write '{text}/{bits - 8}', for example",
            f"'{text}' にプレフィックス長がありません。'{text}/{bits - 8}' のように書いてください",
        )
    if not (length.isascii() and length.isdigit() and len(length) <= 3 and int(length) <= bits):
        _wrong(
            f"'{text}' has no prefix length of 0 to {bits}",
            f"'{text}' のプレフィックス長は 0 から {bits} でなければなりません",
        )
    return int(length)


def _bits(address: int) -> int:
    return 32 if addresses.family(address) == 4 else 128


InterfaceAddressText = Annotated[str, AfterValidator(_interface_address)]
NetworkText = Annotated[str, AfterValidator(_network)]
AddressText = Annotated[str, AfterValidator(_single_address)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Interface(_Strict):
    address: InterfaceAddressText | None = Field(None, description="address and prefix length")
    addresses: list[InterfaceAddressText] = Field([], description="several of them")
    segment: str | None = None
    vrf: str | None = Field(None, description="routing domain; `domain` is the same")
    domain: str | None = None
    enabled: bool = True


class _Route(_Strict):
    to: NetworkText
    via: AddressText | None = Field(None, description="next hop")
    interface: str | None = None
    distance: int = Field(1, ge=0, le=255)
    metric: int = Field(0, ge=0, le=(1 << 32) - 1)
    blackhole: bool = False
    vrf: str | None = None
    domain: str | None = None


class _Device(_Strict):
    segcheck: int | None = Field(None, description="version of this file format: 1")
    id: str = ""
    name: str | None = None
    kind: str | None = None
    responsibility: str | None = None
    members: list[Any] = []
    exports: list[Any] = []
    interfaces: dict[str, _Interface] = {}
    routes: list[_Route] = []
    routes_complete: bool = False


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


def _problem(document: marked.Document, inside: marked.Path, error: ErrorDetails) -> Problem:
    path = (*inside, *error["loc"])
    kind = error["type"]
    if kind == "extra_forbidden":
        mark = document.key(path)
        key = str(error["loc"][-1])
        return Problem(mark.line, mark.column, f"unknown key '{key}'", f"未知のキー '{key}'", *_near(error["loc"]))
    if kind == "missing":
        mark = document.mark(path[:-1])
        key = str(path[-1])
        return Problem(mark.line, mark.column, f"'{key}' is missing", f"'{key}' がありません")
    mark = document.mark(path)
    if kind == "words":
        context = error["ctx"]
        return Problem(mark.line, mark.column, context["en"], context["ja"])
    named = _TYPES.get(kind)
    if named is not None:
        return Problem(mark.line, mark.column, f"{named[0]} is needed here", f"ここには{named[1]}が必要です")
    return Problem(mark.line, mark.column, error["msg"], error["msg"])


_TYPES = {
    "string_type": ("text", "文字列"),
    "bool_type": ("true or false", " true または false "),
    "int_type": ("a whole number", "整数"),
    "list_type": ("a list", "リスト"),
    "dict_type": ("a mapping", "キーと値の並び"),
    "model_type": ("a mapping", "キーと値の並び"),
    "model_attributes_type": ("a mapping", "キーと値の並び"),
}


def _near(loc: tuple[int | str, ...]) -> tuple[str, str]:
    models: dict[object, type[BaseModel]] = {"interfaces": _Interface, "routes": _Route}
    model = models.get(loc[0], _Device) if len(loc) > 1 else _Device
    return did_you_mean(str(loc[-1]), [*model.model_fields])


def _unknown_interfaces(device: _Device, document: marked.Document, inside: marked.Path) -> Iterator[Problem]:
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


def _built(device: _Device, document: marked.Document, inside: marked.Path, path: str) -> DeviceFile:
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
    routes = tuple(
        Route(
            to=addresses.parse(route.to),
            interface=route.interface,
            gateway=addresses.parse_one(route.via) if route.via else None,
            kind=RouteKind.DISCARD if route.blackhole else RouteKind.UNICAST,
            distance=route.distance,
            metric=route.metric,
            domain=route.vrf or route.domain or "default",
            span=span("routes", index),
        )
        for index, route in enumerate(device.routes)
    )
    return DeviceFile(
        id=device.id,
        interfaces=interfaces,
        routes=routes,
        connected=tuple(_connected(interfaces)),
        routes_complete=device.routes_complete,
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
