"""The rules about ourselves."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from segcheck.app import bundled
from tests import guide

ROOT = Path(__file__).resolve().parent.parent
#: Files may say one idea at length; beyond this they hold two.
MOST_LINES = 405


def _blocks(page: str) -> list[str]:
    return re.findall(r"^```\n(.*?)^```$", (ROOT / page).read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("page", "language"), [("README.md", "en"), ("README.ja.md", "ja")])
def test_the_first_screen_shows_what_the_command_really_prints(
    page: str, language: str, request: pytest.FixtureRequest
) -> None:
    command = (ROOT / "tools" / "demo").read_text().split("exec .venv/bin/segcheck ")[1].split()
    arguments = [language if word == '"$@"' else word for word in command]
    done = subprocess.run(
        [sys.executable, "-m", "segcheck", "--lang", *arguments], cwd=ROOT, capture_output=True, check=False
    )

    shown = _blocks(page)[0].splitlines()
    printed = done.stdout.decode("utf-8").splitlines()
    shows = guide.Command(1, "tools/demo", tuple(shown), 1)
    if request.config.getoption("--update") and not shows.agrees(printed):
        path = ROOT / page
        old, new = "\n".join(shown), "\n".join(guide.excerpt(shown, printed))
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        pytest.fail(f"{page} was rewritten; read the difference before you keep it", pytrace=False)

    assert done.returncode == 1
    assert f"{'exit code' if language == 'en' else '終了コードは'} 1" in (ROOT / page).read_text(encoding="utf-8")
    assert len(shown) >= 12  # more than a headline
    assert shows.agrees(printed)


@pytest.mark.parametrize("page", ["README.md", "README.ja.md"])
def test_both_pages_name_the_commands_and_exit_codes_that_there_are(page: str) -> None:
    help_text = subprocess.run(
        [sys.executable, "-m", "segcheck", "--lang", "en", "--help"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    commands = set(
        re.findall(r"^  (\w+)  ", help_text.split("Commands:")[1].split("Exit codes:")[0], flags=re.MULTILINE)
    )
    codes = set(re.findall(r"^  (\d+) ", help_text.split("Exit codes:")[1], flags=re.MULTILINE))
    text = (ROOT / page).read_text(encoding="utf-8")

    assert commands == set(re.findall(r"^\| `segcheck (\w+)", text, flags=re.MULTILINE))
    assert codes == set(re.findall(r"^\| (\d+) \|", text, flags=re.MULTILINE))


def test_no_module_outgrows_its_idea() -> None:
    lengths = {
        str(p.relative_to(ROOT)): len(p.read_text("utf-8").splitlines()) for p in (ROOT / "segcheck").rglob("*.py")
    }

    assert {name: count for name, count in lengths.items() if count > MOST_LINES} == {}


def test_every_folder_of_the_package_has_its_tests() -> None:
    folders = {p.name for p in (ROOT / "segcheck").iterdir() if (p / "__init__.py").is_file()}
    tested = {p.name for p in (ROOT / "tests").iterdir() if any(p.glob("**/test_*.py"))}

    assert folders - tested - {"model"} == set()  # the nouns are tested by everything that uses them


def test_bundled_sites_are_found_and_complete() -> None:
    sites = bundled.sites()

    assert "reiji" in sites
    for site in sites.values():
        assert (site / "README.md").is_file()
        assert any((site / "exports").iterdir())


#: Private, shared, loopback, link-local, multicast, benchmark and documentation ranges, and what is no host address.
_HARMLESS = re.compile(
    r"^(0\.|10\.|127\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|192\.168\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\."
    r"|198\.1[89]\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|2(2[4-9]|3\d|4\d|5[0-5])\.)"
)


def test_samples_hold_no_routable_addresses() -> None:
    found = {}
    for folder in ("topologies", "captures"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix not in (".pcap", ".pcapng", ".pyc"):
                text = path.read_text("utf-8")
                strange = [
                    a for a in re.findall(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])", text) if not _HARMLESS.match(a)
                ]
                if strange:
                    found[str(path.relative_to(ROOT))] = strange

    assert found == {}
