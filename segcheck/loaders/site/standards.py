"""Profiles and the city's own standard hold against the table of models: editions, days that overlap, what nobody may open."""

from __future__ import annotations

from typing import Any

from segcheck.loaders import marked, profiles
from segcheck.loaders.problems import did_you_mean
from segcheck.loaders.site import organs
from segcheck.loaders.site.names import Names
from segcheck.loaders.site.pages import Page
from segcheck.model.diagnostic import Severity
from segcheck.model.profile import Guideline
from segcheck.model.register import Kind, ProfileModel


def policy(page: Page, names: Names) -> None:
    """Note profiles of editions that are not known, two models for one segment at once, and standards that cannot be meant."""
    guideline = profiles.load()
    for path, one in organs.every_profile(page):
        _edition(page, path, one, guideline)
    _overlapping(page, names)
    for path, rule in organs.every_standard(page):
        _standard(page, path, rule, guideline)
    for path, options in page.items("options"):
        if options.mn_screen_transfer and options.mn_screen_client is None:
            page.note(
                (*path, "mn_screen_transfer"),
                "the guideline does not settle which side views; until mn_screen_client is stated, no entry may exist",
                "操作する側がガイドラインから定まりません。mn_screen_client を書くまで、登録は認められません",
                (
                    "write mn_screen_client: mynumber or lgwan",
                    "mn_screen_client: mynumber または lgwan を書いてください",
                ),
                severity=Severity.NOTE,
            )


def _edition(page: Page, path: marked.Path, one: Any, guideline: Guideline) -> None:
    edition = one.guideline_edition
    place = (*path, "guideline_edition")
    if edition not in guideline.editions:
        page.note(
            place,
            f"edition '{edition}' of the guideline is not known",
            f"ガイドラインの版 '{edition}' は知られていません",
            _known(edition, guideline),
        )
    elif not guideline.knows(one.model, edition):
        model = guideline.models[one.model]
        page.note(
            place,
            f"edition {edition} does not know the model {one.model.value}; it begins with {model.since}",
            f"{edition} 版に {one.model.value} モデルはありません。{model.since} 版からです",
            (
                f"write guideline_edition: {model.since} or a later one, or another model",
                f"guideline_edition を {model.since} 以降とするか、モデルを改めてください",
            ),
        )


def _known(edition: str, guideline: Guideline) -> tuple[str, str]:
    editions = list(guideline.editions)
    near_en, near_ja = did_you_mean(edition, editions)
    return (
        f"{near_en}; for a newer one write {guideline.newest} and what it changes under standard",
        f"{near_ja}。より新しい版なら {guideline.newest} と書き、変わった点を standard に書いてください",
    )


def _overlapping(page: Page, names: Names) -> None:
    found = [
        (path, use, organs.segments_of(path, use, page, names.topology)) for path, use in organs.every_profile(page)
    ]
    for index, (path, one, mine) in enumerate(found):
        for _, other, theirs in found[:index]:
            shared = mine & theirs
            apart = (one.until is not None and other.from_ is not None and one.until < other.from_) or (
                other.until is not None and one.from_ is not None and other.until < one.from_
            )
            same = (one.model, one.guideline_edition) == (other.model, other.guideline_edition)
            if shared and not apart and not same:
                place = min(shared)
                page.note(
                    (*path, "model"),
                    f"segment '{place}' has two models at once: {other.model.value} and {one.model.value}",
                    f"セグメント '{place}' に同じ日に 2 つのモデルがあります: {other.model.value} と {one.model.value}",
                    ("let one end (until) before the other begins (from)", "until と from で期間を分けてください"),
                )
                break


def _standard(page: Page, path: marked.Path, rule: Any, guideline: Guideline) -> None:
    models = [rule.model] if rule.model is not None else list(ProfileModel)
    cells = [guideline.cells[model, rule.from_, rule.to] for model in models]
    added = {kind for cell in cells for kind in rule.kinds if not cell.of(kind)}
    if rule.from_ is rule.to and path[0] != "organs":  # between organs no option speaks of them
        page.note(
            (*path, "to"),
            "both tiers are the same; options.intra_tier speaks of those",
            "同じ階層どうしです。options の intra_tier で定めます",
        )
    if not added:
        return
    kinds = ", ".join(kind.value for kind in Kind if kind in added)
    if any(cell.never for cell in cells):
        page.note(
            (*path, "kinds"),
            f"no standard can open {rule.from_.value} to {rule.to.value}: {cells[0].why[1]}",
            f"{rule.from_.value} から {rule.to.value} は基準でも開けません。{cells[0].why[0]}",
            ("take the rule out", "この基準を削除してください"),
        )
        return
    for key, value in (("approver", rule.approver), ("reason", rule.reason), ("review_due", rule.review_due)):
        if not value:
            page.note(
                (*path, "kinds"),
                f"'{rule.id}' permits what the models do not ({kinds}), but '{key}' is missing",
                f"'{rule.id}' はモデルで認められない {kinds} を認めますが、'{key}' がありません",
                (f"write {key}; it is named in every result", f"{key} を書いてください。結果に必ず示されます"),
            )
