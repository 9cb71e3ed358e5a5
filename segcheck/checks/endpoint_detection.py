"""Terminals of the internet tier under models β and β' without detection of unknown malware (EDR), or with residents' data."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._declared import Subject, among, coverage, hosts, judged, nothing, recent, terminals
from segcheck.model.check import Check
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.register import ProfileModel
from segcheck.model.requirement import Covered
from segcheck.model.site_words import HostRole, Tier

CHECK = Check(
    id="endpoint-detection",
    weight=Weight.HIGH,
    requirements=("IN-09",),
    title=("EDR が足りない端末", "A terminal lacks endpoint detection"),
    message=(
        "βモデルの {subject} で、未知の不正プログラムへの対策などが足りないと申告されている。{facts}",
        "What is declared of {subject} under model beta is not enough against unknown malware. {facts}",
    ),
    why=(
        "業務端末がインターネット側にあるモデルでは、端末で検知できなければ感染に気付けない。",
        "Where work is done on the internet side, what the terminal does not detect nobody notices.",
    ),
    fix=(
        "すべての端末に EDR を導入して報告を確かめ、住民に関する情報を保存しない。",
        "Install endpoint detection on every terminal, see that all report, and store no data about residents.",
    ),
    wrong=("申告の後に導入したとき。", "If it was installed after the declaration."),
    reads=(Basis.ATTRIBUTES,),
)
TIERS = (Tier.INTERNET,)
BETA = (ProfileModel.BETA, ProfileModel.BETA_PRIME)
ASKED = (
    among("edr", "block", "detect"),
    recent("edr_last_seen"),
    among("edr_coverage", 100, needed=False),
    among("resident_data", "none"),
)


def _beta(context: Context, subject: Subject) -> bool:
    return any(
        profile.model in BETA and profile.holds(segment, context.day)
        for profile in context.site.policy.profiles
        for segment in subject.segments
    )


def find(context: Context) -> Iterator[Finding]:
    """Yield the terminals under β or β' of which too little is declared."""
    found = hosts(context, TIERS, roles=(HostRole.TERMINAL,))
    yield from judged(context, CHECK, (one for one in found if _beta(context, one)), ASKED)


def covered(context: Context) -> Covered:
    """Return whether it is declared of every terminal, with evidence; only β and β' demand it."""
    named = {name for name, one in context.site.segments.items() if context.site.zones[one.zone].tier in TIERS}
    profiles = context.site.policy.profiles
    if not any(one.model in BETA and one.holds(name, context.day) for one in profiles for name in named):
        return nothing("βモデル・β'モデルの区間がない", "no segment is under model beta or beta prime")
    found, none = terminals(context, TIERS, ("インターネット接続系", "internet tier"))
    found = tuple(one for one in found if _beta(context, one))
    return coverage(context, found, ASKED) if found else none
