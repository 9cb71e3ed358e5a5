"""What is kept between runs: found again when nothing changed, and made anew when anything did."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from segcheck import kept
from segcheck.lang import words
from segcheck.loaders import marked

TEXT = "a: [1, true, null, '010', 日本]\nb: {c: text}\n"
VALUES = {"a": [1, True, None, "010", "日本"], "b": {"c": "text"}}
ROOT = Path(kept.__file__).parent


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the folder of tables, in a cache folder of its own."""
    monkeypatch.setattr(kept, "_base", lambda: tmp_path)
    found = kept.folder("tables")
    assert found is not None
    return found


def test_values_are_read_once(tables: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert kept.values(TEXT, marked.values) == VALUES
    (path,) = tables.iterdir()

    monkeypatch.setattr(marked, "load", None)  # nothing can be read now
    assert kept.values(TEXT, marked.values) == VALUES
    assert list(tables.iterdir()) == [path]


def test_another_text_and_another_way_to_read_have_values_of_their_own(tables: Path) -> None:
    kept.values(TEXT, marked.values)
    assert kept.values(TEXT.replace("text", "word"), marked.values)["b"] == {"c": "word"}
    assert kept.values("a: 1\n", words._read) == {"a": "1"}
    assert kept.values("a: 1\n", marked.values) == {"a": 1}
    assert len(list(tables.iterdir())) == 4


@pytest.mark.parametrize("damage", [b"", b"{}", None])
def test_what_is_not_whole_is_made_anew(damage: bytes | None, tables: Path) -> None:
    kept.values(TEXT, marked.values)
    (path,) = tables.iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] if damage is None else damage)

    assert kept.values(TEXT, marked.values) == VALUES
    assert path.read_bytes() == whole


def test_it_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    kept.write(tmp_path / "one", b"content")
    assert kept.read(tmp_path / "one") == b"content"
    assert [path.name for path in tmp_path.iterdir()] == ["one"]

    kept.write(tmp_path / "missing" / "two", b"")  # no error
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


@pytest.mark.skipif(sys.platform == "win32", reason="no bits of permission")
def test_a_folder_that_others_may_write_to_is_not_used(tables: Path) -> None:
    tables.chmod(0o777)
    assert kept.folder("tables") is None
    assert kept.values(TEXT, marked.values) == VALUES
    assert list(tables.iterdir()) == []


def test_without_a_place_everything_is_made_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "segcheck").write_text("a file where the folder should be", encoding="utf-8")
    monkeypatch.setattr(kept, "_base", lambda: tmp_path)
    assert kept.values(TEXT, marked.values) == VALUES


@pytest.mark.parametrize("path", sorted((ROOT / "data").glob("*.yaml")), ids=lambda path: path.stem)
def test_each_of_our_tables_can_be_kept(path: Path, tables: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert kept.values(text, marked.values) == kept.values(text, marked.values) == marked.values(text)
