"""Whether this installation can be relied on: versions, encodings, time zone, write access, and tests of the engines.

Nothing secret is told: no environment beyond the language, no user, no path.
"""

from __future__ import annotations

import locale
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime
from fnmatch import fnmatch
from importlib import metadata
from pathlib import Path
from shutil import which

from segcheck import importers
from segcheck.lang import words
from segcheck.lang.words import LANGUAGES
from segcheck.model.result import Fact
from segcheck.version import __version__

_LIBRARIES = ("click", "networkx", "numpy", "openpyxl", "oxidd", "pydantic", "PyYAML", "rich")
_TOOLS = ("iptables", "ip6tables", "nft", "ipset", "tshark")
#: What prints a report as PDF, by the name of its program; on Windows where it lies.
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "microsoft-edge", "msedge")
_EDGE = ("Microsoft/Edge/Application/msedge.exe", "Google/Chrome/Application/chrome.exe")
#: Files of fonts with Japanese characters: without one, a PDF shows boxes in their place.
_FONTS = (
    "NotoSansCJK*",
    "NotoSansJP*",
    "NotoSerifCJK*",
    "ipa*.ttf",
    "BIZ-UD*",
    "YuGoth*",
    "meiryo*",
    "msgothic*",
    "VL-*",
    "ヒラギノ*",
)
_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "/Library/Fonts")
#: A day on which the registers of the bundled sites are in force.
_DAY_OF_SAMPLES = date(2026, 11, 20)
#: Where a stored run is kept, in the folder of each site.
_HISTORY = "SITE/.segcheck/history.db"


def examine(language: str, encoding: str) -> tuple[Fact, ...]:
    """Return what there is to say about the installation; `encoding` is that of the output."""
    return tuple(_facts(language, encoding))


def _facts(language: str, encoding: str) -> Iterator[Fact]:
    yield Fact("segcheck", __version__)
    yield Fact("python", platform.python_version(), sys.version_info >= (3, 11))
    yield Fact("platform", f"{platform.system()} {platform.release()} {platform.machine()}")
    yield Fact("stdout_encoding", encoding)
    yield Fact("file_names", sys.getfilesystemencoding())
    yield Fact("locale", ".".join(filter(None, locale.getlocale())) or "C")
    yield Fact("language", language)
    now = datetime.now().astimezone()
    yield Fact("time_zone", f"{now.tzname()} (UTC{now:%z})")
    for name in _LIBRARIES:
        yield _library(name)
    yield _tried("importers", lambda: " ".join(module.IMPORTER.format for module in importers.installed()))
    yield _tried("catalogues", _catalogues)
    yield _tried("set_engine", _sets)
    yield _tried("capture_engine", _capture_engine)
    yield _tried("sample", _sample)
    yield _tried("write_access", _writing)
    yield _tried("store", _store)
    yield Fact("history", _HISTORY)
    yield _tried("browser", _browser)  # only a PDF needs these two
    yield _tried("fonts", _fonts)
    for tool in _TOOLS:
        yield Fact(tool, "+" if which(tool) else "-")  # for comparing with a kernel; nothing needs them


def _library(name: str) -> Fact:
    try:
        return Fact(name, metadata.version(name))
    except metadata.PackageNotFoundError:
        return Fact(name, "-", good=False)


def _tried(name: str, test: Callable[[], str]) -> Fact:
    """Return the outcome of a test; whatever goes wrong in it is the finding."""
    try:
        return Fact(name, test())
    except Exception as error:
        return Fact(name, type(error).__name__, good=False)


def _catalogues() -> str:
    return " ".join(f"{language}:{len(words.leaves(language))}" for language in LANGUAGES)


def _capture_engine() -> str:
    """Name what reads large captures; the results are the same."""
    try:
        import segcheck.captures.kernel_engine  # noqa: F401
    except ImportError:
        return "interpreted"
    return f"kernel (numba {metadata.version('numba')})"


def _sets() -> str:
    """Permit one network but for a host, and ask about both."""
    from segcheck.analysis.compiling import judge_list
    from segcheck.model.device import DeviceConfig
    from segcheck.model.match import Field
    from segcheck.model.rules import Deny, Permit, Rule, RuleList
    from segcheck.model.trace import Probe, Verdict
    from segcheck.sets import addresses

    rules = RuleList(
        name="self-test",
        rules=(
            Rule(id="1", key="1", match=Field("src", addresses.parse("192.0.2.1")), action=Deny()),
            Rule(id="2", key="2", match=Field("src", addresses.parse("192.0.2.0/24")), action=Permit()),
        ),
        default=Deny(),
    )
    device = DeviceConfig(format="self-test", lists={rules.name: rules})
    sources = ("192.0.2.1", "192.0.2.2", "198.51.100.1")
    probes = [Probe(known={"src": addresses.parse_one(source)}) for source in sources]
    found = [answer.verdict for answer in judge_list(device, rules.name, probes)]
    if found != [Verdict.DENY, Verdict.PERMIT, Verdict.DENY]:
        raise ArithmeticError("the set engine gives wrong answers")
    return "+"


def _sample() -> str:
    """Judge two bundled sites of which it is known how they stand: one sound, one with a mistake."""
    from segcheck.app import assessing
    from segcheck.app.bundled import sites

    sound = sites()["kozato"]
    known = {sound: "proven", sound.parent / "mistakes" / "37-destination-any" / "mistaken": "violated"}
    for folder, verdict in known.items():
        if assessing.assess(str(folder), day=_DAY_OF_SAMPLES).assessment.standing.value != verdict:
            raise ArithmeticError("a bundled site is judged otherwise than it stands")
    return "+"


def _store() -> str:
    import sqlite3

    with closing(sqlite3.connect(":memory:")) as store:
        store.execute("CREATE TABLE run (number INTEGER PRIMARY KEY)")
    return f"SQLite {sqlite3.sqlite_version}"


def _browser() -> str:
    folders = filter(None, map(os.environ.get, ("ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA")))
    there = [path for folder in folders for name in _EDGE if (path := Path(folder, name)).is_file()]
    return next(filter(which, _BROWSERS), None) or (there[0].stem if there else "-")


def _fonts() -> str:
    windows = os.environ.get("WINDIR")
    folders = [*map(Path, _FONT_FOLDERS), *([Path(windows, "Fonts")] if windows else [])]
    names = (name for folder in folders for _, _, files in os.walk(folder) for name in files)
    return "+" if any(fnmatch(name, font) for name in names for font in _FONTS) else "-"


def _writing() -> str:
    with tempfile.TemporaryFile(dir="."):
        return "+"
