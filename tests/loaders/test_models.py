"""The table of what each model of the guideline lets a city register."""

from __future__ import annotations

import pytest

from segcheck.loaders import models
from segcheck.model.register import Kind, ProfileModel
from segcheck.model.site_words import Tier

TABLE = {(one.kind, one.model): one for one in models.load()}


@pytest.mark.parametrize("model", ProfileModel)
def test_screens_are_viewed_one_way_only(model):
    one = TABLE[Kind.SCREEN, model]
    inward = Tier.LGWAN in one.responders

    assert inward is (model in (ProfileModel.BETA, ProfileModel.BETA_PRIME))
    assert (Tier.LGWAN in one.initiators) is not inward
    assert Tier.MYNUMBER not in one.initiators | one.responders


def test_the_lgwan_tier_breaks_out_in_one_model_only():
    assert [m for k, m in TABLE if k is Kind.LBO and Tier.LGWAN in TABLE[k, m].initiators] == [ProfileModel.ALPHA_PRIME]


def test_every_pair_stands_in_it_once():
    assert len(TABLE) == len(models.load())
