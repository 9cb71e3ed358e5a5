"""What the importers share that can carry out typed commands on an export: refusing with the line of the commands."""

from __future__ import annotations

from typing import NoReturn

from segcheck.errors import BadInput
from segcheck.model.source import SourceText

#: Commands that one file may hold.
MOST = 20_000


class Commands:
    """Typed commands, one after the other; what they hold is never quoted in an error: it may be a secret."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.lines = source.lines()
        self.number = 0
        if len(self.lines) > MOST:
            self.refuse(f"more than {MOST} lines", f"{MOST} 行を超えています")

    def refuse(self, english: str, japanese: str) -> NoReturn:
        """Refuse the line at hand.

        Raises:
            BadInput: always.
        """
        where = f"{self.source.path}:{self.number}" if self.number else self.source.path
        raise BadInput(
            f"{where}: {english}; nothing was compared",
            f"{where}: {japanese}。比較していません",
        )

    def unknown(self) -> NoReturn:
        """Refuse a command whose exact effect is not known."""
        self.refuse(
            "what this command does to the configuration is not known exactly",
            "このコマンドが設定に与える結果を正確には決められません",
        )
