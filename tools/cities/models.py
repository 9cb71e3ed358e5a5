"""What each model adds to the common city: where the staff's PCs are, and how they reach the other side."""

from __future__ import annotations

from tools.cities.base import base
from tools.cities.plan import City, Device, Entry, Leg, Route, Segment

ABOUT = {
    "alpha": (
        "業務端末は LGWAN接続系。ウェブは画面転送で見る",
        "Staff PCs in the LGWAN tier; the web by screen transfer",
    ),
    "alpha_prime": (
        "α に加え、決めたクラウドサービスへ LGWAN接続系から直接接続する",
        "As α, and named cloud services are reached from the LGWAN tier directly",
    ),
    "beta": (
        "業務端末はインターネット接続系。内部システムは画面転送で見る",
        "Staff PCs in the internet tier; internal systems by screen transfer",
    ),
    "beta_prime": (
        "業務端末と業務システムの多くがインターネット接続系",
        "Staff PCs and most business systems in the internet tier",
    ),
}


def city(model: str) -> City:
    """Return the sound city under a model."""
    made = base(f"wakagi-{model.replace('_', '-')}", model, ABOUT[model])
    {"alpha": _alpha, "alpha_prime": _alpha_prime, "beta": _beta, "beta_prime": _beta_prime}[model](made)
    return made


def _alpha(made: City) -> None:
    """LGWAN PCs view a virtual browser in the internet tier, and fetch files that were sanitised."""
    for number in (1, 2):
        made.hosts[f"in-vdi-0{number}"] = ("in-srv", f"10.31.10.1{number}", "screen_server", "")
    made.groups["in-vdi"] = "10.31.10.11-10.31.10.12"
    made.gateways += [
        """id: screen-in
    hosts: [in-vdi-01, in-vdi-02]
    method: screen
    legs:
      - {id: view, to: lg-terminals, service: [tcp/3389, udp/3389], opener: other}
      - {id: web, from: in-proxy-01, service: tcp/8080, opener: self}""",
        _files("in-vdi"),
    ]
    more = "gateway: screen-in, legs: [view]"
    made.register.append(
        Entry("WK-050", "screen", "lg-terminals", "in-vdi", ("tcp/3389", "udp/3389"), "画面転送", more=more)
    )
    made.permit("fw-core", "WK-050", "画面転送", "port2", "port6", "lg-terminals > in-vdi", "tcp/3389", "udp/3389")
    made.permit("fw-in", "WK-050", "screen", "eth0", "eth1", "lg-terminals > in-vdi", "tcp/3389", "udp/3389")
    _file_legs(made, "in-vdi", "eth1")
    made.required.append(("RQ-10", "lg-terminals", "in-vdi", "tcp/3389", "画面転送"))


def _alpha_prime(made: City) -> None:
    """As α; besides, LGWAN PCs reach one cloud service by a line of their own."""
    _alpha(made)
    made.hosts["cloud-office"] = ("", "203.0.113.80", "cloud_service", "business: クラウド型グループウェア")
    made.zones["isp"] = "{tier: public, name: ローカルブレイクアウト回線, responsibility: vendor}"
    made.segments["lbo-lan"] = Segment("lbo-lan", "lg", "10.21.97.0/30", kind="transit")
    made.segments["lbo-line"] = Segment("lbo-line", "isp", "203.0.113.0/30", kind="external")
    fw = made.devices["fw-core"]
    fw.legs.append(Leg("port9", "lbo-lan", "10.21.97.1"))
    fw.routes.append(Route("203.0.113.80/32", "10.21.97.2", "port9"))
    made.devices["fw-lbo"] = Device(
        "fw-lbo",
        "ローカルブレイクアウト装置",
        "fortigate",
        "firewall",
        [Leg("internal", "lbo-lan", "10.21.97.2"), Leg("wan", "lbo-line", "203.0.113.2")],
        [Route("10.21.0.0/16", "10.21.97.1", "internal"), Route("203.0.113.80/32", "203.0.113.1", "wan")],
    )
    made.links.append('{id: up-lbo, ends: ["fw-lbo:wan", "zone:isp"], kind: isp, name: ローカルブレイクアウト}')
    made.register.append(
        Entry(
            "WK-060",
            "lbo",
            "lg-terminals",
            "cloud-office",
            ("tcp/443",),
            "クラウド型グループウェア",
            ("fw-core", "fw-lbo"),
        )
    )
    made.permit("fw-core", "WK-060", "ブレイクアウト", "port2", "port9", "lg-terminals > cloud-office", "tcp/443")
    made.permit("fw-lbo", "WK-060", "ブレイクアウト", "internal", "wan", "lg-terminals > cloud-office", "tcp/443")


def _beta(made: City) -> None:
    """Internet PCs view a screen server in the LGWAN tier; files come in sanitised."""
    for number in (1, 2):
        made.hosts[f"lg-vdi-0{number}"] = ("lg-srv", f"10.21.10.7{number}", "screen_server", "")
    made.groups["lg-vdi"] = "10.21.10.71-10.21.10.72"
    made.gateways += [
        """id: screen-lg
    hosts: [lg-vdi-01, lg-vdi-02]
    method: screen
    legs:
      - {id: view, to: in-terminals, service: [tcp/3389, udp/3389], opener: other}
      - {id: systems, from: lg-zaimu-01, service: tcp/443, opener: self}""",
        _files("in-terminals", "lg-vdi"),
    ]
    more = "gateway: screen-lg, legs: [view]"
    made.register.append(
        Entry("WK-050", "screen", "in-terminals", "lg-vdi", ("tcp/3389", "udp/3389"), "画面転送", more=more)
    )
    made.permit("fw-in", "WK-050", "screen", "eth2", "eth0", "in-terminals > lg-vdi", "tcp/3389", "udp/3389")
    made.permit("fw-core", "WK-050", "画面転送", "port6", "port1", "in-terminals > lg-vdi", "tcp/3389", "udp/3389")
    _file_legs(made, "in-terminals", "eth2", "lg-vdi", "port1")
    made.required.append(("RQ-10", "in-terminals", "lg-vdi", "tcp/3389", "画面転送"))


def _beta_prime(made: City) -> None:
    """As β; besides, accounting moved to the internet tier, and its PCs use it there."""
    _beta(made)
    made.hosts["in-zaimu-01"] = ("in-srv", "10.31.10.41", "server", "business: 財務会計")
    made.permit("fw-in", "inside", "accounting", "eth2", "eth1", "in-terminals > in-zaimu-01", "tcp/443")


def _files(putting: str, fetching: str = "lg-terminals") -> str:
    return f"""id: san-file
    hosts: [san-file-01]
    method: file_cdr
    forwards: false
    legs:
      - {{id: put, from: {putting}, service: tcp/443, opener: other}}
      - {{id: get, to: {fetching}, service: tcp/443, opener: other}}"""


def _file_legs(made: City, putting: str, leg: str, fetching: str = "lg-terminals", port: str = "port2") -> None:
    more = "gateway: san-file, legs: [put, get]"
    made.register.append(Entry("WK-051", "sanitise", putting, fetching, ("tcp/443",), "ファイルの無害化", more=more))
    made.permit("fw-in", "WK-051", "files", leg, "eth0", f"{putting} > san-file-01", "tcp/443")
    made.permit("fw-core", "WK-051", "ファイル投入", "port6", "port5", f"{putting} > san-file-01", "tcp/443")
    made.permit("fw-core", "WK-051", "ファイル取得", port, "port5", f"{fetching} > san-file-01", "tcp/443")
    made.permit("san-file-01", "WK-051", "put", "eth0", "", f"{putting} > san-file-01", "tcp/443")
    made.permit("san-file-01", "WK-051", "get", "eth0", "", f"{fetching} > san-file-01", "tcp/443")
