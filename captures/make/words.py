"""What the ends say to each other: opening words of each protocol as its specification has them, bulk as noise.

Names are under .example (RFC 2606), mail and files are our own. Nothing here is secret or of a person.
"""

from __future__ import annotations

import struct
from base64 import encodebytes

from scapy.asn1.asn1 import ASN1_OID, ASN1_STRING
from scapy.layers.dns import DNS, DNSQR, DNSRR
from scapy.layers.ntp import NTPHeader
from scapy.layers.snmp import SNMP, SNMPget, SNMPresponse, SNMPvarbind
from talk import Tcp, noise

CRLF = "\r\n"


# ---- TLS 1.3 (RFC 8446), with server_name (RFC 6066)


def _vector(size: int, data: bytes) -> bytes:
    return len(data).to_bytes(size, "big") + data


def _extension(kind: int, data: bytes) -> bytes:
    return struct.pack("!H", kind) + _vector(2, data)


def _record(kind: int, data: bytes, version: int = 0x0303) -> bytes:
    return struct.pack("!BH", kind, version) + _vector(2, data)


def client_hello(name: str, label: str) -> bytes:
    """Return a TLS record with a ClientHello that asks for `name`; no server_name if that is empty."""
    asked = _extension(0, _vector(2, b"\0" + _vector(2, name.encode()))) if name else b""
    extensions = (
        asked
        + _extension(10, _vector(2, b"\x00\x1d\x00\x17"))
        + _extension(13, _vector(2, b"\x04\x03\x08\x04\x04\x01"))
        + _extension(43, _vector(1, b"\x03\x04\x03\x03"))
        + _extension(51, _vector(2, b"\x00\x1d" + _vector(2, noise(label + "/share", 32))))
    )
    suites = _vector(2, b"\x13\x01\x13\x02\xc0\x2f\xc0\x30")
    session = _vector(1, noise(label + "/session", 32))
    body = b"\x03\x03" + noise(label + "/random", 32) + session + suites + b"\x01\x00" + _vector(2, extensions)
    return _record(22, b"\x01" + _vector(3, body), 0x0301)


def server_hello(label: str) -> bytes:
    """Return the records of a server's first flight: ServerHello, change cipher spec, encrypted rest."""
    extensions = _extension(43, b"\x03\x04") + _extension(51, b"\x00\x1d" + _vector(2, noise(label + "/answer", 32)))
    session = _vector(1, noise(label + "/session", 32))
    body = b"\x03\x03" + noise(label + "/srandom", 32) + session + b"\x13\x01\x00" + _vector(2, extensions)
    sealed = _record(23, noise(label + "/certificate", 900))
    return _record(22, b"\x02" + _vector(3, body)) + _record(20, b"\x01") + sealed


def tls(talk: Tcp, name: str, up: int = 400, down: int = 1200) -> Tcp:
    """Let an open conversation speak TLS and carry so many bytes each way."""
    talk.say(client_hello(name, talk.label)).answer(server_hello(talk.label))
    talk.say(_record(20, b"\x01") + _record(23, noise(talk.label + "/finished", 53)))
    talk.say(_record(23, noise(talk.label + "/up", up)))
    return talk.answer(
        b"".join(_record(23, noise(f"{talk.label}/down{n}", min(down - n, 1350))) for n in range(0, down, 1350))
    )


# ---- screen transfer: RDP ([MS-RDPBCGR] section 2.2.1, [MS-RDPEUDP] section 2.2)


def rdp(talk: Tcp, name: str, up: int = 300, down: int = 3000) -> Tcp:
    """Let an open conversation speak RDP: negotiation over X.224, then TLS for what is seen and typed."""
    talk.say(bytes.fromhex("03000013 0ee00000000000 0100080003000000"))
    talk.answer(bytes.fromhex("03000013 0ed00000123400 0200080002000000"))
    return tls(talk, name, up, down)


def rdp_udp(version: int = 1) -> tuple[bytes, bytes]:
    """Return the opening datagrams of RDP over UDP: SYN and SYN+ACK, padded to 1232 bytes as the standard asks."""
    syn = struct.pack("!IHHIHH", 0xFFFFFFFF, 64, 0x0001, 0x1A2B3C4D, 1232, 1232)
    syn_ack = struct.pack("!IHHIHH", 0x1A2B3C4D, 64, 0x0005, 0x5D6C7B8A, 1232, 1232) + struct.pack("!HH", 0, 0)
    return syn.ljust(1232, b"\0"), syn_ack.ljust(1232, b"\0")


# ---- mail (RFC 5321, 5322, 2046)


def mail(
    talk: Tcp,
    relay: str,
    sender: str,
    receiver: str,
    subject: str,
    text: str,
    attachment: tuple[str, bytes] | None = None,
) -> Tcp:
    """Let an open conversation carry one mail, as text or with an attachment."""
    talk.answer(f"220 {receiver.split('@')[1]} ESMTP{CRLF}".encode())
    for said, told in (
        (f"EHLO {relay}", f"250-{receiver.split('@')[1]}{CRLF}250 8BITMIME"),
        (f"MAIL FROM:<{sender}>", "250 2.1.0 Ok"),
        (f"RCPT TO:<{receiver}>", "250 2.1.5 Ok"),
        ("DATA", "354 End data with <CR><LF>.<CR><LF>"),
    ):
        talk.say((said + CRLF).encode()).answer((told + CRLF).encode())
    talk.say(_message(sender, receiver, subject, text, attachment) + b"\r\n.\r\n").answer(b"250 2.0.0 Ok: queued\r\n")
    return talk.say(b"QUIT\r\n").answer(b"221 2.0.0 Bye\r\n")


def _message(sender: str, receiver: str, subject: str, text: str, attachment: tuple[str, bytes] | None) -> bytes:
    head = [
        f"From: <{sender}>",
        f"To: <{receiver}>",
        f"Subject: {subject}",
        "Date: Tue, 10 Nov 2026 09:00:00 +0900",
        "MIME-Version: 1.0",
    ]
    plain = ["Content-Type: text/plain; charset=us-ascii", "", text]
    if attachment is None:
        return CRLF.join([*head, *plain]).encode()
    name, data = attachment
    parts = ["--part", *plain, "--part", "Content-Type: application/octet-stream", "Content-Transfer-Encoding: base64"]
    parts += [
        f'Content-Disposition: attachment; filename="{name}"',
        "",
        *encodebytes(data).decode().split(),
        "--part--",
    ]
    return CRLF.join([*head, "Content-Type: multipart/mixed; boundary=part", "", *parts]).encode()


# ---- web (RFC 9112)


def http(
    talk: Tcp, host: str, path: str, size: int, kind: str = "application/octet-stream", method: str = "GET"
) -> Tcp:
    """Let an open conversation fetch one thing."""
    talk.say(f"{method} {path} HTTP/1.1{CRLF}Host: {host}{CRLF}User-Agent: sample/1{CRLF}{CRLF}".encode())
    head = f"HTTP/1.1 200 OK{CRLF}Content-Type: {kind}{CRLF}Content-Length: {size}{CRLF}{CRLF}"
    return talk.answer(head.encode() + noise(talk.label + path, size))


def proxied(talk: Tcp, target: str) -> Tcp:
    """Let an open conversation ask a proxy for a tunnel (RFC 9110 §9.3.6) and speak TLS in it."""
    talk.say(f"CONNECT {target}:443 HTTP/1.1{CRLF}Host: {target}:443{CRLF}{CRLF}".encode())
    talk.answer(f"HTTP/1.1 200 Connection established{CRLF}{CRLF}".encode())
    return tls(talk, target, 300, 2500)


# ---- names, time, counters


def dns(name: str, address: str | None, ident: int) -> tuple[bytes, bytes]:
    """Return a question for an A record and its answer; without an address the name does not exist."""
    question = DNSQR(qname=name, qtype="A")
    answer = DNSRR(rrname=name, type="A", ttl=300, rdata=address) if address else None
    asked = DNS(id=ident, rd=1, qd=question)
    told = DNS(id=ident, qr=1, rd=1, ra=1, rcode=0 if address else 3, qd=question, an=answer)
    return bytes(asked), bytes(told)


def ntp(at: int) -> tuple[bytes, bytes]:
    """Return a client's question and a server's answer (RFC 5905); `at` in ns since 1970."""
    now = at / 1e9 + 2208988800
    asked = NTPHeader(leap=0, version=4, mode=3, stratum=0, ref=0, orig=0, recv=0, sent=now, id="0.0.0.0", ref_id=b"")
    told = NTPHeader(
        leap=0, version=4, mode=4, stratum=2, ref=now - 60, orig=now, recv=now, sent=now, id="0.0.0.0", ref_id=b""
    )
    return bytes(asked), bytes(told)


def snmp() -> tuple[bytes, bytes]:
    """Return SNMPv2c get and response for sysDescr.0."""
    oid = ASN1_OID("1.3.6.1.2.1.1.1.0")
    asked = SNMP(version=1, community="sample", PDU=SNMPget(id=7, varbindlist=[SNMPvarbind(oid=oid)]))
    told = [SNMPvarbind(oid=oid, value=ASN1_STRING(b"sample server"))]
    return bytes(asked), bytes(SNMP(version=1, community="sample", PDU=SNMPresponse(id=7, varbindlist=told)))


# ---- offices: SSH, SMB, Kerberos, LDAP, databases, printers, file exchange


def ssh(talk: Tcp, bulk: int = 600) -> Tcp:
    """Let an open conversation speak SSH (RFC 4253): versions, key exchange, encrypted rest."""
    talk.answer(b"SSH-2.0-OpenSSH_9.2\r\n").say(b"SSH-2.0-OpenSSH_9.2\r\n")
    for out in (True, False):
        lists = b"".join(
            _vector(4, one)
            for one in (
                b"curve25519-sha256",
                b"ssh-ed25519",
                *(b"aes256-ctr",) * 2,
                *(b"hmac-sha2-256",) * 2,
                *(b"none",) * 2,
                b"",
                b"",
            )
        )
        body = b"\x14" + noise(f"{talk.label}/cookie{out}", 16) + lists + bytes(5)
        padding = 8 - (len(body) + 5) % 8 + 8
        packet = _vector(4, bytes([padding]) + body + bytes(padding))
        talk = talk.say(packet) if out else talk.answer(packet)
    return talk.say(noise(talk.label + "/typed", bulk // 2)).answer(noise(talk.label + "/shown", bulk))


def smb(talk: Tcp, bulk: int = 1500) -> Tcp:
    """Let an open conversation speak SMB 3.1.1: negotiate, then encrypted messages ([MS-SMB2] 2.2.3, 2.2.41)."""
    return (
        talk.say(smb_negotiate(talk.label))
        .answer(_smb_header(0, 1, b"\x41\0\x01\0\x11\x03" + bytes(59)))
        .say(_sealed(talk, "read", 160))
        .answer(_sealed(talk, "file", bulk))
    )


def smb_negotiate(label: str) -> bytes:
    """Return an SMB2 NEGOTIATE request."""
    return _smb_header(
        0,
        0,
        struct.pack("<HHHHI", 36, 3, 1, 0, 0x7F)
        + noise(label + "/guid", 16)
        + bytes(8)
        + struct.pack("<HHH", 0x0202, 0x0302, 0x0311),
    )


def _smb_header(command: int, flags: int, body: bytes) -> bytes:
    head = b"\xfeSMB" + struct.pack("<HHIHHIIQIIQ", 64, 1, 0, command, 1, flags, 0, 0, 0, 0, 0) + bytes(16)
    return _vector(4, head + body)


def _sealed(talk: Tcp, what: str, size: int) -> bytes:
    return _vector(4, b"\xfdSMB" + noise(f"{talk.label}/{what}", 48 + size))


def kerberos() -> tuple[bytes, bytes]:
    """Return an AS-REQ for a principal under .example and an error that asks for pre-authentication (RFC 4120 §5.4, 5.9)."""
    realm = _der(0x1B, b"REIJI.EXAMPLE")
    service = _der(0x30, _der(0xA0, b"\x02\x01\x02") + _der(0xA1, _der(0x30, _der(0x1B, b"krbtgt") + realm)))
    body = _der(0xA0, b"\x03\x05\0\x40\x81\0\x10") + _der(0xA2, realm) + _der(0xA3, service)
    body += (
        _der(0xA5, _der(0x18, b"20370913024805Z"))
        + _der(0xA7, b"\x02\x04\x11\x22\x33\x44")
        + _der(0xA8, b"\x30\x03\x02\x01\x12")
    )
    asked = _der(
        0x6A, _der(0x30, _der(0xA1, b"\x02\x01\x05") + _der(0xA2, b"\x02\x01\x0a") + _der(0xA4, _der(0x30, body)))
    )
    fields = _der(0xA0, b"\x02\x01\x05") + _der(0xA1, b"\x02\x01\x1e") + _der(0xA4, _der(0x18, b"20261110000000Z"))
    fields += _der(0xA5, b"\x02\x01\0") + _der(0xA6, b"\x02\x01\x19") + _der(0xA9, realm) + _der(0xAA, service)
    return asked, _der(0x7E, _der(0x30, fields))


def ldap() -> tuple[bytes, bytes]:
    """Return an anonymous LDAP bind and its success (RFC 4511 §4.2)."""
    asked = _der(0x30, b"\x02\x01\x01" + _der(0x60, b"\x02\x01\x03" + _der(0x04, b"") + _der(0x80, b"")))
    return asked, _der(0x30, b"\x02\x01\x01" + _der(0x61, b"\x0a\x01\0" + _der(0x04, b"") + _der(0x04, b"")))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = (
        bytes([size]) if size < 128 else b"\x81" + bytes([size]) if size < 256 else b"\x82" + struct.pack("!H", size)
    )
    return bytes([tag]) + length + content


def oracle(talk: Tcp) -> Tcp:
    """Let an open conversation speak as a database client: a TNS connect packet, an accept, noise."""
    text = b"(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=kikan)))"
    head = struct.pack("!HHHHHHHHHHIB", 0x0139, 0x012C, 0, 8192, 32767, 0x4F98, 0, 1, len(text), 58, 0, 0x41) + bytes(
        25
    )
    body = head + text
    talk.say(struct.pack("!HHBBH", len(body) + 8, 0, 1, 0, 0) + body)
    talk.answer(
        struct.pack("!HHBBH", 32, 0, 2, 0, 0)
        + struct.pack("!HHHHHHHH", 0x0139, 0, 8192, 32767, 1, 0, 32, 0x4141)
        + bytes(8)
    )
    return talk.say(noise(talk.label + "/query", 180)).answer(noise(talk.label + "/rows", 900))


def printed(talk: Tcp) -> Tcp:
    """Let an open conversation print a page: PJL, then PostScript."""
    page = (
        b"\x1b%-12345X@PJL JOB\r\n@PJL ENTER LANGUAGE=POSTSCRIPT\r\n%!PS-Adobe-3.0\nshowpage\n\x1b%-12345X@PJL EOJ\r\n"
    )
    return talk.say(page).answer(b"@PJL USTATUS JOB\r\nEND\r\n\x0c")


def sealed(talk: Tcp, up: int, down: int) -> Tcp:
    """Let an open conversation carry a protocol of its own that nobody recognises."""
    return talk.say(noise(talk.label + "/up", up)).answer(noise(talk.label + "/down", down))
