"""Captures as users name them, CAPTURE[@TAP], and as outputs call them."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

from segcheck.errors import BadArguments
from segcheck.loaders.problems import did_you_mean
from segcheck.model.site import Site


def tapped(site: Site, folder: str, text: str) -> tuple[str, str]:
    """Return the path and the tap of a capture: as written behind the last "@", else as the site declares for the file.

    Raises:
        BadArguments: no such tap.
    """
    path, mark, tap = text.rpartition("@")
    if not mark or Path(text).exists():
        return text, _declared(site, folder, text)
    if tap not in site.taps:
        hint_en, hint_ja = did_you_mean(tap, list(site.taps))
        known = ", ".join(site.taps) or "-"
        raise BadArguments(
            f"{text}: the site has no tap '{tap}'; nothing was judged.\n  = {hint_en}\n  Taps: {known}",
            f"{text}: サイトにキャプチャ地点 '{tap}' はありません。判定は行っていません。\n  = {hint_ja}\n  地点: {known}",
        )
    return path, tap


def _declared(site: Site, folder: str, path: str) -> str:
    """Return the tap of the captures that the topology names, if the file is one of them."""
    try:
        inside = Path(path).resolve().relative_to(Path(folder).resolve()).as_posix()
    except ValueError:
        return ""
    return next((one.tap for one in site.captures if fnmatch(inside, one.glob)), "")


def shown(path: str, folder: str) -> str:
    """Return how a capture is called in outputs: relative to the site if it lies there, else without folders of this machine."""
    if path == "-":
        return path
    try:
        return Path(path).resolve().relative_to(Path(folder).resolve()).as_posix()
    except ValueError:
        return path if not Path(path).is_absolute() else Path(path).name
