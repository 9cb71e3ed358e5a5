import getpass
import socket
from pathlib import Path

import pytest

from segcheck.app import doctoring

REAL = doctoring._sample


@pytest.fixture(autouse=True)
def _without_samples(monkeypatch):
    """Bundled sites are judged only where that is what is tested."""
    monkeypatch.setattr(doctoring, "_sample", lambda: "+")


def _fact(name):
    (found,) = [fact for fact in doctoring.examine("en", "utf-8") if fact.name == name]
    return found


def test_a_sound_installation_has_nothing_in_the_way(monkeypatch):
    monkeypatch.setattr(doctoring, "_sample", REAL)

    facts = doctoring.examine("en", "utf-8")

    assert [fact for fact in facts if not fact.good] == []
    assert {
        "python",
        "set_engine",
        "write_access",
        "catalogues",
        "time_zone",
        "importers",
        "sample",
        "store",
        "history",
    } <= {fact.name for fact in facts}


def test_a_set_engine_that_fails_is_told(monkeypatch):
    import segcheck.analysis.compiling as compiling

    monkeypatch.setattr(compiling, "judge_list", lambda *_: [])

    fact = _fact("set_engine")
    assert (fact.good, fact.value) == (False, "ArithmeticError")


def test_a_library_that_is_missing_is_told(monkeypatch):
    monkeypatch.setattr(doctoring, "_LIBRARIES", ("no-such-library-of-segcheck",))

    assert ("no-such-library-of-segcheck", False) in [
        (fact.name, fact.good) for fact in doctoring.examine("en", "utf-8")
    ]


def test_nobody_is_named():
    told = " ".join(fact.value for fact in doctoring.examine("en", "utf-8")).split()

    assert not {getpass.getuser(), socket.gethostname(), str(Path.cwd()), str(Path.home())} & set(told)


def test_a_bundled_site_that_is_judged_otherwise_is_told(monkeypatch):
    from segcheck.app import bundled

    sites = bundled.sites()
    monkeypatch.setattr(doctoring, "_sample", REAL)
    monkeypatch.setattr(bundled, "sites", lambda: {"kozato": sites["minase"]})  # undecided, and no mistake

    assert (_fact("sample").good, _fact("sample").value) == (False, "ArithmeticError")


def test_sites_that_are_missing_are_told(monkeypatch):
    from segcheck.app import bundled

    monkeypatch.setattr(doctoring, "_sample", REAL)
    monkeypatch.setattr(bundled, "sites", dict)

    assert not _fact("sample").good


def test_a_browser_and_fonts_are_found_where_they_lie(monkeypatch, tmp_path):
    for name in ("ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA", "WINDIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(doctoring, "which", lambda name: None)
    monkeypatch.setattr(doctoring, "_FONT_FOLDERS", (str(tmp_path / "fonts"),))
    assert [_fact(name).value for name in ("browser", "fonts")] == ["-", "-"]
    assert all(_fact(name).good for name in ("browser", "fonts"))  # nothing else needs them

    edge = tmp_path / "Microsoft/Edge/Application/msedge.exe"
    font = tmp_path / "fonts/opentype/NotoSansCJK-Regular.ttc"
    for path in (edge, font):
        path.parent.mkdir(parents=True)
        path.touch()
    monkeypatch.setenv("ProgramFiles", str(tmp_path))
    assert [_fact(name).value for name in ("browser", "fonts")] == ["msedge", "+"]
    monkeypatch.setattr(doctoring, "which", lambda name: f"/usr/bin/{name}" if name == "chromium" else None)
    assert _fact("browser").value == "chromium"
