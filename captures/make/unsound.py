"""The crossings planted into the second day, and what a judge is expected to say of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import words
from day import Day
from sound import COUNTERS, MEETING_ROOM, TERMINALS, clock, tcp
from talk import Sent, Tcp, ask, echo, later_fragments, noise

#: The check of `segcheck replay` that tells a crossing of each meaning.
CHECKS = {
    "crossing": "observed-crossing",
    "fragment": "observed-crossing",
    "midstream": "observed-crossing",
    "one_way": "observed-crossing",
    "reversed": "observed-reversed",
    "protocol": "protocol-differs",
    "expired": "expired-in-use",
    "spoofed": "observed-foreign-source",
    "refused": "observed-attempts",
    "dropped": "observed-attempts",
    "out_of_hours": "observed-out-of-hours",
}


@dataclass(frozen=True, slots=True)
class Planted:
    """One planted crossing: `src` opens to `dst`.

    entry    the register entry that it is to be held against, if any
    origin   who really sends, where `src` is borrowed
    until    the device at which it ends
    """

    id: str
    meaning: str
    src: str
    dst: str
    service: str
    what: str
    ja: str
    packets: Packets
    entry: str = ""
    origin: str = ""
    until: str = ""


#: Makes the packets of a planted crossing.
Packets = Callable[[Day, Planted], Tcp | list[Sent]]
PLANTED: list[Planted] = []


def planted(
    name: str, meaning: str, src: str, dst: str, service: str, *, ja: str, **more: str
) -> Callable[[Packets], Packets]:
    """Put a crossing into the list, by the function that makes its packets; the docstring says what it is."""

    def listed(packets: Packets) -> Packets:
        what = (packets.__doc__ or "").rstrip(".")
        PLANTED.append(Planted(name, meaning, src, dst, service, what, ja, packets, **more))
        return packets

    return listed


def record(day: Day) -> None:
    """Let every planted crossing pass, marked with its id."""
    for one in PLANTED:
        day.put(one.packets(day, one), one.src, one.dst, origin=one.origin, until=one.until, mark=one.id)


def begun(day: Day, one: Planted, at: str) -> Tcp:
    """Return a planted TCP conversation that is about to begin."""
    return tcp(day, one.src, one.dst, int(one.service.removeprefix("tcp/")), at)


def opened(day: Day, one: Planted, at: str) -> Tcp:
    """Return a planted TCP conversation after its handshake."""
    return begun(day, one, at).open()


@planted("P01", "crossing", TERMINALS[1], "web-1", "tcp/443", ja="LGWAN接続系の端末がインターネットへ直接 HTTPS")
def direct_web(day: Day, one: Planted) -> Tcp | list[Sent]:
    """An office terminal browses the internet directly."""
    return words.tls(opened(day, one, "09:02:00"), "www.example", 700, 3000).close()


@planted(
    "P02", "crossing", "mn-kikan-01", "in-ad-01", "tcp/445", ja="マイナンバー利用事務系からインターネット接続系へ SMB"
)
def file_share(day: Day, one: Planted) -> Tcp | list[Sent]:
    """File share from マイナンバー利用事務系 to the internet tier."""
    return words.smb(opened(day, one, "09:17:00"), 3000).close()


@planted("P03", "reversed", "lg-wsus-01", "mn-wsus-01", "tcp/8530", ja="更新中継の接続が登録と逆向き", entry="SP-008")
def pushed_update(day: Day, one: Planted) -> Tcp | list[Sent]:
    """The update relay pushes where it is registered to be asked."""
    return words.http(
        opened(day, one, "12:40:00"), "mn-wsus-01.reiji.example:8530", "/push", 900, method="POST"
    ).close()


@planted(
    "P04", "reversed", "vdi-in-01", TERMINALS[0], "tcp/3389", ja="画面転送サーバから端末へ逆向きの接続", entry="ST-001"
)
def reversed_screen(day: Day, one: Planted) -> Tcp | list[Sent]:
    """A screen server opens to a terminal."""
    return words.rdp(opened(day, one, "10:33:00"), "").close()


@planted(
    "P05", "protocol", TERMINALS[3], "lgwan-asp-1", "tcp/443", ja="TLS として登録された 443 で SSH", entry="LW-003"
)
def shell_on_443(day: Day, one: Planted) -> Tcp | list[Sent]:
    """SSH where TLS is registered."""
    return words.ssh(opened(day, one, "13:05:00"), 2000).close()


@planted(
    "P06", "protocol", TERMINALS[2], "vdi-in-03", "tcp/3389", ja="画面転送として登録された 3389 で HTTP", entry="ST-001"
)
def web_on_3389(day: Day, one: Planted) -> Tcp | list[Sent]:
    """HTTP download where screen transfer is registered."""
    return words.http(opened(day, one, "13:22:00"), "vdi-in-03.reiji.example", "/tool.zip", 4000).close()


@planted(
    "P07", "expired", "lg-bunsho-01", "dmz-cms-01", "tcp/22", ja="2026-09-30 に期限の切れた登録の通信", entry="TMP-000"
)
def expired(day: Day, one: Planted) -> Tcp | list[Sent]:
    """An entry that ended on 2026-09-30 is still in use."""
    return words.ssh(opened(day, one, "14:02:00")).close()


@planted("P08", "crossing", "in-mail-01", "lg-mail-01", "tcp/25", ja="添付ファイル付きメールが無害化装置を通らない")
def unsanitised_mail(day: Day, one: Planted) -> Tcp | list[Sent]:
    """Mail with an attachment passes beside the sanitiser."""
    sender, receiver = "soudan@shimin.example", "kikaku@reiji.example"
    attached = ("keihi.xls", noise("keihi", 900))
    talk = opened(day, one, "11:12:00")
    return words.mail(talk, "mail.reiji.example", sender, receiver, "costs", "See the sheet.", attached).close()


@planted("P09", "crossing", TERMINALS[0], "203.0.113.53", "udp/53", ja="LGWAN接続系の端末が公開 DNS へ問い合わせ")
def public_resolver(day: Day, one: Planted) -> Tcp | list[Sent]:
    """An office terminal asks a public resolver."""
    question, answer = words.dns("www.example", "203.0.113.10", 0x5353)
    return ask(one.src, one.dst, 53, clock("08:26:30"), question, answer)


@planted("P10", "crossing", "2001:db8:30:11::25", "2001:db8:60:10::10", "tcp/443", ja="登録のない IPv6 の通信")
def six(day: Day, one: Planted) -> Tcp | list[Sent]:
    """IPv6 from the internet tier to DMZ, registered nowhere."""
    return words.tls(opened(day, one, "15:20:00"), "www.reiji.example").close()


@planted("P11", "crossing", COUNTERS[0], "in-proxy-01", "icmp/8", ja="大きな中身を運ぶ ICMP エコー")
def echo_tunnel(day: Day, one: Planted) -> Tcp | list[Sent]:
    """Echo requests that carry 1200 bytes of something."""
    return echo(one.src, day.city.address(one.dst), clock("16:04:00"), [noise(f"hidden{n}", 1200) for n in range(6)])


@planted("P12", "fragment", TERMINALS[1], "web-1", "udp/fragment", ja="先頭のないフラグメントだけの越境")
def fragments(day: Day, one: Planted) -> Tcp | list[Sent]:
    """Later fragments without a first one."""
    return later_fragments(one.src, day.city.address(one.dst), clock("16:20:00"), 3)


@planted("P13", "midstream", "mn-kikan-01", "lg-fs-01", "tcp/445", ja="開始の見えない SMB (途中から)")
def midstream(day: Day, one: Planted) -> Tcp | list[Sent]:
    """A file share whose opening nobody saw."""
    return words.smb(opened(day, one, "08:05:00"), 2500).sent[3:]  # the handshake was before the capture began


@planted("P14", "crossing", "mnt-jump-01", "mn-kikan-01", "udp/161", ja="保守回線からマイナンバー利用事務系へ SNMP")
def counters_read(day: Day, one: Planted) -> Tcp | list[Sent]:
    """The maintenance line reads counters of a server."""
    return ask(day.city.address(one.src), day.city.address(one.dst), 161, clock("22:20:00"), *words.snmp())


@planted(
    "P15",
    "spoofed",
    "10.30.11.77",
    "lg-fs-01",
    "tcp/445",
    ja="LGWAN接続系の VLAN からインターネット接続系のアドレス",
    origin=TERMINALS[2],
)
def borrowed_address(day: Day, one: Planted) -> Tcp | list[Sent]:
    """An address of the internet tier comes from the VLAN of the offices."""
    return begun(day, one, "15:44:00").syn()


@planted("P16", "refused", COUNTERS[2], "in-proxy-01", "tcp/8080", ja="拒否された試行 (RST)", until="fw-mn")
def refused(day: Day, one: Planted) -> Tcp | list[Sent]:
    """An attempt, refused by a reset."""
    return begun(day, one, "09:46:00").syn().refuse()


@planted("P17", "dropped", TERMINALS[3], "mn-kikan-01", "tcp/1521", ja="応答のない試行 (3 回)", until="fw-lgwan")
def dropped(day: Day, one: Planted) -> Tcp | list[Sent]:
    """An attempt in three tries, never answered."""
    return begun(day, one, "10:52:00").syn(tries=3)


@planted(
    "P18",
    "out_of_hours",
    "vendor-a",
    "mnt-jump-01",
    "tcp/3389",
    ja="登録は火曜 22 時台、その後 23 時半にもう一度保守接続",
    entry="MT-001",
)
def out_of_hours(day: Day, one: Planted) -> Tcp | list[Sent]:
    """The vendor connects again after the registered hour (22:00-23:00)."""
    return words.rdp(opened(day, one, "23:30:00"), "").close()


@planted("P19", "crossing", TERMINALS[0], MEETING_ROOM, "tcp/3389", ja="登録された画面転送サーバ以外への RDP")
def unnamed_screen(day: Day, one: Planted) -> Tcp | list[Sent]:
    """Screen transfer to a terminal that is no screen server."""
    return words.rdp(opened(day, one, "11:41:00"), "").close()


@planted("P20", "one_way", "mn-kikan-01", "sc-siem", "udp/514", ja="マイナンバー利用事務系から外への一方向のログ送信")
def one_way_log(day: Day, one: Planted) -> Tcp | list[Sent]:
    """Log lines leave マイナンバー利用事務系, one way."""
    src, dst, sent = day.city.address(one.src), day.city.address(one.dst), []
    for count in range(4):
        line = f"<134>1 2026-11-10T12:00:0{count}+09:00 kikan.mn.reiji.example app - - - sample".encode()
        sent += ask(src, dst, 514, clock(f"12:00:0{count}"), line, None, sport=40514)
    return sent
