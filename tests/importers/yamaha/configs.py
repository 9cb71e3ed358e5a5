"""Small configurations for the tests, and what the importer makes of them."""

from __future__ import annotations

from segcheck.importers import yamaha
from segcheck.model.device import DeviceConfig
from segcheck.model.diagnostic import LineUse
from segcheck.model.reading import Reading
from segcheck.model.source import SourceText

INTERFACES = """ip lan1 address 10.0.1.1/24
ip lan2 address 10.0.2.1/24
ip route default gateway 10.0.2.254
"""


def source(text: str, path: str = "rtx.conf") -> SourceText:
    return SourceText(path, text, "utf-8", "0" * 64)


def whole(body: str) -> str:
    """Return a configuration as a saved session holds it."""
    return f"# RTX830 Rev.15.02.26 (Fri Jul  8 10:12:27 2022)\n{INTERFACES}{body}RTX830# \n"


def read(text: str) -> Reading:
    return yamaha.read([source(text)])


def device(body: str) -> DeviceConfig:
    (one,) = read(whole(body)).devices
    return one


def use(line: str) -> LineUse:
    """Return the use of one line below the interfaces."""
    return read(whole(f"{line}\n")).inputs[0].lines.use(5)


def scopes(body: str) -> list[tuple[str, str]]:
    return [(taint.scope.value, taint.subject) for taint in device(body).taints]
