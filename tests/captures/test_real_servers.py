"""Real servers are recognised by what they say, whatever port they say it on."""

from __future__ import annotations

from pathlib import Path

import pytest
from scapy.layers import inet, l2  # noqa: F401  what a reader is to dissect has to be loaded
from scapy.packet import Packet
from scapy.utils import PcapReader

from segcheck.captures.recognising import recognise
from segcheck.model.flow import HEAD

FOLDER = Path(__file__).resolve().parents[2] / "captures" / "protocols"
FILES = sorted(path.stem for path in FOLDER.glob("*.pcapng"))
PORTS = {"ssh": 22, "smb": 445, "rdp": 3389, "vnc": 5900, "http": 80, "tls": 443, "dns": 53, "smtp": 25, "ftp": 21}
CLIENT = "10.20.12.21"


def upper(frame: Packet) -> Packet | None:
    return next((frame[kind] for kind in ("TCP", "UDP") if kind in frame), None)


def first_words(name: str) -> tuple[int, int, bytes, bytes]:
    """Return protocol number and service port of the file's first exchange, with the first words of both ends."""
    said: dict[bool, bytes] = {}
    proto, port, source = 0, 0, 0
    for frame in PcapReader(str(FOLDER / f"{name}.pcapng")):
        segment = upper(frame)
        if segment is None:
            continue
        out = frame["IP"].src == CLIENT
        if not port:
            proto, port, source = frame["IP"].proto, segment.dport, segment.sport
        words = bytes(segment.payload)[
            : frame["IP"].len - frame["IP"].ihl * 4 - (segment.dataofs * 4 if proto == 6 else 8)
        ]
        if words and source in (segment.sport, segment.dport):
            said.setdefault(out, words[:HEAD])
    return proto, port, said[True], said[False]


@pytest.mark.parametrize("name", FILES)
def test_a_real_server_is_recognised_on_any_port(name: str) -> None:
    protocol, _, elsewhere = name.partition("-on-")
    protocol = protocol.removesuffix("3")
    proto, port, asked, told = first_words(name)
    found = recognise(asked, told, proto)

    assert port == int(elsewhere or PORTS[protocol])
    assert found.sure
    assert found.name == protocol


def test_every_protocol_is_there_on_its_port_and_on_another() -> None:
    alone = {name.removesuffix("3") for name in FILES if "-on-" not in name}
    moved = {name.partition("-on-")[0].removesuffix("3") for name in FILES if "-on-" in name}

    assert alone == moved == set(PORTS)
