"""The crossings planted into the second day, and what a judge is expected to say of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import words
from day import Day
from scapy.layers.inet import TCP
from sound import COUNTERS, MEETING_ROOM, TERMINALS, clock, tcp, udp
from talk import MILLI, SECOND, Ends, Sent, ask, echo, later_fragments, noise


#: The check of `segcheck replay` that tells a crossing of each meaning. Out of hours only the rules' schedule objects.
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
    "out_of_hours": "observed-bypass",
}


@dataclass(frozen=True, slots=True)
class Planted:
    """One planted crossing: `src` opens to `dst`; `entry` is the register entry it is to be held against, if any."""

    id: str
    meaning: str
    src: str
    dst: str
    service: str
    what: str
    ja: str
    entry: str
    plant: Callable[[Day, Planted], None]


PLANTED: list[Planted] = []


def planted(
    name: str, meaning: str, src: str, dst: str, service: str, *, ja: str, entry: str = ""
) -> Callable[[Callable[[Day, Planted], None]], Callable[[Day, Planted], None]]:
    """Put a function that lets a crossing pass into the list; its docstring says what it is."""

    def listed(plant: Callable[[Day, Planted], None]) -> Callable[[Day, Planted], None]:
        what = (plant.__doc__ or "").rstrip(".")
        PLANTED.append(Planted(name, meaning, src, dst, service, what, ja, entry, plant))
        return plant

    return listed


def record(day: Day) -> None:
    """Let every planted crossing pass, marked with its id."""
    for one in PLANTED:
        one.plant(day, one)


@planted("P01", "crossing", TERMINALS[1], "web-1", "tcp/443", ja="LGWAN接続系の端末がインターネットへ直接 HTTPS")
def direct_web(day: Day, one: Planted) -> None:
    """An office terminal browses the internet directly."""
    day.put(
        words.tls(tcp(day, one.src, one.dst, 443, "09:02:00").open(), "www.example", 700, 3000).close(),
        one.src,
        one.dst,
        mark=one.id,
    )


@planted(
    "P02", "crossing", "mn-kikan-01", "in-ad-01", "tcp/445", ja="マイナンバー利用事務系からインターネット接続系へ SMB"
)
def file_share(day: Day, one: Planted) -> None:
    """File share from マイナンバー利用事務系 to the internet tier."""
    day.put(words.smb(tcp(day, one.src, one.dst, 445, "09:17:00").open(), 3000).close(), one.src, one.dst, mark=one.id)


@planted("P03", "reversed", "lg-wsus-01", "mn-wsus-01", "tcp/8530", ja="更新中継の接続が登録と逆向き", entry="SP-008")
def pushed_update(day: Day, one: Planted) -> None:
    """The update relay pushes where it is registered to be asked."""
    talk = words.http(
        tcp(day, one.src, one.dst, 8530, "12:40:00").open(),
        "mn-wsus-01.mn.reiji.example:8530",
        "/push",
        900,
        method="POST",
    )
    day.put(talk.close(), one.src, one.dst, mark=one.id)


@planted(
    "P04", "reversed", "vdi-in-01", TERMINALS[0], "tcp/3389", ja="画面転送サーバから端末へ逆向きの接続", entry="ST-001"
)
def reversed_screen(day: Day, one: Planted) -> None:
    """A screen server opens to a terminal."""
    day.put(words.rdp(tcp(day, one.src, one.dst, 3389, "10:33:00").open(), "").close(), one.src, one.dst, mark=one.id)


@planted(
    "P05", "protocol", TERMINALS[3], "lgwan-asp-1", "tcp/443", ja="TLS として登録された 443 で SSH", entry="LW-003"
)
def shell_on_443(day: Day, one: Planted) -> None:
    """SSH where TLS is registered."""
    day.put(words.ssh(tcp(day, one.src, one.dst, 443, "13:05:00").open(), 2000).close(), one.src, one.dst, mark=one.id)


@planted(
    "P06", "protocol", TERMINALS[2], "vdi-in-03", "tcp/3389", ja="画面転送として登録された 3389 で HTTP", entry="ST-001"
)
def web_on_3389(day: Day, one: Planted) -> None:
    """HTTP download where screen transfer is registered."""
    talk = words.http(
        tcp(day, one.src, one.dst, 3389, "13:22:00").open(),
        "vdi-in-03.reiji.example",
        "/tool.zip",
        4000,
        "application/zip",
    )
    day.put(talk.close(), one.src, one.dst, mark=one.id)


@planted(
    "P07", "expired", "lg-bunsho-01", "dmz-cms-01", "tcp/22", ja="2026-09-30 に期限の切れた登録の通信", entry="TMP-000"
)
def expired(day: Day, one: Planted) -> None:
    """An entry that ended on 2026-09-30 is still in use."""
    day.put(words.ssh(tcp(day, one.src, one.dst, 22, "14:02:00").open()).close(), one.src, one.dst, mark=one.id)


@planted("P08", "crossing", "in-mail-01", "lg-mail-01", "tcp/25", ja="添付ファイル付きメールが無害化装置を通らない")
def unsanitised_mail(day: Day, one: Planted) -> None:
    """Mail with an attachment passes beside the sanitiser."""
    talk = tcp(day, one.src, one.dst, 25, "11:12:00").open()
    attached = ("keihi.xls", noise("keihi", 900))
    words.mail(
        talk, "mail.reiji.example", "soudan@shimin.example", "kikaku@reiji.example", "costs", "See the sheet.", attached
    )
    day.put(talk.close(), one.src, one.dst, mark=one.id)


@planted("P09", "crossing", TERMINALS[0], "203.0.113.53", "udp/53", ja="LGWAN接続系の端末が公開 DNS へ問い合わせ")
def public_resolver(day: Day, one: Planted) -> None:
    """An office terminal asks a public resolver."""
    udp(day, one.src, one.dst, 53, "08:26:30", words.dns("www.example", "203.0.113.10", 0x5353), mark=one.id)


@planted("P10", "crossing", "2001:db8:30:11::25", "2001:db8:60:10::10", "tcp/443", ja="登録のない IPv6 の通信")
def six(day: Day, one: Planted) -> None:
    """IPv6 from the internet tier to DMZ, registered nowhere."""
    day.put(
        words.tls(tcp(day, one.src, one.dst, 443, "15:20:00").open(), "www.reiji.example").close(),
        one.src,
        one.dst,
        mark=one.id,
    )


@planted("P11", "crossing", COUNTERS[0], "in-proxy-01", "icmp/8", ja="大きな中身を運ぶ ICMP エコー")
def echo_tunnel(day: Day, one: Planted) -> None:
    """Echo requests that carry 1200 bytes of something."""
    payloads = [noise(f"hidden{count}", 1200) for count in range(6)]
    day.put(echo(one.src, day.city.address(one.dst), clock("16:04:00"), payloads), one.src, one.dst, mark=one.id)


@planted("P12", "fragment", TERMINALS[1], "web-1", "udp/fragment", ja="先頭のないフラグメントだけの越境")
def fragments(day: Day, one: Planted) -> None:
    """Later fragments without a first one."""
    day.put(later_fragments(one.src, day.city.address(one.dst), clock("16:20:00"), 3), one.src, one.dst, mark=one.id)


@planted("P13", "midstream", "mn-kikan-01", "lg-fs-01", "tcp/445", ja="開始の見えない SMB (途中から)")
def midstream(day: Day, one: Planted) -> None:
    """A file share whose opening nobody saw."""
    talk = words.smb(tcp(day, one.src, one.dst, 445, "08:05:00").open(), 2500)
    talk.sent[:] = talk.sent[3:]  # the handshake was before the capture began
    day.put(talk, one.src, one.dst, mark=one.id)


@planted("P14", "crossing", "mnt-jump-01", "mn-kikan-01", "udp/161", ja="保守回線からマイナンバー利用事務系へ SNMP")
def counters_read(day: Day, one: Planted) -> None:
    """The maintenance line reads counters of a server."""
    udp(day, one.src, one.dst, 161, "22:20:00", words.snmp(), mark=one.id)


@planted(
    "P15", "spoofed", "10.30.11.77", "lg-fs-01", "tcp/445", ja="LGWAN接続系の VLAN からインターネット接続系のアドレス"
)
def borrowed_address(day: Day, one: Planted) -> None:
    """An address of the internet tier comes from the VLAN of the offices."""
    ends = Ends(one.src, day.city.address(one.dst), one.id)
    opening = TCP(sport=50123, dport=445, seq=1000, flags="S", window=64240, options=[("MSS", 1460)])
    day.put(
        [Sent(clock("15:44:00"), True, ends.packet(True, opening))], one.src, one.dst, origin=TERMINALS[2], mark=one.id
    )


@planted("P16", "refused", COUNTERS[2], "in-proxy-01", "tcp/8080", ja="拒否された試行 (RST)")
def refused(day: Day, one: Planted) -> None:
    """An attempt, refused by a reset."""
    day.put(tcp(day, one.src, one.dst, 8080, "09:46:00").syn().refuse(), one.src, one.dst, until="fw-mn", mark=one.id)


@planted("P17", "dropped", TERMINALS[3], "mn-kikan-01", "tcp/1521", ja="応答のない試行 (3 回)")
def dropped(day: Day, one: Planted) -> None:
    """An attempt in three tries, never answered."""
    day.put(tcp(day, one.src, one.dst, 1521, "10:52:00").syn(tries=3), one.src, one.dst, until="fw-lgwan", mark=one.id)


@planted(
    "P18",
    "out_of_hours",
    "vendor-a",
    "mnt-jump-01",
    "tcp/3389",
    ja="登録は火曜 22 時台、実際は 14 時台の保守接続",
    entry="MT-001",
)
def out_of_hours(day: Day, one: Planted) -> None:
    """The vendor connects in the afternoon, registered for 22:00-23:00."""
    day.put(words.rdp(tcp(day, one.src, one.dst, 3389, "14:40:00").open(), "").close(), one.src, one.dst, mark=one.id)


@planted("P19", "crossing", TERMINALS[0], MEETING_ROOM, "tcp/3389", ja="登録された画面転送サーバ以外への RDP")
def unnamed_screen(day: Day, one: Planted) -> None:
    """Screen transfer to a terminal that is no screen server."""
    day.put(words.rdp(tcp(day, one.src, one.dst, 3389, "11:41:00").open(), "").close(), one.src, one.dst, mark=one.id)


@planted("P20", "one_way", "mn-kikan-01", "sc-siem", "udp/514", ja="マイナンバー利用事務系から外への一方向のログ送信")
def one_way_log(day: Day, one: Planted) -> None:
    """Log lines leave マイナンバー利用事務系, one way."""
    sent = []
    for count in range(4):
        line = f"<134>1 2026-11-10T12:00:0{count}+09:00 kikan.mn.reiji.example app - - - sample".encode()
        sent += ask(
            day.city.address(one.src),
            day.city.address(one.dst),
            514,
            clock("12:00:00") + count * SECOND + MILLI,
            line,
            None,
            sport=40514,
        )
    day.put(sent, one.src, one.dst, mark=one.id)
