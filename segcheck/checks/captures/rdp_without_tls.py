"""A capture shows registered screen transfer or maintenance by RDP that is not encrypted by TLS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from segcheck.checks._seen import Seen, SeenContext, causes, finding, name_of
from segcheck.model.check import Check
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.flow import Flow
from segcheck.model.register import Kind
from segcheck.model.replay import Ruling
from segcheck.model.requirement import Coverage, Covered

CHECK = Check(
    id="rdp-without-tls",
    weight=Weight.HIGH,
    requirements=("LG-04", "X-03"),
    title=("TLS を使わない RDP", "RDP without TLS"),
    message=(
        "台帳 {entry} の {src} から {dst} への {service} で、RDP の会話 {plain} 件が TLS を使わない方式を選んでいる (方式が読めた会話 {read} 件)。{first} から {last} (日本時間)、地点 {taps}。",
        "{service} from {src} to {dst} (register entry {entry}): {plain} RDP conversations chose security without TLS, of {read} whose choice can be read. {first} to {last} (Japan), taps {taps}.",
    ),
    why=(
        "標準 RDP セキュリティはサーバを確かめず、なりすました中継が画面、入力、利用者の情報を読める。画面転送で無害化するという前提も崩れる。",
        "Standard RDP security does not prove who the server is: whoever stands between reads screen, keys and user names, and what should be screens only may be anything.",
    ),
    fix=(
        "サーバで TLS とネットワークレベル認証を必須にする。",
        "Require TLS and network-level authentication on the server.",
    ),
    wrong=(
        "その通信全体が別の暗号化された経路の中を通るとき。クリップボードやドライブの転送の可否は、この指摘からは分からない (チャネルの一覧は最初の 64 バイトに入らない)。",
        "If all of it passes within another encrypted channel. Whether clipboard or drives are redirected is not told: the list of channels lies behind the first 64 bytes.",
    ),
    asks=Basis.CAPTURES,
)
#: The kinds of entries that are about working on another zone's screen, and what they must hold to.
_ABOUT = {Kind.SCREEN: "LG-04", Kind.MAINTENANCE: "X-03"}


def find(context: SeenContext) -> Iterator[Finding]:
    """Yield entries whose RDP both ends' negotiation shows to be without TLS; where it does not show, nothing is said."""
    plain = [replace(one, show=partial(_shown, one)) for one in _asked(context) if one.screen().plain]
    for cause in causes(plain, by_entry=True):
        screens = [one.screen() for one in cause.members]
        entry = cause.about
        found = finding(
            CHECK,
            context,
            cause,
            (
                f"台帳 {entry} のサーバで TLS とネットワークレベル認証を必須にする。",
                f"Require TLS and network-level authentication on the server of register entry {entry}.",
            ),
            weight=CHECK.weight,
            params={
                "plain": str(sum(one.plain for one in screens)),
                "read": str(sum(one.told for one in screens)),
            },
            key=f"{entry}:{name_of(cause.first.src)}>{name_of(cause.first.dst)}:{cause.service}",
        )
        yield replace(found, requirements=(_ABOUT[context.entries[entry].kind],))


def covered(context: SeenContext) -> Mapping[str, Covered]:
    """Return whether any RDP of such an entry shows what was chosen, by requirement: that of its kind."""
    return {name: _covered(context, kind) for kind, name in _ABOUT.items()}


def _covered(context: SeenContext, kind: Kind) -> Covered:
    if not any(entry.kind is kind for entry in context.site.policy.register):
        return Covered(
            Coverage.NOTHING_TO_ASK,
            (f"種別 {kind.value} の登録がない", f"no entry of kind {kind.value} is registered"),
        )
    mine = (one for one in _asked(context) if context.entries[one.sighting.entry].kind is kind)
    if not any(one.screen().told for one in mine):
        return Covered(
            Coverage.NO_INPUT,
            (
                "RDP の接続の開始が双方とも読める会話がキャプチャにない",
                "no capture holds the beginning of RDP of both ends",
            ),
        )
    return Covered(Coverage.ASKED)


def _asked(context: SeenContext) -> Iterator[Seen]:
    for one in context.seen:
        entry = context.entries.get(one.sighting.entry)
        if one.sighting.ruling is Ruling.REGISTERED and entry is not None and entry.kind in _ABOUT:
            yield one


def _shown(one: Seen) -> tuple[Flow, ...]:
    return one.screen().shown
