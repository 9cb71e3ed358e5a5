"""Small configurations for the tests, and what the importer makes of them."""

from __future__ import annotations

from segcheck.importers import ios
from segcheck.model.device import DeviceConfig
from segcheck.model.diagnostic import LineUse
from segcheck.model.reading import Reading
from segcheck.model.source import SourceText

INTERFACES = """interface GigabitEthernet0/0
 ip address 10.0.1.1 255.255.255.0
interface GigabitEthernet0/1
 ip address 10.0.2.1 255.255.255.0
"""


def source(text: str, path: str = "r1.cfg") -> SourceText:
    return SourceText(path, text, "utf-8", "0" * 64)


def whole(body: str) -> str:
    """Return a configuration as the device prints it."""
    return f"version 15.9\nhostname r1\n{INTERFACES}{body}end\n"


def read(text: str) -> Reading:
    return ios.read([source(text)])


def device(body: str) -> DeviceConfig:
    (one,) = read(whole(body)).devices
    return one


def uses(text: str) -> dict[int, LineUse]:
    account = read(text).inputs[0].lines
    return {number: account.use(number) for number in range(1, account.total + 1)}


def codes(text: str) -> list[tuple[str, int]]:
    return [(d.code.value, d.span.first if d.span else 0) for d in read(text).diagnostics]
