import getpass
import socket
from pathlib import Path

from segcheck import importers
from segcheck.app import doctoring
from tests import toy


def test_a_sound_installation_has_nothing_in_the_way(monkeypatch):
    monkeypatch.setattr(importers, "installed", lambda: (toy,))

    facts = doctoring.examine("en", "utf-8")

    assert [fact for fact in facts if not fact.good] == []
    assert {"python", "set_engine", "write_access", "catalogues", "time_zone", "importers"} <= {
        fact.name for fact in facts
    }


def test_a_set_engine_that_fails_is_told(monkeypatch):
    import segcheck.analysis.compiling as compiling

    monkeypatch.setattr(compiling, "judge_list", lambda *_: [])

    (fact,) = [fact for fact in doctoring.examine("en", "utf-8") if fact.name == "set_engine"]
    assert (fact.good, fact.value) == (False, "ArithmeticError")


def test_a_library_that_is_missing_is_told(monkeypatch):
    monkeypatch.setattr(doctoring, "_LIBRARIES", ("no-such-library-of-segcheck",))

    assert ("no-such-library-of-segcheck", False) in [
        (fact.name, fact.good) for fact in doctoring.examine("en", "utf-8")
    ]


def test_nobody_is_named():
    told = " ".join(fact.value for fact in doctoring.examine("en", "utf-8")).split()

    assert not {getpass.getuser(), socket.gethostname(), str(Path.cwd()), str(Path.home())} & set(told)
