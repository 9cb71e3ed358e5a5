"""A registered communication goes through a gateway whose method the model does not accept there: nothing is sanitised."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis import permitting
from segcheck.checks import _sanitising as sanitising
from segcheck.checks._base import Context
from segcheck.loaders import closures
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.register import RegisterEntry
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site_words import Tier

CHECK = Check(
    id="sanitiser-method",
    weight=Weight.HIGH,
    requirements=("LG-02", "LG-13"),
    title=("モデルで認められない無害化の方式", "A method that the model does not accept as sanitising"),
    message=(
        "台帳 {entry} は {gateway} ({method}) を通るが、{model} モデルは {tiers} の間でこの方式を無害化と認めない。",
        "Register entry {entry} goes through {gateway} ({method}), which model {model} does not accept between {tiers}.",
    ),
    why=(
        "画面転送や媒体の受け渡しは、届いたファイルを無害にしない。認められた方式でなければ、無害化を通ったことにならない。",
        "Screen transfer and media do not make a file harmless; what is not an accepted method sanitises nothing.",
    ),
    fix=(
        "認められた方式 (メールのテキスト化・画像化、ファイル無害化、危険因子の確認) の装置を通す。",
        "Use a gateway with an accepted method (mail as text or image, file CDR, file check).",
    ),
    wrong=(
        "gateways の method の書き誤り、または profiles の日付・範囲の誤り。",
        "If the gateway's method, or the dates or segments of the profiles, are written wrongly.",
    ),
)


def covered(context: Context) -> Covered:
    """Return whether there are such communications, and whether the model that holds there is known."""
    unknown = [
        one.id
        for one in sanitising.entries(context.site, context.day)
        if not sanitising.models(context, _ends(context, one))
    ]
    if unknown:
        names = ", ".join(unknown)
        return Covered(
            Coverage.NO_INPUT,
            (
                f"台帳 {names} のセグメントに当てはまる profiles がない",
                f"no profile holds for the segments of register entry {names}",
            ),
        )
    return sanitising.asked(context)


def find(context: Context) -> Iterator[Finding]:
    """Yield each sanitised communication in force whose method is accepted by no model that holds at its ends."""
    table = closures.load().cuttings
    for entry in sanitising.entries(context.site, context.day):
        gateway = context.site.gateways[entry.gateway]
        tiers = sanitising.tiers(context, (leg.peer for leg in sanitising.legs(context.site, entry)))
        models = sanitising.models(context, _ends(context, entry))
        refusing = sorted(
            model.value
            for model in models
            if not any(one.between(tiers) and gateway.method in one.methods.get(model, frozenset()) for one in table)
        )
        if not refusing or len(tiers) < 2:  # with one side only it is no pair: `sanitiser-legs` says so
            continue
        between = " / ".join(sorted(tier.short for tier in tiers))
        yield Finding(
            check=CHECK.id,
            weight=CHECK.weight,
            standing=Standing.VIOLATED,
            basis=(Basis.RULES,),
            subject=entry.id,
            key=f"{entry.id}:{gateway.id}",
            params=(
                ("entry", entry.id),
                ("gateway", gateway.id),
                ("method", gateway.method.value),
                ("model", ", ".join(refusing)),
                ("tiers", between),
            ),
            evidence=(
                sanitising.registered(entry),
                sanitising.declared(gateway),
                *sanitising.rules(context, entry),
            ),
            remedy=(
                f"台帳 {entry.id} の通信を、{between} の間で認められた方式の装置に通すか、登録を廃止する。",
                f"Send the traffic of register entry {entry.id} through a gateway with a method accepted between {between}, "
                "or retire the entry.",
            ),
            requirements=_broken(context, entry),
        )


def _ends(context: Context, entry: RegisterEntry) -> tuple[str, ...]:
    """Return the segments of an entry's ends that lie in the LGWAN tier, else all: the model of the protected side counts."""
    values = [permitting.addresses_of(context.site, end) for end in (entry.source, entry.destination)]
    found = [name for own in values for name in sanitising.segments(context, own)]
    protected = [name for name in found if context.network.places[name].tier is Tier.LGWAN]
    return tuple(protected or found)


def _broken(context: Context, entry: RegisterEntry) -> tuple[str, ...]:
    """Return LG-13 for what leaves the LGWAN tier, LG-02 for anything else."""
    return ("LG-13",) if Tier.LGWAN in sanitising.tiers(context, (entry.source,)) else ("LG-02",)
