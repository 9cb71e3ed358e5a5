"""Free text of exports without the phone numbers and mail addresses of people."""

from __future__ import annotations

import re

_MAIL = re.compile(r"[\w.+%-]{1,64}[@＠][\w-]+(?:[.．][\w-]+)+")
#: 03-1234-5678, 0312345678, 090 1234 5678, (03)1234-5678, +81-3-1234-5678; full-width digits and hyphens too. A number touches
#: no further digit and no dotted one, so that addresses, prefixes and dates stay.
_PHONE = re.compile(
    r"""(?<![\d])(?<!\d\.)
    (?: [+＋]81[-‐－−ー\s]?[(（]?[0０]?[)）]?\d{1,5} | [(（][0０]\d{1,4}[)）] | [0０]\d{1,4} )
    (?: [-‐－−ー\s]?\d{1,4}[-‐－−ー\s]?\d{3,4} )
    (?!\d|\.\d|[:/]\d)""",
    re.VERBOSE,
)
#: Digits that a telephone number has at least and at most (ITU-T E.164).
_FEWEST, _MOST = 9, 15


def masked(text: str) -> str:
    """Return `text` with mail addresses and telephone numbers replaced by "(mail)" and "(phone)"."""
    return _PHONE.sub(_phone, _MAIL.sub("(mail)", text))


def _phone(found: re.Match[str]) -> str:
    digits = sum(character.isdigit() for character in found.group())
    return "(phone)" if _FEWEST <= digits <= _MOST else found.group()
