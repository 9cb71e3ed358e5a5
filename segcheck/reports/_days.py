"""Times and hashes of stored runs as people are shown them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

#: Digits of a hash that are enough for `history verify --anchor`.
SHORT = 16
_JST = timezone(timedelta(hours=9), "JST")


def japan(text: str) -> str:
    """Return a stored time as it is shown: day and time of day in Japan."""
    return datetime.fromisoformat(text).astimezone(_JST).strftime("%Y-%m-%d %H:%M JST")
