"""What this importer is, and what it does not settle."""

from __future__ import annotations

from segcheck.importers._base import ImporterInfo
from segcheck.model.reading import Maturity

IMPORTER = ImporterInfo(
    format="ios",
    title="Cisco IOS, IOS-XE",
    maturity=Maturity.MANUAL,
    versions="IOS 12.2 to 15.9, IOS-XE 3 to 17",
    sources=(
        "Cisco IOS Security Configuration Guide: Access Control Lists; Zone-Based Policy Firewall; Context-Based Access Control",
        "Cisco IOS Security Command Reference: access-list, ip access-group, permit (IP), permit (IPv6), ip inspect, ip port-map",
        "Cisco documents 6209 (NAT Order of Operation), 98628 (Zone-Based Policy Firewall Design and Application Guide)",
        "Cisco IOS IP Configuration Guide: Specifying IP Extended Access Lists with Fragment Control",
        "Catalyst 3750 Metro Command Reference: deny (IPv6)",
        "Cisco IOS IP Routing: Protocol-Independent Command Reference: ip route; IP Addressing Command Reference: ip nat",
    ),
    export_en="terminal length 0, then show running-config, kept whole from its first line to `end`",
    export_ja="terminal length 0 の後に show running-config。先頭行から最後の end まですべて保存",
    limits_en=(
        "Routing protocols, policy routing, DHCP addresses and gateways: the routing table is not known.",
        "IPsec (crypto map), bridging, WCCP, VLAN access maps and lists on switch ports: what passes there is uncertain.",
        "NAT of outside sources and inside destinations, NVI and NAT by VRF: any translation may happen.",
        "Several dynamic NAT entries that fit the same packet: which one acts is unknown.",
        "Inspection of packets that open no session, of other protocols than TCP, UDP and ICMP, and of fragments: unknown.",
        "Context-based access control: answers may pass lists; sure only by the interface with `ip inspect ... out`.",
        "An IPv4 list without entries that is bound, a group without members, an undefined group or time range: unknown.",
        "Routing on switches without `ip routing` in the file: unknown. Multicast forwarding: unknown.",
        "The last minute of a time range: unknown. The clock is taken to be right.",
        "Rates, quality of service and 802.1X are not part of a verdict.",
        "Anything that listens takes packets in; of management lines the lists of `access-class` are read.",
    ),
    limits_ja=(
        "動的ルーティング、ポリシールーティング、DHCP によるアドレスやゲートウェイがあると経路表は不明です。",
        "IPsec(crypto map)、ブリッジ、WCCP、VLAN アクセスマップ、スイッチポートのリストがある箇所の通過可否は不確かです。",
        "外側送信元・内側宛先の NAT、NVI、VRF 別の NAT は、任意の変換が起こりうるものとして扱います。",
        "同じパケットに当てはまる動的 NAT が複数ある場合、どれが働くかは不明です。",
        "セッションを開かないパケット、TCP・UDP・ICMP 以外のプロトコル、フラグメントの検査結果は不明です。",
        "CBAC の応答はリストを通過しうるものとし、確実とするのは `ip inspect ... out` のインターフェースだけです。",
        "適用済みで空の IPv4 リスト、空または未定義のグループ、未定義の time-range は不明です。",
        "`ip routing` の記載がないスイッチのルーティング、およびマルチキャスト転送は不明です。",
        "time-range の最後の 1 分は不明です。機器の時計は正しいとみなします。",
        "流量制限、QoS、802.1X は判定に含めません。",
        "自装置宛ての通信は受け取られるものとし、管理回線については access-class のリストを読みます。",
    ),
)
