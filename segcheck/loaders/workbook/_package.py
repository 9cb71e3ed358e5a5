"""The container of a workbook: a ZIP with XML parts and relations between them (ECMA-376 part 2), read within bounds."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from xml.parsers import expat

MAX_FILE = 64 << 20
#: Unpacked bytes of all parts that are read; a ZIP may claim less than it holds, so bytes are counted as they come.
MAX_UNPACKED = 256 << 20
MAX_DIRECTORY = 1 << 20
MAX_TOKEN = 4 << 20
MAX_ELEMENTS = 5_000_000
MAX_DEPTH = 64

_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x07"

Attributes = Mapping[str, str]


class Unusable(Exception):
    """The file is no workbook that could be read; `en` and `ja` say why and what to do."""

    def __init__(self, en: str, ja: str) -> None:
        super().__init__(en)
        self.en, self.ja = en, ja


def damaged(what: str) -> Unusable:
    """Return the error of a part that is not what it should be."""
    return Unusable(
        f"a damaged workbook ({what}). Open it in Excel and save it as .xlsx again",
        f"壊れたブックです ({what})。Excel で開いて .xlsx で保存し直してください",
    )


def too_large(what_en: str, what_ja: str) -> Unusable:
    """Return the error of a workbook beyond a bound."""
    return Unusable(
        f"more than a table of rules can hold ({what_en}). Copy the table to a workbook of its own",
        f"規則の表としては大きすぎます ({what_ja})。表だけを新しいブックに写してください",
    )


class Handler:
    """What a part's elements mean; `start` and `end` get local names, whatever their namespace (transitional or strict)."""

    def start(self, name: str, attributes: Attributes) -> None:
        """Take the begin of an element."""

    def end(self, name: str) -> None:
        """Take the end of an element."""

    def text(self, data: str) -> None:
        """Take text, in pieces."""


class Package:
    """The parts of a workbook.

    Raises:
        Unusable: no ZIP, no workbook, or beyond a bound; from the methods too.
    """

    def __init__(self, data: bytes) -> None:
        if len(data) > MAX_FILE:
            raise too_large(f"{MAX_FILE >> 20} MiB", f"{MAX_FILE >> 20} MiB")
        tail = data[-(66 << 10) :]
        at = tail.rfind(_END)
        if at < 0 or len(tail) < at + 22:
            raise damaged("ZIP")
        if _END_64 in tail[max(0, at - 20) : at] or int.from_bytes(tail[at + 12 : at + 16], "little") > MAX_DIRECTORY:
            raise too_large("parts in the ZIP", "ZIP 内のファイル数")
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise damaged("ZIP") from error
        self._parts = {info.filename.lstrip("/").lower(): info for info in self._zip.infolist()}
        self._unpacked = self._elements = 0

    def main(self) -> str:
        """Return the name of the part that lists the sheets."""
        found = dict(self.relations("").values())
        name = found.get("officeDocument", "xl/workbook.xml")
        if name.lower().endswith(".bin"):
            raise Unusable(
                "a binary workbook (.xlsb). Open it in Excel and save it as .xlsx",
                "バイナリー形式のブック (.xlsb) です。Excel で開き、.xlsx で保存してください",
            )
        if name.lower() not in self._parts:
            raise Unusable(
                "a ZIP that is no Excel workbook. Save the table as .xlsx or as CSV (UTF-8)",
                "Excel のブックではない ZIP です。表を .xlsx または CSV (UTF-8) で保存してください",
            )
        return name

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Return, by id, (kind, name of the part) of everything that a part refers to; "" is the package itself."""
        folder, name = posixpath.split(part)
        found = _Relations(folder)
        at = posixpath.join(folder, "_rels", f"{name}.rels")
        if at.lower() in self._parts:
            self.read(at, found)
        return found.found

    def has(self, part: str) -> bool:
        """Return whether there is a part of that name."""
        return part.lower() in self._parts

    def read(self, part: str, handler: Handler) -> None:
        """Send the elements of a part to a handler."""
        info = self._parts.get(part.lower())
        if info is None:
            raise damaged(part[:80])
        if info.flag_bits & 1:
            raise Unusable(
                "a ZIP with a password. Unpack it, or save the workbook without a password",
                "パスワード付きの ZIP です。展開するか、パスワードなしで保存してください",
            )
        parser = self._parser(handler)
        fed = 0
        try:
            with self._zip.open(info) as stream:
                while chunk := stream.read(1 << 16):
                    self._unpacked += len(chunk)
                    if self._unpacked > MAX_UNPACKED:
                        raise too_large(f"{MAX_UNPACKED >> 20} MiB unpacked", f"展開後 {MAX_UNPACKED >> 20} MiB")
                    parser.Parse(chunk, False)
                    fed += len(chunk)
                    # expat looks at an unfinished tag, attribute or comment again with every chunk
                    if fed - max(parser.CurrentByteIndex, 0) > MAX_TOKEN:
                        raise too_large(f"{MAX_TOKEN >> 20} MiB in one piece", f"1 つの要素が {MAX_TOKEN >> 20} MiB")
            parser.Parse(b"", True)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError) as error:
            raise damaged(part[:80]) from error
        except (expat.ExpatError, ValueError, LookupError) as error:  # LookupError: an encoding nobody knows
            raise damaged(part[:80]) from error

    def _parser(self, handler: Handler) -> Any:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        depth = 0

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            self._elements += 1
            if depth > MAX_DEPTH:
                raise damaged("nesting")
            if self._elements > MAX_ELEMENTS:
                raise too_large(f"{MAX_ELEMENTS} elements", f"要素 {MAX_ELEMENTS} 個")
            handler.start(local(name), attributes)

        def end(name: str) -> None:
            nonlocal depth
            depth -= 1
            handler.end(local(name))

        def doctype(*_: object) -> None:
            raise damaged("DOCTYPE")

        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = handler.text
        parser.StartDoctypeDeclHandler = doctype  # no document types, so no entities
        return parser


def local(name: str) -> str:
    """Return a name without its namespace."""
    return name.rpartition(" ")[2]


def attribute(attributes: Attributes, name: str) -> str:
    """Return an attribute by its local name, "" if it is absent."""
    value = attributes.get(name)
    if value is not None:
        return value
    return next((found for key, found in attributes.items() if local(key) == name), "")


def flag(attributes: Attributes, name: str, default: bool = False) -> bool:
    """Return a truth value (ST_OnOff: 1, true, on)."""
    value = attributes.get(name)
    return default if value is None else value in ("1", "true", "on")


class _Relations(Handler):
    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.found: dict[str, tuple[str, str]] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "Relationship":
            target = attributes.get("Target", "")
            whole = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(self.folder, target))
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.found[attributes.get("Id", "")] = (kind, whole)
