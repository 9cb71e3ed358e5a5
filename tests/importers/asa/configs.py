"""Small configurations for the tests, and what the importer makes of them."""

from __future__ import annotations

from segcheck.importers import asa
from segcheck.model.device import DeviceConfig
from segcheck.model.diagnostic import LineUse
from segcheck.model.reading import Reading
from segcheck.model.source import SourceText

INTERFACES = """interface GigabitEthernet0/0
 nameif outside
 security-level 0
 ip address 203.0.113.2 255.255.255.248
interface GigabitEthernet0/1
 nameif inside
 security-level 100
 ip address 10.0.1.1 255.255.255.0
"""
#: Physical lines before what `whole` is given.
BEFORE = 10


def source(text: str, path: str = "fw.cfg") -> SourceText:
    return SourceText(path, text, "utf-8", "0" * 64)


def whole(body: str, version: str = "ASA Version 9.16(4)") -> str:
    """Return a configuration as the device prints it."""
    return f"{version}\nhostname fw\n{INTERFACES}{body}: end\n"


def read(text: str) -> Reading:
    return asa.read([source(text)])


def device(body: str, version: str = "ASA Version 9.16(4)") -> DeviceConfig:
    (one,) = read(whole(body, version)).devices
    return one


def uses(body: str) -> dict[int, LineUse]:
    """Return the use of the lines of a body, from 1."""
    account = read(whole(body)).inputs[0].lines
    return {number: account.use(number + BEFORE) for number in range(1, account.total - BEFORE)}


def codes(text: str) -> list[tuple[str, int]]:
    return [(d.code.value, d.span.first if d.span else 0) for d in read(text).diagnostics]
