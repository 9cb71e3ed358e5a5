"""What a body fills an audit or a self-check with besides what segcheck finds: its own items, cover and terms.

No numbers of any published check list come with segcheck: items and their numbers are the body's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditItem:
    """A row of the audit's working paper (監査調書), answered by requirements.

    requirements   ids whose outcomes answer it; () = answered by documents only
    organs         ids of the organs that it is asked of one by one; () = the worst of all
    """

    number: str
    area: str
    text: str
    mandatory: bool = False
    documents: str = ""
    method: str = ""
    example: str = ""
    note: str = ""
    requirements: tuple[str, ...] = ()
    organs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What stands in `audit.yaml`; "" and () where nothing is said, which a report leaves blank.

    classification   情報分類; distribution, dispose_on: who gets it, until when it is kept
    team             posts, never persons, with what makes them independent
    exclusions       what the audit leaves out, and why
    """

    title: str = ""
    purpose: str = ""
    classification: str = ""
    distribution: tuple[str, ...] = ()
    dispose_on: date | None = None
    begins: date | None = None
    ends: date | None = None
    team: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()
    items: tuple[AuditItem, ...] = ()
