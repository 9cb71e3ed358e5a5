"""Writes a working day of 若木市 under each model: `python captures/make/wakagi.py [FOLDER]`, by default into captures/wakagi.

Every rule of the sound city is used once, in the protocol that its port is known for, and seen at each capture point that its
interfaces have.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pcapng
import words
from scapy.layers.l2 import Ether
from sound import clock
from talk import SECOND, Sent, Tcp, ask

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.cities.models import ABOUT, city  # noqa: E402 -- the folder above is not installed
from tools.cities.plan import City, Rule  # noqa: E402

SHORTEST = 60


def main(folder: Path) -> None:
    """Write a file for each model and capture point."""
    for model in ABOUT:
        made = city(model)
        seen: dict[str, list[tuple[int, bytes]]] = defaultdict(list)
        for count, (device, rule, service) in enumerate(_used(made)):
            talk = conversation(made, rule, service, clock("09:00:00") + count * 30 * SECOND)
            for tap, at, interface in made.points:
                if at == device and interface in (rule.come, rule.go):
                    seen[tap] += [(one.at, _framed(one)) for one in talk]
        (folder / model).mkdir(parents=True, exist_ok=True)
        for tap, frames in seen.items():
            pcapng.write(folder / model / f"{tap}.pcapng", tap, made.name, sorted(frames))


def _used(made: City) -> Iterator[tuple[str, Rule, str]]:
    for device in made.devices.values():
        yield from ((device.id, rule, service) for rule in device.rules if rule.go for service in rule.services)


def conversation(made: City, rule: Rule, service: str, at: int) -> list[Sent]:
    """Return one conversation as a rule permits it, from the first of its sources to the first of its destinations."""
    source, destination = made.ranges(rule.source)[0][0], made.ranges(rule.destination)[0][0]
    protocol, port = service.split("/")
    if protocol == "udp":
        pair = words.rdp_udp() if port == "3389" else words.dns("www.example", "192.0.2.80", 7)
        return ask(source, destination, int(port), at, *pair)
    talk = Tcp(source, destination, int(port), at).open()
    match port:
        case "25":
            words.mail(talk, "mail.wakagi.example", "a@shimin.example", "b@wakagi.example", "連絡", "本文")
        case "3389":
            words.rdp(talk, "screen.wakagi.example")
        case "8080":
            words.proxied(talk, "www.example")
        case "8530":
            words.http(talk, "update.wakagi.example", "/updates", 1200)
        case "53":
            query, answer = words.dns("www.example", "192.0.2.80", 8)
            talk.say(len(query).to_bytes(2, "big") + query).answer(len(answer).to_bytes(2, "big") + answer)
        case _:
            words.tls(talk, "service.wakagi.example")
    return talk.close().sent


def _framed(one: Sent) -> bytes:
    near, far = "00:00:5e:00:53:f0", "00:00:5e:00:53:f1"
    head = Ether(src=near if one.out else far, dst=far if one.out else near, type=0x0800)
    return (bytes(head) + one.data).ljust(SHORTEST, b"\0")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "captures" / "wakagi")
