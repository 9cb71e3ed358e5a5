"""What this importer is, and what it does not settle."""

from __future__ import annotations

from segcheck.importers._base import ImporterInfo
from segcheck.model.reading import Maturity

IMPORTER = ImporterInfo(
    format="panos",
    title="Palo Alto Networks PAN-OS",
    maturity=Maturity.MANUAL,
    versions="PAN-OS 8.1 to 11.2",
    sources=(
        "PAN-OS Web Interface Help 8.1 to 11.1 (docs.paloaltonetworks.com): Security Policy, NAT, Zones, Interfaces, "
        "Virtual Routers, Interface Mgmt, Schedules, Session Settings",
        "PAN-OS Administrator's Guide: App-ID, Safely Enable Applications on Default Ports",
        "PAN-OS Networking Administrator's Guide: NAT Policy Rules; Use Interface Management Profiles to Restrict Access",
        "Knowledge base: Packet Flow Sequence in PAN-OS; What are Universal, Intrazone and Interzone Rules?",
    ),
    export_en="GUI: Device > Setup > Operations > Export named configuration snapshot (running-config.xml), or CLI: "
    "`set cli config-output-format set`, `configure`, `show`",
    export_ja="GUI: Device > セットアップ > 操作 > 名前付き設定スナップショットのエクスポート(running-config.xml)、または CLI で "
    "`set cli config-output-format set` の後に `configure`、`show`",
    limits_en=(
        "App-ID and URL categories are decided after the opening packet: a rule that names one is never sure",
        "application-default: default ports of a few well-known applications; any other application may use any port",
        "FQDN, dynamic groups, regions and external lists: their content is not in the file; such a match is unknown",
        "users, HIP and devices are conditions that hold for some and not for others",
        "virtual wire, layer 2 and tap interfaces, and those of other virtual systems: noted, what they do is not judged",
        "policy-based forwarding, SD-WAN, external zones, shared gateways, next-vr: the routing table is not known",
        "dynamic routing, DHCP and PPPoE interfaces: the routing table is not known",
        "NAT64 and NPTv6: any address may result; the reverse of a bi-directional rule is sure from its own zone only",
        "to the firewall itself: what security rules deny may pass all the same; services other than management profiles "
        "and the management port may listen",
        "authentication and DoS rules may drop what they match; zone protection rates are not part of a verdict",
        "IPv6 is taken as handled only where `ipv6-firewalling yes` is written",
        "Panorama's own configuration (device groups, templates) is not read; rules that it has pushed are",
        "schedules end before the minute that they name",
    ),
    limits_ja=(
        "App-ID と URL カテゴリは最初のパケットの後に決まるため、これらを指定したルールは確定としない",
        "application-default は一部のよく知られたアプリケーションの標準ポートのみ。その他は任意のポートとみなす",
        "FQDN・動的グループ・リージョン・外部リストは中身が設定ファイルにないため、一致するか不明として扱う",
        "ユーザー・HIP・デバイスは、該当する場合としない場合の両方があるものとして扱う",
        "バーチャルワイヤー・レイヤー2・タップ、および他の仮想システムのインターフェースは記録のみで、判定しない",
        "ポリシーベースフォワーディング・SD-WAN・外部ゾーン・共有ゲートウェイ・next-vr があると経路表は不明",
        "動的ルーティング・DHCP/PPPoE インターフェースがあると経路表は不明",
        "NAT64 と NPTv6 は変換後の宛先が不明。双方向 NAT の逆方向は、ルール自身の宛先ゾーンからのみ確定とする",
        "ファイアウォール自身宛ての通信は、セキュリティルールで拒否されても通る可能性があるものとする。管理プロファイルと"
        "管理ポート以外のサービスは、待ち受けの可能性として扱う",
        "認証ルールと DoS ルールは、一致した通信を落とす可能性として扱う。ゾーンプロテクションの流量制限は判定に含めない",
        "IPv6 は `ipv6-firewalling yes` が書かれている場合のみ処理されるものとみなす",
        "Panorama 自身の設定(デバイスグループ、テンプレート)は読まない。配信済みのルールは読む",
        "スケジュールは終了時刻の直前の分までとみなす",
    ),
)
