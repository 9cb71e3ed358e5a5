"""What this importer is, and what it does not settle."""

from __future__ import annotations

from segcheck.importers._base import ImporterInfo
from segcheck.model.reading import Maturity

IMPORTER = ImporterInfo(
    format="asa",
    title="Cisco ASA, Secure Firewall Threat Defense (text form)",
    maturity=Maturity.MANUAL,
    versions="ASA 8.3 to 9.22 in routed mode; Threat Defense 6 and 7 as `show running-config` prints it",
    sources=(
        "Cisco ASA Series Firewall CLI Configuration Guide: Objects; Access Control Lists; Access Rules; Network Address "
        "Translation; Service Policy; Application Layer Protocol Inspection",
        "Cisco ASA Series General Operations CLI Configuration Guide: Interfaces; Routing; Management Access",
        "Cisco ASA Series Command Reference: access-list extended, access-group, nat, object-group, route, "
        "same-security-traffic, packet-tracer",
        "Cisco document 113396 (Packet Flow through a Cisco ASA Firewall)",
    ),
    export_en="terminal pager 0, then show running-config, kept whole from `: Saved` to `: end`; each context by itself",
    export_ja="terminal pager 0 の後に show running-config。: Saved から : end まですべて保存。コンテキストごとに取得",
    limits_en=(
        "Before 8.3, PIX, FWSM, transparent mode, bridge groups, the system of several contexts: the whole device is uncertain.",
        "Tunnels: what may come out of one (crypto map: what its list names; AnyConnect, webvpn, tunnel interfaces: anything) "
        "may pass past access lists, and what may go into one may not arrive. Routes to remote users may be there or not.",
        "IPv6 before 9.0, or where the version is not in the file: as if there were no export.",
        "Routing protocols, policy routing, traffic zones, DHCP and PPPoE addresses: the routing table is not known.",
        "Access rules between interfaces of one level without `same-security-traffic permit inter-interface`: uncertain.",
        "NAT between IP versions, of several addresses to fewer, with services of destinations: any translation may happen.",
        "A packet that two NAT rules take, one of them twice NAT, or that is routed elsewhere than its rule says: uncertain.",
        "Names of domains, users, security groups: uncertain. ICMP errors, and answers of other protocols than TCP, UDP, "
        "SCTP and inspected ICMP: uncertain where no rule permits them.",
        "Threat Defense: what a rule permits may still be refused by applications, URLs and intrusion rules, which are not "
        "in this text.",
        "Limits of connections, threat detection, quality of service and inspection of contents are not part of a verdict.",
    ),
    limits_ja=(
        "8.3 より前、PIX、FWSM、透過モード、ブリッジグループ、複数コンテキストのシステム領域は、機器全体が不確かです。",
        "トンネルから来うる通信(crypto map はそのリストの範囲、AnyConnect・webvpn・トンネルインターフェースは任意)は、"
        "アクセスリストを通らず通過しうるものとします。トンネルへ入りうる通信の到達と、遠隔利用者への経路は不確かです。",
        "9.0 より前、または版の記載がない場合の IPv6 は、設定ファイルがないものとして扱います。",
        "動的ルーティング、ポリシールーティング、トラフィックゾーン、DHCP・PPPoE のアドレスがあると経路表は不明です。",
        "同じセキュリティレベル間で same-security-traffic の許可がないとき、アクセスリストによる許可は不確かです。",
        "IP 版をまたぐ NAT、台数の異なる静的 NAT、宛先サービスの変換は、任意の変換が起こりうるものとして扱います。",
        "複数の NAT ルールが当てはまり片方が手動 NAT の場合や、経路が NAT と食い違う場合は不確かです。",
        "ドメイン名、利用者、セキュリティグループは不確かです。ICMP エラーと、TCP・UDP・SCTP・検査対象の ICMP "
        "以外の応答は、許可ルールがなければ不確かです。",
        "Threat Defense で許可された通信も、この設定にないアプリケーション、URL、侵入検知で拒否されることがあります。",
        "接続数制限、脅威検知、QoS、内容の検査は判定に含めません。",
    ),
)
