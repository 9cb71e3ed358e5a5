"""Input files and folders to `SourceText`; nothing here knows what stands in them, but workbooks are told from text."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import sys
from pathlib import Path

from segcheck.errors import UnreadableFile
from segcheck.model.source import SourceText

MAX_BYTES = 256 << 20
MAX_LINE_BYTES = 4 << 20
MAX_FILES = 256
MAX_FOLDER_BYTES = 512 << 20

#: Tables of rows and columns, and the ending of the file that says what their columns hold.
TABLES = (".xlsx", ".xlsm", ".csv", ".tsv", ".txt")
MAPPING = ".mapping.yaml"

_NOT_TEXT = (
    (b"PK\x03\x04", "ZIP (xlsx)"),
    (b"\x1f\x8b", "gzip"),
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\x28\xb5\x2f\xfd", "zstandard"),
    (b"\xd4\xc3\xb2\xa1", "pcap"),
    (b"\xa1\xb2\xc3\xd4", "pcap"),
    (b"\x0a\x0d\x0d\x0a", "pcapng"),
    (b"\x7fELF", "ELF"),
)


def read_export(path: str) -> tuple[SourceText, ...]:
    """Return the text of one file, or of every file directly in a folder (names that begin with "." left out), by name.

    A folder holds the files of one device. Sub-folders are refused: what lies in them would be missing from the answer.
    A workbook (xlsx) comes with its cells, and a table (TABLE.xlsx, TABLE.csv) with the mapping that lies beside it
    (TABLE.mapping.yaml).

    Raises:
        UnreadableFile: missing, empty, no text, too large, no ordinary file; an empty folder, one with folders in it, one of
            more than `MAX_FOLDER_BYTES`, or one with a link that leads out of it.
    """
    if not Path(path).is_dir():
        return (_with_mapping(read_table(path)),)
    listed = sorted(name for name in _listed(path) if not name.startswith("."))
    tables = {Path(name).stem for name in listed if Path(name).suffix.lower() in TABLES}
    names = [name for name in listed if not (name.endswith(MAPPING) and name.removesuffix(MAPPING) in tables)]
    if not names:
        raise UnreadableFile(
            f"{path}: the folder holds no files; nothing was judged. Put the device's exports there",
            f"{path}: フォルダーにファイルがありません。判定は行っていません。機器のエクスポートを置いてください",
        )
    if len(names) > MAX_FILES:
        raise UnreadableFile(
            f"{path}: {len(names)} files, more than the {MAX_FILES} that one device may have; nothing was judged. "
            "Name the export itself or a smaller folder",
            f"{path}: ファイルが {len(names)} 個あり、1 台分の上限 {MAX_FILES} を超えています。判定は行っていません。"
            "エクスポートそのもの、または小さいフォルダーを指定してください",
        )
    found = []
    left = MAX_FOLDER_BYTES
    for name in names:
        inside = str(Path(path) / name)
        _stays_inside(path, inside)
        if Path(inside).is_dir():
            raise UnreadableFile(
                f"{inside}: a folder inside the export folder; nothing was judged. "
                "Put the files of one device side by side in one folder",
                f"{inside}: エクスポートのフォルダーの中にフォルダーがあります。判定は行っていません。"
                "1 台分のファイルを 1 つのフォルダーに並べてください",
            )
        left -= _size(inside)
        if left < 0:
            raise _too_large(path, MAX_FOLDER_BYTES)
        found.append(_with_mapping(read_table(inside)))
    return tuple(found)


def _stays_inside(folder: str, path: str) -> None:
    """Make sure that no link of a folder brings in what lies elsewhere: whoever packed the folder could name any file."""
    try:
        if not Path(path).is_symlink() or Path(path).resolve().is_relative_to(Path(folder).resolve()):
            return
    except (OSError, RuntimeError, ValueError):
        return  # reading it says what is wrong
    raise UnreadableFile(
        f"{path}: a link that leads out of the export folder; nothing was judged. Put the file itself into the folder",
        f"{path}: エクスポートのフォルダーの外を指すリンクです。判定は行っていません。"
        "リンクではなくファイルそのものを置いてください",
    )


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except (OSError, ValueError) as error:
        raise _refused(path, error) from error


def _with_mapping(source: SourceText) -> SourceText:
    beside = mapping_beside(source.path)
    if Path(source.path).suffix.lower() not in TABLES or not beside.is_file():
        return source
    from segcheck.loaders import table_mapping

    return table_mapping.attached(source, table_mapping.load(read_text(str(beside))))


def mapping_beside(path: str) -> Path:
    """Return where the mapping of a table lies: TABLE.mapping.yaml beside TABLE.xlsx."""
    return Path(path).with_suffix("").with_name(Path(path).stem + MAPPING)


def read_table(path: str) -> SourceText:
    """Return one file that may be a workbook or text.

    Raises:
        UnreadableFile: as `read_text`; a workbook that is damaged, encrypted, of the old form (.xls) or beyond a bound.
    """
    from segcheck.loaders import workbook

    data = _bytes(path)
    return workbook.decode(path, data) if data.startswith((workbook.ZIP, workbook.COMPOUND)) else decode(path, data)


def read_text(path: str) -> SourceText:
    """Return the decoded text of one file.

    Raises:
        UnreadableFile: missing, a folder, empty, no text, larger than `MAX_BYTES`, a line longer than `MAX_LINE_BYTES`, or no
            ordinary file (a pipe could hang, a device has no end).
    """
    return decode(path, _bytes(path))


def read_bytes(path: str) -> bytes:
    """Return one file as it is.

    Raises:
        UnreadableFile: missing, a folder, larger than `MAX_BYTES`, or no ordinary file.
    """
    return _bytes(path)


def read_standard_input() -> SourceText:
    """Return the decoded text of standard input, under the path "-".

    Raises:
        UnreadableFile: as `read_text`.
    """
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise _too_large("-")
    return decode("-", data)


def decode(path: str, data: bytes) -> SourceText:
    """Return `data` as text: UTF-8, UTF-16 with a byte order mark, CP932 or EUC-JP, line ends made `\\n`.

    Where none of them fits, the one with the fewest undecodable bytes is taken; those stand as U+FFFD and `lossy` is set.

    Raises:
        UnreadableFile: empty, no text, or a line longer than `MAX_LINE_BYTES`.
    """
    if not data.strip():
        raise UnreadableFile(
            f"{path}: the file is empty; nothing was judged. Export it again",
            f"{path}: ファイルが空です。判定は行っていません。もう一度エクスポートしてください",
        )
    text, encoding, lossy = _decoded(path, data)
    text = re.sub("\r+\n", "\n", text)  # serial consoles write CR CR LF
    if "\n" not in text:
        text = text.replace("\r", "\n")  # line ends of old Macs; a lone CR among LFs is a terminal's overwriting
    longest = max(map(len, text.split("\n")))
    if longest > MAX_LINE_BYTES:
        raise UnreadableFile(
            f"{path}: a line of {longest} characters, more than {MAX_LINE_BYTES}; nothing was judged. "
            "Is it an export in the device's own text form?",
            f"{path}: {longest} 文字の行があり、上限 {MAX_LINE_BYTES} を超えています。判定は行っていません。"
            "機器のテキスト形式のエクスポートか確かめてください",
        )
    return SourceText(path, text, encoding, hashlib.sha256(data).hexdigest(), lossy)


def _listed(path: str) -> list[str]:
    try:
        return [entry.name for entry in Path(path).iterdir()]
    except OSError as error:
        raise _refused(path, error) from error


def _bytes(path: str) -> bytes:
    # O_NONBLOCK: opening a pipe that nobody writes to would wait for ever; the kind is asked of what was really opened
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        kind = Path(path).stat().st_mode
        if stat.S_ISDIR(kind):
            raise UnreadableFile(
                f"{path}: a folder where a file is needed; nothing was judged. Name the file itself",
                f"{path}: ファイルではなくフォルダーです。判定は行っていません。ファイルを指定してください",
            )
        if not stat.S_ISREG(kind):
            raise _no_ordinary_file(path)
        with os.fdopen(os.open(path, flags), "rb") as file:
            opened = os.fstat(file.fileno())
            if not stat.S_ISREG(opened.st_mode):
                raise _no_ordinary_file(path)
            if opened.st_size > MAX_BYTES:
                raise _too_large(path)
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise _refused(path, error) from error
    if len(data) > MAX_BYTES:
        raise _too_large(path)
    return data


def _refused(path: str, error: Exception) -> UnreadableFile:
    shown = path.replace("\0", "\\0")
    if isinstance(error, FileNotFoundError):
        return UnreadableFile(
            f"{shown}: no such file; nothing was judged. Check the name and the current folder",
            f"{shown}: ファイルがありません。判定は行っていません。名前と現在のフォルダーを確かめてください",
        )
    if isinstance(error, PermissionError):
        return UnreadableFile(
            f"{shown}: no permission to read it; nothing was judged. Ask its owner for read access",
            f"{shown}: 読み取る権限がありません。判定は行っていません。所有者に読み取り権限を求めてください",
        )
    reason = getattr(error, "strerror", None) or type(error).__name__
    return UnreadableFile(
        f"{shown}: cannot be read ({reason}); nothing was judged. Copy it to a local disk and try again",
        f"{shown}: 読み取れません ({reason})。判定は行っていません。手元のディスクへ複写して再度試してください",
    )


def _no_ordinary_file(path: str) -> UnreadableFile:
    return UnreadableFile(
        f"{path}: a pipe, socket or device, no ordinary file; nothing was judged. Save the export to a file first",
        f"{path}: 通常のファイルではありません (パイプ、デバイスなど)。判定は行っていません。"
        "エクスポートをファイルに保存してください",
    )


def _too_large(path: str, bound: int = MAX_BYTES) -> UnreadableFile:
    return UnreadableFile(
        f"{path}: larger than {bound >> 20} MiB; nothing was judged. Is it an export of rules?",
        f"{path}: {bound >> 20} MiB を超えています。判定は行っていません。規則のエクスポートか確かめてください",
    )


def _decoded(path: str, data: bytes) -> tuple[str, str, bool]:
    for magic, kind in _NOT_TEXT:
        if data.startswith(magic):
            raise _binary(path, kind)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError:
            text, lossy = data.decode("utf-16", "replace"), True
        else:
            lossy = False
        if "\0" in text:
            raise _binary(path, "NUL")
        return text, "utf-16", lossy
    if b"\0" in data:
        raise _binary(path, "NUL")
    try:
        return data.decode("utf-8-sig"), "utf-8", False
    except UnicodeDecodeError:
        return _japanese(data)


def _japanese(data: bytes) -> tuple[str, str, bool]:
    """Decode what is not clean UTF-8."""
    damaged = data.decode("utf-8", "replace")
    broken = damaged.count(LOST)
    if sum(character > "\x7f" for character in damaged) >= 5 * broken:
        return damaged, "utf-8", True  # UTF-8 with a few broken bytes, a cut-off file for example
    guesses = [
        (data.decode("cp932", "replace").translate(_NO_CP932), "cp932"),
        (data.decode("euc_jp", "replace"), "euc_jp"),
    ]
    clean = [(text, encoding) for text, encoding in guesses if LOST not in text]
    if clean:
        # EUC-JP read as CP932 turns into runs of half-width katakana, which exports hardly ever hold
        text, encoding = min(clean, key=lambda pair: _half_width_katakana(pair[0]))
        return text, encoding, False
    text, encoding = min([(damaged, "utf-8"), *guesses], key=lambda pair: pair[0].count(LOST))
    return text, encoding, True


#: Stands for bytes that fit no character.
LOST = "\ufffd"
#: What Python makes of single bytes that CP932 leaves undefined (0x80, 0xA0, 0xFD to 0xFF).
_NO_CP932 = dict.fromkeys((0x80, 0xA0, 0xF8F0, 0xF8F1, 0xF8F2, 0xF8F3), LOST)


def _half_width_katakana(text: str) -> int:
    return sum("｡" <= character <= "ﾟ" for character in text)


def _binary(path: str, kind: str) -> UnreadableFile:
    return UnreadableFile(
        f"{path}: not a text file ({kind}); nothing was judged. Name the export in the device's own text form",
        f"{path}: テキストファイルではありません ({kind})。判定は行っていません。"
        "機器のテキスト形式のエクスポートを指定してください",
    )
