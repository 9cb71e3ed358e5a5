"""The city that all models share: tiers, lines, devices, and whatever no model changes."""

from __future__ import annotations

from tools.cities.plan import City, Device, Entry, Leg, Route, Segment

#: Terminals of each segment have addresses 100 to 199 in it.
_TERMINALS = {
    "mn-terminals": "10.11.11",
    "koseki-terminals": "10.11.12",
    "mn-br1-terminals": "10.11.21",
    "mn-br2-terminals": "10.11.22",
    "lg-terminals": "10.21.12",
    "lg-br1-terminals": "10.21.21",
    "lg-br2-terminals": "10.21.22",
    "in-terminals": "10.31.12",
    "tosho-terminals": "10.32.10",
    "suido-terminals": "10.22.10",
}


def base(name: str, model: str, about: tuple[str, str]) -> City:
    """Return a city without what its model adds."""
    city = City(id=name, name="若木市", model=model, about=about)
    city.zones = {
        "mn": "{tier: mynumber, name: マイナンバー利用事務系}",
        "lg": "{tier: lgwan, name: LGWAN接続系}",
        "suido": "{tier: lgwan, name: 水道事業 (公営企業)}",
        "in": "{tier: internet, name: インターネット接続系}",
        "tosho": "{tier: internet, name: 図書館 (指定管理者)}",
        "dmz": "{tier: dmz, name: 公開セグメント}",
        "san": "{tier: sanitise, name: 無害化セグメント}",
        "mgt": "{tier: management, name: 運用管理}",
        "sch-adm": "{tier: school, name: 校務系}",
        "sch-lrn": "{tier: school, name: 学習系}",
        "sch-line": "{tier: school, name: 教育用回線, responsibility: vendor}",
        "lgwan": "{tier: lgwan_wan, name: LGWAN, responsibility: jlis}",
        "gc": "{tier: gov_cloud, name: ガバメントクラウド, responsibility: digital_agency}",
        "sc": "{tier: security_cloud, name: 自治体情報セキュリティクラウド, responsibility: prefecture}",
    }
    for one in (
        Segment("mn-srv", "mn", "10.11.10.0/24", "fw-mn", name="基幹サーバ"),
        Segment("mn-term", "mn", "10.11.11.0/24", "fw-mn", name="本庁 基幹端末"),
        Segment("mn-koseki", "mn", "10.11.12.0/24", "fw-mn", name="戸籍"),
        Segment("mn-br1", "mn", "10.11.21.0/24", "rt-br1", name="東支所 基幹端末"),
        Segment("mn-br2", "mn", "10.11.22.0/24", "rt-br2", name="西支所 基幹端末"),
        Segment("mn-wan", "mn", "10.11.99.0/30", kind="transit"),
        Segment("mn-ipvpn", "mn", "10.11.90.0/29", kind="transit", name="IP-VPN (基幹)"),
        Segment("mn-lg", "mn", "10.11.98.0/30", kind="transit"),
        Segment("lg-srv", "lg", "10.21.10.0/24", "fw-core", name="内部事務サーバ"),
        Segment("lg-term", "lg", "10.21.12.0/24", "fw-core", name="本庁 業務端末"),
        Segment("lg-br1", "lg", "10.21.21.0/24", "rt-br1", name="東支所 業務端末"),
        Segment("lg-br2", "lg", "10.21.22.0/24", "rt-br2", name="西支所 業務端末"),
        Segment("lg-wan", "lg", "10.21.99.0/30", kind="transit"),
        Segment("lg-ipvpn", "lg", "10.21.90.0/29", kind="transit", name="IP-VPN (内部)"),
        Segment("lg-edge", "lg", "10.21.98.0/30", kind="transit"),
        Segment("suido-lan", "suido", "10.22.10.0/24", "fw-suido", name="水道事業"),
        Segment("suido-core", "suido", "10.22.98.0/30", kind="transit"),
        Segment("in-srv", "in", "10.31.10.0/24", "fw-in", name="インターネット系サーバ"),
        Segment("in-term", "in", "10.31.12.0/24", "fw-in", name="インターネット系端末"),
        Segment("in-core", "in", "10.31.98.0/30", kind="transit"),
        Segment("tosho-lan", "tosho", "10.32.10.0/24", "rt-tosho", name="図書館"),
        Segment("tosho-core", "tosho", "10.32.98.0/30", kind="transit"),
        Segment("dmz-lan", "dmz", "10.61.10.0/27", "fw-in"),
        Segment("san-lan", "san", "10.51.10.0/28", "fw-core"),
        Segment("mgt-lan", "mgt", "10.91.11.0/26", "fw-core"),
        Segment("sch-adm-lan", "sch-adm", "10.71.10.0/24", "fw-sch", domain="school"),
        Segment("sch-lrn-lan", "sch-lrn", "10.72.10.0/24", "fw-sch", domain="school"),
        Segment("sch-out", "sch-line", "192.0.2.0/29", kind="external", domain="school"),
        Segment("sch-net", "sch-line", "192.0.2.0/24", kind="external", domain="school"),
        Segment("gc-edge", "gc", "10.201.255.0/30", kind="line"),
        Segment("gc-app", "gc", "10.201.1.0/24", "vpc-gc", name="標準準拠システム"),
        Segment("lgwan-edge", "lgwan", "198.18.1.0/29", kind="external"),
        Segment("lgwan-net", "lgwan", "198.18.0.0/15", kind="external"),
        Segment("sc-link", "sc", "198.51.100.0/29", kind="external"),
        Segment("sc-net", "sc", "198.51.100.0/24", kind="external"),
    ):
        city.segments[one.id] = one
    city.hosts = {
        "mn-jumin-01": ("mn-srv", "10.11.10.11", "server", "business: 住民記録・税"),
        "mn-renkei-01": ("mn-srv", "10.11.10.12", "server", "business: 統合宛名・情報連携"),
        "mn-koseki-01": ("mn-koseki", "10.11.12.11", "server", "business: 戸籍"),
        "mn-upd-01": ("mn-srv", "10.11.10.31", "update_relay", ""),
        "mn-log-01": ("mn-srv", "10.11.10.61", "log_server", ""),
        "lg-mail-01": ("lg-srv", "10.21.10.25", "mail_server", "business: グループウェア"),
        "lg-zaimu-01": ("lg-srv", "10.21.10.41", "server", "business: 財務会計"),
        "lg-upd-01": ("lg-srv", "10.21.10.31", "update_relay", ""),
        "suido-ryokin-01": ("suido-lan", "10.22.10.11", "server", "business: 水道料金"),
        "in-mail-01": ("in-srv", "10.31.10.25", "mail_server", ""),
        "dmz-cms-01": ("dmz-lan", "10.61.10.10", "web_server", "business: 公開ホームページ"),
        "in-proxy-01": ("in-srv", "10.31.10.80", "proxy", ""),
        "in-dns-01": ("in-srv", "10.31.10.53", "dns_server", ""),
        "san-mail-01": ("san-lan", "10.51.10.5", "sanitiser", ""),
        "san-file-01": ("san-lan", "10.51.10.9", "sanitiser", ""),
        "jump-01": ("mgt-lan", "10.91.11.10", "jump_host", ""),
        "sch-srv-01": ("sch-adm-lan", "10.71.10.11", "server", "business: 校務支援"),
        "gc-jumin": ("gc-app", "10.201.1.10", "cloud_service", "peer_class: gov_cloud"),
        "lgwan-chukan": ("lgwan-net", "198.18.100.20", "external_peer", "peer_class: lgwan_asp_closed"),
        "lgwan-eltax": ("lgwan-net", "198.18.100.10", "external_peer", "peer_class: lgwan_trusted_public"),
        "lgwan-koseki": (
            "lgwan-net",
            "198.18.100.50",
            "external_peer",
            "peer_class: lgwan_asp_closed, business: 戸籍情報連携",
        ),
        "lgwan-mail": ("lgwan-net", "198.18.100.25", "mail_server", ""),
        "lgwan-pf": ("lgwan-net", "198.18.100.30", "external_peer", "business: 更新配信"),
        "sc-proxy": ("sc-net", "198.51.100.21", "proxy", ""),
        "sc-mail": ("sc-net", "198.51.100.25", "mail_server", ""),
        "sc-dns": ("sc-net", "198.51.100.53", "dns_server", ""),
        "sc-waf": ("sc-net", "198.51.100.80", "proxy", ""),
        "sc-ce": ("sc-link", "198.51.100.1", "external_peer", ""),
        "sch-ce": ("sch-out", "192.0.2.1", "external_peer", ""),
        "sch-proxy": ("sch-net", "192.0.2.21", "proxy", ""),
    }
    city.organs = [
        "{id: shicho, name: 市長部局, responsible: 情報政策課長}",
        "{id: suido, name: 水道事業 (公営企業), zones: [suido], responsible: 水道課長}",
        "{id: kyoiku, name: 教育委員会, zones: [sch-adm, sch-lrn, sch-line], responsible: 教育総務課長}",
        "{id: tosho, name: 図書館 (指定管理者), zones: [tosho], responsible: 生涯学習課長}",
    ]
    city.groups = {name: f"{start}.100-{start}.199" for name, start in _TERMINALS.items()}
    _devices(city)
    _lines(city)
    _shared_register(city)
    return city


def _devices(city: City) -> None:
    for one in (
        Device(
            "fw-mn",
            "マイナンバー系ファイアウォール",
            "panos",
            "firewall",
            [
                Leg("ethernet1/1", "mn-srv", "10.11.10.1"),
                Leg("ethernet1/2", "mn-term", "10.11.11.1"),
                Leg("ethernet1/3", "mn-koseki", "10.11.12.1"),
                Leg("ethernet1/4", "mn-wan", "10.11.99.1"),
                Leg("ethernet1/5", "mn-lg", "10.11.98.1"),
                Leg("ethernet1/6", "gc-edge", "10.201.255.1"),
            ],
            [
                Route("10.11.21.0/24", "10.11.99.2", "ethernet1/4"),
                Route("10.11.22.0/24", "10.11.99.2", "ethernet1/4"),
                Route("198.18.0.0/15", "10.11.98.2", "ethernet1/5"),
                Route("10.21.10.0/24", "10.11.98.2", "ethernet1/5"),
                Route("10.201.0.0/16", "10.201.255.2", "ethernet1/6"),
            ],
        ),
        Device(
            "fw-core",
            "基幹ファイアウォール",
            "fortigate",
            "firewall",
            [
                Leg("port1", "lg-srv", "10.21.10.1"),
                Leg("port2", "lg-term", "10.21.12.1"),
                Leg("port3", "lg-wan", "10.21.99.1"),
                Leg("port4", "lg-edge", "10.21.98.1"),
                Leg("port5", "san-lan", "10.51.10.1"),
                Leg("port6", "in-core", "10.31.98.1"),
                Leg("port7", "mgt-lan", "10.91.11.1"),
                Leg("port8", "suido-core", "10.22.98.1"),
            ],
            [
                Route("10.21.21.0/24", "10.21.99.2", "port3"),
                Route("10.21.22.0/24", "10.21.99.2", "port3"),
                Route("198.18.0.0/15", "10.21.98.2", "port4"),
                Route("10.11.10.0/24", "10.21.98.2", "port4"),
                Route("10.31.10.0/24", "10.31.98.2", "port6"),
                Route("10.31.12.0/24", "10.31.98.2", "port6"),
                Route("10.22.10.0/24", "10.22.98.2", "port8"),
            ],
        ),
        Device(
            "fw-lgwan",
            "LGWANファイアウォール",
            "srx",
            "firewall",
            [
                Leg("ge-0/0/0.0", "lg-edge", "10.21.98.2"),
                Leg("ge-0/0/1.0", "mn-lg", "10.11.98.2"),
                Leg("ge-0/0/2.0", "lgwan-edge", "198.18.1.2"),
            ],
            [
                Route("10.21.0.0/16", "10.21.98.1", "ge-0/0/0.0"),
                Route("10.11.0.0/16", "10.11.98.1", "ge-0/0/1.0"),
                Route("198.18.0.0/15", "198.18.1.1", "ge-0/0/2.0"),
            ],
        ),
        Device(
            "fw-in",
            "インターネット系ルーター (Linux)",
            "nftables",
            "router",
            [
                Leg("eth0", "in-core", "10.31.98.2"),
                Leg("eth1", "in-srv", "10.31.10.1"),
                Leg("eth2", "in-term", "10.31.12.1"),
                Leg("eth3", "dmz-lan", "10.61.10.1"),
                Leg("eth4", "sc-link", "198.51.100.2"),
                Leg("eth5", "tosho-core", "10.32.98.1"),
            ],
            [
                Route("10.21.0.0/16", "10.31.98.1", "eth0"),
                Route("10.51.10.0/28", "10.31.98.1", "eth0"),
                Route("198.51.100.0/24", "198.51.100.1", "eth4"),
                Route("10.32.10.0/24", "10.32.98.2", "eth5"),
            ],
        ),
        Device(
            "rt-wan",
            "支所収容ルーター",
            "ios",
            "router",
            [
                Leg("GigabitEthernet0/0/0", "mn-wan", "10.11.99.2", "MN"),
                Leg("GigabitEthernet0/0/1", "lg-wan", "10.21.99.2", "LG"),
                Leg("GigabitEthernet0/0/2.10", "mn-ipvpn", "10.11.90.1", "MN"),
                Leg("GigabitEthernet0/0/2.20", "lg-ipvpn", "10.21.90.1", "LG"),
            ],
            [
                Route("0.0.0.0/0", "10.11.99.1", "", "MN"),
                Route("10.11.21.0/24", "10.11.90.2", "", "MN"),
                Route("10.11.22.0/24", "10.11.90.3", "", "MN"),
                Route("0.0.0.0/0", "10.21.99.1", "", "LG"),
                Route("10.21.21.0/24", "10.21.90.2", "", "LG"),
                Route("10.21.22.0/24", "10.21.90.3", "", "LG"),
            ],
        ),
        *(
            Device(
                f"rt-br{number}",
                f"{where}支所ルーター",
                "ios",
                "router",
                [
                    Leg("GigabitEthernet0/0/0.10", f"mn-br{number}", f"10.11.2{number}.1", "MN"),
                    Leg("GigabitEthernet0/0/0.20", f"lg-br{number}", f"10.21.2{number}.1", "LG"),
                    Leg("GigabitEthernet0/0/1.10", "mn-ipvpn", f"10.11.90.{number + 1}", "MN"),
                    Leg("GigabitEthernet0/0/1.20", "lg-ipvpn", f"10.21.90.{number + 1}", "LG"),
                ],
                [Route("0.0.0.0/0", "10.11.90.1", "", "MN"), Route("0.0.0.0/0", "10.21.90.1", "", "LG")],
            )
            for number, where in ((1, "東"), (2, "西"))
        ),
        Device(
            "fw-suido",
            "水道事業ファイアウォール",
            "asa",
            "firewall",
            [Leg("inside", "suido-lan", "10.22.10.1"), Leg("city", "suido-core", "10.22.98.2")],
            [Route("10.21.10.0/24", "10.22.98.1", "city")],
        ),
        Device(
            "rt-tosho",
            "図書館ルーター (指定管理者)",
            "yamaha",
            "router",
            [Leg("lan1", "tosho-lan", "10.32.10.1"), Leg("lan2", "tosho-core", "10.32.98.2")],
            [Route("198.51.100.0/24", "10.32.98.1", "lan2")],
        ),
        Device(
            "fw-sch",
            "学校ルーター (Linux)",
            "iptables",
            "router",
            [
                Leg("eth0", "sch-adm-lan", "10.71.10.1"),
                Leg("eth1", "sch-lrn-lan", "10.72.10.1"),
                Leg("eth2", "sch-out", "192.0.2.2"),
            ],
            [Route("192.0.2.0/24", "192.0.2.1", "eth2")],
        ),
        Device(
            "san-mail-01",
            "メール無害化装置 自身のフィルター",
            "iptables",
            "host",
            [Leg("eth0", "san-lan", "10.51.10.5")],
        ),
        Device(
            "san-file-01",
            "ファイル無害化装置 自身のフィルター",
            "iptables",
            "host",
            [Leg("eth0", "san-lan", "10.51.10.9")],
        ),
        Device(
            "vpc-gc",
            "標準準拠システムの VPC (ガバメントクラウド)",
            "aws",
            "router",
            [Leg("vgw-0c1", "gc-edge"), Leg("subnet-0c1", "gc-app", "10.201.1.1")],
            [Route("10.11.10.0/24", "10.201.255.1", "vgw-0c1")],
        ),
    ):
        city.devices[one.id] = one
    for name in ("san-mail-01", "san-file-01"):
        city.devices[name].routes = [Route("0.0.0.0/0", "10.51.10.1", "eth0")]


def _lines(city: City) -> None:
    city.links = [
        '{id: up-sc, ends: ["fw-in:eth4", "zone:sc"], kind: security_cloud}',
        '{id: up-lgwan, ends: ["fw-lgwan:ge-0/0/2.0", "zone:lgwan"], kind: lgwan}',
        '{id: up-gc, ends: ["fw-mn:ethernet1/6", "vpc-gc:vgw-0c1"], kind: tunnel, '
        "segments: [gc-edge], name: ガバメントクラウド接続の VPN}",
        '{id: up-school, ends: ["fw-sch:eth2", "zone:sch-line"], kind: isp, name: 教育用回線}',
    ]
    city.points = [
        ("t-core-lg", "fw-core", "port2"),
        ("t-core-in", "fw-core", "port6"),
        ("t-mn-lg", "fw-mn", "ethernet1/5"),
        ("t-sc", "fw-in", "eth4"),
    ]
    city.gateways = [
        """id: san-mail
    hosts: [san-mail-01]
    method: mail_text
    forwards: false
    legs:
      - {id: mail-in, from: in-mail-01, service: tcp/25, opener: other}
      - {id: mail-out, to: lg-mail-01, service: tcp/25, opener: self}"""
    ]
    due = "review_due: 2027-03-31"
    city.attestations = [
        "{id: AT-01, subject: zone:sc, claim: 庁内からの接続を LGWAN へ中継しない, owner: 県情報政策課長, "
        f"reason: 県の管理範囲で設定を入手できない, document: 利用規約 第8条, {due}}}",
        "{id: AT-02, subject: zone:lgwan, claim: LGWAN はインターネットと接続しない, owner: 情報政策課長, "
        f"reason: J-LIS の管理範囲で設定を入手できない, document: LGWAN 運営要綱, {due}}}",
    ]

    end = "owner: 情報政策課長, document: 設定取得記録 2026-11-01, review_due: 2027-03-31"
    for number, (subject, claim, assume, reason) in enumerate(
        [
            *(
                (
                    name,
                    "VLAN は系統ごとに分離し、回線の中でもつながらない",
                    "separate",
                    "IP-VPN の網内の設定は入手できない",
                )
                for name in ("rt-wan", "rt-br1", "rt-br2")
            ),
            *(
                (name, "出力は全行そろっている", "export_whole", "出力形式に終わりの印がない")
                for name, device in city.devices.items()
                if device.vendor in ("iptables", "nftables", "yamaha")
            ),
        ],
        1,
    ):
        city.assumptions.append(
            f"{{id: AS-{number:02}, subject: {subject}, claim: {claim}, assume: {assume}, reason: {reason}, {end}}}"
        )


def _shared_register(city: City) -> None:
    """What the My Number tier, LGWAN, mail and the security cloud need in every model."""
    add = city.register.append
    mn_lgwan = ("fw-mn", "fw-lgwan")
    for entry, host, purpose in (
        ("WK-001", "lgwan-chukan", "情報連携 (中間サーバー)"),
        ("WK-002", "lgwan-eltax", "eLTAX 審査データ"),
    ):
        add(Entry(entry, "specific", "mn-renkei-01", host, ("tcp/443",), purpose, mn_lgwan))
        city.permit("fw-mn", entry, purpose, "ethernet1/1", "ethernet1/5", f"mn-renkei-01 > {host}", "tcp/443")
        city.permit("fw-lgwan", entry, purpose, "ge-0/0/1.0", "ge-0/0/2.0", f"mn-renkei-01 > {host}", "tcp/443")
    add(Entry("WK-003", "specific", "mn-koseki-01", "lgwan-koseki", ("tcp/443",), "戸籍情報連携", mn_lgwan))
    city.permit(
        "fw-mn", "WK-003", "戸籍情報連携", "ethernet1/3", "ethernet1/5", "mn-koseki-01 > lgwan-koseki", "tcp/443"
    )
    city.permit(
        "fw-lgwan", "WK-003", "戸籍情報連携", "ge-0/0/1.0", "ge-0/0/2.0", "mn-koseki-01 > lgwan-koseki", "tcp/443"
    )
    add(Entry("WK-004", "specific", "mn-jumin-01", "gc-jumin", ("tcp/443",), "標準準拠システム", ("fw-mn", "vpc-gc")))
    city.permit(
        "fw-mn", "WK-004", "標準準拠システム", "ethernet1/1", "ethernet1/6", "mn-jumin-01 > gc-jumin", "tcp/443"
    )
    city.permit("vpc-gc", "WK-004", "標準準拠システム", "vgw-0c1", "subnet-0c1", "mn-jumin-01 > gc-jumin", "tcp/443")
    add(
        Entry(
            "WK-005", "relay", "mn-upd-01", "lg-upd-01", ("tcp/8530",), "更新の取得", ("fw-mn", "fw-lgwan", "fw-core")
        )
    )
    city.permit("fw-mn", "WK-005", "更新の取得", "ethernet1/1", "ethernet1/5", "mn-upd-01 > lg-upd-01", "tcp/8530")
    city.permit("fw-lgwan", "WK-005", "更新の取得", "ge-0/0/1.0", "ge-0/0/0.0", "mn-upd-01 > lg-upd-01", "tcp/8530")
    city.permit("fw-core", "WK-005", "更新の取得", "port4", "port1", "mn-upd-01 > lg-upd-01", "tcp/8530")
    add(
        Entry(
            "WK-006", "specific", "lg-upd-01", "lgwan-pf", ("tcp/8530",), "更新の取得 (LGWAN)", ("fw-core", "fw-lgwan")
        )
    )
    city.permit("fw-core", "WK-006", "更新の取得", "port1", "port4", "lg-upd-01 > lgwan-pf", "tcp/8530")
    city.permit("fw-lgwan", "WK-006", "更新の取得", "ge-0/0/0.0", "ge-0/0/2.0", "lg-upd-01 > lgwan-pf", "tcp/8530")
    add(
        Entry(
            "WK-007", "specific", "lg-mail-01", "lgwan-mail", ("tcp/25",), "LGWANメール 送信", ("fw-core", "fw-lgwan")
        )
    )
    city.permit("fw-core", "WK-007", "LGWANメール 送信", "port1", "port4", "lg-mail-01 > lgwan-mail", "tcp/25")
    city.permit(
        "fw-lgwan", "WK-007", "LGWANメール 送信", "ge-0/0/0.0", "ge-0/0/2.0", "lg-mail-01 > lgwan-mail", "tcp/25"
    )
    add(
        Entry(
            "WK-008", "specific", "lgwan-mail", "lg-mail-01", ("tcp/25",), "LGWANメール 受信", ("fw-lgwan", "fw-core")
        )
    )
    city.permit(
        "fw-lgwan", "WK-008", "LGWANメール 受信", "ge-0/0/2.0", "ge-0/0/0.0", "lgwan-mail > lg-mail-01", "tcp/25"
    )
    city.permit("fw-core", "WK-008", "LGWANメール 受信", "port4", "port1", "lgwan-mail > lg-mail-01", "tcp/25")
    add(
        Entry(
            "WK-010",
            "sanitise",
            "in-mail-01",
            "lg-mail-01",
            ("tcp/25",),
            "受信メールの無害化",
            more="gateway: san-mail, legs: [mail-in, mail-out]",
        )
    )
    city.permit("fw-in", "WK-010", "mail in", "eth1", "eth0", "in-mail-01 > san-mail-01", "tcp/25")
    city.permit("fw-core", "WK-010", "受信メール 前段", "port6", "port5", "in-mail-01 > san-mail-01", "tcp/25")
    city.permit("fw-core", "WK-010", "受信メール 後段", "port5", "port1", "san-mail-01 > lg-mail-01", "tcp/25")
    city.permit("san-mail-01", "WK-010", "in-mail-01", "eth0", "", "in-mail-01 > san-mail-01", "tcp/25")
    add(Entry("WK-020", "specific", "in-mail-01", "sc-mail", ("tcp/25",), "メール送信", ("fw-in",)))
    city.permit("fw-in", "WK-020", "mail out", "eth1", "eth4", "in-mail-01 > sc-mail", "tcp/25")
    add(Entry("WK-021", "specific", "sc-mail", "in-mail-01", ("tcp/25",), "メール受信", ("fw-in",)))
    city.permit("fw-in", "WK-021", "mail from sc", "eth4", "eth1", "sc-mail > in-mail-01", "tcp/25")
    add(Entry("WK-022", "specific", "in-proxy-01", "sc-proxy", ("tcp/8080",), "ウェブ閲覧", ("fw-in",)))
    city.permit("fw-in", "WK-022", "web", "eth1", "eth4", "in-proxy-01 > sc-proxy", "tcp/8080")
    add(Entry("WK-023", "specific", "in-dns-01", "sc-dns", ("udp/53", "tcp/53"), "名前解決", ("fw-in",)))
    city.permit("fw-in", "WK-023", "names", "eth1", "eth4", "in-dns-01 > sc-dns", "udp/53", "tcp/53")
    add(Entry("WK-024", "specific", "sc-waf", "dmz-cms-01", ("tcp/443",), "公開ホームページ", ("fw-in",)))
    city.permit("fw-in", "WK-024", "public site", "eth4", "eth3", "sc-waf > dmz-cms-01", "tcp/443")
    add(
        Entry(
            "WK-025",
            "specific",
            "tosho-terminals",
            "sc-proxy",
            ("tcp/8080",),
            "図書館のウェブ閲覧",
            ("rt-tosho", "fw-in"),
        )
    )
    city.permit("rt-tosho", "WK-025", "web", "lan1", "lan2", "tosho-terminals > sc-proxy", "tcp/8080")
    city.permit("fw-in", "WK-025", "library", "eth5", "eth4", "tosho-terminals > sc-proxy", "tcp/8080")
    add(
        Entry(
            "WK-030",
            "specific",
            "suido-ryokin-01",
            "lg-zaimu-01",
            ("tcp/443",),
            "水道料金の財務連携",
            ("fw-suido", "fw-core"),
        )
    )
    city.permit("fw-suido", "WK-030", "財務連携", "inside", "city", "suido-ryokin-01 > lg-zaimu-01", "tcp/443")
    city.permit("fw-core", "WK-030", "財務連携", "port8", "port1", "suido-ryokin-01 > lg-zaimu-01", "tcp/443")
    add(Entry("WK-040", "specific", "sch-srv-01", "sch-proxy", ("tcp/8080",), "校務支援システムの更新", ("fw-sch",)))
    city.permit("fw-sch", "WK-040", "updates", "eth0", "eth2", "sch-srv-01 > sch-proxy", "tcp/8080")
    # Inside a tier; nobody has to register it.
    city.permit("fw-mn", "内部", "窓口業務", "ethernet1/2", "ethernet1/1", "mn-terminals > mn-jumin-01", "tcp/443")
    city.permit("fw-mn", "内部", "戸籍", "ethernet1/2", "ethernet1/3", "mn-terminals > mn-koseki-01", "tcp/443")
    city.permit("fw-mn", "内部", "東支所", "ethernet1/4", "ethernet1/1", "mn-br1-terminals > mn-jumin-01", "tcp/443")
    city.permit("fw-mn", "内部", "西支所", "ethernet1/4", "ethernet1/1", "mn-br2-terminals > mn-jumin-01", "tcp/443")
    city.permit("fw-core", "内部", "財務会計", "port2", "port1", "lg-terminals > lg-zaimu-01", "tcp/443")
    city.permit("fw-core", "内部", "東支所", "port3", "port1", "lg-br1-terminals > lg-zaimu-01", "tcp/443")
    city.permit("fw-core", "内部", "西支所", "port3", "port1", "lg-br2-terminals > lg-zaimu-01", "tcp/443")
    city.permit("fw-in", "inside", "proxy", "eth2", "eth1", "in-terminals > in-proxy-01", "tcp/8080")
    city.required += [
        ("RQ-01", "mn-renkei-01", "lgwan-chukan", "tcp/443", "情報連携"),
        ("RQ-02", "mn-jumin-01", "gc-jumin", "tcp/443", "標準準拠システム"),
        ("RQ-03", "in-mail-01", "san-mail-01", "tcp/25", "受信メール 前段"),
        ("RQ-04", "san-mail-01", "lg-mail-01", "tcp/25", "受信メール 後段"),
    ]
