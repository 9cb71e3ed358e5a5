"""Which importers there are, and which are loaded."""

from __future__ import annotations

import subprocess
import sys


def test_a_named_format_loads_its_own_importer_only() -> None:
    code = """
import sys
from segcheck import importers
from segcheck.model.source import SourceText
importers.read([SourceText("x", "config system global\\nend\\n", "utf-8", "0")], "fortigate")
print([name for name in sys.modules if name.startswith("segcheck.importers.") and name.count(".") == 2 and "._" not in name])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['segcheck.importers.fortigate']\n"
