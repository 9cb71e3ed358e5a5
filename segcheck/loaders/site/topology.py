"""`topology.yaml` as it is written."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from segcheck.loaders.device_entry import SiteDevice
from segcheck.loaders.edges import (
    AddressText,
    Date,
    Id,
    Mac,
    Moment,
    PrefixesV4,
    PrefixesV6,
    RangeText,
    Services,
    SitePath,
    Strict,
    one_or_more,
    word,
)
from segcheck.model import site_words

Scalar = Annotated[
    Any,
    WithJsonSchema(
        {"anyOf": [{"type": ["string", "integer", "boolean"]}, {"type": "array", "items": {"type": "string"}}]}
    ),
]
Version = Field(description="version of this file format: 1 / 形式の版: 1")


class AttributeEntry(Strict):
    """A property with its evidence; without evidence it is a claim / 属性と根拠."""

    value: Scalar = Field(description="as data/attributes.yaml says for its name / 属性ごとに決まった値")
    evidence: str = Field("", description="document or file that shows it / 根拠資料")
    evidence_date: Date | None = Field(None, description="its day / 根拠の日付")
    declared_by: str = Field("", description="post, not a person / 申告者 (職名)")


Attributes = dict[str, AttributeEntry]
BY_NAME = "by name / 属性名ごと"


class ZoneEntry(Strict):
    """A zone; `public` and `unknown` are built in / ゾーン."""

    tier: word(site_words.Tier) = Field(description="its tier, one per zone / 階層 (1 ゾーンに 1 つ)")  # type: ignore[valid-type]
    name: str | None = Field(None, description="for people / 表示名")
    role: str | None = Field(None, description="what it is for / 役割")
    responsibility: word(site_words.Responsibility) = Field(  # type: ignore[valid-type]
        site_words.Responsibility.CITY, description="who answers for it / 責任分界"
    )
    attributes: Attributes = Field({}, description=BY_NAME)


class SegmentEntry(Strict):
    """A subnet, or a place beyond a line / セグメント."""

    zone: str = Field(description="its zone / 属するゾーン")
    name: str | None = Field(None, description="for people / 表示名")
    vlan: int | None = Field(None, ge=1, le=4094, description="VLAN id / VLAN ID")
    domain: Id = Field("default", description="routing domain: addresses are unique within one / ルーティングドメイン")
    v4: PrefixesV4 | None = Field(
        None, description="prefixes, or none; absent = not said, which proves nothing / none は無し、省略は不明"
    )
    v6: PrefixesV6 | None = Field(
        None, description="prefixes, or none; absent = not said, which proves nothing / none は無し、省略は不明"
    )
    gateway: one_or_more(str) = Field(  # type: ignore[valid-type]
        [], description="devices that its hosts send to; any on it if absent / 既定ゲートウェイの機器"
    )
    kind: word(site_words.SegmentKind) = Field(  # type: ignore[valid-type]
        site_words.SegmentKind.LAN,
        description="external: prefixes may nest, the longest wins / external のみ包含可、最長一致",
    )
    attributes: Attributes = Field({}, description=BY_NAME)


class HostEntry(Strict):
    """A host / ホスト."""

    id: Id = Field(description="unique among hosts, groups, segments, devices and gateways / 一意の ID")
    segment: str | None = Field(
        None, description="its segment; absent for public addresses / セグメント。公開アドレスは省略"
    )
    addresses: list[AddressText] = Field(min_length=1, description="single addresses / アドレス")
    mac: one_or_more(Mac) = Field([], description="MAC addresses / MAC アドレス")  # type: ignore[valid-type]
    role: word(site_words.HostRole) = Field(site_words.HostRole.SERVER, description="what it is for / 役割")  # type: ignore[valid-type]
    business: str = Field("", description="the work it serves / 業務")
    peer_class: word(site_words.PeerClass) | None = Field(  # type: ignore[valid-type]
        None, description="how far a peer of the My Number zone is trusted / 接続先の区分"
    )
    attributes: Attributes = Field({}, description=BY_NAME)


class GroupEntry(Strict):
    """Hosts, ranges and segments under one name / グループ."""

    hosts: list[str] = Field([], description="host ids / ホスト ID")
    ranges: list[RangeText] = Field([], description="10.20.12.1-10.20.15.254 or prefixes / 範囲またはプレフィックス")
    segments: list[str] = Field(
        [], description="whole segments: then not enumerated / セグメント全体 (個別列挙ではなくなる)"
    )
    role: word(site_words.HostRole) | None = Field(  # type: ignore[valid-type]
        None, description="of every member: so attributes of many terminals are declared at once / 全員の役割"
    )
    attributes: Attributes = Field({}, description=BY_NAME)


class TopologyDeviceEntry(SiteDevice):
    """A device of a site with what is declared of it / サイトの機器."""

    max_age_days: int | None = Field(
        None, ge=1, description="age beyond which its export tells nothing (days) / エクスポートの有効日数"
    )
    attributes: Attributes = Field({}, description=BY_NAME)


class LinkEntry(Strict):
    """A cable, trunk, tunnel or uplink / 回線・結線."""

    id: Id
    ends: list[str] = Field(
        min_length=2, max_length=2, description="DEVICE:INTERFACE, zone:ID or segment:ID / 機器:IF、zone:ID、segment:ID"
    )
    kind: word(site_words.LinkKind) = Field(site_words.LinkKind.ACCESS, description="what it is / 種別")  # type: ignore[valid-type]
    segments: list[str] = Field([], description="carried by a trunk or tunnel / トランク・トンネルが運ぶセグメント")
    name: str | None = Field(None, description="circuit / 回線名")
    attributes: Attributes = Field({}, description=BY_NAME)
    detached: bool = Field(False, description="apart from the three tiers / 三層から切り離した回線")


class LegEntry(Strict):
    """One side of a gateway; exactly one of from and to / ゲートウェイの片側 (from か to の一方)."""

    id: Id
    from_: str | None = Field(None, alias="from", description="data comes from here / データの送り元")
    to: str | None = Field(None, description="data goes there / データの渡し先")
    service: Services = Field(description="tcp/25, … / プロトコルとポート")
    opener: Literal["self", "other"] = Field(
        description="who opens the session: the gateway or the peer / 接続を開始する側"
    )


class GatewayEntry(Strict):
    """A sanitiser or screen server / 無害化装置・画面転送サーバ."""

    id: Id
    hosts: list[str] = Field(min_length=1, description="host ids / ホスト ID")
    method: word(site_words.Method) = Field(description="how it makes safe / 方式")  # type: ignore[valid-type]
    forwards: bool | None = Field(None, description="whether it forwards packets / パケットを転送するか")
    legs: list[LegEntry] = Field(min_length=1, description="its sides / 片側ずつ")
    attributes: Attributes = Field({}, description=BY_NAME)


class TapEntry(Strict):
    """A capture point / キャプチャ地点."""

    id: Id
    device: str
    interface: str
    direction: Literal["both", "in", "out"] = "both"
    nat_side: Literal["before", "after"] | None = Field(
        None, description="of the device's translation / NAT の前か後か"
    )


class CaptureEntry(Strict):
    """Capture files of one tap / キャプチャファイル."""

    glob: SitePath
    tap: str
    window: Annotated[list[Moment], Field(min_length=2, max_length=2)] | None = Field(
        None, description="begin and end; JST without offset / 開始と終了。時差の省略は JST"
    )


class AttestationEntry(Strict):
    """What an owner states about what segcheck cannot read / 申告."""

    id: Id
    subject: str = Field(description="device, link, segment, host, gateway or zone:ID / 対象")
    claim: str = Field(description="the statement / 内容")
    owner: str = Field(description="post, not a person / 責任者 (職名)")
    reason: str
    document: str = Field(description="where it is written / 根拠文書")
    review_due: Date = Field(description="last day on which it counts / 見直し期限 (当日まで有効)")


class AssumptionEntry(AttestationEntry):
    """A statement that verdicts may lean on: they are then proven_assuming / 前提 (判定は「前提付き」になる)."""

    assume: word(site_words.Assume) = Field(  # type: ignore[valid-type]
        description="what is taken for granted; a device for deny, permit, export_whole / 前提とすること"
    )


class ExternalServiceEntry(Strict):
    """An external service in use / 外部サービス台帳の項目."""

    id: Id
    name: str = Field(description="as its provider calls it / サービス名")
    kind: word(site_words.ServiceKind) = Field(description="what it is / 種別")  # type: ignore[valid-type]
    zone: str | None = Field(None, description="from which zone it is used / 利用するゾーン")
    ends: list[str] = Field([], description="hosts and groups that stand for it / 宛先のホスト・グループ")
    purpose: str = Field("", description="the work it serves / 業務")
    data_class: Literal["1", "2", "3A", "3B", "3C"] | None = Field(
        None, description="highest class of data given to it / 扱う情報の自治体機密性"
    )
    owner: str = Field("", description="post that answers for it / 責任者 (職名)")
    approved_by: str = Field("", description="post that approved its use / 利用を承認した者 (職名)")
    attributes: Attributes = Field({}, description=BY_NAME)


class WirelessEntry(Strict):
    """A wireless network / 無線LAN."""

    id: Id
    ssid: str = Field(description="its name on the air / SSID")
    segment: str = Field(description="where its terminals are / 端末のセグメント")
    attributes: Attributes = Field({}, description=BY_NAME)


class EquipmentEntry(Strict):
    """Equipment that several zones share / 共用設備."""

    id: Id
    kind: word(site_words.EquipmentKind) = Field(description="what it is / 種別")  # type: ignore[valid-type]
    zones: list[str] = Field(min_length=1, description="zones that share it / 共用するゾーン")
    name: str | None = Field(None, description="for people / 表示名")
    devices: list[str] = Field([], description="devices and hosts of this site that it is / 該当する機器・ホスト")
    document: str = Field("", description="document that says how they are kept apart / 分離の根拠文書")
    attributes: Attributes = Field({}, description=BY_NAME)


class DocumentEntry(Strict):
    """A document that shows what no configuration does / 文書."""

    id: Id
    kind: word(site_words.DocumentKind) = Field(description="what it shows / 種別")  # type: ignore[valid-type]
    title: str = Field(description="as it is filed / 文書名")
    date: Date = Field(description="its day / 日付")
    owner: str = Field("", description="post that keeps it / 保管者 (職名)")
    period_days: int | None = Field(None, ge=1, description="how long it counts / 有効日数")
    location: str = Field("", description="where it is kept / 保管場所")
    published: bool | None = Field(None, description="open to the public / 公開しているか")


class LedgerEntry(Strict):
    """A ledger of the body as a table / 台帳 (機器台帳・回線台帳)."""

    id: Id
    kind: word(site_words.LedgerKind) = Field(description="what its rows are / 種別")  # type: ignore[valid-type]
    path: SitePath = Field(description="CSV or xlsx in the site's folder / サイト内の CSV・xlsx")
    column: str = Field(description="heading of the column with ids or names / ID・名称の列の見出し")
    as_of: Date | None = Field(None, description="day it was taken / 取得日")


class Topology(Strict):
    """A site's topology / サイトの構成."""

    segcheck: Literal[1] = Version
    name: str = Field(description="of the body / 団体名")
    zones: dict[str, ZoneEntry]
    segments: dict[str, SegmentEntry]
    hosts: list[HostEntry] = Field([])
    groups: dict[str, GroupEntry] = Field({})
    devices: list[TopologyDeviceEntry] = Field([])
    links: list[LinkEntry] = Field([])
    gateways: list[GatewayEntry] = Field([])
    taps: list[TapEntry] = Field([])
    captures: list[CaptureEntry] = Field([])
    attestations: list[AttestationEntry] = Field([])
    assumptions: list[AssumptionEntry] = Field([])
    external_services: list[ExternalServiceEntry] = Field([])
    wireless: list[WirelessEntry] = Field([])
    equipment: list[EquipmentEntry] = Field([])
    documents: list[DocumentEntry] = Field([])
    ledgers: list[LedgerEntry] = Field([])
