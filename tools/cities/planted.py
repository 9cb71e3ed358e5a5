"""Mistakes put into each city: one in every vendor's syntax, one in the register, one that is legal in another model only."""

from __future__ import annotations

from dataclasses import dataclass

from tools.cities.plan import City, Route, Rule


@dataclass
class Planted:
    """A mistake: its number among the 44 patterns, the check that must find it, and the text of a line that shows it."""

    id: str
    pattern: int
    about: tuple[str, str]
    check: str
    path: str
    shows: str


def plant(made: City) -> list[Planted]:
    """Put the mistakes into a city and return them; the city gets another id."""
    made.id += "-mistakes"
    every = [
        _anything_from_management,
        _more_ports,
        _lent_line,
        _forwarding_sanitiser,
        _no_log,
        _expired,
        _wrong_way,
        _left_after_work,
        _scans_by_mail,
        _desktop_in_the_cloud,
    ]
    return [one for put in every for one in put(made)]


def _insert(made: City, device: str, rule: Rule) -> None:
    rule.id = str(900 + len(made.devices[device].rules))
    made.devices[device].rules.insert(0, rule)


def _anything_from_management(made: City) -> list[Planted]:
    _insert(made, "fw-core", Rule("", "保守用 any", "port7", "port1", "mgt-lan", "lg-srv", ()))
    return [
        Planted(
            "P1",
            3,
            ("保守用の any を消し忘れた", "A maintenance rule for everything was left"),
            "forbidden-crossing",
            "exports/fw-core.conf",
            "保守用 any",
        )
    ]


def _more_ports(made: City) -> list[Planted]:
    for device in ("fw-mn", "vpc-gc"):
        rule = next(one for one in made.devices[device].rules if one.name.startswith("WK-004"))
        rule.services = ("tcp/1-65535",)
    return [
        Planted(
            "P2",
            3,
            ("登録した 1 ポートに対して全ポートを許可した", "Every port is open where one is registered"),
            "wider-than-registered",
            "exports/fw-mn.xml",
            "WK-004 標準準拠システム",
        )
    ]


def _lent_line(made: City) -> list[Planted]:
    rule = Rule("", "library to CMS", "eth5", "eth3", "tosho-lan", "dmz-cms-01", ("tcp/22",))
    _insert(made, "fw-in", rule)
    return [
        Planted(
            "P3",
            33,
            ("指定管理者から公開サーバーへの管理接続", "The library's operator reaches the public server's SSH"),
            "carrier",
            "exports/fw-in.nft",
            "library to CMS",
        )
    ]


def _forwarding_sanitiser(made: City) -> list[Planted]:
    rule = Rule("", "files straight through", "eth0", "eth0", "in-mail-01", "lg-mail-01", ("tcp/445",))
    _insert(made, "san-mail-01", rule)
    for device, come, go in (("fw-in", "eth1", "eth0"), ("fw-core", "port6", "port1")):
        _insert(made, device, Rule("", "SMB", come, go, "in-mail-01", "lg-mail-01", ("tcp/445",)))
    return [
        Planted(
            "P4",
            27,
            ("無害化を通らないファイル共有", "A file share beside the sanitiser"),
            "sanitiser-bypass",
            "exports/fw-core.conf",
            '"SMB"',
        ),
        Planted(
            "P8",
            27,
            ("無害化装置がパケットを転送する", "The sanitiser forwards packets"),
            "sanitiser-forwards",
            "topology.yaml",
            "id: san-mail\n",
        ),
    ]


def _no_log(made: City) -> list[Planted]:
    rule = next(one for one in made.devices["fw-lgwan"].rules if one.name.startswith("WK-006"))
    rule.log = False
    return [
        Planted(
            "P5",
            38,
            ("ログを取らない許可規則", "A permit that does not log"),
            "log-off",
            "exports/fw-lgwan.conf",
            "WK-006 更新の取得",
        )
    ]


def _expired(made: City) -> list[Planted]:
    entry = next(one for one in made.register if one.id == "WK-030")
    entry.expires = "2026-09-30"
    return [
        Planted(
            "P6", 4, ("期限の切れた登録", "An entry past its last day"), "expired-entry", "policy.yaml", "id: WK-030"
        )
    ]


def _wrong_way(made: City) -> list[Planted]:
    """Screen transfer in the direction of the other models."""
    if made.model.startswith("alpha"):
        ends, ways = ("in-terminals", "lg-zaimu-01"), (("fw-in", "eth2", "eth0"), ("fw-core", "port6", "port1"))
    else:
        ends, ways = ("lg-terminals", "in-proxy-01"), (("fw-core", "port2", "port6"), ("fw-in", "eth0", "eth1"))
    for device, come, go in ways:
        _insert(made, device, Rule("", "画面転送 逆向き", come, go, *ends, ("tcp/3389",)))
    return [
        Planted(
            "P7",
            23,
            ("このモデルにない向きの画面転送", "Screen transfer in a direction that the model does not know"),
            "forbidden-crossing",
            "exports/fw-core.conf",
            "画面転送 逆向き",
        )
    ]


def _left_after_work(made: City) -> list[Planted]:
    for device, come, go in (("fw-suido", "inside", "city"), ("fw-core", "port8", "port1")):
        _insert(made, device, Rule("", "検針データ", come, go, "suido-terminals", "lg-zaimu-01", ("tcp/445",)))
    return [
        Planted(
            "P9",
            4,
            ("移行作業の仮規則が残った", "A rule for a migration outlived it"),
            "unregistered-crossing",
            "exports/fw-suido.cfg",
            "permit tcp object suido-terminals",
        )
    ]


def _scans_by_mail(made: City) -> list[Planted]:
    for device, come, go in (("rt-tosho", "lan1", "lan2"), ("fw-in", "eth5", "eth1")):
        _insert(made, device, Rule("", "scan to mail", come, go, "tosho-terminals", "in-mail-01", ("tcp/25",)))
    made.devices["rt-tosho"].routes.append(Route("10.31.10.0/24", "10.32.98.1", "lan2"))
    return [
        Planted(
            "P10",
            14,
            ("複合機のスキャンを市のメールサーバーへ送る", "The library's scanner sends to the city's mail server"),
            "unregistered-crossing",
            "exports/rt-tosho.conf",
            "10.31.10.25 tcp * 25",
        )
    ]


def _desktop_in_the_cloud(made: City) -> list[Planted]:
    for device, come, go, source in (
        ("fw-mn", "ethernet1/2", "ethernet1/6", "mn-term"),
        ("vpc-gc", "vgw-0c1", "subnet-0c1", "10.0.0.0/8"),
    ):
        _insert(made, device, Rule("", "保守用リモートデスクトップ", come, go, source, "gc-jumin", ("tcp/3389",)))
    made.devices["vpc-gc"].routes.append(Route("10.11.11.0/24", "10.201.255.1", "vgw-0c1"))
    return [
        Planted(
            "P11",
            3,
            (
                "クラウドのセキュリティグループを保守用に 10.0.0.0/8 へ開けた",
                "A security group in the cloud is open to 10.0.0.0/8 for maintenance",
            ),
            "unregistered-crossing",
            "exports/vpc-gc.json",
            '"CidrIp": "10.0.0.0/8"',
        )
    ]


def written(planted: list[Planted], texts: dict[str, str]) -> str:
    """Return the text of planted.yaml."""
    lines = [
        "# 仕込んだ設定ミス。segcheck は読み込まない。 The planted mistakes; segcheck does not read this file.",
        "planted:",
    ]
    for one in planted:
        rows = texts[one.path].splitlines(keepends=True)
        line = next(number for number, text in enumerate(rows, 1) if one.shows in text)
        lines += [
            f"  - id: {one.id}",
            f"    pattern: {one.pattern}",
            f"    mistake: {{ja: {one.about[0]}, en: {one.about[1]}}}",
            f"    check: {one.check}",
            f"    evidence: {{path: {one.path}, line: {line}}}",
        ]
    return "\n".join(lines) + "\n"
