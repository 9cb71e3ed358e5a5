"""Secrets and people in exports and site files are in no report, whichever formats there are."""

import zipfile
from io import BytesIO
from pathlib import Path

from segcheck.cli.main import run
from segcheck.reports import renderings
from tests.cli.towns import POLICY, TOPOLOGY

SECRET = "KANARIA"
#: A secret wherever an export has one; people in names and comments.
WALL = f"""\
#config-version=FGT60F-7.4.4-FW-build2662-240514:opmode=0:vdom=0:user=admin
config system global
    set hostname "wall"
    set admin-sport 8443
end
config system admin
    edit "admin"
        set password ENC {SECRET}1
        set ssh-public-key1 "ssh-rsa {SECRET}2"
    next
end
config system interface
    edit "port1"
        set ip 10.20.10.1 255.255.255.0
        set password {SECRET}4
    next
    edit "port2"
        set ip 10.30.10.1 255.255.255.0
    next
end
config system snmp community
    edit 1
        set name "{SECRET}5"
    next
end
config user local
    edit "taro"
        set passwd ENC {SECRET}7
    next
end
config firewall address
    edit "mail-in"
        set subnet 10.30.10.25 255.255.255.255
        set comment "担当 taro.yamada{SECRET}@example.jp 電話 03-1234-5678"
    next
    edit "mail-lg"
        set subnet 10.20.10.25 255.255.255.255
    next
end
config firewall policy
    edit 1
        set name "mail"
        set srcintf "port2"
        set dstintf "port1"
        set srcaddr "mail-in"
        set dstaddr "mail-lg"
        set action accept
        set schedule "always"
        set service "SMTP"
        set comments "taro.yamada{SECRET}@example.jp 03-1234-5678 password={SECRET}9"
    next
    edit 2
        set name "tmp taro.yamada{SECRET}@example.jp"
        set srcintf "port2"
        set dstintf "port1"
        set srcaddr "all"
        set dstaddr "mail-lg"
        set action accept
        set schedule "always"
        set service "SMTP"
    next
end
config router multicast
end
"""


def inside(path: Path) -> str:
    """Return all the text of a report; a workbook is unpacked."""
    data = path.read_bytes()
    if data.startswith(b"PK"):
        file = zipfile.ZipFile(BytesIO(data))
        data = b"\n".join(file.read(name) for name in file.namelist())
    return data.decode("utf-8")


def test_no_report_holds_a_secret_or_a_person(tmp_path, monkeypatch, capsys):
    site = tmp_path / "town"
    site.mkdir()
    monkeypatch.chdir(tmp_path)
    mail, phone = f"hanako{SECRET}@example.jp", "090-8765-4321"
    (site / "topology.yaml").write_text(TOPOLOGY.replace("wall.txt", "wall.conf"), encoding="utf-8")
    decided = POLICY.replace("approver: CISO", f'approver: "CISO {mail}"').replace(
        "purpose: p", f'purpose: "mail {phone}"'
    )
    (site / "policy.yaml").write_text(decided, encoding="utf-8")
    (site / "audit.yaml").write_text(f'segcheck: 1\npurpose: "{mail}"\nteam: ["監査担当 {phone}"]\n', encoding="utf-8")
    (site / "wall.conf").write_text(WALL, encoding="utf-8")
    names = ("text", "summary", "json", *renderings.names())
    outputs = [word for name in names for word in ("--format", f"{name}={name}.out")]

    assert run(["check", "town", "--time", "2026-11-24", "--lang", "ja", *outputs]) == 1
    assert run(["report", "json.out", "--lang", "en", *outputs[4:]]) == 0  # all but text and summary

    written = {name: inside(tmp_path / f"{name}.out") for name in names}
    written["terminal"] = "".join(capsys.readouterr())
    assert "policy 2" in written["text"]
    for name, told in written.items():
        assert SECRET not in told, name
        assert "1234-5678" not in told, name
        assert "8765-4321" not in told, name
