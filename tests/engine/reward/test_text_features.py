from __future__ import annotations

import numpy as np

from engine.reward.interface import MemberWords, PastBallot
from engine.reward.text_features import FEATURES, TextFeatureModel, Weights, bundled_weights
from tests.engine.models.loaded import STREET, BagOfWords

WEIGHTS = Weights(0.3, np.array([0.5, 0.2, 0.1]), np.full(3, 0.2), np.full(3, 0.1), np.zeros(256), 0.4)
STATEMENTS = ["Close the street to cars on Saturdays.", "Keep parking for the shop."]


def model() -> TextFeatureModel:
    return TextFeatureModel(BagOfWords(), WEIGHTS)


def test_predictions_are_shares_and_never_nan() -> None:
    odd = {
        "a": MemberWords((STREET[0],)),
        "b": MemberWords(()),
        "c": MemberWords(("\u200b", "😀")),
        "d": MemberWords(("",)),
    }
    prediction = model().predict(odd, [*STATEMENTS, ""])
    assert prediction.mean.shape == prediction.spread.shape == (4, 3)
    assert np.isfinite(prediction.mean).all()
    assert ((prediction.mean >= 0) & (prediction.mean <= 1)).all()
    assert (prediction.spread > 0).all()


def test_a_silent_member_gets_a_wide_row() -> None:
    prediction = model().predict({"a": MemberWords((STREET[0],)), "silent": MemberWords(())}, STATEMENTS)
    assert (prediction.spread[1] > prediction.spread[0]).all()


def test_where_nobody_spoke_the_prediction_is_the_base_rate() -> None:
    prediction = model().predict({"a": MemberWords(()), "b": MemberWords(())}, STATEMENTS)
    assert np.allclose(prediction.mean, 1 / (1 + np.exp(-0.3)))
    assert (prediction.spread == 0.5).all()


def test_past_ballots_pull_the_prediction_and_narrow_it() -> None:
    words = MemberWords((STREET[0],))
    against = MemberWords((STREET[0],), ballots=(PastBallot(STATEMENTS[0], 0.0),))
    prediction = model().predict({"before": words, "after": against}, STATEMENTS)
    assert prediction.mean[1, 0] < prediction.mean[0, 0] - 0.2
    assert prediction.spread[1, 0] < prediction.spread[0, 0]
    assert abs(prediction.mean[1, 1] - prediction.mean[0, 1]) < 0.05


def test_one_member_no_members_and_no_statements() -> None:
    one = {"a": MemberWords((STREET[0],))}
    assert model().predict(one, STATEMENTS).mean.shape == (1, 2)
    assert model().predict(one, []).mean.shape == (1, 0)
    assert model().predict({}, STATEMENTS).mean.shape == (0, 2)


def test_the_bundled_weights_load() -> None:
    weights = bundled_weights()
    assert weights.coefficients.shape == weights.centre.shape == weights.scale.shape == (len(FEATURES),)
    assert weights.statement.shape == (384,)
    assert (weights.scale > 0).all()
    assert 0 < weights.spread < 1
