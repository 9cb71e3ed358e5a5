"""The JSON Schemas of our files and outputs: one file each in `data/schemas`, those of our files from their loaders."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from segcheck.errors import BadArguments
from segcheck.loaders import device_file, site
from segcheck.loaders.problems import did_you_mean

DEVICE_FILE = "device-file"
_FOLDER = resources.files("segcheck").joinpath("data", "schemas")


def names() -> tuple[str, ...]:
    """Return the names that `schema` knows, sorted."""
    files = [entry.name.removesuffix(".json") for entry in _FOLDER.iterdir() if entry.name.endswith(".json")]
    return tuple(sorted([*files, DEVICE_FILE, *site.SCHEMAS]))


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of that name.

    Raises:
        BadArguments: there is none.
    """
    if name == DEVICE_FILE:
        return device_file.schema()
    if name in site.SCHEMAS:
        return site.schema(name)
    if name not in names():
        hint_en, hint_ja = did_you_mean(name, names())
        raise BadArguments(
            f"no schema '{name}'; nothing was printed.\n  = {hint_en}",
            f"スキーマ '{name}' はありません。何も出力していません。\n  = {hint_ja}",
        )
    loaded: dict[str, Any] = json.loads(_FOLDER.joinpath(f"{name}.json").read_text(encoding="utf-8"))
    return loaded
