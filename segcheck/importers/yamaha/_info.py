"""What this importer is, and what it does not settle."""

from __future__ import annotations

from segcheck.importers._base import ImporterInfo
from segcheck.model.reading import Maturity

IMPORTER = ImporterInfo(
    format="yamaha",
    title="Yamaha RTX, NVR",
    maturity=Maturity.MANUAL,
    versions="RTX810 to RTX5000, RTX1220, RTX830, NVR500 to NVR700W (Rev.11 to Rev.23)",
    sources=(
        "Yamaha Router Command Reference: ip filter, ip filter dynamic, ip INTERFACE secure filter, ip route, NAT, VLAN, PP",
        "rtpro.yamaha.co.jp RT/manual/rt-common/ip/ip_filter_dynamic (section 9.1.14)",
        "rtpro.yamaha.co.jp RT/docs/nat-descriptor/nat-abstruct",
        "rtpro.yamaha.co.jp RTA54i/example/help/static-filter (pass, reject, restrict)",
        "noblehero.jp, 11 Sep 2024: order of NAT, filters and routing",
    ),
    export_en="console columns 4096, console lines infinity, then show config, kept from its first comment to the prompt behind",
    export_ja="console columns 4096、console lines infinity の後に show config。先頭のコメントから末尾のプロンプトまで保存",
    limits_en=(
        "A configuration has no end mark: it counts as whole only with the prompt behind it.",
        "Lines that the terminal has broken are not put together again: the device is uncertain then.",
        "restrict passes or discards by the state of the line: both are possible.",
        "Filter numbers that nothing defines, filters by host name, and addresses from router advertisements or DHCPv6: unknown.",
        "Later fragments where a filter asks for ports or flags; rarer ICMP types of icmp-error and icmp-info: unknown.",
        "A packet that fits no static filter but a dynamic one: undecided. Answers of remembered sessions pass.",
        "Connections that a dynamic filter opens after its trigger (in, out; FTP data): possible, never certain.",
        "Packets from outside that no NAT entry names, and who may use a masquerade entry while it lives: undecided.",
        "Several NAT descriptors on an interface, reverse, hairpin, UPnP: any translation may happen.",
        "Gateways with filter, forward filter, RIP, OSPF, BGP, DHCP and IPCP addresses: the routing table is not known.",
        "Policy filters (ip policy filter), bridges, L2TPv3, Ethernet filters, scripts and scheduled commands: uncertain.",
        "What the device itself sends, directed broadcasts, multicasts and what intrusion detection rejects are left open.",
    ),
    limits_ja=(
        "設定には終端の印がないため、末尾にプロンプトがある場合だけ完全とみなします。",
        "端末の幅で折り返された行はつなぎ直さず、機器全体を不確かとして扱います。",
        "restrict は回線の状態により通過・破棄のどちらもありえます。",
        "未定義のフィルター番号、ホスト名によるフィルター、RA・DHCPv6 から得るアドレスは不明です。",
        "ポートやフラグを指定したフィルターと後続フラグメント、icmp-error・icmp-info の一部の種別は不明です。",
        "静的フィルターに一致せず動的フィルターに一致するパケットは判定不能です。記憶されたセッションの応答は通過します。",
        "動的フィルターがトリガーの後に通す通信（in、out、FTP のデータ）は可能性として扱い、確実とはしません。",
        "NAT の設定にない外側からのパケットと、IP マスカレードの変換を誰が使えるかは判定不能です。",
        "1 インターフェースに複数の NAT ディスクリプター、reverse、ヘアピン、UPnP は任意の変換が起こりうるものとします。",
        "filter 付きゲートウェイ、forward filter、RIP・OSPF・BGP、DHCP や IPCP のアドレスがあると経路表は不明です。",
        "ポリシーフィルター、ブリッジ、L2TPv3、イーサネットフィルター、スクリプト、スケジュール実行は不確かです。",
        "機器自身が送る通信、ブロードキャスト、マルチキャスト、不正アクセス検知による破棄は判定しません。",
    ),
)
