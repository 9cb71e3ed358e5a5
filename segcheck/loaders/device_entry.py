"""One entry of `devices:` as it is written: the same in a site's topology and in a device file."""

from __future__ import annotations

from pydantic import Field

from segcheck.loaders.edges import (
    AddressText,
    Date,
    Id,
    InterfaceAddressText,
    Moment,
    NetworkText,
    Services,
    SitePath,
    Strict,
    one_or_more,
    word,
)
from segcheck.model import site_words

TRUE_NAME = "the vendor's own name / ベンダーの表記どおりの名前"


class ObtainedEntry(Strict):
    """How a file came to us / 入手の経緯."""

    by_role: str = Field(description="post, not a person / 取得者 (職名)")
    from_: str = Field("", alias="from", description="where it was taken / 取得元")
    method: str = Field("", description="command or procedure / 取得方法")
    at: Moment | None = Field(None, description="when; JST without offset / 取得日時")
    witnessed_by: str = Field("", description="post that saw it / 立会者 (職名)")
    running_config: bool | None = Field(None, description="what the device really ran / 稼働中の設定か")


class ExportEntry(Strict):
    """A file of the device / 機器のファイル."""

    path: SitePath = Field(description="inside the site's folder / サイトのフォルダー内の相対パス")
    format: str | None = Field(None, description="recognised where absent / 省略時は自動判別")
    context: str | None = Field(None, description="VDOM or vsys / VDOM・vsys")
    role: word(site_words.ExportRole) = Field(  # type: ignore[valid-type]
        site_words.ExportRole.CONFIG, description="what the file holds / ファイルの内容"
    )
    as_of: Date | None = Field(None, description="day it was taken / 取得日")
    obtained: ObtainedEntry | None = Field(None, description="how it came to us / 入手の経緯")
    counting_since: Date | None = Field(
        None, description="day its hit counters were last reset / ヒットカウンターを最後に初期化した日"
    )


class InterfaceEntry(Strict):
    """An interface, by the vendor's own name / インターフェース."""

    address: InterfaceAddressText | None = Field(
        None,
        description="address, with prefix length where no segment tells it / アドレス。セグメントがなければプレフィックス長も",
    )
    addresses: list[InterfaceAddressText] = Field([], description="several of them / 複数のアドレス")
    segment: str | None = Field(None, description="the segment it is in / 属するセグメント")
    vrf: str | None = Field(None, description="routing domain; `domain` is the same / VRF。domain と同じ")
    domain: str | None = Field(None, description="routing domain / ルーティングドメイン")
    enabled: bool = Field(True, description="false: shut down / false は停止中")


class RouteEntry(Strict):
    """A static route; one of via, interface, blackhole / 静的経路."""

    to: NetworkText = Field(description="destination prefix / 宛先プレフィックス")
    via: AddressText | None = Field(None, description="next hop / 次ホップ")
    interface: str | None = Field(None, description="outgoing interface / 出力インターフェース")
    distance: int = Field(1, ge=0, le=255, description="administrative distance; the lowest wins / 管理距離")
    metric: int = Field(0, ge=0, le=(1 << 32) - 1, description="metric; the lowest wins / メトリック")
    blackhole: bool = Field(False, description="drops what it matches / 一致した通信を破棄")
    vrf: str | None = Field(None, description="routing domain; `domain` is the same / VRF。domain と同じ")
    domain: str | None = Field(None, description="routing domain / ルーティングドメイン")


class ServiceEntry(Strict):
    """A service of the device itself / 機器自身のサービス."""

    kind: str = Field(description="management, dns-forwarder, vpn-portal, … / 管理、DNS 転送、VPN など")
    service: Services = Field(description="tcp/443, … / プロトコルとポート")
    interfaces: list[str] = Field([], description="where it listens; all if absent / 待受けインターフェース")
    reoriginates: bool = Field(False, description="opens connections of its own / 受けた通信を自ら再発信する")


class DeviceEntry(Strict):
    """A device; one entry per VDOM or vsys / 機器 (VDOM・vsys ごとに 1 項目)."""

    id: str = Field(
        "", description="that of a host: the host's own filter / ホストと同じ ID はそのホスト自身のフィルター"
    )
    name: str | None = Field(None, description="for people / 表示名")
    kind: word(site_words.DeviceKind) | None = Field(None, description="what it is / 種別")  # type: ignore[valid-type]
    responsibility: word(site_words.Responsibility) = Field(  # type: ignore[valid-type]
        site_words.Responsibility.CITY, description="who answers for it / 責任分界"
    )
    hostname: str | None = Field(
        None, description="as in its export, if it is not the id / 設定内のホスト名 (ID と異なるとき)"
    )
    members: one_or_more(str) = Field([], description="host names of the units of its HA pair / HA 構成の各ホスト名")  # type: ignore[valid-type]
    exports: list[ExportEntry] = Field([], description="its files / エクスポートと補助ファイル")
    interfaces: dict[str, InterfaceEntry] = Field({}, description=TRUE_NAME)
    routes: list[RouteEntry] = Field([], description="static routes / 静的経路")
    routes_complete: bool = Field(
        False, description="these are all routes: an assumption / 経路はこれで全部 (前提になる)"
    )
    services: list[ServiceEntry] = Field([], description="services of the device itself / 機器自身のサービス")


class SiteDevice(DeviceEntry):
    """A device of a site / サイトの機器."""

    id: Id = Field(description="that of a host: the host's own filter / ホストと同じ ID はそのホスト自身のフィルター")
    kind: word(site_words.DeviceKind) = Field(description="what it is / 種別")  # type: ignore[valid-type]


class DeviceFileEntry(DeviceEntry):
    """A device file: one entry of `devices:` / 機器ファイル."""

    segcheck: int | None = Field(None, description="version of this file format: 1 / 形式の版: 1")
