"""Writes the captures of the mistakes: `python captures/make/mistakes.py [FOLDER]`, by default into topologies/mistakes.

Each shows at one device's interface what the catalogue says of the wire: in the mistaken town the sign of the mistake among
what is registered, in the mended one what is registered alone. Every number in them follows from the sites' files.
"""

from __future__ import annotations

import shutil
import struct
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pcapng
import words
import yaml
from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.inet import ICMP, IP, UDP
from scapy.layers.inet6 import ICMPv6ND_RA, ICMPv6NDOptPrefixInfo, ICMPv6NDOptSrcLLAddr, IPv6
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Packet
from talk import MILLI, SECOND, Sent, Tcp, ask

SITES = Path(__file__).resolve().parents[2] / "topologies" / "mistakes"
#: A Tuesday.
DAY = datetime(2026, 11, 24, tzinfo=UTC) - timedelta(hours=9)
STRANGER = "00:00:5e:00:53:ee"
#: Addresses of nobody whom the sites declare.
PHONE, STORAGE, OTHER_ASP, SOMEBODY = "192.168.43.1", "203.0.113.200", "198.18.120.99", "203.0.113.9"


class Town:
    """A site's wires: frames go in by tap, one capture per tap comes out."""

    def __init__(self, folder: Path) -> None:
        site: dict[str, Any] = yaml.safe_load((folder / "topology.yaml").read_text(encoding="utf-8"))
        self.folder, self.bad = folder, folder.name == "mistaken"
        self.hosts: dict[str, str] = {one["id"]: one["addresses"][0] for one in site.get("hosts", [])}
        self._known = sorted(self.hosts.values())
        self._macs: dict[str, str] = {self.hosts[h["id"]]: h["mac"] for h in site.get("hosts", []) if "mac" in h}
        self.nets, self.gates = {}, {}
        ports = {(d["id"], name): p for d in site["devices"] for name, p in d["interfaces"].items()}
        for tap in site.get("taps", []):
            port = ports[tap["device"], tap["interface"]]
            self.nets[tap["id"]] = ip_network(site["segments"][port["segment"]]["v4"][0])
            self.gates[tap["id"]] = port["address"]
        self.frames: dict[str, list[tuple[int, int, bytes]]] = {tap: [] for tap in self.nets}
        self._clock = DAY + timedelta(hours=10)

    def at(self, clock: str = "") -> int:
        """Return a time of the day in ns since 1970: as told, else a little after the last."""
        if clock:
            hours, minutes = clock.split(":")
            moment = DAY + timedelta(hours=int(hours), minutes=int(minutes))
        else:
            self._clock += timedelta(seconds=20)
            moment = self._clock
        return int(moment.timestamp()) * SECOND

    def address(self, name: str) -> str:
        """Return a host's address; an address is its own."""
        return name if name[0].isdigit() else self.hosts[name]

    def mac(self, tap: str, address: str) -> str:
        """Return the hardware address behind an address at a tap: the host's, or the device's for what lies beyond."""
        if address in self._macs:
            return self._macs[address]
        if address == self.gates[tap] or ip_address(address) not in self.nets[tap]:
            return "00:00:5e:00:53:01"
        place = self._known.index(address) if address in self._known else 0x60 + int(ip_address(address)) % 0x40
        return f"00:00:5e:00:53:{0x10 + place:02x}"

    def put(self, tap: str, sent: Iterable[Sent], src: str, dst: str, mac: str = "") -> None:
        """Let packets between two ends pass a tap; `mac` is the opener's, if it is not who it says."""
        ends = (mac or self.mac(tap, self.address(src)), self.mac(tap, self.address(dst)))
        for one in sent:
            sender, receiver = ends if one.out else (ends[1], ends[0])
            kind = 0x86DD if one.data[0] >> 4 == 6 else 0x0800
            head = bytes(Ether(src=sender, dst=receiver, type=kind))
            self.frame(tap, one.at, head + one.data)

    def frame(self, tap: str, at: int, data: bytes) -> None:
        """Let one frame pass a tap."""
        self.frames[tap].append((at, len(self.frames[tap]), data.ljust(60, b"\0")))

    def tcp(self, tap: str, src: str, dst: str, port: int, said: Callable[[Tcp], Tcp], clock: str = "") -> None:
        """Let one conversation pass one tap, or several ("t-a t-b")."""
        talk = said(Tcp(self.address(src), self.address(dst), port, self.at(clock)).open()).close()
        for one in tap.split():
            self.put(one, talk.sent, src, dst)

    def udp(self, tap: str, src: str, dst: str, port: int, pair: tuple[bytes, bytes]) -> None:
        """Let a question and its answer pass a tap."""
        self.put(tap, ask(self.address(src), self.address(dst), port, self.at(), *pair), src, dst)

    def arp(self, tap: str, host: str, mac: str = "") -> None:
        """Let a host ask for its gateway and be answered."""
        own, at = mac or self.mac(tap, self.address(host)), self.at()
        asked = ARP(op=1, hwsrc=own, psrc=self.address(host), hwdst="00:00:00:00:00:00", pdst=self.gates[tap])
        gate = self.mac(tap, self.gates[tap])
        told = ARP(op=2, hwsrc=gate, psrc=self.gates[tap], hwdst=own, pdst=self.address(host))
        self.frame(tap, at, bytes(Ether(src=own, dst="ff:ff:ff:ff:ff:ff") / asked))
        self.frame(tap, at + MILLI, bytes(Ether(src=gate, dst=own) / told))

    def advertise(self, tap: str, prefix: str) -> None:
        """Let a stranger advertise itself as an IPv6 router (RFC 4861 §4.2)."""
        said = (
            Ether(src=STRANGER, dst="33:33:00:00:00:01")
            / IPv6(src="fe80::ee", dst="ff02::1", hlim=255)
            / ICMPv6ND_RA(routerlifetime=1800)
            / ICMPv6NDOptSrcLLAddr(lladdr=STRANGER)
            / ICMPv6NDOptPrefixInfo(prefix=prefix, prefixlen=64)
        )
        self.frame(tap, self.at(), bytes(said))

    def lease(self, tap: str, server: str, address: str, host: str) -> None:
        """Let a stranger answer a host's search for a DHCP server (RFC 2131 §3.1)."""
        client, at = self.mac(tap, self.address(host)), self.at()
        raw = bytes.fromhex(client.replace(":", ""))
        find: Packet = BOOTP(op=1, xid=7, chaddr=raw) / DHCP(options=[("message-type", "discover"), "end"])
        fields = [("message-type", "offer"), ("server_id", server), ("router", server), ("name_server", server), "end"]
        offer: Packet = BOOTP(op=2, xid=7, yiaddr=address, siaddr=server, chaddr=raw) / DHCP(options=fields)
        asked = IP(src="0.0.0.0", dst="255.255.255.255", id=1) / UDP(sport=68, dport=67) / find
        told = IP(src=server, dst="255.255.255.255", id=1, ttl=63) / UDP(sport=67, dport=68) / offer
        self.frame(tap, at, bytes(Ether(src=client, dst="ff:ff:ff:ff:ff:ff") / asked))
        self.frame(tap, at + MILLI, bytes(Ether(src=STRANGER, dst="ff:ff:ff:ff:ff:ff") / told))

    def write(self, target: Path) -> None:
        """Write what was seen at each tap into a folder of its own."""
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for tap, frames in self.frames.items():
            told = ((at, data) for at, _, data in sorted(frames))
            pcapng.write(target / f"{tap}.pcapng", tap, "segcheck sample", told)


# ---- what is said


def tls(name: str) -> Callable[[Tcp], Tcp]:
    """A short TLS conversation."""
    return lambda talk: words.tls(talk, name, 200, 400)


def rdp(talk: Tcp) -> Tcp:
    """Screen transfer within TLS."""
    return words.rdp(talk, "screen.example", 200, 600)


def plain_rdp(talk: Tcp) -> Tcp:
    """Screen transfer with standard RDP security: which channels are asked for can be read ([MS-RDPBCGR] 2.2.1.3.4)."""
    talk.say(bytes.fromhex("0300001f1ae00000000000") + b"Cookie: mstshash=a\r\n")
    talk.answer(bytes.fromhex("0300000b06d00000123400"))
    names = b"".join(struct.pack("<8sI", name, 0xC0000000) for name in (b"rdpdr", b"cliprdr", b"rdpsnd"))
    channels = struct.pack("<HHI", 0xC003, 8 + len(names), 3) + names
    gcc = bytes.fromhex("7f6582") + struct.pack("!H", len(channels) + 4) + b"Duca" + channels
    data = bytes.fromhex("02f080") + gcc
    return talk.say(struct.pack("!BBH", 3, 0, 4 + len(data)) + data).answer(words.noise(talk.label + "/pixels", 400))


def smb(talk: Tcp) -> Tcp:
    """A file share."""
    return words.smb(talk, 900)


def mail(*, attached: bool = False) -> Callable[[Tcp], Tcp]:
    """One mail, as text or with an attachment."""
    file = ("shiryo.docm", words.noise("docm", 700)) if attached else None
    return lambda talk: words.mail(talk, "mx.example", "a@reiji.example", "b@mihon.example", "renraku", "text", file)


def web(host: str) -> Callable[[Tcp], Tcp]:
    """One thing fetched by HTTP."""
    return lambda talk: words.http(talk, host, "/file", 600)


def sealed(talk: Tcp) -> Tcp:
    """A protocol that nobody recognises."""
    return words.sealed(talk, 300, 600)


def six_in_four(town: Town, tap: str, src: str, dst: str) -> None:
    """IPv6 within IPv4 (RFC 4213), both ways."""
    at, ends = town.at(), ("2001:db8:d::1", "2001:db8:d::2")
    for count, out in enumerate((True, False)):
        (left, right), (here, there) = (ends, (src, dst)) if out else (ends[::-1], (dst, src))
        inner = IPv6(src=left, dst=right, hlim=64) / ICMP(type=128 if out else 129)
        data = bytes(IP(src=town.address(here), dst=town.address(there), proto=41, id=count + 1) / inner)
        town.put(tap, [Sent(at + count * MILLI, out, data)], src, dst)


# ---- what the wires of each mistake carry: (registered, in both towns; the sign of the mistake, in the mistaken one)

ASP, CHUKAN = tls("asp.lgwan.example"), tls("chukan.lgwan.example")


def wires(number: int, town: Town) -> None:
    """Let pass what a town's wires carry."""
    at = Town.tcp
    for taps, src, dst, port, said in USUAL.get(number, ()):
        at(town, taps, src, dst, port, said)
    if town.bad:
        for taps, src, dst, port, said in SIGNS.get(number, ()):
            at(town, taps, src, dst, port, said)
    special = SPECIAL.get(number)
    if special is not None:
        special(town)


Told = tuple[str, str, str, int, Callable[[Tcp], Tcp]]
SCREEN: Told = ("t-lg", "lg-pc", "in-vdi", 3389, rdp)
ASKED: Told = ("t-lg", "lg-pc", "lgwan-asp", 443, ASP)
JOINED: Told = ("t-mn", "mn-renkei", "lgwan-chukan", 443, CHUKAN)
USUAL: dict[int, tuple[Told, ...]] = {
    1: (("t-lg t-in", "lg-pc", "in-vdi", 3389, rdp),),
    2: (ASKED,),
    5: (JOINED,),
    10: (("t-lg", "lg-wsus", "lgwan-pf", 8530, web("update.lgwan.example")),),
    11: (("t-lg", "lg-wsus", "lgwan-pf", 8530, web("update.lgwan.example")),),
    13: (("t-prn", "mn-pc", "mn-mfp", 9100, words.printed),),
    14: (("t-prn", "lg-mfp", "10.20.2.26", 445, smb),),
    15: (ASKED,),
    16: (("t-in", "in-proxy", "sc-proxy", 8080, web("www.example")),),
    17: (JOINED,),
    18: (JOINED,),
    20: (JOINED,),
    21: (("t-mgt", "jump", "esx-mn", 443, tls("esx.example")),),
    23: (SCREEN,),
    24: (SCREEN,),
    25: (("t-lg", "lg-pc", "in-vdi", 8443, tls("view.example")),),
    27: (("t-lg", "lg-pc", "san-file", 443, tls("cdr.example")),),
    29: (("t-lg", "lgwan-mail", "lg-mail", 25, mail()),),
    30: (SCREEN,),
    31: (("t-in", "in-proxy", "sc-proxy", 8080, web("www.example")),),
    32: (("t-br", "10.20.3.20", "lg-pc", 445, smb),),
    33: (ASKED,),
    34: (("t-in", "sc-proxy", "in-tv", 5061, tls("sip.example")),),
    36: (JOINED,),
    37: (ASKED,),
    41: (JOINED,),
    42: (("t-gc", "mn-renkei", "gc-jumin", 443, tls("jumin.example")),),
    43: (("t-lg", "lg-pc", "cloud", 443, tls("office.example")),),
}
SIGNS: dict[int, tuple[Told, ...]] = {
    3: (("t-mnt t-mn", "vendor", "mn-srv", 3389, rdp), ("t-mnt t-mn", "vendor", "mn-srv", 445, smb)),
    5: (("t-mn", "mn-srv", "in-proxy", 8080, web("www.example")),),
    10: (("t-lg", "lg-wsus", "pub-wu", 443, tls("download.windowsupdate.example")),),
    11: (("t-lg", "in-wsus", "lg-wsus", 8530, web("in-wsus.example")),),
    13: (("t-prn", "mn-mfp", "lg-fs", 445, smb),),
    14: (("t-prn", "lg-mfp", "pub-mail", 25, mail(attached=True)),),
    18: (("t-mn", "lg-bk", "mn-srv", 445, smb),),
    21: (("t-mgt", "lg-pc", "esx-mn", 443, tls("esx.example")), ("t-mgt", "esx-mn", "mn-srv", 902, sealed)),
    23: (("t-lg", "in-vdi", "lg-pc", 3389, rdp),),
    24: (("t-lg", "lg-pc", "in-pc", 3389, rdp),),
    25: (("t-lg", "lg-pc", "in-vdi", 9427, sealed),),
    27: (("t-lg", "in-pc", "lg-fs", 445, smb),),
    28: (("t-lg", "in-mail", "lg-mail", 25, mail(attached=True)),),
    29: (("t-lg", "lg-mail", "in-mail", 25, mail()),),
    30: (("t-lg", "lg-pc", "cloud", 443, tls("www.example")),),
    31: (("t-in", "in-pc", SOMEBODY, 443, tls("www.example")),),
    33: (("t-lg", "10.30.1.115", "10.30.1.61", 445, smb),),
    36: (("t-lg", "mn-renkei", "lgwan-chukan", 443, CHUKAN),),
    37: (("t-lg", "lg-pc", OTHER_ASP, 443, tls("new.asp.lgwan.example")),),
    41: (("t-mn", "mn-renkei", "10.20.1.26", 445, smb),),
    42: (("t-gc", "lg-pc", "gc-jumin", 445, smb),),
    43: (("t-lg", "lg-pc", STORAGE, 443, tls("storage.example")),),
}


def _dual_homed(town: Town) -> None:
    mac = town.mac("t-lg", town.address("lg-pc"))
    town.arp("t-lg", "lg-pc")
    town.arp("t-in", "in-pc", mac if town.bad else "")


def _tethered(town: Town) -> None:
    town.arp("t-lg", "lg-pc")
    if town.bad:
        town.lease("t-lg", PHONE, "192.168.43.20", "lg-pc")


def _hours(tap: str) -> Callable[[Town], None]:
    def maintained(town: Town) -> None:
        town.tcp(tap, "vendor", "lg-zaimu", 3389, rdp, "14:00" if town.bad and tap == "t-mnt" else "22:10")

    return maintained


def _names(town: Town) -> None:
    town.tcp("t-mn", "mn-renkei", "lgwan-chukan", 443, CHUKAN)
    asked = (
        ("pub-dns", "www.example", "203.0.113.10") if town.bad else ("lgwan-dns", "asp.lgwan.example", "198.18.110.10")
    )
    town.udp("t-mn", "mn-ad", asked[0], 53, words.dns(asked[1], asked[2], 7))


def _advertised(tap: str) -> Callable[[Town], None]:
    return lambda town: town.advertise(tap, "2001:db8:bad::") if town.bad else None


def _tunnel(town: Town) -> None:
    if town.bad:
        six_in_four(town, "t-in", "in-pc", SOMEBODY)


def _directory(town: Town) -> None:
    if town.bad:
        town.udp("t-mn", "mn-ad", "lg-ad", 88, words.kerberos())
        town.tcp("t-mn", "mn-ad", "lg-ad", 389, lambda talk: talk.say(words.ldap()[0]).answer(words.ldap()[1]))


def _time(town: Town) -> None:
    town.udp("t-lg", "lg-ad", "lgwan-ntp", 123, words.ntp(town.at()))
    if town.bad:
        town.udp("t-lg", "lg-pc", "pub-ntp", 123, words.ntp(town.at()))


def _counters(town: Town) -> None:
    if town.bad:
        town.udp("t-mn", "in-log", "mn-sw", 161, words.snmp())


def _bmc(town: Town) -> None:
    presence = bytes.fromhex("0600ff06000011be80010000"), bytes.fromhex("0600ff06000011be40010010") + bytes(16)
    town.udp("t-mgt", "jump", "bmc", 623, presence)
    if town.bad:
        town.udp("t-mgt", "lg-pc", "bmc", 623, presence)


def _attached(town: Town) -> None:
    town.tcp("t-lg", "san-mail", "lg-mail", 25, mail(attached=town.bad))


def _unsealed(town: Town) -> None:
    town.tcp("t-lg", "lg-pc", "in-vdi", 3389, plain_rdp if town.bad else rdp)


def _dialled(town: Town) -> None:
    """PPPoE discovery: a router looks for a line, and the line answers (RFC 2516 §5.1, §5.2; an empty service name)."""
    if town.bad:
        at, line = town.at(), "00:00:5e:00:53:ef"
        for count, (src, dst, code) in enumerate(((STRANGER, "ff:ff:ff:ff:ff:ff", 0x09), (line, STRANGER, 0x07))):
            body = struct.pack("!BBHHHH", 0x11, code, 0, 4, 0x0101, 0)
            town.frame("t-in", at + count * MILLI, bytes(Ether(src=src, dst=dst, type=0x8863)) + body)


def _called(town: Town) -> None:
    if town.bad:
        ring = b"INVITE sip:room@10.20.1.70 SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\n", b"SIP/2.0 180 Ringing\r\n\r\n"
        town.udp("t-lg", "cloud", "lg-tv", 5060, ring)


SPECIAL: dict[int, Callable[[Town], None]] = {
    1: _dual_homed,
    2: _tethered,
    3: lambda town: town.tcp("t-mnt", "vendor", "lg-zaimu", 3389, rdp, "22:10"),
    9: _names,
    15: _advertised("t-lg"),
    16: _tunnel,
    17: _directory,
    19: _time,
    20: _counters,
    22: _bmc,
    26: _unsealed,
    28: _attached,
    31: _dialled,
    32: _advertised("t-br"),
    34: _called,
    39: _hours("t-mnt"),
}


def main(target: Path) -> None:
    """Write the captures of every pair whose towns have taps."""
    for site in sorted(path.parent for path in SITES.glob("*/*/topology.yaml")):
        town = Town(site)
        if town.frames:
            wires(int(site.parent.name[:2]), town)
            town.write(target / site.relative_to(SITES) / "captures")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SITES)
