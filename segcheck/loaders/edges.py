"""What the edge models of our YAML files share: strictness, and values as people write them.

Values stay the text that stands in the file, checked; `site` and `device_file` turn them into nouns.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from enum import Enum
from typing import Annotated, Any, NoReturn

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from segcheck.loaders.problems import did_you_mean
from segcheck.model.site import Service
from segcheck.sets import addresses
from segcheck.sets.header import CARRIERS, ICMP, ICMPV6
from segcheck.sets.intervals import IntervalSet

#: Days and times in site files are Japanese.
JST = timezone(timedelta(hours=9), "JST")
#: What `init` writes where only people know the answer.
BLANK = "TODO"
#: Validation context in which an interface's address must carry the length of its prefix.
LENGTHS_NEEDED = {"lengths_needed": True}

_PROTOCOLS = {"tcp": 6, "udp": 17, "sctp": 132, "icmp": ICMP, "icmpv6": ICMPV6, "esp": 50, "ah": 51, "gre": 47}
_ID = re.compile(r"\w[\w.-]*")


class Strict(BaseModel):
    """An edge model: unknown keys and values of another type are errors."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, serialize_by_alias=True)


def wrong(en: str, ja: str, help_en: str = "", help_ja: str = "") -> NoReturn:
    """Refuse a value, in both languages.

    Raises:
        PydanticCustomError: always.
    """
    context = {"en": en, "ja": ja, "help_en": help_en, "help_ja": help_ja}
    raise PydanticCustomError("words", "{en}", context)


# --- addresses -------------------------------------------------------------------------------------------------------


def _address_value(text: str) -> int:
    try:
        return addresses.parse_one(text)
    except ValueError:
        wrong(f"'{text}' is no IPv4 or IPv6 address", f"'{text}' は IPv4 アドレスでも IPv6 アドレスでもありません")


def _length_value(address: int, length: str, text: str) -> int:
    bits = 32 if addresses.family(address) == 4 else 128
    if not length:
        wrong(
            f"'{text}' lacks the length of its prefix; write '{text}/{bits - 8}', for example",
            f"'{text}' にプレフィックス長がありません。'{text}/{bits - 8}' のように書いてください",
        )
    if not (length.isascii() and length.isdigit() and len(length) <= 3 and int(length) <= bits):
        wrong(
            f"'{text}' has no prefix length of 0 to {bits}",
            f"'{text}' のプレフィックス長は 0 から {bits} でなければなりません",
        )
    return int(length)


def _network(text: str) -> str:
    """Accept one prefix, written with its length and without host bits."""
    address, slash, length = text.partition("/")
    first = _address_value(address)
    size = _length_value(first, length if slash else "", text)
    low = addresses.prefix(first, size).min
    if low != first:
        right = f"{addresses.text(low)}/{size}"
        wrong(
            f"'{text}' has bits set behind its prefix length; did you mean '{right}'?",
            f"'{text}' はプレフィックス長より後ろのビットが立っています。もしかして '{right}' ですか",
        )
    return text


def _of_family(family: int) -> Any:
    def check(text: str) -> str:
        if addresses.family(addresses.parse(text).min) != family:
            wrong(f"'{text}' is no IPv{family} prefix", f"'{text}' は IPv{family} のプレフィックスではありません")
        return text

    return check


def _interface_address(text: str, info: ValidationInfo) -> str:
    """Accept one address, with the length of its prefix where no segment can tell it."""
    address, slash, length = text.partition("/")
    value = _address_value(address)
    if slash or (info.context or {}).get("lengths_needed"):
        _length_value(value, length, text)
    return text


def _single_address(text: str) -> str:
    _address_value(text)
    return text


def _range(text: str) -> str:
    try:
        addresses.parse(text)
    except ValueError:
        wrong(
            f"'{text}' is no address, prefix or range",
            f"'{text}' はアドレス、プレフィックス、範囲のいずれでもありません",
            "write 10.20.12.0/24 or 10.20.12.1-10.20.12.254",
            "10.20.12.0/24 または 10.20.12.1-10.20.12.254 のように書いてください",
        )
    return text


InterfaceAddressText = Annotated[str, AfterValidator(_interface_address)]
NetworkText = Annotated[str, AfterValidator(_network)]
AddressText = Annotated[str, AfterValidator(_single_address)]
RangeText = Annotated[str, AfterValidator(_range)]


def _prefixes(family: int) -> Any:
    item = Annotated[str, AfterValidator(_network), AfterValidator(_of_family(family))]
    return Annotated[
        list[item],
        BeforeValidator(lambda value: [] if value == "none" else value),
        WithJsonSchema({"anyOf": [{"const": "none"}, {"type": "array", "items": {"type": "string"}}]}),
    ]


PrefixesV4 = _prefixes(4)
PrefixesV6 = _prefixes(6)


# --- names, words, dates ---------------------------------------------------------------------------------------------


def _id(text: str) -> str:
    if not _ID.fullmatch(text):
        wide = any(character in text for character in "　：")
        wrong(
            f"'{text}' is no id",
            f"'{text}' は ID として使えません",
            "it holds a full-width space or colon" if wide else "use letters, digits, '-', '_' and '.'",
            "全角の空白またはコロンが入っています" if wide else "文字、数字、'-'、'_'、'.' を使ってください",
        )
    return text


def _mac(text: str) -> str:
    if not re.fullmatch(r"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}", text.lower()):
        wrong(
            f"'{text}' is no MAC address",
            f"'{text}' は MAC アドレスではありません",
            'write "00:00:5e:00:53:01"',
            '"00:00:5e:00:53:01" のように書いてください',
        )
    return text.lower().replace("-", ":")


Id = Annotated[str, AfterValidator(_id)]
Mac = Annotated[str, AfterValidator(_mac)]


def one_or_more(item: Any, words: list[str] | None = None) -> Any:
    """Return the type of a list that may be written as its only item; `words` are what may be written, for editors."""
    one: dict[str, Any] = {"type": "string"} if words is None else {"enum": words}
    return Annotated[
        list[item],
        BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
        WithJsonSchema({"anyOf": [one, {"type": "array", "items": one}]}),
    ]


def word(words: type[Enum], aliases: Mapping[str, Enum] | None = None) -> Any:
    """Return the type of a closed list of words; what is none of them is refused with the nearest."""
    known: dict[str, Enum] = {str(one.value): one for one in words} | dict(aliases or {})

    def read(value: object) -> Enum:
        if isinstance(value, str) and value in known:
            return known[value]
        if value == BLANK:
            wrong("still to be filled in", "未記入です", *did_you_mean("", [*known]))
        shown = "true" if value is True else "false" if value is False else str(value)
        return wrong(
            f"'{shown}' is not one of the words that may stand here",
            f"'{shown}' はここでは使えません",
            *did_you_mean(shown, [*known]),
        )

    return Annotated[words, BeforeValidator(read), WithJsonSchema({"enum": [*known]})]


def _date(value: object) -> date:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    return wrong(
        f"'{value}' is no date",
        f"'{value}' は日付ではありません",
        "write 2027-03-31",
        "2027-03-31 の形で書いてください",
    )


def _moment(value: object) -> datetime:
    """Accept a time; one without an offset is Japanese."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) and "T" in value else None
    except ValueError:
        found = None
    if found is None:
        return wrong(
            f"'{value}' is no time",
            f"'{value}' は日時ではありません",
            "write 2026-11-10T08:30+09:00",
            "2026-11-10T08:30+09:00 の形で書いてください",
        )
    return found if found.tzinfo else found.replace(tzinfo=JST)


def _clock(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        wrong(
            f"'{text}' is no time of day", f"'{text}' は時刻ではありません", "write 06:30", "06:30 の形で書いてください"
        )
    return text


Date = Annotated[date, BeforeValidator(_date)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Clock = Annotated[str, AfterValidator(_clock)]


def site_path(text: str) -> str:
    """Accept a path that stays inside the site.

    Raises:
        PydanticCustomError: it is absolute, climbs out, or is written with backslashes.
    """
    if "\\" in text:
        wrong(f"'{text}' has backslashes", f"'{text}' に \\ があります", "separate folders by /", "区切りは / です")
    parts = text.split("/")
    if text.startswith("/") or re.match(r"[A-Za-z]:", text) or ".." in parts or "\0" in text or not text.strip():
        wrong(
            f"'{text}' leads out of the site",
            f"'{text}' はサイトの外を指しています",
            "put the file into the site's folder, as exports/NAME, and name it from there",
            "ファイルをサイトのフォルダー (exports/ など) に置き、そこからの名前で書いてください",
        )
    return text


SitePath = Annotated[str, AfterValidator(site_path)]


# --- services --------------------------------------------------------------------------------------------------------


def service(text: str) -> Service:
    """Return what `tcp/443`, `udp/3478-3481`, `icmp/8/0`, `esp` or `ip/50` means.

    Raises:
        ValueError: it means nothing; `any` is refused because a permission names what it permits.
    """
    name, *rest = text.strip().lower().split("/")
    numbers = [_numbers(part) for part in rest]
    if name == "ip" and len(numbers) == 1 and numbers[0][0] == numbers[0][1] <= 255:
        return Service(text, numbers[0][0])
    protocol = _PROTOCOLS.get(name)
    if protocol is None:
        raise ValueError(text)
    if protocol in CARRIERS["dport"]:
        if len(numbers) != 1 or numbers[0][0] == 0:
            raise ValueError(text)
        return Service(text, protocol, IntervalSet.of(numbers[0]))
    most = 2 if protocol in CARRIERS["icmp_type"] else 0
    if len(numbers) > most or any(low != high or high > 255 for low, high in numbers):
        raise ValueError(text)
    return Service(
        text, protocol, IntervalSet.of(numbers[0]) if numbers else None, numbers[1][0] if len(numbers) > 1 else None
    )


def _numbers(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", text, re.ASCII)
    if not found:
        raise ValueError(text)
    low, high = int(found[1]), int(found[2] or found[1])
    if not low <= high <= 65535:
        raise ValueError(text)
    return low, high


def _service(text: str) -> str:
    try:
        service(text)
    except ValueError:
        wrong(
            f"'{text}' is no service",
            f"'{text}' はサービスとして読めません",
            "write tcp/443, udp/3478-3481, icmp/8, esp or ip/50; 'any' is not permitted",
            "tcp/443、udp/3478-3481、icmp/8、esp、ip/50 の形で書いてください。any は使えません",
        )
    return text


ServiceText = Annotated[str, AfterValidator(_service)]
Services = one_or_more(ServiceText)
