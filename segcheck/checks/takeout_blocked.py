"""Terminals of the My Number tier by which information can be taken out (情報持ち出し不可設定)."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._declared import Asked, Subject, among, coverage, given, hosts, judged, terminals
from segcheck.model.check import Check
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site_words import HostRole, Tier

CHECK = Check(
    id="takeout-blocked",
    weight=Weight.CRITICAL,
    requirements=("MN-06",),
    title=("情報を持ち出せる端末", "Information can be taken out of a terminal"),
    message=(
        "マイナンバー利用事務系の {subject} で、持ち出しを防ぐ設定が足りないと申告されている。{facts}",
        "What is declared of {subject} in the My Number tier does not keep information from being taken out. {facts}",
    ),
    why=(
        "媒体やスマートフォンに書き出せれば、ネットワークを分離していても住民の情報が外へ出る。",
        "Whatever a medium or a phone can take along leaves the tier, however well the network is separated.",
    ),
    fix=(
        "記憶媒体、光学媒体、スマートフォンへの書き出しを止めるか、承認した媒体だけにし、記録を取る。",
        "Block storage, optical media and phones, or permit approved media only, and keep a log.",
    ),
    wrong=("申告の後に設定を変えたとき。", "If the setting was changed after it was declared."),
    reads=(Basis.ATTRIBUTES,),
)
TIERS = (Tier.MYNUMBER,)
BARRED = ("blocked", "whitelist")
ASKED = (
    among("usb_storage", *BARRED),
    among("optical_media", *BARRED),
    among("mtp_ptp", *BARRED),
    among("takeout_log", True),
    among("bluetooth_obex", "blocked", needed=False),
    among("cloud_sync_client", "none", needed=False),
)


def find(context: Context) -> Iterator[Finding]:
    """Yield terminals, and servers, of which it is declared that information can be taken out."""
    yield from judged(context, CHECK, hosts(context, TIERS, but=(HostRole.PRINTER,)), ASKED)


def covered(context: Context) -> Covered:
    """Return whether it is declared of every terminal, with evidence, and approvals where media are permitted."""
    found, none = terminals(context, TIERS, ("マイナンバー利用事務系", "My Number tier"))
    told = coverage(context, found, ASKED) if found else none
    if told.coverage is Coverage.ASKED and found:
        return coverage(context, [one for one in found if _whitelists(one)], (given("whitelist_approval"),))
    return told


def _whitelists(subject: Subject) -> bool:
    named: tuple[Asked, ...] = ASKED[:3]
    return any(one.name in subject.attributes and subject.attributes[one.name].value == "whitelist" for one in named)
