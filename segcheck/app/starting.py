"""A new site's folder: skeleton, a bundled city, or a draft from exports. Nothing that exists is touched."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from segcheck.app import bundled, schemas
from segcheck.errors import BadArguments, BadInput
from segcheck.lang.words import Words
from segcheck.loaders import site
from segcheck.loaders.problems import did_you_mean
from segcheck.model.draft import Draft

#: The city with mistakes in it: `check` has something to show at once.
DEFAULT_SAMPLE = "reiji-mistakes"
_EDITOR = ".vscode"
_SCHEMAS = f"{_EDITOR}/segcheck"


@dataclass(frozen=True, slots=True)
class Started:
    """The files that were made, relative to the folder; the draft if there is one."""

    files: tuple[str, ...]
    draft: Draft | None = None


def skeleton(folder: Path, words: Words, model: str) -> Started:
    """Make a site with commented, empty files.

    Raises:
        BadArguments: something is there already, or the folder cannot be written; nothing was made.
    """
    with _building(folder) as part:
        _skeleton(part, words.language, model)
        return _place(part, folder)


def sample(folder: Path, name: str) -> Started:
    """Make a copy of a bundled city.

    Raises:
        BadArguments: no such city, something is there already, or the folder cannot be written; nothing was made.
    """
    cities = bundled.sites()
    if name not in cities:
        hint_en, hint_ja = did_you_mean(name, [*cities])
        raise BadArguments(
            f"--sample: no city '{name}'; nothing was written.\n  = {hint_en}",
            f"--sample: '{name}' というサンプルはありません。何も作成していません。\n  = {hint_ja}",
        )
    with _building(folder) as part:
        shutil.copytree(cities[name], part, dirs_exist_ok=True, copy_function=shutil.copyfile)
        return _place(part, folder)


def from_exports(
    folder: Path, exports: Path, words: Words, model: str, write: Callable[[Draft, Words, str], str]
) -> Started:
    """Make a site from a folder of exports; `write` puts the draft into words.

    Raises:
        BadInput: the exports cannot be used; nothing was made.
        BadArguments: something is there already, or the folder cannot be written; nothing was made.
    """
    from segcheck.app import drafting

    within = exports.resolve().is_relative_to(folder.resolve()) and exports.resolve() != folder.resolve()
    if not exports.is_dir():
        raise BadInput(
            f"{exports}: no such folder; nothing was written. Name the folder that holds the exports",
            f"{exports}: フォルダーがありません。何も作成していません。エクスポートのあるフォルダーを指定してください",
        )
    with _building(folder) as part:
        draft = drafting.draft(exports, folder if within else None, part)
        _skeleton(part, words.language, model)
        if within:
            shutil.rmtree(part / "exports")
        _write(part / "topology.yaml", _modeline("topology") + write(draft, words, folder.resolve().name or "site"))
        return Started(_place(part, folder).files, draft)


def _skeleton(part: Path, language: str, model: str) -> None:
    """Write the files of an empty site, and what editors need to complete and check them."""
    texts = resources.files("segcheck").joinpath("data", "init", language)
    for name in ("topology", "policy", "waivers"):
        text = texts.joinpath(f"{name}.yaml").read_text(encoding="utf-8").replace("@MODEL@", model)
        _write(part / f"{name}.yaml", _modeline(name) + text)
    _write(part / "exports" / "README.md", texts.joinpath("exports.md").read_text(encoding="utf-8"))
    for name in site.SCHEMAS:
        _write(part / _SCHEMAS / f"{name}.json", json.dumps(schemas.schema(name), ensure_ascii=False, indent=1) + "\n")
    places = {name: f"{name}/*.yaml" if name == "clauses" else f"{name}.yaml" for name in site.SCHEMAS}
    mapped = {f"{_SCHEMAS}/{name}.json": place for name, place in places.items()}
    _write(part / _EDITOR / "settings.json", json.dumps({"yaml.schemas": mapped}, indent=2) + "\n")


def _modeline(name: str) -> str:
    return f"# yaml-language-server: $schema={_SCHEMAS}/{name}.json\n"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def _building(folder: Path) -> Iterator[Path]:
    """Give a folder to build in, on the same disk; whatever is left of it at the end is removed."""
    parent = folder.resolve() if folder.is_dir() else folder.resolve().parent
    part = parent / f".{folder.resolve().name}.{secrets.token_hex(4)}.part"
    try:
        parent.mkdir(parents=True, exist_ok=True)
        part.mkdir()
        yield part
    except (OSError, shutil.Error) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise BadArguments(
            f"{folder}: cannot be written ({reason}); nothing was made",
            f"{folder}: 書き込めません ({reason})。何も作成していません",
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _place(part: Path, folder: Path) -> Started:
    """Move what was built to its place, all of it or nothing.

    Raises:
        BadArguments: something of it is there already.
    """
    made = tuple(sorted(path.relative_to(part).as_posix() for path in part.rglob("*") if path.is_file()))
    if not folder.exists() and not folder.is_symlink():
        part.rename(folder.resolve())
        return Started(made)
    if not folder.is_dir():
        raise _there(folder, folder.name)
    entries = sorted(part.iterdir())
    for entry in entries:
        if (folder / entry.name).exists() or (folder / entry.name).is_symlink():
            raise _there(folder, entry.name)
    moved: list[Path] = []
    try:
        for entry in entries:
            entry.rename(folder / entry.name)
            moved.append(folder / entry.name)
    except OSError:
        for path in moved:
            path.rename(part / path.name)
        raise
    return Started(made)


def _there(folder: Path, name: str) -> BadArguments:
    return BadArguments(
        f"{folder}: {name} is there already; nothing was written. Name a new folder",
        f"{folder}: {name} が既にあります。何も作成していません。新しいフォルダーを指定してください",
    )
