"""The sheets of `site.xlsx`: which section of which site file each holds, and what its columns are.

Derived from the files' own models, so that a key that is added there is a column here. A sheet has a row of headings for
people, a row of keys, and a row per entry. Entries inside entries (the interfaces of a device) have a sheet of their own,
whose first column names the entry around them. Lists stand in one cell, an item per line.

A value is written as the YAML file has it; `_xHHHH_` stands for a character that a cell cannot hold (as Excel itself does it).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from segcheck.loaders.device_entry import ExportEntry, InterfaceEntry, ObtainedEntry, RouteEntry, ServiceEntry
from segcheck.loaders.site import policy, settings, topology, waivers

#: The sheet of what a site has only one of.
SINGLE = "site"


class Form(Enum):
    """How a value stands in a cell."""

    TEXT = "text"
    LIST = "list"
    FLAG = "flag"
    NUMBER = "number"
    DATE = "date"
    SCALAR = "scalar"  # text, number or truth value


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    key       as the YAML file has it; with a dot for an entry inside: `options.intra_tier`; with a number: `ends.0`
    words     what may stand there, () for anything
    names     sections whose ids may stand there
    alone     a lone word that stands for a list: none, all
    """

    key: str
    en: str
    ja: str
    form: Form = Form.TEXT
    words: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    alone: str = ""


@dataclass(frozen=True, slots=True)
class SheetSpec:
    """A sheet.

    key       its name in code; `title` its name in the workbook
    file      topology, policy, waivers or site
    section   key of the section in that file
    mapping   the section is a mapping by id, otherwise a list
    inside    (parent sheet, key in the parent's entries, whether that is a mapping) of entries inside entries
    """

    key: str
    title: str
    file: str
    section: str
    columns: tuple[Column, ...]
    mapping: bool = False
    inside: tuple[str, str, bool] | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its columns."""
        return tuple(column.key for column in self.columns)


#: Sections other than hosts whose entries have attributes, on a sheet of their own each: its title.
_ATTRIBUTED = {
    "zones": "ゾーンの属性",
    "segments": "セグメントの属性",
    "groups": "グループの属性",
    "devices": "機器の属性",
    "links": "回線の属性",
    "gateways": "無害化装置の属性",
    "external_services": "外部サービスの属性",
    "wireless": "無線LANの属性",
    "equipment": "共用設備の属性",
}
#: Sheets of profiles, whose segments may be `all`.
_MODELS = ("profiles", "organ_profiles")
_ENDPOINTS = ("hosts", "groups", "segments", "devices", "gateways")
#: Which ids may stand in a column, by key of sheet and column.
_NAMES: dict[tuple[str, str], tuple[str, ...]] = {
    ("segments", "zone"): ("zones",),
    ("hosts", "segment"): ("segments",),
    ("attributes", "of"): ("hosts",),
    **{(f"attributes_{key}", "of"): (key,) for key in _ATTRIBUTED},
    ("external_services", "zone"): ("zones",),
    ("wireless", "segment"): ("segments",),
    ("exports", "of"): ("devices",),
    ("interfaces", "of"): ("devices",),
    ("interfaces", "segment"): ("segments",),
    ("routes", "of"): ("devices",),
    ("services", "of"): ("devices",),
    ("legs", "of"): ("gateways",),
    ("organ_profiles", "of"): ("organs",),
    ("organ_standard", "of"): ("organs",),
    ("taps", "device"): ("devices",),
    ("captures", "tap"): ("taps",),
    ("register", "from"): _ENDPOINTS,
    ("register", "to"): _ENDPOINTS,
    ("register", "gateway"): ("gateways",),
    ("required", "from"): _ENDPOINTS,
    ("required", "to"): _ENDPOINTS,
    ("waivers", "from"): _ENDPOINTS,
    ("waivers", "to"): _ENDPOINTS,
    (SINGLE, "runs_on"): ("hosts",),
    ("notify", "host"): ("hosts",),
}


@cache
def sheets() -> tuple[SheetSpec, ...]:
    """Return every sheet, in the order of the workbook."""
    top, pol, wai, cfg = "topology", "policy", "waivers", "site"
    return (
        SheetSpec(SINGLE, "サイト", "", "", _single()),
        _sheet("zones", "ゾーン", top, topology.ZoneEntry, mapping=True),
        _sheet("segments", "セグメント", top, topology.SegmentEntry, mapping=True),
        _sheet("hosts", "ホスト", top, topology.HostEntry),
        _inner("attributes", "ホストの属性", top, topology.AttributeEntry, ("hosts", "attributes", True)),
        _sheet("groups", "グループ", top, topology.GroupEntry, mapping=True),
        _sheet("devices", "機器", top, topology.TopologyDeviceEntry),
        _inner("exports", "エクスポート", top, ExportEntry, ("devices", "exports", False)),
        _inner("interfaces", "インターフェース", top, InterfaceEntry, ("devices", "interfaces", True)),
        _inner("routes", "静的経路", top, RouteEntry, ("devices", "routes", False)),
        _inner("services", "機器のサービス", top, ServiceEntry, ("devices", "services", False)),
        _sheet("links", "回線・結線", top, topology.LinkEntry, split={"ends": 2}),
        _sheet("gateways", "無害化装置等", top, topology.GatewayEntry),
        _inner("legs", "無害化装置の片側", top, topology.LegEntry, ("gateways", "legs", False)),
        _sheet("taps", "キャプチャ地点", top, topology.TapEntry),
        _sheet("captures", "キャプチャ", top, topology.CaptureEntry, split={"window": 2}),
        _sheet("attestations", "申告", top, topology.AttestationEntry),
        _sheet("assumptions", "前提", top, topology.AssumptionEntry),
        _sheet("external_services", "外部サービス", top, topology.ExternalServiceEntry),
        _sheet("wireless", "無線LAN", top, topology.WirelessEntry),
        _sheet("equipment", "共用設備", top, topology.EquipmentEntry),
        _sheet("documents", "文書", top, topology.DocumentEntry),
        _sheet("ledgers", "台帳ファイル", top, topology.LedgerEntry),
        *(
            _inner(f"attributes_{key}", title, top, topology.AttributeEntry, (key, "attributes", True))
            for key, title in _ATTRIBUTED.items()
        ),
        _sheet("profiles", "適用モデル", pol, policy.ProfileEntry),
        register(),
        _sheet("required", "必要な通信", pol, policy.RequiredEntry),
        _sheet("chains", "承認した連鎖", pol, policy.ChainEntry),
        _sheet("standard", "団体の基準", pol, policy.StandardEntry),
        _sheet("organs", "機関", pol, policy.OrganEntry),
        _inner("organ_profiles", "機関の適用モデル", pol, policy.ProfileEntry, ("organs", "profiles", False)),
        _inner("organ_standard", "機関の基準", pol, policy.StandardEntry, ("organs", "standard", False)),
        _sheet("waivers", "例外措置", wai, waivers.WaiverEntry),
        _sheet("notify", "通知先", cfg, settings.NotifyEntry),
    )


@cache
def register() -> SheetSpec:
    """Return the sheet of the register, which also stands alone as a table."""
    return _sheet("register", "台帳", "policy", policy.RegisterItem)


def _single() -> tuple[Column, ...]:
    found = [Column("segcheck", "version of the format", "形式の版", Form.NUMBER)]
    found += _columns(SINGLE, topology.Topology, only=("name",))
    found += [
        Column(f"options.{one.key}", one.en, one.ja, one.form, one.words)
        for one in _columns(SINGLE, policy.OptionsEntry)
    ]
    found += _columns(SINGLE, policy.PolicyFile, only=("scope",))
    own = ("language", "runs_on", "schedule", "history", "keep_captures_days")
    found += _columns(SINGLE, settings.SettingsFile, only=own)
    runs = ("formats", "fail_on", "accept_assumptions")
    for prefix, model, only in (("run", settings.RunEntry, runs), ("run.keep", settings.KeepEntry, ())):
        found += [replace(one, key=f"{prefix}.{one.key}") for one in _columns(SINGLE, model, only=only)]
    return tuple(found)


def home(key: str) -> str:
    """Return the file that a key of the sheet `site` belongs to."""
    if key.startswith("options.") or key == "scope":
        return "policy"
    return "topology" if key in ("name", "segcheck") else "site"


def _sheet(
    key: str,
    title: str,
    file: str,
    model: type[BaseModel],
    *,
    mapping: bool = False,
    split: dict[str, int] | None = None,
) -> SheetSpec:
    columns = [*_columns(key, model, split=split or {})]
    if mapping:
        columns.insert(0, Column("id", "id", "ID"))
    inner = {
        "hosts": ("attributes",),
        "devices": ("exports", "interfaces", "routes", "services"),
        "gateways": ("legs",),
        "organs": ("profiles", "standard"),
    }
    apart = (*inner.get(key, ()), *(("attributes",) if key in _ATTRIBUTED else ()))
    kept = tuple(column for column in columns if column.key not in apart)
    return SheetSpec(key, title, file, key, kept, mapping)


def _inner(key: str, title: str, file: str, model: type[BaseModel], inside: tuple[str, str, bool]) -> SheetSpec:
    first = [Column("of", "id of the entry around it", f"{_TITLES[inside[0]]}の ID", names=_NAMES[key, "of"])]
    if inside[2]:
        first.append(Column("name", "its name", "名前"))
    return SheetSpec(key, title, file, inside[0], (*first, *_columns(key, model)), False, inside)


#: Headings where the description says more than fits, or nothing.
_HEADINGS = {
    "id": ("id", "番号 (ID)"),
    "service": ("service", "サービス"),
    "status": ("status", "状態"),
    "kind": ("kind", "種別"),
    "initiator": ("opened by", "接続開始側"),
    "expires": ("expires", "有効期限"),
    "approver": ("approver (post)", "承認者 (職名)"),
    "purpose": ("purpose", "目的"),
    "reason": ("reason", "理由"),
    "device": ("device", "機器"),
    "interface": ("interface", "インターフェース"),
    "direction": ("direction", "方向"),
    "glob": ("files", "ファイル"),
    "tap": ("tap", "キャプチャ地点"),
    "v4": ("IPv4 (none: has none)", "IPv4 (無しは none、空欄は不明)"),
    "v6": ("IPv6 (none: has none)", "IPv6 (無しは none、空欄は不明)"),
}
_TITLES = {
    "hosts": "ホスト",
    "devices": "機器",
    "gateways": "ゲートウェイ",
    "organs": "機関",
    **{key: title.removesuffix("の属性") for key, title in _ATTRIBUTED.items()},
}


def _columns(
    sheet: str, model: type[BaseModel], *, only: tuple[str, ...] = (), split: dict[str, int] | None = None
) -> Iterator[Column]:
    schema = model.model_json_schema(by_alias=True)
    for name, info in model.model_fields.items():
        key = info.alias or name
        if only and key not in only:
            continue
        en, _, ja = (info.description or key).partition(" / ")
        pieces = (split or {}).get(key, 0)
        if pieces:
            yield from (Column(f"{key}.{at}", f"{en} ({at + 1})", f"{ja or en} ({at + 1})") for at in range(pieces))
            continue
        if key == "obtained":  # its keys stand beside those of the export
            for one in _columns(sheet, ObtainedEntry):
                yield replace(one, key=f"{key}.{one.key}")
            continue
        words = _words(schema["properties"][key])
        form = _form(info)
        alone = "none" if key in ("v4", "v6") else "all" if key == "segments" and sheet in _MODELS else ""
        en, ja = _HEADINGS.get(key, (en, ja or en))
        yield Column(key, en, ja, form, words, _NAMES.get((sheet, key), ()), alone)


def _form(info: FieldInfo) -> Form:
    annotation: Any = info.annotation
    options = [one for one in get_args(annotation) if one is not type(None)]
    if annotation is Any:
        return Form.SCALAR
    if get_origin(annotation) not in (list, dict, Literal) and options:
        annotation = options[0]
    while hasattr(annotation, "__metadata__"):
        annotation = get_args(annotation)[0]
    if get_origin(annotation) is list:
        return Form.LIST
    name = getattr(annotation, "__name__", "")
    return {"bool": Form.FLAG, "int": Form.NUMBER, "date": Form.DATE}.get(name, Form.TEXT)


def _words(schema: dict[str, Any]) -> tuple[str, ...]:
    """Return the closed list of a property, in a value or in the alternatives of one."""
    found = schema.get("enum") or next((one["enum"] for one in schema.get("anyOf", ()) if "enum" in one), ())
    return tuple(str(one) for one in found)


# --- values ----------------------------------------------------------------------------------------------------------

_SLASHES = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})", re.ASCII)
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})")


def read_value(column: Column, text: str) -> Any:
    """Return what a cell means, as YAML would have it; text that does not fit the form stays text, and is refused later."""
    match column.form:
        case Form.LIST if text != column.alone or not text:
            return [line.strip() for line in text.split("\n") if line.strip()]
        case Form.FLAG:
            return {"true": True, "false": False}.get(text.strip().lower(), text)
        case Form.NUMBER:
            return int(text) if _WHOLE.fullmatch(text.strip()) else text
        case Form.DATE if found := _SLASHES.fullmatch(text.strip()):  # what Excel makes of a day when it saves CSV
            return f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}"
        case Form.SCALAR:
            if text.startswith('"') and text.endswith('"') and len(text) > 1:
                return text[1:-1]
            return {"true": True, "false": False}.get(text, int(text) if _WHOLE.fullmatch(text) else text)
    return text if column.key in _FREE else text.strip()


def write_value(column: Column, value: Any) -> str:
    """Return a value as the text of a cell; `read_value` gives it back."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "\n".join(map(str, value)) if value or not column.alone else column.alone
    if column.form is Form.SCALAR and isinstance(value, str):
        plain = read_value(column, value)
        return value if isinstance(plain, str) and plain == value and value else f'"{value}"'
    return str(value)


#: Texts for people, kept as they are; in all others, blanks at the ends mean nothing.
_FREE = frozenset(
    (
        "name",
        "purpose",
        "reason",
        "claim",
        "document",
        "schedule",
        "business",
        "role",
        "evidence",
        "clause",
        "title",
        "location",
        "method",
    )
)
