"""The page of a city: what it is, what is in it, what is wrong with it."""

from __future__ import annotations

from tools.cities.plan import City
from tools.cities.planted import Planted

MODELS = {"alpha": "α", "alpha_prime": "α'", "beta": "β", "beta_prime": "β'"}
SYNTAX = {
    "fortigate": "FortiGate",
    "panos": "Palo Alto PAN-OS",
    "ios": "Cisco IOS",
    "asa": "Cisco ASA",
    "yamaha": "Yamaha RTX",
    "srx": "Juniper SRX",
    "aws": "AWS VPC",
    "nftables": "nftables",
    "iptables": "iptables",
}


def write(made: City, planted: list[Planted]) -> str:
    """Return the text of README.md, in both languages."""
    model = MODELS[made.model]
    lines = [
        f"# 若木市 (Wakagi City), {model}{', with mistakes' if planted else ''}",
        "",
        f"An invented city under model {model}. {made.about[1]}. Three tiers with a family register segment (戸籍), two",
        "branch offices whose tiers share one line (VRFs), the water works (水道), a library run by others (指定管理者), schools",
        "on a line of their own, and the government cloud. Written by `python -m tools.cities` from one base for all four",
        "models; every address is private or from a documentation range.",
        "",
        f"架空の市の {model} モデル。{made.about[0]}。戸籍、1 回線に 2 系統を載せた支所 2 か所、水道、指定管理者の図書館、",
        "専用回線の学校、ガバメントクラウドがある。四つのモデルは共通の基から `python -m tools.cities` で書き出したもので、",
        "アドレスはすべてプライベートか文書用。",
        "",
        "The water works, the school board and the library are organs of their own (`organs` in `policy.yaml`): requirements",
        "have an outcome for each of them, and between organs only the register permits, also within one tier.",
        "",
        "水道事業、教育委員会、図書館 (指定管理者) は別の機関 (`policy.yaml` の `organs`) で、要求事項の結果は機関ごとに出る。",
        "機関の間は、同じ階層でも台帳に載せたものだけを許可する。",
        "",
        "| device | 機器 | export |",
        "|---|---|---|",
        *(f"| {one.id} | {one.name} | {SYNTAX[one.vendor]} |" for one in made.devices.values()),
        "",
    ]
    if planted:
        lines += [
            "Planted mistakes, in `planted.yaml` with their lines; patterns are numbered as in docs/guide/mistakes.en.md:",
            "",
            "| | pattern | mistake | 誤り | found by |",
            "|---|---|---|---|---|",
            *(f"| {one.id} | {one.pattern} | {one.about[1]} | {one.about[0]} | `{one.check}` |" for one in planted),
            "",
        ]
    else:
        lines += [
            f"`segcheck check topologies/{made.id} --time 2026-11-24` finds nothing. What it says rests on the",
            "assumptions at the end of `topology.yaml`: some exports mark no end, and the carrier's part of the branch line",
            f"cannot be read. The captures of a working day are in `captures/wakagi/{made.model}`.",
            "",
            f"`segcheck check topologies/{made.id} --time 2026-11-24` の指摘はない。ただし `topology.yaml` の末尾の前提に",
            "よる。終わりの印のないエクスポートと、回線事業者の網内は読めないからである。",
            f"業務日のキャプチャは `captures/wakagi/{made.model}` にある。",
            "",
        ]
    return "\n".join(lines)
