"""A capture shows attempts to cross that nobody registered and nobody answered."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import crossing_weight
from segcheck.checks._seen import SeenContext, causes, finding, heard, key_of, ways
from segcheck.model.check import Check
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.replay import Permitted, Ruling
from segcheck.model.requirement import Covered
from segcheck.model.site_words import Tier

CHECK = Check(
    id="observed-attempts",
    weight=Weight.LOW,
    requirements=("X-12",),
    title=("台帳にない越境の試み", "Attempts to cross that nobody registered"),
    message=(
        "{src} ({src_zone}) から {dst} ({dst_zone}) への {service} を試みている。応答は見えない。会話 {conversations}、パケット {packets}、{first} から {last} (日本時間)、地点 {taps}。規則: {rules_ja}。{inferred_ja}",
        "{src} ({src_zone}) tries {service} to {dst} ({dst_zone}); no answer was seen. Conversations {conversations}, packets {packets}, {first} to {last} (Japan), taps {taps}. Rules: {rules_en}.{inferred_en}",
    ),
    why=(
        "設定の誤りか探索である。規則が通すなら、応答する相手が現れたとき越境になる。",
        "It is a mistake in a configuration, or somebody explores. If rules let it through, it crosses once somebody answers.",
    ),
    fix=(
        "送信元を確かめる。規則が通すなら閉じる。",
        "See what the sender is; close the rule if one lets it through.",
    ),
    wrong=(
        "応答が別の経路を通り、この地点から見えないとき。",
        "If answers take another way that this tap does not see.",
    ),
    crosses=True,
    asks=Basis.CAPTURES,
)


#: Conversations from the My Number tier from which on attempts are repeated ones.
REPEATED = 3


def covered(context: SeenContext) -> Covered:
    """Return NO_INPUT where the captures hold no conversation."""
    return heard(context)


def find(context: SeenContext) -> Iterator[Finding]:
    """Yield what was tried, though nobody registered it; graver where rules let it through or My Number hosts repeat it."""
    tried = (one for one in context.seen if one.sighting.ruling in _TRIED and not one.sighting.stray)
    for cause in causes(one for one in tried if key_of(one.sighting) not in context.crossed):
        answers = [one.answer.permitted for one in cause.members if one.answer is not None]
        said = next((p for p in (Permitted.YES, Permitted.UNDECIDED, Permitted.NO) if p in answers), None)
        count = sum(one.sighting.conversations for one in cause.members)
        weight = Weight.LOW
        if said is Permitted.YES:
            weight = crossing_weight(cause.first.src.tier, cause.first.dst.tier)
        elif cause.first.src.tier is Tier.MYNUMBER:
            weight = Weight.HIGH if count >= REPEATED else Weight.MEDIUM
        words = _RULES[said]
        yield finding(
            CHECK,
            context,
            cause,
            ways(context, cause),
            weight=weight,
            rules=said is Permitted.YES,
            params={"rules_ja": words[0], "rules_en": words[1]},
        )


_TRIED = (Ruling.NOT_REGISTERED, Ruling.REVERSED)
_RULES = {
    None: ("確かめていない", "not asked"),
    Permitted.YES: ("通す", "let it through"),
    Permitted.NO: ("止める", "stop it"),
    Permitted.UNDECIDED: ("判定できない", "cannot be told"),
}
