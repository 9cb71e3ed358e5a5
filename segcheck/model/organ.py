"""Organs of a body that answer for networks of their own: 議会, 水道, 消防, 教育委員会, a 指定管理者 (基本方針 9)."""

from __future__ import annotations

from dataclasses import dataclass

from segcheck.model.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Organ:
    """An organ with the zones that it answers for.

    main          the one to which every zone of the body belongs that no other organ names
    responsible   post, not a person
    clauses       name of the clauses of its own policy; "" = the body's
    """

    id: str
    name: str
    zones: frozenset[str]
    main: bool = False
    responsible: str = ""
    clauses: str = ""
    span: Span

    @property
    def title(self) -> str:
        """What it is called, with its id."""
        return f"{self.name} ({self.id})" if self.name != self.id else self.id
