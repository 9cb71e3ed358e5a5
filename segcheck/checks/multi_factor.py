"""Terminals of the My Number tier that one factor, or a shared account, opens (多要素認証)."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._declared import among, coverage, factors, hosts, judged, terminals
from segcheck.model.check import Check
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.requirement import Covered
from segcheck.model.site_words import HostRole, Tier

CHECK = Check(
    id="multi-factor",
    weight=Weight.CRITICAL,
    requirements=("MN-05",),
    title=("多要素認証になっていない端末", "A terminal without multi-factor authentication"),
    message=(
        "マイナンバー利用事務系の {subject} の認証が足りないと申告されている。{facts}",
        "What is declared of the authentication of {subject} in the My Number tier is not enough. {facts}",
    ),
    why=(
        "一つの要素、または共用の ID だけで入れる端末からは、誰が何をしたかも分からないまま情報を取り出せる。",
        "Whoever has the one factor, or the shared account, is in, and nobody can tell who it was.",
    ),
    fix=(
        "知識・所持・生体のうち異なる二つ以上を OS のログオンで求め、パスワードだけの代替手段と共用 ID をなくす。",
        "Ask for two different factors at logon to the system; allow no password-only fallback and no shared accounts.",
    ),
    wrong=("申告の後に設定を変えたとき。", "If the setting was changed after it was declared."),
    reads=(Basis.ATTRIBUTES,),
)
TIERS = (Tier.MYNUMBER,)
ASKED = (
    factors(),
    among("mfa_scope", "os_logon"),
    among("mfa_fallback", "none", "second_factor"),
    among("shared_account", False),
)


def find(context: Context) -> Iterator[Finding]:
    """Yield the terminals of which too little is declared."""
    yield from judged(context, CHECK, hosts(context, TIERS, roles=(HostRole.TERMINAL,)), ASKED)


def covered(context: Context) -> Covered:
    """Return whether it is declared of every terminal, with evidence."""
    found, none = terminals(context, TIERS, ("マイナンバー利用事務系", "My Number tier"))
    return coverage(context, found, ASKED) if found else none
