"""Packets cross that cannot open a session, but carry data one way: replies, ICMP errors, later fragments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from segcheck.analysis.causes import Kind
from segcheck.checks import _coverage
from segcheck.checks._base import Context, named
from segcheck.checks._grouping import Mistake, findings, mistakes, removal
from segcheck.model.check import Check, Said
from segcheck.model.finding import Finding, Weight
from segcheck.model.requirement import Covered

CHECK = Check(
    id="one-way-channel",
    weight=Weight.HIGH,
    requirements=("MN-01", "LG-01"),
    title=("片方向に情報を送れる", "A one-way channel"),
    message=(
        "セッションは開けないが、片方向のパケットがゾーンを越えられる。区間対 {count}: {places}。通している規則: {rules}",
        "No session can be opened, but packets get across one way. Pairs of places: {count} ({places}). Let through by: {rules}",
    ),
    why=(
        "応答の形をした TCP や ICMP エラー、フラグメントだけでも情報は持ち出せる。",
        "Reply-shaped TCP, ICMP errors and fragments are enough to carry data out.",
    ),
    fix=(
        "状態を見ない許可 (established など) をやめ、状態管理のある規則に置き換える。",
        "Replace stateless permits (established and the like) by stateful ones.",
    ),
    crosses=True,
    wrong=(
        "経路上の機器が状態を管理していて、その設定を読んでいないとき。",
        "If a stateful device on the way was not read.",
    ),
)


def covered(context: Context) -> Mapping[str, Covered]:
    """Return ASKED wherever there are such pairs of zones; what cannot be told of them `forbidden-crossing` says."""
    return _coverage.between(context, CHECK)


def find(context: Context) -> Iterator[Finding]:
    """Yield what surely crosses without being able to open a session."""
    found = (cause for cause in context.causes if cause.kind is Kind.ONE_WAY)
    yield from findings(context, CHECK, mistakes(found), _remedy)


def _remedy(context: Context, mistake: Mistake) -> Said:
    if not mistake.rules:
        return removal(context, mistake)
    return (
        f"{named(mistake.rules, '、')} を、状態を管理する許可に置き換える。",
        f"Replace {named(mistake.rules, ', ')} by a permit that keeps state.",
    )
