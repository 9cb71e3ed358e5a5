"""A working day of 例示市 as it should be: every registered communication as registered, and each tier's own business."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_address

import words
from city import City
from day import Day
from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import LLC, STP, Dot3, Ether
from scapy.packet import Raw
from talk import MILLI, SECOND, Tcp, ask, echo, noise, unreachable

#: Midnight of Tuesday 2026-11-10 in Japan.
MIDNIGHT = int(datetime(2026, 11, 9, 15, tzinfo=UTC).timestamp()) * SECOND
TERMINALS = ["10.20.12.21", "10.20.12.22", "10.20.12.34", "10.20.13.57", "10.20.20.25"]
COUNTERS = ["10.10.11.20", "10.10.11.21", "10.10.11.63"]
MEETING_ROOM = "10.30.11.25"
SCREENS = [f"vdi-in-0{n}" for n in range(1, 7)]


def clock(text: str) -> int:
    """Return the time of that day in Japan, in ns since 1970: `clock("08:30:05.250")`."""
    hours, minutes, seconds = text.split(":")
    return MIDNIGHT + (int(hours) * 3600 + int(minutes) * 60) * SECOND + int(float(seconds) * 1000) * MILLI


def tcp(day: Day, src: str, dst: str, port: int, at: str) -> Tcp:
    """Return a conversation between two hosts or addresses that is about to begin."""
    return Tcp(day.city.address(src), day.city.address(dst), port, clock(at))


def udp(
    day: Day,
    src: str,
    dst: str,
    port: int,
    at: str,
    pair: tuple[bytes, bytes],
    mark: str = "",
    sport: int | None = None,
) -> None:
    """Let a question and its answer pass."""
    sent = ask(day.city.address(src), day.city.address(dst), port, clock(at), *pair, sport=sport)
    day.put(sent, src, dst, mark=mark)


def secure(
    day: Day, src: str, dst: str, at: str, name: str, *, port: int = 443, up: int = 400, down: int = 1200
) -> None:
    """Let one TLS conversation pass."""
    day.put(words.tls(tcp(day, src, dst, port, at).open(), name, up, down).close(), src, dst)


def record(day: Day) -> None:
    """Let the whole day pass."""
    noises(day)
    counters(day)
    offices(day)
    specific(day)
    lgwan(day)
    screens(day)
    sanitised(day)
    cloud(day)
    upkeep(day)


def noises(day: Day) -> None:
    """What every wire hears: spanning tree, address leases, names asked of everyone."""
    city: City = day.city
    for segment, hour in (("lg-core", 8), ("in-core", 8), ("mn-core", 9), ("lg-term-hq", 8)):
        bridge = city.mac(day.city.ports[segment][0][1][0])
        for count in range(3):
            frame = (
                Dot3(src=bridge, dst="01:80:c2:00:00:00")
                / LLC(dsap=0x42, ssap=0x42, ctrl=3)
                / STP(rootmac=bridge, bridgemac=bridge)
            )
            day.spread(segment, clock(f"{hour:02}:20:0{count * 2}"), frame)
    for count, (segment, address) in enumerate([("lg-term-hq", TERMINALS[0]), ("mn-term-hq", COUNTERS[0])]):
        mac, router = city.mac(address), city.ports[segment][0][1][0]
        offer = {
            "yiaddr": address,
            "siaddr": router,
            "xid": 0x5E605300 + count,
            "chaddr": bytes.fromhex(mac.replace(":", "")),
        }
        for step, (kind, own) in enumerate((("discover", True), ("offer", False), ("request", True), ("ack", False))):
            head = Ether(src=mac if own else city.mac(router), dst="ff:ff:ff:ff:ff:ff")
            head /= IP(src="0.0.0.0" if own else router, dst="255.255.255.255", id=step + 1)
            head /= UDP(sport=68 if own else 67, dport=67 if own else 68)
            fields = {name: offer[name] for name in ("xid", "chaddr")} if own else offer
            options = [("message-type", kind), *([] if own else [("server_id", router), ("lease_time", 86400)]), "end"]
            lease = BOOTP(op=1 if own else 2, **fields) / DHCP(options=options)
            day.spread(segment, clock(f"07:58:0{count}.{step}"), head / lease)
        everyone(day, segment, address, f"08:01:0{count}")


def everyone(day: Day, segment: str, address: str, at: str) -> None:
    """Ask everyone on the wire: LLMNR (RFC 4795), mDNS (RFC 6762), NetBIOS names (RFC 1002), a group membership (RFC 2236)."""
    question = words.dns("printer.reiji.example", None, 0)[0]
    broadcast = {"lg-term-hq": "10.20.15.255", "mn-term-hq": "10.10.11.255"}[segment]
    netbios = (
        bytes.fromhex("8001 0110 0001 0000 0000 0000 20")
        + b"FDEFEHEDEIEFEDELCACACACACACACAAA"
        + bytes.fromhex("00 0020 0001")
    )
    membership = bytes.fromhex("1600 0904 e000 00fb")
    parts = [
        ("224.0.0.252", UDP(sport=50001, dport=5355) / Raw(question)),
        ("224.0.0.251", UDP(sport=5353, dport=5353) / Raw(question)),
        (broadcast, UDP(sport=137, dport=137) / Raw(netbios)),
        ("224.0.0.251", Raw(membership)),
    ]
    for count, (group, upper) in enumerate(parts):
        mac = "ff:ff:ff:ff:ff:ff" if group == broadcast else f"01:00:5e:00:00:{ip_address(group).packed[3]:02x}"
        head = IP(src=address, dst=group, ttl=1, id=100 + count, proto=17 if count < 3 else 2)
        day.spread(segment, clock(at) + count * 300 * MILLI, Ether(src=day.city.mac(address), dst=mac) / head / upper)


def logon(day: Day, terminal: str, server: str, at: str) -> None:
    """Let a terminal find and ask its directory server: names, Kerberos, LDAP, time."""
    start = clock(at)
    here, there = day.city.address(terminal), day.city.address(server)
    day.put(
        ask(here, there, 53, start, *words.dns("dc.reiji.example", there, start // SECOND & 0xFFFF)), terminal, server
    )
    day.put(ask(here, there, 123, start + SECOND, *words.ntp(start + SECOND), sport=123), terminal, server)
    asked, told = words.kerberos()
    kerberos = Tcp(here, there, 88, start + 2 * SECOND).open()
    day.put(
        kerberos.say(len(asked).to_bytes(4, "big") + asked).answer(len(told).to_bytes(4, "big") + told).close(),
        terminal,
        server,
    )
    asked, told = words.ldap()
    day.put(Tcp(here, there, 389, start + 3 * SECOND).open().say(asked).answer(told).close(), terminal, server)


def counters(day: Day) -> None:
    """The counters of the town hall: マイナンバー利用事務系 among itself."""
    for count, terminal in enumerate(COUNTERS):
        logon(day, terminal, "mn-ad-01", f"08:1{count}:00")
        secure(day, terminal, "mn-kikan-01", f"08:3{count}:10", "kikan.mn.reiji.example")
        day.put(
            words.oracle(tcp(day, terminal, "mn-kikan-01", 1521, f"10:0{count}:20").open()).close(),
            terminal,
            "mn-kikan-01",
        )
    day.put(
        echo(COUNTERS[1], day.city.address("mn-kikan-01"), clock("08:29:00"), [noise("ping", 32)] * 2),
        COUNTERS[1],
        "mn-kikan-01",
    )
    day.put(words.smb(tcp(day, "mn-bk-01", COUNTERS[0], 445, "18:30:00").open(), 4000).close(), "mn-bk-01", COUNTERS[0])


def offices(day: Day) -> None:
    """The offices: LGWAN接続系 among itself."""
    for count, terminal in enumerate(TERMINALS[:4]):
        logon(day, terminal, "lg-ad-01", f"08:2{count}:00")
        secure(day, terminal, "lg-zaimu-01", f"09:1{count}:00", "zaimu.lg.reiji.example")
        secure(day, terminal, "lg-bunsho-01", f"13:1{count}:30", "bunsho.lg.reiji.example")
        day.put(words.smb(tcp(day, terminal, "lg-fs-01", 445, f"09:3{count}:00").open()).close(), terminal, "lg-fs-01")
    day.put(
        words.printed(tcp(day, TERMINALS[0], "lg-mfp-01", 9100, "11:20:00").open()).close(), TERMINALS[0], "lg-mfp-01"
    )
    udp(day, TERMINALS[0], "lg-mfp-01", 161, "11:19:58", words.snmp())


def specific(day: Day) -> None:
    """What マイナンバー利用事務系 is registered to do beyond its tier: SP-001 to SP-010."""
    for hour in (9, 14):
        secure(day, "mn-atena-01", "gc-jumin", f"{hour:02}:00:10", "jumin.gc.example", down=2600)  # SP-001
        secure(day, "mn-atena-01", "lgwan-chukan", f"{hour:02}:05:00", "chukan.lgwan.example")  # SP-005
    day.put(
        words.sealed(tcp(day, "mn-atena-01", "gc-jumin", 30000, "18:00:00").open(), 4000, 200).close(),
        "mn-atena-01",
        "gc-jumin",
    )  # SP-002
    for port in (5000, 5001, 5002):  # SP-003
        day.put(
            words.sealed(tcp(day, "mn-kikan-01", "juki-cs-01", port, f"09:2{port % 10}:00").open(), 300, 700).close(),
            "mn-kikan-01",
            "juki-cs-01",
        )
    secure(day, "mn-atena-01", "lgwan-eltax", "10:30:00", "shinsa.eltax.example", down=2600)  # SP-006
    secure(day, "mn-shinsei-01", "lgwan-pittari", "11:00:00", "pittari.example", down=2600)  # SP-007
    update = words.http(
        tcp(day, "mn-wsus-01", "lg-wsus-01", 8530, "12:10:00").open(),
        "wsus.lg.reiji.example:8530",
        "/Content/update.cab",
        4000,
    )
    day.put(update.close(), "mn-wsus-01", "lg-wsus-01")  # SP-008
    secure(day, "mn-av-01", "lg-wsus-01", "12:20:00", "pattern.lg.reiji.example", down=3500)  # SP-009
    for hour in (8, 12, 17):
        udp(
            day, "mn-ad-01", "lgwan-ntp", 123, f"{hour:02}:00:00", words.ntp(clock(f"{hour:02}:00:00")), sport=123
        )  # SP-010


def lgwan(day: Day) -> None:
    """What LGWAN接続系 is registered to do on LGWAN: LW-001 to LW-005."""
    out = words.mail(
        tcp(day, "lg-mail-01", "lgwan-mail", 25, "09:40:00").open(),
        "mail.lg.reiji.example",
        "kikaku@reiji.example",
        "madoguchi@kencho.example",
        "reply",
        "The form is in the mail.",
    )
    day.put(out.close(), "lg-mail-01", "lgwan-mail")
    back = words.mail(
        tcp(day, "lgwan-mail", "lg-mail-01", 25, "10:10:00").open(),
        "mail.lgwan.example",
        "madoguchi@kencho.example",
        "kikaku@reiji.example",
        "form",
        "Please find the form.",
        ("form.txt", b"a form\r\n" * 20),
    )
    day.put(back.close(), "lgwan-mail", "lg-mail-01")
    for count, hour in enumerate((8, 13, 16)):
        udp(
            day,
            "lg-ad-01",
            "lgwan-dns",
            53,
            f"{hour:02}:31:00",
            words.dns("shinsei.asp.example", day.city.address("lgwan-asp-1"), 900 + count),
        )
        udp(day, "lg-ad-01", "lgwan-ntp", 123, f"{hour:02}:02:00", words.ntp(clock(f"{hour:02}:02:00")), sport=123)
    asked, told = words.dns("shinsei.asp.example", day.city.address("lgwan-asp-1"), 77)
    transfer = tcp(day, "lg-ad-01", "lgwan-dns", 53, "13:31:05").open()
    day.put(
        transfer.say(len(asked).to_bytes(2, "big") + asked).answer(len(told).to_bytes(2, "big") + told).close(),
        "lg-ad-01",
        "lgwan-dns",
    )
    for count, terminal in enumerate((TERMINALS[1], TERMINALS[4])):
        secure(day, terminal, "lgwan-asp-1", f"13:32:1{count}", "shinsei.asp.example", up=900, down=2000)
    day.put(tcp(day, TERMINALS[3], "lgwan-asp-1", 443, "13:40:00").syn().refuse(), TERMINALS[3], "lgwan-asp-1")
    pack = words.http(
        tcp(day, "lg-wsus-01", "lgwan-pf", 8530, "05:30:00").open(),
        "pf.lgwan.example:8530",
        "/Content/update.cab",
        5000,
    )
    day.put(pack.close(), "lg-wsus-01", "lgwan-pf")
    secure(day, "lg-wsus-01", "lgwan-pf", "05:20:00", "pf.lgwan.example", down=3000)


def screens(day: Day) -> None:
    """画面転送 ST-001: terminals of the offices open to the named screen servers, which browse."""
    for count, terminal in enumerate(TERMINALS):
        screen = SCREENS[count]
        view = words.rdp(tcp(day, terminal, screen, 3389, f"08:4{count}:00").open(), f"{screen}.reiji.example")
        for part in range(3):
            view.wait(60 * SECOND).say(noise(f"keys{count}{part}", 90)).answer(noise(f"picture{count}{part}", 2500))
        day.put(view.close(), terminal, screen)
        day.put(
            words.proxied(tcp(day, screen, "in-proxy-01", 8080, f"08:4{count}:30").open(), "www.example").close(),
            screen,
            "in-proxy-01",
        )
    udp(day, TERMINALS[0], SCREENS[0], 3389, "08:40:02", words.rdp_udp())


def sanitised(day: Day) -> None:
    """無害化: mail and files come to the offices in two sessions, both ended by the sanitiser."""
    sender, receiver = "soudan@shimin.example", "kikaku@reiji.example"
    for count, hour in enumerate((9, 11, 15)):
        outside = words.mail(
            tcp(day, "sc-mail", "in-mail-01", 25, f"{hour:02}:50:00").open(),
            "mail.sc.example",
            sender,
            receiver,
            "question",
            "See the sheet.",
            ("sheet.xls", noise(f"sheet{count}", 900)),
        )
        day.put(outside.close(), "sc-mail", "in-mail-01")  # IN-002r
        raw = words.mail(
            tcp(day, "in-mail-01", "san-mail-01", 25, f"{hour:02}:50:03").open(),
            "mail.reiji.example",
            sender,
            receiver,
            "question",
            "See the sheet.",
            ("sheet.xls", noise(f"sheet{count}", 900)),
        )
        day.put(raw.close(), "in-mail-01", "san-mail-01")  # SN-IN, leg in
        clean = words.mail(
            tcp(day, "san-mail-01", "lg-mail-01", 25, f"{hour:02}:50:09").open(),
            "san-mail-01.reiji.example",
            sender,
            receiver,
            "question",
            "See the sheet. (1 attachment removed)",
        )
        day.put(clean.close(), "san-mail-01", "lg-mail-01")  # SN-IN, leg out
    for src, dst, at in (
        ("lg-mail-01", "san-mail-01", "10:20:00"),
        ("san-mail-01", "in-mail-01", "10:20:05"),
        ("in-mail-01", "sc-mail", "10:20:09"),
    ):
        day.put(
            words.mail(
                tcp(day, src, dst, 25, at).open(),
                f"{src}.reiji.example",
                receiver,
                sender,
                "answer",
                "Thank you for asking.",
            ).close(),
            src,
            dst,
        )
    secure(day, SCREENS[0], "san-file-01", "09:55:00", "file.san.reiji.example", up=4000, down=300)  # SN-FILE, leg put
    secure(
        day, MEETING_ROOM, "san-file-01", "14:20:00", "file.san.reiji.example", up=3000, down=300
    )  # SN-FILE-B, leg put-term
    for at in ("09:56:00", "14:21:30"):
        secure(day, TERMINALS[0], "san-file-01", at, "file.san.reiji.example", up=300, down=4000)  # leg get
    secure(day, TERMINALS[2], "san-file-02", "15:05:00", "file.san.reiji.example", up=300, down=2000)


def cloud(day: Day) -> None:
    """What インターネット接続系 and DMZ are registered to do at the security cloud: IN-001 to IN-006, LOG-001."""
    for count in range(4):
        day.put(
            words.proxied(
                tcp(day, "in-proxy-01", "sc-proxy", 8080, f"08:5{count}:01").open(), f"www{count}.example"
            ).close(),
            "in-proxy-01",
            "sc-proxy",
        )
        udp(
            day,
            "in-dns-01",
            "sc-dns",
            53,
            f"08:5{count}:00",
            words.dns(f"www{count}.example", "203.0.113.10", 300 + count),
        )
    start = clock("08:55:00")  # an answer comes twice; the resolver has closed its port and says so
    asked, told = words.dns("www4.example", "203.0.113.10", 304)
    late = ask(day.city.address("in-dns-01"), day.city.address("sc-dns"), 53, start, asked, told)
    late.append(late[1]._replace(at=start + 40 * MILLI))
    day.put([*late, unreachable(late[2], start + 41 * MILLI)], "in-dns-01", "sc-dns")
    asked, told = words.dns("www0.example", "203.0.113.10", 310)
    transfer = tcp(day, "in-dns-01", "sc-dns", 53, "08:54:30").open()
    day.put(
        transfer.say(len(asked).to_bytes(2, "big") + asked).answer(len(told).to_bytes(2, "big") + told).close(),
        "in-dns-01",
        "sc-dns",
    )
    for src, hours in (
        ("in-proxy-01", (9, 16)),
        ("10.90.12.1", (9, 17)),
        ("10.90.12.2", (9, 17)),
    ):  # IN-004, IN-004b, LOG-001
        for hour in hours:
            secure(day, src, "sc-siem", f"{hour:02}:15:00", "siem.sc.example", port=6514, up=1500, down=100)
    for count in range(2):
        secure(day, "sc-proxy", "dmz-cms-01", f"10:4{count}:00", "www.reiji.example", down=3500)  # IN-005
    for hour in (8, 12, 17):
        udp(
            day, "in-ad-01", "sc-ntp", 123, f"{hour:02}:01:00", words.ntp(clock(f"{hour:02}:01:00")), sport=123
        )  # IN-006


def upkeep(day: Day) -> None:
    """Maintenance: jump hosts to devices and sanitisers, the vendor in its hour on Tuesday evening."""
    for count, port in enumerate(f"10.90.11.{n}" for n in range(1, 5)):  # MG-001
        day.put(words.ssh(tcp(day, "jump-01", port, 22, f"17:3{count}:00").open()).close(), "jump-01", port)
        secure(day, "jump-01", port, f"17:4{count}:00", "")
    for count, host in enumerate(("san-mail-01", "san-mail-02", "san-file-01", "san-file-02")):  # MG-002
        day.put(words.ssh(tcp(day, "jump-01", host, 22, f"17:5{count}:00").open()).close(), "jump-01", host)
    for count, port in enumerate(("10.90.10.1", "10.90.10.2")):  # MG-101
        day.put(words.ssh(tcp(day, "mn-jump-01", port, 22, f"18:0{count}:00").open()).close(), "mn-jump-01", port)
        secure(day, "mn-jump-01", port, f"18:1{count}:00", "")
    day.put(
        words.rdp(tcp(day, "vendor-a", "mnt-jump-01", 3389, "22:05:00").open(), "").close(), "vendor-a", "mnt-jump-01"
    )  # MT-001
    day.put(
        words.rdp(tcp(day, "mnt-jump-01", "lg-zaimu-01", 3389, "22:07:00").open(), "").close(),
        "mnt-jump-01",
        "lg-zaimu-01",
    )  # MT-002
