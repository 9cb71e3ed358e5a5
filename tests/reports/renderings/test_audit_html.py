"""The audit report as pages to print: the sections and cells of the workbook, blanks that stay blank, nothing that runs."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from hashlib import sha256
from io import BytesIO

import openpyxl
import pytest

from segcheck.reports.renderings import audit, audit_html, audit_summary, audit_summary_html
from segcheck.reports.renderings._html.paper import quoted
from tests.reports.renderings import handmade
from tests.reports.renderings.test_html import Page

EDITIONS = {"detailed": (audit, audit_html), "brief": (audit_summary, audit_summary_html)}


TEXTS = ("td", "th", "p", "h1", "h2", "h3")


class Printed(Page):
    """The pages with the texts of each section, as its cells, headings and paragraphs have them."""

    def __init__(self, text: str) -> None:
        self.sections: dict[str, list[str]] = {}
        self.blank: dict[str, str] = {}
        self._inside: list[dict[str, str | None]] = []
        self._cell: tuple[str, str] | None = None
        super().__init__(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        given = dict(attrs)
        if tag == "section":
            self.sections[given["aria-label"] or ""] = []
        if tag in TEXTS and not {"nav", "div"} & {*self.open}:
            self._cell = (given.get("class") or "", "")

    def handle_endtag(self, tag: str) -> None:
        super().handle_endtag(tag)
        if self._cell and tag in TEXTS:
            classes, text = self._cell
            section = list(self.sections.values())[-1]
            if "box" in classes.split():
                self.blank[section[-1]] = text
            elif text.strip():
                section.append(text)
            self._cell = None

    def handle_data(self, data: str) -> None:
        super().handle_data(data)
        if self._cell and self.open[-1] != "span":
            self._cell = (self._cell[0], self._cell[1] + data)


@pytest.fixture(scope="module")
def told() -> str:
    return audit_html.render(handmade.whole(handmade.stored()), "ja")


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_each_sheet_of_the_workbook_is_a_section_with_the_same_texts(edition: str, language: str) -> None:
    result = handmade.whole(handmade.organs() if language == "en" else handmade.stored())
    as_book, as_pages = EDITIONS[edition]
    book = openpyxl.load_workbook(BytesIO(as_book.render(result, language)))
    page = Printed(as_pages.render(result, language))

    assert list(page.sections) == book.sheetnames
    for sheet in book:
        cells = (str(one) for row in sheet.iter_rows(values_only=True) for one in row if one is not None)
        assert Counter(filter(str.strip, cells)) == Counter(page.sections[sheet.title])


def test_what_the_auditor_says_is_an_empty_box(told: str) -> None:
    page = Printed(told)

    assert set(page.blank) == {"所見（監査人が記入）", "結論（監査人が記入）"}
    assert not "".join(page.blank.values()).strip()
    assert re.search(r'<table class="stamps"><thead>.*課長.*</thead><tbody><tr>(<td></td>)+</tr></tbody></table>', told)


def test_it_is_one_file_that_loads_and_runs_nothing(told: str) -> None:
    page = Printed(told)
    (style,) = re.findall(r"<style>(.*?)</style>", told, flags=re.DOTALL)
    hashed = b64encode(sha256(style.encode()).digest()).decode()

    assert f"default-src 'none'; style-src 'sha256-{hashed}'; script-src 'none'" in page.having("content")[0]
    assert page.open == []
    assert {tag for tag, _ in page.elements} & {"script", "img", "link", "iframe", "object", "form", "base"} == set()
    assert page.having("style") + page.having("src") == []
    assert set(page.having("href")) == {f"#{name}" for name in page.having("id")[1:]}
    assert "url(" not in style


def test_every_printed_page_says_how_to_handle_it_and_which_run_it_is_of(told: str) -> None:
    (style,) = re.findall(r"<style>(.*?)</style>", told, flags=re.DOTALL)
    (header,) = re.findall(r"@top-right\{content:(\".*?\")", style)
    (footer,) = re.findall(r"@bottom-left\{content:(\".*?\")", style)

    assert unquoted(header) == "機密性2"
    assert "実行番号 12" in unquoted(footer)
    assert "0a" * 32 in unquoted(footer)
    assert "thead{display:table-header-group}" in style
    tables = re.findall(r"<table width.*?</table>", told, flags=re.DOTALL)
    assert all(("<thead>" in one) != ('scope="row"' in one.partition("</tr>")[0]) for one in tables)


def unquoted(text: str) -> str:
    return re.sub(r"\\([0-9a-f]+) ", lambda found: chr(int(found[1], 16)), text[1:-1])


def test_no_name_gets_out_of_a_string_of_the_style_sheet() -> None:
    hostile = '"}</style><script>\\\n\x1b\u202e町 1a'

    assert re.fullmatch(r'"([0-9A-Za-z]|\\[0-9a-f]+ )*"', quoted(hostile))
    assert unquoted(quoted(hostile)) == '"}</style><script>\\???町 1a'


def test_no_name_becomes_an_element() -> None:
    made = handmade.whole(handmade.hostile(handmade.HOSTILE[0] + handmade.HOSTILE[8], handmade.document()))
    page = Printed(audit_html.render(made, "ja"))

    assert page.open == []
    assert {tag for tag, _ in page.elements} & {"script", "img"} == set()
    assert "<script>alert(1)</script>" in " ".join(page.sections["表紙"])
