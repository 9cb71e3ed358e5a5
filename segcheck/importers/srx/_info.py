"""What this importer is, and what it does not settle."""

from __future__ import annotations

from segcheck.importers._base import ImporterInfo
from segcheck.model.reading import Maturity

IMPORTER = ImporterInfo(
    format="srx",
    title="Juniper SRX (Junos OS)",
    maturity=Maturity.MANUAL,
    versions="Junos OS 12.1X46 to 23.4 on SRX and vSRX",
    sources=(
        "Security Policies User Guide: Policies Overview, Policy Ordering, Global Policies, Address Books, Predefined and Custom "
        "Policy Applications, Schedulers",
        "Security Zones user guide: Zones, Functional Zones, Controlling Inbound Traffic; CLI Reference, host-inbound-traffic",
        "NAT User Guide: Rule Sets and Rules, Static, Destination, Source and Persistent NAT",
        "Routing Policies, Firewall Filters, and Traffic Policers User Guide: Firewall Filter Match Conditions and Actions",
        "Flow-Based and Packet-Based Processing User Guide: Traffic Processing on SRX Series Firewalls",
        "CLI User Guide: Configuration Groups, Deactivate Statements, Filtering Command Output",
    ),
    export_en="`show configuration | display set | no-more` (or without `display set`); keep the prompt before and after it",
    export_ja="`show configuration | display set | no-more`(`display set` なしも可)。前後のプロンプトも含めて保存",
    limits_en=(
        "The XML and JSON forms, and saved parts of one level of the hierarchy, are not read.",
        "Dynamic applications, URL categories and inspection are decided after the opening packet: such a policy is never sure.",
        "Users and firewall authentication are conditions that hold for some only; DNS names and feeds are unknown.",
        "Logical systems, tenants, transparent mode, packet mode, filters of switch ports: what the device does is not known.",
        "Routing protocols, DHCP and PPPoE addresses, filters that route, next-table, route leaking, ip-monitoring, policy-based "
        "VPN: the routing table is not known.",
        "IPv6 without a written forwarding mode: dropped or handled, by release. Which ALGs are on by default is left open.",
        "Several NAT rule sets that fit a packet: whether one further away is asked is left open. NAT between IPv4 and IPv6: any "
        "address may result. Static NAT back towards other zones than its own is not sure.",
        "To the device itself: addresses of other interfaces, what no policy to junos-host takes, services that are "
        "not switched on: left open.",
        "Screens may drop spoofed sources and unknown protocols; rates and malformed packets are not part of a verdict.",
        "Both nodes of a cluster are read as one; settings of one node beside names and fxp0 make the device unknown.",
        "Groups: a setting of which it is not known whether it has one value or many is left open where both say something.",
    ),
    limits_ja=(
        "XML 形式と JSON 形式、および階層の途中だけを保存したものは読みません。",
        "動的アプリケーション・URL カテゴリ・各種検査は最初のパケットの後に決まるため、指定したポリシーは確定としません。",
        "ユーザーとファイアウォール認証は該当する場合としない場合の両方があるものとし、DNS 名と外部フィードは不明とします。",
        "論理システム・テナント・透過モード・パケットモード・スイッチポートのフィルターがあると、装置の動作は不明です。",
        "動的ルーティング、DHCP/PPPoE のアドレス、経路を変えるフィルター、next-table、経路の共有、ip-monitoring、"
        "ポリシーベース VPN があると経路表は不明です。",
        "IPv6 の転送モードの記載がない場合、破棄か処理かはリリースによるため不明です。既定で有効な ALG も確定としません。",
        "複数の NAT ルールセットに該当する場合、遠い方が参照されるかは不明です。IPv4 と IPv6 の間の変換は変換後の宛先が不明です。"
        "静的 NAT の逆方向は、ルール自身のゾーン宛て以外は確定としません。",
        "装置自身宛てで、他のインターフェースのアドレス宛て、junos-host へのポリシーに該当しない通信、無効のサービスは"
        "通る可能性として扱います。",
        "スクリーンは詐称送信元と未知プロトコルを落とす可能性として扱い、流量と不正なパケットは判定に含めません。",
        "クラスターの両ノードは 1 台として読みます。名前と fxp0 以外にノード固有の設定があると装置の動作は不明です。",
        "設定グループで、値が 1 つか複数か分からない項目に両方の記載がある場合は不明とします。",
    ),
)
