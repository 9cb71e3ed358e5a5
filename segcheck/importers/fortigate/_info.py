"""What this importer is, and what it does not settle."""

from __future__ import annotations

from segcheck.importers._base import ImporterInfo
from segcheck.model.reading import Maturity

IMPORTER = ImporterInfo(
    format="fortigate",
    title="Fortinet FortiGate (FortiOS)",
    maturity=Maturity.MANUAL,
    versions="FortiOS 6.0 to 7.6",
    sources=(
        "FortiOS CLI Reference 6.0, 6.2, 6.4, 7.0, 7.2, 7.4, 7.6 (docs.fortinet.com)",
        "FortiGate Administration Guide 6.4 to 7.6: Policies, Virtual IPs, Central SNAT, Zone, Routing, Local-in policy",
        "Fortinet community Technical Tips 190100, 190646, 191772, 191945, 192456, 193423, 194382, 196651, 248943, 264457, "
        "277823, 279733, 288894, 350101, 369268, 195448, 198575, 253597",
    ),
    export_en="GUI: admin menu > Configuration > Backup (no password), or CLI: `show` with `config system console / "
    "set output standard`",
    export_ja="GUI: 右上の管理者メニュー > 設定 > バックアップ(パスワードなし)、または CLI で "
    "`config system console` / `set output standard` の後に `show`",
    limits_en=(
        "FQDN, geography, dynamic and Internet Service objects: their content is not in the file; such a match is unknown",
        "match-vip in 7.2.3, and with a destination narrower than all: unknown",
        "overlapping VIPs before 7.2 without central NAT: either may act",
        "hairpin to a VIP by another interface than extintf, and the mapped address as destination of a VIP policy: unknown",
        "traffic of the device's own VIP and pool addresses beyond translation (it counts as local) is not judged as local-in",
        "later fragments whose first is missing: unknown; ICMP errors without a session: unknown",
        "one-to-one VIPs under central NAT, and nat-source-vip for policies without NAT: source translation unknown",
        "NAT46, NAT64, transparent mode, virtual wire pairs, NGFW policy mode: read as uncertain",
        "dynamic routing, SD-WAN rules, DHCP and PPPoE interfaces: the routing table is not known",
        "local-in policies that accept what allowaccess does not name; access to the address of another interface: unknown",
        "multicast and IPv6 reverse path check: unknown; DoS policies and rate limits are not part of a verdict",
        "schedules end before the minute that they name",
        "access profiles of security (antivirus, web filter ...) act after a session is open and are left out",
    ),
    limits_ja=(
        "FQDN・国・動的アドレス・インターネットサービスは中身が設定ファイルにないため、一致するか不明として扱う",
        "7.2.3 の match-vip、および宛先が all より狭い場合の match-vip は不明",
        "7.2 より前(セントラル NAT なし)で重なる VIP は、どちらも働きうるとみなす",
        "extintf 以外のインターフェースから VIP へ折り返す通信、VIP ポリシーでの変換後アドレス宛て通信は不明",
        "VIP・IP プールのアドレスは自装置のアドレスとみなすが、そこへの local-in は判定しない",
        "先頭のない後続フラグメント、セッションのない ICMP エラーの扱いは不明",
        "セントラル NAT での一対一 VIP、NAT なしポリシーでの nat-source-vip は、送信元変換が不明",
        "NAT46・NAT64・透過モード・仮想ワイヤペア・NGFW ポリシーモードは不確かなものとして扱う",
        "動的ルーティング・SD-WAN ルール・DHCP/PPPoE インターフェースがあると経路表は不明",
        "allowaccess にないものを許可する local-in ポリシー、他インターフェースのアドレスへの管理アクセスは不明",
        "マルチキャストと IPv6 の逆経路確認は不明。DoS ポリシーと流量制限は判定に含めない",
        "スケジュールは終了時刻の直前の分までとみなす",
        "アンチウイルスやウェブフィルタなどはセッション確立後に働くため、判定に含めない",
    ),
)
