"""Which model of the guideline a site is held against: those declared, or another (`check --as-model`); what the city changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from segcheck.analysis import profiling
from segcheck.errors import BadArguments
from segcheck.loaders import profiles
from segcheck.loaders.problems import did_you_mean
from segcheck.loaders.site.policy import MODEL_NAMES
from segcheck.model.register import Kind, ProfileModel, ProfileUse
from segcheck.model.site import Site


def named(text: str, option: str = "--as-model") -> ProfileModel:
    """Return the model of that name, in any of its spellings (beta_prime, β', βダッシュ).

    Raises:
        BadArguments: there is none.
    """
    found = MODEL_NAMES.get(text)
    if found is None:
        known = [model.value for model in ProfileModel]
        hint_en, hint_ja = did_you_mean(text, known)
        raise BadArguments(
            f"{option} {text}: no model of the guideline; nothing was judged.\n  = {hint_en}\n  Models: {', '.join(known)}",
            f"{option} {text}: ガイドラインのモデルではありません。判定は行っていません。\n  = {hint_ja}\n"
            f"  モデル: {', '.join(known)}",
        )
    return found


def supposing(site: Site, model: ProfileModel, day: date) -> Site:
    """Return the site as if a model held for all its segments and days.

    Its edition is the newest that a profile in force on the day states, or else the newest that we know, where that edition
    has the model.
    """
    guideline = profiles.load()
    order = tuple(guideline.editions)
    held = [one for one in site.policy.profiles if one.until is None or day <= one.until] or [*site.policy.profiles]
    editions = [one.guideline_edition for one in held if guideline.knows(model, one.guideline_edition)]
    edition = max(editions, key=order.index, default=guideline.newest)
    use = ProfileUse(model=model, guideline_edition=edition, segments=None, span=site.policy.profiles[0].span)
    return replace(site, policy=replace(site.policy, profiles=(use,)))


def weakened(site: Site, day: date) -> tuple[str, ...]:
    """Return the rules of the city's own standard by which more may exist than by the models, as results name them."""
    return tuple(
        f"policy.yaml {f'organs {rule.organ} ' if rule.organ else ''}standard {rule.id}: "
        f"{rule.initiator.short} → {rule.responder.short} "
        f"{', '.join(kind.value for kind in Kind if kind in rule.kinds)} ({rule.document}, {rule.approver})"
        for rule in profiling.weakening(site, day)
    )
