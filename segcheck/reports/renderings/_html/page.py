"""All of the page: the parts filled into the template, under a policy that names style and script by their hashes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from segcheck.lang.words import load
from segcheck.reports._drawing import safe
from segcheck.reports.renderings._html import coverage, findings, heading, lookup, matrix, picture, requirements
from segcheck.reports.renderings._html._floor import environment, policy, raw, text


def page(result: Mapping[str, Any], language: str) -> str:
    """Return the page; see `html.render`."""
    words = load(language)
    told = findings.findings(words, result)
    style, script = text("style.css"), text("script.js")
    asked = lookup.packed(words, result, told.by_fingerprint)
    parts: dict[str, Any] = {
        "language": language,
        "box_text": findings.box_text,
        "moment": heading.moment,
        "style": raw(style),
        "script": raw(script),
        "policy": policy(style, script),
        "head": heading.heading(words, result, told),
        "picture": picture.picture(words, result, told.by_fingerprint),
        "matrix": matrix.matrix(words, result, told.by_fingerprint),
        "findings": told,
        "requirements": requirements.requirements(words, result, told.by_fingerprint),
        "coverage": coverage.coverage(words, result),
        "only_seen": findings.only_seen(result),
        "drift": result.get("drift"),
        "chain": result.get("chain"),
        "lookup": asked,
        "data": raw(_data(asked.data)) if asked is not None and asked.whole else "",
    }
    parts["sections"] = [name for name in words.under("html.section") if parts.get(name, True) is not None]
    return environment(language).get_template("page.html.jinja").render(parts)


def _data(value: object) -> str:
    """Return JSON that may stand in an element of HTML: no "<", whatever the names are."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return safe(text).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
