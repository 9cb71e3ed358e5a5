"""What the browser tests need: Chromium with its driver, one for all of them, and pages written to files."""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from segcheck.reports.renderings import html
from tests.reports.renderings import cities as documents

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

_TOOLS = {"chromium": "chromium", "chromedriver": "chromium-driver", "pdftotext": "poppler-utils"}


def _required() -> bool:
    return os.environ.get("CI", "").lower() == "true" or os.environ.get("SEGCHECK_REQUIRE_BROWSER") == "1"


def missing_prerequisites() -> list[str]:
    """Return what is not installed."""
    return [
        f"{tool} is not installed (Debian: {package})" for tool, package in _TOOLS.items() if not shutil.which(tool)
    ]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium: without it the test is skipped, or fails where it must not be skipped (CI)."""
    lacks = missing_prerequisites()
    if lacks and _required():
        pytest.fail("no browser can be asked: " + "; ".join(lacks))
    if lacks:
        pytest.skip("no browser can be asked: " + "; ".join(lacks))
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    options.binary_location = str(shutil.which("chromium"))
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-extensions",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(shutil.which("chromedriver"))))
    yield Browser(driver)
    driver.quit()


class Browser:
    """Chromium with what the tests ask of it."""

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver

    def run(self, script: str, *given: Any) -> Any:
        """Return what a script in the page returns."""
        return self.driver.execute_script(script, *given)

    def ask(self, command: str, **given: Any) -> Any:
        """Return what the browser says to a command of its protocol."""
        return self.driver.execute_cdp_cmd(command, given)

    def show(self, path: Path) -> None:
        """Open a page in a wide window by day, with what was logged before forgotten."""
        for kind in ("browser", "performance"):
            self.driver.get_log(kind)
        self.look()
        self.driver.get("about:blank")  # else the same file with another "#" is no new page
        self.driver.get(path.as_uri())

    def look(self, *, width: int = 1280, scheme: str = "light") -> None:
        """Look at the page in a window of that width, in "light" or "dark"."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def requests(self) -> list[str]:
        """Return the addresses of everything that was asked for since the page was shown."""
        told = (json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance"))
        sent = [one["params"]["request"]["url"] for one in told if one["method"] == "Network.requestWillBeSent"]
        return [address for address in sent if address != "about:blank"]

    def console(self) -> list[str]:
        """Return what was written to the console since the page was shown."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def keys(self, *keys: str) -> None:
        """Press keys, one after the other: a character, or the name of a key."""
        for key in keys:
            for kind in ("keyDown", "keyUp"):
                shown = {"text": key} if len(key) == 1 and kind == "keyDown" else {}
                self.ask("Input.dispatchKeyEvent", type=kind, key=key, **shown)

    def paper(self) -> bytes:
        """Return the page as printed, in PDF."""
        return base64.b64decode(self.ask("Page.printToPDF", preferCSSPageSize=True)["data"])


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a function that writes the page of a result to a file, once for each name: page(name, result, language)."""
    folder = tmp_path_factory.mktemp("pages")

    def write(name: str, result: documents.Document, language: str = "ja") -> Path:
        path = folder / f"{name}.{language}.html"
        if not path.exists():
            path.write_text(html.render(result, language), encoding="utf-8")
        return path

    return write
