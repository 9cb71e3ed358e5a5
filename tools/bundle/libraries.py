"""Which libraries the native parts of a Windows folder want, and whether they are there.

Read from the import and delay-load tables of the files (Microsoft, "PE Format").
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

#: What every Windows 10 and later has; and whatever begins with "api-ms-win-" or "ext-ms-".
_OF_WINDOWS = {
    *("advapi32", "bcrypt", "bcryptprimitives", "crypt32", "dbghelp", "gdi32", "iphlpapi", "kernel32", "mpr", "msvcrt"),
    *(
        "netapi32",
        "ntdll",
        "ole32",
        "oleaut32",
        "psapi",
        "rpcrt4",
        "secur32",
        "shell32",
        "shlwapi",
        "ucrtbase",
        "user32",
    ),
    *("userenv", "version", "winmm", "ws2_32"),
}
#: (index of the data directory, bytes of a descriptor, where in it the name is)
_TABLES = ((1, 20, 12), (13, 32, 4))
_PE32_PLUS = 0x20B


def missing(files: Mapping[str, bytes]) -> dict[str, tuple[str, ...]]:
    """Return the libraries that neither the folder nor Windows has, each with the files that want it."""
    there = {PurePosixPath(name).name.lower() for name in files}
    found: dict[str, list[str]] = {}
    for name in sorted(files):
        if name.lower().endswith((".pyd", ".dll", ".exe")):
            for wanted in imports(files[name]):
                ours = wanted in there or wanted.removesuffix(".dll") in _OF_WINDOWS
                if not ours and not wanted.startswith(("api-ms-win-", "ext-ms-")):
                    found.setdefault(wanted, []).append(name)
    return {wanted: tuple(names) for wanted, names in sorted(found.items())}


def imports(content: bytes) -> tuple[str, ...]:
    """Return the libraries that a 64 bit PE file imports, in small letters; none of what is no such file."""
    try:
        return tuple(_imports(content))
    except (struct.error, ValueError, UnicodeDecodeError):
        return ()


def _imports(content: bytes) -> Iterator[str]:
    if content[:2] != b"MZ":
        return
    (header,) = struct.unpack_from("<I", content, 0x3C)
    sections, optional = struct.unpack_from("<H", content, header + 6)[0], header + 24
    (size,) = struct.unpack_from("<H", content, header + 20)
    if struct.unpack_from("<H", content, optional)[0] != _PE32_PLUS:
        return
    table = [struct.unpack_from("<8sIIII", content, optional + size + 40 * number) for number in range(sections)]

    def place(address: int) -> int:
        for _, length, start, stored, offset in table:
            if start <= address < start + max(length, stored):
                return int(address - start + offset)
        raise ValueError("an address outside of all sections")

    for index, step, where in _TABLES:
        (address,) = struct.unpack_from("<I", content, optional + 112 + 8 * index)
        if not address:
            continue
        entry = place(address)
        while (name := struct.unpack_from("<I", content, entry + where)[0]) != 0:
            begin = place(name)
            yield content[begin : content.index(b"\0", begin)].decode("ascii").lower()
            entry += step
