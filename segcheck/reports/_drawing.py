"""SVG as text: elements with escaped content, nothing from outside, the same bytes for the same picture."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from segcheck.lang.columns import printable
from segcheck.reports._layout import Place, measure

FONTS = "'Noto Sans JP','Noto Sans CJK JP','Yu Gothic UI','Yu Gothic',Meiryo,'Hiragino Sans',IPAexGothic,sans-serif"
#: Landscape sheets of ISO 216 in millimetres, from A3; a larger site gets a larger sheet, so that it stays readable.
SHEETS = ((420, 297), (594, 420), (841, 594), (1189, 841))
READABLE = 0.16  # millimetres per pixel: the smallest text, of 9 px, is then 1.4 mm high (4 points)
LONGEST = 2000  # characters of what is told when the pointer rests on something
INK = "#1f2933"


def safe(text: str) -> str:
    """Return text that may stand in XML: control characters and non-characters become "?"."""
    return "".join("?" if ord(c) & 0xFFFE == 0xFFFE else c for c in printable(text))


def cut(text: str, room: float, size: float) -> str:
    """Return the beginning of a text that fits, with "..." where something is left out."""
    if measure(text, size) <= room:
        return text
    text = text[: int(room / size * 4) + 1]  # no character is narrower than a quarter of its height
    while text and measure(text + "...", size) > room:
        text = text[:-1]
    return text.rstrip() + "..."


class Drawing:
    """Elements in the order in which they are painted."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def add(self, element: str, body: str | None = None, /, **given: object) -> None:
        """Add an element; `_` in names of attributes stands for `-`, numbers are rounded, None leaves one out."""
        self._parts.append(self._element(element, body, given))

    def _element(self, element: str, body: str | None, given: dict[str, object]) -> str:
        attributes = "".join(
            f" {name.rstrip('_').replace('_', '-')}={quoteattr(_text(value))}"
            for name, value in given.items()
            if value is not None
        )
        return f"<{element}{attributes}/>" if body is None else f"<{element}{attributes}>{body}</{element}>"

    def open(self, name: str, title: str = "", element: str = "g", **given: object) -> None:
        """Begin a group, or a link; what it stands for is told when the pointer rests on it, and to those who cannot see."""
        begun = self._element(element, "", {"class_": name or None, **given})
        self._parts.append(begun.removesuffix(f"</{element}>"))
        if title:
            self._parts.append(f"<title>{escape(safe(title[:LONGEST]))}</title>")

    def close(self, element: str = "g") -> None:
        """End the group."""
        self._parts.append(f"</{element}>")

    def box(self, place: Place, **given: object) -> None:
        """Add a rectangle."""
        self.add("rect", x=place.x, y=place.y, width=place.width, height=place.height, **given)

    def text(self, x: float, y: float, text: str, size: float, **given: object) -> None:
        """Add a line of text whose baseline is at `y`."""
        colour = {"fill": INK} if "fill" not in given else {}
        self.add("text", escape(safe(text)), x=x, y=y, font_size=size, **colour, **given)

    def line(self, x1: float, y1: float, x2: float, y2: float, **given: object) -> None:
        """Add a line."""
        self.add("line", x1=x1, y1=y1, x2=x2, y2=y2, **{"stroke": INK, **given})

    def page(self, width: float, height: float, title: str, desc: str, defs: str) -> str:
        """Return the whole drawing on the smallest sheet on which it can be read."""
        sheet = next((s for s in SHEETS if min(s[0] / width, s[1] / height) >= READABLE), SHEETS[-1])
        size = f'width="{sheet[0]}mm" height="{sheet[1]}mm"'
        drawn = self._element_of(width, height, title, desc, defs, size=size, role="img")
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{drawn}\n'

    def inline(self, width: float, height: float, title: str, desc: str, defs: str) -> str:
        """Return the whole drawing as an element of a page of HTML, in pixels; links in it can be reached by keys."""
        size = f'width="{_text(width)}" height="{_text(height)}"'
        return self._element_of(width, height, title, desc, defs, size=size, role="group")

    def _element_of(
        self, width: float, height: float, title: str, desc: str, defs: str, *, size: str, role: str
    ) -> str:
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} '
            f'viewBox="0 0 {_text(width)} {_text(height)}" preserveAspectRatio="xMidYMid meet" role="{role}" '
            f'aria-labelledby="net-title net-desc" font-family={quoteattr(FONTS)}>'
        )
        return "\n".join(
            (
                head,
                f'<title id="net-title">{escape(safe(title[:LONGEST]))}</title>',
                f'<desc id="net-desc">{escape(safe(desc[:LONGEST]))}</desc>',
                f"<defs>{defs}</defs>",
                f'<rect width="{_text(width)}" height="{_text(height)}" fill="#ffffff"/>',
                *self._parts,
                "</svg>",
            )
        )


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return str(value)
