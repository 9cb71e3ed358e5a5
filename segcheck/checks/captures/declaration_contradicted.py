"""A capture shows other than what was declared: another source of updates or time, another target of logs, wireless after all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from segcheck.captures.wireshark import wireshark_filter
from segcheck.checks._seen import SHOWN, SeenContext, japan, text_of
from segcheck.model.check import Check, Said
from segcheck.model.crossing import Standing
from segcheck.model.finding import AttributeEvidence, Basis, ConfigEvidence, Finding, FramesEvidence, Weight
from segcheck.model.replay import Claim, ClaimUse
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site_words import Tier

CHECK = Check(
    id="declaration-contradicted",
    weight=Weight.HIGH,
    requirements=("MN-05", "MN-08", "MN-11", "LG-09", "IN-06", "IN-09", "X-03", "X-13"),
    title=("申告と食い違う通信", "Traffic contradicts what was declared"),
    message=(
        "{subject} の申告 {attribute}: {value} と食い違う通信が見えた: {text}。会話 {against} 件 (申告どおりの会話 {kept} 件)、{first} から {last} (日本時間)、地点 {taps}。",
        "What is declared of {subject} ({attribute}: {value}) is contradicted by {text}. Conversations {against} (as declared: {kept}), {first} to {last} (Japan), taps {taps}.",
    ),
    unsure=(
        ("申告と食い違うかもしれない通信", "Traffic may contradict what was declared"),
        (
            "{subject} の申告 {attribute}: {value} と食い違うかもしれない通信が見えた: {text}。会話 {against} 件、{first} から {last} (日本時間)、地点 {taps}。",
            "What is declared of {subject} ({attribute}: {value}) may be contradicted by {text}. Conversations {against}, {first} to {last} (Japan), taps {taps}.",
        ),
    ),
    why=(
        "実際と違う申告の上に立つ確認は、何も確かめていない。",
        "What rests on a declaration that is not so was never checked.",
    ),
    fix=(
        "実際の設定を確かめ、設定か申告のどちらかを正す。",
        "See what is really set, and mend either the setting or the declaration.",
    ),
    wrong=(
        "同じ番号を別の用途に使っているとき。持ち出しの設定、EDR、クリップボードなどの転送は、暗号化された中身かホストの中にあり、キャプチャからは分からない。",
        "If the port serves something else. Blocked media, endpoint detection, clipboards and the like lie within encrypted content or hosts: no capture tells.",
    ),
    asks=Basis.CAPTURES,
    reads=(Basis.CAPTURES, Basis.ATTRIBUTES),
)
#: The requirements that a claim is about, by its attribute; updates go by tier.
ABOUT: Mapping[str, tuple[str, ...]] = {
    "mfa_server": ("MN-05",),
    "wireless_use": ("MN-08",),
    "log_targets": ("IN-06",),
    "target_hosts": ("X-03",),
    "enabled_window": ("X-03",),
    "edr_console": ("IN-09",),
    "time_source": ("X-13",),
    "patch_source": ("MN-11", "LG-09"),
    "av_source": ("MN-11", "LG-09"),
}
#: Requirements that a claim bears on in one tier only.
_TIERS = {
    **dict.fromkeys(("MN-05", "MN-08", "MN-11"), Tier.MYNUMBER),
    "LG-09": Tier.LGWAN,
    "IN-09": Tier.INTERNET,
}


def find(context: SeenContext) -> Iterator[Finding]:
    """Yield each declaration that conversations contradict; undecided where nothing but a port says so."""
    by_claim: dict[int, list[ClaimUse]] = {}
    for one in context.claims:
        by_claim.setdefault(id(one.claim), []).append(one)
    for uses in by_claim.values():
        named = _named(uses[0].claim)
        against = [one for one in uses if one.against]
        if against and named:
            yield _finding(context, uses, against, named)


def covered(context: SeenContext) -> Mapping[str, Covered]:
    """Return for each requirement whether anything is declared that captures can show, and was seen, so or otherwise."""
    return {name: _covered(name, context.claims) for name in CHECK.requirements}


def _covered(name: str, uses: Iterable[ClaimUse]) -> Covered:
    mine = [one for one in uses if name in _named(one.claim)]
    if not mine:
        keys = ", ".join(key for key, about in ABOUT.items() if name in about)
        return Covered(
            Coverage.NO_INPUT,
            (
                f"キャプチャと突き合わせられる申告がない: {keys}",
                f"nothing is declared that captures can be held against: {keys}",
            ),
        )
    unseen = sorted(
        {one.claim.subject for one in mine} - {one.claim.subject for one in mine if one.kept or one.against}
    )
    if unseen:
        names = ", ".join(unseen[:SHOWN]) + (" …" if len(unseen) > SHOWN else "")
        return Covered(
            Coverage.NO_INPUT,
            (
                f"申告に関わる通信が見えなかった: {names}",
                f"nothing was seen that the declaration is about: {names}",
            ),
        )
    return Covered(Coverage.ASKED)


def _named(claim: Claim) -> tuple[str, ...]:
    """Return the requirements that a claim bears on, in the tier that it is about."""
    return tuple(name for name in ABOUT[claim.declared.name] if _TIERS.get(name, claim.tier) is claim.tier)


def _finding(context: SeenContext, uses: list[ClaimUse], against: list[ClaimUse], named: tuple[str, ...]) -> Finding:
    claim, first = against[0].claim, against[0]
    declared = claim.declared
    value = ", ".join(declared.value) if isinstance(declared.value, tuple) else str(declared.value)
    remedy: Said = (
        f"{claim.subject} の {declared.name} の実際の設定を確かめ、設定か申告を正す。",
        f"See what is really set for {declared.name} of {claim.subject}, and mend the setting or the declaration.",
    )
    return Finding(
        check=CHECK.id,
        weight=CHECK.weight if claim.sure else Weight.MEDIUM,
        standing=Standing.VIOLATED if claim.sure else Standing.UNDECIDED,
        basis=(Basis.CAPTURES, Basis.ATTRIBUTES),
        subject=claim.subject,
        key=f"{claim.subject}:{declared.name}",
        src_zone=claim.zone,
        params=(
            ("subject", claim.subject),
            ("attribute", declared.name),
            ("value", value),
            ("text", text_of(first.shown[0])),
            ("against", str(sum(one.against for one in against))),
            ("kept", str(sum(one.kept for one in uses))),
            ("first", japan(min(one.first for one in against))),
            ("last", japan(max(one.last for one in against))),
            ("taps", ", ".join(one.tap or "-" for one in against)),
        ),
        because=() if claim.sure else (f"content:{claim.subject}",),
        evidence=(
            *(_frames(context, one) for one in against[:SHOWN]),
            AttributeEvidence(f"{claim.subject}.{declared.name}", value, declared.evidence),
            ConfigEvidence(declared.span or claim.span, f"{declared.name}: {value}"),
        ),
        remedy=remedy,
        requirements=named,
    )


def _frames(context: SeenContext, one: ClaimUse) -> FramesEvidence:
    shown = one.shown[0]
    return FramesEvidence(
        path=context.paths[shown.file],
        frames=shown.frames,
        first=one.first,
        last=one.last,
        tap=one.tap,
        text=text_of(shown),
        filter=wireshark_filter(shown),
        conversations=one.against,
        packets=one.packets,
        bytes=one.bytes,
    )
