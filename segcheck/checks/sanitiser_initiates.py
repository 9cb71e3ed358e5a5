"""The register lets a sanitiser open sessions to the My Number tier, the security cloud or the internet."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks import _sanitising as sanitising
from segcheck.checks._base import Context
from segcheck.model.check import Check
from segcheck.model.crossing import PlaceKind, Standing
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.register import Kind, RegisterEntry
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site_words import Tier
from segcheck.sets.intervals import IntervalSet

CHECK = Check(
    id="sanitiser-initiates",
    weight=Weight.CRITICAL,
    requirements=("LG-02", "MN-02"),
    title=("無害化装置からの通信の開始", "A sanitiser opens sessions where it never may"),
    message=(
        "台帳 {entry} は、無害化装置の側から {places} への通信の開始を認めている ({service})。通している規則: {rules} 件",
        "Register entry {entry} lets the sanitiser's side open sessions to {places} ({service}). Rules that let it through: {rules}",
    ),
    why=(
        "無害化装置は外の内容を受け取るので、乗っ取られうる。そこからマイナンバー利用事務系や外部へ開始できると、持ち出しや遠隔操作に使われる。",
        "A sanitiser takes in what comes from outside and may be taken over: sessions that it opens to the My Number tier or "
        "outwards carry data out and commands in.",
    ),
    fix=(
        "登録を廃止して規則を閉じる。更新は LGWAN接続系の中継サーバから取り出す。",
        "Retire the entry and close the rules; let updates come from a relay in the LGWAN tier.",
    ),
    wrong=(
        "送信元のグループに無害化装置のアドレスが誤って入っているとき。",
        "If the source group holds the sanitiser's addresses by mistake.",
    ),
)
#: Where a sanitiser never opens sessions to (domain.md §1.5, note a).
NEVER = frozenset((Tier.MYNUMBER, Tier.JUKI, Tier.PUBLIC, Tier.SECURITY_CLOUD))


def covered(context: Context) -> Covered:
    """Return whether the site has sanitisers, or a segment for them."""
    return Covered(Coverage.ASKED) if _own(context) else sanitising.NONE


def find(context: Context) -> Iterator[Finding]:
    """Yield each entry in force that lets addresses of sanitisers open sessions there."""
    own = _own(context)
    for entry in context.site.policy.register:
        if entry.kind is Kind.LOG_EXPORT or not entry.permits_on(context.day):
            continue
        for allowance in sanitising.permitted(context, entry):
            if not allowance.initiators.meets(own):
                continue
            targets = [
                name
                for name in sanitising.segments(context, allowance.responders)
                if context.network.places[name].tier in NEVER
            ]
            if targets:
                yield _finding(context, entry, allowance.leg, targets)


def _own(context: Context) -> IntervalSet:
    """Return the addresses of sanitisers and of the segments that are theirs."""
    found = IntervalSet.empty()
    for name, place in context.network.places.items():
        if place.tier is Tier.SANITISE and place.kind is PlaceKind.SEGMENT and context.concerns(place.zone):
            found = found | context.network.addresses[name]
    for name in sanitising.sanitisers(context.site, context.day):
        found = found | sanitising.addresses(context.site, name)
    return found


def _finding(context: Context, entry: RegisterEntry, leg: str, targets: list[str]) -> Finding:
    tiers = {context.network.places[name].tier for name in targets}
    rules = tuple(sanitising.rules(context, entry, leg))
    services = next(one.services for one in sanitising.permitted(context, entry) if one.leg == leg)
    inside = bool(tiers & {Tier.MYNUMBER, Tier.JUKI})
    return Finding(
        check=CHECK.id,
        weight=CHECK.weight if rules else Weight.HIGH,  # without a rule nothing passes yet
        standing=Standing.VIOLATED,
        basis=(Basis.RULES,),
        subject=entry.id,
        key=f"{entry.id}:{leg}",
        dst_zone=context.zone_of(targets[0]),
        params=(
            ("entry", entry.id),
            ("places", ", ".join(targets)),
            ("service", ", ".join(one.text for one in services)),
            ("rules", str(len(rules))),
        ),
        evidence=(sanitising.registered(entry), *rules),
        remedy=(
            f"台帳 {entry.id} を廃止し、無害化装置から {', '.join(targets)} への規則を閉じる。",
            f"Retire register entry {entry.id} and close the rules from the sanitiser to {', '.join(targets)}.",
        ),
        requirements=("LG-02", "MN-02") if inside else ("LG-02",),
    )
