"""The page of HTML without a browser: whole, safe whatever the names are, the same bytes for the same result."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from copy import deepcopy
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from segcheck.lang.words import load
from segcheck.reports.renderings import html, names, rendering
from tests.reports.renderings import cities as documents
from tests.reports.renderings import handmade
from tests.reports.results import faults, objects

LANGUAGES = ("ja", "en")
CAPTURED = "mistakes/03-maintenance-any-any/mistaken"
#: Names as an enemy of the reader would choose them.
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}\x1b[31m\u202e"


class Page(HTMLParser):
    """What a browser would make of it: elements, ids, links, text."""

    VOID = frozenset({"meta", "input", "br", "img", "link", "col"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.texts.append(data)

    def having(self, name: str) -> list[str]:
        return [value or "" for _, given in self.elements for key, value in given.items() if key == name]


@pytest.fixture(scope="module")
def undecided() -> documents.Document:
    return documents.judged("minase")


@pytest.fixture(scope="module")
def replayed() -> documents.Document:
    return documents.replayed(CAPTURED)


def test_it_is_one_of_the_formats() -> None:
    assert "html" in names()
    assert rendering("html") is html
    assert not html.FORMAT.binary


@pytest.mark.parametrize("language", LANGUAGES)
def test_results_of_check_and_replay_fit_their_schema_and_are_told(
    language: str, undecided: documents.Document, replayed: documents.Document
) -> None:
    words = load(language)
    for result in (undecided, replayed):
        assert faults(result, "result") == []
        page = Page(html.render(result, language))
        text = " ".join(page.texts)

        assert page.open == []
        assert ("html", {"lang": language}) in page.elements
        for one in result["findings"]:
            assert one["message"][language] in text
            assert one["remedy"][language] in text
        assert all(one["sha256"] in text for one in result["inputs"])
        assert all(one["text"][language] in text for one in result["requirements"])
        limits = [name for name in words.under("html.limit") if name not in ("check", "replay")]
        assert all(words(f"html.limit.{name}") in text for name in limits)
        ids = page.having("id")
        assert len(ids) == len(set(ids))
        assert {link[1:] for link in page.having("href")} <= set(ids)
        assert "適合" not in text
        assert "{" not in re.sub(r"\{[a-z]+\}", "", text)


def test_a_result_of_captures_tells_when_and_where_it_was_seen(replayed: documents.Document) -> None:
    text = " ".join(Page(html.render(replayed, "ja")).texts)

    assert "違反を観測（C）" in text
    assert replayed["captures"][0]["sha256"] in text
    assert load("ja")("html.limit.replay") in text
    assert load("ja")("html.limit.check") not in text
    assert re.search(r"観測: \d{4}-\d\d-\d\d .* JST から .*地点 ", text)
    assert load("ja")("html.no_traffic") in text
    assert all(one["meaning"]["ja"] in text for one in replayed["flows"]["outcomes"].values())
    assert 'id="boxes"' not in html.render(replayed, "ja")


def test_the_same_result_makes_the_same_bytes(undecided: documents.Document) -> None:
    again = documents.judged("minase")

    assert html.render(undecided, "ja") == html.render(again, "ja")
    assert html.render(undecided, "ja") != html.render(undecided, "en")


def test_the_policy_names_the_one_style_and_the_one_script_and_nothing_else(undecided: documents.Document) -> None:
    text = html.render(undecided, "ja")
    page = Page(text)
    (policy,) = [g["content"] for t, g in page.elements if g.get("http-equiv") == "Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in (policy or "").split(";"))

    def hashed(name: str) -> str:
        (body,) = re.findall(rf"<{name}>(.*?)</{name}>", text, flags=re.DOTALL)
        return f"'sha256-{b64encode(sha256(body.encode()).digest()).decode()}'"

    assert directives["default-src"] == "'none'"
    assert directives["style-src"] == hashed("style")
    assert directives["script-src"] == hashed("script")
    assert page.having("style") == []
    assert [key for _, given in page.elements for key in given if key.startswith("on")] == []
    assert [tag for tag, _ in page.elements if tag in ("img", "link", "iframe", "object", "form", "base")] == []
    assert [value for name in ("src", "action", "data") for value in page.having(name)] == []
    assert {link[0] for link in page.having("href")} == {"#"}
    assert "url(" not in text.replace("url(#outside)", "")


def spoilt(result: documents.Document) -> documents.Document:
    """Return the result with a hostile name wherever an export, a capture or a site file could have put one."""
    free = {"name", "role", "subject", "text", "rule", "path", "place", "value", "site", "owner", "reason", "document"}
    for one in objects(result):
        for key, value in one.items():
            if key in free and isinstance(value, str):
                one[key] = f"{value}{HOSTILE}"
        if set(one) == {"ja", "en"}:
            one["ja"] += HOSTILE
            one["en"] += HOSTILE
    result["run"]["weakened"] = [HOSTILE]
    result["run"]["options"]["site"] = HOSTILE
    result["outside"] = [HOSTILE]
    result["drift"], result["chain"] = deepcopy(documents.DRIFT), deepcopy(documents.CHAIN)
    return result


@pytest.mark.parametrize("kind", ["check", "replay"])
def test_no_name_gets_out_of_its_place(kind: str) -> None:
    plain = documents.judged("minase") if kind == "check" else documents.replayed(CAPTURED)
    plain["drift"], plain["chain"] = deepcopy(documents.DRIFT), deepcopy(documents.CHAIN)
    before = Page(html.render(plain, "ja"))
    text = html.render(spoilt(plain), "ja")
    page = Page(text)

    assert page.open == []
    assert {tag for tag, _ in page.elements} <= {tag for tag, _ in before.elements} | {"span", "p"}
    assert [tag for tag, _ in page.elements].count("script") == [tag for tag, _ in before.elements].count("script")
    assert [key for _, given in page.elements for key in given if key.startswith("on")] == []
    assert "alert(1)" in " ".join(page.texts)  # it is shown, as text
    assert "49" not in re.findall(r"onerror=alert\(2\)&gt;&#34;&#39;(\d*)", text)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "<script>alert" not in text


def test_an_id_that_no_loader_would_let_pass_does_no_harm_either() -> None:
    evil = json.dumps("x\"><script>alert(3)</script><g id='y")[1:-1]
    text = html.render(json.loads(json.dumps(documents.judged("minase")).replace("rt-sch", evil)), "en")
    page = Page(text)

    assert page.open == []
    assert text.count("<script") == 2
    assert text.count("alert(3)") > 10
    assert "y" not in page.having("id")


def test_what_makes_the_judgement_milder_stands_at_the_head(undecided: documents.Document) -> None:
    result = documents.judged("minase")
    result["run"]["weakened"] = ["--ignore log-off"]
    result["run"]["options"]["as-model"] = "beta_prime"
    text = html.render(result, "ja")

    head = text[: text.index('id="picture"')]
    assert "--ignore log-off により緩めた判定です" in head
    assert "beta_prime" in head
    assert "により緩めた" not in html.render(undecided, "ja")


@pytest.mark.parametrize(
    ("verdicts", "findings", "headline"),
    [
        (["proven"], [], "越境: 検出なし<"),
        (["proven", "proven_assuming"], [], "越境: 検出なし（前提付き）<"),
        (["proven", "undecided"], [], "越境: 判定不能 1 区間対<"),
        (["violated", "undecided"], [], "越境: あり 1 区間対<"),
        (["proven"], ["violated"], "越境: 検出なし／設定・申告の不備 1 件<"),
        (["proven"], ["undecided"], "越境: 検出なし／判定不能の指摘 1 件<"),
        ([], [], "越境: 判定した組なし<"),
    ],
)
def test_the_headline_says_what_was_found_and_never_more(
    verdicts: list[str], findings: list[str], headline: str
) -> None:
    result = documents.judged("minase")
    one, wrong = result["crossings"][0], result["findings"][0]
    result["crossings"] = [{**one, "verdict": verdict} for verdict in verdicts]
    result["findings"] = [{**wrong, "verdict": verdict} for verdict in findings]
    worst = ("violated", "undecided", "proven_assuming", "proven")
    result["verdict"] = min([*verdicts, *findings, "proven"], key=worst.index)

    assert f'<p class="main">{headline}' in html.render(result, "ja")


def test_a_run_of_rules_and_captures_tells_of_both() -> None:
    result, seen = documents.judged("minase"), documents.replayed(CAPTURED)
    result |= {name: seen[name] for name in ("captures", "frames", "flows")}
    observed = [one for one in seen["findings"] if one["source"] == ["C"]]
    result["findings"] += observed
    result["verdict"] = "violated"
    page = Page(html.render(result, "ja"))
    text = " ".join(page.texts)

    assert f"越境: 判定不能 14 区間対／観測した違反 {len(observed)} 件" in text
    assert load("ja")("html.title") in text
    assert "観測: 2026-" in text
    assert load("ja")("html.registered") in text
    assert {"boxes", "lookup"} <= set(page.having("id"))
    assert any((name or "").startswith("way ") for name in page.having("class"))
    assert "区間対 128 のうち判定不能 14" in text


def test_findings_beyond_three_hundred_are_counted_and_the_workbook_named() -> None:
    result = documents.large(documents.judged("minase"), zones=8, findings=312)
    text = html.render(result, "ja")

    assert text.count('<article class="finding') == 300
    assert "以下 12 件は Excel" in text


def test_a_cell_leads_to_the_first_of_its_findings_and_many_zones_are_listed_for_paper() -> None:
    result = documents.large(documents.judged("minase"), zones=60, findings=40)
    text = html.render(result, "ja")
    pairs = {pair: one.id for one in _shown(result) for pair in reversed(one.pairs)}

    assert 'class="matrix dense"' in text
    assert text.count('<th scope="row">') >= 60
    cells = dict(re.findall(r'<a href="#(F-\d+)" data-pair="([^"]+)"', text))
    assert cells
    assert all(pairs[pair.replace("&gt;", ">")] >= one for one, pair in cells.items())
    assert '<details class="notable">' in text


def _shown(result: documents.Document):  # type: ignore[no-untyped-def]
    from segcheck.reports.renderings._html import findings

    return findings.findings(load("ja"), result).shown


def test_a_stored_run_tells_what_changed_and_its_place_in_the_chain() -> None:
    result = documents.judged("minase")
    result["drift"], result["chain"] = deepcopy(documents.DRIFT), deepcopy(documents.CHAIN)
    text = " ".join(Page(html.render(result, "ja")).texts)

    assert "192.0.2.0/28 → 198.51.100.7  tcp/3389" in text
    assert "exports/fw.conf:12-19 policy 41 srcaddr=all" in text
    assert "ログを取らなかった" in text
    assert load("ja")("html.drift.unsure.too_large") in text
    assert "ほか 2 件" in text
    assert "ab" * 32 in text
    assert "cd" * 32 in text
    assert 'id="drift"' not in html.render(documents.judged("minase"), "ja")


def test_a_stored_run_tells_which_findings_are_new_or_back() -> None:
    result = documents.judged("minase")
    result["findings"][0]["history"], result["findings"][1]["history"] = "new", "recurring"
    text = html.render(result, "ja")

    assert '<span class="chip ">新規</span>' in text
    assert '<span class="chip ">再発</span>' in text


def test_an_exception_is_told_as_one_and_counts_as_no_open_finding() -> None:
    result = documents.judged("minase")
    result["findings"][0]["waiver"] = {"id": "W-7", "expires": "2027-03-31"}
    text = html.render(result, "ja")

    assert "例外措置 W-7 (2027-03-31 まで)" in text
    assert 'data-state="exception_approved"' in text


def test_a_finding_is_called_what_its_check_says_where_the_result_holds_the_checks() -> None:
    result = documents.judged("minase")
    said = {name: {"ja": f"題名 {name}", "en": name} for name in ("title", "unsure")}
    result["checks"] = {one["check"]: {**said, "crosses": True} for one in result["findings"]}

    assert "<h3>題名 unsure</h3>" in html.render(result, "ja")
    result["findings"][0]["verdict"] = "violated"
    assert "<h3>題名 title</h3>" in html.render(result, "ja")


def test_a_fault_of_what_is_written_is_not_called_a_crossing() -> None:
    result = documents.judged("minase")
    result["findings"][0] |= {"verdict": "violated", "packets": None}
    result["checks"][result["findings"][0]["check"]]["crosses"] = False
    text = html.render(result, "ja")

    assert 'data-state="fault"' in text
    assert "設定の不備（R）" in text


def test_an_older_result_without_its_network_is_told_without_picture_and_lookup() -> None:
    result = documents.judged("minase")
    del result["network"]
    for one in result["findings"]:
        del one["pairs"]
    page = Page(html.render(result, "ja"))

    assert page.open == []
    assert "svg" not in {tag for tag, _ in page.elements}
    assert {"picture", "lookup"} & set(page.having("id")) == set()
    assert {link[1:] for link in page.having("href")} <= set(page.having("id"))
    assert result["findings"][0]["message"]["ja"] in " ".join(page.texts)


def test_a_text_that_wants_to_swell_the_page_is_cut() -> None:
    result = documents.judged("minase")
    result["findings"][0]["message"]["ja"] = "長" * 100_000
    text = html.render(result, "ja")

    assert 3000 < max(map(len, re.findall("長+", text))) < 5000


def test_a_list_that_is_cut_off_is_marked_in_the_lookup() -> None:
    from segcheck.reports.renderings._html import lookup

    result = documents.judged("minase")
    whole = lookup.packed(load("ja"), result, {})
    result["crossings"][0]["may"]["truncated"] = True
    cut = lookup.packed(load("ja"), result, {})

    assert whole is not None
    assert cut is not None
    assert all(one[5] for one in whole.data["crossings"])
    assert [one[5] for one in cut.data["crossings"]].count(False) == 1


def test_boxes_too_many_for_a_page_are_left_out_and_the_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from segcheck.reports.renderings._html import lookup

    monkeypatch.setattr(lookup, "BUDGET", 100)
    text = html.render(documents.judged("minase"), "ja")

    assert load("ja")("html.lookup_cut") in text
    assert 'id="boxes"' not in text


def test_requirements_are_grouped_by_organ_with_a_filter_and_counts_of_each() -> None:
    text = html.render(handmade.organs(), "ja")
    page = Page(text)
    ids = page.having("id")
    told = " ".join(" ".join(page.texts).split())

    assert page.open == []
    assert ids.count("by-organ") == 1
    assert [one for one in ids if re.fullmatch(r"organ-\d+", one)] == ["organ-1", "organ-2"]
    assert page.having("href").count("#organ-2") == 1
    assert [one for one in page.having("value") if one.startswith("organ-")] == ["organ-1", "organ-2"]
    assert "機関: 水道事業 (suido)" in told
    assert "確認済 1 / 不備 1 / 証拠不足 0 / 対象外 2" in told
    assert "tally outcomes" not in text
    assert {"第4条", "6(3)①"} <= {one.strip() for one in page.texts}


def test_a_body_without_organs_has_neither_filter_nor_organs() -> None:
    text = html.render(handmade.document(), "ja")

    assert "機関" not in text
    assert "tally outcomes" in text
    assert 'id="by-organ"' not in text
