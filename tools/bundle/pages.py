"""Documents as a list of blocks, written as Markdown, as one HTML file that prints on A4, and as PDF where a browser is."""

from __future__ import annotations

import html
import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_STYLE = """
body{font-family:"Noto Sans CJK JP","BIZ UDPGothic","Yu Gothic","Meiryo",sans-serif;line-height:1.6;color:#111;background:#fff;
max-width:48em;margin:2em auto;padding:0 1em}
h1{font-size:1.4em;border-bottom:2px solid #111}h2{font-size:1.15em;margin-top:1.6em}
table{border-collapse:collapse;width:100%;font-size:.85em}tr{break-inside:avoid}
th,td{border:1px solid #666;padding:.2em .5em;text-align:left;vertical-align:top}th{background:#eee;white-space:nowrap}
td:first-child{word-break:keep-all}td code{overflow-wrap:anywhere}
pre{background:#f2f2f2;padding:.6em;white-space:pre-wrap;overflow-wrap:anywhere}
code{font-family:"Noto Sans Mono CJK JP",Consolas,monospace}
@page{size:A4;margin:18mm}@media print{body{margin:0;max-width:none}h2{break-after:avoid}}
"""


@dataclass(frozen=True, slots=True)
class Heading:
    """A section's title."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; `words` in backticks are set as code."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Lines to be typed."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Text | Items | Code | Table


def markdown(title: str, blocks: Sequence[Block]) -> str:
    """Return the document as Markdown."""
    return "\n\n".join([f"# {title}", *(_markdown(block) for block in blocks)]) + "\n"


def _markdown(block: Block) -> str:
    match block:
        case Heading(text):
            return f"## {text}"
        case Text(text):
            return text
        case Items(items):
            return "\n".join(f"- {item}" for item in items)
        case Code(text):
            return f"```\n{text}\n```"
        case Table(headings, rows):
            lines = (headings, ("---",) * len(headings), *rows)
            return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def page(title: str, blocks: Sequence[Block]) -> str:
    """Return the document as one HTML file that asks for nothing from outside."""
    body = "\n".join(_html(block) for block in blocks)
    return (
        '<!DOCTYPE html>\n<html lang="ja"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body><h1>{html.escape(title)}</h1>\n{body}\n</body></html>\n"
    )


def _html(block: Block) -> str:
    match block:
        case Heading(text):
            return f"<h2>{_inline(text)}</h2>"
        case Text(text):
            return f"<p>{_inline(text)}</p>"
        case Items(items):
            return "<ul>" + "".join(f"<li>{_inline(item)}</li>" for item in items) + "</ul>"
        case Code(text):
            return f"<pre><code>{html.escape(text)}</code></pre>"
        case Table(headings, rows):
            head = "".join(f"<th>{_inline(cell)}</th>" for cell in headings)
            lines = "".join("<tr>" + "".join(f"<td>{_inline(cell)}</td>" for cell in row) + "</tr>\n" for row in rows)
            return f"<table><thead><tr>{head}</tr></thead><tbody>\n{lines}</tbody></table>"


def _inline(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def pdf(text: str, browser: str) -> bytes | None:
    """Return an HTML page printed by Chromium or Edge; None if it made none. The times in it are taken out."""
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder, "page.html"), Path(folder, "page.pdf")
        source.write_text(text, encoding="utf-8")
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
        command += [f"--user-data-dir={folder}/profile", f"--print-to-pdf={made}", source.as_uri()]
        try:
            subprocess.run(command, capture_output=True, check=True, timeout=120)
            content = made.read_bytes()
        except (OSError, subprocess.SubprocessError):
            return None
    return re.sub(rb"(/(?:CreationDate|ModDate) \(D:)[^)]*", _same_length, content)


def _same_length(found: re.Match[bytes]) -> bytes:
    """Places in a PDF are counted in bytes: what is put in must be as long as what it stands for."""
    return found[1] + b"19800101000000+00'00'".ljust(len(found[0]) - len(found[1]))[: len(found[0]) - len(found[1])]
