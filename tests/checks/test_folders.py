"""Where checks lie: those of captures in a folder of their own, and only what is asked is loaded."""

from __future__ import annotations

import subprocess
import sys

import pytest

from segcheck import checks
from segcheck.model.finding import Basis

ASKED = """
import sys
from segcheck import checks
from segcheck.model.finding import Basis
checks.asked_of(Basis.CAPTURES)
print(*(name for name in sys.modules if name in {"segcheck.checks.log_off", "segcheck.analysis.crossings"}))
"""


def test_every_check_is_installed_once_by_id_and_is_asked_of_one_thing() -> None:
    ids = [module.CHECK.id for module in checks.installed()]

    assert ids == sorted(set(ids))
    assert {"log-off", "observed-crossing"} < set(ids)
    for basis in (Basis.RULES, Basis.CAPTURES):
        assert {module.CHECK.asks for module in checks.asked_of(basis)} == {basis}


def test_what_judges_rules_is_not_loaded_for_captures() -> None:
    done = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, check=True)

    assert done.stdout.split() == []


def test_a_check_in_the_wrong_folder_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks.captures, "__path__", checks.__path__)
    monkeypatch.setattr(checks.captures, "__name__", checks.__name__)

    with pytest.raises(TypeError, match="belongs into the other folder"):
        checks.asked_of.__wrapped__(Basis.CAPTURES)
