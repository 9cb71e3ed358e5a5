"""Logs of the My Number tier that nobody reviewed of late (記録の点検)."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._declared import Subject, coverage, hosts, judged, missing, nothing, repeated
from segcheck.model.check import Check
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.requirement import Covered
from segcheck.model.site_words import HostRole, Responsibility, Tier

CHECK = Check(
    id="log-review",
    weight=Weight.MEDIUM,
    requirements=("MN-16",),
    title=("記録を点検していない", "Logs are not reviewed"),
    message=(
        "マイナンバー利用事務系の {subject} の記録が、期限内に点検されていない。{facts}",
        "The logs of {subject} in the My Number tier were not reviewed in time. {facts}",
    ),
    why=("点検しない記録では、不正な利用に気付けない。", "What nobody reads shows nobody anything."),
    fix=(
        "アクセスと持ち出しの記録を点検し、点検した日と資料を申告する。",
        "Review access and takeout logs, and declare the day with its evidence.",
    ),
    wrong=("点検の後に申告を更新していないとき。", "If they were reviewed and the day was not renewed."),
    reads=(Basis.ATTRIBUTES,),
)
TIERS = (Tier.MYNUMBER,)
ASKED = (repeated("log_review_date"),)


def find(context: Context) -> Iterator[Finding]:
    """Yield servers whose logs were last reviewed too long ago."""
    yield from judged(context, CHECK, hosts(context, TIERS), ASKED)


def covered(context: Context) -> Covered:
    """Return whether the tier's log servers, or servers that keep logs, say when these were reviewed."""
    zones = context.site.zones.values()
    if not any(one.tier in TIERS and one.responsibility is Responsibility.CITY for one in zones):
        return nothing("マイナンバー利用事務系がない", "there is no My Number tier")
    keeping: tuple[Subject, ...] = tuple(hosts(context, TIERS, roles=(HostRole.LOG_SERVER,)))
    keeping = keeping or tuple(one for one in hosts(context, TIERS) if "log_review_date" in one.attributes)
    if not keeping:
        return missing(
            "マイナンバー利用事務系の記録の点検が申告されていない (log_review_date)",
            "nobody says when the logs of the My Number tier were reviewed (log_review_date)",
        )
    return coverage(context, keeping, ASKED)
